/* The processes behind a connection that is no client's: one operator at forkchatctl(8), one question for metrics. */
#ifndef FORKCHAT_PROCESS_CONTROL_H
#define FORKCHAT_PROCESS_CONTROL_H

#include "command/session.h"
#include "confine.h"
#include "control_listener.h"
#include "world/world.h"

/* What the supervisor gives its control children. */
struct control_start {
    struct world *world;
    const struct settings *settings;
    const struct confinement *confinement;
    const struct control_listener *listener;
    int socket;
    enum door_kind service;
    int supervisor; /* a pipe: one byte has it look at what it was ordered */
};

/* Serves the connection until its end. */
void control_run(const struct control_start *start);

/* Makes `session` the server's own, with nobody behind it yet: who uses it sets `deliver` and `wait`. */
void control_begin(struct session *session, const struct control_start *start);

#endif
