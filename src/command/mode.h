/* Changing the modes of a channel. */
#ifndef FORKCHAT_COMMAND_MODE_H
#define FORKCHAT_COMMAND_MODE_H

#include "session.h"

/* A request for the channel of that name: letters and arguments, in words. Answers what is refused, and the lists that
 * are asked for. */
void mode_change(struct session *session, const char *name, char *const *words, int count);

#endif
