#!/usr/bin/env bats
# Doors: at which addresses, beside one another, and what is said of them.

bats_require_minimum_version 1.5.0

load lib/daemon
load lib/client
load lib/netns

setup_file() {
    export FORKCHAT_BUILD=${FORKCHAT_BUILD:-$BATS_TEST_DIRNAME/../build}
}

teardown() {
    local status=0
    client_teardown
    daemon_teardown || status=1
    lan_close || status=1
    return "$status"
}

has_ipv6() {
    [[ -e /proc/net/if_inet6 && $(</proc/sys/net/ipv6/conf/lo/disable_ipv6) == 0 ]] || skip "no IPv6 here"
}

# A port nobody listens on just now, below those the system gives to clients.
free_port() {
    local port
    for ((port = 15000 + RANDOM % 10000; ; port++)); do
        (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# greets DOOR ADDRESS: which door answers there.
greets() {
    local first
    first=$(timeout "$PATIENCE" nc -N "$2" "$NUMBER" <<<$'NICK \r\nUSER' 3>&- | head -n 1)
    case $1 in
    irc) [[ $first == :* ]] ;;
    plain) [[ $first == '[server] Welcome'* ]] ;;
    esac
}

listening() {
    grep -a ^listening "$DAEMON_LOG" | tail -n "$1"
}

@test "doors at overlapping addresses of one port open in any order, and the narrower one is who comes there" {
    has_ipv6
    local order first second
    NUMBER=$(free_port)
    for order in '0.0.0.0 [::]' '[::] 0.0.0.0' '127.0.0.1 *' '* 127.0.0.1' '* 0.0.0.0' '[::1] *' '127.0.0.1 0.0.0.0' '127.0.0.1 [::]'; do
        read -r first second <<<"$order"
        daemon_start -o "listen irc $first:$NUMBER" -o "listen plain $second:$NUMBER"
        first="listening irc ${first/#\*/[::]}:$NUMBER"
        second="listening plain ${second/#\*/[::]}:$NUMBER"
        [[ $(listening 2) == "$first"$'\n'"$second" ]]
        case $order in
        '0.0.0.0 [::]' | '127.0.0.1 *' | '127.0.0.1 [::]')
            greets irc 127.0.0.1
            greets plain ::1
            ;;
        '[::] 0.0.0.0' | '* 127.0.0.1' | '* 0.0.0.0' | '[::1] *')
            greets plain 127.0.0.1
            greets irc ::1
            ;;
        esac
        # They are nobody else's.
        run -69 --separate-stderr timeout 60 "$FORKCHAT_BUILD/forkchatd" -f -o "runtime-directory $BATS_TEST_TMPDIR/other" \
            -o "listen plain 127.0.0.2:$NUMBER" -o "listen plain *:$NUMBER" 3>&-
        # shellcheck disable=SC2154 # from run
        [[ $stderr == *'is another server running there?'* ]]
        daemon_stop
    done
}

@test "two doors at one address, or at the same wildcard, are one too many" {
    NUMBER=$(free_port)
    local address
    for address in 127.0.0.1 0.0.0.0 '*'; do
        run -69 --separate-stderr timeout 60 "$FORKCHAT_BUILD/forkchatd" -f -o "runtime-directory $BATS_TEST_TMPDIR/other" \
            -o "listen plain $address:$NUMBER" -o "listen irc $address:$NUMBER" 3>&-
        [[ $stderr == *'is another server running there?'* ]]
    done
}

@test "[::] alone is IPv4's as well, and so is *" {
    has_ipv6
    local address
    NUMBER=$(free_port)
    for address in '[::]' '*'; do
        daemon_start -o "listen plain $address:$NUMBER"
        greets plain 127.0.0.1
        greets plain ::1
        daemon_stop
    done
}

@test "SIGHUP adds, removes and swaps doors that overlap; SIGUSR2 and the next supervisor keep them" {
    has_ipv6
    local config=$BATS_TEST_TMPDIR/config
    NUMBER=$(free_port)
    reload() {
        printf '%s\n' "$@" >"$config"
        kill -HUP "$DAEMON"
        expect_log '^configuration read again$'
    }
    echo "listen plain *:$NUMBER" >"$config"
    DAEMON_DOORS='' daemon_start -c "$config"
    greets plain 127.0.0.1
    reload "listen plain *:$NUMBER" "listen irc 127.0.0.1:$NUMBER"
    greets irc 127.0.0.1
    greets plain ::1
    reload "listen irc [::]:$NUMBER" "listen plain 0.0.0.0:$NUMBER"
    greets plain 127.0.0.1
    greets irc ::1
    reload "listen plain [::]:$NUMBER" "listen irc 0.0.0.0:$NUMBER"
    greets irc 127.0.0.1
    greets plain ::1
    kill -USR2 "$DAEMON"
    expect_log '^ready$'
    greets irc 127.0.0.1
    greets plain ::1
    wait_until all_born
    kill -KILL "$DAEMON"
    daemon_killed
    DAEMON_DOORS='' daemon_start -c "$config"
    greets irc 127.0.0.1
    greets plain ::1
    reload "listen plain [::]:$NUMBER"
    greets plain 127.0.0.1
    greets plain ::1
}

@test "under a wildcard the start names the machine's own addresses as they are typed" {
    lan_open 1
    # shellcheck disable=SC2034 # for daemon_start
    local DAEMON_WRAP=(ip netns exec "$LAN-1")
    daemon_start "${DAEMON_UNCONFINED[@]}" -o 'listen talk *:5000' -o 'listen plain 0.0.0.0:7777' -o 'listen irc [::1]:6667' \
        -o 'listen metrics *:9777'
    local lines
    lines=$(sed -n '/^listening/,/^ready/p' "$DAEMON_LOG")
    [[ $lines == 'listening talk [::]:5000
  telnet 10.9.0.1 5000
  telnet fd00:9::1 5000
listening plain 0.0.0.0:7777
  nc 10.9.0.1 7777
listening irc [::1]:6667
listening metrics [::]:9777
ready' ]]
}

# The link-local address of a host on the test's LAN, once it may be used.
link_local() {
    ip -n "$LAN-$1" -6 addr show dev eth0 scope link | sed -n '/tentative/!s/.*inet6 \(fe80[^/]*\).*/\1/p'
}

has_link_local() {
    [[ -n $(link_local "$1") ]]
}

# from HOST PORT LINE…: what the server says to that.
from() {
    local host=$1 port=$2
    shift 2
    printf '%s\n' "$@" | on "$host" timeout "$PATIENCE" nc -N "$HERE%eth0" "$port" 3>&-
}

control() {
    timeout "$PATIENCE" "$FORKCHAT_BUILD/forkchatctl" -r "$DAEMON_RUN" "$@" 3>&-
}

@test "clients at link-local addresses are served like any: by each door, with penalties and bans of their own" {
    lan_open 3
    local host evil
    for host in 1 2 3; do
        wait_until has_link_local "$host"
    done
    HERE=$(link_local 1)
    evil=$(link_local 2)
    # shellcheck disable=SC2034 # for daemon_start
    local DAEMON_WRAP=(ip netns exec "$LAN-1") there=("-o" "listen plain [$HERE%eth0]:7001")
    there+=(-o 'listen talk *:5000' -o 'listen irc [::]:6667')
    daemon_start "${DAEMON_UNCONFINED[@]}" "${there[@]}"
    [[ $(listening 3) == "listening plain [$HERE%eth0]:7001"$'\n'* ]]
    [[ $(from 2 7001 'NICK toto' WHO) == *"You are [$evil%eth0]:"*'[server] you are now toto'*'[server] toto'* ]]
    [[ $(from 2 5000 '/who') == *"[$evil%eth0]:"* ]]
    [[ $(from 2 6667 'NICK ii' 'USER ii 0 * :ii' 'WHOIS ii') == *" 378 "*"$evil%eth0"* ||
        $(from 2 6667 'NICK ii' 'USER ii 0 * :ii' 'WHOIS ii') == *"$evil%eth0"* ]]
    # Those of other addresses are served, too.
    [[ $(on 3 timeout "$PATIENCE" nc -N 10.9.0.1 5000 <<<'/who' 3>&-) == *'10.9.0.3:'* ]]
    # One machine's trouble is not another's.
    daemon_may 'worker .* died'
    mkfifo "$BATS_TEST_TMPDIR/typed"
    beside_typed() {
        rm -f "$BATS_TEST_TMPDIR/heard" # what one heard before says nothing of the next
        on 2 timeout 120 nc "$HERE%eth0" 7001 <"$BATS_TEST_TMPDIR/typed" >"$BATS_TEST_TMPDIR/heard" 2>&1 3>&- &
        exec 8>"$BATS_TEST_TMPDIR/typed"
        echo 'NICK evil' >&8
        wait_until grep -q 'you are now evil' "$BATS_TEST_TMPDIR/heard"
    }
    beside_typed
    kill -SEGV "$(worker_of evil)"
    expect_log "penalty for $evil: "
    exec 8>&-
    [[ $(from 2 7001 WHO) == *'there was trouble with clients from your address'* ]]
    [[ $(from 3 7001 'NICK titi') == *'you are now titi'* ]]
    [[ $(control forgive "$evil%eth0") == *'lifted'* ]]
    # A ban by nick is for that machine, and survives a restart.
    beside_typed
    control ban evil
    exec 8>&-
    [[ $(control bans) == *"*@$evil%eth0"* ]]
    daemon_stop
    daemon_start "${DAEMON_UNCONFINED[@]}" "${there[@]}"
    [[ $(control bans) == *"*@$evil%eth0"* ]]
    [[ $(from 2 7001 WHO) == *'you are banned'* ]]
    [[ $(from 3 7001 'NICK titi') == *'you are now titi'* ]]
    control unban "*@$evil%eth0"
    # An address as it is shown, with its port, is a machine as well.
    control ban "[$evil%eth0]:4711"
    [[ $(from 2 5000 /who) == *'you are banned'* ]]
    control unban "*@$evil%eth0"
    control ban "$evil"
    [[ $(from 2 7001 WHO) == *'you are banned'* ]]
}
