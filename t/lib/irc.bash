# shellcheck shell=bash
# IRC clients. Load lib/daemon and lib/client first. Brings setup, which starts an ordinary daemon (a test file may have
# its own), and teardown.
#
#   start_irc -o 'channel-limit 3'         # the daemon of setup, with more options: irc.example.org, operator root
#   enter_with toto 'batch server-time'    # as `enter toto irc`, with these
#   enter_operator op                      # as `enter op irc`, and OPER
#   founder 'MODE #x +m'                  # toto enters, makes #x, and sends that
#   room toto tutu                         # they enter if they have not, and join #x, in that order
#   both_join '#x' toto tutu               # in that order; each has seen all of its JOIN's answer

# openssl passwd -6 -salt forkchat secret
# shellcheck disable=SC2016
SECRET='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'

# shellcheck disable=SC2120 # tests do
start_irc() {
    daemon_start -o 'server-name irc.example.org' -o 'flood off' -o "operator root $SECRET" "$@"
}

setup() {
    start_irc
}

teardown() {
    client_teardown
    daemon_teardown
}

enter_operator() {
    enter "$1" irc
    send "$1" 'OPER root secret'
    expect "$1" -e ' 381 '
    expect "$1" -e "MODE $1 :\\+os"
}

founder() {
    enter toto irc
    send toto 'JOIN #x' "$@"
    sync toto
}

room() {
    local name
    for name in "$@"; do
        [[ -n ${CLIENT_FD[$name]:-} ]] || enter "$name" irc
        send "$name" 'JOIN #x'
        expect "$name" -e ' 366 '
    done
    for name in "$@"; do
        sync "$name"
    done
}

enter_with() {
    untraced _enter_with "$@"
}

_enter_with() {
    _open "$1" irc || return 1
    send "$1" "CAP REQ :$2" "NICK $1" "USER $1 0 * :$1" 'CAP END'
    _expect no "$1" -e " CAP \* ACK :" || return 1
    _expect no "$1" -e ' (376|422) '
}

both_join() {
    untraced _both_join "$@"
}

_both_join() {
    local channel=$1 name
    shift
    for name in "$@"; do
        send "$name" "JOIN $channel"
        _sync "$name" || return 1
        _expect no "$name" -e " JOIN $channel" || return 1
    done
    for name in "$@"; do
        _sync "$name" || return 1
        local array
        _lines_of "$name" array
        local -n joined=$array
        # shellcheck disable=SC2034 # for lib/client
        CLIENT_AT[$name]=${#joined[@]}
    done
}
