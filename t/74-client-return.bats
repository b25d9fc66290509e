#!/usr/bin/env bats
# forkchat when its connection breaks: what it takes back to the server, and what becomes of what was typed.

bats_require_minimum_version 1.5.0
load lib/terminal.bash

teardown() {
    term_stop
    gate_shut
    peer_stop
    server_stop
    nothing_is_left
}

# gate_open PORT: a way to that port, for one connection, that can be shut; its own port is GATE_PORT.
gate_open() {
    GATE_PORT=${GATE_PORT:-$(free_port)}
    socat "TCP-LISTEN:$GATE_PORT,bind=127.0.0.1,reuseaddr" "TCP:127.0.0.1:$1" 3>&- 8>&- &
    GATE_PID=$!
    wait_until port_listens "$GATE_PORT"
}

gate_shut() {
    [[ -n ${GATE_PID-} ]] || return 0
    kill "$GATE_PID" 2>/dev/null || :
    wait "$GATE_PID" 2>/dev/null || :
    GATE_PID=
}

# alice ARGUMENT…: at a terminal.
alice() {
    term_start 100 24
    term_run "clear; '$FORKCHAT' -n alice $* 127.0.0.1 $GATE_PORT; echo status \$?"
}

# What the peer saw from her, as "TARGET TEXT".
said_by() {
    sed -n "s/\r\$//; s/^:$1![^ ]* PRIVMSG \([^ ]*\) :/\1 /p" "$BATS_TEST_TMPDIR/peer.log"
}

# The whole of it, with whatever server runs.
back_as_before() {
    peer_start bob '#x'
    peer "MODE #x +k sesame" "JOIN #y"
    peer_sees "MODE #x +k"
    gate_open "$SERVER_PORT"
    alice -d irc -j "'#x sesame'"
    term_see "here: alice bob"
    term_run "/nick zoe"
    peer_sees "zoe"
    term_run "/away having lunch"
    term_run "/join #y"
    term_input_see "[#y]"
    term_run "before"
    peer_sees "PRIVMSG #y :before"
    gate_shut
    term_see "trying again"
    term_run "one"
    term_see "this waits until everything is joined again: one"
    term_run "/me is two"
    term_run "/2"
    term_run "three"
    term_run "/msg bob four"
    gate_open "$SERVER_PORT"
    peer_sees "PRIVMSG bob :four"
    diff <(said_by zoe) - <<-END
	#y before
	#y one
	#y $(printf '\001ACTION is two\001')
	#x three
	bob four
	END
    peer "WHOIS zoe"
    peer_sees "having lunch"
}

@test "after a break, nick, absence, channels with keys are as before, and what was typed is said in order, once" {
    start_forkchatd
    back_as_before
}

@test "on ngIRCd, too, all is as before after a break" {
    start_ngircd
    back_as_before
}

@test "on InspIRCd, too, all is as before after a break" {
    start_inspircd
    back_as_before
}

# The same at a door for people, where there is one window, and lines go to one channel.
door_as_before() {
    start_forkchatd
    peer_start bob '#x'
    peer "MODE #x +k sesame" "JOIN #y" "JOIN #lobby"
    peer_sees "JOIN #lobby"
    gate_open "$(forkchatd_port "$1")"
    alice -d "$1" -j "'#x sesame'"
    term_see "talking in #x"
    term_run "/nick zoe"
    term_see "you are now zoe"
    term_run "/JOIN #y"
    term_see "talking in #y"
    term_run "/away having lunch"
    term_see "you are away now"
    term_run "before"
    peer_sees "PRIVMSG #y :before"
    gate_shut
    term_see "trying again"
    term_run "one"
    term_run "/me is two"
    term_run "@bob three"
    term_run "four"
    gate_open "$(forkchatd_port "$1")"
    peer_sees "PRIVMSG #y :four"
    diff <(said_by zoe) - <<-END
	#y before
	#y one
	#y $(printf '\001ACTION is two\001')
	bob three
	#y four
	END
    peer "WHOIS zoe"
    peer_sees "having lunch"
    peer_sees "#x"
    # Behind a new key the room is closed, and what is for it is not said elsewhere.
    term_run "/clear"
    term_unsee "talking in #x"
    term_run "/join #x"
    term_see "talking in #x"
    peer "MODE #x -k *" "MODE #x +k other"
    peer_sees "MODE #x +k other"
    gate_shut
    term_run "a secret"
    gate_open "$(forkchatd_port "$1")"
    term_see "#x was not joined"
    term_see "this was not said: a secret"
    term_run "/join #y"
    term_run "done"
    peer_sees "PRIVMSG #y :done"
    run ! peer_has "a secret"
}

@test "at the plain door, too, all is as before after a break, and a room that is closed now gets nothing" {
    door_as_before plain
}

@test "at the talk door, too, all is as before after a break, and a room that is closed now gets nothing" {
    door_as_before talk
}

@test "whoever is put out with lines in the queue says them when everything is joined again" {
    local line=0 seen
    start_forkchatd
    peer_start bob '#x'
    GATE_PORT=$SERVER_PORT
    alice -d irc -j "'#x'" -r 4/4
    term_see "here: alice bob"
    seq -f 'line %g' 12 | term load-buffer -
    term paste-buffer -p -r
    term_type y
    peer_sees "PRIVMSG #x :line 3"
    "${FORKCHAT_BUILD:-build}/forkchatctl" -r "$BATS_TEST_TMPDIR/run" kick alice
    peer_sees "PRIVMSG #x :line 12"
    # Each was said once and in order; only what was under way may be missing, and is told.
    seen=$(said_by alice | cut -d ' ' -f 3)
    diff <(sort -nu <<<"$seen") - <<<"$seen"
    while ((++line <= 12)); do
        grep -qx "$line" <<<"$seen" || term_shows "it is not known whether this has arrived: line $line"
    done
}

@test "what was said during a break is shown to who comes back, and nobody has seen a break" {
    start_forkchatd
    peer_start bob '#x'
    gate_open "$SERVER_PORT"
    alice -d irc -j "'#x'"
    term_see "here: alice bob"
    peer "PRIVMSG #x :before"
    term_see "before"
    gate_shut
    term_see "trying again"
    peer "PRIVMSG #x :while you were out" "PRIVMSG alice :for you"
    gate_open "$SERVER_PORT"
    term_see "while you were out"
    term_see "3:bob(1!)"
    term_run "back"
    peer_sees "PRIVMSG #x :back"
    [[ $(grep -c '^:alice!.* JOIN ' "$BATS_TEST_TMPDIR/peer.log") == 1 ]]
    run -1 grep -E '^:alice!.* (QUIT|PART)' "$BATS_TEST_TMPDIR/peer.log"
}
