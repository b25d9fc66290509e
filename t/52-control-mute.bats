#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# mute and unmute: one person, a channel, everybody; on every door, whatever way they try.

export DAEMON_DOORS="plain talk irc"

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    daemon_start
    enter toto plain
    enter tutu talk
    enter tata irc
    send tata 'JOIN #lobby'
    expect tata -e ' 366 '
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "a muted user is told, and nobody hears them, in channels or alone" {
    run -0 ctl mute toto
    [ "$output" = "toto may not speak" ]
    expect toto '[server] an operator muted you: only operators hear you'
    send toto 'MSG hello' '@tutu hello' 'ME waves' 'TOPIC hello'
    expect toto '[server] you cannot speak in #lobby: an operator muted you'
    expect toto '[server] you cannot write to tutu: an operator muted you'
    expect toto '[server] you cannot speak in #lobby: an operator muted you'
    expect_none tutu -e hello
    expect_none tata -e waves
    send tutu 'I may'
    expect toto '[tutu] I may'
    run -0 ctl unmute toto
    expect toto '[server] you may speak again'
    send toto 'MSG thanks'
    expect tutu '(toto) thanks'
    run -1 ctl mute nobody
}

@test "an IRC user who is muted gets 404 and 531, and nothing by NOTICE" {
    run -0 ctl mute tata
    expect tata -e ':an operator muted you'
    send tata 'PRIVMSG #lobby :hello' 'PRIVMSG tutu :hello' 'NOTICE #lobby :hello'
    expect tata -e '^:[^ ]+ 404 tata #lobby :Cannot send to channel \(an operator muted you\)$'
    expect tata -e '^:[^ ]+ 531 tata tutu :'
    expect_none tata -e ' 404 '
    expect_none tutu -e hello
}

@test "last words are no way around it" {
    run -0 ctl mute toto
    send toto 'JOIN #games' 'PART #games hello' 'QUIT hello'
    expect tutu 'toto has left!'
    close toto
    expect_none tata -e 'QUIT.*hello'
}

@test "silence for everybody" {
    run -0 ctl mute all
    expect toto '[server] an operator asks for silence: nobody but operators may speak'
    expect tutu '[server] an operator asks for silence: nobody but operators may speak'
    send tutu 'hello'
    expect tutu '[server] you cannot speak in #lobby: an operator asked for silence'
    enter titi plain
    send titi 'MSG hello'
    expect titi '[server] you cannot speak in #lobby: an operator asked for silence'
    expect_none toto -e hello
    run -0 ctl unmute all
    expect toto '[server] everybody may speak again'
    send titi 'MSG again'
    expect toto '[titi] again'
}

@test "silence in a channel leaves its moderators the word, and other channels alone" {
    send toto 'JOIN #games'
    expect toto '[server] you are now talking in #games'
    send tutu '/join #games'
    expect tutu '[server] you are now talking in #games'
    run -0 ctl mute '#games'
    expect tutu '[server] an operator asks for silence in #games: only moderators may speak'
    send tutu 'hello'
    expect tutu '[server] you cannot speak in #games: an operator asked for silence here'
    send toto 'MSG I am the moderator'
    expect tutu '(toto) I am the moderator'
    run -0 ctl channels
    grep -qE '^#games .* yes$' <<<"$output"
    send tutu '/msg #lobby elsewhere'
    expect tata -e 'PRIVMSG #lobby :elsewhere'
    run -0 ctl unmute '#games'
    run -1 ctl mute '#nowhere'
}

@test "operators in the chat may, others not" {
    send toto 'MUTE tutu'
    expect toto -e '^\[server\] only operators may do that'
    send tata 'MUTE tutu'
    expect tata -e ' 481 '
    daemon_stop
    client_teardown
    requires openssl
    daemon_start -o "operator boss $(openssl passwd -6 secret)"
    enter toto plain
    enter tutu talk
    send toto 'OPER boss secret' 'MUTE tutu'
    expect tutu '[server] an operator muted you: only operators hear you'
    expect toto '[server] tutu may not speak'
    send tutu '@toto please'
    expect toto '[tutu -> you] please'
}
