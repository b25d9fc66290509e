#!/usr/bin/env bats
# forkchat: what is meant for one person, or for another channel, goes there and nowhere else.

bats_require_minimum_version 1.5.0
load lib/terminal.bash

teardown() {
    peer_stop
    server_stop
    nothing_is_left
}

@test "what nobody sees before @nick or a command does not make it public at any door, and with --text it is said" {
    start_forkchatd
    peer_start bob '#lobby'
    local door port nbsp=$'\302\240' zero=$'\342\200\213'
    for door in plain talk irc; do
        port=$(forkchatd_port "$door")
        run -0 "$FORKCHAT" -d "$door" -n "${door}er" -j '#lobby' 127.0.0.1 "$port" \
            < <(printf '%s\n' "$nbsp@bob secret 1" " /msg bob secret 2" "$zero/MSG bob secret 3 of $door" " /etc of $door")
        peer_sees "PRIVMSG bob :secret 1"
        peer_sees "PRIVMSG bob :secret 2"
        peer_sees "PRIVMSG bob :secret 3 of $door"
        peer_sees "PRIVMSG #lobby : /etc of $door"
        run -0 "$FORKCHAT" -t -d "$door" -n "${door}er" -j '#lobby' 127.0.0.1 "$port" \
            < <(printf '%s\n' "$nbsp@bob said at $door" " /msg bob said at $door")
        peer_sees "PRIVMSG #lobby :$nbsp@bob said at $door"
        peer_sees "PRIVMSG #lobby : /msg bob said at $door"
    done
    run -1 grep 'PRIVMSG #lobby :.*secret' "$BATS_TEST_TMPDIR/peer.log"
}

@test "/msg and a channel one is in speaks there at every door, and does not change where one talks" {
    start_forkchatd
    peer_start bob '#lobby'
    peer 'JOIN #games'
    peer_sees 'JOIN #games'
    local door
    for door in plain talk irc; do
        run -0 "$FORKCHAT" -d "$door" -n "${door}er" -j '#games' -j '#lobby' 127.0.0.1 "$(forkchatd_port "$door")" \
            < <(printf '%s\n' '/join #games' '/join #lobby' "/msg #games over there $door" "here $door")
        peer_sees "PRIVMSG #games :over there $door"
        peer_sees "PRIVMSG #lobby :here $door"
    done
    run -77 "$FORKCHAT" -d talk -n tom 127.0.0.1 "$TALK_PORT" <<<'/msg #games I am not in it'
}
