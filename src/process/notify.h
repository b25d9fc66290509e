/* The service manager, where one started the daemon: what it is told, as sd_notify(3) has it, and what it keeps for the
 * next supervisor. Spoken directly, to the socket that NOTIFY_SOCKET names; without one, nothing here does anything.
 * Called by the supervisor alone. */
#ifndef FORKCHAT_PROCESS_NOTIFY_H
#define FORKCHAT_PROCESS_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; warns of an address that is none. The variables stay, for a
 * program that is executed in this one's place. */
void notify_open(void);

bool notify_is_open(void);

/* Within how many nanoseconds the manager wants a sign of life, each time; 0: it wants none. */
int64_t notify_watchdog(void);

/* Says lines such as "READY=1\nSTATUS=well". Waits for at most a second where the manager reads nothing; that it could
 * not be told is logged once. */
void notify_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Has the manager keep a copy of a descriptor, and give it by that name to the program that it starts next; forget: has
 * it close all that it keeps by that name. A name has at most NOTIFY_NAME_SIZE - 1 characters and no colon. What is
 * kept already is not kept twice. */
#define NOTIFY_NAME_SIZE 128
void notify_store(const char *name, int fd);
void notify_forget(const char *name);

/* Waits until the manager has done what it was told so far, for five seconds at most. */
void notify_wait(void);

#endif
