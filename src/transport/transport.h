/* Transports: how the lines of a dialect travel. The half that cuts bytes into lines is run by workers, the framing of
 * what is rendered is known to couriers. */
#ifndef FORKCHAT_TRANSPORT_TRANSPORT_H
#define FORKCHAT_TRANSPORT_TRANSPORT_H

#include "newcomer.h"
#include "dialect/dialect.h"

struct transport {
    const struct framing *framing;

    /* Worker: bytes from a client that is not in yet: newcomer.h. Takes those that are its own and moves both on. late:
     * the time for that is up. NULL where every client is in at once. */
    enum newcomer_result (*arrive)(struct newcomer *newcomer, const char **bytes, size_t *length);
    void (*arrive_late)(struct newcomer *newcomer);

    /* Adds what is said to a connection that is refused; NULL: what the dialect says, as a line. */
    void (*refuse)(struct text *text, const char *why);

    /* Worker: the connection is there, for lines of that dialect. Calls dialect->open as soon as the client can be
     * spoken to: at once, unless the transport has a handshake. Returns 0, or -1 and errno if there is no memory. */
    int (*open)(struct session *session, const struct dialect *dialect);

    /* Worker: bytes from the client; gives each whole line in them to transport_take_line(), until session->leaving.
     * What the transport has to say of its own (answers to telnet's options, echo) it adds with session_say(). */
    void (*feed)(struct session *session, const char *bytes, size_t length);

    /* Worker: the client sends nothing more; what it left unfinished is a line if the dialect says so. */
    void (*finish)(struct session *session);

    /* Worker: nothing followed what came without an end for as long as was asked of session_clock_await_rest(). NULL
     * where that is never asked. */
    void (*take_rest)(struct session *session);

    /* Worker: it is time for a beat: session_clock_beat_every. NULL where that is never asked. */
    void (*beat)(struct session *session);

    /* Worker: frees what open took. */
    void (*close)(struct session *session);
};

/* A line that came, as dialect->take_line gets it: at the client's pace, recorded, and if it is the first and no chat
 * at all, answered with that. */
void transport_take_line(struct session *session, const struct dialect *dialect, char *line, size_t length, bool cut);

/* The transports there are: lines.c, typing.c, web.c. */
const struct transport *transport_lf(void);
const struct transport *transport_crlf(void);
const struct transport *transport_telnet(void);
const struct transport *transport_websocket(void);
const struct transport *transport_websocket_binary(void);

#endif
