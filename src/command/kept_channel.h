/* Registered channels, as sessions use them: asked for when one is joined, written down when one has changed, and what
 * founders do. These block. */
#ifndef FORKCHAT_COMMAND_KEPT_CHANNEL_H
#define FORKCHAT_COMMAND_KEPT_CHANNEL_H

#include "account.h"
#include "chat/kept.h"

/* What is kept of the channel of that name, for a join that follows; kept.founder is NULL if it is not registered. The
 * strings are in `answer`. False, and answered, if that cannot be found out now, and the channel is not there. */
bool kept_channel_find(struct session *session, const char *name, struct chat_kept *kept, struct keeper_answer *answer);

/* The session changed a registered channel (session->changed_channel): the keeper is told how it is now. */
void kept_channel_save(struct session *session);

/* Of founders, and of operators of the server. status: o, v, or - for none. */
void kept_channel_register(struct session *session, const char *name, struct account_outcome *outcome);
void kept_channel_drop(struct session *session, const char *name, struct account_outcome *outcome);
void kept_channel_give(struct session *session, const char *name, const char *account, char status,
                       struct account_outcome *outcome);
void kept_channel_tell(struct session *session, const char *name, struct account_outcome *outcome);

/* Gives or takes a status in it, now, to somebody there (NULL: oneself), as the access list allows who asks. */
void kept_channel_set_status(struct session *session, const char *name, const char *nick, const char *change,
                             struct account_outcome *outcome);

#endif
