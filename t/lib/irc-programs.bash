# shellcheck shell=bash
# Real IRC clients, all in the same way: each has a folder, and writes what it shows into a file there. Load lib/daemon
# first.
#
#   start_irssi toto          # connects with that nick; start_weechat, start_ii, start_sic, start_telnet as well
#   tell toto '/join #x'      # what a person would type there: say, join, msg … below word it for each of them
#   sees toto 'text'          # waits until it is in what that client shows
#   programs_stop             # for the teardown
#
# say NAME TEXT, join NAME CHANNEL, msg NAME NICK TEXT, raw NAME LINE …

# More of a network's settings, and more commands at the start.
declare -g IRSSI_MORE=${IRSSI_MORE:-}
declare -ga WEECHAT_MORE=()
declare -gA PROGRAM_KIND=() PROGRAM_PID=() PROGRAM_ROOM=() PROGRAM_FD=()

_home_of() {
    printf -v "$2" '%s' "$BATS_TEST_TMPDIR/$1"
    mkdir -p "${!2}"
}

# Output of every kind, the newest last.
_shown() {
    local home
    _home_of "$1" home
    case ${PROGRAM_KIND[$1]} in
    irssi)
        cat "$home"/log/*
        _tmux capture-pane -pJ -t "$1"
        ;;
    weechat) cat "$home"/logs/* ;;
    ii) find "$home" -name out -exec cat {} + ;;
    *) cat "$home/out" ;;
    esac 2>/dev/null
}

_sees() {
    _shown "$1" | grep -aqE -- "$2"
}

# sees NAME REGEX
sees() {
    wait_until _sees "$1" "$2" || {
        echo "--- what $1 shows"
        _shown "$1" | cat -v | tail -n 40
        return 1
    }
}

_tmux() {
    tmux -S "$BATS_TEST_TMPDIR/irssi.tmux" "$@"
}

start_irssi() {
    local home
    _home_of "$1" home
    PROGRAM_KIND[$1]=irssi
    mkdir -p "$home/log"
    cat >"$home/config" <<END
servers = ( { address = "127.0.0.1"; chatnet = "test"; port = "${PORT[irc]}"; autoconnect = "yes"; } );
chatnets = { test = { type = "IRC"; nick = "$1"; ${IRSSI_MORE:-} }; };
settings = {
  core = { real_name = "$1"; user_name = "$1"; nick = "$1"; server_reconnect_time = "10s"; };
  "fe-common/core" = { autolog = "yes"; autolog_level = "ALL"; autolog_path = "$home/log/\$0"; };
  "irc/core" = { skip_motd = "yes"; };
};
END
    _tmux -f /dev/null new-session -d -s "$1" -x 200 -y 50 "env -u TMUX irssi --home='$home' -n '$1'" 3>&-
}

start_weechat() {
    local home
    _home_of "$1" home
    PROGRAM_KIND[$1]=weechat
    weechat-headless -d "$home" -r '/set logger.file.flush_delay 0' -r '/set logger.level.irc 9' \
        -r '/set weechat.look.save_config_on_exit off' -r '/set irc.server_default.anti_flood_prio_high 0' \
        -r '/set irc.server_default.anti_flood_prio_low 0' -r '/set irc.look.smart_filter off' \
        "${WEECHAT_MORE[@]}" -r "/server add test 127.0.0.1/${PORT[irc]} -notls -nicks=$1,${1}_ -username=$1" -r '/connect test' \
        </dev/null >"$home/stdout" 2>&1 3>&- &
    PROGRAM_PID[$1]=$!
    wait_until test -p "$home/weechat_fifo_${PROGRAM_PID[$1]}"
}

start_ii() {
    local home
    _home_of "$1" home
    PROGRAM_KIND[$1]=ii
    ii -s 127.0.0.1 -p "${PORT[irc]}" -n "$1" -i "$home" </dev/null >"$home/stdout" 2>&1 3>&- &
    PROGRAM_PID[$1]=$!
    wait_until test -p "$home/127.0.0.1/in"
}

_start_piped() {
    local name=$1 home fd
    shift
    _home_of "$name" home
    mkfifo "$home/in"
    "$@" <"$home/in" >"$home/out" 2>&1 3>&- &
    PROGRAM_PID[$name]=$!
    exec {fd}>"$home/in"
    PROGRAM_FD[$name]=$fd
}

start_sic() {
    PROGRAM_KIND[$1]=sic
    _start_piped "$1" sic -h 127.0.0.1 -p "${PORT[irc]}" -n "$1"
}

# Somebody who types IRC by hand.
start_telnet() {
    PROGRAM_KIND[$1]=telnet
    _start_piped "$1" telnet 127.0.0.1 "${PORT[irc]}"
    sees "$1" 'Escape character'
    tell "$1" "NICK $1"
    tell "$1" "USER $1 0 * :$1"
}

tell() {
    local home
    _home_of "$1" home
    case ${PROGRAM_KIND[$1]} in
    irssi)
        _tmux send-keys -t "$1" -l -- "$2"
        _tmux send-keys -t "$1" Enter
        ;;
    weechat) printf 'irc.%s *%s\n' "${3:-server.test}" "$2" >"$home/weechat_fifo_${PROGRAM_PID[$1]}" ;;
    ii) printf '%s\n' "$2" >"$home/127.0.0.1/${3:+$3/}in" ;;
    sic) printf '%s\n' "$2" >&"${PROGRAM_FD[$1]}" ;;
    telnet) printf '%s\r\n' "$2" >&"${PROGRAM_FD[$1]}" ;;
    esac
}

join() {
    PROGRAM_ROOM[$1]=$2
    case ${PROGRAM_KIND[$1]} in
    irssi | weechat) tell "$1" "/join $2" ;;
    ii) tell "$1" "/j $2" ;;
    sic) tell "$1" ":j $2" ;;
    telnet) tell "$1" "JOIN $2" ;;
    esac
}

say() {
    case ${PROGRAM_KIND[$1]} in
    irssi | sic) tell "$1" "$2" ;;
    weechat) tell "$1" "$2" "test.${PROGRAM_ROOM[$1]}" ;;
    ii) tell "$1" "$2" "${PROGRAM_ROOM[$1]}" ;;
    telnet) tell "$1" "PRIVMSG ${PROGRAM_ROOM[$1]} :$2" ;;
    esac
}

msg() {
    case ${PROGRAM_KIND[$1]} in
    irssi | weechat) tell "$1" "/msg $2 $3" ;;
    ii) tell "$1" "/j $2 $3" ;;
    sic) tell "$1" ":m $2 $3" ;;
    telnet) tell "$1" "PRIVMSG $2 :$3" ;;
    esac
}

# A line of IRC as it is, where the client has a way to send one.
raw() {
    case ${PROGRAM_KIND[$1]} in
    irssi | weechat) tell "$1" "/quote $2" ;;
    ii) tell "$1" "/$2" ;;
    sic) tell "$1" ":$2" ;;
    telnet) tell "$1" "$2" ;;
    esac
}

programs_stop() {
    local name
    _tmux kill-server 2>/dev/null || :
    for name in "${!PROGRAM_PID[@]}"; do
        kill "${PROGRAM_PID[$name]}" 2>/dev/null || :
        wait "${PROGRAM_PID[$name]}" 2>/dev/null || :
    done
}
