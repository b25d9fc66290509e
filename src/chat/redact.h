/* Taking a message back. IRCv3 draft/message-redaction. */
#ifndef FORKCHAT_CHAT_REDACT_H
#define FORKCHAT_CHAT_REDACT_H

#include "actor.h"

/* The message of that id to a channel or (AUDIENCE_USER) to a user; reason: "" for none. To those who did not get it,
 * it is CHAT_NO_SUCH_MESSAGE. Needs 2 * EVENT_NEED_MAX. */
enum chat_result chat_redact_locked(const struct chat *chat, const struct actor *actor, enum event_audience audience,
                                    uint32_t target, uint64_t id, const char *reason);

#endif
