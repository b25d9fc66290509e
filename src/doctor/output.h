/* What another program says. */
#ifndef FORKCHAT_DOCTOR_OUTPUT_H
#define FORKCHAT_DOCTOR_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Runs the program `argv[0]` from PATH, without input, and puts what it writes to standard output into `text`, cut at
 * `size` - 1 bytes. True if it ended with status 0; false also if it is not here, or not done after five seconds, when
 * it is ended. Blocks as long. */
bool output_of(const char *const *argv, char *text, size_t size);

/* The rest of the line in `text` that begins with KEY=, the last one if there are several, copied; false if none is
 * there. */
bool output_value(const char *text, const char *key, char *value, size_t size);

#endif
