/* The processes behind a connection that is no client's: one operator at forkchatctl(8), one question for metrics. */
#ifndef FORKCHAT_PROCESS_CONTROL_H
#define FORKCHAT_PROCESS_CONTROL_H

#include "command/session.h"
#include "confine.h"
#include "desk.h"
#include "world/world.h"

/* What the supervisor gives its children at the desk. */
struct control_birth {
    struct world *world;
    const struct settings *settings;
    const struct confinement *confinement;
    const struct desk *desk;
    int socket;
    enum door_kind service;
    int supervisor; /* a pipe: one byte has it look at what it was ordered */
};

/* Serves the connection until its end. */
void control_run(const struct control_birth *birth);

/* Makes `session` the server's own, with nobody behind it yet: who uses it sets `deliver` and `wait`. */
void control_begin(struct session *session, const struct control_birth *birth);

#endif
