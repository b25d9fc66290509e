#!/usr/bin/env bats
# What a process that died was given last: kept, readable whatever it was, and without passwords.

bats_require_minimum_version 1.5.0

load lib/daemon
load lib/client
load lib/control
load lib/crash

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"

setup_file() {
    crash_build
}

setup() {
    crash_prepare
    daemon_may '(worker|courier|control process) .*died'
    daemon_start -o 'flood off' -o 'couriers 1' -o 'connect-rate off'
}

teardown() {
    client_teardown || :
    daemon_teardown
}

# enter_door NAME DOOR: with the nick taken, and in the title of its process
enter_door() {
    enter "$1" "$2"
    worker_of "$1"
}

# die NAME [SIGNAL]: its worker, and the server has seen it
die() {
    kill -s "${2:-KILL}" "$(worker_of "$1")"
    expect_end "$1"
    expect_log "worker .* of $1 died"
}

# A line of `crash last`, as its table shows it: has_line yes|no BYTES LINE, where BYTES may be "-" for nothing
has_line() {
    local finished bytes line
    while IFS= read -r line; do
        [[ $line =~ ^\ +[0-9]+\ \ (yes|no)\ +([0-9]+\ \ |\ )\ *(.*)$ ]] || continue
        finished=${BASH_REMATCH[1]} bytes=${BASH_REMATCH[2]//[^0-9]/} line=${BASH_REMATCH[3]}
        [[ $finished != "$1" || ${bytes:--} != "$2" || $line != "$3" ]] || return 0
    done <<<"$output"
    echo "no such line: $*"
    echo "$output"
    return 1
}

# Nothing but visible ASCII, and UTF-8 if need be.
is_harmless() {
    ! grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$output" || return 1
    iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null
}

lacks() { # FILE WORD
    if grep -qa "$2" "$1"; then
        echo "$2 is in $1"
        return 1
    fi
}

say_on() { # DOOR TEXT: a line that says it to the lobby
    case $1 in
    plain) echo "MSG $2" ;;
    talk) echo "$2" ;;
    irc) echo "PRIVMSG #lobby :$2" ;;
    esac
}

@test "on every door the last lines are shown, with the signal, the address, and the line it died of" {
    local door line
    for door in plain talk irc; do
        enter_door "v$door" "$door"
        send "v$door" "$(say_on "$door" 'good day')"
        sync "v$door"
        arm recorded "$(worker_of "v$door")" '&'
        line=$(say_on "$door" 'last words')
        send "v$door" "$line"
        expect_end "v$door"
        expect_log "worker .* of v$door died: signal 11"
        expect_log 'SIGSEGV at address 0x10, instruction 0x[0-9a-f]+ with a line not done'
        run -0 ctl crash last
        [[ ${lines[1]} =~ worker\ +[0-9]+\ +signal\ +11\ +SIGSEGV\ +v$door\ +$door\ +127\.0\.0\.1:[0-9]+\ +0x10\ +0x[0-9a-f]+ ]]
        has_line no "${#line}" "$line"
        line=$(say_on "$door" 'good day')
        has_line yes "${#line}" "$line"
        lacks "$DAEMON_LOG" 'last words'
    done
}

@test "who was killed by another process is shown as that" {
    enter_door toto plain
    die toto SEGV
    run -0 ctl crash last
    [[ ${lines[1]} =~ \ 11\ +SIGSEGV\ +toto\ +plain\ +127\.0\.0\.1:[0-9]+\ +0x[0-9a-f]+\ +[0-9]+$ ]] # no fault, but a sender
    has_line yes 9 'NICK toto'
}

@test "running out of stack is recorded" {
    enter_door toto plain
    arm recorded "$(worker_of toto)" '^'
    send toto 'MSG deep'
    expect_end toto
    expect_log 'SIGSEGV at address 0x[0-9a-f]+, instruction'
    run -0 ctl crash last
    has_line no 8 'MSG deep'
}

@test "eight lines are kept, and seven of them at a death while one is written" {
    local point i
    enter tata plain
    for point in recorder-begun recorder-copied; do
        enter_door toto plain
        for i in {1..12}; do
            send toto "MSG number $i"
        done
        expect tata '[toto] number 12'
        arm "$point" "$(worker_of toto)"
        send toto 'MSG never'
        expect_end toto
        expect_log 'worker .* of toto died'
        run -0 ctl crash last
        for i in {6..12}; do
            has_line yes "$((11 + ${#i}))" "MSG number $i"
        done
        [[ $output != *'number 5'* && $output != *never* ]]
        [[ $(grep -c 'MSG' <<<"$output") == 7 ]]
        close toto
    done
}

@test "a password is never recorded, whatever asks for it on whatever door" {
    local door line memory
    local -a lines_of
    for door in plain talk irc; do
        lines_of=()
        case $door in
        plain) lines_of=('OPER root geheim1' '  oper root geheim1' 'JOIN #room geheim1' 'MODE +k geheim1' 'LOGIN geheim1' '@nickserv IDENTIFY geheim1') ;;
        talk) lines_of=('/oper root geheim1' '/OPER  root geheim1' '/login geheim1' '/join #room geheim1' '/mode +k geheim1' '/msg nickserv identify geheim1') ;;
        irc) lines_of=('PASS geheim1' '@a=b :x PASS :geheim1' 'OPER root geheim1' 'AUTHENTICATE Z2VoZWltMQ==geheim1' 'PRIVMSG NickServ :IDENTIFY geheim1'
            'NICKSERV IDENTIFY geheim1' 'NS geheim1' 'JOIN #room geheim1' 'JOIN #a,#b #geheim1' 'MODE #room +k geheim1' $'PING x\rOPER root geheim1' 'WEBIRC geheim1 a b c'
            'REGISTER * * geheim1') # the last: the nick is that account's from then on
            ;;
        esac
        for line in "${lines_of[@]}"; do
            enter_door toto "$door"
            send toto "$line"
            sync toto
            die toto
            close toto
            run -0 ctl crash last
            is_harmless
            [[ $output == *' …'* ]] || { echo "nothing is hidden of: $line"; echo "$output"; return 1; }
            [[ $output != *geheim1* ]] || { echo "shown: $line"; echo "$output"; return 1; }
            run -0 ctl --json crash last
            [[ $output != *geheim1* ]]
        done
    done
    lacks "$DAEMON_LOG" geheim1
    # Nor is one where other processes could read it.
    enter_door tutu irc
    send tutu 'OPER root geheim2' 'PASS geheim2' 'AUTHENTICATE geheim2'
    sync tutu
    for memory in "${DAEMON_MEMORY[@]}"; do
        grep -qa 'AUTHENTICATE' "$memory" # the place where it would be
        lacks "$memory" geheim2
    done
    die tutu
}

@test "what is hidden begins behind the word that asks for it" {
    enter_door toto irc
    send toto 'OPER root geheim' 'JOIN #room geheim' 'MODE #room +k geheim' 'PRIVMSG NickServ :identify geheim' 'JOIN #free' 'MODE #free +m'
    sync toto
    die toto
    run -0 ctl crash last
    has_line yes - 'OPER …'
    has_line yes - 'JOIN #room …'
    has_line yes - 'MODE #room +k …'
    has_line yes - 'PRIVMSG NickServ …'
    has_line yes 10 'JOIN #free'
    has_line yes 13 'MODE #free +m'
}

@test "bytes that would drive a terminal, are no text, or turn the line round are shown as bytes" {
    enter_door toto plain
    send_bytes toto 'MSG \033[2J\033]0;x\007\n'
    send_bytes toto 'MSG a\0b\n'
    send_bytes toto 'MSG \xff\xc3\x28 \xc2\x9b1m \xe2\x80\xae \\ \xc3\xa9\n'
    sync toto
    die toto
    run -0 ctl crash last
    is_harmless
    has_line yes 14 'MSG \x1b[2J\x1b]0;x\x07'
    has_line yes 7 'MSG a\x00b'
    has_line yes 21 'MSG \xff\xc3( \xc2\x9b1m \xe2\x80\xae \\ é'
    run -0 ctl --json crash last
    is_harmless
    [[ $output == *'"line":"MSG \\x1b[2J\\x1b]0;x\\x07"'* ]]
    enter_door tutu talk
    send_bytes tutu 'a\033[31mb\0c\r\n'
    sync tutu
    die tutu
    run -0 ctl crash last
    is_harmless
    has_line yes 9 'a\x1b[31mb\x00c'
}

@test "a line of 8 KiB is cut, as is one that no door takes" {
    local x
    printf -v x '%*s' 8192 ''
    x=${x// /x}
    enter_door toto irc
    send toto "PRIVMSG #lobby :$x" "@+t=${x:0:4000} PING ${x:0:300}"
    sync toto
    die toto
    run -0 ctl crash last
    has_line yes - "PRIVMSG #lobby :${x:0:184} …"
    has_line yes 4310 "@+t=${x:0:196} …"
    enter_door tutu plain
    send tutu "MSG $x" "MSG ${x:0:600}"
    sync tutu
    die tutu
    run -0 ctl crash last
    has_line yes - "MSG ${x:0:196} …"
    has_line yes 604 "MSG ${x:0:196} …"
    enter_door tata talk
    send tata "$x"
    sync tata
    die tata
    run -0 ctl crash last
    has_line yes - "${x:0:200} …"
}

@test "several crashes are kept, the newest first, each with its own lines" {
    local i
    for i in 1 2 3; do
        enter_door "v$i" plain
        send "v$i" "MSG from $i"
        sync "v$i"
        die "v$i"
    done
    run -0 ctl crash last 2
    [[ $output != *'from 1'* && $output == *' v3 '*'MSG from 3'*' v2 '*'MSG from 2'* ]]
    run -0 ctl crash last 32
    [[ $output == *'from 3'*'from 2'*'from 1'* ]]
    run -64 ctl crash last 33
    run -64 ctl crash last 0
    run -64 ctl crash last none
    run -0 ctl_json '[.who, .signal, .fault, .lines[-2].line, .lines[-2].done] | join(" ")' crash last 2
    [ "$output" = "v3 SIGKILL  MSG from 3 true
v2 SIGKILL  MSG from 2 true" ]
}

@test "who takes a dead one's place is not shown with their lines" {
    enter_door toto plain
    send toto 'MSG mine'
    sync toto
    die toto
    # The same place: without a word, then after a client that left in peace.
    open tutu plain
    expect tutu -e HELP
    kill -KILL "$(daemon_pid 'worker 127')"
    expect_end tutu
    expect_log 'worker .* died'
    run -0 ctl crash last
    [[ ${#lines[@]} == 2 && $output != *mine* ]]
    exchange plain <<<'MSG of peace' >/dev/null
    all_gone() { [[ -z $(daemon_pids '^forkchatd: worker') ]]; }
    wait_until all_gone
    open tata plain
    expect tata -e HELP
    kill -KILL "$(daemon_pid 'worker 127')"
    expect_end tata
    expect_log 'worker .* died'
    run -0 ctl crash last
    [[ ${#lines[@]} == 2 && $output != *peace* ]]
}

@test "couriers and control processes are recorded as well" {
    enter_door toto plain
    kill -SEGV "$(daemon_pid 'courier 0')"
    expect_log 'courier 0 died: signal 11; starting another'
    run -0 ctl crash last
    [[ ${lines[1]} =~ courier\ +[0-9]+\ +signal\ +11\ +SIGSEGV ]]
    ctl tail >"$BATS_TEST_TMPDIR/tail" 2>&1 3>&- &
    local tail=$!
    expect_log 'control "tail"'
    kill -SEGV "$(daemon_pid '^forkchatd: control')"
    expect_log 'control process .* died: signal 11'
    wait "$tail" || :
    run -0 ctl crash last
    [[ ${lines[1]} =~ control\ +[0-9]+\ +signal\ +11\ +SIGSEGV ]]
    has_line no 4 tail
}

@test "what was recorded is still there when another supervisor has taken over" {
    enter_door toto plain
    enter_door tutu plain
    die tutu
    send toto 'MSG before'
    sync toto
    kill -KILL "$DAEMON"
    daemon_killed
    daemon_start -o 'flood off' -o 'couriers 1' -o 'connect-rate off'
    run -0 ctl crash last
    [[ ${lines[1]} == *' SIGKILL  tutu '* ]]
    has_line yes 9 'NICK tutu'
    # Nobody can tell it how a worker that is no child of its own died, but what that one wrote down.
    send toto 'MSG behind'
    sync toto
    kill -SEGV "$(worker_of toto)"
    expect_end toto
    expect_log 'worker .* of toto died: signal 11'
    run -0 ctl crash last 2
    [[ ${lines[1]} =~ \ signal\ +11\ +SIGSEGV\ +toto ]]
    has_line yes 10 'MSG before'
    has_line yes 10 'MSG behind'
    # The same program, executed again in place.
    kill -USR2 "$DAEMON"
    expect_log '^ready$'
    run -0 ctl crash last
    has_line yes 10 'MSG behind'
}

@test "whoever asks for metrics is recorded, but not with what only they should know" {
    daemon_stop
    daemon_start -o 'listen metrics 127.0.0.1:0'
    # Who asks has some seconds for it, which may be over on a slow machine before we come to look.
    local opened=0 victim=
    head_read() {
        victim=$(daemon_pids '^forkchatd: metrics') || {
            open "prometheus$((++opened))" metrics
            send "prometheus$opened" 'GET /metrics HTTP/1.1' 'Authorization: Basic Z2VoZWlt'
            victim=$(daemon_pid '^forkchatd: metrics')
        }
        grep -qa 'GET /metrics HTTP/1.1' "${DAEMON_MEMORY[-1]}" && kill -SEGV "$victim"
    }
    wait_until head_read
    expect_end "prometheus$opened"
    expect_log 'control process .* died: signal 11'
    run -0 ctl crash last
    [[ $output == *'GET /metrics HTTP/1.1'* && $output != *Z2VoZWlt* ]]
}
