/* What a user missed who was away from the ring: their part of the events since then, in order, each once. */
#ifndef FORKCHAT_COMMAND_CATCH_UP_H
#define FORKCHAT_COMMAND_CATCH_UP_H

#include "session.h"

struct catch_up;

/* From `from` on, where the user's DETACH stands, for a session whose own user may have seen a part of it as it
 * happened. after: from what followed that on, if that is before `from`: the client had got no further when its
 * connection broke; 0: it had got all. NULL if there is no memory. Transaction running. */
struct catch_up *catch_up_open_locked(struct session *session, uint32_t user, uint64_t from, uint64_t after);

/* What happens from now on is not part of it. Transaction running. */
void catch_up_end_locked(struct catch_up *state);

/* Shows what there is so far, and waits for the client to take it; outside of a transaction. */
void catch_up_show(struct catch_up *state);

/* Shows the rest, if that is little; false if it is not: then catch_up_show is to be called again. After that nothing
 * has happened that the user has not been shown. Transaction running, in which nothing was published yet. */
bool catch_up_finish_locked(struct catch_up *state);

/* The channel that the user talked in and still is in, or NONE. Transaction running. */
uint32_t catch_up_current_locked(const struct catch_up *state);

/* state: or NULL. */
void catch_up_close(struct catch_up *state);

#endif
