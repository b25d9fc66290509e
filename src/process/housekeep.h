/* Housekeeping: what every process with a session does between two reads of its input, beside its work. */
#ifndef FORKCHAT_PROCESS_HOUSEKEEP_H
#define FORKCHAT_PROCESS_HOUSEKEEP_H

#include "child_start.h"
#include "command/session.h"

struct housekeep {
    uint32_t version;     /* of the settings the session has; at first as the child was given them */
    struct settings *own; /* those, if they came from here; NULL: they were inherited */
};

/* Has the session use settings published since, if there are any, and renews a worker's limit of processor time.
 * Between two lines of its client only: the settings it had are freed. The session goes on with those if there is no
 * memory. */
void housekeep(struct session *session, struct housekeep *state, const struct child_start *start);

#endif
