/* The keeper of accounts: the one process that knows what passwords are proved against. */
#ifndef FORKCHAT_PROCESS_KEEPER_MAIN_H
#define FORKCHAT_PROCESS_KEEPER_MAIN_H

#include "child_start.h"

int keeper_main(const struct child_start *start);

#endif
