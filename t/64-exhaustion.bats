#!/usr/bin/env bats
# What happens when something runs out: processes, descriptors, memory, disks, places in the tables. Whoever asks for more
# is told, those who are here go on, and once there is more it is as if nothing had been.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2016
SECRET='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'
BUSY='the server is busy: try again later'

setup() {
    load lib/daemon
    load lib/client
    load lib/control
}

teardown() {
    client_teardown
    daemon_teardown
    [[ -z ${OWN_HOME:-} ]] || rm -rf "$OWN_HOME"
}

# A daemon whose processes are the only ones of their user, who is nobody's.
start_as_nobody_else() {
    [[ $EUID == 0 ]] || skip "only root can take a user of its own"
    requires setpriv prlimit
    local id=$((200000 + BASHPID))
    OWN_HOME=$(mktemp -d)
    cp "$FORKCHAT_BUILD/forkchatd" "$OWN_HOME" # perhaps out of the user's reach
    chown -R "$id:$id" "$OWN_HOME"
    # shellcheck disable=SC2034 # for daemon_start
    DAEMON_HOME=$OWN_HOME
    DAEMON_WRAP=(setpriv --reuid="$id" --regid="$id" --clear-groups)
    FORKCHAT_BUILD=$OWN_HOME daemon_start "$@"
}

# So many processes may that user have from now on, or more.
processes() {
    "${DAEMON_WRAP[@]}" prlimit --pid "$DAEMON" --nproc="$1:"
}

# A daemon that sees a file system of its own at $2, of $1 bytes.
start_with_small() {
    [[ $EUID == 0 ]] || skip "only root can mount"
    requires unshare
    mkdir -p "$2"
    unshare -m true 2>/dev/null || skip "mount namespaces are not permitted here"
    # shellcheck disable=SC2016
    DAEMON_WRAP=(unshare -m sh -c 'mount -t tmpfs -o mode=755,size="$0" tmpfs "$1" && shift && exec "$@"' "$1" "$2")
    daemon_start "${@:3}"
}

# Makes that file system of the daemon's full, by a file in it; or lets it have room again.
fill() {
    cat /dev/zero >"/proc/$DAEMON/root$1/filling" 2>/dev/null || :
    [[ -s /proc/$DAEMON/root$1/filling ]]
}

empty() {
    rm "/proc/$DAEMON/root$1/filling"
}

# Hundredths of a second that the supervisor has run.
ran() {
    local fields
    read -ra fields < <(sed 's/.*) //' "/proc/$DAEMON/stat")
    echo $((fields[11] + fields[12]))
}

# ends_idle START_US START_RAN: since then it has slept most of the time.
was_idle() {
    local time
    now time
    local passed=$(((time - $1) / 10000)) used=$(($(ran) - $2))
    echo "# ran for $used of $passed hundredths of a second"
    ((used * 10 < passed || used < 10)) # one tenth, where a loop takes all it gets
}

chat_goes_on() {
    send toto "MSG $1"
    expect tutu "[toto] $1"
    send tutu "MSG yes, $1"
    expect toto "[tutu] yes, $1"
}

# For two seconds, so that whoever spins has time to.
chat_goes_on_for_a_while() {
    local start time
    now start
    for (( ; ; )); do
        chat_goes_on "and on $EPOCHREALTIME"
        now time
        ((time - start < 2000000)) || return 0
    done
}

comes_in() {
    exchange plain </dev/null | grep -q Welcome
}

# Ten newcomers at each of two doors.
doors_say_busy() {
    for _ in {1..10}; do
        [[ $(exchange plain </dev/null) == "[server] $BUSY" ]] || return 1
        [[ $(exchange talk </dev/null) == "[server] $BUSY"$'\r' ]] || return 1
    done
}

# ---- processes ----

@test "no process for a newcomer: they are told, others chat on, nothing spins, and it passes" {
    start_as_nobody_else -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    enter toto plain
    enter tutu plain
    processes 0
    local start used
    now start
    used=$(ran)
    doors_say_busy
    [[ $(exchange irc </dev/null) == ERROR*"$BUSY"* ]]
    run -69 ctl who
    [[ $output == *"$BUSY"* ]]
    was_idle "$start" "$used"
    chat_goes_on 'we are still here'
    (($(grep -c 'fork: .*: newcomers must wait' "$DAEMON_LOG") <= 20))
    expect_log 'fork: Resource temporarily unavailable: newcomers must wait'
    processes 1000
    wait_until comes_in
    run -0 ctl stats
    [[ $output == *'refusals reason="busy"'* ]]
}

@test "no process for another courier: nothing is lost, nothing spins, and it is started when it can be" {
    daemon_may 'courier 0 died: signal 9'
    start_as_nobody_else -o 'couriers 1' -o 'ring-size 256k' -o 'flood off'
    enter toto plain
    enter tutu plain
    processes 0
    local i start used
    now start
    used=$(ran)
    kill -KILL "$(daemon_pid 'courier 0')"
    expect_log 'fork: Resource temporarily unavailable: everybody waits for courier 0'
    # more than the ring holds
    seq -f "MSG %04.0f $(head -c 900 /dev/zero | tr '\0' x)" 1 600 >&"${CLIENT_FD[toto]}" &
    local writer=$!
    for i in {1..10}; do
        [[ $(exchange plain </dev/null) == "[server] $BUSY" ]]
    done
    was_idle "$start" "$used"
    processes 1000
    patiently grep -m 600 -o '^\[toto\] [0-9]*' <&"${CLIENT_FD[tutu]}" | cmp - <(seq -f '[toto] %04.0f' 600)
    wait "$writer"
    send toto 'MSG all there'
    expect tutu '[toto] all there'
}

# ---- descriptors ----

# The lowest number that no descriptor of the supervisor has.
lowest_free() {
    local i=0
    while [[ -e /proc/$DAEMON/fd/$i ]]; do
        i=$((i + 1))
    done
    echo "$i"
}

@test "no descriptor for a newcomer: they are told, others chat on, nothing spins, and it passes" {
    requires prlimit
    daemon_start
    enter toto plain
    enter tutu plain
    prlimit --pid "$DAEMON" --nofile="$(lowest_free):"
    local start used
    now start
    used=$(ran)
    doors_say_busy
    run -69 ctl who
    [[ $output == *"$BUSY"* ]]
    was_idle "$start" "$used"
    chat_goes_on 'we are still here'
    expect_log 'accept: (Too many open files|No file descriptors available): newcomers must wait'
    prlimit --pid "$DAEMON" --nofile=1000:
    wait_until comes_in
    run -0 ctl who
}

@test "not even one to tell a newcomer: they wait, and are let in when there is one" {
    requires prlimit
    daemon_start
    enter toto plain
    enter tutu plain
    prlimit --pid "$DAEMON" --nofile=8: # poll(2) itself wants some
    local start used
    now start
    used=$(ran)
    open tata plain
    ctl --json who >"$BATS_TEST_TMPDIR/who" &
    local who=$!
    expect_log 'accept: (Too many open files|No file descriptors available): newcomers must wait'
    chat_goes_on_for_a_while
    was_idle "$start" "$used"
    prlimit --pid "$DAEMON" --nofile=1000:
    expect tata -e 'Welcome'
    wait "$who"
    grep -q '"nick":"toto"' "$BATS_TEST_TMPDIR/who"
    chat_goes_on three
}

@test "no more clients come in than the couriers may have descriptors, and all of them are served" {
    requires prlimit
    DAEMON_WRAP=(prlimit --nofile=96:96)
    daemon_start -o 'couriers 1'
    grep -q 'only 28 clients can be served: the couriers may open no more descriptors' "$DAEMON_LOG"
    local i
    for i in {1..28}; do
        enter "c$i" plain
    done
    [[ $(exchange plain </dev/null) == '[server] the server is full: try again later' ]]
    send c1 'MSG hello'
    for i in {2..28}; do
        expect "c$i" '[c1] hello'
    done
    send c28 QUIT
    expect_end c28
    close c28
    wait_until comes_in
}

# ---- memory ----

@test "shared memory too small for the tables is told at the start, with what helps" {
    [[ $EUID == 0 ]] || skip "only root can mount"
    unshare -m true 2>/dev/null || skip "mount namespaces are not permitted here"
    daemon_command -f -o 'max-clients 1000'
    # shellcheck disable=SC2016
    run -71 unshare -m sh -c 'mount -t tmpfs -o size=4m tmpfs /dev/shm && "$@"; s=$?; ls /dev/shm; exit $s' sh "${DAEMON_COMMAND[@]}" 3>&-
    [[ $output == *'cannot make '*' MiB of shared memory: No space left on device: /dev/shm is too small; lower max-clients or ring-size'* ]]
    [[ $output != *$'\n'forkchat-* ]]
}

@test "shared memory that others fill after the start harms nobody" {
    start_with_small 64m /dev/shm -o 'flood off' -o 'max-clients 500' -o 'ring-size 16M'
    enter toto plain
    enter tutu plain
    fill /dev/shm
    # places nobody has used yet: of the whole ring, and in every table
    local i
    for i in {1..60}; do
        seq -f "MSG %06.0f $(head -c 980 /dev/zero | tr '\0' x)" $((i * 300 - 299)) $((i * 300)) >&"${CLIENT_FD[toto]}"
        send toto "MSG round $i"
        patiently grep -qm 1 "^\\[toto\\] round $i\$" <&"${CLIENT_FD[tutu]}"
    done
    for i in {1..40}; do
        enter "c$i" plain
        send "c$i" "JOIN #c$i" 'TOPIC of its own'
        expect "c$i" -e 'talking in'
    done
    chat_goes_on 'nothing happened'
    empty /dev/shm
}

# ---- disks ----

@test "a full disk: the bans that are kept stay kept, it is told once, and they are written when there is room" {
    local state=$BATS_TEST_TMPDIR/state bans
    start_with_small 64k "$state" -o "operator root $SECRET"
    bans=/proc/$DAEMON/root$state/bans
    enter toto plain
    enter tutu plain
    run -0 ctl ban 192.0.2.1 the first
    wait_until grep -q '192.0.2.1' "$bans"
    cp "$bans" "$BATS_TEST_TMPDIR/before"
    fill "$state"
    run -0 ctl ban 192.0.2.2 the second
    expect_log 'bans: No space left on device: the bans are not kept'
    cmp "$bans" "$BATS_TEST_TMPDIR/before"
    run -0 ctl ban 192.0.2.3 the third
    chat_goes_on 'nobody noticed'
    run -0 ctl bans
    [[ $output == *192.0.2.2*the\ second* && $output == *192.0.2.3*the\ third* ]]
    cmp "$bans" "$BATS_TEST_TMPDIR/before"
    empty "$state"
    expect_log 'bans: the bans are kept again'
    grep -q 192.0.2.1 "$bans" && grep -q 192.0.2.2 "$bans" && grep -q 192.0.2.3 "$bans"
    [[ $(grep -c 'the bans are not kept' "$DAEMON_LOG") == 1 ]]
    [[ ! -e $bans.new ]]
}

@test "no room for the process id: it is told, and the server serves" {
    [[ $EUID == 0 ]] || skip "only root can mount"
    unshare -m true 2>/dev/null || skip "mount namespaces are not permitted here"
    mkdir -p "$BATS_TEST_TMPDIR/run"
    # shellcheck disable=SC2016
    DAEMON_WRAP=(unshare -m sh -c 'mount -t tmpfs -o mode=755,size=16k tmpfs "$0" && { cat /dev/zero >"$0/filling"; exec "$@"; }'
        "$BATS_TEST_TMPDIR/run")
    daemon_start
    grep -q 'forkchatd.pid: No space left on device' "$DAEMON_LOG"
    enter toto plain
    enter tutu plain
    chat_goes_on 'without a number'
}

@test "a log that takes nothing stops nobody" {
    # shellcheck disable=SC2016
    DAEMON_WRAP=(sh -c 'exec "$@" 2>/dev/full' sh)
    daemon_start
    enter toto plain
    enter tutu plain
    chat_goes_on 'unheard of'
    kill -HUP "$DAEMON"
    chat_goes_on 'after a reload'
}

@test "a configuration that is too long as a whole is refused, and the one before stays" {
    head -c 16000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/text"
    printf 'motd %s\nwelcome %s\nrules %s\n' "$BATS_TEST_TMPDIR/text"{,,} >"$BATS_TEST_TMPDIR/conf"
    daemon_start -c "$BATS_TEST_TMPDIR/conf"
    enter toto plain
    enter tutu plain
    local i
    for i in {1..64}; do
        echo "operator name$i$(head -c 300 /dev/zero | tr '\0' n) $SECRET"
    done >>"$BATS_TEST_TMPDIR/conf"
    run -1 ctl reload
    expect_log 'the configuration is too long: its directives, motd, welcome and rules have 64 KiB together'
    expect_log 'the configuration was not changed'
    chat_goes_on 'as before'
    exchange plain </dev/null | grep -q xxxxx
    run -78 "$FORKCHAT_BUILD/forkchatd" -t -c "$BATS_TEST_TMPDIR/conf" 3>&-
    [[ $output == *'the configuration is too long'* ]]
}

# ---- tables ----

@test "no room for another channel: who asks is told at every door, those that exist can be joined" {
    daemon_start -o 'max-clients 4' -o 'max-detached 0' -o 'channel-limit 500' -o 'flood off' -o "operator root $SECRET" \
        -o 'listen plain 127.0.0.1:0' -o 'listen talk 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    enter toto plain
    enter tutu plain
    enter tata talk
    enter titi irc
    # 4 + 200, the lobby among them; an operator may have them all
    send toto 'OPER root secret'
    expect toto '[server] you are now an operator'
    seq -f 'JOIN #c%.0f' 1 203 >&"${CLIENT_FD[toto]}"
    expect toto -e 'talking in #c203'
    send tutu 'JOIN #more'
    expect tutu '[server] the server has no room for you in #more: try again later'
    send tata '/join #more'
    expect tata '[server] the server has no room for you in #more: try again later'
    send titi 'JOIN #more'
    expect titi -e ' 437 titi #more :The server has no room for it'
    send tutu 'JOIN #c5'
    expect tutu -e 'talking in #c5'
    send toto 'PART #c7'
    send titi 'JOIN #more'
    # until the channel has gone
    again() {
        send titi 'JOIN #more'
        sync titi
        transcript titi | grep -q ' JOIN .*#more'
    }
    wait_until again
}

@test "no room for another membership: who asks is told, and the lobby has a place for everybody" {
    daemon_start -o 'max-clients 12' -o 'max-detached 0' -o 'channel-limit 500' -o 'flood off' -o "operator root $SECRET" -o 'listen plain 127.0.0.1:0' -o 'listen irc 127.0.0.1:0'
    # 7 for each client, and 1000; operators may have them all
    local i
    for i in {1..10}; do
        enter "c$i" plain
        send "c$i" 'OPER root secret'
        expect "c$i" '[server] you are now an operator'
        seq -f 'JOIN #c%.0f' 1 110 >&"${CLIENT_FD[c$i]}"
        sync "c$i"
    done
    expect c10 -e '^\[server\] the server has no room for you in #c[0-9]+: try again later$'
    enter titi irc
    send titi 'JOIN #c1'
    expect titi -e ' 437 titi #c1 :The server has no room for it'
    send titi 'JOIN #lobby'
    expect titi -e ' JOIN .*#lobby'
    enter last plain
    send last 'MSG we fit'
    expect titi -e 'PRIVMSG #lobby :we fit'
    send c1 'PART #c1'
    wait_until eval 'send titi "JOIN #c1"; sync titi; transcript titi | grep -q "JOIN .*#c1"'
}

# Lines as IRC has them, from standard input.
feed() {
    sed 's/$/\r/' >&"${CLIENT_FD[$1]}"
}

@test "no room for another mask: who sets one or invites is told; other modes still change" {
    daemon_start -o 'max-clients 2' -o 'max-detached 0' -o 'flood off' -o "operator root $SECRET" -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    enter toto irc
    enter tutu irc
    # 2 for each client, and 2000; 300 for each channel; an operator may have them all
    local c
    send toto 'OPER root secret'
    expect toto -e ' 381 '
    for c in 1 2 3 4 5 6 7; do
        {
            echo "JOIN #c$c"
            for kind in b e I; do
                seq -f "MODE #c$c +$kind n%.0f!*@*" 1 100
            done
        } | feed toto
        sync toto
    done
    expect toto -e ' 437 toto #c7 :The server has no room for more masks and invitations'
    send toto 'INVITE tutu #c7'
    expect toto -e ' 437 toto #c7 :The server has no room for more masks and invitations'
    expect_none tutu -e 'INVITE'
    send toto 'MODE #c7 +m'
    expect toto -e 'MODE #c7 \+m'
    send toto 'MODE #c1 -b n1!*@*' 'INVITE tutu #c7'
    expect tutu -e 'INVITE tutu :?#c7'
}

@test "no room for another watch: MONITOR says which could not be added" {
    daemon_start -o 'max-clients 16' -o 'max-detached 0' -o 'flood off' -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    # 4 for each client, and 1000; 100 for each
    local i
    for i in {1..13}; do
        enter "c$i" irc
        seq -f 'MONITOR + w%.0f' 1 100 | feed "c$i"
        sync "c$i"
    done
    expect c13 -e ' 734 c13 100 w[0-9]+ :Monitor list is full'
    send c1 'MONITOR C'
    sync c1
    send c13 'MONITOR + c2'
    expect c13 -e ' 730 c13 :c2!'
}

@test "no room for more metadata: who sets some is told" {
    daemon_start -o 'max-clients 1' -o 'max-detached 0' -o 'flood off' -o 'channel-limit 500' -o "operator root $SECRET" -o 'listen irc 127.0.0.1:0'
    open toto irc
    send toto 'CAP REQ :draft/metadata-2' 'NICK toto' 'USER toto 0 * :toto' 'CAP END'
    expect toto -e ' (376|422) '
    # 2 for each client and channel, and 1000; 20 for each; an operator may have them all
    local c
    send toto 'OPER root secret'
    expect toto -e ' 381 '
    for c in {1..71}; do
        {
            echo "JOIN #c$c"
            seq -f "METADATA #c$c SET k%.0f :v" 1 20
        } | feed toto
        sync toto
    done
    expect toto -e 'FAIL METADATA LIMIT_REACHED #c[0-9]+ '
    send toto 'METADATA #c1 CLEAR'
    sync toto
    send toto 'METADATA * SET mood :fine'
    expect toto -e ' 761 toto \* mood '
}

# crowd NICK FIRST LAST: that client makes those channels, and fills their lists.
crowd() {
    local c kind
    for ((c = $2; c <= $3; c++)); do
        echo "JOIN #c$c"
        for kind in b e I; do
            seq -f "MODE #c$c +$kind n%.0f!*@*" 1 100
        done
    done | feed "$1"
    sync "$1"
}

@test "two who set all the masks they can leave as many to others, who are told nothing of a full list" {
    daemon_start -o 'max-clients 10' -o 'max-detached 0' -o 'flood off' -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    enter toto irc
    enter tutu irc
    enter tata irc
    enter titi plain
    crowd toto 1 8
    crowd tutu 11 18
    expect toto -e ' 437 toto #c[0-9] :You have set your share of the server.s masks and invitations: remove some first'
    expect tutu -e ' 437 tutu #c1[0-9] :You have set your share'
    run -1 eval 'transcript toto tutu | grep -q " 478 "'
    send tata 'JOIN #x' 'MODE #x +b evil!*@*' 'INVITE toto #x' 'INVITE titi #x'
    expect tata -e ' MODE #x \+b :?evil!\*@\*'
    expect toto -e ' INVITE toto :?#x'
    expect titi -e 'invite.* #x'
    # And more than that.
    seq -f "MODE #x +b n%.0f!*@*" 1 99 | feed tata
    seq -f "MODE #x +e n%.0f!*@*" 1 100 | feed tata
    expect tata -e ' MODE #x \+e :?n100!\*@\*'
    # Who was greedy can go on when they take some back.
    send toto 'INVITE titi #c1'
    expect toto -e ' 437 toto #c1 :You have set your share'
    send toto 'PART #c2'
    sync toto
    send toto 'INVITE titi #c1'
    expect titi -e 'invite.* #c1'
    run -1 eval 'transcript tata | grep -qE " (437|478) "'
}

@test "who leaves masks behind and comes again is charged for them, as long as their channel lives" {
    daemon_start -o 'max-clients 10' -o 'max-detached 0' -o 'flood off' -o 'listen irc 127.0.0.1:0'
    enter toto irc
    local i
    for i in 1 2 3 4 5 6; do
        enter "t$i" irc
        send toto "JOIN #c$i" "MODE #c$i +o t$i"
        send "t$i" "JOIN #c$i"
        sync "t$i"
        send toto "MODE #c$i +o t$i"
        sync toto
        crowd "t$i" "$i" "$i"
        close "t$i"
    done
    run -0 eval "transcript t6 | grep -q ' 437 t6 #c6 :You have set your share'"
    # Whoever is there may have a few.
    send toto 'MODE #c1 +b' 'JOIN #x' 'MODE #x +b one!*@*' 'INVITE t1 #x'
    expect toto -e ' MODE #x \+b :?one!\*@\*'
}

@test "channels, memberships, watches and metadata are shared out as well" {
    daemon_start -o 'max-clients 10' -o 'max-detached 0' -o 'channel-limit 500' -o 'flood off' -o 'listen irc 127.0.0.1:0' -o 'listen plain 127.0.0.1:0'
    enter toto irc
    enter tata plain
    open tutu irc
    send tutu 'CAP REQ :draft/metadata-2' 'NICK tutu' 'USER tutu 0 * :tutu' 'CAP END'
    expect tutu -e ' (376|422) '
    seq -f 'JOIN #c%.0f' 1 210 | feed toto
    expect toto -e ' 437 toto #c[0-9]+ :You have your share of the server.s channels: leave some first'
    send tata 'JOIN #x'
    expect tata '[server] you are now talking in #x'
    seq -f 'JOIN #t%.0f' 1 210 >&"${CLIENT_FD[tata]}"
    expect tata "[server] you have your share of the server's channels: PART some first"
    local c
    for c in {1..30}; do
        echo "JOIN #m$c"
        seq -f "METADATA #m$c SET k%.0f :v" 1 20
    done | feed tutu
    expect tutu -e 'FAIL METADATA LIMIT_REACHED #m[0-9]+ :You have set your share of the server.s metadata: remove some first'
}

@test "no room for another ban: operators are told, and those there are hold" {
    daemon_start -o 'flood off' -o "operator root $SECRET"
    enter toto plain
    enter tutu plain
    send toto 'OPER root secret'
    expect toto '[server] you are now an operator'
    seq -f 'BAN 10.0.%.0f.1' 1 200 >&"${CLIENT_FD[toto]}"
    seq -f 'BAN 10.1.%.0f.1' 1 200 >&"${CLIENT_FD[toto]}"
    seq -f 'BAN 10.2.%.0f.1' 1 200 >&"${CLIENT_FD[toto]}"
    seq -f 'BAN 10.3.%.0f.1' 1 200 >&"${CLIENT_FD[toto]}"
    seq -f 'BAN 10.4.%.0f.1' 1 224 >&"${CLIENT_FD[toto]}"
    sync toto
    expect_none toto -e 'no room'
    send toto 'BAN 127.0.0.2'
    expect toto '[server] there is no room for another ban'
    run -1 ctl ban 127.0.0.2
    [[ $output == *'there is no room for another ban' ]]
    send toto 'UNBAN 10.0.1.1' 'BAN 127.0.0.2'
    expect toto -e '127\.0\.0\.2 is banned for ever'
    [[ $(patiently nc -N -s 127.0.0.2 127.0.0.1 "$PORT_PLAIN" </dev/null 3>&-) == *'you are banned'* ]]
    chat_goes_on 'among friends'
}
