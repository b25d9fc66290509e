#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# forkchat-lan when what it offers, fetches into or writes to changes under it.

load lib/netns

setup() {
    work=$BATS_TEST_TMPDIR/work
    mkdir "$work"
}

teardown() {
    exec 7>&-
    lan_close
}

@test "what changed without another size or time, in a folder too, is hashed again, and what is gone when it is back" {
    lan_open 2
    mkdir -p "$work/box/in" "$work/list"
    echo one | tee "$work/notes" "$work/box/in/file" "$work/box/other" "$work/list/a" "$work/gone" >"$work/first"
    ln -s first "$work/link"
    touch -d '2020-01-01' "$work/notes" "$work/box/in/file"
    peer toto 1 --offer "$work/notes" --offer "$work/box" --offer "$work/list" --offer "$work/gone" \
        --offer "$work/first" --offer "$work/link" --period 60
    for name in notes box list gone first link; do sees toto "offering $name ("; done
    echo two | tee "$work/notes" >"$work/box/in/file"
    touch -d '2020-01-01' "$work/notes" "$work/box/in/file"
    rm "$work/gone"
    run -0 get 2 tutu --get toto:notes --get toto:box
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/notes" "$BATS_TEST_TMPDIR/tutu.files/box/in/file")" = $'two\ntwo' ]
    run -69 get 2 tutu --get toto:gone
    [[ $output == *'the file is no longer there'* ]]
    sees toto 'gone is gone: it is offered again when it is back'
    [[ -z $(parts tutu | grep gone) ]]
    # A file taken out of a folder.
    rm -r "$BATS_TEST_TMPDIR/tutu.files/box" "$work/box/other"
    run -0 get 2 tutu --get toto:box
    [ ! -e "$BATS_TEST_TMPDIR/tutu.files/box/other" ]
    peer_kill toto
    : >"$(peer_log toto)"

    echo one >"$work/gone"
    peer toto 1 --offer "$work/list" --offer "$work/gone" --offer "$work/first" --offer "$work/link" --period 1
    for name in list gone first link; do sees toto "offering $name ("; done
    echo more >"$work/list/b"
    sees toto 'offering list (9 B, folder)'
    rm "$work/gone"
    sees toto 'gone is gone: it is offered again when it is back'
    run -0 get 2 tutu --files
    [[ $output != *gone* ]]
    echo again >"$work/gone"
    sees toto 'offering gone (6 B)'
    ln -sfn notes "$work/link"
    sees toto 'offering link' 2
    run -0 get 2 tutu --get toto:link --get toto:gone --get toto:first
    [ "$(cd "$BATS_TEST_TMPDIR/tutu.files" && cat link gone first)" = $'two\nagain\none' ]
}

@test "what is sent to everyone and accepted at the prompt goes beside what exists" {
    lan_open 2
    echo one >"$BATS_TEST_TMPDIR/notes.txt"
    piped tutu 2
    echo other >"$BATS_TEST_TMPDIR/tutu.files/notes.txt"
    beside toto 1 "$LAN_PROGRAM" --name toto --state "$BATS_TEST_TMPDIR/toto.state" --cast "$BATS_TEST_TMPDIR/notes.txt" \
        --wait 60 --receivers 1
    sees tutu 'toto sends notes.txt (4 B) to everyone who accepts'
    printf '/accept "notes.txt"\n' >&7
    sees tutu 'got notes.txt from toto, kept as notes (1).txt: verified, 4 B'
    peer_wait toto
    [ "$(cat "$BATS_TEST_TMPDIR/tutu.files/notes.txt" "$BATS_TEST_TMPDIR/tutu.files/notes (1).txt")" = $'other\none' ]
    printf '/quit\n' >&7
    peer_wait tutu
}

@test "output that nothing takes is told, and does not end with 0" {
    lan_open 2
    echo treasure >"$BATS_TEST_TMPDIR/cave"
    peer toto 1 --offer "$BATS_TEST_TMPDIR/cave" --period 1
    sees toto 'offering cave'
    local action
    for action in --files '--watch 1 --roster' '--get toto:cave'; do
        # shellcheck disable=SC2086
        run -74 on 2 sh -c 'exec "$0" "$@" >/dev/full' "$LAN_PROGRAM" --name tutu --state "$BATS_TEST_TMPDIR/tutu.state" \
            --output "$BATS_TEST_TMPDIR" --force $action
        [[ $output == *'standard output: No space left on device'* ]]
    done
    run -74 on 2 sh -c 'exec "$0" "$@" >&-' "$LAN_PROGRAM" --name tutu --state "$BATS_TEST_TMPDIR/tutu.state" --files
    # Whoever looks at the first line only is no failure.
    run -0 on 2 bash -o pipefail -c '"$@" | head -n 1' - "$LAN_PROGRAM" --name tutu --state "$BATS_TEST_TMPDIR/s" --files
    [ "$output" = 'toto:cave  9 B' ]
}
