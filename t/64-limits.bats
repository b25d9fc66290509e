#!/usr/bin/env bats
# Who may come in, how many of one address and network, and who must wait for the trouble they made. And whether what the
# manual page and numeric 005 say of limits is so.
bats_require_minimum_version 1.5.0

setup() {
    load lib/daemon
    load lib/client
    load lib/control
}

teardown() {
    client_teardown
    daemon_teardown
    [[ -z ${NETNS:-} ]] || ip netns del "$NETNS"
}

# What a connection from $1 (an address of this machine) to the plain door is told first.
from() {
    patiently nc -N -s "$1" 127.0.0.1 "$PORT_PLAIN" </dev/null 3>&- | head -n 1
}

welcome() {
    [[ $(from "$1") == '[server] Welcome '* ]]
}

# Ends the worker of that client, which is told nothing.
crash() {
    daemon_may "worker .* of $1 died: signal 9"
    kill -KILL "$(worker_of "$1")"
    expect_end "$1"
    close "$1"
    wait_until grep -q "of $1 died: signal 9" "$DAEMON_LOG"
}

@test "max-clients-per-network counts the addresses of a network together, and no others" {
    daemon_start -o 'max-clients-per-network 3' -o 'listen plain 127.0.0.1:0' -o 'listen metrics 127.0.0.1:0'
    enter a plain
    enter b plain
    enter c plain
    [[ $(from 127.0.0.77) == '[server] too many connections from your network: try again later' ]]
    welcome 127.0.1.1
    expect_log 'client refused "127.0.0.77:[0-9]+": too many connections from your network: try again later'
    printf 'GET /metrics HTTP/1.0\r\n\r\n' | exchange metrics >"$BATS_TEST_TMPDIR/metrics"
    grep -q 'forkchat_refusals_total{reason="max-clients-per-network"} 1' "$BATS_TEST_TMPDIR/metrics"
    send a 'MSG hello'
    expect c '[a] hello'
    close b
    wait_until welcome 127.0.0.77
}

@test "one IPv6 host is one address, however many of its own it uses" {
    requires ip nc
    NETNS=fclimit$$
    ip netns add "$NETNS" 2>/dev/null || { NETNS=''; skip "network namespaces are not permitted here"; }
    local inside=(ip netns exec "$NETNS") address
    "${inside[@]}" ip link set lo up
    for address in fd00:1:2:3::1 fd00:1:2:3::2 fd00:1:2:3:ffff::3 fd00:1:2:4::1; do
        "${inside[@]}" ip -6 addr add "$address/128" dev lo
    done
    # shellcheck disable=SC2034 # for daemon_start
    DAEMON_WRAP=("${inside[@]}")
    daemon_start -o 'listen plain [::]:0' -o 'max-clients-per-address 2'
    # They stay as long as their input does.
    mkfifo "$BATS_TEST_TMPDIR/open"
    exec {hold}<>"$BATS_TEST_TMPDIR/open"
    "${inside[@]}" nc -6 -s fd00:1:2:3::1 fd00:1:2:3::1 "$PORT_PLAIN" <&"$hold" >"$BATS_TEST_TMPDIR/1" 3>&- &
    local first=$!
    "${inside[@]}" nc -6 -s fd00:1:2:3::2 fd00:1:2:3::1 "$PORT_PLAIN" <&"$hold" >"$BATS_TEST_TMPDIR/2" 3>&- &
    local second=$!
    wait_until grep -q Welcome "$BATS_TEST_TMPDIR/1"
    wait_until grep -q Welcome "$BATS_TEST_TMPDIR/2"
    "${inside[@]}" nc -6 -N -s fd00:1:2:3:ffff::3 fd00:1:2:3::1 "$PORT_PLAIN" </dev/null >"$BATS_TEST_TMPDIR/3" 3>&-
    [[ $(<"$BATS_TEST_TMPDIR/3") == '[server] too many connections from your address: close one first' ]]
    "${inside[@]}" nc -6 -N -s fd00:1:2:4::1 fd00:1:2:3::1 "$PORT_PLAIN" </dev/null >"$BATS_TEST_TMPDIR/4" 3>&-
    grep -q Welcome "$BATS_TEST_TMPDIR/4"
    kill "$first" "$second"
    wait "$first" "$second" || :
}

@test "address-prefix makes a network one address, also for those who are here at a reload" {
    printf 'max-clients-per-address 2\n' >"$BATS_TEST_TMPDIR/conf"
    daemon_start -c "$BATS_TEST_TMPDIR/conf"
    enter a plain
    enter b plain
    welcome 127.0.0.2
    printf 'max-clients-per-address 2\naddress-prefix 24 64\n' >"$BATS_TEST_TMPDIR/conf"
    run -0 ctl reload
    [[ $(from 127.0.0.2) == '[server] too many connections from your address: close one first' ]]
    welcome 127.0.1.2
}

@test "limit-exempt: from there as many come, and as fast, as like" {
    daemon_start -o 'max-clients-per-address 1' -o 'connect-rate 1/1000' -o 'limit-exempt 127.0.0.1 10.0.0.0/8'
    enter a plain
    enter b plain
    enter c plain
    welcome 127.0.0.2
    [[ $(from 127.0.0.2) == '[server] you connect too often: wait a little, then try again' ]]
}

@test "a crash keeps its address out for a while, and disturbs nobody who is here" {
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 1000' -o 'penalty longest 1h' \
        -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    enter toto plain
    enter tutu plain
    enter tata talk
    crash toto
    expect tutu '[server] toto has left (server trouble)'
    expect_log 'penalty for 127\.0\.0\.1: crash: refused for 1000 s'
    local why='there was trouble with clients from your address: try again in (1000|99[0-9]|9[0-8][0-9]) s'
    [[ $(from 127.0.0.1) =~ ^\[server\]\ $why$ ]]
    [[ $(exchange talk </dev/null) =~ ^\[server\]\ $why ]]
    [[ $(exchange irc </dev/null) =~ ^ERROR\ :.*$why ]]
    welcome 127.0.0.2
    send tutu 'MSG still here'
    expect tata '(tutu) still here'
    run -0 ctl stats
    [[ $output == *'refusals reason="penalty"'*3* && $output == *'penalties reason="crash"'*1* ]]
}

@test "a supervisor that takes over counts those who are here, and forgets no penalty" {
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 1000' -o 'penalty longest 1h' -o 'max-clients-per-address 2'
    enter toto plain
    enter tutu plain
    open tata plain
    expect tata -e 'too many connections from your address'
    kill -KILL "$DAEMON"
    daemon_killed
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 1000' -o 'penalty longest 1h' -o 'max-clients-per-address 2'
    [[ $(from 127.0.0.1) == '[server] too many connections from your address: close one first' ]]
    welcome 127.0.0.2
    send toto 'QUIT'
    expect_end toto
    wait_until welcome 127.0.0.1
    # One from elsewhere crashes, before the next supervisor comes.
    mkfifo "$BATS_TEST_TMPDIR/open"
    exec {hold}<>"$BATS_TEST_TMPDIR/open"
    nc -s 127.0.0.2 127.0.0.1 "$PORT_PLAIN" <&"$hold" >"$BATS_TEST_TMPDIR/titi" 3>&- &
    local titi=$!
    wait_until grep -q Welcome "$BATS_TEST_TMPDIR/titi"
    daemon_may 'worker .* of 127.0.0.2:.* died: signal 9'
    kill -KILL "$(daemon_pid 'worker 127\.0\.0\.2:')"
    wait_until grep -q 'penalty for 127.0.0.2: crash' "$DAEMON_LOG"
    kill "$titi"
    wait "$titi" || :
    kill -KILL "$DAEMON"
    daemon_killed
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 1000' -o 'penalty longest 1h' -o 'max-clients-per-address 2'
    [[ $(from 127.0.0.2) == '[server] there was trouble with clients from your address: try again in '* ]]
    welcome 127.0.0.3
    send tutu 'MSG hello'
    sync tutu
}

@test "a penalty passes by itself" {
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 1' -o 'penalty longest 1'
    enter toto plain
    crash toto
    expect_log 'penalty for 127\.0\.0\.1: crash: refused for 1 s'
    wait_until welcome 127.0.0.1
}

@test "each further crash costs twice as much, up to the longest, and operators see it" {
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 1000' -o 'penalty longest 6000'
    local nick
    for nick in toto tutu tata titi; do
        enter "$nick" plain
    done
    crash toto
    run -0 ctl penalties
    [[ ${lines[0]} =~ ^ADDRESS\ +SECONDS\ +REFUSED\ +REASON\ +TIMES$ ]]
    [[ ${lines[1]} =~ ^127\.0\.0\.1\ +(1000|9[0-9][0-9])\ +yes\ +crash\ +1$ ]]
    crash tutu
    run -0 ctl penalties
    [[ ${lines[1]} =~ ^127\.0\.0\.1\ +(3000|2[0-9]{3})\ +yes\ +crash\ +2$ ]]
    crash tata
    crash titi
    run -0 ctl --json penalties
    [[ $output =~ ^\{\"address\":\"127\.0\.0\.1\",\"seconds\":(6000|5[0-9]{3}),\"refused\":true,\"reason\":\"crash\",\"times\":4\}$ ]]
}

@test "operators forgive an address, a network, or all" {
    daemon_start -o 'penalty-exempt none' -o 'penalty crash 100' -o 'penalty longest 1h'
    run -1 ctl forgive all
    [[ $output == *'nobody owes anything' ]]
    local word
    for word in 127.0.0.1 127.0.0.0/8 all; do
        enter toto plain
        crash toto
        [[ $(from 127.0.0.1) == *trouble* ]]
        run -1 ctl forgive 127.0.0.2
        [[ $output == *'127.0.0.2 owes nothing: penalties lists who does' ]]
        run -0 ctl forgive "$word"
        welcome 127.0.0.1
    done
    run -64 ctl forgive toto
    [[ $output == *'an address, a network as in 192.0.2.0/24, or all'* ]]
    [[ $(ctl_json .address penalties) == '' ]]
}

@test "whoever comes through a program on this machine is not punished for others" {
    daemon_start
    local nick
    for nick in toto tutu tata; do
        enter "$nick" plain
        crash "$nick"
        welcome 127.0.0.1
    done
    [[ $(ctl --json penalties) == '' ]]
}

@test "who leaves in peace, or is ended by the administrator, owes nothing" {
    daemon_start -o 'penalty-exempt none'
    daemon_may 'worker .* died: signal 15'
    enter toto plain
    send toto 'QUIT'
    expect_end toto
    enter tutu plain
    kill -TERM "$(worker_of tutu)"
    expect_end tutu
    wait_until grep -q 'client disconnected "tutu"' "$DAEMON_LOG"
    welcome 127.0.0.1
    [[ $(ctl --json penalties) == '' ]]
}

@test "a wrong password is owed for at once, whatever comes after it: of an operator, and of the server" {
    # shellcheck disable=SC2016
    local crypted='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'
    daemon_start -o 'penalty-exempt none' -o "operator root $crypted" -o "password $crypted" -o 'penalty password 300' \
        -o 'penalty longest 1h' -o 'listen plain 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    enter toto plain
    send toto 'OPER root wrong'
    expect_log 'penalty for 127.0.0.1: password: refused for 300 s'
    expect toto '[server] wrong operator name or password'
    send toto 'OPER root secret'
    expect toto '[server] you are now an operator'
    [[ $(ctl_json .times penalties) == 1 ]]
    run -0 ctl forgive all
    open tata irc
    send tata 'PASS wrong' 'NICK tata' 'USER tata 0 * :tata'
    expect tata -e ' 464 '
    expect_end tata
    expect_log 'penalty for 127.0.0.1: password: refused for 300 s'
}

@test "who takes one nick after the other does not flood the log" {
    daemon_start -o 'flood off' -o 'listen plain 127.0.0.1:0'
    enter toto plain
    local i
    for i in {1..60}; do
        echo "NICK n$i"
    done >&"${CLIENT_FD[toto]}"
    expect toto '[server] you are now n60'
    expect_log '^client "toto" => "n1"$'
    (($(grep -c '^client .* => ' "$DAEMON_LOG") <= 20))
}

@test "a password that stands where the operator's name belongs is not in the log" {
    # shellcheck disable=SC2016
    daemon_start -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.' \
        -o 'listen plain 127.0.0.1:0'
    enter toto plain
    send toto 'OPER geheim root' 'OPER root wrong'
    expect_log '^forkchatd: warning: wrong operator name or password for an unknown name from "127.0.0.1:[0-9]+"$'
    expect_log '^forkchatd: warning: wrong operator name or password for "root" from "127.0.0.1:[0-9]+"$'
    run -1 grep geheim "$DAEMON_LOG"
}

# guess NICK DOOR OPER: three wrong ones, and more, in one write.
guess() {
    send "$1" "$3 root wrong" "$3 nobody wrong" "$3 root  wrong" "$3 root secret" "$3 root secret"
    if [[ $2 == irc ]]; then
        for _ in 1 2 3; do
            expect_next "$1" -e ' 464 '
        done
        expect_next "$1" -e '^ERROR :Closing Link: .*\(Too many wrong passwords\)$'
    else
        for _ in 1 2 3; do
            expect_next "$1" -e 'wrong operator name or password$'
        done
        expect_next "$1" -e 'too many wrong passwords: the connection ends$'
    fi
    expect_end "$1"
}

@test "the third wrong operator's password ends the connection, at every door" {
    # shellcheck disable=SC2016
    daemon_start -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.' \
        -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    local door
    enter tutu plain
    for door in plain talk irc; do
        enter "${door}er" "$door"
        case $door in
        talk) guess "${door}er" "$door" /oper ;;
        *) guess "${door}er" "$door" OPER ;;
        esac
        expect tutu -e "${door}er has left \([Tt]oo many wrong passwords\)$"
        run -1 grep -q 'is now operator' "$DAEMON_LOG"
    done
    [[ $(grep -c 'wrong operator name or password for' "$DAEMON_LOG") == 9 ]]
}

@test "who has guessed three times from many connections is refused while these still guess" {
    # shellcheck disable=SC2016
    daemon_start -o 'penalty-exempt none' -o 'operator root $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.' \
        -o 'penalty password 100' -o 'penalty longest 1h' -o 'listen plain 127.0.0.1:0'
    local nick
    for nick in toto tutu tata; do
        enter "$nick" plain
    done
    for nick in toto tutu tata; do
        send "$nick" 'OPER root wrong'
    done
    for nick in toto tutu tata; do
        expect "$nick" '[server] wrong operator name or password'
    done
    [[ $(ctl_json .times penalties) == 3 ]]
    [[ $(from 127.0.0.1) == *'there was trouble with clients from your address'* ]]
}

@test "who tries one key of a channel after the other waits between them" {
    daemon_start -o 'flood off' -o 'listen plain 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    enter toto plain
    send toto 'JOIN #x' 'MODE +k secret'
    expect toto -e "key of #x to secret"
    local door before after
    for door in plain irc; do
        enter "${door}er" "$door"
        # Without a key, or with keys that are out of date: at once.
        send "${door}er" 'JOIN #x' 'JOIN #x' 'JOIN #x' 'JOIN #x' 'JOIN #x' 'JOIN #x one' 'JOIN #x two' 'JOIN #x three'
        now before
        send "${door}er" 'JOIN #x four' 'JOIN #x five' 'JOIN #x secret'
        expect "${door}er" -e '(now talking in #x|!.* JOIN :?#x)'
        now after
        ((after - before >= 2000000))
    done
}

@test "who never registers owes for it" {
    daemon_start -o 'penalty-exempt none' -o 'registration-timeout 1' -o 'penalty silence 500' -o 'penalty longest 1h' \
        -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    open toto irc
    expect toto -e 'Registration timed out'
    expect_end toto
    wait_until grep -q 'penalty for 127.0.0.1: silence: refused for 500 s' "$DAEMON_LOG"
    [[ $(from 127.0.0.1) == *'there was trouble with clients from your address'* ]]
}

@test "who floods the server with connections does not flood its log: all are counted, few are named" {
    daemon_start -o 'connect-rate 1/100000'
    welcome 127.0.0.1
    local tried=0 start time fd
    now start
    # One connection, which is refused.
    # shellcheck disable=SC2317
    try() {
        exec {fd}<>"/dev/tcp/127.0.0.1/$PORT_PLAIN"
        read -rt "$PATIENCE" -u "$fd" || :
        exec {fd}>&-
        tried=$((tried + 1))
    }
    # shellcheck disable=SC2317
    all_counted() {
        try
        local named more
        named=$(grep -c '^client refused ' "$DAEMON_LOG")
        more=$(($(sed -nE 's/^([0-9]+) more clients refused$/\1/p' "$DAEMON_LOG" | paste -sd+)))
        ((named + more == tried))
    }
    while ((tried < 300)); do
        try
    done
    wait_until all_counted
    now time
    (($(grep -c '^client refused ' "$DAEMON_LOG") <= 20 * ((time - start) / 1000000 + 2)))
    run -0 ctl stats
    [[ $output == *'refusals reason="connect-rate"'*" $tried"* ]]
}

# ---- what is written of them ----

# The rows of the table in forkchatd.conf(5): limit|default|directive|told
table() {
    sed -n '/^\.Sh LIMITS/,/^\.Sh FILES/p' "$BATS_TEST_DIRNAME/../man/forkchatd.conf.5" |
        tr '\n' ' ' | sed 's/\.T[SE]/\n/g' | sed 's/ T{ /\nT{ /g' | tr '\n' ' ' | sed 's/ _ /\n/; s/T} T{/T}\nT{/g' |
        sed -nE 's/^.*T\{ ([^}]*) T\}\tT\{ ([^}]*) T\}\t([a-z-]+)\tT\{ ([^}]*) T\}.*$/\1|\2|\3|\4/p'
}

@test "every directive in the table of limits exists, and its default is the one that is in force" {
    local limit value directive defaults
    (($(table | wc -l) > 40))
    while IFS='|' read -r limit value directive _; do
        [[ $directive == fixed ]] && continue
        "$FORKCHAT_BUILD/forkchatd" -h 3>&- | grep -qE "^ +$directive " || { echo "no directive: $directive"; return 1; }
        # a plain word of a default must be in the directive's own entry as well
        [[ $value =~ ^(off|[0-9]+[kM]?)$ ]] || continue
        defaults=$(sed -n "/^\.It Ic $directive /,/^\.It/p" "$BATS_TEST_DIRNAME/../man/forkchatd.conf.5" |
            tr '\n' ' ' | grep -oE 'Default: (\.Cm )?[^.]*')
        [[ $defaults == *"$value"* ]] || { echo "$limit: $value is not: $defaults"; return 1; }
    done < <(table)
}

@test "numeric 005 says the numbers of the table" {
    DAEMON_DOORS=irc daemon_start
    enter toto irc
    local tokens pair name
    tokens=$(transcript toto | sed -n 's/^[^ ]* 005 toto \(.*\) :are supported.*/\1/p' | tr ' ' '\n')
    for pair in 'nick=NICKLEN' 'channel name=CHANNELLEN' 'topic=TOPICLEN' 'text of KICK=KICKLEN' 'AWAY=AWAYLEN' \
        'real name=NAMELEN' 'key of a channel=KEYLEN' 'watches (MONITOR)=MONITOR' 'channels of one user=MAXCHANNELS'; do
        name=$(table | grep -F "${pair%=*}|" | head -n 1 | cut -d '|' -f 2)
        grep -qx "${pair#*=}=${name%% *}" <<<"$tokens" || { echo "$pair: the table says $name"; return 1; }
    done
    grep -qx 'CHANLIMIT=#:50' <<<"$tokens"
    grep -qx 'MAXLIST=b:100,e:100,I:100' <<<"$tokens"
}
