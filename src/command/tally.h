/* What the tables hold, counted. */
#ifndef FORKCHAT_COMMAND_TALLY_H
#define FORKCHAT_COMMAND_TALLY_H

#include "session.h"

struct tally {
    uint32_t present, most, operators, channels, doors[DOOR_KINDS];
    uint64_t arrivals;
};

/* Takes the lock several times for a moment, so that nobody waits: not quite of one moment. */
void tally_take(struct session *session, struct tally *tally);

#endif
