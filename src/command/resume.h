/* Coming back after a connection was lost: as the user one was, and without anything missed. And coming in as a user
 * who is here already, on one more connection. */
#ifndef FORKCHAT_COMMAND_RESUME_H
#define FORKCHAT_COMMAND_RESUME_H

#include "session.h"
#include "world/token.h"

struct catch_up;

/* Whom a session wants to be, and what shows that it may: a token, or that it has proved to be that user's account. */
struct resume_claim {
    uint32_t user;
    bool by_account;
    struct token token;
    char account[ACCOUNT_SIZE];
};

/* The session's client is given a token, with which its user comes back if the connection ends as `when` says. False if
 * there is none to give. */
bool resume_give(struct session *session, enum connection_return when, struct token *token);

/* Gives an IRC client a token that knows what to do with one. */
void resume_offer(struct session *session);

/* The user who was given that token, in words, and what they missed: from when the connection was lost that it was
 * given to, which is taken away if nobody knows yet. after: the client has seen all before that position (0: it does
 * not say). NULL if it is nobody's. */
struct catch_up *resume_take(struct session *session, const char *text, uint64_t after, struct resume_claim *claim);

/* The user who is that account, and may have one more connection. *missed: what they missed who have none, or NULL.
 * False if there is nobody. */
bool resume_take_account(struct session *session, const char *account, struct resume_claim *claim,
                         struct catch_up **missed);

/* Whether the session may still be that user. Transaction running. */
bool resume_holds_locked(const struct session *session, const struct resume_claim *claim);

/* The session is the user's from now on, and talks in that channel, if it may; a token is good no longer then. False,
 * with nothing changed, if it may not. Transaction running, with room for EVENT_NEED_LEAVE and EVENT_NEED_MAX. */
bool resume_become_locked(struct session *session, const struct resume_claim *claim, uint32_t current);

/* People: the session has proved to be that account, and becomes the user who is it, if there is one. False if not,
 * with nothing changed. */
bool resume_as_account(struct session *session, const char *account);

/* In the log, and where processes are listed: the session's user is that one again. */
void resume_tell(const struct session *session, const char *name);

#endif
