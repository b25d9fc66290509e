/* A process that does nothing but see to it that the terminal is given back, whatever becomes of the program. */
#ifndef FORKCHAT_TTY_GUARDIAN_H
#define FORKCHAT_TTY_GUARDIAN_H

#include <stdbool.h>

/* Call while the terminal is as it shall be left, before threads and children. Forks: returns in the child, which is to
 * be the client, with a descriptor that becomes readable when the guardian is gone (or -1: there is no guardian, carry
 * on). The parent never returns: it waits for the client, puts the terminal right and ends as the client did.
 * `reset`: what undoes all that the client's screen switches on, for as long as the program lives; "" if that is
 * nothing. Call port_title_init before: the guardian takes its own title, "NAME: guardian of the terminal". */
int guardian_start(const char *name, const char *reset);

/* In the client, when the guardian is gone: whether it has given the terminal back before. */
bool guardian_has_reset(int guardian);

/* From the client: the screen is on (needs resetting) or off. */
void guardian_screen(int guardian, bool on);

/* In the client, told by SIGTSTP: stops it as that does by default, once, however often it is told (the terminal tells
 * both processes, and the guardian passes it on). Returns when it goes on, with SIGTSTP as it was. */
void guardian_stop(void);

#endif
