# shellcheck shell=bash
# bash completion for forkchat-lan(1)
_forkchat_lan() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local state=${XDG_STATE_HOME:-$HOME/.local/state}/forkchat-lan/roster
    case $prev in
    --offer | --cast | --password-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -o | --output | --state)
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return
        ;;
    -s | --send | --get)
        mapfile -t COMPREPLY < <(compgen -S : -W "$(cut -d: -f1 "$state" 2>/dev/null)" -- "$cur")
        return
        ;;
    -i | --interface)
        mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$cur")
        return
        ;;
    -n | --name | -g | --group | -p | --port | -t | --ttl | --period | -w | --watch | --limit | --rate | \
        --transfers | --patience | --wait | --receivers | --pattern)
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "--name --interface --group --ipv6 --port --ttl --period --watch --output
        --force --password-file --accept --receive --limit --rate --transfers --patience --wait --receivers --state
        --send --offer --get --cast --files --pattern --roster --help --version" -- "$cur")
}
complete -o filenames -F _forkchat_lan forkchat-lan
