#!/usr/bin/env bats
# The small programs in t/unit, one test each. A program prints its cases as TAP; what fails is shown here. If they are for
# another processor, FORKCHAT_EMULATOR runs them.

unit() {
    local out="$BATS_TEST_TMPDIR/out" status=0 pid
    # shellcheck disable=SC2086 # a command with its arguments
    ${FORKCHAT_EMULATOR-} "$FORKCHAT_BUILD/t/unit/$1" "${@:2}" >"$out" 2>&1 3>&- &
    pid=$!
    wait "$pid" || status=$?
    grep '^#' "$out" | sed 's/^# */# /' >&3 || true
    if [ "$status" -ne 0 ]; then
        grep -v '^ok' "$out"
        echo "exit status $status"
        return 1
    fi
    # the plan is the last thing a program prints: it came to its end and ran all it counted
    [ "$(grep -c '^ok' "$out")" = "$(sed -n 's/^1\.\.//p' "$out")" ]
    # The names of shared memory and files hold the program's process id. What others remove meanwhile is no mistake of find.
    local left
    left=$(find /dev/shm /tmp -maxdepth 1 -name "forkchat-unit-$pid-*" -o \
        -maxdepth 1 -name "forkchat-unit-$pid.*" 2>/dev/null) || :
    [ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# What an emulator cannot do, or not in bearable time.
not_emulated() {
    [ -z "${FORKCHAT_EMULATOR-}" ] || skip "$1"
}

@test "every unit test has a test here" {
    cd "$BATS_TEST_DIRNAME/unit" || return
    for source in *.c; do
        grep -qE "^    unit ${source%.c}( |\$)" ../10-unit.bats || { echo "missing: $source"; return 1; }
    done
}

@test "text is bounded, valid and harmless" {
    unit text
}

@test "names are normalised, those that look alike are told, and columns are counted" {
    unit unicode
}

@test "base64 is strict" {
    unit base64
}

@test "SCRAM-SHA-256 is that of its RFC, on both sides" {
    unit scram
}

@test "the keeper of accounts does what owners may, and keeps it" {
    unit keeper
}

@test "bytes come apart into lines" {
    unit lines
}

@test "SHA-1 is what WebSocket asks for" {
    unit sha1
}

@test "requests of HTTP are read strictly" {
    unit http
}

@test "frames of WebSocket are those of RFC 6455" {
    unit websocket
}

@test "proxies say whose client they bring" {
    unit proxy
}

@test "names and origins of the web door are told from those of strangers" {
    unit web-name
}

@test "who may come in is counted by address and network, and who made trouble waits" {
    unit admission
}

@test "numbers are read as people write them" {
    unit parse
}

@test "configuration text is read, and its mistakes are told" {
    unit config
}

@test "settings have their defaults and their copies, and the man page says what needs a restart" {
    unit settings "$BATS_TEST_DIRNAME/../man/forkchatd.conf.5"
}

@test "a session is pinged and timed out in one way for all dialects" {
    unit session-clock
}

@test "token buckets fill evenly and hold what they hold" {
    unit bucket
}

@test "addresses and sockets work for both families" {
    unit net
}

@test "time goes forward and is stamped right" {
    unit clock
}

@test "who is starved of processor time is given more patience, who is stopped or loops is not" {
    unit stall
}

@test "files are read and replaced whole" {
    unit fd
}

@test "a byte that is locked for life tells who lives" {
    unit liveness
}

@test "the lock is right in every state of its word, and survives its owners" {
    unit lock
}

@test "wakeups lose no wake-up" {
    unit wakeup
}

@test "descriptors are passed, and nothing malformed leaks one" {
    unit pass
}

@test "a worker asks a service, and whoever dies at call-sent, call-taken, call-half-answered or call-answered holds nobody up" {
    unit call call-sent call-taken call-half-answered call-answered
}

@test "a region has one name and one layout" {
    unit region
}

@test "the ring is right in every state" {
    unit ring
}

@test "a transaction happens whole or not at all" {
    unit txn
}

@test "a process may die at every crash point" {
    not_emulated 'the emulator has a use of its own for signals of faults'
    unit crash
}

@test "the supervisor is safe from what is written into the region" {
    unit world-damage
}

@test "whatever a command changes, a death takes back" {
    not_emulated 'it takes ten minutes under an emulator'
    unit world-undo
}

@test "a courier and its successor see what is in the tables" {
    unit courier-copy
}

@test "a courier's client goes from state to state by the table" {
    unit courier-client
}

@test "the ring keeps order and loses nothing under load and killing" {
    unit ring-stress
}

@test "sets of a cast's blocks hold what they are given" {
    unit lan-cast
}

@test "content is hashed as FIPS 180-4 says" {
    unit lan-sha256
}

@test "the client's typed line, keys and widths" {
    unit client-edit
}

@test "the client's sessions, with the test as the other side" {
    unit client-session
}

@test "the client tells of each new day once" {
    unit client-day
}

@test "a session that loses its connection comes back as it was" {
    unit client-return
}

@test "a courier that is replaced twice loses nothing and sends nothing twice" {
    unit courier
}

@test "reports are tables, JSON and CSV" {
    unit report
}

@test "an event is rendered once for all viewers to whom it looks the same" {
    unit render
}

@test "masks match as people mean them" {
    unit mask
}

@test "monitors, WHOWAS records and bans are kept, bounded and put in order" {
    unit world-people
}

@test "users have several connections, or one, or none for a while" {
    unit world-connections
}

@test "tokens are known again, and lead to one user" {
    unit world-token
}

@test "metadata is kept, bounded and put in order" {
    unit world-metadata
}

@test "the flight recorder keeps what is readable, whatever happens, and no passwords" {
    not_emulated 'the emulator has a use of its own for signals of faults'
    unit recorder
}

@test "masks of channels are kept, found and repaired" {
    unit world-masks
}

@test "nobody can use up what the tables have for all" {
    unit world-shares
}

@test "what children have to log is said by their parent, whatever they write" {
    unit log
}

@test "descriptors are handed to a successor by name, over a socket and over exec alike" {
    unit fd-handoff
}

@test "whatever may happen to a child, in whichever state, is in one table, and every cell of it holds" {
    unit children
}

@test "a worker hands over a socket for its own place alone" {
    unit owners
}

@test "guessing at an operator's password is slow for whoever guesses, and tells nothing" {
    unit guesses
}

@test "the judge of chaos finds what it is to find" {
    unit transcript
}

@test "who may do what, whatever door they stand at" {
    unit chat-say
    unit chat-channel
    unit chat-modes
    unit chat-operator
    unit chat-self
}

@test "the history on disk is found again, whatever happens to its files" {
    unit history
}
