# shellcheck shell=bash
# IRC clients with capabilities. Load lib/daemon and lib/client first.
#
#   enter_with toto 'batch server-time'    # as `enter toto irc`, with these
#   both_join '#x' toto tutu               # in that order; each has seen all of its JOIN's answer

enter_with() {
    untraced _enter_with "$@"
}

_enter_with() {
    _open "$1" irc || return 1
    send "$1" "CAP REQ :$2" "NICK $1" "USER $1 0 * :$1" 'CAP END'
    _expect no "$1" -e " CAP \* ACK :" || return 1
    _expect no "$1" -e ' (376|422) '
}

both_join() {
    untraced _both_join "$@"
}

_both_join() {
    local channel=$1 name
    shift
    for name in "$@"; do
        send "$name" "JOIN $channel"
        _sync "$name" || return 1
        _expect no "$name" -e " JOIN $channel" || return 1
    done
    for name in "$@"; do
        _sync "$name" || return 1
        local array
        _lines_of "$name" array
        local -n joined=$array
        # shellcheck disable=SC2034 # for lib/client
        CLIENT_AT[$name]=${#joined[@]}
    done
}
