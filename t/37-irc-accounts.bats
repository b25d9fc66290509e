#!/usr/bin/env bats
# Accounts at the irc door: SASL, REGISTER, NickServ, PASS, and what others are shown of them.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="talk irc"
load lib/daemon
load lib/client
load lib/control
load lib/irc

setup() {
    start_irc -o 'password-rounds 4096' -o 'penalty password off'
    ctl account add toto sesame >/dev/null
}

sasl() {
    requires python3
    run -0 python3 "$BATS_TEST_DIRNAME/lib/sasl.py" "${PORT[irc]}" "$@" 3>&-
}

encode() {
    printf '%b' "$1" | base64 -w0
}

# begin NAME: connects with SASL, not yet registered.
begin() {
    open "$1" irc
    send "$1" 'CAP REQ :sasl' "NICK $1" "USER $1 0 * :$1"
    expect "$1" -e 'ACK :sasl'
}

# plain NAME ACCOUNT PASSWORD
plain() {
    send "$1" 'AUTHENTICATE PLAIN'
    expect "$1" -e 'AUTHENTICATE \+$'
    send "$1" "AUTHENTICATE $(encode "\\0$2\\0$3")"
}

@test "SCRAM-SHA-256 with another implementation: in with the right password, out with a wrong one" {
    sasl scram toto sesame
    [ "$output" = in ]
    sasl scram TOTO Sesame sesame
    [ "$output" = $'out\nin' ]
    sasl scram nobody sesame
    [ "$output" = out ]
}

@test "an account that does not exist has a salt as well, which stays" {
    sasl same nobody
    local first=$output
    [[ $first =~ ^[A-Za-z0-9+/]{22}==\ 4096$ ]]
    daemon_stop
    start_irc -o 'password-rounds 4096'
    sasl same NOBODY
    [ "$output" = "$first" ]
    sasl same toto
    [ "$output" != "$first" ]
}

@test "PLAIN before registration, after it, and again" {
    begin tata
    plain tata toto sesame
    expect tata -e '^:irc\.example\.org 900 tata tata!~tata@127\.0\.0\.1 toto :'
    expect_next tata -e ' 903 tata :'
    send tata 'CAP END'
    expect tata -e ' 001 '
    plain tata toto sesame
    expect tata -e ' 903 '
    send tata 'NS LOGOUT'
    expect tata -e ' 901 '
    plain tata '' sesame
    expect tata -e ' 904 '
    plain tata toto sesame
    expect tata -e ' 903 '
}

@test "who is to be may be said, if it is who one is" {
    begin tata
    send tata 'AUTHENTICATE PLAIN' "AUTHENTICATE $(encode 'toto\0toto\0sesame')"
    expect tata -e ' 903 '
    send tata 'AUTHENTICATE PLAIN' "AUTHENTICATE $(encode 'root\0toto\0sesame')"
    expect tata -e ' 904 '
}

@test "the mechanisms are told from version 302 on, and for one that there is not" {
    open one irc
    send one 'CAP LS'
    expect one -e 'LS :.* sasl '
    send one 'CAP LS 302'
    expect one -e ' sasl=PLAIN,SCRAM-SHA-256 '
    send one 'AUTHENTICATE EXTERNAL'
    expect one -e ' 908 \* PLAIN,SCRAM-SHA-256 :'
    expect_next one -e ' 904 '
}

@test "an attempt is aborted by *, by the end of registration, and by what is too long" {
    local long
    begin tata
    send tata 'AUTHENTICATE PLAIN' 'AUTHENTICATE *'
    expect tata -e ' 906 '
    send tata 'AUTHENTICATE *'
    expect tata -e ' 906 '
    printf -v long '%0401d' 0
    send tata 'AUTHENTICATE PLAIN' "AUTHENTICATE $long"
    expect tata -e ' 905 '
    send tata 'AUTHENTICATE PLAIN'
    for _ in 1 2 3 4; do
        send tata "AUTHENTICATE ${long:1}"
    done
    expect tata -e ' 905 '
    send tata 'AUTHENTICATE PLAIN' 'AUTHENTICATE %%%%'
    expect tata -e ' 904 '
    send tata 'AUTHENTICATE PLAIN' 'CAP END'
    expect tata -e ' 906 '
    expect tata -e ' 001 '
}

@test "a password whose message fills a chunk, and a longer one" {
    local password
    password=$(printf 'x%.0s' {1..294})
    [ "${#password}" = 294 ]
    ctl account add tutu "$password"
    begin tata
    local text
    text=$(encode "\\0tutu\\0$password")
    [ "${#text}" = 400 ]
    send tata 'AUTHENTICATE PLAIN' "AUTHENTICATE $text" 'AUTHENTICATE +'
    expect tata -e ' 903 '
    password=$(printf 'x%.0s' {1..299})
    ctl account add titi "$password"
    text=$(encode "\\0titi\\0$password")
    send tata 'AUTHENTICATE PLAIN' "AUTHENTICATE ${text:0:400}" "AUTHENTICATE ${text:400}"
    expect tata -e ' 900 tata .* titi :'
}

@test "the third wrong password ends the connection, and the owner is not locked out" {
    begin tata
    for _ in 1 2 3; do
        plain tata toto wrong
        expect tata -e ' 904 '
    done
    expect tata -e '^ERROR :.*Too many wrong passwords'
    expect_end tata
    sasl plain toto sesame
    [[ $output == *" 900 "* ]]
    run ! grep -E 'sesame|wrong"' "$DAEMON_LOG"
}

@test "from elsewhere PLAIN is not offered, unless it is allowed" {
    daemon_stop
    start_irc -o 'listen irc 0.0.0.0:0' -o 'password-rounds 4096'
    local address
    address=$(ip -4 -o addr show scope global | sed -n 's/.* inet \([0-9.]*\).*/\1/p;q')
    [[ $address ]] || skip "no address but 127.0.0.1"
    run -0 nc -w 60 "$address" "${PORT[irc]}" < <(printf 'CAP LS 302\r\nAUTHENTICATE PLAIN\r\nQUIT\r\n') 3>&-
    [[ $output == *" sasl=SCRAM-SHA-256 "* && $output == *" 908 * SCRAM-SHA-256 :"* ]]
}

@test "REGISTER makes an account, before and after one comes in" {
    begin tata
    send tata 'REGISTER * * secret'
    expect tata -e ' 900 tata '
    expect_next tata -e '^:irc\.example\.org REGISTER SUCCESS tata :'
    send tata 'REGISTER other * secret'
    expect tata -e 'FAIL REGISTER ALREADY_AUTHENTICATED other :'
    enter titi irc
    send titi 'REGISTER TATA * secret' 'REGISTER titi * abc' 'REGISTER titi here secret' 'REGISTER 1x * secret'
    expect titi -e 'FAIL REGISTER ACCOUNT_EXISTS TATA :'
    expect_next titi -e 'FAIL REGISTER WEAK_PASSWORD titi :'
    expect_next titi -e 'FAIL REGISTER INVALID_EMAIL titi :'
    expect_next titi -e 'FAIL REGISTER BAD_ACCOUNT_NAME 1x :'
    send titi 'REGISTER titi titi@example.org secret' 'VERIFY titi 1234'
    expect titi -e 'REGISTER SUCCESS titi :'
    expect_next titi -e 'FAIL VERIFY INVALID_CODE titi :'
    open tutu irc
    send tutu 'REGISTER * * secret'
    expect tutu -e 'FAIL REGISTER NEED_NICK \* :'
}

@test "a nick that somebody has is no name for another's account" {
    enter tata irc
    enter titi irc
    send titi 'REGISTER tata * secret'
    expect titi -e 'FAIL REGISTER ACCOUNT_EXISTS tata :'
}

@test "register off and operators: others may not" {
    daemon_stop
    start_irc -o 'register operators' -o 'password-rounds 4096'
    enter titi irc
    send titi 'REGISTER titi * secret'
    expect titi -e 'FAIL REGISTER TEMPORARILY_UNAVAILABLE titi :accounts are made by operators'
    send titi 'OPER root secret' 'REGISTER titi * secret'
    expect titi -e 'REGISTER SUCCESS titi :'
}

@test "the nick of an account is its own: others are told, the owner gets it" {
    open tata irc
    send tata 'NICK toto' 'USER t 0 * :T'
    expect tata -e ' 433 \* toto :Nickname belongs to an account'
    send tata 'NICK tata'
    expect tata -e ' 001 tata '
    send tata 'NICK TOTO'
    expect tata -e ' 433 tata TOTO :'
    begin toto
    plain toto toto sesame
    send toto 'CAP END'
    expect toto -e ' 001 toto '
}

@test "who has not come in yet is in no owner's way" {
    open tata irc
    send tata 'CAP LS' 'NICK toto' 'USER t 0 * :T'
    expect tata -e 'LS :'
    sync_registering() { send tata 'PING x'; expect tata -e 'PONG'; }
    sync_registering
    open titi irc
    send titi 'CAP REQ :sasl' 'NICK titi' 'USER t 0 * :T'
    plain titi toto sesame
    expect titi -e ' 903 '
    send titi 'NICK toto' 'CAP END'
    expect titi -e ' 001 toto '
    send tata 'CAP END'
    expect tata -e ' 433 \* .* :Nickname belongs to an account'
}

@test "REGAIN and GHOST put out who has the nick" {
    enter tata irc
    send tata 'NS SET PROTECT no'
    expect tata -e 'not logged in'
    send tata 'PRIVMSG nickserv :IDENTIFY toto sesame'
    expect tata -e ' 900 '
    send tata 'NS SET PROTECT no'
    expect tata -e 'protect is no now'
    enter toto irc
    send tata 'NICKSERV REGAIN toto'
    expect toto -e '^ERROR :'
    expect_end toto
    expect tata -e '^:tata!.* NICK :?toto'
    expect tata -e '^:NickServ!.* NOTICE toto :you have your nick back'
    send tata 'NS GHOST other'
    expect tata -e 'not the nick of the account'
}

@test "others are told of it: account-notify, account-tag, extended-join, WHOIS, WHOX" {
    enter_with tata 'account-notify account-tag extended-join'
    enter_with titi ''
    send tata 'JOIN #x'
    expect tata -e ' 366 '
    send titi 'JOIN #x'
    expect tata -e '^:titi!.* JOIN #x \* :'
    send titi 'NS IDENTIFY toto sesame'
    expect tata -e '^@account=toto :titi!~titi@127\.0\.0\.1 ACCOUNT toto$'
    expect titi -e 'NickServ.* NOTICE titi :you are identified'
    expect_none titi -e ' ACCOUNT '
    send titi 'PRIVMSG #x :hello' 'PART #x' 'JOIN #x'
    expect tata -e '^@account=toto :titi!.* PRIVMSG #x :hello$'
    expect tata -e '^@account=toto :titi!.* JOIN #x toto :'
    send tata 'WHOIS titi' 'WHO titi %na'
    expect tata -e ' 330 tata titi toto :'
    expect tata -e ' 354 tata titi toto$'
    send titi 'NS LOGOUT'
    expect tata -e '^:titi!.* ACCOUNT \*$'
}

@test "modes for those with an account: +R and +M of channels, +R of users, masks of accounts" {
    enter tata irc
    enter titi irc
    send tata 'JOIN #x' 'MODE #x +R'
    expect tata -e 'MODE #x \+R$'
    send titi 'JOIN #x'
    expect titi -e ' 477 titi #x :'
    send tata 'MODE #x -R+M'
    expect tata -e 'MODE #x -R\+M$'
    send titi 'JOIN #x' 'PRIVMSG #x :hello'
    expect titi -e ' 404 titi #x :'
    send titi 'NS IDENTIFY toto sesame' 'PRIVMSG #x :hello again'
    expect tata -e ':titi!.* PRIVMSG #x :hello again'
    send tata 'MODE tata +R'
    expect tata -e 'MODE tata :?\+R'
    send titi 'PRIVMSG tata :with one' 'NS LOGOUT' 'PRIVMSG tata :without'
    expect tata -e 'PRIVMSG tata :with one'
    expect titi -e ' 531 titi tata :'
    send titi 'NS IDENTIFY toto sesame' 'PART #x'
    expect tata -e ' PART #x'
    send tata 'MODE #x +b a:TOTO' 'MODE #x +b a:to!to'
    expect tata -e 'MODE #x \+b a:TOTO$'
    expect tata -e ' 696 '
    send titi 'JOIN #x'
    expect titi -e ' 474 titi #x :'
    send titi 'NS LOGOUT' 'JOIN #x'
    expect titi -e ' 366 '
}

@test "PASS account:password logs in; a wrong one ends the connection; a server's password is another matter" {
    open tata irc
    send tata 'PASS toto:sesame' 'NICK tata' 'USER t 0 * :T'
    expect tata -e ' 900 tata '
    expect tata -e ' 001 tata '
    open titi irc
    send titi 'PASS toto:wrong' 'NICK titi' 'USER t 0 * :T'
    expect titi -e ' 464 '
    expect_end titi
    daemon_stop
    start_irc -o 'password-rounds 4096' -o "password $SECRET"
    open tutu irc
    send tutu 'PASS toto:sesame' 'NICK tutu' 'USER t 0 * :T'
    expect tutu -e ' 464 '
    expect_end tutu
}

@test "NickServ is nobody, whatever is said to it" {
    enter tata irc
    send tata 'NICK NickServ' 'NOTICE NickServ :IDENTIFY toto sesame' 'WHOIS NickServ' 'PRIVMSG NickServ :hello' \
        'PRIVMSG NickServ@irc.example.org :HELP' 'NS SET PASSWORD' 'NS INFO toto' 'NS DROP toto'
    expect tata -e ' 432 '
    expect_next tata -e ' 401 .*NickServ'
    expect tata -e 'NOTICE tata :that is no word of mine'
    expect_next tata -e 'NOTICE tata :REGISTER <password>'
    expect tata -e 'NOTICE tata :the account toto was made on 20'
    expect tata -e 'NOTICE tata :you are not logged in'
}

@test "a keeper that dies or stands still while somebody logs in is in nobody's way" {
    daemon_may 'keeper'
    begin tata
    kill -STOP "$(daemon_pid '^forkchatd: keeper')"
    send tata 'AUTHENTICATE PLAIN' "AUTHENTICATE $(encode '\0toto\0sesame')"
    enter titi irc
    send titi 'PING here'
    expect titi -e 'PONG .*here'
    expect tata -e ' 903 '
    kill -9 "$(daemon_pid '^forkchatd: keeper')"
    plain tata toto sesame
    expect tata -e ' 903 '
}

@test "irssi logs in with PLAIN, WeeChat with SCRAM-SHA-256" {
    requires irssi weechat-headless tmux
    load lib/irc-programs
    # shellcheck disable=SC2034 # for lib/irc-programs
    IRSSI_MORE='sasl_mechanism = "PLAIN"; sasl_username = "toto"; sasl_password = "sesame";'
    # shellcheck disable=SC2034 # for lib/irc-programs
    WEECHAT_MORE=(-r '/set irc.server_default.sasl_mechanism scram-sha-256' -r '/set irc.server_default.sasl_username tata'
        -r '/set irc.server_default.sasl_password sesame')
    ctl account add tata sesame
    start_irssi toto
    start_weechat tata
    enter titi irc
    here() {
        send titi "WHOIS $1"
        expect titi -e ' (318|401) '
        transcript titi | grep -q " 330 titi $1 $1 "
    }
    wait_until here toto
    wait_until here tata
    programs_stop
}
