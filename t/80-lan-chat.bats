#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Serverless chat: peers on a LAN of network namespaces.

load lib/netns

teardown() {
    lan_close
}

# Three peers that have learned of each other. One that is stopped for seconds on a busy machine is not forgotten.
three_peers() {
    lan_open 3
    peer toto 1 --watch 0 --period 4
    peer tutu 2 --watch 0 --period 4
    peer tata 3 --watch 0 --period 4
    sees toto "new peer tutu at 10.9.0.2"
    sees toto "new peer tata at 10.9.0.3"
    sees tutu "new peer toto at 10.9.0.1"
    sees tata "new peer toto at 10.9.0.1"
    sees tata "new peer tutu at 10.9.0.2"
    sees tutu "new peer tata at 10.9.0.3"
}

say() {
    on "$1" "$LAN_PROGRAM" --name "$2" --state "$BATS_TEST_TMPDIR/$2.state" --send "$3"
}

# datagram HOST ADDRESS:PORT BYTES: what another program would send.
datagram() {
    printf '%b' "$3" | on "$1" socat -u -b 65536 - "UDP4-DATAGRAM:$2,ip-multicast-if=10.9.0.$1"
}

# It is written once a second: maybe with one of them first.
knows_both() {
    grep -qx 'tata:10.9.0.3' "$BATS_TEST_TMPDIR/toto.state/roster" &&
        grep -qx 'tutu:10.9.0.2' "$BATS_TEST_TMPDIR/toto.state/roster"
}

@test "three peers learn each other, keep a roster on disk, and announce each other once" {
    three_peers
    wait_until knows_both
    run -0 on 1 "$LAN_PROGRAM" --state "$BATS_TEST_TMPDIR/toto.state" --roster
    [ "$output" = $'tata:10.9.0.3\ntutu:10.9.0.2' ]
    run -0 grep -c 'new peer tutu' "$(peer_log toto)"
    [ "$output" = 1 ]
}

@test "what is said to everyone is shown by all, what is said to one by that one" {
    three_peers
    say 1 toto '*:hello all'
    sees tutu 'toto > hello all'
    sees tata 'toto > hello all'
    say 1 toto 'tutu:for you alone'
    say 1 toto '*:afterwards'
    sees tutu 'toto > for you alone'
    sees tata 'toto > afterwards'
    run -1 grep -F 'for you alone' "$(peer_log tata)"
    # The two do not look alike, and no name makes them.
    grep -qx 'private: toto > for you alone' "$(peer_log tutu)"
    grep -qx 'toto > hello all' "$(peer_log tutu)"
    datagram 3 224.0.0.127:7182 'private: toto:*:psst\n'
    datagram 3 224.0.0.127:7182 '(private) toto:*:psst\n'
    sees tutu '(private) toto > psst'
    run -1 grep '^private: .*psst' "$(peer_log tutu)"
}

@test "what is sent to nobody, or is nothing, is told and does not end with 0" {
    lan_open 2
    peer tutu 2 --watch 0
    sees_port tutu 2
    run -69 say 1 toto 'ghost:hi'
    [[ $output == *'nobody here is called ghost'* ]]
    run -69 say 1 toto 'note: tout le monde'
    [[ $output == *'nobody here is called note'* ]]
    run -64 say 1 toto '*:'
    [[ $output == *'nothing to say'* ]]
    run -64 say 1 toto 'tutu: '
    run -64 say 1 toto ':hi'
    # One nobody is told, and the others are heard: tutu was not known to toto, but is there.
    run -69 on 1 "$LAN_PROGRAM" --name toto --state "$BATS_TEST_TMPDIR/toto.state" \
        --send 'tutu:first' --send 'ghost:hi' --send '*:last'
    sees tutu 'private: toto > first'
    sees tutu 'toto > last'
    run -0 say 1 toto 'tutu:alone'
    sees tutu 'private: toto > alone'
}

sees_port() { wait_until has_port "$2"; }

has_port() { on "$1" ss -Hlun | grep -q ':7182'; }

@test "a script that prints a line for each newline, and reads 1,024 bytes, shows what is said and nothing else" {
    lan_open 2
    beside script 2 socat -u -b 1024 UDP4-RECV:7182,bind=224.0.0.127,ip-add-membership=224.0.0.127:10.9.0.2,reuseaddr -
    sees_port script 2
    echo x >"$BATS_TEST_TMPDIR/offered"
    peer toto 1 --offer "$BATS_TEST_TMPDIR/offered" --period 1
    wait_until grep -aq '/offer:' "$(peer_log script)"
    wait_until grep -aq '/peer:' "$(peer_log script)"
    peer_kill toto
    wait_until grep -aq '/bye:' "$(peer_log script)"
    run -69 on 1 "$LAN_PROGRAM" --name toto --state "$BATS_TEST_TMPDIR/s" --get tata:x --patience 1
    on 1 "$LAN_PROGRAM" --name toto --state "$BATS_TEST_TMPDIR/s" --cast "$BATS_TEST_TMPDIR/offered" --wait 1 || :
    wait_until grep -aq '/cast:' "$(peer_log script)"
    [ "$(tr -cd '\n' <"$(peer_log script)" | wc -c)" = 0 ]
    say 1 toto "*:$(printf 'x%.0s' {1..5000})"
    wait_until all_arrived 5000
    [ "$(tr -cd '\n' <"$(peer_log script)" | wc -c)" = 5 ]
}

all_arrived() { (($(grep -aoE 'x{20,}' "$(peer_log script)" | tr -d '\n' | wc -c) == $1)); }

@test "a machine without an address is heard, and not remembered" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    sees_port toto 1
    ip -n "$LAN-2" addr flush dev eth0
    ip -n "$LAN-2" route add 224.0.0.0/4 dev eth0
    datagram_of_nobody() { printf '%b' "$1" | on 2 socat -u - UDP4-DATAGRAM:224.0.0.127:7182,so-bindtodevice=eth0; }
    datagram_of_nobody ':prof'
    datagram_of_nobody "prof:/offer:0123456789abcdef 0.0.0.0 80 5 - $(printf 'a%.0s' {1..64}) song"
    datagram_of_nobody "prof:/cast:0123456789abcdef 50000 5 420 0 $(printf 'a%.0s' {1..64}) song"
    datagram_of_nobody 'prof:*:bonjour\n'
    sees toto 'prof > bonjour'
    run -1 grep -F -e 'new peer' -e song -e 0.0.0.0 "$(peer_log toto)"
    [ ! -s "$BATS_TEST_TMPDIR/toto.state/roster" ]
}

@test "a message to someone known goes to that address, and to no one else's" {
    three_peers
    # What is said by another process goes by the roster on disk.
    wait_until knows_both
    local before after
    before=$(on 3 cat /sys/class/net/eth0/statistics/rx_bytes)
    say 1 toto "tutu:$(printf 'x%.0s' {1..10000})last"
    sees tutu xlast
    after=$(on 3 cat /sys/class/net/eth0/statistics/rx_bytes)
    # Announcements go on meanwhile.
    ((after - before < 5000))
}

@test "datagrams of the course's scripts are understood and answered" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    beside script 2 socat -u UDP4-RECV:7182,bind=224.0.0.127,ip-add-membership=224.0.0.127:10.9.0.2,reuseaddr -
    wait_until grep -aq ':toto' "$(peer_log script)"
    datagram 2 224.0.0.127:7182 ':prof'
    sees toto 'new peer prof at 10.9.0.2'
    datagram 2 224.0.0.127:7182 'prof:*:bonjour\n'
    sees toto 'prof > bonjour'
    datagram 2 10.9.0.1:7182 'prof:toto:pour toi\n'
    sees toto 'prof > pour toi'
    datagram 2 224.0.0.127:7182 'just some text\n'
    sees toto '10.9.0.2 :> just some text'
    say 1 toto '*:bonjour prof'
    wait_until grep -aq 'toto:\*:bonjour prof$' "$(peer_log script)"
}

@test "a peer that leaves says so; one that dies is dropped after missed announcements" {
    three_peers
    peer_kill tutu
    sees toto 'tutu has left'
    peer_kill tata KILL || :
    sees toto 'tata is gone'
    wait_until test ! -s "$BATS_TEST_TMPDIR/toto.state/roster"
}

@test "several peers on one machine talk to each other and to others, each shown once" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    peer tutu 1 --watch 0 --period 1
    peer tata 2 --watch 0 --period 1
    sees toto 'new peer tutu at 10.9.0.1'
    sees tutu 'new peer toto at 10.9.0.1'
    sees tata 'new peer tutu at 10.9.0.1'
    sees tata 'new peer toto at 10.9.0.1'
    say 2 tata 'toto:one'
    say 2 tata 'tutu:two'
    say 1 toto 'tutu:three'
    sees toto 'tata > one'
    sees tutu 'tata > two'
    sees tutu 'toto > three'
    # A script knows only the host's address; whoever gets it there passes it on.
    datagram 2 10.9.0.1:7182 'prof:toto:four\n'
    datagram 2 10.9.0.1:7182 'prof:tutu:five\n'
    sees toto 'prof > four'
    sees tutu 'prof > five'
    run -0 grep -c ' > ' "$(peer_log toto)"
    [ "$output" = 2 ]
}

@test "two peers of one name are both told" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    beside other 2 "$LAN_PROGRAM" --name toto --watch 0 --period 1 --state "$BATS_TEST_TMPDIR/other"
    sees toto 'your name toto is also used at 10.9.0.2'
    sees other 'your name toto is also used at 10.9.0.1'
}

@test "a name cannot be taken from its owner by announcing it elsewhere, nor be said good-bye for" {
    three_peers
    datagram 3 224.0.0.127:7182 ':tutu'
    datagram 3 224.0.0.127:7182 'tutu:/bye:\n'
    sees toto 'tutu is also used at 10.9.0.3; messages go to 10.9.0.2'
    run -1 grep -F 'tutu has left' "$(peer_log toto)"
    say 1 toto 'tutu:still you?'
    sees tutu 'toto > still you?'
}

@test "forged, malformed and huge datagrams are harmless" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    wait_until test -e "$BATS_TEST_TMPDIR/toto.state/roster.lock"
    datagram 2 224.0.0.127:7182 'e\033[2Jvil:*:x\n'
    datagram 2 224.0.0.127:7182 'prof:*:a\033]0;title\007b\n'
    datagram 2 224.0.0.127:7182 ':\0\0\0'
    datagram 2 224.0.0.127:7182 'x:/offer:zz ../../etc/passwd\n'
    datagram 2 224.0.0.127:7182 'x:/offer:0123456789abcdef 10.9.0.2 80 5 - '"$(printf 'a%.0s' {1..64})"' ../../etc/passwd\n'
    head -c 60000 /dev/urandom | on 2 socat -u -b 65536 - UDP4-DATAGRAM:224.0.0.127:7182,ip-multicast-if=10.9.0.2
    datagram 2 224.0.0.127:7182 'prof:*:the end\n'
    sees toto 'prof > the end'
    sees toto 'prof > a^[]0;title^Gb'
    # No control byte but the ends of lines reached the output.
    run -1 grep -aP '[\x00-\x08\x0b-\x1f\x7f]' "$(peer_log toto)"
    run -0 on 2 "$LAN_PROGRAM" --name tutu --state "$BATS_TEST_TMPDIR/tutu.state" --files
    [[ $output != *passwd* ]]
}

@test "a flood from one host is dropped and told once, and others are still heard" {
    lan_open 3
    peer toto 1 --watch 0 --period 1
    peer tata 3 --watch 0 --period 1
    sees toto 'new peer tata'
    # shellcheck disable=SC2016 # the loop is the other shell's
    on 2 bash -c 'for i in {1..3000}; do printf "x:*:flood %d\n" "$i" >/dev/udp/10.9.0.1/7182; done'
    say 3 tata '*:can you hear me?'
    sees toto 'tata > can you hear me?'
    sees toto '10.9.0.2 floods'
    local lines
    lines=$(grep -c 'x > flood' "$(peer_log toto)")
    ((lines >= 100 && lines < 2900))
}

@test "text longer than one datagram is split on characters; too long a text is refused" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    peer tutu 2 --watch 0 --period 1
    sees tutu 'new peer toto'
    say 1 toto "*:$(printf 'é%.0s' {1..2000})"
    sees tutu 'toto > ' 4
    run -0 bash -c "grep -F 'toto > ' '$(peer_log tutu)' | sed 's/^toto > //' | tr -d '\n' | wc -m"
    [ "$output" = 2000 ]
    run -64 say 1 toto "*:$(printf 'x%.0s' {1..30000})"
    [[ $output == *"too long"* ]]
}

@test "peers meet over IPv6 too" {
    lan_open 2
    peer toto 1 --watch 0 --period 1 -6
    peer tutu 2 --watch 0 --period 1 -6
    sees toto 'new peer tutu at f'
    sees tutu 'new peer toto at f'
    on 1 "$LAN_PROGRAM" -6 --name toto --state "$BATS_TEST_TMPDIR/toto.state" --send 'tutu:six'
    sees tutu 'toto > six'
}

@test "a peer on two interfaces of one LAN shows each message once, and twice what is said twice" {
    lan_open 3
    ip -n "$LAN-1" link add eth1 type veth peer name port1b netns "$LAN-0"
    ip -n "$LAN-0" link set port1b master lanbr up
    ip -n "$LAN-1" addr add 10.9.0.101/24 dev eth1
    ip -n "$LAN-1" link set eth1 up
    peer toto 1 --watch 0 --period 1 -i eth0 -i 10.9.0.101
    peer tutu 2 --watch 0 --period 1
    sees toto 'new peer tutu'
    say 2 tutu '*:same'
    say 2 tutu '*:same'
    say 2 tutu '*:last'
    sees toto 'tutu > last'
    run -0 grep -c 'tutu > same' "$(peer_log toto)"
    [ "$output" = 2 ]
    run -1 grep 'new peer toto' "$(peer_log toto)"
    # And it is one peer to others, with one offer.
    peer_kill toto
    echo x >"$BATS_TEST_TMPDIR/song"
    peer toto 1 --offer "$BATS_TEST_TMPDIR/song" --period 1 -i eth0 -i 10.9.0.101
    sees tutu 'toto offers song'
    peer tata 3 --watch 0 --period 1
    sees tata 'toto offers song'
    datagram 3 10.9.0.2:7182 ':toto'
    sees tutu 'toto is also used at 10.9.0.3; messages go to 10.9.0.1'
    run -1 grep -e 'used at 10.9.0.101' -e 'used at 10.9.0.1' "$(peer_log tutu)" "$(peer_log tata)" "$(peer_log toto)"
    run -0 on 2 "$LAN_PROGRAM" --name x --state "$BATS_TEST_TMPDIR/x" --files
    [ "$output" = 'toto:song  2 B' ]
    run -0 grep -c 'toto offers song' "$(peer_log tutu)"
    [ "$output" = 1 ]
}
