#!/usr/bin/env bats
# IRC: what a user says of oneself: MODE, AWAY, SETNAME, bots, MONITOR; ISON and USERHOST.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

@test "a user's modes can be asked for and changed" {
    enter one irc
    send one 'MODE one' 'MODE one :' 'MODE one +iw' 'MODE one' 'MODE one -i+B-w' 'MODE one'
    expect one ':irc.example.org 221 one +'
    expect_next one ':irc.example.org 221 one +'
    expect_next one ':one!~one@127.0.0.1 MODE one :+iw'
    expect_next one ':irc.example.org 221 one +iw'
    expect_next one ':one!~one@127.0.0.1 MODE one :+B-iw'
    expect_next one ':irc.example.org 221 one +B'
}

@test "what changes nothing is not told, and an unknown mode is" {
    enter one irc
    send one 'MODE one -i' 'MODE one +iZ' 'MODE one +Z' 'MODE one'
    expect_next one ':one!~one@127.0.0.1 MODE one :+i'
    expect_next one ':irc.example.org 501 one :Unknown MODE flag'
    expect_next one ':irc.example.org 501 one :Unknown MODE flag'
    expect_next one ':irc.example.org 221 one +i'
}

@test "nobody becomes an operator by MODE" {
    enter one irc
    send one 'MODE one +os' 'MODE one'
    expect_next one ':irc.example.org 221 one +'
}

@test "other people's modes are none of one's business" {
    enter one irc
    enter two irc
    send one 'MODE two' 'MODE two +i' 'MODE nobody'
    expect_next one -e ' 502 one :'
    expect_next one -e ' 502 one :'
    expect_next one -e ' 401 one nobody :'
}

@test "a labeled MODE is answered with the change" {
    enter one irc
    send one 'CAP REQ :labeled-response batch' '@label=x MODE one +i'
    expect one '@label=x :one!~one@127.0.0.1 MODE one :+i'
}

@test "who writes to somebody away is told" {
    enter one irc
    enter two irc
    enter three plain
    send one 'AWAY :having tea'
    expect one ':irc.example.org 306 one :You have been marked as being away'
    send two 'PRIVMSG one :hello' 'NOTICE one :psst'
    expect two ':irc.example.org 301 two one :having tea'
    expect one ':two!~two@127.0.0.1 PRIVMSG one :hello'
    expect_none two -e ' 301 '
    send three '@one hello'
    expect three '[server] one is away: having tea'
    send one 'AWAY'
    expect one ':irc.example.org 305 one :You are no longer marked as being away'
    send two 'PRIVMSG one :there?'
    expect_none two -e ' 301 '
}

@test "people at other doors can be away as well" {
    enter one plain
    enter two irc
    send one 'AWAY gone fishing'
    expect one -e '^\[server\] you are away now'
    send two 'PRIVMSG one :hello'
    expect two ':irc.example.org 301 two one :gone fishing'
    send one 'AWAY'
    expect one '[server] you are no longer away'
}

@test "away-notify tells those in the same channel, and who comes in away" {
    enter one irc
    enter two irc
    enter three irc
    send two 'CAP REQ away-notify' 'JOIN #x'
    expect two -e ' 366 '
    send three 'JOIN #x'
    expect three -e ' 366 '
    send one 'AWAY :tea' 'JOIN #x'
    expect one -e ' 366 '
    expect two ':one!~one@127.0.0.1 JOIN #x'
    expect_next two ':one!~one@127.0.0.1 AWAY :tea'
    send one 'AWAY'
    expect two ':one!~one@127.0.0.1 AWAY'
    expect_none three -e ' AWAY'
    expect_none one -e '^:one.* AWAY'
}

@test "talk users see who is away in their channel" {
    enter one irc
    enter two talk
    send one 'JOIN #lobby' 'AWAY :tea'
    expect two '[server] one is away: tea'
    send one 'AWAY'
    expect two '[server] one is back'
}

@test "SETNAME changes the real name, for oneself and those in the same channel" {
    enter one irc
    enter two irc
    send two 'CAP REQ setname' 'JOIN #x'
    expect two -e ' 366 '
    send one 'CAP REQ setname' 'JOIN #x' 'SETNAME :Somebody Else'
    expect one ':one!~one@127.0.0.1 SETNAME :Somebody Else'
    expect two ':one!~one@127.0.0.1 SETNAME :Somebody Else'
    send two 'WHOIS one'
    expect two ':irc.example.org 311 two one ~one 127.0.0.1 * :Somebody Else'
}

@test "a real name that is empty or too long is refused" {
    enter one irc
    send one 'SETNAME :' "SETNAME :$(printf '%200s' x | tr ' ' x)" 'SETNAME'
    expect one -e '^:irc.example.org FAIL SETNAME INVALID_REALNAME :'
    expect_next one -e '^:irc.example.org FAIL SETNAME INVALID_REALNAME :'
    expect_next one -e ' 461 one SETNAME :'
}

@test "a bot is shown as one" {
    enter one irc
    enter two irc
    send one 'MODE one +B'
    expect one -e 'MODE one :\+B'
    send two 'CAP REQ message-tags' 'WHOIS one' 'WHO one'
    expect two -e ' 335 two one :is a bot on forkchat'
    expect two -e ' 352 two .* one HB :0 one'
    send one 'PRIVMSG two :beep'
    expect two -e '^@.*bot.* :one!~one@127.0.0.1 PRIVMSG two :beep'
}

@test "USERHOST shows up to five people" {
    enter one irc
    enter two irc
    enter three plain
    send two 'AWAY :tea'
    expect two -e ' 306 '
    send one 'USERHOST one TWO three nobody' 'USERHOST nobody' 'USERHOST' 'USERHOST a b c d e one'
    expect one ':irc.example.org 302 one :one=+~one@127.0.0.1 two=-~two@127.0.0.1 three=+plain@127.0.0.1'
    expect_next one ':irc.example.org 302 one :'
    expect_next one -e ' 461 one USERHOST :'
    expect_next one ':irc.example.org 302 one :'
}

@test "ISON shows who is here, in one word or many" {
    enter one irc
    enter two irc
    send one 'ISON one nobody TWO' 'ISON :two one' 'ISON nobody' 'ISON'
    expect one ':irc.example.org 303 one :one two'
    expect_next one ':irc.example.org 303 one :two one'
    expect_next one ':irc.example.org 303 one :'
    expect_next one -e ' 461 one ISON :'
}

@test "somebody without a name is guestN to IRC, and can be written to" {
    enter one irc
    open two plain
    expect two -e 'You are 127\.0\.0\.1:'
    send one 'ISON guest1 guest2'
    expect one -e ' 303 one :guest(1|2)$'
    local guest=guest${BASH_REMATCH[1]}
    send one "PRIVMSG $guest :hello"
    expect two '[one -> you] hello'
    send two '@one hi'
    expect one -e "^:$guest!plain@127.0.0.1 PRIVMSG one :hi"
}

@test "MONITOR tells who is here and who comes and goes" {
    enter one irc
    enter two irc
    send one 'MONITOR + two,three'
    expect one ':irc.example.org 730 one :two!~two@127.0.0.1'
    expect_next one ':irc.example.org 731 one :three'
    enter three irc
    expect_next one -e '^:irc\.example\.org 730 [^ ]+ :three!~three@127\.0\.0\.1$'
    send two 'NICK four'
    expect_next one -e '^:irc\.example\.org 731 [^ ]+ :two$'
    send two 'NICK two'
    expect_next one -e '^:irc\.example\.org 730 [^ ]+ :two!~two@127\.0\.0\.1$'
    send three 'QUIT'
    expect_next one -e '^:irc\.example\.org 731 [^ ]+ :three$'
    close two
    expect_next one -e '^:irc\.example\.org 731 [^ ]+ :two$'
}

@test "MONITOR sees people at every door, and a nick in another case is the same" {
    enter one irc
    send one 'MONITOR + TOTO'
    expect one ':irc.example.org 731 one :TOTO'
    enter toto plain
    expect_next one -e '^:irc\.example\.org 730 [^ ]+ :toto!plain@127\.0\.0\.1$'
    send toto 'NICK Toto'
    expect toto '[server] you are now Toto'
    expect_none one -e ' 73[01] '
}

@test "who registers in vain is not announced" {
    enter one irc
    send one 'MONITOR + two'
    expect one -e ' 731 one :two'
    open two irc
    send two 'NICK two' 'QUIT'
    expect_end two
    expect_none one -e ' 73[01] '
}

@test "extended-monitor tells what those on the list say of themselves, once" {
    enter_with one 'extended-monitor away-notify setname'
    enter_with two 'away-notify setname'
    enter three irc
    send one 'MONITOR + three' 'JOIN #x'
    send two 'MONITOR + three'
    expect one -e ' 366 '
    sync two
    send three 'AWAY :gone' 'SETNAME :New name'
    expect_next one ':three!~three@127.0.0.1 AWAY :gone'
    expect_next one ':three!~three@127.0.0.1 SETNAME :New name'
    send three 'JOIN #x' 'AWAY'
    expect_next one -e ' JOIN #x$'
    expect_next one ':three!~three@127.0.0.1 AWAY :gone'
    expect_next one ':three!~three@127.0.0.1 AWAY'
    expect_none two -e ' (AWAY|SETNAME) '
    expect_none one -e ' AWAY'
}

@test "a MONITOR list can be shown, shortened and cleared" {
    enter one irc
    send one 'MONITOR + two,one,two' 'MONITOR L' 'MONITOR S' 'MONITOR - two,nobody' 'MONITOR L' 'MONITOR C' 'MONITOR L'
    expect one -e ' 732 one :two,one$'
    expect_next one -e ' 733 one :'
    expect_next one -e ' 730 one :one!~one@127.0.0.1$'
    expect_next one -e ' 731 one :two$'
    expect_next one -e ' 732 one :one$'
    expect_next one -e ' 733 one :'
    expect_next one -e ' 733 one :'
    enter two irc
    expect_none one -e ' 730 '
}

@test "a MONITOR list has an end" {
    enter one irc
    local list
    list=$(printf ',a%d' {1..50})
    send one "MONITOR + ${list:1}"
    list=$(printf ',b%d' {1..52})
    send one "MONITOR + ${list:1}"
    expect one ':irc.example.org 734 one 100 b51,b52 :Monitor list is full'
    send one 'MONITOR + :c,d e' 'MONITOR +' 'MONITOR'
    expect_next one ':irc.example.org 734 one 100 * :Monitor list is full'
    expect one -e ' 461 one MONITOR :'
    expect_next one -e ' 461 one MONITOR :'
}

@test "a courier that is replaced still knows who watches whom, and their modes" {
    daemon_may 'courier .* died'
    enter one irc
    send one 'MONITOR + two'
    expect one -e ' 731 one :two'
    local pid
    for pid in $(daemon_pids 'courier'); do
        kill -9 "$pid"
    done
    enter two irc
    expect one -e ' 730 [^ ]+ :two!'
}

@test "an answer that does not fit on one line comes on several, and no word is cut" {
    local nick server i
    nick=$(printf '%63s' '' | tr ' ' n) server=$(printf '%59s' '' | tr ' ' s).org
    daemon_stop
    daemon_start -o 'flood off' -o 'nick-length 63' -o "server-name $server"
    enter "$nick" irc
    for i in {1..5}; do
        send "$nick" "JOIN #$(printf '%62s' '' | tr ' ' c)$i"
    done
    send "$nick" "ISON $nick $nick $nick $nick $nick $nick $nick" "USERHOST $nick $nick $nick $nick" 'ISON nobody' "WHOIS $nick"
    expect "$nick" -e "^:$server 303 $nick :$nick $nick $nick $nick $nick\$"
    expect_next "$nick" -e "^:$server 303 $nick :$nick $nick\$"
    expect_next "$nick" -e "^:$server 302 $nick :($nick=\+~n{18}@127.0.0.1 ?){3}\$"
    expect_next "$nick" -e "^:$server 302 $nick :$nick=\+~n{18}@127.0.0.1\$"
    expect_next "$nick" ":$server 303 $nick :"
    expect "$nick" -e "^:$server 319 $nick $nick :(@#c{62}[1-5] ?){4}\$"
    expect_next "$nick" -e "^:$server 319 $nick $nick :@#c{62}[1-5]\$"
}
