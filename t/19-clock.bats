#!/usr/bin/env bats
# Clocks that are set while the daemon runs: what lasts is measured by the monotonic clock, the wall clock only shows dates.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/clock
export DAEMON_DOORS="plain talk irc"

setup() {
    clock_prepare
}

teardown() {
    client_teardown
    daemon_teardown
}

# Numbers that are not negative, and not as large as an hour.
is_short() {
    local number
    for number in "$@"; do
        [[ $number =~ ^[0-9]+$ ]] && ((number < 3000)) || { echo "not a short time: $number"; return 1; }
    done
}

everything_is_short() {
    is_short "$(ctl_json 'select(.what == "uptime seconds") | .value' stats)"
    # shellcheck disable=SC2046 # one for each
    is_short $(ctl_json .idle who)
    # shellcheck disable=SC2046 # one for each
    is_short $(ctl_json .since hands)
    send tata 'WHOIS tata' 'WHO tata %l'
    expect tata -e ' 317 tata tata ([-0-9]+) '
    is_short "${BASH_REMATCH[1]}"
    expect tata -e ' 354 tata ([-0-9]+)'
    is_short "${BASH_REMATCH[1]}"
    send tata 'STATS u'
    expect tata -e ' 242 tata :Server Up 0 days 0:'
    send tata 'LIST C>55' # older than 55 minutes
    expect tata -e ' 321 '
    expect_next tata -e ' 323 '
    send tata 'LIST C<55'
    expect tata -e ' 322 tata #lobby '
    send tata 'LIST T<55,#lobby'
    expect tata -e ' 322 tata #lobby '
    send tata 'LIST T>55,#lobby'
    expect tata -e ' 321 '
    expect_next tata -e ' 323 '
}

@test "with the wall clock an hour back or ahead, uptime, idle, hands and the age of channels go on" {
    requires jq
    daemon_start
    enter toto plain
    enter tata irc
    send tata 'JOIN #lobby'
    expect tata -e ' 366 '
    ctl topic '#lobby' hello
    send toto HAND
    expect toto -e 'your hand is up'
    everything_is_short
    clock_set -3600
    everything_is_short
    enter tutu plain
    send tutu HAND
    expect tutu -e 'your hand is up'
    [ "$(ctl_json .nick hands | paste -sd ' ')" = "toto tutu" ]
    [ "$(ctl_json .nick who | paste -sd ' ')" = "toto tata tutu" ]
    send toto QUIT
    expect tutu -e 'toto has left'
    # Nobody left before they came, and nobody was here for an hour.
    ctl_json 'select(.to) | .from <= .to' attendance | grep -qx true
    [ "$(ctl_json .nick attendance | paste -sd ' ')" = "toto tata tutu" ]
    clock_set 3600
    everything_is_short
}

@test "a client that reads slowly gets the rest of its backlog by itself after the clock was set back" {
    daemon_start -o 'flood off' -o 'couriers 1' -o 'queue-limit 16M'
    enter toto plain
    enter slow plain
    seq -f "MSG %06.0f $(head -c 980 /dev/zero | tr '\0' x)" 1 2000 >&"${CLIENT_FD[toto]}"
    send toto 'MSG the end'
    sync toto # the courier has it all, and waits for slow
    clock_set -3600
    cat <&"${CLIENT_FD[slow]}" >"$BATS_TEST_TMPDIR/slow" 3>&- &
    wait_until grep -q '^\[toto\] the end' "$BATS_TEST_TMPDIR/slow"
}

@test "a ban lasts as long as was said, however the wall clock is set" {
    requires jq
    daemon_start -o 'connect-rate off'
    run -0 ctl ban 1h '*@127.0.0.2' why
    banned() {
        run -0 ctl bans
        [[ $output == *127.0.0.2* ]]
    }
    banned
    clock_set 7200
    banned
    until=$(ctl_json '.until | sub("[.].*"; "Z") | fromdateiso8601' bans)
    told=$(($(date +%s) + 7200))
    ((until > told && until <= told + 3700))
    clock_set -7200
    banned
    clock_set -7200 1800
    banned
    # The file that a restart reads has dates, those of the clock as it is now.
    is_rewritten() {
        local until
        until=$(cut -f 3 "$BATS_TEST_TMPDIR/state/bans")
        ((until < $(date +%s) - 7200 + 1900))
    }
    wait_until is_rewritten
    daemon_stop
    daemon_start -o 'connect-rate off'
    banned
    clock_set -7200 7200
    run -0 ctl bans
    [[ $output != *127.0.0.2* ]]
}

@test "with the clock a day ahead nobody is disconnected, and all is said" {
    daemon_start
    enter toto plain
    enter tutu talk
    enter tata irc
    send tata 'JOIN #lobby'
    expect tata -e ' 366 '
    for day in 1 -1; do
        clock_set $((day * 86400))
        send toto "MSG day $day"
        expect tutu "(toto) day $day"
        expect tata -e "PRIVMSG #lobby :day $day"
    done
    [ "$(transcript toto | grep -c disconnected)" = 0 ]
}

@test "a courier that seems to stand still only because the supervisor looks late is not ended" {
    daemon_start -o 'couriers 1'
    enter toto plain
    enter tutu plain
    wait_until all_born
    courier=$(daemon_pid 'courier 0')
    # Time passes for the daemon as this test says, however long it takes.
    clock_stop 100
    kill -STOP "$courier"
    send toto 'MSG hello' 'MSG there'
    wait_until grep -aqF there "${DAEMON_MEMORY[0]}"
    # The supervisor sees that it does not move; and then sees nothing for as long as a minute, several times.
    run -0 ctl stats
    run -0 ctl stats
    for time in 160 220 280; do
        clock_stop "$time"
        run -0 ctl stats
    done
    kill -CONT "$courier"
    clock_set 0 300
    expect tutu '[toto] there'
    [ "$(daemon_pid 'courier 0')" = "$courier" ]
}
