#!/usr/bin/env bats
# IRC: what operators may do, from every door. RFC 2812 sections 3.1.4, 3.7.1 and 4, and KLINE.
bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # for lib/daemon
DAEMON_DOORS="plain irc"
load lib/daemon
load lib/client
load lib/irc

setup() {
    daemon_may '^forkchatd: warning: wrong operator name'
    start_irc
}

@test "OPER makes an operator of who knows the password" {
    enter one irc
    send one 'OPER root' 'OPER root guess' 'OPER nobody secret' 'OPER root secret'
    expect_next one -e ' 461 one OPER :'
    expect_next one ':irc.example.org 464 one :Password incorrect'
    expect_next one ':irc.example.org 464 one :Password incorrect'
    expect_next one ':irc.example.org 381 one :You are now an IRC operator'
    expect_next one ':one!~one@127.0.0.1 MODE one :+os'
    send one 'MODE one' 'MODE one -o' 'MODE one'
    expect one ':irc.example.org 221 one +os'
    expect_next one ':one!~one@127.0.0.1 MODE one :-os'
    expect_next one ':irc.example.org 221 one +'
}

# holding TEXT: which of the daemon's processes have it in their memory, as their titles begin.
holding() {
    local pid
    for pid in $(daemon_pids); do
        python3 - "$pid" "$1" <<'HOLDS' || continue
import re, sys
wanted = sys.argv[2].encode()
with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb", 0) as memory:
    for line in maps:
        begin, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....)", line).groups()
        try:
            memory.seek(int(begin, 16))
            if rights[0] == "r" and wanted in memory.read(int(end, 16) - int(begin, 16)):
                sys.exit(0)
        except (OSError, OverflowError):
            pass  # of the kernel's own, or no memory behind it
sys.exit(1)
HOLDS
        tr '\0' ' ' <"/proc/$pid/cmdline" | sed -n 's/^forkchatd: \([a-z]*\).*/\1/p'
    done
}

@test "the keeper alone has what passwords of operators are compared with, also when the configuration was read again" {
    [ "$EUID" = 0 ] || skip "only root may look into the memory of others"
    [[ -z $UNDER_ASAN ]] || skip "with AddressSanitizer a process has more memory than can be read"
    requires python3 openssl
    local file=$BATS_TEST_TMPDIR/forkchatd.conf hash
    daemon_stop
    hash=$(openssl passwd -6 -salt saltsalt first)
    printf 'operator "the root" "%s" # and a remark\n' "$hash" >"$file"
    daemon_start -c "$file" -o 'password-rounds 4096'
    enter one irc
    [[ $(holding "${hash##*\$}") == keeper ]]
    open two plain
    send two 'NICK two' 'OPER root first'
    expect two -e 'wrong operator name'
    hash=$(openssl passwd -6 -salt othersalt second)
    printf 'operator root %s\noperator toto %s\n' "$hash" "$(openssl passwd -5 -salt third third)" >"$file"
    kill -HUP "$DAEMON"
    expect_log 'configuration read again'
    [[ $(holding "${hash##*\$}") == keeper ]]
    send one 'OPER root second'
    expect one -e ' 381 one :'
    send two 'OPER toto third'
    expect two -e '^\[server\] you are now'
    kill -KILL "$(daemon_pid '^forkchatd: keeper')"
    enter three irc
    send three 'OPER root first' 'OPER root second'
    expect three -e ' 464 three :'
    expect three -e ' 381 three :'
}

@test "what is for operators is refused to others" {
    enter one irc
    enter two irc
    send one 'KILL two :x' 'WALLOPS :x' 'REHASH' 'RESTART' 'DIE' 'KLINE *@10.0.0.1 :x' 'UNKLINE *@10.0.0.1'
    for _ in {1..7}; do
        expect_next one ':irc.example.org 481 one :Permission denied: you are not an operator'
    done
}

@test "KILL puts somebody out, who sees by whom and why" {
    enter_operator op
    enter one irc
    enter two irc
    send one 'JOIN #x'
    expect one -e ' 366 '
    send two 'JOIN #x'
    expect two -e ' 366 '
    send op 'KILL two' 'KILL nobody :x' 'KILL two :I kill you!'
    expect op -e ' 461 op KILL :'
    expect_next op -e ' 401 op nobody :'
    expect two ':op!~op@127.0.0.1 KILL two :I kill you!'
    expect_next two 'ERROR :Closing Link: 127.0.0.1 (Killed (op (I kill you!)))'
    expect_end two
    expect one ':two!~two@127.0.0.1 QUIT :Killed (op (I kill you!))'
    expect op -e '^:irc.example.org NOTICE \* :\*\*\* two was killed by op: I kill you!$'
}

@test "a KILL's comment is cut between characters" {
    enter_operator op
    enter one irc
    send op "KILL one :x$(printf 'é%.0s' {1..245})"
    expect one -e '^ERROR :Closing Link: 127.0.0.1 \(Killed \(op \(x((é)*)\)\)\)$'
    ((${#BASH_REMATCH[1]} > 380))
}

@test "KILL reaches across doors" {
    enter_operator op
    enter one plain
    send op 'KILL one :go away'
    expect one '[op] go away'
    expect_end one
    enter two irc
    enter three plain
    send three 'OPER root secret' 'KILL two you too'
    expect two ':three!plain@127.0.0.1 KILL two :you too'
    expect_end two
    expect op -e 'two was killed by three: you too'
    expect three '[server] two was removed from the server'
}

@test "an operator who kills oneself is gone" {
    enter_operator op
    send op 'KILL op :bye'
    expect op ':op!~op@127.0.0.1 KILL op :bye'
    expect_end op
}

@test "WALLOPS reaches who asked for w with USER, also after a courier was replaced" {
    daemon_may 'courier .* died'
    open one irc
    send one 'NICK one' 'USER one 4 * :One'
    expect one -e ' 221 one \+w'
    enter_operator op
    send op 'WALLOPS :first'
    expect one -e ' WALLOPS :first$'
    local pid
    for pid in $(daemon_pids '^forkchatd: courier'); do
        kill -KILL "$pid"
    done
    send op 'WALLOPS :second'
    expect one -e ' WALLOPS :second$'
}

@test "WALLOPS reaches those who have w" {
    enter_operator op
    enter one irc
    enter two irc
    send one 'MODE one +w'
    expect one -e 'MODE one'
    send op 'WALLOPS' 'WALLOPS :' 'WALLOPS :all hands'
    expect op -e ' 461 op WALLOPS :'
    expect_next op -e ' 461 op WALLOPS :'
    expect one ':op!~op@127.0.0.1 WALLOPS :all hands'
    expect_none two -e 'all hands'
    enter three plain
    send three 'OPER root secret'
    expect three '[server] you are now an operator'
    send op 'WALLOPS :again'
    expect three '[server] op to the operators: again'
}

@test "operators who want to know hear of what others do" {
    enter_operator op
    enter_operator other
    expect op -e '^:irc.example.org NOTICE \* :\*\*\* other is now an operator \(root\)$'
    send op 'MODE op -s'
    expect op -e 'MODE op :-s'
    send other 'KLINE 1h *@10.0.0.1 :x'
    expect other -e 'other banned \*@10.0.0.1 until '
    expect_none op -e 'banned'
}

@test "KLINE puts out who fits and keeps them out; UNKLINE lets them in again" {
    enter_operator op
    open one irc
    send one 'NICK one' 'USER evil 0 * :One'
    expect one -e ' 422 '
    send op 'KLINE 1h evil@* :be nice'
    expect one 'ERROR :Closing Link: 127.0.0.1 (K-lined: be nice)'
    expect_end one
    expect op -e ' NOTICE op :\*\*\* evil@\* is banned until 20'
    open two irc
    send two 'NICK two' 'USER evil 0 * :Two'
    expect two ':irc.example.org 465 two :You are banned from this server: be nice'
    expect_next two 'ERROR :Closing Link: 127.0.0.1 (Banned)'
    expect_end two
    send op 'STATS k'
    expect op -e ' 216 op K \* \* evil 0 0 :be nice \(by op, until '
    expect_next op -e ' 219 op k :'
    send op 'UNKLINE evil@*' 'UNKLINE evil@*'
    expect op -e ' NOTICE op :\*\*\* evil@\* is no longer banned$'
    expect op -e ' NOTICE op :\*\*\* evil@\* is not banned$'
    open three irc
    send three 'NICK three' 'USER evil 0 * :Three'
    expect_next three -e ' 001 three '
}

@test "a banned address is refused at the door, whichever it is" {
    enter_operator op
    send op 'KLINE 127.0.0.0/8 1h :closed'
    expect op -e ' is banned until '
    refused() {
        open "$1" "$2" && expect_end "$1"
        transcript "$1" | grep 'you are banned: closed'
    }
    wait_until refused one irc
    wait_until refused two plain
}

@test "a ban expires" {
    enter_operator op
    send op 'KLINE 1s evil@* :be nice'
    expect op -e ' is banned until '
    comes_in() {
        open one irc && send one 'NICK one' 'USER evil 0 * :One' && expect_next one -e ' 001 one '
    }
    wait_until comes_in
}

@test "bans outlive the daemon" {
    enter_operator op
    send op 'KLINE evil@* :be nice'
    expect op -e ' is banned for ever'
    wait_until grep -q 'evil@' "$BATS_TEST_TMPDIR/state/bans"
    daemon_stop
    start_irc
    open one irc
    send one 'NICK one' 'USER evil 0 * :One'
    expect_next one -e ' 465 one :.*be nice'
    expect_end one
}

@test "a ban of IPv6 is shown as it can be read, and taken back" {
    enter_operator op
    send op 'KLINE *@::2/64 :no' 'STATS k' 'UNKLINE 0::2/64' 'KLINE 0::2 :no' 'UNKLINE *@::2'
    expect op ':irc.example.org 216 op K 0::/64 * * 0 0 :no (by op, for ever)'
    expect op -e ' NOTICE op :\*\*\* \*@0::/64 is no longer banned$'
    expect op -e ' NOTICE op :\*\*\* \*@0::2 is banned for ever$'
    expect op -e ' NOTICE op :\*\*\* \*@0::2 is no longer banned$'
    send op 'KLINE 2001:DB8:0::5 :no' 'UNKLINE *@2001:db8::0:5/128'
    expect op -e ' NOTICE op :\*\*\* \*@2001:db8::5 is banned for ever$'
    expect op -e ' NOTICE op :\*\*\* \*@2001:db8::5 is no longer banned$'
}

@test "what can be no ban is said" {
    enter_operator op
    send op 'KLINE' 'KLINE a!b@c :x' 'KLINE @ :x' 'KLINE *@10.0.0.0/99 :x' 'KLINE nobody :x' 'KLINE ::2'
    expect op -e ' 461 op KLINE :'
    for _ in {1..5}; do
        expect_next op -e ' NOTICE op :\*\*\* .* cannot be banned: '
    done
}

@test "people's operators ban as well" {
    enter op plain
    send op 'OPER root secret' 'BANS' 'BAN evil@* 1h be nice' 'BANS' 'UNBAN evil@*'
    expect op '[server] nobody is banned'
    expect op -e '^\[server\] evil@\* is banned until '
    expect op -e '^\[server\] evil@\* until .*, by op: be nice$'
    expect op '[server] evil@* is no longer banned'
}

@test "REHASH has the configuration read again" {
    daemon_stop
    printf 'motd %s\n' "$BATS_TEST_TMPDIR/motd" >"$BATS_TEST_TMPDIR/conf"
    echo 'first' >"$BATS_TEST_TMPDIR/motd"
    start_irc -c "$BATS_TEST_TMPDIR/conf"
    enter_operator op
    echo 'second' >"$BATS_TEST_TMPDIR/motd"
    send op 'REHASH'
    expect op ':irc.example.org 382 op forkchatd.conf :Rehashing'
    expect_log '^configuration read again$'
    send op 'MOTD'
    expect op ':irc.example.org 372 op :- second'
}

@test "a reload that changes what 005 said is told by another" {
    daemon_stop
    echo 'nick-length 20' >"$BATS_TEST_TMPDIR/conf"
    start_irc -c "$BATS_TEST_TMPDIR/conf"
    enter one irc
    enter_with two 'batch draft/extended-isupport'
    printf '%s\n' 'nick-length 25' 'channel-limit 7' >"$BATS_TEST_TMPDIR/conf"
    kill -HUP "$DAEMON"
    expect_log '^configuration read again$'
    send one 'PING a' 'PING b'
    expect_next one ':irc.example.org 005 one NICKLEN=25 CHANLIMIT=#:7 MAXCHANNELS=7 :are supported by this server'
    expect_next one -e ' PONG .*:a$'
    expect_next one -e ' PONG .*:b$'
    send two 'PING a'
    expect_next two -e '^:irc.example.org BATCH \+([^ ]+) draft/isupport$'
    expect_next two "@batch=${BASH_REMATCH[1]} :irc.example.org 005 two NICKLEN=25 CHANLIMIT=#:7 MAXCHANNELS=7 :are supported by this server"
    expect_next two -e ' BATCH -'
    expect_next two -e ' PONG .*:a$'
}

@test "DIE stops the server" {
    enter_operator op
    send op 'DIE'
    expect op ':irc.example.org NOTICE * :the server stops now'
    expect_next op 'ERROR :Closing Link: the server stops now'
    expect_end op
    expect_log '^stopped$'
}

@test "RESTART stops the server and starts it again" {
    enter_operator op
    send op 'RESTART'
    expect_end op
    expect_log '^stopped$'
    expect_log '^listening irc .*:([0-9]+)$'
    # shellcheck disable=SC2034,SC2154 # for lib/client
    PORT[irc]=${BASH_REMATCH[1]}
    expect_log '^ready$'
    enter one irc
}

@test "a server cannot be killed" {
    enter_operator op
    send op 'KILL IRC.example.org :x' 'KILL nobody :x'
    expect op ':irc.example.org 483 op :You cannot kill a server'
    expect_next op -e ' 401 op nobody :'
}

@test "operators can write to everybody on the servers that fit a mask" {
    enter_operator op
    enter one irc
    enter two plain
    send one 'PRIVMSG $*.org :me too' 'NOTICE $*.org :me too'
    expect_next one -e ' 481 one :'
    send op 'PRIVMSG $org :a' 'PRIVMSG $irc.* :b' 'PRIVMSG $*.net :c' 'PRIVMSG $*.example.org :tea is ready'
    expect op ':irc.example.org 413 op org :No toplevel domain specified'
    expect_next op ':irc.example.org 414 op irc.* :Wildcard in toplevel domain'
    expect_next op ':irc.example.org 402 op *.net :No such server'
    expect_next one ':op!~op@127.0.0.1 PRIVMSG $*.example.org :tea is ready'
    expect two '[op] tea is ready'
    expect_none two -e 'me too|[abc]$'
    expect_none op -e 'tea'
}
