#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The metrics door: HTTP, the text format of Prometheus, and whoever else knocks.

setup() {
    load lib/daemon
    load lib/client
    load lib/control
}

teardown() {
    client_teardown
    daemon_teardown
}

serve() {
    daemon_start -o 'listen plain 127.0.0.1:0' -o 'listen metrics 127.0.0.1:0'
}

# ask REQUEST-LINE: the whole answer, without CR, into $answer.
ask() {
    answer=$(printf '%s\r\nHost: here\r\n\r\n' "$1" | exchange metrics | tr -d '\r')
}

# Whether the answer has that line now.
metric() {
    ask 'GET /metrics HTTP/1.1'
    grep -qx "$1" <<<"$answer"
}

@test "it is off unless asked for, and has no usual port" {
    daemon_start
    [ -z "${PORT[metrics]:-}" ]
    daemon_command -t -o 'listen control 127.0.0.1:0'
    run -78 "${DAEMON_COMMAND[@]}" 3>&-
    [[ $output == *'no such door "control": the doors are plain, talk, irc, web, metrics'* ]]
}

@test "GET /metrics gives the numbers" {
    serve
    enter toto plain
    enter tutu plain
    send toto 'MSG hello'
    expect tutu '[toto] hello'
    # Courier 0 counts the lines, and tutu's is another.
    wait_until metric 'forkchat_lines_total 1'
    [[ $answer == "HTTP/1.1 200 OK"$'\n'* ]]
    grep -qx 'Content-Type: text/plain; version=0.0.4; charset=utf-8' <<<"$answer"
    grep -qx 'forkchat_clients{door="plain"} 2' <<<"$answer"
    grep -qE '^forkchat_deliveries_total\{courier="0"\} [1-9]' <<<"$answer"
    grep -qx 'forkchat_forks_total{process="worker"} 2' <<<"$answer"
    grep -qx 'forkchat_refusals_total{reason="banned"} 0' <<<"$answer"
    # whoever asks is no client
    [ "$(ctl who | wc -l)" = 3 ]
}

@test "every line of it is in the format, and every metric is explained before its samples" {
    requires python3
    serve
    ask 'GET /metrics HTTP/1.1'
    run -0 python3 - <<EOF
import re
body = """$answer""".split("\n\n", 1)[1]
explained, kinds, seen, last = set(), {}, set(), None
for line in body.strip().split("\n"):
    if m := re.fullmatch(r"# HELP ([a-z_]+) (.+)", line):
        assert m[1] not in explained, line
        explained.add(m[1])
    elif m := re.fullmatch(r"# TYPE ([a-z_]+) (counter|gauge)", line):
        kinds[m[1]] = m[2]
    else:
        m = re.fullmatch(r'(forkchat_[a-z_]+)(\{[a-z]+="[^"\\\\]*"\})? (\d+)', line)
        assert m, line
        assert m[1] in explained and m[1] in kinds, line
        assert (kinds[m[1]] == "counter") == m[1].endswith("_total"), line
        assert m[1] + (m[2] or "") not in seen, line
        assert m[1] == last or m[1] not in {s.split("{")[0] for s in seen}, line
        seen.add(m[1] + (m[2] or ""))
        last = m[1]
assert len(seen) > 25
EOF
    command -v promtool >/dev/null || return 0
    sed '1,/^$/d' <<<"$answer" | promtool check metrics
}

@test "HEAD has no body; other paths, methods and rubbish get their status" {
    serve
    ask 'HEAD /metrics HTTP/1.0'
    [[ $answer == "HTTP/1.1 200 OK"* && $answer != *forkchat_clients* ]]
    ask 'GET / HTTP/1.1'
    [[ $answer == "HTTP/1.1 404 "* ]]
    ask 'GET /metricsandmore HTTP/1.1'
    [[ $answer == "HTTP/1.1 404 "* ]]
    ask 'POST /metrics HTTP/1.1'
    [[ $answer == "HTTP/1.1 405 "* ]]
    grep -qx 'Allow: GET, HEAD' <<<"$answer"
    ask 'NICK toto'
    [[ $answer == "HTTP/1.1 400 "* ]]
    ask "GET /$(printf 'x%.0s' {1..5000}) HTTP/1.1"
    [[ $answer == "HTTP/1.1 431 "* ]]
    printf '\026\003\001\002\000\001\n\n' | exchange metrics | grep -q '^HTTP/1.1 400'
}

@test "whoever says nothing holds a place, but none of the operators'" {
    serve
    # They are there for some seconds only, in which a slow machine may not have let all of them in.
    local opened=0
    eight() {
        local there
        there=$(daemon_pids '^forkchatd: metrics' | wc -l)
        for ((; there < 8; there++)); do
            open "idle$((++opened))" metrics
        done
        [[ $(daemon_pids '^forkchatd: metrics' | wc -l) == 8 ]]
    }
    wait_until eight
    ask 'GET /metrics HTTP/1.1'
    [[ $answer == "HTTP/1.1 503 "* ]]
    run -0 ctl who
    for ((i = 1; i <= opened; i++)); do
        close "idle$i"
    done
    none() { [[ -z $(daemon_pids '^forkchatd: metrics') ]]; }
    wait_until none
    ask 'GET /metrics HTTP/1.1'
    [[ $answer == "HTTP/1.1 200 "* ]]
}

@test "bans and connect-rate hold for those who ask for metrics, and clients take no place of theirs" {
    daemon_start -o 'listen plain 127.0.0.1:0' -o 'listen metrics 127.0.0.1:0' -o 'max-clients-per-address 1'
    enter toto plain
    ask 'GET /metrics HTTP/1.1'
    [[ $answer == 'HTTP/1.1 200 OK'* ]]
    ctl ban 127.0.0.1 1h
    ask 'GET /metrics HTTP/1.1'
    [[ $answer == 'HTTP/1.1 503 Service Unavailable'*'you are banned: no reason given' ]]
    expect_log '^client refused "127.0.0.1:[0-9]+": you are banned: no reason given$'
    daemon_stop
    rm -r "$BATS_TEST_TMPDIR/state"
    daemon_start -o 'listen plain 127.0.0.1:0' -o 'listen metrics 127.0.0.1:0' -o 'connect-rate 2/1000'
    ask 'GET /metrics HTTP/1.1'
    ask 'GET /metrics HTTP/1.1'
    [[ $answer == 'HTTP/1.1 200 OK'* ]]
    ask 'GET /metrics HTTP/1.1'
    [[ $answer == 'HTTP/1.1 503 Service Unavailable'*'you connect too often: wait a little, then try again' ]]
}
