/* Doors: how clients come in. A row of world/doors.h names a transport and the dialect that it carries. */
#ifndef FORKCHAT_TRANSPORT_DOOR_H
#define FORKCHAT_TRANSPORT_DOOR_H

#include "transport.h"

struct door {
    const struct transport *transport;
    const struct dialect *dialect;
};

/* `kind`: of a door, not of a service. */
struct door door_of(enum door_kind kind);

/* Worker: the client is there. Makes the session speak as the door does. Returns 0, or -1 and errno if there is no
 * memory. */
int door_open(struct session *session, const struct door *door);

/* Worker: nothing more is taken from the client. Frees what open took. */
void door_close(struct session *session, const struct door *door);

/* Supervisor, and a worker whose client is not in yet: adds what is said to a connection that is refused. */
void door_refuse(const struct door *door, struct text *text, const char *why);

#endif
