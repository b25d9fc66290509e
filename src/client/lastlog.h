/* What was said in a window, found again. */
#ifndef FORKCHAT_CLIENT_LASTLOG_H
#define FORKCHAT_CLIENT_LASTLOG_H

#include "session.h"

/* The commands /search WORDS and /lastlog WORDS. */
void lastlog_search(struct session *session, char *arguments);
void lastlog_list(struct session *session, char *arguments);

/* Goes to the next line that holds what /search looked for last: back (-1) or on (1). */
void lastlog_step(struct session *session, int step);

#endif
