/* What may be done here, whoever asks for it and however: the rules of every door, of the console, of gateways.
 *
 * A rule has a name that begins with chat_. It is given a running transaction, in which there is the room that its comment
 * asks for, checks what the actor may do, changes the tables and publishes the event. It words no answer and knows no
 * door: what became of it is a chat_result, which whoever asked puts into words. Users and channels are numbers, NONE
 * where there is none of the name that was asked for. */
#ifndef FORKCHAT_CHAT_CHAT_H
#define FORKCHAT_CHAT_CHAT_H

#include "conf/settings.h"
#include "event/event.h"

enum chat_result {
    CHAT_DONE,

    /* nobody and nothing of that name */
    CHAT_NO_SUCH_USER,
    CHAT_NO_SUCH_CHANNEL,

    /* who asks */
    CHAT_NOT_OPERATOR,  /* of the server */
    CHAT_NOT_MODERATOR, /* of the channel */
    CHAT_NOT_MEMBER,
    CHAT_ALREADY_MEMBER,

    /* whom it is about */
    CHAT_NOT_THERE, /* is no member */
    CHAT_ALREADY_THERE,

    /* may not speak */
    CHAT_MUTED,      /* an operator of the server wants this one to be silent */
    CHAT_ALL_MUTED,  /* ... everybody */
    CHAT_HERE_MUTED, /* ... everybody in that channel */
    CHAT_NO_CTCP,    /* mode C */
    CHAT_NO_EXTERNAL, /* mode n */
    CHAT_MODERATED,  /* mode m */
    CHAT_BANNED,     /* is on the list b */
    CHAT_BAN_MUTED,  /* is there as one who may only listen */
    CHAT_NO_TOPLEVEL,
    CHAT_WILD_TOPLEVEL,
    CHAT_NO_SUCH_SERVER,

    CHAT_RESULTS
};

/* Where something is done. */
struct chat {
    struct world *world;
    const struct settings *settings;

    /* Publishes what the actor does and may be shown of it: whoever asks may want it as a part of the answer, or not
     * at all. NULL: it is published as it is. */
    void (*publish)(const struct chat *chat, struct event *event);
    void *asker; /* for `publish` */
};

/* Publishes what an actor does. Transaction running. */
void chat_publish_locked(const struct chat *chat, struct event *event);

#endif
