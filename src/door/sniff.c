/* Who came to the wrong door. What is judged is the beginning of a connection alone: later, people may say what they
 * like. */
#include "sniff.h"

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/families.h"

static void send_away(struct session *session, const char *what)
{
    char words[100];
    snprintf(words, sizeof words, "This is a chat server: it speaks no %s", what);
    if (session->door == DOOR_IRC) {
        irc_close(session, QUIT_LOST, words);
        return;
    }
    session_reply(session, REPLY_SPEAKS_NO, what, NULL);
    snprintf(words, sizeof words, "speaks %s", what);
    command_leave(session, QUIT_LOST, words);
}

bool sniff_tls(struct session *session, const char *bytes, size_t length)
{
    /* A record of the handshake, and the major version: RFC 8446 section 5.1. */
    static const char record[] = {0x16, 0x03};
    if (session->heard != HEARD_NOTHING)
        return false;
    session->heard = HEARD_BYTES;
    if (length < sizeof record || memcmp(bytes, record, sizeof record) != 0)
        return false;
    send_away(session, "TLS");
    return true;
}

/* RFC 9112 section 3: METHOD target HTTP/1.1. Of a line that is too long the end is not known; its target shows it. */
static bool is_request(const char *line, bool cut)
{
    static const char *const methods[] = {"GET ",     "HEAD ",  "POST ",    "PUT ",   "DELETE ",
                                          "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI "};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t length = strlen(methods[i]);
        if (strncmp(line, methods[i], length) != 0)
            continue;
        const char *target = line + length, *end = strrchr(line, ' ');
        return cut ? *target == '/' || strncmp(target, "http", 4) == 0 : strncmp(end, " HTTP/", 6) == 0;
    }
    return false;
}

bool sniff_http(struct session *session, const char *line, size_t length, bool cut)
{
    if (session->heard == HEARD_LINE || length == 0)
        return false;
    session->heard = HEARD_LINE;
    if (!is_request(line, cut))
        return false;
    send_away(session, "HTTP");
    return true;
}
