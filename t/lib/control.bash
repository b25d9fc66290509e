# shellcheck shell=bash
# forkchatctl at the test's own daemon. Load lib/daemon first.
#
#   run -0 ctl who
#   ctl_json ban 'expression of jq'   # the answer of `--json ban`, through jq -r

ctl() {
    patiently "$FORKCHAT_BUILD/forkchatctl" -r "$DAEMON_RUN" "$@" 3>&-
}

# ctl_json EXPRESSION COMMAND …
ctl_json() {
    local expression=$1
    shift
    requires jq
    ctl --json "$@" | jq -r "$expression"
}
