# shellcheck shell=bash
# A crowd of plain clients who hold the server to its word: every line at every client, in one order, once. Load
# lib/daemon and lib/client first.
#
#   crowd_prepare         how many they are into CROWD, and descriptors for them
#   crowd_talk OPTION …   they come, talk as t/bench/load is told, and go; fails if it finds anything wrong
#   crowd_begin OPTION …  the same in the background, until crowd_end; toto, who is in the lobby, has seen the first of
#                         their lines
#   crowd_is_heard        they go on: toto sees another of their lines
#   crowd_end             they say no more; waits until all is heard, and fails with what load found

LOAD=$FORKCHAT_BUILD/t/bench/load
declare -g CROWD=0 CROWD_PID=""

crowd_prepare() {
    CROWD=1000
    # Every process carries the sanitizer's own memory there.
    [[ -z $UNDER_ASAN ]] || CROWD=200
    ulimit -n "$(ulimit -H -n)"
}

_crowd_command() {
    CROWD_COMMAND=("$LOAD" --door plain --port "$PORT_PLAIN" --clients "$CROWD" "$@" --warmup 0)
}

crowd_talk() {
    _crowd_command "$@"
    patiently "${CROWD_COMMAND[@]}" 3>&-
}

crowd_begin() {
    _crowd_command --senders 10 "$@" --seconds 3600
    "${CROWD_COMMAND[@]}" >"$BATS_TEST_TMPDIR/load" 2>&1 3>&- &
    CROWD_PID=$!
    # Lines flow once the crowd is complete, and all coming in is told to all.
    crowd_is_heard
}

crowd_is_heard() {
    expect toto -e '^\[[a-z]+[0-9]+\] '
}

crowd_end() {
    kill "$CROWD_PID"
    goes_on "$CROWD_PID" || kill -KILL "$CROWD_PID"
    wait "$CROWD_PID" || {
        cat "$BATS_TEST_TMPDIR/load"
        return 1
    }
}
