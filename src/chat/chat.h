/* The rules: what may be done here, the same for every door, the console and gateways.
 *
 * A rule has a name that begins with chat_. It is given a running transaction, in which there is the room that its
 * comment asks for, checks what the actor may do, changes the tables and publishes the event. It words no answer and
 * knows no door: what became of it is a chat_result, which the caller puts into words. Users and channels are
 * numbers, NONE where there is none of the name that was asked for. */
#ifndef FORKCHAT_CHAT_CHAT_H
#define FORKCHAT_CHAT_CHAT_H

#include "conf/settings.h"
#include "event/event.h"

enum chat_result {
    CHAT_DONE,
    CHAT_SO_ALREADY, /* nothing was to be done, and nobody was told */

    /* nobody and nothing of that name */
    CHAT_NO_SUCH_USER,
    CHAT_NO_SUCH_CHANNEL,
    CHAT_NO_SUCH_SERVER,
    CHAT_NO_SUCH_MESSAGE,
    CHAT_NO_SUCH_BAN,

    /* who asks */
    CHAT_NOT_OPERATOR,  /* of the server */
    CHAT_NOT_MODERATOR, /* of the channel */
    CHAT_NOT_MEMBER,
    CHAT_ALREADY_MEMBER,
    CHAT_SERVER_BANNED, /* is banned from the server */
    CHAT_TOO_SOON,      /* did that a moment ago */

    /* whom it is about */
    CHAT_NOT_THERE, /* is no member */
    CHAT_ALREADY_THERE,

    /* may not speak */
    CHAT_MUTED,       /* an operator of the server wants this one to be silent */
    CHAT_ALL_MUTED,   /* ... everybody */
    CHAT_HERE_MUTED,  /* ... everybody in that channel */
    CHAT_SILENCED,    /* one of these, where something would be said in another way */
    CHAT_NO_CTCP,     /* mode C */
    CHAT_NO_EXTERNAL, /* mode n */
    CHAT_MODERATED,   /* mode m */
    CHAT_BANNED,      /* is on the list b */
    CHAT_BAN_MUTED,   /* may only listen there */
    CHAT_NO_ACCOUNT,  /* mode M of the channel, R of the user */
    CHAT_NO_TOPLEVEL, /* of a mask of servers */
    CHAT_WILD_TOPLEVEL,

    /* may not come in */
    CHAT_KEPT_OUT,     /* is on the list b */
    CHAT_INVITED_ONLY, /* mode i */
    CHAT_BAD_KEY,      /* mode k */
    CHAT_CHANNEL_FULL, /* mode l */
    CHAT_CHANNEL_OPEN, /* nobody need knock there */
    CHAT_NO_KNOCKING,
    CHAT_ACCOUNTS_ONLY, /* mode R */

    /* names */
    CHAT_NAME_TAKEN,
    CHAT_NAME_ALIKE, /* may be taken for one that there is */
    CHAT_NAME_BAD,
    CHAT_NAME_EMPTY,
    CHAT_NAME_TOO_LONG,
    CHAT_NAME_BRACKETS, /* do not stand in pairs */
    CHAT_NAME_MIXED,    /* letters of several scripts */
    CHAT_NAME_RESERVED,
    CHAT_NAME_OWNED, /* by an account that is not the actor's */

    /* there are as many as there may be */
    CHAT_CHANNELS_JOINED, /* that one may be in */
    CHAT_CHANNELS_SPENT,  /* the actor has their share */
    CHAT_CHANNELS_FULL,
    CHAT_MASKS_SPENT,
    CHAT_MASKS_FULL,
    CHAT_BANS_FULL,
    CHAT_LIST_FULL, /* of masks of one kind */
    CHAT_METADATA_SPENT,
    CHAT_METADATA_FULL,

    /* changes of modes */
    CHAT_MODE_UNKNOWN,
    CHAT_MODE_BARE, /* needs an argument */
    CHAT_MASK_BAD,
    CHAT_KEY_BAD,
    CHAT_LIMIT_BAD,

    CHAT_TOO_WIDE, /* a ban of everybody */

    CHAT_RESULTS
};

/* Where something is done. */
struct chat {
    struct world *world;
    const struct settings *settings;

    /* Publishes what the actor does and may be shown of it: the session may want it as a part of the answer, or not at
     * all. NULL: it is published as it is. */
    void (*publish)(const struct chat *chat, struct event *event);
    void *asker; /* for `publish` */

    /* What is kept of the channel that is about to be joined, if it is registered; else NULL. kept.h */
    const struct chat_kept *kept;
};

/* Publishes what an actor does. Transaction running. */
void chat_publish_locked(const struct chat *chat, struct event *event);

#endif
