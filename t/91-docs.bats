#!/usr/bin/env bats
# The documents say what the programs do: nothing is left out, and nothing is there that is not.
# Patterns in single quotes are meant to stay as they are, and words are meant to be words.
# shellcheck disable=SC2016,SC2013

load lib/make

setup() {
    bats_require_minimum_version 1.5.0
    cd "$BATS_TEST_DIRNAME/.." || return
    forkchatd=$FORKCHAT_BUILD/forkchatd
}

# The keywords that forkchatd -h lists.
directives() {
    "$forkchatd" -h 3>&- | sed '1,/^Directives/d' | awk '/^  [a-z]/ {print $1}'
}

# The first words of `.It MACRO word …` in a man page.
items() {
    sed -n "s/^\.It $2 \([^ ]*\).*/\1/p" "$1"
}

# The verbs of the rows of the command table that exist at one of these doors: TEXT, PLAIN, TALK, IRC.
verbs() {
    sed -nE "s/^    COMMAND\(\"([A-Z]+)\", ([A-Z_| ]*\b($1)\b[A-Z_| ]*),.*/\1/p" src/command/rows.h
}

# The same directives with names of this machine, where others would not be found.
here() {
    sed -E "s/^(motd|welcome|rules) .*/\1 \/dev\/null/; s/^user .*/user nobody/; s/^group .*/group $(id -gn nobody)/"
}

@test "forkchatd.conf(5) has every directive of forkchatd -h, and no other" {
    diff <(directives | sort) <(items man/forkchatd.conf.5 Ic | sort)
}

@test "every directive in forkchatd.conf(5) has a default, an example, and what a reload does" {
    for word in $(directives); do
        entry=$(sed -n "/^\.It Ic $word\b/,/^\.\(It\|El\)\b/{/^\.It Ic $word\b/p;/^\.\(It\|El\)\b/!p}" man/forkchatd.conf.5)
        grep -q Default <<<"$entry" || { echo "$word: no default"; return 1; }
        grep -q "^$word" <<<"$entry" || { echo "$word: no example"; return 1; }
        grep -qE 'Reload|reload|restart' <<<"$entry" || { echo "$word: what of a reload?"; return 1; }
    done
}

@test "every example in forkchatd.conf(5) is correct" {
    keywords=$(directives | paste -sd '|')
    examples=0
    while IFS= read -r line; do
        line=$(here <<<"$line")
        "$forkchatd" -t -c /dev/null -o "$line" 3>&- || { echo "example: $line"; return 1; }
        examples=$((examples + 1))
    done < <(sed -n '/^\.Bd -literal/,/^\.Ed/p' man/forkchatd.conf.5 | grep -E "^($keywords) ")
    [ "$examples" -ge "$(directives | wc -l)" ]
}

@test "the example configuration has every directive, commented out, and is correct in either state" {
    example=contrib/forkchatd.conf.example
    diff <(directives | sort) <(sed -nE 's/^#([a-z-]+) .*/\1/p' $example | sort -u)
    "$forkchatd" -t -c $example 3>&-
    sed -E 's/^#([a-z])/\1/; s/^operator .*//; s/^password .*//' $example | here >"$BATS_TEST_TMPDIR/all.conf"
    "$forkchatd" -t -c "$BATS_TEST_TMPDIR/all.conf" 3>&-
}

@test "forkchatd(8) has every option of forkchatd -h, and no other" {
    diff <("$forkchatd" -h 3>&- | sed -nE 's/^  -([a-zA-Z])\b.*/\1/p' | sort) <(items man/forkchatd.8 Fl | sort)
    letters=$(sed -nE 's/^usage: forkchatd \[-([a-zA-Z]+)\].*/\1/p' <("$forkchatd" -h 3>&-))
    grep -qx "\.Op Fl $letters" man/forkchatd.8
}

@test "forkchatd(8) has every exit status" {
    for name in $(cat src/forkchatd.c src/process/*.c | grep -oE '\bEX_[A-Z]+' | sort -u); do
        number=$(awk -v name="$name" '$1 == "#define" && $2 == name {print $3}' /usr/include/sysexits.h)
        grep -qx "\.It $number" man/forkchatd.8 || { echo "$name ($number) is missing"; return 1; }
    done
}

@test "every door is in forkchatd.conf(5) and forkchat-protocol(7), with its port if it has one" {
    doors=0
    while read -r door port; do
        [ "$door" != control ] || continue # no door to listen at: it is in forkchatctl(8)
        grep -qE "^\.Cm $door\b" man/forkchatd.conf.5
        [ "$port" != 0 ] || continue
        grep -q "$door \*:$port" man/forkchatd.conf.5
        grep -qE "^\.It $door Ta $port " man/forkchat-protocol.7
        doors=$((doors + 1))
    done < <(sed -nE 's/^ *DOOR\([A-Z]+, "([a-z]+)", ([0-9]+), .*/\1 \2/p; s/^ *SERVICE\([A-Z]+, "([a-z]+)"\).*/\1 0/p' src/world/doors.h)
    [ "$doors" -ge 2 ]
}

@test "forkchat-protocol(7) has every command of the plain and talk doors, and no other" {
    [ "$(verbs 'TEXT|PLAIN|TALK' | wc -l)" -ge 10 ]
    diff <(verbs 'TEXT|PLAIN|TALK' | sort -u) \
        <(sed -n '/^\.Sh COMMANDS/,/^\.Sh/p' man/forkchat-protocol.7 | items /dev/stdin Ic | grep -x '[A-Z]*' | sort -u)
}

@test "forkchat-protocol(7) has every IRC command" {
    section=$(sed -n '/^\.S[hs] .*IRC/,$p' man/forkchat-protocol.7)
    [ -n "$section" ]
    for verb in $(verbs IRC | sort -u); do
        grep -qE "\b$verb\b" <<<"$section" || { echo "missing: $verb"; return 1; }
    done
}

@test "forkchatctl(8) has every command, and completion offers each" {
    commands=$(sed -nE 's/^    COMMAND\("([a-z]+)", CONTROL,.*/\1/p' src/command/rows.h
        grep 'struct ctl_local' src/forkchatctl.c | grep -oE '"[a-z]+"' | tr -d '"')
    [ "$(wc -l <<<"$commands")" -ge 10 ]
    diff <(sort <<<"$commands") <(items man/forkchatctl.8 Ic | sort -u)
    for name in $commands; do
        grep -qw -- "$name" contrib/completion/forkchatctl.bash || { echo "bash: $name"; return 1; }
        grep -qE "^ *'$name:" contrib/completion/_forkchatctl || { echo "zsh: $name"; return 1; }
    done
}

@test "every file and function that src/README.md names exists" {
    names=0
    for name in $(grep -oE '`[a-z_]+(/[a-z_-]+)+\.[ch]`|`[a-z-]+\.c`|`[a-z]+/`' <(sed "s,.src/.,," src/README.md) | tr -d '`' | grep -v '^t/' | sort -u); do
        [ -e "src/$name" ] || { echo "no such file: $name"; return 1; }
        names=$((names + 1))
    done
    for name in $(grep -oE '`[a-z_]+\(\)`' src/README.md | tr -d '`()' | sort -u); do
        grep -rqE --include='*.c' "^[a-z].*\b$name\(" src || { echo "no such function: $name()"; return 1; }
        names=$((names + 1))
    done
    [ "$names" -gt 50 ]
    for name in $(grep -oE '`(\.\./)?(t|man)/[^` ]+`' src/README.md | tr -d '`' | sort -u); do
        [ -e "${name#../}" ] || { echo "no such file: $name"; return 1; }
    done
}

@test "every file that README.md links to exists" {
    for name in $(grep -oE '\]\([^):]+\)' README.md | tr -d '])('); do
        [ -e "$name" ] || { echo "no such file: $name"; return 1; }
    done
}

@test "every file that contrib/README.md names is there, and every file there is named" {
    for name in $(grep -oE '^\| `[^`]+`' contrib/README.md | tr -d '|` ' | grep -v NAME); do
        [ -e "contrib/$name" ] || { echo "no such file: $name"; return 1; }
    done
    for file in contrib/[!R]*; do
        grep -qF "\`$(basename "$file")" contrib/README.md || { echo "not named: $file"; return 1; }
    done
}

@test "make html renders every page, and no link among them leads nowhere" {
    command -v mandoc python3
    run -0 make_built BUILD="$BATS_TEST_TMPDIR" sysconfdir=/usr/local/etc html
    for page in man/*.[1-8]; do
        [ -s "$BATS_TEST_TMPDIR/html/$(basename "$page").html" ]
        grep -qF "$(sed -n 's/^\.Nd //p' "$page")" "$BATS_TEST_TMPDIR/html/index.html"
    done
    # What is installed elsewhere is shown so.
    grep -q /usr/local/etc/forkchat/forkchatd.conf "$BATS_TEST_TMPDIR/html/forkchatd.8.html"
    python3 - "$BATS_TEST_TMPDIR/html" <<'END'
import html.parser, os, sys

folder = sys.argv[1]
void = {"meta", "link", "br", "hr", "img"}

class Page(html.parser.HTMLParser):
    def __init__(self, name):
        super().__init__()
        self.links, self.ids, self.open = [], set(), []
        self.feed(open(os.path.join(folder, name), encoding="utf-8").read())
        assert not self.open, (name, "not closed", self.open)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.links += [attributes[a] for a in ("href", "src") if a in attributes]
        self.ids.add(attributes.get("id"))
        if tag not in void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in void:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

pages = {name: Page(name) for name in os.listdir(folder) if name.endswith(".html")}
inside = 0
for name, page in pages.items():
    for link in page.links:
        if link.startswith("https://"):
            continue
        to, _, part = link.partition("#")
        assert os.path.exists(os.path.join(folder, to or name)), (name, link)
        assert not part or part in pages[to or name].ids, (name, link)
        inside += 1
assert inside > 100 and len(pages["index.html"].links) >= len(pages)
END
}

@test "every manual page has its sections: examples and files, security, for programs the exit status" {
    for page in man/*.[1-8]; do
        wanted='EXAMPLES FILES SECURITY'
        [[ $page == *.[57] ]] || wanted+=' EXIT.STATUS'
        for section in $wanted; do
            grep -qx "\.Sh $section" "$page" || { echo "$page: no $section"; return 1; }
        done
        run -0 mandoc -T lint -W warning "$page"
        [ -z "$output" ]
    done
}
