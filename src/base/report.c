/* Reports. Anybody's memory; writes no shared memory. */
#include "harmless.h"
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "clock.h"
#include "log.h"
#include "memory.h"
#include "unicode.h"
#include "width.h"

enum kind { TEXT, NUMBER, TRUTH, NOTHING, BELOW };

struct cell {
    enum kind kind;
    char *string;
    struct report *below;
};

struct report {
    const char *columns[REPORT_COLUMNS]; /* the caller's */
    size_t column_count;
    struct cell *cells;
    size_t count, size;
};

/* One cell as it is written, in all forms. */
#define CELL_SIZE 4096

struct report *report_new(const char *column, ...)
{
    struct report *report = memory_must(calloc(1, sizeof *report));
    va_list list;
    va_start(list, column);
    for (; column && report->column_count < REPORT_COLUMNS; column = va_arg(list, const char *))
        report->columns[report->column_count++] = column;
    va_end(list);
    return report;
}

void report_free(struct report *report)
{
    for (size_t i = 0; report && i < report->count; i++)
        free(report->cells[i].string), report_free(report->cells[i].below);
    if (report)
        free(report->cells);
    free(report);
}

static void add(struct report *report, enum kind kind, const char *string)
{
    if (report->count == report->size) {
        report->size = report->size ? report->size * 2 : 256;
        report->cells = memory_must(realloc(report->cells, report->size * sizeof *report->cells));
    }
    report->cells[report->count++] = (struct cell){.kind = kind, .string = memory_must(strdup(string))};
}

void report_add(struct report *report, const char *string)
{
    add(report, TEXT, string);
}

void report_addf(struct report *report, const char *format, ...)
{
    char string[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(string, sizeof string, format, arguments);
    va_end(arguments);
    add(report, TEXT, string);
}

void report_number(struct report *report, int64_t number)
{
    char string[24];
    snprintf(string, sizeof string, "%" PRId64, number);
    add(report, NUMBER, string);
}

void report_true(struct report *report, bool yes)
{
    add(report, TRUTH, yes ? "yes" : "no");
}

void report_nothing(struct report *report)
{
    add(report, NOTHING, "");
}

void report_time(struct report *report, int64_t told)
{
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp(told, stamp);
    if (told)
        report_add(report, stamp);
    else
        report_nothing(report);
}

void report_below(struct report *report, struct report *below)
{
    add(report, BELOW, "");
    report->cells[report->count - 1].below = below;
}

size_t report_rows(const struct report *report)
{
    return report->column_count ? report->count / report->column_count : 0;
}

void report_json_string(struct text *text, const char *string)
{
    size_t left = strlen(string), used;
    text_add_char(text, '"');
    for (; left > 0; string += used, left -= used) {
        int32_t point = text_decode(string, left, &used);
        if (point < 0)
            text_add(text, "\xef\xbf\xbd");
        else if (point == '"' || point == '\\')
            text_addf(text, "\\%c", (char)point);
        else if (point < ' ' || (point >= 0x7f && point < 0xa0) || unicode_turns(point))
            text_addf(text, "\\u%04x", (unsigned)point);
        else
            text_add_bytes(text, string, used);
    }
    text_add_char(text, '"');
}

static size_t columns_of(const char *string)
{
    return (size_t)width_of_text(string, strlen(string));
}

/* A cell as people read it. */
static const char *shown(const struct cell *cell, char harmless[CELL_SIZE])
{
    struct text text;
    text_init(&text, harmless, CELL_SIZE);
    harmless_add(&text, cell->string, strlen(cell->string));
    return harmless;
}

static void add_csv(struct text *text, const char *string)
{
    if (!strpbrk(string, ",\"\n\r")) {
        text_add(text, string);
        return;
    }
    text_add_char(text, '"');
    for (; *string; string++) {
        if (*string == '"')
            text_add_char(text, '"');
        text_add_char(text, *string);
    }
    text_add_char(text, '"');
}

/* Adds an object to an array. */
static void add_object(void *text, const char *line)
{
    const struct text *so_far = text;
    if (so_far->start[so_far->length - 1] != '[')
        text_add_char(text, ',');
    text_add(text, line);
}

static void add_cell(struct text *text, enum report_form form, const struct cell *cell, size_t width, bool last)
{
    char harmless[CELL_SIZE];
    const char *string = shown(cell, harmless);
    if (form == REPORT_CSV) {
        add_csv(text, string);
    } else if (form == REPORT_JSON && cell->kind == TEXT) {
        report_json_string(text, cell->string);
    } else if (form == REPORT_JSON && cell->kind == BELOW) {
        text_add_char(text, '[');
        report_write(cell->below, form, add_object, text);
        text_add_char(text, ']');
    } else if (form == REPORT_JSON) {
        bool yes = *cell->string == 'y';
        text_add(text, cell->kind == NUMBER ? cell->string : cell->kind == NOTHING ? "null" : yes ? "true" : "false");
    } else {
        size_t blanks = width - columns_of(string);
        text_addf(text, "%*s", cell->kind == NUMBER ? (int)blanks : 0, "");
        text_add(text, string);
        text_addf(text, "%*s", cell->kind == NUMBER || last ? 0 : (int)blanks, "");
    }
}

static void write_row(const struct report *report, enum report_form form, const struct cell *cells,
                      const size_t *widths, char *line, size_t size)
{
    struct text text;
    text_init(&text, line, size);
    if (form == REPORT_JSON)
        text_add_char(&text, '{');
    for (size_t i = 0; i < report->column_count; i++) {
        if (i > 0)
            text_add(&text, form == REPORT_TABLE ? "  " : ",");
        if (form == REPORT_JSON)
            text_addf(&text, "\"%s\":", report->columns[i]);
        add_cell(&text, form, &cells[i], widths[i], i + 1 == report->column_count);
    }
    if (form == REPORT_JSON)
        text_add_char(&text, '}');
    while (form == REPORT_TABLE && text.length > 0 && line[text.length - 1] == ' ')
        line[--text.length] = '\0';
}

/* The headings, which stand to the right where numbers do. */
static void write_head(const struct report *report, enum report_form form, const size_t *widths, char *line,
                       size_t size)
{
    struct cell cells[REPORT_COLUMNS];
    char names[REPORT_COLUMNS][64];
    for (size_t i = 0; i < report->column_count; i++) {
        bool number = false;
        snprintf(names[i], sizeof names[i], "%s", report->columns[i]);
        for (char *c = names[i]; form == REPORT_TABLE && *c; c++)
            *c = *c == '_' ? ' ' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        for (size_t at = i; at < report->count && !number; at += report->column_count)
            number = report->cells[at].kind == NUMBER;
        if (i < report->count && report->cells[i].kind == BELOW)
            names[i][0] = '\0';
        cells[i] = (struct cell){.kind = number ? NUMBER : TEXT, .string = names[i]};
    }
    write_row(report, form, cells, widths, line, size);
}

/* A row's bytes at most. */
static size_t row_size(const struct report *report)
{
    size_t below = 0;
    for (size_t i = 0; i < report->count; i++)
        if (report->cells[i].kind == BELOW && report->cells[i].below->count > below)
            below = report->cells[i].below->count;
    return 2 * CELL_SIZE * (report->column_count + below) + 64;
}

struct inset {
    report_line *line;
    void *context;
};

static void write_inset(void *context, const char *line)
{
    const struct inset *inset = context;
    char bytes[2 * CELL_SIZE];
    snprintf(bytes, sizeof bytes, "    %s", line);
    inset->line(inset->context, bytes);
}

void report_write(const struct report *report, enum report_form form, report_line *line, void *context)
{
    size_t widths[REPORT_COLUMNS] = {0}, size = row_size(report);
    char *bytes = memory_must(malloc(size)), harmless[CELL_SIZE];
    for (size_t i = 0; i < report->column_count; i++)
        widths[i] = strlen(report->columns[i]);
    for (size_t i = 0; i < report->count; i++) {
        size_t width = columns_of(shown(&report->cells[i], harmless));
        if (width > widths[i % report->column_count])
            widths[i % report->column_count] = width;
    }
    if (form != REPORT_JSON) {
        write_head(report, form, widths, bytes, size);
        line(context, bytes);
    }
    for (size_t i = 0; i + report->column_count <= report->count; i += report->column_count) {
        const struct cell *last = &report->cells[i + report->column_count - 1];
        write_row(report, form, report->cells + i, widths, bytes, size);
        line(context, bytes);
        struct inset inset = {.line = line, .context = context};
        if (form == REPORT_TABLE && last->kind == BELOW && last->below->count > 0)
            report_write(last->below, form, write_inset, &inset);
    }
    free(bytes);
}
