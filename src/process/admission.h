/* Admission: how many clients there are of each address and network, how fast they come, and what they owe.
 * Kept by the supervisor alone. */
#ifndef FORKCHAT_PROCESS_ADMISSION_H
#define FORKCHAT_PROCESS_ADMISSION_H

#include "base/net.h"
#include "conf/settings.h"
#include "world/penalties.h"

enum admission {
    ADMISSION_GRANTED,
    ADMISSION_PENALTY,
    ADMISSION_RATE,
    ADMISSION_ADDRESS, /* max-clients-per-address */
    ADMISSION_NETWORK, /* max-clients-per-network */
};

/* Room for the clients of that many slots, all of them empty; what was counted before is forgotten. Exits if there is
 * no memory. */
void admission_start(uint32_t slots);

/* The client of that slot counts from now on, or no longer. `host` is as of net_host_bytes; for a client whose address
 * is only known from the tables (struct user_shm, host) net_parse_host makes it. Slots are counted once, however often
 * either is called. */
void admission_add(const struct settings *settings, uint32_t number, const unsigned char host[16]);
void admission_remove(uint32_t number);
bool admission_counts(uint32_t number);

/* Whether one more may come in from there; counts it towards connect-rate. `now` is clock_monotonic(). *seconds: for
 * how long it is refused yet, if that is ADMISSION_PENALTY. Cheap, however many clients there are. */
enum admission admission_check(const struct settings *settings, const struct world *world, const unsigned char host[16],
                               int64_t now, int64_t *seconds);

/* The client of that slot made trouble, and its address owes for it; PENALTY_NONE does nothing. The slot must still
 * count. Returns for how many seconds nobody may come in from there, if that is new, or 0. */
int64_t admission_blame_locked(const struct settings *settings, struct world *world, uint32_t number,
                               enum penalty reason, int64_t now);

/* Logs it, if these seconds are not 0. */
void admission_tell(uint32_t number, enum penalty reason, int64_t seconds);

#endif
