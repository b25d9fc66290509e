#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The shape of the tree: which folder may use which, where systems may be told apart, what a file opens with.

setup() {
    cd "$BATS_TEST_DIRNAME/.." || return
}

# The layers that files in folder $1 may include from, itself included.
may_use() {
    case $1 in
    base) echo base ;;
    history) echo base history ;;
    ipc) echo base ipc ;;
    world) echo base ipc world ;;
    conf) echo base ipc world conf ;;
    keeper) echo base ipc world keeper ;;
    event) echo base ipc world event ;;
    chat) echo base history ipc world conf event chat ;;
    command) echo base history ipc world conf keeper event chat command ;;
    dialect) echo base history ipc world conf event chat command dialect ;;
    transport) echo base history ipc world conf event chat command dialect transport ;;
    service) echo base history ipc world conf event chat command service ;;
    process) echo base history ipc world conf keeper event chat command dialect transport service process ;;
    tty) echo base tty ;;
    client) echo base tty client ;;
    doctor) echo base ipc world conf doctor ;;
    lan) echo base tty lan ;;
    *) return 1 ;;
    esac
}

@test "every folder of src is a layer" {
    for folder in src/*/; do
        compgen -G "$folder*.[ch]" >/dev/null || continue # src/web: the page
        may_use "$(basename "$folder")" || { echo "no layer: $folder"; return 1; }
    done
}

@test "no include runs against the layers" {
    for folder in src/*/; do
        folder=$(basename "$folder")
        may_use "$folder" | sed "s/^/$folder /" || [ "$folder" = web ]
    done >"$BATS_TEST_TMPDIR/layers"
    printf '%s\n' src/*/*.[ch] >"$BATS_TEST_TMPDIR/files"
    run -0 awk -F '[[:space:]]+' '
        FILENAME ~ /layers$/ { for (i = 2; i <= NF; i++) may[$1, $i]; next }
        FILENAME ~ /files$/ { there[$1]; next }
        FNR == 1 { layer = FILENAME; sub(/^src\//, "", layer); sub(/\/.*/, "", layer) }
        /^[[:space:]]*#[[:space:]]*include[[:space:]]*"/ {
            split($0, part, "\"")
            used = part[2] ~ /\// ? part[2] : layer "/" part[2]
            if (!("src/" used in there)) print FILENAME ": includes " part[2] ", which is not there"
            sub(/\/.*/, "", used)
            if (!((layer, used) in may)) print FILENAME ": " layer " may not use " part[2]
            looked++
        }
        END { if (looked < 1000) print "only " looked + 0 " includes were seen" }' \
        "$BATS_TEST_TMPDIR/layers" "$BATS_TEST_TMPDIR/files" src/*/*.[ch]
    [ -z "$output" ]
}

# "FOLDER/CALLER FOLDER/CALLEE" for each two files of a folder of which one uses what the other defines.
uses() {
    local folder
    for folder in src/*/; do
        compgen -G "$folder*.c" >/dev/null || continue # src/web: the page
        nm -A -P "${FORKCHAT_BUILD:-build}/$folder"*.o
    done | sed -E "s|^.*/src/([^/]*)/([^/]*)\.o: |\1/\2 |" | awk '
        { folder = $1; sub(/\/.*/, "", folder) }
        $3 != "U" { where[folder, $2] = $1; next }
        { count++; by[count] = $1; symbol[count] = folder SUBSEP $2 }
        END { for (i = 1; i <= count; i++) if (symbol[i] in where && !seen[by[i], symbol[i]]++) print by[i], where[symbol[i]] }' |
        sort -u
}

@test "no two files of a folder call each other in a circle" {
    uses >"$BATS_TEST_TMPDIR/uses"
    for folder in src/*/; do
        [ "$(find "$folder" -name '*.c' | wc -l)" -le 1 ] || grep -q "^$(basename "$folder")/" "$BATS_TEST_TMPDIR/uses" ||
            { echo "$folder: nothing to look at"; return 1; }
    done
    run tsort "$BATS_TEST_TMPDIR/uses"
    [[ "$output" != *tsort:* ]] || { grep tsort: <<<"$output"; return 1; }
}

@test "headers stand alone" {
    run -0 ${CC:-cc} -std=c11 -D_XOPEN_SOURCE=700 -Isrc -fsyntax-only -x c src/*/*.h
    run -0 awk '
        FNR == 1 { if (guard) print file ": expected the guard " guard; file = FILENAME; guard = toupper(file)
            sub(/^SRC\//, "", guard); gsub(/[\/.-]/, "_", guard); guard = "FORKCHAT_" guard }
        $0 == "#ifndef " guard { guard = "" }
        END { if (guard) print file ": expected the guard " guard }' src/*/*.h
    [ -z "$output" ]
}

@test "systems, compilers and processors are told apart in one header, and by the files of the sandboxes" {
    run -1 grep -rnE '^[[:space:]]*#[[:space:]]*(if|elif).*\b(__[a-zA-Z0-9_]+|SANITIZED|PORT_PLAIN)\b' src --include='*.[ch]' \
        --exclude='sandbox_*.c' --exclude=port_have.h
    echo "$output"
}

@test "what goes beyond POSIX is asked for in src/base only" {
    run -1 grep -rnE '^[[:space:]]*#.*\b(__linux__|__(Free|Net|Open)BSD__|__DragonFly__|__APPLE__|__sun|__GLIBC__|_GNU_SOURCE|_BSD_SOURCE|_DEFAULT_SOURCE)\b' \
        src --include='*.[ch]' --exclude-dir=base
    echo "$output"
}

@test "files with a main() in src hold nothing else" {
    for file in src/*.c; do
        [ -e "$file" ] || continue
        # a function's body opens with a brace in the first column
        run -0 grep -c '^{' "$file"
        [ "$output" = 1 ] || { echo "$file: $output functions"; return 1; }
        grep -qE '^int main\(' "$file" || { echo "$file: no main()"; return 1; }
    done
    run -1 grep -lrE '^int main\(' src/*/
}

@test "every file opens with a comment" {
    run -0 awk 'FNR == 1 && !/^\/\*/ { print FILENAME " opens without saying what it is for" }' \
        src/*.c src/*/*.[ch] t/unit/*.[ch] t/fuzz/*.[ch]
    [ -z "$output" ]
}

@test "no header shares a variable" {
    run -1 grep -rnE '^[[:space:]]*extern ' src --include='*.h'
    echo "$output"
}
