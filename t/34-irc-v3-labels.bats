#!/usr/bin/env bats
# IRCv3: labeled-response and batch.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

CAPS='batch labeled-response'

@test "one message is labeled, several are a labeled batch, none is an ACK" {
    enter_with one "$CAPS"
    send one '@label=a PING x' '@label=b PONG x' '@label=c LUSERS'
    expect_next one '@label=a :irc.example.org PONG irc.example.org :x'
    expect_next one '@label=b :irc.example.org ACK'
    expect_next one -e '^@label=c :irc\.example\.org BATCH \+([^ ]+) labeled-response$'
    local batch=${BASH_REMATCH[1]} i
    for i in 251 252 253 254 255 265 266; do
        expect_next one -e "^@batch=$batch :irc\.example\.org $i one "
    done
    expect_next one ":irc.example.org BATCH -$batch"
}

@test "a label is repeated as it came, up to 64 bytes" {
    enter_with one "$CAPS"
    local label
    printf -v label '%64s' ''
    label=${label// /L}
    send one '@label=a\sb\:\\c PING 1' "@label=$label PING 2" "@label=x$label PING 3" '@label PING 4' '@label= PING 5'
    expect_next one '@label=a\sb\:\\c :irc.example.org PONG irc.example.org :1'
    expect_next one "@label=$label :irc.example.org PONG irc.example.org :2"
    expect_next one ':irc.example.org PONG irc.example.org :3'
    expect_next one ':irc.example.org PONG irc.example.org :4'
    expect_next one ':irc.example.org PONG irc.example.org :5'
}

@test "escapes do not make a label longer than what they stand for" {
    enter_with one "$CAPS"
    local label
    printf -v label '%64s' ''
    send one "@label=${label// /\\s} PING 1" "@label=${label// /\\:}x PING 2"
    expect_next one "@label=${label// /\\s} :irc.example.org PONG irc.example.org :1"
    expect_next one ':irc.example.org PONG irc.example.org :2'
}

@test "a line that is not looked at is answered with its label" {
    enter_with one "$CAPS message-tags"
    local long
    printf -v long '%600s' ''
    long=${long// /x}
    send one "@label=a PRIVMSG one :$long" "@label=b;+t=$long$long$long$long$long$long$long PRIVMSG one :x"
    send_bytes one '@label=c PRIVMSG one :a\0b\r\n'
    expect_next one '@label=a :irc.example.org 417 one :Input line was too long'
    expect_next one '@label=b :irc.example.org 417 one :Input line was too long'
    expect_next one -e '^@label=c :irc\.example\.org FAIL \* INVALID_BYTE :'
    send one "PRIVMSG one :$long" 'PING x'
    expect_next one ':irc.example.org 417 one :Input line was too long'
    expect_next one ':irc.example.org PONG irc.example.org :x'
}

@test "errors are labeled, also that of a command there is not" {
    enter_with one "$CAPS"
    send one '@label=1 PRIVMSG nobody :x' '@label=2 FROB' '@label=3 JOIN' '@label=4 PRIVMSG one'
    expect_next one -e '^@label=1 :irc\.example\.org 401 one nobody :'
    expect_next one -e '^@label=2 :irc\.example\.org 421 one FROB :'
    expect_next one -e '^@label=3 :irc\.example\.org 461 one JOIN :'
    expect_next one -e '^@label=4 :irc\.example\.org 412 one :'
}

@test "an echo carries the label, the others' copies do not" {
    enter_with one "$CAPS echo-message message-tags"
    enter_with two "$CAPS message-tags"
    both_join '#x' one two
    send one '@label=e;+t=1 PRIVMSG #x :hi'
    expect_next one -e '^@label=e;msgid=[^; ]+;\+t=1 :one!~one@127\.0\.0\.1 PRIVMSG #x :hi$'
    expect_next two -e '^@msgid=[^; ]+;\+t=1 :one!~one@127\.0\.0\.1 PRIVMSG #x :hi$'
}

@test "of a message to oneself only the echo is labeled" {
    enter_with one "$CAPS echo-message"
    send one '@label=s PRIVMSG one :self'
    expect one ':one!~one@127.0.0.1 PRIVMSG one :self'
    expect one '@label=s :one!~one@127.0.0.1 PRIVMSG one :self'
    enter_with two "$CAPS"
    send two '@label=s PRIVMSG two :self'
    expect two ':two!~two@127.0.0.1 PRIVMSG two :self'
    expect two '@label=s :irc.example.org ACK'
}

@test "several targets are answered by one batch" {
    enter_with one "$CAPS echo-message"
    enter two irc
    enter three irc
    send one '@label=m PRIVMSG two,nobody,three :hi'
    expect_next one -e '^@label=m .* BATCH \+([^ ]+) labeled-response$'
    local batch=${BASH_REMATCH[1]}
    expect_next one "@batch=$batch :one!~one@127.0.0.1 PRIVMSG two :hi"
    expect_next one -e "^@batch=$batch :irc\.example\.org 401 one nobody :"
    expect_next one "@batch=$batch :one!~one@127.0.0.1 PRIVMSG three :hi"
    expect_next one ":irc.example.org BATCH -$batch"
}

@test "JOIN of several channels is one batch, one's own JOINs included" {
    enter_with one "$CAPS"
    enter two irc
    both_join '#a' two
    send one '@label=j JOIN #a,#b'
    expect_next one -e '^@label=j .* BATCH \+([^ ]+) labeled-response$'
    local batch=${BASH_REMATCH[1]}
    expect_next one "@batch=$batch :one!~one@127.0.0.1 JOIN #a"
    expect one "@batch=$batch :irc.example.org 366 one #a :End of NAMES list"
    expect_next one "@batch=$batch :one!~one@127.0.0.1 JOIN #b"
    expect one "@batch=$batch :irc.example.org 366 one #b :End of NAMES list"
    expect_next one ":irc.example.org BATCH -$batch"
    expect_next two ':one!~one@127.0.0.1 JOIN #a'
}

@test "what others do meanwhile is no part of an answer" {
    enter_with one "$CAPS"
    enter two irc
    both_join '#x' one two
    send one '@label=n NAMES #x'
    send two 'PRIVMSG #x :between'
    expect one ':two!~two@127.0.0.1 PRIVMSG #x :between'
    expect_none one -e '^@batch=.*between'
}

@test "KICK, NICK, TOPIC, MODE, PART and QUIT are their own answers" {
    enter_with one "$CAPS"
    both_join '#x' one
    send one '@label=1 TOPIC #x :t' '@label=2 MODE #x +m' '@label=3 NICK uno' '@label=4 PART #x'
    expect_next one '@label=1 :one!~one@127.0.0.1 TOPIC #x :t'
    expect_next one '@label=2 :one!~one@127.0.0.1 MODE #x +m'
    expect_next one -e '^@label=3 :one!~one@127\.0\.0\.1 NICK :?uno$'
    expect_next one -e '^@label=4 :uno!~one@127\.0\.0\.1 PART #x$'
}

@test "an answer of any length is one batch" {
    enter_with one "$CAPS"
    local i channels=""
    for i in {1..45}; do
        channels+=",#channel-with-a-rather-long-name-$i"
    done
    send one "JOIN ${channels:1:480}"
    send one '@label=w LIST'
    expect one -e '^@label=w .* BATCH \+([^ ]+) labeled-response$'
    local batch=${BASH_REMATCH[1]}
    for i in {1..12}; do
        expect_next one -e "^@batch=$batch :irc\.example\.org 32[12] "
    done
    expect one "@batch=$batch :irc.example.org 323 one :End of LIST"
    expect_next one ":irc.example.org BATCH -$batch"
}

@test "without the capability a label is nothing" {
    enter one irc
    send one '@label=a PING x' '@label=b PONG x' 'PING y'
    expect_next one ':irc.example.org PONG irc.example.org :x'
    expect_next one ':irc.example.org PONG irc.example.org :y'
}

@test "without batch a label is only a tag" {
    enter_with one labeled-response
    send one '@label=a PING x' '@label=b LUSERS'
    expect_next one ':irc.example.org PONG irc.example.org :x'
    expect_next one -e '^:irc\.example\.org 251 one '
}
