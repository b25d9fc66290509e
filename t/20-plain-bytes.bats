#!/usr/bin/env bats
# The plain door: whatever bytes come in, the answer is clear and nobody else is hurt.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

setup() {
    daemon_start -o 'flood off'
}

teardown() {
    client_teardown
    daemon_teardown
}

repeat() {
    head -c "$2" /dev/zero | tr '\0' "$1"
}

# What tutu sees if toto says that, as printf %b has it.
says() {
    send_bytes toto "MSG $1\n"
    expect tutu "$(printf '[toto] %b' "$2")"
}

@test "a line of 1024 bytes is taken, one more is answered and passed over" {
    enter toto plain
    enter tutu plain
    send toto "MSG $(repeat x 1020)"
    expect tutu -e '^\[toto\] x{1000}x{20}$'
    send_bytes toto "MSG $(repeat y 1020)\r\n"
    expect tutu -e '^\[toto\] y{1000}y{20}$'
    send toto "MSG $(repeat z 1021)" 'MSG the next one'
    expect toto '[server] that line is too long: at most 1024 bytes'
    expect_next tutu '[toto] the next one'
}

@test "a line of a megabyte is one long line" {
    enter toto plain
    enter tutu plain
    send toto "$(repeat w 1000000)" 'MSG the next one'
    expect_next tutu '[toto] the next one'
    send toto 'WHO'
    expect toto -e 'too long'
    expect_next toto '[server] toto tutu'
}

@test "a line that never ends is answered when the connection does" {
    repeat w 5000 | exchange plain >"$BATS_TEST_TMPDIR/out"
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") == '[server] that line is too long: at most 1024 bytes' ]]
}

@test "invalid UTF-8 is shown as U+FFFD, valid UTF-8 as it is" {
    enter toto plain
    enter tutu plain
    local bad='\0357\0277\0275'
    says 'caf\0303\0251 \0342\0202\0254 \0360\0237\0230\0200' 'caf\0303\0251 \0342\0202\0254 \0360\0237\0230\0200'
    says 'a\0377b' "a${bad}b"                            # never in UTF-8
    says 'a\0303' "a${bad}"                              # cut at the end
    says 'a\0303(b' "a${bad}(b"                          # the second byte is another character
    says 'a\0300\0257b' "a${bad}${bad}b"                 # overlong /
    says 'a\0355\0240\0200b' "a${bad}${bad}${bad}b"      # a surrogate
    says 'a\0364\0220\0200\0200b' "a${bad}${bad}${bad}${bad}b" # beyond U+10FFFF
    says 'caf\0351' "caf${bad}"                          # Latin-1
}

@test "NUL bytes do not end a line, and are shown as U+FFFD" {
    enter toto plain
    enter tutu plain
    says 'a\0000b' 'a\0357\0277\0275b'
    send_bytes toto '\0000\0000\n'
    expect toto -e 'invalid command'
    send_bytes toto 'NICK to\0000to\n'
    expect toto -e 'cannot be a nick'
}

@test "control characters can do nothing to anybody's terminal" {
    enter toto plain
    enter tutu plain
    says '\0033[2J\0033]0;title\0007' '^[[2J^[]0;title^G'
    says 'a\0010\0177b' 'a^H^?b'
    says 'a\0302\0233b' 'a^[b'
    says 'tab\there' 'tab\there'
    says 'a\rb' 'a\0357\0277\0275b'
    send_bytes toto '\0033[31m\n'
    expect toto '[server] invalid command: ^[[31m (HELP lists the commands)'
    send_bytes toto 'QUIT \0033[2Jbye\n'
    expect tutu '[toto] ^[[2Jbye'
}

@test "a topic, a reason, a channel's name are made harmless too" {
    enter toto plain
    enter tutu plain
    send_bytes toto 'JOIN #a\0177\n'
    expect toto -e 'cannot be a channel'
    send_bytes toto 'JOIN #a\0033[2J\n'
    expect toto -e 'cannot be a channel'
    send toto 'JOIN #games'
    expect toto -e 'talking in'
    send tutu 'JOIN #games'
    expect toto -e 'tutu joined'
    send_bytes toto 'TOPIC \0033[2Jclear\nKICK tutu \0007beep\n'
    expect tutu '[server] toto set the topic of #games: ^[[2Jclear'
    expect tutu '[server] you were kicked from #games by toto: ^Gbeep'
    send tutu 'LIST'
    expect tutu '[server] #games 1 ^[[2Jclear'
}

@test "nobody can pretend to be the server or another line" {
    enter toto plain
    enter tutu plain
    says 'x\r[server] you are an operator' 'x\0357\0277\0275[server] you are an operator'
    says 'x\0302\0205[server] y' 'x^E[server] y'
}

@test "bytes may come one by one" {
    enter toto plain
    enter tutu plain
    local i text=$'MSG slow but sure\r\n'
    for ((i = 0; i < ${#text}; i++)); do
        printf '%s' "${text:i:1}" >&"${CLIENT_FD[toto]}"
    done
    expect tutu '[toto] slow but sure'
}

@test "a script's answers all arrive before the end of the connection" {
    printf 'NICK toto\nWHO\nJOIN #a\nLIST\nWHAT\nWHO' | exchange plain >"$BATS_TEST_TMPDIR/out"
    cat >"$BATS_TEST_TMPDIR/right" <<'RIGHT'
[server] you are now toto
[server] toto
[server] you are now talking in #a
[server] #lobby 1
[server] #a 1
[server] invalid command: WHAT (HELP lists the commands)
[server] toto
RIGHT
    tail -n 7 "$BATS_TEST_TMPDIR/out" | diff - "$BATS_TEST_TMPDIR/right"
}

@test "ten thousand lines of one script are all answered, in order" {
    seq -f 'line%.0f' 10000 >"$BATS_TEST_TMPDIR/lines"
    exchange plain <"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/out"
    grep -o 'line[0-9]*' "$BATS_TEST_TMPDIR/out" | cmp - "$BATS_TEST_TMPDIR/lines"
}

@test "QUIT with more lines behind it still gets its last answers" {
    { printf 'WHO\nQUIT\n'; repeat 'x' 200000; echo; } | exchange plain >"$BATS_TEST_TMPDIR/out"
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") =~ ^\[server\]\ 127\.0\.0\.1: ]]
}

@test "a TLS hello and an HTTP request on the plain port hurt nobody" {
    enter tutu plain
    printf '\026\003\001\002\000\001\000\001\374\003\003\012\000\377' | exchange plain >/dev/null
    printf 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' | exchange plain >"$BATS_TEST_TMPDIR/out"
    grep -q 'this is a chat server: it speaks no HTTP' "$BATS_TEST_TMPDIR/out"
    expect_none tutu -e 'GET|Host'
    send tutu 'WHO'
    expect tutu '[server] tutu'
}

@test "who is at telnet leaves by Ctrl-C and Ctrl-D, where a line would begin" {
    enter tutu plain
    local keys
    for keys in '\0377\0364\0377\0375\0006' '\0377\0354' '\0377\0363' '\0004' 'MSG hello\r\n\0377\0364'; do
        enter toto plain
        send_bytes toto "$keys"
        expect_end toto
        [[ $keys != MSG* ]] || expect tutu '[toto] hello'
        expect tutu '[server] toto has left'
        close toto
    done
    # In two pieces; and in the middle of a line they are bytes like others.
    enter toto plain
    send_bytes toto 'MSG a\0377\0364\0004b\n'
    expect tutu -e '^\[toto\] a.*b$'
    send_bytes toto '\0377'
    send_bytes toto '\0364'
    expect_end toto
}

@test "by the real telnet, too, one leaves by Ctrl-C and Ctrl-D" {
    requires expect telnet
    PORT=${PORT[plain]} PATIENCE=$((PATIENCE * 10)) command expect -f - 3>&- <<'SCRIPT'
        set timeout $env(PATIENCE)
        foreach key {"\003" "\004"} {
            spawn -noecho telnet 127.0.0.1 $env(PORT)
            expect {@all} {} timeout {exit 1} eof {exit 2}
            send "NICK toto\r"
            expect {you are now toto} {} timeout {exit 3} eof {exit 4}
            send $key
            expect {Connection closed by foreign host} {} timeout {exit 5}
        }
SCRIPT
}

@test "random bytes hurt nobody" {
    enter tutu plain
    local i
    for i in 1 2 3 4 5; do
        head -c 100000 /dev/urandom | exchange plain >"$BATS_TEST_TMPDIR/out" || :
        [[ -s $BATS_TEST_TMPDIR/out ]]
    done
    sync tutu
    # Whatever it is, it is whole UTF-8 without control characters.
    iconv -f UTF-8 -t UTF-8 "$BATS_TEST_TMPDIR/out" >/dev/null
    run -1 grep -aP '[\x00-\x08\x0b-\x1f\x7f]' "$BATS_TEST_TMPDIR/out"
}

@test "a hundred connections that are closed at once leave nothing behind" {
    enter tutu plain
    local i
    for i in {1..100}; do
        open scan plain
        close scan
    done
    only_tutu() {
        send tutu 'WHO'
        sync tutu
        [[ $(transcript tutu | tail -n 1) == '[server] tutu' ]]
    }
    wait_until only_tutu
    expect_none tutu -e '^\[server\] 127.*is now'
}

@test "what was received before a connection is reset is said, a last line without an end as well" {
    enter tutu plain
    local door
    for door in plain talk; do
        open toto "$door"
        expect toto -e 'You are (.*)\.$' # the rest of the welcome stays unread: closing is a reset
        if [[ $door == plain ]]; then send_bytes toto 'MSG '; fi
        send_bytes toto "bonjour $door"
        close toto
        expect tutu "[${BASH_REMATCH[1]}] bonjour $door"
        expect_next tutu -e "^\\[server\\] ${BASH_REMATCH[1]} has left"
    done
}

@test "all whole lines of a client that closes without reading are said, at the pace of flood, at every door" {
    daemon_stop
    DAEMON_DOORS='plain talk irc' daemon_start -o 'flood 50/1'
    enter tutu plain
    local door before lines
    for door in plain talk irc; do
        case $door in plain) before='MSG ' ;; talk) before='' ;; irc) before='PRIVMSG #lobby :' ;; esac
        printf -v lines "$before%s of $door\n" {1..150}
        open toto "$door"
        if [[ $door == irc ]]; then
            send_bytes toto 'NICK toto\r\nUSER toto 0 * :toto\r\nJOIN #lobby\r\n'
            expect tutu -e ' connected$'
        fi
        expect toto -e . # the rest of the welcome stays unread: closing is a reset
        # With one write: what is written line by line may wait in the client, which a reset has forget it.
        printf '%s' "$lines" >"$BATS_TEST_TMPDIR/lines"
        cat "$BATS_TEST_TMPDIR/lines" >&"${CLIENT_FD[toto]}"
        close toto
        local i
        for i in {1..150}; do
            expect tutu -e "\\] $i of $door\$"
        done
        expect_next tutu -e 'has left'
    done
}

@test "a byte order mark before the first command is left out, at every door, and nowhere else" {
    daemon_stop
    DAEMON_DOORS='plain talk irc' daemon_start
    enter tutu plain
    local mark='\0357\0273\0277'
    open toto plain
    send_bytes toto "${mark}NICK toto\n${mark}NICK other\n"
    expect toto '[server] you are now toto'
    expect_next toto -e '^\[server\] invalid command: .*NICK '
    send_bytes toto "MSG ${mark}kept\n"
    expect tutu "$(printf '[toto] \357\273\277kept')"
    open tata talk
    send_bytes tata "${mark}"
    send_bytes tata "/nick tata\r\n"
    expect tata '[server] you are now tata'
    open titi irc
    send_bytes titi "${mark}NICK titi\r\nUSER titi 0 * :titi\r\n"
    expect titi -e ' 001 titi '
    open alone plain
    send_bytes alone "${mark}\nWHO\n"
    expect alone -e '^\[server\] tutu toto tata titi '
}

@test "a byte order mark in the configuration, the message of the day and the rules is left out" {
    daemon_stop
    printf '\357\273\277server-name marked.example.org\n' >"$BATS_TEST_TMPDIR/conf"
    printf '\357\273\277Be kind.\n' >"$BATS_TEST_TMPDIR/motd"
    printf '\357\273\277No shouting.\n' >"$BATS_TEST_TMPDIR/rules"
    daemon_start -c "$BATS_TEST_TMPDIR/conf" -o "motd $BATS_TEST_TMPDIR/motd" -o "rules $BATS_TEST_TMPDIR/rules"
    open toto plain
    expect_next toto -e '^\[server\] Welcome to marked\.example\.org '
    expect_next toto '[server] Be kind.'
    send toto RULES
    expect toto '[server] No shouting.'
}
