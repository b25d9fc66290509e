/* The transport of WebSocket (RFC 6455): each message is a line, and each line a message. Subprotocols text.ircv3.net
 * and binary.ircv3.net of IRCv3; without one, text. Run by workers.
 *
 * A connection that only fetches the page never gets here: web_arrival.h. */
#include "transport.h"

#include <stdlib.h>
#include <string.h>

#include "command/leave.h"
#include "web_arrival.h"
#include "websocket.h"

/* With a code of its own, from here on, a client says that it has lost the connection and may come back. */
#define WEBSOCKET_OWN 3000

/* Proxies take a minute of silence for the end. */
#define BEAT_SECONDS 40

struct web {
    struct websocket websocket;
    const struct dialect *dialect;
};

static int web_open(struct session *session, const struct dialect *dialect)
{
    struct web *web = calloc(1, sizeof *web);
    session->transport_state = web;
    if (!web || websocket_init(&web->websocket, dialect->line_limit))
        return -1;
    web->dialect = dialect;
    session->heard = HEARD_LINE; /* what it speaks is known */
    session_clock_beat_every(session, BEAT_SECONDS);
    return dialect->open(session);
}

static void web_close(struct session *session)
{
    struct web *web = session->transport_state;
    websocket_free(&web->websocket);
    free(web);
    session->transport_state = NULL;
}

/* The close frame is the last word: it must be said before the session leaves. code: as it is to be told, or
 * WEBSOCKET_NO_CODE. */
static void leave(struct session *session, unsigned code, enum event_quit how)
{
    char frame[WEBSOCKET_CONTROL_FRAME];
    size_t length = code == WEBSOCKET_NO_CODE ? websocket_control(frame, WEBSOCKET_CLOSE, NULL, 0)
                                              : websocket_close_frame(frame, code);
    session_say(session, frame, length);
    session->said_end = true;
    if (how == QUIT_LOST && code >= WEBSOCKET_OWN)
        leave_unsaid(session, false, how, "", "");
    else
        leave_server(session, how, "", "");
}

/* A message should be one line; one with several is taken as these. */
static void take_lines(struct session *session, const struct web *web, char *bytes, size_t length)
{
    char *end = bytes + length;
    for (char *line = bytes; line < end && !session->leaving;) {
        char *stop = line;
        while (stop < end && *stop != '\r' && *stop != '\n')
            stop++;
        char *next = stop < end ? stop + 1 : end;
        *stop = '\0';
        if (stop > line)
            transport_take_line(session, web->dialect, line, (size_t)(stop - line), false);
        line = next;
    }
}

static void take(struct session *session, const struct web *web, const struct websocket_message *message)
{
    char frame[WEBSOCKET_CONTROL_FRAME];
    switch (message->opcode) {
    case WEBSOCKET_BINARY:
        if (session->door != DOOR_WEB_BINARY) {
            leave(session, WEBSOCKET_WRONG, QUIT_LOST);
            return;
        }
        take_lines(session, web, message->bytes, message->length);
        break;
    case WEBSOCKET_TEXT:
        take_lines(session, web, message->bytes, message->length);
        break;
    case WEBSOCKET_PING:
        session_say(session, frame, websocket_control(frame, WEBSOCKET_PONG, message->bytes, message->length));
        break;
    case WEBSOCKET_CLOSE:
        leave(session, message->code, message->code < WEBSOCKET_OWN ? QUIT_LEFT : QUIT_LOST);
        break;
    case WEBSOCKET_PONG:
    case WEBSOCKET_CONTINUATION:
        break;
    }
}

static void web_feed(struct session *session, const char *bytes, size_t length)
{
    struct web *web = session->transport_state;
    while (!session->leaving) {
        struct websocket_message message;
        switch (websocket_take(&web->websocket, &bytes, &length, &message)) {
        case WEBSOCKET_NOTHING:
            return;
        case WEBSOCKET_FAILED:
            leave(session, message.code, QUIT_LOST);
            return;
        case WEBSOCKET_MESSAGE:
            take(session, web, &message);
            break;
        }
    }
}

/* What is not whole is no message. */
static void web_finish(struct session *session)
{
    (void)session;
}

static void web_beat(struct session *session)
{
    char frame[WEBSOCKET_CONTROL_FRAME];
    session_say(session, frame, websocket_control(frame, WEBSOCKET_PING, NULL, 0));
}

static size_t text_head(char *head, size_t length)
{
    return websocket_head(head, WEBSOCKET_TEXT, length);
}

static size_t binary_head(char *head, size_t length)
{
    return websocket_head(head, WEBSOCKET_BINARY, length);
}

/* Close frames with 1000 and 1001. */
#define OVER "\x88\x02\x03\xe8"
#define AWAY "\x88\x02\x03\xe9"

#define TRANSPORT(the_framing)                                                                                         \
    {                                                                                                                  \
        .framing = (the_framing), .arrive = web_arrive, .arrive_late = web_arrive_late, .refuse = web_refuse,          \
        .open = web_open, .feed = web_feed, .finish = web_finish, .beat = web_beat, .close = web_close                 \
    }

const struct transport *transport_websocket(void)
{
    static const struct framing framing = {.end = "\n", .head = text_head, .over = OVER, .away = AWAY};
    static const struct transport transport = TRANSPORT(&framing);
    return &transport;
}

const struct transport *transport_websocket_binary(void)
{
    static const struct framing framing = {.end = "\n", .head = binary_head, .over = OVER, .away = AWAY};
    static const struct transport transport = TRANSPORT(&framing);
    return &transport;
}
