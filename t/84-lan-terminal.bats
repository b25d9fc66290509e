#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# forkchat-lan on a real terminal: editing, completion, and giving it back by each way of leaving.

load lib/terminal
load lib/netns # behind it: peer is this one's

setup() {
    requires tmux
    lan_open 2
}

teardown() {
    term_stop
    lan_close
    nothing_is_left
}

# toto is somebody at a terminal, tutu somebody else.
sit_down() {
    peer tutu 2 --watch 0 --period 1
    term_start 80 16
    term_modes before
    toto_again
    sees tutu 'new peer toto'
    term_see 'new peer tutu'
}

toto_again() {
    term_run "clear; ip netns exec $LAN-1 '$LAN_PROGRAM' --name toto --period 1 --state '$BATS_TEST_TMPDIR/toto.state'; echo status \$?"
    term_see 'recipient:message>'
}

# The row with the prompt.
typed() {
    term capture-pane -p | grep -F 'recipient:message>' | tail -n 1
}

typed_is() {
    [[ $(typed) == "recipient:message>$1" ]]
}

typed_see() {
    wait_until typed_is "$1" || {
        echo "# the line being typed is: $(typed)"
        return 1
    }
}

# The shell has the terminal again, as it was.
left() {
    term_see "status $1"
    term_modes after
    term_modes_are_equal before after
}

@test "line editing does what fingers know from forkchat, and the arrows bring back what was said" {
    sit_down
    term_type '*:hello wrld'
    term_key Left Left Left
    term_type o
    typed_see '*:hello world'
    term_key Enter
    sees tutu 'toto > hello world'
    typed_see ''
    term_key Up
    typed_see '*:hello world'
    term_key C-w
    term_type 'moon'
    term_key C-a C-k
    typed_see ''
    term_key C-y Home Delete
    term_type tutu
    typed_see 'tutu:hello moon'
    term_key Enter
    sees tutu 'toto > hello moon'
    term_key C-d
    left 0
    sees tutu 'toto has left'
}

@test "a password is neither shown nor brought back" {
    sit_down
    echo treasure >"$BATS_TEST_TMPDIR/cave"
    term_run ''
    term_see '4  offer a file'
    term_run 4
    term_see 'file to offer>'
    term_run "$BATS_TEST_TMPDIR/cave"
    term_see 'a password for it'
    term_run 'sesame'
    term_see 'offering cave (9 B, password)'
    term_key Up
    typed_see "$BATS_TEST_TMPDIR/cave"
    term_lacks sesame
    term_key C-u
    term_type '*:hello'
    term_key Enter
    term_see 'to everyone: hello'
    local line
    for line in "/offer $BATS_TEST_TMPDIR/cave sesame" '/get tutu cave sesame' '("10.9.0.2",7000),("sesame","cave")'; do
        term_type "$line"
        term_key Enter
        term_key Up
        typed_see '*:hello'
        term_key C-u
    done
    term_key C-c
    left 0
}

@test "Tab completes peers, commands, offered names and paths, and shows what there is to choose from" {
    sit_down
    echo treasure >"$BATS_TEST_TMPDIR/cave"
    peer tata 2 --offer "$BATS_TEST_TMPDIR/cave" --period 1 --watch 0
    term_see 'tata offers cave'
    term_type t
    term_key Tab
    term_see 'tata  tutu'
    term_type u
    term_key Tab
    typed_see 'tutu:'
    term_key C-u
    term_type /g
    term_key Tab
    typed_see '/get'
    term_type ta
    term_key Tab Tab
    typed_see '/get tata cave'
    term_key C-u
    term_type "/offer $BATS_TEST_TMPDIR/ca"
    term_key Tab
    typed_see "/offer $BATS_TEST_TMPDIR/cave"
    term_key C-u
    term_run /menu
    term_see '4  offer a file'
    term_run 2
    term_type tat
    term_key Tab
    term_see 'peer:file to get>tata:cave'
    term_key C-c
    left 0
}

@test "Tab closes the quotes that were opened, and puts a peer with blanks into some" {
    sit_down
    echo treasure >"$BATS_TEST_TMPDIR/my doc.txt"
    mkdir "$BATS_TEST_TMPDIR/my folder"
    peer 'the boss' 2 --offer "$BATS_TEST_TMPDIR/my doc.txt" --period 1 --watch 0
    term_see 'the boss offers my doc.txt'
    term_type '/get the'
    term_key Tab
    typed_see '/get "the boss"'
    term_type '"my'
    term_key Tab
    typed_see '/get "the boss" "my doc.txt"'
    term_key C-u
    term_type "/get 'the"
    term_key Tab
    typed_see "/get 'the boss'"
    term_type my
    term_key Tab
    typed_see "/get 'the boss' my doc.txt"
    term_key C-u
    term_type "/offer \"$BATS_TEST_TMPDIR/my d"
    term_key Tab
    typed_see "/offer \"$BATS_TEST_TMPDIR/my doc.txt\""
    term_key C-u
    term_type "/offer '$BATS_TEST_TMPDIR/my f"
    term_key Tab
    typed_see "/offer '$BATS_TEST_TMPDIR/my folder/"
    term_key C-c
    left 0
}

@test "Tab finds names that are composed in another way" {
    local composed=$'caf\xc3\xa9' apart=$'cafe\xcc\x81'
    sit_down
    echo treasure >"$BATS_TEST_TMPDIR/${apart}1"
    peer tata 2 --offer "$BATS_TEST_TMPDIR/${apart}1" --period 1 --watch 0
    term_see 'tata offers caf'
    term_type "/get tata $composed"
    term_key Tab
    typed_see "/get tata ${apart}1"
    term_key C-u
    term_type "/offer $BATS_TEST_TMPDIR/$composed"
    term_key Tab
    typed_see "/offer $BATS_TEST_TMPDIR/${apart}1"
    term_key C-u C-c
    left 0
}

@test "an error does not tear the line being typed, and what is pasted is said only when it is entered" {
    sit_down
    term_type 'tutu:half of it'
    typed_see 'tutu:half of it'
    ip -n "$LAN-1" link set eth0 down
    term_see 'forkchat-lan: warning: no network is up: only this machine is reached'
    typed_see 'tutu:half of it'
    ip -n "$LAN-1" link set eth0 up
    term_see 'now on eth0'
    typed_see 'tutu:half of it'
    term_key C-u
    printf '*:one\n*:two\n/quit\n' | term load-buffer -
    term paste-buffer -p -r
    typed_see '*:one *:two /quit'
    term_lacks 'to everyone'
    term_key Enter
    term_see 'to everyone: one *:two /quit'
    term_key C-d
    left 0
    is_pasted_plainly
}

# The shell's terminal has no brackets around pastes any more.
is_pasted_plainly() {
    term_run "bind 'set enable-bracketed-paste off'; cat -v"
    printf 'pasted here' | term load-buffer -
    wait_until cat_runs
    term paste-buffer -p
    term_see 'pasted here'
    term_lacks '200~'
    term_key C-c
}

cat_runs() { [[ $(term display-message -p '#{pane_current_command}') == cat ]]; }

@test "on a terminal of 20 columns, and of ten, what is typed stays in one row" {
    local columns
    peer tutu 2 --watch 0 --period 1
    for columns in 20 10; do
        term_start $columns 16
        term_run "clear; ip netns exec $LAN-1 '$LAN_PROGRAM' --name toto --period 1 --state '$BATS_TEST_TMPDIR/toto.state'"
        term_see '>'
        term_type 'tutu:abcdefghijklmnopqrstuvwxyz'
        term_see 'wxyz'
        [ "$(term capture-pane -p | grep -c 'tutu:')" -le 1 ]
        [ "$(term capture-pane -p | grep -cE '[a-z]{5,}.*yz$|xyz$|yz$')" = 1 ]
        term_key Enter
        sees tutu 'private: toto > abcdefghijklmnopqrstuvwxyz'
        : >"$(peer_log tutu)"
        term_key C-d
        term_stop
    done
}

@test "Ctrl-Z gives the terminal back, fg takes it again with the line half typed" {
    sit_down
    term_type 'tutu:half of it'
    typed_see 'tutu:half of it'
    term_key C-z
    term_see Stopped
    term_modes stopped
    term_modes_are_equal before stopped
    term_run 'clear; fg'
    typed_see 'tutu:half of it'
    term_key Enter
    sees tutu 'toto > half of it'
    term_key C-c
    term_see 'prompt$'
    term_run 'echo status $?'
    left 0
}

@test "after kill -KILL and -SEGV of either of its processes the terminal is as it was" {
    local signal other
    sit_down
    for signal in KILL SEGV; do
        kill "-$signal" "$(term_client)"
        left $((128 + $(kill -l $signal)))
        term_shows 'it was ended by signal'
        toto_again
        other=$(term_client)
        kill "-$signal" "$(term_guardian)"
        wait_until has_ended "$other"
        left $((128 + $(kill -l $signal)))
        toto_again
    done
    term_key C-d
    left 0
}
