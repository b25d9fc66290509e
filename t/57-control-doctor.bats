#!/usr/bin/env bats
# forkchatctl doctor and limits: what they find, with a daemon and without, and the daemon's own words on limits at its start.
# Programs that others have installed or not are played by scripts of the test's, first in PATH.
bats_require_minimum_version 1.5.0

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    mkdir "$BATS_TEST_TMPDIR/bin"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    # Nothing of this machine's, unless the test says so.
    for program in systemctl systemd-analyze nft iptables; do
        play "$program" 'exit 1'
    done
}

teardown() {
    client_teardown
    daemon_teardown
}

# play PROGRAM SCRIPT
play() {
    printf '#!/bin/sh\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
    chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

# doctor OPTION …: without a daemon, in folders of its own, at a port that is free unless it is said otherwise.
doctor() {
    local places=(-o "runtime-directory $BATS_TEST_TMPDIR/run" -o "state-directory $BATS_TEST_TMPDIR/state")
    [[ " $* " == *" -c "* ]] || places+=(-c /dev/null)
    [[ "$*" == *"listen "* ]] || places+=(-o 'listen plain 127.0.0.1:0')
    "$FORKCHAT_BUILD/forkchatctl" doctor -q "${places[@]}" "$@" 3>&-
}

# finding LEVEL AREA TEXT: one of the last output.
finding() {
    grep -qE "^$1 +$2 +.*$3" <<<"$output" || {
        echo "no $1 of $2: $3"
        echo "$output"
        return 1
    }
}

@test "doctor: a mistake in the configuration is a fault, with its line and the nearest word" {
    printf 'max-clients 100\nmax-client 5\nflood often\n' >"$BATS_TEST_TMPDIR/conf"
    run -2 doctor -c "$BATS_TEST_TMPDIR/conf"
    finding fault configuration 'conf:2: no such directive "max-client": did you mean "max-clients"'
    finding fault configuration 'conf:3: flood: expected COUNT/SECONDS'
    finding fault configuration 'conf:3'
    run -2 doctor -c "$BATS_TEST_TMPDIR/nowhere"
    finding fault configuration 'nowhere: No such file'
}

@test "doctor: what contradicts itself is told" {
    cat >"$BATS_TEST_TMPDIR/conf" <<'END'
max-clients 10
max-clients 20
max-clients-per-address 50
max-clients-per-network 30
queue-limit 8M
queue-total 1M
address-prefix 24 64
network-prefix 28 48
sandbox off
flood off
operator me $1$abcdefgh$0123456789abcdefghijkl
END
    chmod 644 "$BATS_TEST_TMPDIR/conf"
    run -1 doctor -c "$BATS_TEST_TMPDIR/conf"
    finding warning configuration 'max-clients stands there more than once'
    finding warning configuration 'max-clients-per-address is 50, more than max-clients, 20'
    finding warning configuration 'max-clients-per-network is 30, less than max-clients-per-address, 50'
    finding warning configuration 'queue-limit is more than queue-total'
    finding warning configuration 'network-prefix'
    finding warning configuration 'the sandbox is off'
    finding warning configuration 'flood is off'
    finding warning configuration 'operator me is crypted by MD5'
    finding warning files 'has crypted passwords, and anybody may read it'
    [[ $output == *'cure: '* ]]
    chmod 666 "$BATS_TEST_TMPDIR/conf"
    run -2 doctor -c "$BATS_TEST_TMPDIR/conf"
    finding fault files 'others may write to it'
}

@test "doctor: a port that somebody has is told with who, and one that is free is not" {
    requires socat
    socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:true 2>"$BATS_TEST_TMPDIR/socat" 3>&- &
    local pid=$!
    wait_until grep -q 'listening on' "$BATS_TEST_TMPDIR/socat"
    local port
    port=$(sed -nE 's/.*listening on .*:([0-9]+)$/\1/p' "$BATS_TEST_TMPDIR/socat")
    run -2 doctor -o "listen plain 127.0.0.1:$port" -o 'listen irc 192.0.2.1:6667'
    kill "$pid"
    wait "$pid" || :
    finding fault ports "listen plain 127.0.0.1:$port: taken by socat[0-9]* \(pid $pid\)"
    finding fault ports 'listen irc 192.0.2.1:6667: no interface has that address'
    run -0 "$FORKCHAT_BUILD/forkchatctl" doctor -c /dev/null -o "listen plain 127.0.0.1:$port" \
        -o "runtime-directory $BATS_TEST_TMPDIR/run" -o "state-directory $BATS_TEST_TMPDIR/state"
    finding ok ports "listen plain 127.0.0.1:$port: free"
}

@test "doctor: with a running daemon its own ports are open, and one that it has not opened is told" {
    daemon_start
    run -0 ctl doctor -c /dev/null -o "listen plain 127.0.0.1:$PORT_PLAIN" -o "state-directory $BATS_TEST_TMPDIR/state"
    finding ok daemon "one runs in $DAEMON_RUN: pid $DAEMON"
    finding ok ports "listen plain 127.0.0.1:$PORT_PLAIN: open"
    daemon_stop
    run -0 ctl doctor -c /dev/null -o "listen plain 127.0.0.1:$PORT_PLAIN" -o "state-directory $BATS_TEST_TMPDIR/state"
    finding ok daemon "none runs in $DAEMON_RUN"
    local gone=$PORT_PLAIN
    daemon_start
    run -2 ctl doctor -c /dev/null -o "listen plain 127.0.0.1:$gone" -o "state-directory $BATS_TEST_TMPDIR/state"
    finding fault ports "listen plain 127.0.0.1:$gone: nobody listens there, though the daemon runs"
}

@test "doctor: metrics for everybody are a warning" {
    run -1 doctor -o 'listen metrics *:9'
    finding warning ports 'listen metrics .*:9: whoever reaches this machine may read the numbers'
}

@test "doctor: folders that others own, may write to, or that are none" {
    mkdir -m 777 "$BATS_TEST_TMPDIR/run"
    touch "$BATS_TEST_TMPDIR/state"
    run -2 doctor
    finding fault files "runtime-directory $BATS_TEST_TMPDIR/run: others may write there"
    finding fault files "state-directory $BATS_TEST_TMPDIR/state is no folder"
    [[ $EUID == 0 ]] || skip "only root can give a file away"
    rm "$BATS_TEST_TMPDIR/state"
    chmod 755 "$BATS_TEST_TMPDIR/run"
    chown nobody "$BATS_TEST_TMPDIR/run"
    run -2 doctor
    finding fault files "runtime-directory $BATS_TEST_TMPDIR/run belongs to somebody else"
}

@test "doctor: a disk that is full, and one to which nothing can be written" {
    [[ $EUID == 0 ]] || skip "only root can mount"
    unshare -m true 2>/dev/null || skip "mount namespaces are not permitted here"
    mkdir "$BATS_TEST_TMPDIR/full" "$BATS_TEST_TMPDIR/fixed"
    export -f doctor
    export BATS_TEST_TMPDIR FORKCHAT_BUILD
    run -2 unshare -m bash -c "mount -t tmpfs -o size=1m tmpfs '$BATS_TEST_TMPDIR/full'
        mount -t tmpfs -o ro tmpfs '$BATS_TEST_TMPDIR/fixed'
        doctor -o 'state-directory $BATS_TEST_TMPDIR/full' -o 'runtime-directory $BATS_TEST_TMPDIR/fixed'"
    finding fault files "state-directory $BATS_TEST_TMPDIR/full lies on a disk that is full"
    finding fault files "runtime-directory $BATS_TEST_TMPDIR/fixed lies where nothing can be written"
}

@test "doctor: shared memory that is too small, or not there" {
    [[ $EUID == 0 ]] || skip "only root can mount"
    unshare -m true 2>/dev/null || skip "mount namespaces are not permitted here"
    export -f doctor
    export BATS_TEST_TMPDIR FORKCHAT_BUILD
    run -1 unshare -m bash -c "mount -t tmpfs -o size=16m tmpfs /dev/shm; doctor"
    finding warning limits 'shared memory: enough for [0-9]+ clients, and max-clients is 10000: /dev/shm has 16 MiB free'
    run -2 unshare -m bash -c "mount -t tmpfs -o size=1m tmpfs /dev/shm; doctor"
    finding fault limits 'shared memory: enough for 0 clients'
    run -2 unshare -m bash -c "mount -t tmpfs -o ro tmpfs /dev/shm; doctor"
    finding fault memory 'this user may make nothing in /dev/shm'
}

@test "doctor: a file from the future tells that the clock went back" {
    echo 'max-clients 10' >"$BATS_TEST_TMPDIR/conf"
    touch -d '+2 hours' "$BATS_TEST_TMPDIR/conf"
    run -1 doctor -c "$BATS_TEST_TMPDIR/conf"
    finding warning clock 'conf was written 7[12][0-9][0-9] s after now: the clock was set back'
}

@test "doctor: what systemd's unit and its drop-ins allow" {
    # shellcheck disable=SC2016 # for the script
    play systemctl '[ "$1" = show ] && echo "LoadState=loaded
TasksMax=4915
LimitNPROC=18446744073709551615
LimitNOFILE=1024
KillMode=control-group
User=
DropInPaths=/etc/systemd/system/forkchatd.service.d/mine.conf
NeedDaemonReload=yes
ActiveState=failed
Result=exit-code"'
    run -2 doctor -o 'couriers 2'
    finding warning service 'the unit allows 4915 processes \(TasksMax=\); max-clients is 10000'
    finding warning service 'the unit allows 1024 descriptors \(LimitNOFILE=\): enough for 1678 clients'
    finding warning service 'systemd ends all processes when the supervisor ends'
    finding warning service 'files have changed since systemd read them'
    finding hint service 'drop-ins change the unit: /etc/systemd/system/forkchatd.service.d/mine.conf'
    finding fault service 'the service failed: exit-code'
    # shellcheck disable=SC2016
    play systemctl '[ "$1" = show ] && echo "LoadState=loaded
TasksMax=infinity
LimitNOFILE=131072
KillMode=process"'
    run -0 doctor -o 'couriers 2'
    run -1 grep -E '^[a-z]+ +service' <<<"$output"
}

@test "doctor: RemoveIPC takes the shared memory of a person who runs a daemon and logs out" {
    [[ $EUID == 0 ]] || skip "only root can be somebody else"
    requires setpriv
    # shellcheck disable=SC2016
    play systemctl '[ "$1" = is-active ]'
    play systemd-analyze 'echo "[Login]
#RemoveIPC=no"'
    # Somebody else, who may only enter the test's folders.
    as() {
        setpriv --reuid=4711 --regid=4711 --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search \
            "$FORKCHAT_BUILD/forkchatctl" doctor -c /dev/null -o 'listen plain 127.0.0.1:0' \
            -o "runtime-directory /tmp/forkchat-none-$$" -o "state-directory /tmp/forkchat-none-$$"
    }
    run -1 as
    finding warning service 'shared memory is removed when its user logs out \(RemoveIPC='
    play systemd-analyze 'echo "[Login]
RemoveIPC=yes
RemoveIPC=no"'
    run -0 as
}

@test "doctor: a firewall that drops by default, and no rule that names the door" {
    # shellcheck disable=SC2016
    play nft 'echo "table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport { 22, 7777 } accept
	}
}"'
    run -0 doctor -o 'listen plain *:7777' -o 'listen irc *:777' -o 'listen talk 127.0.0.1:778'
    finding hint firewall 'no rule names port 777 \(irc\)'
    [[ $output != *'port 7777'* && $output != *'port 778'* ]]
    play nft 'exit 1'
    # shellcheck disable=SC2016
    play iptables 'printf "%s\n" "-P INPUT DROP" "-A INPUT -p tcp --dport 22 -j ACCEPT"'
    run -0 doctor -o 'listen plain *:7777'
    finding hint firewall 'no rule names port 7777 \(plain\)'
    [[ $output == *'ufw allow 7777/tcp'* ]]
}

@test "doctor: a program that hangs is not waited for" {
    play nft 'while :; do sleep 1; done'
    run -0 doctor
}

@test "doctor and limits: JSON is an object a line, and an answer that cannot be written is no success" {
    requires jq
    run -0 "$FORKCHAT_BUILD/forkchatctl" --json doctor -c /dev/null -o 'listen plain 127.0.0.1:0' \
        -o "runtime-directory $BATS_TEST_TMPDIR/run" -o "state-directory $BATS_TEST_TMPDIR/state"
    [[ $(jq -r 'select(.area == "ports") | .level' <<<"$output") == hint ]]
    jq -e '.level, .area, .finding' >/dev/null <<<"$output"
    run "$FORKCHAT_BUILD/forkchatctl" --json limits -c /dev/null
    [[ $(jq -s 'map(select(.first)) | length' <<<"$output") == 1 ]]
    jq -e '.clients >= 0 and (.why | length > 0)' >/dev/null <<<"$output"
    run -74 bash -c '"$0" doctor -c /dev/null >/dev/full' "$FORKCHAT_BUILD/forkchatctl"
    run -64 "$FORKCHAT_BUILD/forkchatctl" doctor -x
    [[ $output == *'"-x" is not understood'* ]]
    run -64 "$FORKCHAT_BUILD/forkchatctl" limits -c
}

@test "limits: what comes first is named, and status 1 says that more is configured" {
    requires prlimit
    run -1 prlimit --nofile=150:150 "$FORKCHAT_BUILD/forkchatctl" limits -c /dev/null -o 'couriers 2'
    [[ ${lines[0]} == 'this host carries 148 clients, and max-clients is 10000; first limit: descriptors' ]]
    [[ $output == *'cure: raise the hard limit'* ]]
    run -0 prlimit --nofile=150:150 "$FORKCHAT_BUILD/forkchatctl" limits -c /dev/null -o 'couriers 2' -o 'max-clients 100'
    # With a daemon, its own limits count and not this shell's.
    # shellcheck disable=SC2034 # for daemon_start
    DAEMON_WRAP=(prlimit --nofile=150:150)
    daemon_start -o 'couriers 2'
    run -1 ctl limits -c /dev/null -o 'couriers 2'
    [[ ${lines[0]} == 'this host carries 148 clients, '*'first limit: descriptors' ]]
    grep -q 'only 148 clients can be served: .* max-clients is 10000 (forkchatctl limits tells more)' "$DAEMON_LOG"
}

@test "limits: processes of an ordinary user" {
    [[ $EUID == 0 ]] || skip "only root can be somebody else"
    requires setpriv prlimit
    setpriv --reuid=4711 --regid=4711 --clear-groups test -x "$FORKCHAT_BUILD/forkchatctl" || skip "others cannot reach what is tested"
    run -1 prlimit --nproc=50:50 setpriv --reuid=4711 --regid=4711 --clear-groups \
        "$FORKCHAT_BUILD/forkchatctl" limits -c /dev/null -o 'couriers 2'
    [[ $output == *'first limit: processes'* ]]
    local clients
    clients=$(sed -nE 's/^processes +([0-9]+) .*/\1/p' <<<"$output")
    ((clients > 20 && clients <= 44))
}

@test "a daemon with too few descriptors for anybody says so, and does not start" {
    requires prlimit
    local few
    for few in 16 66; do
        daemon_command -f
        run -69 prlimit --nofile=$few:$few "${DAEMON_COMMAND[@]}"
        [[ $output == *"error: not one client could be served: $few descriptors for each process are too few"* ]]
        [[ ! -e $DAEMON_RUN/forkchatd.pid ]]
    done
}
