/* What became of something that was asked for (chat/chat.h), in words. */
#ifndef FORKCHAT_COMMAND_ANSWER_H
#define FORKCHAT_COMMAND_ANSWER_H

#include "session.h"

/* Answers what stood in the way; nothing if it was done, or if only the command that led to it knows words for it.
 * `channel` and `nick` are those it was about, as they are to be shown; NULL for none. */
void answer_result(struct session *session, enum chat_result result, const char *channel, const char *nick);

#endif
