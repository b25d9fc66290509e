/* Who may come in: limits by address, kept by the supervisor alone. */
#ifndef FORKCHAT_PROCESS_ADMISSION_H
#define FORKCHAT_PROCESS_ADMISSION_H

#include "base/net.h"
#include "world/settings.h"

/* Whether one more connection from there is within connect-rate; counts it. `now` is clock_elapsed(). */
bool admission_rate(const struct settings *settings, const struct net_address *from, int64_t now);

#endif
