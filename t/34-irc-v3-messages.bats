#!/usr/bin/env bats
# IRCv3: what a message carries and who sees it: message-tags, msgid, server-time, account-tag, echo-message, bot,
# extended-join, setname, multi-prefix, userhost-in-names, no-implicit-names, away-notify, invite-notify.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

STAMP='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z'

@test "client-only tags go on as they are, others do not, and only to those with message-tags" {
    enter_with one message-tags
    enter_with two message-tags
    enter three irc
    both_join '#x' one two three
    send one '@+draft/reply=a\sb;secret=1;+example.com/foo;label=x PRIVMSG #x :hi' '@time=0;msgid=1 PRIVMSG #x :there'
    expect_next two -e '^@msgid=[^; ]+;\+draft/reply=a\\sb;\+example\.com/foo :one!~one@127\.0\.0\.1 PRIVMSG #x :hi$'
    expect_next two -e '^@msgid=[^; ]+ :one!~one@127\.0\.0\.1 PRIVMSG #x :there$'
    expect_next three ':one!~one@127.0.0.1 PRIVMSG #x :hi'
}

@test "a tag that is none is not passed on" {
    enter_with one message-tags
    enter_with two message-tags
    send_bytes one '@+;+=x;+a\x01b;+ok=1;+b=\xc3\xa9 PRIVMSG two :hi\r\n'
    expect_next two -e '^@msgid=[^; ]+;\+ok=1;\+b=é :one!~one@127\.0\.0\.1 PRIVMSG two :hi$'
}

@test "of two tags with one name the last is passed on" {
    enter_with one message-tags
    enter_with two message-tags
    send one '@+a=1;+b;+a;+b=3;+ab=4 PRIVMSG two :hi'
    expect_next two -e '^@msgid=[^; ]+;\+a;\+b=3;\+ab=4 :one!'
}

@test "4094 bytes of tags are passed on whole, one more is refused" {
    enter_with one message-tags
    enter_with two message-tags
    local value
    printf -v value '%4091s' ''
    value=${value// /v}
    send one "@+a=$value PRIVMSG two :fits" "@+ab=$value PRIVMSG two :over" 'PRIVMSG two :after'
    expect_next two -e "^@msgid=[^; ]+;\+a=v{4091} :one!~one@127\.0\.0\.1 PRIVMSG two :fits$"
    expect_next one ':irc.example.org 417 one :Input line was too long'
    expect_next two -e 'PRIVMSG two :after$'
}

@test "tags take nothing from the room for the message" {
    enter_with one message-tags
    enter_with two message-tags
    local text
    printf -v text '%400s' ''
    send one "@+a=b PRIVMSG two :${text// /x}" "PRIVMSG two :${text// /xx}"
    expect_next two -e '\+a=b .* PRIVMSG two :x{400}$'
    expect_next one -e ' 417 one :'
}

@test "TAGMSG reaches those with message-tags and nobody else, and is echoed to who wants it" {
    enter_with one 'message-tags echo-message'
    enter_with two message-tags
    enter three irc
    enter four plain
    both_join '#x' one two three
    send four 'JOIN #x'
    sync four
    send one '@+typing=active TAGMSG #x' 'PRIVMSG #x :said'
    expect two -e '^@msgid=[^; ]+;\+typing=active :one!~one@127\.0\.0\.1 TAGMSG #x$'
    expect one -e ';\+typing=active :one!~one@127\.0\.0\.1 TAGMSG #x$'
    expect_none three -e TAGMSG
    expect four '[one] said'
    expect_none four -e typing
}

@test "without message-tags there is no TAGMSG" {
    enter one irc
    send one '@+a=b TAGMSG one'
    expect_next one ':irc.example.org 421 one TAGMSG :Unknown command'
}

@test "TAGMSG to nobody is answered as PRIVMSG is" {
    enter_with one message-tags
    send one '@+a TAGMSG nobody' '@+a TAGMSG #none' '@+a TAGMSG'
    expect_next one -e ' 401 one nobody :'
    expect_next one -e ' 403 one #none :'
    expect_next one -e ' 411 one :'
}

@test "a message has one id, for everyone, and every message another" {
    enter_with one 'message-tags echo-message'
    enter_with two message-tags
    both_join '#x' one two
    send one 'PRIVMSG #x :first' 'PRIVMSG #x :second'
    local id
    expect one -e '^@msgid=([^; ]+) .*:first$'
    id=${BASH_REMATCH[1]}
    expect_next two -e "^@msgid=$id .*:first$"
    expect_next two -e '^@msgid=([^; ]+) .*:second$'
    [[ ${BASH_REMATCH[1]} != "$id" ]]
}

@test "server-time is on everything that is relayed" {
    enter_with one server-time
    enter two irc
    both_join '#x' one
    send two 'JOIN #x' 'PRIVMSG #x :a' 'NOTICE one :b' 'TOPIC #x :c' 'NICK zwei' 'PART #x :d' 'JOIN #x' 'QUIT :e'
    local what
    for what in 'JOIN #x' 'PRIVMSG #x :a' 'NOTICE one :b' 'NICK :?zwei' 'PART #x :d' 'JOIN #x' 'QUIT :Quit: e'; do
        expect_next one -e "^@time=$STAMP :(two|zwei)!~two@127\.0\.0\.1 $what$"
    done || {
        # a topic that only operators may set is no event
        return 1
    }
}

@test "echo-message shows one's own messages as the others see them" {
    enter_with one echo-message
    enter two irc
    both_join '#x' one two
    send one 'PRIVMSG #x :a' 'NOTICE two :b' 'PRIVMSG one :self'
    expect_next one ':one!~one@127.0.0.1 PRIVMSG #x :a'
    expect_next one ':one!~one@127.0.0.1 NOTICE two :b'
    expect_next one ':one!~one@127.0.0.1 PRIVMSG one :self'
    expect_next one ':one!~one@127.0.0.1 PRIVMSG one :self'
    sync two
    expect_none two -e ':self'
}

@test "without echo-message nobody hears themselves, except to whom they write to themselves" {
    enter one irc
    both_join '#x' one
    send one 'PRIVMSG #x :a' 'PRIVMSG one :self'
    expect_next one ':one!~one@127.0.0.1 PRIVMSG one :self'
}

@test "a message that was refused is not echoed" {
    enter_with one echo-message
    send one 'PRIVMSG nobody :a' 'PRIVMSG #none :a'
    expect_next one -e ' 401 one nobody :'
    expect_next one -e ' 403 one #none :'
    expect_none one -e PRIVMSG
}

@test "nobody has an account, and extended-join says so" {
    enter_with one 'account-tag extended-join'
    enter two irc
    both_join '#x' one
    send two 'JOIN #x' 'PRIVMSG #x :hi'
    expect one ':two!~two@127.0.0.1 JOIN #x * :two'
    expect_next one ':two!~two@127.0.0.1 PRIVMSG #x :hi'
}

@test "a bot is known by its tag" {
    enter_with one message-tags
    enter two irc
    send two 'MODE two +B' 'PRIVMSG one :beep'
    expect one -e '^@msgid=[^; ]+;bot :two!'
}

@test "a new real name is told to those with setname" {
    enter_with one setname
    enter_with two setname
    enter three irc
    both_join '#x' one two three
    send one 'SETNAME :One the First'
    expect_next one ':one!~one@127.0.0.1 SETNAME :One the First'
    expect_next two ':one!~one@127.0.0.1 SETNAME :One the First'
    expect_none three -e SETNAME
}

@test "away-notify tells when somebody goes away, comes back, or joins while away" {
    enter_with one away-notify
    enter two irc
    enter three irc
    both_join '#x' one two
    send two 'AWAY :lunch' 'AWAY'
    expect_next one ':two!~two@127.0.0.1 AWAY :lunch'
    expect_next one ':two!~two@127.0.0.1 AWAY'
    send three 'AWAY :gone' 'JOIN #x'
    expect one ':three!~three@127.0.0.1 JOIN #x'
    expect_next one ':three!~three@127.0.0.1 AWAY :gone'
    expect_none two -e ' AWAY'
}

@test "invite-notify tells a channel who is invited" {
    enter one irc
    enter_with two invite-notify
    enter three irc
    both_join '#x' one two
    send one 'INVITE three #x'
    expect_next two ':one!~one@127.0.0.1 INVITE three #x'
    expect three ':one!~one@127.0.0.1 INVITE three #x'
}

@test "names come with all prefixes and with hosts for those who asked" {
    enter_with one 'multi-prefix userhost-in-names'
    send one 'JOIN #x' 'MODE #x +v one' 'NAMES #x'
    expect one -e ' MODE #x '
    expect_next one ':irc.example.org 353 one = #x :@+one!~one@127.0.0.1'
}

@test "without implicit names, NAMES is still there for the asking" {
    enter_with one draft/no-implicit-names
    send one 'JOIN #x'
    sync one
    expect_none one -e ' (353|366) '
    send one 'NAMES #x'
    expect one ':irc.example.org 353 one = #x :@one'
}

@test "a carriage return ends a message, and nobody can smuggle one into another's stream" {
    enter one irc
    enter two irc
    send_bytes one 'PRIVMSG two :a\rPRIVMSG two :b\r\rPRIVMSG two :c\r\n'
    expect_next two ':one!~one@127.0.0.1 PRIVMSG two :a'
    expect_next two ':one!~one@127.0.0.1 PRIVMSG two :b'
    expect_next two ':one!~one@127.0.0.1 PRIVMSG two :c'
}
