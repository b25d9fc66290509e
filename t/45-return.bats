#!/usr/bin/env bats
# Coming back after a connection was lost: seen by nobody, with nothing missed and nothing twice.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"

setup() {
    daemon_start
}

teardown() {
    client_teardown
    daemon_teardown
}

# come_in NAME: at the talk door, by that name; TOKEN is what it was shown.
come_in() {
    open "$1" talk
    expect "$1" -e '^\[server\] /RESUME ([a-z2-7]{26}) come back if the connection broke$'
    TOKEN=${BASH_REMATCH[1]}
    send "$1" "/nick $1"
    expect "$1" "[server] you are now $1"
}

# lose NAME: kills its worker.
lose() {
    daemon_may "of $1 died: signal 9"
    kill -KILL "$(worker_of "$1")"
    expect_log "^client lost \"$1\"\$"
    expect_end "$1"
    close "$1"
}

@test "at telnet one is shown a token, and comes back with it to the room one was in" {
    come_in toto
    enter tutu plain
    send toto '/join games'
    expect toto '[server] you are now talking in #games'
    send tutu 'JOIN games'
    expect tutu '[server] you are now talking in #games'
    lose toto
    send tutu 'MSG are you there?' '@toto psst' 'WHO'
    expect tutu -e '^\[server\] .*toto'
    open again talk
    send again "/resume $TOKEN"
    expect again -e '^\[[0-9]{2}:[0-9]{2}\] \(tutu\) are you there\?$'
    expect_next again -e '^\[[0-9]{2}:[0-9]{2}\] \[tutu -> you\] psst$'
    expect_next again '[server] welcome back: you are toto, and talk in #games'
    expect_next again -e '^\[server\] if the connection breaks, come back with /RESUME ([a-z2-7]{26})$'
    [[ ${BASH_REMATCH[1]} != "$TOKEN" ]]
    send again 'here again'
    expect tutu '[toto] here again'
    ! transcript tutu | grep -E 'toto (has left|connected)|lost'
}

@test "a token is good for one use, and no other word is one" {
    come_in toto
    local first=$TOKEN
    lose toto
    open again talk
    send again '/resume' "/resume ${first^^}"
    expect again -e 'welcome back: you are toto'
    open third plain
    send third "RESUME $first" 'RESUME x' "RESUME aaaaaaaaaaaaaaaaaaaaaaaaaa" "RESUME ${first/[a-z]/0}"
    for _ in 1 2 3 4; do
        expect third '[server] nobody waits for that token: it is good for one use, and not for long'
    done
}

@test "who ends the connection leaves at once, unless a token was asked for" {
    enter tutu plain
    come_in toto
    close toto
    expect tutu -e '^\[server\] toto has left'
    enter script plain
    close script
    expect tutu -e '^\[server\] script has left'
    enter tata plain
    send tata 'RESUME'
    expect tata -e '^\[server\] if the connection ends before you quit, come back with RESUME ([a-z2-7]{26})$'
    TOKEN=${BASH_REMATCH[1]}
    close tata
    expect_log '^client lost "tata"$'
    send tutu 'MSG still here?'
    sync tutu
    enter titi talk
    send titi '/nick toto' "/resume $TOKEN"
    expect titi -e '\(tutu\) still here\?$'
    expect titi -e 'welcome back: you are tata'
    send titi '/quit'
    expect tutu '[server] tata has left'
    ! transcript tutu | grep 'tata has left (' || return 1
    expect_log '^client disconnected "tata"$'
}

@test "who does not come back in time leaves, and is shown as gone meanwhile" {
    daemon_stop
    daemon_start -o 'grace 3'
    enter tutu irc
    send tutu 'JOIN #lobby'
    expect tutu -e ' 366 '
    come_in toto
    lose toto
    send tutu 'WHO toto' 'PRIVMSG toto :hello'
    expect tutu -e ' 352 tutu .* toto G '
    expect tutu -e ' 301 tutu toto :not connected right now$'
    run -0 ctl who
    [[ $output =~ toto\ .*\ detached ]]
    expect tutu -e '^:toto!.* QUIT :Connection lost$'
    expect_log '^client disconnected "toto"$'
    open again talk
    send again "/resume $TOKEN"
    expect again -e 'nobody waits for that token'
    come_in toto
}

@test "who comes back before the server has noticed takes the connection over" {
    enter tutu plain
    come_in toto
    send toto '/join games'
    expect toto -e 'talking in #games'
    open again plain
    send again "RESUME $TOKEN"
    expect again '[server] welcome back: you are toto, and talk in #games'
    expect_end toto
    send again 'MSG once' 'PART #games' 'MSG twice'
    expect tutu '[toto] twice'
    ! transcript tutu | grep 'toto has left' || return 1
    send tutu 'WHO'
    expect tutu '[server] tutu toto'
}

@test "nobody who has not been there is shown what was said" {
    enter tutu plain
    enter tata plain
    come_in toto
    send toto '/join games'
    sync toto
    send tutu 'JOIN games' 'MSG before'
    expect toto '(tutu) before'
    send tata 'JOIN other'
    expect tata -e 'talking in #other'
    lose toto
    send tutu 'MSG in games' '@tata secret'
    expect tata '[tutu -> you] secret'
    send tata 'MSG in other' 'MSG #other again'
    send tutu 'MSG #lobby for all'
    sync tutu tata
    open again talk
    send again '/nick x' "/resume $TOKEN"
    expect again -e '\(tutu\) in games$'
    expect again -e '\(tutu #lobby\) for all$'
    expect again -e 'welcome back'
    ! transcript again | grep -E 'secret|in other|again|before' || return 1
}

@test "a line is shown once, whether it was said before one is in the lobby again or after that" {
    enter tutu plain
    come_in toto
    lose toto
    send tutu 'MSG first'
    sync tutu
    open again talk
    expect again -e 'come back if'
    send again 'I am new here'
    expect tutu -e 'I am new here$'
    send tutu 'MSG second'
    expect again '(tutu) second'
    send again "/resume $TOKEN"
    expect_next again -e '^\[..:..\] \(tutu\) first$'
    expect_next again -e 'welcome back: you are toto'
    send tutu 'MSG third'
    expect again '(tutu) third'
    [[ $(transcript again | grep -c second) == 1 && $(transcript again | grep -c third) == 1 ]]
}

@test "operators see, and put out, who is detached" {
    enter tutu plain
    come_in toto
    lose toto
    run -0 ctl kick toto 'no more'
    expect tutu -e 'toto has left'
    open again talk
    send again "/resume $TOKEN"
    expect again -e 'nobody waits for that token'
    come_in titi
    lose titi
    run -0 ctl ban titi 1h
    expect_end tutu # who is there as well
    run -0 ctl who
    [[ $output != *titi* ]]
}

@test "more than the server keeps is a gap that one is told of" {
    daemon_stop
    daemon_start -o 'ring-size 256K' -o 'flood off'
    enter tutu plain
    come_in toto
    lose toto
    local i words
    printf -v words '%0900d' 0
    for ((i = 0; i < 400; i++)); do
        send tutu "MSG $i $words"
    done
    sync tutu
    open again talk
    send again "/resume $TOKEN"
    expect again '[server] *** some of what you missed is lost ***'
    expect_next again -e '\(tutu\) ([0-9]+) 0'
    local last=${BASH_REMATCH[1]}
    ((last > 0))
    while ((last < 399)); do
        expect_next again -e "\\(tutu\\) $((++last)) 0"
    done
    expect_next again -e 'welcome back'
}

@test "nobody stays where grace is off" {
    daemon_stop
    daemon_start -o 'grace off'
    enter tutu plain
    enter toto talk
    ! transcript toto | grep 'RESUME [a-z]' || return 1
    send tutu RESUME
    expect tutu '[server] nobody is waited for here'
    daemon_may 'of toto died: signal 9'
    kill -KILL "$(worker_of toto)"
    expect tutu '[server] toto has left (server trouble)'
}

@test "no more than max-detached stay, half of them from one address" {
    daemon_stop
    daemon_start -o 'max-detached 3'
    enter tutu plain
    local who
    for who in a1 a2; do
        come_in "$who"
        lose "$who"
    done
    come_in a3
    daemon_may 'of a3 died: signal 9'
    kill -KILL "$(worker_of a3)"
    expect tutu -e 'a3 has left \(server trouble\)$'
    send tutu WHO
    expect tutu '[server] tutu a1 a2'
}

@test "a supervisor that is killed, and a courier, cost nobody their place" {
    daemon_stop
    daemon_start -o 'couriers 1'
    enter tutu plain
    come_in toto
    lose toto
    daemon_may 'courier 0 died: signal 9'
    kill -KILL "$(daemon_pid 'courier')"
    send tutu 'MSG hello'
    open again talk
    send again "/resume $TOKEN"
    expect again -e '\(tutu\) hello$'
    expect_next again -e 'welcome back: you are toto'
    send again 'there'
    expect tutu '[toto] there'
}

# An IRC client with the capability; TOKEN is what it is given.
register() {
    open "$1" irc
    send "$1" 'CAP LS 302' 'CAP REQ :forkchat/resume message-tags server-time' "NICK $1" "USER $1 0 * :$1" 'CAP END'
    expect "$1" -e "^:[^ ]+ RESUME TOKEN :([a-z2-7]{26})\$"
    TOKEN=${BASH_REMATCH[1]}
}

@test "an IRC client comes back with its token, to its channels, and to what it has missed" {
    enter tutu plain
    register toto
    send toto 'JOIN #games'
    expect toto -e ' 366 '
    send tutu 'JOIN games' 'MSG one' 'MSG two'
    expect toto -e '^@.*msgid=([0-9a-f]+).* PRIVMSG #games :one$'
    local seen=${BASH_REMATCH[1]}
    expect toto -e ' PRIVMSG #games :two$'
    close toto
    expect_log '^client lost "toto"$'
    send tutu 'MSG three' '@toto four' 'MSG #lobby not for toto' 'MSG #games five'
    expect tutu -e '^\[server\] toto is away: not connected'
    sync tutu
    open again irc
    send again 'CAP LS 302' 'CAP REQ :forkchat/resume message-tags server-time' "RESUME $TOKEN $seen"
    expect again -e '^:[^ ]+ 001 toto :'
    expect_next again -e '^@time=[^ ]+ :toto!~toto@127.0.0.1 JOIN #games$'
    expect again -e ' 005 toto '
    expect again -e ' RESUME TOKEN :[a-z2-7]{26}$'
    expect again -e ' 353 toto = #games :.*@toto'
    expect again -e '^@time=.* :tutu!.* PRIVMSG #games :two$'
    expect_next again -e '^@time=.* :tutu!.* PRIVMSG #games :three$'
    expect_next again -e '^@time=.* :tutu!.* PRIVMSG toto :four$'
    expect_next again -e '^@time=.* :tutu!.* PRIVMSG #games :five$'
    expect_next again -e '^:[^ ]+ RESUME DONE$'
    send again 'PRIVMSG #games :back' 'QUIT :bye'
    expect tutu '[toto] back'
    expect tutu '[toto] bye'
    [[ $(transcript tutu | grep -cE 'toto (has left|connected)$') == 1 ]]
}

@test "an IRC client is told of a token that is none, and registers" {
    register toto
    send toto 'RESUME x'
    expect toto -e ' FAIL RESUME REGISTRATION_IS_COMPLETED :'
    open tata irc
    send tata "RESUME $TOKEN"
    expect tata -e ' 421 .* RESUME '
    send tata 'CAP REQ :forkchat/resume' 'RESUME abc' 'RESUME' 'NICK tata' 'USER t 0 * :t' 'CAP END'
    expect tata -e ' FAIL RESUME INVALID_TOKEN :'
    expect tata -e ' 461 .* RESUME '
    expect tata -e ' 001 tata '
    send toto 'QUIT'
    expect_end toto
    open again irc
    send again 'CAP REQ :forkchat/resume' "RESUME $TOKEN"
    expect again -e ' FAIL RESUME INVALID_TOKEN :'
}

@test "an IRC client that knows of no tokens leaves when its connection ends" {
    enter tutu plain
    enter toto irc
    close toto
    expect tutu -e '^\[server\] toto has left'
}

@test "an IRC client that answers no ping stays" {
    daemon_stop
    daemon_start -o 'ping-timeout 2'
    enter tutu plain
    register toto
    expect toto -e '^PING '
    expect toto -e '^ERROR :.*Ping timeout'
    expect_log '^client lost "toto"$'
    send tutu WHO
    expect tutu '[server] tutu toto'
}

@test "who comes again from the same address by the same nick has it, and the one who was waited for leaves" {
    enter tutu plain
    come_in toto
    lose toto
    enter toto plain
    expect tutu '[server] toto has left (connection lost)'
    expect tutu -e ' is now toto$'
}

@test "who was here when the server stopped is waited for when it starts again, and comes back unseen" {
    enter tutu plain
    register toto
    send toto 'JOIN #games' 'TOPIC #games :chess' 'MODE #games +s' 'AWAY :out'
    expect toto -e ' 306 '
    local of_toto=$TOKEN
    come_in titi
    local of_titi=$TOKEN
    daemon_stop
    [[ $(stat -c %a "$BATS_TEST_TMPDIR/state/detached") == 600 ]]
    ! grep -q "$of_toto" "$BATS_TEST_TMPDIR/state/detached" || return 1
    daemon_start
    grep -q '^2 who were here are waited for$' "$DAEMON_LOG"
    [[ ! -e $BATS_TEST_TMPDIR/state/detached ]]
    enter tata irc
    send tata 'JOIN #lobby' 'WHOIS toto' 'NICK titi' 'PRIVMSG toto :still there?'
    expect tata -e ' 311 tata toto ~toto 127.0.0.1 '
    expect tata -e ' 301 tata toto :out$'
    expect tata -e ' 301 titi toto :out$'
    open again irc
    send again 'CAP REQ :forkchat/resume' "RESUME $of_toto"
    expect again -e ' 001 toto '
    expect again -e ' JOIN #games$'
    expect again -e ' 332 toto #games :chess$'
    expect again -e ' 353 toto @ #games :@toto$'
    expect again -e ' PRIVMSG toto :still there\?$'
    expect again -e ' RESUME DONE$'
    open there talk
    send there "/resume $of_titi"
    expect there -e 'nobody waits' # the nick was taken from the same address
    ! transcript tata | grep -E 'toto!.* (JOIN|QUIT)' || return 1
}

@test "what is wrong with the file of those who wait is told, and the others are waited for" {
    daemon_stop
    mkdir -p "$BATS_TEST_TMPDIR/state"
    chmod 700 "$BATS_TEST_TMPDIR/state"
    {
        printf 'time\t%s\n' "$EPOCHSECONDS"
        printf 'user\ttoto\tu\t192.0.2.1\t192.0.2.1:1\t\t1\treal name\nin\t#x\t1\nin\tnone\t1\naway\tgone\n'
        printf 'token\t00112233445566778899aabbccddeeff\ntoken\tx\n'
        printf 'room\t#x\t0\t0\t\t\t\nroom\t#none\t0\t0\t\t\t\n'
        printf 'user\ttoto\tu\th\ta\t\t1\t\nuser\ta b\tu\th\ta\t\t1\t\nnonsense\n'
    } >"$BATS_TEST_TMPDIR/state/detached"
    daemon_may 'this cannot be restored'
    daemon_start
    local line
    for line in 4 7 9 10 11 12; do
        grep -q "state/detached:$line: this cannot be restored" "$DAEMON_LOG"
    done
    enter tata irc
    send tata 'WHOIS toto'
    expect tata -e ' 319 tata toto :@#x$'
}

@test "a file of those who wait that is too old is nobody's" {
    daemon_stop
    mkdir -p "$BATS_TEST_TMPDIR/state"
    chmod 700 "$BATS_TEST_TMPDIR/state"
    printf 'time\t%s\nuser\ttoto\tu\th\ta\t\t1\t\n' $((EPOCHSECONDS - 100)) >"$BATS_TEST_TMPDIR/state/detached"
    daemon_start
    enter toto plain
}
