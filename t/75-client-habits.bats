#!/usr/bin/env bats
# What those expect of forkchat who come from irssi and WeeChat.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/clock
load lib/terminal.bash

setup() {
    requires tmux
}

teardown() {
    term_close
}

@test "when the day changes, every window says so, once, before what is said on it" {
    clock_prepare
    AHEAD="TZ=UTC0 ${CLOCK_WRAP[*]}" join 80 20
    local there tomorrow
    term_run "/query carol"
    term_input_see "[carol]"
    clock_set 86400
    printf -v tomorrow '%(%s)T' -1
    tomorrow=$(TZ=UTC0 date -d "@$((tomorrow + 86400))" '+day changed: %A, %d %B %Y')
    term_see "$tomorrow" # nobody has said anything
    for there in 1 2; do
        term_key "M-$there"
        term_see "$tomorrow"
    done
    clock_set 86300 # a clock that is put right
    peer "PRIVMSG #x :good morning"
    term_see "good morning"
    [[ $(term capture-pane -p | grep -c 'day changed') == 1 ]]
    [[ $(term_row "$(term capture-pane -p | grep 'day changed')") -lt $(term_row "$(term capture-pane -p | grep 'good morning')") ]]
    term_lacks unread
}

@test "who is away sees it beside their nick, until they are back, and again after a break" {
    join
    term_run "/away at lunch"
    term_see "alice (away)"
    term_run "/raw AWAY"
    term_unsee "(away)"
    term_run "/away at lunch"
    term_see "alice (away)"
    peer_stop
    server_stop -KILL
    term_see "the connection is lost"
    term_unsee "(away)"
    start_ngircd
    term_see "alice (away)"
}

@test "away is seen at the plain and talk doors, too" {
    start_forkchatd
    term_start
    local port
    for port in "$PLAIN_PORT" "$TALK_PORT"; do
        term_run "clear; '$FORKCHAT' -n alice -d $([[ $port == "$PLAIN_PORT" ]] && echo plain || echo talk) 127.0.0.1 $port; echo status \$?"
        term_see "you are now alice"
        term_run "/away at lunch"
        term_see "alice (away)"
        term_run "/away"
        term_unsee "(away)"
        term_run "/quit"
        term_see "status 0"
    done
}

# Tab after `a` gives these, one after the other.
offered() {
    local nick
    term_type a
    for nick in "$@"; do
        term_key Tab
        term_input_see "[#x] $nick:"
    done
    term_key C-u
}

@test "Tab offers first who spoke last in the window, under any name, then the others by the alphabet" {
    join
    peer "NICK ann"
    term_see "bob is now ann"
    offered alice ann alice
    peer "PRIVMSG #x :hello"
    term_see "<ann> hello"
    term_run "I say something myself"
    offered ann alice ann
    peer "NICK arthur"
    term_see "ann is now arthur"
    term_run /names
    term_see "here: alice arthur"
    offered arthur alice
    term_run "/nick adam"
    term_see "you are now adam"
    peer "PART #x" "JOIN #x"
    term_see "arthur has joined"
    offered adam arthur
}

@test "forkchat NAME is there as the file of servers says, and the command line goes before it" {
    SERVER_PASSWORD=opensesame
    start_ngircd
    echo "$SERVER_PASSWORD" >"$BATS_TEST_TMPDIR/word"
    cat >"$BATS_TEST_TMPDIR/servers" <<-EOF
	nick nobody
	server class 127.0.0.1 $SERVER_PORT
	    nick toto
	    join one
	    join "#two" sesame
	    password word
	    away at lunch
	server other 127.0.0.1 1
	    nick other
	EOF
    chmod 600 "$BATS_TEST_TMPDIR/servers" "$BATS_TEST_TMPDIR/word"
    term_start 100 20
    term_run "cd /; clear; '$FORKCHAT' -F '$BATS_TEST_TMPDIR/servers' class; echo status \$?"
    term_see "toto (away)"
    term_see "2:#one"
    term_see "3:#two"
    term_run "/mode #two +k sesame"
    term_run "/quit"
    term_see "status 0"
    term_run "clear; '$FORKCHAT' -F '$BATS_TEST_TMPDIR/servers' -n tutu -j '#three' class --away ''; echo status \$?"
    term_see "2:#three"
    term_see " tutu 1:"
    term_lacks "#one"
}

@test "Ctrl-R finds lines typed before as a shell does" {
    join
    term_run "the first line"
    term_run "/me waves"
    term_run "The second line"
    peer_sees ":The second line"
    term_type "half typed"
    term_key C-r
    term_input_see "(reverse-i-search)\`': half typed"
    term_type "the"
    term_input_see "(reverse-i-search)\`the': The second line"
    term_key C-r
    term_input_see "(reverse-i-search)\`the': the first line"
    term_key C-r
    term_input_see "(failed reverse-i-search)\`the': the first line"
    term_key C-s
    term_input_see "(reverse-i-search)\`the': The second line"
    term_key BSpace
    term_type "is"
    term_input_see "(failed reverse-i-search)\`this': The second line"
    term_key C-g
    term_input_see "[#x] half typed"
    term_key C-r
    term_type "wav"
    term_input_see "(reverse-i-search)\`wav': /me waves"
    term_key Home
    term_input_see "[#x] /me waves"
    term_key C-r C-r
    term_input_see "(reverse-i-search)\`wav': /me waves"
    term_key C-c
    term_input_see "[#x] /me waves"
    term_key C-u C-r
    term_type "first"
    term_key Enter
    wait_until peer_has_twice "PRIVMSG #x :the first line"
}

peer_has_twice() {
    [[ $(grep -cF -- "$1" "$BATS_TEST_TMPDIR/peer.log") == 2 ]]
}

@test "/search goes to what was said, and further up and down again; /lastlog lists it" {
    join 80 12
    local i
    for i in {1..60}; do
        if ((i % 20 == 5)); then peer "PRIVMSG #x :line $i: a Needle"; else peer "PRIVMSG #x :line $i"; fi
    done
    term_see "line 60"
    term_run "/search needle"
    term_see "line 45: a Needle"
    term_lacks "line 60"
    term_see "line 46"
    term_run "/search"
    term_see "line 25: a Needle"
    term_key M-r
    term_see "line 5: a Needle"
    term_key M-r
    term_see "line 5: a Needle"
    term_key M-s
    term_see "line 25: a Needle"
    term_key M-">"
    term_see 'nothing further up in this window has "needle"'
    term_run "/search hay"
    term_see 'nothing in this window has "hay"'
    term_run "/lastlog NEEDLE"
    term_see "3 lines:"
    term_see "<bob> line 5: a Needle"
    term_see "<bob> line 45: a Needle"
    term_run "/lastlog 45: a"
    term_see "1 line:"
    term_run "/help search"
    term_see "/search [WORDS]"
}

# The right end of a row of the screen, from 1.
beside() {
    [[ $(term capture-pane -p | sed -n "$1p" | cut -c102- | sed 's/ *$//') == "$2" ]]
}

@test "on a wide screen those in the channel stand beside the text, with their ranks, at once; Alt-N takes them away" {
    join 120 12
    wait_until beside 2 "@bob"
    wait_until beside 3 " alice"
    peer "MODE #x +v alice"
    wait_until beside 3 "+alice"
    peer "MODE #x +o-v alice alice"
    wait_until beside 2 "@alice"
    wait_until beside 3 "@bob"
    peer "MODE #x -o bob"
    wait_until beside 3 " bob"
    peer "NICK carol"
    wait_until beside 3 " carol"
    peer "PRIVMSG #x :$(printf 'word %.0s' {1..40})"
    term_see "word word"
    wait_until beside 3 " carol"
    peer "PART #x"
    wait_until beside 3 ""
    beside 2 "@alice"
    term_key M-n
    wait_until beside 2 ""
    term_key M-n
    wait_until beside 2 "@alice"
    term resize-window -t main -x 119 -y 12
    term_unsee "@alice"
}
