#!/usr/bin/env bats
# Processes: who there is, what they are called, limits, deaths and the end.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

teardown() {
    client_teardown
    daemon_teardown
    [[ -z ${OPEN_FOLDER:-} ]] || rm -rf "$OPEN_FOLDER"
}

titles() {
    local pid
    for pid in $(pgrep -s "$DAEMON"); do
        tr -d '\0' <"/proc/$pid/cmdline" 2>/dev/null && echo
    done | sort
}

# How many processes of the daemon have a title that matches.
count() {
    titles | grep -cE "$1" || :
}

count_is() {
    [[ $(count "$1") == "$2" ]]
}

is_welcome() {
    exchange plain </dev/null | grep -q Welcome
}

no_zombie() {
    [[ $(ps -o stat= -s "$DAEMON") != *Z* ]]
}

@test "ps shows every process's job" {
    daemon_start -o 'couriers 2'
    open toto plain
    expect toto -e 'You are (.*)\.$'
    local first=${BASH_REMATCH[1]} second
    open tutu talk
    expect tutu -e 'You are (.*)\.$'
    second=${BASH_REMATCH[1]}
    sync toto
    sync tutu
    diff <(titles) <(sort <<TITLES
forkchatd: supervisor
forkchatd: courier 0
forkchatd: courier 1
forkchatd: keeper
forkchatd: collector
forkchatd: archivist
forkchatd: worker $first (plain $first)
forkchatd: worker $second (talk $second)
TITLES
    )
    send toto 'NICK toto'
    sync toto
    diff <(titles | grep worker) <(sort <<TITLES
forkchatd: worker toto (plain $first)
forkchatd: worker $second (talk $second)
TITLES
    )
}

@test "one process serves one client and ends with it; no zombie stays" {
    daemon_start
    local i
    for i in {1..20}; do
        enter "c$i" plain
    done
    count_is 'worker c[0-9]+ ' 20
    for i in {1..20}; do
        case $((i % 3)) in
        0) close "c$i" ;;
        1) send "c$i" 'QUIT' && expect_end "c$i" && close "c$i" ;;
        2) kill -KILL "$(worker_of "c$i")" && expect_end "c$i" && close "c$i" ;;
        esac
    done
    daemon_may 'worker .* died: signal 9'
    wait_until count_is worker 0
    wait_until no_zombie
    [[ $(titles | wc -l) == $((1 + $(count 'keeper|courier|collector|archivist'))) ]]
}

@test "max-clients: who is too many gets a line and the end, until somebody leaves" {
    daemon_start -o 'max-clients 2'
    enter toto plain
    enter tutu talk
    open tata plain
    expect_next tata '[server] the server is full: try again later'
    expect_end tata
    close tata
    expect_log '^client refused "127\.0\.0\.1:[0-9]+": the server is full: try again later$'
    exchange talk </dev/null >"$BATS_TEST_TMPDIR/out"
    [[ $(<"$BATS_TEST_TMPDIR/out") == $'[server] the server is full: try again later\r' ]]
    send tutu 'stop'
    expect_end tutu
    close tutu
    wait_until is_welcome
    wait_until count_is worker 1
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "max-clients-per-address counts each address by itself" {
    daemon_start -o 'max-clients-per-address 2'
    enter toto plain
    enter tutu plain
    open tata plain
    expect_next tata '[server] too many connections from your address: close one first'
    expect_end tata
    nc -N -s 127.0.0.2 127.0.0.1 "$PORT_PLAIN" </dev/null >"$BATS_TEST_TMPDIR/out" 3>&-
    grep -q '^\[server\] Welcome .* You are 127\.0\.0\.2:' "$BATS_TEST_TMPDIR/out"
    close tutu
    wait_until is_welcome
}

@test "connect-rate refuses an address that comes too often, and only it" {
    daemon_start -o 'connect-rate 3/1000'
    local i
    for i in 1 2 3; do
        exchange plain </dev/null | grep -q Welcome
    done
    [[ $(exchange plain </dev/null) == '[server] you connect too often: wait a little, then try again' ]]
    [[ $(exchange talk </dev/null) == $'[server] you connect too often: wait a little, then try again\r' ]]
    nc -N -s 127.0.0.2 127.0.0.1 "$PORT_PLAIN" </dev/null 3>&- | grep -q Welcome
}

@test "connect-rate lets an address in again after a while" {
    daemon_start -o 'connect-rate 2/1'
    exchange plain </dev/null | grep -q Welcome
    exchange plain </dev/null | grep -q Welcome
    wait_until is_welcome
}

@test "a client in the backlog when descriptors run out is served when there are some again" {
    requires prlimit
    daemon_start
    enter toto plain
    prlimit --pid "$DAEMON" --nofile=4:
    open tutu plain
    expect_log 'warning: accept: (Too many open files|No file descriptors available): newcomers must wait'
    send toto 'MSG nothing happened'
    sync toto
    prlimit --pid "$DAEMON" --nofile=1024:
    expect tutu -e 'Welcome'
    expect toto -e 'connected$'
}

@test "when no process can be made a newcomer is told so, and all others are served" {
    requires prlimit setpriv
    DAEMON_WRAP=(env)
    if [[ $EUID == 0 ]]; then
        # Limits do not hold for root.
        # shellcheck disable=SC2034 # daemon_start uses it
        DAEMON_WRAP=(setpriv "--reuid=$(id -u nobody)" --clear-groups)
        OPEN_FOLDER=$(mktemp -d)
        chmod 777 "$OPEN_FOLDER"
    fi
    DAEMON_HOME=${OPEN_FOLDER:-} daemon_start
    enter toto plain
    local most
    most=$("${DAEMON_WRAP[@]}" prlimit --pid "$DAEMON" --nproc --output HARD --noheadings --raw)
    "${DAEMON_WRAP[@]}" prlimit --pid "$DAEMON" --nproc=1:
    open tutu plain
    expect tutu '[server] the server is busy: try again later'
    expect_end tutu
    expect_log 'warning: fork: .*: newcomers must wait'
    send toto 'WHO'
    expect toto '[server] toto'
    "${DAEMON_WRAP[@]}" prlimit --pid "$DAEMON" --nproc="$most:"
    wait_until is_welcome
}

# The daemon must end within two seconds of the signal $1, status 0, having told those who can hear.
ends_within_two_seconds() {
    local signal=$1 pid=$DAEMON start end
    DAEMON=""
    now start
    kill -s "$signal" "$pid"
    wait "$pid"
    now end
    ((end - start < 2000000)) || [[ -n $UNDER_ASAN ]] || {
        echo "it took $((end - start)) us"
        return 1
    }
}

# Another courier is in its place, and nobody else has noticed.
is_replaced() {
    [[ -n $(daemon_pids '^forkchatd: courier 0') && $(daemon_pids '^forkchatd: courier 0') != "$1" ]]
}

@test "a signal to a courier replaces it at most, and disconnects nobody" {
    local signal courier line
    daemon_may 'courier .* died'
    daemon_start -o 'couriers 1'
    enter toto plain
    enter tutu talk
    for signal in TERM INT HUP QUIT USR1 USR2 PIPE ALRM KILL TERM; do
        courier=$(daemon_pid '^forkchatd: courier 0')
        kill -s "$signal" "$courier"
        # Those that are not obeyed change nothing.
        [[ $signal == @(INT|HUP|QUIT|USR1|USR2|PIPE) ]] || wait_until is_replaced "$courier"
        for line in 1 2 3; do
            send toto "MSG $signal $line"
            expect tutu "(toto) $signal $line"
            send tutu "$signal back $line"
            expect toto "[tutu] $signal back $line"
        done
    done
}

@test "a courier that is told to end while there is no supervisor waits for one" {
    daemon_start -o 'couriers 1'
    enter toto plain
    enter tutu talk
    wait_until all_born
    local courier
    courier=$(daemon_pid '^forkchatd: courier 0')
    kill -KILL "$DAEMON"
    daemon_killed
    kill -TERM "$courier"
    send toto 'MSG still here'
    expect tutu '(toto) still here'
    daemon_start -o 'couriers 1'
    send tutu 'here as well'
    expect toto '[tutu] here as well'
}

@test "all processes of a daemon without a supervisor end when all are told to" {
    daemon_start -o 'couriers 2'
    enter toto plain
    enter tutu talk
    wait_until all_born
    local session=$DAEMON
    kill -KILL "$DAEMON"
    daemon_killed
    # shellcheck disable=SC2046
    kill -TERM $(pgrep -s "$session")
    wait_until _none_left "$session"
    expect_end toto
    expect_end tutu
    rm -f "${DAEMON_MEMORY[@]}"
}

@test "a signal to a worker, or to one who serves an operator, is felt by nobody else" {
    local signal
    daemon_may 'worker .* died'
    daemon_start
    enter toto plain
    enter tutu talk
    for signal in INT HUP QUIT USR1 USR2 PIPE; do
        kill -s "$signal" "$(worker_of toto)"
        send toto "MSG $signal"
        expect tutu "(toto) $signal"
    done
    kill -TERM "$(worker_of toto)"
    expect_end toto
    expect tutu -e 'toto has left'
    "$FORKCHAT_BUILD/forkchatctl" -r "$DAEMON_RUN" tail >"$BATS_TEST_TMPDIR/tail" 2>&1 3>&- &
    local operator=$! process
    process=$(daemon_pid '^forkchatd: control')
    for signal in INT HUP QUIT USR1 USR2 PIPE; do
        kill -s "$signal" "$process"
    done
    send tutu 'is anybody here'
    wait_until grep -q 'is anybody here' "$BATS_TEST_TMPDIR/tail"
    kill -TERM "$process"
    wait "$operator" || :
    send tutu '/who'
    expect tutu '[server] tutu'
}

@test "SIGQUIT and SIGINT to the supervisor end it as SIGTERM does" {
    local signal
    for signal in QUIT INT; do
        daemon_start
        enter toto plain
        daemon_stop "$signal"
        expect toto '[server] the server stops now'
        expect_end toto
        close toto
    done
}

@test "SIGTERM tells everybody, and ends with status 0 at once" {
    daemon_start
    enter toto plain
    enter tutu talk
    ends_within_two_seconds TERM
    expect toto '[server] the server stops now'
    expect tutu '[server] the server stops now'
    expect_end toto
    expect_end tutu
    [[ ! -e $DAEMON_RUN/forkchatd.pid ]]
}

@test "SIGINT ends the same way, also when the terminal sends it to all processes" {
    daemon_start
    enter toto plain
    local pid
    for pid in $(daemon_pids 'worker|courier'); do
        kill -INT "$pid"
    done
    send toto 'WHO'
    expect toto '[server] toto'
    ends_within_two_seconds INT
    expect toto '[server] the server stops now'
    expect_end toto
}

@test "what was said before SIGTERM is still delivered" {
    daemon_start -o 'flood off'
    enter toto plain
    enter tutu plain
    local i
    for i in {1..200}; do
        send toto "MSG $i"
    done
    sync toto
    ends_within_two_seconds TERM
    for i in {1..200}; do
        expect_next tutu "[toto] $i"
    done
    expect tutu '[server] the server stops now'
}

@test "a client that never reads does not hold up the end" {
    daemon_start -o 'flood off' -o 'queue-limit 1G'
    enter toto plain
    enter tutu plain # never reads from here on
    yes "MSG $(printf 'x%.0s' {1..1000})" | head -n 15000 >&"${CLIENT_FD[toto]}"
    sync toto
    ends_within_two_seconds TERM
}

@test "stopped workers and couriers do not hold up the end" {
    daemon_start -o 'couriers 2'
    enter toto plain
    enter tutu plain
    kill -STOP "$(worker_of toto)" "$(daemon_pid 'courier 0')"
    ends_within_two_seconds TERM
}

@test "a worker that is killed: its client leaves the room, others lose nothing" {
    daemon_may 'worker .* died: signal (9|11|6)'
    daemon_start -o 'flood off'
    enter toto plain
    enter tutu plain
    enter tata plain
    send toto 'JOIN #games'
    expect toto -e 'talking in #games'
    sync tata
    local i
    for i in {1..50}; do
        send tutu "MSG $i"
    done
    kill -KILL "$(worker_of toto)"
    for i in {51..100}; do
        send tutu "MSG $i"
    done
    expect_end toto
    expect tata '[server] toto has left (server trouble)'
    expect_none tata -e 'left'
    for ((i = 1; i <= 100; i++)); do
        [[ $(transcript tata | grep -cx "\[tutu\] $i") == 1 ]]
    done
    expect_log '^forkchatd: warning: worker [0-9]+ of toto died: signal 9$'
    expect_log '^client disconnected "toto"$'
    # The name is free, the channel empty and gone.
    enter titi plain toto
    send titi 'LIST'
    sync titi
    run -1 grep '#games' <(transcript titi)
}

@test "a courier that is killed: another takes up where it was; nothing is lost or doubled" {
    daemon_may 'courier [0-9]+ died: signal 9'
    daemon_start -o 'flood off' -o 'couriers 2'
    enter toto plain
    enter tutu plain
    enter tata talk
    enter titi talk
    expect tutu -e 'is now titi'
    expect tata -e 'is now titi'
    local i round
    for round in 0 1 2 3; do
        for i in {1..50}; do
            send toto "MSG $round/$i"
        done
        kill -KILL "$(daemon_pid "courier $((round % 2))")"
        expect_log 'courier [0-9] died: signal 9; starting another'
        wait_until count_is "courier $((round % 2))" 1
    done
    for round in 0 1 2 3; do
        for i in {1..50}; do
            expect_next tutu "[toto] $round/$i"
            expect_next tata "(toto) $round/$i"
            expect_next titi "(toto) $round/$i"
        done
    done
    send titi 'still here'
    expect_next tutu '[titi] still here'
    expect_none tutu -e '/'
}

@test "a courier that is killed while its clients leave and come" {
    daemon_may 'courier [0-9]+ died: signal 9'
    daemon_start -o 'couriers 1'
    enter toto plain
    enter tutu plain
    local old
    old=$(daemon_pid 'courier 0')
    kill -STOP "$old"
    send tutu 'QUIT bye'
    expect_log 'client disconnected "tutu"' # two clients' lines have the order in which they are said
    open tata plain
    send tata 'NICK tata' 'MSG hello'
    expect_log 'client "127.0.0.1:[0-9]+" => "tata"'
    kill -KILL "$old"
    expect toto '[tutu] bye'
    expect toto '[tata] hello'
    expect tata '[server] you are now tata'
    expect_end tutu
}

@test "a courier that is killed: what came before a client left still reaches it, its MONITOR list's news too" {
    daemon_may 'courier [0-9]+ died: signal 9'
    DAEMON_DOORS='plain irc' daemon_start -o 'couriers 1'
    enter toto irc
    send toto 'MONITOR + tata'
    expect toto -e ' 731 toto :tata'
    local old
    old=$(daemon_pid 'courier 0')
    kill -STOP "$old"
    open tata plain
    send tata 'NICK tata'
    expect_log '=> "tata"'
    send toto 'QUIT :bye'
    expect_log 'client disconnected "toto"'
    kill -KILL "$old"
    expect_next toto -e ' 730 \* :tata!'
    expect_next toto -e '^ERROR :.*Quit: bye'
    expect_end toto
}

@test "flood delays a client that pastes, closes nobody, and slows nobody else" {
    daemon_start -o 'flood 10/1'
    enter toto plain
    enter tutu plain
    enter tata plain
    local i start end
    now start
    for i in {1..25}; do
        send toto "MSG $i"
    done
    send tutu 'MSG in between'
    expect tata '[toto] 25'
    now end
    ((end - start > 1300000))
    # All of toto's lines, in order, and tutu's among them, not after them.
    diff <(transcript tata | sed -n 's/^\[toto\] //p') <(seq 25)
    transcript tata | grep -qxF '[tutu] in between'
    send toto 'WHO'
    expect toto '[server] toto tutu tata'
}

@test "a client that is delayed can still be killed, and can hang up" {
    # shellcheck disable=SC2016
    daemon_start -o 'flood 5/1000' -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'
    enter toto plain
    enter tutu plain
    send toto 'MSG 1' 'MSG 2' 'MSG 3' 'MSG 4' 'MSG 5' 'MSG 6'
    expect tutu '[toto] 4'
    send tutu 'OPER root secret' 'KILL toto enough'
    expect toto '[tutu] enough'
    expect_end toto
    expect tutu '[server] toto was removed from the server'
    close toto
    wait_until count_is 'worker toto' 0
}

@test "SIGPIPE, and signals from a terminal, harm no process" {
    daemon_start
    enter toto plain
    local pid before
    before=$(daemon_pids | sort)
    for pid in $before; do
        kill -PIPE "$pid"
        [[ $pid == "$DAEMON" ]] || kill -HUP "$pid"
    done
    kill -USR1 "$(worker_of toto)"
    send toto 'WHO'
    expect toto '[server] toto'
    [[ $(daemon_pids | sort) == "$before" ]]
}

has_keepalive() {
    ss -tno state established "sport = :$PORT_PLAIN" | grep -q 'timer:(keepalive,'
}

@test "dead peers are found: the sockets have TCP keepalive" {
    requires ss
    daemon_start
    enter toto plain
    # While data is on its way the socket has another timer.
    wait_until has_keepalive
}

@test "idle clients are kept, and a stopped client wakes up where it was" {
    daemon_start
    requires socat
    mkfifo "$BATS_TEST_TMPDIR/in"
    socat -u "TCP:127.0.0.1:$PORT_PLAIN" "CREATE:$BATS_TEST_TMPDIR/got" 3>&- &
    local reader=$!
    wait_until grep -q Welcome "$BATS_TEST_TMPDIR/got"
    kill -STOP "$reader"
    enter toto plain
    send toto 'MSG while you slept'
    sync toto
    kill -CONT "$reader"
    wait_until grep -q 'while you slept' "$BATS_TEST_TMPDIR/got"
    kill "$reader"
    wait "$reader" || :
}
