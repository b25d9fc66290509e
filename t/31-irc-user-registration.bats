#!/usr/bin/env bats
# IRC: from a connection to a user. RFC 2812 section 3.1, Modern IRC client protocol.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

setup() {
    daemon_may '^forkchatd: warning: wrong password'
}

begin() {
    daemon_start -o "server-name irc.example.org" "$@"
}

@test "NICK and USER register in either order" {
    begin
    open one irc
    send one 'NICK toto' 'USER toto 0 * :To To'
    expect_next one ':irc.example.org 001 toto :Welcome to the forkchat network, toto!~toto@127.0.0.1'
    open two irc
    send two 'USER tutu 0 * :Tu Tu' 'NICK tutu'
    expect_next two ':irc.example.org 001 tutu :Welcome to the forkchat network, tutu!~tutu@127.0.0.1'
}

@test "a newcomer is told what the server is and how many are here" {
    begin -o 'network-name Example'
    open one irc
    send one 'NICK toto' 'USER toto 0 * :To To'
    expect_next one -e '^:irc\.example\.org 001 toto :Welcome to the Example network'
    expect_next one -e '^:irc\.example\.org 002 toto :Your host is irc\.example\.org, running forkchat '
    expect_next one -e '^:irc\.example\.org 003 toto :This server was started [A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} 20[0-9]{2} at '
    expect_next one -e '^:irc\.example\.org 004 toto irc\.example\.org forkchat-[0-9.]+ BRiosw [a-zA-Z]+'
    expect_next one -e '^:irc\.example\.org 005 toto .*NETWORK=Example.* :are supported by this server$'
    expect one -e ' 251 toto :There are 1 users and 0 invisible on 1 servers'
    expect one -e ' 255 toto :I have 1 clients'
    expect one -e ' 265 toto 1 1 :'
    expect one -e ' 266 toto 1 1 :'
    expect one -e ' 422 toto :'
}

@test "the most that ever were here stay counted when they have left" {
    begin
    enter one irc
    enter two irc
    send two 'QUIT'
    expect_end two
    send one 'LUSERS'
    expect one -e ' 265 one 1 2 :Current local users 1, max 2'
}

@test "before it has registered a client can do nothing else" {
    begin
    open one irc
    send one 'PRIVMSG toto :hello' 'JOIN #x'
    expect_next one ':irc.example.org 451 * :You have not registered'
    expect_next one ':irc.example.org 451 * :You have not registered'
}

@test "what is wrong with NICK or USER is said" {
    begin
    enter taken irc
    open one irc
    send one 'NICK' 'NICK :' 'NICK 1two' 'NICK a.b' 'NICK taken' 'NICK guest3' 'USER one' 'USER one 0 *' 'USER one 0 * :'
    expect_next one ':irc.example.org 431 * :No nickname given'
    expect_next one ':irc.example.org 431 * :No nickname given'
    expect_next one -e ' 432 \* 1two :'
    expect_next one -e ' 432 \* a\.b :'
    expect_next one -e ' 433 \* taken :'
    expect_next one -e ' 432 \* guest3 :'
    expect_next one -e ' 461 \* USER :'
    expect_next one -e ' 461 \* USER :'
    expect_next one -e ' 461 \* USER :'
    send one 'USER one 0 * :One' 'NICK one'
    expect_next one -e ' 001 one '
    send one 'USER one 0 * :One' 'PASS x'
    expect one ':irc.example.org 462 one :You may not register again'
    expect_next one ':irc.example.org 462 one :You may not register again'
}

@test "a nick may be as long as nick-length says" {
    begin -o 'nick-length 9'
    enter one irc
    send one 'NICK abcdefghi' 'NICK abcdefghij'
    expect one -e '^:one!~one@127.0.0.1 NICK :?abcdefghi$'
    expect_next one -e ' 432 abcdefghi abcdefghij :Nickname is too long \(at most 9'
    send one 'VERSION'
    expect one -e ' 005 abcdefghi .*NICKLEN=9( |$)'
}

@test "with a password only who knows it comes in" {
    begin -o "password $SECRET"
    open right irc
    send right 'PASS secret' 'NICK right' 'USER right 0 * :Right'
    expect_next right -e ' 001 right '
    open wrong irc
    send wrong 'PASS guess' 'NICK wrong' 'USER wrong 0 * :Wrong'
    expect_next wrong ':irc.example.org 464 wrong :Password incorrect'
    expect_next wrong 'ERROR :Closing Link: 127.0.0.1 (Bad password)'
    expect_end wrong
    open none irc
    send none 'NICK none' 'USER none 0 * :None'
    expect_next none ':irc.example.org 464 none :Password incorrect'
    expect_end none
}

@test "of several passwords the last one counts" {
    begin -o "password $SECRET"
    open one irc
    send one 'PASS guess' 'PASS' 'PASS secret' 'NICK one' 'USER one 0 * :One'
    expect_next one -e ' 461 \* PASS :'
    expect_next one -e ' 001 one '
}

# openssl passwd -6 -salt forkchat: 127 times the letter a
# shellcheck disable=SC2016
LONG_SECRET='$6$forkchat$B8UIx36eG7FF0EMUwOillcKhqSqMcZjEoPmbA8i.dUGqsbhlpkxVu3IdO4vKofnvUKE4aBF2bCqu3H6ozGpDv1'

@test "a long password is right as a whole, and not when it only begins so" {
    begin -o "password $LONG_SECRET"
    local long
    long=$(printf 'a%.0s' {1..127})
    open longer irc
    send longer "PASS ${long}a" 'NICK longer' 'USER longer 0 * :Longer'
    expect_next longer -e ' 464 longer :'
    expect_end longer
    open right irc
    send right "PASS $long" 'NICK right' 'USER right 0 * :Right'
    expect_next right -e ' 001 right '
}

@test "who does not register in time is sent away" {
    begin -o 'registration-timeout 1'
    open one irc
    send one 'NICK one'
    expect_next one 'ERROR :Closing Link: 127.0.0.1 (Registration timed out)'
    expect_end one
}

@test "who is silent is asked for a sign of life, and sent away if there is none" {
    begin -o 'ping-timeout 2'
    enter one irc
    expect one 'PING :irc.example.org'
    expect_next one 'ERROR :Closing Link: 127.0.0.1 (Ping timeout: 2 seconds)'
    expect_end one
}

@test "who answers the PING stays" {
    begin -o 'ping-timeout 2'
    enter one irc
    expect one 'PING :irc.example.org'
    send one 'PONG irc.example.org'
    expect_next one 'PING :irc.example.org'
}

@test "PING is answered with its token, and needs one" {
    begin
    enter one irc
    send one 'PING abc' 'PING :two words' 'PING' 'PING :'
    expect one ':irc.example.org PONG irc.example.org :abc'
    expect_next one ':irc.example.org PONG irc.example.org :two words'
    expect_next one -e ' 461 one PING :'
    expect_next one -e ' 409 one :No origin'
}

@test "a settings mistake is named" {
    run -78 "$FORKCHAT_BUILD/forkchatd" -t -c /dev/null -o 'nick-length 99' -o 'ping-timeout 1' -o 'registration-timeout 0' -o 'password plain'
    [[ $output == *"nick-length: expected"* ]]
    [[ $output == *"ping-timeout: expected"* ]]
    [[ $output == *"registration-timeout: expected"* ]]
    [[ $output == *"password: the password must be"* ]]
}

@test "others see how somebody left: with a text, without one, or without QUIT" {
    begin
    enter one irc
    enter two irc
    enter three irc
    enter four irc
    send one 'JOIN #x'
    sync one
    send two 'JOIN #x' 'QUIT :bye'
    expect one -e ' QUIT :Quit: bye$'
    send three 'JOIN #x' 'QUIT'
    expect one -e '^:three!.* QUIT :Quit: $'
    send four 'JOIN #x' 'PING :done'
    expect four -e ' PONG .*:done'
    close four
    expect one -e '^:four!.* QUIT :Connection (closed|lost)$'
}

@test "a line with a zero byte is refused, and said to be" {
    begin
    enter one irc
    send_bytes one 'PRIVMSG one :a\0b\r\nPRIVMSG one :c\r\n'
    expect_next one -e ' FAIL \* INVALID_BYTE :'
    expect_next one ':one!~one@127.0.0.1 PRIVMSG one :c'
}

@test "a line ends in CR, LF or CR LF, in whatever pieces they come, and CR LF is one end" {
    begin
    open cr irc
    send_bytes cr 'NICK cr\rUSER cr 0 * :cr\r'
    expect cr -e ' 422 cr :'
    send_bytes cr 'PING one\r'
    expect_next cr -e ' PONG .*:one$'
    send_bytes cr '\nPING two\n\rPING three\r\n\r\r\nPING four\r\rPI'
    expect_next cr -e ' PONG .*:two$'
    expect_next cr -e ' PONG .*:three$'
    expect_next cr -e ' PONG .*:four$'
    send_bytes cr 'NG five\r'
    expect_next cr -e ' PONG .*:five$'
    send_bytes cr "PING $(head -c 600 /dev/zero | tr '\0' y)\rPING six\r"
    expect_next cr -e ' 417 cr :'
    expect_next cr -e ' PONG .*:six$'
}

@test "USER asks for modes to begin with" {
    begin
    open one irc
    send one 'NICK one' 'USER one 8 * :One'
    expect one -e ' 266 one '
    expect_next one ':irc.example.org 221 one +i'
    expect_next one -e ' 422 one :'
    open two irc
    send two 'USER two 12 * :Two' 'NICK two'
    expect two ':irc.example.org 221 two +iw'
    open three irc
    send three 'NICK three' 'USER three host.example.org irc.example.org :Three' 'MODE three' 'LUSERS' 'WHO *'
    expect three ':irc.example.org 221 three +'
    expect_next three ':irc.example.org 251 three :There are 1 users and 2 invisible on 1 servers'
    expect three -e ' 352 three '
    expect_next three -e ' 315 three '
}

@test "a user name of which nothing can be shown becomes another" {
    begin
    open one irc
    send one 'NICK one' 'USER @:! 0 * :One' 'WHO one'
    expect one ':irc.example.org 352 one * ~user 127.0.0.1 irc.example.org one H :0 One'
}
