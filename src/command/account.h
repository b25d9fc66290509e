/* What people do with accounts, whatever the words they do it with: commands, those of IRC, those said to NickServ. All
 * of these block, and say what became of it; who calls them words it. */
#ifndef FORKCHAT_COMMAND_ACCOUNT_H
#define FORKCHAT_COMMAND_ACCOUNT_H

#include "ask_keeper.h"

/* What became of something: words for people, of one line. */
struct account_outcome {
    enum keeper_result result;
    char words[600];
};

/* The account that the session's user is logged in to, or "". */
void account_of(struct session *session, char account[ACCOUNT_SIZE]);

/* The session's user has proved to be that account, with those flags (enum account_flag), on that device ("": on none
 * that has a name): is it from now on, told so,
 * and has its nick if they had none. Where a user is that account already, the session is one more connection of them.
 * False if it is not here any more. */
bool account_become(struct session *session, const char *account, const char *device, uint32_t flags);

/* Nobody is that account any more, which was removed. */
void account_end(struct session *session, const char *account);

/* A new account with that name, which is the user's from then on. */
void account_register(struct session *session, const char *name, const char *password, struct account_outcome *outcome);

/* With a password; the name may have a device behind it (device.h). Of a wrong one account_close must be called once it
 * was answered. */
void account_login(struct session *session, const char *name, const char *password, struct account_outcome *outcome);
void account_close(struct session *session, const struct account_outcome *outcome);
void account_logout(struct session *session, struct account_outcome *outcome);

/* Of the account that the user is logged in to. drop: `name` must be its name, so that nobody does it by mistake. */
void account_set_password(struct session *session, const char *password, struct account_outcome *outcome);
void account_drop(struct session *session, const char *name, struct account_outcome *outcome);
void account_set(struct session *session, const char *setting, const char *value, struct account_outcome *outcome);

/* What is known of an account; of one's own more than of others'. */
void account_tell(struct session *session, const char *name, struct account_outcome *outcome);

/* Whoever has the nick of the user's account is put out; with `take`, the user has it then. */
void account_regain(struct session *session, const char *nick, bool take, struct account_outcome *outcome);

#endif
