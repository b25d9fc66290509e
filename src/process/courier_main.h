/* The start of a courier process. */
#ifndef FORKCHAT_PROCESS_COURIER_MAIN_H
#define FORKCHAT_PROCESS_COURIER_MAIN_H

#include "child_start.h"

/* Serves until it is to end or to make way for another (courier_run). Returns the exit status. */
int courier_main(const struct child_start *start);

#endif
