/* The members of a channel as one viewer sees them, copied at one moment and worded afterwards. */
#ifndef FORKCHAT_COMMAND_IRC_NAMES_H
#define FORKCHAT_COMMAND_IRC_NAMES_H

#include "base/text.h"
#include "world/world.h"

struct names {
    char *members, *end; /* as irc_names.c packs them */
    const char *next;    /* the one to be shown next */
    uint64_t caps; /* of the viewer */
    const char *symbol; /* @ for a secret channel, * for a private one, = for others */
    char channel[CHANNEL_SIZE];
};

/* Bytes enough for the members of one line. */
#define NAMES_LINE 400

/* Copies them. False if there is no memory. Transaction running. */
bool names_open_locked(struct names *names, const struct world *world, uint32_t viewer, uint32_t channel);

/* Adds members to `line` until it has about `room` bytes; false if there were none left. */
bool names_next(struct names *names, struct text *line, size_t room);
void names_close(struct names *names);

/* The status signs of a member, all or the highest, as the capabilities say. */
void names_add_prefix(struct text *text, uint32_t flags, uint64_t caps);

#endif
