/* Asking the keeper. */
#ifndef FORKCHAT_KEEPER_ASK_H
#define FORKCHAT_KEEPER_ASK_H

#include "ipc/call.h"
#include "request.h"

/* Sends the request and waits for its answer, for a few seconds at most; housekeep of the caller is called meanwhile.
 * The answer's texts end. Returns its result: KEEPER_SILENT if there was none. */
enum keeper_result keeper_ask(const struct call_caller *caller, const struct keeper_request *request,
                              struct keeper_answer *answer);

/* A verifier for that password, with a new salt; computes for as long as `rounds` say. False if the system has no
 * random numbers. */
bool keeper_make_verifier(struct scram_verifier *verifier, const char *password, uint32_t rounds);

/* Fills in the proof that who asks knows the password of `account`, for which the keeper is asked for its salt; the
 * request's text is what is proved, and verifier.rounds those of today. Returns KEEPER_DONE, or why it cannot be. */
enum keeper_result keeper_prove(const struct call_caller *caller, struct keeper_request *request, const char *password);

#endif
