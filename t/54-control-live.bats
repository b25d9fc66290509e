#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# top and tail: what they show, what they never show, and that they end.

export DAEMON_DOORS="plain talk irc"

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    daemon_start
    enter toto plain
    enter tutu talk
}

teardown() {
    [[ -z ${WATCHER:-} ]] || kill "$WATCHER" 2>/dev/null || :
    client_teardown
    daemon_teardown
}

# watch COMMAND …: it runs until the test ends it; what it shows is in the file `seen`.
watch() {
    "$FORKCHAT_BUILD/forkchatctl" -r "$DAEMON_RUN" "$@" >"$BATS_TEST_TMPDIR/seen" 2>&1 3>&- &
    WATCHER=$!
}

seen() {
    grep -qE -- "$1" "$BATS_TEST_TMPDIR/seen"
}

# Says something until tail shows it: only then it has begun.
tail_begins() {

    for _ in {1..200}; do
        send toto "MSG begin"
        ! seen begin || return 0
        pause
        pause
    done
    return 1
}

@test "top shows clients, lines, ring, couriers, and ends after so many pictures" {
    run -0 ctl top 1
    [[ $output == *"clients 2 (most 2)   lines/s 0   deliveries/s "* ]]
    [[ $output == *"ring "*"% of 4096 KiB"* ]]
    [[ $output == *COURIER*LAG*DELIVERIES/S* ]]
    run -64 ctl top none
}

@test "top is JSON on demand, with a courier each" {
    requires jq
    [ "$(ctl_json '.clients' top 1)" = 2 ]
    [ "$(ctl_json '.couriers | length' top 1)" -ge 1 ]
    [ "$(ctl --json top 2 | wc -l)" = 2 ]
}

@test "top names the client who reads too slowly, and how much waits" {
    requires jq
    line=$(printf 'x%.0s' {1..900})
    daemon_stop
    client_teardown
    daemon_start -o 'flood off'
    enter tutu talk
    open sleeper plain
    send sleeper 'NICK sleeper' # and reads nothing
    expect tutu -e 'sleeper'
    for _ in {1..6000}; do
        printf '%s\r\n' "$line"
    done >&"${CLIENT_FD[tutu]}" &
    cat <&"${CLIENT_FD[tutu]}" >/dev/null &
    reader=$!
    wait_until slow_now
    kill "$reader"
}

slow_now() {
    [[ $(ctl_json '.slowest[0] | select(.queue > 0) | .nick' top 1) == sleeper ]]
}

@test "tail shows what is said in channels and who comes and goes" {
    watch tail
    tail_begins
    send toto 'JOIN #games'
    send tutu 'hello all'
    wait_until seen '#lobby \(tutu\) hello all$'
    wait_until seen '#games toto JOIN$'
    enter tata irc
    wait_until seen ' tata ARRIVE|tata NICK|ARRIVE'
    close tata
    wait_until seen 'tata QUIT'
}

@test "tail shows actions, other CTCP requests and messages of several lines as people read them" {
    enter tata irc
    send tata 'CAP REQ :draft/multiline batch' 'JOIN #lobby'
    expect tata -e ' 366 '
    watch tail
    tail_begins
    send tata $'PRIVMSG #lobby :\001ACTION waves a hand\001' $'PRIVMSG #lobby :\001VERSION\001' $'PRIVMSG #lobby :\001PING 1 2' \
        'BATCH +1 draft/multiline #lobby' '@batch=1 PRIVMSG #lobby :first' '@batch=1 PRIVMSG #lobby :second' 'BATCH -1'
    send tata 'PRIVMSG #lobby :the end'
    wait_until seen 'the end'
    seen '^[0-9:]{8} #lobby \* tata waves a hand$'
    seen '^[0-9:]{8} #lobby \(tata\) CTCP VERSION$'
    seen '^[0-9:]{8} #lobby \(tata\) CTCP PING 1 2$'
    seen '^[0-9:]{8} #lobby \(tata\) first$'
    seen '^[0-9:]{8} #lobby \(tata\) second$'
    ! seen '\^[AJ]'
}

@test "tail never shows private messages" {
    watch tail
    tail_begins
    send toto '@tutu sesame' 'MSG sign'
    wait_until seen 'sign$'
    run -1 seen sesame
}

@test "tail never shows the key of a channel" {
    watch tail
    tail_begins
    send toto 'JOIN #games' 'MODE +mk sesame' 'MODE -k sesame' 'MODE +ik-i+o sesame toto' 'MSG sign'
    wait_until seen '#games toto MODE \+mk …$'
    wait_until seen '#games \(toto\) sign$'
    run -1 seen sesame
}

@test "tail of one channel shows that channel alone" {
    run -1 ctl tail '#nowhere'
    watch --json tail '#lobby'
    tail_begins
    send tutu '/join #games' 'in games' '/join #lobby' 'in lobby'
    wait_until seen '"event":"MESSAGE","channel":"#lobby","nick":"tutu","text":"in lobby"'
    run -1 seen games
}

@test "tail ends when its reader ends, and leaves no process" {
    watch tail
    tail_begins
    [ -n "$(daemon_pids '^forkchatd: control')" ]
    kill "$WATCHER"
    none() { [[ -z $(daemon_pids '^forkchatd: control') ]]; }
    wait_until none
}

@test "the server stops at once under top and tail" {
    watch tail
    tail_begins
    "$FORKCHAT_BUILD/forkchatctl" -r "$DAEMON_RUN" top >"$BATS_TEST_TMPDIR/top" 2>&1 3>&- &
    wait_until test -s "$BATS_TEST_TMPDIR/top"
    daemon_stop
    wait "$!" # what was shown is whole: status 0
    wait "$WATCHER"
    WATCHER=
}
