# Completion of forkchat(1) for bash.
# shellcheck shell=bash

# The names in the file of servers.
_forkchat_servers() {
    local file=${XDG_CONFIG_HOME:-$HOME/.config}/forkchat/config i
    for ((i = 1; i + 1 < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} != @(-F|--config) ]] || file=${COMP_WORDS[i + 1]}
    done
    sed -n 's/^[[:space:]]*server[[:space:]]\{1,\}"\{0,1\}\([^[:space:]"]*\).*/\1/p' "$file" 2>/dev/null
}

_forkchat() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} choices=
    case $before in
    -d | --door)
        choices='irc plain talk pair'
        ;;
    -R | --reconnect)
        choices='yes no'
        ;;
    -r | --rate)
        choices='5/5 none'
        ;;
    -s | --sasl | -p | --password | -o | --log | -F | --config)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    -n | --nick | -j | --join | -N | --name | -a | --away)
        COMPREPLY=()
        return
        ;;
    *)
        if [[ $word == -* ]]; then
            choices='--nick --join --door --listen --sasl --password --rate --reconnect --log --name
                --away --config --text --wait --verbose --help --version'
        else
            mapfile -t COMPREPLY < <(compgen -W "$(_forkchat_servers)" -A hostname -- "$word")
            return
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _forkchat forkchat
