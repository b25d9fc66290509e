/* One peer, from its beginning to its end. */
#ifndef FORKCHAT_LAN_LOOP_H
#define FORKCHAT_LAN_LOOP_H

#include "lan/options.h"

/* Runs a peer to its end. Returns the exit status. */
int loop_run(const struct options *options);

#endif
