#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Names: which nicks and channels there can be in the letters of the world, so that nobody passes for somebody else.

load lib/daemon
load lib/client
load lib/irc

start() {
    DAEMON_DOORS='plain talk irc' daemon_start -o 'server-name irc.example.org' -o 'flood off' "$@"
}

setup() {
    : # each starts its own
}

@test "no nick can pass for the server, for those who are addressed, or for services, in brackets or out of them" {
    start
    enter toto plain
    enter tata talk
    enter titi irc
    local nick
    # shellcheck disable=SC2016
    for nick in server SERVER '[server]' '{server}' 'server[x]' 'x[server]' server_ '`server`' 'ser^ver' 's|erver' \
        you '[you]' all A11 aIl 'a|l' tous T0us NickServ ChanServ '[NickServ]' guest7 '[guest7]' guest7_ 'x{guest12}'; do
        send toto "NICK $nick"
        expect toto "[server] the nick $nick is reserved: try another"
        send tata "/NICK $nick"
        expect tata "[server] the nick $nick is reserved: try another"
        send titi "NICK $nick"
        expect titi ":irc.example.org 432 titi $nick :This nickname is reserved"
    done
    for nick in ALI Ali roy youri servet tousan a1 l1l guest; do
        send toto "NICK $nick"
        expect toto "[server] you are now $nick"
    done
}

@test "brackets in a nick stand in pairs, so that no line begins as if somebody else had said it" {
    start
    enter toto plain
    enter tata talk
    enter titi irc
    local nick
    for nick in 'server]' 'dan]' '[dan' 'dan}' '{' ']' '][' ']dan[' 'dan][x' 'a[[b]' 'a[b]]'; do
        send toto "NICK $nick"
        expect toto "[server] $nick cannot be a nick: brackets stand in pairs, as in [bot]"
        send tata "/NICK $nick"
        expect tata "[server] $nick cannot be a nick: brackets stand in pairs, as in [bot]"
        send titi "NICK $nick"
        expect titi -e ' 432 titi .* :Erroneous nickname: brackets stand in pairs$'
    done
    for nick in '[bot]' 'foo[away]' '{bot}' '[a][b]' '[]' 'a[b[c]]' '[x}'; do
        send toto "NICK $nick"
        expect toto "[server] you are now $nick"
    done
}

@test "a nick may be in the letters of any script" {
    start
    enter toto plain
    enter titi irc
    local nick
    for nick in zoé Zoë Åsa Łukasz мария-2 Ελένη 张伟 さくら カナ一 김민수 שלום دانا अजय สมชาย ნინო አበበ 'zoé[away]' Nguyễn ⴰⵎⴰⵢ ᏣᎳᎩ; do
        send toto "NICK $nick"
        expect toto "[server] you are now $nick"
        send titi "PRIVMSG $nick :x"
        expect toto '[titi -> you] x'
    done
    send titi 'NICK zoé'
    expect titi -e '^:titi!.* NICK :?zoé$'
    send toto '@zoé salut'
    expect titi -e '^:ᏣᎳᎩ!.* PRIVMSG zoé :salut$'
}

@test "the letters of a nick are of one script, are letters, and can be told apart" {
    start
    enter toto plain
    local nick
    for nick in pаypal tοto Аnna марияx 김あ dan٣٧ 'x́̂̃̄' zọ̣́; do
        [ "$nick" != dan٣٧ ] || nick=دانا٣۷
        send toto "NICK $nick"
        expect toto -e "^\[server\] $nick cannot be a nick: (its letters are of several scripts|use a letter, .*)$"
    done
    for nick in $'zo\xe2\x80\x8d\xc3\xa9' $'\xe2\x80\xaezo' ｄａｎ danǃuser danː ①x x❤ $'\xcc\x81x' ٣x $'x\xe3\x85\xa4' $'x\xef\xbf\xbd' $'x\xc2\xa0y' $'\xf0\x9d\x90\x9c'; do
        send toto "NICK $nick"
        expect toto -e '^\[server\] .* cannot be a nick: use a letter, '
    done
}

@test "a nick that looks like one in use is refused, in another script or another case" {
    start
    enter paypal plain
    enter zoe irc zoé
    enter maria plain мария
    enter toto plain
    enter titi irc
    local nick
    for nick in раураӏ ZOÉ z0é zοé МАРИЯ; do
        send toto "NICK $nick"
        expect toto -e "^\[server\] (the nick $nick looks like one that is taken: try another|zοé cannot be a nick: .*)$"
    done
    send titi 'NICK раураӏ'
    expect titi ':irc.example.org 433 titi раураӏ :Nickname looks like one that is in use'
    # The other way round, and ASCII against ASCII as ever.
    send titi 'NICK paypai' 'NICK рара'
    expect titi -e ' NICK :?paypai$'
    expect titi -e ' NICK :?рара$'
    send toto 'NICK papa'
    expect toto '[server] the nick papa looks like one that is taken: try another'
    # Somebody may change the case of their own.
    send zoe 'NICK ZoÉ'
    expect zoe -e ' NICK :?ZoÉ$'
}

@test "a name is the same however it is composed" {
    start
    enter toto plain
    enter titi irc
    send titi $'NICK zoe\xcc\x81'
    expect titi $':titi!~titi@127.0.0.1 NICK :zo\xc3\xa9'
    send toto $'@zoe\xcc\x81 hello'
    expect titi -e ' PRIVMSG .* :hello$'
    send toto $'NICK zoe\xcc\x81'
    expect toto $'[server] the nick zo\xc3\xa9 is taken: try another'
    send titi $'JOIN #cafe\xcc\x81'
    expect titi $':zo\xc3\xa9!~titi@127.0.0.1 JOIN #caf\xc3\xa9'
    send toto $'JOIN #caf\xc3\xa9' 'MSG bonjour'
    expect titi $':toto!plain@127.0.0.1 PRIVMSG #caf\xc3\xa9 :bonjour'
}

@test "masks find names however they are composed: bans, LIST, WHO, WHOIS" {
    start
    enter op irc
    enter titi irc zoé
    send op $'JOIN #cafe\xcc\x81' $'LIST #cafe\xcc\x81' $'LIST #c*e\xcc\x81' $'LIST !#cafe\xcc\x81' $'WHO zoe\xcc\x81*' $'WHO zoe\xcc\x81!*@*' $'WHOIS z*e\xcc\x81'
    expect op -e ' 322 op #café 1 :'
    expect op -e ' 322 op #café 1 :'
    expect op -e ' 321 '
    expect_next op -e ' 323 '
    expect op -e ' 352 op .* zoé H :'
    expect op -e ' 352 op .* zoé H :'
    expect op -e ' 311 op zoé '
    send op $'MODE #caf\xc3\xa9 +be zoe\xcc\x81 m:ze\xcc\x81' $'MODE #caf\xc3\xa9 b'
    expect op $':op!~op@127.0.0.1 MODE #café +be zoé!*@* m:zé!*@*'
    expect op -e ' 367 op #café zoé!\*@\* op '
    send titi $'JOIN #cafe\xcc\x81'
    expect titi -e ' 474 '
    send op $'MODE #caf\xc3\xa9 -b zoe\xcc\x81!*@*'
    expect op -e ' MODE #café -b zoé!\*@\*$'
    send titi $'JOIN #cafe\xcc\x81'
    expect titi -e ' 366 '
}

@test "CASEMAPPING is what it says: capitals beyond ASCII are other letters, but nobody else can have them" {
    start
    enter zoe irc zoé
    enter titi irc
    send titi 'VERSION' 'PRIVMSG ZOÉ :x' 'WHOIS ZOé'
    expect titi -e ' 005 titi .*CASEMAPPING=rfc1459 UTF8ONLY '
    expect titi -e ' 401 titi ZOÉ :'
    expect titi -e ' 311 titi zoé '
}

@test "nick-length counts bytes, as NICKLEN does" {
    start -o 'nick-length 9'
    enter toto plain
    send toto 'NICK ééééx' 'NICK ééééé' 'NICK 张伟张' 'NICK 张伟张x'
    expect toto '[server] you are now ééééx'
    expect toto '[server] the nick ééééé is too long: at most 9 bytes'
    expect toto '[server] you are now 张伟张'
    expect toto '[server] the nick 张伟张x is too long: at most 9 bytes'
}

@test "no channel has a name that cannot be seen" {
    start
    enter toto plain
    enter tata talk
    enter titi irc
    send titi 'JOIN #x'
    expect titi -e ' 366 '
    local name
    for name in $'#help\xe2\x80\x8b' $'#\xe2\x80\xae' $'#\xe3\x80\x80' $'#a\xc2\x85' $'#\xc2\x9b'$'1m' $'#\xc2\xa0' $'#a\xe2\x80\xa8'$'b' $'#\xef\xbb\xbf' $'#\xc2\xad' \
        $'#\xe3\x85\xa4' $'#\xe2\xa0\x80' $'#\xef\xbf\xbe' $'#\xef\xb7\x90' $'#\xee\x80\x80' $'#\xcd\xb8' $'#\xcc\x81' $'#x\xef\xb8\x8f' $'#\xf3\xa0\x81\x81' $'#a\x02'$'b' \
        $'#\xef\xbf\xbd' $'#\xe2\x81\xa7x'; do
        send titi "JOIN $name" "RENAME #x $name" 'PING fence'
        expect titi -e ' 476 titi '
        expect titi -e '^(:irc.example.org )?FAIL RENAME CANNOT_RENAME #x .* :This is not the name of a channel$'
        expect titi -e ' PONG '
        send toto "JOIN $name"
        expect toto -e '^\[server\] #.* cannot be a channel: use # and a word, as in #games$'
        send tata "/JOIN $name"
        expect tata -e '^\[server\] #.* cannot be a channel: use # and a word, as in #games$'
    done
    send_bytes toto 'JOIN #\0377\n'
    expect toto -e ' cannot be a channel: '
    for name in '#café' '#привет' '#日本' '#🎉' '#שלום' '#a!b~' '#❤'; do
        send toto "JOIN $name"
        expect toto "[server] you are now talking in $name"
    done
}

@test "a channel that looks like one there is cannot be made, in another script or another case" {
    start
    enter toto plain
    enter tata talk
    enter titi irc
    send titi 'JOIN #paypal,#école,#Iobby,#x'
    expect titi -e ' 366 titi #x '
    local name
    for name in '#lоbby' '#раураӏ' '#ÉCOLE' $'#E\xcc\x81cole' '#ӏоbbу'; do
        send titi "JOIN $name" "RENAME #x $name" 'PING fence'
        expect titi -e '^(:irc.example.org )?FAIL RENAME CANNOT_RENAME #x .* :The name looks like that of a channel there is$'
        send toto "JOIN $name"
        expect toto -e '^\[server\] the name #.* looks like that of a channel there is: LIST shows them$'
        send tata "/JOIN $name"
        expect tata -e '^\[server\] the name #.* looks like that of a channel there is: /LIST shows them$'
    done
    send titi 'JOIN #lоbby,#LOBBY'
    expect titi ':irc.example.org 437 titi #lоbby :The name looks like that of a channel there is'
    expect titi ':titi!~titi@127.0.0.1 JOIN #lobby'
    # ASCII against ASCII as ever, and what only shares some letters; one's own may change its case.
    send toto 'JOIN #1obby' 'JOIN #ecole' 'JOIN #рара'
    for name in '#1obby' '#ecole' '#рара'; do
        expect toto "[server] you are now talking in $name"
    done
    send titi 'RENAME #école #École'
    expect titi -e ' JOIN #École|RENAME #école #École'
    # Names are free again with their channels.
    send titi 'PART #paypal' 'JOIN #раураӏ'
    expect titi -e ' JOIN #раураӏ$'
}

@test "no text of others turns the direction of writing, ends a line, or drives a terminal; nor does the log's" {
    start -o "operator root $SECRET"
    enter toto plain
    enter tata talk
    local forged=$'a\xe2\x80\xae\xe2\x81\xa6 b\xe2\x80\xa8[server] c\xc2\x9b2J'
    open op irc
    send op 'NICK op' "USER op 0 * :$forged"
    expect op -e ' 422 '
    send toto 'JOIN #x' 'MODE -t'
    expect toto '[server] you are now talking in #x'
    sync toto
    send tata '/JOIN #x'
    expect tata '[server] you are now talking in #x'
    send op 'JOIN #x' "PRIVMSG #x :$forged" "TOPIC #x :$forged" \
        "AWAY :$forged"
    expect toto '[op] a b [server] c^[2J'
    expect tata '(op) a b [server] c^[2J'
    local name
    for name in toto tata; do
        expect "$name" '[server] op set the topic of #x: a b [server] c^[2J'
    done
    sync op
    send toto '@op hi' 'WHOIS op'
    expect toto '[server] op is away: a b [server] c^[2J'
    expect toto -e '^\[server\] op .*a b \[server\] c\^\[2J'
    send toto 'OPER root secret' "BAN 192.0.2.1 $forged"
    expect_log 'ban of .* by "toto" .*: a[?]+ b[?]+\[server\] c[?]+2J$'
    send op "QUIT :$forged"
    expect toto '[op] a b [server] c^[2J'
    close op
    expect_none toto -e $'\xe2\x80\xae'
    expect_none tata -e $'\xc2\x9b'
}

@test "texts of which nothing can be seen are no texts: no colon with nothing behind it" {
    start
    enter toto plain
    enter tata talk
    enter irc irc
    send irc 'JOIN #m' 'MODE #m -t'
    expect irc -e ' 366 '
    send toto 'JOIN #m'
    expect toto '[server] you are now talking in #m'
    send tata '/JOIN #m'
    expect toto '[server] tata joined #m'
    expect tata '[server] you are now talking in #m'
    local nothing
    for nothing in ' ' $'\x02\x02' $'\x0304,05' $' \x1f '; do
        send irc "TOPIC #m :$nothing" "AWAY :$nothing" "PART #m :$nothing" 'AWAY' 'JOIN #m'
        local name
        for name in toto tata; do
            expect "$name" '[server] irc cleared the topic of #m'
            expect_next "$name" '[server] irc is away'
            expect_next "$name" '[server] irc left #m'
            expect "$name" '[server] irc joined #m'
        done
    done
    send toto $'QUIT \x02'
    expect tata 'toto has left!'
}
