/* All numbers in the text format of Prometheus. */
#ifndef FORKCHAT_COMMAND_METRICS_H
#define FORKCHAT_COMMAND_METRICS_H

#include "session.h"

/* Adds them to the session's answer. */
void metrics_write(struct session *session);

#endif
