# shellcheck shell=bash
# A daemon that can be made to die at named places: see src/base/crashpoint.h. Load lib/daemon first.
#
#   setup_file() { crash_build; }
#   setup() { crash_prepare; daemon_start …; }
#   arm NAME PID [MARK]       # that process (-PID: a child of that one) dies when it passes NAME next; ! unless MARK says
#                             # otherwise: ? it stops, & it writes where nothing is, ^ it runs out of stack
#   wait_until died           # it was there

# Several files may want it at the same time.
crash_build() {
    mkdir -p "$FORKCHAT_BUILD"
    env -u MAKEFLAGS -u MFLAGS flock "$FORKCHAT_BUILD/crash.lock" make -s -C "$BATS_TEST_DIRNAME/.." \
        BUILD="$FORKCHAT_BUILD/crash" CPPFLAGS=-DCRASHPOINTS CFLAGS='-O1 -g' HARDEN= LDFLAGS= \
        "$FORKCHAT_BUILD/crash/forkchatd" "$FORKCHAT_BUILD/crash/forkchatctl" "$FORKCHAT_BUILD/crash/t/chaos/check" \
        >/dev/null 3>&-
}

crash_prepare() {
    FORKCHAT_BUILD+=/crash
    export FORKCHAT_CRASHPOINTS=$BATS_TEST_TMPDIR/orders
    head -c 128 /dev/zero >"$FORKCHAT_CRASHPOINTS"
}

arm() {
    printf '%s%s 1 %d\n\0' "${3:-!}" "$1" "$2" | dd of="$FORKCHAT_CRASHPOINTS" conv=notrunc status=none
}

died() {
    [[ $(head -c 1 "$FORKCHAT_CRASHPOINTS") == + ]]
}

victim_of() {
    daemon_pids "worker $1 "
}
