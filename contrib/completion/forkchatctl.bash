# Completion of forkchatctl(8) for bash.
# shellcheck shell=bash

# What a running server knows; nothing if there is none.
_forkchatctl_ask() {
    forkchatctl "${directory[@]}" --json "$1" 2>/dev/null | sed -n "s/.*\"$2\":\"\\([^\"]*\\)\".*/\\1/p"
}

_forkchatctl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' choices='' i
    local -a directory=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -r | --runtime-directory) directory=(-r "${COMP_WORDS[++i]:-}") ;;
        -*) ;;
        *)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    case $command:$before in
    doctor:-c | limits:-c)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    esac
    case $before in
    -r | --runtime-directory)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    esac
    if [[ -z $command ]]; then
        choices='help wall who whois channels topic kick ban unban bans penalties forgive mute unmute attendance hands floor account history shutdown motd reload stats top tail crash doctor limits'
        [[ $word != -* ]] || choices='--json --runtime-directory --help --version'
    elif [[ $command == doctor || $command == limits ]]; then
        choices='-c -o -q'
    elif ((i + 1 == COMP_CWORD)); then
        case $command in
        kick | whois | ban) choices=$(_forkchatctl_ask who nick) ;;
        unban) choices=$(_forkchatctl_ask bans mask) ;;
        forgive) choices="all $(_forkchatctl_ask penalties address)" ;;
        topic | tail) choices=$(_forkchatctl_ask channels channel) ;;
        mute | unmute) choices="all $(_forkchatctl_ask who nick) $(_forkchatctl_ask channels channel)" ;;
        floor) choices="all $(_forkchatctl_ask who nick)" ;;
        hands) choices=clear ;;
        account) choices='add password drop list import' ;;
        history) choices='stats verify export forget drop' ;;
        shutdown) choices='cancel 60 5m' ;;
        crash) choices=last ;;
        esac
    elif [[ $command == account ]]; then
        case $before in
        password | drop) choices=$(_forkchatctl_ask 'account list' account) ;;
        import)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        esac
    elif [[ $command == history ]]; then
        case $before in
        export | forget) choices=$(_forkchatctl_ask 'account list' account) ;;
        drop) choices=$(_forkchatctl_ask channels channel) ;;
        esac
    elif [[ $command == crash && $before == last ]]; then
        choices='2 8 32'
    fi
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _forkchatctl forkchatctl
