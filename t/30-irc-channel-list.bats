#!/usr/bin/env bats
# INVITE, KNOCK, LIST.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

@test "INVITE: 341 to who invites, INVITE to who is invited" {
    founder
    enter tutu irc
    send toto 'INVITE TUTU #X'
    expect toto ':irc.example.org 341 toto tutu #x'
    expect tutu -e '^:toto!~toto@127\.0\.0\.1 INVITE tutu #x$'
}

@test "INVITE refuses: 401 403 442 443 461 482" {
    founder
    enter tutu irc
    enter tata irc
    send tutu 'JOIN #x'
    sync tutu
    send toto 'INVITE nobody #x' 'INVITE tata #nowhere' 'INVITE tutu #x' 'INVITE tata' 'MODE #x +i'
    expect toto -e ' 401 toto nobody '
    expect_next toto -e ' 403 toto #nowhere '
    expect_next toto ':irc.example.org 443 toto tutu #x :is already on channel'
    expect_next toto -e ' 461 toto INVITE '
    expect tutu -e ' MODE #x \+i$'
    send tutu 'INVITE tata #x'
    expect tutu -e ' 482 tutu #x '
    send tata 'INVITE tata #x'
    expect tata -e ' 442 tata #x '
}

@test "INVITE alone lists who invites one, until one has come" {
    founder 'JOIN #y'
    enter tutu irc
    send toto 'INVITE tutu #x' 'INVITE tutu #y'
    sync toto
    send tutu 'INVITE'
    expect tutu ':irc.example.org 336 tutu #x'
    expect_next tutu ':irc.example.org 336 tutu #y'
    expect_next tutu ':irc.example.org 337 tutu :End of /INVITE list'
    send tutu 'JOIN #x' 'INVITE'
    expect tutu -e ' 366 tutu #x '
    expect_next tutu ':irc.example.org 336 tutu #y'
    expect_next tutu -e ' 337 '
}

@test "invite-notify tells the members who asked, and not who invites" {
    founder
    open tutu irc
    send tutu 'CAP REQ invite-notify' 'NICK tutu' 'USER tutu 0 * :tutu' 'CAP END' 'JOIN #x'
    expect tutu -e ' 366 '
    enter tata irc
    send tata 'JOIN #x'
    sync tata
    enter titi irc
    send toto 'INVITE titi #x'
    expect tutu -e '^:toto!~toto@127\.0\.0\.1 INVITE titi #x$'
    expect_none tata -e 'INVITE'
    expect_none toto -e ' INVITE '
}

@test "people invite and are invited in words" {
    enter tata plain
    send tata 'JOIN #x'
    sync tata
    enter tete talk
    send tata 'MODE +i' 'INVITE tete' 'INVITE nobody'
    expect tata '[server] tete is invited to #x'
    expect tata -e 'nobody here is called nobody'
    expect tete '[server] tata invites you to #x'
    send tete '/invite' '/join #x'
    expect tete '[server] you are invited to #x: /JOIN #x'
    expect tete '[server] you are now talking in #x'
}

@test "KNOCK: 710 to the operators, 711 to who knocks, then 712" {
    founder 'MODE #x +i'
    enter tata plain
    enter tutu irc
    send toto 'INVITE tata #x'
    sync toto
    send tata 'JOIN #x'
    sync tata
    send tutu 'KNOCK #x' 'KNOCK #x'
    expect tutu ':irc.example.org 711 tutu #x :Your KNOCK has been delivered'
    expect_next tutu -e ' 712 tutu #x '
    expect toto ':irc.example.org 710 #x #x tutu!~tutu@127.0.0.1 :has asked for an invite'
    expect_none tata -e 'tutu would'
}

@test "KNOCK refuses: 403 461 713 714, and the banned" {
    founder
    enter tutu irc
    send toto 'KNOCK #x'
    expect toto -e ' 714 toto #x '
    send tutu 'KNOCK #x' 'KNOCK #nowhere' 'KNOCK'
    expect tutu -e ' 713 tutu #x '
    expect_next tutu -e ' 403 tutu #nowhere '
    expect_next tutu -e ' 461 tutu KNOCK '
    send toto 'MODE #x +ib tutu'
    sync toto
    send tutu 'KNOCK #x'
    expect_next tutu -e ' 480 tutu #x '
}

@test "LIST shows name, members and topic of what may be seen" {
    founder 'TOPIC #x :the news' 'JOIN #secret' 'MODE #secret +s' 'JOIN #private' 'MODE #private +p'
    enter tutu irc
    send tutu 'LIST'
    expect tutu ':irc.example.org 321 tutu Channel :Users  Name'
    expect_next tutu ':irc.example.org 322 tutu #x 1 :the news'
    expect_next tutu ':irc.example.org 323 tutu :End of LIST'
    send toto 'LIST'
    expect toto -e ' 322 toto #x '
    expect_next toto -e ' 322 toto #secret 1 :'
    expect_next toto -e ' 322 toto #private 1 :'
    expect_next toto -e ' 323 '
}

# What LIST $1 shows to tutu, in one line.
listed() {
    local all=""
    send tutu "LIST $1"
    expect tutu -e ' 321 '
    while expect_next tutu -e ' (322|323) tutu (#[a-z]+)?' && [[ ${BASH_REMATCH[1]} == 322 ]]; do
        all+="${all:+ }${BASH_REMATCH[2]}"
    done
    echo "LIST $1: $all"
    [[ $all == "$2" ]]
}

@test "LIST has the conditions of ELIST: members, masks, creation, topic" {
    founder 'TOPIC #x :the news' 'JOIN #many' 'JOIN #plenty'
    enter tutu irc
    send tutu 'JOIN #many'
    sync tutu
    listed '' '#x #many #plenty'
    listed '>1' '#many'
    listed '<2' '#x #plenty'
    listed '#X,#nowhere' '#x'
    listed '#*y' '#many #plenty'
    listed '!#*y' '#x'
    listed '#*y,>1' '#many'
    listed 'C<5' '#x #many #plenty'
    listed 'C>5' ''
    listed 'T<5' '#x'
    listed 'T>5' ''
    listed '#x <5' '#x'
}

@test "people do not see secret channels either, and the lobby only while somebody is in it" {
    founder 'MODE #x +s'
    send toto 'LIST'
    expect toto -e ' 321 '
    expect_next toto -e ' 322 toto #x '
    expect_next toto -e ' 323 '
    enter tata plain
    send tata 'LIST'
    expect_next tata -e '^\[server\] #lobby 1$'
    expect_none tata -e '#x'
}
