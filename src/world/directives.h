/* What may stand in forkchatd.conf(5), line by line. */
#ifndef FORKCHAT_WORLD_DIRECTIVES_H
#define FORKCHAT_WORLD_DIRECTIVES_H

#include <stdbool.h>

struct config_line;
struct settings;

/* Takes one line into the settings. Returns NULL, or what is wrong with it, until the next call. May read a file that the
 * line names. */
const char *directive_take(struct settings *settings, const struct config_line *line);

/* The directives one by one, for --help and for a test that compares them with the man page. Returns false
 * after the last. */
bool directive_describe(int number, const char **keyword, const char **syntax, const char **meaning);

#endif
