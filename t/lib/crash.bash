# shellcheck shell=bash
# Deaths at named places of the source, and what must hold after each; a worker that tries what a client says. See
# src/base/crashpoint.h and src/base/trespass.h. Load lib/daemon and lib/client first.
#
#   setup_file() { crash_build; }
#   setup() { crash_prepare; daemon_start …; }
#   setup() { crash_setup OPTION …; }   # or this: with three survivors, tata (plain), titi (talk), tutu (irc)
#   arm NAME PID [MARK [COUNT [TIMES]]]
#                              # that process (-PID: any child of it) dies when it passes NAME for the COUNTth time; ! unless
#                              # MARK says otherwise: ? it stops, & it writes where nothing is, ^ it runs out of
#                              # stack, @ it loops.
#                              # With -PID so many do as TIMES says, one after the other
#   dies NAME                  # waits until it, or the last of them, was there
#   is_stopped PID             # at such a place, or by SIGSTOP
#   all_is_well                # the survivors chat, the tables are whole, and processes, descriptors and places
#                              # are as many as before
#   crash_teardown             # besides: every survivor heard every line once, in the order of the others
#
# A line that all survivors hear or none does ends in a mark, "=12=", which `tag NAME` makes into TAG for what NAME says;
# `tag` alone makes one for a line that may or may not be heard.

declare -g TAGS=0 TAG="" CRASH_BEFORE="" CRASH_MEMORY=0
declare -gA CRASH_SAID=() # by mark: who said what all survivors must hear

# Several files may want it at the same time.
crash_build() {
    mkdir -p "$FORKCHAT_BUILD"
    env -u MAKEFLAGS -u MFLAGS flock "$FORKCHAT_BUILD/crash.lock" make -s -C "$BATS_TEST_DIRNAME/.." \
        BUILD="$FORKCHAT_BUILD/crash" CPPFLAGS=-DCRASHPOINTS CFLAGS='-O1 -g' HARDEN= LDFLAGS= \
        "$FORKCHAT_BUILD/crash/forkchatd" "$FORKCHAT_BUILD/crash/forkchatctl" "$FORKCHAT_BUILD/crash/t/chaos/check" \
        >/dev/null 3>&-
}

# Daemons started from now on take orders.
crash_prepare() {
    FORKCHAT_BUILD+=/crash
    export FORKCHAT_CRASHPOINTS=$BATS_TEST_TMPDIR/orders
    head -c 128 /dev/zero >"$FORKCHAT_CRASHPOINTS"
}

crash_setup() {
    crash_prepare
    daemon_may '(worker|courier) .*died|a process died|does not keep up'
    # shellcheck disable=SC2034 # for lib/daemon
    DAEMON_DOORS="plain talk irc"
    daemon_start -o 'flood off' -o 'connect-rate off' "$@"
    enter tata plain
    enter titi talk
    enter tutu irc
    send tutu 'JOIN #lobby'
    expect tutu -e ' 366 '
    wait_until all_born
    CRASH_BEFORE=$(sizes)
    CRASH_MEMORY=$(own_memory)
}

own_memory() {
    sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$DAEMON/status"
}

_descriptors() {
    find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l
}

sizes() {
    local pid couriers=0
    for pid in $(daemon_pids 'forkchatd: courier'); do
        couriers=$((couriers + $(_descriptors "$pid")))
    done
    echo "$(daemon_pids | wc -l) processes, descriptors: supervisor $(_descriptors "$DAEMON"), couriers $couriers"
    "$FORKCHAT_BUILD/t/chaos/check" "$DAEMON_RUN"
}

is_as_before() {
    [[ $(sizes) == "$CRASH_BEFORE" ]]
}

arm() {
    printf '%s%s %d %d %d\n\0' "${3:-!}" "$1" "${4:-1}" "$2" "${5:-1}" |
        dd of="$FORKCHAT_CRASHPOINTS" conv=notrunc status=none
}

died() {
    [[ $(head -c 1 "$FORKCHAT_CRASHPOINTS") == + ]]
}

dies() {
    wait_until died || {
        echo "nobody passed $1"
        return 1
    }
}

is_stopped() {
    grep -q '^State:.T' "/proc/$1/status"
}

tag() {
    TAG="=$((++TAGS))="
    [[ -z ${1:-} ]] || CRASH_SAID[$TAG]=$1
}

all_is_well() {
    local who other
    for who in tata titi tutu; do
        tag "$who"
        case $who in
        tata) send tata "MSG $TAG" ;;
        titi) send titi "$TAG" ;;
        tutu) send tutu "PRIVMSG #lobby :$TAG" ;;
        esac
        for other in tata titi tutu; do
            [[ $other == "$who" ]] || expect "$other" -e "$TAG\$" || return 1
        done
    done
    if ! wait_until is_as_before; then
        echo "before: $CRASH_BEFORE"
        echo "now:    $(sizes)"
        return 1
    fi
}

# heard_by NAME OTHER: the marks that NAME heard, without those that it or OTHER said: nobody hears itself.
heard_by() {
    local heard
    while read -r heard; do
        [[ ${CRASH_SAID[$heard]:-} == "$1" || ${CRASH_SAID[$heard]:-} == "$2" ]] || echo "$heard"
    done < <(transcript "$1" | grep -aoE '=[0-9]+=$')
}

transcripts_agree() {
    local who said heard
    for who in tata titi tutu; do
        sync "$who" || return 1
        heard=$(heard_by "$who" "$who")
        if [[ -n $(sort <<<"$heard" | uniq -d) ]]; then
            echo "$who heard twice: $(sort <<<"$heard" | uniq -d)"
            return 1
        fi
        for said in "${!CRASH_SAID[@]}"; do
            [[ ${CRASH_SAID[$said]} == "$who" || $'\n'$heard$'\n' == *$'\n'$said$'\n'* ]] ||
                { echo "$who did not hear $said"; return 1; }
        done
    done
    diff <(heard_by tata titi) <(heard_by titi tata) && diff <(heard_by tata tutu) <(heard_by tutu tata) &&
        diff <(heard_by titi tutu) <(heard_by tutu titi)
}

crash_teardown() {
    local failed=0
    if [[ -n ${BATS_TEST_COMPLETED:-} && -n $CRASH_BEFORE ]]; then
        transcripts_agree || failed=1
        if (($(own_memory) > CRASH_MEMORY + 1024)); then
            echo "the supervisor has grown from $CRASH_MEMORY to $(own_memory) KiB"
            failed=1
        fi
    fi
    client_teardown || failed=1
    daemon_teardown || failed=1
    return "$failed"
}
