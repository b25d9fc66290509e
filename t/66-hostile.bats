#!/usr/bin/env bats
# Hostile clients: each is answered or closed, costs no more than forkchatd(8) says, and people chat on meanwhile.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/hostile
load lib/netns

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS='plain talk irc'

teardown() {
    hostile_teardown
    client_teardown
    daemon_teardown
    lan_close
}

begin() {
    daemon_start "$@"
    people_enter
    snapshot
}

# ---- other protocols ----

# What comes back for these bytes at a door, as printf %b has them.
answer_at() {
    printf '%b' "$2" | exchange "$1"
}

@test "an HTTP request is refused at every door, whatever its body says" {
    begin
    local request door body='Host: chat\r\n\r\nNICK evil\r\nUSER evil 0 * :evil\r\nPRIVMSG #lobby :evil\r\nMSG evil\r\nevil\r\n'
    local long
    long=$(head -c 9000 /dev/zero | tr '\0' a)
    for door in plain talk irc; do
        for request in 'GET / HTTP/1.1' 'POST /x HTTP/1.1' '\r\nPOST /x HTTP/1.0' 'OPTIONS * HTTP/1.1' "POST /$long HTTP/1.1" \
            'CONNECT irc.example.org:6667 HTTP/1.1' 'PRI * HTTP/2.0'; do
            answer_at "$door" "$request\r\n$body" >"$BATS_TEST_TMPDIR/answer"
            tail -n 1 "$BATS_TEST_TMPDIR/answer" | grep -qi 'this is a chat server: it speaks no HTTP'
            run -1 grep -aE 'evil|Host' "$BATS_TEST_TMPDIR/answer"
        done
    done
    # In pieces as well.
    open piecemeal plain
    for request in P O ST ' /' ' HTTP/' '1.1\r' '\n' 'MSG evil\r\n'; do
        send_bytes piecemeal "$request" || :
    done 2>/dev/null
    expect piecemeal '[server] this is a chat server: it speaks no HTTP'
    expect_end piecemeal
    expect toto -e 'has left \(speaks HTTP\)$'
    people_chat
    for door in toto tutu tata; do
        run -1 grep -i evil <<<"$(transcript "$door")"
    done
    all_given_back
}

@test "a TLS hello is refused with words, before a line ends, at every door" {
    begin
    local door
    for door in plain talk irc; do
        open tls "$door"
        send_bytes tls '\0026\0003\0001\0002\0000\0001\0000\0001\0374\0003\0003'
        expect tls -e '[Tt]his is a chat server: it speaks no TLS'
        expect_end tls
        close tls
    done
    people_chat
    all_given_back
}

@test "people may say what looks like HTTP: first words of another kind, and anything later" {
    begin
    enter late talk
    send late 'GET / HTTP/1.1'
    expect toto '[late] GET / HTTP/1.1'
    open first talk
    send first 'GET out of here' 'POST it'
    expect tutu -e '^\(127.*\) GET out of here$'
    expect tutu -e '^\(127.*\) POST it$'
    open script plain
    send script 'MSG / HTTP/1.1'
    expect toto -e '^\[127.*\] / HTTP/1.1$'
}

# ---- who says nothing, or too little ----

@test "an IRC client that does not register is closed in time, however it fills it; on the other doors silence is allowed" {
    begin -o 'registration-timeout 1'
    open listener plain
    open lurker talk
    open silent irc
    open capable irc
    send capable 'CAP LS 302'
    open half irc
    send half 'NICK half'
    open busy irc
    attack drip drip "${WHERE[irc]}" 3 'NICK slow\r\n'
    attack flood flood "${WHERE[irc]}" 1 '\n\r\n'
    # 16 KiB of lines in one piece, which would take far longer than a second. A slow machine may be too late with them.
    yes '' | head -c 16384 >&"${CLIENT_FD[busy]}" || :
    local name
    for name in silent capable half busy; do
        expect "$name" 'ERROR :Closing Link: 127.0.0.1 (Registration timed out)'
        expect_end "$name"
        close "$name"
    done
    only_people() {
        # shellcheck disable=SC2317
        [[ $(daemon_pids '^forkchatd: worker' | wc -l) == 5 ]]
    }
    wait_until only_people
    attack_end drip
    attack_end flood
    ((ATTACK_CLOSED == 1))
    people_chat
    send toto 'MSG are you there?'
    expect listener '[toto] are you there?'
    expect lurker '(toto) are you there?'
}

@test "who closes one side still gets the answers, at every door" {
    begin
    answer_at irc 'NICK one\r\nUSER one 0 * :One\r\nPING end\r\n' | grep -q 'PONG .* :end'
    answer_at talk '/who' | grep -q 'tata'
    answer_at plain 'WHO' | grep -q 'tata'
    all_given_back
    people_chat
}

@test "thousands of connections that say nothing cost little memory, and all of it is given back" {
    # Those on the plain door are told of one another.
    local on_irc=4500 on_plain=500
    [[ -z $UNDER_ASAN ]] || on_irc=150 on_plain=50
    begin -o 'registration-timeout 10m'
    attack silent-irc hold "${WHERE[irc]}" "$on_irc"
    attack silent-plain hold "${WHERE[plain]}" "$on_plain"
    all_there() {
        # shellcheck disable=SC2317
        local there
        there=$(daemon_pids | wc -l)
        echo "$there"
        ((there == SNAPSHOT_PROCESSES + on_irc + on_plain))
    }
    wait_until all_there
    people_chat
    # What workers have for themselves, and their part of what they share.
    daemon_pids | sed 's/.*/\/proc\/&\/smaps_rollup/' | xargs cat 2>/dev/null |
        awk -v count=$((on_irc + on_plain)) '/^Pss:/ {sum += $2} /^Private_Dirty:/ {own += $2}
            END {printf "# %d silent clients: %d kB each, %d kB of them its own\n", count, sum / count, own / count}' >&3
    people_tell 'with all of them connected'
    attack_end silent-irc
    attack_end silent-plain
    all_given_back
    people_chat
}

# HALF_OPEN=10000 for more of them.
@test "thousands of requests at the web door that never end are closed in time, and none of them is in any room" {
    local count=${HALF_OPEN:-1000}
    DAEMON_DOORS+=' web'
    begin -o "max-clients $((count + 100))"
    attack half hold "${WHERE[web]}" "$count" 'GET / HTTP/1.1\r\nHost: local'
    requires ss
    people_tell "$count half requests"
    all_given_back
    people_chat
    [[ -z $(ss -tnH state established "dport = :${PORT[web]}") ]]
    attack_end half
    [[ $(grep -c 'client connected' "$DAEMON_LOG") == 3 ]]
}

# ---- bytes without lines ----

@test "a gigabyte without the end of a line costs a worker no memory, and is one line that is too long" {
    begin -o 'flood off'
    local door pid size=$((1 << 30))
    [[ -z $UNDER_ASAN ]] || size=$((1 << 24))
    for door in plain talk irc; do
        # Once is enough for so much.
        [[ $door == plain || -n $UNDER_ASAN ]] || size=$((1 << 26))
        attack_start gush gush "${WHERE[$door]}" "$size" '\nPING x\nMSG after\nNICK big\nUSER big 0 * :Big\n'
        until attack_is_ready gush; do
            kill -0 "${ATTACK_PID[gush]}"
            people_chat
        done
        pid=$(daemon_pid '^forkchatd: worker 127')
        echo "# $door: at most $(memory_of "$pid" VmHWM) kB, one that talks $(memory_of "$(worker_of toto)" VmHWM) kB" >&3
        [[ -n $UNDER_ASAN ]] || (($(memory_of "$pid" VmHWM) < $(memory_of "$(worker_of toto)" VmHWM) + 1024))
        attack_end gush
        grep -aq 'too long' "$(attack_output gush)"
        run -1 grep -a 'xxxx' "$(attack_output gush)"
    done
    people_tell 'meanwhile'
    all_given_back
}

# The server lets somebody on that port wait.
waiting_input() {
    ss -tnH state established "sport = :$1" | awk '$1 > 0 {found = 1} END {exit !found}'
}

@test "bytes without lines are slowed as lines are: at most 16 KiB for one" {
    requires ss
    begin -o 'flood 10/10000'
    local door
    for door in plain talk irc; do
        attack "$door" flood "${WHERE[$door]}" 1 "$(head -c 65000 /dev/zero | tr '\0' x)"
        wait_until waiting_input "${PORT[$door]}"
        wait_until waiting_input "${PORT[$door]}"
        attack_end "$door"
        echo "# $door: took $ATTACK_SENT bytes" >&3
        ((ATTACK_SENT < 32 << 20))
    done
}

@test "NULs, invalid UTF-8 and all bytes there are hurt nobody at any door" {
    begin
    local door bytes='\0\xff\xfe\x80\xc3(\xed\xa0\x80\x01\x02\x1b[2J\r\r\n\0\n'
    for door in plain talk irc; do
        attack "$door" hold "${WHERE[$door]}" 2 "$bytes$bytes"
        attack_end "$door"
        head -c 20000 /dev/urandom | exchange "$door" >"$BATS_TEST_TMPDIR/out" || :
    done
    people_chat
    for door in toto tutu; do
        run -1 grep -aP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$(transcript "$door")"
    done
    all_given_back
}

@test "telnet negotiation without end is slowed: storms of DO, WILL, AYT, and an option that never ends" {
    requires ss
    begin -o 'flood 10/10000'
    local storm
    for storm in '\xff\xfd\x01\xff\xfe\x01\xff\xfb\x18' '\xff\xf6' '\xff\xfa\x18xxxxxxxxxxxxx' '\xff\xfc\x63' '\xff\xfd\x06'; do
        attack storm flood "${WHERE[talk]}" 3 "$storm$storm$storm$storm$storm$storm$storm$storm"
        wait_until waiting_input "${PORT[talk]}"
        attack_end storm
        echo "# $storm: sent $ATTACK_SENT bytes, got $ATTACK_GOT" >&3
        ((ATTACK_GOT < 2 << 20 && ATTACK_SENT < 64 << 20))
    done
}

@test "urgent data is passed over, at every door" {
    begin
    "$HOSTILE" urgent "${WHERE[plain]}" 'MSG urgent one\nQUIT\n' 3>&- >"$BATS_TEST_TMPDIR/out"
    expect toto -e '^\[127.*\] urgent one$'
    "$HOSTILE" urgent "${WHERE[talk]}" 'urgent two\r\nstop\r\n' 3>&- >"$BATS_TEST_TMPDIR/out"
    expect toto -e '^\[127.*\] urgent two$'
    "$HOSTILE" urgent "${WHERE[irc]}" 'NICK oob\r\nUSER oob 0 * :Oob\r\nPING :urgent three\r\n' 3>&- >"$BATS_TEST_TMPDIR/out"
    grep -q 'PONG .*urgent three' "$BATS_TEST_TMPDIR/out"
    people_chat
    all_given_back
}

@test "connections that are reset at every moment leave nothing behind, at every door" {
    begin -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' -o 'listen irc 127.0.0.1:0' -o 'listen metrics 127.0.0.1:0'
    local count=150
    "$HOSTILE" reset "${WHERE[plain]}" "$count" 'NICK reset\nHELP\nMSG hello\nWHO\n' 3>&- &
    local resets=($!)
    "$HOSTILE" reset "${WHERE[talk]}" "$count" '/nick reset\r\n\xff\xfd\x01/help\r\nhello\r\n' 3>&- &
    resets+=($!)
    "$HOSTILE" reset "${WHERE[irc]}" "$count" 'CAP LS 302\r\nNICK rst\r\nUSER r 0 * :r\r\nCAP END\r\nLIST\r\n' 3>&- &
    resets+=($!)
    "$HOSTILE" reset "${WHERE[metrics]}" "$count" 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n' 3>&- &
    resets+=($!)
    "$HOSTILE" reset "$DAEMON_RUN/control" "$count" 'who\nstats\nwho\n' 3>&- &
    resets+=($!)
    local pid
    for pid in "${resets[@]}"; do
        people_chat
        wait "$pid"
    done
    people_chat
    all_given_back
    ctl who | grep -q tata
}

# ---- who asks much and reads little ----

@test "small requests with large answers: whoever asks waits for more of them, nobody else does" {
    head -c 16000 /dev/zero | tr '\0' r | fold -w 100 >"$BATS_TEST_TMPDIR/rules"
    begin -o 'flood 10/10000' -o "rules $BATS_TEST_TMPDIR/rules"
    # 10 lines at once would be 160 KiB and more; with what is paid for answers it is half of that.
    attack plain flood "${WHERE[plain]}" 1 'RULES\n'
    attack irc flood "${WHERE[irc]}" 1 'RULES\r\n' 'NICK a%d\r\nUSER a 0 * :a\r\n'
    paced() {
        # shellcheck disable=SC2317
        waiting_input "${PORT[plain]}" && waiting_input "${PORT[irc]}"
    }
    requires ss
    wait_until paced
    attack_end plain
    echo "# plain: got $ATTACK_GOT" >&3
    ((ATTACK_GOT < 130000))
    attack_end irc
    echo "# irc: got $ATTACK_GOT" >&3
    ((ATTACK_GOT < 130000))
}

couriers_memory() {
    local pid sum=0
    for pid in $(daemon_pids '^forkchatd: courier'); do
        sum=$((sum + $(memory_of "$pid" RssAnon)))
    done
    echo "$sum"
}

@test "clients that ask and never read cost no more than queue-limit each and queue-total together" {
    head -c 16000 /dev/zero | tr '\0' r | fold -w 100 >"$BATS_TEST_TMPDIR/rules"
    begin -o "rules $BATS_TEST_TMPDIR/rules" -o 'queue-limit 2M' -o 'queue-total 4M'
    requires ss
    local before most
    before=$(couriers_memory)
    attack plain deaf "${WHERE[plain]}" 25 'RULES\n'
    attack talk deaf "${WHERE[talk]}" 25 '/rules\r\n'
    attack irc deaf "${WHERE[irc]}" 10 'RULES\r\n' 'NICK a%d\r\nUSER a 0 * :a\r\n'
    # Those of the irc door are closed, and their workers end, whatever they had still asked; the others are told what
    # they missed if they ever read.
    hung_up() {
        # shellcheck disable=SC2317
        people_chat && [[ $(ss -tnH state established "dport = :${PORT[irc]}" | wc -l) == 1 ]] &&
            [[ $(daemon_pids '^forkchatd: worker .*[(]irc' | wc -l) == 1 ]]
    }
    wait_until hung_up
    for _ in {1..10}; do
        people_chat
    done
    most=$(couriers_memory)
    people_tell "60 who never read"
    echo "# couriers: $before kB, then $most kB" >&3
    [[ -n $UNDER_ASAN ]] || ((most - before < 4096 * 2))
    [[ $(daemon_pids '^forkchatd: worker 127' | wc -l) == 50 ]]
    attack_end plain
    attack_end talk
    attack_end irc
    ((ATTACK_CLOSED == 10))
    all_given_back
}

@test "fifty who flood with the slowest commands slow nobody else" {
    # shellcheck disable=SC2016
    begin -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'
    local login='NICK a%d\r\nUSER a 0 * :a\r\nJOIN #crowd,#b,#c,#d,#e\r\nMODE #b +b x!*@*\r\n'
    attack lists flood "${WHERE[irc]}" 20 'LIST\r\nWHO *\r\nWHOIS a1,a2,a3\r\nNAMES #crowd\r\nMODE #b b\r\nMONITOR + a,b,c,d,e\r\nMONITOR S\r\n' "$login"
    attack storms flood "${WHERE[irc]}" 20 'JOIN #x,#y,#z\r\nPART #x,#y,#z\r\nNICK toto\r\nNICK tutu\r\nPRIVMSG #crowd :\x01PING 1\x01\r\n' \
        'NICK b%d\r\nUSER a 0 * :a\r\nJOIN #crowd\r\n'
    attack passwords flood "${WHERE[irc]}" 10 'OPER root wrong\r\n' 'NICK c%d\r\nUSER c 0 * :c\r\n'
    for _ in {1..10}; do
        people_chat
    done
    people_tell "fifty who flood"
    attack_end lists
    attack_end storms
    attack_end passwords
    all_given_back
}

@test "tags and CTCP at their limits, and beyond, are answered or passed on whole" {
    begin
    enter big irc
    send big 'CAP REQ :message-tags' 'JOIN #lobby'
    send_bytes big "@+a=$(head -c 4090 /dev/zero | tr '\0' t) PRIVMSG #lobby :\\001ACTION $(head -c 400 /dev/zero | tr '\0' w)\\001\r\n"
    expect toto -e '^\* big w+$'
    send_bytes big "@+a=$(head -c 9000 /dev/zero | tr '\0' t) PRIVMSG #lobby :too much\r\n"
    expect big -e ' 417 '
    people_chat
    expect_none toto -e 'too much'
}

# ---- control and metrics ----

@test "whoever asks control or metrics too slowly is told so and closed; others are answered meanwhile" {
    begin -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' -o 'listen irc 127.0.0.1:0' -o 'listen metrics 127.0.0.1:0'
    requires socat
    open silent metrics
    attack drip drip "${WHERE[metrics]}" 3 'GET /metrics HTTP/1.1\r\nx: y\r\n'
    attack sip sip "${WHERE[metrics]}" 2 'GET /metrics HTTP/1.1\r\n\r\n'
    attack control-drip drip "$DAEMON_RUN/control" 3 'xyz'
    attack control-deaf deaf "$DAEMON_RUN/control" 3 'help\nstats\nwho\n'
    (
        # Its input stays open.
        socat -t 60 "EXEC:sleep 60" "UNIX-CONNECT:$DAEMON_RUN/control" </dev/null >/dev/null 2>&1 3>&- &
        echo $! >"$BATS_TEST_TMPDIR/socat"
    )
    people_chat
    ctl who | grep -q tata
    printf 'GET /metrics HTTP/1.1\r\n\r\n' | exchange metrics | grep -q '^HTTP/1.1 200'
    expect silent 'HTTP/1.1 408 Request Timeout'
    expect_end silent
    close silent
    people_chat
    all_given_back
    kill "$(cat "$BATS_TEST_TMPDIR/socat")" 2>/dev/null || :
    attack_end drip
    attack_end sip
    attack_end control-drip
    attack_end control-deaf
}

# ---- the network ----

# The daemon on host 1 of a network of its own; TO: where its door is.
begin_apart() {
    requires ip ss
    lan_open 2
    # shellcheck disable=SC2034 # for lib/daemon
    local DAEMON_WRAP=(ip netns exec "$LAN-1")
    daemon_start "${DAEMON_UNCONFINED[@]}" -o 'listen plain 10.9.0.1:0' -o 'listen talk 10.9.0.1:0' -o 'listen irc 10.9.0.1:0' "$@"
    snapshot
}

# One line from a newcomer on that host, who gets in and out.
visit() {
    printf 'WHO\nQUIT\n' | patiently on "$1" socat - "TCP:${WHERE[plain]}" >"$BATS_TEST_TMPDIR/visit"
    grep -q '^\[server\].* 10\.9\.0\.' "$BATS_TEST_TMPDIR/visit"
}

@test "peers that vanish are found, idle, written to, or with their window shut; one that lives but does not read stays" {
    requires socat
    begin_apart -o 'keepalive 5' -o 'ping-timeout 2' -o 'queue-limit 64k'
    local ATTACK_FROM=(ip netns exec "$LAN-2")
    attack listens sip "${WHERE[irc]}" 1 'NICK idle\r\nUSER i 0 * :i\r\n'
    attack deaf hold "${WHERE[plain]}" 1 'NICK shut\n'
    attack reads flood "${WHERE[talk]}" 1 '/who\r\n'
    attack quiet sip "${WHERE[plain]}" 1 'NICK quiet\n'
    # shellcheck disable=SC2034 # for lib/hostile
    ATTACK_FROM=(ip netns exec "$LAN-1")
    attack living hold "${WHERE[plain]}" 1 'NICK living\n'
    local talk
    talk=$(head -c 900 /dev/zero | tr '\0' t)
    attack talker flood "${WHERE[plain]}" 1 "MSG $talk\n" 'NICK talker\n'
    window_shut() {
        # shellcheck disable=SC2317
        (($(on 1 ss -tnoH state established | grep -c persist) >= 2))
    }
    wait_until window_shut
    ip -n "$LAN-2" link set eth0 down
    local name
    all_found() {
        # shellcheck disable=SC2317
        for name in idle shut quiet 10.9.0.2; do
            ! daemon_pids "^forkchatd: worker $name" || return 1
        done
    }
    wait_until all_found
    worker_of living
    visit 1
    for name in "${!ATTACK_PID[@]}"; do
        attack_end "$name"
    done
    all_given_back
}

@test "half-open connections reach no process, and keep nobody out" {
    requires socat
    begin_apart
    on 2 "$HOSTILE" syn "${WHERE[plain]}" 5000 10.9.0.77 3>&-
    (($(on 1 ss -tnH state syn-recv | wc -l) > 0))
    visit 2
    visit 2
    visit 1
    all_given_back
}
