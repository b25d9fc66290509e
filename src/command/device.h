/* Devices: one account's connections, told apart by a name that each gives behind its account's when it logs in, as in
 * toto@phone. When a device comes again it is shown what was said since it was last here, where its user is and in
 * private, unless its client asks for that by itself (draft/chathistory). */
#ifndef FORKCHAT_COMMAND_DEVICE_H
#define FORKCHAT_COMMAND_DEVICE_H

#include "session.h"

/* Divides ACCOUNT@DEVICE; without an @ the device is "". False if one of them cannot be. */
bool device_divide(const char *name, char account[ACCOUNT_SIZE], char device[DEVICE_SIZE]);

/* The session is about to be that account's, of which it has given proof, on that device. Asks the keeper when that was
 * last here. */
void device_begin(struct session *session, const char *account, const char *device);

/* Since when the session's device was not here, ms since 1970: while the client is coming in, as long as it takes to
 * join channels; past.h shows it then. 0: that is not known, or the client asks by itself. */
int64_t device_away_since(const struct session *session);

/* The connection has ended: what comes now is missed. Waits for the keeper for some seconds at most. */
void device_end(struct session *session);

#endif
