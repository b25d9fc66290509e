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
    ipc) echo base ipc ;;
    world) echo base ipc world ;;
    conf) echo base ipc world conf ;;
    event) echo base ipc world event ;;
    chat) echo base ipc world conf event chat ;;
    command) echo base ipc world conf event chat command ;;
    dialect) echo base ipc world conf event chat command dialect ;;
    transport) echo base ipc world conf event chat command dialect transport ;;
    service) echo base ipc world conf event chat command service ;;
    process) echo base ipc world conf event chat command dialect transport service process ;;
    tty) echo base tty ;;
    client) echo base tty client ;;
    lan) echo base tty lan ;;
    *) return 1 ;;
    esac
}

@test "every folder of src is a layer" {
    for folder in src/*/; do
        may_use "$(basename "$folder")" || { echo "no layer: $folder"; return 1; }
    done
}

@test "no include runs against the layers" {
    local wrong=0
    for file in src/*/*.[ch]; do
        layer=$(basename "$(dirname "$file")")
        while read -r included; do
            case $included in
            */*) used=${included%%/*} ;;
            *) used=$layer ;;
            esac
            if ! [ -e "src/$included" ] && ! [ -e "src/$layer/$included" ]; then
                echo "$file: includes $included, which is not there"
                wrong=1
            fi
            case " $(may_use "$layer") " in
            *" $used "*) ;;
            *)
                echo "$file: $layer may not use $included"
                wrong=1
                ;;
            esac
        done < <(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\(.*\)".*/\1/p' "$file")
    done
    [ "$wrong" -eq 0 ]
}

# "CALLER CALLEE" for each two files of folder $1 of which one uses what the other defines.
uses() {
    local object name
    for object in "${FORKCHAT_BUILD:-build}/src/$1"/*.o; do
        name=$(basename "$object" .o)
        [ -e "src/$1/$name.c" ] || continue
        nm -P "$object" | awk -v file="$name" '{ print ($2 == "U" ? "uses" : "has"), $1, file }'
    done | awk '$1 == "has" { where[$2] = $3 }
        $1 == "uses" { symbol[++count] = $2; by[count] = $3 }
        END { for (i = 1; i <= count; i++) if (symbol[i] in where) print by[i], where[symbol[i]] }' | sort -u
}

@test "no two files of a folder call each other in a circle" {
    for folder in src/*/; do
        folder=$(basename "$folder")
        uses "$folder" >"$BATS_TEST_TMPDIR/uses"
        [ -s "$BATS_TEST_TMPDIR/uses" ] || [ "$(find "src/$folder" -name '*.c' | wc -l)" -eq 1 ] ||
            { echo "$folder: nothing to look at"; return 1; }
        run tsort "$BATS_TEST_TMPDIR/uses"
        [[ "$output" != *tsort:* ]] || { echo "$folder: $output"; return 1; }
    done
}

@test "headers stand alone" {
    local wrong=0
    for file in src/*/*.h; do
        echo "#include \"${file#src/}\"" |
            ${CC:-cc} -std=c11 -D_XOPEN_SOURCE=700 -Isrc -fsyntax-only -x c - || wrong=1
        guard=FORKCHAT_$(tr 'a-z/.-' 'A-Z___' <<<"${file#src/}")
        grep -q "^#ifndef $guard\$" "$file" || { echo "$file: expected the guard $guard"; wrong=1; }
    done
    [ "$wrong" -eq 0 ]
}

@test "systems are told apart in src/base only" {
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
    local wrong=0
    for file in src/*.c src/*/*.[ch] t/unit/*.[ch] t/fuzz/*.[ch]; do
        [ -e "$file" ] || continue
        case $(head -c 2 "$file") in
        '/*') ;;
        *)
            echo "$file opens without saying what it is for"
            wrong=1
            ;;
        esac
    done
    [ "$wrong" -eq 0 ]
}

@test "no header shares a variable" {
    run -1 grep -rnE '^[[:space:]]*extern ' src --include='*.h'
    echo "$output"
}
