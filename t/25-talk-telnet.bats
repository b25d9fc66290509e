#!/usr/bin/env bats
# The talk door: telnet. Negotiation, ends of lines, keys, both modes, and the real program.
bats_require_minimum_version 1.5.0
load lib/daemon
load lib/client

setup() {
    daemon_start
}

teardown() {
    client_teardown
    daemon_teardown
}

# Telnet's bytes for printf %b: RFC 854, 855.
IAC='\0377' DO='\0375' DONT='\0376' WILL='\0373' WONT='\0374' SB='\0372' SE='\0360'
ECHO='\0001' SGA='\0003' TIMING='\0006' LINEMODE='\0042' NAWS='\0037' TERMINAL='\0030'

# What toto gets that sends $1, as hexadecimal, behind the welcome. The last command of the welcome is @all.
answer_to() {
    { printf '%b' "$1"; } | exchange talk >"$BATS_TEST_TMPDIR/out"
    sed '1,/@all/d' "$BATS_TEST_TMPDIR/out" | od -An -v -tx1 | tr -d ' \n'
}

hex() {
    printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n'
}

@test "the server asks for nothing: netcat sees no telnet" {
    printf 'hello\n' | exchange talk >"$BATS_TEST_TMPDIR/out"
    run -1 grep -aP '\xff' "$BATS_TEST_TMPDIR/out"
}

@test "negotiation is answered as RFC 855 wants it, once for each thing" {
    [[ $(answer_to "$IAC$DO$SGA") == "$(hex "$IAC$WILL$SGA")" ]]
    [[ $(answer_to "$IAC$DO$ECHO$IAC$DO$ECHO") == "$(hex "$IAC$WILL$ECHO")" ]]
    [[ $(answer_to "$IAC$DO$ECHO$IAC$DONT$ECHO") == "$(hex "$IAC$WILL$ECHO$IAC$WONT$ECHO")" ]]
    [[ $(answer_to "$IAC$DONT$ECHO") == "" ]]
    [[ $(answer_to "$IAC$DO$LINEMODE") == "$(hex "$IAC$WONT$LINEMODE")" ]]
    [[ $(answer_to "$IAC$WILL$NAWS$IAC$WILL$TERMINAL") == "$(hex "$IAC$DONT$NAWS$IAC$DONT$TERMINAL")" ]]
    [[ $(answer_to "$IAC$WONT$NAWS") == "" ]]
    [[ $(answer_to "$IAC$DO$TIMING") == "$(hex "$IAC$WILL$TIMING")" ]]
}

@test "negotiation inside a line is never shown" {
    enter toto talk
    enter tutu talk
    send_bytes toto "hel$IAC$WILL${NAWS}lo$IAC$SB$NAWS\0000\0120\0000\0030$IAC$SE wor$IAC${DONT}${ECHO}ld\r\n"
    expect tutu '(toto) hello world'
    send_bytes toto "$IAC$SB${TERMINAL}\0000never\r\nshown$IAC${IAC}ever$IAC${SE}end\r\n"
    expect_next tutu '(toto) end'
    # A command that comes byte by byte, and one that never ends.
    local byte
    for byte in "$IAC" "$SB" "$NAWS" "x" "$IAC" "$SE" "t" "$IAC" "$DO" "$SGA" "o" '\r' '\n'; do
        send_bytes toto "$byte"
    done
    expect_next tutu '(toto) to'
    expect_none tutu -e 'never|shown'
}

@test "a doubled IAC is the byte 255, which is not UTF-8" {
    enter toto talk
    send_bytes toto "a$IAC${IAC}b\r\n"
    expect toto "$(printf '(toto) a\xef\xbf\xbdb')"
}

@test "a line ends in CR LF, CR NUL, LF, or CR alone" {
    enter toto talk
    enter tutu talk
    send_bytes toto 'one\r\ntwo\r\0000three\nfour\r\n\r\n\n\r\0000five\rsix\r\n'
    local word
    for word in one two three four five six; do
        expect_next tutu "(toto) $word"
    done
    expect_none tutu -e '^\(toto\)'
    [[ $(transcript toto | grep -c 'you are toto, and talk in #lobby') == 3 ]] # as many lines were empty
}

@test "Ctrl-C, Ctrl-D, IAC IP, IAC EOF, IAC BRK, IAC ABORT and IAC SUSP leave cleanly" {
    enter tutu talk
    local key
    # Telnet's client sends DO TIMING-MARK after its interrupt.
    for key in '\0003' '\0004' "$IAC\0364" "$IAC\0354" "$IAC\0363" "$IAC\0356" "$IAC\0355" "$IAC\0364$IAC$DO$TIMING"; do
        enter toto talk
        send_bytes toto "half a line$key"
        expect tutu 'toto has left!'
        expect_end toto
        close toto
    done
    expect_none tutu -e 'half'
}

@test "IAC AYT is answered" {
    [[ $(answer_to "$IAC\0366" | head -c 100) == "$(hex '[server] yes\r\n')" ]]
}

@test "a command cut off by the end of the connection hurts nobody" {
    enter tutu talk
    local cut
    for cut in "$IAC" "$IAC$DO" "$IAC$SB" "$IAC$SB$NAWS$IAC"; do
        answer_to "/nick toto\r\n$cut" >/dev/null
        expect tutu 'toto has left!'
    done
}

@test "backspace and delete take back whole characters, Ctrl-U the line" {
    enter toto talk
    send_bytes toto 'helx\0010lo\0177\0177lo\r\n'
    expect toto '(toto) hello'
    send_bytes toto '\0010\0010\0177caf\0303\0251\0177e \0360\0237\0230\0200\0010x\r\n'
    expect toto '(toto) cafe x'
    send_bytes toto 'no no no\0025yes\r\n'
    expect toto '(toto) yes'
    send_bytes toto "one$IAC\0367x$IAC\0370two\r\n"
    expect toto '(toto) two'
}

@test "a line that is too long can be taken back with Ctrl-U" {
    enter toto talk
    send_bytes toto "$(head -c 2000 /dev/zero | tr '\0' x)\0025short\r\n"
    expect toto '(toto) short'
}

@test "in character mode the server echoes what is typed, and not before" {
    enter toto talk
    send_bytes toto "plain\r\n"
    expect_next toto '(toto) plain'
    send_bytes toto "$IAC$DO$ECHO$IAC$DO${SGA}he"
    sync_bytes "$(printf '%b' "$IAC$WILL$ECHO$IAC$WILL${SGA}he")"
    send_bytes toto 'x\0177'
    sync_bytes "$(printf 'x\b \b')"
    send_bytes toto 'y\r\0000'
    expect toto "$(printf '%b' "$IAC$WILL$ECHO$IAC$WILL${SGA}hex\0010 \0010y")"
    expect_next toto '(toto) hey'
}

# Waits until toto's line that is not whole ends in $1.
sync_bytes() {
    # shellcheck disable=SC2317
    ends_in() {
        local part
        IFS= read -rt 0.02 -u "${CLIENT_FD[toto]}" part || :
        CLIENT_PART[toto]+=$part
        [[ ${CLIENT_PART[toto]} == *"$1" ]]
    }
    wait_until ends_in "$1"
}

@test "what is typed beyond the limit can be taken back" {
    enter toto talk
    send_bytes toto "$(head -c 1026 /dev/zero | tr '\0' x)\0177\0010\r\n"
    expect toto -e '^\(toto\) x{1000}x{24}$'
}

@test "in character mode what is taken back is wiped out by columns, whole characters at a time" {
    enter toto talk
    sync toto
    send_bytes toto "$IAC$DO$ECHO"
    sync_bytes "$(printf '%b' "$IAC$WILL$ECHO")"
    # what is typed, what is shown for taking it back, how often
    local one=$'\b \b' two=$'\b\b  \b\b' typed shown
    while IFS=: read -r typed shown; do
        send_bytes toto "$typed\0177"
        sync_bytes "$(printf '%b' "$typed")$shown"
    done <<END
x:$one
\\0303\\0251:$one
\\0344\\0275\\0240:$two
e\\0314\\0201\\0314\\0210:$one
\\0360\\0237\\0221\\0250\\0342\\0200\\0215\\0360\\0237\\0221\\0251:$(printf '%b' '\b\b\b\b    \b\b\b\b')
\\0360\\0237\\0207\\0253\\0360\\0237\\0207\\0267:$two
\\0342\\0235\\0244\\0357\\0270\\0217:$one
\\0327\\0220\\0342\\0200\\0217:$one
\\0351:$one
\\0344\\0275:$one
END
    send_bytes toto 'half \0344\0275\0240\0345\0245\0275\0177\0177tail'
    sync_bytes "half $(printf '%b' '\0344\0275\0240\0345\0245\0275')$two${two}tail"
    send_bytes toto '\r\n'
    expect toto -e '\(toto\) half tail$'
    # A tab is echoed as blanks up to its stop; Ctrl-W takes a word, Ctrl-U the line.
    send_bytes toto 'ab\tc\0177\0177d \0345\0245\0275 \0027\0025\0027\0177yes'
    sync_bytes "ab      c$one$(printf '%b' '\b\b\b\b\b\b      \b\b\b\b\b\b')d $(printf '%b' '\0345\0245\0275') $(
        printf '%b' '\b\b\b   \b\b\b\b\b\b\b    \b\b\b\b')yes"
    send_bytes toto '\r\n'
    expect toto -e '\(toto\) yes$'
}

@test "Ctrl-W takes back the last word, also of a line that is too long" {
    enter toto talk
    send_bytes toto "one two  \0027\0027three four\0027x\r\n"
    expect toto '(toto) three x'
    send_bytes toto "short $(head -c 2000 /dev/zero | tr '\0' x)\0027er\r\n"
    expect toto '(toto) short er'
    # Characters beyond the end are taken back whole.
    send_bytes toto "$(head -c 1024 /dev/zero | tr '\0' x)\0344\0275\0240\0345\0245\0275\0177\0177\0177y\r\n"
    expect toto -e '^\(toto\) x{1000}x{23}y$'
}

@test "in character mode a control character is shown as two that do no harm" {
    enter toto talk
    send_bytes toto "$IAC$DO$ECHO"
    send_bytes toto 'a\0033[2Jb\0303\0251\r\n'
    sync toto
    run -1 grep -a $'\033' <(transcript toto)
    expect toto -e '^\(toto\) a\^\[\[2Jb'
}

# Two people at the real telnet program, on terminals of their own.
@test "two people talk by the real telnet, in line mode, and Ctrl-C and Ctrl-D leave" {
    requires expect telnet
    PORT=${PORT[talk]} PATIENCE=$((PATIENCE * 10)) command expect -f - 3>&- <<'SCRIPT'
        set timeout $env(PATIENCE)
        proc want {id pattern} {
            expect {
                -i $id -re $pattern {}
                -i $id timeout { puts "no $pattern: $expect_out(buffer)"; exit 1 }
                -i $id eof { puts "end before $pattern"; exit 1 }
            }
        }
        proc person {nick} {
            global env
            spawn -noecho telnet 127.0.0.1 $env(PORT)
            want $spawn_id {Escape character is[^\n]*\n}
            want $spawn_id {@all}
            send -i $spawn_id "/nick $nick\r"
            want $spawn_id "you are now $nick"
            return $spawn_id
        }
        set toto [person toto]
        set tutu [person tutu]
        want $toto {is now tutu}
        send -i $toto "hello tutu\r"
        want $tutu {\(toto\) hello tutu\r}
        send -i $tutu "hellx\177o toto\r"
        want $toto {\(tutu\) hello toto\r}
        send -i $tutu "stop\r"
        want $toto {tutu has left!}
        want $tutu {Connection closed by foreign host}
        set tata [person tata]
        send -i $tata "\003"
        want $toto {tata has left!}
        want $tata {Connection closed}
        set titi [person titi]
        send -i $titi "\004"
        want $toto {titi has left!}
        want $titi {Connection closed}
SCRIPT
    expect_log 'client disconnected "titi"'
}

@test "the real telnet in character mode: the server edits and echoes" {
    requires expect telnet
    PORT=${PORT[talk]} PATIENCE=$((PATIENCE * 10)) command expect -f - 3>&- <<'SCRIPT'
        set timeout $env(PATIENCE)
        proc want {pattern} {
            expect {
                -re $pattern {}
                timeout { puts "no $pattern: $expect_out(buffer)"; exit 1 }
                eof { puts "end before $pattern"; exit 1 }
            }
        }
        spawn -noecho telnet 127.0.0.1 $env(PORT)
        want {@all[^\n]*\n}
        send "\035"
        want {telnet> }
        send "mode character\r"
        # What is typed before the server has agreed is still edited by the terminal.
        set echoes 0
        while {!$echoes} {
            send "\035"
            want {telnet> }
            send "status\r"
            expect {
                -re {Remote character echo.*Escape} { set echoes 1 }
                -re {Local character echo.*Escape} {}
                timeout { puts "no status"; exit 1 }
                eof { puts "end before the status"; exit 1 }
            }
        }
        send "/nick totx"
        want {/nick totx$}
        send "\177o"
        want {\x08 \x08o$}
        send "\r"
        want {\r\n.*you are now toto\r\n}
        send "hello\r"
        want {hello\r\n\(toto\) hello\r\n}
        send "\003"
        want {Connection closed}
SCRIPT
    expect_log 'client disconnected "toto"'
}

@test "what a client sends without an end of line is said after two seconds, unless it is typed key by key" {
    enter tutu talk
    enter typed talk
    enter mode talk
    enter once talk
    enter twice talk
    sync typed
    send_bytes mode "$IAC$DO$ECHO$IAC$DO${SGA}"
    expect mode -e . # it is heeded
    send_bytes mode 'half in character mode'
    send_bytes typed 'ket\0177'
    send_bytes once 'bonjour'
    expect tutu '(once) bonjour'
    # These were left alone for longer.
    send_bytes twice 'salut'
    expect tutu '(twice) salut'
    send_bytes once '/nick un'
    expect tutu '[server] once is now un'
    send_bytes typed 'ys\r\n'
    expect tutu '(typed) keys'
    send_bytes mode ' on\r\n'
    expect tutu '(mode) half in character mode on'
    send_bytes once '@tutu psst'
    expect tutu '[un -> you] psst'
    send_bytes once 'stop'
    expect_end once
}

@test "an empty line is answered to its sender alone" {
    enter tutu talk
    enter toto talk
    send toto '' '/join #games' ''
    expect_next toto '[server] you are toto, and talk in #lobby'
    expect_next toto '[server] you are now talking in #games'
    expect_next toto '[server] you are toto, and talk in #games'
    send toto '/part' '/part' ''
    expect toto '[server] you left #lobby'
    expect_next toto '[server] you are in no channel: /JOIN #lobby or another first'
    expect_none tutu -e 'you are toto'
}
