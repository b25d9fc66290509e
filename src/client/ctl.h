/* forkchatctl(8) from its command line on. */
#ifndef FORKCHAT_CLIENT_CTL_H
#define FORKCHAT_CLIENT_CTL_H

#include <stdbool.h>

/* A command that this program does by itself, with a daemon or without: its name, and what it does, given the runtime
 * directory if one was named (else NULL), whether answers are for programs, and the command and its arguments, ended
 * by NULL. Returns the exit status. */
struct ctl_local {
    const char *name;
    int (*run)(const char *runtime_directory, bool json, char **words);
};

/* What main() does. `locals` ends with a name that is NULL. Returns the exit status. */
int ctl_main(int argc, char **argv, const struct ctl_local *locals);

#endif
