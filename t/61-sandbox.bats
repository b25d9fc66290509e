#!/usr/bin/env bats
# The sandbox: what a process that serves clients must not do it cannot do, even if its code is somebody else's. A build for
# tests has such code in it (t/trespass/trespass.c): a client says what it shall try.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/control
load lib/crash

setup_file() {
    crash_build
}

setup() {
    [[ $(uname) == Linux ]] || skip "the sandboxes of other systems refuse in other ways"
    RELEASE_BUILD=$FORKCHAT_BUILD
    crash_prepare
    SECRET=$BATS_TEST_TMPDIR/secret
    echo "nobody should know" >"$SECRET"
    SIGSYS=$(kill -l SYS)
}

teardown() {
    client_teardown || :
    daemon_teardown
    [[ -z ${OPEN_FOLDER:-} ]] || rm -rf "$OPEN_FOLDER"
}

# start_as root|user OPTION …: root, whose children become nobody in an empty root; or an ordinary user, all of whose
# processes could reach whatever that user can.
start_as() {
    local who=$1
    shift
    if [[ $who == root ]]; then
        ((EUID == 0)) || skip "only root can change user and root"
        daemon_start -o 'flood off' -o 'connect-rate off' -o 'user nobody' -o "chroot $BATS_TEST_TMPDIR/empty" "$@"
        return
    fi
    if ((EUID == 0)); then
        requires setpriv
        # shellcheck disable=SC2034 # daemon_start uses it
        DAEMON_WRAP=(setpriv "--reuid=$(id -u nobody)" --clear-groups)
        OPEN_FOLDER=$(mktemp -d)
        chmod 777 "$OPEN_FOLDER"
        cp "$SECRET" "$OPEN_FOLDER"
        SECRET=$OPEN_FOLDER/secret
    fi
    DAEMON_HOME=${OPEN_FOLDER:-} daemon_start -o 'flood off' -o 'connect-rate off' "$@"
}

# Two who talk, while a third has its worker try one thing after the other.
cannot_trespass() {
    daemon_may "worker [0-9]+ of v[0-9]* died: signal ($SIGSYS|11)"
    local attempt count=0 victim how
    enter toto plain
    enter tutu irc
    send tutu 'JOIN #lobby'
    expect tutu -e ' 366 '
    victim=$(worker_of tutu)
    for attempt in "open $SECRET" "open /etc/passwd" "create ${SECRET%/*}/new" "unlink $SECRET" "exec /bin/true" fork socket \
        unix "connect $PORT_PLAIN" "kill $victim" "kill $DAEMON" "kill -1" "tgkill $victim" "ptrace $victim" mmap mprotect \
        shared "mapflag 0x100" "mapflag 0x2000" "mapflag 0x8000" mremap madvise "syslog hello" \
        prctl ioctl fcntl setlk limits x32 i386 "survive $SECRET"; do
        enter "v$((++count))" plain
        send "v$count" "TRESPASS $attempt"
        expect_end "v$count"
        # A kernel that knows nothing of the other architecture ends who calls it by itself.
        how="$SIGSYS"
        [[ $attempt != i386 ]] || how="($SIGSYS|11)"
        expect_log "^forkchatd: warning: worker [0-9]+ of v$count died: signal $how\$"
        how='SIGSYS \(it tried a forbidden system call\)'
        [[ $attempt != i386 ]] || how="($how|SIGSEGV)"
        expect_log "^forkchatd: warning: worker [0-9]+: $how"
        send toto "MSG after $attempt"
        expect tutu -e ":after $attempt\$"
        send tutu "PRIVMSG #lobby :and back $attempt"
        expect toto "[tutu] and back $attempt"
    done
    [[ $(worker_of tutu) == "$victim" ]]
    [[ -e $SECRET && ! -e ${SECRET%/*}/new ]]
    run -1 grep '^trespass' "$DAEMON_LOG"
}

@test "a worker that tries what it has no need of is ended, and nobody else notices" {
    DAEMON_DOORS="plain irc" start_as root
    cannot_trespass
}

@test "a worker of an ordinary user's daemon is ended for the same" {
    DAEMON_DOORS="plain irc" start_as user
    cannot_trespass
}

@test "sandbox off: it could have done it all" {
    daemon_may 'worker [0-9]+ of tutu died: signal 9'
    start_as user -o 'sandbox off'
    grep -qx 'forkchatd: warning: the sandbox is off' "$DAEMON_LOG"
    enter toto plain
    enter tutu plain
    send toto "TRESPASS open $SECRET"
    expect_log '^trespass: read nobody should know'
    send toto "TRESPASS create ${SECRET%/*}/new"
    expect_log '^trespass: create: done$'
    [[ -e ${SECRET%/*}/new ]]
    send toto 'TRESPASS mmap'
    expect_log '^trespass: mmap: done$'
    send toto 'TRESPASS socket'
    expect_log '^trespass: socket: done$'
    send toto "TRESPASS kill $(worker_of tutu)"
    expect_log '^trespass: kill: done$'
    expect_end tutu
}

@test "no new process and no larger one: limits hold without the sandbox as well" {
    start_as user -o 'sandbox off' -o 'worker-memory 16M'
    enter toto plain
    send toto 'TRESPASS fork'
    expect_log '^trespass: fork: Resource temporarily unavailable$'
    send toto 'TRESPASS limits'
    expect_log '^trespass: limits: Operation not permitted$'
    send toto 'TRESPASS memory 64'
    expect_log '^trespass: memory: (Cannot allocate memory|Out of memory)$'
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "every process but the supervisor is shut in, and dumps no core" {
    start_as user -o 'couriers 2'
    enter toto plain
    enter tutu talk
    local pid
    # An operator who stays.
    mkfifo "$BATS_TEST_TMPDIR/questions"
    ctl tail <"$BATS_TEST_TMPDIR/questions" >/dev/null 2>&1 &
    local operator=$!
    exec {questions}>"$BATS_TEST_TMPDIR/questions"
    # shellcheck disable=SC2317
    shut_in() {
        for pid in $(daemon_pids '^forkchatd: (worker|courier|control)'); do
            grep -qx $'Seccomp:\t2' "/proc/$pid/status" && grep -qx $'NoNewPrivs:\t1' "/proc/$pid/status" || return 1
            grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits" || return 1
        done
        (($(daemon_pids '^forkchatd: (worker|courier|control)' | wc -l) == 5))
    }
    wait_until shut_in
    grep -qx $'Seccomp:\t0' "/proc/$DAEMON/status"
    exec {questions}>&-
    kill "$operator"
    wait "$operator" || :
}

@test "who serves operators and metrics is shut in as well" {
    daemon_may "control process [0-9]+ died: signal $SIGSYS"
    DAEMON_DOORS="plain metrics" start_as user
    run -0 ctl who
    run ctl TRESPASS open "$SECRET"
    ((status != 0))
    expect_log "^forkchatd: warning: control process [0-9]+ died: signal $SIGSYS\$"
    expect_log '^forkchatd: warning: control [0-9]+: SIGSYS \(it tried a forbidden system call\)'
    printf 'TRESPASS open %s\n' "$SECRET" | exchange metrics || :
    expect_log "^forkchatd: warning: control process [0-9]+ died: signal $SIGSYS\$"
    expect_log '^forkchatd: warning: control [0-9]+: SIGSYS \(it tried a forbidden system call\)'
    run -1 grep '^trespass' "$DAEMON_LOG"
    run -0 ctl crash last
    [[ $output == *SIGSYS* ]]
}

@test "a worker can still abort, which is told as such" {
    daemon_may 'worker [0-9]+ of toto died: signal 6'
    start_as user
    enter toto plain
    send toto 'TRESPASS abort'
    expect_end toto
    expect_log '^forkchatd: warning: worker [0-9]+ of toto died: signal 6'
}

@test "a worker that wants more memory than it may have is refused it, and lives" {
    start_as user -o 'worker-memory 16M'
    enter toto plain
    send toto 'TRESPASS memory 8'
    expect_log '^trespass: memory: done$'
    send toto 'TRESPASS memory 64'
    expect_log '^trespass: memory: (Cannot allocate memory|Out of memory)$'
    send toto 'WHO'
    expect toto '[server] toto'
    # Nor by way of memory that the limit does not count.
    daemon_may "worker [0-9]+ of toto died: signal $SIGSYS"
    send toto 'TRESPASS shared'
    expect_end toto
    expect_log "^forkchatd: warning: worker [0-9]+ of toto died: signal $SIGSYS\$"
}

@test "a worker that goes round and round is ended, and nobody else notices; one that has worked for long is not" {
    daemon_may 'worker [0-9]+ of titi died: signal 24'
    start_as user -o 'worker-cpu 1'
    enter toto plain
    enter tutu plain
    enter titi plain
    send titi 'TRESPASS spin 3600000'
    # Four seconds in all, none in one go.
    for _ in {1..8}; do
        send toto 'TRESPASS spin 500'
        expect_log '^trespass: spin: done$'
    done
    expect_end titi
    expect tutu '[server] titi has left (server trouble)'
    grep -aE 'worker [0-9]+: SIGXCPU \(it used too much processor time in one go\)' "$DAEMON_LOG"
    send toto 'MSG still here'
    expect tutu '[toto] still here'
}

@test "passwords of every method fit in, the one that takes the most memory too" {
    # shellcheck disable=SC2016 # openssl passwd -6, and mkpasswd -m yescrypt
    start_as user -o 'operator alice $6$forkchat$71nrh0DJRfrG/HvCXu5nuw62x8SUQwi9nt9lHIZMMUeKozLCIezV.bc4Sn3zwU0yYSvsAO8LM7lfraAk3LQ.v.' \
        -o 'operator bob $y$j9T$forkchatforkchat$MjHA/yMYpidBQ0nYyhxWhr44Yl2d.smh88E0V6X.wW8'
    local who
    for who in alice bob; do
        enter "$who" plain
        send "$who" "OPER $who secret"
        expect "$who" -e 'you are (now )?an operator'
    done
}

# Whether the address $1 of socat's, to which one datagram came from here, has had none from a worker.
reaches_nobody() {
    local where=$1 name=$2 got=$BATS_TEST_TMPDIR/got
    : >"$got"
    socat -u "$where-RECV:$name" "OPEN:$got,append" 3>&- 2>"$BATS_TEST_TMPDIR/socat" &
    local listener=$!
    # Once it listens, it gets what is sent.
    wait_until eval "echo begun | socat -u - '$where-SENDTO:$name' && grep -q begun '$got'"
    [[ $where != UNIX ]] || chmod 666 "$name"
    send toto "TRESPASS sendmsg $([[ $where == UNIX ]] || echo @)$name"
    expect_log '^trespass: sendmsg: '
    wait_until eval "echo ended | socat -u - '$where-SENDTO:$name' && grep -q ended '$got'"
    kill "$listener"
    wait "$listener" || :
    run -1 grep -a trespassing "$got"
}

@test "what a worker has to send with cannot be sent to another socket of the system" {
    requires socat
    start_as user
    enter toto plain
    reaches_nobody ABSTRACT "forkchat-trespass-$$"
    reaches_nobody UNIX "${SECRET%/*}/socket"
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "an empty root has no sockets without a file either" {
    requires socat
    start_as root
    enter toto plain
    reaches_nobody ABSTRACT "forkchat-trespass-$$"
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "a worker cannot put its own socket in the place of another's, nor when the courier is a new one" {
    daemon_may 'courier 0 died: signal 9'
    start_as user -o 'couriers 1'
    enter toto plain
    enter tutu plain
    enter titi plain
    local round
    for round in first second; do
        # The places are given out in order, each for the first time
        send titi 'TRESPASS pass 1:1'
        expect_log '^trespass: pass: done$'
        expect_log "^forkchatd: warning: process $(worker_of titi) handed over a socket for slot 1, which is another's: refused\$"
        send titi 'TRESPASS pass 1:2'
        expect_log '^trespass: pass: done$'
        send titi 'TRESPASS pass 3:1'
        expect_log '^trespass: pass: done$'
        send toto "@tutu hello $round"
        expect tutu -e "hello $round\$"
        send tutu "@toto and you $round"
        expect toto -e "and you $round\$"
        [[ $round == first ]] || break
        kill -KILL "$(daemon_pid '^forkchatd: courier 0')"
        expect_log 'courier 0 died: signal 9; starting another'
        wait_until daemon_pids '^forkchatd: courier 0'
        send toto "@titi hello again"
        expect titi -e 'hello again$'
    done
    expect_none titi -e 'hello (first|second)'
    # And the place that titi wanted for the next who comes is theirs.
    enter tata plain
    send tata '@toto me too'
    expect toto -e 'me too$'
    send toto '@tata you too'
    expect tata -e 'you too$'
}

@test "no child has a socket for datagrams, nor another courier's mailbox" {
    start_as user -o 'couriers 3'
    enter toto plain
    wait_until all_born
    local pid
    for pid in $(daemon_pids '^forkchatd: (worker|courier|collector|archivist)'); do
        # Of all Unix sockets: number, and type (2: datagrams, 5: packets in order).
        sockets=$(find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n')
        run -1 eval 'awk "{ print \$5, \$7 }" /proc/net/unix | grep "^0002 " | grep -wF "$sockets"'
    done
    # Its courier's, the archivist's, and the keeper's.
    sockets=$(find "/proc/$(worker_of toto)/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n')
    [[ $(awk '{ print $5, $7 }' /proc/net/unix | grep '^0005 ' | grep -cwF "$sockets") == 3 ]]
}

@test "a worker is told nothing of a file, not even that it is there" {
    start_as user
    enter toto plain
    send toto "TRESPASS stat $SECRET"
    expect_log '^trespass: stat: Permission denied$'
    send toto "TRESPASS stat ${SECRET%/*}/no"
    expect_log '^trespass: stat: Permission denied$'
    run -1 grep 'trespass: .* has .* bytes' "$DAEMON_LOG"
}

@test "settings that are read again reach workers that can open nothing" {
    local file=$BATS_TEST_TMPDIR/conf
    echo 'flood off' >"$file"
    start_as root -c "$file"
    enter toto plain
    # All that a process might want to look up: addresses, names of users, of the machine, of folders.
    printf 'listen plain [::1]:0\nlisten irc 127.0.0.1:0\nuser nobody\nadmin somebody\n' >"$file"
    kill -HUP "$DAEMON"
    expect_log '^configuration read again$'
    send toto 'WHO'
    expect toto '[server] toto'
}

@test "what is built for users has none of this in it" {
    run -1 grep -aqE 'TRESPASS|trespass|crashpoint_pass' "$RELEASE_BUILD/forkchatd"
    grep -aq 'TRESPASS' "$FORKCHAT_BUILD/forkchatd"
    FORKCHAT_BUILD=$RELEASE_BUILD
    daemon_start
    enter toto plain
    send toto "TRESPASS open $SECRET"
    expect toto -e 'invalid command: TRESPASS'
}
