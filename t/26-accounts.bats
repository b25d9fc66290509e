#!/usr/bin/env bats
# Accounts of people, at the doors for them.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/control

setup() {
    daemon_start -o 'password-rounds 4096' -o 'flood off' -o 'penalty password off'
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "who registers is logged in, and the nick is theirs" {
    open one talk
    send one '/register Toto open sesame'
    expect one '[server] you are logged in as Toto'
    expect_next one '[server] you are now Toto'
    expect_next one '[server] the account was made, and you are logged in to it'
    send one '/account'
    expect one -e '^\[server\] your account Toto was made on 20.*; protect is yes, always-on is no$'
    open two plain
    send two 'NICK toto'
    expect two -e '\[server\] the nick toto is taken'
    send one 'stop'
    expect_end one
    send two 'NICK toto'
    expect two '[server] the nick toto belongs to an account: LOGIN toto <password> if it is yours'
    send two 'LOGIN toto wrong' 'LOGIN toto open sesame'
    expect two '[server] wrong account or password'
    expect two '[server] you are logged in as Toto'
    expect_next two '[server] you are now Toto'
}

@test "logging in keeps the nick that one has" {
    ctl account add toto secret
    enter tata plain
    send tata 'LOGIN toto secret' 'WHO'
    expect tata '[server] you are logged in as toto'
    expect_next tata '[server] tata'
    send tata 'LOGOUT' 'LOGOUT' 'ACCOUNT'
    expect tata '[server] you are logged out'
    expect tata '[server] you are not logged in'
    expect tata '[server] you are not logged in to an account'
}

@test "an account is changed by who is logged in to it" {
    enter toto talk
    enter tata talk
    send toto '/register toto secret' '/account protect no' '/account password abc' '/account password another' \
        '/account dance yes' '/account drop' '/account drop tata'
    expect toto '[server] protect is no now'
    expect_next toto '[server] a password has at least 4 characters'
    expect_next toto '[server] the password was changed'
    expect_next toto -e '^\[server\] what can be set is: protect'
    expect_next toto -e '^\[server\] to remove your account for good, say its name'
    expect_next toto -e '^\[server\] to remove your account for good, say its name'
    send tata '/login toto secret' '/login toto another'
    expect tata '[server] wrong account or password'
    expect tata '[server] you are logged in as toto'
    send toto '/account drop toto'
    expect toto '[server] you are logged out'
    expect_next toto '[server] the account was removed'
    run -0 ctl account list
    [ "${#lines[@]}" = 1 ]
}

@test "the third wrong password ends the connection" {
    ctl account add toto secret
    enter tata plain
    send tata 'LOGIN toto a' 'LOGIN nobody b' 'LOGIN toto c'
    expect tata '[server] too many wrong passwords: the connection ends'
    expect_end tata
}

@test "a password is said to nobody, even where it was mistyped, and is in no log" {
    enter toto talk
    enter tata talk
    send toto 'login toto xyzzy1' ' /login toto xyzzy2' 'register toto xyzzy3' '/regster toto xyzzy4' \
        '/lgoin toto xyzzy5' '@nickserv identify xyzzy6' '/msg nickserv set password xyzzy7' 'identify xyzzy8'
    expect toto '[server] that looks like a password: it was said to nobody (commands begin with /)'
    send toto 'login is what I do' 'done'
    expect tata '(toto) login is what I do'
    expect tata '(toto) done'
    run ! grep xyzzy <(transcript tata)
    run ! grep xyzzy "$DAEMON_LOG"
    run ctl crash last
    run ! grep xyzzy <<<"$output"
}

@test "NickServ answers people as well" {
    enter toto talk
    send toto '@NickServ register sesame' '/msg nickserv info toto' '@nickserv logout' '@nickserv identify sesame'
    expect toto '[server] you are logged in as toto'
    expect_next toto '[NickServ] the account was made, and you are logged in to it'
    expect_next toto -e '^\[NickServ\] your account toto was made on 20'
    expect toto '[NickServ] you are logged out'
    expect toto '[NickServ] you are identified'
}

@test "others go on while somebody's password is checked laboriously" {
    daemon_stop
    daemon_start -o 'password-rounds 3000000' -o 'flood off'
    enter toto plain
    enter tata talk
    enter titi talk
    send toto 'REGISTER toto secret'
    send tata 'said meanwhile'
    expect titi '(tata) said meanwhile'
    expect toto '[server] the account was made, and you are logged in to it'
}
