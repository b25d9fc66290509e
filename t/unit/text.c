/* Text: bounded, valid, harmless. */
#include "base/harmless.h"
#include "base/text.h"

#include <string.h>

#include "check.h"

static char room[256];
static struct text text;

static bool is(const char *expected)
{
    bool same = text.length == strlen(expected) && memcmp(text.start, expected, text.length) == 0 &&
                text.start[text.length] == '\0';
    if (!same)
        printf("# it is: %s\n", text.start);
    return same;
}

static bool adds_utf8(const char *bytes, size_t length, const char *expected)
{
    text_init(&text, room, sizeof room);
    text_add_utf8(&text, bytes, length);
    return is(expected) && !text.cut;
}

static bool adds_harmless(const char *bytes, size_t length, const char *expected)
{
    text_init(&text, room, sizeof room);
    harmless_add(&text, bytes, length);
    return is(expected) && !text.cut;
}

/* A literal and its length, zero bytes included. */
#define BYTES(literal) literal, sizeof(literal) - 1
#define WRONG          "\xEF\xBF\xBD"

static void builds(void)
{
    text_init(&text, room, sizeof room);
    CHECK(is(""));
    text_add(&text, "one");
    text_add_char(&text, ' ');
    text_addf(&text, "%d%s", 2, "!");
    text_add_bytes(&text, "abc", 2);
    text_add_bytes(&text, NULL, 0);
    CHECK(is("one 2!ab") && !text.cut);
}

static void cuts(void)
{
    text_init(&text, room, 6);
    text_add(&text, "12345");
    CHECK(is("12345") && !text.cut);
    text_add(&text, "");
    CHECK(!text.cut);
    text_add(&text, "6");
    CHECK(is("12345") && text.cut);

    text_init(&text, room, 6);
    text_addf(&text, "%s", "12345");
    CHECK(is("12345") && !text.cut);
    text_init(&text, room, 6);
    text_addf(&text, "%s", "123456");
    CHECK(is("12345") && text.cut);

    text_init(&text, room, 1);
    text_add(&text, "x");
    CHECK(is("") && text.cut);
    text_init(&text, room, 1);
    text_addf(&text, "x");
    CHECK(is("") && text.cut);
}

static void cuts_characters_whole(void)
{
    static const char long_one[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"; /* a é € grin z */
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
    for (size_t size = 1; size <= sizeof long_one; size++) {
        size_t fits = whole[size - 1];
        text_init(&text, room, size);
        text_add(&text, long_one);
        CHECK(text.length == fits && text.cut == (size < sizeof long_one));
        text_init(&text, room, size);
        text_addf(&text, "%s", long_one);
        CHECK(text.length == fits && text.start[fits] == '\0');
        text_init(&text, room, size);
        text_add_utf8(&text, long_one, sizeof long_one - 1);
        CHECK(text.length == fits);
        text_init(&text, room, size);
        harmless_add(&text, long_one, sizeof long_one - 1);
        CHECK(text.length == fits);
        char copy[sizeof long_one];
        CHECK(text_copy(copy, size, long_one) == (size == sizeof long_one));
        CHECK(strlen(copy) == fits);
    }
}

static void stays_cut(void)
{
    text_init(&text, room, 4);
    text_add(&text, "a\xE2\x82\xAC"); /* needs 4 */
    CHECK(is("a"));
    text_add(&text, "b");
    text_addf(&text, "c");
    text_add_char(&text, 'd');
    harmless_add(&text, "e", 1);
    text_add_utf8(&text, "f", 1);
    CHECK(is("a") && text.cut);
}

static void replacement_is_whole(void)
{
    for (size_t size = 1; size < 8; size++) {
        text_init(&text, room, size);
        text_add_utf8(&text, BYTES("\xFF\xFF"));
        CHECK(text.length % 3 == 0);
        text_init(&text, room, size);
        harmless_add(&text, BYTES("\xFF\xFF"));
        CHECK(text.length % 3 == 0);
    }
}

static void copies(void)
{
    char to[8];
    memset(to, 'x', sizeof to);
    CHECK(text_copy(to, sizeof to, "abc"));
    CHECK(memcmp(to, "abc\0\0\0\0", 8) == 0);
    CHECK(text_copy(to, sizeof to, "1234567"));
    CHECK(!text_copy(to, sizeof to, "12345678"));
    CHECK(strcmp(to, "1234567") == 0);
    CHECK(!text_copy(to, 1, "a") && to[0] == '\0');
    CHECK(text_copy(to, 1, ""));
}

static bool decodes(const char *bytes, size_t length, int32_t point, size_t expected)
{
    size_t used = 99;
    return text_decode(bytes, length, &used) == point && used == expected;
}

static void good_utf8(void)
{
    CHECK(decodes(BYTES("a"), 'a', 1));
    CHECK(decodes(BYTES("\0"), 0, 1));
    CHECK(decodes(BYTES("\x7F"), 0x7F, 1));
    CHECK(decodes(BYTES("\xC2\x80"), 0x80, 2));
    CHECK(decodes(BYTES("\xDF\xBF"), 0x7FF, 2));
    CHECK(decodes(BYTES("\xE0\xA0\x80"), 0x800, 3));
    CHECK(decodes(BYTES("\xED\x9F\xBF"), 0xD7FF, 3));
    CHECK(decodes(BYTES("\xEE\x80\x80"), 0xE000, 3));
    CHECK(decodes(BYTES("\xEF\xBF\xBF"), 0xFFFF, 3));
    CHECK(decodes(BYTES("\xF0\x90\x80\x80"), 0x10000, 4));
    CHECK(decodes(BYTES("\xF4\x8F\xBF\xBF"), 0x10FFFF, 4));
    CHECK(decodes("\xC3\xA9more", 6, 0xE9, 2));
}

static void bad_utf8(void)
{
    CHECK(decodes(BYTES("\x80"), -1, 1));             /* continuation alone */
    CHECK(decodes(BYTES("\xBF"), -1, 1));             /* the same */
    CHECK(decodes(BYTES("\xC0\x80"), -1, 1));         /* overlong NUL */
    CHECK(decodes(BYTES("\xC1\xBF"), -1, 1));         /* overlong DEL */
    CHECK(decodes(BYTES("\xE0\x9F\xBF"), -1, 1));     /* overlong U+07FF */
    CHECK(decodes(BYTES("\xF0\x8F\xBF\xBF"), -1, 1)); /* overlong U+FFFF */
    CHECK(decodes(BYTES("\xED\xA0\x80"), -1, 1));     /* first surrogate */
    CHECK(decodes(BYTES("\xED\xBF\xBF"), -1, 1));     /* last surrogate */
    CHECK(decodes(BYTES("\xF4\x90\x80\x80"), -1, 1)); /* U+110000 */
    CHECK(decodes(BYTES("\xF5\x80\x80\x80"), -1, 1));
    CHECK(decodes(BYTES("\xFE"), -1, 1));
    CHECK(decodes(BYTES("\xFF"), -1, 1));
    CHECK(decodes(BYTES("\xC3"), -1, 1)); /* the end is missing */
    CHECK(decodes(BYTES("\xE2\x82"), -1, 1));
    CHECK(decodes(BYTES("\xF0\x9F\x98"), -1, 1));
    CHECK(decodes(BYTES("\xC3"
                        "a"),
                  -1, 1)); /* interrupted */
    CHECK(decodes(BYTES("\xE2\x82"
                        "a"),
                  -1, 1));
}

static void every_point(void)
{
    for (int32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)((i || length > 1 ? (i ? 0x80 : first[length]) : 0) |
                              ((point >> 6 * (length - 1 - i)) & (i ? 0x3F : 0x7F)));
        bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (!decodes(bytes, length, surrogate ? -1 : point, surrogate ? 1 : length)) {
            CHECK(point < 0);
            return;
        }
    }
}

static void whole_texts(void)
{
    CHECK(text_is_utf8("", 0));
    CHECK(text_is_utf8(BYTES("na\xC3\xAFve \xE2\x82\xAC")));
    CHECK(!text_is_utf8(BYTES("na\xEFve")));
    CHECK(!text_is_utf8(BYTES("ok until \xE2\x82")));
    CHECK(text_is_utf8(BYTES("a\0b")));
}

static void boundaries(void)
{
    static const char euro[] = "a\xE2\x82\xAC"
                               "b"; /* a € b */
    CHECK(text_boundary(euro, 5, 0) == 0);
    CHECK(text_boundary(euro, 5, 1) == 1);
    CHECK(text_boundary(euro, 5, 2) == 1);
    CHECK(text_boundary(euro, 5, 3) == 1);
    CHECK(text_boundary(euro, 5, 4) == 4);
    CHECK(text_boundary(euro, 5, 5) == 5);
    CHECK(text_boundary(euro, 5, 100) == 5);
    CHECK(text_boundary("", 0, 0) == 0);
    CHECK(text_boundary("\xF0\x9F\x98\x80", 4, 3) == 0);
    /* what is no character may be cut anywhere, and costs none before it */
    CHECK(text_boundary("ab\x80\x80\x80", 5, 4) == 4);
    CHECK(text_boundary("a\x80", 2, 1) == 1);
    CHECK(text_boundary("a\xE2\x82", 3, 2) == 2);
    CHECK(text_boundary("\x80\x80\x80\x80\x80", 5, 3) == 3);
}

static void made_valid(void)
{
    CHECK(adds_utf8(BYTES("plain"), "plain"));
    CHECK(adds_utf8(BYTES("na\xC3\xAFve"), "na\xC3\xAFve"));
    CHECK(adds_utf8(BYTES("na\xEFve"), "na" WRONG "ve"));
    CHECK(adds_utf8(BYTES("a\0b\rc\nd"), "a" WRONG "b" WRONG "c" WRONG "d"));
    CHECK(adds_utf8(BYTES("\002bold\002 \003"
                          "04red \x1B[1m\t"),
                    "\002bold\002 \003"
                    "04red \x1B[1m\t"));
    CHECK(adds_utf8(BYTES("\xE2\x82"), WRONG WRONG));
    CHECK(adds_utf8(BYTES(""), ""));
}

/* As a field in shared memory whose end another process took away. */
static void copied_without_end(void)
{
    char field[8], copy[8], smaller[4];
    char *heap = malloc(8); /* so that AddressSanitizer sees who reads on */
    memset(heap, 'x', 8);
    memcpy(field, heap, 8);
    CHECK(!text_copy(copy, sizeof copy, heap) && strcmp(copy, "xxxxxxx") == 0);
    CHECK(!text_copy(smaller, sizeof smaller, heap) && strcmp(smaller, "xxx") == 0);
    memcpy(heap, "xxxxx\xE2\x82\xAC", 8);
    CHECK(!text_copy(copy, sizeof copy, heap) && strcmp(copy, "xxxxx") == 0); /* no part of a character */
    TEXT_END(field);
    CHECK(strcmp(field, "xxxxxxx") == 0);
    free(heap);
}

static void made_harmless(void)
{
    CHECK(adds_harmless(BYTES("plain\ttext"), "plain\ttext"));
    CHECK(adds_harmless(BYTES("na\xC3\xAFve \xE2\x82\xAC"), "na\xC3\xAFve \xE2\x82\xAC"));
    CHECK(adds_harmless(BYTES("\x1B[2J\x1B]0;title\x07"), "^[[2J^[]0;title^G"));
    CHECK(adds_harmless(BYTES("a\0b\rc\nd\be"), "a^@b^Mc^Jd^He"));
    CHECK(adds_harmless(BYTES("\x7F"), "^?"));
    CHECK(adds_harmless(BYTES("\xC2\x9B"
                              "31m"),
                        "^[31m")); /* C1 CSI */
    CHECK(adds_harmless(BYTES("\xC2\x80\xC2\x9F\xC2\xA0"), "^@^_\xC2\xA0"));
    CHECK(adds_harmless(BYTES("\x9B"
                              "31m"),
                        WRONG "31m"));
    CHECK(adds_harmless(BYTES("\xC3\x02\xA9"), WRONG WRONG)); /* no character out of what a code divided */
    CHECK(adds_harmless(BYTES("\x01"
                              "ACTION waves\x01"),
                        "^AACTION waves^A"));
}

static void turning(void)
{
    CHECK(adds_harmless(BYTES("a\u202Eb\u2066c\u2069"), "abc"));
    CHECK(adds_harmless(BYTES("one\u2028[server] two\u2029"), "one [server] two "));
    CHECK(adds_harmless(BYTES("\u05D0\u200F!"), "\u05D0\u200F!")); /* a mark turns nothing */
}

static bool adds_readable(const char *bytes, size_t length, const char *expected)
{
    text_init(&text, room, sizeof room);
    harmless_add_readable(&text, bytes, length);
    return is(expected) && !text.cut;
}

static void latin1(void)
{
    CHECK(adds_readable(BYTES("d\xE9j\xE0 vu \xA9\xFF"), "d\u00E9j\u00E0 vu \u00A9\u00FF"));
    CHECK(adds_readable(BYTES("\x80 \x93quoted\x94 \x9B"
                              "31m\x81"),
                        "\u20AC \u201Cquoted\u201D \u203A31m" WRONG));
    CHECK(adds_readable(BYTES("d\u00E9j\u00E0 cut\xC3"), "d\u00E9j\u00E0 cut" WRONG)); /* it is UTF-8 */
    CHECK(adds_readable(BYTES("\x1B[2J\xE9\x02!"), "^[[2J\u00E9!"));
    CHECK(adds_readable(BYTES("plain"), "plain") && adds_readable(BYTES(""), ""));
}

static void formatting(void)
{
    CHECK(adds_harmless(BYTES("\x02"
                              "b\x0F"
                              "o\x11"
                              "m\x16r\x1Di\x1Es\x1Fu"),
                        "bomrisu"));
    CHECK(adds_harmless(BYTES("\x03"
                              "4red\x03"),
                        "red"));
    CHECK(adds_harmless(BYTES("\x03"
                              "04,12red on blue"),
                        "red on blue"));
    CHECK(adds_harmless(BYTES("\x03"
                              "0412"),
                        "12"));
    CHECK(adds_harmless(BYTES("\x03"
                              "4,x"),
                        ",x"));
    CHECK(adds_harmless(BYTES("\x03"
                              "4,"),
                        ","));
    CHECK(adds_harmless(BYTES("\x03,5"), ",5"));
    CHECK(adds_harmless(BYTES("\x03"
                              "4,123"),
                        "3"));
    CHECK(adds_harmless(BYTES("\x03"), ""));
    CHECK(adds_harmless(BYTES("\x04"
                              "FF00aared"),
                        "red"));
    CHECK(adds_harmless(BYTES("\x04"
                              "FF00AA,00ff00red"),
                        "red"));
    CHECK(adds_harmless(BYTES("\x04"
                              "FF00AA,00ffred"),
                        ",00ffred"));
    CHECK(adds_harmless(BYTES("\x04"
                              "FF00"),
                        "FF00"));
    CHECK(adds_harmless(BYTES("\x04"), ""));
}

static void folding(void)
{
    for (int c = 0; c < 256; c++) {
        unsigned char folded = text_fold((unsigned char)c);
        CHECK(text_fold(folded) == folded);
        if (c >= 0x80 || c == 0 || c == ' ')
            CHECK(folded == c);
    }
    CHECK(text_fold('A') == 'a' && text_fold('Z') == 'z' && text_fold('@') == '@');
    CHECK(text_fold('[') == '{' && text_fold(']') == '}' && text_fold('\\') == '|');
    CHECK(text_fold('~') == '^' && text_fold('_') == '_' && text_fold('`') == '`');
}

static void names(void)
{
    CHECK(text_compare_names("Toto", "tOTO") == 0);
    CHECK(text_compare_names("[a]\\~", "{A}|^") == 0);
    CHECK(text_compare_names("a", "b") < 0 && text_compare_names("b", "A") > 0);
    CHECK(text_compare_names("a", "ab") < 0 && text_compare_names("ab", "a") > 0);
    CHECK(text_compare_names("", "") == 0 && text_compare_names("", "a") < 0);
    CHECK(text_compare_names("\xC3\x89", "\xC3\xA9") != 0); /* RFC 1459 knows ASCII only */
    CHECK(text_compare_names("a", "\xC3\xA9") < 0);
    CHECK(text_hash_name("[Toto]") == text_hash_name("{tOTO}"));
    CHECK(text_hash_name("toto") != text_hash_name("tota"));
}

static void words(void)
{
    char line[] = "  one\ttwo   three ";
    char *rest = line;
    CHECK(strcmp(text_next_word(&rest), "one") == 0);
    CHECK(strcmp(rest, "two   three ") == 0);
    CHECK(strcmp(text_next_word(&rest), "two") == 0);
    CHECK(strcmp(text_next_word(&rest), "three") == 0);
    CHECK(text_next_word(&rest) == NULL);
    CHECK(text_next_word(&rest) == NULL);
    char blank[] = " \t ";
    rest = blank;
    CHECK(text_next_word(&rest) == NULL);
    char none[] = "";
    rest = none;
    CHECK(text_next_word(&rest) == NULL);
}

static void items(void)
{
    CHECK(text_has_item("one", ',') && text_has_item(",one", ',') && text_has_item(",,one,", ','));
    CHECK(!text_has_item("", ',') && !text_has_item(",", ',') && !text_has_item(",,", ','));
    char list[] = "one,,two,";
    char *rest = list;
    CHECK(strcmp(text_next_item(&rest, ','), "one") == 0);
    CHECK(strcmp(text_next_item(&rest, ','), "") == 0);
    CHECK(strcmp(text_next_item(&rest, ','), "two") == 0);
    CHECK(strcmp(text_next_item(&rest, ','), "") == 0);
    CHECK(text_next_item(&rest, ',') == NULL);
}

static bool kept_as(const char *string, const char *expected)
{
    char *kept = harmless_keep(string);
    bool right = strcmp(kept, expected) == 0;
    free(kept);
    return right;
}

static void kept(void)
{
    CHECK(kept_as("plain\n\002bold\002\ttab", "plain\n\002bold\002\ttab"));
    CHECK(kept_as("\xC3\xA9t\xC3\xA9 \xE2\x82\xAC", "\xC3\xA9t\xC3\xA9 \xE2\x82\xAC"));
    CHECK(kept_as("\xE9t\xE9 \x80", "\xC3\xA9t\xC3\xA9 \xE2\x82\xAC"));
    CHECK(kept_as("\xC3\xA9t\xE9", "\xC3\xA9t\xEF\xBF\xBD"));
    CHECK(kept_as("\xEF\xBB\xBFtext", "text"));
    CHECK(kept_as("", "") && kept_as("\xEF\xBB\xBF", ""));
}

int main(void)
{
    CASE("a text is built piece by piece", builds);
    CASE("what does not fit is dropped, and said", cuts);
    CASE("a text is never cut within a character", cuts_characters_whole);
    CASE("once cut, nothing more is added, so no text has a hole", stays_cut);
    CASE("the replacement character is whole or not there", replacement_is_whole);
    CASE("a copy fits, is cut on a boundary, and zeroes the rest", copies);
    CASE("all lengths of well-formed UTF-8 are decoded", good_utf8);
    CASE("overlong, surrogate, too large, cut and stray bytes are refused, one byte each", bad_utf8);
    CASE("every code point is decoded, and every surrogate refused", every_point);
    CASE("a text is UTF-8 or not as a whole", whole_texts);
    CASE("a boundary splits no character and gives away none", boundaries);
    CASE("what is relayed to IRC is valid and keeps its control codes", made_valid);
    CASE("what has no end is copied as far as there is room, and nothing behind is read", copied_without_end);
    CASE("what is shown on a terminal cannot drive it", made_harmless);
    CASE("nor turn the direction of writing, nor end a line", turning);
    CASE("what is no UTF-8 at all is shown as Latin-1", latin1);
    CASE("IRC's formatting vanishes, and nothing else with it", formatting);
    CASE("a text that is kept is UTF-8, whatever it was", kept);
    CASE("letters are folded as RFC 1459 has it", folding);
    CASE("names are compared and hashed by that rule", names);
    CASE("words are cut off one after the other", words);
    CASE("a list has items, which may be empty", items);
    CHECK_DONE();
}
