#!/usr/bin/env bats
# JOIN and PART: keys, limits, bans, invitations, names; on every door.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

setup() {
    start_irc -o 'channel-limit 3' -o 'default-channel-modes +nt'
}

@test "a channel with a key is entered with the key: 475" {
    founder 'MODE #x +k sesame'
    enter tutu irc
    send tutu 'JOIN #x' 'JOIN #x wrong' 'JOIN #x SESAME'
    expect tutu ':irc.example.org 475 tutu #x :Cannot join channel (+k)'
    expect_next tutu -e ' 475 '
    expect_next tutu -e ' 475 '
    send tutu 'JOIN #x sesame'
    expect_next tutu -e '^:tutu!~tutu@127\.0\.0\.1 JOIN #x$'
}

@test "keys belong to channels by their order" {
    founder 'MODE #x +k one' 'JOIN #y' 'MODE #y +k two'
    enter tutu irc
    send tutu 'JOIN #free,#x,#y ,one,two'
    expect tutu -e ' JOIN #free$'
    expect tutu -e ' JOIN #x$'
    expect tutu -e ' JOIN #y$'
}

@test "a full channel is 471" {
    founder 'MODE #x +l 1'
    enter tutu irc
    send tutu 'JOIN #x'
    expect tutu ':irc.example.org 471 tutu #x :Cannot join channel (+l)'
    send toto 'MODE #x +l 2'
    sync toto
    send tutu 'JOIN #x'
    expect tutu -e ' JOIN #x$'
}

@test "the banned stay outside, 474, unless there is an exception" {
    founder 'MODE #x +b *!*@127.0.0.*'
    enter tutu irc
    send tutu 'JOIN #x'
    expect tutu ':irc.example.org 474 tutu #x :Cannot join channel (+b)'
    send toto 'MODE #x +e tutu'
    sync toto
    send tutu 'JOIN #x'
    expect tutu -e ' JOIN #x$'
    enter tata irc
    send tata 'JOIN #x'
    expect tata -e ' 474 '
}

@test "into an invite-only channel go the invited and those excepted: 473" {
    founder 'MODE #x +i'
    enter tutu irc
    enter tata irc
    send tutu 'JOIN #x'
    expect tutu ':irc.example.org 473 tutu #x :Cannot join channel (+i)'
    send toto 'INVITE tutu #x' 'MODE #x +I tata!*@*'
    sync toto
    send tutu 'JOIN #x'
    expect tutu -e ' JOIN #x$'
    send tata 'JOIN #x'
    expect tata -e ' JOIN #x$'
}

@test "an operator's invitation opens everything, once" {
    founder 'MODE #x +bklib tutu key 1 nobody'
    enter tutu irc
    send toto 'INVITE tutu #x'
    sync toto
    send tutu 'JOIN #x'
    expect tutu -e ' JOIN #x$'
    send tutu 'PART #x' 'JOIN #x'
    expect tutu -e ' 474 '
}

@test "names: any case is the same, a bad one is 476, what is none 403" {
    founder
    enter tutu irc
    send tutu 'JOIN #X'
    expect tutu -e ' JOIN #x$'
    send tutu 'JOIN #a:b' 'JOIN nothing' "JOIN #$(printf 'a%.0s' {1..64})" 'JOIN &local'
    expect tutu -e ' 476 tutu #a:b '
    expect_next tutu -e ' 403 tutu nothing '
    expect_next tutu -e ' 476 tutu #a+ '
    expect_next tutu -e ' 403 tutu &local '
    send tutu 'JOIN #[]' 'JOIN #{}'
    expect tutu -e ' JOIN #\[\]$'
    expect_none tutu -e ' JOIN #\{'
}

@test "more channels than channel-limit are 405" {
    enter toto irc
    send toto 'JOIN #a,#b,#c,#d'
    expect toto -e ' JOIN #c$'
    expect toto ':irc.example.org 405 toto #d :You have joined too many channels'
    enter tata plain # in the lobby already
    send tata 'JOIN #a' 'JOIN #b' 'JOIN #c'
    expect tata '[server] you are now talking in #b'
    expect tata -e 'too many channels'
}

@test "JOIN 0 leaves everything" {
    founder 'JOIN #y'
    send toto 'JOIN 0'
    expect toto -e ' PART #y$'
    expect toto -e ' PART #x$'
    send toto 'PART #x' 'JOIN'
    expect toto -e ' 403 toto #x '
    expect_next toto -e ' 461 toto JOIN '
}

@test "PART takes several channels and a text; 403 and 442 for the others" {
    founder 'JOIN #y'
    enter tutu irc
    send tutu 'JOIN #x'
    sync tutu
    send toto 'PART #y,#nowhere,#x :so long' 'PART #x'
    expect toto -e '^:toto!~toto@127\.0\.0\.1 PART #y :so long$'
    expect_next toto -e ' 403 toto #nowhere '
    expect_next toto -e ' PART #x :so long$'
    expect_next toto ':irc.example.org 442 toto #x :You are not on that channel'
    expect tutu -e ' PART #x :so long$'
}

@test "people at the plain and the talk door are refused in words" {
    founder 'MODE #x +k sesame'
    enter tata plain
    enter tete talk
    send tata 'JOIN #x' 'JOIN #x sesame'
    expect tata '[server] #x has a key: JOIN #x <key>'
    expect_next tata '[server] you are now talking in #x'
    send toto 'MODE #x -k+b x tete'
    sync toto
    send tete '/join #x'
    expect tete '[server] you are banned from #x'
    send toto 'MODE #x -b+i tete'
    sync toto
    send tete '/join #x'
    expect tete -e 'for those who are invited'
    send toto 'INVITE tete #x'
    expect tete '[server] toto invites you to #x'
    send tete '/join #x'
    expect tete '[server] you are now talking in #x'
    send toto 'MODE #x -i+l 3'
    sync toto
    enter titi plain
    send titi 'JOIN #x'
    expect titi '[server] #x is full'
}

@test "JOIN and PART of nothing need more: 461" {
    enter toto irc
    send toto 'JOIN :' 'JOIN ,' 'PART :' 'JOIN #a,,#b'
    expect toto ':irc.example.org 461 toto JOIN :Not enough parameters'
    expect_next toto ':irc.example.org 461 toto JOIN :Not enough parameters'
    expect_next toto ':irc.example.org 461 toto PART :Not enough parameters'
    expect toto -e ' JOIN #b$'
}
