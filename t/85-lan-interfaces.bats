#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Interfaces and addresses that come and go under a peer.

load lib/netns

teardown() {
    lan_close
}

link() { ip -n "$LAN-$1" link set eth0 "$2"; }

address() { ip -n "$LAN-$1" addr "$2" "$3" dev eth0; }

say() {
    on "$1" "$LAN_PROGRAM" --name "$2" --state "$BATS_TEST_TMPDIR/$2.say" --send "$3"
}

# They hear each other now, and each can have what the other offers.
meet() {
    sees toto "new peer tutu at $2"
    sees tutu "new peer toto at $1"
}

@test "a peer that starts with the link down says so, and meets the others once it is up" {
    lan_open 2
    echo x >"$BATS_TEST_TMPDIR/song"
    link 2 down
    peer toto 1 --watch 0 --period 1
    peer tutu 2 --offer "$BATS_TEST_TMPDIR/song" --period 1
    sees tutu 'no network is up: only this machine is reached'
    sees tutu 'offering song'
    link 2 up
    sees tutu 'now on eth0 (10.9.0.2)'
    meet 10.9.0.1 10.9.0.2
    sees toto 'tutu offers song'
    mkdir "$BATS_TEST_TMPDIR/got"
    on 1 "$LAN_PROGRAM" --name x --state "$BATS_TEST_TMPDIR/x" --get tutu:song --output "$BATS_TEST_TMPDIR/got"
    # And again, in the middle of it.
    link 2 down
    sees tutu 'no longer on eth0 (10.9.0.2)'
    sees toto 'tutu is gone'
    link 2 up
    sees tutu 'now on eth0 (10.9.0.2)' 2
    sees toto 'new peer tutu at 10.9.0.2' 2
    say 1 toto 'tutu:still there?'
    sees tutu 'private: toto > still there?'
}

@test "a peer that starts before its address is there meets the others by the address that comes, and by the next" {
    lan_open 2
    ip -n "$LAN-2" -6 addr flush dev eth0
    address 2 del 10.9.0.2/24
    peer toto 1 --watch 0 --period 1
    peer tutu 2 --watch 0 --period 1
    sees tutu 'only this machine is reached'
    address 2 add 10.9.0.2/24
    meet 10.9.0.1 10.9.0.2
    address 2 del 10.9.0.2/24
    address 2 add 10.9.0.22/24
    sees tutu 'now on eth0 (10.9.0.22)'
    sees toto 'tutu is now at 10.9.0.22 (was at 10.9.0.2)'
    # A second address of the same interface changes nothing.
    address 2 add 10.9.0.23/24
    say 1 toto '*:anybody?'
    sees tutu 'toto > anybody?'
    run -1 grep -F 10.9.0.23 "$(peer_log tutu)" "$(peer_log toto)"
}

@test "an interface that was named is waited for by a peer, and by its address as well; an action says that it is not up" {
    lan_open 2
    link 2 down
    run -69 on 2 "$LAN_PROGRAM" --name x --state "$BATS_TEST_TMPDIR/x" -i eth0 --send '*:x'
    [[ $output == *'no interface that is up has that name'* ]]
    run -69 on 2 "$LAN_PROGRAM" --name x --state "$BATS_TEST_TMPDIR/x" -i nonsense --watch 0
    peer toto 1 --watch 0 --period 1
    peer tutu 2 --watch 0 --period 1 -i eth0
    sees tutu 'eth0 is not up: it is waited for'
    peer tata 2 --watch 0 --period 1 -i 10.9.0.2
    sees tata '10.9.0.2 is not up: it is waited for'
    link 2 up
    meet 10.9.0.1 10.9.0.2
    sees tata 'new peer toto at 10.9.0.1'
}

# Without its route nothing goes to an IPv6 group.
route() { ip -n "$LAN-1" -6 route "$1" multicast ff00::/8 dev eth0 table local; }

@test "a failure to send is told once, and so is its end" {
    lan_open 1
    route del
    peer toto 1 --watch 0 --period 1 -6
    sees toto 'cannot send by eth0: Network is unreachable'
    run -69 on 1 "$LAN_PROGRAM" --name x --state "$BATS_TEST_TMPDIR/x" -6 --send '*:x'
    [[ $output == *'cannot send: Network is unreachable'* ]]
    route add
    sees toto 'sending by eth0 works again'
    route del
    sees toto 'cannot send by eth0: Network is unreachable' 2
    route add
    sees toto 'sending by eth0 works again' 2
    [ "$(grep -c 'cannot send by eth0' "$(peer_log toto)")" = 2 ]
}

@test "where there is only IPv6 peers meet by that, say so, and go back once there is IPv4" {
    lan_open 2
    local host
    for host in 1 2; do
        address $host del "10.9.0.$host/24"
    done
    peer toto 1 --watch 0 --period 1
    peer tutu 2 --watch 0 --period 1
    sees toto 'no interface has an IPv4 address: by IPv6, in the group ff02::e000:7f'
    meet f f
    say 1 toto '*:by six'
    sees tutu 'toto > by six'
    for host in 1 2; do
        address $host add "10.9.0.$host/24"
    done
    sees toto 'now on eth0 (10.9.0.1)'
    sees tutu 'now on eth0 (10.9.0.2)'
    say 1 toto '*:by four'
    sees tutu 'toto > by four'
    # Whoever asked for a group gets that one.
    address 1 del 10.9.0.1/24
    peer tata 1 --watch 0 --period 1 -g 224.0.0.127
    sees tata 'no network is up: only this machine is reached'
}

@test "more interfaces than are used are told, and those that are named are used" {
    lan_open 2
    local i
    for i in {1..40}; do
        ip -n "$LAN-1" link add "br$i" type bridge
        ip -n "$LAN-1" addr add "10.8.$i.1/24" dev "br$i"
        ip -n "$LAN-1" link set "br$i" up
    done
    peer toto 1 --watch 0 --period 1
    sees toto '9 interfaces are more than the 32 that are used: name those that matter with -i'
    peer_kill toto
    peer toto 1 --watch 0 --period 1 -i br40 -i eth0
    peer tutu 2 --watch 0 --period 1
    meet 10.9.0.1 10.9.0.2
    run -0 grep -c 'more than' "$(peer_log toto)"
    [ "$output" = 1 ]
}
