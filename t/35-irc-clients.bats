#!/usr/bin/env bats
# Real IRC clients: irssi, WeeChat, ii, sic and somebody at telnet, with a plain user, in one channel.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc-programs

ALL="irssi weechat ii sic hand"

setup() {
    requires irssi weechat-headless ii sic telnet tmux
    daemon_start -o 'server-name irc.example.org' -o 'flood off'
}

teardown() {
    programs_stop
    client_teardown
    daemon_teardown
}

# Everybody is in #room, in this order; plain made it.
gather() {
    local name
    enter plain plain
    send plain 'JOIN #room'
    expect plain '[server] you are now talking in #room'
    start_irssi irssi
    start_weechat weechat
    start_ii ii
    start_sic sic
    start_telnet hand
    for name in $ALL; do
        sees "$name" 'Welcome to the'
        join "$name" '#room'
        expect plain "[server] $name joined #room"
    done
    # Who is in hears of it too; a client may be slow to show it, and slower to know where it is.
    sees ii 'hand.* has joined #room'
    sees irssi 'hand.* has joined #room'
    sees weechat 'hand.* has joined #room'
    sees sic 'End of NAMES'
}

userhost_says() {
    raw hand 'USERHOST irssi'
    _sees hand " 302 hand :$1"
}

all_see() {
    local name
    for name in $ALL; do
        sees "$name" "$1"
    done
}

@test "everybody hears what anybody says" {
    gather
    local name
    for name in $ALL; do
        say "$name" "hello from $name"
        expect plain "[$name] hello from $name"
    done
    send plain 'MSG hello from plain'
    all_see 'hello from plain'
    # Everybody shows their own as well, except telnet.
    for name in irssi weechat ii sic; do
        all_see "hello from $name"
    done
    for name in irssi weechat ii sic; do
        sees "$name" 'hello from hand'
    done
}

@test "private messages go to one, whichever client either uses" {
    gather
    msg irssi weechat 'from irssi to weechat'
    sees weechat 'from irssi to weechat'
    msg weechat sic 'from weechat to sic'
    sees sic '<weechat> from weechat to sic'
    msg sic ii 'from sic to ii'
    sees ii '<sic> from sic to ii'
    msg hand irssi 'from hand to irssi'
    sees irssi 'from hand to irssi'
    msg ii hand 'from ii to hand'
    sees hand ':ii!.* PRIVMSG hand :from ii to hand'
    msg irssi plain 'from irssi to plain'
    expect plain '[irssi -> you] from irssi to plain'
    send plain '@weechat from plain to weechat'
    sees weechat 'from plain to weechat'
    run ! _sees sic 'from plain to weechat'
}

@test "an action and a topic look at home everywhere" {
    gather
    say irssi '/me waves'
    expect plain '* irssi waves'
    sees weechat 'irssi waves'
    sees ii 'ACTION waves'
    send plain 'ME nods'
    sees irssi 'plain nods'
    sees weechat 'plain nods'
    send plain 'TOPIC what we talk of'
    all_see 'what we talk of'
}

@test "modes: voice and moderation, and operators who are made" {
    gather
    send plain 'MODE +o irssi'
    sees irssi 'mode/#room \[\+o irssi\]'
    tell irssi '/mode #room +m'
    sees weechat 'Mode #room \[\+m\] by irssi'
    raw hand 'PRIVMSG #room :unheard'
    sees hand ' 404 hand #room :'
    tell irssi '/voice hand'
    sees hand ':irssi!.* MODE #room \+v hand'
    raw hand 'PRIVMSG #room :heard now'
    expect plain '[hand] heard now'
    tell irssi '/mode #room -m'
    sees weechat 'Mode #room \[-m\] by irssi'
    say ii 'anybody again'
    sees weechat 'anybody again'
    expect plain '[ii] anybody again'
}

@test "a kick and a ban hold, until they are taken back" {
    gather
    send plain 'MODE +o weechat'
    sees weechat 'Mode #room \[\+o weechat\] by plain'
    say weechat '/kick sic out with you'
    sees sic 'KICK.*sic'
    expect plain '[server] sic was kicked from #room by weechat: out with you'
    say weechat '/ban sic!*@*'
    sees ii '\+b sic!\*@\*'
    raw sic 'JOIN #room'
    sees sic '474.*#room'
    say weechat '/unban sic!*@*'
    sees ii '-b sic!\*@\*'
    raw sic 'JOIN #room'
    expect plain '[server] sic joined #room'
}

@test "a new nick is followed by everybody" {
    gather
    tell irssi '/nick irssi2'
    expect plain '[server] irssi is now irssi2'
    sees weechat 'irssi is now known as irssi2'
    sees hand ':irssi!.* NICK :?irssi2'
    send plain 'NICK simple'
    sees irssi 'plain is now known as simple'
    msg weechat irssi2 'still you?'
    sees irssi 'still you\?'
    say irssi 'it is me'
    expect plain '[irssi2] it is me'
}

@test "who is away says so to those who write" {
    gather
    tell irssi '/away gone fishing'
    wait_until userhost_says 'irssi=-'
    msg sic irssi 'are you there?'
    sees sic '301.*gone fishing'
    send plain '@irssi are you there?'
    expect plain -e 'gone fishing'
    tell weechat '/whois irssi'
    sees weechat 'gone fishing'
    tell irssi '/away'
    wait_until userhost_says 'irssi=[+]'
}

@test "who reconnects while the old connection holds the nick gets another, and the old one when it is free" {
    gather
    start_weechat again
    sees again 'Welcome to the'
    raw again 'NICK hand'
    sees again 'hand.*already in use|already in use.*hand'
    start_telnet late
    raw late 'NICK sic'
    sees late ' 433 late sic :'
    raw sic 'QUIT :see you'
    expect plain '[sic] see you'
    raw late 'NICK sic'
    sees late ':late!.* NICK :?sic'
    # A client that asks for a nick in use at once tries the next of its own.
    start_irssi irssi2
    sees irssi2 'Welcome to the'
    tell irssi2 '/nick weechat'
    sees irssi2 'weechat.*already in use|already in use.*weechat'
}

@test "leaving is seen by all, with the words one leaves" {
    gather
    tell irssi '/quit good night'
    expect plain '[irssi] good night'
    sees weechat 'irssi.*has quit .*good night'
    sees hand ':irssi!.* QUIT :.*good night'
    say weechat '/part #room off I go'
    sees ii 'weechat.* has left #room'
    expect plain '[server] weechat left #room: off I go'
    raw hand 'PART #room :me too'
    sees sic 'PART.*#room.*me too'
}
