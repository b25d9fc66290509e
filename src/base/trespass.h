/* What a worker must not do, done on its client's demand, for tests of the sandbox. Nothing at all unless built with
 * -DCRASHPOINTS.
 *
 * A client whose bytes begin with "TRESPASS WHAT ARGUMENT" has the process that reads them try it: trespass.c has the
 * list. What came of it, if the process lives on, is a line of the log. */
#ifndef FORKCHAT_BASE_TRESPASS_H
#define FORKCHAT_BASE_TRESPASS_H

#ifdef CRASHPOINTS
#include <stddef.h>
void trespass(const char *bytes, size_t length);
#define TRESPASS(bytes, length) trespass(bytes, length)
#else
#define TRESPASS(bytes, length) ((void)0)
#endif

#endif
