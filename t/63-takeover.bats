#!/usr/bin/env bats
# The supervisor dies, or is executed again: those connected notice nothing, and the one that comes after it goes on with
# their session as if it had been its own.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/crash
load lib/crowd

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"

teardown() {
    client_teardown
    daemon_teardown
}

parent_of() {
    ps -o ppid= -p "$1" | tr -d ' '
}

family_is() {
    [[ $(family "$1" | wc -l) == "$2" ]]
}

# The pid of the one who was stopped at a crash point, other than $1.
stopped() {
    local found
    wait_until _find_stopped "${1:-}" >&2 && echo "$found"
}

_find_stopped() {
    for found in $(family .); do
        [[ $found == "$1" ]] || ! is_stopped "$found" || return 0
    done
    return 1
}

# When all its children are what they are to be, unless $1 is now.
kill_supervisor() {
    [[ ${1:-} == now ]] || wait_until all_born
    kill -KILL "$DAEMON"
    daemon_killed
}

# A supervisor that takes over has others take the place of those who were there before, one after the other.
all_renewed() {
    local title
    for title in 'courier 0' 'courier 1' collector archivist keeper; do
        echo "$title"
        [[ $(daemon_pids "^forkchatd: $title" | wc -l) == 1 ]] || return 1
    done
}

# SIGUSR2, and until the program that was executed says so.
again() {
    kill -USR2 "$DAEMON"
    expect_log '^ready$'
}

# NICK FROM: what one says everybody else in the lobby reads.
all_hear() {
    local from=$1 nick
    shift
    send "$from" "MSG ${FUNCNAME[1]} $BATS_TEST_NUMBER $RANDOM"
    sync "$from"
    for nick; do
        expect "$nick" -e "[[(]${from}[])] ${FUNCNAME[1]} $BATS_TEST_NUMBER"
    done
}

@test "the supervisor is killed and started again: nobody is disconnected, and all goes on" {
    daemon_start -o 'grace off' # who dies at telnet would be waited for
    enter toto plain
    enter tutu talk
    kill_supervisor
    send toto 'MSG who needs a supervisor?'
    expect tutu '(toto) who needs a supervisor?'
    daemon_start -o 'grace off'
    grep -q 'took over the session of the supervisor before: 2 connected' "$DAEMON_LOG"
    send tutu 'nobody noticed'
    expect toto '[tutu] nobody noticed'
    enter tata plain
    send tata 'WHO'
    expect tata '[server] toto tutu tata'
    send tata 'MSG I am new here'
    expect toto '[tata] I am new here'
    expect tutu '(tata) I am new here'
    # Who leaves, and who dies, gives the place back, although no child of this supervisor's.
    send toto 'QUIT bye'
    expect_end toto
    expect tata '[toto] bye'
    daemon_may 'worker .* died'
    kill -KILL "$(worker_of tutu)"
    expect tata '[server] tutu has left (server trouble)'
    wait_until family_is 'worker' 1
    send tata 'WHO'
    expect tata '[server] tata'
}

@test "the new supervisor ends everybody, its own and those it took over, and leaves nothing" {
    daemon_start -o 'couriers 2'
    enter toto plain
    kill_supervisor
    daemon_start -o 'couriers 2'
    enter tutu plain
    expect_log 'courier 0 made way for another'
    expect_log 'courier 1 made way for another'
    all_hear tutu toto # each new courier has its client's socket
    all_hear toto tutu
    local pid=$DAEMON
    # shellcheck disable=SC2119
    daemon_stop
    _gone "$pid"
    expect toto '[server] the server stops now'
    expect_end toto
    expect_end tutu
    wait_until family_is . 0
    # What is found there before a start as well: an empty folder to chroot to, and the file of the lock.
    rmdir "$DAEMON_RUN/empty" 2>/dev/null || :
    [[ $(echo "$DAEMON_RUN"/*) == "$DAEMON_RUN/family.lock" ]]
}

@test "the supervisor is killed with nobody connected, and started again" {
    daemon_start
    kill_supervisor
    daemon_start
    enter toto plain
}

@test "supervisors are killed one after the other: each takes over from the one before" {
    daemon_start
    enter toto plain
    local round nick others=(toto)
    for round in 1 2 3; do
        kill_supervisor
        daemon_start
        grep -q "took over .*: $round connected" "$DAEMON_LOG"
        enter "t$round" plain
        all_hear "t$round" "${others[@]}"
        others+=("t$round")
    done
    all_hear toto t1 t2 t3
}

@test "who died while there was no supervisor is put in order by the next one" {
    daemon_may 'worker .* died'
    daemon_start -o 'max-clients 3' -o 'max-clients-per-address 3'
    enter toto plain
    enter tutu plain
    enter tata plain
    kill_supervisor
    kill -KILL "$(worker_of tutu)"
    send tata 'QUIT bye'
    expect_end tata
    send toto 'MSG still here'
    sync toto
    daemon_start -o 'max-clients 3' -o 'max-clients-per-address 3'
    expect toto '[server] tutu has left (server trouble)'
    # Both places are free, and no more than both.
    wait_until family_is 'worker' 1
    enter t1 plain
    enter t2 plain
    open t3 plain
    expect_end t3
    transcript t3 | grep -q 'the server is full'
    all_hear t1 toto t2
}

@test "a courier died while there was no supervisor: its clients get what they missed" {
    daemon_start -o 'couriers 2'
    enter toto plain
    enter tutu plain
    kill_supervisor
    kill -KILL "$(daemon_pid 'courier 1')"
    send toto 'MSG one' 'MSG two'
    daemon_start -o 'couriers 2'
    send toto 'MSG three'
    expect_next tutu '[toto] one'
    expect_next tutu '[toto] two'
    expect_next tutu '[toto] three'
    send tutu 'MSG and back'
    expect toto '[tutu] and back'
}

@test "a courier hangs while a supervisor takes over: another one answers, and it is replaced" {
    daemon_may 'courier .* (died|does not keep up)'
    daemon_start -o 'couriers 2' -o 'ring-size 256k' -o 'flood off'
    enter toto plain
    enter tutu plain
    kill_supervisor
    kill -STOP "$(daemon_pid 'courier 1')"
    daemon_start -o 'couriers 2' -o 'ring-size 256k' -o 'flood off'
    grep -q 'took over' "$DAEMON_LOG"
    # More than half of the ring, so that it is not waited for as long as for one that holds up nobody.
    local lines
    mapfile -t lines < <(yes "MSG $(head -c 900 /dev/zero | tr '\0' x)" | head -n 170)
    send toto "${lines[@]}" 'MSG hello'
    expect_log 'courier 1 does not keep up with what is said and is ended'
    expect tutu '[toto] hello'
}

@test "all couriers died with the supervisor: what is left is ended, and a new session begins" {
    daemon_may 'ending the processes'
    daemon_start
    enter toto plain
    kill_supervisor
    local pid
    for pid in $(family 'courier'); do
        kill -KILL "$pid"
    done
    daemon_start
    grep -q 'warning: ending the processes of a forkchatd that was killed: no courier of theirs answers (Connection refused)' "$DAEMON_LOG"
    expect_end toto
    enter tutu plain
    send tutu WHO
    expect tutu '[server] tutu'
}

@test "bans, silence and a countdown go on under the next supervisor" {
    daemon_start
    enter toto plain
    ctl ban 192.0.2.0/24 1h too loud
    ctl mute all
    ctl shutdown 3600 see you
    expect toto '[server] the server stops in 60 minutes: see you'
    kill_supervisor
    daemon_start
    run -0 ctl bans
    [[ $output == *192.0.2.0/24* ]]
    grep -q 192.0.2.0 "$BATS_TEST_TMPDIR/state/bans"
    send toto 'MSG may I?'
    expect toto -e 'silence|muted'
    ctl unmute all
    ctl shutdown cancel
    expect toto '[server] the server goes on: the shutdown is cancelled'
}

@test "other settings are for those who were there before as well" {
    daemon_start
    enter toto plain
    kill_supervisor
    daemon_start -o 'nick-length 5'
    send toto 'NICK longername'
    expect toto -e '[Nn]ick.*5'
}

@test "a restarted server finds its doors; who is not let in hears why" {
    daemon_start -o 'max-clients-per-address 2' -o 'listen plain 127.0.0.1:0' -o 'listen plain 127.0.0.2:0'
    enter toto plain
    enter tutu plain
    kill_supervisor
    daemon_start -o 'max-clients-per-address 2' -o "listen plain 127.0.0.1:$PORT_PLAIN"
    open tata plain
    expect_end tata
    transcript tata | grep -q 'too many connections from your address'
    send toto 'QUIT'
    expect_end toto
    wait_until family_is 'worker' 1
    enter titi plain
}

@test "a process that holds the lock and hangs is ended by a supervisor whose child it is not" {
    daemon_may 'held the lock|worker .*died|a process died'
    crash_build
    crash_prepare
    daemon_start
    enter toto plain
    enter tutu plain
    kill_supervisor
    arm lock-taken "$(worker_of tutu)" '@'
    send tutu 'MSG I hang'
    wait_until died
    daemon_start
    expect toto '[server] tutu has left (server trouble)'
    send toto WHO
    expect toto '[server] toto'
}

@test "a supervisor, or the courier it asks, dies in the middle of taking over: the next one does it" {
    crash_build
    crash_prepare
    daemon_may '(worker|courier) .*died'
    daemon_start -o 'couriers 2'
    enter toto plain
    enter tutu plain
    local point shell=$BASHPID
    for point in descriptors-claimed session-adopted; do
        kill_supervisor
        # The supervisor is a child of this shell.
        arm "$point" "-$shell"
        daemon_start -o 'couriers 2' || :
        wait_until died
        daemon_killed
        daemon_start -o 'couriers 2'
        all_hear toto tutu
        all_hear tutu toto
        # There is only one between two of these; it must not be the one that dies.
        expect_log 'courier 0 made way for another'
        expect_log 'courier 1 made way for another'
    done
    # The couriers are nobody's children then, that is, init's.
    kill_supervisor
    arm descriptors-offered "-$(parent_of "$(family courier | head -n 1)")"
    daemon_start -o 'couriers 2' # asks the other courier
    wait_until died
    all_hear toto tutu
}

@test "a child that was starting when the supervisor died holds the doors for a moment: the next one waits for it" {
    crash_build
    crash_prepare
    daemon_start -o 'couriers 1'
    enter toto plain
    wait_until all_born
    arm child-forked "-$DAEMON" '?'
    open tutu plain
    wait_until died
    local child port=$PORT_PLAIN
    child=$(stopped)
    kill_supervisor now
    (pause; kill -CONT "$child") 3>&- &
    daemon_start -o 'couriers 1' -o "listen plain 127.0.0.1:$port"
    [[ $PORT_PLAIN == "$port" ]]
    # It has its place, or had to leave it; others are not disturbed.
    send toto 'MSG hello'
    enter tata plain
    all_hear tata toto
}

@test "a courier whose supervisor died before it called the workers has all their sockets" {
    daemon_may 'courier 0 died: signal 9'
    crash_build
    crash_prepare
    daemon_start -o 'couriers 1'
    enter toto plain
    enter tutu talk
    arm courier-forked "$DAEMON"
    kill -KILL "$(daemon_pid 'courier 0')"
    wait_until died
    daemon_killed
    # A line is on its way to them, so the courier owes them something and does not make way.
    send toto 'MSG still here'
    daemon_start -o 'couriers 1'
    expect tutu '(toto) still here'
    expect_log 'courier 0 made way for another'
    enter tata plain
    all_hear tata toto tutu
}

@test "of two couriers that were starting, for a supervisor that died and for the next, one serves" {
    daemon_may 'courier 1 died: signal 9'
    crash_build
    crash_prepare
    daemon_start -o 'couriers 2'
    enter toto plain
    enter tutu plain
    wait_until all_born
    arm child-forked "-$DAEMON" '?'
    kill -KILL "$(daemon_pid 'courier 1')"
    wait_until died
    local first second
    first=$(stopped)
    kill_supervisor now
    daemon_start -o 'couriers 2'
    all_hear toto tutu
    wait_until all_renewed
    wait_until all_born
    arm child-forked "-$DAEMON" '?'
    kill -KILL "$(daemon_pid 'courier 1')"
    wait_until died
    second=$(stopped "$first")
    kill -CONT "$first"
    all_hear tutu toto
    kill -CONT "$second"
    # The one is adopted, and then makes way as all do who were there before.
    expect_log 'courier 1 made way for another'
    expect_log 'courier 1 made way for another'
    all_hear toto tutu
    wait_until family_is 'courier 1' 1
}

@test "whoever comes to life when all is over ends" {
    local who
    crash_build
    crash_prepare
    daemon_may 'courier 1 died: signal 9'
    for who in courier worker; do
        daemon_start -o 'couriers 2'
        enter toto plain
        wait_until all_born
        arm child-forked "-$DAEMON" '?'
        if [[ $who == courier ]]; then
            kill -KILL "$(daemon_pid 'courier 1')"
        else
            open tutu plain
        fi
        wait_until died
        local child
        child=$(stopped)
        kill_supervisor now
        daemon_start -o 'couriers 2'
        daemon_stop
        kill -CONT "$child"
        wait_until has_ended "$child"
        close toto
    done
    expect_end tutu
}

@test "one that was starting when the supervisor died lives on, and whoever is given its place leaves it alone" {
    daemon_may 'slot 1 is taken|worker .*died: exit status 69'
    crash_build
    crash_prepare
    daemon_start
    enter toto plain
    arm worker-starting "-$DAEMON" '?'
    open tutu plain
    wait_until died
    local first second
    first=$(stopped)
    kill_supervisor now
    daemon_start
    # The next one is given the same place; both are on their way to it.
    arm worker-starting "-$DAEMON" '?'
    open tata plain
    wait_until died
    second=$(stopped "$first")
    kill -CONT "$first"
    send tutu 'NICK tutu'
    expect tutu '[server] you are now tutu'
    kill -CONT "$second"
    expect_end tata
    expect_log 'slot 1 is taken'
    enter titi plain
    all_hear tutu toto titi
    all_hear titi toto tutu
    send titi 'WHO'
    expect titi '[server] toto tutu titi'
    send tutu 'QUIT bye'
    expect_end tutu
    wait_until family_is worker 2
    enter tata2 plain
    all_hear tata2 toto titi
}

@test "a session of another version's is left alone until all of its people have left" {
    daemon_start
    enter toto plain
    kill_supervisor
    # What a program with another layout would find.
    printf '\377' | dd of="${DAEMON_MEMORY[0]}" bs=1 seek=10 conv=notrunc status=none
    local first=("${DAEMON_SESSIONS[@]}")
    daemon_command -f
    setsid "${DAEMON_COMMAND[@]}" </dev/null >>"$DAEMON_LOG" 2>&1 3>&- &
    DAEMON=$!
    DAEMON_SESSIONS+=("$DAEMON")
    expect_log 'another version of forkchatd are still running.*waiting for them to leave'
    send toto 'MSG I stay a little'
    sync toto
    local pid
    for pid in $(DAEMON_PIDS_OF=${first[0]} daemon_pids .); do
        kill -TERM "$pid"
    done
    expect_log 'they have left'
    expect_log '^ready$'
    expect_end toto
}

@test "waiting for another version's people can be called off" {
    daemon_start
    enter toto plain
    kill_supervisor
    printf '\377' | dd of="${DAEMON_MEMORY[0]}" bs=1 seek=10 conv=notrunc status=none
    daemon_command -f
    setsid "${DAEMON_COMMAND[@]}" </dev/null >>"$DAEMON_LOG" 2>&1 3>&- &
    local waiting=$! status=0 pid
    expect_log 'waiting for them to leave'
    kill -TERM "$waiting"
    wait "$waiting" || status=$?
    ((status == 69))
    send toto 'WHO'
    expect toto '[server] toto'
    for pid in $(family .); do
        kill -KILL "$pid" 2>/dev/null || : # it may end by itself, without the others
    done
    rm "${DAEMON_MEMORY[0]}"
}

@test "pids that a worker has made up: those who live keep their places, and newcomers find others" {
    daemon_start -o 'max-clients 8'
    enter toto plain
    enter tutu plain
    kill_supervisor
    (($("$FORKCHAT_BUILD/t/hostile/forge" "$DAEMON_RUN" 0) > 2))
    daemon_start -o 'max-clients 8'
    enter tata plain
    send toto 'MSG still there?'
    expect tata '[toto] still there?'
    send toto 'QUIT'
    send tutu 'QUIT'
    expect_end toto
    expect_end tutu
    wait_until family_is worker 1
    # Seven more: each slot is free once.
    local nick
    for nick in {a..g}; do
        enter "$nick$nick" plain
    done
    open late plain
    expect late -e 'the server is full'
}

# ---- SIGUSR2 ----

@test "SIGUSR2: the supervisor is executed again under the same pid, and nobody notices" {
    daemon_start -o 'grace off' # who dies at telnet would be waited for
    enter toto plain
    enter tutu talk
    enter tata irc
    send tata 'JOIN #lobby'
    local before=$DAEMON ports="$PORT_PLAIN $PORT_TALK $PORT_IRC"
    again
    expect_log 'courier 0 made way for another' || :
    kill -0 "$before"
    send toto 'MSG still there?'
    expect tutu '(toto) still there?'
    expect tata -e 'PRIVMSG #lobby :still there\?'
    # The doors were never closed: the same ports.
    open titi plain
    send titi 'NICK titi' 'WHO'
    expect titi '[server] toto tutu tata titi'
    [[ "$PORT_PLAIN $PORT_TALK $PORT_IRC" == "$ports" ]]
    # They are children still: whoever dies is reaped.
    daemon_may 'worker .* died: signal 9'
    kill -KILL "$(worker_of tutu)"
    expect titi '[server] tutu has left (server trouble)'
    send titi 'QUIT'
    expect_end titi
    wait_until family_is 'worker' 2
}

@test "SIGUSR2 again and again while 1,000 clients chat: no line is lost, nobody is disconnected" {
    crowd_prepare
    local round
    daemon_start -o 'flood off' -o 'max-clients 1100' -o 'couriers 2'
    enter toto plain
    crowd_begin --rate 20
    for round in 1 2 3; do
        kill -USR2 "$DAEMON"
        expect_log "took over the session of the supervisor before: $((CROWD + 1)) connected"
        expect_log 'courier . made way for another'
        expect_log 'courier . made way for another'
        crowd_is_heard
    done
    crowd_end
    all_hear toto
}

@test "the supervisor is killed and started again while 1,000 clients chat: no line is lost, nobody is disconnected" {
    crowd_prepare
    local round
    daemon_start -o 'flood off' -o 'max-clients 1100' -o 'couriers 2'
    enter toto plain
    crowd_begin --rate 20
    for round in 1 2; do
        kill_supervisor now
        daemon_start -o 'flood off' -o 'max-clients 1100' -o 'couriers 2'
        crowd_is_heard
    done
    crowd_end
    grep -q "took over the session of the supervisor before: $((CROWD + 1)) connected" "$DAEMON_LOG"
}

@test "SIGUSR2 reads the configuration again: doors that are new are opened, others are closed" {
    local config=$BATS_TEST_TMPDIR/conf
    echo 'listen plain 127.0.0.1:0' >"$config"
    daemon_start -c "$config" -o 'listen talk 127.0.0.1:0'
    enter toto plain
    enter tutu talk
    local port=$PORT_PLAIN
    echo 'listen irc 127.0.0.1:0' >"$config"
    kill -USR2 "$DAEMON"
    expect_log '^listening irc 127.0.0.1:([0-9]+)$'
    # shellcheck disable=SC2034,SC2154 # for open
    PORT[irc]=${BASH_REMATCH[1]}
    expect_log '^listening talk 127.0.0.1:([0-9]+)$'
    [[ ${BASH_REMATCH[1]} == "$PORT_TALK" ]]
    expect_log '^ready$'
    enter tata irc
    send tata 'JOIN #lobby' 'PRIVMSG #lobby :hello'
    expect toto '[tata] hello'
    ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

@test "SIGUSR2 in the background: the same pid, in its file as well" {
    local port pid
    port=$((RANDOM % 20000 + 10000))
    daemon_command -o "listen plain 127.0.0.1:$port"
    "${DAEMON_COMMAND[@]}" 3>&-
    pid=$(<"$DAEMON_RUN/forkchatd.pid")
    DAEMON_SESSIONS+=("$(ps -o sid= -p "$pid" | tr -d " ")")
    # shellcheck disable=SC2034,SC2154 # for open
    PORT[plain]=$port
    enter toto plain
    local before
    before=$(family courier | sort)
    kill -USR2 "$pid"
    wait_until couriers_are_others "$before"
    [[ $(<"$DAEMON_RUN/forkchatd.pid") == "$pid" ]]
    send toto 'WHO'
    expect toto '[server] toto'
    enter tutu plain
    all_hear tutu toto
    kill -TERM "$pid"
    wait_until family_is . 0
}

couriers_are_others() {
    local now
    now=$(family courier | sort)
    [[ $(wc -l <<<"$now") == "$(wc -l <<<"$1")" ]] && ! grep -qxFf <(echo "$1") <<<"$now"
}

# FILE: as if the program had been replaced by this one before SIGUSR2.
start_as() {
    daemon_command -f
    local program=$1
    shift
    DAEMON_WRAP=(bash -c 'p=$1; shift 2; exec -a "$p" "$0" "$@"' "$FORKCHAT_BUILD/forkchatd" "$program")
    daemon_start "${DAEMON_UNCONFINED[@]}" "$@"
    # shellcheck disable=SC2034 # for daemon_start
    DAEMON_WRAP=()
}

script() {
    cat >"$BATS_TEST_TMPDIR/program"
    chmod 755 "$BATS_TEST_TMPDIR/program"
}

@test "SIGUSR2 with a program that is not there, or does not run, changes nothing" {
    start_as "$BATS_TEST_TMPDIR/program"
    enter toto plain
    kill -USR2 "$DAEMON"
    expect_log 'program cannot be executed .*: going on as before'
    script <<<'no program'
    kill -USR2 "$DAEMON"
    expect_log 'program cannot be executed .*: going on as before'
    enter tutu plain
    all_hear tutu toto
}

@test "SIGUSR2 with a configuration that is wrong changes nothing" {
    local config=$BATS_TEST_TMPDIR/conf
    echo 'listen plain 127.0.0.1:0' >"$config"
    daemon_start -c "$config" -o 'couriers 1'
    enter toto plain
    echo 'listen nonsense' >"$config"
    kill -USR2 "$DAEMON"
    expect_log 'does not accept the configuration: going on as before'
    enter tutu plain
    all_hear tutu toto
}

@test "a program that finds something else than a supervisor leaves ends with 69, and does nothing" {
    local run=$BATS_TEST_TMPDIR/run state
    for state in '' 'nonsense' $'directory x\n' $'directory 0 /nowhere\ncouriers 1\n'; do
        printf '%s' "$state" >"$BATS_TEST_TMPDIR/state"
        run -69 env FORKCHATD_SESSION=7 "$FORKCHAT_BUILD/forkchatd" -f -o "runtime-directory $run" 7<"$BATS_TEST_TMPDIR/state"
        [[ $output == *'supervisor before'* ]]
    done
    run -69 env FORKCHATD_SESSION=7 "$FORKCHAT_BUILD/forkchatd" -f -o "runtime-directory $run" 7<&-
    [[ $output == *'left nothing to read'* && ! -e $run ]]
}

@test "SIGUSR2 with a program of another layout: nobody is let in, and it begins when all have left" {
    script <<EOF
#!/bin/sh
case \$1 in
-V) echo forkchatd 99; echo shared memory 99 ;;
-t) exit 0 ;;
*) exec '$FORKCHAT_BUILD/forkchatd' "\$@" ;;
esac
EOF
    start_as "$BATS_TEST_TMPDIR/program"
    enter toto plain
    enter tutu plain
    kill -USR2 "$DAEMON"
    expect_log 'another layout of the shared memory: it waits for all to leave'
    open tata plain
    expect_end tata
    transcript tata | grep -q 'a new version of the server waits until all have left'
    all_hear toto tutu
    send toto QUIT
    expect_end toto
    all_hear tutu
    send tutu QUIT
    expect_end tutu
    expect_log '^listening plain 127.0.0.1:([0-9]+)$'
    # shellcheck disable=SC2034,SC2154 # for open
    PORT[plain]=${BASH_REMATCH[1]}
    expect_log '^ready$'
    enter titi plain
}

@test "with the old program back in its place, SIGUSR2 lets people in again" {
    script <<'EOF'
#!/bin/sh
[ "$1" != -V ] || echo shared memory 99
EOF
    start_as "$BATS_TEST_TMPDIR/program"
    enter toto plain
    kill -USR2 "$DAEMON"
    expect_log 'it waits for all to leave'
    ln -sf "$FORKCHAT_BUILD/forkchatd" "$BATS_TEST_TMPDIR/program"
    again
    enter tutu plain
    all_hear tutu toto
}

@test "SIGUSR2: who serves an operator is known to the program that was executed" {
    daemon_may 'control process .* died: signal 9'
    daemon_start
    "$FORKCHAT_BUILD/forkchatctl" -r "$DAEMON_RUN" top >"$BATS_TEST_TMPDIR/seen" 2>&1 3>&- &
    wait_until family_is 'control' 1
    again
    kill -KILL "$(daemon_pid 'control')"
    expect_log 'control process .* died: signal 9'
}

@test "SIGUSR2 harms none of the other processes" {
    daemon_start
    enter toto plain
    local pid before
    before=$(daemon_pids | sort)
    for pid in $before; do
        [[ $pid == "$DAEMON" ]] || kill -USR2 "$pid"
    done
    send toto 'WHO'
    expect toto '[server] toto'
    [[ $(daemon_pids | sort) == "$before" ]]
}

@test "a client that is slow keeps its lines: its courier makes way only when it owes it nothing" {
    daemon_start -o 'couriers 1' -o 'flood off' -o 'ring-size 256k' -o 'queue-limit 64M'
    enter toto plain
    enter slow plain
    local last=12000
    seq -f "MSG %06.0f $(head -c 980 /dev/zero | tr '\0' x)" 1 "$last" >&"${CLIENT_FD[toto]}"
    sync toto
    local courier
    courier=$(daemon_pid 'courier 0')
    again
    [[ $(family 'courier 0') == "$courier" ]]
    enter tutu plain
    patiently grep -m "$last" -E '^\[toto\] [0-9]{6} x{980}$' <&"${CLIENT_FD[slow]}" |
        cut -d' ' -f2 | cmp - <(seq -f %06.0f 1 "$last")
    expect_log 'courier 0 made way for another'
    all_hear tutu toto slow
}
