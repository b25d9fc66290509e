#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# forkchat-lan as a person meets it: prompt, menu, commands, options. On loopback of a host of its own.

load lib/netns

teardown() {
    exec 7>&- 8>&-
    lan_close
}

# typist NAME HOST [COLUMNS]: a peer at a terminal (a pseudo one); its keys come from descriptor 7.
typist() {
    mkfifo "$BATS_TEST_TMPDIR/keys"
    mkdir -p "$BATS_TEST_TMPDIR/$1.files"
    cat >"$BATS_TEST_TMPDIR/$1.run" <<-EOF
	stty rows 24 columns ${3:-80}
	exec $LAN_PROGRAM --name $1 --period 1 --state $BATS_TEST_TMPDIR/$1.state --output $BATS_TEST_TMPDIR/$1.files
	EOF
    ip netns exec "$LAN-$2" socat -t1 - EXEC:"sh $BATS_TEST_TMPDIR/$1.run",pty,setsid,ctty,stderr,echo=0 \
        <"$BATS_TEST_TMPDIR/keys" >"$(peer_log "$1")" 2>&1 3>&- &
    # shellcheck disable=SC2034 # used by lib/netns
    PEER_PIDS[$1]=$!
    exec 7>"$BATS_TEST_TMPDIR/keys"
}

@test "at a terminal, what is being typed stays whole while others talk, and Ctrl-D leaves" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    typist tutu 2
    sees tutu 'recipient:message>'
    sees toto 'new peer tutu'
    sees tutu 'new peer toto'
    printf 'toto:half of ' >&7
    sees tutu 'recipient:message>toto:half of '
    on 1 "$LAN_PROGRAM" --name toto --send '*:interrupting'
    sees tutu 'toto > interrupting'
    # Drawn again below the message, with what had been typed.
    wait_until bash -c "tail -n 1 '$(peer_log tutu)' | grep -qF 'recipient:message>toto:half of '"
    printf 'a limp\177ne\n' >&7
    sees toto 'tutu > half of a limne'
    printf '\004' >&7
    peer_wait tutu
    sees toto 'tutu has left'
}

@test "a line longer than the terminal is wide shows its end in one row, wide characters or not" {
    export LC_ALL=C.UTF-8
    lan_open 1
    typist tutu 1 40
    sees tutu 'recipient:message>'
    printf 'toto:%060dlast' 0 >&7
    sees tutu '0last'
    printf '\025toto:%s' "$(printf '\u6f22%.0s' {1..40})" >&7
    sees tutu $'recipient:message>\u6f22'
    printf 'last' >&7
    sees tutu $'\u6f22last'
    printf '\025\004' >&7
    peer_wait tutu
    # Each row as it was drawn.
    local row
    while IFS= read -r row; do
        ((${#row} + $(grep -o $'\u6f22' <<<"$row" | wc -l) < 40)) || {
            echo "# too long: $row"
            return 1
        }
    done < <(tr '\r' '\n' <"$(peer_log tutu)" | sed -n 's/^\x1b\[K//p')
}

@test "the menu sends a message, offers a file with a password that is not shown, gets it, and quits" {
    lan_open 2
    echo treasure >"$BATS_TEST_TMPDIR/cave"
    typist toto 1
    sees toto 'recipient:message>'
    printf '\n' >&7
    sees toto '4  offer a file'
    printf ' 4 \n' >&7
    sees toto 'file to offer>'
    printf '"%s" \n' "$BATS_TEST_TMPDIR/cave" >&7
    sees toto 'a password for it'
    printf 'sesame\n' >&7
    sees toto 'offering cave (9 B, password)'
    run -1 grep -F sesame "$(peer_log toto)"
    mkfifo "$BATS_TEST_TMPDIR/other"
    mkdir "$BATS_TEST_TMPDIR/tutu.files"
    ip netns exec "$LAN-2" "$LAN_PROGRAM" --name tutu --period 1 --state "$BATS_TEST_TMPDIR/tutu.state" \
        --output "$BATS_TEST_TMPDIR/tutu.files" <"$BATS_TEST_TMPDIR/other" >"$(peer_log tutu)" 2>&1 3>&- &
    # shellcheck disable=SC2034,SC2154 # used by lib/netns
    PEER_PIDS[tutu]=$!
    exec 8>"$BATS_TEST_TMPDIR/other"
    sees tutu 'toto offers cave'
    printf '/files c*\n\n2\ncave\ntoto:cave\nsesame\n\n1\ntoto:thank you\n' >&8
    sees tutu 'toto:cave  9 B, password'
    sees tutu 'expected PEER:FILE, as /files lists them'
    sees tutu 'got cave from toto: verified'
    sees toto 'tutu > thank you'
    printf '/withdraw cave\n' >&7
    sees toto 'cave is no longer offered'
    printf '/files\n' >&8
    sees tutu 'no file is offered'
    printf '\n3\n' >&8
    peer_wait tutu
    printf '\003' >&7
    peer_wait toto
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/cave")" = treasure ]
}

@test "what is typed to one, to all, to nobody, or is nothing, is shown for what it was" {
    lan_open 2
    mkfifo "$BATS_TEST_TMPDIR/keys"
    ip netns exec "$LAN-1" "$LAN_PROGRAM" --name toto --period 1 --state "$BATS_TEST_TMPDIR/toto.state" \
        <"$BATS_TEST_TMPDIR/keys" >"$(peer_log toto)" 2>&1 3>&- &
    # shellcheck disable=SC2034,SC2154 # used by lib/netns
    PEER_PIDS[toto]=$!
    exec 7>"$BATS_TEST_TMPDIR/keys"
    printf '/peers\nnote: tout le monde\nghost:hi\n*:\ntutu:  \n' >&7
    sees toto 'nobody else is here'
    sees toto 'nobody here is called note'
    sees toto 'nobody here is called ghost'
    sees toto 'nothing to say to *'
    sees toto 'nothing to say to tutu'
    peer tutu 2 --watch 0 --period 1
    sees toto 'new peer tutu'
    printf 'tutu:psst\n*:salut\n/peers\n' >&7
    sees tutu 'private: toto > psst'
    sees tutu 'toto > salut'
    sees toto 'tutu at 10.9.0.2'
    grep -qx 'private to tutu: psst' "$(peer_log toto)"
    grep -qx 'to everyone: salut' "$(peer_log toto)"
    run -1 grep -x 'private to ghost: hi' "$(peer_log toto)"
    printf '/quit\n' >&7
    peer_wait toto
}

@test "names with blanks are taken to the end of the line, before a password, and in quotes" {
    lan_open 2
    local work=$BATS_TEST_TMPDIR
    echo one >"$work/my doc.txt"
    echo two >"$work/my"
    echo three >"$work/doc"
    piped toto 1
    printf '/offer %s/my doc.txt\n/offer "%s/my" pass word\n/offer %s/doc sesame\n/offer %s/my nonsense.txt x\n' \
        "$work" "$work" "$work" "$work" >&7
    sees toto 'offering my doc.txt (4 B)'
    sees toto 'offering my (4 B, password)'
    sees toto 'offering doc (6 B, password)'
    printf '/offer %s/nothing here\n/offer\n' "$work" >&7
    sees toto 'nothing here: No such file'
    sees toto 'my nonsense.txt x: No such file'
    sees toto 'expected: /offer FILE [PASSWORD]'
    exec 8>&7 7>&-
    rm "$work/keys"
    piped tutu 2
    sees tutu 'toto offers doc'
    sees tutu 'toto offers my doc.txt'
    printf '/get toto my doc.txt\n/get toto doc sesame\n' >&7
    sees tutu 'got my doc.txt from toto: verified'
    sees tutu 'got doc from toto: verified'
    # What is here already stays, and what is new is put beside it; what is equal is as good as fetched.
    echo other >"$work/tutu.files/my doc.txt"
    echo other >"$work/tutu.files/doc"
    printf "/get toto 'my doc.txt'\n/get toto doc sesame\n" >&7
    sees tutu 'got my doc.txt from toto, kept as my doc (1).txt: verified'
    sees tutu 'got doc from toto, kept as doc (1): verified'
    [ "$(cat "$work/tutu.files/my doc.txt" "$work/tutu.files/my doc (1).txt")" = $'other\none' ]
    printf '/withdraw my doc.txt\n/withdraw "doc"\n/quit\n' >&8
    sees toto 'my doc.txt is no longer offered'
    sees toto 'doc is no longer offered'
    peer_wait toto || :
    printf '/quit\n' >&7
    peer_wait tutu
}

@test "a line without a recipient is for everyone; the menu shows what is offered, and takes what others paste" {
    lan_open 2
    echo treasure >"$BATS_TEST_TMPDIR/image.jpg"
    echo sesame >"$BATS_TEST_TMPDIR/password"
    peer toto 1 --offer "$BATS_TEST_TMPDIR/image.jpg" --password-file "$BATS_TEST_TMPDIR/password" --period 1
    piped tutu 2
    sees tutu 'toto offers image.jpg'
    printf 'hello all\n\n1\nand again\n' >&7
    sees toto 'tutu > hello all'
    sees toto 'tutu > and again'
    sees tutu 'to everyone: hello all'
    sees tutu '3  quit'
    printf '\n2\n' >&7
    sees tutu 'toto:image.jpg  9 B, password'
    printf '%s\n' '("10.9.0.1",7000),("sesame","image.jpg")' >&7
    sees tutu 'got image.jpg from toto: verified'
    printf '\n2\n%s\n' "('10.9.0.1', 7000), ('', 'nothing')" >&7
    sees tutu 'nobody at 10.9.0.1 offers nothing'
    printf '\n2\n%s\n\n' '("nonsense' >&7
    sees tutu 'expected PEER:FILE, as /files lists them'
    printf '\n3\n' >&7
    peer_wait tutu
}

@test "an address with a password in front of a name is fetched however it is written, and never said to everyone" {
    lan_open 2
    local work=$BATS_TEST_TMPDIR n
    echo treasure >"$work/it's"
    echo plain >"$work/plain"
    echo 'se"sa\me' >"$work/password"
    peer toto 1 --offer "$work/it's" --password-file "$work/password" --period 1
    peer tata 1 --offer "$work/plain" --period 1
    piped tutu 2
    sees tutu "toto offers it's"
    sees tutu 'tata offers plain'
    n=0
    for line in '("10.9.0.1",7000),("se\"sa\\me","it'"'"'s")' '  ( "10.9.0.1" , 7000 ) , ( "se\"sa\\me" , "it'"'"'s" ) ' \
        "(('10.9.0.1', 7000), ('se\"sa\\\\me', 'it\\'s'))" "(u'toto',7000),(u'se\"sa\\\\me',u'it\\'s');"; do
        # At the menu and at the prompt.
        printf '\n2\n%s\n%s\n' "$line" "$line" >&7
        n=$((n + 2))
        sees tutu "got it's from toto" $n
    done
    n=0
    for line in '("10.9.0.1",7000),("","plain")' '("10.9.0.1",7000),(None,"plain")' '("10.9.0.1",7000),("plain")' \
        $'(\u201c10.9.0.1\u201d,7000),(\u201cplain\u201d)'; do
        printf '%s\n' "$line" >&7
        n=$((n + 1))
        sees tutu 'got plain from tata' $n
    done
    printf '%s\n' '("fd00:9::1",7000,0,0),("pw","x")' '("somebody",7000),("pw","x")' '(10:30)' '("10.9.0.1",7000)' >&7
    sees tutu 'nobody at fd00:9::1 offers x'
    sees tutu 'nobody at somebody offers x'
    sees toto 'tutu > ("10.9.0.1",7000)'
    run -1 grep -E 'tutu > .*plain|pw|sa.*me' "$(peer_log toto)"
    printf '\n/QUIT\n' >&7
    peer_wait tutu
}

@test "what is fetched goes beside what exists: before the extension, behind a folder's name, shorter if need be" {
    lan_open 2
    local work=$BATS_TEST_TMPDIR long
    long=$(printf 'é%.0s' {1..125}).txt
    mkdir -p "$work/v1.2" "$work/tutu.files/v1.2"
    echo one | tee "$work/a.tar.gz" "$work/.hidden" "$work/.tar" "$work/v1.2/file" >"$work/$long"
    echo other | tee "$work/tutu.files/"{a.tar.gz,'a (1).tar.gz',_hidden,_tar} >"$work/tutu.files/$long"
    peer toto 1 --offer "$work/a.tar.gz" --offer "$work/.hidden" --offer "$work/.tar" --offer "$work/v1.2" \
        --offer "$work/$long" --period 1
    piped tutu 2
    sees tutu "toto offers $long"
    printf '/get toto %s\n' a.tar.gz .hidden .tar v1.2 "$long" >&7
    sees tutu 'got a.tar.gz from toto, kept as a (2).tar.gz: verified, 4 B'
    sees tutu 'got .hidden from toto, kept as _hidden (1): verified, 4 B'
    sees tutu 'got .tar from toto, kept as _tar (1): verified, 4 B'
    sees tutu 'got v1.2 from toto, kept as v1.2 (1): verified, 4 B'
    sees tutu "kept as $(printf 'é%.0s' {1..123}) (1).txt: verified, 4 B"
    [ "$(cat "$work/tutu.files/"{a.tar.gz,'a (1).tar.gz',_hidden,_tar,"$long"} | sort -u)" = other ]
    # A script is told, and gets nothing.
    run -73 on 2 "$LAN_PROGRAM" --name tata --state "$work/tata.state" --output "$work/tutu.files" --get toto:v1.2
    [[ $output == *'something of that name is here already: v1.2'* ]]
    printf '/quit\n' >&7
    peer_wait tutu
}

@test "a wrong invocation is told what is wrong, with status 64" {
    for wrong in '--nonsense' '--port 0' '--port' '--send hello' '--get nocolon' '--name a:b' '--group 10.0.0.1' \
        '--limit many' '--ttl -1' '--files=yes'; do
        # shellcheck disable=SC2086
        run -64 "$LAN_PROGRAM" -i lo --state "$BATS_TEST_TMPDIR" $wrong </dev/null
        [[ $output == *'forkchat-lan: error: '* ]]
    done
    run -0 "$LAN_PROGRAM" --help
    [[ $output == usage:* ]]
    run -0 "$LAN_PROGRAM" --version
    [[ $output == forkchat-lan\ * ]]
    run -69 "$LAN_PROGRAM" -i no-such-interface --send '*:x'
    run -78 "$LAN_PROGRAM" -i lo --password-file /nonexistent --get a:b
}

@test "an offer of what cannot be read ends a script with 66, and does not wait for ever" {
    lan_open 1
    run -66 on 1 timeout 20 "$LAN_PROGRAM" --name toto --state "$BATS_TEST_TMPDIR/s" --offer /nonexistent </dev/null
    [[ $output == *'cannot offer /nonexistent: No such file'* ]]
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    run -66 on 1 timeout 20 "$LAN_PROGRAM" --name toto --state "$BATS_TEST_TMPDIR/s" --offer "$BATS_TEST_TMPDIR/fifo" </dev/null
}

@test "two peers talk over loopback alone" {
    lan_open 1
    peer toto 1 --watch 0 --period 1 -i lo
    peer tutu 1 --watch 0 --period 1 -i 127.0.0.1
    sees toto 'new peer tutu at 127.0.0.1'
    sees tutu 'new peer toto at 127.0.0.1'
    local before
    before=$(sent_bytes 1)
    on 1 "$LAN_PROGRAM" -i lo --name toto --send "*:$(printf 'x%.0s' {1..1000})"
    sees tutu 'toto > xxx'
    (($(sent_bytes 1) - before < 1000))
}

@test "SIGTERM is obeyed also while nobody takes what is shown" {
    lan_open 2
    mkfifo "$BATS_TEST_TMPDIR/out"
    # Open for reading, and never read.
    exec 7<>"$BATS_TEST_TMPDIR/out"
    ip netns exec "$LAN-1" "$LAN_PROGRAM" --name toto --watch 0 --state "$BATS_TEST_TMPDIR/toto.state" \
        >"$BATS_TEST_TMPDIR/out" 2>"$(peer_log toto)" </dev/null 3>&- 7>&- &
    local pid=$!
    # shellcheck disable=SC2034,SC2154 # used by lib/netns
    PEER_PIDS[toto]=$pid
    wait_until is_stuck
    kill -TERM "$pid"
    wait_until has_ended "$pid"
    peer_wait toto
}

# More and more is said to it, until some of that stays where it came in.
is_stuck() {
    local text
    text=$(printf 'x%.0s' {1..4000})
    # shellcheck disable=SC2016 # the loop is the other shell's
    on 2 bash -c 'for i in {1..5}; do printf "x:*:%s %d\n" "$1" "$RANDOM" >/dev/udp/10.9.0.1/7182; done' - "$text"
    [[ -n $(on 1 ss -Haun | awk '$2 > 50000') ]]
}

has_ended() { [[ $(ps -o stat= -p "$1") == @(|Z*) ]]; }

@test "Ctrl-\\ leaves as Ctrl-C does, and not without good-bye" {
    lan_open 2
    peer toto 1 --watch 0 --period 1
    typist tutu 2
    sees toto 'new peer tutu'
    printf '\034' >&7
    peer_wait tutu
    sees toto 'tutu has left'
}

@test "a peer whose output nobody reads any more ends" {
    lan_open 1
    run -0 bash -c "ip netns exec $LAN-1 timeout 20 $LAN_PROGRAM --name toto --period 1 --watch 0 | true; exit \${PIPESTATUS[0]}" &
    local reader=$!
    peer tutu 1 --watch 3 --period 1
    wait "$reader"
    peer_wait tutu
}
