/* The worker's side of calls to the keeper. Run by workers and control processes; writes no shared memory. */
#include "ask.h"

#include <string.h>

#include "base/port.h"
#include "base/text.h"

/* A keeper that starts has its file to read. */
#define ANSWER_MS 15000

enum keeper_result keeper_ask(const struct call_caller *caller, const struct keeper_request *request,
                              struct keeper_answer *answer)
{
    size_t size = sizeof *answer, length = strnlen(request->text, sizeof request->text - 1) + 1;
    memset(answer, 0, sizeof *answer);
    enum call_result result =
        call_ask(caller, request, offsetof(struct keeper_request, text) + length, answer, &size, ANSWER_MS);
    if (result != CALL_OK || size <= offsetof(struct keeper_answer, text) || answer->result >= KEEPER_RESULTS)
        return KEEPER_SILENT;
    TEXT_END(answer->account);
    TEXT_END(answer->access);
    TEXT_END(answer->text);
    return (enum keeper_result)answer->result;
}

bool keeper_make_verifier(struct scram_verifier *verifier, const char *password, uint32_t rounds)
{
    struct scram_keys keys;
    if (port_random(verifier->salt, sizeof verifier->salt))
        return false;
    verifier->rounds = rounds;
    scram_derive(&keys, password, verifier->salt, sizeof verifier->salt, rounds);
    memcpy(verifier->stored_key, keys.stored_key, sizeof keys.stored_key);
    memcpy(verifier->server_key, keys.server_key, sizeof keys.server_key);
    return true;
}

enum keeper_result keeper_prove(const struct call_caller *caller, struct keeper_request *request, const char *password)
{
    struct keeper_request ask = {.verb = KEEPER_SALT, .verifier = {.rounds = request->verifier.rounds}};
    struct keeper_answer answer;
    struct scram_keys keys;
    text_copy(ask.account, sizeof ask.account, request->account);
    enum keeper_result result = keeper_ask(caller, &ask, &answer);
    if (result != KEEPER_DONE)
        return result;
    if (answer.rounds > SCRAM_ROUNDS_MOST)
        return KEEPER_REFUSED;
    scram_derive(&keys, password, answer.salt, sizeof answer.salt, answer.rounds);
    scram_prove(&keys, request->text, request->proof);
    return KEEPER_DONE;
}
