#!/usr/bin/env bats
# RENAME: IRCv3 draft/channel-rename.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

# Enters as $1 with the capabilities $2 and joins #x.
member() {
    open "$1" irc
    send "$1" "CAP REQ :$2" "NICK $1" "USER $1 0 * :$1" 'CAP END' 'JOIN #x'
    expect "$1" -e ' 366 '
}

@test "the capability is offered" {
    open toto irc
    send toto 'CAP LS 302'
    expect toto -e 'draft/channel-rename'
}

@test "clients with the capability see RENAME, the others PART and JOIN, people a sentence" {
    member toto draft/channel-rename
    send toto 'TOPIC #x :the news'
    member tutu draft/channel-rename
    member tata extended-join
    enter tete plain
    send tete 'JOIN #x'
    sync tete
    send toto 'RENAME #X #new :because'
    expect toto -e '^:toto!~toto@127\.0\.0\.1 RENAME #x #new :because$'
    expect tutu -e '^:toto!~toto@127\.0\.0\.1 RENAME #x #new :because$'
    expect tata -e '^:tata!~tata@127\.0\.0\.1 PART #x :because$'
    expect_next tata -e '^:tata!~tata@127\.0\.0\.1 JOIN #new \* :tata$'
    expect_next tata ':irc.example.org 332 tata #new :the news'
    expect_next tata -e ' 333 tata #new toto '
    expect_next tata -e ' 353 tata = #new :tete tata tutu @toto$'
    expect_next tata -e ' 366 tata #new '
    expect tete '[server] toto renamed #x to #new: because'
    expect_none tutu -e ' PART | JOIN #new'
}

@test "everything of the channel is kept" {
    member toto draft/channel-rename
    member tutu draft/channel-rename
    send toto 'MODE #x +mvb tutu bad' 'RENAME #x #new'
    expect toto -e ' RENAME #x #new :$'
    send tutu 'MODE #new' 'MODE #new b' 'PRIVMSG #new :here' 'PRIVMSG #x :there'
    expect tutu ':irc.example.org 324 tutu #new +mnt'
    expect tutu -e ' 367 tutu #new bad!'
    expect toto -e ' PRIVMSG #new :here$'
    expect tutu -e ' 403 tutu #x '
    send toto 'METADATA #new SET url :example.org' 'RENAME #new #newer' 'METADATA #newer GET url'
    expect toto -e ' RENAME #new #newer :$'
    expect toto -e ' 761 toto #newer url [^ ]* ?:example\.org$'
}

@test "the case of a name can be changed, which only the capability hears of" {
    member toto draft/channel-rename
    member tutu multi-prefix
    send toto 'RENAME #x #X'
    expect toto -e ' RENAME #x #X :$'
    expect_none tutu -e ' (PART|JOIN) #X'
}

@test "who renames without the capability sees PART and JOIN" {
    member toto multi-prefix
    send toto 'RENAME #x #new'
    expect toto -e '^:toto!~toto@127\.0\.0\.1 PART #x$'
    expect_next toto -e ' JOIN #new$'
    expect_next toto -e ' 353 toto = #new :@toto$'
}

@test "PART and JOIN in place of RENAME have the tags one asked for, and MARKREAD before the names" {
    member toto draft/channel-rename
    member tutu 'server-time message-tags draft/read-marker'
    send tutu 'MODE tutu +B'
    expect tutu -e ' MODE tutu '
    send toto 'RENAME #x #new'
    local stamp='time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z'
    expect_next tutu -e "^@$stamp;bot :tutu!~tutu@127\.0\.0\.1 PART #x$"
    expect_next tutu -e "^@$stamp;bot :tutu!~tutu@127\.0\.0\.1 JOIN #new$"
    expect_next tutu ':irc.example.org MARKREAD #new *'
    expect_next tutu -e ' 353 tutu = #new :tutu @toto$'
    expect_next tutu -e ' 366 tutu #new '
}

@test "the names behind PART and JOIN are as each client asked for them, if at all" {
    member toto draft/channel-rename
    member tutu 'userhost-in-names multi-prefix'
    open tata irc
    send tata 'CAP REQ :draft/no-implicit-names' 'NICK tata' 'USER tata 0 * :tata' 'CAP END' 'JOIN #x'
    expect tata -e ' JOIN #x'
    send toto 'TOPIC #x :the news' 'MODE #x +v toto'
    expect tata -e ' MODE #x \+v toto$'
    send toto 'RENAME #x #new'
    expect tutu -e ' 353 tutu = #new :tata!~tata@127\.0\.0\.1 tutu!~tutu@127\.0\.0\.1 @\+toto!~toto@127\.0\.0\.1$'
    expect_next tutu -e ' 366 tutu #new '
    expect tata -e ' JOIN #new$'
    expect_next tata ':irc.example.org 332 tata #new :the news'
    expect_next tata -e ' 333 tata #new toto '
    expect_none tata -e ' (353|366) tata #new'
}

@test "who renames with a label but without the capability is answered by one batch" {
    member toto 'batch labeled-response draft/read-marker'
    member tutu multi-prefix
    expect toto -e ' JOIN #x$'
    send toto 'MARKREAD #new timestamp=2026-01-02T03:04:05.678Z' 'TOPIC #x :the news' '@label=r RENAME #x #new :why'
    expect toto -e ' TOPIC #x '
    expect_next toto -e '^@label=r :irc\.example\.org BATCH \+([^ ]+) labeled-response$'
    local batch=${BASH_REMATCH[1]}
    expect_next toto "@batch=$batch :toto!~toto@127.0.0.1 PART #x :why"
    expect_next toto "@batch=$batch :toto!~toto@127.0.0.1 JOIN #new"
    expect_next toto "@batch=$batch :irc.example.org 332 toto #new :the news"
    expect_next toto -e "^@batch=$batch :irc\.example\.org 333 toto #new toto "
    expect_next toto "@batch=$batch :irc.example.org MARKREAD #new timestamp=2026-01-02T03:04:05.678Z"
    expect_next toto "@batch=$batch :irc.example.org 353 toto = #new :tutu @toto"
    expect_next toto -e "^@batch=$batch :irc\.example\.org 366 toto #new "
    expect_next toto ":irc.example.org BATCH -$batch"
    expect tutu -e ' JOIN #new$'
    expect_next tutu -e ' 332 tutu #new '
}

@test "RENAME refuses: 403 442 461 482, and FAIL" {
    member toto draft/channel-rename
    member tutu draft/channel-rename
    enter tata irc
    send tata 'JOIN #other' 'RENAME #x #mine'
    expect tata -e ' 442 tata #x '
    send tutu 'RENAME #x #mine'
    expect tutu -e ' 482 tutu #x '
    send toto 'RENAME #x' 'RENAME #nowhere #new' 'RENAME #x #OTHER' 'RENAME #x nothing' 'RENAME #x #x'
    expect toto -e ' 461 toto RENAME '
    expect_next toto -e ' 403 toto #nowhere '
    expect_next toto -e '^:irc\.example\.org FAIL RENAME CHANNEL_NAME_IN_USE #x #OTHER :'
    expect_next toto -e ' FAIL RENAME CANNOT_RENAME #x nothing :'
    expect_next toto -e ' FAIL RENAME CANNOT_RENAME #x #x :'
}
