#!/usr/bin/env bats
# A courier may die at any point, and another goes on where it stopped: nobody hears anything twice, or not at all.

load lib/daemon
load lib/client
load lib/control
load lib/crash

setup_file() {
    crash_build
}

setup() {
    if [[ $BATS_TEST_DESCRIPTION == *'two couriers'* ]]; then
        crash_setup -o 'couriers 2'
    else
        crash_setup -o 'couriers 1'
    fi
}

teardown() {
    crash_teardown
}

courier() {
    daemon_pid "courier ${1:-0}"
}

stop_courier() {
    COURIER=$(courier)
    kill -STOP "$COURIER"
    wait_until is_stopped "$COURIER"
}

# say COUNT [TEXT]: tata says so many lines.
say() {
    local i
    for ((i = 0; i < $1; i++)); do
        tag tata
        send tata "MSG ${2:-}$TAG"
    done
}

# It stands in the ring, whether a courier has read it or not.
is_published() {
    grep -aqF -- "$1" "${DAEMON_MEMORY[0]}"
}

# The worker of NAME hands nothing over: its courier knows the client, and has no socket for it.
stop_worker() {
    WORKER=$(worker_of "$1")
    kill -STOP "$WORKER"
    wait_until is_stopped "$WORKER"
}

# The worker that was stopped goes on, and has handed its socket over again.
let_hand_over() {
    arm handed-over-again "$WORKER" '?'
    kill -CONT "$WORKER"
    dies handed-over-again
    kill -CONT "$WORKER"
}

@test "one of two couriers may die at any point" {
    local point number
    for point in courier-before-send courier-sent-to-one mark-half-set courier-sent courier-advanced; do
        for number in 0 1; do
            arm "$point" "$(courier $number)"
            say 1
            dies "$point"
            all_is_well
        done
    done
}

@test "a courier may die while it comes to know a client" {
    local point count=0
    for point in socket-taken stream-half-begun; do
        arm "$point" "-$DAEMON"
        enter "in$((++count))" plain
        dies "$point"
        [[ $(transcript "in$count" | grep -c 'you are now') == 1 ]]
        close "in$count"
        all_is_well
    done
}

@test "a courier may die while it takes another's place, again and again" {
    local point
    for point in courier-starting courier-copied reader-half-open courier-walked-back socket-taken courier-before-send \
        courier-sent-to-one mark-half-set courier-sent; do
        stop_courier
        say 3
        arm "$point" "-$DAEMON" ! 1 3
        kill -KILL "$COURIER"
        dies "$point"
        say 1
        all_is_well
    done
}

@test "a worker may die as it hands its socket over again" {
    enter v plain
    arm handed-over-again "$(worker_of v)"
    kill -KILL "$(courier)"
    dies handed-over-again
    expect_end v
    all_is_well
}

@test "a client at a place where another was a moment ago hears nothing twice when its courier dies" {
    local point
    for point in courier-sent-to-one courier-sent courier-advanced; do
        enter "old-$point" plain
        stop_courier
        # All this is one batch: the old one's end and the new one's beginning.
        kill -KILL "$(worker_of "old-$point")"
        expect_log 'worker .*died'
        open "new-$point" plain
        send "new-$point" "NICK new-$point"
        worker_of "new-$point"
        arm "$point" "-$DAEMON"
        kill -CONT "$COURIER"
        dies "$point"
        expect "new-$point" "[server] you are now new-$point"
        sync "new-$point"
        [[ $(transcript "new-$point" | grep -c 'you are now') == 1 ]]
        [[ $(transcript "new-$point" | grep -c 'Welcome') == 1 ]]
        close "new-$point"
        all_is_well
    done
}

@test "a client that closes its side at once is told everything, by the next courier if need be" {
    arm socket-taken "$(courier)" '?'
    exchange plain <<<'NICK brief' >"$BATS_TEST_TMPDIR/brief" &
    local brief=$!
    dies socket-taken
    expect_log 'client disconnected "brief"'
    kill -KILL "$(courier)"
    expect tata '[server] brief has left'
    wait "$brief"
    grep -qF '[server] Welcome' "$BATS_TEST_TMPDIR/brief"
    grep -qxF '[server] you are now brief' "$BATS_TEST_TMPDIR/brief"
    all_is_well
}

@test "one who was put out while couriers died is hung up on when the worker looks up" {
    local round
    enter put-out plain
    stop_worker put-out
    kill -KILL "$(courier)"
    expect_log 'courier 0 died: signal 9; starting another'
    ctl kick put-out
    expect tata '[server] put-out has left (killed by the server)'
    # The cursor is behind that now, and nobody has the socket.
    for round in 1 2; do sync tata; done
    kill -KILL "$(courier)"
    expect_log 'courier 0 died: signal 9; starting another'
    sync tata
    kill -CONT "$WORKER"
    expect_end put-out
    all_is_well
}

@test "a client whose coming is undone and done again by the next courier keeps its connection" {
    local round
    for round in 1 2 3; do
        stop_courier
        # It looks into its mailbox when the first comes again; the second is not there at that moment.
        open "first$round" plain
        send "first$round" "NICK first$round"
        worker_of "first$round"
        open "in$round" plain
        send "in$round" "NICK in$round"
        stop_worker "in$round"
        # The next one has undone its CONNECT when its worker hands the socket over again.
        arm courier-walked-back "-$DAEMON" '?'
        kill -KILL "$COURIER"
        dies courier-walked-back
        let_hand_over
        kill -CONT "$(courier)"
        expect "in$round" "[server] you are now in$round"
        # It is still there after those who left have been closed.
        enter "leaver$round" plain
        send "leaver$round" QUIT
        expect_end "leaver$round"
        sync "in$round"
        close "in$round"
        close "first$round"
        all_is_well
    done
}

@test "a client without a socket misses nothing when the next courier has it from the start" {
    stop_worker titi
    kill -KILL "$(courier)"
    say 3
    expect tutu -e "$TAG\$"
    # These wait for titi's socket with a courier that dies as well.
    arm courier-starting "-$DAEMON" '?'
    kill -KILL "$(courier)"
    dies courier-starting
    let_hand_over
    kill -CONT "$(courier)"
    expect titi -e "$TAG\$"
    all_is_well
}

@test "a courier that has gone only half the way its predecessor had come may die as well" {
    local count long behind
    printf -v long '%0400d' 0
    for count in 1 2 3; do
        # Because of this one the next courier begins so far back that what it sends first is a part only.
        enter "behind$count" plain
        stop_worker "behind$count"
        behind=$WORKER
        kill -KILL "$(courier)"
        say 140 "$long"
        expect titi -e "$TAG\$"
        expect tutu -e "$TAG\$"
        stop_courier
        stop_worker titi
        say 60 "$long"
        wait_until is_published "$TAG"
        kill -STOP "$DAEMON"
        arm courier-sent-to-one "-$DAEMON" ! "$count"
        kill -CONT "$COURIER"
        dies courier-sent-to-one
        arm courier-starting "-$DAEMON" '?'
        kill -CONT "$DAEMON"
        dies courier-starting
        let_hand_over
        arm courier-advanced "-$DAEMON" ! 1 2
        kill -CONT "$(courier)"
        dies courier-advanced
        expect titi -e "$TAG\$"
        expect tutu -e "$TAG\$"
        kill -CONT "$behind"
        expect "behind$count" -e "$TAG\$"
        close "behind$count"
        all_is_well
    done
}
