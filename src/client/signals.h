/* Signals as something to poll(2) for. */
#ifndef FORKCHAT_CLIENT_SIGNALS_H
#define FORKCHAT_CLIENT_SIGNALS_H

/* Bits of what signals_take returns. */
#define SIGNALS_LEAVE  1u /* SIGTERM, SIGHUP, SIGINT, SIGQUIT */
#define SIGNALS_RESIZE 2u /* SIGWINCH */
#define SIGNALS_STOP   4u /* SIGTSTP */
#define SIGNALS_AGAIN  8u /* SIGCONT */

/* Catches them (SIGPIPE is ignored). Returns a descriptor that is readable when some have come, or -1. */
int signals_init(void);

/* Which have come since the last call. */
unsigned signals_take(void);

#endif
