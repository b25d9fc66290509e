/* Questions: which channels there are, what one can do. */
#ifndef FORKCHAT_COMMAND_QUERY_H
#define FORKCHAT_COMMAND_QUERY_H

#include "session.h"

/* The lines of LIST, for the channels that may be known of and that fit; `fits` is called under the lock. */
typedef bool query_fits(const void *wanted, const struct channel_shm *channel);
void query_show_channels(struct session *session, query_fits *fits, const void *wanted);

/* The name of the session's user, and where they talk. */
void query_show_place(struct session *session);

/* What people are shown on arrival; what those who become operators may do from now on. */
void query_show_help(struct session *session, const char *token);
void query_show_operator_help(struct session *session);

#endif
