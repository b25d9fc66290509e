/* Doors: how clients speak. One row for each, with a line-to-command half that workers run and an
 * event-to-bytes half that couriers run. */
#ifndef FORKCHAT_DOOR_DOOR_H
#define FORKCHAT_DOOR_DOOR_H

#include "command/command.h"

/* For whom an event is rendered. Clients with equal views get the same bytes. */
struct view {
    uint32_t door;
    uint64_t caps; /* of them, those that rendering depends on */
    bool self;    /* the source of the event */
    bool target;  /* whom it happens to: private message, kick */
    bool current; /* the event's channel is the one they talk in */
};

struct door {
    struct speech speech;

    /* Worker: the client is there. Returns 0, or -1 and errno if there is no memory. */
    int (*open)(struct session *session);

    /* Worker: bytes from the client; runs every whole line in them, until session->leaving. */
    void (*feed)(struct session *session, const char *bytes, size_t length);

    /* Worker: the client sends nothing more; what it left unfinished is acted on if it can be. */
    void (*finish)(struct session *session);

    /* Worker: nothing followed what came without an end for as long as the door said (session_clock_await_rest). */
    void (*take_rest)(struct session *session);

    /* Courier: adds the event as that viewer sees it; nothing if they do not. */
    void (*render)(struct text *text, const struct event *event, const struct view *view);

    /* Courier: the capabilities of a viewer on which the rendering of that type of event depends; NULL: none. */
    uint64_t (*render_caps)(uint32_t type);

    /* Courier: what becomes of one who reads too slowly: told what they missed, or disconnected. */
    bool tells_missed;

    /* Courier: told of arrivals, new names and departures in the lobby even of those they share no channel
     * with. */
    bool hears_lobby;

    /* Supervisor: adds the one line for a connection that is refused. */
    void (*refuse)(struct text *text, const char *why);
};

/* The door of that number, or NULL if clients do not come that way. */
const struct door *door_of(enum door_kind kind);

#endif
