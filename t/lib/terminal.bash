# Terminals for the client's tests: a shell in tmux, on a socket of its own, and real IRC servers to talk to.
# shellcheck shell=bash

# shellcheck source-path=SCRIPTDIR
source "${BASH_SOURCE[0]%/*}/common.bash"

FORKCHAT=${FORKCHAT_BUILD:-build}/forkchat
export FORKCHAT

# --- tmux ---

term() {
    tmux -S "$BATS_TEST_TMPDIR/tmux" "$@"
}

# term_start [COLUMNS [ROWS]]: an interactive shell with job control; later ones are further windows of it.
term_start() {
    local columns=${1:-80} rows=${2:-16}
    # A sanitizer would take SIGSEGV for its own business.
    # A signal in the middle of its work has LeakSanitizer wait for ever for its own helper process; leaks are
    # looked for in the tests without a terminal.
    printf 'PS1="prompt\\$ "\nset +o history\nexport NO_COLOR=%s ASAN_OPTIONS=%s\n' "${NO_COLOR-}" \
        "${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:detect_leaks=0" >"$BATS_TEST_TMPDIR/shellrc"
    term -f /dev/null new-session -d -s main -x "$columns" -y "$rows" \
        "env -u TMUX HOME='$BATS_TEST_TMPDIR' bash --noprofile --rcfile '$BATS_TEST_TMPDIR/shellrc' -i" 3>&-
    term_see 'prompt$'
}

term_type() {
    term send-keys -l -- "$1"
}

# term_key Enter, C-d, M-1, PPage …
term_key() {
    term send-keys "$@"
}

term_run() {
    term_type "$1"
    term_key Enter
}

term_shows() {
    term capture-pane -p | grep -qF -- "$1"
}

term_lacks() {
    ! term_shows "$1"
}

term_dump() {
    term capture-pane -p | sed 's/^/# screen: /'
}

# term_see TEXT: waits until it is on the screen.
term_see() {
    wait_until term_shows "$1" || {
        echo "# never saw: $1"
        term_dump
        return 1
    }
}

term_unsee() {
    wait_until term_lacks "$1" || {
        echo "# still there: $1"
        term_dump
        return 1
    }
}

# The row (from 1) of the screen that starts with a text, empty if none does.
term_row() {
    term capture-pane -p | awk -v want="$1" 'index($0, want) == 1 { print NR; exit }'
}

# The last row of the screen: the line being typed.
term_input() {
    term capture-pane -p | tail -n 1
}

term_input_is() {
    [[ $(term_input) == "$1" ]]
}

term_input_see() {
    wait_until term_input_is "$1" || {
        echo "# the line being typed is: $(term_input)"
        return 1
    }
}

# The processes of the client in the terminal: the guardian, and the client proper.
term_guardian() {
    local shell
    shell=$(term display-message -p '#{pane_pid}')
    pgrep -P "$shell" -f "forkchat|$FORKCHAT" | head -n 1
}

term_client() {
    pgrep -P "$(term_guardian)" | head -n 1
}

# The modes of the terminal as the shell sees them, written to a file by the shell itself.
term_modes() {
    rm -f "$BATS_TEST_TMPDIR/modes.$1"
    term_run "stty -a >'$BATS_TEST_TMPDIR/modes.$1.new'; mv '$BATS_TEST_TMPDIR/modes.$1.new' '$BATS_TEST_TMPDIR/modes.$1'"
    wait_until test -s "$BATS_TEST_TMPDIR/modes.$1"
}

term_modes_are_equal() {
    diff "$BATS_TEST_TMPDIR/modes.$1" "$BATS_TEST_TMPDIR/modes.$2"
}

term_stop() {
    [[ -S $BATS_TEST_TMPDIR/tmux ]] || return 0
    term kill-server 2>/dev/null || :
}

# join [COLUMNS [ROWS]]: an IRC server, somebody called bob on it, and alice at a terminal, all in #x. AHEAD stands in
# front of the call.
join() {
    start_ngircd
    peer_start bob '#x'
    term_start "$@"
    term_modes before
    term_run "clear; ${AHEAD-} '$FORKCHAT' -n alice -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "here: alice bob"
}

# For teardown.
term_close() {
    term_stop
    peer_stop
    server_stop
    nothing_is_left
}

# --- servers ---

port_answers() {
    (exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The same without connecting: netcat and such listen for one only.
port_listens() {
    local hex
    printf -v hex ':%04X ' "$1"
    grep -q "$hex.* 0A " /proc/net/tcp
}

# A port where nobody listens now. Whoever starts a server on it checks that the server lives.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)) && port_answers "$port"; do :; done
    echo "$port"
}

server_is_up() {
    ! has_ended "$SERVER_PID" && port_answers "$SERVER_PORT"
}

# server_launch COMMAND…: starts it in the background; sets SERVER_PID.
server_launch() {
    # 7 and 8 are the ends of fifos in some tests: a server that held them open would keep them from ending.
    "$@" >"$BATS_TEST_TMPDIR/server.log" 2>&1 3>&- 7>&- 8>&- &
    SERVER_PID=$!
    wait_until server_is_up || {
        cat "$BATS_TEST_TMPDIR/server.log"
        return 1
    }
}

# shellcheck disable=SC2120 # tests name other signals
server_stop() {
    [[ -n ${SERVER_PID-} ]] || return 0
    kill "${1:--TERM}" "$SERVER_PID" 2>/dev/null || :
    wait "$SERVER_PID" 2>/dev/null || :
    SERVER_PID=
}

# Any IRC server will do: sets SERVER_PORT. SERVER_PASSWORD is asked for if it is set.
start_ngircd() {
    SERVER_PORT=${SERVER_PORT:-$(free_port)}
    cat >"$BATS_TEST_TMPDIR/ngircd.conf" <<-EOF
	[Global]
	Name = irc.test
	Info = for the tests of forkchat
	Listen = 127.0.0.1
	Ports = $SERVER_PORT
	ServerUID = $(id -u nobody)
	ServerGID = $(id -g nobody)
	MotdPhrase = hello
	${SERVER_PASSWORD:+Password = $SERVER_PASSWORD}
	[Limits]
	MaxConnectionsIP = 0
	MaxPenaltyTime = 0
	[Options]
	DNS = no
	Ident = no
	PAM = no
	EOF
    server_launch ngircd -n -f "$BATS_TEST_TMPDIR/ngircd.conf"
}

start_inspircd() {
    local program modules
    program=$(command -v inspircd)
    modules=${program%/sbin/inspircd}/lib/inspircd/modules
    SERVER_PORT=$(free_port)
    mkdir -p "$BATS_TEST_TMPDIR/inspircd"
    cat >"$BATS_TEST_TMPDIR/inspircd/inspircd.conf" <<-EOF
	<server name="irc.test" description="tests" network="Test" id="1AA">
	<admin name="a" nick="a" email="a@localhost">
	<bind address="127.0.0.1" port="$SERVER_PORT" type="clients">
	<connect allow="*" timeout="60" threshold="100" pingfreq="120" recvq="8192" localmax="30" globalmax="30" resolvehostnames="no" useident="no">
	<path configdir="$BATS_TEST_TMPDIR/inspircd" datadir="$BATS_TEST_TMPDIR/inspircd" logdir="$BATS_TEST_TMPDIR/inspircd" moduledir="$modules">
	<pid file="$BATS_TEST_TMPDIR/inspircd/pid">
	<dns server="127.0.0.1" timeout="1">
	<log method="stderr" type="* -USERINPUT -USEROUTPUT" level="default" target="stderr">
	<module name="cap"><module name="ircv3_servertime"><module name="namesx"><module name="uhnames">
	EOF
    server_launch inspircd --nofork --runasroot --config "$BATS_TEST_TMPDIR/inspircd/inspircd.conf"
}

# --- scripted peers ---

# peer_start: somebody on IRC (nc), who says what `peer` is given and writes what it sees to peer.log.
peer_start() {
    mkfifo "$BATS_TEST_TMPDIR/peer.in"
    nc 127.0.0.1 "$SERVER_PORT" <"$BATS_TEST_TMPDIR/peer.in" >"$BATS_TEST_TMPDIR/peer.log" 3>&- 7>&- &
    PEER_PID=$!
    exec 8>"$BATS_TEST_TMPDIR/peer.in"
    peer "NICK $1" "USER $1 0 * :$1"
    peer_sees " 001 "
    peer "JOIN $2"
    peer_sees " 366 "
}

peer() {
    printf '%s\r\n' "$@" >&8
}

peer_has() {
    grep -qF -- "$1" "$BATS_TEST_TMPDIR/peer.log"
}

peer_sees() {
    wait_until peer_has "$1" || {
        echo "# the peer never saw: $1"
        sed 's/^/# peer: /' "$BATS_TEST_TMPDIR/peer.log"
        return 1
    }
}

peer_stop() {
    [[ -n ${PEER_PID-} ]] || return 0
    exec 8>&-
    kill "$PEER_PID" 2>/dev/null || :
    wait "$PEER_PID" 2>/dev/null || :
    PEER_PID=
}

what_is_left() {
    pgrep -af "$BATS_TEST_TMPDIR" | grep -v pgrep
}

is_all_gone() {
    ! what_is_left >/dev/null
}

# Nothing of ours may be left: everything a test starts has its folder in its arguments or environment. What was
# told to end may take a moment.
nothing_is_left() {
    wait_until is_all_gone || {
        echo "# left: $(what_is_left)"
        return 1
    }
}

# The daemon with its three doors; sets SERVER_PORT (irc), PLAIN_PORT and TALK_PORT.
start_forkchatd() {
    local daemon=${FORKCHAT_BUILD:-build}/forkchatd
    mkdir -p "$BATS_TEST_TMPDIR/run"
    "$daemon" -f -c /dev/null -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' \
        -o 'listen irc 127.0.0.1:0' -o 'chroot off' -o "runtime-directory $BATS_TEST_TMPDIR/run" \
        -o "state-directory $BATS_TEST_TMPDIR/run" >"$BATS_TEST_TMPDIR/server.log" 2>&1 3>&- &
    SERVER_PID=$!
    wait_until forkchatd_told || {
        cat "$BATS_TEST_TMPDIR/server.log"
        return 1
    }
}

forkchatd_told() {
    SERVER_PORT=$(forkchatd_port irc) PLAIN_PORT=$(forkchatd_port plain) TALK_PORT=$(forkchatd_port talk)
    [[ -n $SERVER_PORT && -n $PLAIN_PORT && -n $TALK_PORT ]]
}

forkchatd_port() {
    sed -n "s/.*\b$1\b.*127\.0\.0\.1:\([1-9][0-9]*\).*/\1/p" "$BATS_TEST_TMPDIR/server.log" | head -n 1
}
