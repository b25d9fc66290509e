#!/usr/bin/env bats
# Death exactly at each crash point: the others go on, the tables are whole, nothing is left of the dead.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/crash

setup_file() {
    crash_build
}

setup() {
    [[ $BATS_TEST_DESCRIPTION == every* ]] || crash_setup -o 'couriers 2'
}

teardown() {
    [[ $BATS_TEST_DESCRIPTION == every* ]] || crash_teardown
}

# What passes every point of a worker on its way; $2 is a mark for what it says to all.
everything() {
    send_bytes "$1" 'NICK '"$1"'a\r\nMODE '"$1"'a +i\r\nJOIN #room\r\nTOPIC #room :here\r\nMODE #room +m-m+k secret\r\nMODE #room +b *!*@192.0.2.1\r\nMODE #room -b *!*@192.0.2.1\r\nMONITOR + a,b\r\nMONITOR - a\r\nMETADATA * SET url :http://x\r\nMETADATA * SET url\r\nAWAY :out\r\nINVITE tata #room\r\nPRIVMSG #lobby :'"$2"'\r\nRENAME #room #other\r\nPART #other\r\nQUIT :bye\r\n' 2>/dev/null || :
}

# victim NAME [DOOR]: comes into the lobby; PID is its worker's.
victim() {
    enter "$1" "${2:-irc}"
    if [[ ${2:-irc} == irc ]]; then
        send "$1" 'JOIN #lobby'
        expect "$1" -e ' 366 '
    fi
    PID=$(worker_of "$1")
}

@test "every crash point in the source is passed by a test" {
    cd "$BATS_TEST_DIRNAME" || return
    local point missing=0 points
    points=$(grep -rhoE 'CRASHPOINT\("[^"]+"\)' ../src --include='*.c' | cut -d'"' -f2)
    ((${#points} > 500))
    [[ -z $(sort <<<"$points" | uniq -d) ]]
    for point in $points; do
        grep -qE "(^|[ '\"])$point([ ;'\"]|\$)" ./*.bats || { echo "no test passes $point"; missing=1; }
    done
    ((missing == 0))
}

@test "a worker may die at any point of any command" {
    local point count=0
    for point in lock-taken lock-owned lock-freed journal-saved ring-put before-commit ring-before-commit \
        ring-committed before-unlock before-wakeups wakeup-half-posted user-renamed user-flags-half-set channel-created member-added \
        join-published topic-half-set mask-added mask-removed monitor-added monitor-unlinked metadata-added \
        metadata-unlinked channel-renamed member-unlinked channel-destroyed user-left-channels \
        connection-half-closed; do
        victim "v$((++count))"
        arm "$point" "$PID"
        tag
        everything "v$count" "$TAG"
        dies "$point"
        expect_end "v$count"
        all_is_well
    done
}

@test "a worker may die at each change that it makes" {
    local count=0
    while :; do
        victim "v$((++count))"
        arm journal-saved "$PID" ! "$count"
        tag
        everything "v$count" "$TAG"
        expect_end "v$count"
        all_is_well
        died || break
    done
    ((count > 30))
}

@test "a worker may die while its client comes in" {
    local point door count=0
    for point in handed-over user-created user-attached connection-half-open connection-open attached user-half-introduced arrived; do
        for door in plain talk; do
            arm "$point" "-$DAEMON"
            open "in$((++count))" "$door"
            dies "$point"
            expect_end "in$count"
            # The same place, at once.
            enter "again$count" "$door"
            close "again$count"
            all_is_well
        done
    done
}

@test "a worker may die while its client logs in" {
    ctl account add owner secret
    victim vlogin
    arm account-set "$PID"
    send vlogin 'NS IDENTIFY owner secret'
    dies account-set
    expect_end vlogin
    all_is_well
    victim again
    send again 'NS IDENTIFY owner secret'
    expect again -e ' 900 '
    close again
    all_is_well
}

# comes_in NAME: at the talk door, with the token it was shown as TOKEN.
comes_in() {
    open "$1" talk
    expect "$1" -e '/RESUME ([a-z2-7]{26}) come back'
    TOKEN=${BASH_REMATCH[1]}
    send "$1" "/nick $1"
    expect "$1" "[server] you are now $1"
}

@test "a worker may die while its client comes back, who comes back again" {
    local point count=0
    for point in connection-half-moved connection-moved connection-adopted resume-detached; do
        comes_in "v$((++count))"
        if [[ $point != resume-detached ]]; then
            kill -KILL "$(worker_of "v$count")"
            expect_end "v$count"
            expect_log "^client lost \"v$count\"\$"
        fi
        tag tata
        send tata "MSG $TAG"
        expect tutu -e "$TAG\$"
        arm "$point" "-$DAEMON"
        open "again$count" talk
        send "again$count" "/resume $TOKEN"
        dies "$point"
        expect_end "again$count"
        open "third$count" talk
        send "third$count" "/resume $TOKEN"
        expect "third$count" -e "welcome back: you are v$count,"
        [[ $(transcript "third$count" "v$count" | grep -c "$TAG") == 1 || $point == resume-detached ]]
        send "third$count" /quit
        expect_end "third$count"
        expect tata "[server] v$count has left"
        all_is_well
    done
}

@test "a worker may die as it loses its client, and the supervisor stop as it gives one up" {
    comes_in v1
    send v1 /resume
    expect v1 -e 'come back with /RESUME ([a-z2-7]*)'
    TOKEN=${BASH_REMATCH[1]}
    arm user-detached "$(worker_of v1)"
    close v1
    dies user-detached
    expect_log '^client lost "v1"$'
    open v2 talk
    send v2 "/resume $TOKEN"
    expect v2 -e 'welcome back: you are v1,'
    kill -KILL "$(worker_of v1)"
    expect_end v2
    expect_log '^client lost "v1"$'
    arm overdue-left "$DAEMON" '?'
    wait_until is_stopped "$DAEMON"
    kill -CONT "$DAEMON"
    expect tata '[server] v1 has left (connection lost)'
    all_is_well
}

@test "workers may die one after the other at the same place" {
    local count
    for count in 1 2 3 4 5; do
        arm user-attached "-$DAEMON"
        open "in$count" plain
        dies user-attached
        expect_end "in$count"
        victim "v$count" plain
        arm before-commit "$PID"
        tag
        send "v$count" "MSG $TAG"
        dies before-commit
        expect_end "v$count"
    done
    all_is_well
}

@test "who repairs may die while repairing, and who repairs after it" {
    local round
    for round in 1 2; do
        victim "a$round"
        local first=$PID
        victim "b$round"
        local second=$PID
        victim "c$round"
        local third=$PID
        # The supervisor would reap the first at once, and repair for that.
        kill -STOP "$DAEMON"
        arm member-added "$first"
        send "a$round" "JOIN #room$round"
        dies member-added
        arm journal-restored "$second"
        send "b$round" 'PRIVMSG #lobby :never said'
        dies journal-restored
        arm repaired "$third"
        send "c$round" 'PRIVMSG #lobby :never said'
        dies repaired
        # Nobody needs the supervisor for this.
        tag tata
        send tata "MSG $TAG"
        expect tutu -e "$TAG\$"
        expect titi -e "$TAG\$"
        kill -CONT "$DAEMON"
        expect_end "a$round"
        expect_end "b$round"
        expect_end "c$round"
        expect_log 'a process died'
        all_is_well
        expect_none tutu -e 'never said'
    done
}

@test "a control process may die at any point, and its command is done or not" {
    local point words
    ctl topic '#lobby' 'as it was'
    victim v plain
    while read -r point words; do
        arm "$point" "-$DAEMON"
        # shellcheck disable=SC2086 # words
        run -69 ctl $words
        dies "$point"
        expect_log 'control process [0-9]+ died: signal 9'
    done <<'END'
control-admitted who
lock-taken who
control-answers who
journal-saved topic #lobby x
topic-half-set topic #lobby x
before-commit topic #lobby x
ring-put wall never-said
ring-before-commit wall never-said
kill-published kick v
user-flags-half-set mute v
ban-half-set ban 192.0.2.1
END
    # None of them was done.
    run -0 ctl topic '#lobby'
    [[ $output == *'as it was'* ]]
    run -0 ctl bans
    [[ $output != *192.0.2.1* ]]
    tag v
    send v "MSG $TAG"
    expect tata "[v] $TAG"
    expect tutu -e "$TAG\$"
    expect titi -e "$TAG\$"
    # These were, and all hear of it, although nobody rang for it.
    for point in ring-committed before-unlock before-wakeups wakeup-half-posted; do
        arm "$point" "-$DAEMON"
        run ctl wall "said by one that died at $point"
        dies "$point"
        expect tata -e "said by one that died at $point"
        expect titi -e "said by one that died at $point"
        expect tutu -e "said by one that died at $point"
    done
    expect_none tata -e 'never-said'
    close v
    all_is_well
}

@test "whoever loops with the lock in its hands is ended, also while the configuration is read again" {
    daemon_may 'held the lock'
    local point count=0
    for point in lock-taken before-unlock; do
        victim "v$((++count))" plain
        arm "$point" "$PID" '@'
        send "v$count" 'MSG never mind'
        dies "$point"
        kill -HUP "$DAEMON"
        expect_end "v$count"
        expect_log 'held the lock for too long and was ended'
        expect_log 'configuration read again'
        all_is_well
    done
}

@test "whoever was stopped with the lock in its hands goes on, and is ended if that does not help" {
    local point
    victim v plain
    for point in lock-taken before-unlock; do
        arm "$point" "$PID" '?'
        tag v
        send v "MSG $TAG"
        dies "$point"
        expect tata "[v] $TAG"
        expect tutu -e "$TAG\$"
        expect titi -e "$TAG\$"
    done
    daemon_may 'held the lock'
    arm lock-taken "$PID" '?'
    send v 'MSG never mind'
    dies lock-taken
    arm before-unlock "$PID" '?'
    dies before-unlock
    expect_log 'held the lock for too long and was ended'
    expect_end v
    all_is_well
}

@test "whoever stops as it gets the lock goes on, and whoever stops as it gives it back holds up nobody" {
    victim v plain
    local first=$PID
    arm lock-owned "$first" '?'
    tag v
    send v "MSG $TAG"
    dies lock-owned
    expect tata "[v] $TAG"
    expect tutu -e "$TAG\$"
    expect titi -e "$TAG\$"
    # It has not posted, and nobody tells it to go on: those who wait look again by themselves.
    arm lock-freed "$first" '?'
    tag v
    send v "MSG $TAG"
    dies lock-freed
    expect tata "[v] $TAG"
    tag tutu
    send tutu "PRIVMSG #lobby :$TAG"
    expect tata -e "$TAG\$"
    kill -CONT "$first"
    close v
    all_is_well
}

@test "a worker may die while it waits for the lock" {
    victim v plain
    local owner=$PID
    victim w plain
    arm lock-taken "$owner" '?'
    tag v
    send v "MSG $TAG"
    dies lock-taken
    arm lock-queued "$PID"
    send w 'MSG not heard'
    dies lock-queued
    expect_end w
    expect tata "[v] $TAG" # its owner has gone on
    close v
    all_is_well
}

@test "NAMES shows nobody of whom the asker has heard before that they left, and nobody by an old name" {
    local name
    for name in vera tom ann; do
        enter "$name" irc
        send "$name" 'JOIN #room'
        expect "$name" -e ' 366 '
    done
    sync vera
    arm names-noted "$(worker_of vera)" '?'
    send vera 'NAMES #room'
    wait_until died
    send tom 'PART #room'
    expect tom -e ' PART #room'
    send ann 'NICK anna'
    expect ann -e ' NICK :anna'
    kill -CONT "$(worker_of vera)"
    expect vera -e '^:tom!.* PART #room'
    expect_next vera -e '^:ann!.* NICK :anna'
    expect_next vera -e ' 353 vera = #room :anna @vera$'
    expect_next vera -e ' 366 vera #room '
}

@test "the keeper of accounts may die at any point, and what it said is kept is kept" {
    local point count=0 keeper
    daemon_may 'keeper'
    for point in keeper-changed keeper-renamed keeper-answers keeper-starts; do
        keeper=$(daemon_pid '^forkchatd: keeper')
        if [[ $point == keeper-starts ]]; then
            arm "$point" "-$DAEMON"
            kill -9 "$keeper"
        else
            arm "$point" "$keeper"
        fi
        run -0 ctl account add "kept$((++count))" secret
        dies "$point"
        run -0 ctl account list
        [ "${#lines[@]}" = $((count + 1)) ]
        all_is_well
    done
}
