/* Numbers as people write them, and everything that is none. */
#include "base/parse.h"

#include <stddef.h>

#include "check.h"

static int64_t value, other;

static bool number(const char *text, int64_t expected)
{
    value = -1;
    return parse_number(text, 0, INT64_MAX, &value) && value == expected;
}

static bool refuses_number(const char *text)
{
    value = -77;
    return !parse_number(text, 0, INT64_MAX, &value) && value == -77;
}

static void signed_numbers(void)
{
    value = 7;
    CHECK(parse_signed("-12", -12, 0, &value) && value == -12);
    CHECK(parse_signed("12", -12, 12, &value) && value == 12);
    CHECK(parse_signed("-0", 0, 0, &value) && value == 0);
    CHECK(parse_signed("-9223372036854775807", INT64_MIN, 0, &value) && value == -INT64_MAX);
    value = 7;
    CHECK(!parse_signed("-13", -12, 12, &value) && !parse_signed("13", -12, 12, &value) &&
          !parse_signed("-", -12, 12, &value));
    CHECK(!parse_signed("--1", -12, 12, &value) && !parse_signed("+1", -12, 12, &value) &&
          !parse_signed("- 1", -12, 12, &value));
    CHECK(!parse_signed("-99999999999999999999", INT64_MIN, 12, &value) && !parse_signed("-1x", -12, 12, &value) &&
          value == 7);
}

static void numbers(void)
{
    CHECK(number("0", 0) && number("7777", 7777) && number("007", 7));
    CHECK(number("9223372036854775807", INT64_MAX));
    CHECK(parse_number("5", 5, 5, &value) && !parse_number("4", 5, 5, &value) && !parse_number("6", 5, 5, &value));
}

static void no_numbers(void)
{
    static const char *const wrong[] = {"",
                                        " ",
                                        " 1",
                                        "1 ",
                                        "+1",
                                        "-1",
                                        "-0",
                                        "1x",
                                        "x1",
                                        "0x10",
                                        "1.0",
                                        "1e3",
                                        "9223372036854775808",
                                        "99999999999999999999999",
                                        "1\n",
                                        "\xD9\xA3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(refuses_number(wrong[i]));
}

static bool size(const char *text, int64_t expected)
{
    value = -1;
    return parse_size(text, 0, INT64_MAX, &value) && value == expected;
}

static bool refuses_size(const char *text)
{
    value = -77;
    return !parse_size(text, 0, INT64_MAX, &value) && value == -77;
}

static void sizes(void)
{
    CHECK(size("0", 0) && size("512", 512) && size("4k", 4096) && size("4K", 4096));
    CHECK(size("16M", 16 << 20) && size("16m", 16 << 20) && size("2G", INT64_C(2) << 30));
    CHECK(size("2g", INT64_C(2) << 30));
    CHECK(size("9007199254740991K", INT64_C(9007199254740991) << 10));
    CHECK(refuses_size("9007199254740992K"));
    CHECK(refuses_size("8796093022208M") && refuses_size("8589934592G"));
    CHECK(refuses_size("") && refuses_size("k") && refuses_size("4kk") && refuses_size("4kB"));
    CHECK(refuses_size("4 k") && refuses_size("-4k") && refuses_size("4T") && refuses_size("1.5M"));
    CHECK(!parse_size("3k", 4096, 8192, &value) && !parse_size("9k", 4096, 8192, &value));
    CHECK(parse_size("8k", 4096, 8192, &value));
}

static bool duration(const char *text, int64_t expected)
{
    value = -1;
    return parse_duration(text, &value) && value == expected;
}

static bool refuses_duration(const char *text)
{
    value = -77;
    return !parse_duration(text, &value) && value == -77;
}

static void durations(void)
{
    CHECK(duration("0", 0) && duration("90", 90) && duration("90s", 90) && duration("15m", 900));
    CHECK(duration("1h30m", 5400) && duration("2d", 172800) && duration("1w", 604800));
    CHECK(duration("1w2d3h4m5s", 604800 + 172800 + 10800 + 240 + 5));
    CHECK(duration("1h30", 5400) && duration("15m30", 930) && refuses_duration("1d12") && refuses_duration("5s3"));
    CHECK(duration("3660d", 316224000));
    CHECK(refuses_duration("3661d") && refuses_duration("316224001"));
    CHECK(refuses_duration("316224000w") && refuses_duration("9223372036854775807w"));
    CHECK(refuses_duration("3660d1s"));
    CHECK(refuses_duration("") && refuses_duration("h") && refuses_duration("1x") && refuses_duration("1hourly") &&
          refuses_duration("-1h") && refuses_duration("1h ") && refuses_duration("1 h") && refuses_duration("1hm"));
}

static void durations_in_full(void)
{
    CHECK(duration("1H", 3600) && duration("30min", 1800) && duration("1hour", 3600) && duration("2Hours", 7200));
    CHECK(duration("1M", 60) && duration("90minutes", 5400) && duration("3days", 259200) && duration("1W", 604800));
    CHECK(duration("1mo", 2592000) && duration("1month", 2592000) && duration("1y", 31536000));
    CHECK(duration("10years", 315360000) && refuses_duration("11y") && refuses_duration("999999999y"));
    CHECK(duration("1hour30minutes", 5400) && duration("1y2mo3d", 31536000 + 5184000 + 259200));
    CHECK(refuses_duration("1.5h") && refuses_duration("1h,") && refuses_duration("1:30") && refuses_duration("1h-"));
    CHECK(refuses_duration("1s m") && refuses_duration("1 ") && refuses_duration("1sec secs"));
}

static int take_words(int64_t expected, int count, const char *const *words)
{
    value = -77;
    int used = parse_duration_words((char *const *)words, count, &value);
    return value == expected ? used : -2;
}

static int words(const char *first, const char *second, int64_t expected)
{
    return take_words(expected, second ? 2 : 1, (const char *const[]){first, second});
}

static void durations_of_words(void)
{
    CHECK(words("90", "minutes", 5400) == 2 && words("1", "Hour", 3600) == 2 && words("2", "w", 1209600) == 2);
    CHECK(words("90", "spam", 90) == 1 && words("90", NULL, 90) == 1 && words("1h", "minutes", 3600) == 1);
    CHECK(words("90", "minutes!", 90) == 1 && words("90", "", 90) == 1);
    CHECK(words("99999999999", "y", -77) == -1 && words("2nd", "warning", -77) == -1);
    CHECK(words("-1h", NULL, -77) == -1 && words("+1h", NULL, -77) == -1 && words("1.5h", NULL, -77) == -1);
    CHECK(words("1h", "30m", 5400) == 2 && words("1h", "30", 3600) == 1 && words("1h", "2days", 3600) == 1);
    CHECK(words("10y", "2days", 315532800) == 2 && words("3660d", "2days", 316224000) == 1);
    CHECK(take_words(93784, 5, (const char *const[]){"1", "day", "2hours", "3m", "4s"}) == 5);
    CHECK(take_words(93600, 5, (const char *const[]){"1", "day", "2", "hours", "5"}) == 4);
    CHECK(words("spam", "1h", -77) == 0 && words("", NULL, -77) == 0 && words("-", NULL, -77) == 0);
}

static bool refuses_rate(const char *text)
{
    value = -77, other = -78;
    return !parse_rate(text, &value, &other) && value == -77 && other == -78;
}

static void rates(void)
{
    CHECK(parse_rate("20/10", &value, &other) && value == 20 && other == 10);
    CHECK(parse_rate("1/1", &value, &other) && value == 1 && other == 1);
    CHECK(parse_rate("1000000/1000000", &value, &other) && value == 1000000 && other == 1000000);
    CHECK(refuses_rate("") && refuses_rate("/") && refuses_rate("20") && refuses_rate("20/"));
    CHECK(refuses_rate("/10") && refuses_rate("0/10") && refuses_rate("10/0"));
    CHECK(refuses_rate("1000001/1") && refuses_rate("1/1000001"));
    CHECK(refuses_rate("20/10/5") && refuses_rate("20 / 10") && refuses_rate("20/10s"));
    CHECK(refuses_rate("-20/10") && refuses_rate("20/-10"));
}

int main(void)
{
    CASE("a number with a sign is read where one may be, and nothing else", signed_numbers);
    CASE("a number is digits within its bounds", numbers);
    CASE("what is not wholly a number is refused and touches nothing", no_numbers);
    CASE("a size has an optional power of 1024 and never overflows", sizes);
    CASE("a duration adds up its parts, up to ten years", durations);
    CASE("units of time may be written in full, in either case", durations_in_full);
    CASE("a number and a unit may be two words, and what only begins as a time is told from what is none",
         durations_of_words);
    CASE("a rate is a count per seconds, both from one to a million", rates);
    CHECK_DONE();
}
