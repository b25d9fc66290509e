# shellcheck shell=bash
# Clocks that a test can set: those of the daemon, and of what is started with CLOCK_WRAP in front. Load lib/daemon first.
#
#   setup() { clock_prepare; daemon_start …; }
#   clock_set SECONDS         # the wall clock is so much ahead of the system's (or behind: -3600)
#   clock_set SECONDS MORE    # and the monotonic clock by MORE, as for processes that had no processor meanwhile
#   clock_stop SECONDS        # the monotonic clock stands still, SECONDS ahead of the system's as it is now
#   "${CLOCK_WRAP[@]}" PROGRAM …

declare -ga CLOCK_WRAP=()

clock_prepare() {
    [[ -z $UNDER_ASAN ]] || skip "AddressSanitizer wants to be loaded first"
    CLOCK_OFFSETS=$BATS_TEST_TMPDIR/offsets
    clock_set 0
    CLOCK_WRAP=(env LD_PRELOAD="$FORKCHAT_BUILD/t/clock/clock.so${LD_PRELOAD:+:$LD_PRELOAD}" CLOCK_OFFSETS="$CLOCK_OFFSETS")
    # shellcheck disable=SC2034 # for lib/daemon
    DAEMON_WRAP=("${CLOCK_WRAP[@]}")
}

clock_set() {
    printf '%+020d%+020d' "$1" "${2:-0}" 1<>"$CLOCK_OFFSETS"
}

clock_stop() {
    local up
    read -r up _ </proc/uptime
    printf '%+020d=%019d' 0 $((${up%.*} + $1)) 1<>"$CLOCK_OFFSETS"
}
