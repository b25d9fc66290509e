/* IRC: what METADATA refuses. */
#ifndef FORKCHAT_COMMAND_IRC_METADATA_FAIL_H
#define FORKCHAT_COMMAND_IRC_METADATA_FAIL_H

#include "irc_metadata_view.h"

/* Whether the session speaks draft/metadata-3, which has other codes, and numerics for what is told. */
bool irc_metadata_fail_speaks_third(const struct session *session);

/* Answers what is wrong with a target, a key, its value, a subcommand; that there are too many subscriptions; that a
 * key to be removed was not there. _unseen: there is no such target, as it has no name, or it is not for the session.
 */
void irc_metadata_fail_target(struct session *session, const char *word);
void irc_metadata_fail_unseen(struct session *session, const char *word, const struct metadata_target *target,
                              const char *key);
void irc_metadata_fail_key(struct session *session, const char *key);
void irc_metadata_fail_value(struct session *session, const char *key);
void irc_metadata_fail_subscription(struct session *session, const char *key);
void irc_metadata_fail_unset(struct session *session, const char *name, const char *key);
void irc_metadata_fail_verb(struct session *session, const char *verb);

#endif
