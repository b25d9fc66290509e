#!/usr/bin/env bats
# IRC: questions about people and about the server. RFC 2812 sections 3.4 to 3.6, Modern IRC client protocol.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

setup() {
    start_irc -o 'server-description Our server' -o 'admin Room 101' -o 'admin "The staff"' -o 'admin root@example.org'
}

make_operator() {
    send "$1" 'OPER root secret'
    expect "$1" -e ' 381 '
}

@test "WHO shows a channel's members" {
    enter one irc
    enter two irc
    send one 'JOIN #x'
    expect one -e ' 366 '
    send two 'JOIN #x' 'AWAY :tea'
    expect two -e ' 306 '
    send two 'WHO #X' 'WHO #nowhere'
    expect two ':irc.example.org 352 two #x ~two 127.0.0.1 irc.example.org two G :0 two'
    expect two ':irc.example.org 352 two #x ~one 127.0.0.1 irc.example.org one H@ :0 one'
    expect_next two ':irc.example.org 315 two #X :End of WHO list'
    expect_next two ':irc.example.org 315 two #nowhere :End of WHO list'
}

@test "WHO finds people by nick, mask, user, real name and server" {
    enter one irc
    open two irc
    send two 'NICK two' 'USER tango 0 * :Second Person'
    expect two -e ' 422 '
    local mask
    for mask in two TWO 'tw?' '*tango' 'second*' '127.0.*' 'two!*@*' '*!~tango@127.*' '~tango@*'; do
        send one "WHO $mask"
        expect one -e ' 352 one \* ~tango 127.0.0.1 irc.example.org two H :0 Second Person'
        expect one -e " 315 one "
    done
    send one 'WHO irc.*' 'WHO nobody' 'WHO nobody*' 'WHO two!~one@*' 'WHO tango@*'
    expect one -e ' 352 '
    expect_next one -e ' 352 '
    expect_next one -e ' 315 one irc\.\* :'
    expect_next one -e ' 315 one nobody :'
    expect_next one -e ' 315 one nobody\* :'
    expect_next one -e ' 315 one two!~one@\* :'
    expect_next one -e ' 315 one tango@\* :'
}

@test "WHO o shows operators only" {
    enter one irc
    enter two irc
    make_operator two
    send one 'WHO * o'
    expect one -e ' 352 one \* ~two .* two H\* :0 two'
    expect_next one -e ' 315 one \* :'
}

@test "WHO shows somebody invisible only to who shares a channel with them" {
    enter one irc
    enter two irc
    enter three irc
    send two 'MODE two +i' 'JOIN #x'
    expect two -e ' 366 '
    send three 'JOIN #x'
    expect three -e ' 366 '
    send three 'WHO tw*'
    expect three -e ' 352 three #x .* two '
    send one 'WHO tw*' 'WHO #x'
    expect_next one -e ' 315 one tw\* :'
    expect_next one -e ' 352 one #x .* three '
    expect_next one -e ' 315 one #x :'
    send one 'WHO two'
    expect_next one -e ' 352 one '
}

@test "the channels of somebody invisible are not for strangers: WHOIS, WHO" {
    enter one irc
    enter two irc
    enter three irc
    send one 'JOIN #x,#y' 'JOIN #s' 'MODE #s +s'
    expect one -e ' MODE #s '
    send two 'WHOIS one' 'WHO one'
    expect two -e ' 319 two one :.*#x'
    expect two -e ' 352 two #[xy] ~one '
    send one 'MODE one +i'
    sync one
    send two 'WHOIS one' 'WHO one' 'WHOIS o*'
    expect two -e ' 311 two one '
    expect_next two -e ' 312 '
    expect two ':irc.example.org 352 two * ~one 127.0.0.1 irc.example.org one H :0 one'
    expect two -e ' 401 two o\* :'
    send three 'JOIN #x' 'WHOIS one' 'WHO one'
    expect three -e ' 319 three one :.*#[xy] .*#[xy]$'
    expect three -e ' 352 three #[xy] ~one '
    send one 'WHOIS one'
    expect one -e ' 319 one one :.*#s'
    send two 'OPER root secret' 'WHOIS one'
    expect two -e ' 381 '
    expect two -e ' 319 two one :.*#s'
}

@test "WHO with multi-prefix shows flags of every kind" {
    enter one irc
    send one 'CAP REQ multi-prefix' 'MODE one +B' 'JOIN #x' 'WHO #x'
    expect one -e ' 352 one #x .* one H@B :0 one'
}

@test "WHOX answers with the fields that were asked for, in their order" {
    enter one irc
    send one 'JOIN #x' 'WHO #x %rnatcu,42' 'WHO #x %tcuihsnfdlaor,7' 'WHO one %n' 'WHO #x %na,12345' 'WHO one o%n' \
        'WHO one %' 'WHO one %xyz,1'
    expect one ':irc.example.org 354 one 42 #x ~one one 0 :one'
    expect one -e ' 315 one #x :End'
    expect_next one ':irc.example.org 354 one 7 #x ~one 127.0.0.1 127.0.0.1 irc.example.org one H@ 0 0 0 n/a :one'
    expect one -e ' 315 one #x :End'
    expect_next one ':irc.example.org 354 one one'
    expect_next one -e ' 315 one one :End'
    expect_next one ':irc.example.org 354 one one 0'
    expect_next one -e ' 315 one #x :End'
    expect_next one -e ' 315 one one :End'
    expect_next one -e ' 315 one one :End'
    expect_next one -e ' 315 one one :End'
}

@test "WHOIS shows what everybody may know" {
    enter one irc
    enter two irc
    send two 'JOIN #x' 'JOIN #y' 'AWAY :tea'
    expect two -e ' 306 '
    send one 'WHOIS two'
    expect_next one ':irc.example.org 311 one two ~two 127.0.0.1 * :two'
    expect_next one -e '^:irc.example.org 319 one two :@#[xy] @#[xy]$'
    expect_next one ':irc.example.org 312 one two irc.example.org :Our server'
    expect_next one ':irc.example.org 301 one two :tea'
    expect_next one -e '^:irc.example.org 317 one two [0-9]+ [0-9]{10} :seconds idle, signon time$'
    expect_next one ':irc.example.org 318 one two :End of WHOIS list'
}

@test "WHOIS tells oneself and operators more" {
    enter one irc
    enter two irc
    send one 'MODE one +i' 'WHOIS one'
    expect one ':irc.example.org 379 one one :is using modes +i'
    expect_next one ':irc.example.org 378 one one :is connecting from *@127.0.0.1 127.0.0.1'
    expect_next one ':irc.example.org 338 one one ~one@127.0.0.1 127.0.0.1 :is actually using host'
    make_operator two
    send two 'WHOIS one'
    expect two -e ' 379 two one '
    send one 'WHOIS two'
    expect one ':irc.example.org 313 one two :is an IRC operator'
    expect_none one -e ' 379 one two '
}

@test "WHOIS asks a server, which is this one, or a nick's" {
    enter one irc
    send one 'WHOIS irc.example.org one' 'WHOIS one one' 'WHOIS elsewhere one' 'WHOIS' 'WHOIS nobody'
    expect_next one -e ' 311 one one '
    expect one -e ' 318 one one :'
    expect_next one -e ' 311 one one '
    expect one -e ' 318 one one :'
    expect_next one ':irc.example.org 402 one elsewhere :No such server'
    expect_next one ':irc.example.org 431 one :No nickname given'
    expect_next one -e ' 401 one nobody :'
    expect_next one -e ' 318 one nobody :'
}

@test "WHOIS takes lists and masks" {
    enter one irc
    enter two irc
    enter twice irc
    send one 'WHOIS one,two' 'WHOIS tw*'
    expect_next one -e ' 311 one one '
    expect one -e ' 311 one two '
    expect one -e ' 318 one one,two :'
    expect_next one -e ' 311 one (two|twice) '
    expect one -e ' 311 one (two|twice) '
    expect one -e ' 318 one tw\* :'
}

@test "WHOIS works for people at other doors and by them" {
    enter one irc
    enter two plain
    send one 'WHOIS two'
    expect one ':irc.example.org 311 one two plain 127.0.0.1 * :plain'
    send two 'WHOIS one' 'WHOIS nobody'
    expect two '[server] one is one (~one@127.0.0.1)'
    expect two -e '^\[server\] nobody here is called nobody'
}

@test "WHOWAS remembers who left and former nicks, the last first" {
    enter one irc
    enter two irc
    send two 'NICK other' 'QUIT'
    expect_end two
    open three irc
    send three 'NICK two' 'USER later 0 * :Later' 'QUIT'
    expect_end three
    send one 'WHOWAS two' 'WHOWAS TWO 1' 'WHOWAS other,two 1' 'WHOWAS nobody' 'WHOWAS' 'WHOWAS two 1 elsewhere'
    expect_next one ':irc.example.org 314 one two ~later 127.0.0.1 * :Later'
    expect_next one -e ' 312 one two irc.example.org :[A-Z]'
    expect_next one ':irc.example.org 314 one two ~two 127.0.0.1 * :two'
    expect_next one -e ' 312 one two '
    expect_next one ':irc.example.org 369 one two :End of WHOWAS'
    expect_next one -e ' 314 one two ~later '
    expect_next one -e ' 312 '
    expect_next one ':irc.example.org 369 one TWO :End of WHOWAS'
    expect_next one -e ' 314 one other '
    expect one -e ' 369 one other,two :'
    expect_next one ':irc.example.org 406 one nobody :There was no such nickname'
    expect_next one ':irc.example.org 369 one nobody :End of WHOWAS'
    expect_next one ':irc.example.org 431 one :No nickname given'
    expect_next one ':irc.example.org 402 one elsewhere :No such server'
}

@test "VERSION, TIME, INFO" {
    enter one irc
    send one 'VERSION' 'VERSION irc.*' 'VERSION elsewhere' 'TIME' 'TIME elsewhere' 'INFO' 'INFO elsewhere'
    expect_next one -e '^:irc.example.org 351 one forkchat-[0-9.]+ irc.example.org :Our server$'
    expect_next one -e ' 005 one '
    expect one -e ' 351 one '
    expect one ':irc.example.org 402 one elsewhere :No such server'
    expect_next one -e '^:irc.example.org 391 one irc.example.org :.*[0-9]{4} -- [0-9:]{8} \+00:00$'
    expect_next one -e ' 402 '
    expect_next one -e ' 371 one :forkchat '
    expect one ':irc.example.org 374 one :End of INFO list'
    expect_next one -e ' 402 '
}

@test "ADMIN shows what the administrator wrote" {
    enter one irc
    send one 'ADMIN' 'ADMIN one' 'ADMIN elsewhere'
    expect_next one ':irc.example.org 256 one irc.example.org :Administrative info'
    expect_next one ':irc.example.org 257 one :Room 101'
    expect_next one ':irc.example.org 258 one :The staff'
    expect_next one ':irc.example.org 259 one :root@example.org'
    expect_next one -e ' 256 '
    expect one -e ' 259 '
    expect_next one -e ' 402 '
}

@test "ADMIN without an administrator shows what there is, in as many lines" {
    daemon_stop
    daemon_start -o 'server-name irc.example.org' -o 'network-name Example' -o 'server-description Our server' \
        -o 'admin root@example.org' -o 'flood off'
    enter one irc
    send one 'ADMIN'
    expect_next one ':irc.example.org 256 one irc.example.org :Administrative info'
    expect_next one ':irc.example.org 257 one :Our server'
    expect_next one ':irc.example.org 258 one :Example'
    expect_next one ':irc.example.org 259 one :root@example.org'
}

@test "what cannot be a parameter of an error is shown as *" {
    enter one irc
    send one 'NICK :a b' 'NICK ::a' 'JOIN :#a b' 'MODE :a b' 'WHO :a b' 'WHOIS :a b' 'KNOCK :' \
        'LINKS :' 'LINKS :a b' 'SERVLIST a :b c' 'STATS : ' 'STATS é'
    expect_next one -e ' 432 one \* :'
    expect_next one -e ' 432 one \* :'
    expect_next one -e ' 476 one \* :'
    expect_next one -e ' 401 one \* :'
    expect_next one -e ' 315 one \* :'
    expect_next one -e ' 401 one \* :'
    expect_next one -e ' 318 one \* :'
    expect_next one -e ' 403 one \* :'
    expect_next one -e ' 365 one \* :'
    expect_next one -e ' 365 one \* :'
    expect_next one -e ' 235 one a \* :'
    expect_next one -e ' 219 one \* :'
    expect_next one -e ' 219 one \* :'
}

@test "what is too long to be repeated with what is said of it is shown as *, and that is whole" {
    local long short line expected
    long=$(head -c 480 /dev/zero | tr '\0' x)
    short=$(head -c 230 /dev/zero | tr '\0' x)
    enter_with one 'standard-replies message-tags batch draft/metadata-2 draft/multiline draft/message-redaction draft/channel-rename draft/read-marker'
    send one 'OPER root secret' 'JOIN #x'
    expect one -e ' 366 one #x '
    while IFS='|' read -r expected line; do
        line=${line//LONG/$long}
        [[ $line == - ]] || send one "${line//SHORT/$short}"
        expect_next one -e " $expected :.*[^x]\$"
    done <<'END'
696 one #x k \*|MODE #x +k LONG
696 one #x b \*|MODE #x +b LONG
696 one #x b \*|MODE #x +b SHORT@SHORT
696 one #x l \*|MODE #x +l LONG
401 one \*|MODE #x +o LONG
401 one \*|PRIVMSG LONG :a
401 one \*|WHOIS one LONG
318 one \*|-
401 one \*|KICK #x LONG
401 one \*|INVITE LONG #x
401 one \*|MODE LONG +i
401 one \*|KILL LONG a
402 one \*|TIME LONG
402 one \*|VERSION LONG
402 one \*|ADMIN LONG
403 one \*|TOPIC #LONG
403 one \*|MODE #LONG +b
403 one \*|PART #LONG
403 one \*|INVITE one #LONG
403 one \*|KNOCK #LONG
403 one \*|KICK #LONG one
406 one \*|WHOWAS LONG
369 one \*|-
408 one \*|SQUERY LONG a
410 one \*|CAP LONG
421 one \*|LONG
432 one \*|NICK LONG
476 one \*|JOIN #LONG
524 one \*|HELP LONG
315 one \*|WHO LONG
366 one \*|NAMES #LONG
365 one \*|LINKS LONG
235 one \* a|SERVLIST LONG a
FAIL METADATA INVALID_TARGET \*|METADATA LONG GET a
FAIL METADATA KEY_INVALID \*|METADATA * SET LONG
FAIL METADATA SUBCOMMAND_INVALID \*|METADATA * LONG
FAIL REDACT INVALID_TARGET \*|REDACT LONG a
FAIL MARKREAD INVALID_PARAMS \*|MARKREAD #x timestamp=LONG
FAIL RENAME CANNOT_RENAME #x \*|RENAME #x #LONG
END
    send_bytes one "$long\\0377\\r\\n"
    expect_next one ':irc.example.org FAIL * INVALID_UTF8 :Message rejected, your IRC software must use UTF-8 here'
    send one "UNKLINE $long" "KLINE $long"
    expect_next one ':irc.example.org NOTICE one :*** * is not banned'
    expect_next one -e ' NOTICE one :\*\*\* \* cannot be banned: use .*'
}

@test "a list with nothing in it is answered as none" {
    enter one irc
    send one 'JOIN #x' 'NAMES :' 'NAMES ,' 'WHOIS ,' 'WHOWAS ,' 'PRIVMSG , :hello' 'NOTICE , :hello' 'KICK #x ,' 'KICK ,, one'
    expect one -e ' 366 one #x :'
    expect_next one ':irc.example.org 366 one * :End of NAMES list'
    expect_next one ':irc.example.org 366 one * :End of NAMES list'
    expect_next one ':irc.example.org 431 one :No nickname given'
    expect_next one ':irc.example.org 431 one :No nickname given'
    expect_next one ':irc.example.org 411 one :No recipient given (PRIVMSG)'
    expect_next one ':irc.example.org 461 one KICK :Not enough parameters'
    expect_next one ':irc.example.org 461 one KICK :Not enough parameters'
    enter two plain
    send two 'WHOIS ,'
    expect two '[server] that names nobody: WHO shows who is here'
}

@test "STATS counts time and commands; bans and operators are for operators" {
    enter one irc
    send one 'STATS u' 'TIME' 'STATS m' 'STATS k' 'STATS o' 'STATS c' 'STATS' 'STATS u elsewhere'
    expect_next one -e '^:irc.example.org 242 one :Server Up 0 days 0:0[0-9]:[0-9]{2}$'
    expect_next one ':irc.example.org 219 one u :End of STATS report'
    expect one ':irc.example.org 212 one TIME 1'
    expect one ':irc.example.org 219 one m :End of STATS report'
    expect_next one -e ' 481 one :'
    expect_next one -e ' 219 one k :'
    expect_next one -e ' 481 one :'
    expect_next one -e ' 219 one o :'
    expect_next one -e ' 219 one c :'
    expect_next one -e ' 461 one STATS :'
    expect_next one -e ' 402 one elsewhere '
    make_operator one
    send one 'STATS o' 'STATS i'
    expect one ':irc.example.org 243 one O *@* * root'
    expect one -e ' 215 one I '
}

@test "a server alone has no links and cannot connect to others" {
    enter one irc
    send one 'LINKS' 'LINKS nowhere*' 'CONNECT elsewhere' 'SQUIT elsewhere' 'CONNECT' 'SUMMON one' 'USERS'
    expect_next one ':irc.example.org 364 one irc.example.org irc.example.org :0 Our server'
    expect_next one ':irc.example.org 365 one * :End of LINKS list'
    expect_next one ':irc.example.org 365 one nowhere* :End of LINKS list'
    expect_next one -e ' 481 one :'
    expect_next one -e ' 481 one :'
    expect_next one -e ' 461 one CONNECT :'
    expect_next one -e ' 445 one :'
    expect_next one -e ' 446 one :'
    make_operator one
    send one 'CONNECT elsewhere'
    expect one ':irc.example.org 402 one elsewhere :No such server'
}

@test "TRACE shows oneself, and operators everybody" {
    enter one irc
    enter two irc
    send one 'TRACE' 'TRACE two' 'TRACE nobody'
    expect_next one ':irc.example.org 205 one User users one'
    expect_next one -e ' 262 one irc.example.org '
    expect_next one ':irc.example.org 205 one User users two'
    expect_next one -e ' 262 '
    expect_next one -e ' 402 one nobody :'
    make_operator one
    send one 'TRACE'
    expect one ':irc.example.org 204 one Oper users one'
    expect_next one ':irc.example.org 205 one User users two'
}

@test "HELP knows every command, and says if it does not know" {
    enter one irc
    send one 'HELP' 'HELP privmsg' 'HELP nonsense' 'HELP :two words' 'HELPOP WHOIS'
    expect_next one -e ' 704 one \* :'
    expect_next one ':irc.example.org 705 one * :'
    expect one -e ' 706 one \* :'
    expect_next one -e ' 704 one PRIVMSG :PRIVMSG '
    expect_next one -e ' 705 one PRIVMSG :$'
    expect_next one -e ' 706 one PRIVMSG :'
    expect_next one -e ' 524 one nonsense :'
    expect_next one -e ' 524 one \* :'
    expect_next one -e ' 704 one WHOIS :'
}

@test "LUSERS counts, MOTD answers for this server only" {
    enter one irc
    enter two plain
    send one 'MODE one +i' 'JOIN #x' 'LUSERS' 'LUSERS * elsewhere' 'MOTD' 'MOTD elsewhere'
    expect one ':irc.example.org 251 one :There are 1 users and 1 invisible on 1 servers'
    expect_next one ':irc.example.org 252 one 0 :operators online'
    expect_next one -e ' 253 one 0 :'
    expect_next one -e ' 254 one 2 :'
    expect_next one -e ' 255 one :I have 2 clients and 0 servers'
    expect_next one -e ' 265 one 2 2 :'
    expect_next one -e ' 266 one 2 2 :'
    expect_next one -e ' 402 one elsewhere '
    expect_next one -e ' 422 one '
    expect_next one -e ' 402 one elsewhere '
}

@test "an answer of a thousand lines comes whole and in order" {
    enter one irc
    local i
    for i in {1..40}; do
        enter "c$i" irc
        send "c$i" 'JOIN #big'
        expect "c$i" -e ' 366 '
    done
    for _ in {1..25}; do
        send one 'WHO #big'
    done
    for _ in {1..25}; do
        expect one -e ' 315 one #big '
    done
    [[ $(transcript one | grep -c ' 352 one #big ') == 1000 ]]
}

@test "there are no services, and that is said" {
    enter one irc
    send one 'SERVLIST' 'SERVLIST *.net 2' 'SQUERY' 'SQUERY dict' 'SQUERY dict :define word'
    expect_next one ':irc.example.org 235 one * * :End of service listing'
    expect_next one ':irc.example.org 235 one *.net 2 :End of service listing'
    expect_next one ':irc.example.org 411 one :No recipient given (SQUERY)'
    expect_next one ':irc.example.org 412 one :No text to send'
    expect_next one ':irc.example.org 408 one dict :No such service'
}

@test "texts of the configuration are UTF-8 for all, whatever they were written in" {
    daemon_stop
    printf '\357\273\277caf\351 \2005\nna\357vet\351\n' >"$BATS_TEST_TMPDIR/motd"
    printf 'r\350gles\n' >"$BATS_TEST_TMPDIR/rules"
    printf 'd\303\251j\303\240 \351\n' >"$BATS_TEST_TMPDIR/welcome"
    daemon_start -o "motd $BATS_TEST_TMPDIR/motd" -o "rules $BATS_TEST_TMPDIR/rules" -o 'server-name irc.example.org' \
        -o $'server-description Chat de la facult\xe9' -o $'admin Universit\xe9' -o $'admin Zo\xeb' -o 'admin a@b' \
        -o $'network-name R\xe9seau' -o "operator"$' Zo\xeb '"$SECRET" -o "welcome $BATS_TEST_TMPDIR/welcome" \
        -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    open one irc
    send one 'NICK one' 'USER one 0 * :one'
    expect one ':irc.example.org 001 one :Welcome to the Réseau network, one!~one@127.0.0.1'
    expect one -e ' 005 one NETWORK=Réseau '
    expect one ':irc.example.org 372 one :- café €5'
    expect_next one ':irc.example.org 372 one :- naïveté'
    send one 'RULES' 'ADMIN' 'WHOIS one' 'OPER Zoë secret'
    expect one ':irc.example.org 232 one :- règles'
    expect one ':irc.example.org 257 one :Université'
    expect_next one ':irc.example.org 258 one :Zoë'
    expect one ':irc.example.org 312 one one irc.example.org :Chat de la faculté'
    expect one -e ' 381 '
    expect one -e ' is now an operator \(Zoë\)$'
    open two plain
    expect_next two $'[server] d\xc3\xa9j\xc3\xa0 \xef\xbf\xbd'
    expect_next two '[server] café €5'
}

@test "lines of MOTD, RULES and ADMIN that are too long for a message become several, between words or characters" {
    daemon_stop
    local words long
    words=$(printf 'word%03d ' {1..120})
    long=$(printf 'é%.0s' {1..400})
    printf '%s\n\n%s\nend\n' "$words" "$long" >"$BATS_TEST_TMPDIR/motd"
    daemon_start -o "motd $BATS_TEST_TMPDIR/motd" -o "rules $BATS_TEST_TMPDIR/motd" -o 'server-name irc.example.org' \
        -o "admin $words" -o 'admin b' -o 'admin c' -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    open one irc
    send one 'NICK one' 'USER one 0 * :one'
    expect one -e ' 375 '
    expect_next one -e '^.{,480} :- (word[0-9]{3} )+word060$'
    expect_next one -e '^.{,480} :- word061 (word[0-9]{3} )+word120 ?$'
    expect_next one ':irc.example.org 372 one :- '
    expect_next one -e '^:irc\.example\.org 372 one :- (é){241}$'
    expect_next one -e '^:irc\.example\.org 372 one :- (é){159}$'
    expect_next one ':irc.example.org 372 one :- end'
    send one 'RULES' 'ADMIN'
    expect one -e ' 309 '
    expect one -e ' 257 one :word001 '
    expect_next one -e ' 257 one :.*word120 ?$'
    expect_next one ':irc.example.org 258 one :b'
    open two plain
    expect two -e '^\[server\] word001 (word[0-9]{3} )+word120 ?$'
    expect_next two '[server] '
    expect_next two "[server] $long"
}
