/* Tab at a peer: the rest of a peer's name, a command, an offered file or a path. */
#ifndef FORKCHAT_LAN_COMPLETE_H
#define FORKCHAT_LAN_COMPLETE_H

#include "lan/peer.h"
#include "tty/edit.h"

/* Each completes what stands before the cursor as far as it is certain, and shows what it may be if nothing more is. */

/* A message or a command: RECIPIENT: or /COMMAND, and what that takes. `command` gives the names of the commands, one
 * for each number from 0 on, then NULL. */
void complete_message(struct peer *peer, struct edit *edit, const char *command(size_t number));

/* The whole line is PEER:NAME. */
void complete_offered(struct peer *peer, struct edit *edit);

/* The whole line is the path of a file or folder. May wait for a disk. */
void complete_path(struct edit *edit);

#endif
