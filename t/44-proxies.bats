#!/usr/bin/env bats
# nginx, haproxy and stunnel in front of the doors, with contrib's examples as they are but for certificate and folders: TLS
# outside, and inside everybody at the address that is really theirs. Hosts: 1 has the server, 2 and 3 come in.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/netns

CONTRIB=$BATS_TEST_DIRNAME/../contrib
# Unpacked by `make peers`, where they are not installed.
UNPACKED=$(realpath -m "$BATS_TEST_DIRNAME/../build/peers")
PATH+=:$UNPACKED/usr/bin:$UNPACKED/usr/sbin
declare -gA VISITOR_FD=()

setup() {
    requires nginx haproxy stunnel4 openssl curl nc
    lan_open 3
}

teardown() {
    local fd status=0
    for fd in "${VISITOR_FD[@]}"; do
        exec {fd}>&-
    done
    daemon_teardown || status=1
    lan_close || status=1
    return "$status"
}

# begin EXAMPLE OPTION…: the server as that example wants it.
begin() {
    # shellcheck disable=SC2034 # for daemon_start
    local DAEMON_WRAP=(ip netns exec "$LAN-1") line options=()
    while read -r line; do
        options+=(-o "$line")
    done < <(sed -nE 's/^[#;]   ((listen|server-name) .*)/\1/p' "$CONTRIB/$1.example")
    ((${#options[@]} >= 8))
    daemon_start "${DAEMON_UNCONFINED[@]}" "${options[@]}" "${@:2}"
    CERTIFICATE=$BATS_TEST_TMPDIR/forkchat.pem
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=chat.example.org \
        -addext 'subjectAltName = DNS:chat.example.org' -keyout "$BATS_TEST_TMPDIR/key" -out "$CERTIFICATE" 2>/dev/null 3>&-
    cat "$BATS_TEST_TMPDIR/key" >>"$CERTIFICATE"
}

# The example, with files of this test's.
example() {
    sed -E -e "s,/etc/ssl/(certs|private)/forkchat\.(pem|key),$CERTIFICATE," -e '/^(setuid|setgid) =/d' \
        -e "s,^pid = .*,pid = $BATS_TEST_TMPDIR/stunnel.pid," "$CONTRIB/$1.example"
}

# in_front PROGRAM ARG…
in_front() {
    beside "$1" 1 env LD_LIBRARY_PATH="$UNPACKED/usr/lib/$(uname -m)-linux-gnu" "$@"
    wait_until on 1 nc -z 127.0.0.1 6697 3>&- || {
        cat "$(peer_log "$1")"
        return 1
    }
}

# visitor NAME HOST PORT [ADDRESS]: comes to that port by TLS; `sees` what comes.
visitor() {
    local fd fifo=$BATS_TEST_TMPDIR/$1.in
    mkfifo "$fifo"
    ip netns exec "$LAN-$2" openssl s_client -quiet -connect "${4:-10.9.0.1}:$3" -servername chat.example.org \
        -verify_return_error -CAfile "$CERTIFICATE" <"$fifo" >"$(peer_log "$1")" 2>&1 3>&- &
    # shellcheck disable=SC2034 # for lib/netns
    PEER_PIDS[$1]=$!
    exec {fd}>"$fifo"
    VISITOR_FD[$1]=$fd
}

says() {
    printf '%s\r\n' "${@:2}" >&"${VISITOR_FD[$1]}"
}

# An address that somebody claims is never believed.
WEBSOCKET='GET / HTTP/1.1\r\nHost: chat.example.org\r\nOrigin: https://chat.example.org\r\nX-Forwarded-For: 6.6.6.6\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

page_status() {
    patiently ip netns exec "$LAN-$1" curl -sS -o "$BATS_TEST_TMPDIR/page" -w '%{http_code}' --cacert "$CERTIFICATE" --resolve chat.example.org:443:10.9.0.1 \
        -H 'X-Forwarded-For: 6.6.6.6' https://chat.example.org/ 3>&-
}

# With `max-clients-per-address 3`, whatever is in front.
all_come_as_themselves() {
    visitor toto 2 6697
    says toto 'NICK toto' 'USER toto 0 * :toto'
    sees toto ' 001 toto '
    visitor talker 2 5001
    says talker '/nick talker'
    sees talker 'you are now talker'
    visitor web 2 443
    # NICK web, USER web 0 * :web, under a mask of zeros
    printf '%b' "$WEBSOCKET" '\x81\x88\0\0\0\0NICK web\x81\x91\0\0\0\0USER web 0 * :web' >&"${VISITOR_FD[web]}"
    sees web '101 Switching Protocols'
    sees web ' 001 web '
    visitor six 2 6697 '[fd00:9::1]'
    says six 'NICK six' 'USER six 0 * :six'
    sees six ' 001 six '
    says toto 'WHOIS toto' 'WHOIS talker' 'WHOIS web' 'WHOIS six'
    sees toto ' 311 toto toto ~toto 10.9.0.2 '
    sees toto ' 311 toto talker talk 10.9.0.2 '
    sees toto ' 311 toto web ~web 10.9.0.2 '
    sees toto ' 311 toto six ~six fd00:9::2 '
    # Each address has its own limit, and its own bans.
    visitor fourth 2 6697
    sees fourth 'too many connections from your address'
    visitor tata 3 6697
    says tata 'NICK tata' 'USER tata 0 * :tata'
    sees tata ' 001 tata '
    [[ $(page_status 3) == 200 ]]
    ctl ban 10.9.0.3 'begone'
    sees tata 'begone'
    visitor evil 3 5001
    sees evil 'begone'
    visitor page 3 443
    printf '%b' "$WEBSOCKET" >&"${VISITOR_FD[page]}"
    sees page '503 Service Unavailable'
    sees page 'begone'
    run -1 grep -a '6\.6\.6\.6' "$DAEMON_LOG"
}

@test "nginx: the page, and all doors through TLS, with the addresses people really have" {
    begin nginx.conf -o 'max-clients-per-address 3'
    local module=/usr/lib/nginx/modules/ngx_stream_module.so home=$BATS_TEST_TMPDIR/nginx part temporary=""
    [[ -e $module ]] || module=$UNPACKED$module
    mkdir "$home"
    for part in client_body proxy fastcgi uwsgi scgi; do
        temporary+="${part}_temp_path $home/$part; "
    done
    {
        echo "load_module $module; daemon off; user root; pid $home/pid; error_log stderr; events {}"
        example nginx.conf | sed "s,^http {,&access_log off; $temporary,"
    } >"$home/conf"
    in_front nginx -e stderr -c "$home/conf"
    all_come_as_themselves
}

@test "haproxy: the page, and all doors through TLS, with the addresses people really have" {
    begin haproxy.cfg -o 'max-clients-per-address 3'
    example haproxy.cfg >"$BATS_TEST_TMPDIR/haproxy.cfg"
    in_front haproxy -db -f "$BATS_TEST_TMPDIR/haproxy.cfg"
    all_come_as_themselves
}

@test "haproxy: the same by the older form of the PROXY protocol" {
    begin haproxy.cfg -o 'max-clients-per-address 3'
    example haproxy.cfg | sed 's/send-proxy-v2$/send-proxy/' >"$BATS_TEST_TMPDIR/haproxy.cfg"
    in_front haproxy -db -f "$BATS_TEST_TMPDIR/haproxy.cfg"
    all_come_as_themselves
}

@test "stunnel: the page, and all doors through TLS, with the addresses people really have" {
    begin stunnel.conf -o 'max-clients-per-address 3'
    { echo foreground = yes; example stunnel.conf; } >"$BATS_TEST_TMPDIR/stunnel.conf"
    in_front stunnel4 "$BATS_TEST_TMPDIR/stunnel.conf"
    all_come_as_themselves
}
