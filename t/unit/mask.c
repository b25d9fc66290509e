/* Masks: what fits and what does not, and how people's shorthand becomes nick!user@host. */
#include <string.h>

#include "base/mask.h"
#include "check.h"

static const char *normal(const char *mask)
{
    static char text[MASK_SIZE];
    return mask_normalise(text, mask) ? text : "none";
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

static bool fits(const char *mask, const char *host)
{
    return mask_match_person(mask, "toto", "~t", host);
}

static void addresses(void)
{
    CHECK(fits("*!*@127.0.0.0/8", "127.0.0.1") && !fits("*!*@127.0.0.0/8", "128.0.0.1"));
    CHECK(fits("*!*@192.0.2.7/32", "192.0.2.7") && !fits("*!*@192.0.2.7/32", "192.0.2.8"));
    CHECK(fits("*!*@2001:db8::/64", "2001:db8::1:2") && !fits("*!*@2001:db8::/64", "2001:db8:0:1::2"));
    CHECK(fits("*!*@2001:db8:0:0::5", "2001:db8::5") && !fits("*!*@2001:db8:0:0::5", "2001:db8::6"));
    CHECK(fits("*!*@::ffff:127.0.0.1", "127.0.0.1") && fits("*!*@::1", "0::1"));
    CHECK(fits("*!*@0.0.0.0/0", "127.0.0.1") && !fits("*!*@::/0", "127.0.0.1"));
    CHECK(fits("TOTO!?t@127.0.0.1/8", "127.0.0.1"));
    CHECK(!fits("tutu!*@127.0.0.0/8", "127.0.0.1") && !fits("*!root@127.0.0.0/8", "127.0.0.1"));
    CHECK(!fits("*!*@127.0.0.0/33", "127.0.0.1") && !fits("*!*@*/8", "127.0.0.1"));
    CHECK(!fits("", "127.0.0.1") && !fits("*", "127.0.0.1") && !fits("*@*", "127.0.0.1") && !fits("*!*", "127.0.0.1"));
}

static void canonical(void)
{
    CHECK(strcmp(normal("*!*@2001:DB8:0:0::5"), "*!*@2001:db8::5") == 0);
    CHECK(strcmp(normal("127.1.2.3/8"), "*!*@127.0.0.0/8") == 0);
    CHECK(strcmp(normal("192.0.2.1/32"), "*!*@192.0.2.1") == 0);
    CHECK(strcmp(normal("::/0"), "*!*@0::/0") == 0);
    CHECK(strcmp(normal("a!b@::ffff:10.0.0.0/104"), "a!b@10.0.0.0/8") == 0);
    const char *const bad[] = {"127.0.0.1/33", "*!*@::/129", "*!*@1.2.3",        "*!*@300.1.1.1", "*!*@10.*/8",
                               "*!*@a/b",      "*!*@[::1]",  "*!*@127.0.0.1:80", "*!*@::zz"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(strcmp(normal(bad[i]), "none") == 0);
}

int main(void)
{
    CASE("a mask without wildcards fits itself in any case, and nothing else", plain);
    CASE("a star fits any characters, also none", star);
    CASE("a question mark fits exactly one character, whatever its bytes", question);
    CASE("many stars take no time", many);
    CASE("shorthand becomes nick!user@host", shorthand);
    CASE("an address fits however it is written, and a range whoever is in it", addresses);
    CASE("addresses and ranges are kept in one form, and what is meant to be one and is none is no mask", canonical);
    CHECK_DONE();
}
