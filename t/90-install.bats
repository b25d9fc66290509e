#!/usr/bin/env bats
# What `make install` puts where, and takes away again; the makefile's help; the commands of README.
# Patterns in single quotes are meant to stay as they are, and words are meant to be words.
# shellcheck disable=SC2016,SC2013

setup() {
    bats_require_minimum_version 1.5.0
    cd "$BATS_TEST_DIRNAME/.." || return
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    tmp=$BATS_TEST_TMPDIR/dest
}

# make with what is being tested, already built.
mk() {
    make --no-print-directory BUILD="$FORKCHAT_BUILD" DESTDIR="$tmp" PREFIX=/usr "$@" 3>&-
}

# The files that should be there, from the tree alone.
expected() {
    local file name
    for file in src/*.c; do
        name=$(basename "$file" .c)
        case $name in
            forkchatd | forkchatctl) echo "755 /usr/sbin/$name" ;;
            *) echo "755 /usr/bin/$name" ;;
        esac
    done
    for file in man/*.[1-8]; do
        echo "644 /usr/share/man/man${file##*.}/$(basename "$file")"
    done
    for name in COPYING forkchatd.conf.example stunnel.conf.example; do
        echo "644 /usr/share/doc/forkchat/$name"
    done
    for file in contrib/completion/*.bash; do
        [ -e "$file" ] && echo "644 /usr/share/bash-completion/completions/$(basename "$file" .bash)"
    done
    for file in contrib/completion/_*; do
        [ -e "$file" ] && echo "644 /usr/share/zsh/site-functions/$(basename "$file")"
    done
    return 0
}

@test "install puts exactly these files there, with these modes" {
    mk install
    diff <(expected | sort) <(cd "$tmp" && find . -type f -printf '%m /%P\n' | sort)
}

@test "every program that is installed has a man page" {
    for file in src/*.c; do
        ls man/"$(basename "$file" .c)".[18]
    done
}

@test "the installed daemon runs, and finds the installed example correct" {
    mk install
    run -0 "$tmp/usr/sbin/forkchatd" -t -c "$tmp/usr/share/doc/forkchat/forkchatd.conf.example"
    [ "$output" = "the configuration is correct" ]
    run -0 "$tmp/usr/sbin/forkchatd" -V
    [[ $output == "forkchatd "* ]]
}

@test "the installed man pages are found by name and section, and have no mistakes" {
    mk install
    for page in "$tmp"/usr/share/man/man?/*; do
        name=$(basename "$page") section=${page##*.}
        [[ $page == */man"$section"/* ]]
        grep -qix "\.Dt ${name%.*} $section" "$page"
        run -0 mandoc -T lint -W warning "$page"
        [ -z "$output" ]
    done
}

@test "uninstall leaves nothing, but what others put there" {
    mk install
    touch "$tmp/usr/sbin/other" "$tmp/usr/share/doc/forkchat/notes"
    mk uninstall
    run -0 find "$tmp" -type f -printf '/%P\n'
    [ "$(sort <<<"$output")" = $'/usr/sbin/other\n/usr/share/doc/forkchat/notes' ]
    rm "$tmp/usr/share/doc/forkchat/notes"
    mk install
    mk uninstall
    [ ! -e "$tmp/usr/share/doc/forkchat" ]
    mk uninstall
}

@test "make help lists every target there is, and make knows each of them" {
    run -0 mk help
    listed=$(awk '{print $1}' <<<"$output" | sort)
    grep -qx check <<<"$listed"
    # those without a line of help are parts of others
    diff <(sed -n 's/^\.PHONY: all//p' GNUmakefile | tr ' ' '\n' | grep . | cat - <(echo all) | sort -u) <(echo "$listed")
    for target in $listed; do
        mk -n "$target" T=none >/dev/null
    done
}

@test "README has one command to run and one to test, and CI runs them as they stand there" {
    run -0 grep -cE '^apt-get update && apt-get install .* && make run$' README.md
    [ "$output" = 1 ]
    run -0 grep -cE '^apt-get update && apt-get install .* && make check$' README.md
    [ "$output" = 1 ]
    for what in run check; do
        command=$(bash -c "$(sed -n '/^command_of_readme()/,/^}/p' .ci/pristine); command_of_readme $what")
        [ "$command" = "$(grep "&& make $what\$" README.md)" ]
        bash -n <<<"$command"
        grep -qF ".ci/pristine $what" .ci/run
    done
}
