#!/usr/bin/env bats
# What `make install` puts where, and takes away again; the archive; the makefile's help; the commands of README.
# Patterns in single quotes are meant to stay as they are, and words are meant to be words.
# shellcheck disable=SC2016,SC2013

load lib/make

setup() {
    bats_require_minimum_version 1.5.0
    cd "$BATS_TEST_DIRNAME/.." || return
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    tmp=$BATS_TEST_TMPDIR/dest
}

# make with what is being tested, already built.
mk() {
    make_built DESTDIR="$tmp" PREFIX=/usr "$@"
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
    echo "644 /usr/share/doc/forkchat/COPYING"
    for file in contrib/CHANGES contrib/*.example contrib/*.service contrib/*.socket $(find contrib/*/* -type f ! -path '*/model/*' \
        ! -path '*/unicode/*' ! -path '*/completion/*' ! -path '*/debian/*' ! -path '*/pictures/*'); do
        echo "644 /usr/share/doc/forkchat/${file#contrib/}"
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
    run -0 find "$tmp" -mindepth 1 -printf '/%P\n'
    [ "$(sort <<<"$output")" = $'/usr\n/usr/sbin\n/usr/sbin/other' ]
    rm "$tmp/usr/sbin/other"
    mk install
    mk uninstall
    run -0 find "$tmp" -mindepth 1
    [ -z "$output" ]
    mk uninstall
}

@test "installcheck runs what is installed, and finds what is wrong with it" {
    mk install
    run -0 mk installcheck
    version=$(sed -n 's/^VERSION := //p' GNUmakefile)
    [ "$(grep -cx "forkchat[a-z-]* $version" <<<"$output")" = "$(ls src/*.c | wc -l)" ]
    grep -qx "the configuration is correct" <<<"$output"
    echo 'no-such-directive' >>"$tmp/usr/share/doc/forkchat/forkchatd.conf.example"
    run ! mk installcheck
    mk install
    printf '#!/bin/sh\necho forkchat 0.0\n' >"$tmp/usr/bin/forkchat"
    run ! mk installcheck
    mk install
    echo '.Sh' >>"$tmp/usr/share/man/man1/forkchat.1"
    run ! mk installcheck
    rm "$tmp/usr/sbin/forkchatctl"
    run ! mk installcheck
}

@test "the capitals of old name the same places" {
    run -0 mk -n uninstall PREFIX=/p MANDIR=/m
    capitals=$output
    run -0 make_built DESTDIR="$tmp" -n uninstall prefix=/p mandir=/m
    [ "$output" = "$capitals" ]
    grep -qF ':/p/sbin/forkchatd' <<<"$output"
    grep -qF ':/m/man8/forkchatd.8' <<<"$output"
}

# Makes the archive of the tree it is run in, as the file $1.
archive() {
    make --no-print-directory BUILD="$BATS_TEST_TMPDIR/build" dist 3>&-
    mv "$BATS_TEST_TMPDIR"/build/forkchat-*.tar.gz "$1"
}

@test "two archives are the same to the byte, and so is one made from what the first unpacks to" {
    archive "$BATS_TEST_TMPDIR/one"
    umask 077
    TZ=Asia/Tokyo LC_ALL=C archive "$BATS_TEST_TMPDIR/two"
    cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    SOURCE_DATE_EPOCH=1 archive "$BATS_TEST_TMPDIR/other"
    run ! cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/other"
    run -0 tar -tvzf "$BATS_TEST_TMPDIR/one"
    run -1 grep -vE '^-rw[x-]r-[x-]r-[x-] 0/0 .* forkchat-[0-9.]+/[^ ]+$' <<<"$output"
    cd "$BATS_TEST_TMPDIR"
    tar -xzf one
    cd forkchat-*
    archive "$BATS_TEST_TMPDIR/three"
    cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/three"
    make -n check >"$BATS_TEST_TMPDIR/commands" 3>&-
    grep -q 't/run t/00-layers.bats' "$BATS_TEST_TMPDIR/commands"
}

@test "the archive builds, with every place elsewhere, and all is there and knows it" {
    archive "$BATS_TEST_TMPDIR/one"
    cd "$BATS_TEST_TMPDIR"
    tar -xzf one
    cd forkchat-*
    places=(prefix=/p exec_prefix=/e sbindir=/sb bindir=/b datarootdir=/d mandir=/m docdir=/doc
        sysconfdir=/sys/etc localstatedir=/state/var runstatedir=/state/var/run)
    make -s -j2 CFLAGS=-O0 HARDEN= "${places[@]}" all 3>&-
    make -s CFLAGS=-O0 HARDEN= "${places[@]}" DESTDIR="$tmp" install 3>&-
    make -s "${places[@]}" DESTDIR="$tmp" installcheck 3>&-
    diff <(expected | sed 's,/usr/share/man,/m,; s,/usr/share/doc/forkchat,/doc,; s,/usr/share,/d,; s,/usr/bin,/b,
        s,/usr/sbin,/sb,' | sort) <(cd "$tmp" && find . -type f -printf '%m /%P\n' | sort)
    # No default place is left, but in what tells what changed, and completions.
    run -1 grep -rnE '(^|[^a-z])(/etc/forkchat|/run/forkchat|/var/lib/forkchat|/usr/local/s)' "$tmp/m" "$tmp/doc"
    echo "$output"
    grep -q '^\.Pa /sys/etc/forkchat/forkchatd.conf' "$tmp/m/man8/forkchatd.8"
    grep -q '^\.It Pa /doc/forkchatd.conf.example' "$tmp/m/man5/forkchatd.conf.5"
    grep -q '/sb/forkchatd' "$tmp/doc/forkchatd.service"
    version=$(sed -n 's/^VERSION := //p' GNUmakefile)
    grep -qx "\.Os forkchat $version" "$tmp/m/man8/forkchatd.8"
    # as root: no other place is looked at
    run -0 "$tmp/sb/forkchatd" -h
    grep -q 'default: /sys/etc/forkchat/forkchatd.conf,' <<<"$output"
    if [ "$(id -u)" = 0 ]; then
        run ! "$tmp/sb/forkchatctl" stats
        grep -qF /state/var/run/forkchat <<<"$output"
    fi
    run -0 grep -aoE '[a-z/]*/(lib|run|etc)/forkchat' "$tmp/sb/forkchatd"
    [ "$(sort -u <<<"$output")" = $'/state/var/lib/forkchat\n/state/var/run/forkchat\n/sys/etc/forkchat' ]
}

@test "what is compiled in follows what make is told, and nothing is compiled for it that names none of it" {
    run -0 make_built -n sysconfdir=/elsewhere all
    run -0 grep -oE '[^ ]+\.c$' <<<"$output"
    diff <(sort <<<"$output") <(grep -lE 'FORKCHAT_(VERSION|[A-Z]*DIR)' src/*/*.c | sort)
}

@test "INSTALL explains every variable, and every system for which there is a service" {
    variables=$(sed -nE '/^prefix/,/^runstatedir/s/^([a-z_]+) +=.*/\1/p' GNUmakefile)
    [ "$(wc -l <<<"$variables")" -ge 10 ]
    for name in $variables DESTDIR PREFIX; do
        sed -n '/^Where things go/,/^musl/p' INSTALL | grep -qw -- "$name" || { echo "not explained: $name"; return 1; }
    done
    for system in Fedora Alpine FreeBSD OpenBSD macOS; do
        grep -qE "^$system\b.*\(never run" INSTALL || { echo "$system"; return 1; }
    done
    for name in $(grep -oE '(\$doc|share/doc/forkchat)/[a-z][a-z./]+[a-z]' INSTALL | sed -E 's,.*(\$doc|forkchat)/,,'); do
        [ -e "contrib/$name" ] || { echo "no such file: $name"; return 1; }
    done
}

@test "the version at the top of CHANGES is the makefile's" {
    version=$(sed -n 's/^VERSION := //p' GNUmakefile)
    run -0 grep -m 1 -oE '^[0-9.]+' contrib/CHANGES
    [ "$output" = "$version" ]
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
