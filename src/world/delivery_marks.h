/* How far each client's stream of bytes has come: for a courier that takes another's place. */
#ifndef FORKCHAT_WORLD_DELIVERY_MARKS_H
#define FORKCHAT_WORLD_DELIVERY_MARKS_H

#include <stdatomic.h>

#include "world.h"

/* A mark: of the events before `position`, the client's part is `bytes` bytes, and the kernel has them all.
 * Written by the client's courier alone, without the lock; two slots, so that one is whole at any instant. */
struct delivery_mark {
    uint64_t position;
    uint64_t bytes;
};

struct delivery_marks_shm {
    _Alignas(64) _Atomic uint32_t generation; /* whose marks they are; 0: nobody's */
    _Atomic uint32_t current;                 /* the slot that holds */
    _Atomic uint32_t behind;                  /* later events have had bytes that the kernel has not all got */
    _Atomic uint32_t hung_up;                 /* by the courier */
    struct delivery_mark slots[2];
};

/* A client of that connection, whose stream is empty. False if the marks are those of one that came after it: a courier
 * that takes another's place meets clients again whose successors are there already. */
bool delivery_marks_begin(struct world *world, uint32_t connection, uint32_t generation, uint64_t position);

/* The kernel has all `bytes` bytes of the events before `position`. */
void delivery_marks_set(struct world *world, uint32_t connection, uint64_t position, uint64_t bytes);

/* It has not all of what came after the mark. */
void delivery_marks_set_behind(struct world *world, uint32_t connection);

/* The courier has hung up on it: its worker does not act on what the client has still said. */
void delivery_marks_set_hung_up(struct world *world, uint32_t connection);

/* Whether the courier has hung up on that client. */
bool delivery_marks_hung_up(const struct world *world, uint32_t connection, uint32_t generation);

/* The mark of that client; false if there is none. */
bool delivery_marks_get(const struct world *world, uint32_t connection, uint32_t generation, struct delivery_mark *mark,
                        bool *behind);

#endif
