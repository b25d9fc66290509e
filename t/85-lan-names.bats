#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Names on the LAN: the same however they are composed, and nobody's who could be taken for somebody else.

load lib/netns

# Composed (NFC), and taken apart as macOS has it (NFD).
CAFE_C=$'caf\xc3\xa9' CAFE_D=$'cafe\xcc\x81'
HAN_C=$'\xed\x95\x9c' HAN_D=$'\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab'

setup() {
    lan_open 2
    work=$BATS_TEST_TMPDIR/work
    # shellcheck disable=SC2034 # t/lib/netns reads it
    GET_PATIENCE=5
    mkdir "$work"
}

teardown() {
    lan_close
}

# A datagram of a program on host 2 that is none of ours.
datagram() {
    printf '%b' "$1" | on 2 socat -u - UDP4-DATAGRAM:224.0.0.127:7182,ip-multicast-if=10.9.0.2
}

# Once toto hears what is sent to the group.
listens() {
    datagram ':prof'
    shown toto 'new peer prof'
}

@test "a file is found by its name however that is composed, here and there" {
    echo one >"$work/$CAFE_D.txt"
    echo two >"$work/$HAN_C"
    mkdir "$work/$CAFE_D"
    echo three >"$work/$CAFE_D/$HAN_D"
    # What is offered is named as somebody types it, and found on the disk.
    peer toto 1 --offer "$work/$CAFE_C.txt" --offer "$work/$HAN_D" --offer "$work/$CAFE_C/$HAN_C" --watch 0 --period 1
    sees toto "offering $CAFE_D.txt"
    run -0 get 2 tutu --get "toto:$CAFE_C.txt"
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/$CAFE_D.txt")" = one ]
    run -0 get 2 tutu --get "toto:$HAN_C"
    run -0 get 2 tutu --get "toto:$HAN_D"
    run -0 get 2 tutu --files --pattern "*$CAFE_C*"
    [ "$output" = "toto:$CAFE_D.txt  4 B" ]
    run -69 get 2 tutu --get toto:cafe.txt
}

@test "of two names that are the same, the very one is fetched" {
    echo composed >"$work/$CAFE_C"
    echo apart >"$work/$CAFE_D"
    peer toto 1 --offer "$work/$CAFE_C" --offer "$work/$CAFE_D" --watch 0 --period 1
    sees toto "offering $CAFE_D"
    run -0 get 2 tutu --get "toto:$CAFE_C"
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/$CAFE_C")" = composed ]
    run -0 get 2 tutu --get "toto:$CAFE_D"
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/$CAFE_D")" = apart ]
}

@test "a peer is found by their name however that is composed" {
    peer zoe 1 --name $'zoe\xcc\x81' --watch 0 --period 1
    peer tata 2 --watch 0 --period 1
    sees zoe 'new peer tata'
    run -0 on 2 "$LAN_PROGRAM" --name tutu --state "$BATS_TEST_TMPDIR/tutu.state" --send $'zo\xc3\xa9:salut' 3>&-
    sees zoe 'private: tutu > salut'
    run -0 on 2 "$LAN_PROGRAM" --name tutu --state "$BATS_TEST_TMPDIR/tutu.state" --send $'zoe\xcc\x81:encore' 3>&-
    sees zoe 'private: tutu > encore'
}

@test "no peer has a name that could end before its end, cannot be seen, or mixes scripts" {
    local name
    for name in 'bob > hi' '<10.9.0.9>' 'bob  x' $'bob\xe2\x80\xa8x' $'bob\xef\xbc\x9e' $'10.9.0.9 \xef\xbc\x9a' $'\xd0\xb0bob' \
        $'bo\xe2\x80\x8bb' $'\xe2\x80\xaebob' $'bob\xc2\x85' $'bob\xc2\xa0' $'private\xea\x9e\x89 bob'; do
        run -64 on 2 "$LAN_PROGRAM" --name "$name" --state "$BATS_TEST_TMPDIR/tutu.state" --send '*:x' 3>&-
        [[ $output == *'--name: a name has 1 to 32 bytes, letters of one script'* ]]
    done
    peer toto 1 --watch 0
    wait_until listens
    datagram 'bob > yes:*:no\n'
    sees toto '10.9.0.2 :> bob > yes:*:no'
    datagram 'tutu:*:hello\n'
    sees toto 'tutu > hello'
    datagram '\xd0\xbc\xd0\xb0\xd1\x80\xd0\xb8\xd1\x8f:*:hello\n'
    sees toto $'\xd0\xbc\xd0\xb0\xd1\x80\xd0\xb8\xd1\x8f > hello'
    datagram 'fun \xf0\x9f\x8e\x89:*:hello\n'
    sees toto $'fun \xf0\x9f\x8e\x89 > hello'
}

@test "whoever has a name that looks like another's is told apart" {
    peer coco 1 --name coco --watch 0 --period 1
    peer toto 2 --name toto --watch 0 --period 1
    sees toto 'new peer coco at 10.9.0.1'
    peer other 1 --name $'\xd1\x81\xd0\xbe\xd1\x81\xd0\xbe' --watch 0 --period 1
    sees toto $'note: this \xd1\x81\xd0\xbe\xd1\x81\xd0\xbe is not coco, whose name looks the same'
}

@test "what is no UTF-8 is shown as Latin-1" {
    peer toto 1 --watch 0
    wait_until listens
    datagram 'tutu:*:d\xe9j\xe0 vu\n'
    sees toto $'tutu > d\xc3\xa9j\xc3\xa0 vu'
    datagram 'caf\xe9\n'
    sees toto $'10.9.0.2 :> caf\xc3\xa9'
}
