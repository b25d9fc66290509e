#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Files on the LAN: offered by one peer, fetched by another, over TCP.

load lib/netns

setup() {
    work=$BATS_TEST_TMPDIR/work
    # shellcheck disable=SC2034 # t/lib/netns reads it
    GET_PATIENCE=5
    mkdir "$work"
    echo 'open sesame' >"$work/right"
    echo 'open barley' >"$work/wrong"
}

teardown() {
    lan_close
}

random_file() { head -c "$2" /dev/urandom >"$1"; }

@test "an offered file is listed and fetched with its content, mode and time" {
    lan_open 2
    random_file "$work/song.ogg" 3000000
    chmod 640 "$work/song.ogg"
    touch -d '2001-02-03 04:05:06' "$work/song.ogg"
    peer toto 1 --offer "$work/song.ogg" --period 1
    sees toto 'offering song.ogg (3.0 MB)'
    run -0 get 2 tutu --files --pattern '*.ogg'
    [ "$output" = 'toto:song.ogg  3.0 MB' ]
    run -0 get 2 tutu --get toto:song.ogg
    [[ ${lines[-1]} == 'got song.ogg from toto: verified, 3.0 MB in '* ]]
    cmp "$work/song.ogg" "$BATS_TEST_TMPDIR/tutu.files/song.ogg"
    [ "$(stat -c '%a %Y' "$BATS_TEST_TMPDIR/tutu.files/song.ogg")" = "$(stat -c '%a %Y' "$work/song.ogg")" ]
    [ -z "$(parts tutu)" ]
}

@test "200 MB, broken in the middle by the death of each side in turn, are resumed and verified" {
    lan_open 2
    random_file "$work/big" $((200 << 20))
    peer toto 1 --offer "$work/big" --period 1 --rate 100M
    sees toto 'offering big'
    peer tutu 2 --get toto:big
    wait_until part_has 20000000
    peer_kill tutu KILL || :
    wait_until no_worker 2
    # It was in the middle, and what had come is there.
    [ ! -e "$BATS_TEST_TMPDIR/tutu.files/big" ]
    part_has 20000000
    peer tutu 2 --get toto:big --patience 20
    wait_until part_has 90000000
    run -1 part_has 209715200
    peer_kill toto KILL || :
    sees tutu 'trying again'
    peer toto 1 --offer "$work/big" --period 1
    peer_wait tutu
    cmp "$work/big" "$BATS_TEST_TMPDIR/tutu.files/big"
    # The second and third part did not begin anew.
    shown tutu 'got big from toto: verified'
    (($(sent_bytes 1) < 290000000))
}

part_has() {
    local part
    part=$(parts tutu)
    [[ -n $part ]] && (($(stat -c %s "$part") >= $1))
}

no_worker() { [[ -z $(ip netns pids "$LAN-$1") ]]; }

@test "files are fetched over IPv6, from a link-local address too" {
    lan_open 2
    local host
    random_file "$work/song.ogg" 300000
    for host in 1 2; do
        wait_until link_local_is_ready "$host"
    done
    peer toto 1 -6 --offer "$work/song.ogg" --period 1
    sees toto 'offering song.ogg'
    run -0 get 2 tutu -6 --get toto:song.ogg
    cmp "$work/song.ogg" "$BATS_TEST_TMPDIR/tutu.files/song.ogg"
    peer_kill toto || :
    for host in 1 2; do
        ip -n "$LAN-$host" -6 addr del "fd00:9::$host/64" dev eth0
    done
    peer toto 1 -6 --offer "$work/song.ogg" --period 1
    sees toto 'offering song.ogg' 2
    rm "$BATS_TEST_TMPDIR/tutu.files/song.ogg"
    run -0 get 2 tutu -6 --get toto:song.ogg
    cmp "$work/song.ogg" "$BATS_TEST_TMPDIR/tutu.files/song.ogg"
    # Of what is here only link-local addresses are left.
    [ "$(on 1 ip -6 -o addr show dev eth0 scope global)" = '' ]
}

link_local_is_ready() { [[ -n $(on "$1" ip -6 -o addr show dev eth0 scope link -tentative) ]]; }

@test "a folder is fetched as a tree, without what is not its own, and the getter is told what is missing" {
    lan_open 2
    mkdir -p "$work/photos/2001/empty" "$work/photos/ro"
    random_file "$work/photos/2001/a.jpg" 100000
    echo hidden >"$work/photos/.note"
    : >"$work/photos/nothing"
    echo x >"$work/photos/ro/x"
    ln -s /etc/passwd "$work/photos/leak"
    mkfifo "$work/photos/pipe"
    touch -d '2002-02-02' "$work/photos/2001/empty"
    chmod 750 "$work/photos/2001"
    peer toto 1 --offer "$work/photos" --period 1
    sees toto 'offering photos (100.0 kB, folder)'
    sees toto '2 things in photos cannot be offered'
    run -75 get 2 tutu --get toto:photos
    [[ $output == *'missing: photos/leak (a link)'* ]]
    [[ $output == *'missing: photos/pipe (neither a file nor a folder)'* ]]
    [[ $output == *'got photos from toto, but not all of it: 2 of the things in it could not be offered'* ]]
    [[ $output != *verified* ]]
    rm "$work/photos/leak" "$work/photos/pipe"
    diff -r "$work/photos" "$BATS_TEST_TMPDIR/tutu.files/photos"
    [ "$(cd "$work/photos/2001" && stat -c '%n %a %Y' . ./*)" = \
        "$(cd "$BATS_TEST_TMPDIR/tutu.files/photos/2001" && stat -c '%n %a %Y' . ./*)" ]
    [ ! -e "$BATS_TEST_TMPDIR/tutu.files/photos/leak" ]
    run -73 get 2 tutu --get toto:photos
}

@test "odd names, folders too deep and unreadable files are named as missing; a whole folder is verified" {
    lan_open 2
    local deep
    mkdir -p "$work/odd/sub" "$work/whole"
    : >"$work/odd/sub/$(printf 'bell\a')"
    : >"$work/odd/$(printf 'latin\351')"
    # A backslash is a name like another, and not what an odd one is shown as.
    : >"$work/whole/$(printf 'back\\x07slash')"
    deep=$work/odd$(printf '/d%.0s' {1..40})
    mkdir -p "$deep"
    if (($(id -u) > 0)); then
        echo x >"$work/odd/locked"
        chmod 0 "$work/odd/locked"
    fi
    peer toto 1 --offer "$work/odd" --offer "$work/whole" --period 1
    sees toto 'offering odd'
    run -75 get 2 tutu --get toto:odd --get toto:whole
    [[ $output == *'missing: odd/sub/bell\x07 (a name that cannot be offered)'* ]]
    [[ $output == *'missing: odd/latin\xe9 (a name that cannot be offered)'* ]]
    [[ $output == *'/d/d/d (too deep, or its path too long)'* ]]
    (($(id -u) == 0)) || [[ $output == *'missing: odd/locked (it could not be read)'* ]]
    [[ $output == *'got whole from toto: verified'* ]]
}

@test "modes are the offerer's less what the getter's umask forbids, of files, folders and casts" {
    lan_open 2
    mkdir -p "$work/photos/open"
    echo x >"$work/photos/run"
    echo x >"$work/single"
    echo x >"$work/cast"
    echo x >"$work/secret"
    chmod 777 "$work/photos" "$work/photos/open" "$work/photos/run" "$work/cast"
    chmod 6777 "$work/single"
    chmod g+s "$work/photos/open"
    chmod 400 "$work/secret"
    peer toto 1 --offer "$work/photos" --offer "$work/single" --offer "$work/secret" --period 1
    sees toto 'offering secret'
    local mask out=$BATS_TEST_TMPDIR/tutu.files
    for mask in 077 022 027; do
        umask $mask
        run -0 get 2 tutu --get toto:photos --get toto:single --get toto:secret
        peer r2 2 --receive --watch 60
        umask 022
        wait_until listens 2
        run -0 on 1 "$LAN_PROGRAM" --name toto --cast "$work/cast" --receivers 1 --wait 20
        peer_wait r2
        [ "$(stat -c %a "$out/photos" "$out/photos/open" "$out/photos/run" "$out/single" "$out/secret" \
            "$BATS_TEST_TMPDIR/r2.files/cast" | uniq -c | awk '{print $1, $2}')" = \
            "$(printf '4 %o\n1 400\n1 %o' $((0777 & ~mask)) $((0777 & ~mask)))" ]
        rm -rf "$out" "$BATS_TEST_TMPDIR/r2.files"
    done
}

listens() { on "$1" ss -Hlun 2>/dev/null | grep -q ':7182'; }

@test "times before 1970 are kept, of files, folders and casts" {
    lan_open 2
    mkdir "$work/old"
    echo x >"$work/old/file"
    echo x >"$work/single"
    touch -d '1965-04-03 02:01:00 UTC' "$work/old/file" "$work/old" "$work/single"
    peer toto 1 --offer "$work/old" --offer "$work/single" --period 1
    sees toto 'offering old'
    run -0 get 2 tutu --get toto:old --get toto:single
    peer r2 2 --receive --watch 60
    wait_until listens 2
    run -0 on 1 "$LAN_PROGRAM" --name toto --cast "$work/single" --receivers 1 --wait 20
    peer_wait r2
    cd "$BATS_TEST_TMPDIR"
    [ "$(stat -c %Y tutu.files/old tutu.files/old/file tutu.files/single r2.files/single | uniq -c)" = \
        "$(printf '%7d -149810340' 4)" ]
}

@test "the right password is let in, a wrong one is refused, and guessing is slowed" {
    lan_open 3
    echo treasure >"$work/cave"
    peer toto 1 --offer "$work/cave" --password-file "$work/right" --period 1
    sees toto 'offering cave (9 B, password)'
    run -77 get 2 tutu --get toto:cave
    [[ $output == *'a password is needed'* ]]
    run -77 get 2 tutu --get toto:cave --password-file "$work/wrong"
    [[ $output == *'wrong password'* ]]
    # The next guess from there has to wait, be it right or wrong; other hosts do not.
    local start=$SECONDS
    run -0 get 3 tata --get toto:cave --password-file "$work/right"
    [ "$(cat "$BATS_TEST_TMPDIR/tata.files/cave")" = treasure ]
    # (Twice as long after each, so that however slow this machine is one comes too early.)
    local guesses=0
    while run get 2 tutu --get toto:cave --password-file "$work/wrong" --patience 1 && ((status == 77)); do
        ((++guesses < 8))
    done
    ((status == 75))
    [[ $output == *'seconds to wait'* ]]
    run -0 get 2 tutu --get toto:cave --password-file "$work/right" --patience 600
    ((SECONDS - start >= 2))
}

@test "a password never crosses the wire, and what crossed it once opens no other door" {
    lan_open 3
    echo treasure >"$work/cave"
    mkfifo "$work/never"
    peer toto 1 --offer "$work/cave" --password-file "$work/right" --period 1
    sees toto 'offering cave'
    local card id port hash said
    beside ear 3 socat -u UDP4-RECV:7182,bind=224.0.0.127,ip-add-membership=224.0.0.127:10.9.0.3,reuseaddr -
    wait_until grep -aq '/offer:' "$(peer_log ear)"
    card=$(grep -a -m1 '/offer:' "$(peer_log ear)")
    id=${card#*/offer:} id=${id%% *} port=$(awk '{print $3}' <<<"$card") hash=$(awk '{print $6}' <<<"$card")
    [[ $card == *" p "* && $card != *sesame* ]]
    # A relay that offers toto's file as its own hears all of a good conversation, each side in a file.
    beside relay 3 socat -r "$work/asked" -R "$work/answered" TCP4-LISTEN:7000,reuseaddr "TCP4:10.9.0.1:$port"
    beside crier 3 bash -c "exec 9<>$work/never; trap '' PIPE
        while :; do
            printf 'relay:/offer:$id 10.9.0.3 7000 9 p $hash cave\n' >/dev/udp/10.9.0.2/7182
            read -rt 0.3 <&9
        done"
    run -0 get 2 tutu --get relay:cave --password-file "$work/right"
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/cave")" = treasure ]
    grep -aq '^proof ' "$work/asked"
    grep -aq treasure "$work/answered"
    run -1 grep -aF sesame "$(peer_log ear)" "$work/asked" "$work/answered"
    # The getter's side said again to the offerer: this time the challenge is another.
    said=$(on 3 socat -t5 - "TCP4:10.9.0.1:$port" <"$work/asked")
    [[ $said == *challenge*denied* && $said != *treasure* ]]
    [ "$(grep challenge <<<"$said")" != "$(grep -a challenge "$work/answered")" ]
    # The offerer's side said again to a getter, which has chosen another nonce.
    peer_wait relay || :
    beside relay 3 socat TCP4-LISTEN:7000,reuseaddr,fork "SYSTEM:cat $work/answered; cat >/dev/null"
    rm "$BATS_TEST_TMPDIR/tutu.files/cave"
    run -69 get 2 tutu --get relay:cave --password-file "$work/right"
    [[ $output == *'does not know the password'* ]]
    [ -z "$(find "$BATS_TEST_TMPDIR/tutu.files" -mindepth 1)" ]
}

@test "nothing but what is offered can be asked for" {
    lan_open 2
    mkdir "$work/public"
    echo fine >"$work/public/fine"
    echo secret >"$work/secret"
    peer toto 1 --offer "$work/public" --period 1
    sees toto 'offering public'
    run -64 get 2 tutu --get 'toto:../../etc/passwd'
    run -69 get 2 tutu --get 'toto:secret' --patience 1
    beside ear 2 socat -u UDP4-RECV:7182,bind=224.0.0.127,ip-add-membership=224.0.0.127:10.9.0.2,reuseaddr -
    wait_until grep -aq '/offer:' "$(peer_log ear)"
    local id port said
    id=$(grep -a -m1 '/offer:' "$(peer_log ear)" | sed 's/.*offer:\([0-9a-f]*\) .*/\1/')
    port=$(grep -a -m1 '/offer:' "$(peer_log ear)" | awk '{print $3}')
    said=$(printf 'open ../../etc/passwd 00112233445566778899aabbccddeeff\n' | on 2 socat -t5 - "TCP4:10.9.0.1:$port")
    [[ $said == *'error there is no such offer'* ]]
    # A link put in the place of a file after it was offered leads nowhere.
    ln -sf "$work/secret" "$work/public/fine"
    said=$(printf 'open %s 00112233445566778899aabbccddeeff\nread 1 0\nread 0 0\nread 99 0\nread -1 0\nread 1 ../x\ndone\n' \
        "$id" | on 2 socat -t5 - "TCP4:10.9.0.1:$port")
    [[ $said == *'error the file is no longer there'* ]]
    [[ $said != *$'\nsecret'* ]]
    [ "$(grep -c '^error' <<<"$said")" = 5 ]
}

@test "whoever gives a password takes nothing from one who does without: file, folder, at the prompt and at the menu" {
    lan_open 3
    local way
    mkdir "$work/false" "$work/true" "$work/false/box" "$work/true/box"
    for way in false true; do
        echo "$way" | tee "$work/$way/plan.txt" >"$work/$way/box/file"
    done
    peer bob 3 --offer "$work/false/plan.txt" --offer "$work/false/box" --period 1
    sees bob 'offering plan.txt'
    run -69 get 2 tutu --get bob:plan.txt --password-file "$work/right" --patience 2
    [[ $output == *'plan.txt from bob is offered without a password: waiting'* ]]
    [[ $output == *'it is offered without a password, so that nobody proves to know yours'* ]]
    run -69 get 2 tutu --get bob:box --password-file "$work/right" --patience 2
    # The same at the keyboard, where patience is as long.
    mkfifo "$work/keys"
    mkdir -p "$BATS_TEST_TMPDIR/tutu.files"
    ip netns exec "$LAN-2" "$LAN_PROGRAM" --name tutu --period 1 --state "$BATS_TEST_TMPDIR/tutu.state" --patience 2 \
        --output "$BATS_TEST_TMPDIR/tutu.files" <"$work/keys" >"$(peer_log tutu)" 2>&1 3>&- &
    # shellcheck disable=SC2034,SC2154 # used by lib/netns
    PEER_PIDS[tutu]=$!
    exec 7>"$work/keys"
    sees tutu 'bob offers plan.txt'
    printf '/get bob plan.txt open sesame\n' >&7
    sees tutu 'cannot get plan.txt from bob'
    printf '\n2\nbob:plan.txt\nopen sesame\n' >&7
    sees tutu 'cannot get plan.txt from bob' 2
    [ -z "$(ls "$BATS_TEST_TMPDIR/tutu.files")" ]
    # Who asks for no proof gets it, and who proves it is found beside the other.
    printf '\n2\nbob:plan.txt\n\n' >&7
    sees tutu 'got plan.txt from bob: verified'
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/plan.txt")" = false ]
    rm "$BATS_TEST_TMPDIR/tutu.files/plan.txt"
    beside honest 1 "$LAN_PROGRAM" --name bob --state "$work/state" --offer "$work/true/plan.txt" \
        --password-file "$work/right" --period 1
    run -0 get 2 tutu --get bob:plan.txt --password-file "$work/right"
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/plan.txt")" = true ]
    printf '/quit\n' >&7
    exec 7>&-
}

@test "a cast, whose sender proves no password, is not taken by whoever gave one" {
    lan_open 2
    echo x >"$work/movie"
    run -64 on 2 "$LAN_PROGRAM" --name tutu --receive --password-file "$work/right"
    [[ $output == *'proves no password'* ]]
    run -64 on 2 "$LAN_PROGRAM" --name tutu --cast "$work/movie" --password-file "$work/right"
    peer tutu 2 --accept --password-file "$work/right" --watch 0
    wait_until listens 2
    run -69 on 1 "$LAN_PROGRAM" --name toto --cast "$work/movie" --wait 2
    sees tutu 'movie from toto: who sends to everyone cannot prove to know the password that you gave'
    [ -z "$(ls "$BATS_TEST_TMPDIR/tutu.files")" ]
}

@test "a false offerer cannot make a proof cheaper to guess at than an honest one, and does not hide that one" {
    lan_open 3
    local setting hash
    echo treasure >"$work/cave"
    hash=$(printf 'a%.0s' {1..64})
    # shellcheck disable=SC2016 # nothing is to be expanded
    for setting in '$6$rounds=1000$' '$6$rounds=19999$' '$5$rounds=20000$' '$6$' '$1$'; do
        FLAGS=p impostor 1 cave "$hash" 9 "forkchat-files 2\\nchallenge ${setting}0123456789abcdef\\n"
        run -69 get 2 tutu --get prof:cave --password-file "$work/right"
        [[ $output == *'in an unsafe way'* ]]
        dismiss
    done
    beside honest 3 "$LAN_PROGRAM" --name prof --state "$work/state" --offer "$work/cave" \
        --password-file "$work/right" --period 1
    sees honest 'offering cave'
    # shellcheck disable=SC2016
    FLAGS=p impostor 1 cave "$hash" 9 'forkchat-files 2\nchallenge $6$rounds=1000$0123456789abcdef\n'
    run -0 get 2 tutu --get prof:cave --password-file "$work/right" --patience 30
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/cave")" = treasure ]
}

manifest_hash() { printf '%b' "$1" | sha256sum | cut -d' ' -f1; }

# impostor HOST NAME HASH SIZE ANSWER: offers NAME as prof and answers every fetch with these bytes.
impostor() {
    printf '%b' "$5" >"$work/answer"
    beside impostor "$1" socat TCP4-LISTEN:7000,reuseaddr,fork SYSTEM:"cat $work/answer; cat >/dev/null"
    # All in one process, so that there is one to be killed.
    [ -p "$work/never" ] || mkfifo "$work/never"
    beside crier "$1" bash -c "exec 9<>$work/never; trap '' PIPE
        while :; do
            printf 'prof:/offer:0123456789abcdef 10.9.0.$1 7000 $4 ${FLAGS:--} $3 $2\n' >/dev/udp/10.9.0.2/7182
            read -rt 0.3 <&9
        done"
}

dismiss() {
    peer_kill impostor || :
    peer_kill crier || :
}

@test "an impostor's paths, links and contents are refused" {
    lan_open 2
    local zeros line
    zeros=$(printf '0%.0s' {1..64})
    line="f 420 0 5 $zeros ../../evil\n"
    impostor 1 evil "$(manifest_hash "$line")" 5 "forkchat-files 2\nok - $((${#line} - 1))\n${line}data 5\nhello"
    run -69 get 2 tutu --get prof:evil
    [[ $output == *'no file may be called'* ]]
    dismiss
    line="f 420 0 5 $zeros evil\n"
    impostor 1 evil "$(manifest_hash "$line")" 5 "forkchat-files 2\nok - $((${#line} - 1))\n${line}data 5\nhello"
    run -65 get 2 tutu --get prof:evil
    [[ $output == *'not what was offered'* ]]
    [ -z "$(find "$BATS_TEST_TMPDIR/tutu.files" -mindepth 1)" ]
    # More than was announced, and a tree that is not the one that was announced.
    dismiss
    impostor 1 evil "$(manifest_hash "$line")" 5 "forkchat-files 2\nok - $((${#line} - 1))\n${line}data 500\nhello"
    run -69 get 2 tutu --get prof:evil
    [[ $output == *'another size'* ]]
    # The right bytes under another mode, time or name are not what was announced.
    local hello=2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 other
    line="f 420 0 5 $hello evil\n"
    for other in "f 511 0 5 $hello evil\n" "f 420 9 5 $hello evil\n"; do
        dismiss
        impostor 1 evil "$(manifest_hash "$line")" 5 "forkchat-files 2\nok - $((${#other} - 1))\n${other}data 5\nhello"
        run -65 get 2 tutu --get prof:evil
        [[ $output == *'not the one that was offered'* ]]
    done
    dismiss
    impostor 1 evil "$(manifest_hash "$line")" 5 "forkchat-files 2\nok - $((${#line} - 1))\n${line}data 5\nhello"
    run -0 get 2 tutu --get prof:evil
}

@test "an existing file is not replaced unless asked, and an equal one is as good as fetched" {
    lan_open 2
    echo new >"$work/notes"
    peer toto 1 --offer "$work/notes" --period 1
    sees toto 'offering notes'
    mkdir -p "$BATS_TEST_TMPDIR/tutu.files"
    echo old >"$BATS_TEST_TMPDIR/tutu.files/notes"
    run -73 get 2 tutu --get toto:notes
    [[ $output == *'here already'* ]]
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/notes")" = old ]
    # A link of that name is replaced, not followed.
    echo safe >"$work/safe"
    ln -sf "$work/safe" "$BATS_TEST_TMPDIR/tutu.files/notes"
    run -0 get 2 tutu --get toto:notes --force
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/notes")" = new ]
    [ "$(cat "$work/safe")" = safe ]
    run -0 get 2 tutu --get toto:notes
}

a_part_is_there() { [[ -n $(parts tutu) ]]; }

# tutu is in the middle of getting that file of two seconds from toto.
tutu_is_fetching() {
    random_file "$work/$1" 3000000
    peer toto 1 --offer "$work/$1" --period 60 --rate 1500k
    sees toto "offering $1"
    peer tutu 2 --get "toto:$1"
    wait_until a_part_is_there
}

@test "who fetches what another is fetching into the same place waits for that one" {
    lan_open 2
    tutu_is_fetching slow
    run -0 get 2 tutu --get toto:slow --patience 30
    [[ $output == *'it is being fetched already'*'got slow from toto: verified, 0 B in'* ]]
    peer_wait tutu
    cmp "$work/slow" "$BATS_TEST_TMPDIR/tutu.files/slow"
}

@test "a file that changes while it is sent is not taken for what was offered" {
    lan_open 2
    tutu_is_fetching slow
    # Neither its size nor its time tells.
    touch -r "$work/slow" "$work/time"
    printf 'something else' | dd of="$work/slow" bs=1 seek=2900000 conv=notrunc status=none
    touch -r "$work/time" "$work/slow"
    local ended=0
    peer_wait tutu || ended=$?
    [ "$ended" -eq 65 ]
    [ -z "$(find "$BATS_TEST_TMPDIR/tutu.files" -mindepth 1)" ]
    # One that is cut off in the middle is another file.
    peer_kill toto || :
    tutu_is_fetching short
    : >"$work/short"
    ended=0
    peer_wait tutu || ended=$?
    [ "$ended" -eq 0 ]
    shown tutu 'the file has changed since it was offered; trying again'
    shown tutu 'got short from toto: verified, 0 B'
    [ ! -s "$BATS_TEST_TMPDIR/tutu.files/short" ]
}

@test "a full disk is told, and what has come is taken up once there is room" {
    lan_open 2
    random_file "$work/big" 3000000
    peer toto 1 --offer "$work/big" --period 1
    sees toto 'offering big'
    mkdir -p "$BATS_TEST_TMPDIR/tutu.files"
    mount -t tmpfs -o size=2m none "$BATS_TEST_TMPDIR/tutu.files" || skip "mounting is not permitted"
    run -74 get 2 tutu --get toto:big
    local said=$output
    [ -n "$(parts tutu)" ] && mount -o remount,size=8m "$BATS_TEST_TMPDIR/tutu.files"
    run get 2 tutu --get toto:big
    cmp "$work/big" "$BATS_TEST_TMPDIR/tutu.files/big" && local equal=yes
    umount "$BATS_TEST_TMPDIR/tutu.files"
    [ "$status" -eq 0 ]
    [ "$equal" = yes ]
    [[ $said == *'No space left'* ]]
}

@test "an offer that was edited is hashed again, a file when it has settled, a folder when somebody fetches it" {
    lan_open 2
    echo one >"$work/notes"
    mkdir -p "$work/box/in"
    echo one >"$work/box/in/file"
    peer toto 1 --offer "$work/notes" --offer "$work/box" --period 1
    sees toto 'offering notes (4 B)'
    sees toto 'offering box (4 B, folder)'
    echo another >"$work/notes"
    sees toto 'notes has changed: it is hashed again'
    sees toto 'offering notes (8 B)'
    # Replaced by a file of the same size, as editors do.
    echo Another >"$work/new"
    mv "$work/new" "$work/notes"
    sees toto 'offering notes (8 B)' 2
    run -0 get 2 tutu --get toto:notes
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/notes")" = Another ]
    echo another >"$work/box/in/file"
    run -0 get 2 tutu --get toto:box --patience 30
    sees toto 'offering box (8 B, folder)'
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/box/in/file")" = another ]
}

@test "two files of one name are offered under two, and one file that is offered twice under one" {
    lan_open 2
    mkdir "$work/a" "$work/b" "$work/c"
    echo a >"$work/a/notes.txt"
    echo bb >"$work/b/notes.txt"
    echo ccc >"$work/c/notes.txt"
    peer toto 1 --offer "$work/a/notes.txt" --offer "$work/b/notes.txt" --offer "$work/c/notes.txt" \
        --offer "$work/a/../b/notes.txt" --period 1
    sees toto 'offering notes (2).txt (4 B)'
    sees toto 'offering notes (1).txt (3 B)'
    run -0 get 2 tutu --get toto:notes.txt --get 'toto:notes (1).txt' --get 'toto:notes (2).txt'
    [ "$(cd "$BATS_TEST_TMPDIR/tutu.files" && cat notes.txt 'notes (1).txt' 'notes (2).txt')" = $'a\nbb\nccc' ]
    run -0 get 2 tutu --files
    [ "${#lines[@]}" = 3 ]
}

@test "a file that changed since it was offered is fetched as it is now" {
    lan_open 2
    echo one >"$work/notes"
    peer toto 1 --offer "$work/notes" --period 60
    sees toto 'offering notes'
    echo another >"$work/notes"
    run -0 get 2 tutu --get toto:notes --patience 30
    [[ $output == *'has changed since it was offered; trying again'* ]]
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/notes")" = another ]
}

@test "no more transfers run at once than allowed, and idle clients do not stop the talk" {
    lan_open 2
    echo x >"$work/x"
    peer toto 1 --offer "$work/x" --period 1 --transfers 2
    sees toto 'offering x'
    local port said
    port=$(on 1 ss -Hltn 'src 10.9.0.1' | awk '{sub(/.*:/, "", $4); print $4}')
    beside idle1 2 socat -u "TCP4:10.9.0.1:$port" -
    beside idle2 2 socat -u "TCP4:10.9.0.1:$port" -
    wait_until two_workers
    said=$(on 2 socat -u -t2 "TCP4:10.9.0.1:$port" - </dev/null)
    [ "$said" = busy ]
    on 2 "$LAN_PROGRAM" --name tutu --send 'toto:still there?'
    sees toto 'tutu > still there?'
}

two_workers() { (($(pgrep -P "${PEER_PIDS[toto]}" | wc -l) == 2)); }

@test "names of 255 bytes, hidden names, a slow getter, the limit and Ctrl-C are dealt with and told" {
    lan_open 2
    local long
    long=$(printf 'é%.0s' {1..125})long1
    mkdir "$work/box"
    echo x >"$work/$long"
    echo x | tee "$work/box/$long" "$work/box/${long%1}2" >"$work/.hidden"
    random_file "$work/slow" 1000000
    peer toto 1 --offer "$work/$long" --offer "$work/.hidden" --offer "$work/box" --offer "$work/slow" --period 1
    sees toto 'offering slow'
    sees toto "offering $long"
    run -0 get 2 tutu --get "toto:$long" --get toto:box
    diff -r "$work/box" "$BATS_TEST_TMPDIR/tutu.files/box"
    cmp "$work/$long" "$BATS_TEST_TMPDIR/tutu.files/$long"
    run -0 get 2 tutu --get toto:.hidden
    [[ $output == *'got .hidden from toto, kept as _hidden: verified'* ]]
    run -74 get 2 tutu --get toto:slow --limit 500k
    [[ $output == *'larger than --limit allows'* ]]
    local start
    start=$(date +%s%N)
    run -0 get 2 tutu --get toto:slow --rate 500000
    (($(date +%s%N) - start > 1700000000))
    rm "$BATS_TEST_TMPDIR/tutu.files/slow"
    peer tutu 2 --get toto:slow --rate 1000
    wait_until a_part_is_there
    # A shell starts what is in the background without SIGINT: it takes the same way.
    local ended=0
    kill -TERM "${PEER_PIDS[tutu]}"
    peer_wait tutu || ended=$?
    [ "$ended" -eq 75 ]
    shown tutu 'interrupted: slow from toto is not here; what has come is kept'
}

@test "hashing a large file or folder shows how far it is" {
    lan_open 1
    mkdir "$work/films"
    truncate -s 100G "$work/large" "$work/films/large"
    peer toto 1 --offer "$work/large" --offer "$work/films" --period 1
    sees toto 'hashing large: '
    grep -qE '^hashing large: [0-9.]+ [kMG]B of 107.4 GB, [0-9]+%$' "$(peer_log toto)"
    sees toto 'hashing films: '
    peer_kill toto
    peer toto 1 --cast "$work/films/large"
    sees toto 'cannot send large: File too large'
}

@test "thousands of small files come without a pause for each, and what is broken off in the middle is taken up" {
    lan_open 2
    local i
    mkdir "$work/many"
    for i in {1..30}; do
        mkdir "$work/many/$i"
        random_file "$work/many/$i/all" 100000
        split -a 3 -b 1000 "$work/many/$i/all" "$work/many/$i/part-"
    done
    peer toto 1 --offer "$work/many" --period 1 --rate 2M
    sees toto 'offering many'
    peer tutu 2 --get toto:many
    wait_until part_of_many
    peer_kill tutu KILL || :
    wait_until no_worker 2
    # One of those that are here already is something else by now, and one is not complete.
    local here
    here=$(find "$BATS_TEST_TMPDIR/tutu.files" -name 'part-aaa' | head -n 1)
    echo other >"$here"
    peer_kill toto
    peer toto 1 --offer "$work/many" --period 1
    sees toto 'offering many' 2
    # 3,000 times the 40 ms of Nagle's algorithm would be two minutes.
    run -0 get 2 tutu --get toto:many --patience 30
    diff -r "$work/many" "$BATS_TEST_TMPDIR/tutu.files/many"
    [ -z "$(parts tutu)" ]
}

part_of_many() { (($(find "$BATS_TEST_TMPDIR/tutu.files" -name 'part-*' | wc -l) > 200)); }

@test "a transfer keeps to the rate that was asked for" {
    lan_open 2
    random_file "$work/slow" 1000000
    peer toto 1 --offer "$work/slow" --period 1 --rate 500000
    sees toto 'offering slow'
    local start
    start=$(date +%s%N)
    run -0 get 2 tutu --get toto:slow
    (($(date +%s%N) - start > 1700000000))
}
