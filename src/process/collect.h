/* From the ring to the archivist: batches of records, each one message of a socket. */
#ifndef FORKCHAT_PROCESS_COLLECT_H
#define FORKCHAT_PROCESS_COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include "child_start.h"
#include "event/event.h"
#include "history/history.h"

/* Bytes of records in one batch. */
#define BATCH_SIZE 65536u

/* What stands before them. */
struct batch_head {
    uint32_t format;
    uint32_t epoch;         /* the archivist it is for: another one has been told otherwise */
    uint64_t upto;          /* everything in the ring before that position is in this batch or one before */
    struct history_gap gap; /* records before those of this batch that there was no room for; count 0: none */
};
#define BATCH_FORMAT UINT32_C(0x666b4201)

/* The names of channels, by number, as of the events that were read. */
struct channel_names;
struct channel_names *channel_names_new(const struct world *world);

/* The records that an event makes: one, or one for each channel of somebody who left or took another nick. `take` is
 * given each. */
typedef void collect_take(void *context, struct history_record *record);
void collect_event(struct channel_names *names, const struct world *world, const struct event *event,
                   collect_take *take, void *context);

/* The collector: reads the ring, and keeps in its own memory what the archivist has not written yet. Returns the exit
 * status. */
int collector_main(const struct child_start *start);

#endif
