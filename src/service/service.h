/* Services: what answers at a listener without being a door. Each connection has a process of its own
 * (process/control.c), which is no client and stands in no table. Run by that process; `refuse` by the supervisor. */
#ifndef FORKCHAT_SERVICE_SERVICE_H
#define FORKCHAT_SERVICE_SERVICE_H

#include "command/session.h"
#include "world/doors.h"

struct service {
    /* The connection is there. Returns 0, or -1 and errno if there is no memory. */
    int (*open)(struct session *session);

    /* Bytes from the other end; acts on every whole line in them, until session->leaving. */
    void (*feed)(struct session *session, const char *bytes, size_t length);

    /* The other end sends nothing more; what it left unfinished is acted on if it can be. */
    void (*finish)(struct session *session);

    /* Nothing whole came in time. */
    void (*time_out)(struct session *session);

    struct speech speech;

    /* Adds what a connection is told that is refused. */
    void (*refuse)(struct text *text, const char *why);
};

/* The service of that number, or NULL if that is none. */
const struct service *service_of(enum door_kind kind);

/* The services there are, each in the file of its name. */
const struct service *service_control(void);
const struct service *service_metrics(void);

#endif
