#!/usr/bin/env bats
# The web door: requests of HTTP, and IRC by WebSocket.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/netns

DAEMON_DOORS="plain irc web"
BRIDGES=()

setup() {
    requires python3 curl
}

teardown() {
    client_teardown
    for pid in "${BRIDGES[@]}"; do
        kill "$pid" 2>/dev/null || :
        wait "$pid" || :
    done
    daemon_teardown
    lan_close
}

# bridge NAME [PROTOCOL]: from now on NAME is a door by which lines are messages of WebSocket.
bridge() {
    local port=$BATS_TEST_TMPDIR/bridge.$1
    python3 "$BATS_TEST_DIRNAME/lib/websocket.py" bridge "$PORT_WEB" "${@:2}" >"$port" 2>"$port.log" 3>&- &
    BRIDGES+=($!)
    wait_until test -s "$port"
    PORT[$1]=$(<"$port")
}

# What curl says of a request: its arguments, behind the address.
ask() {
    run -0 patiently curl -sS -i -m 60 "$@" 3>&-
    output=${output//$'\r'/}
}

# The status of an answer to these bytes; "" if the connection just ends.
answer() {
    printf '%b' "$1" | exchange web | tr -d '\r' >"$BATS_TEST_TMPDIR/answer"
    head -n 1 "$BATS_TEST_TMPDIR/answer" | sed -nE 's/^HTTP\/1\.1 ([0-9]+) .*/\1/p'
}

no_worker() {
    daemon_pids '^forkchatd: worker' || return 0
    return 1
}

@test "people at the web door, the irc door and netcat are in one room" {
    daemon_start
    bridge socket text.ircv3.net
    enter toto socket
    enter tutu irc
    enter tata plain
    send toto 'JOIN #a'
    expect toto -e ' 366 toto #a '
    send tutu 'JOIN #a'
    expect toto ':tutu!~tutu@127.0.0.1 JOIN #a'
    send tata 'JOIN #a' 'MSG hello from nc'
    expect toto ':tata!plain@127.0.0.1 PRIVMSG #a :hello from nc'
    send toto 'PRIVMSG #a :hello from a socket'
    expect tata '[toto] hello from a socket'
    expect tutu ':toto!~toto@127.0.0.1 PRIVMSG #a :hello from a socket'
    send toto 'QUIT :that is all'
    expect toto -e '^ERROR :Closing Link'
    expect toto 'CLOSE 1000'
    expect_end toto
    expect tutu ':toto!~toto@127.0.0.1 QUIT :Quit: that is all'
}

@test "with binary.ircv3.net messages are bytes, and what the client prefers is spoken" {
    daemon_start
    bridge bytes 'binary.ircv3.net'
    enter toto bytes
    send toto 'PING :é'
    expect toto -e 'PONG .* :?é$'
    local handshake='Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
    local rows=('binary.ircv3.net, text.ircv3.net' 'binary.ircv3.net' 'text.ircv3.net,binary.ircv3.net' 'text.ircv3.net'
        'other, text.ircv3.net' 'text.ircv3.net' 'text.ircv3.nets' '')
    for ((i = 0; i < ${#rows[@]}; i += 2)); do
        [[ $(answer "GET /x HTTP/1.1\r\nHost: localhost\r\n${handshake}Sec-WebSocket-Protocol: ${rows[i]}\r\n\r\n") == 101 ]]
        [[ $(sed -n 's/^Sec-WebSocket-Protocol: //p' "$BATS_TEST_TMPDIR/answer") == "${rows[i + 1]}" ]]
    done
}

@test "every frame that RFC 6455 allows is taken, and every other has its close code" {
    daemon_start -o 'flood off'
    run -0 patiently python3 "$BATS_TEST_DIRNAME/lib/websocket.py" frames "$PORT_WEB" 3>&-
    [[ $output =~ ^[0-9]+\ rows$ ]]
    ((${output% rows} > 150))
}

@test "what is no request for the door has a clear answer" {
    daemon_start
    local rows=(
        'GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n' 404
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello' 405
        'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello' 400
        'GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' 400
        'GET / HTTP/1.1\r\n\r\n' 400
        'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n' 400
        'GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n folded\r\n\r\n' 400
        'GET / HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n' 400
        'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n' 421
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' 505
        '\x16\x03\x01\x02\x00\x01\x00' 400
        'NICK toto\r\nUSER toto 0 * :toto\r\n' 400
        '\0\0\0\0' 400
        'GET / HTTP/1.1\r\nHost: localhost\r\n' ''
        '' '')
    for ((i = 0; i < ${#rows[@]}; i += 2)); do
        echo "${rows[i]}"
        [[ $(answer "${rows[i]}") == "${rows[i + 1]}" ]]
    done
    local large
    printf -v large '%9000s' ''
    [[ $(answer "GET / HTTP/1.1\r\nHost: localhost\r\nA: ${large// /a}\r\n\r\n") == 431 ]]
    [[ $(answer "GET /${large// /a} HTTP/1.1\r\nHost: localhost\r\n\r\n") == 414 ]]
    wait_until no_worker
    ! grep -a 'client connected' "$DAEMON_LOG"
}

@test "a handshake that is not in order is refused, and says how it would be" {
    daemon_start -o 'web-origin friend.example'
    local good='Host: localhost:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    local key='Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' version='Sec-WebSocket-Version: 13\r\n'
    [[ $(answer "GET / HTTP/1.1\r\n$good$key\r\n") == 426 ]]
    grep -x 'Sec-WebSocket-Version: 13' "$BATS_TEST_TMPDIR/answer"
    [[ $(answer "GET / HTTP/1.1\r\n$good${key}Sec-WebSocket-Version: 8\r\n\r\n") == 426 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$version\r\n") == 400 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good${version}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n\r\n") == 400 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$key$version$key\r\n") == 400 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$key${version}Origin: http://evil.example\r\n\r\n") == 403 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$key${version}Origin: http://localhost:2\r\n\r\n") == 403 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$key${version}Origin: http://localhost:1\r\n\r\n") == 101 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$key${version}Origin: https://friend.example\r\n\r\n") == 101 ]]
    [[ $(answer "GET / HTTP/1.1\r\n$good$key$version\r\n") == 101 ]]
}

@test "frames may come with the handshake, and in any pieces" {
    daemon_start
    open raw web
    local handshake='GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
    # NICK raw, under a mask of zeros
    send_bytes raw "$handshake"'\x81\x88\0\0\0\0NI'
    expect raw 'HTTP/1.1 101 Switching Protocols'
    send_bytes raw 'CK r'
    send_bytes raw 'aw\x81\x90\0\0\0\0USER raw 0 * :ra\x88\x80\0\0\0\0'
    expect_log '^client disconnected "raw"'
    expect_end raw
}

@test "who says nothing at the web door is told after ten seconds, and nobody else notices" {
    daemon_start
    enter toto plain
    open silent web
    open half web
    send_bytes half 'GET / HTTP/1.1\r\nHost: local'
    send toto 'WHO'
    expect toto '[server] toto'
    expect silent -e '^HTTP/1.1 408 '
    expect half -e '^HTTP/1.1 408 '
    expect_end silent
    expect_end half
}

@test "at the web door a full server says so in HTTP, and who was killed or put off sees the end" {
    daemon_start -o 'max-clients 2'
    bridge socket
    enter toto socket
    enter tutu socket
    wait_until eval '[[ $(answer "") == 503 ]]'
    grep -a 'full' "$BATS_TEST_TMPDIR/answer"
    ctl kick toto 'too loud'
    expect toto -e '^ERROR :Closing Link'
    expect toto 'CLOSE 1000'
    daemon_stop
    expect tutu 'CLOSE 1001'
    expect_end tutu
}

@test "a ban made while a client shakes hands holds for it" {
    daemon_start
    open raw web
    wait_until daemon_pids '^forkchatd: worker .*web'
    ctl ban 127.0.0.1
    send_bytes raw 'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
    expect raw 'HTTP/1.1 101 Switching Protocols'
    send_bytes raw '\x81\x88\0\0\0\0NICK raw\x81\x90\0\0\0\0USER raw 0 * :ra'
    expect_end raw
    [[ $(transcript raw) == *anned* ]]
}

@test "a door that nobody asked for is left out if its port is taken, one that was asked for is an error" {
    lan_open 1
    # shellcheck disable=SC2034 # for daemon_start
    local DAEMON_WRAP=(ip netns exec "$LAN-1") DAEMON_DOORS="" squatter
    ip netns exec "$LAN-1" nc -lk 127.0.0.1 7780 3>&- &
    squatter=$!
    wait_until ip netns exec "$LAN-1" nc -z 127.0.0.1 7780
    daemon_start "${DAEMON_UNCONFINED[@]}"
    grep -a 'warning: listen web \[::\]:7780: .* in use: going on without this door' "$DAEMON_LOG"
    [[ $(grep -ac '^listening' "$DAEMON_LOG") == 3 && -z ${PORT[web]:-} ]]
    kill -HUP "$DAEMON"
    expect_log 'configuration read again'
    daemon_stop
    DAEMON_WRAP=(env ip netns exec "$LAN-1")
    daemon_command -f "${DAEMON_UNCONFINED[@]}" -o 'listen web *:7780'
    run -69 patiently "${DAEMON_WRAP[@]}" "${DAEMON_COMMAND[@]}" 3>&-
    [[ $output == *'error: listen web [::]:7780: '*'in use: is another server running there?'* ]]
    kill "$squatter"
    wait "$squatter" || :
    daemon_start "${DAEMON_UNCONFINED[@]}"
    [[ ${PORT[web]} == 7780 ]]
    grep -ax '  http://10.9.0.1:7780/' "$DAEMON_LOG"
}
