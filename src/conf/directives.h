/* What may stand in forkchatd.conf(5), line by line. */
#ifndef FORKCHAT_CONF_DIRECTIVES_H
#define FORKCHAT_CONF_DIRECTIVES_H

#include <stdbool.h>

struct config_line;
struct settings;

/* Takes one line into the settings. Returns NULL, or what is wrong with it, until the next call. May read a file that
 * the line names. */
const char *directives_take(struct settings *settings, const struct config_line *line);

/* Every setting that has a default gets it. */
void directives_set_defaults(struct settings *settings);

/* Frees the strings that directives_take put there. */
void directives_free(struct settings *settings);

/* The directives one by one, for --help and for tests that compare them with the man page. Returns false after the
 * last. */
struct directive_help {
    const char *keyword, *syntax, *meaning;
    bool needs_restart; /* a reload does not change it */
};
bool directives_describe(int number, struct directive_help *help);

#endif
