#!/usr/bin/env bats
# Who may speak in a channel, who hears it, and KICK, TOPIC, NAMES.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk irc"
load lib/daemon
load lib/client
load lib/irc

@test "from outside one speaks only where +n is not set: 404" {
    room toto
    enter tutu irc
    send tutu 'PRIVMSG #x :hello' 'NOTICE #x :hello' 'PRIVMSG #nowhere :hello'
    expect tutu -e '^:irc\.example\.org 404 tutu #x :Cannot send to channel'
    expect_next tutu -e ' 403 tutu #nowhere '
    send toto 'MODE #x -n'
    expect toto -e ' MODE #x -n$'
    send tutu 'PRIVMSG #x :hello again'
    expect_next toto -e '^:tutu!~tutu@127\.0\.0\.1 PRIVMSG #x :hello again$'
    expect_none tutu -e 'PRIVMSG'
}

@test "who speaks from outside and asked for echoes gets one" {
    room toto
    send toto 'MODE #x -n'
    sync toto
    open tutu irc
    send tutu 'CAP REQ echo-message' 'NICK tutu' 'USER tutu 0 * :tutu' 'CAP END' 'PRIVMSG #x :hello'
    expect tutu -e ' PRIVMSG #x :hello$'
}

@test "in a moderated channel operators and voices speak" {
    room toto tutu tata
    send toto 'MODE #x +mv tata'
    sync toto
    send tutu 'PRIVMSG #x :no' 'NOTICE #x :no'
    expect tutu -e ' 404 tutu #x '
    expect_none tutu -e ' 404 '
    send tata 'PRIVMSG #x :yes'
    expect tutu -e ' PRIVMSG #x :yes$'
    send toto 'PRIVMSG #x :me too'
    expect tutu -e ' PRIVMSG #x :me too$'
    send toto 'MODE #x -v tata'
    sync toto
    send tata 'PRIVMSG #x :no more'
    expect tata -e ' 404 '
}

@test "a banned member is silent, unless excepted or with a voice" {
    room toto tutu
    send toto 'MODE #x +b tutu'
    sync toto
    send tutu 'PRIVMSG #x :no'
    expect tutu -e ' 404 tutu #x '
    send toto 'MODE #x +e *!~tutu@*'
    sync toto
    send tutu 'PRIVMSG #x :yes'
    expect toto -e 'PRIVMSG #x :yes$'
}

@test "m: in front of a ban forbids to speak and nothing else" {
    room toto
    send toto 'MODE #x +b m:tutu'
    expect toto -e ' MODE #x \+b m:tutu!\*@\*$'
    room tutu
    send tutu 'PRIVMSG #x :no'
    expect tutu -e ' 404 tutu #x '
    send toto 'MODE #x -b m:tutu'
    expect toto -e ' MODE #x -b m:tutu!\*@\*$'
    send tutu 'PRIVMSG #x :yes'
    expect toto -e 'PRIVMSG #x :yes$'
}

@test "@#channel is for its operators, +#channel also for voices" {
    room toto tutu tata titi
    send toto 'MODE #x +ov tutu tata'
    sync toto
    send titi 'PRIVMSG @#x :help' 'PRIVMSG +#X :hear' 'NOTICE @+#x :both'
    expect toto -e '^:titi!~titi@127\.0\.0\.1 PRIVMSG @#x :help$'
    expect toto -e ' PRIVMSG \+#x :hear$'
    expect tutu -e ' PRIVMSG @#x :help$'
    expect tata -e ' PRIVMSG \+#x :hear$'
    expect tata -e ' NOTICE \+#x :both$'
    expect_none titi -e 'help|hear'
    run grep -c help < <(transcript tata)
    [ "$output" = 0 ]
    send toto 'MODE #x -o+v tutu tutu'
    sync toto
    send titi 'PRIVMSG @#x :quiet'
    expect toto -e 'quiet'
    expect_none tutu -e 'quiet'
}

@test "couriers that die know their successors' operators" {
    daemon_may 'courier .*died'
    room toto tutu tata
    send toto 'MODE #x +ov-o tutu tata toto'
    sync toto
    local pid
    for pid in $(daemon_pids 'courier'); do
        kill -s KILL "$pid"
    done
    expect_log 'courier'
    send tata 'PRIVMSG @#x :help' 'PRIVMSG +#x :hear'
    expect tutu -e ' PRIVMSG @#x :help$'
    expect tutu -e ' PRIVMSG \+#x :hear$'
    expect_none toto -e 'help|hear'
    expect_none tata -e 'help|hear'
}

@test "people who may not speak are told why" {
    room toto
    enter tata plain
    enter tete talk
    send tata 'JOIN #x'
    send tete '/join #x'
    sync tata
    sync tete
    send toto 'MODE #x +m'
    expect tata -e '^\[server\] toto made #x moderated'
    send tata 'MSG may I?'
    expect tata -e '^\[server\] you cannot speak in #x: it is moderated'
    send toto 'MODE #x +v tata'
    expect tata '[server] toto gave tata a voice in #x'
    send tata 'MSG thanks'
    expect toto -e ' PRIVMSG #x :thanks$'
    send toto 'MODE #x -m+b m:tete'
    expect tete '[server] toto muted tete!*@* in #x'
    send tete 'may I?'
    expect tete -e 'you cannot speak in #x: you are muted'
}

@test "people see modes as sentences, and change them with MODE" {
    enter tata plain
    enter tete talk
    send tata 'JOIN #x'
    sync tata
    send tete '/join #x'
    sync tete
    send tete '/mode +m'
    expect tete -e 'only the moderator of #x'
    send tata 'MODE +ov-n+k tete tata sesame'
    expect tete '[server] tata made tete a moderator of #x'
    expect_next tete '[server] tata gave tata a voice in #x'
    expect_next tete '[server] tata opened #x to messages from outside'
    expect_next tete '[server] tata set the key of #x to sesame'
    send tete '/mode'
    expect_next tete '[server] the modes of #x are +tk sesame'
    enter toto irc
    send toto 'JOIN #x sesame'
    expect toto -e ' 353 toto = #x :toto @tete @tata$'
}

@test "KICK: one channel and some nicks, or pairs" {
    room toto tutu tata
    send toto 'JOIN #y'
    sync toto # who is first there may kick
    send tutu 'JOIN #y'
    sync tutu
    send toto 'KICK #x tata,nobody :bye' 'KICK #x,#y tutu,tutu' 'KICK #x,#y tutu'
    expect tata -e '^:toto!~toto@127\.0\.0\.1 KICK #x tata :bye$'
    expect toto -e ' 401 toto nobody '
    expect tutu -e ' KICK #x tutu :toto$'
    expect tutu -e ' KICK #y tutu :toto$'
    expect toto -e ' 461 toto KICK '
    send toto 'KICK #x tata' 'KICK #nowhere tata'
    expect toto ':irc.example.org 441 toto tata #x :They are not on that channel'
    expect_next toto -e ' 403 toto #nowhere '
}

@test "KICK is for operators of the channel: 482, 442" {
    room toto tutu
    enter tata irc
    send tutu 'KICK #x toto'
    expect tutu ':irc.example.org 482 tutu #x :You are not a channel operator'
    send tata 'KICK #x toto'
    expect tata ':irc.example.org 442 tata #x :You are not on that channel'
}

@test "a KICK's comment is cut at KICKLEN" {
    room toto tutu
    send toto "KICK #x tutu :$(printf 'z%.0s' {1..400})"
    expect tutu -e ' KICK #x tutu :(z+)$'
    [ "${#BASH_REMATCH[1]}" = 300 ]
}

@test "TOPIC: 331, 332 and 333, and who may" {
    room toto tutu
    send toto 'TOPIC #x' 'TOPIC #x :the news'
    expect toto ':irc.example.org 331 toto #x :No topic is set'
    expect tutu -e '^:toto!~toto@127\.0\.0\.1 TOPIC #x :the news$'
    send tutu 'TOPIC #x' 'TOPIC #x :mine'
    expect tutu ':irc.example.org 332 tutu #x :the news'
    expect_next tutu -e '^:irc\.example\.org 333 tutu #x toto [0-9]{10}$'
    expect_next tutu ':irc.example.org 482 tutu #x :You are not a channel operator'
    send toto 'MODE #x -t'
    expect tutu -e 'MODE'
    send tutu 'TOPIC #x :mine' 'TOPIC #x :' 'TOPIC #x'
    expect tutu -e ' TOPIC #x :mine$'
    expect tutu -e ' TOPIC #x :$'
    expect tutu -e ' 331 '
    enter tata irc
    send tata 'TOPIC #x :outside' 'TOPIC #nowhere'
    expect tata -e ' 442 tata #x '
    expect_next tata -e ' 403 tata #nowhere '
    send toto 'MODE #x +s'
    sync toto
    send tata 'TOPIC #x'
    expect_next tata -e ' 442 tata #x '
}

@test "NAMES tells what a channel is: = public, * private, @ secret, and hides it from those outside" {
    room toto
    enter tutu irc
    send tutu 'NAMES #x,#nowhere'
    expect tutu ':irc.example.org 353 tutu = #x :@toto'
    expect_next tutu ':irc.example.org 366 tutu #x :End of NAMES list'
    expect_next tutu -e ' 366 tutu #nowhere '
    send toto 'MODE #x +p' 'NAMES #x' 'MODE #x +s' 'NAMES #x'
    expect toto ':irc.example.org 353 toto * #x :@toto'
    expect toto ':irc.example.org 353 toto @ #x :@toto'
    send tutu 'NAMES #x'
    expect_next tutu -e ' 366 tutu #x '
}

@test "NAMES alone shows every channel that can be seen, and then those who are in none" {
    room toto
    enter tutu irc
    enter tata irc
    send toto 'JOIN #y,#z' 'MODE #y +s' 'MODE toto +i'
    sync toto
    send tata 'JOIN #z'
    expect tata -e ' 366 tata #z '
    send tutu 'NAMES'
    expect_next tutu ':irc.example.org 353 tutu = #z :tata'
    expect_next tutu ':irc.example.org 353 tutu * * :tutu'
    expect_next tutu ':irc.example.org 366 tutu * :End of NAMES list'
    send toto 'NAMES'
    expect toto ':irc.example.org 353 toto = #x :@toto'
    expect toto ':irc.example.org 353 toto @ #y :@toto'
    expect toto ':irc.example.org 353 toto = #z :tata @toto'
    expect_next toto ':irc.example.org 353 toto * * :tutu'
    expect_next toto ':irc.example.org 366 toto * :End of NAMES list'
}

@test "a message finds its user by nick!user@host as well, if all of it is right" {
    enter one irc
    enter two irc
    send one 'PRIVMSG TWO!~two@127.0.0.1 :hello' 'PRIVMSG two!~one@127.0.0.1 :no' 'PRIVMSG two! :no'
    expect_next two ':one!~one@127.0.0.1 PRIVMSG two :hello'
    expect_next one -e ' 401 one two!~one@127\.0\.0\.1 :'
    expect_next one -e ' 401 one two! :'
    expect_none two -e ':no$'
}

@test "+C keeps CTCP out of a channel, but for ACTION: 404" {
    room toto tutu
    enter tata plain
    send tata 'JOIN #x'
    expect tata -e 'now talking in #x'
    send toto 'MODE #x +C-n' 'MODE #x'
    expect toto ':irc.example.org 324 toto #x +Ct'
    expect_next toto -e ' 329 '
    expect tata '[server] toto closed #x to CTCP, all but ACTION'
    enter_with four 'batch draft/multiline'
    send toto $'PRIVMSG #x :\001VERSION\001' $'PRIVMSG #x :\001ACTIONS\001' $'PRIVMSG #x :\001' $'NOTICE #x :\001VERSION x\001' \
        $'PRIVMSG @#x :\001PING 1\001' $'PRIVMSG #x :\001ACTION waves\001' $'PRIVMSG #x :\001action nods\001' 'PRIVMSG #x :said'
    for _ in 1 2 3 4; do
        expect_next toto ':irc.example.org 404 toto #x :Cannot send to channel (no CTCP there but ACTION, +C)'
    done
    send four $'PRIVMSG #x :\001VERSION\001' 'BATCH +1 draft/multiline #x' '@batch=1 PRIVMSG #x :one' \
        $'@batch=1 PRIVMSG #x :\001VERSION\001' 'BATCH -1'
    expect four -e ' 404 four #x '
    expect_next four -e ' 404 four #x '
    expect tutu -e ' MODE #x '
    expect_next tutu $':toto!~toto@127.0.0.1 PRIVMSG #x :\001ACTION waves\001'
    expect_next tutu $':toto!~toto@127.0.0.1 PRIVMSG #x :\001action nods\001'
    expect_next tutu -e ' PRIVMSG #x :said$'
    send tata 'ME waves back'
    expect_next tutu $':tata!plain@127.0.0.1 PRIVMSG #x :\001ACTION waves back\001'
    send toto 'MODE #x -C' $'PRIVMSG #x :\001VERSION\001' $'PRIVMSG tutu :\001VERSION\001'
    expect tutu -e ' MODE #x -C$'
    expect_next tutu -e ' PRIVMSG #x :.VERSION.$'
    expect_next tutu -e ' PRIVMSG tutu :.VERSION.$'
}
