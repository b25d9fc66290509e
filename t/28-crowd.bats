#!/usr/bin/env bats
# A full room. t/bench/load holds the server to its word: every line at every client, in one order, once.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

LOAD=$FORKCHAT_BUILD/t/bench/load

setup() {
    [[ -x $LOAD ]] || skip "t/bench/load was not built"
    CROWD=1000
    # Every process carries the sanitizer's own memory there.
    [[ -z $UNDER_ASAN ]] || CROWD=200
    ulimit -n "$(ulimit -H -n)"
}

teardown() {
    client_teardown
    daemon_teardown
}

load_plain() {
    timeout 120 "$LOAD" --door plain --port "$PORT_PLAIN" --clients "$CROWD" "$@" 3>&-
}

@test "1,000 clients in one room, 200 lines a second from 10 of them: all arrive at all, in one order, none twice" {
    daemon_start -o 'flood off'
    load_plain --senders 10 --rate 200 --warmup 0 --seconds 2
}

@test "as fast as it goes: all lines arrive at all, in one order, none twice" {
    daemon_start -o 'flood off'
    load_plain --senders 50 --saturate 4 --warmup 0 --seconds 1
}

@test "workers that are killed while 1,000 clients talk: the others lose nothing, the room sees them leave" {
    daemon_may 'worker .* died: signal 9'
    daemon_start -o 'flood off' -o 'max-clients 1100'
    enter toto plain
    enter v1 plain
    enter v2 talk
    enter v3 plain
    local victim
    load_plain --senders 10 --rate 200 --warmup 0 --seconds 2 >"$BATS_TEST_TMPDIR/load" 2>&1 &
    local crowd=$!
    expect toto -e '^\[[a-z]+[0-9]+\] ' # lines flow once the crowd is complete
    for victim in v1 v2 v3; do
        kill -KILL "$(daemon_pids "^forkchatd: worker $victim ")"
        expect toto "[server] $victim has left (server trouble)"
    done
    wait "$crowd" || {
        cat "$BATS_TEST_TMPDIR/load"
        return 1
    }
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "a courier that is killed while 1,000 clients talk: nobody loses a line" {
    daemon_may 'courier .* died: signal 9'
    daemon_start -o 'flood off' -o 'couriers 2'
    enter toto plain
    load_plain --senders 10 --rate 200 --warmup 0 --seconds 2 >"$BATS_TEST_TMPDIR/load" 2>&1 &
    local crowd=$!
    expect toto -e '^\[[a-z]+[0-9]+\] ' # lines flow once the crowd is complete
    kill -KILL "$(daemon_pids 'courier 1')"
    expect_log 'courier 1 died: signal 9; starting another'
    kill -KILL "$(daemon_pids 'courier 0')"
    expect_log 'courier 0 died: signal 9; starting another'
    wait "$crowd" || {
        cat "$BATS_TEST_TMPDIR/load"
        return 1
    }
}

@test "couriers that are killed again and again lose, double and tear nothing" {
    daemon_may 'courier .* died: signal 9'
    daemon_start -o 'flood off' -o 'couriers 2'
    enter toto plain
    load_plain --senders 10 --rate 300 --warmup 0 --seconds 3 >"$BATS_TEST_TMPDIR/load" 2>&1 &
    local crowd=$! round
    expect toto -e '^\[[a-z]+[0-9]+\] '
    for round in 1 2 3 4 5; do
        kill -KILL "$(daemon_pids "courier $((round % 2))")"
        expect_log "courier $((round % 2)) died: signal 9; starting another"
        expect toto -e '^\[[a-z]+[0-9]+\] '
    done
    wait "$crowd" || {
        cat "$BATS_TEST_TMPDIR/load"
        return 1
    }
}
