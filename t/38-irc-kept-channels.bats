#!/usr/bin/env bats
# Registered channels: what outlives the last member, and the server; who has a status there, by account.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="talk irc"
load lib/daemon
load lib/client
load lib/control
load lib/irc

setup() {
    start_irc -o 'password-rounds 4096'
    ctl account add toto sesame >/dev/null
    ctl account add tata sesame >/dev/null
}

# owner NAME ACCOUNT: comes in as that account.
owner() {
    open "$1" irc
    send "$1" "PASS $2:sesame" "NICK $1" "USER $1 0 * :$1"
    expect "$1" -e ' 422 '
}

register() {
    send toto 'JOIN #games'
    expect toto -e ' 366 '
    send toto 'CS REGISTER #games'
    expect toto -e '^:ChanServ!.* NOTICE toto :the channel is registered'
}

@test "topic, modes, key, limit and masks outlive the last member and a restart" {
    owner toto toto
    register
    send toto 'MODE #games +ikl-n secret 20' 'TOPIC #games :what is 100% played, here' 'MODE #games +b *!*@192.0.2.7' \
        'MODE #games +e a:tata' 'PART #games'
    expect toto -e ' PART #games'
    enter titi irc
    send titi 'JOIN #games secret'
    expect titi -e ' 473 titi #games '
    daemon_stop
    start_irc -o 'password-rounds 4096'
    owner toto toto
    send toto 'JOIN #games'
    expect toto -e ' 332 toto #games :what is 100% played, here'
    expect toto -e ' 353 toto . #games :@toto'
    send toto 'MODE #games' 'MODE #games +b' 'MODE #games +e'
    expect toto -e ' 324 toto #games \+itlk 20 secret'
    expect toto -e ' 367 toto #games \*!\*@192\.0\.2\.7 '
    expect toto -e ' 348 toto #games a:tata '
}

@test "who comes first has no status there, but who is on the access list, and the founder" {
    owner toto toto
    register
    send toto 'CS ACCESS #games ADD tata voice' 'CS ACCESS #games ADD nobody op' 'CS ACCESS #games LIST' 'PART #games'
    expect toto -e 'tata has voice in #games from now on'
    expect toto -e 'there is no such account'
    expect toto -e '#games belongs to toto since 20.*; access: tata:v'
    enter titi irc
    send titi 'JOIN #games'
    expect titi -e ' 353 titi = #games :titi$'
    owner tutu tata
    send tutu 'JOIN #games'
    expect tutu -e ' 353 tutu = #games :(\+tutu titi|titi \+tutu)$'
    send tutu 'CS OP #games' 'CS DROP #games' 'CS ACCESS #games ADD tata op'
    expect tutu -e 'your account has no op'
    expect tutu -e 'only the channel.s founder'
    expect tutu -e 'only the channel.s founder'
    send toto 'CS OP #games tutu' 'CS ACCESS #games ADD tata op'
    expect tutu -e ' MODE #games \+o tutu'
    expect toto -e 'tata has op'
    send tutu 'CS DEOP #games' 'CS OP #games'
    expect tutu -e ' MODE #games -o tutu'
    expect tutu -e ' MODE #games \+o tutu'
    send toto 'CS ACCESS #games DEL tata' 'CS INFO #games'
    expect toto -e 'access: nobody else'
}

@test "a ban does not keep the founder out, but others" {
    owner toto toto
    register
    send toto 'MODE #games +b *!*@*' 'PART #games'
    expect toto -e ' PART #games'
    enter titi irc
    send titi 'JOIN #games'
    expect titi -e ' 474 titi #games '
    send toto 'JOIN #games'
    expect toto -e ' 353 toto = #games :@toto$'
}

@test "only a moderator with an account registers a channel, and nobody a second time, nor the lobby" {
    owner toto toto
    enter titi irc
    send titi 'JOIN #games' 'CS REGISTER #games'
    expect titi -e 'log in to an account first'
    send toto 'JOIN #games' 'CS REGISTER #games' 'CS REGISTER #nix' 'JOIN #lobby' 'CS REGISTER #lobby' 'CS' 'CS HELP' 'CS DANCE'
    expect toto -e 'only the moderator of a channel may register it'
    expect toto -e 'you are not in that channel'
    expect toto -e 'the lobby is everybody'
    expect toto -e 'no word of mine'
    expect toto -e 'NOTICE toto :REGISTER <#channel>'
    owner tutu tata
    send titi 'PART #games'
    expect titi -e ' PART #games'
    send tutu 'JOIN #own' 'CS REGISTER #own' 'CS REGISTER #own'
    expect tutu -e 'registered, and yours'
    expect tutu -e 'registered, and yours'
}

@test "a channel is dropped by its founder, goes with the account, and is anybody's then" {
    owner toto toto
    register
    send toto 'CS DROP #games' 'CS INFO #games' 'PART #games'
    expect toto -e 'registered no longer'
    expect toto -e 'that channel is not registered'
    expect toto -e ' PART #games'
    enter titi irc
    send titi 'JOIN #games'
    expect titi -e ' 353 titi = #games :@titi$'
    send titi 'PART #games'
    expect titi -e ' PART #games'
    register
    send toto 'PART #games'
    expect toto -e ' PART #games'
    ctl account drop toto
    send titi 'JOIN #games'
    expect titi -e ' 353 titi = #games :@titi$'
}

@test "people have it as a command" {
    open toto talk
    send toto '/login toto sesame' '/join #games' '/channel register' '/channel access tata op' '/channel' '/channel dance' \
        '/channel access #games tata none' '/channel info #games' '/channel drop #games' '/channel drop #games'
    expect toto '[server] the channel is registered, and yours'
    expect toto '[server] tata has op in #games from now on'
    expect toto -e '^\[server\] /CHANNEL needs more'
    expect toto -e '^\[server\] /CHANNEL wants register'
    expect toto '[server] tata has no status in #games from now on'
    expect toto -e '^\[server\] #games belongs to toto since 20'
    expect toto '[server] the channel is registered no longer'
    expect toto '[server] that channel is not registered'
}

@test "while the keeper does not answer, nobody takes a registered channel" {
    daemon_may 'keeper'
    owner toto toto
    register
    send toto 'PART #games'
    expect toto -e ' PART #games'
    kill -STOP "$(daemon_pid '^forkchatd: keeper')"
    enter titi irc
    send titi 'JOIN #games'
    expect titi -e ' 353 titi = #games :titi$'
}
