#!/usr/bin/env bats
# MODE for channels: every letter, the lists, the numerics.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

@test "a new channel has the modes of default-channel-modes and its founder as operator" {
    room toto
    expect_none toto -e 'MODE'
    send toto 'MODE #x'
    expect toto ':irc.example.org 324 toto #x +nt'
    expect_next toto -e '^:irc\.example\.org 329 toto #x [0-9]{10}$'
    send toto 'NAMES #X'
    expect_next toto ':irc.example.org 353 toto = #x :@toto'
}

@test "several changes of one MODE are told in one message, in order, to everybody" {
    room toto tutu tata
    send toto 'MODE #x +ov-n+k tutu tata sesame'
    expect toto -e '^:toto!~toto@127\.0\.0\.1 MODE #x \+ov-n\+k tutu tata sesame$'
    expect tutu -e ' MODE #x \+ov-n\+k tutu tata sesame$'
    expect tata -e ' MODE #x \+ov-n\+k tutu tata sesame$'
    send tata 'NAMES #x'
    expect tata ':irc.example.org 353 tata = #x :+tata @tutu @toto'
}

@test "letters and arguments may come in groups, as in RFC 2812" {
    room toto tutu
    send toto 'MODE #x +o tutu -o toto'
    expect toto -e ' MODE #x \+o-o tutu toto$'
}

@test "what is so already is not told" {
    room toto tutu
    send toto 'MODE #x +nt-im' 'MODE #x -o tutu' 'MODE #x -k key' 'MODE #x -l' 'MODE #x -b nobody'
    expect_none tutu -e ' MODE '
    expect_none toto -e ' MODE '
}

@test "only operators of the channel change modes: 482, once" {
    room toto tutu
    send tutu 'MODE #x +im-t+o tutu'
    expect tutu ':irc.example.org 482 tutu #x :You are not a channel operator'
    expect_none tutu -e ' (482|MODE) '
    enter tata irc
    send tata 'MODE #x -n'
    expect tata -e ' 482 tata #x '
}

@test "who lost operator status has lost it, and who got it has it" {
    room toto tutu
    send toto 'MODE #x +o-o tutu toto' 'MODE #x +m'
    expect toto -e ' 482 toto #x '
    send tutu 'MODE #x +m'
    expect toto -e '^:tutu!.* MODE #x \+m$'
}

@test "unknown letters are 472, the others are done" {
    room toto
    send toto 'MODE #x +ZiZzé'
    expect toto -e ' MODE #x \+i$'
    expect_next toto ':irc.example.org 472 toto Z :is unknown mode char to me'
    expect_next toto ':irc.example.org 472 toto z :is unknown mode char to me'
    expect_next toto ':irc.example.org 472 toto * :is unknown mode char to me'
    expect_none toto -e ' 472 '
}

@test "a nick that is not there is 401, one outside of the channel 441" {
    room toto
    enter tutu irc
    send toto 'MODE #x +o nobody' 'MODE #x +v tutu'
    expect toto -e ' 401 toto nobody '
    expect_next toto ':irc.example.org 441 toto tutu #x :They are not on that channel'
}

@test "an argument that is missing is 461, one that means nothing 696" {
    room toto
    send toto 'MODE #x +o' 'MODE #x +k' 'MODE #x +l'
    expect toto -e ' 461 toto MODE '
    expect_next toto -e ' 461 toto MODE '
    expect_next toto -e ' 461 toto MODE '
    send toto 'MODE #x +l many' 'MODE #x +l 0' 'MODE #x +l -1' 'MODE #x +k a,b' 'MODE #x +k :a b' 'MODE #x +b :a b'
    expect_next toto -e '^:irc\.example\.org 696 toto #x l many :'
    expect_next toto -e ' 696 toto #x l 0 :'
    expect_next toto -e ' 696 toto #x l -1 :'
    expect_next toto -e ' 696 toto #x k a,b :'
    expect_next toto -e ' 696 toto #x k \* :'
    expect_next toto -e ' 696 toto #x b \* :'
}

@test "no such channel is 403" {
    enter toto irc
    send toto 'MODE #nowhere +i' 'MODE #nowhere'
    expect toto -e ' 403 toto #nowhere '
    expect_next toto -e ' 403 toto #nowhere '
}

@test "the key and the limit are shown, the key to members only" {
    room toto
    enter tutu irc
    send toto 'MODE #x +lk 7 sesame' 'MODE #x'
    expect toto ':irc.example.org 324 toto #x +ntlk 7 sesame'
    send tutu 'MODE #x'
    expect tutu ':irc.example.org 324 tutu #x +ntlk 7'
    send toto 'MODE #x -lk anything' 'MODE #x'
    expect toto -e ' MODE #x -lk sesame$'
    expect toto ':irc.example.org 324 toto #x +nt'
}

@test "bans, exceptions and invite exceptions are listed with who and when" {
    room toto tutu
    send toto 'MODE #x +bbeI bad user@host friend!*@* 10.0.*'
    expect tutu -e ' MODE #x \+bbeI bad!\*@\* \*!user@host friend!\*@\* \*!\*@10\.0\.\*$'
    send tutu 'MODE #x +b' 'MODE #x e' 'MODE #x +I'
    expect_next tutu -e '^:irc\.example\.org 367 tutu #x bad!\*@\* toto [0-9]{10}$'
    expect_next tutu -e ' 367 tutu #x \*!user@host toto [0-9]{10}$'
    expect_next tutu ':irc.example.org 368 tutu #x :End of channel ban list'
    expect_next tutu -e ' 348 tutu #x friend!\*@\* toto [0-9]{10}$'
    expect_next tutu ':irc.example.org 349 tutu #x :End of channel exception list'
    expect_next tutu -e ' 346 tutu #x \*!\*@10\.0\.\* toto [0-9]{10}$'
    expect_next tutu ':irc.example.org 347 tutu #x :End of channel invite exception list'
    send toto 'MODE #x -b BAD'
    expect tutu -e ' MODE #x -b bad!\*@\*$'
    send tutu 'MODE #x b'
    expect_next tutu -e ' 367 tutu #x \*!user@host '
    expect_next tutu -e ' 368 '
}

@test "a list has room for MAXLIST masks; more are 478, and the channel goes on" {
    room toto
    local i j masks
    for i in {0..9}; do
        masks=
        for j in {0..9}; do
            masks+=" n$i$j"
        done
        send toto "MODE #x +bbbbbbbbbb$masks"
    done
    send toto 'MODE #x +b more' 'MODE #x +e more' 'MODE #x b'
    expect toto ':irc.example.org 478 toto #x b :Channel list is full'
    expect_next toto -e ' MODE #x \+e more!\*@\*$'
    for i in {1..100}; do
        expect_next toto -e ' 367 '
    done
    expect_next toto -e ' 368 '
}

@test "never both secret and private: secret is the stronger" {
    room toto
    send toto 'MODE #x +p' 'MODE #x +s' 'MODE #x +p' 'MODE #x'
    expect toto -e ' MODE #x \+p$'
    expect_next toto -e ' MODE #x -p\+s$'
    expect_next toto ':irc.example.org 324 toto #x +nst'
}

@test "a change too long for one message is told in more" {
    room toto
    local mask i line='MODE #x +bbbbbbbbb'
    for i in {1..9}; do
        mask=$(printf "$i%.0s" {1..40})
        line+=" *$mask"
    done
    send toto "$line"
    expect toto -e ' MODE #x \+b+ '
    expect toto -e ' MODE #x \+b+ .*\*9+!\*@\*$'
    while read -r line; do
        [ "${#line}" -le 510 ]
    done < <(transcript toto)
}

@test "005 says what there is" {
    open toto irc
    send toto 'NICK toto' 'USER toto 0 * :toto'
    local token
    expect toto -e ' 422 '
    for token in 'CHANMODES=beI,k,l,CHJMRimnpst' 'PREFIX=\(ov\)@\+' 'STATUSMSG=@\+' 'EXCEPTS=e' 'INVEX=I' 'EXTBAN=,am' 'ACCOUNTEXTBAN=a' 'ELIST=CMNTU' \
        'MODES=12' 'MAXLIST=b:100,e:100,I:100' 'CHANLIMIT=#:50' 'KEYLEN=31' 'KICKLEN=300' 'SAFELIST' 'KNOCK'; do
        transcript toto | grep -qE " 005 .* $token( |$)"
    done
}
