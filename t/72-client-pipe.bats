#!/usr/bin/env bats
# forkchat without a terminal: lines in, lines out, on our server and on other people's.

# A test sets the server's port for itself only.
# shellcheck disable=SC2030,SC2031

bats_require_minimum_version 1.5.0
load lib/terminal.bash

teardown() {
    exec 7>&-
    if [[ -n ${BOT_PID-} ]]; then
        kill "$BOT_PID" 2>/dev/null || :
        wait "$BOT_PID" 2>/dev/null || :
    fi
    peer_stop
    server_stop
    nothing_is_left
}

# bot ARGUMENT…: forkchat in the background; its input is written with `tell`, its output is bot.out.
bot() {
    rm -f "$BATS_TEST_TMPDIR/bot.in"
    mkfifo "$BATS_TEST_TMPDIR/bot.in"
    "$FORKCHAT" "$@" <"$BATS_TEST_TMPDIR/bot.in" >"$BATS_TEST_TMPDIR/bot.out" 2>"$BATS_TEST_TMPDIR/bot.err" 3>&- &
    BOT_PID=$!
    exec 7>"$BATS_TEST_TMPDIR/bot.in"
}

tell() {
    printf '%s\n' "$@" >&7
}

bot_sees() {
    wait_until grep -qF -- "$1" "$BATS_TEST_TMPDIR/bot.out" || {
        echo "# the bot never saw: $1"
        cat "$BATS_TEST_TMPDIR/bot.out" "$BATS_TEST_TMPDIR/bot.err"
        return 1
    }
}

# bot_ends STATUS: by itself.
bot_ends() {
    local status=0
    exec 7>&-
    wait_until has_ended "$BOT_PID"
    wait "$BOT_PID" || status=$?
    BOT_PID=
    [[ $status == "$1" ]] || {
        echo "# status $status"
        cat "$BATS_TEST_TMPDIR/bot.err"
        return 1
    }
}

# A whole session with an IRC server, whoever's it is.
session_on_irc() {
    peer_start bob '#x'
    peer "MODE #x -t"
    bot -n alice -j '#x' -j '#y' 127.0.0.1 "$SERVER_PORT"
    bot_sees "#x * 2 here: alice bob"
    tell "hello from a pipe" "/me waves" "/msg bob psst" $'\u6f22\u5b57'
    peer_sees "PRIVMSG #x :hello from a pipe"
    peer_sees $'PRIVMSG #x :\001ACTION waves\001'
    peer_sees "PRIVMSG bob :psst"
    peer_sees $'PRIVMSG #x :\u6f22\u5b57'
    peer "PRIVMSG #x :hi alice" $'PRIVMSG alice :\001VERSION\001' "PRIVMSG alice :to you"
    bot_sees "#x <bob> hi alice"
    bot_sees "bob <bob> to you"
    peer_sees "VERSION forkchat "
    peer "NICK rob"
    bot_sees "#x * bob is now rob"
    tell "/topic about pipes" "/nick alicia"
    peer_sees "TOPIC #x :about pipes"
    bot_sees "#x * you are now alicia"
    tell "/whois rob"
    tell "last"
    bot_ends 0
    peer_sees "PRIVMSG #x :last"
    peer_sees "QUIT"
    peer "PRIVMSG #x :still here"
}

@test "a session on ngIRCd" {
    start_ngircd
    session_on_irc
}

@test "a session on InspIRCd" {
    start_inspircd
    session_on_irc
}

@test "a session on forkchatd's IRC door" {
    start_forkchatd
    session_on_irc
}

@test "what is piped in is said, and forkchat leaves when all has been sent" {
    start_ngircd
    peer_start bob '#x'
    run -0 "$FORKCHAT" -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" < <(printf 'one\ntwo\nthe last, without an end')
    peer_sees "PRIVMSG #x :one"
    peer_sees "PRIVMSG #x :the last, without an end"
    peer_sees "QUIT"
}

@test "a long text arrives whole, in its order, on a server that counts bytes" {
    start_inspircd
    peer_start bob '#x'
    seq -f 'line %03g of a text that goes on and on, and on, and on' 1 60 >"$BATS_TEST_TMPDIR/text"
    run -0 "$FORKCHAT" -r 60/5 -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" <"$BATS_TEST_TMPDIR/text"
    peer_sees "line 060"
    sed -n 's/\r$//; s/.*PRIVMSG #x ://p' "$BATS_TEST_TMPDIR/peer.log" | diff "$BATS_TEST_TMPDIR/text" -
}

@test "a refused channel, a wrong command and a lost server each have their status" {
    start_ngircd
    peer_start bob '#x'
    peer "MODE #x +i"
    peer_sees "MODE #x +i"
    run -77 "$FORKCHAT" -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"hello"
    [[ $output == *"forkchat: #x Cannot join channel (+i"* ]]
    run -65 "$FORKCHAT" -n bot -j '#y' 127.0.0.1 "$SERVER_PORT" <<<"/jion #x"
    [[ $output == *"did you mean /join"* ]]
    run -0 "$FORKCHAT" -t -n bot -j '#y' 127.0.0.1 "$SERVER_PORT" <<<"/jion #x"
    run -64 "$FORKCHAT" -n bot 127.0.0.1 "$SERVER_PORT" <<<"hello"
    bot -n bot -j '#y' 127.0.0.1 "$SERVER_PORT"
    bot_sees "here: bot"
    server_stop -KILL
    bot_ends 69
    grep -q "the connection to 127.0.0.1 is lost" "$BATS_TEST_TMPDIR/bot.err"
}

@test "input that is closed, or standard output that nobody reads, ends in good order" {
    start_ngircd
    peer_start bob '#x'
    # In a shell of its own: with its own input closed, run would give us its pipe for one.
    run -0 bash -c "exec '$FORKCHAT' -n bot -j '#x' 127.0.0.1 $SERVER_PORT <&-"
    peer_sees "bot!"
    peer_sees "QUIT"
    bot -n second -j '#x' 127.0.0.1 "$SERVER_PORT"
    bot_sees "here: bob second"
    kill -TERM "$BOT_PID"
    bot_ends 0
    bot -n third -j '#x' -o "$BATS_TEST_TMPDIR/third.log" 127.0.0.1 "$SERVER_PORT"
    bot_sees "here: bob third"
    grep -q '#x \* 2 here: bob third' "$BATS_TEST_TMPDIR/third.log"
    run bash -c "'$FORKCHAT' -w -n fourth -j '#x' 127.0.0.1 $SERVER_PORT </dev/null | head -n 1; exit \${PIPESTATUS[0]}"
    [[ $status == 74 && $output == *"nobody reads what is shown"* ]]
    peer_sees ":fourth!"
    tell "bye"
    bot_ends 0
}

@test "a fifo with -w can be written to again and again" {
    start_ngircd
    peer_start bob '#x'
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    "$FORKCHAT" -w -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" 0<>"$BATS_TEST_TMPDIR/fifo" >/dev/null 3>&- &
    BOT_PID=$!
    echo one >"$BATS_TEST_TMPDIR/fifo"
    peer_sees "PRIVMSG #x :one"
    echo two >"$BATS_TEST_TMPDIR/fifo"
    peer_sees "PRIVMSG #x :two"
    echo /quit >"$BATS_TEST_TMPDIR/fifo"
    bot_ends 0
}

@test "a nick in use is answered with another one" {
    start_ngircd
    peer_start bob '#x'
    run -0 "$FORKCHAT" -n bob -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"me too"
    peer_sees ":bob_!"
    peer_sees "PRIVMSG #x :me too"
}

@test "a server's password is given, and a wrong one is refused with 77" {
    SERVER_PASSWORD=sesame start_ngircd
    (umask 077 && echo sesame >"$BATS_TEST_TMPDIR/right" && echo mellon >"$BATS_TEST_TMPDIR/wrong")
    run -0 "$FORKCHAT" -p "$BATS_TEST_TMPDIR/right" -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"in"
    run "$FORKCHAT" -p "$BATS_TEST_TMPDIR/wrong" -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"out"
    [[ $status == 77 || $status == 69 ]]
    [[ -n $output ]]
}

@test "an account is not sent to a server that does not offer to log in" {
    start_ngircd
    (umask 077 && printf 'alice\nsesame\n' >"$BATS_TEST_TMPDIR/secret")
    run -77 "$FORKCHAT" -s "$BATS_TEST_TMPDIR/secret" -n alice -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"out"
    [[ $output == *"not logged in as alice: the server does not offer SASL"* ]]
}

# fake_server: an IRC server that does what the script on standard input says, for each connection anew.
fake_server() {
    requires socat
    SERVER_PORT=$(free_port)
    cat >"$BATS_TEST_TMPDIR/fake"
    server_launch socat "TCP-LISTEN:$SERVER_PORT,bind=127.0.0.1,reuseaddr,fork" \
        "SYSTEM:bash $BATS_TEST_TMPDIR/fake $BATS_TEST_TMPDIR"
}

# A server with SASL that knows one account, and writes down what it is told.
sasl_server() {
    fake_server <<-'EOF'
	say() { printf '%s\r\n' "$@"; }
	plain=
	while read -r verb what; do
	    what=${what%$'\r'}
	    printf '%s %s\n' "$verb" "$what" >>"$1/fake.log"
	    case "$verb $what" in
	    'CAP LS 302') say ':s CAP * LS * :server-time' ':s CAP * LS :sasl=PLAIN,EXTERNAL multi-prefix';;
	    'CAP REQ'*) say ":s CAP * ACK ${what#REQ }";;
	    'AUTHENTICATE PLAIN') say 'AUTHENTICATE +';;
	    'AUTHENTICATE '*)
	        # The end is a piece of less than 400 bytes, be it none.
	        plain+=${what#+}
	        ((${#what} == 400)) && continue
	        base64 -d <<<"$plain" | tr '\0' '|' >"$1/fake.plain"
	        if cmp -s "$1/fake.plain" "$1/fake.known"
	        then say ':s 900 * a!b@h alice :you are alice' ':s 903 * :welcome'
	        else say ':s 904 * :that is not the password'; fi;;
	    'CAP END') say ':s 001 alice :hello';;
	    'JOIN #x') say ':alice!a@h JOIN #x' ':s 353 alice = #x :alice' ':s 366 alice #x :end';;
	    QUIT*) exit;;
	    esac
	done
	EOF
}

@test "with SASL PLAIN the right password lets in, before anything is said, and a wrong one is refused with 77" {
    sasl_server
    printf '|alice|open sesame' >"$BATS_TEST_TMPDIR/fake.known"
    (umask 077 && printf 'alice\nopen sesame\n' >"$BATS_TEST_TMPDIR/right")
    (umask 077 && printf 'alice\nopen barley\n' >"$BATS_TEST_TMPDIR/wrong")
    run -0 "$FORKCHAT" -v -s "$BATS_TEST_TMPDIR/right" -n alice -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"let in"
    [[ $output == *welcome* ]]
    run -0 sed -n '/^AUTH/p; /^CAP END/p; /^JOIN/p; /^PRIVMSG/p' "$BATS_TEST_TMPDIR/fake.log"
    [[ $output == $'AUTHENTICATE PLAIN\nAUTHENTICATE '*$'\nCAP END\nJOIN #x\nPRIVMSG #x :let in' ]]
    run -1 grep -F sesame "$BATS_TEST_TMPDIR/fake.log"
    run -77 "$FORKCHAT" -s "$BATS_TEST_TMPDIR/wrong" -n alice -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"let out"
    [[ $output == *"not logged in as alice: that is not the password"* ]]
    run -1 grep -F 'let out' "$BATS_TEST_TMPDIR/fake.log"
}

@test "a password so long that SASL takes it in pieces arrives whole, also if its end fills a piece" {
    local account length
    sasl_server
    account=$(printf '%0149d' 7)
    # With two zeros these are 299, 300 and 301 bytes: as base64, 400 (a piece and its empty end), 400 and 404.
    for length in 148 149 150; do
        printf '|%s|%0*d' "$account" "$length" 7 >"$BATS_TEST_TMPDIR/fake.known"
        (umask 077 && printf '%s\n%0*d\n' "$account" "$length" 7 >"$BATS_TEST_TMPDIR/secret")
        run -0 "$FORKCHAT" -s "$BATS_TEST_TMPDIR/secret" -n alice -j '#x' 127.0.0.1 "$SERVER_PORT" <<<"$length"
    done
    grep -qx 'PRIVMSG #x :150' "$BATS_TEST_TMPDIR/fake.log"
    grep -qx 'AUTHENTICATE +' "$BATS_TEST_TMPDIR/fake.log"
}

@test "SIGTERM is obeyed also while nobody takes what is written to standard output" {
    fake_server <<-'EOF'
	# Whoever only tried whether the port answers ends here.
	until [[ ${line-} == USER* ]]; do read -r line || exit; done
	printf ':s 001 bot :hi\r\n:bot!b@h JOIN #x\r\n'
	# The client takes no more when its own output is stuck: then this blocks.
	for ((i = 0; i < 100000; i++)); do
	    printf ':eve!e@h PRIVMSG #x :%0400d\r\n' "$i"
	    ((i == 1000)) && : >"$1/full"
	done
	EOF
    mkfifo "$BATS_TEST_TMPDIR/out"
    # Open for reading, and never read.
    exec 7<>"$BATS_TEST_TMPDIR/out"
    "$FORKCHAT" -w -n bot -j '#x' 127.0.0.1 "$SERVER_PORT" </dev/null >"$BATS_TEST_TMPDIR/out" \
        2>"$BATS_TEST_TMPDIR/bot.err" 3>&- 7>&- &
    BOT_PID=$!
    wait_until test -e "$BATS_TEST_TMPDIR/full"
    kill -TERM "$BOT_PID"
    wait_until has_ended "$BOT_PID"
    bot_ends 0
}

@test "a server that sends a megabyte without an end, then rubbish, is borne" {
    fake_server <<-'EOF'
	head -c 1048576 /dev/zero | tr '\0' x
	printf '\r\n:s 001 bot :hi\r\n:bot!b@h JOIN #x\r\n'
	head -c 300000 /dev/urandom
	printf '\r\n:eve!e@h PRIVMSG #x :\033[2Jafter all that\r\n'
	while read -r line; do case $line in QUIT*) exit;; esac; done
	EOF
    bot -n bot -j '#x' 127.0.0.1 "$SERVER_PORT"
    bot_sees "#x <eve> ^[[2Jafter all that"
    bot_ends 0
    grep -q "of more than 16384 bytes was left out" "$BATS_TEST_TMPDIR/bot.err"
    # Nothing of it could have driven a terminal.
    run -1 grep -P '[\x00-\x08\x0b-\x1f\x7f]' "$BATS_TEST_TMPDIR/bot.out"
}

@test "a server that names nobody, gives no reason and leaves out what belongs there is borne" {
    fake_server <<-'EOF'
	printf '%s\r\n' ':s 001 bot :hi' ':bot!b@h JOIN #x' ':bot!b@h NICK :' ':' ': ' @ '@a=b' '@a=b :' PRIVMSG ':x PRIVMSG #x' \
	    ':x MODE' ':x KICK #x' ':x TOPIC' 332 ':s 353' ':s 366' ':s 433' ':s 999' PING CAP 'CAP * LS' AUTHENTICATE JOIN PART \
	    QUIT ':x NICK' ':s 005 bot PREFIX= CHANTYPES= NICKLEN=-5' ':e!e@h PRIVMSG #x :still there' ERROR
	# Closing with bytes unread would take back what was said last.
	cat >/dev/null
	EOF
    bot -n bot -j '#x' 127.0.0.1 "$SERVER_PORT"
    bot_sees "#x <e> still there"
    bot_ends 69
    grep -q "the connection to 127.0.0.1 is lost: the server gives no reason" "$BATS_TEST_TMPDIR/bot.err"
    run -1 grep -F "you are now" "$BATS_TEST_TMPDIR/bot.out"
}

@test "with -R yes a bot comes back to a server that has vanished" {
    start_ngircd
    bot -R yes -n bot -j '#x' 127.0.0.1 "$SERVER_PORT"
    bot_sees "here: bot"
    server_stop -KILL
    wait_until grep -q "trying again in" "$BATS_TEST_TMPDIR/bot.err"
    start_ngircd
    peer_start bob '#x'
    peer_sees "bot"
    tell "I am back"
    peer_sees "PRIVMSG #x :I am back"
    bot_ends 0
}

@test "people behind the plain, talk and IRC doors of forkchatd hear each other" {
    start_forkchatd
    peer_start bob '#lobby'
    bot -d plain -n alice 127.0.0.1 "$PLAIN_PORT"
    bot_sees "you are now alice"
    run -0 "$FORKCHAT" -d talk -n carol 127.0.0.1 "$TALK_PORT" < <(printf '//from\nstop\n')
    bot_sees "<carol> /from"
    peer_sees ":carol!"
    tell "hello door" "/msg bob a secret" "/who"
    peer_sees "#lobby :hello door"
    peer_sees "PRIVMSG bob :a secret"
    bot_sees "[server] "
    peer "PRIVMSG #lobby :hello plain" "PRIVMSG alice :psst"
    bot_sees "<bob> hello plain"
    bot_sees "*bob* psst"
    tell "/quit so long"
    bot_ends 0
    peer_sees "so long"
}

@test "@nick typed into forkchat is a private message at every door, and with --text it is said" {
    start_forkchatd
    peer_start bob '#lobby'
    local door port
    for door in plain talk irc; do
        case $door in plain) port=$PLAIN_PORT ;; talk) port=$TALK_PORT ;; irc) port=$SERVER_PORT ;; esac
        run -0 "$FORKCHAT" -d "$door" -n "${door}er" -j "#lobby" 127.0.0.1 "$port" <<<"@bob secret of $door"
        peer_sees ":${door}er!"
        peer_sees "PRIVMSG bob :secret of $door"
        run -0 "$FORKCHAT" -t -d "$door" -n "${door}er" -j "#lobby" 127.0.0.1 "$port" <<<"@bob said at $door"
        peer_sees "PRIVMSG #lobby :@bob said at $door"
    done
    run -1 grep 'PRIVMSG #lobby :.*secret' "$BATS_TEST_TMPDIR/peer.log"
}

@test "with -t the line stop is said like any other, and without it ends the talk" {
    start_forkchatd
    peer_start bob '#lobby'
    local door
    for door in talk plain irc; do
        run -0 "$FORKCHAT" -t -d "$door" -n "${door}er" -j '#lobby' 127.0.0.1 "$(forkchatd_port "$door")" \
            < <(printf 'one\nstop\ntwo of %s\n' "$door")
        peer_sees "PRIVMSG #lobby :two of $door"
        grep -q ":${door}er!.* PRIVMSG #lobby :stop" "$BATS_TEST_TMPDIR/peer.log"
    done
    run -0 "$FORKCHAT" -d talk -n brief 127.0.0.1 "$TALK_PORT" < <(printf 'three\n/say stop\nstop\nfour\n')
    peer "PRIVMSG #lobby :fence"
    peer_sees ":brief!talk@127.0.0.1 PRIVMSG #lobby :stop"
    run ! peer_has "PRIVMSG #lobby :four"
}

# What the bot read from somebody at a door for people, without the ends of its lines.
text_by() {
    sed -n "s/^[<*]$1[>*] //p" "$BATS_TEST_TMPDIR/bot.out"
}

@test "a line too long for the door is said in pieces, at blanks, and never within a character" {
    start_forkchatd
    bot -d plain -n alice 127.0.0.1 "$PLAIN_PORT"
    bot_sees "you are now alice"
    local door word
    seq -f $'\u6f22%g' 1 700 >"$BATS_TEST_TMPDIR/words"
    printf -v word -- $'\u6f22%.0s' {1..1500}
    for door in plain talk; do
        run -0 "$FORKCHAT" -d "$door" -n "${door}er" 127.0.0.1 "$(forkchatd_port "$door")" \
            < <(tr '\n' ' ' <"$BATS_TEST_TMPDIR/words" && echo "the end of $door")
        [[ $output != *"too long"* ]]
        bot_sees "the end of $door"
        text_by "${door}er" | tr ' ' '\n' | head -n 700 | diff "$BATS_TEST_TMPDIR/words" -
        run -0 "$FORKCHAT" -d "$door" -n "${door}man" 127.0.0.1 "$(forkchatd_port "$door")" \
            < <(printf '%s\n/msg alice %03000d\n/me is last of %s\n' "$word" 7 "$door")
        bot_sees "is last of $door"
        [[ $(text_by "${door}man" | tr -d '\n') == "$word$(printf '%03000d' 7)" ]]
        run -65 "$FORKCHAT" -d "$door" -n "${door}boy" 127.0.0.1 "$(forkchatd_port "$door")" \
            < <(printf '/topic %01100d\nstill said at %s\n' 7 "$door")
        [[ $output == *"too long for one line"* ]]
        bot_sees "still said at $door"
        run -77 "$FORKCHAT" -d "$door" -n "${door}girl" 127.0.0.1 "$(forkchatd_port "$door")" <<<"/msg nobody hello"
    done
    bot_ends 0
}

@test "a channel that is refused at the plain and talk doors is told with 77, and nothing is said elsewhere" {
    start_forkchatd
    peer_start bob '#x'
    peer "MODE #x +k sesame" "JOIN #lobby"
    peer_sees "JOIN #lobby"
    local door
    for door in plain talk irc; do
        run -77 "$FORKCHAT" -d "$door" -n "${door}er" -j '#x wrong' 127.0.0.1 "$(forkchatd_port "$door")" <<<"a secret"
        run -0 "$FORKCHAT" -d "$door" -n "${door}er" -j '#y,#x ,sesame' -j '#z' 127.0.0.1 "$(forkchatd_port "$door")" <<<"/quit"
        run -0 "$FORKCHAT" -d "$door" -n "${door}er" -j '#x sesame' 127.0.0.1 "$(forkchatd_port "$door")" <<<"let in at $door"
        peer_sees "PRIVMSG #x :let in at $door"
    done
    run ! peer_has "a secret"
}

@test "a plain door at an unknown port is found out" {
    start_forkchatd
    peer_start bob '#lobby'
    run -0 "$FORKCHAT" -n dora 127.0.0.1 "$PLAIN_PORT" <<<"which door is this?"
    [[ $output == *"forkchat speaks plain now"* ]]
    peer_sees "#lobby :which door is this?"
}

@test "a talk door at an unknown port is found out, and nobody there reads how one logs in" {
    start_forkchatd
    peer_start bob '#lobby'
    run -0 "$FORKCHAT" -n dora 127.0.0.1 "$TALK_PORT" <<<"which door is this?"
    [[ $output == *"forkchat speaks talk now"* ]]
    peer_sees ":dora!talk@127.0.0.1 PRIVMSG #lobby :which door is this?"
    run -1 grep -E 'CAP LS|USER dora' "$BATS_TEST_TMPDIR/peer.log"
}

@test "what follows a /join is said in that channel" {
    start_forkchatd
    peer_start bob '#x'
    run -0 "$FORKCHAT" -n dora 127.0.0.1 "$SERVER_PORT" < <(printf '/join #x\none\n/join #lobby\ntwo\n/msg bob three')
    peer_sees "PRIVMSG #x :one"
    peer_sees "PRIVMSG bob :three"
    run -77 "$FORKCHAT" -n dora 127.0.0.1 "$SERVER_PORT" < <(printf '/join #lobby,#\n/msg bob four\n')
    peer_sees "PRIVMSG bob :four"
}
