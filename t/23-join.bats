#!/usr/bin/env bats
# forkchatd -i: clients that another program brings: inetd, sshd, a script. With a socket of TCP, and without.
# What is set here is for lib/daemon and lib/client; names of clients are words.
# shellcheck disable=SC2034,SC2154
bats_require_minimum_version 1.5.0

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    BROUGHT=()
}

teardown() {
    local pid
    for pid in "${BROUGHT[@]}"; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    client_teardown
    daemon_teardown
}

# The words of a program that is to join this test's daemon at a door.
join() {
    patiently "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $DAEMON_RUN" "$@" 3>&-
}

# A port of 127.0.0.1 that nobody has.
free_port() {
    requires python3
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Who listens there is there.
is_open() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# bring PORT COMMAND …: listens there, and starts it for each who comes, as inetd does: with the socket for all three.
bring() {
    local port=$1
    shift
    cat >"$BATS_TEST_TMPDIR/inetd.py" <<'END'
import os, socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen(64)
while True:
    c, _ = s.accept()
    if os.fork() == 0:
        if os.fork() == 0:
            for fd in range(3):
                os.dup2(c.fileno(), fd)
            os.execv(sys.argv[2], sys.argv[2:])
        os._exit(0)
    os.wait()
    c.close()
END
    setsid python3 "$BATS_TEST_TMPDIR/inetd.py" "$port" "$@" </dev/null >/dev/null 2>&1 3>&- &
    BROUGHT+=("$!")
    wait_until is_open "$port"
}

@test "a script's lines join by a pipe, and what was sent before its end is answered" {
    daemon_start
    enter tutu plain
    run -0 join plain <<<$'NICK toto\nMSG hello\nQUIT bye'
    [[ $output == *'[server] you are now toto'* ]]
    expect tutu '[toto] hello'
    # Without QUIT, too: the end of the input is the end.
    run -0 join plain <<<$'NICK titi\nMSG and goodbye'
    [[ $output == *'[server] you are now titi'* ]]
    expect tutu '[titi] and goodbye'
}

@test "without a name the door is talk, and with one that or none" {
    DAEMON_DOORS='plain talk irc'
    daemon_start
    run -0 join <<<$'/nick toto\nhello'
    [[ $output == *'(toto) hello'* ]]
    run -0 join irc <<<$'NICK toto\r\nUSER t 0 * :t\r\nQUIT'
    [[ $output == *' 001 toto '* ]]
    run -64 join metrics
    [[ $output == *'no such door "metrics"'* ]]
    run -64 join control
    run -64 join plain talk
    [[ $output == *'"talk" is too much'* ]]
}

@test "inetd: the socket is handed over, the program ends, and the worker is as any other" {
    daemon_start
    local port
    port=$(free_port)
    bring "$port" "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $DAEMON_RUN" plain
    enter tutu plain
    enter tata plain
    open toto "$port"
    CLIENT_KIND[toto]=plain
    send toto 'NICK toto' 'MSG hello'
    expect tutu '[toto] hello'
    send tutu '@toto psst'
    expect toto -e 'psst'
    # Nobody stands between.
    wait_until none_stands_between
    run -0 worker_of toto
    crash_is_its_own toto
}

none_stands_between() {
    ! pgrep -f -- "^$FORKCHAT_BUILD/forkchatd -i -o runtime-directory $DAEMON_RUN"
}

# Its process can be killed as any other, and nobody else notices.
crash_is_its_own() {
    daemon_may "worker .* of $1 died: signal 9"
    kill -KILL "$(worker_of "$1")"
    expect_end "$1"
    expect tutu '[server] toto has left (server trouble)'
    send tutu 'MSG still here'
    expect tata '[tutu] still here'
}

@test "inetd: bans, limits and counts are of the client's own address" {
    requires nc
    daemon_start -o 'max-clients-per-address 1'
    local port
    port=$(free_port)
    bring "$port" "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $DAEMON_RUN" plain
    run -0 ctl ban 127.0.0.5
    run patiently nc -N -s 127.0.0.5 127.0.0.1 "$port" </dev/null
    [[ $output == '[server] you are banned'* ]]
    open toto "$port"
    CLIENT_KIND[toto]=plain
    expect toto -e 'You are 127.0.0.1:[0-9]+'
    run patiently nc -N -s 127.0.0.1 127.0.0.1 "$port" </dev/null
    [[ $output == *'too many connections from your address: close one first'* ]]
    run patiently nc -N -s 127.0.0.6 127.0.0.1 "$port" </dev/null
    [[ $output == *'Welcome to'* && $output == *'You are 127.0.0.6:'* ]]
}

@test "systemd's inetd, and socat's, bring clients" {
    requires socat systemd-socket-activate
    daemon_start
    local port
    port=$(free_port)
    systemd-socket-activate --inetd --accept -l "127.0.0.1:$port" "$FORKCHAT_BUILD/forkchatd" -i \
        -o "runtime-directory $DAEMON_RUN" plain </dev/null >/dev/null 2>&1 3>&- &
    BROUGHT+=("$!")
    wait_until is_open "$port"
    open toto "$port"
    CLIENT_KIND[toto]=plain
    send toto 'NICK toto'
    expect toto '[server] you are now toto'
    port=$(free_port)
    # Its program has a Unix socket, whose bytes are carried.
    printf '#!/bin/sh\nexec %q -i -o "runtime-directory %s" plain\n' "$FORKCHAT_BUILD/forkchatd" "$DAEMON_RUN" \
        >"$BATS_TEST_TMPDIR/plain"
    chmod +x "$BATS_TEST_TMPDIR/plain"
    socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" "EXEC:$BATS_TEST_TMPDIR/plain" </dev/null 2>/dev/null 3>&- &
    BROUGHT+=("$!")
    wait_until is_open "$port"
    open tata "$port"
    CLIENT_KIND[tata]=plain
    send tata 'NICK tata' 'MSG hello'
    expect toto '[tata] hello'
    send toto 'MSG hello too'
    expect tata '[toto] hello too'
    send toto 'QUIT'
    expect_end toto
}

@test "a client by ssh is of the host that ssh tells, if who brings it is trusted" {
    requires setpriv
    daemon_start
    export SSH_CONNECTION='203.0.113.9 51116 192.0.2.1 22'
    run -0 join plain <<<''
    [[ $output == *'You are 203.0.113.9:'* ]]
    export SSH_CONNECTION='2001:db8::9 51116 192.0.2.1 22'
    run -0 join plain <<<''
    [[ $output == *'You are [2001:db8::9]:'* ]]
    export SSH_CONNECTION='nonsense'
    run -0 join plain <<<''
    [[ $output == *'You are 127.0.0.1:'* ]]
    [[ $EUID == 0 ]] || skip "only root can be somebody else"
    # Somebody who may only enter the test's folders.
    export SSH_CONNECTION='203.0.113.9 51116 192.0.2.1 22'
    run -0 setpriv --reuid=4711 --regid=4711 --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search \
        "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $DAEMON_RUN" plain <<<''
    [[ $output == *'You are 127.0.0.1:'* ]]
}

@test "much goes both ways at once through a pipe" {
    daemon_start -o 'flood off'
    {
        echo 'NICK toto'
        local i
        for ((i = 0; i < 5000; i++)); do
            echo "MSG line $i with some text behind it so that it is longer than a word"
        done
        echo 'MSG the last'
        echo QUIT
    } >"$BATS_TEST_TMPDIR/much"
    join plain <"$BATS_TEST_TMPDIR/much" >"$BATS_TEST_TMPDIR/answers"
    [[ $(grep -c 'you are now toto' "$BATS_TEST_TMPDIR/answers") == 1 ]]
    enter tutu plain
    { echo 'NICK titi'; sed -n '2,5001p' "$BATS_TEST_TMPDIR/much"; } | join plain >"$BATS_TEST_TMPDIR/answers"
    expect tutu '[titi] line 0 with some text behind it so that it is longer than a word'
    for ((i = 1; i < 5000; i++)); do
        expect_next tutu "[titi] line $i with some text behind it so that it is longer than a word"
    done
}

@test "no server there: status 69 and a line that says where it was looked for" {
    mkdir "$BATS_TEST_TMPDIR/run"
    run -69 "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $BATS_TEST_TMPDIR/run" plain
    [[ $output == *"no forkchatd answers at $BATS_TEST_TMPDIR/run/arrivals: No such file or directory" ]]
    # Others could have put a mailbox there.
    chmod 777 "$BATS_TEST_TMPDIR/run"
    requires python3
    python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])' \
        "$BATS_TEST_TMPDIR/run/arrivals"
    run -69 "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $BATS_TEST_TMPDIR/run" plain
}

@test "a socket that listens is not taken for a client's" {
    requires python3
    daemon_start
    run -64 python3 - "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $DAEMON_RUN" plain <<'END'
import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
os.dup2(s.fileno(), 0)
os.execv(sys.argv[1], sys.argv[1:])
END
    [[ $output == *'standard input is a socket that listens'* ]]
}

@test "what is no client's socket, or no envelope, is refused, and disturbs nobody" {
    requires python3
    daemon_start
    enter tutu plain
    run -0 python3 - "$DAEMON_RUN/arrivals" <<'END'
import os, socket, sys

def message(door, host=b""):
    return door.ljust(16, b"\0") + host.ljust(80, b"\0")

def send(fd, text, with_socket=True):
    over = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    over.connect(sys.argv[1])
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    a.settimeout(60)
    if with_socket:
        socket.send_fds(a, [text], [fd])
    else:
        a.send(text)
    socket.send_fds(over, [b"x"], [b.fileno()])
    b.close()
    return a.recv(10)

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.connect(("127.0.0.1", 9))
pair = socket.socketpair()
null = open("/dev/null")
for what in (listener, udp, pair[0], null):
    assert send(what.fileno(), message(b"plain")) == b"s", what
tcp = socket.create_connection(listener.getsockname())
assert send(tcp.fileno(), message(b"metrics")) == b"d"
assert send(tcp.fileno(), message(b"control")) == b"d"
assert send(tcp.fileno(), message(b"x" * 16)) == b"d"
assert send(tcp.fileno(), message(b"plain")[:-1]) == b"s"
assert send(tcp.fileno(), message(b"plain"), False) == b"s"
# No envelopes: a socket that keeps no messages apart, nothing at all, a flood.
over = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
over.connect(sys.argv[1])
for i in range(2000):
    over.send(b"x" * (i % 300))
    socket.send_fds(over, [b"x"], [pair[0].fileno(), null.fileno()])
    socket.send_fds(over, [b"x"], [null.fileno()])
assert send(tcp.fileno(), message(b"plain")) == b"+"
END
    enter tata plain
    send tutu 'MSG still here'
    expect tata '[tutu] still here'
    # No descriptor is left behind.
    [[ $(find "/proc/$DAEMON/fd" -lname '*/dev/null' | wc -l) -le 3 ]]
}

@test "a client that was brought stays when the supervisor is killed, and the next one takes others in" {
    daemon_start
    mkfifo "$BATS_TEST_TMPDIR/lines"
    exec {hold}<>"$BATS_TEST_TMPDIR/lines"
    "$FORKCHAT_BUILD/forkchatd" -i -o "runtime-directory $DAEMON_RUN" plain <"$BATS_TEST_TMPDIR/lines" \
        >"$BATS_TEST_TMPDIR/heard" 3>&- &
    BROUGHT+=("$!")
    echo 'NICK toto' >&"$hold"
    wait_until grep -q 'you are now toto' "$BATS_TEST_TMPDIR/heard"
    kill -KILL "$DAEMON"
    daemon_killed
    run -69 join plain <<<''
    daemon_start
    run -0 join plain <<<$'NICK titi\nMSG anybody?'
    wait_until grep -qxF '[titi] anybody?' "$BATS_TEST_TMPDIR/heard"
    enter tutu plain
    echo 'MSG I am' >&"$hold"
    expect tutu '[toto] I am'
    # While the program is executed again, who comes waits.
    kill -USR2 "$DAEMON"
    run -0 join plain <<<$'NICK tata\nMSG here'
    wait_until grep -qxF '[tata] here' "$BATS_TEST_TMPDIR/heard"
}

@test "the mailbox is made again when it was taken away, and is gone after a clean end" {
    daemon_start
    rm "$DAEMON_RUN/arrivals"
    wait_until test -S "$DAEMON_RUN/arrivals"
    [[ $(stat -c %a "$DAEMON_RUN/arrivals") == 666 ]] || wait_until [ "$(stat -c %a "$DAEMON_RUN/arrivals")" = 666 ]
    run -0 join plain <<<'NICK toto'
    expect_log 'arrivals was taken away: made again'
    daemon_stop
    [[ ! -e $DAEMON_RUN/arrivals ]]
}
