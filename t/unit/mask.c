/* Masks: what fits and what does not, and how people's shorthand becomes nick!user@host. */
#include <string.h>

#include "base/mask.h"
#include "check.h"

static const char *normal(const char *mask)
{
    static char text[MASK_SIZE];
    mask_normalise(text, mask);
    return text;
}

static void plain(void)
{
    CHECK(mask_match("toto", "toto"));
    CHECK(mask_match("TOTO", "toto"));
    CHECK(mask_match("{}|^", "[]\\~"));
    CHECK(!mask_match("toto", "tot"));
    CHECK(!mask_match("toto", "totoo"));
    CHECK(mask_match("", ""));
    CHECK(!mask_match("", "a"));
}

static void star(void)
{
    CHECK(mask_match("*", ""));
    CHECK(mask_match("*", "anything"));
    CHECK(mask_match("**a**", "a"));
    CHECK(mask_match("a*b*c", "axxbyybzzc"));
    CHECK(!mask_match("a*b*c", "axxbyybzz"));
    CHECK(mask_match("*!*@127.0.0.*", "toto!~t@127.0.0.1"));
    CHECK(!mask_match("*!*@127.0.0.*", "toto!~t@127.0.1.1"));
    CHECK(mask_match("*ab", "aab"));
    CHECK(mask_match("*a?b", "aaxb"));
}

static void question(void)
{
    CHECK(mask_match("t?t?", "toto"));
    CHECK(!mask_match("?", ""));
    CHECK(!mask_match("toto?", "toto"));
    CHECK(mask_match("?", "\xC3\xA9"));
    CHECK(mask_match("a?b", "a\xE2\x82\xAC"
                            "b"));
    CHECK(!mask_match("??", "\xC3\xA9"));
}

static void many(void)
{
    CHECK(!mask_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void shorthand(void)
{
    CHECK(strcmp(normal("toto"), "toto!*@*") == 0);
    CHECK(strcmp(normal("toto!u"), "toto!u@*") == 0);
    CHECK(strcmp(normal("u@h"), "*!u@h") == 0);
    CHECK(strcmp(normal("toto!u@h"), "toto!u@h") == 0);
    CHECK(strcmp(normal("10.0.*"), "*!*@10.0.*") == 0);
    CHECK(strcmp(normal("fe80::1"), "*!*@fe80::1") == 0);
    CHECK(strcmp(normal("::1"), "*!*@0::1") == 0);
    CHECK(strcmp(normal("*!*@::1"), "*!*@0::1") == 0);
    CHECK(strcmp(normal("!@"), "*!*@*") == 0);
    CHECK(strcmp(normal("***"), "*!*@*") == 0);
    CHECK(strcmp(normal("a@b!c"), "a@b!c@*") == 0);
    CHECK(strcmp(normal(""), "*!*@*") == 0);
}

int main(void)
{
    CASE("a mask without wildcards fits itself in any case, and nothing else", plain);
    CASE("a star fits any characters, also none", star);
    CASE("a question mark fits exactly one character, whatever its bytes", question);
    CASE("many stars take no time", many);
    CASE("shorthand becomes nick!user@host", shorthand);
    CHECK_DONE();
}
