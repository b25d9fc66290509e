/* The talk of two people without a server: lines of text, one window. */
#ifndef FORKCHAT_CLIENT_PAIR_H
#define FORKCHAT_CLIENT_PAIR_H

#include <stdbool.h>

#include "session.h"

const struct dialect *pair_dialect(void);

/* Is this how forkchat --listen greets? */
bool pair_is_greeting(const char *line);

#endif
