/* Saying something: to a channel, to one person, to everybody. */
#ifndef FORKCHAT_CHAT_SAY_H
#define FORKCHAT_CHAT_SAY_H

#include "actor.h"

struct chat_message {
    enum event_message kind;
    const char *text;
    bool lines;       /* the text is several lines, as EVENT_MULTILINE wants them */
    const char *tags; /* client-only; NULL for none */
    bool inside;      /* to a channel only as its member: for clients that would not see there what is answered */
};

/* To a channel. needed_flags: member flags of which a reader needs one, 0: all members read it. Needs
 * EVENT_NEED_MAX. */
enum chat_result chat_say_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                 uint32_t needed_flags, const struct chat_message *message);

/* To one person. Needs 2 * EVENT_NEED_MAX, as the actor may want to be shown it too. */
enum chat_result chat_say_to_user_locked(const struct chat *chat, const struct actor *actor, uint32_t user,
                                         const struct chat_message *message);

/* To everybody on the servers whose names fit the mask, of which there is one: `target` is $ and the mask. RFC 2812
 * section 3.3.1. Needs EVENT_NEED_MAX. */
enum chat_result chat_say_to_servers_locked(const struct chat *chat, const struct actor *actor, const char *target,
                                            const struct chat_message *message);

#endif
