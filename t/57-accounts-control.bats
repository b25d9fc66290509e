#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Accounts, as operators make and remove them; and the keeper, in whose file they are.

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    daemon_start -o 'password-rounds 4096'
    FILE=$BATS_TEST_TMPDIR/state/keeper/accounts
}

teardown() {
    client_teardown
    daemon_teardown
}

keeper() {
    daemon_pid '^forkchatd: keeper'
}

@test "an account is made, listed, given another password, and removed" {
    run -0 ctl account add toto secret
    [ "$output" = "the account was made" ]
    run -1 ctl account add TOTO secret
    [ "$output" = "forkchatctl: TOTO: that account exists already" ]
    run -0 ctl account list
    [[ ${lines[0]} == ACCOUNT*CREATED*PROTECTED*ALWAYS-ON && ${lines[1]} == toto*20*yes*no && ${#lines[@]} == 2 ]]
    run -0 ctl account password toto another
    run -0 ctl account drop toto
    run -1 ctl account drop toto
    [ "$output" = "forkchatctl: toto: there is no such account" ]
    run -0 ctl account list
    [ "${#lines[@]}" = 1 ]
}

@test "a password that was not given is made up and shown" {
    run -0 ctl --json account add toto
    [[ $output =~ ^'{"account":"toto","password":"'[a-zA-Z2-9]{12}'"}'$ ]]
    run -0 ctl account password toto
    [[ ${lines[1]} == toto* ]]
}

@test "a password comes by standard input, and is in no log" {
    run -0 ctl account add toto - <<<'xyzzy plugh'
    run -0 ctl account add tata 'gnusto'
    run -1 ctl account add titi - <<<'abc'
    [ "$output" = "forkchatctl: a password has at least 4 characters" ]
    run -66 ctl account add titi - </dev/null
    run ! grep -E 'xyzzy|gnusto' "$DAEMON_LOG"
    run ! grep -rE 'xyzzy|gnusto' "$BATS_TEST_TMPDIR/state"
}

@test "a class is imported at once, and what is wrong in the file is in nobody's way" {
    printf '%s\n' '# class 5b' 'toto secret' 'tata' '' '1st secret' $'titi secret\r' >"$BATS_TEST_TMPDIR/class"
    run -1 ctl account import "$BATS_TEST_TMPDIR/class"
    [[ $output == *"1st: that cannot be the name of an account"* && $output == *tata* ]]
    run -0 ctl account list
    [[ ${#lines[@]} == 4 && $output == *toto*tata*titi* ]]
    run -66 ctl account import "$BATS_TEST_TMPDIR/nothing"
    run -64 ctl account
    run -64 ctl account dance toto
}

@test "accounts outlive a restart, in a file that nobody else can read" {
    ctl account add toto secret
    [ "$(stat -c %a "$FILE")" = 600 ]
    [ "$(stat -c %a "${FILE%/*}")" = 700 ]
    daemon_stop
    daemon_start
    run -0 ctl account list
    [[ ${lines[1]} == toto* ]]
}

@test "a keeper that is killed is replaced, and knows what it knew" {
    local count
    daemon_may 'keeper'
    for count in 1 2 3 4 5; do
        run -0 ctl account add "toto$count" secret
        kill -9 "$(keeper)"
    done
    run -0 ctl account list
    [ "${#lines[@]}" = 6 ]
}

@test "a keeper that stands still is replaced, and the question answered by the next" {
    daemon_may 'keeper'
    ctl account add toto secret
    kill -STOP "$(keeper)"
    run -0 ctl account list
    [[ ${lines[1]} == toto* ]]
    expect_log 'the keeper does not answer and is ended'
}

@test "another program in the daemon's place has another keeper" {
    local before
    ctl account add toto secret
    before=$(keeper)
    kill -USR2 "$DAEMON"
    another() {
        [[ $(daemon_pids '^forkchatd: keeper') != *"$before"* ]]
    }
    wait_until another
    run -0 ctl account list
    [[ ${lines[1]} == toto* ]]
}

@test "a damaged line of the file is told, and no other is lost" {
    ctl account add toto secret
    ctl account add tata secret
    daemon_stop
    sed -i 's/^account\ttoto\t/account\tto\x00to\t/' "$FILE"
    daemon_may 'neither an account nor a channel'
    daemon_start
    wait_until grep -q "accounts:3: this is neither an account nor a channel" "$DAEMON_LOG" # before or behind "ready"
    run -0 ctl account list
    [[ ${lines[1]} == tata* ]]
    ctl account add titi secret
    grep -aq $'^account\tto?to' "$FILE"
}

@test "where the file cannot be read, nothing is written in its place" {
    ctl account add toto secret
    daemon_stop
    rm "$FILE"
    mkdir "$FILE"
    daemon_may 'no account can be used or changed'
    daemon_start
    run -1 ctl account add tata secret
    [[ $output == *"it cannot be written to disk now"* ]]
    [ -d "$FILE" ]
}

@test "on a full disk accounts are not made, that is said once, and it goes on by itself" {
    [[ $EUID == 0 ]] || skip "only root can mount"
    requires unshare
    unshare -m true 2>/dev/null || skip "mount namespaces are not permitted here"
    daemon_stop
    local state=$BATS_TEST_TMPDIR/state
    # shellcheck disable=SC2016
    # shellcheck disable=SC2034 # for lib/daemon
    DAEMON_WRAP=(unshare -m sh -c 'mount -t tmpfs -o mode=755,size=32k tmpfs "$0" && exec "$@"' "$state")
    daemon_may 'changes of accounts are refused|it can be written again|the bans are'
    daemon_start -o 'password-rounds 4096'
    run -0 ctl account add toto secret
    cat /dev/zero >"/proc/$DAEMON/root$state/filling" 2>/dev/null || :
    run -1 ctl account add tata secret
    [[ $output == *"it cannot be written to disk now"* ]]
    expect_log 'accounts: No space left on device: changes of accounts are refused'
    run -1 ctl account add tata secret
    rm "/proc/$DAEMON/root$state/filling"
    run -0 ctl account add tata secret
    expect_log 'it can be written again'
    [ "$(grep -c 'changes of accounts are refused' "$DAEMON_LOG")" = 1 ]
    run -0 ctl account list
    [ "${#lines[@]}" = 3 ]
}
