/* Tables of named columns, for people to read or for programs. */
#ifndef FORKCHAT_BASE_REPORT_H
#define FORKCHAT_BASE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define REPORT_COLUMNS 24

enum report_form {
    REPORT_TABLE, /* aligned, under a line of headings, harmless for a terminal */
    REPORT_JSON,  /* an object a line, RFC 8259 */
    REPORT_CSV,   /* RFC 4180, without the CR, with a line of headings */
};

struct report;

/* A report with these columns, names in lower case, ended by NULL. Exits if there is no memory. */
struct report *report_new(const char *column, ...) __attribute__((sentinel));
void report_free(struct report *report);

/* Adds the next cell; a row is full when each column has one. */
void report_add(struct report *report, const char *string);
void report_addf(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_number(struct report *report, int64_t number);
void report_true(struct report *report, bool yes);
/* Milliseconds since 1970; 0 is nothing. */
void report_time(struct report *report, int64_t told);
/* Nothing to say: blank, or null. */
void report_nothing(struct report *report);

/* A report of its own, which belongs to this one from then on; only in the last column. In JSON it is an array of
 * objects, in a table it follows the row, moved in; CSV has no way to show it. It has none itself. */
void report_below(struct report *report, struct report *below);

/* Rows so far. */
size_t report_rows(const struct report *report);

/* Calls `line` with each line, without its end. */
typedef void report_line(void *context, const char *line);
void report_write(const struct report *report, enum report_form form, report_line *line, void *context);

/* Adds `string` as a JSON string, quotes and all. What is not UTF-8 becomes U+FFFD; control characters are escaped,
 * those of C1 as well, so that a terminal that shows it is not driven by it. */
void report_json_string(struct text *text, const char *string);

#endif
