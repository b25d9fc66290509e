/* IRC: logging in with SASL. IRCv3 sasl 3.1 and 3.2; RFC 4616 (PLAIN), RFC 5802 and 7677 (SCRAM-SHA-256). Run by
 * workers.
 *
 * PLAIN has the password in it, so it is for clients on the same machine, or behind a proxy there, unless `sasl-plain`
 * allows it to all. */
#include "irc_sasl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account.h"
#include "base/base64.h"
#include "base/port.h"
#include "base/scram.h"
#include "device.h"
#include "password.h"
#include "rows.h"

/* Characters of one AUTHENTICATE; and of all that belong together. */
#define CHUNK 400
#define MOST  1200

enum step { SASL_NONE, SASL_PLAIN, SASL_SCRAM_FIRST, SASL_SCRAM_FINAL, SASL_SCRAM_END };

struct sasl {
    enum step step;
    char gathered[MOST + 1]; /* chunks, so far */
    struct scram_server scram;
    char account[ACCOUNT_SIZE]; /* that was proved */
    char device[DEVICE_SIZE];
    uint32_t flags; /* its */
};

static struct sasl *sasl_of(struct session *session)
{
    if (!session->irc.sasl)
        session->irc.sasl = calloc(1, sizeof *session->irc.sasl);
    return session->irc.sasl;
}

static bool is_local(const struct session *session)
{
    char host[HOST_SIZE];
    unsigned char bytes[16];
    struct net_range here;
    text_copy(host, sizeof host, session_user_locked(session)->host); /* our own: nobody else writes it */
    return net_parse_host(host, bytes) && ((net_parse_range("127.0.0.0/8", &here) && net_range_holds(&here, bytes)) ||
                                           (net_parse_range("::1", &here) && net_range_holds(&here, bytes)));
}

static bool may_use_plain(const struct session *session)
{
    return strcmp(session->settings->sasl_plain, "anywhere") == 0 || is_local(session);
}

const char *irc_sasl_mechanisms(const struct session *session)
{
    return may_use_plain(session) ? "PLAIN,SCRAM-SHA-256" : "SCRAM-SHA-256";
}

static void end(struct session *session, struct sasl *sasl, enum reply_code code)
{
    sasl->step = SASL_NONE;
    sasl->gathered[0] = '\0';
    session_reply(session, code, NULL);
}

void irc_sasl_abort(struct session *session)
{
    if (session->irc.sasl && session->irc.sasl->step != SASL_NONE)
        end(session, session->irc.sasl, REPLY_SASL_ABORTED);
}

/* In chunks; one that is full is followed by another, which may be empty. */
static void challenge(struct session *session, const char *message)
{
    char encoded[BASE64_SIZE(SCRAM_MESSAGE_SIZE)], chunk[CHUNK + 1];
    size_t length = base64_encode(encoded, sizeof encoded, message, strlen(message)), at = 0;
    do {
        size_t part = length - at < CHUNK ? length - at : CHUNK;
        memcpy(chunk, encoded + at, part);
        chunk[part] = '\0';
        session_reply(session, REPLY_AUTHENTICATE, part ? chunk : "+", NULL);
        at += part;
        if (part < CHUNK)
            break;
    } while (true);
}

static void begin(struct session *session, struct sasl *sasl, const char *mechanism)
{
    sasl->gathered[0] = '\0';
    if (strcasecmp(mechanism, "PLAIN") == 0 && may_use_plain(session)) {
        sasl->step = SASL_PLAIN;
    } else if (strcasecmp(mechanism, "SCRAM-SHA-256") == 0) {
        sasl->step = SASL_SCRAM_FIRST;
    } else {
        session_reply(session, REPLY_SASL_MECHANISMS, irc_sasl_mechanisms(session), NULL);
        end(session, sasl, REPLY_SASL_FAILED);
        return;
    }
    session_reply(session, REPLY_AUTHENTICATE, "+", NULL);
}

/* What was tried did not succeed; a client that guesses is put out. */
static void fail(struct session *session, struct sasl *sasl)
{
    if (session->leaving)
        return;
    end(session, sasl, REPLY_SASL_FAILED);
    password_end_if_too_many(session);
}

/* ---- PLAIN ---- */

/* Who to be, who one is, and the password, with zero bytes between. */
static void take_plain(struct session *session, struct sasl *sasl, char *message, size_t length)
{
    struct account_outcome outcome;
    char *name = memchr(message, '\0', length), *password = NULL;
    if (name)
        password = memchr(name + 1, '\0', length - (size_t)(name + 1 - message));
    if (!password || memchr(password + 1, '\0', length - (size_t)(password + 1 - message)) ||
        (*message && text_compare_names(message, name + 1) != 0)) {
        fail(session, sasl);
        return;
    }
    account_login(session, name + 1, password + 1, &outcome);
    if (outcome.result == KEEPER_DONE)
        end(session, sasl, REPLY_SASL_DONE);
    else
        fail(session, sasl);
}

/* ---- SCRAM-SHA-256 ---- */

static bool make_nonce(char nonce[BASE64_SIZE(18)])
{
    unsigned char bytes[18];
    return port_random(bytes, sizeof bytes) == 0 && base64_encode(nonce, BASE64_SIZE(18), bytes, sizeof bytes) > 0;
}

/* Of an account that does not exist the keeper gives a salt as well. */
static void take_first(struct session *session, struct sasl *sasl, const char *message)
{
    struct keeper_request request = {.verb = KEEPER_SALT};
    struct keeper_answer answer;
    char nonce[BASE64_SIZE(18)], first[SCRAM_MESSAGE_SIZE];
    request.verifier.rounds = (uint32_t)session->settings->password_rounds;
    if (!scram_server_take_first(&sasl->scram, message) || !make_nonce(nonce)) {
        fail(session, sasl);
        return;
    }
    if (!device_divide(sasl->scram.name, request.account, sasl->device))
        request.account[0] = '\0'; /* nobody's */
    if (ask_keeper(session, &request, &answer) != KEEPER_DONE ||
        !scram_server_write_first(&sasl->scram, nonce, answer.salt, answer.rounds, first)) {
        fail(session, sasl);
        return;
    }
    sasl->step = SASL_SCRAM_FINAL;
    challenge(session, first);
}

static void take_final(struct session *session, struct sasl *sasl, const char *message)
{
    struct keeper_request request = {.verb = KEEPER_PROVE};
    struct keeper_answer answer;
    char final[SCRAM_MESSAGE_SIZE];
    bool whole = device_divide(sasl->scram.name, request.account, sasl->device);
    if (!scram_server_take_final(&sasl->scram, message, request.proof) || !whole ||
        !password_begin_account(session, request.account)) {
        fail(session, sasl);
        return;
    }
    text_copy(request.text, sizeof request.text, sasl->scram.talk);
    enum keeper_result result = ask_keeper(session, &request, &answer);
    if (result == KEEPER_DONE || result == KEEPER_WRONG)
        password_end_account(session, request.account, result == KEEPER_DONE);
    if (result != KEEPER_DONE) {
        fail(session, sasl);
        return;
    }
    scram_server_write_final(answer.signature, final);
    text_copy(sasl->account, sizeof sasl->account, answer.account);
    sasl->flags = answer.flags;
    sasl->step = SASL_SCRAM_END;
    challenge(session, final);
}

/* The client has seen that the server knows the account as well. */
static void take_end(struct session *session, struct sasl *sasl, const char *message)
{
    if (*message)
        fail(session, sasl);
    else if (account_become(session, sasl->account, sasl->device, sasl->flags))
        end(session, sasl, REPLY_SASL_DONE);
}

/* ---- what comes ---- */

/* A whole message has come. */
static void take(struct session *session, struct sasl *sasl)
{
    char message[MOST / 4 * 3 + 1];
    ssize_t length = base64_decode(message, sizeof message - 1, sasl->gathered, strlen(sasl->gathered));
    sasl->gathered[0] = '\0';
    if (length < 0) {
        fail(session, sasl);
        return;
    }
    message[length] = '\0';
    if (sasl->step == SASL_PLAIN)
        take_plain(session, sasl, message, (size_t)length);
    else if (strlen(message) != (size_t)length)
        fail(session, sasl);
    else if (sasl->step == SASL_SCRAM_FIRST)
        take_first(session, sasl, message);
    else if (sasl->step == SASL_SCRAM_FINAL)
        take_final(session, sasl, message);
    else
        take_end(session, sasl, message);
    memset(message, 0, sizeof message);
}

static void take_chunk(struct session *session, struct sasl *sasl, const char *chunk)
{
    size_t length = strlen(chunk), before = strlen(sasl->gathered);
    bool empty = strcmp(chunk, "+") == 0;
    if (length > CHUNK || before + length > MOST) {
        end(session, sasl, REPLY_SASL_TOO_LONG);
        return;
    }
    if (!empty)
        memcpy(sasl->gathered + before, chunk, length + 1);
    if (length < CHUNK)
        take(session, sasl);
}

void irc_sasl_authenticate(struct session *session, struct request *request)
{
    struct sasl *sasl = sasl_of(session);
    const char *argument = request->arguments[0];
    if (!*argument)
        session_reply(session, REPLY_NEED_MORE, "AUTHENTICATE", NULL);
    else if (!sasl)
        session_reply(session, REPLY_SASL_FAILED, NULL);
    else if (strcmp(argument, "*") == 0)
        end(session, sasl, REPLY_SASL_ABORTED);
    else if (sasl->step == SASL_NONE && strlen(argument) > CHUNK)
        end(session, sasl, REPLY_SASL_TOO_LONG);
    else if (sasl->step == SASL_NONE)
        begin(session, sasl, argument);
    else
        take_chunk(session, sasl, argument);
}
