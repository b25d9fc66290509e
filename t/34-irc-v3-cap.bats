#!/usr/bin/env bats
# IRCv3: capability negotiation.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

@test "CAP LS holds registration up until CAP END" {
    open one irc
    send one 'CAP LS 302' 'NICK one' 'USER one 0 * :One'
    expect_none one -e ' 001 '
    send one 'CAP END'
    expect one -e ' 001 one :'
}

@test "CAP REQ alone holds it up as well" {
    open one irc
    send one 'CAP REQ batch' 'NICK one' 'USER one 0 * :One'
    expect_next one ':irc.example.org CAP * ACK :batch'
    expect_none one -e ' 001 '
    send one 'CAP END'
    expect one -e ' 001 one :'
}

@test "values are shown from version 302 on, in lines that say whether there are more" {
    open one irc
    send one 'CAP LS' 'CAP LS 301' 'CAP LS 302' 'CAP LS 307'
    # Too long for one line, and a client of that age knows of no other way.
    for _ in none 301; do
        expect_next one -e '^:irc\.example\.org CAP \* LS :[^=]*draft/metadata-2 [^=]*$'
        expect_next one -e '^:irc\.example\.org CAP \* LS :[^=]*$'
    done
    local seen=""
    while [[ $seen != *'LS :'* ]]; do
        expect_next one -e '^:irc\.example\.org CAP \* LS (\* )?:[^ ].*[^ ]$'
        seen+=${BASH_REMATCH[0]}
    done
    [[ $seen == *'draft/multiline=max-bytes='* ]]
    [[ $seen == *'draft/metadata-2=before-connect,max-subs='* ]]
    expect_next one -e '^:irc\.example\.org CAP \* LS (\* )?:.*='
}

@test "no line of an answer is too long, whatever the nick" {
    local long=abcdefghijklmnopqrstuvwxyz1234
    open one irc
    send one "NICK $long" 'USER one 0 * :One'
    expect one -e ' 422 '
    send one 'CAP LS 302' 'CAP LS'
    sync one
    local line
    for line in $(transcript one | awk 'length($0) > 510 {print NR}'); do
        echo "line $line is too long"
        return 1
    done
}

@test "a request is granted whole or not at all" {
    enter one irc
    send one 'CAP REQ :batch nonsense echo-message' 'CAP LIST' 'CAP REQ :  batch   echo-message ' 'CAP LIST'
    expect_next one ':irc.example.org CAP one NAK :batch nonsense echo-message'
    expect_next one ':irc.example.org CAP one LIST :'
    expect_next one ':irc.example.org CAP one ACK :batch echo-message'
    expect_next one ':irc.example.org CAP one LIST :batch echo-message'
}

@test "a list that was sent as several parameters is one list" {
    enter one irc
    send one 'CAP REQ batch echo-message' 'CAP REQ batch nonsense' 'CAP LIST'
    expect_next one ':irc.example.org CAP one ACK :batch echo-message'
    expect_next one ':irc.example.org CAP one NAK :batch nonsense'
    expect_next one ':irc.example.org CAP one LIST :batch echo-message'
}

@test "a capability can be given back, and given back again" {
    enter_with one 'batch echo-message'
    send one 'CAP REQ :-echo-message' 'CAP REQ :-echo-message' 'CAP LIST' 'CAP REQ :batch -batch' 'CAP LIST'
    expect_next one ':irc.example.org CAP one ACK :-echo-message'
    expect_next one ':irc.example.org CAP one ACK :-echo-message'
    expect_next one ':irc.example.org CAP one LIST :batch'
    expect_next one ':irc.example.org CAP one ACK :batch -batch'
    expect_next one ':irc.example.org CAP one LIST :'
}

@test "names are case-sensitive, and a value is no part of them" {
    enter one irc
    send one 'CAP REQ Batch' 'CAP REQ :draft/multiline=max-bytes=1' 'CAP REQ :-'
    expect_next one ':irc.example.org CAP one NAK :Batch'
    expect_next one ':irc.example.org CAP one NAK :draft/multiline=max-bytes=1'
    expect_next one ':irc.example.org CAP one NAK :-'
}

@test "cap-notify comes with version 302 and stays; without, it is as any other" {
    enter one irc
    send one 'CAP REQ cap-notify' 'CAP REQ :-cap-notify' 'CAP LIST' 'CAP LS 302' 'CAP REQ cap-notify' \
        'CAP REQ :-cap-notify' 'CAP LIST'
    expect_next one ':irc.example.org CAP one ACK :cap-notify'
    expect_next one ':irc.example.org CAP one ACK :-cap-notify'
    expect_next one ':irc.example.org CAP one LIST :'
    expect one ':irc.example.org CAP one ACK :cap-notify'
    expect_next one ':irc.example.org CAP one NAK :-cap-notify'
    expect_next one ':irc.example.org CAP one LIST :cap-notify'
}

@test "what is no subcommand is said" {
    open one irc
    send one 'CAP' 'CAP FOO' 'CAP ack x'
    expect_next one ':irc.example.org 461 * CAP :Not enough parameters'
    expect_next one ':irc.example.org 410 * FOO :Invalid CAP command'
    expect_next one ':irc.example.org 410 * ack :Invalid CAP command'
}

@test "CAP works after registration, and END is nothing then" {
    enter one irc
    send one 'CAP END' 'CAP LS 302' 'CAP END'
    expect_next one -e ' CAP one LS '
    expect_none one -e ' 001 '
}

@test "a message that is not UTF-8 is rejected, with its label" {
    enter_with one 'batch labeled-response echo-message'
    send_bytes one '@label=x PRIVMSG one :\xff\r\n'
    expect_next one -e '^@label=x :irc\.example\.org FAIL PRIVMSG INVALID_UTF8 :'
    send_bytes one 'PRI\xff one :a\r\n'
    expect_next one -e '^:irc\.example\.org FAIL \* INVALID_UTF8 :'
}

@test "with extended-isupport, ISUPPORT answers before registration, and always as a batch" {
    open one irc
    send one 'ISUPPORT' 'CAP REQ :batch draft/extended-isupport' 'ISUPPORT'
    expect_next one ':irc.example.org 451 * :You have not registered'
    expect_next one -e ' ACK '
    expect_next one ':irc.example.org BATCH +b1 draft/isupport'
    expect_next one -e '^@batch=b1 :irc\.example\.org 005 \* NETWORK='
    expect one ':irc.example.org BATCH -b1'
    send one 'NICK one' 'USER one 0 * :One' 'CAP END'
    expect one ':irc.example.org BATCH +b2 draft/isupport'
    expect one ':irc.example.org BATCH -b2'
    expect_next one -e ' 251 '
}

@test "ISUPPORT needs no capability once one has registered" {
    enter one irc
    send one 'ISUPPORT'
    expect_next one -e '^:irc\.example\.org 005 one NETWORK='
}

@test "with pre-away one can come in away" {
    enter_with two away-notify
    send two 'JOIN #x'
    expect two -e ' 366 '
    open one irc
    send one 'AWAY :early' 'CAP REQ draft/pre-away' 'AWAY :asleep' 'NICK one' 'USER one 0 * :One' 'CAP END'
    expect_next one ':irc.example.org 451 * :You have not registered'
    expect_next one -e ' ACK '
    expect_next one ':irc.example.org 306 * :You have been marked as being away'
    expect one -e ' 422 '
    send one 'JOIN #x'
    expect two ':one!~one@127.0.0.1 AWAY :asleep'
}

@test "no-implicit-names has both of its names" {
    enter_with one no-implicit-names
    send one 'JOIN #x' 'PING a'
    expect_next one -e ' JOIN #x$'
    expect_next one -e ' PONG '
}
