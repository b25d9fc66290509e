# shellcheck shell=bash
# Programs of npm's, for tests only: nothing of ours needs them. README names neither Node.js nor npm: Debian's npm is a third
# of all packages that there are for a test, and excludes Node.js from elsewhere. Load lib/common first, or what has it.
#
#   npm_open    # installs them, once for all test files of a run, or skips the test and says why
#
# NODE_PATH is then where they are: node's require() finds them, and axe is $NODE_PATH/axe-core/axe.min.js.

NPM_PACKAGES=(ws@8.23.0 irc-framework@4.14.0 axe-core@4.14.1)

npm_open() {
    command -v node >/dev/null && command -v npm >/dev/null || skip "no Node.js with npm here"
    local home=$BATS_RUN_TMPDIR/npm
    mkdir -p "$home"
    (
        flock 9
        [[ ! -e $home/status ]] || exit 0
        status=0
        patiently npm install --prefix "$home" --ignore-scripts --no-audit --no-fund --no-update-notifier --fetch-retries 1 \
            "${NPM_PACKAGES[@]}" >"$home/log" 2>&1 || status=$?
        echo "$status" >"$home/status"
    ) 9>"$home/lock" 3>&-
    if [[ $(<"$home/status") != 0 ]]; then
        skip "npm install: $(grep -m 1 -E 'ERR!|error' "$home/log" || echo "status $(<"$home/status")")"
    fi
    export NODE_PATH=$home/node_modules
}
