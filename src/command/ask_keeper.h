/* Asking the keeper of accounts, from a session. These block: passwords are checked laboriously. */
#ifndef FORKCHAT_COMMAND_ASK_KEEPER_H
#define FORKCHAT_COMMAND_ASK_KEEPER_H

#include "keeper/request.h"
#include "session.h"

/* What was gathered to answer goes out first. KEEPER_SILENT: there is nobody to ask, or no answer came. */
enum keeper_result ask_keeper(struct session *session, const struct keeper_request *request,
                              struct keeper_answer *answer);

/* Fills in a verifier for `password`, or the proof that it is known (keeper/ask.h). */
enum keeper_result ask_keeper_make(struct session *session, struct keeper_request *request, const char *password);
enum keeper_result ask_keeper_prove(struct session *session, struct keeper_request *request, const char *password);

/* Why something was not done, for people: of results other than KEEPER_DONE. */
const char *ask_keeper_why(enum keeper_result result);

/* What is wrong with a password for an account, or NULL. */
const char *ask_keeper_check_password(const char *password);

#endif
