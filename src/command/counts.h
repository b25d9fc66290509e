/* What the tables hold, counted. */
#ifndef FORKCHAT_COMMAND_COUNTS_H
#define FORKCHAT_COMMAND_COUNTS_H

#include "session.h"

struct counts {
    uint32_t present, most, operators, channels, doors[DOOR_KINDS];
    uint64_t arrivals;
};

/* Takes the lock several times for a moment, so that nobody waits: not quite of one moment. */
void counts_take(struct session *session, struct counts *counts);

#endif
