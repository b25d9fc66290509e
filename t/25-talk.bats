#!/usr/bin/env bats
# The talk door: what one types is said; commands behind a slash.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

# openssl passwd -6 -salt forkchat secret
# shellcheck disable=SC2016
SECRET='$6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.'

setup() {
    daemon_start -o "server-name chat.example.org" -o "operator root $SECRET"
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "who connects is welcomed, and shown the commands with their slash, stop without" {
    open toto talk
    expect_next toto -e '^\[server\] Welcome to chat\.example\.org \(forkchat [0-9.]+\)\. You are 127\.0\.0\.1:[0-9]+\.$'
    expect_next toto -e '^\[server\] <text> '
    expect_next toto -e '^\[server\] /NICK <nick> '
    expect toto -e '^\[server\] stop '
    send toto '/help'
    expect toto -e '^\[server\] /NICK'
}

@test "what one types everybody sees, oneself too" {
    enter toto talk
    enter tutu talk
    send toto 'hello  world!'
    expect toto '(toto) hello  world!'
    expect tutu '(toto) hello  world!'
    send tutu 'hi' 'MSG hi'
    expect toto '(tutu) hi'
    expect_next toto '(tutu) MSG hi'
}

@test "lines of the answer end in CR LF" {
    exchange talk <<<'hello' >"$BATS_TEST_TMPDIR/out"
    [[ $(grep -c $'\r$' "$BATS_TEST_TMPDIR/out") == $(wc -l <"$BATS_TEST_TMPDIR/out") ]]
    [[ -s $BATS_TEST_TMPDIR/out ]]
}

@test "stop alone leaves, and the others see who has left" {
    enter toto talk
    enter tutu talk
    send toto 'do not stop' 'stop it' ' stop' 'stop'
    expect_end toto
    expect_next tutu '(toto) do not stop'
    expect_next tutu '(toto) stop it'
    expect_next tutu '(toto)  stop'
    expect_next tutu 'toto has left!'
}

@test "/stop leaves as well" {
    enter toto talk
    enter tutu talk
    send toto '//stop' '/Stop'
    expect_end toto
    expect_next tutu '(toto) /stop'
    expect_next tutu 'toto has left!'
}

@test "/quit leaves, with or without words" {
    enter toto talk
    enter tutu talk
    enter tata talk
    send toto '/quit bye bye'
    expect_end toto
    expect tutu 'toto has left! (bye bye)'
    send tata '/QUIT'
    expect_end tata
    expect tutu 'tata has left!'
}

@test "/nick takes a name, and everybody is told" {
    enter tutu talk
    open toto talk
    expect toto -e 'You are (.*)\.$'
    local me=${BASH_REMATCH[1]}
    expect tutu "[server] $me has joined!"
    send toto 'hello'
    expect tutu "($me) hello"
    send toto '/nick toto'
    expect toto '[server] you are now toto'
    expect tutu "[server] $me is now toto"
    send toto '/nick tutu' '/nick' '/nick 1'
    expect toto '[server] the nick tutu is taken: try another'
    expect_next toto '[server] /NICK needs more: /NICK <nick>'
    expect_next toto -e '^\[server\] 1 cannot be a nick'
    expect_log "^client \"$me\" => \"toto\"\$"
}

@test "/who shows every user" {
    enter toto talk
    enter tutu talk
    send toto '/who'
    expect toto '[server] toto tutu'
}

@test "/msg speaks to one person or to a channel one is in, never to the room by mistake" {
    enter toto talk
    enter tutu talk
    enter tata talk
    send toto '/msg tutu psst' '/msg @tutu   psst' '/msg' '/msg hello' '/msg hello  all' '/msg tutu' '/msg @all hi' '/say hello  all'
    expect tutu '[toto -> you] psst'
    expect tutu '[toto -> you]   psst'
    expect toto '[you -> tutu] psst'
    expect_next toto '[you -> tutu]   psst'
    expect_next toto '[server] /MSG needs more: /MSG <nick>|<#channel> <text>'
    expect_next toto '[server] there is nothing to say: /MSG <nick>|<#channel> <text>'
    expect_next toto '[server] nobody here is called hello: /WHO shows who is here'
    expect_next toto '[server] there is nothing to say: /MSG <nick>|<#channel> <text>'
    expect_next toto '(toto) hi'
    expect_next toto '(toto) hello  all'
    expect tata '(toto) hello  all'
    expect_none tata -e psst
    send tutu '/join #games' '/join #lobby'
    expect tutu -e 'talking in #lobby'
    send toto '/join #games'
    expect toto -e 'talking in #games'
    send toto 'here?'
    expect tutu '(toto #games) here?' # tutu talks elsewhere: the channel is named
    send tutu '/msg #games here!'
    expect toto '(tutu) here!'
    expect tutu '(tutu #games) here!'
    send tata '/msg #games me?'
    expect tata '[server] you are not in #games: /JOIN #games first'
    expect_none toto -e 'me\?'
}

@test "what was for somebody who has just left, or taken another name, is said to nobody" {
    enter toto talk
    enter tutu talk
    enter bob talk
    send toto '/msg bob one' '@bob two'
    expect bob '[toto -> you] one'
    expect bob '[toto -> you] two'
    send bob '/nick rob'
    expect toto '[server] bob is now rob'
    send toto '/msg bob three' '@bob four' '/MSG BOB: five' '/msg @bob six'
    expect toto '[server] nobody here is called bob: /WHO shows who is here'
    expect_next toto '[server] nobody here is called bob: /WHO shows who is here'
    expect_next toto '[server] nobody here is called BOB:: /WHO shows who is here'
    expect_next toto '[server] nobody here is called bob: /WHO shows who is here'
    send bob 'stop'
    expect_end bob
    send toto '/msg rob seven' '@rob eight'
    expect toto '[server] nobody here is called rob: /WHO shows who is here'
    expect_next toto '[server] nobody here is called rob: /WHO shows who is here'
    expect_none tutu -e 'one|two|three|four|five|six|seven|eight'
}

@test "blanks before @nick or a command do not make it public; before anything else they are kept" {
    enter toto talk
    enter tutu talk
    enter tata talk
    send toto ' @tutu one' ' /msg tutu two' $'\t /MSG nobody three' ' @ tutu four' '  /etc/passwd' '   // a comment'
    expect tutu '[toto -> you] one'
    expect_next tutu '[toto -> you] two'
    expect_next tutu '[toto -> you] four'
    expect_next tutu '(toto)   /etc/passwd'
    expect_next tutu '(toto)    // a comment'
    expect_none tata -e 'one|two|three|four'
}

@test "what nobody sees before @nick or a command does not make it public either" {
    enter toto talk
    enter titi plain
    enter tutu talk
    enter tata talk
    local unseen
    for unseen in '\0302\0240' '\0342\0200\0213' '\0357\0273\0277' ' \0343\0200\0200' '\0342\0200\0217\t'; do # NBSP ZWSP BOM U+3000 RLM
        send_bytes toto "$unseen@tutu one\r\n$unseen/msg tutu two\r\n"
        expect tutu '[toto -> you] one'
        expect_next tutu '[toto -> you] two'
        send_bytes titi "$unseen@tutu three\nMSG $unseen@tutu four\n"
        expect tutu '[titi -> you] three'
        expect_next tutu '[titi -> you] four'
    done
    send_bytes toto '\0302\0240/etc\r\n'
    expect tutu "$(printf '(toto) \302\240/etc')"
    expect_none tata -e 'one|two|three|four'
}

@test "/say says a line whatever it begins with" {
    enter toto talk
    enter tutu talk
    send toto '/say @tutu is a nick' '/say /etc' '/say stop' '/SAY   indented' '/say'
    expect tutu '(toto) @tutu is a nick'
    expect_next tutu '(toto) /etc'
    expect_next tutu '(toto) stop'
    expect_next tutu '(toto)   indented'
    expect toto '[server] /SAY needs more: /SAY <text>'
}

@test "who writes to one person sees it, as all they say, and whether that person is away" {
    enter toto talk
    open tutu plain
    expect tutu -e 'You are (127\.0\.0\.1:[0-9]+)'
    local address=${BASH_REMATCH[1]}
    send tutu 'AWAY lunch'
    expect tutu -e 'you are away now'
    send toto "@$address psst" '@toto note'
    expect toto "[you -> $address] psst"
    expect_next toto "[server] $address is away: lunch"
    expect_next toto '[toto -> you] note'
    expect toto '[you -> toto] note'
    expect tutu '[toto -> you] psst'
    send toto '@nobody psst'
    expect toto '[server] nobody here is called nobody: /WHO shows who is here'
}

@test "@nick, @all and @tous work as at the plain door" {
    enter toto talk
    enter tutu talk
    enter tata talk
    send toto '@tutu psst' '@all to all' '@tous a tous' '@nobody x' '@tutu'
    expect tutu '[toto -> you] psst'
    expect tutu '(toto) to all'
    expect tutu '(toto) a tous'
    expect toto '(toto) to all'
    expect toto -e 'nobody here is called nobody: /WHO'
    expect toto '[server] there is nothing to say: @<nick> <text>'
    expect_none tata -e psst
}

@test "channels: /join, /part, /list, /topic, /kick" {
    enter toto talk
    enter tutu talk
    send toto '/join #games' '/topic chess'
    expect toto '[server] toto set the topic of #games: chess'
    send tutu '/join #games'
    expect toto '[server] tutu joined #games'
    send tutu '/list' '/topic' '/kick toto'
    expect tutu '[server] #games 2 chess'
    expect tutu '[server] the topic of #games is: chess'
    expect tutu '[server] only the moderator of #games or an operator may do that'
    send toto '/kick tutu enough'
    expect tutu '[server] you were kicked from #games by toto: enough'
    send toto '/part #games bye'
    expect toto '[server] you left #games'
    send toto '/part' 'hello?'
    expect toto '[server] you are in no channel: /JOIN #lobby or another first'
}

@test "/oper and /kill" {
    enter toto talk
    enter tutu talk
    send toto '/kill tutu'
    expect toto '[server] only operators may do that: /OPER <name> <password>'
    send toto '/oper root secret' '/kill tutu I kill you!'
    expect tutu '[toto] I kill you!'
    expect_end tutu
    expect toto '[server] tutu was removed from the server'
    expect_none toto -e 'has left'
    run -1 grep -F 'has left' <<<"$(transcript toto)"
}

@test "an unknown /command is answered to its sender alone, and // says a slash" {
    enter tutu talk
    enter toto talk
    send toto '/dance now' '/' '//shrug'
    expect_next toto '[server] invalid command: /dance (/HELP lists the commands)'
    expect_next toto '[server] invalid command: / (/HELP lists the commands)'
    expect toto '(toto) /shrug'
    expect_none tutu -e 'dance'
}

@test "/me says what one does" {
    enter toto talk
    enter tutu talk
    send toto '/me waves'
    expect tutu '* toto waves'
    expect toto '* toto waves'
}

@test "people at both doors share a room, each in their own manner" {
    enter toto plain
    enter tutu talk
    send toto 'MSG from netcat'
    expect tutu '(toto) from netcat'
    send tutu 'from telnet'
    expect toto '[tutu] from telnet'
    expect tutu '(tutu) from telnet'
    send toto '@tutu psst'
    expect tutu '[toto -> you] psst'
    send tutu '@toto psst'
    expect toto '[tutu -> you] psst'
    send toto 'WHO'
    expect toto '[server] toto tutu'
    send tutu '/join #games'
    expect tutu -e 'talking in #games'
    send toto 'JOIN #games'
    expect tutu '[server] toto joined #games'
    send toto 'QUIT bye bye'
    expect tutu 'toto has left! (bye bye)'
    enter tata plain
    send tutu 'stop'
    expect tata '[server] tutu has left'
    expect_none toto -e 'netcat' || : # its connection is over
}

@test "a line of 1024 bytes is said, one more is refused" {
    enter toto talk
    enter tutu talk
    local line
    line=$(head -c 1024 /dev/zero | tr '\0' x)
    send toto "$line" "${line}x" 'the next'
    expect tutu -e '^\(toto\) x{1000}x{24}$'
    expect toto '[server] that line is too long: at most 1024 bytes'
    expect_next tutu '(toto) the next'
}

@test "invalid UTF-8, NULs and control characters are made harmless" {
    enter toto talk
    enter tutu talk
    send_bytes toto 'caf\0351 caf\0303\0251\n'
    expect tutu "$(printf '(toto) caf\xef\xbf\xbd caf\xc3\xa9')"
    send_bytes toto 'a\0000b\0033[2J\0007c\n'
    expect tutu "$(printf '(toto) a\xef\xbf\xbdb^[[2J^Gc')"
}

@test "a script's lines and answers all arrive, also the last without an end" {
    enter tutu talk
    printf '/nick toto\none\ntwo\n/who\nthree' | exchange talk >"$BATS_TEST_TMPDIR/out"
    tr -d '\r' <"$BATS_TEST_TMPDIR/out" | tail -n 5 | diff - <(
        printf '[server] you are now toto\n(toto) one\n(toto) two\n[server] tutu toto\n(toto) three\n')
    expect tutu '(toto) three'
    expect_next tutu 'toto has left!'
}

@test "a word without a sign behind MODE is a channel, and changes no modes of the current one" {
    enter toto plain
    enter tata talk
    send toto 'JOIN #tips' 'JOIN #games'
    expect toto -e 'talking in #games'
    send toto 'MODE tips' 'mode TIPS' 'MODE nowhere' 'MODE m' 'MODE toto' 'MODE a,b' 'MODE tips +m' 'MODE b' 'MODE'
    expect_next toto '[server] the modes of #tips are +nt'
    expect_next toto '[server] the modes of #tips are +nt'
    expect_next toto -e 'there is no channel #nowhere'
    expect_next toto -e 'there is no channel #m'
    expect_next toto -e 'there is no channel #toto'
    expect_next toto -e '^\[server\] a,b cannot be a channel'
    expect_next toto '[server] toto made #tips moderated: only those with a voice may speak'
    expect_next toto '[server] that list of #games is empty'
    expect_next toto '[server] the modes of #games are +nt'
    send tata '/join tips' '/mode tips' '/mode'
    expect tata '[server] the modes of #tips are +mnt'
    expect_next tata '[server] the modes of #tips are +mnt'
}

@test "ME keeps the indentation of its words" {
    enter toto plain
    enter tutu plain
    enter tata talk
    send toto 'ME   waves' 'me    '
    expect tutu '* toto   waves'
    expect toto '[server] ME needs more: ME <text>'
    send tata '/me   nods'
    expect tutu '* tata   nods'
}

@test "a nick behind @ that comes alone and without an end is no line: the words for it follow" {
    enter tutu talk
    enter toto talk
    enter alone talk
    send_bytes toto ' @tutu '
    send_bytes alone '@'
    enter once talk
    send_bytes once 'bonjour'
    expect tutu '(once) bonjour'
    # The others were left alone for longer.
    send_bytes toto 'one\r\n'
    expect tutu '[toto -> you] one'
    send_bytes alone 'tutu two\r\n'
    expect tutu '[alone -> you] two'
    expect_none once -e 'one|two'
}

@test "a line of blanks is answered like an empty one, and said to nobody" {
    enter tutu talk
    enter toto talk
    send toto '   ' $'\t' 'words'
    expect_next toto '[server] you are toto, and talk in #lobby'
    expect_next toto '[server] you are toto, and talk in #lobby'
    expect tutu '(toto) words'
    expect_none tutu -e '^\(toto\) *$'
}

@test "a text that was marked twice loses both byte order marks before its first line" {
    open toto talk
    send_bytes toto '\0357\0273\0277\0357\0273\0277/nick toto\r\n'
    expect toto '[server] you are now toto'
}
