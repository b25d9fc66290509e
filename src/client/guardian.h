/* A process that does nothing but see to it that the terminal is given back, whatever becomes of the client. */
#ifndef FORKCHAT_CLIENT_GUARDIAN_H
#define FORKCHAT_CLIENT_GUARDIAN_H

#include <stdbool.h>

/* Call while the terminal is as it shall be left. Forks: returns in the child, which is to be the client, with
 * a descriptor that becomes readable when the guardian is gone (or -1: there is no guardian, carry on). The
 * parent never returns: it waits for the client, puts the terminal right and ends as the client did. */
int guardian_start(void);

/* In the client, when the guardian is gone: whether it has given the terminal back before. */
bool guardian_has_reset(int guardian);

/* From the client: the screen is on (needs resetting) or off. */
void guardian_screen(int guardian, bool on);

#endif
