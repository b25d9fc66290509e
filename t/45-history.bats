#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What is said is kept: by the collector and the archivist, whichever of them dies or stops.
load lib/daemon
load lib/client
load lib/irc

setup() {
    # shellcheck disable=SC2034 # for lib/daemon
    DAEMON_DOORS="plain talk irc"
}

history_has() {
    grep -qaF -- "$1" "$BATS_TEST_TMPDIR"/state/history/*.log
}

history_is_without() {
    ! history_has "$1"
}

history_count() {
    cat "$BATS_TEST_TMPDIR"/state/history/*.log | grep -aoF -- "$1" | wc -l
}

@test "what is said in a channel is on disk a moment later, and not what a channel wants forgotten" {
    start_irc
    enter toto irc
    send toto 'JOIN #a' 'MODE #a +H' 'PRIVMSG #a :the forgotten one' 'MODE #a -H' 'PRIVMSG #a :the kept one'
    wait_until history_has 'the kept one'
    run -1 history_has 'the forgotten one'
}

@test "nothing is kept with history off" {
    start_irc -o 'history off'
    enter toto irc
    send toto 'JOIN #a' 'PRIVMSG #a :words'
    sync toto
    [ ! -e "$BATS_TEST_TMPDIR/state/history" ]
    [ "$(daemon_pids 'archivist|collector' | wc -l)" -eq 0 ]
}

@test "nothing is lost and nothing doubled when the collector or the archivist is killed" {
    daemon_may '(collector|archivist|signal)'
    start_irc
    enter toto irc
    send toto 'JOIN #a'
    local i
    for i in {1..30}; do
        send toto "PRIVMSG #a :line number $i."
        case $((i % 6)) in
        2) kill -9 "$(daemon_pid collector)" ;;
        4) kill -9 "$(daemon_pid archivist)" ;;
        esac
    done
    wait_until history_has 'line number 30.'
    for i in {1..30}; do
        wait_until history_has "line number $i."
        [ "$(history_count "line number $i.")" -eq 1 ]
    done
}

@test "an archivist that stands still holds nobody up, and has everything when it goes on" {
    local archivist i long
    printf -v long 'x%.0s' {1..300}
    for i in {1..1500}; do
        echo "PRIVMSG #a :$long number $i."
    done >"$BATS_TEST_TMPDIR/many"
    start_irc -o 'ring-size 256K'
    enter toto irc
    send toto 'JOIN #a'
    sync toto
    archivist=$(daemon_pid archivist)
    kill -STOP "$archivist"
    cat "$BATS_TEST_TMPDIR/many" >&"${CLIENT_FD[toto]}"
    sync toto
    kill -CONT "$archivist"
    wait_until history_has 'number 1500.'
    [ "$(history_count 'xxx number ')" -eq 1500 ]
}

@test "all that was said before the end is kept, and what comes after a restart is added" {
    start_irc
    enter toto irc
    send toto 'JOIN #a' 'PRIVMSG #a :the first'
    sync toto
    daemon_stop
    history_has 'the first'
    start_irc
    enter tutu irc
    send tutu 'JOIN #a' 'PRIVMSG #a :the second'
    wait_until history_has 'the second'
    [ "$(history_count 'the first')" -eq 1 ]
}

@test "a message that is taken back is overwritten" {
    start_irc
    enter_with toto 'draft/message-redaction message-tags echo-message'
    send toto 'JOIN #a' 'PRIVMSG #a :a secret slipped out'
    expect toto -e '^@msgid=([^; ]*).* PRIVMSG #a :a secret slipped out'
    local id=${BASH_REMATCH[1]}
    wait_until history_has 'a secret slipped out'
    send toto "REDACT #a $id"
    wait_until history_is_without 'a secret slipped out'
}


CAPS='batch server-time message-tags draft/chathistory'

@test "CHATHISTORY shows pages that do not overlap, by msgid and by time" {
    start_irc
    enter_with toto "$CAPS echo-message"
    send toto 'JOIN #a'
    local i ids=() times=()
    for i in {1..9}; do
        send toto "PRIVMSG #a :line $i"
        expect toto -e "^@time=([^;]*);msgid=([^ ]*) .* :line $i\$"
        times+=("${BASH_REMATCH[1]}") ids+=("${BASH_REMATCH[2]}")
    done
    page() {
        send toto "CHATHISTORY $1"
        expect toto -e 'BATCH \+[^ ]* chathistory #a$'
        shift
        for i in "$@"; do
            expect_next toto -e "^@batch=[^;]*;time=${times[i - 1]};msgid=${ids[i - 1]} :toto![^ ]* PRIVMSG #a :line $i\$"
        done
        expect_next toto -e 'BATCH -'
    }
    page 'LATEST #a * 3' 7 8 9
    page "LATEST #a msgid=${ids[6]} 10" 8 9
    page "BEFORE #a msgid=${ids[6]} 3" 4 5 6
    page "BEFORE #a msgid=${ids[0]} 3"
    page "AFTER #a msgid=${ids[6]} 10" 8 9
    page "AFTER #a msgid=${ids[1]} 2" 3 4
    page "AROUND #a msgid=${ids[4]} 3" 4 5 6
    page "BETWEEN #a msgid=${ids[1]} msgid=${ids[5]} 2" 3 4
    page "BETWEEN #a msgid=${ids[5]} msgid=${ids[1]} 2" 4 5
    page 'BEFORE #a timestamp=2100-01-01T00:00:00.000Z 2' 8 9
    page 'AFTER #a timestamp=2001-01-01T00:00:00.000Z 2' 1 2
    page 'BETWEEN #a timestamp=2001-01-01T00:00:00.000Z timestamp=2001-01-02T00:00:00.000Z 2'
}

@test "what CHATHISTORY cannot answer is refused in the words of the specification" {
    start_irc
    enter_with toto "$CAPS"
    enter_with tutu "$CAPS"
    send tutu 'JOIN #b' 'PRIVMSG #b :words'
    sync tutu
    refused() {
        send toto "CHATHISTORY $1"
        expect toto -e "FAIL CHATHISTORY $2"
    }
    refused 'LATEST #b * 10' 'INVALID_TARGET LATEST #b :'
    refused 'LATEST #nothing * 10' 'INVALID_TARGET LATEST #nothing :'
    refused 'LATEST tutu * 10' 'INVALID_TARGET LATEST tutu :'
    refused 'LATEST #b' 'INVALID_PARAMS LATEST :'
    refused 'LATEST #b * ten' 'INVALID_PARAMS LATEST ten :'
    refused 'LATEST #b * 0' 'INVALID_PARAMS LATEST 0 :'
    refused 'NEVER #b * 10' 'INVALID_PARAMS NEVER :'
    refused 'BEFORE #b id=3 10' 'INVALID_MSGREFTYPE BEFORE id=3 :'
    refused 'BEFORE #b timestamp=now 10' 'INVALID_PARAMS BEFORE timestamp=now :'
    refused 'BEFORE #b * 10' 'INVALID_MSGREFTYPE BEFORE'
}

@test "events are shown to those who asked for them, and pages are cut after filtering" {
    start_irc
    enter toto irc
    send toto 'JOIN #a' 'PRIVMSG #a :first' 'TOPIC #a :one' 'TOPIC #a :two' 'MODE #a +m' 'PRIVMSG #a :second'
    sync toto
    enter_with tutu "$CAPS"
    send tutu 'JOIN #a'
    sync tutu
    send tutu 'CHATHISTORY LATEST #a * 2'
    expect tutu -e 'BATCH \+'
    expect_next tutu -e 'PRIVMSG #a :first$'
    expect_next tutu -e 'PRIVMSG #a :second$'
    expect_next tutu -e 'BATCH -'
    send tutu 'CAP REQ draft/event-playback' 'CHATHISTORY LATEST #a * 6'
    expect tutu -e 'BATCH \+'
    expect_next tutu -e 'PRIVMSG #a :first$'
    expect_next tutu -e 'TOPIC #a :one$'
    expect_next tutu -e 'TOPIC #a :two$'
    expect_next tutu -e 'MODE #a \+m$'
    expect_next tutu -e 'PRIVMSG #a :second$'
    expect_next tutu -e 'tutu![^ ]* JOIN #a$'
    expect_next tutu -e 'BATCH -'
}

@test "with mode J newcomers see nothing of what was before them" {
    start_irc
    enter toto irc
    send toto 'JOIN #a' 'MODE #a +J' 'PRIVMSG #a :before'
    sync toto
    enter_with tutu "$CAPS"
    send tutu 'JOIN #a'
    sync tutu
    send toto 'PRIVMSG #a :after'
    expect tutu -e ':after$'
    send tutu 'CHATHISTORY LATEST #a * 10'
    expect tutu -e 'BATCH \+'
    expect_next tutu -e 'PRIVMSG #a :after$'
    expect_next tutu -e 'BATCH -'
}

@test "people see the last lines when they join, and more of them when they ask" {
    start_irc -o 'replay 2'
    enter toto irc
    send toto 'JOIN #a' 'PRIVMSG #a :one' 'PRIVMSG #a :two little words' 'PRIVMSG #a :three'
    sync toto
    enter tutu talk
    send tutu '/JOIN #a'
    expect tutu '[server] you are now talking in #a'
    expect_next tutu -e '^\[[0-9][0-9]:[0-9][0-9]\] \(toto\) two little words$'
    expect_next tutu -e '^\[[0-9][0-9]:[0-9][0-9]\] \(toto\) three$'
    send tutu '/HISTORY 3'
    expect_next tutu -e '^\[[0-9:]*\] \(toto\) one$'
    expect tutu -e '\(toto\) three$'
    send tutu '/SEARCH words Little'
    expect_next tutu -e '^\[[0-9:]*\] \(toto\) two little words$'
    send tutu '/SEARCH nowhere'
    expect_next tutu '[server] nothing was found in #a'
    send tutu '/HISTORY #b'
    expect_next tutu -e 'you are not in #b'
    enter tata irc
    send tata 'JOIN #a'
    expect tata -e ' 366 tata #a '
    expect_next tata -e '^:toto![^ ]* PRIVMSG #a :\[[0-9:]*\] two little words$'
    expect_next tata -e '^:toto![^ ]* PRIVMSG #a :\[[0-9:]*\] three$'
    enter titi irc
    send titi 'MODE titi +B' 'JOIN #a'
    expect titi -e ' 366 titi #a '
    expect_none titi -e 'PRIVMSG #a'
}

@test "with history-sync always people see their own line when it is on disk" {
    start_irc -o 'history-sync always'
    enter_with toto 'echo-message batch labeled-response'
    enter tutu talk
    send toto 'JOIN #a'
    send tutu '/JOIN #a'
    sync tutu
    local i
    for i in {1..20}; do
        send toto "PRIVMSG #a :kept $i."
        expect toto -e "toto![^ ]* PRIVMSG #a :kept $i.\$"
        history_has "kept $i."
    done
    send toto '@label=x PRIVMSG #a :labeled'
    expect toto -e '^@label=x :toto![^ ]* PRIVMSG #a :labeled$'
    expect tutu -e 'labeled$'
    send tutu 'from a person'
    expect tutu '(tutu) from a person'
    history_has 'from a person'
    expect toto -e 'from a person$'
    expect_none toto -e 'labeled'
}
