/* Which channel is meant, as people write it: by name, or the one they talk in. */
#ifndef FORKCHAT_COMMAND_CHANNEL_H
#define FORKCHAT_COMMAND_CHANNEL_H

#include "session.h"

/* The session's current channel, its name into `name`; answers and returns NONE if there is none. */
uint32_t channel_current(struct session *session, char name[CHANNEL_SIZE]);

/* The channel that *rest begins with, which is taken off, or if that is none, the current one; answers and returns
 * false if there is none of that name. */
bool channel_take_name(struct session *session, char **rest, char name[CHANNEL_SIZE]);

/* The name of the channel called `word`, in the same way. */
bool channel_look_up(struct session *session, const char *word, char name[CHANNEL_SIZE]);

/* The name of a channel where nothing else can be meant: its # may be left out; false if it cannot be one. */
bool channel_complete_name(const char *word, char name[CHANNEL_SIZE]);

/* Takes the session's user out of the channel of that name with a text, or answers why not. */
void channel_leave(struct session *session, const char *name, const char *text);

#endif
