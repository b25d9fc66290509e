#!/usr/bin/env bats
# The history when its processes die at the worst place: what was said is there once.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/crash

setup_file() {
    crash_build
}

setup() {
    crash_setup -o 'history-size 1M'
    daemon_may '(collector|archivist|history)'
}

teardown() {
    crash_teardown
}

kept_once() {
    [[ $(cat "$BATS_TEST_TMPDIR"/state/history/*.log | grep -aoF -- "$1" | wc -l) == 1 ]]
}

@test "the collector and the archivist may die at any point, and what was said is kept once" {
    local point marks=() mark
    for point in collected history-taken history-written history-before-sync history-synced history-told \
        history-segment-made collector-starting archivist-starting; do
        case $point in
        collector-starting)
            arm "$point" "-$DAEMON"
            kill -9 "$(daemon_pid collector)"
            ;;
        archivist-starting)
            arm "$point" "-$DAEMON"
            kill -9 "$(daemon_pid archivist)"
            ;;
        collected) arm "$point" "$(daemon_pid collector)" ;;
        *) arm "$point" "$(daemon_pid archivist)" ;;
        esac
        tag tutu
        send tutu "PRIVMSG #lobby :at $point $TAG"
        marks+=("at $point $TAG")
        if [[ $point == history-segment-made ]]; then
            for _ in {1..250}; do
                tag tutu
                send tutu "PRIVMSG #lobby :$(printf 'x%.0s' {1..300}) $TAG"
            done
        fi
        dies "$point"
    done
    for mark in "${marks[@]}"; do
        wait_until kept_once "$mark"
    done
    all_is_well
}
