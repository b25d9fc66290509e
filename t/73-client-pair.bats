#!/usr/bin/env bats
# Two people, no server: one listens, the other connects, both type at once.

bats_require_minimum_version 1.5.0
load lib/terminal.bash

teardown() {
    local pid
    term_stop
    for pid in ${A_PID-} ${B_PID-}; do
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    nothing_is_left
}

# person A|B ARGUMENT…: in the background, fed by `says`.
person() {
    local who=$1
    shift
    mkfifo "$BATS_TEST_TMPDIR/$who.in"
    "$FORKCHAT" "$@" <"$BATS_TEST_TMPDIR/$who.in" >"$BATS_TEST_TMPDIR/$who.out" \
        2>"$BATS_TEST_TMPDIR/$who.err" 3>&- &
    printf -v "${who}_PID" '%s' $!
    if [[ $who == A ]]; then exec 7>"$BATS_TEST_TMPDIR/A.in"; else exec 8>"$BATS_TEST_TMPDIR/B.in"; fi
}

# As B, where A listens.
netcat() {
    mkfifo "$BATS_TEST_TMPDIR/B.in"
    nc 127.0.0.1 "$PORT" <"$BATS_TEST_TMPDIR/B.in" >"$BATS_TEST_TMPDIR/B.out" 3>&- &
    B_PID=$!
    exec 8>"$BATS_TEST_TMPDIR/B.in"
}

says() {
    if [[ $1 == A ]]; then printf '%s\n' "$2" >&7; else printf '%s\n' "$2" >&8; fi
}

sees() {
    wait_until grep -qxF -- "$2" "$BATS_TEST_TMPDIR/$1.out" || {
        echo "# $1 never saw: $2"
        cat "$BATS_TEST_TMPDIR/$1".*
        return 1
    }
}

listening_port() {
    PORT=$(sed -n 's/.*listening at .*:\([1-9][0-9]*\);.*/\1/p' "$BATS_TEST_TMPDIR/A.err")
    [[ -n $PORT ]]
}

# ends A|B STATUS
ends() {
    local status=0 pid=$1_PID
    wait_until has_ended "${!pid}" || {
        echo "# $1 is still there"
        return 1
    }
    wait "${!pid}" || status=$?
    printf -v "$1_PID" ''
    [[ $status == "$2" ]]
}

# talk ADDRESS HOST: a listens there, b connects.
talk() {
    person A -n anna --listen "$1:0"
    wait_until listening_port
    person B -n ben "$2" "$PORT"
    sees A "* you are talking with ben; stop ends it"
    sees B "* you are talking with anna; stop ends it"
}

# Lines cross: each says two before reading.
converse() {
    says A "one from a"
    says B "one from b"
    says A "two from a"
    says B "two from b"
    sees B "<anna> one from a"
    sees B "<anna> two from a"
    sees A "<ben> one from b"
    sees A "<ben> two from b"
}

@test "both type at once over IPv4, and stop from the one who listens ends both" {
    talk 127.0.0.1 127.0.0.1
    converse
    says A stop
    ends A 0
    ends B 0
}

@test "both type at once over IPv6, and stop from the one who connects ends both" {
    talk '[::1]' ::1
    converse
    says B stop
    ends B 0
    ends A 0
}

@test "the end of the input of one ends both" {
    talk 127.0.0.1 localhost
    says B "a last word"
    exec 8>&-
    ends B 0
    ends A 0
    sees A "<ben> a last word"
}

@test "a listener talks with netcat, and with netcat that listens" {
    person A -n anna --listen 127.0.0.1:0
    wait_until listening_port
    netcat
    says B "hello by hand"
    sees A "<them> hello by hand"
    says A "hello back"
    sees B "hello back"
    says B stop
    ends A 0
    exec 8>&-
    ends B 0
    local port
    port=$(free_port)
    rm "$BATS_TEST_TMPDIR"/[AB].*
    mkfifo "$BATS_TEST_TMPDIR/B.in"
    nc -l 127.0.0.1 "$port" <"$BATS_TEST_TMPDIR/B.in" >"$BATS_TEST_TMPDIR/B.out" 3>&- &
    B_PID=$!
    exec 8>"$BATS_TEST_TMPDIR/B.in"
    wait_until port_listens "$port"
    person A -n anna -d pair 127.0.0.1 "$port"
    says A "only this line"
    sees B "only this line"
    says A stop
    ends A 0
    exec 8>&-
    ends B 0
    [[ $(<"$BATS_TEST_TMPDIR/B.out") == $'only this line\nstop' ]]
}

@test "a file goes through, from pipe to pipe" {
    seq 1 2000 >"$BATS_TEST_TMPDIR/file"
    person A -n anna --listen 127.0.0.1:0
    wait_until listening_port
    run -0 "$FORKCHAT" -n ben 127.0.0.1 "$PORT" <"$BATS_TEST_TMPDIR/file"
    ends A 0
    sed -n 's/^<ben> //p' "$BATS_TEST_TMPDIR/A.out" | diff "$BATS_TEST_TMPDIR/file" -
}

@test "an address that is taken, and nobody who comes, are told" {
    person A --listen 127.0.0.1:0
    wait_until listening_port
    run -69 "$FORKCHAT" --listen "127.0.0.1:$PORT"
    [[ $output == *"cannot listen at 127.0.0.1:$PORT"* ]]
    kill -TERM "$A_PID"
    ends A 75
    grep -q "nobody has come" "$BATS_TEST_TMPDIR/A.err"
}

@test "on two terminals, each sees the other's line while typing its own" {
    requires tmux
    person A -n anna --listen 127.0.0.1:0
    wait_until listening_port
    term_start
    term_modes before
    term_run "clear; '$FORKCHAT' -n ben 127.0.0.1 $PORT; echo status \$?"
    term_see "you are talking with anna"
    term_type "half a"
    says A "hello"
    term_see "<anna> hello"
    term_input_see "[ben] half a"
    term_key C-u
    term_run "/help"
    term_see "Everything else you type"
    term_run "stop"
    term_see "status 0"
    ends A 0
    term_modes after
    term_modes_are_equal before after
}

@test "the last words stay on the terminal, and a question without a newline is seen" {
    local port
    port=$(free_port)
    mkfifo "$BATS_TEST_TMPDIR/B.in"
    nc -l 127.0.0.1 "$port" <"$BATS_TEST_TMPDIR/B.in" >"$BATS_TEST_TMPDIR/B.out" 3>&- &
    B_PID=$!
    exec 8>"$BATS_TEST_TMPDIR/B.in"
    wait_until port_listens "$port"
    term_start
    term_run "clear; '$FORKCHAT' -n ben -d pair 127.0.0.1 $port; echo status \$?"
    term_see "[ben]"
    printf 'your name? ' >&8
    term_see "<them> your name?"
    term_run "Ben"
    wait_until grep -qx Ben "$BATS_TEST_TMPDIR/B.out"
    printf 'well, Ben\nfarewell\nstop\n' >&8
    term_see "status 0"
    term_shows "<them> well, Ben"
    term_shows "<them> farewell"
    exec 8>&-
}

@test "without a terminal, half a line waits for its end" {
    person A -n anna --listen 127.0.0.1:0
    wait_until listening_port
    netcat
    printf 'half a ' >&8
    # Longer than a terminal would wait.
    says A "one"
    wait_until grep -qx one "$BATS_TEST_TMPDIR/B.out"
    printf 'line\n' >&8
    sees A "<them> half a line"
    says A stop
    ends A 0
    exec 8>&-
}

@test "who waits at a terminal for somebody can leave by Ctrl-D, stop or Ctrl-C" {
    requires tmux
    local way
    term_start
    for way in C-d stop C-c; do
        term_run "clear; '$FORKCHAT' --listen 127.0.0.1:0; echo status \$? by $way"
        term_see "listening at"
        term_run "hello?"
        term_see "nobody has come yet"
        term_key "$way"
        [[ $way != stop ]] || term_key Enter
        term_see "status 75 by $way"
    done
}
