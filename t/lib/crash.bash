# shellcheck shell=bash
# The daemon built with -DCRASHPOINTS, in $FORKCHAT_BUILD/crash: dies where a test says (src/base/crashpoint.h), tries what
# a client says (src/base/trespass.h).
#
#   setup_file() { crash_build t/chaos/check; } # forkchatd, forkchatctl, and what else is named
#   setup()      { FORKCHAT_BUILD+=/crash; … }

# One file's tests after the other's: they share what is built.
crash_build() {
    requires flock
    flock "$FORKCHAT_BUILD/crash.lock" env -u MAKEFLAGS -u MFLAGS make -s -C "$BATS_TEST_DIRNAME/.." \
        BUILD="$FORKCHAT_BUILD/crash" CPPFLAGS=-DCRASHPOINTS CFLAGS='-O1 -g' HARDEN= LDFLAGS= \
        "${@/#/$FORKCHAT_BUILD/crash/}" "$FORKCHAT_BUILD"/crash/forkchat{d,ctl} >/dev/null 3>&-
}
