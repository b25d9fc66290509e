# shellcheck shell=bash disable=SC2154,SC2034 # the variables are run's
# What watching costs, and how long an operator waits: ours alone.

control() { "$BUILD/forkchatctl" -r "$dir/forkchat/run" "$@"; }

# Milliseconds from the start of forkchatctl to its end, 21 times.
time_control() {
    local from
    for _ in {1..21}; do
        from=${EPOCHREALTIME/[.,]/}
        control "$@" >/dev/null || fault "forkchatctl $*: status $?"
        keep "$1" ms "$(awk -v us=$((${EPOCHREALTIME/[.,]/} - from)) 'BEGIN { printf "%.1f", us / 1000 }')"
    done
}

# saturated_beside ROW [COMMAND…]: a saturated room while these watch.
saturated_beside() {
    local row=$1 beside=('') command
    shift
    : >"$dir/output"
    net_open
    start_forkchat || fault "forkchat does not start: $(tail -n 3 "$dir/errors")"
    for command in "$@"; do
        # shellcheck disable=SC2086 # a command with its arguments
        control $command >"$dir/${command%% *}" 2>&1 &
        beside+=($!)
    done
    generate --saturate "$WINDOW" --senders "$SENDERS" --seconds "$DURATION"
    kill "${beside[@]}" 2>/dev/null
    wait "${beside[@]}" 2>/dev/null
    stop_server
}

measure_control() {
    local people
    for ((round = 1; round <= ROUNDS; round++)); do
        printf 'control, round %s of %s\n' "$round" "$ROUNDS" >&2
        crowd=$CLIENTS
        saturated_beside alone
        saturated_beside watched 'top 600' tail
    done
    : >"$dir/output"
    crowd=$MANY
    net_open
    start_forkchat || fault "forkchat does not start: $(tail -n 3 "$dir/errors")"
    "${inside[@]}" "$BUILD/t/bench/load" --door irc --port "$port" --clients "$MANY" --rate 1 --senders 1 --seconds 30 \
        >"$dir/figures" 2>&1 &
    people=$!
    for _ in {1..600}; do
        [[ $(control who 2>/dev/null | wc -l) -ge $MANY ]] && break
        kill -0 "$people" 2>/dev/null || break
        sleep 0.2
    done
    time_control stats
    time_control who
    kill "$people" 2>/dev/null
    wait "$people" 2>/dev/null
    stop_server
}
