#!/usr/bin/env bats
# The command line and the configuration: what is right works, what is wrong is named.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control

# openssl passwd -6 -salt forkchat secret
# shellcheck disable=SC2016
SECRET='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'

setup() {
    CONFIG=$BATS_TEST_TMPDIR/forkchatd.conf
}

teardown() {
    client_teardown
    daemon_teardown
}

forkchatd() {
    patiently "$FORKCHAT_BUILD/forkchatd" "$@" 3>&-
}

# Lines into the configuration.
config() {
    printf '%s\n' "$@" >"$CONFIG"
}

# The configuration of lines behind two others is refused at its third line, with words that match $1.
refused() {
    local words=$1
    shift
    config '# a comment, and an empty line' '' "$@"
    run -78 --separate-stderr forkchatd -t -c "$CONFIG"
    if [[ $stderr != "forkchatd: error: $CONFIG:3: "* || ! $stderr =~ $words ]]; then
        echo "$* is answered: $stderr"
        return 1
    fi
}

@test "-V shows the version, -h the options and directives; both on standard output" {
    local option
    for option in -V --version; do
        run -0 --separate-stderr forkchatd "$option"
        [[ ${lines[0]} =~ ^forkchatd\ [0-9]+\.[0-9]+$ && ${lines[1]} =~ ^shared\ memory\ [0-9a-f]+$ && -z $stderr ]]
    done
    for option in -h --help; do
        run -0 --separate-stderr forkchatd "$option"
        [[ ${lines[0]} == usage:* && -z $stderr ]]
        [[ $output == *'-c FILE'* && $output == *'  listen DOOR ADDRESS:PORT'* ]]
    done
}

@test "a wrong invocation gets the usage on standard error and exit status 64" {
    local wrong
    for wrong in -x --nonsense -c -o 'file.conf' '-f file.conf'; do
        # shellcheck disable=SC2086
        run -64 --separate-stderr forkchatd $wrong
        [[ $stderr == *'usage: forkchatd '* && -z $output ]]
    done
}

@test "a wrong invocation is told what is wrong with it" {
    run -64 forkchatd -f --nonsense
    [[ ${lines[0]} == 'forkchatd: there is no option --nonsense: forkchatd --help lists them' ]]
    run -64 forkchatd -x
    [[ ${lines[0]} == 'forkchatd: there is no option -x: forkchatd --help lists them' ]]
    run -64 forkchatd -c
    [[ ${lines[0]} == 'forkchatd: -c wants a file' ]]
    run -64 forkchatd -f 'listen talk *:5000'
    [[ ${lines[0]} == 'forkchatd: "listen talk *:5000" is too much: files go with -c, directives in quotes with -o' ]]
}

@test "-t says that a configuration is correct, and starts nothing" {
    config 'listen plain 127.0.0.1:7777' '  listen talk [::1]:5000   # comment' 'max-clients 20' 'flood off' \
        'connect-rate 5/10' 'max-clients-per-address off' 'couriers auto' 'ring-size 1M' 'queue-limit 64k' 'queue-total 2M' 'keepalive 1m' \
        'server-name "chat.example.org"' "operator root $SECRET" 'chroot off' '' '#'
    run -0 forkchatd -t -c "$CONFIG" -o "runtime-directory $BATS_TEST_TMPDIR/run"
    [[ $output == 'the configuration is correct' ]]
    [[ ! -e $BATS_TEST_TMPDIR/run ]]
}

@test "a configuration may end in CR LF and without an end of line" {
    printf 'max-clients 20\r\nflood off' >"$CONFIG"
    run -0 forkchatd -t -c "$CONFIG"
}

@test "every wrong directive is named with file and line, and with what would be right" {
    refused 'expected: listen DOOR ADDRESS:PORT' 'listen'
    refused 'expected: listen DOOR ADDRESS:PORT' 'listen plain'
    refused 'expected: listen DOOR ADDRESS:PORT' 'listen plain 127.0.0.1 7777'
    refused 'no such door "wep".*plain, talk, irc, web, metrics' 'listen wep *:80'
    refused 'expected: listen DOOR ADDRESS:PORT, and perhaps proxy' 'listen plain *:7777 proxy'
    refused 'addresses and networks of proxies' 'listen plain *:7777 proxy localhost'
    refused 'proxy is for doors of clients alone' 'listen metrics *:9777 proxy 127.0.0.1'
    refused 'the password must be one that crypt\(3\) made' 'webirc secret 127.0.0.1'
    refused 'addresses and networks of gateways' 'webirc $6$pCvyR1ms$NdZcq0tW3f... localhost'
    refused 'expected names and origins' 'web-origin https://'
    refused 'a port from 0 to 65535' 'listen plain *:65536'
    refused 'a port from 0 to 65535' 'listen plain 127.0.0.1'
    refused 'a port from 0 to 65535' 'listen plain *:-1'
    refused 'in brackets' 'listen plain ::1:7777'
    refused 'not a numeric address' 'listen plain localhost:7777'
    refused 'not a numeric address' 'listen plain 300.0.0.1:7777'
    refused 'an address before the port' 'listen plain :7777'
    refused 'as in chat.example.org' 'server-name under_score'
    refused 'expected: server-name NAME' 'server-name'
    refused 'from 1 to 100000' 'max-clients 0'
    refused 'from 1 to 100000' 'max-clients many'
    refused 'from 1 to 100000' 'max-clients 99999999999999999999'
    refused 'or off' 'max-clients-per-address 0'
    refused 'as in 20/10, or off' 'connect-rate 20'
    refused 'as in 20/10, or off' 'connect-rate 0/10'
    refused 'as in 20/10, or off' 'flood 20/0'
    refused 'as in 20/10, or off' 'flood -1/5'
    refused 'from 1 to 32, or auto' 'couriers 33'
    refused 'from 256k to 1G' 'ring-size 1'
    refused 'from 256k to 1G' 'ring-size 4T'
    refused 'from 4k to 1G' 'queue-limit 1k'
    refused 'from 1M to 64G' 'queue-total 64k'
    refused 'from 5 s to 1 d' 'keepalive 1'
    refused 'from 1 s to 1 d' 'registration-timeout 2d'
    refused 'from 1 s to 1 d, as in 60 or 1m, or off' 'worker-cpu 2d'
    refused 'expected: operator NAME CRYPTED-PASSWORD' 'operator root'
    refused 'openssl passwd -6' 'operator root secret'
    refused 'motd: .*/nowhere: No such file' 'motd /nowhere'
    refused 'motd: .*/: Is a directory' 'motd /'
    refused 'no such user' 'user nobody-at-all'
    refused 'no such group' 'group nobody-at-all'
    refused 'or off' 'chroot somewhere'
    refused 'beginning with /' 'runtime-directory run'
    refused 'beginning with /' 'state-directory state'
    refused 'no such directive "lisen": did you mean "listen"\?' 'lisen plain *:7777'
    refused 'no such directive "colour"; forkchatd -h lists them' 'colour blue'
    refused 'did you mean "max-clients"\? forkchatd -h lists them' 'Max-Clients 20'
    refused '1 to 63' 'server-name ""'
    refused '1 to 63' 'network-name ""'
    refused 'expected: limit-exempt NETWORK ...|none, at most 16' "limit-exempt$(printf ' 10.0.0.%d' {1..17})"
    refused 'never closed' 'server-name "chat'
}

@test "free text may have any number of words, and ends at a comment" {
    config "server-description $(printf 'word%d ' {1..60})" 'admin Alice, room 12 # and nobody else'
    run -0 forkchatd -t -c "$CONFIG"
    DAEMON_DOORS=irc daemon_start -c "$CONFIG"
    enter tata irc
    send tata ADMIN
    expect tata -e ' 257 tata :word1 word2 .* word60$'
    expect tata -e ' 259 tata :Alice, room 12$'
}

@test "all mistakes are reported, not the first alone" {
    config 'max-clients none' 'flood off' 'ring-size none'
    run -78 --separate-stderr forkchatd -t -c "$CONFIG" -o 'couriers none'
    # shellcheck disable=SC2154
    [[ ${stderr_lines[0]} == *"$CONFIG:1: "* && ${stderr_lines[1]} == *"$CONFIG:3: "* ]]
    [[ ${stderr_lines[2]} == *'-o: couriers: '* ]]
}

@test "a configuration that cannot be read is named" {
    run -78 --separate-stderr forkchatd -t -c /nowhere.conf
    [[ $stderr == 'forkchatd: error: /nowhere.conf: No such file or directory' ]]
    run -78 forkchatd -t -c /
    run -78 forkchatd -t -c /dev/zero
}

@test "what is no regular file is refused as a configuration or motd, and waits for nobody" {
    local what
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    requires socat
    socat "UNIX-LISTEN:$BATS_TEST_TMPDIR/socket" /dev/null 3>&- &
    local listener=$!
    wait_until test -S "$BATS_TEST_TMPDIR/socket"
    for what in fifo socket; do
        run -78 timeout "$PATIENCE" "$FORKCHAT_BUILD/forkchatd" -t -c "$BATS_TEST_TMPDIR/$what"
        [ "$output" = "forkchatd: error: $BATS_TEST_TMPDIR/$what: this is no regular file" ]
        for word in motd welcome rules; do
            run -78 timeout "$PATIENCE" "$FORKCHAT_BUILD/forkchatd" -t -o "$word $BATS_TEST_TMPDIR/$what"
            [[ $output == *": $word: expected a file that can be read: $BATS_TEST_TMPDIR/$what: this is no regular file" ]]
        done
    done
    kill "$listener"
    run -78 timeout "$PATIENCE" "$FORKCHAT_BUILD/forkchatd" -t -c "$BATS_TEST_TMPDIR"
    [[ $output == *": Is a directory" ]]
    run -78 timeout "$PATIENCE" "$FORKCHAT_BUILD/forkchatd" -t -o 'motd /dev/zero'
    [[ $output == *": longer than 16 KiB" ]]
    run -0 "$FORKCHAT_BUILD/forkchatd" -t -c /dev/null
    # A running daemon goes on as before.
    local motd=$BATS_TEST_TMPDIR/motd
    echo 'the motd' >"$motd"
    daemon_start -o "motd $motd"
    rm "$motd"
    mkfifo "$motd"
    daemon_may 'motd|not changed'
    kill -HUP "$DAEMON"
    expect_log 'the configuration was not changed'
    open toto plain
    expect toto '[server] the motd'
    # Nor is the file of bans waited for.
    daemon_stop
    mkdir -p "$BATS_TEST_TMPDIR/state"
    mkfifo "$BATS_TEST_TMPDIR/state/bans"
    daemon_may 'no regular file'
    daemon_start
    rm "$BATS_TEST_TMPDIR/state/bans"
}

@test "a file of bans that was edited elsewhere is read, and drives no terminal" {
    requires jq
    mkdir -p "$BATS_TEST_TMPDIR/state"
    printf '\357\273\277*@192.0.2.1\t0\t0\troot\twhy\r\n*@192.0.2.2\t0\t0\troot\t\033[2Jw\302\233h\377y\r\n*@a b\t0\t0\troot\twhy\r\n' \
        >"$BATS_TEST_TMPDIR/state/bans"
    daemon_may 'bans:3: this is no ban'
    daemon_start
    [ "$(ctl --json bans | jq -r '.mask + " " + .reason')" = $'*@192.0.2.1 why\n*@192.0.2.2 ^[[2Jw^[h\357\277\275y' ]
}

@test "a configuration that the command is handed open is read, once" {
    run -0 "$FORKCHAT_BUILD/forkchatd" -t -c /dev/stdin <<<'max-clients 5'
    run -0 "$FORKCHAT_BUILD/forkchatd" -t -c <(echo 'max-clients 5')
    run -78 "$FORKCHAT_BUILD/forkchatd" -t -c <(echo 'max-clients x')
    [[ $output == *":1: max-clients: expected "* ]]
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    printf 'listen plain 127.0.0.1:0\nnick-length 12\n' >"$BATS_TEST_TMPDIR/pipe" 3>&- &
    exec 9<"$BATS_TEST_TMPDIR/pipe"
    DAEMON_DOORS="" daemon_start -c /dev/fd/9
    exec 9<&-
    daemon_may 'cannot be read again|not changed'
    kill -HUP "$DAEMON"
    expect_log 'this was no file, and cannot be read again'
    enter toto plain
}

@test "binary nonsense as a configuration is refused, not obeyed" {
    head -c 20000 /dev/urandom >"$CONFIG"
    run -78 forkchatd -t -c "$CONFIG"
}

@test "-o comes after the file" {
    config 'listen plain 127.0.0.1:0' 'server-name one.example.org'
    daemon_start -c "$CONFIG" -o 'listen talk 127.0.0.1:0' -o 'server-name two.example.org'
    open toto plain
    expect toto -e 'Welcome to two.example.org'
    [[ -n $PORT_TALK ]]
}

@test "SIGHUP reads the configuration again: doors, motd, operators, for those connected too" {
    config 'listen plain 127.0.0.1:0' 'listen talk 127.0.0.1:0'
    daemon_start -c "$CONFIG" -o 'flood off' -o 'listen plain 127.0.0.2:0'
    local old_talk=$PORT_TALK
    enter toto plain
    enter tutu talk
    echo 'We moved.' >"$BATS_TEST_TMPDIR/motd"
    config 'listen plain 127.0.0.1:0' 'listen plain 127.0.0.3:0' "motd $BATS_TEST_TMPDIR/motd" "operator root $SECRET"
    kill -HUP "$DAEMON"
    expect_log '^listening plain 127\.0\.0\.3:([0-9]+)$'
    local new=${BASH_REMATCH[1]}
    expect_log '^configuration read again$'
    open tata "$new" 127.0.0.3
    expect tata '[server] We moved.'
    enter titi plain # that door stayed where it was
    run ! open nobody "$old_talk"
    send toto 'OPER root secret' 'KILL tutu closed'
    expect toto '[server] you are now an operator'
    expect tutu '[toto] closed'
}

@test "SIGHUP with a wrong configuration reports it, and the old one stays" {
    config 'listen plain 127.0.0.1:0' 'server-name old.example.org'
    daemon_start -c "$CONFIG"
    enter toto plain
    config 'listen plain 127.0.0.1:0' 'server-name new.example.org' 'max-clients none'
    kill -HUP "$DAEMON"
    expect_log "error: $CONFIG:3: max-clients: expected"
    expect_log 'error: the configuration was not changed'
    rm "$CONFIG"
    kill -HUP "$DAEMON"
    expect_log "error: $CONFIG: No such file"
    expect_log 'error: the configuration was not changed'
    open tutu plain
    expect tutu -e 'Welcome to old.example.org'
    expect toto -e 'connected$'
}

@test "SIGHUP with a door that cannot open reports it, and the old doors stay" {
    config 'listen plain 127.0.0.1:0'
    daemon_start -c "$CONFIG"
    enter toto plain
    config 'listen plain 127.0.0.1:0' 'listen talk 127.0.0.1:0' "listen talk 127.0.0.1:$PORT_PLAIN"
    kill -HUP "$DAEMON"
    expect_log "error: listen talk 127.0.0.1:$PORT_PLAIN: Address( already)? in use: is another server running there\\?"
    expect_log 'error: the configuration was not changed'
    enter tutu plain
    expect toto -e 'is now tutu'
}

@test "many SIGHUPs in a row harm nobody" {
    config 'listen plain 127.0.0.1:0' 'flood off'
    daemon_start -c "$CONFIG"
    enter toto plain
    enter tutu plain
    local i
    for i in {1..30}; do
        kill -HUP "$DAEMON"
        send toto "MSG $i"
    done
    for i in {1..30}; do
        expect_next tutu "[toto] $i"
    done
}

@test "flood can be changed for those who are connected" {
    config 'listen plain 127.0.0.1:0' 'flood 1/1000'
    daemon_start -c "$CONFIG"
    open toto plain
    open tutu plain
    sync tutu
    config 'listen plain 127.0.0.1:0' 'flood off'
    kill -HUP "$DAEMON"
    expect_log '^configuration read again$'
    send toto 'MSG one' 'MSG two' 'MSG three' 'MSG four'
    expect tutu -e 'four$'
}

@test "a client that is being slowed feels a reload at once" {
    config 'listen plain 127.0.0.1:0' 'flood 2/100000'
    daemon_start -c "$CONFIG"
    open toto plain
    open tutu plain
    sync tutu
    send toto 'MSG one' 'MSG two' 'MSG three' 'MSG four'
    expect tutu -e 'two$'
    config 'listen plain 127.0.0.1:0' 'flood off'
    kill -HUP "$DAEMON"
    expect tutu -e 'four$'
}

@test "two daemons do not share a runtime-directory" {
    daemon_start
    daemon_command -f
    run -69 --separate-stderr "${DAEMON_COMMAND[@]}"
    [[ $stderr == *"another forkchatd (pid $DAEMON) runs in $DAEMON_RUN"* ]]
    [[ $(<"$DAEMON_RUN/forkchatd.pid") == "$DAEMON" ]]
    enter toto plain # and the first has not noticed
}

@test "a port that is taken is named, with exit status 69, and nothing is left behind" {
    daemon_start
    local other=$BATS_TEST_TMPDIR/other
    run -69 --separate-stderr forkchatd -f -o "listen plain 127.0.0.1:$PORT_PLAIN" -o "runtime-directory $other"
    [[ $stderr == *"listen plain 127.0.0.1:$PORT_PLAIN: Address "*"in use"* ]]
    [[ ! -e $other/forkchatd.pid ]]
}

@test "a runtime-directory that cannot be made is named, with exit status 73" {
    run -73 --separate-stderr forkchatd -f -o 'runtime-directory /dev/null/run' -o 'listen plain 127.0.0.1:0'
    [[ $stderr == *'runtime-directory: /dev/null/run: '* ]]
}

@test "two daemons on two runtime-directories live side by side" {
    daemon_start
    local first=$DAEMON port=$PORT_PLAIN
    enter toto plain
    DAEMON_HOME=$BATS_TEST_TMPDIR/second daemon_start
    enter tutu plain
    send tutu 'WHO'
    expect tutu '[server] tutu'
    daemon_stop
    DAEMON=$first
    send toto 'WHO'
    expect toto '[server] toto'
    open tata "$port"
}

# A port nobody listens on just now.
free_port() {
    local port
    # Below those the system gives to clients.
    for ((port = 15000 + RANDOM % 10000; ; port++)); do
        (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

@test "in the background the command ends once the daemon can be talked to" {
    local port pid
    port=$(free_port)
    daemon_command -o "listen plain 127.0.0.1:$port"
    run -0 "${DAEMON_COMMAND[@]}" 3>&-
    [[ -z $output ]]
    pid=$(<"$DAEMON_RUN/forkchatd.pid")
    DAEMON_SESSIONS+=("$(ps -o sid= -p "$pid" | tr -d " ")") # it has its own
    DAEMON_MEMORY+=("$(grep -o '/dev/shm/[^ ]*' "/proc/$pid/maps" | head -n 1)")
    # shellcheck disable=SC2034,SC2154
    PORT[plain]=$port
    open toto plain
    send toto 'WHO'
    expect toto -e '^\[server\] 127\.0\.0\.1:[0-9]+$'
    # Nothing of the terminal is held on to.
    [[ $(readlink "/proc/$pid/fd/0") == /dev/null && $(readlink "/proc/$pid/fd/1") == /dev/null ]]
    [[ $(readlink "/proc/$pid/fd/2") == /dev/null ]]
    # A second one is told at once, and sees why.
    run -69 --separate-stderr "${DAEMON_COMMAND[@]}" 3>&-
    [[ $stderr == *"another forkchatd (pid $pid) runs in"* ]]
    kill "$pid"
    expect toto '[server] the server stops now'
    expect_end toto
    wait_until has_ended "$pid"
    [[ ! -e $DAEMON_RUN/forkchatd.pid ]]
}

@test "in the background a failed start is told by the command that started it" {
    daemon_start
    run -69 --separate-stderr forkchatd -o "listen plain 127.0.0.1:$PORT_PLAIN" -o "runtime-directory $BATS_TEST_TMPDIR/other"
    [[ $stderr == *'is another server running there?'* ]]
    run -78 forkchatd -o 'listen plain'
}

directives_of_help() {
    forkchatd -h | sed -n '/^Directives/,$s/^  \([a-z][a-z-]*\) .*/\1/p' | sort
}

@test "forkchatd.conf(5) explains exactly the directives there are" {
    local manual=$BATS_TEST_DIRNAME/../man/forkchatd.conf.5
    [[ $(directives_of_help | wc -l) -gt 10 ]]
    diff <(directives_of_help) <(sed -n 's/^\.It Ic \([a-z-]*\).*/\1/p' "$manual" | sort)
}

@test "forkchatd(8) explains exactly the options there are" {
    local manual=$BATS_TEST_DIRNAME/../man/forkchatd.8 options
    options=$(forkchatd -h | sed -n 's/^  -\([A-Za-z]\)[ ,].*/\1/p' | sort)
    diff <(echo "$options") <(sed -n 's/^\.It Fl \([A-Za-z]\).*/\1/p' "$manual" | sort)
    # And the usage names them all.
    local option
    for option in $options; do
        [[ $(forkchatd -h | head -n 1) =~ \[-[a-zA-Z]*$option|-$option ]]
    done
}
