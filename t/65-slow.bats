#!/usr/bin/env bats
# Clients that read slowly or never: they are told what they missed, and nobody else waits.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

teardown() {
    client_teardown
    daemon_teardown
}

# Lines of about 1,000 bytes as that plain client, each with its number, from $2 to $3.
shout() {
    seq -f "MSG %06.0f $(head -c 980 /dev/zero | tr '\0' x)" "$2" "$3" >&"${CLIENT_FD[$1]}"
}

# So many lines were read by slow, or counted as missed.
all_accounted_for() {
    local got lost
    got=$(grep -cE '^[[(]toto[])] ([0-9]+ x{980}|round [0-9]+)'$'\r''?$' "$BATS_TEST_TMPDIR/slow")
    lost=$(($(sed -nE 's/^\[server\] you missed ([0-9]*) lines: your connection is too slow\r?$/\1/p' \
        "$BATS_TEST_TMPDIR/slow" | paste -sd+)))
    echo "got $got, missed $lost"
    ((got + lost == $1))
}

@test "a client that never reads is told how many lines it missed once it reads again, and nobody else waits" {
    daemon_start -o 'flood off' -o 'queue-limit 64k' -o 'ring-size 1M'
    enter toto plain
    enter slow plain
    enter tutu plain
    # slow does not read from here on. tutu does, and gets everything at once.
    local round
    for round in {1..100}; do
        shout toto $((round * 100 - 99)) $((round * 100))
        send toto "MSG round $round"
        patiently grep -m 101 -E "^\\[toto\\] ([0-9]+ x+|round $round)\$" <&"${CLIENT_FD[tutu]}" >"$BATS_TEST_TMPDIR/fast"
        [[ $(tail -n 1 "$BATS_TEST_TMPDIR/fast") == "[toto] round $round" ]]
    done
    # Now slow reads: what was kept, the count of what was not (it may be told in parts), and what comes then.
    cat <&"${CLIENT_FD[slow]}" >"$BATS_TEST_TMPDIR/slow" 3>&- & # until the connection ends
    wait_until all_accounted_for $((100 * 101))
    send toto 'MSG the end'
    wait_until grep -q '^\[toto\] the end$' "$BATS_TEST_TMPDIR/slow"
    grep -q '^\[server\] you missed' "$BATS_TEST_TMPDIR/slow"
    sed -nE 's/^\[toto\] ([0-9]+) x{980}$/\1/p' "$BATS_TEST_TMPDIR/slow" >"$BATS_TEST_TMPDIR/numbers"
    sort -c -u "$BATS_TEST_TMPDIR/numbers" # in order, none twice
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/slow") == '[toto] the end' ]]
}

@test "at the talk door as well, in its manner" {
    daemon_start -o 'flood off' -o 'queue-limit 4k' -o 'ring-size 256k'
    enter toto plain
    enter slow talk
    shout toto 1 8000
    sync toto
    # It may be told in parts; what is said before the last of them may be missed too.
    cat <&"${CLIENT_FD[slow]}" >"$BATS_TEST_TMPDIR/slow" 3>&- & # until the connection ends
    wait_until all_accounted_for 8000
    grep -q $'^\\[server\\] you missed [0-9]* lines: your connection is too slow\r$' "$BATS_TEST_TMPDIR/slow"
    send toto 'MSG still there?'
    wait_until grep -qx $'(toto) still there?\r' "$BATS_TEST_TMPDIR/slow"
    send slow 'yes'
    expect toto '[slow] yes'
}

@test "a client that reads nothing can still speak, be heard, and leave" {
    daemon_start -o 'flood off' -o 'queue-limit 4k'
    enter toto plain
    enter slow plain
    shout toto 1 8000
    sync toto
    send slow 'MSG deaf, not dumb'
    expect toto '[slow] deaf, not dumb'
    send slow 'QUIT bye'
    expect toto '[slow] bye'
}

@test "a client that reads nothing can be killed, and its process ends" {
    # shellcheck disable=SC2016
    daemon_start -o 'flood off' -o 'queue-limit 4k' -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'
    enter toto plain
    enter slow plain
    shout toto 1 8000
    sync toto
    send toto 'OPER root secret' 'KILL slow wake up'
    expect toto '[server] slow was removed from the server'
    # shellcheck disable=SC2317
    gone() {
        [[ -z $(daemon_pids 'worker slow') ]]
    }
    wait_until gone
}

@test "a ring far smaller than what is said at once loses nothing" {
    daemon_start -o 'flood off' -o 'ring-size 256k' -o 'queue-limit 4M'
    enter toto plain
    enter tutu plain
    shout toto 1 3000
    send toto 'MSG done'
    patiently sed '/^\[toto\] done/q' <&"${CLIENT_FD[tutu]}" >"$BATS_TEST_TMPDIR/got"
    sed -n 's/^\[toto\] \([0-9]*\) x*$/\1/p' "$BATS_TEST_TMPDIR/got" | cmp - <(seq -f '%06.0f' 3000)
}

@test "a courier that stops while the ring is full is ended and replaced, and nothing is lost" {
    daemon_may 'courier [0-9]+ died: signal 9'
    daemon_start -o 'flood off' -o 'ring-size 256k' -o 'couriers 2'
    enter toto plain
    enter tutu plain
    kill -STOP "$(daemon_pid 'courier 1')"
    shout toto 1 1000
    send toto 'MSG done'
    patiently sed '/^\[toto\] done/q' <&"${CLIENT_FD[tutu]}" >"$BATS_TEST_TMPDIR/got"
    sed -n 's/^\[toto\] \([0-9]*\) x*$/\1/p' "$BATS_TEST_TMPDIR/got" | cmp - <(seq -f '%06.0f' 1000)
    grep -q 'courier 1 does not keep up with what is said and is ended' "$DAEMON_LOG"
}

# fill_list [OPTION…]: a daemon with 50 channels that have long topics, and slow, whose answers to LIST are about 20 kB each.
fill_list() {
    local i
    DAEMON_DOORS='plain irc' daemon_start -o 'flood off' -o 'queue-limit 512k' "$@"
    enter toto irc
    for i in {1..50}; do
        send toto "JOIN #c$i" "TOPIC #c$i :$(head -c 390 /dev/zero | tr '\0' t)"
    done
    sync toto
    enter slow irc
}

# slow asks for about 17 MB, far more than the kernel and the courier keep for it.
ask_much() {
    local questions
    mapfile -t questions < <(printf 'LIST%.0s\n' {1..800})
    send slow "${questions[@]}"
}

@test "answers of any length go out at the pace of their reader, and what others say stands among them" {
    fill_list
    local got=$BATS_TEST_TMPDIR/got
    ask_much
    send slow 'PING :the end'
    send toto 'PRIVMSG slow :meanwhile'
    sync toto
    # Not one byte at a time (-u): nothing else is read later.
    patiently sed '/PONG .* :the end/q' <&"${CLIENT_FD[slow]}" >"$got"
    [[ $(grep -c ' 322 slow #c' "$got") == 40000 ]]
    [[ $(grep -c ' 323 slow :' "$got") == 800 ]]
    [[ $(grep -c 'PRIVMSG slow :meanwhile' "$got") == 1 ]]
}

@test "a reader who takes nothing of a long answer is waited for no longer than ping-timeout" {
    fill_list -o 'ping-timeout 2'
    ask_much
    expect_log 'client disconnected "slow"'
}

@test "who waits for the reader of a long answer can be killed" {
    # shellcheck disable=SC2016
    fill_list -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'
    ask_much
    send toto 'OPER root secret'
    expect toto -e ' 381 '
    send toto 'KILL slow :enough'
    expect_log 'client killed "slow"'
    # shellcheck disable=SC2317
    gone() {
        [[ -z $(daemon_pids 'worker slow') ]]
    }
    wait_until gone
}
