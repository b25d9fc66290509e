/* Programs that came to the wrong door. Only the beginning of a connection is judged: later, people may say what they
 * like. */
#include "sniff.h"

#include <string.h>

bool sniff_tls(struct session *session, const struct dialect *dialect, const char *bytes, size_t length)
{
    /* A record of the handshake, and the major version: RFC 8446 section 5.1. */
    static const char record[] = {0x16, 0x03};
    if (session->heard != HEARD_NOTHING)
        return false;
    session->heard = HEARD_BYTES;
    if (length < sizeof record || memcmp(bytes, record, sizeof record) != 0)
        return false;
    dialect->send_away(session, "TLS");
    return true;
}

/* RFC 9112 section 3: METHOD target HTTP/1.1. Of a line that is too long the end is not known; its target shows it. */
static bool is_request(const char *line, size_t line_length, bool cut)
{
    static const char *const methods[] = {"GET ",     "HEAD ",  "POST ",    "PUT ",   "DELETE ",
                                          "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI "};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t length = strlen(methods[i]);
        if (strncmp(line, methods[i], length) != 0)
            continue;
        const char *target = line + length, *end = line + line_length;
        while (*end != ' ')
            end--;
        return cut ? *target == '/' || strncmp(target, "http", 4) == 0 : strncmp(end, " HTTP/", 6) == 0;
    }
    return false;
}

bool sniff_http(struct session *session, const struct dialect *dialect, const char *line, size_t length, bool cut)
{
    if (session->heard == HEARD_LINE || length == 0)
        return false;
    session->heard = HEARD_LINE;
    if (!is_request(line, length, cut))
        return false;
    dialect->send_away(session, "HTTP");
    return true;
}
