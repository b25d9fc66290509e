#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# shutdown: announced on every door as the time runs down, cancelled, and a clean end.

export DAEMON_DOORS="plain talk irc"

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    daemon_start
}

teardown() {
    client_teardown
    daemon_teardown
}

# The daemon has been told to stop by itself: waits for it, and its status is to be 0.
stops_by_itself() {
    local pid=$DAEMON
    wait_until _gone "$pid"
    DAEMON=""
    wait "$pid"
}

@test "shutdown 5 is announced on every door and ends cleanly" {
    enter toto plain
    enter tutu talk
    enter tata irc
    run -0 ctl shutdown 5 for the weekend
    [ "$output" = "the server stops in 5 s" ]
    for left in "5 seconds" "4 seconds" "3 seconds" "2 seconds" "1 second"; do
        expect toto "[server] the server stops in $left: for the weekend"
        expect tutu "[server] the server stops in $left: for the weekend"
        expect tata -e ":the server stops in $left: for the weekend$"
    done
    expect toto "[server] the server stops now: for the weekend"
    expect_end toto
    expect_end tutu
    expect_end tata
    stops_by_itself
}

@test "shutdown without a time stops at once, and says so to who asked" {
    enter toto plain
    run -0 ctl shutdown
    [ "$output" = "the server stops" ]
    expect toto "[server] the server stops now"
    expect_end toto
    stops_by_itself
}

@test "shutdown cancel takes it back" {
    run -1 ctl shutdown cancel
    enter toto plain
    run -0 ctl shutdown 1h lunch
    expect toto '[server] the server stops in 60 minutes: lunch'
    run -0 ctl shutdown cancel
    expect toto '[server] the server goes on: the shutdown is cancelled'
    run -1 ctl shutdown cancel
    run -64 ctl shutdown 1000000000
    run -0 ctl who
}

@test "a mistyped time or cancel stops nothing" {
    enter toto plain
    run -0 ctl shutdown 1h
    local mistyped
    for mistyped in cancle 'cancel now' -5 5q 'for the weekend' '1.5hours lunch'; do
        # shellcheck disable=SC2086
        run -64 ctl shutdown $mistyped
        [[ $output == 'forkchatctl: shutdown wants a time as in 90s, 15m, 1h30m, 2d, 1w, 1mo or 1y, at most 7d, '* ]]
    done
    run -0 ctl shutdown cancel
    send toto WHO
    expect toto '[server] toto'
}

@test "a second shutdown replaces the first" {
    enter toto plain
    run -0 ctl shutdown 1h
    expect toto '[server] the server stops in 60 minutes'
    run -0 ctl shutdown 1s
    expect toto '[server] the server stops in 1 second'
    expect_end toto
    stops_by_itself
}

@test "SIGTERM still stops at once while one is counted down" {
    enter toto plain
    run -0 ctl shutdown 1h
    expect toto '[server] the server stops in 60 minutes'
    daemon_stop TERM
    expect toto '[server] the server stops now'
    expect_end toto
}
