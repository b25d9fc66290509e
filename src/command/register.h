/* Arriving at doors for people. */
#ifndef FORKCHAT_COMMAND_REGISTER_H
#define FORKCHAT_COMMAND_REGISTER_H

#include "session.h"

/* The client is here: greets it, tells the others. */
void register_arrive(struct session *session);

#endif
