# shellcheck shell=bash disable=SC2154,SC2034 # dir, crowd and BUILD are run's; inside and port are for it
# The servers that t/bench/run measures: start_NAME starts one for `crowd` clients with limits, penalties and look-ups
# off, on loopback in a network namespace of its own, so that none asks a resolver, and sets pid and port. `show-config`
# (t/bench/run BUILD show-config) prints what each is given.

peers=$(realpath -m "${BASH_SOURCE[0]%/*}/../../build/peers")
PATH=$PATH:/usr/sbin:/usr/local/sbin:$peers/usr/sbin:$peers/usr/bin
NGIRCD=${NGIRCD:-$(command -v ngircd || true)}
INSPIRCD=${INSPIRCD:-$(command -v inspircd || true)}
HYBRID=${HYBRID:-$(command -v ircd-hybrid || true)}
REDIS=${REDIS:-$(command -v redis-server || true)}
NATS=${NATS:-$(command -v nats-server || true)}
pid='' port=0 net='' inside=()

# ---- where they run ----

net_open() {
    inside=()
    net=forkchat-bench-$$
    if ip netns add "$net" 2>/dev/null; then
        inside=(nsenter "--net=/run/netns/$net")
        "${inside[@]}" sh -c 'ip link set lo up; cd /proc/sys/net; echo 8192 >core/somaxconn
            echo 8192 >ipv4/tcp_max_syn_backlog; echo "1024 65535" >ipv4/ip_local_port_range' 2>/dev/null
    else
        net=
        note 'network namespaces are not permitted here: all share the one of the machine'
    fi
}

net_close() {
    [[ -z $net ]] || ip netns del "$net"
    net='' inside=()
}

# A port that nobody listens on, for servers that cannot pick one.
free_port() {
    while :; do
        port=$((20000 + RANDOM % 10000))
        takes_connections || return 0
    done
}

# Waits up to 10 seconds for a condition while the server lives.
await() {
    for _ in {1..200}; do
        "$@" && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}
says_ready() { grep -q '^ready' "$dir/output"; }
takes_connections() { "${inside[@]}" bash -c ": </dev/tcp/127.0.0.1/$port" 2>/dev/null; }
read_port() { port=$(sed -n "s/^listening $1 .*:\([0-9]*\)\$/\1/p" "$dir/output"); [[ $port ]]; }

# launch COMMAND…: in the background, in the namespace.
launch() {
    "${inside[@]}" "$@" </dev/null >"$dir/output" 2>"$dir/errors" &
    pid=$!
}

# Ends the server that was started last, and waits for it.
stop_server() {
    if [[ $pid ]]; then
        kill -TERM "$pid" 2>/dev/null
        for _ in {1..100}; do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        if kill -KILL "$pid" 2>/dev/null; then
            note "${server:-a server} did not end within 10 seconds of SIGTERM"
        fi
        wait "$pid" 2>/dev/null
        pid=
    fi
    net_close
}

# ---- ours, and the limits ----

# With nothing that it could remember of the run before.
start_forkchat() {
    rm -rf "$dir/forkchat"
    mkdir -p "$dir/forkchat/run" "$dir/forkchat/state"
    launch "${1:-$BUILD}/forkchatd" -f -o "listen $door 127.0.0.1:0" -o 'flood off' -o 'replay off' -o 'connect-rate off' \
        -o 'max-clients-per-address off' -o "max-clients $((crowd + 100))" \
        -o "runtime-directory $dir/forkchat/run" -o "state-directory $dir/forkchat/state"
    await says_ready && read_port "$door"
}
# The same with the door it is compared with, where the table is that of another.
start_irc() { door=irc start_forkchat; }
start_before() { start_forkchat "$BEFORE"; }

start_bare() { launch "$BUILD/t/bench/bareloop" && await says_ready && read_port bare; }
start_bare_reads() { launch "$BUILD/t/bench/bareloop" --whole-reads && await says_ready && read_port bare; }
start_forks() { launch "$BUILD/t/bench/bareforks" && await says_ready && read_port forks; }

# ---- peers: config_NAME prints its configuration ----

config_ngircd() {
    cat <<END
[Global]
Name = bench.example.net
Info = bench
Listen = 127.0.0.1
Ports = $port
MotdPhrase = hello
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
MaxPenaltyTime = 0
PingTimeout = 600
PongTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
IncludeDir = $dir/none
END
}

start_ngircd() {
    free_port
    config_ngircd >"$dir/ngircd.conf"
    mkdir -p "$dir/none"
    launch "$NGIRCD" -n -f "$dir/ngircd.conf"
    await takes_connections
}

config_inspircd() {
    local modules=${INSPIRCD_MODULES:-}
    [[ $modules ]] || modules=$(dirname "$INSPIRCD")/../lib/inspircd/modules
    [[ -d $modules ]] || modules=$(find "$(dirname "$INSPIRCD")/../lib" /usr/lib -type d -path '*inspircd/modules' \
        -print -quit 2>/dev/null)
    cat <<END
<config format="xml">
<path configdir="$dir" datadir="$dir" logdir="$dir" runtimedir="$dir" moduledir="$(realpath "$modules")">
<server name="bench.example.net" description="bench" network="bench">
<admin name="bench" nick="bench" email="bench@example.net">
<bind address="127.0.0.1" port="$port" type="clients">
<connect name="main" allow="*" timeout="60" pingfreq="600" hardsendq="1G" softsendq="1G" recvq="16M"
 threshold="1000000" commandrate="1000000000" fakelag="no" localmax="100000" globalmax="100000"
 maxconnwarn="no" resolvehostnames="no" useident="no" limit="100000" maxchans="100">
<performance somaxconn="8192" softlimit="100000" clonesonconnect="no">
<log method="file" type="*" level="default" target="inspircd.log">
END
}

start_inspircd() {
    local root=()
    free_port
    [[ $EUID -eq 0 ]] && root=(--runasroot)
    config_inspircd >"$dir/inspircd.conf"
    launch "$INSPIRCD" --nofork --nopid --nolog "${root[@]}" --config "$dir/inspircd.conf"
    await takes_connections
}

config_hybrid() {
    cat <<END
serverinfo { name = "bench.example.net"; description = "bench"; network_name = "bench";
    max_nick_length = 20; default_max_clients = 15000; };
admin { name = "bench"; email = "bench@example.net"; };
class { name = "users"; ping_time = 10 minutes; number_per_ip_local = 100000; number_per_ip_global = 100000;
    max_number = 100000; sendq = 1000 megabytes; recvq = 8000 bytes; max_channels = 100; };
listen { host = "127.0.0.1"; port = $port; };
auth { user = "*@*"; class = "users"; flags = no_tilde, exceed_limit, can_flood; };
general { disable_auth = yes; throttle_count = 1000000; throttle_time = 1 second; default_floodcount = 0;
    anti_nick_flood = no; pace_wait = 0 seconds; pace_wait_simple = 0 seconds; ping_cookie = no; };
log { use_logging = no; };
END
}

# It looks for its modules below /usr, and will not run as root: where it is only unpacked, it gets a view of /usr in
# which it is installed.
start_hybrid() {
    local files=$dir/hybrid file options=(-foreground)
    free_port
    mkdir -p "$files"
    config_hybrid >"$files/ircd.conf"
    [[ $EUID -ne 0 ]] || chown -R 65534:65534 "$files"
    options+=(-configfile "$files/ircd.conf" -logfile "$files/log" -pidfile "$files/pid")
    for file in kline dline xline resv; do options+=("-${file}file" "$files/$file"); done
    if [[ $HYBRID = "$peers"/* ]]; then
        # shellcheck disable=SC2016 # for the shell in there
        launch unshare --mount bash -c '
            for part in lib share; do
                mount -t overlay overlay -o "lowerdir=$0/usr/$part:/usr/$part" "/usr/$part" || exit
            done
            exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' "$peers" "$HYBRID" "${options[@]}"
    elif [[ $EUID -eq 0 ]]; then
        launch setpriv --reuid 65534 --regid 65534 --clear-groups "$HYBRID" "${options[@]}"
    else
        launch "$HYBRID" "${options[@]}"
    fi
    await takes_connections
}

config_redis() {
    cat <<END
bind 127.0.0.1
port $port
save ""
appendonly no
maxclients 100000
client-output-buffer-limit pubsub 0 0 0
tcp-backlog 8192
dir $dir
END
}

start_redis() {
    free_port
    config_redis >"$dir/redis.conf"
    launch env "LD_LIBRARY_PATH=$peers/usr/lib/$(uname -m)-linux-gnu" "$REDIS" "$dir/redis.conf"
    await takes_connections
}

config_nats() {
    cat <<END
listen: "127.0.0.1:$port"
max_connections: 100000
max_pending: 1GB
write_deadline: "600s"
ping_interval: "600s"
END
}

start_nats() {
    free_port
    config_nats >"$dir/nats.conf"
    launch "$NATS" -c "$dir/nats.conf"
    await takes_connections
}

# All that are here of "$@", a note for each that is not.
present() {
    local peer program
    for peer in "$@"; do
        program=${peer^^}
        if [[ ${!program} ]]; then servers+=("$peer"); else note "no $peer here: not compared with"; fi
    done
}

# What SERVER speaks where the table's door is $1.
door_of() {
    case $server in
    bare*) echo bare ;;
    forks | redis | nats | irc) echo "$server" ;;
    *) echo "$1" ;;
    esac
}

show_config() {
    local peer
    port=PORT
    for peer in ngircd inspircd hybrid redis nats; do
        printf '# %s\n' "$peer"
        "config_$peer"
        echo
    done
}
