#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# A classroom: attendance, hands, the floor.

export DAEMON_DOORS="plain talk irc"

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    daemon_start
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "attendance is CSV: who left with both times, who is here without an end" {
    run -0 ctl attendance
    [ "$output" = "nick,from,to,door,address" ]
    enter toto plain
    enter tutu talk
    send toto QUIT
    expect tutu 'toto has left!'
    run -0 ctl attendance
    time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z'
    [[ ${lines[1]} =~ ^toto,$time,$time,plain,127\.0\.0\.1$ ]]
    [[ ${lines[2]} =~ ^tutu,$time,,talk,127\.0\.0\.1$ ]]
    requires jq
    [ "$(ctl_json 'select(.to == null) | .nick' attendance)" = tutu ]
}

@test "hands are raised on every door, listed in their order, and taken down" {
    enter toto plain
    enter tutu talk
    enter tata irc
    run -0 ctl hands
    [ "${#lines[@]}" = 1 ]
    send toto HAND
    expect toto -e '^\[server\] your hand is up'
    send tutu /hand
    expect tutu -e '^\[server\] your hand is up'
    send tata HAND
    expect tata -e '^:[^ ]+ NOTICE tata :\*\*\* your hand is up'
    run -0 ctl hands
    [[ ${lines[1]} == toto* && ${lines[2]} == tutu* && ${lines[3]} == tata* ]]
    run -0 ctl hands clear tutu
    send toto HAND
    expect toto '[server] your hand is down'
    run -0 ctl hands
    [[ ${#lines[@]} == 2 && ${lines[1]} == tata* ]]
    run -0 ctl hands clear
    [ "$output" = "1 hand was taken down" ]
    run -1 ctl hands clear nobody
    run -64 ctl hands wave
    send toto HANDS
    expect toto -e '^\[server\] only operators may do that'
}

@test "operators in the chat are told of a hand, and list them" {
    daemon_stop
    requires openssl
    daemon_start -o "operator boss $(openssl passwd -6 secret)"
    enter boss irc
    send boss 'OPER boss secret'
    expect boss -e ' 381 '
    enter toto plain
    send toto HAND
    expect boss -e 'NOTICE \* :\*\*\* toto raises a hand in #lobby'
    send boss HANDS
    expect boss -e 'NOTICE boss :NICK +CHANNEL +SINCE'
    expect boss -e 'NOTICE boss :toto +#lobby'
}

@test "the floor is for one, then for another, then for all" {
    enter toto plain
    enter tutu talk
    enter tata irc
    send tata 'JOIN #lobby'
    expect tata -e ' 366 '
    send toto HAND
    expect toto -e 'hand is up'
    run -0 ctl floor toto
    [ "$output" = "toto has the floor in #lobby" ]
    expect tutu '[server] the server made #lobby moderated: only those with a voice may speak'
    expect tutu '[server] the server gave toto a voice in #lobby'
    expect tata -e ' MODE #lobby \+m$'
    send tutu 'hello'
    expect tutu -e '^\[server\] you cannot speak in #lobby: it is moderated'
    send toto 'MSG my turn'
    expect tutu '(toto) my turn'
    run -0 ctl hands
    [ "${#lines[@]}" = 1 ]
    run -0 ctl floor tata '#lobby'
    expect tutu '[server] the server took the voice of toto in #lobby'
    expect tutu '[server] the server gave tata a voice in #lobby'
    run -0 ctl floor all
    expect tutu '[server] the server lets everybody speak in #lobby'
    send tutu 'hello'
    expect toto '[tutu] hello'
    run -1 ctl floor nobody
    run -1 ctl floor toto '#nowhere'
}

@test "a moderator gives the floor in the chat, others may not" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #class'
    expect toto '[server] you are now talking in #class'
    send tutu 'JOIN #class' 'FLOOR tutu'
    expect tutu -e '^\[server\] only the moderator of #class'
    send toto 'FLOOR tutu'
    expect tutu '[server] toto gave tutu a voice in #class'
    expect toto '[server] tutu has the floor in #class'
}
