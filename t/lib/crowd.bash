# shellcheck shell=bash
# A crowd of plain clients who hold the server to its word: every line at every client, in one order, once. Load
# lib/daemon and lib/client first.
#
#   crowd_prepare         how many they are into CROWD, and descriptors for them
#   crowd_talk OPTION …   they come, talk as t/bench/load is told, and go; fails if it finds anything wrong
#   crowd_begin OPTION …  the same in the background; toto, who is in the lobby, has seen the first of their lines
#   crowd_end             waits for their end, and fails with what load found

LOAD=$FORKCHAT_BUILD/t/bench/load
declare -g CROWD=0 CROWD_PID=""

crowd_prepare() {
    CROWD=1000
    # Every process carries the sanitizer's own memory there.
    [[ -z $UNDER_ASAN ]] || CROWD=200
    ulimit -n "$(ulimit -H -n)"
}

crowd_talk() {
    patiently "$LOAD" --door plain --port "$PORT_PLAIN" --clients "$CROWD" "$@" --warmup 0 3>&-
}

crowd_begin() {
    crowd_talk --senders 10 "$@" >"$BATS_TEST_TMPDIR/load" 2>&1 &
    CROWD_PID=$!
    # Lines flow once the crowd is complete, and all coming in is told to all.
    crowd_is_heard
}

crowd_is_heard() {
    expect toto -e '^\[[a-z]+[0-9]+\] '
}

crowd_end() {
    wait "$CROWD_PID" || {
        cat "$BATS_TEST_TMPDIR/load"
        return 1
    }
}
