/* Actors: those who do something, and what they may know and do. */
#ifndef FORKCHAT_CHAT_ACTOR_H
#define FORKCHAT_CHAT_ACTOR_H

#include "chat.h"

enum actor_right {
    ACTOR_OPERATES = 1u << 0, /* is an operator of the server */
};

/* For one transaction: the texts are those of the tables. What one does for oneself (to join, to take a nick, to
 * monitor) needs an actor who is a user. */
struct actor {
    uint32_t user;       /* NONE: the server, or somebody who runs it */
    uint32_t connection; /* that they ask on, or NONE */
    uint32_t rights;     /* enum actor_right */
    uint32_t origin;     /* HOME_HERE, or the number of the service that asks for them */
    const char *nick, *shown;
    bool answered; /* is told what became of it, and not told again as one of the operators */
};

/* A user, on no connection in particular. */
struct actor actor_of_user_locked(const struct world *world, uint32_t user);

/* The server, which may do what operators may. */
struct actor actor_of_server(void);

/* An event of the actor's. */
struct event actor_event_locked(const struct chat *chat, const struct actor *actor, enum event_type type);

/* Whether the actor may do what the channel's moderators may. */
bool actor_may_moderate_locked(const struct world *world, const struct actor *actor, uint32_t channel);

/* The channel they talk in on the connection that they ask on, or NONE. */
uint32_t actor_current_locked(const struct world *world, const struct actor *actor);

bool actor_is_member_locked(const struct world *world, const struct actor *actor, uint32_t channel);

/* Whether the channel is shown to the actor among others: it has members, and is neither secret nor private, or they
 * are in it. sees: whether they may know of it if they know its name, as operators do. */
bool actor_is_shown_channel_locked(const struct world *world, const struct actor *actor, uint32_t channel);
bool actor_sees_channel_locked(const struct world *world, const struct actor *actor, uint32_t channel);

/* Whether the actor may know of the user without knowing their nick. */
bool actor_sees_user_locked(const struct world *world, const struct actor *actor, uint32_t user);

#endif
