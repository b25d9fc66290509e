# shellcheck shell=bash
# What a test may ask of the machine, and how long it waits for what must come: until it has come, or until nothing has
# gone on for long. Slowness alone fails nothing.
#
# requires PROGRAM …       fails the test where one of them is missing
# wait_until COMMAND …     until it succeeds; never sleep in a test. What it writes is taken as a sign of progress when
#                          it differs from what it wrote before, so a condition may print how far things are
# patiently COMMAND …      runs it as it is, for as long as it goes on reading or writing or computing
# goes_on PID              waits for a process in the same way; status 1 if it has not been at work for so long
# has_ended PID
# patience_begin, patience_is_over: for a loop of one's own; begin again with every sign of progress
# pause [SECONDS]          a hundredth of a second, without a process for it
#
# Patience ends after $PATIENCE seconds without progress, of which each counts as much as this machine had time for us: with
# ten processes that want its two processors, five seconds count as one; it never counts for less, so that what fails has
# failed before the day ends.

declare -g PATIENCE="${PATIENCE:-90}" PATIENCE_LEFT=0 PATIENCE_AT=0 PROCESSORS
PROCESSORS=$(getconf _NPROCESSORS_ONLN)

# Microseconds.
now() {
    printf -v "$1" '%s' "${EPOCHREALTIME/[.,]/}"
}

pause() {
    [[ -n ${PAUSE_FD:-} ]] || exec {PAUSE_FD}<> <(:)
    read -rt "${1:-0.01}" -u "$PAUSE_FD" || :
}

patience_begin() {
    PATIENCE_LEFT=$((PATIENCE * 1000000))
    now PATIENCE_AT
}

# Processes that want to run now ("running/all" in loadavg), or the average of the last minute if that is more.
patience_is_over() {
    local time load wanting
    now time
    if ((time - PATIENCE_AT > 100000)); then
        wanting=$PROCESSORS
        if read -r load _ _ wanting _ </proc/loadavg; then
            wanting=${wanting%/*} load=${load%.*}
            ((wanting > load)) || wanting=$load
            ((wanting > PROCESSORS)) || wanting=$PROCESSORS
            ((wanting < 5 * PROCESSORS)) || wanting=$((5 * PROCESSORS))
        fi 2>/dev/null
        PATIENCE_LEFT=$((PATIENCE_LEFT - (time - PATIENCE_AT) * PROCESSORS / wanting))
        PATIENCE_AT=$time
    fi
    ((PATIENCE_LEFT <= 0))
}

# A machine without a program that README names is not fresh but broken; only what no package brings is skipped.
requires() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || {
            echo "$program is missing: the command in README.md that runs the tests installs it"
            return 1
        }
    done
}

# bats traces every command a test runs, which makes loops slow. Functions called through here are not traced;
# a failure is shown at the line of the test.
untraced() {
    set +T
    if "$@"; then
        set -T
    else
        set -T
        return 1
    fi
}

# Gone, or waiting only for its parent to notice: bash may have missed that a child of its own has ended.
has_ended() {
    local stat=""
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || :
    if [[ -n $stat ]]; then
        [[ ${stat##*) } == [ZX]* ]]
    elif kill -0 "$1" 2>/dev/null; then
        return 1
    fi
}

wait_until() {
    untraced _wait_until "$@"
}

_wait_until() {
    local written=$BATS_TEST_TMPDIR/written.$BASHPID last="" seen looked=0
    patience_begin
    while ! "$@" >"$written" 2>&1; do
        IFS= read -rd '' seen <"$written" || :
        if [[ $seen != "$last" ]]; then
            last=$seen
            patience_begin
        elif patience_is_over; then
            echo "after $PATIENCE s without progress still not: $*"
            printf '%s' "$last"
            return 1
        fi
        # What takes its time is not made quicker by looking, which takes processor time from it.
        ((++looked > 50)) && pause 0.05 || pause
    done
}

patiently() {
    local pid
    "$@" <&0 &
    pid=$!
    goes_on "$pid" || {
        echo "nothing went on for $PATIENCE s: $*" >&2
        kill "$pid"
    }
    wait "$pid"
}

goes_on() {
    untraced _goes_on "$1"
}

_goes_on() {
    local last="" seen
    patience_begin
    until has_ended "$1"; do
        # Nanoseconds it has run and has waited to run.
        if read -r seen <"/proc/$1/schedstat" && [[ $seen != "$last" ]]; then
            last=$seen
            patience_begin
        fi 2>/dev/null
        ! patience_is_over || return 1
        pause
    done
}
