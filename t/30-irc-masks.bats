#!/usr/bin/env bats
# Masks that name addresses and ranges: bans, exceptions and invite exceptions of channels, WHO, PRIVMSG.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/irc

# toto at 127.0.0.1 has #x; tutu is at 0::1.
setup() {
    start_irc -o 'listen irc 127.0.0.1:0' -o 'listen irc [::1]:0'
    local port6
    port6=$(sed -n 's/^listening irc \[::1\]:\([0-9]*\)$/\1/p' "$DAEMON_LOG")
    founder
    expect toto -e ' 366 '
    open tutu "$port6" ::1
    send tutu 'NICK tutu' 'USER tutu 0 * :tutu'
    expect tutu -e ' (376|422) '
}

# After toto's MODE $2, NAME is answered to JOIN #x by the numeric $3, or comes in if that is JOIN; then toto puts
# it back with MODE $4.
tries() {
    send toto "MODE #x $2"
    sync toto
    send "$1" 'JOIN #x'
    expect "$1" -e " ($3) "
    send "$1" 'PART #x'
    sync "$1"
    send toto "MODE #x $4"
    sync toto
}

@test "a ban of an address or a range holds for who is in it, in whatever notation it was given" {
    enter tata irc
    local mask
    for mask in 127.0.0.0/8 127.0.0.1/32 127.0.0.1 '*!*@127.0.0.0/8' '*!*@127.255.255.255/8' 'tata!*@0.0.0.0/0' \
        '*!~tata@127.0.0.1/32' 'tata!*@::ffff:127.0.0.1' '*!*@::ffff:127.0.0.0/104' '*!*@0:0:0:0:0:FFFF:7f00:1'; do
        tries tata "+b $mask" 474 "-b $mask"
    done
    for mask in 0::1 0::/64 '*!*@::/64' '*!*@::1/128' '*!*@0:0:0:0:0:0:0:1' '*!*@0000::0001' '*!*@::0.0.0.1' 'tutu!*@::/0'; do
        tries tutu "+b $mask" 474 "-b $mask"
        tries tata "+b $mask" JOIN "-b $mask"
    done
    for mask in 128.0.0.0/8 127.0.0.2/32 '*!*@0::2/127' '*!other@127.0.0.0/8' 'other!*@127.0.0.1/32'; do
        tries tata "+b $mask" JOIN "-b $mask"
    done
}

@test "exceptions, invite exceptions and bans that mute know ranges as well" {
    send toto 'MODE #x +b *!*@*'
    tries tutu '+e *!*@::/64' JOIN '-e *!*@::/64'
    tries tutu '+e *!*@::/129' 474 '-b *!*@*'
    send toto 'MODE #x +i'
    tries tutu '+I *!*@0:0:0:0::1' JOIN '-I *!*@::1'
    tries tutu '+I *!*@127.0.0.0/8' 473 '-i'
    send toto 'MODE #x +b m:*!*@0:0::1/64'
    sync toto
    send tutu 'JOIN #x' 'PRIVMSG #x :hush'
    expect tutu -e ' 404 tutu #x .*muted'
    send toto 'MODE #x +e m:*!*@0::1'
    sync toto
    send tutu 'PRIVMSG #x :hello'
    expect toto -e ' PRIVMSG #x :hello$'
}

@test "equal masks are one, told and listed in the form that addresses have" {
    send toto 'MODE #x +b *!*@2001:DB8:0:0::5' 'MODE #x +b *!*@2001:db8::5/128' 'MODE #x +b m:10.1.2.3/8' \
        'MODE #x +b 0::1/64' 'MODE #x +b 192.0.2.1/32' 'MODE #x +b'
    expect toto -e ' MODE #x \+b \*!\*@2001:db8::5$'
    expect_next toto -e ' MODE #x \+b m:\*!\*@10\.0\.0\.0/8$'
    expect_next toto -e ' MODE #x \+b \*!\*@0::/64$'
    expect_next toto -e ' MODE #x \+b \*!\*@192\.0\.2\.1$'
    expect_next toto -e ' 367 toto #x \*!\*@2001:db8::5 '
    send toto 'MODE #x -b *!*@2001:db8:0::0:5'
    expect toto -e ' MODE #x -b \*!\*@2001:db8::5$'
}

@test "an address that begins with a colon is one, with another before it or without" {
    send toto 'MODE #x +b ::1' 'MODE #x -b :::1' 'MODE #x +b m:::3' 'MODE #x +I ::2/64'
    expect_next toto -e ' MODE #x \+b \*!\*@0::1$'
    expect_next toto -e ' MODE #x -b \*!\*@0::1$'
    expect_next toto -e ' MODE #x \+b m:\*!\*@0::3$'
    expect_next toto -e ' MODE #x \+I \*!\*@0::/64$'
    local refused
    for refused in ::zz '::*' '::x!y@z' ::1/129 '::1 ::2'; do
        send toto "MODE #x +b $refused"
        expect_next toto -e ' 696 toto #x b \* :This is not a mask'
    done
    tries tutu '+b ::1' 474 '-b ::1'
    tries tutu '+b :::1' 474 '-b ::1'
}

@test "what is meant to be an address or a range and is none is 696, and so is m: where nothing is to be said" {
    local mask letter
    for mask in 127.0.0.1/33 '*!*@127.0.0.1/-1' '*!*@127.0.0.1/' '*!*@127.0.0.1/8x' '*!*@2001:db8::/129' \
        2001:db8::/129 '*!*@127.0.*/8' '*!*@/8' '*!*@300.1.1.1' '*!*@127.0.0' '*!*@1.2.3.4.5' '*!*@2001:db8::zz' \
        '*!*@[::1]' '*!*@127.0.0.1:4000' '*!*@127.0.0.0/8/8' 'm:*!*@127.0.0.1/33'; do
        for letter in b e I; do
            send toto "MODE #x +$letter $mask"
            expect_next toto ":irc.example.org 696 toto #x $letter $mask :This is not a mask: use nick!user@host, an address, or a range as in 192.0.2.0/24"
        done
    done
    send toto 'MODE #x +I m:tata' 'MODE #x -b 127.0.0.1/33' 'MODE #x b'
    expect_next toto -e ' 696 toto #x I m:tata :.'
    expect_next toto -e ' 696 toto #x b 127\.0\.0\.1/33 :.'
    expect_next toto -e ' 368 '
}

@test "WHO and a message to nick!user@host know addresses in other notations and ranges" {
    local mask
    for mask in 127.0.0.0/8 '*!*@127.0.0.0/8' 0::ffff:127.0.0.1 '*@127.0.0.1/32'; do
        send toto "WHO $mask"
        expect_next toto -e ' 352 toto .* toto H.* toto$'
        expect_next toto -e ' 315 '
    done
    for mask in 0::/64 0:0::1 '*!*@0:0:0:0:0:0:0:1'; do
        send toto "WHO $mask"
        expect_next toto -e ' 352 toto .* tutu H.* tutu$'
        expect_next toto -e ' 315 '
    done
    send toto 'WHO 127.0.0.1/33' 'PRIVMSG tutu!~tutu@0:0::1 :here' 'PRIVMSG tutu!~tutu@127.0.0.1 :not here'
    expect_next toto -e ' 315 toto 127\.0\.0\.1/33 '
    expect tutu -e ' PRIVMSG tutu.* :here$'
    expect_next toto -e ' 401 toto tutu!~tutu@127\.0\.0\.1 '
}
