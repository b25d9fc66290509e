/* What the user types. */
#ifndef FORKCHAT_CLIENT_INPUT_H
#define FORKCHAT_CLIENT_INPUT_H

#include <stdbool.h>

#include "session.h"

/* A line of the user: does it, says it, or keeps it until that can be done. Nothing happens for an empty line, nor once
 * the session is to leave. `literal`: it is text even if it looks like a command. */
void input_take_line(struct session *session, const char *line, bool literal);

#endif
