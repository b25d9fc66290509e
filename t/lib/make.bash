# shellcheck shell=bash
# make, for tests of what it installs.
#
# make_built ARGUMENT …   make with the build that is being tested and the places that are compiled into it, so that nothing is
#                         compiled again while other tests use it: somebody may have said `make check sysconfdir=/usr/etc`

make_built() {
    local places
    mapfile -t places < <(sed -nE '
        s/^-DFORKCHAT_SYSCONFDIR="(.*)\/forkchat"$/sysconfdir=\1/p
        s/^-DFORKCHAT_STATEDIR="(.*)\/lib\/forkchat"$/localstatedir=\1/p
        s/^-DFORKCHAT_RUNDIR="(.*)\/forkchat"$/runstatedir=\1/p' "$FORKCHAT_BUILD/compiled-in")
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
        make --no-print-directory BUILD="$FORKCHAT_BUILD" "${places[@]}" "$@" 3>&-
}
