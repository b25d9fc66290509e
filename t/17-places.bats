#!/usr/bin/env bats
# Directories, files and names that others could have made first, could open, lock or take away.

bats_require_minimum_version 1.5.0

load lib/daemon
load lib/client
load lib/control

NOBODY=65534

setup_file() {
    export FORKCHAT_BUILD=${FORKCHAT_BUILD:-$BATS_TEST_DIRNAME/../build}
}

setup() {
    export PATH=$FORKCHAT_BUILD:$PATH
    RUN=$BATS_TEST_TMPDIR/run
}

teardown() {
    client_teardown
    daemon_teardown
}

# A start that fails: refused STATUS WORDS [OPTION …]
refused() {
    local status=$1 words=$2
    shift 2
    daemon_command -f "$@"
    run "-$status" --separate-stderr timeout 60 "${DAEMON_COMMAND[@]}" </dev/null 3>&-
    # shellcheck disable=SC2154 # from run
    echo "$stderr"
    [[ $stderr == *"$words"* ]]
}

@test "a runtime directory that others may write to, have made, or lead to by a link is not used" {
    mkdir -m 777 "$RUN"
    refused 73 'others may write there'
    chmod 1777 "$RUN"
    refused 73 'others may write there'
    chmod 775 "$RUN"
    refused 73 'others may write there'
    [[ -z $(ls -A "$RUN") ]]
    chmod 755 "$RUN"
    if ((EUID == 0)); then
        chown "$NOBODY" "$RUN"
        refused 73 'somebody else has made it'
        [[ -z $(ls -A "$RUN") ]]
        rmdir "$RUN"
        mkdir "$BATS_TEST_TMPDIR/mine"
        ln -s mine "$RUN"
        chown -h "$NOBODY" "$RUN"
        refused 73 'somebody else has made this link'
        refused 73 'somebody else has made this link' -o "runtime-directory $RUN//"
        [[ -z $(ls -A "$BATS_TEST_TMPDIR/mine") ]]
        # A link of one's own is a choice.
        chown -h 0 "$RUN"
    fi
    daemon_start
}

@test "a link, a pipe or a second name in the place of a file of ours is not opened" {
    local file
    mkdir "$RUN"
    echo precious >"$BATS_TEST_TMPDIR/precious"
    for file in forkchatd.pid family.lock; do
        ln -s "$BATS_TEST_TMPDIR/precious" "$RUN/$file"
        refused 73 "$RUN/$file: "
        rm "$RUN/$file"
        ln -s "$BATS_TEST_TMPDIR/new" "$RUN/$file"
        refused 73 "$RUN/$file: "
        rm "$RUN/$file"
        mkfifo "$RUN/$file"
        refused 73 "$RUN/$file: "
        rm "$RUN/$file"
        ln "$BATS_TEST_TMPDIR/precious" "$RUN/$file"
        refused 73 "$RUN/$file: "
        rm "$RUN/$file"
        if ((EUID == 0)); then
            : >"$RUN/$file"
            chown "$NOBODY" "$RUN/$file"
            refused 73 "$RUN/$file: "
            rm "$RUN/$file"
        fi
    done
    [[ $(<"$BATS_TEST_TMPDIR/precious") == precious && ! -e $BATS_TEST_TMPDIR/new ]]
    # Where a socket is to be, a link goes away, and what it leads to stays.
    ln -s "$BATS_TEST_TMPDIR/precious" "$RUN/control"
    ln -s "$BATS_TEST_TMPDIR/precious" "$RUN/successor"
    daemon_start
    [[ -S $RUN/control && ! -L $RUN/control && -S $RUN/successor && ! -L $RUN/successor ]]
    [[ $(<"$BATS_TEST_TMPDIR/precious") == precious ]]
}

@test "nobody else can open, and so lock, a file of a daemon, not even one of an earlier version" {
    mkdir "$RUN"
    : >"$RUN/forkchatd.pid"
    : >"$RUN/family.lock"
    chmod 644 "$RUN"/*
    daemon_start
    [[ $(stat -c '%a %n' "$RUN"/*.pid "$RUN"/*.lock) == "600 $RUN/forkchatd.pid"$'\n'"600 $RUN/family.lock" ]]
    [[ -n $UNDER_ASAN ]] || [[ $(stat -c %a "$RUN/control" "$RUN/successor") == $'600\n600' ]]
    local memory
    for memory in "${DAEMON_MEMORY[@]}"; do
        [[ $(stat -c %a "$memory") == 600 ]]
    done
}

@test "bans are neither kept in nor read from a directory of others, and follow no link" {
    local state=$BATS_TEST_TMPDIR/state
    mkdir "$state"
    echo precious >"$BATS_TEST_TMPDIR/precious"
    ln -s "$BATS_TEST_TMPDIR/precious" "$state/bans.new"
    daemon_start
    run -0 ctl ban 192.0.2.7
    wait_until grep -q 192.0.2.7 "$state/bans"
    [[ $(<"$BATS_TEST_TMPDIR/precious") == precious && ! -L $state/bans ]]
    chmod 777 "$state"
    run -0 ctl ban 192.0.2.8
    expect_log 'bans: others may write there.*: the bans are not kept'
    daemon_stop
    daemon_start
    [[ $(grep -c 'bans: others may write there' "$DAEMON_LOG") == 2 ]]
    [[ $(ctl bans) != *192.0.2.7* ]]
}

@test "a folder that others may write to is nobody's root" {
    ((EUID == 0)) || skip "only root can change the root"
    mkdir -m 777 "$BATS_TEST_TMPDIR/root"
    refused 78 'chroot: ' -o "chroot $BATS_TEST_TMPDIR/root" -o 'user nobody'
}

@test "forkchatctl says nothing to somebody else who answers in a daemon's place" {
    ((EUID == 0)) || skip "only root can be two others"
    local run=$BATS_TEST_TMPDIR/own/forkchat heard=$BATS_TEST_TMPDIR/heard
    chmod 755 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* 2>/dev/null || :
    mkdir -p "$run"
    chmod -R 777 "$BATS_TEST_TMPDIR/own"
    (umask 0 && exec setpriv --reuid=$NOBODY --clear-groups nc -lU "$run/control" >"$heard" 3>&-) &
    local server=$!
    wait_until test -S "$run/control"
    cp "$FORKCHAT_BUILD/forkchatctl" "$BATS_TEST_TMPDIR/ctl"
    # Neither in the usual place nor in one that was named, as long as others can write there.
    XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/own \
        run -77 --separate-stderr setpriv --reuid=65533 --clear-groups "$BATS_TEST_TMPDIR/ctl" ban toto 3>&-
    [[ $stderr == *"$run/control: somebody else answers there"* ]]
    wait "$server" || :
    [[ ! -s $heard ]]
}

@test "on a terminal forkchatctl shows nothing raw, whoever answers" {
    mkdir "$RUN"
    printf ' \033]0;owned\007 blue\033[31m \302\2332J end\n!bad \033[2J\n.1\n' >"$BATS_TEST_TMPDIR/answer"
    local shown server
    for shown in pty pipes; do
        rm -f "$RUN/control"
        nc -NlU "$RUN/control" <"$BATS_TEST_TMPDIR/answer" >/dev/null 3>&- &
        server=$!
        wait_until test -S "$RUN/control"
        if [[ $shown == pty ]]; then
            run env expect -c "spawn -noecho {$FORKCHAT_BUILD/forkchatctl} -r {$RUN} who; expect eof" 3>&-
            [[ $output == *'^[]0;owned^G blue^[[31m'* && $output == *'bad ^[[2J'* ]]
            [[ $output != *$'\033'* && $output != *$'\302\233'* && $output != *$'\a'* ]]
        else
            # A program gets what was said.
            run "$FORKCHAT_BUILD/forkchatctl" -r "$RUN" who 3>&-
            [[ $output == *$'\033]0;owned'* ]]
        fi
        wait "$server" || :
    done
}

all_hear() {
    send "$1" "MSG from $1 $BATS_TEST_NUMBER-$RANDOM-$((HEARD += 1))"
    expect "$2" -e "from $1 $BATS_TEST_NUMBER-[0-9]+-$HEARD\$"
}

kill_supervisor() {
    kill -KILL "$DAEMON"
    daemon_killed
}

# Whether all that the running daemon has in its runtime directory is there.
is_whole() {
    [[ $(cat "$RUN/forkchatd.pid") == "$DAEMON" && -S $RUN/control && -S $RUN/successor && -s $RUN/family.lock ]]
}

@test "somebody else has the name of the shared memory: the daemon takes another, and is found by it" {
    ((EUID == 0)) || skip "only root can be somebody else"
    daemon_start
    local name=${DAEMON_MEMORY[0]}
    daemon_stop
    [[ ! -e $name ]]
    # As it is in /dev/shm, where nobody can remove another's. Root could.
    mkdir "$name"
    daemon_start
    [[ ${DAEMON_MEMORY[-1]} == "$name"-* ]]
    enter toto plain
    kill_supervisor
    daemon_start
    enter tutu plain
    all_hear toto tutu
    kill -USR2 "$DAEMON"
    expect_log '^ready$'
    all_hear tutu toto
    daemon_stop
    rmdir "$name"
}

@test "the name of the shared memory is taken away: SIGUSR2, the next supervisor and operators do without" {
    daemon_start
    enter toto plain
    rm "${DAEMON_MEMORY[@]}"
    expect_log 'the name of the shared memory, /forkchat-.*, was taken away'
    kill -USR2 "$DAEMON"
    expect_log '^ready$'
    enter tutu plain
    all_hear toto tutu
    [[ $(ctl who) == *tutu* ]]
    kill_supervisor
    daemon_start
    grep -q 'took over the session of the supervisor before: 2 connected' "$DAEMON_LOG"
    all_hear tutu toto
    [[ $(ctl who) == *tutu* ]]
    # A second one is refused all the same.
    refused 69 "another forkchatd (pid $DAEMON) runs in"
}

@test "a second daemon is refused without the pid file, without the locks, and without the directory" {
    local gone
    daemon_start
    enter toto plain
    for gone in forkchatd.pid family.lock 'forkchatd.pid family.lock' 'forkchatd.pid family.lock control successor'; do
        (cd "$RUN" && rm $gone)
        refused 69 "another forkchatd (pid $DAEMON) runs in"
        wait_until is_whole
    done
    rm -r "$RUN"
    refused 69 "another forkchatd (pid $DAEMON) runs in"
    wait_until is_whole
    [[ $(ctl who) == *toto* ]]
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "what is taken away of the runtime directory is put back, and newcomers are served meanwhile" {
    daemon_start
    enter toto plain
    rm -r "$RUN"
    enter tutu plain
    all_hear toto tutu
    wait_until is_whole
    [[ $(ctl who) == *tutu* ]]
    # The couriers that keep the lock and the socket for the next supervisor are others now.
    expect_log 'courier 0 made way for another'
    all_hear tutu toto
    kill_supervisor
    daemon_start
    grep -q 'took over the session of the supervisor before: 2 connected' "$DAEMON_LOG"
    all_hear toto tutu
    rm -r "$RUN"
    kill -USR2 "$DAEMON"
    expect_log '^ready$'
    wait_until is_whole
    all_hear tutu toto
}

@test "the supervisor is killed and the locks are taken away: the next one finds the living all the same" {
    local gone
    daemon_start
    enter toto plain
    for gone in family.lock forkchatd.pid 'family.lock forkchatd.pid'; do
        kill_supervisor
        (cd "$RUN" && rm $gone)
        daemon_start
        wait_until is_whole
        send toto 'WHO'
        expect toto '[server] toto'
        wait_until all_born
    done
    [[ $(grep -c 'took over the session of the supervisor before: 1 connected' "$DAEMON_LOG") == 3 ]]
}

@test "the supervisor is killed and nothing is left by which the living could be found: a new start succeeds" {
    daemon_start
    enter toto plain
    kill_supervisor
    rm -r "$RUN" "${DAEMON_MEMORY[@]}"
    daemon_start
    enter tutu plain
    daemon_stop
    # With the lock alone, it says what it cannot reach.
    daemon_start
    enter tata plain
    kill_supervisor
    rm -r "$RUN/successor" "${DAEMON_MEMORY[@]}" 2>/dev/null || :
    daemon_start
    grep -q 'cannot be reached' "$DAEMON_LOG"
    enter titi plain
    # Those are the test's to end.
    local pid
    for pid in $(pgrep -s "${DAEMON_SESSIONS[0]}"; pgrep -s "${DAEMON_SESSIONS[1]}"; pgrep -s "${DAEMON_SESSIONS[2]}"); do
        [[ $(ps -o sid= -p "$pid" | tr -d ' ') == "$DAEMON" ]] || kill -KILL "$pid" || :
    done
}
