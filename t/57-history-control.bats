#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What is kept of what was said, as operators look at it, export it and overwrite it.

setup() {
    load lib/daemon
    load lib/client
    load lib/irc
    load lib/control
    # shellcheck disable=SC2034 # for lib/daemon
    DAEMON_DOORS="plain irc"
    daemon_start -o 'password-rounds 4096' -o 'history-sync always' -o 'replay off'
    ctl account add toto secret
    ctl account add tutu secret
}

teardown() {
    client_teardown
    daemon_teardown
}

# enter_as NAME: an IRC client, logged in to the account of that name.
enter_as() {
    open "$1" irc
    send "$1" 'CAP REQ :batch draft/chathistory' 'CAP END' "PASS $1:secret" "NICK $1" "USER $1 0 * :$1"
    expect "$1" -e ' (376|422) '
}

talk() {
    enter_as toto
    enter_as tutu
    send toto 'JOIN #a' 'PRIVMSG #a :one of toto' 'PRIVMSG tutu :a private one'
    sync toto
    send tutu 'JOIN #a' 'PRIVMSG #a :one of tutu' 'PRIVMSG toto :an answer'
    expect toto -e 'one of tutu'
    expect toto -e 'an answer'
    sync toto tutu
}

history_has() {
    grep -qaF -- "$1" "$BATS_TEST_TMPDIR"/state/history/*.log
}

@test "stats tells how much there is, and verify that all of it is sound" {
    talk
    run -0 ctl history stats
    [[ ${lines[0]} == HISTORY*LINES*BYTES*FILES*OLDEST*NEWEST*GAPS*DAMAGED ]]
    [[ ${lines[1]} == channels*1*20*0*0 && ${lines[2]} == private*2*1*20*0*0 ]]
    run -0 ctl --json history verify
    [[ ${lines[0]} == '{"history":"channels","lines":'*',"gaps":0,"damaged":0,"unchained":0}' ]]
    [[ ${lines[1]} == '{"history":"private","lines":2,"bytes":'*',"gaps":0,"damaged":0,"unchained":0}' ]]
}

@test "verify finds a byte that is another one, and what is chained to it" {
    talk
    local file
    file=$(echo "$BATS_TEST_TMPDIR"/state/history/channels-*.log)
    local at
    at=$(grep -abo 'one of toto' "$file" | head -n 1)
    printf X | dd of="$file" bs=1 seek="${at%%:*}" conv=notrunc status=none
    run -1 ctl history verify
    [[ ${lines[1]} =~ ^channels\ +[0-9]+\ +[0-9]+\ +0\ +[1-9][0-9]*\ +1$ ]]
    [[ ${lines[2]} =~ ^private\ +2\ +[0-9]+\ +0\ +0\ +0$ ]]
    [ "${lines[3]}" = "forkchatctl: some of it is damaged, and skipped by whoever reads it" ]
}

@test "export shows what an account said, and what was said to it, and nothing else" {
    talk
    run -0 ctl history export toto
    [[ $output == *' #a (toto) one of toto'* && $output == *' tutu (toto) a private one'* ]]
    [[ $output == *' toto (tutu) an answer'* && $output != *'one of tutu'* ]]
    run -0 ctl --json history export TUTU
    [[ $output == *'"event":"privmsg","target":"#a","nick":"tutu","account":"tutu","text":"one of tutu"'* ]]
    [[ $output != *'one of toto'* ]]
    run -0 ctl history export nobody
    [ -z "$output" ]
}

@test "forget overwrites what an account said, on the disk, and nothing else" {
    talk
    run -0 ctl history forget Toto
    [[ $output =~ ^[0-9]+\ lines\ of\ Toto\ were\ overwritten$ ]]
    run -1 history_has 'one of toto'
    run -1 history_has 'a private one'
    history_has 'one of tutu'
    history_has 'an answer'
    send tutu 'CHATHISTORY LATEST #a * 10'
    expect tutu -e 'one of tutu'
    run -0 ctl history forget Toto
    [ "$output" = "0 lines of Toto were overwritten" ]
    run -0 ctl history verify
}

@test "drop overwrites what was said in a channel" {
    talk
    run -0 ctl history drop '#A'
    run -1 history_has 'one of toto'
    run -1 history_has 'one of tutu'
    history_has 'a private one'
    send toto 'PRIVMSG #a :a new one'
    sync toto
    history_has 'a new one'
    run -0 ctl history verify
}

@test "a new account of an old name reads nothing of what the old one was told" {
    talk
    ctl account drop toto
    send toto QUIT
    expect_end toto
    # Accounts know the second they were made.
    local dropped=$EPOCHSECONDS
    is_later() {
        # shellcheck disable=SC2317
        ((EPOCHSECONDS > dropped))
    }
    wait_until is_later
    ctl account add toto secret
    enter_as toto
    send toto 'CHATHISTORY LATEST tutu * 10'
    expect toto -e 'BATCH .* chathistory tutu'
    expect_next toto -e 'BATCH -'
    send toto 'CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z 10'
    expect toto -e 'BATCH .* draft/chathistory-targets'
    expect_next toto -e 'BATCH -'
    send tutu 'CHATHISTORY LATEST toto * 10'
    expect tutu -e 'a private one'
}

@test "an archivist that is killed is asked again when it is back" {
    talk
    kill -9 "$(daemon_pid archivist)"
    run -0 ctl history stats
    [[ ${lines[2]} == private*2* ]]
}

@test "a mistake is told what would be right, and with history off that nothing is kept" {
    run -64 ctl history
    run -64 ctl history forget '#a'
    [[ $output == *'stats, verify, export|forget <account>, or drop <#channel>'* ]]
    run -64 ctl history drop toto
    run -64 ctl history verify now
    daemon_stop
    daemon_start -o 'history off'
    run -1 ctl history stats
    [ "$output" = "forkchatctl: nothing is kept here: the configuration says history off" ]
}
