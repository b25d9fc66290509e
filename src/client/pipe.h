/* Without a terminal: lines in, lines out. */
#ifndef FORKCHAT_CLIENT_PIPE_H
#define FORKCHAT_CLIENT_PIPE_H

#include "session.h"

/* Runs until the session has ended. `signals`: the descriptor of signals_init. */
void pipe_run(struct session *session, int signals);

#endif
