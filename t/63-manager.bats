#!/usr/bin/env bats
# Under a service manager: what it hears, the sockets it gives, the descriptors it keeps. t/lib/manager.py plays it here.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/crash

teardown() {
    client_teardown
    daemon_teardown
}

# managed [-o OPTION]… -- OPTION…: options of the manager, and of the daemon that it starts.
managed() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    MANAGER=${MANAGER_SOCKET:-$BATS_TEST_TMPDIR/notify}
    rm -f "$MANAGER"
    DAEMON_WRAP=(python3 "$BATS_TEST_DIRNAME/lib/manager.py" "$MANAGER" "${options[@]}" --)
    daemon_start "${DAEMON_UNCONFINED[@]}" "$@"
    SUPERVISOR=$(daemon_pid '^forkchatd: supervisor')
    while read -r file; do
        DAEMON_MEMORY+=("$file")
    done < <(grep -o '/dev/shm/[^ ]*' "/proc/$SUPERVISOR/maps" | sort -u)
}

# Kills processes of the daemon whose titles match, the supervisor among them, until another is ready.
killed_and_started() {
    wait_until all_titled
    # shellcheck disable=SC2046 # pids
    kill -KILL "$SUPERVISOR" $(family "^forkchatd: ($1)")
    expect_log '^ready$'
    SUPERVISOR=$(daemon_pid '^forkchatd: supervisor')
}

all_titled() {
    [[ $(daemon_pids '^forkchatd: supervisor') == "$SUPERVISOR" ]]
}

# For the next daemon of a test.
another_log() {
    mv "$DAEMON_LOG" "$DAEMON_LOG.before"
    exec {LOG_FD}<&-
    LOG_FD=""
}

# Where that door is now.
find_port() {
    # shellcheck disable=SC2034 # for lib/daemon
    PORT[$1]=$(sed -n "s/^listening $1 .*://p" "$DAEMON_LOG" | tail -n 1)
}

# FROM TO…: they read what one says.
hear() {
    local from=$1 to
    shift
    send "$from" "MSG from $from $BATS_TEST_NUMBER"
    for to; do
        expect "$to" -e "[[(]${from}[])] from $from $BATS_TEST_NUMBER"
    done
}

@test "the manager hears when the server is ready, reads its configuration, is executed again, and stops" {
    managed -- -o 'couriers 1'
    expect_log "^notify: READY=1 MAINPID=$SUPERVISOR STATUS=0 connected\$"
    enter toto plain
    expect_log '^notify: STATUS=1 connected$'
    kill -HUP "$SUPERVISOR"
    expect_log '^notify: RELOADING=1 MONOTONIC_USEC=[0-9]+$'
    expect_log "^notify: READY=1 MAINPID=$SUPERVISOR STATUS=1 connected\$"
    kill -USR2 "$SUPERVISOR"
    expect_log '^notify: RELOADING=1 '
    expect_log "^notify: READY=1 MAINPID=$SUPERVISOR STATUS=1 connected\$"
    expect_log 'courier 0 made way for another'
    wait_until all_titled
    daemon_stop
    expect_log '^notify: STOPPING=1 '
    expect_log '^manager: ended with 0 '
    expect toto '[server] the server stops now'
    run -1 grep 'from another' "$DAEMON_LOG" # nobody but the supervisor speaks
}

@test "a manager at a name without a file is told the same" {
    MANAGER_SOCKET=@forkchat-$BATS_TEST_NUMBER-$$-$RANDOM managed --
    expect_log '^notify: READY=1 '
}

@test "a manager that is not there, or is none, is no trouble" {
    local socket
    for socket in "$BATS_TEST_TMPDIR/nobody" @nobody-$$-$RANDOM 'vsock:2:1'; do
        # shellcheck disable=SC2034 # for lib/daemon
        DAEMON_WRAP=(env NOTIFY_SOCKET="$socket")
        daemon_start "${DAEMON_UNCONFINED[@]}"
        wait_until grep -qE 'warning: (cannot tell the service manager: |NOTIFY_SOCKET: vsock:2:1 is the address of no socket)' \
            "$DAEMON_LOG"
        enter toto plain
        close toto
        daemon_stop
        another_log
    done
}

@test "the manager hears that the server lives, and has another take over from one that does not" {
    managed -o watchdog=2000000 --
    enter toto plain
    enter tutu plain
    expect_log '^notify: WATCHDOG=1$'
    expect_log '^notify: WATCHDOG=1$'
    wait_until all_titled
    kill -STOP "$SUPERVISOR"
    expect_log '^manager: watchdog$'
    expect_log '^took over the session of the supervisor before: 2 connected$'
    expect_log '^ready$'
    hear toto tutu
    hear tutu toto
}

@test "the supervisor and all couriers die at once: the next one has what it needs from the manager, and nobody is lost" {
    managed -- -o 'couriers 2'
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games'
    expect toto -e 'you are now talking in #games'
    local port=$PORT_PLAIN
    killed_and_started courier
    grep -q 'took over the session of the supervisor before: 2 connected' "$DAEMON_LOG"
    [[ $(grep -c "^listening plain 127.0.0.1:$port\$" "$DAEMON_LOG") == 2 ]]
    enter tata plain
    send toto 'PART #games'
    hear tata toto tutu
    hear tutu toto tata
    # And again, with those that the one before was given.
    killed_and_started courier
    hear toto tutu tata
}

@test "who connects while there is no supervisor waits, and is let in by the next one" {
    managed --
    enter toto plain
    wait_until all_titled
    kill -STOP "$DAEMON"
    kill -KILL "$SUPERVISOR"
    open tutu plain
    send tutu 'NICK tutu' 'MSG here I am'
    kill -CONT "$DAEMON"
    expect toto '[tutu] here I am'
}

@test "every process dies at once: the next server has the channels and their people's names, and nothing is left over" {
    daemon_may 'worker .*died'
    managed --
    enter toto plain
    ctl ban 192.0.2.0/24 1h too loud
    killed_and_started 'courier|worker'
    expect_log '^notify: READY=1 '
    expect_end toto
    enter tutu plain
    send tutu WHO
    expect tutu '[server] tutu'
    run -0 ctl bans
    [[ $output == *192.0.2.0/24* ]]
}

@test "a manager that keeps too little: couriers have it all the same" {
    managed -o most=9 --
    enter toto plain
    killed_and_started supervisor
    grep -q 'warning: what the service manager kept of an earlier session is of no use: ' "$DAEMON_LOG"
    grep -q 'took over the session of the supervisor before: 1 connected' "$DAEMON_LOG"
    find_port plain
    enter tutu plain
    hear toto tutu
}

@test "a supervisor dies as it takes what was kept for it: the next one is given it as well" {
    crash_build
    crash_prepare
    managed --
    enter toto plain
    wait_until all_titled
    arm session-given "-$DAEMON"
    kill -KILL "$SUPERVISOR" "$(daemon_pid 'courier 0')"
    dies session-given
    expect_log '^ready$'
    enter tutu plain
    hear toto tutu
}

@test "a kept session of another version's memory is given up, and its processes are waited for" {
    managed --
    enter toto plain
    wait_until all_titled
    kill -STOP "$DAEMON"
    kill -KILL "$SUPERVISOR"
    # What a program with another layout would find.
    printf '\377' | dd of="${DAEMON_MEMORY[0]}" bs=1 seek=10 conv=notrunc status=none
    kill -CONT "$DAEMON"
    expect_log 'what the service manager kept of an earlier session is of no use: '
    expect_log 'another version of forkchatd are still running'
    expect_log '^notify: EXTEND_TIMEOUT_USEC=[0-9]+ STATUS=waiting for '
    # shellcheck disable=SC2046 # pids
    kill -TERM $(family '^forkchatd: (worker|courier)')
    expect_log '^ready$'
    expect_end toto
    gives_memory
    enter tutu plain
}

gives_memory() {
    SUPERVISOR=$(daemon_pid '^forkchatd: supervisor')
    local file
    file=$(grep -o '/dev/shm/[^ ]*' "/proc/$SUPERVISOR/maps" | sort -u)
    [[ -n $file ]] && DAEMON_MEMORY+=("$file")
}

# An address of this test's own, so that usual ports are free there.
own_address() {
    echo "127.$((BASHPID % 200 + 20)).$((RANDOM % 250)).$((BATS_TEST_NUMBER + 1))"
}

@test "the manager's sockets are doors: by name, by the address of a listen directive, by the usual port" {
    local host
    host=$(own_address)
    managed -o listen=irc,127.0.0.1,0 -o "listen=a.socket,$host,4321" -o "listen=a.socket,$host,7777" -- \
        -o "listen talk $host:4321"
    [[ ${WHERE[talk]} == "$host:4321" && ${WHERE[plain]} == "$host:7777" ]]
    [[ $(grep -c '^listening ' "$DAEMON_LOG") == 3 ]] # no other is opened
    open toto plain "$host"
    send toto 'NICK toto'
    open tata irc
    send tata 'NICK tata' 'USER tata 0 * :tata'
    expect tata -e ' 001 tata '
    # They stay, whatever happens to the program.
    expect_log '^notify: READY=1 '
    kill -HUP "$SUPERVISOR"
    expect_log '^notify: READY=1 '
    kill -USR2 "$SUPERVISOR"
    expect_log '^ready$'
    killed_and_started courier
    [[ $(grep -c "^listening plain $host:7777\$" "$DAEMON_LOG") == 4 ]]
    open tutu irc
    send tutu 'NICK tutu' 'USER tutu 0 * :tutu' 'PRIVMSG toto :hello'
    expect toto '[tutu -> you] hello'
}

@test "without a listen directive the manager's sockets are all the doors there are" {
    managed -o listen=talk,127.0.0.1,0 -- -c /dev/null -o 'nick-length 20' -o 'listen metrics 127.0.0.1:0'
    [[ $(grep -c '^listening ' "$DAEMON_LOG") == 2 ]]
    daemon_stop
    another_log
    DAEMON_DOORS='' managed -o listen=talk,127.0.0.1,0 --
    [[ $(grep '^listening ' "$DAEMON_LOG") == "listening talk 127.0.0.1:$PORT_TALK" ]]
    kill -HUP "$SUPERVISOR"
    open toto talk
    expect toto -e 'Welcome'
}

@test "a socket that is for no door, or of no use, is named, and the server does not start" {
    daemon_command -f
    local manager=(python3 "$BATS_TEST_DIRNAME/lib/manager.py")
    run -78 "${manager[@]}" "$BATS_TEST_TMPDIR/one" -o listen=games,127.0.0.1,0 -- "${DAEMON_COMMAND[@]}"
    port=$(sed -n 's/^manager listens games //p' <<<"$output")
    [[ $output == *"the service manager gives a socket \"games\" 127.0.0.1:$port, and no door has that name, address or port"* ]]
    run -78 "${manager[@]}" "$BATS_TEST_TMPDIR/two" -o listen=control,127.0.0.1,0 -- "${DAEMON_COMMAND[@]}"
    run -78 "${manager[@]}" "$BATS_TEST_TMPDIR/three" -o udp=irc -- "${DAEMON_COMMAND[@]}"
    [[ $output == *'gives a socket "irc" 127.0.0.1:'*', which is of no use to a door: it does not listen for TCP'* ]]
}

@test "RESTART: doors of its own are opened again at once, those of the manager by way of the manager" {
    local given password
    password=$(openssl passwd -6 secret)
    for given in '' 'listen=irc,127.0.0.1,0'; do
        managed ${given:+-o "$given"} -- -o "operator root $password" -o 'listen irc 127.0.0.1:0'
        find_port irc # the last is the manager's, if it has one
        open toto irc
        send toto 'NICK toto' 'USER toto 0 * :toto' 'OPER root secret' 'RESTART'
        expect_end toto
        [[ -z $given ]] || expect_log '^manager: ended with 75 '
        expect_log '^ready$'
        gives_memory
        find_port irc
        enter tutu irc
        close toto
        close tutu
        daemon_stop
        another_log
    done
}
