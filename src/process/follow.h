/* Following the settings: what a process forked before a reload does to have the new ones. */
#ifndef FORKCHAT_PROCESS_FOLLOW_H
#define FORKCHAT_PROCESS_FOLLOW_H

#include "command/session.h"

struct follow {
    uint32_t version;      /* of the settings the session has */
    struct settings *own;  /* those, if they came from here; NULL: they were inherited */
};

/* Has the session use settings published after follow->version, if there are any. Between two lines of its client only:
 * the ones it had are freed. The session goes on with those if there is no memory. */
void follow_settings(struct session *session, struct follow *follow);

#endif
