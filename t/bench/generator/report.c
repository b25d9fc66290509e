/* Figures, one by one, as lines or as one JSON object. */
#include <stdio.h>

#include "run.h"

static bool json, begun;

void report_begin(bool as_json)
{
    json = as_json;
}

void report_end(void)
{
    if (json)
        puts("}");
}

static void report_name(const char *name)
{
    if (json)
        printf("%s\"%s\":", begun ? "," : "{", name);
    else
        printf("%-28s ", name);
    begun = true;
}

void report_number(const char *name, double value, int digits)
{
    report_name(name);
    printf("%.*f%s", digits, value, json ? "" : "\n");
}

void report_word(const char *name, const char *word)
{
    report_name(name);
    printf(json ? "\"%s\"" : "%s\n", word);
}

void report_cost(const struct account *from, const struct account *to, double units, const char *name)
{
    if (from->cpu >= 0 && to->cpu >= 0 && units > 0)
        report_number(name, (double)(to->cpu - from->cpu) / 1e3 / units, 3);
}

void report_times(const struct run *run)
{
    report_number("p50_ms", histogram_milliseconds(&run->times, 0.5), 3);
    report_number("p99_ms", histogram_milliseconds(&run->times, 0.99), 3);
    report_number("max_ms", (double)run->times.most / 1e6, 3);
}
