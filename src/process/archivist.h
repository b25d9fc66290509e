/* The start of the archivist. */
#ifndef FORKCHAT_PROCESS_ARCHIVIST_H
#define FORKCHAT_PROCESS_ARCHIVIST_H

#include "child_start.h"

/* Writes the history and answers questions about it, until it is to end. Returns the exit status. */
int archivist_main(const struct child_start *start);

#endif
