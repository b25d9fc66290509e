#!/usr/bin/env bats
# A full room. t/bench/load holds the server to its word: every line at every client, in one order, once.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/crowd

# One crowd at a time: two take more than twice as long.
setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true
}

setup() {
    crowd_prepare
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "1,000 clients in one room, 200 lines a second from 10 of them: all arrive at all, in one order, none twice" {
    daemon_start -o 'flood off'
    crowd_talk --senders 10 --rate 200 --seconds 2
}

@test "as fast as it goes: all lines arrive at all, in one order, none twice" {
    daemon_start -o 'flood off'
    crowd_talk --senders 50 --saturate 4 --seconds 1
}

@test "many small rooms: all arrive at all in the room, in one order, none twice, and nowhere else" {
    daemon_start -o 'flood off' -o 'replay off'
    crowd_talk --rooms 100 --senders 50 --saturate 4 --seconds 1
    crowd_talk --rooms 100 --senders 50 --rate 200 --seconds 1
}

@test "pairs: all private messages arrive at the one they are for, in their order, none twice" {
    daemon_start -o 'flood off'
    crowd_talk --pairs --senders 50 --saturate 4 --seconds 1
}

@test "hundreds that connect at the same moment all get in, and by their names" {
    daemon_start -o 'flood off'
    patiently "$LOAD" --door plain --port "$PORT_PLAIN" --clients $((CROWD / 2)) --in-flight $((CROWD / 2)) --register \
        --seconds 600 >"$BATS_TEST_TMPDIR/load" 3>&-
    grep -qx "registered *$((CROWD / 2))" "$BATS_TEST_TMPDIR/load"
}

# The last of the crowd may still be on their way out.
toto_is_alone() {
    local workers
    workers=$(family '^forkchatd: worker')
    echo "$workers"
    [[ $workers == "$(worker_of toto)" ]]
}

@test "workers that are killed while 1,000 clients talk: the others lose nothing, the room sees them leave" {
    daemon_may 'worker .* died: signal 9'
    daemon_start -o 'flood off' -o 'max-clients 1100' -o 'grace off'
    enter toto plain
    enter v1 plain
    enter v2 talk
    enter v3 plain
    local victim
    crowd_begin --rate 20
    for victim in v1 v2 v3; do
        kill -KILL "$(worker_of "$victim")"
        expect toto "[server] $victim has left (server trouble)"
    done
    crowd_end
    wait_until toto_is_alone
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "a courier that is killed while 1,000 clients talk: nobody loses a line" {
    daemon_may 'courier .* died: signal 9'
    daemon_start -o 'flood off' -o 'couriers 2'
    enter toto plain
    crowd_begin --rate 20
    kill -KILL "$(daemon_pid 'courier 1')"
    expect_log 'courier 1 died: signal 9; starting another'
    kill -KILL "$(daemon_pid 'courier 0')"
    expect_log 'courier 0 died: signal 9; starting another'
    crowd_end
}

@test "couriers that are killed again and again lose, double and tear nothing" {
    daemon_may 'courier .* died: signal 9'
    daemon_start -o 'flood off' -o 'couriers 2'
    enter toto plain
    crowd_begin --rate 20
    local round
    for round in 1 2 3 4 5; do
        kill -KILL "$(daemon_pid "courier $((round % 2))")"
        expect_log "courier $((round % 2)) died: signal 9; starting another"
        crowd_is_heard
    done
    crowd_end
}
