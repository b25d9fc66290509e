# shellcheck shell=bash
# A daemon of one's own for a test, and what must be true once it has stopped.
#
#   load lib/daemon                 # in the test file, from t/
#   setup()    { daemon_start; }    # or daemon_start -o 'flood off' …: more options of forkchatd
#   teardown() { daemon_teardown; } # stops it; fails the test if anything is left or went wrong
#
# daemon_start runs $FORKCHAT_BUILD/forkchatd -f with one listener on port 0 for each door in DAEMON_DOORS ("plain
# talk" unless a file says otherwise), unless its arguments have listen directives of their own, and reads its log to
# "ready". Everything of it is below $BATS_TEST_TMPDIR, so tests may run at the same time. Afterwards:
#
#   ${PORT[plain]}  the port of that door (the first, if it has several); also PORT_PLAIN, PORT_TALK, PORT_IRC
#   ${WHERE[plain]} its ADDRESS:PORT
#   $DAEMON         the supervisor's pid; its session has the same number, so daemon_pids finds every process
#   $DAEMON_LOG     standard output and standard error, of all its daemons if a test starts several in turn
#   $DAEMON_RUN     its runtime-directory
#
# expect_log REGEX         waits for a line of the log, after the last one found; BASH_REMATCH has its parts
# daemon_pids [REGEX]      the pids of the daemon's processes, those whose title matches; status 1 if there are none
# family REGEX             the same of all this test's daemons
# daemon_pid REGEX         that of the one process of them so titled; waits until there is exactly one
# worker_of NICK           that of somebody's worker, in the same way
# all_born                 whether every process has the title of what it is
# daemon_stop [SIGNAL]     stops it and checks the end; the teardown does it for those still running
# daemon_may REGEX         this test provokes such lines, which otherwise count as trouble (a worker that died …)
# daemon_killed            the supervisor was ended by the test: its status and its shared memory are not looked at
# wait_until COMMAND …     until it succeeds; this and requires, patiently, pause … are of lib/common
#
# FORKCHAT_ASAN=1, or a build folder named asan: the daemon keeps its user, because LeakSanitizer needs /proc and a
# process it may trace; and everything may take longer.

export LC_ALL=C # bytes are bytes

declare -gA PORT=() WHERE=()
declare -g DAEMON="" DAEMON_LOG="" DAEMON_RUN="" DAEMON_MAY="" DAEMON_DOORS="${DAEMON_DOORS:-plain talk}"
declare -g LOG_FD="" LOG_PART=""
declare -ga DAEMON_SESSIONS=() DAEMON_MEMORY=()
# shellcheck source-path=SCRIPTDIR
source "${BASH_SOURCE[0]%/*}/common.bash"
declare -g UNDER_ASAN=""
if [[ -n ${FORKCHAT_ASAN:-} || ${FORKCHAT_BUILD:-} == */asan* ]]; then
    UNDER_ASAN=1
    PATIENCE=$((PATIENCE * 3))
fi
# What daemon_start adds there by itself, unless there is a DAEMON_WRAP.
declare -ga DAEMON_UNCONFINED=()
if [[ -n $UNDER_ASAN && $EUID == 0 ]]; then
    DAEMON_UNCONFINED=(-o 'user root' -o 'group root' -o 'chroot off')
fi

# The next line of the log into LOG_LINE; waits for it while there is patience. `$1`: for a moment only.
_log_line() {
    local part looks=0
    [[ -n ${1:-} ]] || patience_begin
    while ! IFS= read -r part <&"$LOG_FD"; do
        LOG_PART+=$part
        if [[ -n ${1:-} ]]; then
            ((++looks < 20)) || return 1
        else
            ! patience_is_over || return 1
        fi
        pause
    done
    LOG_LINE=$LOG_PART$part
    LOG_PART=""
}

expect_log() {
    untraced _expect_log "$@"
}

_expect_log() {
    while _log_line; do
        [[ ! $LOG_LINE =~ $1 ]] || return 0
    done
    echo "the log has no (further) line that matches: $1"
    return 1
}

# The command line in DAEMON_COMMAND, for tests that start it in their own way: daemon_command OPTION …
daemon_command() {
    local home=${DAEMON_HOME:-$BATS_TEST_TMPDIR}
    DAEMON_RUN=$home/run
    DAEMON_COMMAND=("$FORKCHAT_BUILD/forkchatd" -o "runtime-directory $DAEMON_RUN"
        -o "state-directory $home/state")
    local door
    if [[ " $*" != *" listen "* ]]; then
        for door in $DAEMON_DOORS; do
            DAEMON_COMMAND+=(-o "listen $door 127.0.0.1:0")
        done
    fi
    [[ -n ${DAEMON_WRAP[*]:-} ]] || DAEMON_COMMAND+=("${DAEMON_UNCONFINED[@]}")
    DAEMON_COMMAND+=("$@")
}

# DAEMON_HOME: a folder for run and state, for the second of two daemons. DAEMON_WRAP, an array, goes in front of the
# command: DAEMON_WRAP=(valgrind -q).
daemon_start() {
    untraced _daemon_start "$@"
}

_daemon_start() {
    daemon_command -f "$@"
    DAEMON_LOG=$BATS_TEST_TMPDIR/daemon.log
    : >>"$DAEMON_LOG"
    [[ -n $LOG_FD ]] || exec {LOG_FD}<"$DAEMON_LOG"
    # Its own session tells its processes from others. No descriptor of the test's, no signal ignored: what a
    # shell gives it by default.
    (
        trap - PIPE INT
        local fd
        for fd in 3 "${CLIENT_FD[@]}" "$LOG_FD" ${PAUSE_FD:+"$PAUSE_FD"}; do
            exec {fd}>&-
        done
        exec setsid ${DAEMON_WRAP[@]+"${DAEMON_WRAP[@]}"} "${DAEMON_COMMAND[@]}" </dev/null >>"$DAEMON_LOG" 2>&1
    ) 3>&- &
    DAEMON=$!
    DAEMON_SESSIONS+=("$DAEMON")
    PORT=() WHERE=()
    local door address upper
    patience_begin
    for (( ; ; )); do
        # Now and then, whether there is somebody to wait for.
        if ! _log_line briefly; then
            ! has_ended "$DAEMON" && ! patience_is_over || break
        elif [[ $LOG_LINE =~ ^listening\ ([a-z]+)\ (.*:([0-9]+))$ ]]; then
            door=${BASH_REMATCH[1]}
            [[ -z ${PORT[$door]:-} ]] || continue
            # shellcheck disable=SC2034 # for the tests
            WHERE[$door]=${BASH_REMATCH[2]}
            PORT[$door]=${BASH_REMATCH[3]}
            upper=${door^^}
            printf -v "PORT_${upper//-/_}" '%s' "${PORT[$door]}"
        elif [[ $LOG_LINE == ready ]]; then
            while read -r address; do
                DAEMON_MEMORY+=("$address")
            done < <(grep -o '/dev/shm/[^ ]*' "/proc/$DAEMON/maps" 2>/dev/null | sort -u)
            return 0
        fi
    done
    echo "the daemon did not get ready"
    return 1
}

daemon_may() {
    DAEMON_MAY+="${DAEMON_MAY:+|}$1"
}

# Zombies of the daemon's count as well: somebody did not reap them.
daemon_pids() {
    local pid title status=1 IFS=$' \t\n'
    if [[ $# == 0 ]]; then
        pgrep -s "${DAEMON_PIDS_OF:-$DAEMON}"
        return
    fi
    for pid in $(pgrep -s "${DAEMON_PIDS_OF:-$DAEMON}"); do
        { mapfile -d '' -t title <"/proc/$pid/cmdline"; } 2>/dev/null || continue
        [[ "${title[*]} " =~ $1 ]] || continue
        echo "$pid"
        status=0
    done
    return "$status"
}

family() {
    local session
    for session in "${DAEMON_SESSIONS[@]}"; do
        DAEMON_PIDS_OF=$session daemon_pids "$1" || :
    done
}

# A process has its title a moment after it was forked.
daemon_pid() {
    local found
    wait_until _find_pid "$1" >&2 && echo "$found"
}

_find_pid() {
    found=$(family "$1")
    [[ $found =~ ^[0-9]+$ ]]
}

# Who has just been forked has the supervisor's title.
all_born() {
    local titled
    titled=$(daemon_pids '^forkchatd: supervisor')
    echo "$titled"
    [[ $titled == "$DAEMON" ]]
}

worker_of() {
    daemon_pid "^forkchatd: worker $1 "
}

_none_left() {
    local session
    for session in "$@"; do
        ! pgrep -c -s "$session" || return 1
    done
}

# A daemon has a crowd to send away first.
_gone() {
    pgrep -c -s "$1" || :
    has_ended "$1"
}

# What the test did to the daemon, in words of its own; ends the test's interest in its status.
daemon_killed() {
    _wait_until _gone "$DAEMON"
    wait "$DAEMON" 2>/dev/null || :
    DAEMON=""
}

# shellcheck disable=SC2120 # tests may name a signal
daemon_stop() {
    local status=0 pid=$DAEMON
    DAEMON=""
    kill -s "${1:-TERM}" "$pid"
    if ! wait_until _gone "$pid"; then
        kill -s KILL "$pid"
        wait "$pid" || :
        return 1
    fi
    wait "$pid" || status=$?
    if ((status != 0)); then
        echo "the daemon ended with status $status"
        return 1
    fi
}

_check_log() {
    local trouble
    trouble='AddressSanitizer|LeakSanitizer|runtime error:|UndefinedBehavior'
    if grep -aE "$trouble" "$DAEMON_LOG"; then
        return 1
    fi
    trouble='^forkchatd: (bug|fatal)|(worker|courier) .*died|held the lock|a process died|is no event|damaged'
    if [[ -n $DAEMON_MAY ]]; then
        ! grep -aE "$trouble" "$DAEMON_LOG" | grep -avE "$DAEMON_MAY"
    else
        ! grep -aE "$trouble" "$DAEMON_LOG"
    fi
}

daemon_teardown() {
    untraced _daemon_teardown "$@"
}

_daemon_teardown() {
    local failed=0 session file pid
    if [[ -n $DAEMON ]]; then
        # shellcheck disable=SC2119
        daemon_stop || failed=1
    fi
    if ((${#DAEMON_SESSIONS[@]})) && ! _wait_until _none_left "${DAEMON_SESSIONS[@]}"; then
        echo "processes are left:"
        for session in "${DAEMON_SESSIONS[@]}"; do
            ps -o pid,ppid,stat,args -s "$session"
            for pid in $(pgrep -s "$session"); do
                kill -s KILL "$pid" || :
            done
        done
        failed=1
    fi
    for file in "${DAEMON_MEMORY[@]}"; do
        if [[ -e $file ]]; then
            echo "shared memory is left: $file"
            rm -f "$file"
            failed=1
        fi
    done
    if [[ -n $DAEMON_LOG ]] && ! _check_log; then
        echo "the log shows trouble"
        failed=1
    fi
    if [[ $failed == 1 || -z ${BATS_TEST_COMPLETED:-} ]] && [[ -n $DAEMON_LOG ]]; then
        echo "--- the daemon's log"
        tail -n 200 "$DAEMON_LOG"
    fi
    return "$failed"
}
