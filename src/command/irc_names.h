/* The members of a channel as one viewer sees them.
 *
 * The members are noted at one moment, in as little as it takes, and worded line by line afterwards, each line in the
 * transaction that publishes it and from the tables as they are then. So a line never shows somebody of whom the
 * viewer has been told before that they left, or by a name or status they no longer have; a newcomer is told by JOIN.
 */
#ifndef FORKCHAT_COMMAND_IRC_NAMES_H
#define FORKCHAT_COMMAND_IRC_NAMES_H

#include "session.h"

struct names {
    const struct world *world;
    struct names_member {
        uint32_t user, generation;
    } * members;
    size_t count, next;         /* the one to be shown next */
    uint32_t index, generation; /* of the channel; NONE: these are people in none */
    uint64_t caps;              /* of the viewer */
    const char *symbol;         /* @ for a secret channel, * for a private one, = for others */
    char channel[CHANNEL_SIZE];
};

/* Bytes enough for the members of one line. */
#define NAMES_LINE 400

/* Notes them, for a viewer with those capabilities. False if there is no memory. Transaction running. */
bool irc_names_open_locked(struct names *names, const struct world *world, uint32_t viewer, uint64_t caps,
                           uint32_t channel);

/* Adds members to `line` until it has about `room` bytes; false if there were none left. Transaction running, in which
 * the line is to be published. */
bool irc_names_next_locked(struct names *names, struct text *line, size_t room);
void irc_names_close(struct names *names);

/* The status signs of a member, all or the highest, as the capabilities say. */
void irc_names_add_prefix(struct text *text, uint32_t flags, uint64_t caps);

/* Answers NAMES for one channel. */
void irc_names_show_channel(struct session *session, const char *name);

#endif
