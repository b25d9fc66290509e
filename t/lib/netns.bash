# shellcheck shell=bash
# Hosts on a LAN: network namespaces on a bridge, made and deleted by the test that uses them. Nothing is
# ever sent outside of them. And peers on these hosts.
#
#   lan_open COUNT        hosts 1 to COUNT, 10.9.0.1 to 10.9.0.COUNT, on a bridge of their own
#   on HOST COMMAND…      runs it there
#   peer NAME HOST ARG…   starts forkchat-lan there; its output is in $(peer_log NAME)
#   piped NAME HOST       the same, reading lines from descriptor 7
#   get HOST NAME ARG…    fetches as that peer, into $BATS_TEST_TMPDIR/NAME.files
#   lan_close             ends all peers and deletes all hosts

# shellcheck source-path=SCRIPTDIR
source "${BASH_SOURCE[0]%/*}/common.bash"

LAN_PROGRAM=${FORKCHAT_BUILD:-$BATS_TEST_DIRNAME/../build}/forkchat-lan

lan_skip_unless_permitted() {
    command -v ip >/dev/null # iproute2
    local probe=fcprobe-$$-$RANDOM
    ip netns add "$probe" 2>/dev/null || skip "network namespaces are not permitted here"
    ip netns del "$probe"
}

lan_open() {
    local count=$1 host
    lan_skip_unless_permitted
    LAN=fc$$-$RANDOM
    LAN_HOSTS=$count
    declare -gA PEER_PIDS=()
    ip netns add "$LAN-0"
    ip -n "$LAN-0" link add name lanbr type bridge mcast_snooping 0
    ip -n "$LAN-0" link set lanbr up
    for ((host = 1; host <= count; host++)); do
        ip netns add "$LAN-$host"
        ip -n "$LAN-$host" link add eth0 type veth peer name "port$host" netns "$LAN-0"
        ip -n "$LAN-0" link set "port$host" master lanbr up
        ip -n "$LAN-$host" addr add "10.9.0.$host/24" dev eth0
        ip -n "$LAN-$host" addr add "fd00:9::$host/64" dev eth0 nodad
        ip -n "$LAN-$host" link set lo up
        ip -n "$LAN-$host" link set eth0 up
        ip -n "$LAN-$host" route add 224.0.0.0/4 dev eth0
    done
}

on() {
    local host=$1
    shift
    ip netns exec "$LAN-$host" "$@"
}

peer_log() { printf '%s/%s.out\n' "$BATS_TEST_TMPDIR" "$1"; }

# beside NAME HOST COMMAND…: another program, in the background; its output is in $(peer_log NAME). Not by on():
# what is to be killed must be the program and not a shell around it.
beside() {
    local name=$1 host=$2
    shift 2
    ip netns exec "$LAN-$host" "$@" >>"$(peer_log "$name")" 2>&1 </dev/null 3>&- &
    PEER_PIDS[$name]=$!
}

# Each peer has its own state folder and its own output folder, unless it is told another.
peer() {
    local name=$1 host=$2
    shift 2
    mkdir -p "$BATS_TEST_TMPDIR/$name.files"
    ip netns exec "$LAN-$host" "$LAN_PROGRAM" --name "$name" --state "$BATS_TEST_TMPDIR/$name.state" \
        --output "$BATS_TEST_TMPDIR/$name.files" "$@" >>"$(peer_log "$name")" 2>&1 </dev/null 3>&- &
    PEER_PIDS[$name]=$!
}

# piped NAME HOST: a peer that reads lines from descriptor 7.
piped() {
    mkfifo "$BATS_TEST_TMPDIR/keys"
    mkdir -p "$BATS_TEST_TMPDIR/$1.files"
    ip netns exec "$LAN-$2" "$LAN_PROGRAM" --name "$1" --period 1 --state "$BATS_TEST_TMPDIR/$1.state" \
        --output "$BATS_TEST_TMPDIR/$1.files" <"$BATS_TEST_TMPDIR/keys" >"$(peer_log "$1")" 2>&1 3>&- &
    PEER_PIDS[$1]=$!
    exec 7>"$BATS_TEST_TMPDIR/keys"
}

# The exit status of a peer that ends by itself, or is ended with `peer_stop`.
peer_wait() {
    local status=0
    wait "${PEER_PIDS[$1]}" || status=$?
    unset "PEER_PIDS[$1]"
    return "$status"
}

peer_kill() {
    kill "-${2:-TERM}" "${PEER_PIDS[$1]}"
    peer_wait "$1" 2>/dev/null
}

# sees NAME TEXT [COUNT]: waits until that peer has shown a line with that text (so many times).
sees() {
    wait_until shown "$@" || {
        sed "s/^/# $1: /" "$(peer_log "$1")" >&2
        return 1
    }
}

shown() { (($(grep -cF -- "$2" "$(peer_log "$1")" 2>/dev/null) >= ${3:-1})); }

# Bytes that a host has sent since it was made.
sent_bytes() { on "$1" cat /sys/class/net/eth0/statistics/tx_bytes; }

# lan_lose HOST PERCENT: loses that share of what the host receives. netem where the kernel has it; else a
# classic BPF filter at the bridge's side that draws a random number for each packet.
lan_lose() {
    local host=$1 percent=$2
    if ip netns exec "$LAN-0" tc qdisc add dev "port$host" root netem loss "$percent%" 2>/dev/null; then
        return 0
    fi
    local most=$((4294967295 * percent / 100))
    if ! ip netns exec "$LAN-$host" tc qdisc add dev eth0 clsact 2>/dev/null ||
        ! ip netns exec "$LAN-$host" tc filter add dev eth0 ingress bpf da bytecode \
            "4,32 0 0 4294963256,37 1 0 $most,6 0 0 2,6 0 0 0" 2>/dev/null; then
        skip "this kernel loses no packets on demand: neither sch_netem nor cls_bpf"
    fi
}

lan_close() {
    local name host status=0
    [[ -n ${LAN:-} ]] || return 0
    for name in "${!PEER_PIDS[@]}"; do
        kill -TERM "${PEER_PIDS[$name]}" 2>/dev/null
    done
    for name in "${!PEER_PIDS[@]}"; do
        wait "${PEER_PIDS[$name]}" 2>/dev/null
    done
    for ((host = 0; host <= LAN_HOSTS; host++)); do
        [[ -e /run/netns/$LAN-$host ]] || continue
        # Whoever is still there outlived its peer.
        [[ -z $(ip netns pids "$LAN-$host") ]] || {
            echo "# processes left on host $host: $(ip netns pids "$LAN-$host" | xargs ps -o pid=,args= -p)" >&2
            status=1
            ip netns pids "$LAN-$host" | xargs kill -KILL
        }
        ip netns del "$LAN-$host"
    done
    return "$status"
}

# get HOST NAME ARG…: GET_PATIENCE is for how many seconds it waits for an offer; unset: as long as it does by itself.
get() {
    local host=$1 name=$2
    shift 2
    mkdir -p "$BATS_TEST_TMPDIR/$name.files"
    on "$host" "$LAN_PROGRAM" --name "$name" --state "$BATS_TEST_TMPDIR/$name.state" \
        --output "$BATS_TEST_TMPDIR/$name.files" ${GET_PATIENCE:+--patience "$GET_PATIENCE"} "$@" 3>&-
}

# parts NAME: what is left of transfers of that peer's that did not come to their end.
parts() { find "$BATS_TEST_TMPDIR/$1.files" -name '.*.part'; }
