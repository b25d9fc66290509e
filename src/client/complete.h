/* Tab: the rest of a nick, a channel or a command. */
#ifndef FORKCHAT_CLIENT_COMPLETE_H
#define FORKCHAT_CLIENT_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "tty/edit.h"
#include "session.h"

/* Belongs to its user; start with zeros. */
struct complete {
    bool active;       /* the last key was Tab: the next one changes the word again */
    size_t start, end; /* of the word in the line */
    char stem[WINDOW_NAME_SIZE];
    int chosen;
};

/* Completes the word before the cursor; again (without another key between) takes the next that fits, or the
 * one before if `back`. False if nothing fits. */
bool complete_next(struct complete *complete, const struct session *session, struct edit *edit, bool back);

/* Another key than Tab. */
void complete_stop(struct complete *complete);

#endif
