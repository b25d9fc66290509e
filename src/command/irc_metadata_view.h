/* Metadata as one viewer may see it, copied at one moment and worded afterwards. */
#ifndef FORKCHAT_COMMAND_IRC_METADATA_VIEW_H
#define FORKCHAT_COMMAND_IRC_METADATA_VIEW_H

#include "session.h"
#include "world/metadata.h"

/* The user or channel that a command is about. */
struct metadata_target {
    enum metadata_kind kind;
    uint32_t index;
    char name[CHANNEL_SIZE];
};

struct metadata_found {
    char target[CHANNEL_SIZE];
    char key[METADATA_KEY_SIZE];
    char value[METADATA_VALUE_SIZE];
};

struct metadata_list {
    struct metadata_found *items;
    size_t count, size;
    bool failed; /* no memory for all of it */
};

/* Which keys are wanted; all if `keys` is NULL. */
struct metadata_wanted {
    char (*keys)[METADATA_KEY_SIZE];
    uint32_t count;
};

/* The user or channel that `word` names, as far as the session may know. Before registration there is only oneself. */
bool irc_metadata_view_find_locked(const struct session *session, const char *word, struct metadata_target *target);

/* Whether what the target says is for the session: what a channel says that not everybody may enter is for those
 * inside, and for operators. */
bool irc_metadata_view_is_shown_locked(struct session *session, const struct metadata_target *target);

/* Appends the target's to the list. With _channel: a channel's and its members', as far as the session may see them,
 * except of those marked in `seen` (a bit for each user; may be NULL), who are marked. */
void irc_metadata_view_copy_locked(struct metadata_list *list, const struct world *world,
                                   const struct metadata_target *target, const struct metadata_wanted *wanted);
void irc_metadata_view_copy_channel_locked(struct metadata_list *list, const struct session *session, uint32_t channel,
                                           const struct metadata_wanted *wanted, unsigned char *seen);

/* All keys the session's user is subscribed to, into `keys` (METADATA_SUBSCRIPTIONS of them). */
struct metadata_wanted irc_metadata_view_subscriptions_locked(const struct session *session,
                                                              char (*keys)[METADATA_KEY_SIZE]);

/* Shows and frees a list, as a batch about `about`: as what was asked for, or as what is told. */
void irc_metadata_view_show(struct session *session, struct metadata_list *list, const char *about);
void irc_metadata_view_tell(struct session *session, struct metadata_list *list, const char *about);

/* The session's user has registered: what was said before is told. They joined: those inside are told, and they are.
 * monitored: shows what the user of that nick says. */
void irc_metadata_view_registered(struct session *session);
void irc_metadata_view_joined(struct session *session, const char *channel);
void irc_metadata_view_monitored(struct session *session, const char *nick);

/* Part of WHOIS: keys that people like to read. */
void irc_metadata_view_whois(struct session *session, const char *nick);

#endif
