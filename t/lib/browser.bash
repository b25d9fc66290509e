# shellcheck shell=bash
# Chromium, told what to do through W3C WebDriver. Load lib/daemon first. Each page is a browser of its own.
#
#   browser_start                       # requires what it needs
#   page_open toto http://localhost:$PORT_WEB/ [WIDTH HEIGHT]
#   page_js toto 'return document.title'           # what a script returns, as jq -r has it
#   page_until toto 'return current.name === "#a"' # waits until it returns something that is true
#   page_type toto '#input' 'hello' [KEY …]        # types there; KEY: Enter, Tab, Escape, ArrowUp, AltArrowDown, Control+k …
#   page_click toto '#leave'
#   page_picture toto FILE.png
#   page_enter toto [NICK]              # types the name, and waits for the room
#   page_says toto 'hello'              # types it and Enter
#   page_sees toto 'text'               # waits for a line of the open room that has it
#   page_close toto
#   browser_stop                        # in teardown
#
# What the page's scripts define is not to be had from outside of it: tests look at what a person sees.

declare -g DRIVER="" DRIVER_URL=""
declare -gA PAGES=()
declare -gA PAGE_KEYS=([Enter]='\ue007' [Tab]='\ue004' [Escape]='\ue00c' [ArrowUp]='\ue013' [ArrowDown]='\ue015' [PageUp]='\ue00e'
    [PageDown]='\ue00f' [Alt]='\ue00a' [Control]='\ue009' [Shift]='\ue008')

browser_start() {
    requires chromium chromedriver curl jq
    local log=$BATS_TEST_TMPDIR/chromedriver.log
    HOME=$BATS_TEST_TMPDIR chromedriver --port=0 >"$log" 2>&1 3>&- &
    DRIVER=$!
    wait_until grep -q 'started successfully on port' "$log"
    DRIVER_URL=http://127.0.0.1:$(sed -nE 's/.*started successfully on port ([0-9]+).*/\1/p' "$log")
}

browser_stop() {
    local name
    [[ -n $DRIVER ]] || return 0
    for name in "${!PAGES[@]}"; do
        if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
            echo "--- the page of $name"
            page_js "$name" 'return document.body.innerText' || :
        fi
        page_close "$name" || :
    done
    kill "$DRIVER"
    wait "$DRIVER" || :
    DRIVER=""
}

# drive METHOD PATH [JSON]: the value of the answer.
drive() {
    local answer
    answer=$(curl -sS -m 300 -X "$1" -H 'Content-Type: application/json' ${3:+-d "$3"} "$DRIVER_URL$2" 3>&-) || return 1
    if [[ $(jq -r '.value.error? // empty' <<<"$answer" 2>/dev/null) ]]; then
        jq -r '"\(.value.error): \(.value.message)"' <<<"$answer" | head -n 3 >&2
        return 1
    fi
    jq -r '.value' <<<"$answer"
}

page_open() {
    local name=$1 url=$2 width=${3:-1200} height=${4:-800} session
    session=$(drive POST /session "$(jq -n --arg size "$width,$height" --arg folder "$BATS_TEST_TMPDIR/chromium.$name" '{capabilities: {alwaysMatch:
        {browserName: "chrome", "goog:chromeOptions": {args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--window-size=\($size)", "--user-data-dir=\($folder)"]}}}}')" | jq -r .sessionId)
    [[ -n $session && $session != null ]]
    PAGES[$name]=/session/$session
    page_go "$name" "$url"
}

page_go() {
    drive POST "${PAGES[$1]}/url" "$(jq -n --arg url "$2" '{url: $url}')" >/dev/null
}

page_js() {
    drive POST "${PAGES[$1]}/execute/sync" "$(jq -n --arg script "$2" '{script: $script, args: []}')"
}

_page_is() {
    local value
    value=$(page_js "$1" "$2") && echo "$value" && [[ $value != false && $value != null && $value != '' ]]
}

page_until() {
    wait_until _page_is "$1" "$2"
}

page_element() {
    drive POST "${PAGES[$1]}/element" "$(jq -n --arg css "$2" '{using: "css selector", value: $css}')" | jq -r '.[]'
}

# keys NAME KEY …: wherever the page is. Alt+ArrowUp is both together.
page_keys() {
    local name=$1 key part steps=() json
    shift
    for key in "$@"; do
        local up=()
        for part in ${key//+/ }; do
            part=${PAGE_KEYS[$part]:-$part}
            steps+=("{\"type\": \"keyDown\", \"value\": \"$part\"}")
            up=("{\"type\": \"keyUp\", \"value\": \"$part\"}" "${up[@]}")
        done
        steps+=("${up[@]}")
    done
    json=$(IFS=,; printf '%s' "${steps[*]}")
    drive POST "${PAGES[$name]}/actions" "{\"actions\": [{\"type\": \"key\", \"id\": \"keys\", \"actions\": [$json]}]}" >/dev/null
}

page_type() {
    local name=$1 element
    element=$(page_element "$name" "$2") || return 1
    drive POST "${PAGES[$name]}/element/$element/value" "$(jq -n --arg text "$3" '{text: $text}')" >/dev/null || return 1
    (($# == 3)) || page_keys "$name" "${@:4}"
}

page_click() {
    drive POST "${PAGES[$1]}/element/$(page_element "$1" "$2")/click" '{}' >/dev/null
}

page_picture() {
    drive GET "${PAGES[$1]}/screenshot" | base64 -d >"$2"
}

page_enter() {
    page_type "$1" '#nick' "${2:-$1}" Enter
    page_until "$1" 'return !document.querySelector("#chat").hidden && document.querySelector("#name").textContent.startsWith("#")'
}

page_says() {
    page_type "$1" '#input' "$2" Enter
}

page_sees() {
    page_until "$1" "return [...document.querySelectorAll('#log .body')].some((line) => line.textContent.includes($(jq -n --arg text "$2" '$text')))"
}

page_close() {
    drive DELETE "${PAGES[$1]}" >/dev/null
    unset "PAGES[$1]"
}
