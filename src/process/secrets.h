/* What operators' passwords are checked against: in memory of its own, which the supervisor writes, the keeper reads,
 * and no process that reads from a client has. */
#ifndef FORKCHAT_PROCESS_SECRETS_H
#define FORKCHAT_PROCESS_SECRETS_H

#include "conf/settings.h"

struct secrets_shm; /* private to secrets.c */

/* Makes it, with nothing in it. Returns a close-on-exec descriptor, or -1 and errno. Does not block. */
int secrets_make(void);

/* Takes the hashes of all operators out of the settings, and puts them there instead of what there was. Returns 0, or
 * -1 and errno with nothing changed. Does not block. */
int secrets_put(int fd, struct settings *settings);

/* The memory, until the process ends; NULL and errno. */
const struct secrets_shm *secrets_open(int fd);

/* Whether those `length` bytes are the hash of that operator. Waits for a moment if it is being written. */
bool secrets_hold(const struct secrets_shm *secrets, const char *name, const char *hash, size_t length);

#endif
