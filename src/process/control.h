/* The processes behind a connection that is no client's: one operator at forkchatctl(8), one question for metrics. */
#ifndef FORKCHAT_PROCESS_CONTROL_H
#define FORKCHAT_PROCESS_CONTROL_H

#include "child_start.h"
#include "command/session.h"

/* Serves the connection until its end. Returns the exit status. */
int control_main(const struct child_start *start);

/* Makes `session` the server's own, with nobody behind it yet, in a process that is such a host. */
void control_begin(struct session *session, const struct child_start *start, const struct session_host *host);

#endif
