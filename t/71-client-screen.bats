#!/usr/bin/env bats
# forkchat on a terminal: what it shows, what keys do, and how it leaves.

bats_require_minimum_version 1.5.0
load lib/terminal.bash

setup() {
    requires tmux
}

teardown() {
    term_close
}

# left STATUS: the shell has the terminal again, as it was.
left() {
    term_see "status $1"
    term_modes after
    term_modes_are_equal before after
    [[ $(term display-message -p '#{alternate_on}') == 0 ]]
    is_pasted_plainly
}

# No brackets around what is pasted: neither forkchat's mode nor one of the shell's is on.
is_pasted_plainly() {
    term_run "bind 'set enable-bracketed-paste off'; cat -v"
    printf 'pasted here' | term load-buffer -
    wait_until cat_runs
    term paste-buffer -p -r
    term_see "pasted here"
    term_lacks "200~"
    term_key C-c
}

cat_runs() {
    [[ $(term display-message -p '#{pane_current_command}') == cat ]]
}

@test "a message that arrives while one types leaves the line being typed whole" {
    join
    term_type "half a li"
    peer "PRIVMSG #x :first" "PRIVMSG #x :second"
    term_see "<bob> second"
    term_input_see "[#x] half a li"
    term_type "ne"
    term_key Enter
    peer_sees "PRIVMSG #x :half a line"
    term_see "<alice> half a line"
    term_input_see "[#x]"
}

# alice at a terminal, on the IRC door of a forkchatd.
at_forkchatd() {
    start_forkchatd
    term_start 100 20
    term_modes before
    term_run "clear; '$FORKCHAT' -n alice 127.0.0.1 $SERVER_PORT; echo status \$?"
}

@test "who names no channel begins in the lobby of a forkchatd, and may leave it; who names one, there" {
    at_forkchatd
    term_see "1 here: alice"
    term_input_see "[#lobby]"
    peer_start bob '#lobby'
    term_see "bob has joined"
    term_run hello
    peer_sees "PRIVMSG #lobby :hello"
    term_run "/part"
    peer_sees "PART #lobby"
    # 005 again
    term_run "/quote VERSION"
    term_run "/quote NAMES #lobby"
    term_see "[127.0.0.1]"
    peer "PRIVMSG alice :are you there"
    term_see "1:127.0.0.1 2:bob("
    term_key C-c
    left 0
    term_run "clear; '$FORKCHAT' -n alice -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "1 here: alice"
    term_input_see "[#x]"
    term_lacks "#lobby"
    term_key C-c
    left 0
}

@test "what is asked about somebody, channels and who is there is told in sentences" {
    at_forkchatd
    term_see "1 here: alice"
    peer_start bob '#lobby'
    term_see "bob has joined"
    term_run "/whois bob"
    term_see "bob is ~bob@127.0.0.1: bob"
    term_see "bob is in #lobby"
    term_see "bob has said nothing for "
    term_run "/list"
    term_see "#lobby: 2 here"
    term_run "/quote WHO #lobby"
    term_see "alice is ~alice@127.0.0.1: "
    term_key C-c
    left 0
}

@test "wide and combining characters stand where they belong, and are rubbed out whole" {
    join
    peer $'PRIVMSG #x :\u6f22\u5b57 e\u0301!'
    term_see $'<bob> \u6f22\u5b57 e\u0301!'
    term_type $'a\u6f22e\u0301b'
    term_input_see $'[#x] a\u6f22e\u0301b'
    [[ $(term display-message -p '#{cursor_x}') == 10 ]]
    term_key BSpace BSpace
    term_input_see $'[#x] a\u6f22'
    term_key BSpace
    term_input_see '[#x] a'
}

@test "joiners, marks of direction, flags and variation selectors take the columns that irssi gives them" {
    join
    local typed columns
    while read -r columns typed; do
        term_type "a$(printf '%b' "$typed")"
        term_key z
        wait_until at_column $((5 + 1 + columns + 1)) || { echo "# $typed: $(term display-message -p '#{cursor_x}')"; return 1; }
        # One key takes back what a person takes for one character.
        term_key BSpace BSpace
        wait_until at_column $((5 + (columns == 0 ? 0 : 1))) || { echo "# $typed: $(term display-message -p '#{cursor_x}')"; return 1; }
        term_key C-u
        term_input_see '[#x]'
    done <<'END'
0 \0342\0200\0217
0 \0342\0200\0215
0 \0314\0201
1 \0342\0235\0244\0357\0270\0217
2 \0360\0237\0207\0253\0360\0237\0207\0267
2 \0344\0267\0200
END
    # From others: nothing in front of a word, and a whole flag.
    peer $'PRIVMSG #x :\xe2\x80\x8fx\xe2\x80\x8d \xf0\x9f\x87\xab\xf0\x9f\x87\xb7!'
    term_see $'\xf0\x9f\x87\xab\xf0\x9f\x87\xb7!'
}

at_column() {
    (($(term display-message -p '#{cursor_x}') == $1))
}

@test "escape sequences from others are shown, not obeyed" {
    join
    peer $'PRIVMSG #x :\e[2J\e]0;title\a\u009b31mred\u202eback'
    term_see 'red'
    term_shows '^[[2J^[]0;title^G'
    term_shows 'here: alice bob'
    [[ $(term display-message -p '#{pane_title}') != *title* ]]
}

@test "the screen follows a resize while one types, down to almost nothing and back" {
    join
    peer "PRIVMSG #x :one two three four five six seven eight nine ten"
    term_see "nine ten"
    term_type "some words"
    local size
    for size in "40 10" "20 4" "12 2" "4 1" "120 30" "60 12"; do
        # shellcheck disable=SC2086
        set -- $size
        term resize-window -x "$1" -y "$2"
    done
    term_input_see "[#x] some words"
    term_see "nine ten"
    [[ $(term capture-pane -p | wc -l) == 12 ]]
    [[ $(term_row '[#x] some words') == 12 ]]
}

@test "line editing does what fingers know" {
    join
    term_type "world"
    term_key C-a
    term_type "hello "
    term_input_see "[#x] hello world"
    term_key C-e C-w
    term_input_see "[#x] hello"
    term_key C-y Left Left C-k
    term_input_see "[#x] hello wor"
    term_key C-u
    term_input_see "[#x]"
    term_key C-y Home Delete
    term_input_see "[#x] ello wor"
    term_key Enter Up
    term_input_see "[#x] ello wor"
    term_key Down
    term_input_see "[#x]"
}

@test "Tab completes nicks, channels and commands" {
    join
    term_type "bo"
    term_key Tab
    term_type "hi"
    term_input_see "[#x] bob: hi"
    term_key C-u
    term_type "/wh"
    term_key Tab
    term_input_see "[#x] /whois"
    term_key Tab
    term_input_see "[#x] /who"
    term_type "#"
    term_key Tab
    term_input_see "[#x] /who #x"
}

@test "many pasted lines are asked about; one goes into the line" {
    join
    printf 'one\ntwo /quit\n/quit three' | term load-buffer -
    term paste-buffer -p -r
    term_input_see "Say these 3 pasted lines? (y/n)"
    term_key n
    term_see "the 3 pasted lines were not said"
    term paste-buffer -p -r
    term_input_see "Say these 3 pasted lines? (y/n)"
    term_type y
    peer_sees "PRIVMSG #x :/quit three"
    printf 'just this\n' | term load-buffer -
    term paste-buffer -p -r
    term_input_see "[#x] just this"
    run ! peer_has "just this"
}

@test "a paste whose end is lost does not lock the keyboard" {
    join
    term send-keys -H 1b 5b 32 30 30 7e
    term_type "not locked"
    term_input_see "[#x] not locked"
    term_type "!"
    term_input_see "[#x] not locked!"
    term send-keys -H 1b 5b 32 30 30 7e
    term_type "nor for Ctrl-C"
    term_key C-c
    term_input_see "Leave, and lose the line you are typing? (y/n)"
    term_key C-c
    left 0
}

@test "a pasted line that has no room in the line being typed is asked about, and said whole" {
    join
    local line
    line=$(printf '%09000d' 7)
    printf '%s' "$line" | term load-buffer -
    term paste-buffer -p -r
    term_input_see "Say this pasted line of 9000 bytes? (y/n)"
    term_type n
    term_see "the 1 pasted line was not said"
    term_run "half of it"
    peer_sees "PRIVMSG #x :half of it"
    run ! peer_has 000000
    term paste-buffer -p -r
    term_input_see "Say this pasted line of 9000 bytes? (y/n)"
    term_type y
    peer_sees "0007"
    [[ $(sed -n 's/\r$//; s/^:alice!.* PRIVMSG #x ://p' "$BATS_TEST_TMPDIR/peer.log" | tail -n +2 | tr -d '\n') == "$line" ]]
}

@test "an address longer than a row stands alone in rows of its own, from edge to edge" {
    join 40 16
    peer "PRIVMSG #x :look at https://example.org/a/rather/long/path/of/a/page and tell me"
    term_see "and tell me"
    [[ $(term capture-pane -p) == *$'look at\nhttps://example.org/a/rather/long/path/o\nf/a/page and tell me\n'* ]]
}

@test "/flush gives up what waits to be sent" {
    join
    seq -f 'line %g' 40 | term load-buffer -
    term paste-buffer -p -r
    term_type y
    peer_sees "PRIVMSG #x :line 3"
    term_run "/flush"
    term_see "lines are not sent"
    term_run "/flush"
    term_see "nothing waits to be sent"
    term_run "and this is"
    peer_sees "PRIVMSG #x :and this is"
    run ! peer_has "PRIVMSG #x :line 40"
}

@test "windows: queries, unread marks, the bell for one's name, Alt and /1" {
    join
    term set-option -g monitor-bell on
    peer "PRIVMSG alice :psst"
    term_see "3:bob(1!)"
    term_key M-3
    term_see "<bob> psst"
    term_unsee "3:bob(1!)"
    peer "PRIVMSG #x :while you are away" "PRIVMSG #x :ALICE, are you there?"
    term_see "2:#x(2!)"
    term_run "/2"
    term_see "unread"
    term_see "<bob> ALICE, are you there?"
    [[ $(term_row '------') -lt $(term_row "$(date +%H):") || -n $(term_row '------') ]]
    term_run "/msg bob an answer"
    peer_sees "PRIVMSG bob :an answer"
    term_run "/me waves"
    term_see "* alice waves"
    peer_sees $'\001ACTION waves\001'
}

@test "PageUp shows what was said, and it stays while more is said" {
    join 80 10
    term_run "/help"
    term_see "Everything else you type"
    term_key PPage PPage PPage PPage
    term_see "/kick"
    term_unsee "Everything else you type"
    term_see "[PageDown: "
    term capture-pane -p | grep -F / >"$BATS_TEST_TMPDIR/seen"
    peer "PRIVMSG #x :and more"
    peer "PRIVMSG alice :done"
    term_see "3:bob(1!)"
    term capture-pane -p | grep -F / | diff "$BATS_TEST_TMPDIR/seen" -
    term_key NPage NPage NPage NPage NPage
    term_see "and more"
    term_unsee "PageDown"
}

@test "a log is private, a wrong command is told what to type, and who is ignored is not seen" {
    join
    term_run "/log $BATS_TEST_TMPDIR/talk.log"
    term_see "is added to"
    term_run "/ignroe bob"
    term_see "did you mean /ignore"
    term_run "/ignore bob"
    term_see "nothing more of bob"
    peer "PRIVMSG #x :you do not see this"
    term_run "still here"
    peer_sees "still here"
    term_run "/unignore bob"
    term_run "again"
    peer_sees "again"
    peer "PRIVMSG #x :but this"
    term_see "but this"
    term_lacks "you do not see this"
    grep -q '#x <alice> still here' "$BATS_TEST_TMPDIR/talk.log"
    [[ $(stat -c %a "$BATS_TEST_TMPDIR/talk.log") == 600 ]]
}

@test "Ctrl-D on an empty line leaves, and not on a full one" {
    join
    term_type "ab"
    term_key Left C-d
    term_input_see "[#x] a"
    term_key C-u C-d
    left 0
    peer_sees "QUIT"
}

@test "Ctrl-C leaves, and asks once if a line is typed" {
    join
    term_type "something"
    term_key C-c
    term_input_see "Leave, and lose the line you are typing? (y/n)"
    term_key n
    term_input_see "[#x] something"
    term_key C-c
    term_type y
    left 0
    term_run "clear; '$FORKCHAT' -n alice -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "here: alice bob"
    term_type "something"
    term_key C-c C-c
    left 0
    term_run "clear; '$FORKCHAT' -n alice -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "here: alice bob"
    term_key C-c
    left 0
    peer_sees "QUIT"
}

@test "/quit leaves with a last word" {
    join
    term_run "/quit see you"
    left 0
    peer_sees "see you"
}

@test "SIGTERM and SIGHUP leave in good order, whichever of its processes they meet" {
    local who
    join
    for who in term_client term_guardian; do
        kill -TERM "$("$who")"
        term_see "status 0"
        term_run "clear; '$FORKCHAT' -n alice -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
        term_see "here: alice bob"
    done
    kill -HUP "$(term_client)"
    left 0
}

@test "after kill -SEGV and -KILL of the client the terminal is as it was" {
    join
    kill -SEGV "$(term_client)"
    left 139
    term_run "clear; '$FORKCHAT' -n alice -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "here: alice bob"
    kill -KILL "$(term_client)"
    left 137
    term_shows "it was ended by signal 9"
}

@test "after kill -SEGV and -KILL of the guardian the terminal is as it was" {
    local client
    join
    client=$(term_client)
    kill -SEGV "$(term_guardian)"
    left 139
    wait_until has_ended "$client"
    term_run "clear; '$FORKCHAT' -n alicia -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "here: alicia bob"
    client=$(term_client)
    kill -KILL "$(term_guardian)"
    wait_until has_ended "$client"
    term_key Enter
    term_modes after
    term_modes_are_equal before after
}

@test "Ctrl-Z gives the terminal back, fg takes it again with the line half typed" {
    join
    term_type "half"
    term_key C-z
    term_see "Stopped"
    term_modes stopped
    term_modes_are_equal before stopped
    peer "PRIVMSG #x :while you slept"
    term_run "bg"
    term_run "clear; echo still a shell"
    term_see "still a shell"
    term_run "fg"
    term_see "<bob> while you slept"
    term_input_see "[#x] half"
    term_key C-c C-c
    term_see 'forkchat: left'
    term_run "echo status \$?"
    left 0
}

@test "a server that vanishes is told, tried again, and joined again" {
    join
    peer_stop
    server_stop -KILL
    term_see "again in 1 s"
    start_ngircd
    term_see "you have joined"
    rm "$BATS_TEST_TMPDIR/peer.in"
    peer_start carol '#x'
    peer_sees alice
    peer "PRIVMSG #x :here again"
    term_see "<carol> here again"
    term_key C-c
    left 0
}

@test "a host that cannot be reached leaves at once, with the terminal untouched" {
    term_start
    term_modes before
    term_run "clear; '$FORKCHAT' 127.0.0.1 1; echo status \$?"
    left 69
    term_shows "cannot connect to 127.0.0.1 port 1"
}

@test "a dumb terminal gets plain text and a whole line" {
    start_ngircd
    peer_start bob '#x'
    term_start
    term_modes before
    term_run "clear; TERM=dumb '$FORKCHAT' -n alicia -j '#x' 127.0.0.1 $SERVER_PORT; echo status \$?"
    term_see "here: alicia bob"
    term_type "half a li"
    peer "PRIVMSG #x :in between"
    term_see "<bob> in between"
    term_see "[#x] half a li"
    [[ $(term_row '[#x] half a li') -gt $(term capture-pane -p | grep -n 'in between' | cut -d: -f1) ]]
    term_type "ne"
    term_key Enter
    peer_sees "PRIVMSG #x :half a line"
    term_key C-d
    left 0
}
