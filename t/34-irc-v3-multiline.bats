#!/usr/bin/env bats
# IRCv3: draft/multiline, draft/message-redaction, draft/read-marker.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

CAPS='batch draft/multiline message-tags'

@test "several lines are one message to those who know, single ones to others, whatever the door" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    enter three irc
    enter four talk
    both_join '#x' one two three
    send four '/join #x'
    sync four
    send one 'BATCH +1 draft/multiline #x' '@batch=1 PRIVMSG #x :one' '@batch=1 PRIVMSG #x :' \
        '@batch=1 PRIVMSG #x :two ' '@batch=1;draft/multiline-concat PRIVMSG #x :go on' 'BATCH -1'
    expect two -e '^@msgid=[^; ]+ :one!~one@127\.0\.0\.1 BATCH \+([^ ]+) draft/multiline #x$'
    local batch=${BASH_REMATCH[1]}
    expect_next two "@batch=$batch :one!~one@127.0.0.1 PRIVMSG #x :one"
    expect_next two "@batch=$batch :one!~one@127.0.0.1 PRIVMSG #x :"
    expect_next two "@batch=$batch :one!~one@127.0.0.1 PRIVMSG #x :two "
    expect_next two "@batch=$batch;draft/multiline-concat :one!~one@127.0.0.1 PRIVMSG #x :go on"
    expect_next two ":one!~one@127.0.0.1 BATCH -$batch"
    expect three ':one!~one@127.0.0.1 PRIVMSG #x :one'
    expect_next three ':one!~one@127.0.0.1 PRIVMSG #x :two '
    expect_next three ':one!~one@127.0.0.1 PRIVMSG #x :go on'
    expect four '(one) one'
    expect_next four '(one) two go on'
}

@test "with echo and a label the whole message comes back as one answer" {
    enter_with one "$CAPS labeled-response echo-message"
    enter two irc
    send one '@label=m BATCH +1 draft/multiline two' '@batch=1 PRIVMSG two :a' '@batch=1 PRIVMSG two :b' 'BATCH -1' 'PING x'
    expect_next one -e '^@label=m;msgid=[^; ]+ :one!~one@127\.0\.0\.1 BATCH \+([^ ]+) draft/multiline two$'
    expect_next one "@batch=${BASH_REMATCH[1]} :one!~one@127.0.0.1 PRIVMSG two :a"
    expect_next one -e '^@batch=[^ ]+ :one!~one@127\.0\.0\.1 PRIVMSG two :b$'
    expect_next one -e '^:one!~one@127\.0\.0\.1 BATCH -'
    expect_next one -e PONG
}

@test "to somebody away, the message and the answer about it are one batch" {
    enter_with one "$CAPS labeled-response echo-message"
    enter two irc
    send two 'AWAY :gone'
    expect two -e ' 306 '
    send one '@label=m BATCH +1 draft/multiline two' '@batch=1 PRIVMSG two :a' '@batch=1 PRIVMSG two :b' 'BATCH -1'
    expect_next one -e '^@label=m :irc\.example\.org BATCH \+([^ ]+) labeled-response$'
    local outer=${BASH_REMATCH[1]} inner
    expect_next one -e "^@batch=$outer;msgid=[^; ]+ :one!~one@127\.0\.0\.1 BATCH \+([^ ]+) draft/multiline two$"
    inner=${BASH_REMATCH[1]}
    expect_next one "@batch=$inner :one!~one@127.0.0.1 PRIVMSG two :a"
    expect_next one "@batch=$inner :one!~one@127.0.0.1 PRIVMSG two :b"
    expect_next one "@batch=$outer :one!~one@127.0.0.1 BATCH -$inner"
    expect_next one "@batch=$outer :irc.example.org 301 one two :gone"
    expect_next one ":irc.example.org BATCH -$outer"
}

@test "what breaks the rules of a batch is said, and nothing of it is sent" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    send one 'BATCH +1 draft/multiline two' '@batch=1 PRIVMSG one :other' \
        'BATCH +2 draft/multiline two' '@batch=2 PRIVMSG two :' 'BATCH -2' \
        'BATCH -3' 'BATCH +4 nonsense two' 'BATCH +5 draft/multiline one,two'
    expect_next one -e 'FAIL BATCH MULTILINE_INVALID_TARGET two one :'
    for _ in 1 2 3 4; do
        expect_next one -e 'FAIL BATCH MULTILINE_INVALID :'
    done
    local i
    send one 'BATCH +5 draft/multiline two'
    for i in {1..101}; do
        send one "@batch=5 PRIVMSG two :$i"
    done
    expect_next one -e 'FAIL BATCH MULTILINE_MAX_LINES 100 :'
    sync one
    expect_none two -e 'PRIVMSG two :(|1|other)$'
}

@test "a message can be taken back by who sent it, and by the channel's operators" {
    enter_with one 'draft/message-redaction message-tags echo-message'
    enter_with two 'draft/message-redaction message-tags'
    enter three irc
    both_join '#x' one two three
    send two 'PRIVMSG #x :oops'
    expect one -e '^@msgid=([^; ]+) :two!.*:oops$'
    local id=${BASH_REMATCH[1]}
    send three "REDACT #x $id"
    expect three -e ' 421 three REDACT :'
    send one "REDACT #x $id :not nice"
    expect two -e "^@msgid=[^; ]+ :one!~one@127\.0\.0\.1 REDACT #x $id :not nice$"
    expect_none three -e REDACT.*nice
    send two 'REDACT #x nonsense' "REDACT #x 0x$id" 'REDACT #none abc'
    expect_next two -e 'FAIL REDACT UNKNOWN_MSGID #x nonsense :'
    expect_next two -e 'FAIL REDACT UNKNOWN_MSGID #x 0x'
    expect_next two -e 'FAIL REDACT INVALID_TARGET #none :'
    send one 'PRIVMSG #x :mine'
    expect two -e '^@msgid=([^; ]+) :one!.*:mine$'
    send two "REDACT #x ${BASH_REMATCH[1]}"
    expect_next two -e 'FAIL REDACT REDACT_FORBIDDEN #x '
}

@test "what was said at the plain and the talk door can be taken back by the channel's operators" {
    enter_with one 'draft/message-redaction message-tags'
    enter_with two 'draft/message-redaction message-tags'
    both_join '#x' one two
    enter toto plain
    enter tutu talk
    send toto 'JOIN #x' 'MSG oops' 'ME waves'
    expect one -e '^@msgid=([^; ]+) :toto!.*:oops$'
    local id=${BASH_REMATCH[1]}
    send two "REDACT #x $id"
    expect two -e 'FAIL REDACT REDACT_FORBIDDEN #x '
    send one "REDACT #x $id :not nice"
    expect two -e "REDACT #x $id :not nice$"
    expect one -e '^@msgid=([^; ]+) :toto!.*waves'
    send one "REDACT #x ${BASH_REMATCH[1]}"
    expect two -e "REDACT #x ${BASH_REMATCH[1]}$"
    send tutu '/join #x' 'ouch' '@one psst'
    expect one -e '^@msgid=([^; ]+) :tutu!.*:ouch$'
    send one "REDACT #x ${BASH_REMATCH[1]}"
    expect two -e "REDACT #x ${BASH_REMATCH[1]}$"
    expect one -e '^@msgid=([^; ]+) :tutu!.* PRIVMSG one :psst$'
    send one "REDACT one ${BASH_REMATCH[1]}"
    expect one -e 'FAIL REDACT UNKNOWN_MSGID one ' # who sent it alone may
}

@test "a read marker only moves forward, and is shown on joining" {
    enter_with one draft/read-marker
    send one 'JOIN #x'
    expect one ':irc.example.org MARKREAD #x *'
    expect one -e ' 366 '
    send one 'MARKREAD #x timestamp=2026-01-02T03:04:05.678Z' 'MARKREAD #x timestamp=2025-01-01T00:00:00.000Z' \
        'MARKREAD #x' 'MARKREAD two' 'MARKREAD #x yesterday' 'MARKREAD #x timestamp=9999-99-99T99:99:99.999Z' 'MARKREAD'
    expect_next one ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect_next one ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect_next one ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect_next one ':irc.example.org MARKREAD two *'
    expect_next one -e 'FAIL MARKREAD INVALID_PARAMS yesterday :'
    expect_next one -e 'FAIL MARKREAD INVALID_PARAMS timestamp=9999'
    expect_next one -e 'FAIL MARKREAD NEED_MORE_PARAMS :'
    send one 'PART #x' 'JOIN #x'
    expect one ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
}

@test "what is no PRIVMSG has no place in a batch, be it a command or not" {
    enter_with one "$CAPS labeled-response"
    enter_with two "$CAPS"
    local line
    for line in 'FROB x' 'JOIN' 'NOTICE two :x' 'BATCH +2 draft/multiline two'; do
        send one '@label=l BATCH +1 draft/multiline two' '@batch=1 PRIVMSG two :a' "@batch=1 $line" 'BATCH -1'
        expect_next one -e '^@label=l :irc\.example\.org FAIL BATCH MULTILINE_INVALID :'
    done
    send one 'PRIVMSG two :after'
    expect_next two -e ' PRIVMSG two :after$'
}

@test "a FAIL shows words that could be no parameters, or are too long, as a star" {
    enter_with one "$CAPS draft/message-redaction draft/read-marker draft/channel-rename"
    local long
    printf -v long '%98s' ''
    long=${long// /x}
    send one 'JOIN #x'
    expect one -e ' 366 '
    send one 'REDACT #x :a b' "REDACT nobody$long :x" "REDACT #${long}€ x" \
        'MARKREAD #x :' 'MARKREAD #x :a b' 'MARKREAD #x ::a' 'MARKREAD a,b' 'RENAME #x :#a b' \
        'BATCH +1 draft/multiline :a b' '@batch=1 PRIVMSG c :x' 'BATCH -1' 'BATCH +2 draft/multiline :'
    expect_next one -e 'FAIL REDACT UNKNOWN_MSGID #x \* :'
    expect_next one -e 'FAIL REDACT INVALID_TARGET \* :'
    expect_next one -e 'FAIL REDACT INVALID_TARGET \* :'
    expect_next one -e 'FAIL MARKREAD INVALID_PARAMS \* :'
    expect_next one -e 'FAIL MARKREAD INVALID_PARAMS \* :'
    expect_next one -e 'FAIL MARKREAD INVALID_PARAMS \* :'
    expect_next one -e 'FAIL MARKREAD INVALID_PARAMS a,b :'
    expect_next one -e 'FAIL RENAME CANNOT_RENAME #x \* :'
    expect_next one -e 'FAIL BATCH MULTILINE_INVALID_TARGET \* c :'
    expect_next one -e 'FAIL BATCH MULTILINE_INVALID :'
}

@test "a batch that failed is answered once, and none of its lines is said" {
    enter_with one 'batch draft/multiline'
    enter two irc
    both_join '#x' one two
    send one 'BATCH +1 draft/multiline #x' '@batch=1 PRIVMSG #y :a' '@batch=1 PRIVMSG #x :b' 'BATCH -1' 'PRIVMSG #x :after'
    expect one ':irc.example.org FAIL BATCH MULTILINE_INVALID_TARGET #x #y :Invalid multiline target'
    expect_next two ':one!~one@127.0.0.1 PRIVMSG #x :after'
    send one '@batch=9 PRIVMSG #x :of no batch'
    expect_next one ':irc.example.org FAIL BATCH MULTILINE_INVALID :There is no such batch'
    expect_none two -e 'no batch'
}

@test "what comes between the lines of a labeled batch does not take its label" {
    enter_with one 'batch draft/multiline labeled-response echo-message message-tags'
    send one 'JOIN #x'
    expect one -e ' 366 '
    send one '@label=l BATCH +1 draft/multiline #x' 'PING a' '@batch=1 PRIVMSG #x :b' '@label=p PONG x' 'BATCH -1'
    expect_next one ':irc.example.org PONG irc.example.org :a'
    expect_next one '@label=p :irc.example.org ACK'
    expect_next one -e '^@label=l;msgid=[^ ]+ :one!~one@127\.0\.0\.1 BATCH \+[^ ]+ draft/multiline #x$'
}

@test "a batch with a line that cannot be taken is not sent without it" {
    enter_with one "$CAPS"
    enter_with two "$CAPS"
    local long
    long=$(head -c 600 /dev/zero | tr '\0' x)
    send one '@label=a BATCH +1 draft/multiline two' '@batch=1 PRIVMSG two :a' "@batch=1 PRIVMSG two :$long" '@batch=1 PRIVMSG two :b' 'BATCH -1'
    expect_next one -e '417 one :'
    send_bytes one 'BATCH +2 draft/multiline two\r\n@batch=2 PRIVMSG two :c\r\n@batch=2 PRIVMSG two :\xff\r\nBATCH -2\r\n'
    expect_next one -e 'FAIL PRIVMSG INVALID_UTF8 :'
    send_bytes one 'BATCH +3 draft/multiline two\r\n@batch=3 PRIVMSG two :d\r\n@batch=3 PRIVMSG two :\0\r\nBATCH -3\r\n'
    expect_next one -e 'FAIL \* INVALID_BYTE :'
    sync one
    expect_none two -e PRIVMSG
}

@test "who does not know batches gets the client-only tags with every line, and the id with the first" {
    enter_with one "$CAPS"
    enter_with two 'message-tags'
    enter three irc
    both_join '#x' one two three
    send one '@+draft/reply=abc;+a=1 BATCH +1 draft/multiline #x' '@batch=1 PRIVMSG #x :one' '@batch=1 PRIVMSG #x :' \
        '@batch=1 PRIVMSG #x :two' '@batch=1;draft/multiline-concat PRIVMSG #x :three' 'BATCH -1'
    expect_next two -e '^@msgid=[^;]+;\+draft/reply=abc;\+a=1 :one!~one@127\.0\.0\.1 PRIVMSG #x :one$'
    expect_next two '@+draft/reply=abc;+a=1 :one!~one@127.0.0.1 PRIVMSG #x :two'
    expect_next two '@+draft/reply=abc;+a=1 :one!~one@127.0.0.1 PRIVMSG #x :three'
    expect_next three ':one!~one@127.0.0.1 PRIVMSG #x :one'
    expect_next three ':one!~one@127.0.0.1 PRIVMSG #x :two'
    expect_next three ':one!~one@127.0.0.1 PRIVMSG #x :three'
    local value
    value=$(head -c 400 /dev/zero | tr '\0' v)
    send one "@+a=$value BATCH +2 draft/multiline #x" '@batch=2 PRIVMSG #x :four' '@batch=2 PRIVMSG #x :five' 'BATCH -2'
    expect_next two -e '\+a=v{400} :one!.* PRIVMSG #x :four$'
    expect_next two ':one!~one@127.0.0.1 PRIVMSG #x :five'
}
