/* A listener in words, for a supervisor to come, which is given its socket. */
#ifndef FORKCHAT_PROCESS_LISTENER_TEXT_H
#define FORKCHAT_PROCESS_LISTENER_TEXT_H

#include "listeners.h"

/* One word without a colon: door, address as configured, and what else is known of it. */
#define LISTENER_TEXT_SIZE 100
void listener_text_write(const struct listener *listener, char text[LISTENER_TEXT_SIZE]);

/* Reads that; the listener has no socket yet. False for anything else. */
bool listener_text_read(struct listener *listener, const char *text);

#endif
