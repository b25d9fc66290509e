#!/usr/bin/env bats
# Clients behind proxies and gateways: their own addresses are shown, counted and banned; nobody can forge one.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control

# openssl passwd -6 -salt forkchat secret
# shellcheck disable=SC2016
SECRET='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'

# Of 127.0.0.1 the first of each door believes, the second does not.
begin() {
    daemon_start -o 'listen plain 127.0.0.1:0 proxy 127.0.0.1' -o 'listen irc 127.0.0.1:0 proxy 127.0.0.1 10.0.0.0/8' \
        -o 'listen web 127.0.0.1:0 proxy 127.0.0.1 10.0.0.0/8' -o 'listen talk 127.0.0.1:0' "$@"
}

teardown() {
    client_teardown
    daemon_teardown
}

# behind NAME DOOR HEADER: a connection that begins with these bytes.
behind() {
    open "$1" "$2"
    send_bytes "$1" "$3"
}

# The supervisor may notice only later that a worker has ended.
comes_in() {
    behind "$1" plain "$2"
    expect "$1" -e 'you are now|too many connections from'
    [[ ${BASH_REMATCH[0]} == you* ]] || { close "$1"; return 1; }
}

HANDSHAKE='Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
# NICK web, USER web 0 * :web, under a mask of zeros
WEB_ENTERS='\x81\x88\0\0\0\0NICK web\x81\x91\0\0\0\0USER web 0 * :web'

@test "version 1 of the PROXY protocol says where a client is, at every door" {
    begin
    behind toto plain 'PROXY TCP4 192.0.2.7 198.51.100.1 51116 7777\r\nNICK toto\n'
    expect toto '[server] you are now toto'
    expect_log '^client connected "192\.0\.2\.7:51116"$'
    behind tutu irc 'PROXY TCP6 2001:db8::7 ::1 1 6667\r\n'
    send tutu 'NICK tutu' 'USER tutu 0 * :tutu' 'WHOIS toto' 'WHOIS tutu'
    expect tutu -e ' 311 tutu toto plain 192\.0\.2\.7 '
    expect tutu -e ' 311 tutu tutu ~tutu 2001:db8::7 '
    behind web web 'PROXY TCP4 192.0.2.9 198.51.100.1 1 7780\r\n'"GET / HTTP/1.1\r\n$HANDSHAKE\r\n$WEB_ENTERS"
    expect_log '^client "192\.0\.2\.9:1" => "web"$'
}

@test "version 2 does the same, whatever else it says; LOCAL and UNKNOWN are the proxy itself" {
    begin
    local signature='\r\n\r\n\0\r\nQUIT\n'
    behind toto plain "$signature"'\x21\x11\0\x0f\xc0\0\2\7\xc6\x33\x64\1\xc7\xac\x1e\x61xyzNICK toto\n'
    expect toto '[server] you are now toto'
    expect_log '^client connected "192\.0\.2\.7:51116"$'
    behind tutu plain "$signature"'\x20\0\0\0NICK tutu\n'
    expect tutu '[server] you are now tutu'
    expect_log '^client connected "127\.0\.0\.1:[0-9]+"$'
    behind tata plain 'PROXY UNKNOWN\r\nNICK tata\n'
    expect tata '[server] you are now tata'
    expect_log '^client connected "127\.0\.0\.1:[0-9]+"$'
}

@test "a wrong header closes that connection alone, a missing one too, and none is believed where none is expected" {
    begin
    behind toto plain 'PROXY UNKNOWN\r\nNICK toto\n'
    expect toto '[server] you are now toto'
    local wrong
    for wrong in 'PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n' 'NICK evil\n' '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\1' 'GET / HTTP/1.1\r\n'; do
        behind evil plain "$wrong"
        expect_end evil
        [[ -z $(transcript evil) ]]
    done
    behind talker talk 'PROXY TCP4 192.0.2.7 198.51.100.1 51116 7777\r\nhello\r\n'
    expect_log '^client connected "127\.0\.0\.1:[0-9]+"$'
    expect_none toto -e evil
    run -1 grep -a '192\.0\.2\.7' "$DAEMON_LOG"
}

@test "a proxy that says nothing is closed in time, and holds nobody up" {
    begin
    open silent plain
    enter toto talk
    behind tutu plain 'PROXY UNKNOWN\r\nNICK tutu\n'
    expect tutu '[server] you are now tutu'
    expect_end silent
}

@test "X-Forwarded-For is read from the right, as far as proxies are listed" {
    begin
    behind web web "GET / HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\n${HANDSHAKE}X-Forwarded-For: 192.0.2.7, 10.1.2.3\r\n\r\n$WEB_ENTERS"
    expect_log '^client connected "192\.0\.2\.7:[0-9]+"$'
    # By PROXY protocol it is somebody who is no proxy: what that says is not believed.
    behind other web "PROXY TCP4 192.0.2.8 198.51.100.1 1 2\r\nGET / HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\n$HANDSHAKE\r\n$WEB_ENTERS"
    expect_log '^client connected "192\.0\.2\.8:1"$'
    behind third web "PROXY TCP4 10.1.1.1 198.51.100.1 1 2\r\nGET / HTTP/1.1\r\nX-Forwarded-For: [2001:db8::9]:5\r\n$HANDSHAKE\r\n$WEB_ENTERS"
    expect_log '^client connected "\[2001:db8::9\]:1"$'
    run -0 patiently curl -sS -o "$BATS_TEST_TMPDIR/page" -w '%{http_code}' --haproxy-protocol "http://localhost:$PORT_WEB/" 3>&-
    [[ $output == 200 ]]
    run -1 grep -a '6\.6\.6\.6' "$DAEMON_LOG"
}

@test "bans and limits are those of the client's own address" {
    begin -o 'max-clients-per-address 2'
    ctl ban 192.0.2.66 'begone'
    behind evil plain 'PROXY TCP4 192.0.2.66 198.51.100.1 1 2\r\n'
    expect evil -e 'you are banned: begone'
    expect_end evil
    behind web web "GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.66\r\n$HANDSHAKE\r\n"
    expect web 'HTTP/1.1 503 Service Unavailable'
    expect web 'you are banned: begone'
    local i
    for i in 1 2; do
        behind "one$i" plain "PROXY TCP4 192.0.2.1 198.51.100.1 $i 2\r\nNICK one$i\n"
        expect "one$i" "[server] you are now one$i"
    done
    behind one3 plain 'PROXY TCP4 192.0.2.1 198.51.100.1 3 2\r\n'
    expect one3 -e 'too many connections from your address'
    expect_end one3
    behind two plain 'PROXY TCP4 192.0.2.2 198.51.100.1 1 2\r\nNICK two\n'
    expect two '[server] you are now two'
    close one1
    expect_log '^client disconnected "one1"'
    wait_until comes_in again 'PROXY TCP4 192.0.2.1 198.51.100.1 4 2\r\nNICK again\n'
}

@test "a gateway says by WEBIRC whose client it brings, with the right password alone" {
    daemon_start -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0' -o "webirc $SECRET 127.0.0.1"
    behind toto irc 'WEBIRC secret gateway host.example 192.0.2.7\r\nNICK toto\r\nUSER toto 0 * :toto\r\n'
    send toto 'WHOIS toto'
    expect toto -e ' 311 toto toto ~toto 192\.0\.2\.7 '
    behind tutu irc 'WEBIRC secret gateway host.example :2001:db8::7 :secure\r\nNICK tutu\r\nUSER tutu 0 * :tutu\r\nWHOIS tutu\r\n'
    expect tutu -e ' 311 tutu tutu ~tutu 2001:db8::7 '
    behind evil irc 'WEBIRC wrong gateway host.example 192.0.2.7\r\n'
    expect evil 'ERROR :WEBIRC: wrong password'
    expect_end evil
    behind evil irc 'WEBIRC secret gateway host.example nonsense\r\n'
    expect evil 'ERROR :WEBIRC: that is no address'
    expect_end evil
    enter itself irc
    send itself 'WHOIS itself' 'WEBIRC secret gateway host.example 192.0.2.8'
    expect itself -e ' 311 itself itself ~itself 127\.0\.0\.1 '
    expect itself -e ' 421 itself WEBIRC '
}

@test "when the supervisor is another, who comes by a proxy comes in as before" {
    begin
    behind toto plain 'PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nNICK toto\n'
    expect toto '[server] you are now toto'
    kill -USR2 "$DAEMON"
    expect_log 'forkchatd'
    behind tutu plain 'PROXY TCP4 192.0.2.2 198.51.100.1 1 2\r\nNICK tutu\n'
    expect tutu '[server] you are now tutu'
    expect_log '^client connected "192\.0\.2\.2:1"$'
    send toto 'WHO'
    expect toto '[server] toto tutu'
}
