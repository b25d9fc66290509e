#!/usr/bin/env bats
# forkchat's command line: every wrong call says what would be right.

bats_require_minimum_version 1.5.0
load lib/terminal.bash

# wrong TEXT ARGUMENT…: the call is refused with 64, a sentence with that text, and the usage.
wrong() {
    local text=$1
    shift
    run -64 --separate-stderr "$FORKCHAT" "$@"
    [[ -z $output ]]
    # shellcheck disable=SC2154
    [[ $stderr == *"$text"* ]] || {
        echo "# said: $stderr"
        return 1
    }
    [[ $stderr == *"usage: forkchat "*"--listen"* ]]
}

@test "a call without a host says what to write" {
    wrong "which host?"
    wrong "which host?" -n alice
}

@test "every wrong argument is named, with what would be right" {
    wrong "there is no option -x" -x host
    wrong "there is no option --exec" --exec host
    wrong "-n wants a value: NICK" host -n
    wrong "--nick wants a value: NICK" host --nick
    wrong "cannot be a nick" -n "two words" host
    wrong "cannot be a nick" -n "" host
    wrong "cannot be a nick" -n '#alice' host
    wrong "-j '#lobby'" -j '' host
    wrong "-j '#room'" -j room host
    wrong "irc, plain, talk or pair" -d gopher host
    wrong "is no port" host 99999
    wrong "is no port" host http
    wrong "is no port" host -- -1
    wrong "is too much" host 6667 '#x'
    wrong "two ports" host:6667 6668
    wrong "LINES/SECONDS" -r fast host
    wrong "neither yes nor no" -R maybe host
    wrong "are for the IRC door" -s file host 7777
    wrong "--listen" --listen=1
    wrong "from 0 to 65535" --listen 70000
    wrong "in brackets, as in 127.0.0.1:7183" --listen ::1:7000
    wrong "as in 127.0.0.1:7183" --listen localhost
    wrong "without -d" --listen -d irc
    wrong "nothing to join" --listen -j '#x'
    wrong "is too much" --listen 7000 7001
}

@test "absurd arguments are refused, not crashed on" {
    local long ones
    long=$(head -c 100000 /dev/zero | tr '\0' a)
    ones=$(head -c 100000 /dev/zero | tr '\0' 1)
    wrong "cannot be a nick" -n "$long" host
    wrong "is no host" "$long"
    wrong "is no port" host "$ones"
    wrong "cannot be a nick" -n $'\e[31m' host
}

@test "--help lists every option that the manual has, and --version the version" {
    run -0 "$FORKCHAT" --help
    [[ ${lines[0]} == "usage: forkchat "* ]]
    local word manual=$BATS_TEST_DIRNAME/../man/forkchat.1
    while read -r word; do
        grep -qF -- "Fl -${word#--}" "$manual" || {
            echo "# not in the manual: $word"
            return 1
        }
    done < <(grep -o -- ' --[a-z]*' <<<"$output" | sort -u)
    run -0 "$FORKCHAT" --version
    [[ $output == "forkchat "[0-9]* ]]
}

@test "passwords are taken only from files that nobody else can read" {
    local file=$BATS_TEST_TMPDIR/secret
    printf 'alice\nsesame\n' >"$file"
    chmod 644 "$file"
    run -77 "$FORKCHAT" -s "$file" 127.0.0.1 1
    [[ $output == *"chmod 600 $file"* ]]
    chmod 600 "$file"
    run -69 "$FORKCHAT" -s "$file" 127.0.0.1 1 </dev/null
    printf 'alice\n' >"$file"
    run -78 "$FORKCHAT" -s "$file" 127.0.0.1 1
    [[ $output == *"the password on the second"* ]]
    run -66 "$FORKCHAT" -p "$file.missing" 127.0.0.1 1
    run -78 "$FORKCHAT" -p "$BATS_TEST_TMPDIR" 127.0.0.1 1
}

@test "an address alone is listened at with the usual port, and that is named" {
    local address
    for address in 192.0.2.1 '[2001:db8::1]'; do
        run -69 "$FORKCHAT" --listen "$address" </dev/null
        [[ $output == *"cannot listen at $address:7183: "* ]]
    done
}

@test "a host that is not there is told with 69" {
    run -69 "$FORKCHAT" 127.0.0.1 1 </dev/null
    [[ $output == *"cannot connect to 127.0.0.1 port 1"* ]]
    run -69 "$FORKCHAT" no-such-host.invalid </dev/null
    [[ $output == *"cannot connect to no-such-host.invalid port 6667"* ]]
}

@test "the completions know every option" {
    local word
    for word in $("$FORKCHAT" --help | grep -o -- ' --[a-z]*' | sort -u); do
        grep -qF -- "$word" "$BATS_TEST_DIRNAME/../contrib/completion/forkchat.bash"
        grep -qF -- "$word" "$BATS_TEST_DIRNAME/../contrib/completion/_forkchat"
    done
}

@test "bash completes options, doors and what follows them" {
    # shellcheck disable=SC2034,SC2154
    complete_line() {
        COMP_WORDS=(forkchat "$@")
        COMP_CWORD=$#
        COMPREPLY=()
        _forkchat
        printf '%s ' "${COMPREPLY[@]}"
    }
    # shellcheck source=/dev/null
    source "$BATS_TEST_DIRNAME/../contrib/completion/forkchat.bash"
    [[ $(complete_line --li) == "--listen " ]]
    [[ $(complete_line -d pl) == "plain " ]]
    [[ $(complete_line -d pair host -R n) == "no " ]]
}

# The file of servers, from standard input.
write_servers() {
    SERVERS=$BATS_TEST_TMPDIR/servers
    cat >"$SERVERS"
    chmod 600 "$SERVERS"
}

@test "a mistake in the file of servers is told with its line and what to write" {
    write_servers <<-'EOF'
	nik toto
	nick 9lives
	join lobby
	rate fast
	server work
	server work 127.0.0.1 1
	    join #lobby
	    join lobby key more
	    door gopher
	    door pair
	    password
	    away
	    log "x
	server work 127.0.0.1 2
	server other 127.0.0.1 http
	    nick a b
	EOF
    run -78 "$FORKCHAT" -F "$SERVERS" work
    local said
    for said in '1: there is no "nik": a line starts with one of server, nick, ' '2: nick: "9lives" cannot be a nick' \
        '3: join is for one server: write it below a line server NAME HOST' '4: rate: "fast" is no rate' \
        '5: server wants NAME HOST [PORT], as in' '7: join wants a channel; a # begins a comment unless it is quoted' \
        '8: "more" is too much' '9: door: "gopher" is no door' '10: door wants irc, plain or talk' \
        '11: password wants a file' '12: away wants a text' '13: a quote (") is opened' \
        '14: there is a server work further up' '15: "http" is no port' '16: "b" is too much'; do
        [[ $output == *"$SERVERS:$said"* ]] || {
            echo "# not told: $said"
            return 1
        }
    done
    [[ ${#lines[@]} == 15 ]]
}

@test "a file of servers that is not there, or that others can change, is not used" {
    run -66 "$FORKCHAT" -F "$BATS_TEST_TMPDIR/none" host
    [[ $output == *"/none: No such file"* ]]
    write_servers <<<'server work 127.0.0.1 1'
    chmod 644 "$SERVERS"
    run -69 "$FORKCHAT" -F "$SERVERS" work
    chmod 620 "$SERVERS"
    run -77 "$FORKCHAT" -F "$SERVERS" work
    [[ $output == *"chmod go-w $SERVERS"* ]]
    write_servers <<<$'server work 127.0.0.1 1\njoin den sesame'
    chmod 640 "$SERVERS"
    run -77 "$FORKCHAT" -F "$SERVERS" work
    [[ $output == *"holds the key of a channel"*"chmod 600 $SERVERS"* ]]
}

@test "the user's file of servers is found, its servers are named, and its places are those of forkchat HOST PORT" {
    mkdir -p "$BATS_TEST_TMPDIR/.config/forkchat" "$BATS_TEST_TMPDIR/xdg/forkchat"
    printf 'server home 127.0.0.1 1\nserver more [::1]:2\n' >"$BATS_TEST_TMPDIR/.config/forkchat/config"
    echo 'server xdg 127.0.0.1:3' >"$BATS_TEST_TMPDIR/xdg/forkchat/config"
    export HOME=$BATS_TEST_TMPDIR
    unset XDG_CONFIG_HOME
    run -69 "$FORKCHAT" home
    [[ $output == *"cannot connect to 127.0.0.1 port 1"* ]]
    run -69 "$FORKCHAT" more
    [[ $output == *"cannot connect to ::1 port 2"* ]]
    run -69 "$FORKCHAT" home 4
    [[ $output == *"cannot connect to 127.0.0.1 port 4"* ]]
    run -64 "$FORKCHAT"
    [[ $output == *"which host?"*"home more"* ]]
    run -64 "$FORKCHAT" -F none
    [[ $output != *home* ]]
    XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/xdg run -69 "$FORKCHAT" xdg
    [[ $output == *"port 3"* ]]
    # shellcheck source=/dev/null
    source "$BATS_TEST_DIRNAME/../contrib/completion/forkchat.bash"
    COMP_WORDS=(forkchat ho) COMP_CWORD=1
    _forkchat
    [[ " ${COMPREPLY[*]} " == *" home "* ]]
    COMP_WORDS=(forkchat -F "$BATS_TEST_TMPDIR/xdg/forkchat/config" xd) COMP_CWORD=3
    _forkchat
    [[ " ${COMPREPLY[*]} " == *" xdg "* ]]
}

@test "the manual has no faults" {
    requires mandoc
    run -0 mandoc -T lint -W warning "$BATS_TEST_DIRNAME/../man/forkchat.1"
}
