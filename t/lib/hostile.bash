# shellcheck shell=bash
# Attacks, and people who chat on meanwhile. Load lib/daemon and lib/client first.
#
#   people_enter              toto (plain), tutu (talk) and tata (irc), all in the lobby
#   people_chat               each says a line, and both others see it
#   attack NAME MANNER …      t/hostile/hostile in the background; waits until it is ready
#   attack_start NAME …       ... does not wait
#   attack_is_ready NAME
#   attack_end NAME           ends it; ATTACK_SENT, ATTACK_GOT and ATTACK_CLOSED are what it counted
#   attack_output NAME        the file with what it printed
#   snapshot                  remembers how many processes there are, and descriptors in supervisor and couriers
#   all_given_back            waits until there are no more than then
#   memory_of PID [FIELD]     VmRSS, or another field of its status, kB
#   hostile_teardown          ends what is left; before client_teardown
#
# ATTACK_FROM: an array, goes in front of the command.

HOSTILE=$FORKCHAT_BUILD/t/hostile/hostile
declare -gA ATTACK_FD=() ATTACK_PID=()
declare -g PEOPLE_ROUND=0 PEOPLE_SLOWEST=0

people_enter() {
    enter toto plain
    enter tutu talk
    enter tata irc
    send tata 'JOIN #lobby'
    expect tata -e ' 366 tata #lobby '
    people_chat
}

people_chat() {
    local begin end
    PEOPLE_ROUND=$((PEOPLE_ROUND + 1))
    now begin
    send toto "MSG one $PEOPLE_ROUND"
    expect tutu "(toto) one $PEOPLE_ROUND"
    expect tata -e "^:toto!.* PRIVMSG #lobby :one $PEOPLE_ROUND\$"
    send tutu "two $PEOPLE_ROUND"
    expect toto "[tutu] two $PEOPLE_ROUND"
    expect tata -e "^:tutu!.* PRIVMSG #lobby :two $PEOPLE_ROUND\$"
    send tata "PRIVMSG #lobby :three $PEOPLE_ROUND"
    expect toto "[tata] three $PEOPLE_ROUND"
    expect tutu "(tata) three $PEOPLE_ROUND"
    now end
    ((end - begin < PEOPLE_SLOWEST)) || PEOPLE_SLOWEST=$((end - begin))
}

# For whoever reads the output: what the slowest round of three lines took. It never fails a test.
people_tell() {
    printf '# %s: %d rounds, the slowest %d ms\n' "$1" "$PEOPLE_ROUND" $((PEOPLE_SLOWEST / 1000)) >&3
}

attack_output() {
    echo "$BATS_TEST_TMPDIR/attack-$1"
}

attack_is_ready() {
    [[ $(head -n 1 "$(attack_output "$1")") == ready ]]
}

attack() {
    attack_start "$@"
    wait_until _attack_began "$1"
    attack_is_ready "$1" || {
        cat "$(attack_output "$1")"
        return 1
    }
}

# A crowd takes its time to be let in.
_attack_began() {
    daemon_pids | wc -l
    grep -q . "$(attack_output "$1")"
}

attack_start() {
    local name=$1 fd out
    out=$(attack_output "$1")
    shift
    : >"$out"
    # Nobody else may hold an attack's input open, or the test's own output.
    exec {fd}> >(
        for fd in "${ATTACK_FD[@]}"; do
            exec {fd}>&-
        done
        exec ${ATTACK_FROM[@]+"${ATTACK_FROM[@]}"} "$HOSTILE" "$@" >"$out" 2>&1 3>&-
    )
    ATTACK_PID[$name]=$!
    ATTACK_FD[$name]=$fd
}

attack_end() {
    local fd=${ATTACK_FD[$1]} counts
    exec {fd}>&-
    wait "${ATTACK_PID[$1]}"
    unset "ATTACK_FD[$1]" "ATTACK_PID[$1]"
    counts=$(tail -n 1 "$(attack_output "$1")")
    [[ $counts =~ ^sent\ ([0-9]+)\ got\ ([0-9]+)\ closed\ ([0-9]+)$ ]] || return 0
    # shellcheck disable=SC2034 # for the tests
    ATTACK_SENT=${BASH_REMATCH[1]} ATTACK_GOT=${BASH_REMATCH[2]} ATTACK_CLOSED=${BASH_REMATCH[3]}
}

hostile_teardown() {
    local name fd
    for name in "${!ATTACK_PID[@]}"; do
        fd=${ATTACK_FD[$name]}
        exec {fd}>&-
        kill -KILL "${ATTACK_PID[$name]}" 2>/dev/null || :
        wait "${ATTACK_PID[$name]}" 2>/dev/null || :
    done
    ATTACK_FD=() ATTACK_PID=()
}

_descriptors() {
    local pid count=0
    for pid in "$DAEMON" $(daemon_pids '^forkchatd: courier'); do
        count=$((count + $(find "/proc/$pid/fd" -type l | wc -l)))
    done
    echo "$count"
}

_no_more_than_then() {
    local processes descriptors
    processes=$(daemon_pids | wc -l) descriptors=$(_descriptors)
    echo "processes: $SNAPSHOT_PROCESSES, now $processes; descriptors: $SNAPSHOT_DESCRIPTORS, now $descriptors"
    ((processes <= SNAPSHOT_PROCESSES && descriptors <= SNAPSHOT_DESCRIPTORS))
}

snapshot() {
    wait_until all_born
    SNAPSHOT_PROCESSES=$(daemon_pids | wc -l)
    SNAPSHOT_DESCRIPTORS=$(_descriptors)
}

all_given_back() {
    wait_until _no_more_than_then
}

memory_of() {
    sed -n "s/^${2:-VmRSS}:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}
