# Completion of forkchat(1) for bash.
# shellcheck shell=bash

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
    -s | --sasl | -p | --password | -o | --log)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    -n | --nick | -j | --join | -N | --name)
        COMPREPLY=()
        return
        ;;
    *)
        if [[ $word == -* ]]; then
            choices='--nick --join --door --listen --sasl --password --rate --reconnect --log --name
                --text --wait --verbose --help --version'
        else
            mapfile -t COMPREPLY < <(compgen -A hostname -- "$word")
            return
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _forkchat forkchat
