/* Named places at which a test may have the process die. Nothing at all unless built with -DCRASHPOINTS.
 *
 * A test names a file of at least 128 bytes in the environment, FORKCHAT_CRASHPOINTS, and writes "!NAME COUNT PID"
 * to it while the daemon runs: that process (with -PID: any child of that one) dies when it passes NAME for the COUNTth
 * time, as if by kill -9, and "!" becomes "+". With "?" for "!" it stops there instead, with "&" it writes where there
 * is no memory, with "^" it calls itself until there is no more stack, with "@" it loops. A number behind PID is how
 * many are to die so, one after the other, before "+" says that all have. */
#ifndef FORKCHAT_BASE_CRASHPOINT_H
#define FORKCHAT_BASE_CRASHPOINT_H

#include <stddef.h>

/* TRESPASS: what came from a client, who may ask a process to try what the sandbox must refuse (t/trespass/trespass.c).
 */
#ifdef CRASHPOINTS
void crashpoint_pass(const char *name);
#define CRASHPOINT(name) crashpoint_pass(name)
void trespass(const char *bytes, size_t length);
#define TRESPASS(bytes, length) trespass(bytes, length)
#else
#define CRASHPOINT(name)        ((void)0)
#define TRESPASS(bytes, length) ((void)0)
#endif

#endif
