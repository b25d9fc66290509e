#!/usr/bin/env bats
# The page of the web door, in a browser.

bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client
load lib/browser
load lib/npm

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain talk web"

begin() {
    browser_start
    daemon_start "$@"
    URL=http://localhost:$PORT_WEB/
}

teardown() {
    client_teardown
    browser_stop
    daemon_teardown
}

# The text of the lines of the open room.
lines() {
    page_js "$1" 'return [...document.querySelectorAll("#log .body")].map((line) => line.textContent).join("\n")'
}

@test "the page is small, has an ETag, and runs nothing but its own script" {
    requires curl openssl
    daemon_start
    run -0 curl -sS -i "http://localhost:$PORT_WEB/" 3>&-
    local page=$BATS_TEST_TMPDIR/page tag
    printf '%s' "$output" >"$page.head"
    curl -sS "http://localhost:$PORT_WEB/?x" -o "$page" 3>&-
    (($(wc -c <"$page") < 60000))
    tag=$(sed -nE 's/^ETag: (.*)\r$/\1/p' "$page.head")
    grep -q "default-src 'none'" "$page.head"
    grep -q "frame-ancestors 'none'" "$page.head"
    [[ $(curl -sS -o "$page.again" -w '%{http_code} %{size_download}' -H "If-None-Match: $tag" "http://localhost:$PORT_WEB/" 3>&-) == '304 0' ]]
    [[ $(curl -sS -I -o "$page.again" -w '%{http_code}' "http://localhost:$PORT_WEB/" 3>&-) == 200 ]]
    grep -q "^Content-Length: $(wc -c <"$page")" "$page.again"
    local part
    for part in script style; do
        sed -n "/<$part>/,/<\/$part>/p" "$page" | sed -e "1s/<$part>//" -e "\$s/<\/$part>\$//" >"$page.$part"
        truncate -s -1 "$page.$part"
        grep -qF "sha256-$(openssl dgst -sha256 -binary "$page.$part" | base64)" "$page.head"
    done
    [[ $(grep -c 'client connected' "$DAEMON_LOG") == 0 ]]
}

@test "two pages and somebody at telnet talk, change names, and say things to each other alone" {
    begin
    page_open toto "$URL"
    page_open tutu "$URL"
    page_enter toto
    page_enter tutu
    enter tata talk
    page_says toto 'hello from a page'
    expect tata '(toto) hello from a page'
    page_sees tutu 'toto: hello from a page'
    send tata 'hello from telnet'
    page_sees toto 'tata: hello from telnet'
    page_sees tutu 'tata: hello from telnet'
    [[ $(lines toto | grep -c 'hello from a page') == 1 ]]
    [[ $(page_js toto 'return document.querySelectorAll("#log .pending, #log .lost").length') == 0 ]]
    page_says toto '/nick toto2'
    page_sees tutu 'toto is toto2 now'
    expect tata -e 'toto.* toto2'
    page_says tutu '/msg toto2 for you alone'
    page_until toto 'return [...document.querySelectorAll("#room-list button")].some((room) => room.textContent === "tutu1" && room.querySelector(".loud"))'
    page_until toto 'return document.title === "(1) #lobby – forkchat"'
    page_click toto '#room-list li:nth-child(2) button'
    page_sees toto 'for you alone'
    page_until toto 'return document.title === "tutu – forkchat"'
    expect_none tata -e 'for you alone'
    page_click toto '#leave'
    page_sees tutu 'toto2 has left'
    expect tata -e 'toto2 has left'
}

@test "whatever people say, and whatever things are called, it is text" {
    begin
    page_open toto "$URL"
    page_enter toto
    enter evil plain
    local attack='<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
    send evil 'NICK <b>evil</b>' "MSG $attack" 'MSG javascript:alert(1) http://a.example/"onmouseover="pwned=1' \
        'JOIN #<img/src=x/onerror=pwned=1>' "TOPIC $attack" 'JOIN #lobby' 'MSG the end of it'
    page_sees toto 'the end of it'
    page_sees toto '<img src=x onerror='
    page_says toto '/join #<img/src=x/onerror=pwned=1>'
    page_until toto 'return document.querySelector("#name").textContent.startsWith("#<img")'
    page_until toto 'return document.querySelector("#topic").textContent.startsWith("<img src=x")'
    page_says toto '/list'
    [[ $(page_js toto 'return window.pwned === undefined && document.querySelectorAll("img, #chat script, #chat b").length === 0') == true ]]
    page_click toto '#room-list li:first-child button'
    [[ $(page_js toto 'return [...document.querySelectorAll("#log a")].map((a) => a.href + " " + a.rel).join()') == 'http://a.example/ noopener noreferrer' ]]
}

@test "what is said in other rooms is counted, and marked where it begins" {
    begin
    page_open toto "$URL#games"
    page_enter toto
    page_until toto 'return document.querySelector("#name").textContent === "#games"'
    enter tutu plain
    send tutu 'MSG one' 'MSG two, toto'
    page_until toto 'return document.title === "(2) #games – forkchat"'
    page_until toto 'return document.querySelector("#room-list .loud")'
    page_click toto '#room-list li:first-child button'
    page_sees toto 'two, toto'
    page_until toto 'return document.querySelector("#log p.new").nextSibling.textContent.includes("one")'
    page_until toto 'return document.querySelector("#log p.loud").textContent.includes("two")'
    page_until toto 'return document.title === "#lobby – forkchat"'
}

@test "when the daemon is killed and started again, the page comes back by itself, and says where lines may be missing" {
    begin
    local where=${WHERE[web]} plain=${WHERE[plain]}
    page_open toto "$URL"
    page_enter toto
    page_says toto '/join #games'
    page_until toto 'return document.querySelector("#name").textContent === "#games"'
    page_says toto 'before'
    page_sees toto 'toto: before'
    daemon_stop
    page_until toto 'return document.querySelector("#status").textContent.includes("trying again")'
    page_type toto '#input' 'said while there is nobody' Enter
    [[ $(page_js toto 'return document.querySelector("#input").value') == 'said while there is nobody' ]]
    daemon_start -o "listen web $where" -o "listen plain $plain"
    page_until toto 'return document.querySelector("#status").textContent.startsWith("You are here")'
    page_until toto 'return document.querySelector("#people-list").textContent.includes("toto")'
    page_keys toto Enter
    page_sees toto 'toto: said while there is nobody'
    enter tutu plain
    send tutu 'JOIN #games' 'MSG after'
    page_sees toto 'tutu: after'
    [[ $(lines toto | grep -c 'toto: before') == 1 ]]
}

@test "ten thousand lines in a row are taken, the last of them are shown, and the page stays quick" {
    begin -o 'flood off' -o 'queue-limit 16M'
    page_open toto "$URL"
    page_enter toto
    enter tutu plain
    seq -f 'MSG line %.0f of ten thousand' 10000 >"$BATS_TEST_TMPDIR/lines"
    cat "$BATS_TEST_TMPDIR/lines" >&"${CLIENT_FD[tutu]}"
    page_sees toto 'line 10000 of ten thousand'
    (($(page_js toto 'return document.querySelectorAll("#log p").length') <= 1000))
    (($(page_js toto 'return performance.memory.usedJSHeapSize') < 100000000))
    page_says toto 'still here'
    expect tutu '[toto] still here'
    # Further up is what is not in the document any more.
    page_js toto 'document.querySelector("#log").scrollTop = 0'
    page_until toto 'return document.querySelector("#log .msg .body").textContent < "tutu: line 98"'
}

@test "what was said before one came is there, and more of it on scrolling up, to the first line" {
    begin -o 'flood off'
    enter tutu plain
    seq -f 'MSG line %.0f of the past' 450 >"$BATS_TEST_TMPDIR/lines"
    cat "$BATS_TEST_TMPDIR/lines" >&"${CLIENT_FD[tutu]}"
    sync tutu
    page_open toto "$URL"
    page_enter toto
    page_sees toto 'line 450 of the past'
    page_sees toto 'line 400 of the past'
    # As a person does, who stops at the top and pulls on.
    page_until toto 'const log = document.querySelector("#log"); log.scrollTop = log.scrollTop > 0 ? 0 : 1;
        return [...log.querySelectorAll(".body")].some((line) => line.textContent.includes("line 1 of the past"))'
    run -0 lines toto
    local i at=0
    for ((i = 0; i < ${#lines[@]}; i++)); do
        [[ ${lines[i]} =~ line\ ([0-9]+)\ of\ the\ past ]] || continue
        ((BASH_REMATCH[1] == ++at))
    done
    ((at == 450))
}

@test "on a phone everything is in sight and large enough for a thumb" {
    begin
    page_open toto "$URL" 320 640
    # Chromium's window is not narrower than 500.
    drive POST "${PAGES[toto]}/goog/cdp/execute" \
        '{"cmd": "Emulation.setDeviceMetricsOverride", "params": {"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": true}}' >/dev/null
    page_enter toto
    page_says toto "$(printf 'long%.0s' {1..60})"
    page_sees toto 'longlong'
    [[ $(page_js toto 'return innerWidth') == 320 ]]
    local small='return [...document.querySelectorAll("button, input, textarea")].filter((node) => node.offsetParent && (node.offsetHeight < 44 ||
        node.offsetWidth < 44)).map((node) => node.outerHTML).join()'
    local wide='return document.documentElement.scrollWidth <= 320 && document.querySelector("#log").scrollWidth <= 320'
    [[ -z $(page_js toto "$small") && $(page_js toto "$wide") == true ]]
    page_click toto '#show-rooms'
    [[ -z $(page_js toto "$small") && $(page_js toto "$wide") == true ]]
    page_click toto '#room-list button'
    page_click toto '#show-people'
    [[ $(page_js toto 'return document.querySelector("#people").offsetWidth > 100') == true ]]
}

@test "all of it is done by keyboard" {
    begin
    enter tutu plain
    page_open toto "$URL"
    page_keys toto t o t o Enter
    page_until toto 'return document.activeElement.id === "input"'
    page_type toto '#input' 'tu' Tab
    [[ $(page_js toto 'return document.activeElement.value') == 'tutu: ' ]]
    page_keys toto h i Enter
    expect tutu '[toto] tutu: hi'
    page_type toto '#input' '/joi' Tab
    [[ $(page_js toto 'return document.activeElement.value') == '/join ' ]]
    page_until toto 'return document.querySelector("#hint").textContent.includes("/join #room")'
    page_type toto '#input' '#games' Enter
    page_until toto 'return document.querySelector("#name").textContent === "#games"'
    page_keys toto Alt+ArrowUp
    page_until toto 'return document.querySelector("#name").textContent === "#lobby"'
    page_keys toto Alt+ArrowUp
    page_until toto 'return document.querySelector("#name").textContent === "#games"'
    page_keys toto Control+k
    page_until toto 'return document.activeElement.id === "find-text"'
    page_keys toto l o b Enter
    page_until toto 'return document.querySelector("#name").textContent === "#lobby" && document.activeElement.id === "input"'
    page_keys toto ArrowUp
    [[ $(page_js toto 'return document.activeElement.value') == '/join #games' ]]
}

@test "for a screen reader the open room is a log with its name, and nothing is without one" {
    begin
    page_open toto "$URL"
    page_enter toto
    local check='
        const named = (node) => node.textContent.trim() || node.getAttribute("aria-label") || (node.labels && node.labels.length);
        const log = document.querySelector("[role=log]");
        const wrong = [...document.querySelectorAll("button, input, textarea, nav, aside")].filter((node) => !named(node)).map((node) => node.outerHTML);
        if (document.getElementById(log.getAttribute("aria-labelledby")).textContent !== "#lobby") wrong.push("log");
        if (!document.querySelector("[role=status]") || document.documentElement.lang !== "en") wrong.push("page");
        if (document.querySelectorAll("main:not([hidden]) h1").length < 1) wrong.push("h1");
        if ([...document.querySelectorAll("#log time")].some((time) => time.getAttribute("aria-hidden") !== "true")) wrong.push("time");
        return wrong.join();'
    page_says toto 'hello'
    page_sees toto 'hello'
    [[ -z $(page_js toto "$check") ]]
    page_until toto 'return document.querySelector("#log").getAttribute("aria-busy") === "false"'
}

@test "without the network the page says so, and with it is back at once, unseen by others" {
    begin
    page_open toto "$URL"
    page_enter toto
    enter tata talk
    drive POST "${PAGES[toto]}/chromium/network_conditions" \
        '{"network_conditions": {"offline": true, "latency": 0, "download_throughput": 0, "upload_throughput": 0}}' >/dev/null
    page_until toto 'return document.querySelector("#status").textContent.includes("connection is lost")'
    drive DELETE "${PAGES[toto]}/chromium/network_conditions" >/dev/null
    page_until toto 'return document.querySelector("#status").textContent.startsWith("You are here")'
    enter tutu plain
    send tutu 'MSG welcome back'
    page_sees toto 'tutu: welcome back'
    page_until toto 'return document.querySelector("#status").textContent === "You are here as toto."'
    expect_none tata -e 'toto.*(left|guest|come)'
}

# page_logs_in NAME NICK PASSWORD [make]: with the account of that nick, which is made first if it says so.
page_logs_in() {
    page_js "$1" 'document.querySelector("#with-account").open = true; for (const id of ["nick", "password"]) document.getElementById(id).value = ""' >/dev/null
    page_type "$1" '#password' "$3"
    [[ -z ${4-} ]] || page_click "$1" '#make'
    page_type "$1" '#nick' "$2" Enter
}

page_is_in() {
    page_until "$1" 'return !document.querySelector("#chat").hidden && document.querySelector("#name").textContent === "#lobby"'
    page_says "$1" /account
    page_sees "$1" "your account $2 was made on"
}

@test "an account is made at the entrance; with its password alone another page is the same person" {
    begin -o 'password-rounds 4096' -o 'penalty password off'
    enter tata talk
    page_open toto "$URL"
    page_logs_in toto toto 'a secret of mine' make
    page_is_in toto toto
    page_open phone "$URL"
    page_logs_in phone toto 'no secret of mine'
    page_until phone 'return document.querySelector("#refusal").textContent.startsWith("The password was not accepted")'
    page_logs_in phone toto 'a secret of mine'
    page_is_in phone toto
    page_says toto 'from the first page'
    page_sees phone 'toto: from the first page'
    page_says phone 'from the second'
    page_sees toto 'toto: from the second'
    expect tata '(toto) from the second'
    send tata '/msg toto for both of you'
    local page
    for page in toto phone; do
        page_until "$page" 'return [...document.querySelectorAll("#room-list button")].some((room) => room.textContent === "tata1")'
    done
    page_click toto '#room-list li:nth-child(2) button'
    page_sees toto 'for both of you'
    # Read on one, it is not new on the other.
    page_until phone 'return [...document.querySelectorAll("#room-list button")].some((room) => room.textContent === "tata")'
    page_click phone '#leave'
    page_says toto 'still here'
    page_until toto 'return [...document.querySelectorAll("#log .own:not(.pending)")].some((line) => line.textContent.includes("still here"))'
    expect tata -e 'toto.*still here'
    expect_none tata -e 'toto.*(has come|has left)'
}

@test "what was said to an account while it was away is counted when it comes again, and shown" {
    begin -o 'password-rounds 4096' -o 'flood off'
    enter tata talk
    send tata '/register tata a-secret-of-tata'
    expect tata -e 'account'
    page_open toto "$URL"
    page_logs_in toto toto 'a secret of mine' make
    page_is_in toto toto
    send tata '/msg toto read at once'
    page_until toto 'return [...document.querySelectorAll("#room-list button")].some((room) => room.textContent === "tata1")'
    page_click toto '#room-list li:nth-child(2) button'
    page_sees toto 'read at once'
    page_says toto '/account always-on yes'
    page_sees toto 'always'
    page_click toto '#leave'
    expect tata -e 'toto'
    send tata '/msg toto one' '/msg toto two' 'and toto: this in the lobby'
    expect tata '(tata) and toto: this in the lobby'
    page_logs_in toto toto 'a secret of mine'
    page_is_in toto toto
    page_until toto 'return [...document.querySelectorAll("#room-list button")].some((room) => room.textContent === "tata2" && room.querySelector(".loud"))'
    page_sees toto 'tata: and toto: this in the lobby'
    page_click toto '#room-list li:nth-child(2) button'
    page_sees toto 'read at once'
    page_sees toto 'two'
    page_until toto 'return document.querySelector("#log .new").nextElementSibling.textContent.includes("one")'
}

@test "who is refused is told at the entrance" {
    begin
    page_open toto "$URL"
    page_type toto '#nick' '!' Enter
    page_until toto 'return document.querySelector("#refusal").textContent.includes("cannot be a name")'
    daemon_stop
    page_js toto 'document.querySelector("#nick").value = ""'
    page_type toto '#nick' 'toto' Enter
    page_until toto 'return document.querySelector("#refusal").textContent === "The server cannot be reached."'
}

# page_axe NAME: what axe finds serious, a line for each rule.
page_axe() {
    local request=$BATS_TEST_TMPDIR/axe.json
    drive POST "${PAGES[$1]}/timeouts" '{"script": 600000}' >/dev/null
    jq -n --rawfile axe "$NODE_PATH/axe-core/axe.min.js" '{args: [], script: ($axe + "; const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: [\"violations\"]}).then((found) => done(found.passes.length + \" rules hold\\n\" + found.violations.filter((rule) =>
            rule.impact === \"serious\" || rule.impact === \"critical\").map((rule) => rule.id + \": \" +
            rule.nodes.map((node) => node.html).join(\" \")).join(\"\\n\")), (error) => done(String(error)))")}' >"$request"
    drive POST "${PAGES[$1]}/execute/async" "@$request"
}

@test "axe finds nothing serious at the entrance, in a room, and on a phone" {
    npm_open
    begin
    enter tutu plain
    page_open toto "$URL"
    local where
    for where in entrance room phone; do
        case $where in
        room)
            page_enter toto
            send tutu 'MSG see http://a.example/ and #games' 'MSG toto: and this'
            page_says toto 'own words'
            page_sees toto 'own words'
            page_sees toto 'and this'
            ;;
        phone)
            drive POST "${PAGES[toto]}/goog/cdp/execute" \
                '{"cmd": "Emulation.setDeviceMetricsOverride", "params": {"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": true}}' >/dev/null
            page_click toto '#show-rooms'
            ;;
        esac
        run -0 page_axe toto
        [[ $output =~ ^[1-9][0-9]*\ rules\ hold$ ]] || { echo "$where: $output"; return 1; }
    done
}
