/* The file where a user writes down servers, and how to be there. */
#ifndef FORKCHAT_CLIENT_SERVERS_H
#define FORKCHAT_CLIENT_SERVERS_H

#include "options.h"

/* Reads the file that the options name or, if there is one, that of the user, and takes what it says of the server
 * called `name`: its place, and what long options would say; without such a server (NULL: none is looked for), only
 * what is for all. Returns 0, or an exit status of sysexits(3) after saying on stderr, for each mistake with its line,
 * what is wrong and what to write. */
int servers_read(struct options *options, const char *name);

#endif
