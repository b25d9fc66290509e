#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The console of a daemon on a terminal: the log above, the line being typed below, and how it is left.

load lib/terminal.bash

setup() {
    requires tmux
    RUN=$BATS_TEST_TMPDIR/run
}

teardown() {
    term_stop
    wait_until nothing_is_left
}

# serve [WORD …]: a daemon on the terminal; words in front of the command (TERM=dumb), then its options.
serve() {
    term_start 80 16
    term_modes before
    term_run "clear; ${1-} '$FORKCHAT_BUILD/forkchatd' -f -c /dev/null -o 'listen plain 127.0.0.1:0' -o 'chroot off' -o 'runtime-directory $RUN' -o 'state-directory $RUN' ${2-}; echo status \$?"
    term_see ready
}

ctl() {
    "$FORKCHAT_BUILD/forkchatctl" -r "$RUN" "$@" 3>&-
}

# The shell has the terminal again, as it was, and the server has ended well.
left() {
    term_see "status 0"
    term_modes after
    term_modes_are_equal before after
    # the whole screen scrolls again
    term_run 'seq 40'
    term_input_see 'prompt$'
}

@test "it shows version, doors and commands, takes commands, and Ctrl-C stops the server" {
    serve
    term_see "forkchatd 0."
    term_see "commands, here or by forkchatctl: help wall who"
    term_see "listening plain 127.0.0.1:"
    term_run "wall hello"
    term_see "> wall hello"
    term_see "0 clients were told"
    term_run "dance"
    term_see 'there is no command "dance"'
    term_input_see ">"
    term_key C-c
    term_see stopped
    left
}

@test "what is wider than the terminal is divided between words" {
    serve
    # All commands in one line of the log: no row ends or begins inside a word.
    local words row
    words=$(ctl help | sed -nE 's/^([a-z]+).*/\1/p')
    wait_until_words() {
        local on_screen
        on_screen=$(term capture-pane -p -S - | tr -s ' \n' '\n')
        for row in $words; do
            grep -qx -- "$row" <<<"$on_screen" || return 1
        done
    }
    wait_until wait_until_words
    term_key C-c
    left
}

@test "log lines never tear what is being typed" {
    serve
    term_type "wall half a li"
    term_input_see "> wall half a li"
    for i in {1..30}; do
        ctl wall "number $i" >/dev/null
    done
    term_see '"wall number 30"'
    term_input_see "> wall half a li"
    # the line editing is the terminal's
    term_key BSpace BSpace
    term_type "line"
    term_input_see "> wall half a line"
    term_key Enter
    term_see "0 clients were told"
    term_key C-c
    left
}

@test "a console that does not end is ended, and the terminal is whole all the same" {
    serve
    kill -STOP "$(pgrep -P "$(<"$RUN/forkchatd.pid")" -f 'forkchatd: console')"
    kill -TERM "$(<"$RUN/forkchatd.pid")"
    left
}

@test "shutdown typed at the console stops the server" {
    serve
    term_run "shutdown 1s tea"
    term_see "the server stops in 1 second: tea"
    left
}

@test "Ctrl-D closes the console; the server goes on, and logs on the terminal" {
    serve
    term_key C-d
    term_see "the console is closed"
    ctl wall after that
    term_see 'control "wall after that"'
    term_key C-c
    left
}

@test "a console that dies leaves the log on the terminal, and the server alone" {
    serve
    kill -KILL "$(pgrep -f 'forkchatd: console' -P "$(cat "$RUN/forkchatd.pid")")"
    term_see "the console died: signal 9"
    ctl wall after that
    term_see 'control "wall after that"'
    term_key C-c
    left
}

@test "a new size of the terminal divides it anew" {
    serve
    term resize-window -t main -x 100 -y 24
    ctl wall one
    term_see '"wall one"'
    term_run "wall two"
    term_see "> wall two"
    [[ $(term capture-pane -p | wc -l) == 24 ]]
    term_input_see ">"
    term_key C-c
    term_see "status 0"
}

@test "a terminal that can do nothing gets plain lines" {
    serve TERM=dumb
    term_run "wall hello"
    term_see "0 clients were told"
    term_key C-c
    left
}

@test "without a terminal on both sides nothing is read" {
    term_start 80 16
    term_run "clear; echo wall hello | '$FORKCHAT_BUILD/forkchatd' -f -c /dev/null -o 'listen plain 127.0.0.1:0' -o 'chroot off' -o 'runtime-directory $RUN' -o 'state-directory $RUN'; echo status \$?"
    term_see ready
    term_see "commands, by forkchatctl: help"
    [ -z "$(pgrep -f 'forkchatd: console' -P "$(cat "$RUN/forkchatd.pid")")" ]
    ctl wall after
    term_see 'control "wall after"'
    term_lacks 'wall hello" by'
    term_key C-c
    term_see "status 0"
}
