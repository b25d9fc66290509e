#!/usr/bin/env bats
# The plain door: every command, as forkchat-protocol(7) has them.
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

@test "the session of three netcat users goes exactly as promised" {
    open one plain
    send one 'NICK toto'
    expect one '[server] you are now toto'
    open two plain
    send two 'NICK tutu'
    expect two '[server] you are now tutu'
    open three plain
    send three 'NICK tata'
    expect three '[server] you are now tata'
    send three 'WHO'
    expect_next three '[server] toto tutu tata'
    expect one -e 'is now tata$'
    expect two -e 'is now tata$'
    send three 'MSG hello world!'
    expect_next one '[tata] hello world!'
    expect_next two '[tata] hello world!'
    expect_none three -e 'hello'
    send one 'QUIT bye bye'
    expect_end one
    expect_next two '[toto] bye bye'
    expect_next three '[toto] bye bye'
    close one
    send three 'OPER root secret'
    expect_next three '[server] you are now an operator'
    send three 'KILL tutu I kill you!'
    expect_next two '[tata] I kill you!'
    expect_end two
    close two
    send three 'QUIT ciao'
    expect_end three
    expect_log '^client disconnected "toto"$'
    expect_log '^client disconnected "tutu"$'
    expect_log '^client disconnected "tata"$'
}

@test "who connects is welcomed, told their name, and shown what a newcomer needs in 16 rows of 80 columns" {
    local door verb rows line
    for door in plain talk; do
        open toto "$door"
        sync toto
        expect_next toto -e '^\[server\] Welcome to chat\.example\.org \(forkchat [0-9.]+\)\. You are 127\.0\.0\.1:[0-9]+\.$'
        rows=0
        while IFS= read -r line; do
            rows=$((rows + (${#line} + 79) / 80))
        done < <(transcript toto)
        ((rows <= 16))
        [[ $(transcript toto | wc -l) == $([[ $door == plain ]] && echo 12 || echo 13) ]]
        for verb in NICK '@<nick> ' ME WHO JOIN PART LIST; do
            expect toto -e "^\\[server\\] /?$verb"
        done
        [[ $door == plain ]] || expect toto -e '^\[server\] stop +leave$'
        expect toto -e '^\[server\] /?HELP'
        # One line names all others.
        expect_next toto -e '^\[server\] also .*/?SAY .*/?TOPIC .*/?KICK .*/?AWAY .*/?OPER .*@all$'
        run -1 grep -E 'KILL|BAN|MUTE' <<<"$(transcript toto)"
        close toto
        expect_log '^client disconnected "127' # the next one is not told of that
    done
}

@test "the welcome is the first thing one sees, however many come at once" {
    local fd line fds=()
    for _ in {1..300}; do
        exec {fd}<>/dev/tcp/127.0.0.1/"${PORT[plain]}"
        fds+=("$fd")
    done
    for fd in "${fds[@]}"; do
        IFS= read -r -t "$PATIENCE" line <&"$fd"
        [[ $line == '[server] Welcome to chat.example.org '* ]]
        exec {fd}>&-
    done
}

@test "HELP shows every command in at most 79 columns, HELP and a command explains that one" {
    local door slash verb
    for door in plain talk; do
        [[ $door == plain ]] && slash= || slash=/
        enter toto "$door"
        send toto "${slash}HELP"
        for verb in NICK MSG SAY ME WHO JOIN PART LIST TOPIC KICK INVITE MODE AWAY WHOIS RULES OPER HAND FLOOR QUIT HELP; do
            expect toto -e "^\\[server\\] $slash$verb "
        done
        expect_next toto -e '^\[server\] @all'
        run -1 grep -E '.{80}|KILL' <<<"$(transcript toto | tail -n +14)"
        send toto "${slash}HELP NICK" "${slash}help /who" "${slash}HELP kill" "${slash}HELP @tutu" "${slash}HELP @all" \
            "${slash}HELP nonsense" "${slash}HELP /" "${slash}HELP WHO is"
        expect toto "[server] ${slash}NICK <nick>: take a name"
        expect_next toto "[server] ${slash}WHO: show who is here"
        expect_next toto "[server] ${slash}KILL <nick> [<text>]: put somebody out of the server (operator)"
        expect_next toto '[server] @<nick> <text>: say it to one person'
        expect_next toto '[server] @all <text>, @tous <text>: say it to everyone in the current channel'
        expect_next toto "[server] invalid command: ${slash}nonsense (${slash}HELP lists the commands)"
        expect_next toto "[server] invalid command: / (${slash}HELP lists the commands)"
        expect_next toto "[server] invalid command: ${slash}WHO is (${slash}HELP lists the commands)"
        send toto "${slash}QUIT"
        expect_end toto
        close toto
    done
}

@test "who becomes an operator is shown what operators may do, and so does HELP from then on" {
    enter toto plain
    send toto 'OPER root secret'
    expect_next toto '[server] you are now an operator'
    local verb
    for verb in KILL BAN UNBAN BANS MUTE UNMUTE HANDS; do
        expect_next toto -e "^\\[server\\] $verb "
    done
    send toto HELP
    expect toto -e '^\[server\] NICK '
    expect toto -e '^\[server\] KILL '
    enter tutu talk
    send tutu '/oper root secret'
    expect tutu -e '^\[server\] /UNBAN <mask>'
}

@test "the motd is shown on arrival, line by line" {
    daemon_stop
    printf 'Be kind.\n\nThe rest is up to you.' >"$BATS_TEST_TMPDIR/motd"
    daemon_start -o "motd $BATS_TEST_TMPDIR/motd"
    open toto plain
    expect toto -e 'Welcome'
    expect_next toto '[server] Be kind.'
    expect_next toto -e '^\[server\] ?$'
    expect_next toto '[server] The rest is up to you.'
    expect_next toto -e 'NICK'
}

@test "verbs and lines may be written as one likes: upper or lower case, LF or CR LF, blanks before" {
    open toto plain
    enter tutu plain
    send_bytes toto 'nick toto\r\n'
    expect toto '[server] you are now toto'
    send_bytes toto '  \t Msg   hello  there \r\n'
    expect tutu '[toto]   hello  there '
    send_bytes toto 'mSG one\nmsg two\r\n'
    expect_next tutu '[toto] one'
    expect_next tutu '[toto] two'
}

@test "lines of the answer end in LF alone" {
    exchange plain <<<'WHO' >"$BATS_TEST_TMPDIR/out"
    [[ -s $BATS_TEST_TMPDIR/out ]]
    run -1 grep $'\r' "$BATS_TEST_TMPDIR/out"
}

@test "until one takes a name, one's address and port are it" {
    enter tutu plain
    open toto plain
    expect toto -e 'You are (127\.0\.0\.1:[0-9]+)\.$'
    local me=${BASH_REMATCH[1]}
    expect_next tutu "[server] $me connected"
    send toto 'MSG hi'
    expect_next tutu "[$me] hi"
    send toto 'WHO'
    expect toto "[server] tutu $me"
    send tutu "@$me psst"
    expect toto '[tutu -> you] psst'
    send toto 'NICK toto'
    expect_next tutu "[server] $me is now toto"
    send toto 'MSG hi again'
    expect_next tutu '[toto] hi again'
    send tutu "@$me psst"
    expect tutu -e "^\[server\] nobody here is called $me"
}

@test "the daemon's own output logs who connects, is named and disconnects" {
    open toto plain
    expect toto -e 'You are (127\.0\.0\.1:[0-9]+)\.$'
    local me=${BASH_REMATCH[1]}
    expect_log "^client connected \"$me\"\$"
    send toto 'NICK toto'
    expect_log "^client \"$me\" => \"toto\"\$"
    send toto 'NICK titi'
    expect_log '^client "toto" => "titi"$'
    close toto
    expect_log '^client disconnected "titi"$'
}

@test "everyone in the lobby is told when a user connects, changes name, leaves" {
    enter tutu plain
    enter toto plain
    expect tutu -e '^\[server\] 127\.0\.0\.1:[0-9]+ connected$'
    expect_next tutu -e '^\[server\] 127\.0\.0\.1:[0-9]+ is now toto$'
    send toto 'NICK titi'
    expect_next toto '[server] you are now titi'
    expect_next tutu '[server] toto is now titi'
    send toto 'QUIT'
    expect_end toto
    expect_next tutu '[server] titi has left'
}

@test "a client whose connection just ends is said to have left" {
    enter tutu plain
    enter toto plain
    sync toto # nothing is left unread: the kernel says goodbye properly
    close toto
    expect tutu '[server] toto has left'
}

@test "a client that resets its connection is said to have lost it" {
    enter tutu plain
    enter toto plain
    send tutu 'MSG unread'
    sync tutu
    close toto # with a line unread: the kernel sends a reset
    expect tutu -e '^\[server\] toto has left( \(connection lost\))?$'
}

@test "QUIT without a text leaves as well, and the connection closes cleanly" {
    printf 'NICK toto\nQUIT\nMSG never said\n' | exchange plain >"$BATS_TEST_TMPDIR/out"
    grep -q 'you are now toto' "$BATS_TEST_TMPDIR/out"
    expect_log 'client disconnected "toto"'
}

@test "QUIT shows its text to those in one's channels, wherever they talk" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games'
    send tutu 'JOIN #games' 'PART #lobby'
    sync toto
    sync tutu
    send toto 'QUIT so long'
    expect tutu '[toto] so long'
}

@test "MSG says it in the current channel, and its sender sees nothing" {
    enter toto plain
    enter tutu plain
    send toto 'MSG one' 'MSG two   spaces' 'MSG MSG'
    expect tutu '[toto] one'
    expect_next tutu '[toto] two   spaces'
    expect_next tutu '[toto] MSG'
    expect_none toto -e '\[toto\]'
}

@test "MSG #channel speaks there, to its members alone, and only members may" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send toto 'JOIN #games'
    expect toto '[server] you are now talking in #games'
    send tutu 'JOIN #games' 'JOIN #lobby'
    expect tutu '[server] you are now talking in #lobby'
    send tutu 'MSG #games who plays?'
    expect toto '[tutu] who plays?'
    send tata 'MSG #games me!'
    expect tata '[server] you are not in #games: JOIN #games first'
    send tata 'MSG #nowhere me!'
    expect tata -e '^\[server\] there is no channel #nowhere'
    expect_none toto -e 'me!'
    expect_none tata -e 'who plays'
    send tutu 'MSG #games'
    expect tutu -e '^\[server\] there is nothing to say'
}

@test "MSG and SAY keep the indentation of a text, one blank ends the verb" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games' 'JOIN #lobby'
    send tutu 'JOIN #games' 'JOIN #lobby'
    sync toto
    expect tutu -e 'talking in #lobby'
    send toto 'MSG     text' $'MSG\t\ttext' 'MSG #lobby   text' 'SAY   text' '@tutu   text' '@all   text' 'MSG    ' 'SAY  '
    expect tutu '[toto]     text'
    expect_next tutu $'[toto] \ttext'
    expect_next tutu '[toto]   text'
    expect_next tutu '[toto]   text'
    expect_next tutu '[toto -> you]   text'
    expect_next tutu '[toto]   text'
    expect toto '[server] MSG needs more: MSG [<#channel>] <text>'
    expect toto '[server] SAY needs more: SAY <text>'
}

@test "MSG @nick and blanks before @nick are private as well, and SAY says anything" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send toto 'MSG @tutu one' 'MSG   @tutu two' '  @tutu three' 'MSG @nobody four' 'MSG @tutu' 'MSG @all five' \
        'SAY @tutu is a nick' 'SAY #tag'
    expect tutu '[toto -> you] one'
    expect_next tutu '[toto -> you] two'
    expect_next tutu '[toto -> you] three'
    expect_next tutu '[toto] five'
    expect_next tutu '[toto] @tutu is a nick'
    expect_next tutu '[toto] #tag'
    expect toto '[server] nobody here is called nobody: WHO shows who is here'
    expect_next toto '[server] there is nothing to say: @<nick> <text>'
    expect_none tata -e 'one|two|three|four'
}

@test "@nick is a private message" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send toto '@tutu psst  you' '@TATA and you'
    expect tutu '[toto -> you] psst  you'
    expect tata '[toto -> you] and you'
    expect_none tata -e 'psst'
    expect_none toto -e 'psst'
    send toto '@nobody hello' '@tutu' '@'
    expect toto '[server] nobody here is called nobody: WHO shows who is here'
    expect_next toto '[server] there is nothing to say: @<nick> <text>'
    expect_next toto '[server] there is nothing to say: @<nick> <text>'
}

@test "@all and @tous speak to everyone in the current channel" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send tata 'JOIN #elsewhere'
    expect tata '[server] you are now talking in #elsewhere'
    send toto '@all hello' '@TOUS salut'
    expect tutu '[toto] hello'
    expect_next tutu '[toto] salut'
    expect_none toto -e 'hello'
    send tata '@all alone'
    expect_none tutu -e 'alone'
}

@test "ME says what one does" {
    enter toto plain
    enter tutu plain
    send toto 'ME waves'
    expect tutu '* toto waves'
}

@test "JOIN makes a channel, moves one there, and its members are told" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #Games'
    expect toto '[server] you are now talking in #Games'
    send tutu 'JOIN #games'
    expect toto '[server] tutu joined #Games'
    send tutu 'MSG here'
    expect toto '[tutu] here'
    send tutu 'JOIN #games'
    expect tutu '[server] you are now talking in #Games'
    expect_none toto -e 'tutu joined'
}

@test "a channel is called what its maker called it, however one writes it" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #Games'
    expect toto '[server] you are now talking in #Games'
    send tutu 'JOIN #GAMES' 'JOIN #games' 'PART #gAMES' 'PART #gAMES'
    expect tutu '[server] you are now talking in #Games'
    expect_next tutu '[server] you are now talking in #Games'
    expect_next tutu '[server] you left #Games'
    expect_next tutu '[server] you are not in #Games: JOIN #Games first'
}

@test "JOIN refuses what cannot be a channel" {
    enter toto plain
    local name
    for name in '#' '#a,b' '#a:b' 'a,b' '&local' '@bob' "#$(printf 'x%.0s' {1..64})"; do
        send toto "JOIN $name"
        expect_next toto "[server] $name cannot be a channel: use # and a word, as in #games"
    done
    send toto 'JOIN'
    expect_next toto '[server] JOIN needs more: JOIN <#channel> [<key>]'
    send toto "JOIN #$(printf 'x%.0s' {1..63})"
    expect_next toto -e '^\[server\] you are now talking in #x{63}$'
}

@test "nobody is in more than 50 channels" {
    enter toto plain
    local i
    for i in {1..49}; do
        send toto "JOIN #c$i"
        expect_next toto "[server] you are now talking in #c$i"
    done
    send toto 'JOIN #more'
    expect_next toto '[server] you are in too many channels: PART one first'
    send toto 'PART #c3' 'JOIN #more'
    expect toto '[server] you are now talking in #more'
}

@test "PART leaves the current channel or the named one, and the lobby is where one is then" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games'
    expect toto -e 'talking in #games'
    send tutu 'JOIN #games'
    expect tutu -e 'talking in #games'
    send tutu 'PART #games enough for today'
    expect tutu '[server] you left #games'
    expect toto '[server] tutu left #games: enough for today'
    send tutu 'MSG back in the lobby'
    expect_none toto -e 'tutu left .*tutu left'
    expect toto -e 'back in the lobby' # still in the lobby as well
    send toto 'PART'
    expect toto '[server] you left #games'
    send toto 'PART #games'
    expect toto -e '^\[server\] there is no channel #games'
    send toto 'PART games'
    expect toto -e '^\[server\] there is no channel #games'
}

@test "who left the lobby too can talk nowhere until they join something" {
    enter toto plain
    enter tutu plain
    send toto 'PART'
    expect toto '[server] you left #lobby'
    send toto 'MSG hello'
    expect toto -e '^\[server\] you are in no channel'
    send toto 'PART' 'KICK tutu' 'TOPIC x' '@all x'
    expect_next toto -e '^\[server\] you are in no channel'
    expect_next toto -e '^\[server\] you are in no channel'
    expect_next toto -e '^\[server\] you are in no channel'
    expect_next toto -e '^\[server\] you are in no channel'
    send tutu 'MSG nobody hears'
    expect_none toto -e 'nobody hears'
    send toto 'JOIN #lobby' 'MSG again'
    expect tutu '[toto] again'
}

@test "LIST shows each channel with its members and topic; an empty one is gone" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games' 'TOPIC chess at five'
    expect toto '[server] toto set the topic of #games: chess at five'
    send tutu 'LIST'
    expect tutu '[server] #lobby 2'
    expect_next tutu '[server] #games 1 chess at five'
    send toto 'PART'
    expect toto '[server] you left #games'
    send tutu 'LIST'
    expect tutu '[server] #lobby 2'
    expect_none tutu -e '#games'
}

@test "TOPIC is shown to all, set by the moderator alone, and kept" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games' 'TOPIC'
    expect toto '[server] #games has no topic'
    send tutu 'JOIN #games' 'TOPIC mine'
    expect tutu '[server] only the moderator of #games or an operator may do that'
    send toto 'TOPIC chess: at five'
    expect tutu '[server] toto set the topic of #games: chess: at five'
    send tutu 'TOPIC'
    expect tutu '[server] the topic of #games is: chess: at five'
}

@test "WHO lists a thousand bytes of names over several lines, none lost" {
    local i
    for i in {10..49}; do
        open "c$i" plain
        send "c$i" "NICK a-rather-long-name-number-$i"
    done
    for i in {10..49}; do
        sync "c$i"
    done
    send c10 'WHO'
    sync c10
    local names
    names=$(transcript c10 | grep -oE 'a-rather-long-name-number-[0-9]+ |a-rather-long-name-number-[0-9]+$' | sort | uniq -c)
    [[ $(grep -c . <<<"$names") -ge 40 ]]
    [[ $(transcript c10 | grep -cE '^\[server\] a-rather') -ge 3 ]]
}

@test "what is no command is answered to its sender alone" {
    enter tutu plain
    enter toto plain
    send toto 'HELLO world' '/who' 'MS' 'MSGG' 'GET / HTTP/1.1'
    expect_next toto '[server] invalid command: HELLO (HELP lists the commands)'
    expect_next toto '[server] invalid command: /who (HELP lists the commands)'
    expect_next toto '[server] invalid command: MS (HELP lists the commands)'
    expect_next toto '[server] invalid command: MSGG (HELP lists the commands)'
    expect_next toto '[server] invalid command: GET (HELP lists the commands)'
    expect_none tutu -e 'invalid|HELLO'
}

@test "words behind a command that takes none are refused, and so is a second word of a nick" {
    enter toto plain
    send toto 'WHO tutu' 'LIST #lobby' 'NICK toto tutu' 'NICK  toto  '
    expect_next toto '[server] WHO wants nothing behind it'
    expect_next toto '[server] LIST wants nothing behind it'
    expect_next toto '[server] toto tutu cannot be a nick: use a letter, then letters, digits and -_[]{}\|^`'
    expect_next toto '[server] you are now toto'
}

@test "INVITE alone says so if there is no invitation" {
    enter toto plain
    send toto INVITE
    expect_next toto '[server] nobody has invited you'
}

@test "MODE and BAN without what they need are answered with how to write them, a list that is empty with that" {
    enter toto plain
    enter tutu talk
    send toto 'JOIN #games' 'MODE +k' 'MODE b' 'OPER root secret' 'BAN -f'
    expect toto '[server] MODE needs more: MODE [<#channel>] [<modes> [<arguments>]]'
    expect toto '[server] that list of #games is empty'
    expect toto '[server] BAN needs more: BAN <nick|mask> [<time>] [<text>]'
    send tutu '/join #chess' '/mode +o'
    expect tutu '[server] /MODE needs more: /MODE [<#channel>] [<modes> [<arguments>]]'
}

@test "what cannot be a channel is not recommended to be joined" {
    enter toto plain
    send toto 'FLOOR all a,b' 'FLOOR all #games' 'FLOOR all games' 'FLOOR #games all'
    expect_next toto '[server] a,b cannot be a channel: use # and a word, as in #games'
    expect_next toto '[server] there is no channel #games: LIST shows them, JOIN #games makes it'
    expect_next toto '[server] there is no channel #games: LIST shows them, JOIN #games makes it'
    expect_next toto '[server] there is no channel #games: LIST shows them, JOIN #games makes it'
}

@test "a command without what it needs is answered with how to write it" {
    enter toto plain
    send toto 'NICK' 'MSG' 'ME' 'KICK' 'KILL' 'OPER root'
    expect_next toto '[server] NICK needs more: NICK <nick>'
    expect_next toto '[server] MSG needs more: MSG [<#channel>] <text>'
    expect_next toto '[server] ME needs more: ME <text>'
    expect_next toto '[server] KICK needs more: KICK [<#channel>] <nick> [<text>]'
    expect_next toto '[server] KILL needs more: KILL <nick> [<text>]'
    expect_next toto '[server] OPER needs more: OPER <name> <password>'
}

@test "empty lines are passed over" {
    enter toto plain
    send_bytes toto '\n\r\n   \n\t\nWHO\n'
    expect_next toto '[server] toto'
}

@test "a nick that is taken is refused, whatever its case and its brackets" {
    enter toto plain '[Toto]'
    open tutu plain
    local nick
    for nick in '[Toto]' '[toto]' '{TOTO}' '[tOtO}'; do
        send tutu "NICK $nick"
        expect tutu "[server] the nick $nick is taken: try another"
    done
    send toto 'NICK {toto}'
    expect toto '[server] you are now {toto}'
    send toto 'NICK titi'
    expect toto '[server] you are now titi'
    send tutu 'NICK [toto]'
    expect tutu '[server] you are now [toto]'
}

@test "the nick | is \\ in lower case" {
    enter toto plain 'a|b'
    open tutu plain
    send tutu 'NICK A\b'
    expect tutu '[server] the nick A\b is taken: try another'
}

@test "a nick one has already is confirmed, and nobody else is told" {
    enter toto plain
    enter tutu plain
    send toto 'NICK toto'
    expect toto '[server] you are now toto'
    expect_none tutu -e 'is now toto'
}

@test "a nick may be 30 bytes long and is made of letters, digits and what RFC 1459 allows" {
    open toto plain
    send toto "NICK $(printf 'x%.0s' {1..30})"
    expect toto -e '^\[server\] you are now x{30}$'
    send toto "NICK $(printf 'x%.0s' {1..31})"
    expect toto -e '^\[server\] the nick x{31} is too long: at most 30 bytes$'
    local nick
    for nick in 1abc -abc 'a:b' 'a.b' '#a' '@a' 'a!b' 'a*' '127.0.0.1:80'; do
        send toto "NICK $nick"
        expect_next toto "[server] $nick cannot be a nick: use a letter, then letters, digits and -_[]{}\\|^\`"
    done
    # shellcheck disable=SC2016
    for nick in a-1 '[x]' '_a_' 'a\|b' '`tick' '^up' '{y}'; do
        send toto "NICK $nick"
        expect_next toto "[server] you are now $nick"
    done
}

@test "reserved nicks are refused" {
    open toto plain
    sync toto
    local nick
    for nick in server SERVER all tous Tous guest1 GUEST77; do
        send toto "NICK $nick"
        expect toto "[server] the nick $nick is reserved: try another"
    done
    send toto 'NICK guest'
    expect toto '[server] you are now guest'
}

@test "KICK is for the moderator: who is kicked stays connected, in the lobby" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send toto 'JOIN #games'
    expect toto '[server] you are now talking in #games'
    send tutu 'JOIN #games'
    expect toto '[server] tutu joined #games'
    send tata 'JOIN #games'
    expect toto '[server] tata joined #games'
    send tutu 'KICK toto you first'
    expect tutu '[server] only the moderator of #games or an operator may do that'
    send toto 'KICK TUTU no cheating here'
    expect tutu '[server] you were kicked from #games by toto: no cheating here'
    expect tata '[server] tutu was kicked from #games by toto: no cheating here'
    expect toto '[server] tutu was kicked from #games by toto: no cheating here'
    send tutu 'MSG #games but'
    expect tutu -e '^\[server\] you are not in #games'
    send tutu 'MSG in the lobby now'
    expect tata '[tutu #lobby] in the lobby now'
    send toto 'KICK tata'
    expect tata '[server] you were kicked from #games by toto'
}

@test "KICK says who cannot be kicked" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games' 'KICK nobody' 'KICK tutu'
    expect toto -e '^\[server\] nobody here is called nobody'
    expect_next toto '[server] tutu is not in #games'
    send toto 'JOIN #lobby' 'KICK tutu'
    expect toto '[server] only the moderator of #lobby or an operator may do that'
}

@test "who makes a channel anew moderates it" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #games'
    expect toto -e 'talking in #games'
    send tutu 'JOIN #games'
    expect tutu -e 'talking in #games'
    send toto 'PART' 'JOIN #games' 'KICK tutu'
    expect toto -e 'talking in #games'
    expect toto '[server] only the moderator of #games or an operator may do that'
    send tutu 'PART'
    expect tutu -e 'you left'
    send toto 'PART' 'JOIN #games'
    expect toto -e 'talking in #games'
    send tutu 'JOIN #games'
    expect tutu -e 'talking in #games'
    send toto 'KICK tutu'
    expect tutu '[server] you were kicked from #games by toto'
}

@test "OPER needs the right name and password; operators kick anywhere" {
    enter toto plain
    enter tutu plain
    send tutu 'OPER root wrong'
    send toto 'OPER nobody secret'
    expect tutu '[server] wrong operator name or password'
    expect toto '[server] wrong operator name or password'
    expect_log 'warning: wrong operator name or password'
    send toto 'KICK tutu'
    expect toto '[server] only the moderator of #lobby or an operator may do that'
    send toto 'OPER root secret'
    expect toto '[server] you are now an operator'
    expect_log '^client "toto" is now operator "root"$'
    send toto 'KICK tutu out'
    expect tutu '[server] you were kicked from #lobby by toto: out'
    expect_none tutu -e 'operator'
}

@test "KILL is for operators, and shows the killer's words before the end" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send tutu 'KILL tata'
    expect tutu -e '^\[server\] only operators may do that'
    send toto 'OPER root secret'
    expect toto -e 'operator'
    send toto 'KILL nobody'
    expect toto -e '^\[server\] nobody here is called nobody'
    send toto 'KILL Tutu I kill you!'
    expect tutu '[toto] I kill you!'
    expect_end tutu
    expect toto '[server] tutu was removed from the server'
    expect tata '[server] tutu has left (killed by toto: I kill you!)'
    expect_log '^client killed "tutu" by "toto"$'
    expect_log '^client disconnected "tutu"$'
    close tutu
    # The name is free again, and oneself can be killed too.
    enter tutu plain
    send toto 'KILL toto enough'
    expect toto '[toto] enough'
    expect_end toto
    expect tutu '[server] toto has left (killed by toto: enough)'
}

@test "KILL without words says what happened all the same" {
    enter toto plain
    enter tutu plain
    enter tata talk
    send toto 'OPER root secret'
    expect toto '[server] you are now an operator'
    send toto 'KILL tutu' 'KILL tata'
    expect tutu -e ' is now tata$'
    expect_next tutu '[toto] you were removed from the server'
    expect_end tutu
    expect tata '[toto] you were removed from the server'
    expect_end tata
    expect toto '[server] tutu was removed from the server'
}

@test "KILL reaches a client without a name by its address" {
    enter toto plain
    open tutu plain
    expect tutu -e 'You are (127\.0\.0\.1:[0-9]+)\.$'
    local address=${BASH_REMATCH[1]}
    send toto 'OPER root secret' "KILL $address who are you?"
    expect tutu '[toto] who are you?'
    expect_end tutu
}

# ---- channels named and not named ----

@test "a line from another channel than the current one names it, as the doors say it" {
    enter dan plain
    enter toto plain
    enter tutu talk
    send dan 'JOIN #games'
    expect dan -e 'talking in'
    send toto 'JOIN #games' 'JOIN #lobby'
    send tutu '/join #games' '/join #lobby'
    expect toto -e 'talking in #lobby'
    expect tutu -e 'talking in #lobby'
    send dan 'MSG who plays?' 'ME waits' 'MSG #lobby hello'
    expect toto '[dan #games] who plays?'
    expect_next toto '* [dan #games] waits'
    expect_next toto '[dan] hello'
    expect tutu '(dan #games) who plays?'
    expect_next tutu '* (dan #games) waits'
    expect_next tutu '(dan) hello'
    send toto 'JOIN #games'
    expect toto -e 'talking in #games'
    send dan 'MSG now?' 'ME waits' 'MSG #lobby over'
    expect toto '[dan] now?'
    expect_next toto '* dan waits'
    expect_next toto '[dan #lobby] over'
}

@test "JOIN games and PART games mean #games, and MSG games goes there if one is in it" {
    enter toto plain
    enter tutu plain
    enter tata plain
    send toto 'JOIN games'
    expect toto '[server] you are now talking in #games'
    send tutu 'JOIN Games' 'JOIN lobby'
    expect tutu '[server] you are now talking in #lobby'
    send tutu 'MSG games hi' 'MSG GAMES  you' 'MSG games' 'MSG gamest hi'
    expect toto '[tutu] hi'
    expect_next toto '[tutu]  you'
    expect_next toto '[tutu #lobby] games'
    expect_next toto '[tutu #lobby] gamest hi'
    send tata 'MSG games are fun'
    expect toto '[tata #lobby] games are fun'
    send toto 'PART games'
    expect toto '[server] you left #games'
}

@test "MODE, TOPIC, KICK, INVITE and FLOOR take a channel in front, and leave the current one alone" {
    enter toto plain
    enter tutu plain
    enter tata talk
    send toto 'JOIN #tips' 'JOIN #games'
    expect toto -e 'talking in #games'
    send toto 'MODE #tips'
    expect_next toto -e '^\[server\] the modes of #tips are \+[a-z]*$'
    send toto 'MODE #tips +m' 'MODE #tips +k sesame' 'MODE #tips -mk sesame' 'MODE #TIPS b' 'MODE #nowhere +m' 'MODE'
    expect_next toto '[server] toto made #tips moderated: only those with a voice may speak'
    expect_next toto '[server] toto set the key of #tips to sesame'
    expect toto -e 'that list of #tips is empty'
    expect toto -e 'there is no channel #nowhere'
    expect_next toto -e '^\[server\] the modes of #games are \+nt$'
    send toto 'TOPIC #tips be brief' 'TOPIC #tips' 'TOPIC' 'TOPIC #nowhere x'
    expect toto '[server] toto set the topic of #tips: be brief'
    expect_next toto '[server] the topic of #tips is: be brief'
    expect_next toto '[server] #games has no topic'
    expect_next toto -e 'there is no channel #nowhere'
    send toto 'INVITE #tips tutu' 'INVITE tata #tips' 'INVITE #tips' 'INVITE #tips nobody'
    expect tutu '[server] toto invites you to #tips'
    expect tata '[server] toto invites you to #tips'
    expect toto '[server] tutu is invited to #tips'
    expect toto '[server] INVITE needs more: INVITE [[<#channel>] <nick>]'
    expect_next toto -e 'nobody here is called nobody'
    send tutu 'JOIN #tips'
    expect toto '[server] tutu joined #tips'
    send tata '/join tips'
    expect toto '[server] tata joined #tips'
    send toto 'FLOOR #tips tutu' 'FLOOR all tips' 'KICK #tips tutu off with you' 'KICK #tips' 'KICK #nowhere tata'
    expect tutu '[server] toto gave tutu a voice in #tips'
    expect toto '[server] tutu has the floor in #tips'
    expect toto '[server] everybody has the floor in #tips'
    expect tutu '[server] you were kicked from #tips by toto: off with you'
    expect toto '[server] KICK needs more: KICK [<#channel>] <nick> [<text>]'
    expect_next toto -e 'there is no channel #nowhere'
    send tata '/kick #tips toto' '/topic #tips mine' '/mode #tips +m'
    expect tata '[server] only the moderator of #tips or an operator may do that'
}

@test "a topic of a secret channel is not for those outside" {
    enter toto plain
    enter tutu plain
    send toto 'JOIN #tips' 'TOPIC psst' 'MODE +s'
    expect toto -e 'secret'
    send tutu 'TOPIC #tips'
    expect_next tutu -e 'is now|connected|you are not in #tips'
    expect_none tutu -e 'psst'
}

@test "a topic that is cleared reads so, and an action without words is shown" {
    daemon_stop
    DAEMON_DOORS='plain talk irc' daemon_start
    enter toto plain
    enter tutu talk
    enter irc irc
    send irc 'JOIN #games'
    sync irc
    send toto 'JOIN #games' 'TOPIC'
    send tutu '/join #games'
    expect toto '[server] #games has no topic'
    expect tutu -e 'talking in'
    send irc 'TOPIC #games :chess' 'TOPIC #games :' $'PRIVMSG #games :\001ACTION\001' $'PRIVMSG #games :\001ACTION \001' \
        $'PRIVMSG #games :\001ACTION waves\001' $'PRIVMSG #games :\001ACTIONS\001' $'PRIVMSG toto :\001ACTION\001' \
        'PRIVMSG #games :end'
    expect toto '[server] irc set the topic of #games: chess'
    expect_next toto '[server] irc cleared the topic of #games'
    expect_next toto '* irc'
    expect_next toto '* irc'
    expect_next toto '* irc waves'
    expect_next toto '* [irc -> you]'
    expect_next toto '[irc] end'
    expect tutu '[server] irc cleared the topic of #games'
    expect_next tutu '* irc'
}

@test "who kills somebody gets one line for it; other operators and people are told as before" {
    local door slash
    enter tata plain
    send tata 'OPER root secret'
    expect tata '[server] you are now an operator'
    for door in plain talk; do
        [[ $door == plain ]] && slash= || slash=/
        enter toto "$door"
        enter tutu plain
        send toto "${slash}OPER root secret" "${slash}KILL tutu enough"
        expect tutu '[toto] enough'
        expect_end tutu
        close tutu
        expect toto -e '^\[server\] /?HANDS'
        expect_next toto '[server] tutu was removed from the server'
        expect tata '[server] *** tutu was killed by toto: enough'
        expect_next tata '[server] tutu has left (killed by toto: enough)'
        expect_none toto -e 'tutu'
        send toto "${slash}QUIT"
        expect_end toto
        close toto
    done
}

@test "people read addresses of those without a nick, whatever is done to them" {
    enter toto plain
    open tutu plain
    expect tutu -e 'You are (127\.0\.0\.1:[0-9]+)\.$'
    local address=${BASH_REMATCH[1]}
    send toto 'JOIN #games' "INVITE $address" "MODE +k x"
    expect toto "[server] $address is invited to #games"
    send tutu 'JOIN #games x'
    expect toto "[server] $address joined #games"
    send toto "MODE +vo $address $address" "FLOOR $address" "KICK $address" "@$address psst" "MODE -k x"
    expect toto "[server] toto gave $address a voice in #games"
    expect_next toto "[server] toto made $address a moderator of #games"
    expect toto "[server] $address was kicked from #games by toto"
    expect_none toto -e guest
    expect tutu "[server] toto gave $address a voice in #games"
    expect_none tutu -e guest
}

@test "lines longer than a message of IRC arrive whole, in several, no character split" {
    daemon_stop
    DAEMON_DOORS='plain talk irc' daemon_start -o 'flood off'
    enter irc irc
    send irc 'JOIN #lobby'
    expect irc -e ' 366 '
    enter toto plain
    expect irc -e ' NICK :?toto$'
    local text part where long umlauts
    long=$(printf 'word%03d ' {1..120})
    umlauts=$(printf '\303\274%.0s' {1..490})
    # said LINE WORDS: what irc is shown of it, put together
    for text in "$long" "$umlauts"; do
        send toto "MSG $text" "ME $text" "@irc $text" 'MSG end'
        local -A got=()
        while expect_next irc -e '^:toto!.* PRIVMSG (#lobby|irc) :(.*)$' && [[ ${BASH_REMATCH[2]} != end ]]; do
            ((${#BASH_REMATCH[0]} <= 510))
            where=${BASH_REMATCH[1]} part=${BASH_REMATCH[2]}
            [[ ! $part =~ ^$'\274' && ! ${part%$'\001'} =~ $'\303'$ ]] # half of a character
            if [[ $part == $'\001ACTION '*$'\001' ]]; then
                part=${part#$'\001ACTION '}
                got[action]+=${part%$'\001'}
            else
                got[$where]+=$part
            fi
        done
        [[ ${got[#lobby]} == "$text" && ${got[action]} == "$text" && ${got[irc]} == "$text" ]]
    done
    send toto "QUIT $umlauts"
    got=()
    while expect_next irc -e '^:toto!.* (PRIVMSG #lobby|QUIT) :(.*)$' && [[ ${BASH_REMATCH[1]} != QUIT ]]; do
        got[quit]+=${BASH_REMATCH[2]}
    done
    [[ ${got[quit]} == "$umlauts" ]]
    expect_end toto
}
