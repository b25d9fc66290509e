/* Unicode: names that are the same or look the same, and how wide characters are. */
#include <string.h>

#include "base/lookalike.h"
#include "base/unicode.h"
#include "base/width.h"

#include "check.h"

static bool composes(const char *from, const char *expected)
{
    char to[64];
    bool good = unicode_compose(to, sizeof to, from) && strcmp(to, expected) == 0;
    if (!good)
        printf("# it is: %s\n", to);
    return good;
}

static void composition(void)
{
    CHECK(composes("", "") && composes("toto", "toto"));
    CHECK(composes("zoe\u0301", "zo\u00E9") && composes("zo\u00E9", "zo\u00E9"));
    CHECK(composes("\u212B\u0323", "\u1EA0\u030A")); /* the mark below goes first */
    CHECK(composes("\u1112\u1161\u11AB", "\uD55C") && composes("\uD558\u11AB", "\uD55C"));
    CHECK(composes("q\u0307\u0323", "q\u0323\u0307"));
    CHECK(composes("a\u0300b\u0301", "\u00E0b\u0301"));
    CHECK(composes("\u0958", "\u0915\u093C")); /* it is excluded from composition */
    CHECK(composes("\u0301a", "\u0301a"));
    char small[4];
    CHECK(!unicode_compose(small, sizeof small, "zo\u00E9") && strcmp(small, "zo") == 0);
    CHECK(!unicode_compose(small, sizeof small, "\xFF") && small[0] == '\xFF');
}

static void sameness(void)
{
    CHECK(unicode_is_same("caf\u00E9.txt", "cafe\u0301.txt") && unicode_is_same("cafe\u0301.txt", "caf\u00E9.txt"));
    CHECK(!unicode_is_same("cafe.txt", "caf\u00E9.txt") && !unicode_is_same("Caf\u00E9", "caf\u00E9"));
    CHECK(unicode_is_same("\u212A", "K") && unicode_is_same("", "") && !unicode_is_same("a", ""));
    CHECK(unicode_is_same("\xFF", "\xFF") && !unicode_is_same("\xFF", "\xFE") && !unicode_is_same("\xFF", "\u00FF"));
    CHECK(unicode_begins("cafe\u0301.txt", "caf\u00E9") && unicode_begins("caf\u00E9.txt", "cafe\u0301."));
    CHECK(unicode_begins("caf\u00E9", "caf") && unicode_begins("x", "") && !unicode_begins("caf\u00E9", "cafe"));
}

static void scripts(void)
{
    CHECK(lookalike_is_one_script("zo\u00E9") && lookalike_is_one_script("\u043C\u0430\u0440\u0438\u044F-2"));
    CHECK(lookalike_is_one_script("\u5F20\u4F1F") && lookalike_is_one_script("\u3055\u304F\u3089\u30AB\u4E00x"));
    CHECK(lookalike_is_one_script("\uAE40\uBBFC\uC218") && lookalike_is_one_script("\u05E9\u05DC\u05D5\u05DD"));
    CHECK(lookalike_is_one_script("\u0905\u091C\u092F") && lookalike_is_one_script("\u0E2A\u0E21\u0E0A\u0E32\u0E22"));
    CHECK(lookalike_is_one_script("[toto]-2") && lookalike_is_one_script("\u062F\u0627\u0646\u0663"));
    CHECK(!lookalike_is_one_script("p\u0430ypal") && !lookalike_is_one_script("t\u03BFto"));
    CHECK(!lookalike_is_one_script("\u0430\u03B1") && !lookalike_is_one_script("\uAE40\u3042"));
    CHECK(!lookalike_is_one_script("\u062F\u0663\u06F7") && !lookalike_is_one_script("\u0301a"));
    CHECK(!lookalike_is_one_script("a\u0323\u0323") && !lookalike_is_one_script("a\u0301\u0302\u0303\u0304"));
    CHECK(!lookalike_is_one_script("i\u0307x") && lookalike_is_one_script("\u0130x")); /* a dot on a dot */
    CHECK(lookalike_is_one_script("\u1019\u103C\u103D\u103E\u102C\u1037"));            /* Burmese */
    CHECK(lookalike_is_one_script("Nguy\u1EC5n") && lookalike_is_one_script("a\u0328\u0302\u0301"));
}

static void letters(void)
{
    CHECK(lookalike_may_name(0xE9) && lookalike_may_name(0x430) && lookalike_may_name(0x4E00));
    CHECK(lookalike_may_name(0xAC00) && lookalike_may_name(0x660) && lookalike_may_name(0x2D30));
    CHECK(!lookalike_may_name('a') && !lookalike_may_name(0x200B) && !lookalike_may_name(0xFF21));
    CHECK(!lookalike_may_name(0x1C3) && !lookalike_may_name(0x2D0)); /* like ! and : */
    CHECK(!lookalike_may_name(0x1F600) && !lookalike_may_name(0xFFFD) && !lookalike_may_name(0x3164));
    CHECK(!lookalike_may_name(0xA0) && !lookalike_may_name(-1) && !lookalike_may_name(0x110000));
}

static bool alike(const char *a, const char *b)
{
    bool same = lookalike_are(a, b) && lookalike_are(b, a);
    return same && lookalike_hash(a) == lookalike_hash(b);
}

static void looks(void)
{
    CHECK(alike("paypal", "\u0440\u0430\u0443\u0440\u0430\u04CF")); /* all Cyrillic */
    CHECK(alike("COCO", "\u0441\u043E\u0441\u043E") && alike("BAHH", "\u0412\u0410\u041D\u041D"));
    CHECK(alike("zo\u00E9", "ZO\u00C9") && alike("zo\u00E9", "zoe\u0301") && alike("zo\u00E9", "z0\u00E9"));
    CHECK(alike("l\u0131sa", "lisa") && alike("\u03BF\u03BD\u03BF", "ovo"));
    CHECK(alike("\u043C\u0430\u0440\u0438\u044F", "\u041C\u0410\u0420\u0418\u042F"));
    CHECK(!lookalike_are("zoe", "zo\u00E9") && !lookalike_are("\u5F20", "\u738B"));
    CHECK(!lookalike_are("bill", "biII") && !lookalike_are("toto", "TOTO")); /* two in ASCII: CASEMAPPING decides */
    CHECK(lookalike_hash("[Toto]~") == lookalike_hash("{tOTO}^") && lookalike_hash("ab") != lookalike_hash("ac"));
    CHECK(lookalike_hash("") == lookalike_hash("") && lookalike_hash("\xFF") != lookalike_hash("\xFE"));
}

static void seen(void)
{
    CHECK(unicode_is_seen('a') && unicode_is_seen('#') && unicode_is_seen(0x1FAE9) && unicode_is_seen(0x301));
    CHECK(!unicode_is_seen(' ') && !unicode_is_seen(0x200B) && !unicode_is_seen(0x202E) && !unicode_is_seen(0x3000));
    CHECK(!unicode_is_seen(0x85) && !unicode_is_seen(0x3164) && !unicode_is_seen(0x2800) && !unicode_is_seen(0xFE0F));
    CHECK(!unicode_is_seen(0xE000) && !unicode_is_seen(0xFFFE) && !unicode_is_seen(0xFFFD) && !unicode_is_seen(0x378));
    CHECK(!unicode_is_seen(-1) && !unicode_is_seen(0x110000) && !unicode_is_seen(0xD800));
}

/* Whether all of a text is one cluster of so many columns. */
static bool is_one(const char *text, int columns)
{
    int wide;
    return width_cluster(text, strlen(text), &wide) == strlen(text) && wide == columns;
}

static void clusters(void)
{
    CHECK(is_one("a", 1) && is_one("\u4F60", 2) && is_one("e\u0301", 1) && is_one("\u2764\uFE0F", 1));
    CHECK(is_one("\U0001F1EB\U0001F1F7", 2) && is_one("\U0001F44D\U0001F3FD", 4));
    CHECK(is_one("\U0001F468\u200D\U0001F469\u200D\U0001F467", 6) && is_one("a\u200F", 1) && is_one("\u0915\u093E", 2));
    CHECK(is_one("\U0001F3F4\U000E0067\U000E0062\U000E007F", 2) && is_one("\u1112\u1161\u11AB", 2));
    CHECK(!is_one("ab", 2) && !is_one("a\u200Db", 2) && !is_one("\U0001F468\U0001F469", 4));
    CHECK(!is_one("\U0001F1EB\U0001F1F7\U0001F1E9\U0001F1EA", 4) && !is_one("a\n", 2));
    CHECK(width_of_text("\U0001F1EB\U0001F1F7\U0001F1E9\U0001F1EA", 16) == 4);
    CHECK(width_of_text("\u05D0\u200Fx", 6) == 2 && width_of_text("\u4DC0\u2630", 6) == 4);
}

static void limits(void)
{
    char longest[2 * UNICODE_BYTES + 1] = "", to[2 * UNICODE_BYTES + 1];
    int32_t points[UNICODE_POINTS];
    while (strlen(longest) + 3 <= UNICODE_BYTES)
        strcat(longest, "\u1F82"); /* four when taken apart */
    CHECK(unicode_decompose(longest, strlen(longest), points) == 4 * strlen(longest) / 3);
    CHECK(unicode_compose(to, sizeof to, longest) && strcmp(to, longest) == 0);
    CHECK(lookalike_are(longest, longest) && lookalike_is_one_script(longest));
    while (strlen(longest) + 3 < sizeof longest)
        strcat(longest, "\u1F82");
    CHECK(!unicode_compose(to, sizeof to, longest) && strcmp(to, longest) == 0);
    CHECK(unicode_is_same(longest, longest) && !unicode_is_same(longest, "\u1F82"));
}

int main(void)
{
    CASE("a name is composed", composition);
    CASE("names are the same however they are composed", sameness);
    CASE("a name is written in one script", scripts);
    CASE("letters, marks and digits make names", letters);
    CASE("what looks alike is told, and has one hash", looks);
    CASE("what cannot be seen is told", seen);
    CASE("what people take for one character is one, as wide as its parts", clusters);
    CASE("what is too long is left alone", limits);
    CHECK_DONE();
}
