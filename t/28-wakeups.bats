#!/usr/bin/env bats
# Whom a line wakes: counts of the system, which say the same on every machine.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
export DAEMON_DOORS="plain"
LINES_SAID=0

setup() {
    daemon_start -o 'couriers 4' -o 'flood off'
    for NAME in toto tutu tata titi; do # one at each courier, in the order of their slots
        enter "$NAME" plain
    done
    send toto 'JOIN #two'
    expect toto -e '#two'
    send tutu 'JOIN #two'
    expect toto -e 'tutu.*#two'
}

teardown() {
    client_teardown
    daemon_teardown
}

# How often that courier has slept.
slept() {
    awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$(daemon_pid "courier $1")/status"
}

# seen NAME…: each has got a line that was said just now, by which time their couriers have had all before it.
seen() {
    local name
    send toto "MSG line $((++LINES_SAID))."
    for name in "$@"; do
        expect "$name" -e "line $LINES_SAID\\."
    done
}

@test "a line in a room of two wakes the couriers of those two, and no other" {
    local before=() after=() i
    [ -r "/proc/$(daemon_pid 'courier 0')/status" ] || skip "the system counts no context switches"
    seen tutu
    for i in 0 1 2 3; do before[i]=$(slept "$i"); done
    local start=$SECONDS
    for ((i = 0; i < 100; i++)); do
        seen tutu
    done
    for i in 0 1 2 3; do after[i]=$(slept "$i"); done
    # A courier looks up once a second by itself.
    local most=$((SECONDS - start + 10))
    ((after[1] - before[1] >= 50)) || { echo "tutu's courier slept $((after[1] - before[1])) times"; return 1; }
    for i in 2 3; do
        ((after[i] - before[i] <= most)) ||
            { echo "courier $i slept $((after[i] - before[i])) times, at most $most"; return 1; }
    done
}

@test "a private message and its answers wake the couriers of those two, and no other" {
    local before=() after=() i
    [ -r "/proc/$(daemon_pid 'courier 0')/status" ] || skip "the system counts no context switches"
    for i in 2 3; do before[i]=$(slept "$i"); done
    local start=$SECONDS
    for ((i = 0; i < 100; i++)); do
        send toto "@tutu private $i."
        expect tutu -e "private $i\\."
    done
    for i in 2 3; do after[i]=$(slept "$i"); done
    for i in 2 3; do
        ((after[i] - before[i] <= SECONDS - start + 10)) || { echo "courier $i slept $((after[i] - before[i])) times"; return 1; }
    done
}

@test "a courier that was not woken has what it missed when it is" {
    local i
    for ((i = 0; i < 50; i++)); do
        send toto "MSG line $i"
    done
    sync toto
    send toto 'MSG #lobby to all'
    for i in tutu tata titi; do
        expect "$i" -e 'to all'
    done
    send tata 'JOIN #two'
    expect toto -e 'tata.*#two'
    seen tutu tata
}
