/* Where in a line that a client sent a password may begin: so that what is kept of it for others to read ends there. */
#ifndef FORKCHAT_BASE_SECRETS_H
#define FORKCHAT_BASE_SECRETS_H

#include <stddef.h>

/* The offset in `line` (`length` bytes, any bytes) behind which nothing may be shown, or `length` if all may. It is the
 * end of the first word that asks for a password (PASS, OPER, AUTHENTICATE, IDENTIFY, LOGIN, NICKSERV and the like, in
 * any case) wherever it stands and whatever is around it: a service is told its password within a message, and what
 * hides too much does no harm. JOIN and MODE, which may have a channel's key, count where a line's command stands; the
 * channel and the letters are shown. Never fails. */
size_t secrets_begin(const char *line, size_t length);

#endif
