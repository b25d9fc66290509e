#!/usr/bin/env bats
# Death exactly at each crash point: the others go on, the tables are whole, the place can be used again.

load lib/daemon
load lib/client
load lib/crash

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"

setup_file() {
    crash_build
}

setup() {
    crash_prepare
    daemon_may '(worker|courier) .*died|a process died|does not keep up'
    daemon_start -o 'flood off' -o 'couriers 2' -o 'connect-rate off'
    enter tata plain
    enter tutu irc
    send tutu 'JOIN #lobby'
}

teardown() {
    client_teardown || :
    daemon_teardown
}

# Everybody else can talk, nobody has left half of anything.
all_is_well() {
    send tata "MSG after $1"
    expect tutu -e "PRIVMSG #lobby :after $1\$"
    send tutu "PRIVMSG #lobby :and back $1"
    expect tata "[tutu] and back $1"
    [[ $("$FORKCHAT_BUILD/t/chaos/check" "$DAEMON_RUN") == "tables: whole" ]]
}

# What passes every point of a worker on its way.
everything() {
    send_bytes "$1" 'NICK '"$1"'a\r\nJOIN #room\r\nTOPIC #room :here\r\nMODE #room +b *!*@192.0.2.1\r\nMODE #room -b *!*@192.0.2.1\r\nMONITOR + a,b\r\nMONITOR - a\r\nMETADATA * SET url :http://x\r\nMETADATA * SET url\r\nPRIVMSG #lobby :from '"$1"'\r\nRENAME #room #other\r\nPART #other\r\nQUIT :bye\r\n' 2>/dev/null || :
}

@test "a worker may die at any point of any command" {
    local point count=0 name
    for point in lock-taken journal-saved ring-put before-commit ring-before-commit ring-committed before-unlock before-bells \
        user-renamed channel-created member-added join-published topic-half-set mask-added mask-removed watch-added watch-unlinked \
        metadata-added metadata-unlinked channel-renamed member-unlinked channel-destroyed user-left-channels; do
        name=v$((++count))
        enter "$name" irc
        send "$name" 'JOIN #lobby'
        expect tata -e "$name"
        wait_until victim_of "$name"
        arm "$point" "$(victim_of "$name")"
        everything "$name"
        if ! wait_until died; then
            echo "nobody passed $point"
            return 1
        fi
        expect_end "$name"
        all_is_well "$point"
    done
}

@test "a worker may die while its client comes in" {
    local point count=0
    for point in handed-over user-attached attached arrived; do
        arm "$point" "-$DAEMON"
        open "in$((++count))" plain
        wait_until died
        expect_end "in$count"
        # The same place, at once.
        enter "again$count" plain
        all_is_well "$point"
        close "again$count"
    done
}

@test "a courier may die at any point, and another goes on" {
    local point courier
    for point in courier-before-send courier-sent courier-advanced; do
        for courier in 0 1; do
            arm "$point" "$(daemon_pids "courier $courier")"
            send tata "MSG at $point $courier"
            wait_until died
            expect tutu -e ":at $point $courier\$"
            all_is_well "$point $courier"
        done
    done
    # And one that has just taken the tables.
    arm courier-copied "-$DAEMON"
    kill -KILL "$(daemon_pids 'courier 0')"
    wait_until died
    all_is_well courier-copied
}

@test "whoever stops with the lock in its hands is ended, also while the configuration is read again" {
    daemon_may 'held the lock'
    local point count=0
    for point in lock-taken before-unlock; do
        enter "v$((++count))" plain
        wait_until victim_of "v$count"
        arm "$point" "$(victim_of "v$count")" '?'
        send "v$count" 'MSG never mind'
        wait_until died
        kill -HUP "$DAEMON"
        expect_end "v$count"
        expect_log 'configuration read again'
        all_is_well "$point"
    done
}

@test "NAMES shows nobody of whom the asker has heard before that they left, and nobody by an old name" {
    local name
    for name in vera tom ann; do
        enter "$name" irc
        send "$name" 'JOIN #room'
        expect "$name" -e ' 366 '
    done
    sync vera
    wait_until victim_of vera
    arm names-noted "$(victim_of vera)" '?'
    send vera 'NAMES #room'
    wait_until died
    send tom 'PART #room'
    expect tom -e ' PART #room'
    send ann 'NICK anna'
    expect ann -e ' NICK :anna'
    kill -CONT "$(victim_of vera)"
    expect vera -e '^:tom!.* PART #room'
    expect_next vera -e '^:ann!.* NICK :anna'
    expect_next vera -e ' 353 vera = #room :anna @vera$'
    expect_next vera -e ' 366 vera #room '
}
