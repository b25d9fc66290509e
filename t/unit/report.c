/* Reports: the same cells as a table, as objects and as CSV. */
#include "base/report.h"

#include <string.h>

#include "check.h"

static char written[4096];

static void keep(void *context, const char *line)
{
    char *at = context;
    snprintf(at + strlen(at), sizeof written - strlen(at), "%s\n", line);
}

static bool writes(const struct report *report, enum report_form form, const char *expected)
{
    written[0] = '\0';
    report_write(report, form, keep, written);
    if (strcmp(written, expected) == 0)
        return true;
    for (char *line = strtok(written, "\n"); line; line = strtok(NULL, "\n"))
        printf("# %s\n", line);
    return false;
}

static struct report *two_rows(void)
{
    struct report *report = report_new("nick", "idle_seconds", "muted", "note", NULL);
    report_add(report, "toto");
    report_number(report, 5);
    report_true(report, true);
    report_addf(report, "%s, %d", "one", 2);
    report_add(report, "t\xc3\xb6t\xc3\xb6");
    report_number(report, -1200);
    report_true(report, false);
    report_nothing(report);
    return report;
}

static void table(void)
{
    struct report *report = two_rows();
    CHECK(report_rows(report) == 2);
    CHECK(writes(report, REPORT_TABLE,
                 "NICK  IDLE SECONDS  MUTED  NOTE\n"
                 "toto             5  yes    one, 2\n"
                 "t\xc3\xb6t\xc3\xb6         -1200  no\n"));
    report_free(report);
}

static void wide_table(void)
{
    struct report *report = report_new("nick", "door", NULL);
    report_add(report, "\u5F20\u4F1F");
    report_add(report, "irc");
    report_add(report, "zoe\u0301");
    report_add(report, "plain");
    CHECK(writes(report, REPORT_TABLE, "NICK  DOOR\n\u5F20\u4F1F  irc\nzoe\u0301   plain\n"));
    report_free(report);
}

static void json(void)
{
    struct report *report = two_rows();
    CHECK(writes(report, REPORT_JSON,
                 "{\"nick\":\"toto\",\"idle_seconds\":5,\"muted\":true,\"note\":\"one, 2\"}\n"
                 "{\"nick\":\"t\xc3\xb6t\xc3\xb6\",\"idle_seconds\":-1200,\"muted\":false,\"note\":null}\n"));
    report_free(report);
}

static void csv(void)
{
    struct report *report = report_new("who", "what", NULL);
    report_add(report, "a,b");
    report_add(report, "say \"hi\"");
    CHECK(writes(report, REPORT_CSV, "who,what\n\"a,b\",\"say \"\"hi\"\"\"\n"));
    report_free(report);
}

static void nothing(void)
{
    struct report *report = report_new("who", "what", NULL);
    CHECK(report_rows(report) == 0);
    CHECK(writes(report, REPORT_TABLE, "WHO  WHAT\n"));
    CHECK(writes(report, REPORT_JSON, ""));
    report_add(report, "half a row");
    CHECK(report_rows(report) == 0 && writes(report, REPORT_JSON, ""));
    report_free(report);
    report_free(NULL);
}

static bool string_is(const char *string, const char *expected)
{
    char bytes[200];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    report_json_string(&text, string);
    return strcmp(bytes, expected) == 0;
}

static void strings(void)
{
    CHECK(string_is("", "\"\""));
    CHECK(string_is("a\"b\\c/", "\"a\\\"b\\\\c/\""));
    CHECK(string_is("\x01\t\n\x7f", "\"\\u0001\\u0009\\u000a\\u007f\""));
    CHECK(string_is("\xc2\x9b", "\"\\u009b\"")); /* CSI, which drives a terminal */
    CHECK(string_is("\xff\xc3", "\"\xef\xbf\xbd\xef\xbf\xbd\""));
    CHECK(string_is("\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xe2\x82\xac\xf0\x9f\x98\x80\""));
}

static void harmless(void)
{
    struct report *report = report_new("who", NULL);
    report_add(report, "\x1b[31mred\x02");
    CHECK(writes(report, REPORT_TABLE, "WHO\n^[[31mred\n"));
    CHECK(writes(report, REPORT_CSV, "who\n^[[31mred\n"));
    CHECK(writes(report, REPORT_JSON, "{\"who\":\"\\u001b[31mred\\u0002\"}\n"));
    report_free(report);
}

static void grows(void)
{
    struct report *report = report_new("n", NULL);
    for (int i = 0; i < 10000; i++)
        report_number(report, i);
    CHECK(report_rows(report) == 10000);
    report_free(report);
}

int main(void)
{
    CASE("a table is aligned, numbers to the right, by columns and not bytes", table);
    CASE("wide characters and marks take the columns they have", wide_table);
    CASE("objects have numbers, truths and nulls as such", json);
    CASE("CSV quotes what it must", csv);
    CASE("no rows, and half a row", nothing);
    CASE("a JSON string is escaped and valid whatever it is made of", strings);
    CASE("what people read drives no terminal", harmless);
    CASE("a report has as many rows as it is given", grows);
    CHECK_DONE();
}
