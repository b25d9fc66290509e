/* Configuration text: one directive a line, a keyword and its arguments. What the keywords mean is their
 * owner's business; this finds lines and words, and names the place of a mistake. */
#ifndef FORKCHAT_BASE_CONFIG_H
#define FORKCHAT_BASE_CONFIG_H

#include <stddef.h>

#define CONFIG_MAX_WORDS 32

/* One directive. words[0] is the keyword; rest[i] is everything from words[i] to the end of the line or its comment,
 * for directives that end in free text. Words beyond CONFIG_MAX_WORDS are in the rests alone. */
struct config_line {
    const char *place; /* "FILE:LINE" or "-o", for messages */
    int count;
    char *words[CONFIG_MAX_WORDS + 1];
    char *rest[CONFIG_MAX_WORDS + 1];
};

/* Called for each directive. Returns NULL, or what is wrong with it in words, valid until the next call. */
typedef const char *config_take(void *context, const struct config_line *line);

/* Reads all directives of a file: blank lines and lines that start with # are skipped, "quotes" keep
 * blanks together, a # at the start of a word begins a comment. Goes on after mistakes. Returns how many
 * mistakes it found (each reported with log_error as FILE:LINE: …), or -1 and errno if it could not be read. */
int config_read_file(const char *path, config_take *take, void *context);

/* The same for one directive given on the command line. Returns 0, or 1 after reporting the mistake. */
int config_read_option(const char *text, config_take *take, void *context);

#endif
