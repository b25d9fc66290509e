/* Owners: only the process that serves a slot may hand over its socket. A worker that was taken over could else have
 * what is meant for somebody else sent to its own client.
 *
 * The kernel says which process sent a message; nothing that a worker could not have changed says whose slot it is, the
 * tables least of all. But a worker hands over its own socket before it reads a byte, so by the time it can be anybody
 * else's, its process has a slot; and it gets no other. What the supervisor knew when the courier was started comes
 * first. */
#ifndef FORKCHAT_PROCESS_OWNERS_H
#define FORKCHAT_PROCESS_OWNERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct owners;

/* For so many slots. Exits if there is no memory. */
struct owners *owners_new(uint32_t slots);

/* That process serves that slot: the supervisor says so. */
void owners_tell(struct owners *owners, uint32_t slot, pid_t pid);

/* Whether the process may hand over a socket for that slot and generation, which is its own from then on. pid 0: the
 * system cannot tell who it is, and anybody may. */
bool owners_accept(struct owners *owners, uint32_t slot, uint32_t generation, pid_t pid);

/* The process of that slot and generation is dead. */
void owners_forget(struct owners *owners, uint32_t slot, uint32_t generation);

#endif
