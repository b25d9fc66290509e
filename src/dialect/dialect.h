/* Dialects: the languages that clients speak, line by line. One row for each, with a line-to-command half that workers
 * run and an event-to-lines half that couriers run. How lines become bytes is a transport's business (src/transport).
 */
#ifndef FORKCHAT_DIALECT_DIALECT_H
#define FORKCHAT_DIALECT_DIALECT_H

#include "base/framing.h"
#include "command/command.h"

/* A viewer for whom an event is rendered. Clients with equal views get the same lines. */
struct view {
    const struct framing *framing; /* its `end` ends each line */
    uint64_t caps;                 /* of them, those that rendering depends on */
    bool self;                     /* the source of the event */
    bool target;                   /* whom it happens to: private message, kick */
    bool current;                  /* the event's channel is the one they talk in */
};

/* What of a view, besides its capabilities, the rendering of an event may depend on. */
enum { VIEW_SELF = 1, VIEW_TARGET = 2, VIEW_CURRENT = 4 };

struct dialect {
    struct speech speech;

    /* Bytes of a line, its end not counted. */
    size_t line_limit;

    /* Worker: bytes of session->dialect_state, zero before `open`. 0: it has none. */
    size_t state_size;

    /* Worker: the client is there, and can be spoken to. Returns 0, or -1 and errno if there is no memory. */
    int (*open)(struct session *session);

    /* Worker: a line, without its end, zero-terminated; or, if it is `cut`, the beginning of one that was over the
     * limit. May change it. */
    void (*take_line)(struct session *session, char *line, size_t length, bool cut);

    /* Worker: what a client leaves without an end is a line as well. */
    bool takes_unfinished;

    /* Worker: whether what there is of a line makes no sense without what must follow; NULL: it always may. */
    bool (*awaits_more)(const char *line, size_t length);

    /* Worker: the client speaks HTTP or TLS: it is told, and leaves. */
    void (*send_away)(struct session *session, const char *what);

    /* Courier: adds the event as that viewer sees it, as whole lines; nothing if they do not. */
    void (*render)(struct text *text, const struct event *event, const struct view *view);

    /* Courier: what the rendering of an event of that type depends on: VIEW_ bits, and the capabilities of the viewer
     * (NULL: none). */
    unsigned char render_parts[EVENT_TYPES];
    uint64_t (*render_caps)(uint32_t type);

    /* Courier: a client that reads too slowly is told what it missed, or else disconnected. */
    bool tells_missed;

    /* Courier: told of arrivals, new names and departures in the lobby even of those they share no channel
     * with. */
    bool hears_lobby;

    /* Supervisor: adds the one line, without its end, for a connection that is refused. */
    void (*refuse)(struct text *text, const char *why);
};

/* NULL for what no client speaks. */
const struct dialect *dialect_of(enum dialect_kind kind);

/* The dialects there are, each in the file of its name. */
const struct dialect *dialect_plain(void);
const struct dialect *dialect_talk(void);
const struct dialect *dialect_irc(void);

#endif
