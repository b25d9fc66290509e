#!/usr/bin/env bats
# One account, several devices: what one has done is known to the others.

bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/control
load lib/irc

setup() {
    STATE=$BATS_TEST_TMPDIR/state
    start_devices
    ctl account add toto sesame >/dev/null
}

# shellcheck disable=SC2120 # tests do
start_devices() {
    start_irc -o 'password-rounds 4096' "$@"
}

# log_in NAME NICK [CAPS]: the client NAME, by that nick, as the account toto, before it has registered.
log_in() {
    open "$1" irc
    send "$1" "CAP REQ :sasl ${3:-}" "NICK $2" 'USER toto 0 * :Toto' 'AUTHENTICATE PLAIN' \
        "AUTHENTICATE $(printf '\0toto\0sesame' | base64 -w0)" 'CAP END'
    expect "$1" -e ' 903 '
}

@test "how far one has read is known on the next device, after a new start, and after the keeper's death" {
    daemon_may 'keeper'
    log_in one toto draft/read-marker
    send one 'JOIN #x' 'MARKREAD #x timestamp=2026-01-02T03:04:05.678Z' 'MARKREAD tata timestamp=2026-01-02T00:00:00.000Z'
    expect one ':irc.example.org MARKREAD #x *'
    expect one -e ' 366 '
    expect_next one ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect_next one ':irc.example.org MARKREAD tata timestamp=2026-01-02T00:00:00.000Z'
    kill -9 "$(daemon_pid '^forkchatd: keeper')"
    send one 'MARKREAD #X timestamp=2026-01-01T00:00:00.000Z' 'MARKREAD TATA' 'QUIT'
    expect_next one ':irc.example.org MARKREAD #X timestamp=2026-01-02T03:04:05.678Z'
    expect_next one ':irc.example.org MARKREAD TATA timestamp=2026-01-02T00:00:00.000Z'
    expect_end one
    daemon_stop
    printf 'read\ttoto\t#x\n\001\nread\ttoto\t#y\t17672' >>"$STATE/keeper/markers"
    start_devices
    wait_until grep -q 'keeper/markers: 2 lines are left out that are no read marker' "$DAEMON_LOG"
    log_in two toto draft/read-marker
    send two 'JOIN #x' 'MARKREAD tata timestamp=2026-01-03T00:00:00.000Z'
    expect two ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect_next two -e ' 353 '
    expect two ':irc.example.org MARKREAD tata timestamp=2026-01-03T00:00:00.000Z'
    enter_with tutu draft/read-marker
    send tutu 'JOIN #x'
    expect tutu ':irc.example.org MARKREAD #x *'
}

@test "an account that is made again has read nothing, and a full disk stops nobody from reading" {
    daemon_may 'keeper/markers: .*: read markers are forgotten'
    mkdir -p "$STATE/keeper/markers.new"
    log_in one toto draft/read-marker
    send one 'MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect one ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect_log 'keeper/markers: .*: read markers are forgotten with the keeper until it can be written'
    rmdir "$STATE/keeper/markers.new"
    send one 'MARKREAD #x timestamp=2026-01-02T03:04:05.679Z'
    expect_log 'keeper/markers: it can be written again'
    grep '#x' "$STATE/keeper/markers"
    send one 'PRIVMSG NickServ :DROP toto'
    expect one -e 'was removed'
    ctl account add toto sesame >/dev/null
    send one 'QUIT'
    expect_end one
    log_in two toto draft/read-marker
    send two 'MARKREAD #x'
    expect two ':irc.example.org MARKREAD #x *'
    ! grep '#x' "$STATE/keeper/markers"
}

# here NAME NICK [CAPS]: the same, and is the user toto.
here() {
    log_in "$1" "$2" "${3:-}"
    expect "$1" -e ' 001 toto '
}

@test "who logs in is back after a broken connection: the same nick, the channels, and what was missed" {
    enter tutu plain
    here one toto 'server-time'
    send one 'JOIN #games'
    expect one -e ' 366 '
    send tutu 'JOIN games'
    expect one -e ':tutu!.* JOIN '
    close one
    expect_log '^client lost "toto"$'
    send tutu 'MSG one' '@toto two' 'MSG #lobby not for toto'
    sync tutu
    enter toto2 irc
    send toto2 'NICK toto'
    expect toto2 -e ' 433 .* toto '
    here two other 'server-time'
    expect_next two -e '^@time=[^ ]+ :toto!~toto@127.0.0.1 JOIN #games$'
    expect two -e ' 353 toto = #games :.*@toto'
    expect two -e '^@time=.* :tutu!.* PRIVMSG #games :one$'
    expect_next two -e '^@time=.* :tutu!.* PRIVMSG toto :two$'
    close two
    expect_log '^client lost "toto"$'
    send tutu 'MSG three'
    sync tutu
    open three talk
    send three '/login toto sesame'
    expect three -e '^\[[0-9:]{5}\] \(tutu #games\) three$'
    expect_next three '[server] welcome back: you are toto, and talk in #games'
    expect three '[server] you are logged in as toto'
    send three 'again'
    expect tutu '[toto] again'
    close three
    expect tutu -e '^\[server\] toto has left'
    [[ $(transcript tutu | grep -cE 'toto (has left|connected|joined)') == 2 ]] # and at first
}

@test "who identifies after coming in becomes who was lost: by NICK, PART and JOIN" {
    enter_with tutu ''
    send tutu 'JOIN #games,#both'
    expect tutu -e ' 366 .* #both '
    here one toto
    send one 'JOIN #games,#both'
    expect one -e ' 366 .* #both '
    close one
    expect_log '^client lost "toto"$'
    send tutu 'PRIVMSG #games :missed' 'PRIVMSG #both :seen'
    enter guest irc
    send guest 'JOIN #both,#else'
    expect guest -e ' 366 .* #else '
    send tutu 'PRIVMSG #both :here'
    expect guest -e 'PRIVMSG #both :here'
    send guest 'NS IDENTIFY toto sesame'
    expect guest -e '^:guest!.* PART #else$'
    expect_next guest -e '^:guest!.* NICK :?toto$'
    expect_next guest -e '^:toto!.* JOIN #games$'
    expect guest -e ' 353 toto = #games :'
    expect guest -e ' PRIVMSG #games :missed'
    expect_next guest -e ' PRIVMSG #both :seen'
    expect guest -e ' 900 toto toto!~toto@'
    send guest 'PRIVMSG #games :back'
    expect tutu -e '^:guest!.* QUIT :'
    expect_next tutu -e '^:toto!.* PRIVMSG #games :back$'
    expect_none guest -e 'PRIVMSG #both :here'
}

@test "several devices are one user: all see what each does, and one that leaves leaves the others" {
    enter_with tutu ''
    here one toto draft/read-marker
    send one 'JOIN #x'
    expect one -e ' 366 '
    send tutu 'JOIN #x'
    expect tutu -e ' 366 '
    here two whatever 'draft/read-marker echo-message'
    expect_next two -e '^:toto!~toto@127.0.0.1 JOIN #x$'
    expect two -e ' 353 toto = #x :.*@toto'
    open three talk
    send three '/login toto sesame'
    expect three '[server] you are toto here as well, and talk in #x'
    send one 'PRIVMSG #x :from one' 'PRIVMSG tutu :psst' 'MARKREAD #x timestamp=2026-01-02T03:04:05.678Z' 'JOIN #y'
    expect two -e '^:toto!.* PRIVMSG #x :from one$'
    expect two -e '^:toto!.* PRIVMSG tutu :psst$'
    expect two ':irc.example.org MARKREAD #x timestamp=2026-01-02T03:04:05.678Z'
    expect two -e '^:toto!.* JOIN #y$'
    expect two -e ' 353 toto = #y :@toto$'
    expect_next two -e ' 366 toto #y '
    expect three '(toto) from one'
    expect three '[you -> tutu] psst'
    send three '/nick titi' '/join z' 'from three'
    expect one -e '^:toto!.* NICK :?titi$'
    expect one -e '^:titi!.* JOIN #z$'
    expect one -e ' 353 titi = #z :@titi$'
    expect one -e '^:titi!.* PRIVMSG #z :from three$'
    send two 'PRIVMSG #x :from two' 'PART #y' 'QUIT'
    expect_end two
    expect one -e '^:titi!.* PRIVMSG #x :from two$'
    expect one -e '^:titi!.* PART #y'
    send tutu 'PRIVMSG titi :still there?' 'WHOIS titi' 'NAMES #x'
    expect one -e 'PRIVMSG titi :still there'
    expect three '[tutu -> you] still there?'
    expect tutu -e ' 311 tutu titi '
    expect tutu -e ' 318 '
    expect tutu -e ' 353 tutu = #x :(@titi tutu|tutu @titi)$'
    close one
    send three '/quit'
    expect_end three
    expect tutu -e '^:titi!.* QUIT :'
    [[ $(transcript tutu | grep -cE 't[oi]t[oi]!.* QUIT') == 1 ]]
    expect_none tutu -e 'whatever'
}

@test "one user has five connections at most, and the sixth is another's" {
    local i
    for i in 1 2 3 4 5; do
        here "c$i" toto
    done
    log_in sixth toto
    expect sixth -e ' 433 '
    send sixth 'NICK sixth'
    expect sixth -e ' 001 sixth '
    run -0 ctl kick toto
    for i in 1 2 3 4 5; do
        expect_end "c$i"
    done
    log_in again toto
    expect again -e ' 001 sixth ' # who is still that account
}

@test "who is always on stays after QUIT, and over a new start, until they say no" {
    daemon_stop
    start_devices -o 'grace off'
    enter tutu plain
    here one toto
    send one 'JOIN #x' 'TOPIC #x :news' 'NS SET ALWAYS-ON yes' 'PRIVMSG NickServ :INFO' 'QUIT'
    expect one -e 'always-on is yes now'
    expect one -e 'always-on is yes'
    expect_end one
    send tutu 'WHO' '@toto hello'
    expect tutu '[server] tutu toto'
    expect tutu '[server] toto is away: not connected right now'
    daemon_stop
    sed -i 's/^time\t.*/time\t1000/' "$STATE/detached"
    start_devices -o 'grace off'
    enter tata plain
    send tata 'WHO'
    expect tata '[server] toto tata'
    here two toto
    expect two -e ' JOIN #x$'
    expect two -e ' 332 toto #x :news$'
    close two
    expect_log '^client lost "toto"$'
    open three talk
    send three '/login toto sesame' '/account always-on no' '/quit'
    expect three '[server] always-on is no now'
    expect_end three
    expect tata -e 'toto has left'
}

@test "an account that is removed keeps nobody" {
    daemon_stop
    start_devices -o 'grace 1'
    enter tutu plain
    here one toto
    send one 'NS SET ALWAYS-ON on' 'QUIT'
    expect_end one
    send tutu 'WHO'
    expect tutu '[server] tutu toto'
    ctl account drop toto >/dev/null
    expect tutu -e '^\[server\] toto has left'
}

# come NAME DEVICE: the client NAME comes as that device of toto.
come() {
    open "$1" irc
    send "$1" 'CAP REQ :sasl batch' 'NICK toto' 'USER toto 0 * :Toto' 'AUTHENTICATE PLAIN' \
        "AUTHENTICATE $(printf '\0toto@%s\0sesame' "$2" | base64 -w0)" 'CAP END'
    expect "$1" -e ' 903 '
    expect "$1" -e ' (376|422) '
}

leave() {
    send "$1" QUIT
    expect_end "$1"
}

@test "a device is shown what was said since it was last here, whoever else is, and each line once" {
    ctl account add tutu sesame >/dev/null
    open tutu irc
    send tutu 'PASS tutu@desk:sesame' 'NICK tutu' 'USER tutu 0 * :Tutu' 'JOIN #x'
    expect tutu -e ' 366 '
    come phone phone
    come laptop laptop
    send phone 'JOIN #x'
    expect phone -e ' 366 '
    send tutu 'PRIVMSG #x :seen by both'
    expect phone -e 'seen by both'
    leave phone
    send tutu 'PRIVMSG #x :the first' 'PRIVMSG toto :in private' 'PRIVMSG #x :the second'
    expect laptop -e 'the second'
    come phone phone
    expect phone -e ' 366 '
    expect_next phone -e 'BATCH \+.* chathistory #x'
    expect_next phone -e 'PRIVMSG #x :.*the first'
    expect_next phone -e 'PRIVMSG #x :.*the second'
    expect_next phone -e 'BATCH -'
    expect_next phone -e 'BATCH \+.* chathistory tutu'
    expect_next phone -e 'PRIVMSG toto :.*in private'
    expect_next phone -e 'BATCH -'
    leave phone
    come phone phone
    expect phone -e ' 366 '
    sync phone
    expect_none phone -e 'BATCH|PRIVMSG'
}

@test "what a device has missed it is shown after a new start of the server as well, where it joins" {
    open tutu irc
    send tutu 'NICK tutu' 'USER tutu 0 * :Tutu' 'JOIN #x'
    expect tutu -e ' 366 '
    come phone phone.1-a
    send phone 'JOIN #x'
    expect phone -e ' 366 '
    leave phone
    send tutu 'PRIVMSG #x :while it was away'
    sync tutu
    daemon_stop
    start_devices -o 'replay off'
    come phone phone.1-a
    send phone 'JOIN #x'
    expect phone -e ' 366 '
    expect_next phone -e 'BATCH \+.* chathistory #x'
    expect_next phone -e 'PRIVMSG #x :.*while it was away'
    expect_next phone -e 'BATCH -'
    come tablet tablet
    sync tablet
    expect_none tablet -e 'BATCH|PRIVMSG'
}

@test "a device that is there when the server stops was there until then" {
    open tutu irc
    send tutu 'NICK tutu' 'USER tutu 0 * :Tutu' 'JOIN #x'
    expect tutu -e ' 366 '
    come phone phone
    send phone 'JOIN #x'
    expect phone -e ' 366 '
    send tutu 'PRIVMSG #x :seen'
    expect phone -e 'seen'
    daemon_stop
    grep -qE $'^read\ttoto\t@phone\t[0-9]+$' "$STATE/keeper/markers"
    start_devices
    open tutu irc
    send tutu 'NICK tutu' 'USER tutu 0 * :Tutu' 'JOIN #x' 'PRIVMSG #x :not seen'
    sync tutu
    come phone phone
    send phone 'JOIN #x'
    expect phone -e ' 366 '
    expect_next phone -e 'BATCH \+.* chathistory #x'
    expect_next phone -e 'PRIVMSG #x :.*not seen'
    expect_next phone -e 'BATCH -'
}

@test "a device whose worker is killed misses nothing" {
    daemon_may '(worker|courier) .*died|a process died|client .* lost'
    open tutu irc
    send tutu 'NICK tutu' 'USER tutu 0 * :Tutu' 'JOIN #x'
    expect tutu -e ' 366 '
    come phone phone
    come laptop laptop
    send phone 'JOIN #x'
    expect phone -e ' 366 '
    kill -9 "$(daemon_pids '^forkchatd: worker toto' | head -n 1)"
    expect_end phone
    send tutu 'PRIVMSG #x :the missed one'
    expect laptop -e 'the missed one'
    # The keeper has seen that it has gone.
    wait_until grep -q $'^read\ttoto\t@phone\t' "$BATS_TEST_TMPDIR/state/keeper/markers"
    come phone phone
    expect phone -e ' 366 '
    expect_next phone -e 'BATCH \+.* chathistory #x'
    expect phone -e 'PRIVMSG #x :.*the missed one'
    expect_next phone -e 'BATCH -'
}

@test "what cannot be a device is no account" {
    local name
    for name in 'toto@' 'toto@a b' '@phone' "toto@$(printf '%030d' 0)" 'toto@a@b'; do
        open one irc
        send one 'CAP REQ :sasl' 'NICK toto' 'USER toto 0 * :Toto' 'AUTHENTICATE PLAIN' \
            "AUTHENTICATE $(printf '\0%s\0sesame' "$name" | base64 -w0)"
        expect one -e ' 904 '
        close one
    done
    enter tata talk
    send tata '/login toto@desk sesame'
    expect tata -e 'toto'
}
