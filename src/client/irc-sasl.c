/* SASL: SCRAM-SHA-256 (RFC 7677), which shows a server nothing of the password and proves that it knows the account; or
 * PLAIN (RFC 4616) where the server offers no other. In pieces of 400 bytes, as IRCv3 has it. */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/port.h"
#include "base/text.h"
#include "irc.h"

#define PIECE 400

void irc_sasl_begin(struct session *session)
{
    struct irc *irc = &session->irc;
    irc->sasl_step = irc->sasl_scram ? IRC_SASL_FIRST : IRC_SASL_PLAIN;
    irc->gathered[0] = '\0';
    session_send(session, "AUTHENTICATE %s", irc->sasl_scram ? "SCRAM-SHA-256" : "PLAIN");
}

static void send_pieces(struct session *session, const void *bytes, size_t length)
{
    char coded[BASE64_SIZE(2 * SECRET_SIZE + 2)];
    size_t size = base64_encode(coded, sizeof coded, bytes, length), at = 0;
    for (; at + PIECE <= size; at += PIECE)
        session_send(session, "AUTHENTICATE %.400s", coded + at);
    session_send(session, "AUTHENTICATE %s", at < size ? coded + at : "+");
}

static void send_plain(struct session *session)
{
    unsigned char plain[2 * SECRET_SIZE + 2];
    size_t account = strlen(session->secret.account), password = strlen(session->secret.password);
    plain[0] = '\0';
    memcpy(plain + 1, session->secret.account, account);
    plain[1 + account] = '\0';
    memcpy(plain + 2 + account, session->secret.password, password);
    send_pieces(session, plain, 2 + account + password);
}

static bool send_first(struct session *session)
{
    unsigned char bytes[18];
    char nonce[BASE64_SIZE(sizeof bytes)], message[SCRAM_MESSAGE_SIZE];
    if (port_random(bytes, sizeof bytes))
        return false;
    base64_encode(nonce, sizeof nonce, bytes, sizeof bytes);
    if (!scram_client_write_first(&session->irc.scram, session->secret.account, nonce, message))
        return false;
    send_pieces(session, message, strlen(message));
    return true;
}

/* What the server said is whole. */
static const char *answer(struct session *session, const char *message)
{
    struct irc *irc = &session->irc;
    char text[SCRAM_MESSAGE_SIZE];
    switch (irc->sasl_step) {
    case IRC_SASL_PLAIN:
        send_plain(session);
        return NULL;
    case IRC_SASL_FIRST:
        irc->sasl_step = IRC_SASL_FINAL;
        return send_first(session) ? NULL : "no message can be made of that account";
    case IRC_SASL_FINAL:
        irc->sasl_step = IRC_SASL_PROVED;
        if (!scram_client_answer(&irc->scram, session->secret.password, message, text))
            return "the server's SCRAM-SHA-256 is none";
        send_pieces(session, text, strlen(text));
        return NULL;
    case IRC_SASL_PROVED:
        if (!scram_client_is_right(&irc->scram, message))
            return "the server does not know that account itself: it is not who it should be";
        irc->sasl_step = IRC_SASL_NONE;
        session_send(session, "AUTHENTICATE +");
        return NULL;
    case IRC_SASL_NONE:
        break;
    }
    return NULL;
}

const char *irc_sasl_take(struct session *session, const char *piece)
{
    struct irc *irc = &session->irc;
    char message[SCRAM_MESSAGE_SIZE];
    size_t length = strlen(piece), before = strlen(irc->gathered);
    if (before + length >= sizeof irc->gathered)
        return "the server's answer is too long";
    if (strcmp(piece, "+") != 0)
        memcpy(irc->gathered + before, piece, length + 1);
    if (length == PIECE)
        return NULL;
    ssize_t size = base64_decode(message, sizeof message - 1, irc->gathered, strlen(irc->gathered));
    irc->gathered[0] = '\0';
    if (size < 0)
        return "the server's answer is no base64";
    message[size] = '\0';
    return answer(session, message);
}

bool irc_sasl_is_proved(const struct session *session)
{
    return !session->irc.sasl_scram || session->irc.sasl_step == IRC_SASL_NONE;
}
