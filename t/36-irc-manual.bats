#!/usr/bin/env bats
# forkchat-protocol(7) names every command, mode, numeric and capability of IRC that the server has.
bats_require_minimum_version 1.5.0

MANUAL=$BATS_TEST_DIRNAME/../man/forkchat-protocol.7
SOURCE=$BATS_TEST_DIRNAME/../src

# What is told on the left and not found by the pattern with it in it is missing.
all_in_manual() {
    local missing="" one
    while read -r one; do
        grep -qE -- "${1//NAME/$one}" "$MANUAL" || missing+=" $one"
    done
    [[ -z $missing ]] || {
        echo "not in the manual:$missing"
        return 1
    }
}

@test "every command is in the manual" {
    sed -n 's/^ *COMMAND("\([A-Z]*\)", IRC,.*/\1/p' "$SOURCE/command/rows.h" | grep -v HELPOP >"$BATS_TEST_TMPDIR/names"
    all_in_manual '^\.It Ic NAME( |$)' <"$BATS_TEST_TMPDIR/names"
}

@test "every numeric is in the manual" {
    sed -n 's/^ *REPLY([A-Z_]*, \([1-9][0-9]*\),.*/\1/p' "$SOURCE/command/reply.h" | xargs printf '%03d\n' |
        sort -u >"$BATS_TEST_TMPDIR/names"
    all_in_manual '^\.It NAME Ta ' <"$BATS_TEST_TMPDIR/names"
}

@test "every capability is in the manual" {
    sed -n 's/^ *CAP([A-Z_]*, "\([^"]*\)".*/\1/p' "$SOURCE/world/caps.h" >"$BATS_TEST_TMPDIR/names"
    all_in_manual '^\.It Li NAME$' <"$BATS_TEST_TMPDIR/names"
}

@test "every channel mode is in the manual" {
    sed -n "s/^ *{'\(.\)', MODE_.*/\1/p" "$SOURCE/world/modes.c" >"$BATS_TEST_TMPDIR/names"
    all_in_manual '^\.It Cm NAME( |$)' <"$BATS_TEST_TMPDIR/names"
}
