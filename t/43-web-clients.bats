#!/usr/bin/env bats
# The web door and other people's programs: Autobahn, which may send what is forbidden; npm's ws and irc-framework.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/npm

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk web"
LIB=$BATS_TEST_DIRNAME/lib
declare -gA FRAMEWORK_FD=()

teardown() {
    local name
    for name in "${!FRAMEWORK_FD[@]}"; do
        leave "$name"
    done
    client_teardown
    daemon_teardown
}

# framework NAME [ACCOUNT PASSWORD]: irc-framework comes in by that nick.
framework() {
    local fd
    mkfifo "$BATS_TEST_TMPDIR/$1.in"
    node "$LIB/irc-framework.js" "$PORT_WEB" "$@" <"$BATS_TEST_TMPDIR/$1.in" >"$BATS_TEST_TMPDIR/$1.out" 2>&1 3>&- &
    exec {fd}>"$BATS_TEST_TMPDIR/$1.in"
    FRAMEWORK_FD[$1]=$fd
}

# does NAME JAVASCRIPT
does() {
    printf '%s\n' "$2" >&"${FRAMEWORK_FD[$1]}"
}

# gets NAME REGEX: an event, as irc-framework.js prints it.
gets() {
    wait_until grep -aE -- "$2" "$BATS_TEST_TMPDIR/$1.out" || {
        cut -c 1-300 "$BATS_TEST_TMPDIR/$1.out"
        return 1
    }
}

leave() {
    local fd=${FRAMEWORK_FD[$1]}
    exec {fd}>&-
    unset "FRAMEWORK_FD[$1]"
}

@test "Autobahn: every frame that RFC 6455 allows is taken, and every other has its close code" {
    /usr/bin/python3 -c 'import autobahn' || {
        echo "python3-autobahn is missing: the command in README.md that runs the tests installs it"
        return 1
    }
    daemon_start -o 'flood off'
    run -0 patiently "$LIB/frames.py" "$PORT_WEB" 3>&-
    [[ $output =~ ^[0-9]+\ rows$ ]]
    ((${output% rows} >= 300))
}

@test "npm's ws: messages, fragments, pings, subprotocols and closes are as it knows them" {
    npm_open
    daemon_start
    run -0 patiently node "$LIB/ws.js" "$PORT_WEB" 3>&-
    [[ $output =~ ^[0-9]+\ rows$ ]]
}

@test "npm's irc-framework: a web client of IRC is in the room with telnet and a script" {
    npm_open
    daemon_start
    enter tata talk
    enter script plain
    send tata '/join #a'
    sync tata
    send script 'JOIN #a'
    sync script
    framework toto
    gets toto '^registered .*"nick":"toto"'
    does toto 'client.join("#a")'
    gets toto '^userlist .*"nick":"(tata|script)".*"nick":"(script|tata)"'
    does toto 'client.say("#a", "hello from the web")'
    expect tata '(toto) hello from the web'
    expect script '[toto] hello from the web'
    gets toto '^privmsg .*"nick":"toto".*"message":"hello from the web"'
    send tata 'caffè & <b>'
    gets toto '^privmsg .*"nick":"tata".*"target":"#a","message":"caffè & <b>"'
    send tata '/topic of one web'
    gets toto '^topic .*"channel":"#a","topic":"of one web"'
    does toto 'client.action("#a", "waves"); client.notice("script", "quietly")'
    expect script -e 'toto waves'
    expect script -e 'quietly'
    does toto 'client.whois("tata"); client.changeNick("toto2")'
    gets toto '^whois .*"nick":"tata".*"channels":"[^"]*#a'
    gets toto '^nick .*"nick":"toto","ident":"~toto","hostname":"127.0.0.1","new_nick":"toto2"'
    ctl kick toto2 'enough'
    gets toto '^irc error .*enough'
    expect script -e 'toto2 has left|toto2 left'
}

@test "npm's irc-framework: an account logs in by SASL, and what was said before is fetched" {
    npm_open
    daemon_start -o 'password-rounds 4096'
    ctl account add teacher 'correct horse'
    enter tutu plain
    send tutu 'JOIN #a' 'MSG said before'
    expect tutu -e 'talking in #a'
    framework toto teacher 'correct horse'
    gets toto '^loggedin .*"account":"teacher"'
    gets toto '^registered '
    does toto 'client.join("#a")'
    gets toto '^userlist '
    does toto 'client.raw("CHATHISTORY LATEST #a * 10")'
    gets toto '^privmsg .*"message":"said before".*"type":"chathistory"'
    framework tata teacher 'wrong'
    gets tata '^sasl failed '
}
