/* Being somebody's account: what a user is logged in as, and what nicks that is good for. The only place where a user
 * gets an account. */
#ifndef FORKCHAT_CHAT_ACCOUNT_H
#define FORKCHAT_CHAT_ACCOUNT_H

#include "actor.h"

/* The actor, who is a user, has proved to be that account, and is it from now on; or is nobody's account any more. All
 * who share a channel with them may know. stays: also without a connection, because the account is always on. Needs
 * EVENT_NEED_MAX. CHAT_SO_ALREADY: they were it before. */
enum chat_result chat_login_locked(const struct chat *chat, const struct actor *actor, const char *account, bool stays);
enum chat_result chat_logout_locked(const struct chat *chat, const struct actor *actor);

/* Whether the actor stays without a connection from now on. Nothing for who is no account any more. */
void chat_set_stays_locked(const struct chat *chat, const struct actor *actor, bool stays);

/* Whether the user may have that nick: it belongs to nobody's account, or to theirs. */
bool chat_may_have_nick_locked(const struct world *world, uint32_t user, const char *nick);

/* The actor wants the nick of their own account back from who has it: that user is put out. Needs EVENT_NEED_MAX and
 * EVENT_NEED_LEAVE. CHAT_NO_SUCH_USER: nobody has it; CHAT_NAME_OWNED: it is not that of the actor's account. */
enum chat_result chat_ghost_locked(const struct chat *chat, const struct actor *actor, const char *nick);

#endif
