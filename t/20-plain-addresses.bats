#!/usr/bin/env bats
# The plain door: what clients are called by their addresses.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control

teardown() {
    client_teardown
    daemon_teardown
}

needs_ipv6() {
    grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null || skip "there is no IPv6 here"
}

@test "an IPv6 address is shown in brackets" {
    needs_ipv6
    daemon_start -o 'listen plain [::1]:0'
    [[ ${WHERE[plain]} == '[::1]:'* ]]
    open toto plain ::1
    expect toto -e 'You are (\[::1\]:[0-9]+)\.$'
    local me=${BASH_REMATCH[1]}
    expect_log '^client connected "\[::1\]:[0-9]+"$'
    open tutu plain ::1
    send tutu "@$me hello"
    expect toto -e '^\[\[::1\]:[0-9]+ -> you\] hello$'
    send toto 'WHO'
    expect toto -e '^\[server\] \[::1\]:[0-9]+ \[::1\]:[0-9]+$'
}

@test "a ban by nick of an IPv6 user is for as much of the address as one host has to itself" {
    needs_ipv6
    daemon_start -o 'listen plain [::1]:0' -o 'address-prefix 32 112'
    open toto plain ::1
    send toto 'NICK toto'
    expect toto '[server] you are now toto'
    run -0 ctl ban toto 1h bye
    [[ $output == "*@0::/112 is banned until "* ]]
    expect toto '[server] you are banned: bye'
}

@test "on a door for both, an IPv4 client is shown as IPv4" {
    needs_ipv6
    daemon_start -o 'listen plain *:0'
    open toto plain 127.0.0.1
    expect toto -e 'You are 127\.0\.0\.1:[0-9]+\.$'
    open tutu plain ::1
    expect tutu -e 'You are \[::1\]:[0-9]+\.$'
    expect toto -e '^\[server\] \[::1\]:[0-9]+ connected$'
}

@test "one door may be open in several places" {
    daemon_start -o 'listen plain 127.0.0.1:0' -o 'listen plain 127.0.0.2:0' -o 'listen talk 127.0.0.1:0'
    enter toto plain
    grep -q '^listening plain 127.0.0.2:' "$DAEMON_LOG"
    open tutu "$(sed -n 's/^listening plain 127.0.0.2://p' "$DAEMON_LOG")" 127.0.0.2
    expect toto -e '^\[server\] 127\.0\.0\.1:[0-9]+ connected$'
}
