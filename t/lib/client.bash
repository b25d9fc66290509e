# shellcheck shell=bash
# Clients of a daemon, by name: bash holds their sockets itself, so one costs no process. Load lib/daemon first.
#
#   open toto plain                       # a door, or a port; then optionally the host
#   send toto 'NICK toto' 'MSG hello'     # lines, each ended by LF (plain) or CR LF (talk, irc)
#   send_bytes toto 'half a li'           # as printf %b has it
#   expect tutu '[toto] hello'            # waits for that line, whole
#   expect tutu -e '^\[toto\] h'          # or one that matches; BASH_REMATCH has its parts
#   expect_next tutu '[toto] hello'       # the very next line must be it
#   expect_none tutu -e '^\[tata\]'       # it did not come, and will not
#   expect_end tutu                       # the connection ends; lines before the end can still be expected
#   close toto
#   transcript toto                       # everything it got so far
#
# expect goes on behind the line it found last: what is expected in order must come in order, and what comes
# between is passed over. All have patience (lib/common), anew with every line. expect_none does not wait for time to pass: it sends
# a fence, a command whose answer cannot be mistaken, first as everybody who has sent something and then as that client.
# What was sent before has then had all its effects on it. `sync NAME` sends the fence alone.
#
# enter NAME DOOR [NICK]                  # open, read over the welcome, take the name (NAME unless said otherwise)
# exchange DOOR <<<'NICK toto'            # everything a client gets that sends this, closes its side and reads on
# The teardown calls client_teardown before daemon_teardown; on failure it shows who saw what.

declare -gA CLIENT_FD=() CLIENT_KIND=() CLIENT_AT=() CLIENT_PART=() CLIENT_ENDED=() CLIENT_DIRTY=()
declare -g FENCES=0
declare -ga CLIENTS=()
trap '' PIPE # a write to a client that was closed fails, and does not end the test; daemon_start undoes it

_lines_of() {
    printf -v "$2" '%s' "CLIENT_LINES_${1//[^a-zA-Z0-9]/_}"
}

open() {
    untraced _open "$@"
}

_open() {
    local name=$1 port=${PORT[$2]:-$2} host=${3:-127.0.0.1} fd array kind=$2 door
    for door in "${!PORT[@]}"; do
        [[ ${PORT[$door]} != "$2" ]] || kind=$door
    done
    exec {fd}<>"/dev/tcp/$host/$port" || return 1
    _lines_of "$name" array
    declare -ga "$array=()"
    CLIENTS+=("$name")
    CLIENT_FD[$name]=$fd CLIENT_KIND[$name]=$kind CLIENT_AT[$name]=0 CLIENT_PART[$name]=""
    unset "CLIENT_ENDED[$name]" "CLIENT_DIRTY[$name]"
}

send() {
    local name=$1 end=$'\r\n'
    shift
    [[ ${CLIENT_KIND[$name]} != plain ]] || end=$'\n'
    CLIENT_DIRTY[$name]=1
    printf "%s$end" "$@" >&"${CLIENT_FD[$name]}"
}

send_bytes() {
    CLIENT_DIRTY[$1]=1
    printf '%b' "$2" >&"${CLIENT_FD[$1]}"
}

# Reads one line more. Status 1: the end, 2: it does not come.
_receive() {
    local name=$1 array part status
    [[ -z ${CLIENT_ENDED[$name]:-} ]] || return 1
    _lines_of "$name" array
    local -n lines=$array
    patience_begin
    for (( ; ; )); do
        part="" status=0
        IFS= read -r -t 0.5 -u "${CLIENT_FD[$name]}" part || status=$?
        CLIENT_PART[$name]+=$part
        ((status > 128)) || break
        [[ -z $part ]] || patience_begin
        ! patience_is_over || return 2
    done
    if ((status == 0)) || [[ -n ${CLIENT_PART[$name]} ]]; then
        lines+=("${CLIENT_PART[$name]%$'\r'}")
        CLIENT_PART[$name]=""
    fi
    ((status == 0)) || CLIENT_ENDED[$name]=1
    return "$status"
}

# Whether line $3 is what $1 (line or regex) and $2 say.
_is() {
    if [[ $1 == regex ]]; then
        [[ $3 =~ $2 ]]
    else
        [[ $3 == "$2" ]]
    fi
}

_expect() {
    local only_next=$1 name=$2 how=line array status=0 at
    shift 2
    if [[ $1 == -e ]]; then
        how=regex
        shift
    fi
    _lines_of "$name" array
    local -n seen=$array
    for (( ; ; )); do
        while ((CLIENT_AT[$name] < ${#seen[@]})); do
            at=${CLIENT_AT[$name]}
            CLIENT_AT[$name]=$((at + 1))
            ! _is "$how" "$1" "${seen[at]}" || return 0
            if [[ $only_next == yes ]]; then
                echo "$name got next:  ${seen[at]}"
                echo "and not:  $1"
                return 1
            fi
        done
        if ((status == 1)); then
            echo "$name: the connection ended before: $1"
            return 1
        fi
        status=0
        _receive "$name" || status=$?
        if ((status == 2)); then
            echo "$name got in $PATIENCE s nothing like: $1${CLIENT_PART[$name]:+ (a line that is not whole: ${CLIENT_PART[$name]})}"
            return 1
        fi
    done
}

expect() {
    untraced _expect no "$@"
}

expect_next() {
    untraced _expect yes "$@"
}

sync() {
    untraced _sync "$@"
}

_sync() {
    local name=$1 array token=fence$((++FENCES)) answer status=0 last
    case ${CLIENT_KIND[$name]} in
    plain) answer="invalid command: $token " && send "$name" "$token" ;;
    talk) answer="invalid command: /$token " && send "$name" "/$token" ;;
    *) answer="PONG .*$token" && send "$name" "PING $token" ;;
    esac || return 1
    unset "CLIENT_DIRTY[$name]"
    _lines_of "$name" array
    local -n fenced=$array
    for (( ; ; )); do
        _receive "$name" || status=$?
        last=$((${#fenced[@]} - 1))
        if ((last >= 0)) && [[ ${fenced[last]} =~ $answer ]]; then
            unset "fenced[$last]"
            return 0
        fi
        ((status == 0)) && continue
        echo "$name: no answer to the fence $token"
        return 1
    done
}

expect_none() {
    untraced _expect_none "$@"
}

_expect_none() {
    local name=$1 how=line other array line
    shift
    if [[ $1 == -e ]]; then
        how=regex
        shift
    fi
    for other in "${!CLIENT_DIRTY[@]}"; do
        [[ $other == "$name" ]] || _sync "$other" || return 1
    done
    _sync "$name" || return 1
    _lines_of "$name" array
    local -n got=$array
    for line in "${got[@]:CLIENT_AT[$name]}"; do
        if _is "$how" "$1" "$line"; then
            echo "$name got: $line"
            return 1
        fi
    done
}

expect_end() {
    untraced _expect_end "$@"
}

_expect_end() {
    local name=$1 status=0
    while ((status == 0)); do
        _receive "$name" 2>/dev/null || status=$?
    done
    unset "CLIENT_DIRTY[$name]"
    ((status == 1)) && return 0
    echo "$name: the connection is still open"
    return 1
}

close() {
    local fd=${CLIENT_FD[$1]}
    exec {fd}>&-
    unset "CLIENT_FD[$1]" "CLIENT_DIRTY[$1]"
}

transcript() {
    local array
    _lines_of "$1" array
    local -n all=$array
    printf '%s\n' "${all[@]}"
    [[ -z ${CLIENT_PART[$1]} ]] || printf '%s\n' "${CLIENT_PART[$1]}"
}

enter() {
    untraced _enter "$@"
}

_enter() {
    local name=$1 nick=${3:-$1}
    _open "$name" "$2" || return 1
    case ${CLIENT_KIND[$name]} in
    plain) send "$name" "NICK $nick" && _expect no "$name" "[server] you are now $nick" ;;
    talk) send "$name" "/nick $nick" && _expect no "$name" "[server] you are now $nick" ;;
    *) send "$name" "NICK $nick" "USER $nick 0 * :$nick" && _expect no "$name" -e ' (376|422) ' ;;
    esac
}

exchange() {
    patiently nc -N 127.0.0.1 "${PORT[$1]:-$1}" 3>&-
}

client_teardown() {
    local name
    for name in "${CLIENTS[@]}"; do
        if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
            echo "--- what $name got"
            transcript "$name" | cat -v
        fi
        [[ -z ${CLIENT_FD[$name]:-} ]] || close "$name"
    done
    CLIENTS=()
}
