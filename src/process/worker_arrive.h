/* The first half of a worker's life at a door whose clients must shake hands: before there is a session. */
#ifndef FORKCHAT_PROCESS_WORKER_ARRIVE_H
#define FORKCHAT_PROCESS_WORKER_ARRIVE_H

#include "child_start.h"
#include "transport/door.h"

/* What came and is not taken yet. */
struct worker_input {
    char bytes[16384]; /* of one read; all their lines are dealt with before anybody is woken */
    size_t start, length;
};

/* Reads and answers until the client is in, or the connection is over; then it has been ended in this direction, and
 * what the client still sent was read. What came behind the handshake is in `input`. newcomer->address is the client's
 * then: one that a proxy told may come in, by what the supervisor says. Blocks, but for no more than some tens of
 * seconds. */
enum newcomer_result worker_arrive(const struct child_start *start, const struct door *door, struct newcomer *newcomer,
                                   struct worker_input *input);

#endif
