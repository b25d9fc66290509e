/* Findings. Written by forkchatctl(8) alone. */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/harmless.h"
#include "base/report.h"

static const char *const levels[FINDING_LEVELS] = {"ok", "hint", "warning", "fault"};

static void show_json(const char *level, const char *area, const char *what, const char *cure)
{
    char bytes[8192];
    struct text line;
    text_init(&line, bytes, sizeof bytes);
    text_addf(&line, "{\"level\":\"%s\",\"area\":\"%s\",\"finding\":", level, area);
    report_json_string(&line, what);
    text_add(&line, ",\"cure\":");
    if (cure)
        report_json_string(&line, cure);
    else
        text_add(&line, "null");
    text_add(&line, "}");
    printf("%s\n", bytes);
}

/* Paths and names of programs are others' words: nothing in them drives the terminal. */
static void show_line(const char *level, const char *area, const char *words)
{
    char bytes[8192];
    struct text line;
    text_init(&line, bytes, sizeof bytes);
    harmless_add(&line, words, strlen(words));
    printf("%-8s %-14s %s\n", level, area, bytes);
}

void findings_add(struct findings *findings, enum finding_level level, const char *area, const char *cure,
                  const char *format, ...)
{
    char what[1500], help[1500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    findings->counts[level]++;
    if (level == FINDING_OK && findings->only_trouble)
        return;
    if (findings->json) {
        show_json(levels[level], area, what, cure);
        return;
    }
    show_line(levels[level], area, what);
    if (cure) {
        snprintf(help, sizeof help, "cure: %s", cure);
        show_line("", "", help);
    }
}

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

int findings_end(const struct findings *findings)
{
    const int *counts = findings->counts;
    if (!findings->json)
        printf("%d fault%s, %d warning%s, %d hint%s; %d in order\n", counts[FINDING_FAULT],
               plural(counts[FINDING_FAULT]), counts[FINDING_WARNING], plural(counts[FINDING_WARNING]),
               counts[FINDING_HINT], plural(counts[FINDING_HINT]), counts[FINDING_OK]);
    return counts[FINDING_FAULT] ? 2 : counts[FINDING_WARNING] ? 1 : 0;
}
