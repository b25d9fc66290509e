#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# forkchatctl and the socket behind it: commands, answers, exit statuses, who may.

export DAEMON_DOORS="plain talk irc"

setup() {
    load lib/daemon
    load lib/client
    load lib/control
    daemon_start
}

teardown() {
    client_teardown
    daemon_teardown
}

@test "help lists the commands, and each of them is known" {
    run -0 ctl help
    [[ ${lines[0]} == COMMAND*ARGUMENTS*MEANING ]]
    while read -r name; do
        # without its arguments it is used wrongly, but not unknown
        [[ $name != @(reload|shutdown|top|tail) ]] || continue
        run ctl "$name"
        [[ $output != *"there is no command"* ]]
    done < <(awk 'NR > 1 {print $1}' <<<"$output")
}

@test "without a server forkchatctl says so in one line" {
    run -69 "$FORKCHAT_BUILD/forkchatctl" -r "$BATS_TEST_TMPDIR/nowhere" who
    [ "${#lines[@]}" = 1 ]
    [[ $output == "forkchatctl: no forkchatd answers at $BATS_TEST_TMPDIR/nowhere/control: "* ]]
}

@test "a wrong invocation gets a usage and status 64" {
    run -64 ctl
    [[ ${lines[0]} == "forkchatctl: which command? forkchatctl help lists them" && ${lines[1]} == usage:* ]]
    run -64 ctl --nonsense
    [[ ${lines[0]} == "forkchatctl: there is no option --nonsense: forkchatctl --help lists them" && ${lines[1]} == usage:* ]]
    run -64 "$FORKCHAT_BUILD/forkchatctl" -r
    [[ ${lines[0]} == "forkchatctl: -r wants a directory, "* && ${lines[1]} == usage:* ]]
    run -64 ctl dance
    [ "$output" = 'forkchatctl: there is no command "dance": help lists them' ]
    run -64 ctl kick
    [ "$output" = 'forkchatctl: kick needs more: kick <nick> [<text>]' ]
    run -64 ctl wall $'two\nlines'
    run -0 ctl --help
    run -0 ctl --version
    [ "$output" = "forkchatctl $("$FORKCHAT_BUILD/forkchatd" -V | sed -n 's/^forkchatd //p')" ]
}

@test "words behind a command that takes none are refused" {
    local command
    for command in help who channels bans penalties attendance motd reload stats; do
        run -64 ctl "$command" now
        [ "$output" = "forkchatctl: $command wants nothing behind it" ]
    done
}

@test "a hint names commands that there are here" {
    run -1 ctl kick nobody
    [ "$output" = "forkchatctl: nobody here is called nobody: who shows who is here" ]
    run -1 ctl topic '#nix'
    [ "$output" = "forkchatctl: there is no channel #nix: channels shows them" ]
    run -1 ctl topic nix
    [ "$output" = "forkchatctl: nix cannot be a channel: use # and a word, as in #games" ]
    run -1 ctl unban 192.0.2.7
    [ "$output" = "forkchatctl: 192.0.2.7 is not banned: bans lists who is" ]
    run -1 ctl ban 300.1.1.1
    [[ $output == "forkchatctl: 300.1.1.1 cannot be banned: "* ]]
}

@test "errors go to standard error, answers to standard output" {
    run -1 --separate-stderr ctl kick nobody
    [ -z "$output" ]
    [[ $stderr == *"nobody here is called nobody"* ]]
    run -0 --separate-stderr ctl channels
    [ -z "$stderr" ]
}

@test "wall reaches people on every door" {
    enter toto plain
    enter tutu talk
    enter tata irc
    run -0 ctl wall the lesson 'begins now'
    [ "$output" = "3 clients were told" ]
    expect toto '[server] the lesson begins now'
    expect tutu '[server] the lesson begins now'
    expect tata -e '^:[^ ]+ NOTICE \* :the lesson begins now$'
}

@test "who shows nick, door, address, channels, and the worker's pid" {
    enter toto plain
    send toto 'JOIN #games'
    expect toto '[server] you are now talking in #games'
    run -0 ctl who
    [[ ${lines[0]} == NICK*DOOR*ADDRESS*CHANNELS*IDLE*QUEUE*PID* ]]
    [[ ${lines[1]} =~ ^toto\ +plain\ +127\.0\.0\.1:[0-9]+\ .*@#games.*\ ([0-9]+)$ ]]
    kill -0 "${BASH_REMATCH[1]}"
}

@test "kick shows the text to one client and closes it; others see them leave" {
    enter toto plain
    enter tutu talk
    run -0 ctl kick toto enough now
    expect toto '[server] enough now'
    expect_end toto
    expect tutu 'toto has left! (killed by the server: enough now)'
    run -1 ctl kick toto
}

@test "the topic is set for everybody, by the server" {
    enter toto plain
    enter tata irc
    send tata 'JOIN #lobby'
    run -0 ctl topic '#lobby' silence please
    expect toto '[server] the server set the topic of #lobby: silence please'
    run -0 ctl topic '#lobby'
    [ "$output" = "the topic of #lobby is: silence please" ]
    run -1 ctl topic '#nowhere' x
}

@test "a ban puts out who is here, keeps out who comes, and survives a restart" {
    enter toto plain
    run -0 ctl ban toto 1h too loud
    [[ $output == "*@127.0.0.1 is banned until "* ]]
    expect toto '[server] you are banned: too loud'
    expect_end toto
    run -0 ctl bans
    [[ ${lines[1]} == "*@127.0.0.1 "*" too loud" ]]
    daemon_stop
    daemon_start
    open tutu plain
    expect tutu '[server] you are banned: too loud'
    run -0 ctl unban 127.0.0.1
    enter tata plain
    run -0 ctl bans
    [ "${#lines[@]}" = 1 ]
    run -1 ctl unban 127.0.0.1
    run -1 ctl ban 'not/a/mask'
}

@test "whoever has no name is meant by the address that who shows, by every command that takes a nick" {
    open nobody plain
    expect nobody -e 'You are ([0-9.]+:[0-9]+)\.$'
    local address=${BASH_REMATCH[1]}
    enter toto plain
    send toto "WHOIS $address"
    expect toto "[server] $address is plain (plain@127.0.0.1)"
    send toto "@$address hello"
    expect nobody '[toto -> you] hello'
    send toto 'JOIN #x' "INVITE $address"
    expect toto "[server] $address is invited to #x"
    expect nobody -e 'invites you'
    run -0 ctl whois "$address"
    [ "${lines[0]}" = "$address is plain (plain@127.0.0.1)" ]
    run -0 ctl mute "$address"
    [ "$output" = "$address may not speak" ]
    run -0 ctl unmute "$address"
    run -0 ctl floor "$address"
    [ "$output" = "$address has the floor in #lobby" ]
    run -0 ctl floor all
    run -0 ctl kick "$address" out
    expect nobody '[server] out'
    expect_end nobody
    # For a ban it is the address, also of one who left or has a name.
    run -0 ctl ban 192.0.2.7:41994 1h
    [[ $output == "*@192.0.2.7 is banned until "* ]]
    run -0 ctl ban '[2001:db8::5]:41994' 1h
    [[ $output == "*@2001:db8::/64 is banned until "* ]]
    run -0 ctl unban 192.0.2.7:41994
    [ "$output" = "*@192.0.2.7 is no longer banned" ]
    # What bans somebody takes it back, too.
    run -0 ctl unban '[2001:db8::5]:41994'
    [ "$output" = "*@2001:db8::/64 is no longer banned" ]
    run -0 ctl ban '[2001:db8::5]' 1h
    run -0 ctl unban '[2001:db8::7]:1'
    run -0 ctl ban 2001:db8::5 1h
    run -0 ctl unban '[2001:db8::5]:41994'
    [ "$output" = "*@2001:db8::5 is no longer banned" ]
    run -1 ctl unban '[2001:db8::5]:41994'
    run -1 ctl forgive 192.0.2.7:41994
    [ "$output" = "forkchatctl: 192.0.2.7 owes nothing: penalties lists who does" ]
    open other plain
    expect other -e 'You are ([0-9.]+:[0-9]+)\.$'
    run -0 ctl ban "${BASH_REMATCH[1]}" 1h bye
    expect other '[server] you are banned: bye'
}

@test "the time of a ban is understood as people write it, and what only looks like one is refused" {
    requires jq
    seconds() {
        run -0 ctl ban "$@"
        ctl_json 'select(.mask == "*@192.0.2.7") | [.until, .set] | map(sub("[.].*"; "Z") | fromdateiso8601) | .[0] - .[1]' \
            bans
    }
    # What a millisecond is worth in whole seconds.
    is_near() { (($1 >= $2 - 1 && $1 <= $2 + 1)) || { echo "$1 is not $2"; return 1; }; }
    is_near "$(seconds 192.0.2.7 30min)" 1800
    is_near "$(seconds 192.0.2.7 1H)" 3600
    is_near "$(seconds 192.0.2.7 1hour)" 3600
    is_near "$(seconds 192.0.2.7 1y)" 31536000
    is_near "$(seconds 192.0.2.7 1h30)" 5400
    is_near "$(seconds 192.0.2.7 90 minutes)" 5400
    is_near "$(seconds 192.0.2.7 2 Days of spam)" 172800
    [ "$(ctl_json .reason bans)" = "of spam" ]
    is_near "$(seconds 2h 192.0.2.7)" 7200
    is_near "$(seconds 192.0.2.7 1h 30m)" 5400
    is_near "$(seconds 192.0.2.7 1d 2h spam)" 93600
    [ "$(ctl_json .reason bans)" = spam ]
    is_near "$(seconds 192.0.2.7 1h 30 lines of spam)" 3600
    [ "$(ctl_json .reason bans)" = "30 lines of spam" ]
    run -0 ctl unban 192.0.2.7
    for time in 1.5h 1x 30minuets -1h 2nd 1h30x; do
        run -64 ctl ban 192.0.2.7 "$time" spam
        [[ $output == *"ban wants a time as in 90s, 15m, 1h30m, 2d, 1w, 1mo or 1y; or a reason "* ]]
    done
    run -0 ctl bans
    [ "${#lines[@]}" = 1 ]
}

@test "a ban of everybody asks first" {
    enter toto plain
    for mask in '*@*' '*' '*!*@*' '**@*' 0.0.0.0/0 ::/0 ::ffff:0:0/96 '*.*' '*:*' 128.0.0.0/1 2000::/3; do
        run -1 ctl ban "$mask" 1h
        [[ $output == *" is everybody, you too: ban -f $mask if that is meant" ]]
    done
    run -0 ctl bans
    [ "${#lines[@]}" = 1 ]
    run -0 ctl ban 'bob@*' 1h
    run -0 ctl ban '198.51.100.*' 1h
    run -0 ctl ban -f '*@*' 1h goodbye
    [[ $output == "*@* is banned until "* ]]
    expect toto '[server] you are banned: goodbye'
}

@test "--json gives one object a line, whatever is in the strings" {
    requires jq
    enter toto plain
    run -0 ctl topic '#lobby' 'say "hi" \ there'
    [ "$(ctl_json .topic channels)" = 'say "hi" \ there' ]
    [ "$(ctl_json '.nick + " " + .door' who)" = "toto plain" ]
    [ "$(ctl_json .idle who)" -ge 0 ]
    [ "$(ctl_json .message wall hello)" = "1 client was told" ]
    ctl --json ban 192.0.2.0/24
    [ "$(ctl_json '.mask + " " + (.until | tostring)' bans)" = "*@192.0.2.0/24 null" ]
    ctl mute toto
    [ "$(ctl_json '"\(.status)"' who)" = muted ]
    ctl --json stats | jq -e . >/dev/null
    ctl --json help | jq -e .command >/dev/null
}

@test "reload tells whether the configuration was taken" {
    run -0 ctl reload
    [ "$output" = "the configuration was read again" ]
    expect_log '^configuration read again$'
}

@test "a reload with a mistake changes nothing and has status 1" {
    daemon_stop
    echo "motd $BATS_TEST_TMPDIR/motd" >"$BATS_TEST_TMPDIR/conf"
    echo "hello there" >"$BATS_TEST_TMPDIR/motd"
    daemon_start -c "$BATS_TEST_TMPDIR/conf"
    run -0 ctl motd
    [ "$output" = "hello there" ]
    echo "good evening" >"$BATS_TEST_TMPDIR/motd"
    run -0 ctl reload
    run -0 ctl motd
    [ "$output" = "good evening" ]
    open toto plain
    expect toto '[server] good evening'
    echo "motd /nowhere" >"$BATS_TEST_TMPDIR/conf"
    run -1 ctl reload
    run -0 ctl motd
    [ "$output" = "good evening" ]
}

@test "stats and whois answer" {
    enter toto plain
    run -0 ctl stats
    grep -qE '^clients plain +1$' <<<"$output"
    run -0 ctl whois toto
    [[ ${lines[0]} == "toto is "* ]]
    run -1 ctl whois nobody
}

@test "crash last tells whose worker died of what" {
    daemon_may 'worker .* died'
    run -1 ctl crash last
    [ "$output" = "forkchatctl: nothing has crashed" ]
    enter toto plain
    pid=$(ctl who | awk '$1 == "toto" {print $(NF)}')
    kill -KILL "$pid"
    expect_end toto
    expect_log "worker $pid of toto died"
    run -0 ctl crash last
    [[ ${lines[1]} =~ worker\ +$pid\ +signal\ +9\ +SIGKILL\ +toto\ +plain\ +127\.0\.0\.1: ]]
    run -64 ctl crash course
}

@test "a full server can still be controlled" {
    daemon_stop
    daemon_start -o 'max-clients 2'
    enter toto plain
    enter tutu plain
    open tata plain
    expect tata '[server] the server is full: try again later'
    run -0 ctl kick tutu
    close tutu
    one_left() { [[ $(daemon_pids '^forkchatd: worker' | wc -l) == 1 ]]; }
    wait_until one_left
    enter titi plain
}

@test "several commands may follow on one connection, and rubbish is answered" {
    requires python3
    run -0 python3 - "$DAEMON_RUN/control" <<'EOF'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"wall one\njson wall two\n" + b"x" * 9000 + b"\n\xff\xfe\0 rubbish\nwall three")
s.shutdown(socket.SHUT_WR)
answer = b""
while True:
    got = s.recv(4096)
    if not got: break
    answer += got
print(answer.decode())
EOF
    [ "${lines[0]}" = " 0 clients were told" ]
    [ "${lines[1]}" = ".0" ]
    [ "${lines[2]}" = ' {"message":"0 clients were told"}' ]
    [ "${lines[4]}" = "!that line is too long" ]
    [ "${lines[5]}" = ".64" ]
    [[ ${lines[6]} == '!there is no command'* ]]
    [ "${lines[8]}" = " 0 clients were told" ]
}

# Built without anything beyond POSIX, the server cannot tell.
knows_who_asks() {
    ! grep -q 'there is no sandbox on this system' "$DAEMON_LOG" || skip "POSIX does not tell whose a socket is"
}

@test "the socket is for its owner, and for the group if one is configured" {
    # under sanitizers the tests' daemon has a group
    [[ -n $UNDER_ASAN || $(stat -c %a "$DAEMON_RUN/control") == 600 ]]
    daemon_stop
    [ ! -e "$DAEMON_RUN/control" ]
    daemon_start -o "group $(id -gn)"
    [ "$(stat -c '%a %g' "$DAEMON_RUN/control")" = "660 $(id -g)" ]
    [ "$EUID" = 0 ] || skip "only root can become somebody else"
    requires setpriv
    cd "$DAEMON_RUN" || return # the folders above it are for the test alone
    run -77 setpriv --reuid=65534 --regid=65534 --clear-groups "$FORKCHAT_BUILD/forkchatctl" -r . who 3>&-
    [ "$output" = "forkchatctl: you are not permitted to use ./control" ]
    # past the modes, the server looks for itself
    knows_who_asks
    chmod 666 control
    run -77 setpriv --reuid=65534 --regid=65534 --clear-groups "$FORKCHAT_BUILD/forkchatctl" -r . who 3>&-
    [ "$output" = "forkchatctl: you are not permitted to control this server" ]
    expect_log 'control refused to nobody'
}

@test "the capabilities that the systemd drop-in leaves are enough: the socket is the group's, accounts and history work" {
    [ "$EUID" = 0 ] || skip "only root has capabilities to give up"
    [[ -z $UNDER_ASAN ]] || skip "its processes keep their user and look into themselves there"
    requires setpriv
    daemon_stop
    local capabilities group
    group=$(id -gn nobody)
    capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' "$BATS_TEST_DIRNAME/../contrib/systemd/privileged.conf")
    capabilities=${capabilities//CAP_/,+}
    # shellcheck disable=SC2034 # for daemon_start
    local DAEMON_WRAP=(setpriv --inh-caps=-all --bounding-set="-all${capabilities// /}")
    daemon_start -o "group $group"
    [ "$(stat -c '%a %G' "$DAEMON_RUN/control")" = "660 $group" ]
    run -0 ctl who
    # The folders below state-directory are another user's.
    run -0 ctl account add toto a-secret
    run -0 ctl history stats
}

@test "what operators do is in the log, with their name" {
    knows_who_asks
    run -0 ctl wall hello
    expect_log "^control \"wall hello\" by $(id -un)\$"
}

@test "welcome, message of the day and rules come from files, on each door in its way, anew after a reload" {
    daemon_stop
    for name in welcome motd rules; do
        printf 'the %s\nof the house\n' "$name" >"$BATS_TEST_TMPDIR/$name"
    done
    daemon_start -o "welcome $BATS_TEST_TMPDIR/welcome" -o "motd $BATS_TEST_TMPDIR/motd" -o "rules $BATS_TEST_TMPDIR/rules"
    open toto plain
    expect_next toto '[server] the welcome'
    expect_next toto '[server] of the house'
    expect_next toto '[server] the motd'
    enter tutu talk
    send tutu /rules
    expect tutu '[server] the rules'
    enter tata irc
    send tata RULES
    expect tata -e ' 308 tata :'
    expect tata -e ' 232 tata :- the rules$'
    expect tata -e ' 309 tata :'
    echo 'be kind' >"$BATS_TEST_TMPDIR/rules"
    rm "$BATS_TEST_TMPDIR/welcome"
    : >"$BATS_TEST_TMPDIR/welcome"
    run -0 ctl reload
    send tata RULES
    expect tata -e ' 232 tata :- be kind$'
}

@test "with log-times on each line of the log has its date and time, and the lines for scripts stay as they are" {
    daemon_stop
    daemon_start -o 'log-times on' # reads listening and ready
    enter toto plain
    ctl wall hello
    expect_log '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z control "wall hello" by '
    grep -qE '^[0-9-]{10}T[0-9:.]{12}Z client "127.0.0.1:[0-9]+" => "toto"$' "$DAEMON_LOG"
    grep -qx ready "$DAEMON_LOG"
}

@test "nothing that comes from outside drives a terminal that shows the log" {
    # C0, DEL, C1 as a character and as a byte, an override of the direction, the end of a line.
    run -0 ctl ban 192.0.2.9 1h $'a\e[2Jb\x7fc\u009b31md\x9b31me\u202ef\u2028g'
    expect_log 'ban of "\*@192\.0\.2\.9" by .*: a.*b.*c.*d.*e.*f.*g$'
    run grep -cP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|(?<![\xc2-\xf4\x80-\xbf])[\x80-\xbf]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$DAEMON_LOG"
    [ "$output" = 0 ]
    # Nor one that shows the answers, or what was said.
    run -0 ctl bans
    ! grep -qP '\x1b|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]' <<<"$output"
}
