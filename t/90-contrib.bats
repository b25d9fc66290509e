#!/usr/bin/env bats
# What contrib/ has for the system around the server: services, users and folders, logs, TLS in front.
# Programs that read these files are asked where they are installed; README names none of them.

# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/make

setup() {
    bats_require_minimum_version 1.5.0
    cd "$BATS_TEST_DIRNAME/.." || return
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "the scripts of services are shell without mistakes" {
    for script in contrib/openrc/forkchatd contrib/freebsd/forkchatd; do
        sh -n "$script"
    done
    requires shellcheck
    shellcheck contrib/openrc/forkchatd contrib/freebsd/forkchatd contrib/openbsd/forkchatd
}

@test "the services start the program where it is installed, and find it by the file it writes" {
    for file in forkchatd.service openrc/forkchatd freebsd/forkchatd openbsd/forkchatd \
        launchd/org.forkchat.forkchatd.plist; do
        grep -qE '[=">]/usr/local/sbin/forkchatd\b' "contrib/$file" || { echo "$file"; return 1; }
    done
    run -0 grep -hE '^pidfile=' contrib/openrc/forkchatd contrib/freebsd/forkchatd
    [ "$(sort -u <<<"$output")" = pidfile=/run/forkchat/forkchatd.pid ]
    grep -qx '\.It Pa /run/forkchat/forkchatd.pid' man/forkchatd.8
    # no blank and no quote that systemd, or sh, would take in another way than forkchatd
    line=$(sed -n 's/^ExecStart=.*forkchatd -f //p' contrib/forkchatd.service)
    eval "\"$FORKCHAT_BUILD/forkchatd\" -t -c /dev/null $line 3>&-"
}

@test "systemd finds no mistake in the unit, and as little exposure as the unit says" {
    requires systemd-analyze
    tmp=$BATS_TEST_TMPDIR/dest
    make_built prefix="$tmp" install >"$BATS_TEST_TMPDIR/installed"
    unit=$BATS_TEST_TMPDIR/forkchatd.service
    cp "$tmp/share/doc/forkchat/forkchatd.service" "$tmp/share/doc/forkchat/forkchatd.socket" "$BATS_TEST_TMPDIR"
    run systemd-analyze verify --man=no "$unit" "$BATS_TEST_TMPDIR/forkchatd.socket"
    run -1 grep -F forkchatd. <<<"$output"
    [ -z "$output" ]
    [[ $(systemd-analyze --version) == "systemd 252 "* ]] || skip "figures are those of systemd 252"
    figures=$(sed -n '/^\[Unit\]/q; s/^# //p' contrib/forkchatd.service | tr '\n' ' ')
    run -0 systemd-analyze security --offline=true "$unit"
    [[ $output == *"Overall exposure level for forkchatd.service: "* ]]
    figure=${output##*: }
    [[ $figures == *"systemd 252 gives it ${figure%% *}: "* ]]
    # the drop-in, as systemd reads it: behind what the unit says of the service
    sed -n '/^\[Service\]/,$p' contrib/systemd/privileged.conf >>"$unit"
    run -0 systemd-analyze security --offline=true "$unit"
    figure=${output##*: }
    [[ $figures == *"the figure is ${figure%% *}."* ]]
}

@test "the socket unit has the doors' usual ports, and systemd has room for all that the server has it keep" {
    run -0 sed -n 's/^ListenStream=//p' contrib/forkchatd.socket
    [ "$(wc -l <<<"$output")" -ge 3 ]
    for port in $output; do
        grep -qE "^ *DOOR\([A-Z]+, \"[a-z]+\", $port, " src/world/doors.h
    done
    room=$(sed -n 's/^FileDescriptorStoreMax=//p' contrib/forkchatd.service)
    session=$(sed -n 's/^#define FD_HANDOFF_MOST //p' src/process/fd_handoff.h)
    doors=$(sed -nE 's/^#define SETTING_LISTENS +//p' src/conf/settings.h)
    [ "$room" -ge $((session + doors)) ]
}

@test "the packages have the version that everything has, and their scripts have no mistakes" {
    version=$(sed -n 's/^VERSION := //p' GNUmakefile)
    run -0 head -n 1 contrib/debian/changelog
    [[ $output == "forkchat ($version-"*") "* ]]
    grep -qx "pkgver=$version" contrib/alpine/APKBUILD
    for script in contrib/debian/post* contrib/alpine/*; do
        sh -n "$script"
    done
    grep -q 'adduser --system --group .* forkchat$' contrib/debian/postinst
    requires shellcheck
    shellcheck contrib/debian/post* contrib/alpine/*
}

@test "the folders and the user that systemd makes are those that the server and INSTALL name" {
    for folder in /run/forkchat /var/lib/forkchat /etc/forkchat; do
        grep -qE "^d $folder 0755 root root -$" contrib/tmpfiles/forkchat.conf
    done
    run -0 awk '$1 == "u" {print $2}' contrib/sysusers/forkchat.conf
    [ "$output" = forkchat ]
    grep -qx 'User=forkchat' contrib/forkchatd.service
    requires systemd-tmpfiles
    mkdir -p "$BATS_TEST_TMPDIR/root/etc"
    printf 'root:x:0:0::/:/bin/sh\n' >"$BATS_TEST_TMPDIR/root/etc/passwd"
    printf 'root:x:0:\n' >"$BATS_TEST_TMPDIR/root/etc/group"
    [ "$EUID" = 0 ] || skip "needs root"
    systemd-tmpfiles --root="$BATS_TEST_TMPDIR/root" --create "$PWD/contrib/tmpfiles/forkchat.conf"
    [ "$(stat -c %a "$BATS_TEST_TMPDIR/root/var/lib/forkchat")" = 755 ]
    systemd-sysusers --root="$BATS_TEST_TMPDIR/root" "$PWD/contrib/sysusers/forkchat.conf"
    grep -q '^forkchat:' "$BATS_TEST_TMPDIR/root/etc/passwd"
}

@test "launchd's file is a property list, of a program that stays in the foreground" {
    python3 - contrib/launchd/org.forkchat.forkchatd.plist <<'EOF'
import plistlib, sys
with open(sys.argv[1], "rb") as file:
    job = plistlib.load(file)
assert sys.argv[1].endswith("/" + job["Label"] + ".plist")
assert job["ProgramArguments"][:2] == ["/usr/local/sbin/forkchatd", "-f"]
assert job["KeepAlive"] == {"SuccessfulExit": False} and job["AbandonProcessGroup"] is True
EOF
}

# Whom fail2ban would blame for each line of standard input: an address, or nothing. As fail2ban does, with what its
# common.conf has for us, from the words of the filter. Lines without the date.
blamed() {
    python3 -c '
import configparser, re, sys
filter = configparser.RawConfigParser(comment_prefixes="#", inline_comment_prefixes=None)
filter.read("contrib/fail2ban/filter.conf")
definition = filter["Definition"]
prefix = r"(?:\S+ )?" + definition["_daemon"] + r"(?:\[\d+\])?: "
address = r"(?P<host>(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)"
rules = [re.compile(rule.replace("%(__prefix_line)s", prefix).replace("<ADDR>", address))
         for rule in definition["failregex"].strip().splitlines()]
assert len(rules) > 1
used = set()
for line in sys.stdin:
    found = [(rule, match) for rule in rules if (match := rule.search(line.rstrip("\n")))]
    used.update(rule for rule, match in found)
    print(found[0][1]["host"] if found else "")
if sys.argv[1:] == ["all"]:
    assert used == set(rules), "a rule that nothing matches"
' "$@"
}

@test "fail2ban's filter blames whom the lines beside it say, and nobody else" {
    sed -n 's/^# failJSON: .*"match": true, "host": "\(.*\)" }$/\1/p; s/^# failJSON: { "match": false }$//p' \
        contrib/fail2ban/lines >"$BATS_TEST_TMPDIR/expected"
    grep -v '^#' contrib/fail2ban/lines | sed -E 's/^.{15} //' >"$BATS_TEST_TMPDIR/lines"
    blamed all <"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/blamed"
    diff "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/blamed"
    grep -q . "$BATS_TEST_TMPDIR/blamed"
}

@test "fail2ban's filter knows the lines that the server writes" {
    daemon_may '^forkchatd: warning: wrong '
    daemon_start -o "operator root $(openssl passwd -6 secret)" -o "password $(openssl passwd -6 knock)" \
        -o 'penalty password off'
    open toto plain
    send toto 'OPER root guess' 'OPER "192.0.2.1:1" guess'
    expect toto '[server] wrong operator name or password'
    expect toto '[server] wrong operator name or password'
    open tutu irc
    send tutu 'PASS wrong' 'NICK tutu' 'USER tutu 0 * :"192.0.2.1:1"'
    expect_log 'warning: wrong operator name or password for "root"'
    expect_log 'warning: wrong operator name or password for an unknown name'
    expect_log 'warning: wrong password from'
    grep -v '^ ' "$DAEMON_LOG" | sed 's/^/chat forkchatd[1]: /' | blamed | grep . >"$BATS_TEST_TMPDIR/blamed"
    [ "$(<"$BATS_TEST_TMPDIR/blamed")" = $'127.0.0.1\n127.0.0.1\n127.0.0.1' ]
}

@test "the examples of TLS lead to the doors' usual ports, from ports that no door has" {
    for file in stunnel.conf nginx.conf haproxy.cfg; do
        run -0 sed -nE 's/^ *(connect =|proxy_pass|server forkchatd) (http:\/\/)?127\.0\.0\.1:([0-9]+)( send-proxy-v2)?;?$/\3/p' "contrib/$file.example"
        [ "$(wc -l <<<"$output")" -ge 3 ]
        for port in $output; do
            grep -qE "^ *DOOR\([A-Z]+, \"[a-z]+\", $port, " src/world/doors.h
        done
        run -0 sed -nE 's/^ *(accept =|listen|bind) .*\b([0-9]{3,4}).*/\2/p' "contrib/$file.example"
        for port in $output; do
            run -1 grep -E "^ *DOOR\(.*, $port, " src/world/doors.h
        done
    done
}
