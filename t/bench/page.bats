#!/usr/bin/env bats
# What the web door's page costs who looks at it: run by t/bench/run, which keeps what is written to PAGE_FIGURES.

bats_require_minimum_version 1.5.0
load ../lib/daemon
load ../lib/client
load ../lib/browser

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc web"

setup() {
    CROWD=""
    browser_start
    daemon_start -o 'flood off' -o 'connect-rate off' -o 'max-clients-per-address off' -o 'max-clients 1100' \
        -o 'queue-limit 16M' -o 'replay off'
    URL=http://localhost:$PORT_WEB/
}

teardown() {
    if [[ -n $CROWD ]]; then
        kill "$CROWD"
        wait "$CROWD" || :
    fi
    client_teardown
    browser_stop
    daemon_teardown
}

# figure ROW NAME VALUE
figure() {
    printf '%s %s %s\n' "$1" "$2" "$3" >>"${PAGE_FIGURES:-/dev/stderr}"
}

PINGS=101

# What a driver does meanwhile would be measured as well: so the pages do it by themselves. One presses Enter again and again, the
# other notes when each line was there to be seen.
ping() {
    page_js two 'window.seenAt = {}; new MutationObserver((changes) => { for (const change of changes)
        for (const node of change.addedNodes) { const mark = /ping ([0-9]+)[.]/.exec(node.textContent);
            if (mark) window.seenAt[mark[1]] ||= performance.timeOrigin + performance.now(); } })
        .observe(document.querySelector("#log"), { childList: true, subtree: true }); return true'
    page_js one 'window.sentAt = {}; let count = 0; const input = document.querySelector("#input"); const timer = setInterval(() => {
        if (count === '"$PINGS"') return clearInterval(timer);
        count++; input.value = `ping ${count}.`; window.sentAt[count] = performance.timeOrigin + performance.now();
        input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })); }, 200); return true'
}

@test "from Enter in one page to the line in another, in a room of 1,000" {
    local times=()
    "$FORKCHAT_BUILD/t/bench/load" --door irc --port "$PORT_IRC" --clients 998 --rate 20 --senders 10 --seconds 600 \
        >"$BATS_TEST_TMPDIR/load" 2>&1 3>&- &
    CROWD=$!
    page_open one "$URL"
    page_open two "$URL"
    page_enter one
    page_enter two
    page_says one '/join #bench0'
    page_says two '/join #bench0'
    local page
    for page in one two; do
        page_until "$page" 'return document.querySelector("#name").textContent === "#bench0" && document.querySelectorAll("#log .body").length > 50'
    done
    ping
    page_until two "return Object.keys(window.seenAt).length === $PINGS"
    mapfile -t times < <(jq -n --argjson sent "$(page_js one 'return JSON.stringify(window.sentAt)')" \
        --argjson seen "$(page_js two 'return JSON.stringify(window.seenAt)')" '[$sent | keys[] | $seen[.] - $sent[.]] | sort[]')
    figure line p50_ms "$(printf %.1f "${times[PINGS / 2]}")"
    figure line p99_ms "$(printf %.1f "${times[PINGS - 2]}")"
}

@test "a page that has 100,000 lines" {
    local count=100000
    page_open one "$URL"
    page_enter one
    enter tutu plain
    seq -f 'MSG line %.0f of very many, each of them about as long as lines of a conversation are' "$count" \
        >"$BATS_TEST_TMPDIR/lines"
    cat "$BATS_TEST_TMPDIR/lines" >&"${CLIENT_FD[tutu]}"
    page_sees one "line $count of very many"
    figure lines heap_mb "$(page_js one 'return (performance.memory.usedJSHeapSize / 1e6).toFixed(1)')"
}
