/* What the command line asks for. */
#ifndef FORKCHAT_CLIENT_ARGUMENTS_H
#define FORKCHAT_CLIENT_ARGUMENTS_H

#include "options.h"

enum arguments_result {
    ARGUMENTS_RUN,
    ARGUMENTS_DONE,   /* --help or --version was answered */
    ARGUMENTS_WRONG,  /* what is wrong, and the usage, went to stderr */
    ARGUMENTS_SPOILT, /* what is wrong with the file of servers went to stderr; options->status is the exit status */
};

/* Reads the command line, and the file of servers for what that leaves open. Strings of argv stay in use and are cut
 * up; options may stand before or after the host. */
enum arguments_result arguments_read(int argc, char **argv, struct options *options);

#endif
