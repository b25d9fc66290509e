#!/usr/bin/env bats
# What a start takes from its starter, and what it does not: descriptors, signals, environment, folder.

bats_require_minimum_version 1.5.0

load lib/daemon
load lib/client
load lib/control

setup_file() {
    export FORKCHAT_BUILD=${FORKCHAT_BUILD:-$BATS_TEST_DIRNAME/../build}
}

setup() {
    export PATH=$FORKCHAT_BUILD:$PATH
    export HOME=$BATS_TEST_TMPDIR XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR
}

teardown() {
    client_teardown
    daemon_teardown
}

# A port nobody listens on just now, below those the system gives to clients.
free_port() {
    local port
    for ((port = 15000 + RANDOM % 10000; ; port++)); do
        (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# The daemon that DAEMON_COMMAND has put into the background.
in_background() {
    PID=$(<"$DAEMON_RUN/forkchatd.pid")
    DAEMON_SESSIONS+=("$(ps -o sid= -p "$PID" | tr -d ' ')")
    DAEMON_MEMORY+=("$(grep -o '/dev/shm/[^ ]*' "/proc/$PID/maps" | head -n 1)")
}

# The arguments of every daemon here.
# shellcheck disable=SC2120
on_free_port() {
    PORT_OF_IT=$(free_port)
    daemon_command -o "listen plain 127.0.0.1:$PORT_OF_IT" "$@"
}

stop_background() {
    kill "$PID"
    wait_until _none_left "${DAEMON_SESSIONS[@]}"
    [[ ! -e $DAEMON_RUN/forkchatd.pid ]]
}

# What the server calls itself.
is_named() {
    exchange "$PORT_OF_IT" </dev/null | grep -q "Welcome to $1 "
}

# start_with INPUT OUTPUT ERROR: the daemon, where "-" is a descriptor that is closed.
start_with() {
    (
        [[ $1 == - ]] && exec <&-
        [[ $2 == - ]] && exec >&-
        [[ $3 == - ]] && exec 2>&-
        exec 3>&-
        exec "${DAEMON_COMMAND[@]}"
    )
}

@test "a daemon started without standard input, output or error keeps its pid file to itself" {
    local closed
    for closed in '- = =' '= - =' '= = -' '- - =' '- = -' '= - -' '- - -'; do
        on_free_port
        # shellcheck disable=SC2086
        start_with $closed
        in_background
        [[ $(readlink "/proc/$PID/fd/"[012]) == $'/dev/null\n/dev/null\n/dev/null' ]]
        [[ $(<"$DAEMON_RUN/forkchatd.pid") == "$PID" ]]
        run -69 --separate-stderr "${DAEMON_COMMAND[@]}" 3>&-
        # shellcheck disable=SC2154 # from run
        [[ $stderr == *"another forkchatd (pid $PID) runs in"* ]]
        run -0 ctl who
        stop_background
    done
}

@test "in the foreground, too, a closed standard error takes no line of the log into another file" {
    daemon_command -f
    : >"$BATS_TEST_TMPDIR/output"
    (exec setsid "${DAEMON_COMMAND[@]}" </dev/null >"$BATS_TEST_TMPDIR/output" 2>&- 3>&-) &
    local starter=$!
    DAEMON_SESSIONS+=("$starter")
    wait_until grep -qx ready "$BATS_TEST_TMPDIR/output"
    kill -HUP "$starter"
    wait_until eval '(($(grep -c ^listening "$BATS_TEST_TMPDIR/output") == 4))'
    [[ $(<"$DAEMON_RUN/forkchatd.pid") == "$starter" ]]
    kill "$starter"
    wait "$starter"
}

@test "nobody who waits for the starter's pipes and locks waits for the daemon" {
    local lock=$BATS_TEST_TMPDIR/lock
    on_free_port
    # A pipe ends, at whatever number it is, and on standard output and error.
    # All it may say is that this system has no sandbox.
    [[ -z $("${DAEMON_COMMAND[@]}" 2>&1 4>&1 9>&1 77>&1 3>&- | grep -v 'there is no sandbox') ]]
    in_background
    stop_background
    # So does a lock.
    flock "$lock" "${DAEMON_COMMAND[@]}" 3>&-
    in_background
    flock -n "$lock" true
    stop_background
    # And a FIFO that was the configuration.
    "${DAEMON_COMMAND[@]}" -c <(echo 'server-name fifo.example') 3>&-
    in_background
    is_named fifo.example
    stop_background
}

@test "a daemon in the background leads no session, stays in no folder, and keeps no secret of its starter's" {
    mkdir "$BATS_TEST_TMPDIR/here"
    on_free_port
    (cd "$BATS_TEST_TMPDIR/here" && umask 0 && SECRET=geheim9 exec "${DAEMON_COMMAND[@]}" 3>&-)
    in_background
    [[ $(ps -o sid= -p "$PID" | tr -d ' ') != "$PID" ]]
    [[ $(readlink "/proc/$PID/cwd") == / ]]
    [[ $(stat -c %a "$DAEMON_RUN" "$DAEMON_RUN/forkchatd.pid") != *[2367] ]]
    rmdir "$BATS_TEST_TMPDIR/here"
    # Nor is it in the memory of those who read what strangers send.
    local process
    for process in $(family .); do
        ! grep -qa geheim9 "/proc/$process/environ"
    done
    stop_background
}

@test "relative paths of the command line hold for SIGHUP and SIGUSR2 as well, wherever the daemon stays" {
    local home=$BATS_TEST_TMPDIR/here before
    mkdir "$home"
    ln -s "$(realpath "$FORKCHAT_BUILD")/forkchatd" "$home/program"
    echo 'motd words' >"$home/config"
    echo 'one' >"$home/words"
    on_free_port
    (cd "$home" && ./program "${DAEMON_COMMAND[@]:1}" -c config 3>&-)
    in_background
    echo 'server-name renamed.example' >>"$home/config"
    kill -HUP "$PID"
    wait_until is_named renamed.example
    # shellcheck disable=SC2034 # in words that are evaluated
    before=$(family courier | sort)
    kill -USR2 "$PID"
    wait_until eval '[[ $(family courier | sort) != "$before" ]]'
    [[ $(readlink "/proc/$PID/cwd") == / && $(<"$DAEMON_RUN/forkchatd.pid") == "$PID" ]]
    echo 'server-name again.example' >"$home/config"
    kill -HUP "$PID"
    wait_until is_named again.example
    stop_background
}

@test "signals that the starter ignores or blocks work all the same" {
    on_free_port
    (
        trap '' HUP TERM INT USR2 CHLD PIPE XCPU
        exec "${DAEMON_COMMAND[@]}" 3>&-
    )
    in_background
    wait_until eval '[[ $(family courier) ]]'
    local courier
    courier=$(family courier | head -n 1)
    # Only these are ignored: SIGPIPE and SIGUSR1.
    run grep SigIgn "/proc/$PID/status"
    ((0x${output##*[[:space:]]} % 0x80000000 == 0x1200)) # above are those of the C library
    kill -KILL "$courier"
    wait_until eval '! family courier | grep -qx '"$courier"
    stop_background
}

@test "a client without standard output says that nobody reads it, and sends nothing else to the server" {
    daemon_start
    open tutu plain
    send tutu 'NICK tutu'
    expect tutu '[server] you are now tutu'
    local status=0
    echo hello | forkchat -t -d plain -n toto 127.0.0.1 "$PORT_PLAIN" >&- 2>"$BATS_TEST_TMPDIR/error" 3>&- || status=$?
    [[ $status == 74 ]]
    grep -q '^forkchat: ' "$BATS_TEST_TMPDIR/error"
    status=0
    forkchatctl -r "$DAEMON_RUN" who >&- 2>"$BATS_TEST_TMPDIR/error" 3>&- || status=$?
    [[ $status == 74 ]]
    grep -q '^forkchatctl: cannot write' "$BATS_TEST_TMPDIR/error"
    # Without error or input they do what they do with /dev/null there.
    [[ $(forkchatctl -r "$DAEMON_RUN" who <&- 2>&- 3>&-) == *tutu* ]]
    run -0 eval 'forkchat -t -d plain 127.0.0.1 "$PORT_PLAIN" <&- 2>&- 3>&-'
    run -64 eval 'forkchat-lan --no-such-option <&- >&- 2>&- 3>&-'
    run -64 eval 'forkchat --no-such-option <&- >&- 2>&- 3>&-'
    send tutu 'WHO'
    expect tutu '[server] tutu'
}

@test "what a program is asked to show and cannot write has status 74" {
    [[ -c /dev/full ]] || skip "no /dev/full"
    local what
    for what in 'forkchatd --help' 'forkchatd -V' 'forkchatd -t -c /dev/null' 'forkchatctl --help' 'forkchatctl -V' \
        'forkchat --help' 'forkchat-lan --help'; do
        run -74 eval "$what >/dev/full"
        run -74 eval "$what >&-"
    done
}

@test "who starts it for the first time, and says nothing, is told how to go on, and it is so" {
    [[ $EUID == 0 ]] || skip "only root can have a machine of its own"
    requires ip script telnet
    unshare -mn true 2>/dev/null || skip "namespaces are not permitted here"
    cat >"$BATS_TEST_TMPDIR/fresh" <<'END'
set -eu
for folder in /run /var/lib /dev/shm; do
    mount -t tmpfs tmpfs "$folder"
done
if [ -d /etc/forkchat ]; then mount -t tmpfs tmpfs /etc/forkchat; fi
ip link set lo up
script -qec "$1/forkchatd" /dev/null </dev/null | tr -d '\r'
echo "---"
echo "not for a terminal: [$("$1/forkchatd" 2>/dev/null || :)]"
(echo '/nick toto'; echo 'stop') | "$1/forkchatd" -i
"$1/forkchatctl" who
"$1/forkchatctl" shutdown
while "$1/forkchatctl" who >/dev/null 2>&1; do :; done
END
    run -0 --separate-stderr unshare -mn bash "$BATS_TEST_TMPDIR/fresh" "$FORKCHAT_BUILD" 3>&-
    [[ $output == *'The server runs, in the background'*'telnet localhost 5000'*'irssi -c localhost -p 6667'*'forkchatctl who'*---* ]]
    [[ $output == *'not for a terminal: []'* ]]
    [[ $output == *'[server] you are now toto'* ]]
}

@test "where the system has no sandbox that is said once, and everything works" {
    local times=0
    [ ! -e "$FORKCHAT_BUILD/src/base/sandbox_none.o" ] || times=1 # make plain
    daemon_start
    enter toto plain
    enter tutu plain
    send toto 'MSG hello'
    expect tutu '[toto] hello'
    [[ $(grep -c 'there is no sandbox on this system: going on without$' "$DAEMON_LOG") == "$times" ]]
}
