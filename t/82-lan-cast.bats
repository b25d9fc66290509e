#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# One file to many: by multicast blocks, with losses.

load lib/netns

setup() {
    work=$BATS_TEST_TMPDIR/work
    mkdir "$work"
}

teardown() {
    lan_close
}

receive_all() {
    local host
    for ((host = 2; host <= $1 + 1; host++)); do
        peer "r$host" "$host" --receive --watch 60
    done
    for ((host = 2; host <= $1 + 1; host++)); do
        wait_until listens "$host"
    done
}

listens() { on "$1" ss -Hlun 2>/dev/null | grep -q ':7182'; }

all_have() {
    local host
    for ((host = 2; host <= $1 + 1; host++)); do
        peer_wait "r$host" || { echo "# host $host:"; cat "$(peer_log "r$host")"; return 1; }
        cmp "$2" "$BATS_TEST_TMPDIR/r$host.files/${2##*/}" || return 1
    done
}

@test "8 receivers, each losing 5% of all packets, get the verified file for less than 2 times its bytes" {
    local host before sent size=8000000
    lan_open 9
    head -c "$size" /dev/urandom >"$work/movie"
    chmod 640 "$work/movie"
    touch -d '2001-02-03 04:05:06' "$work/movie"
    for host in {2..9}; do
        lan_lose "$host" 5
    done
    receive_all 8
    before=$(sent_bytes 1)
    run -0 on 1 "$LAN_PROGRAM" --name toto --cast "$work/movie" --receivers 8 --wait 20
    [[ $output == *'sent movie to 8 of 8, verified'* ]]
    sent=$(($(sent_bytes 1) - before))
    all_have 8 "$work/movie"
    [ "$(stat -c '%a %Y' "$BATS_TEST_TMPDIR/r5.files/movie")" = "$(stat -c '%a %Y' "$work/movie")" ]
    echo "# $sent bytes on the wire for $size to 8 receivers; 8 transfers would be more than $((8 * size))" >&3
    ((sent > size && sent < 2 * size))
}

@test "a receiver that dies in the middle does not keep the others from the file" {
    lan_open 4
    head -c 6000000 /dev/urandom >"$work/movie"
    receive_all 3
    peer toto 1 --cast "$work/movie" --receivers 3 --wait 20 --rate 2M
    sees r3 'receiving movie'
    wait_until in_the_middle
    peer_kill r3 KILL || :
    local ended=0
    peer_wait toto || ended=$?
    [ "$ended" -eq 75 ]
    sees toto 'sent movie to 2 of 3, verified'
    cmp "$work/movie" "$BATS_TEST_TMPDIR/r2.files/movie"
    cmp "$work/movie" "$BATS_TEST_TMPDIR/r4.files/movie"
    [ ! -e "$BATS_TEST_TMPDIR/r3.files/movie" ]
}

in_the_middle() { (($(sent_bytes 1) > 1000000)); }

@test "forged blocks and a forged end change nothing" {
    lan_open 3
    head -c 3000000 /dev/urandom >"$work/movie"
    receive_all 1
    beside ear 3 socat -u UDP4-RECV:7182,bind=224.0.0.127,ip-add-membership=224.0.0.127:10.9.0.3,reuseaddr -
    peer toto 1 --cast "$work/movie" --receivers 1 --wait 20 --rate 2M
    wait_until grep -aq '/cast:' "$(peer_log ear)"
    local id port
    id=$(grep -am1 '/cast:' "$(peer_log ear)" | sed 's/.*cast:\([0-9a-f]*\) .*/\1/')
    port=$(grep -am1 '/cast:' "$(peer_log ear)" | awk '{print $2}')
    # shellcheck disable=SC2001,SC2059 # bytes are made by printf
    forge() { printf "FCC1$1$(sed 's/../\\x&/g' <<<"$id")$2" |
        on 3 socat -u -b 1400 - "UDP4-DATAGRAM:224.0.0.127:$port,ip-multicast-if=10.9.0.3"; }
    wait_until in_the_middle_of_three
    forge B "\\0\\0\\x04\\0$(printf 'x%.0s' {1..1200})"
    forge E ''
    peer_wait toto
    all_have 1 "$work/movie"
}

in_the_middle_of_three() { (($(sent_bytes 1) > 300000)); }

@test "a file is cast over IPv6 as well" {
    lan_open 2
    head -c 300000 /dev/urandom >"$work/movie"
    peer r2 2 -6 --receive --watch 60
    wait_until listens 2
    run -0 on 1 "$LAN_PROGRAM" -6 --name toto --cast "$work/movie" --receivers 1 --wait 20
    [[ $output == *'sent movie to 1 of 1, verified'* ]]
    all_have 1 "$work/movie"
}

@test "nobody accepting is told; a folder is refused; an empty file arrives too; an existing file stays" {
    lan_open 2
    : >"$work/empty"
    run -69 on 1 "$LAN_PROGRAM" --name toto --cast "$work/empty" --wait 1
    [[ $output == *'nobody accepted'* ]]
    run -66 on 1 "$LAN_PROGRAM" --name toto --cast "$work" --wait 1
    [[ $output == *'cannot send work: only a file can be sent to everyone'* ]]
    receive_all 1
    run -0 on 1 "$LAN_PROGRAM" --name toto --cast "$work/empty" --wait 20 --receivers 1
    all_have 1 "$work/empty"
    echo precious >"$BATS_TEST_TMPDIR/r2.files/empty2"
    echo other >"$work/empty2"
    receive_all 1
    run -69 on 1 "$LAN_PROGRAM" --name toto --cast "$work/empty2" --wait 2
    local ended=0
    peer_wait r2 || ended=$?
    [ "$ended" -eq 73 ]
    [ "$(cat "$BATS_TEST_TMPDIR/r2.files/empty2")" = precious ]
}
