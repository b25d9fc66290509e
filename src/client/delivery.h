/* What becomes of what the user typed: held while nobody can be reached, sent, then known to have arrived. What was on
 * its way when the connection broke is sent again if it never left, and else told to the user. */
#ifndef FORKCHAT_CLIENT_DELIVERY_H
#define FORKCHAT_CLIENT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct delivery_line;

struct delivery_list {
    struct delivery_line *first, *last;
    size_t count;
};

/* Belongs to the session; delivery.c alone touches the fields. */
struct delivery {
    struct delivery_list held; /* as typed; for when everything is joined again */
    struct delivery_list sent; /* as the door has them; the oldest that may not have arrived first */
    uint64_t total;            /* lines ever sent */
    uint64_t asked;            /* an answer to our question proves so many; 0: no question is open */
    int64_t asked_at;          /* clock_monotonic() of the last question */
};

void delivery_free(struct delivery *delivery);

/* Keeps a line of the user for later, with the window it was typed in, and says so. */
void delivery_hold(struct session *session, const char *line, bool literal);

/* Says `text` in the window in view, or keeps it for later. */
void delivery_say(struct session *session, const char *text);

/* Lines can be said again: gives what was held to `input`, in its order, as if it were typed now. */
typedef void delivery_input(struct session *session, const char *line, bool literal);
void delivery_release(struct session *session, delivery_input *input);

/* Sends what waits and may go at `now` (clock_monotonic()). */
void delivery_send(struct session *session, int64_t now);

/* Milliseconds from `now` (clock_monotonic()) until the other side is to be asked whether all has arrived, -1 if it is
 * not; delivery_ask asks if that is now. */
int delivery_wait(const struct session *session, int64_t now);
void delivery_ask(struct session *session, int64_t now);

/* So much may have arrived or not that no more is to be sent before the other side has answered. */
bool delivery_full(const struct session *session, int64_t now);

/* The other side has answered that. */
void delivery_confirm(struct session *session);

/* The connection is lost, and its state is still as it was: what was not written waits again, the rest is told. */
void delivery_lose(struct session *session);

/* Gives up all that was typed and not sent; returns how many lines that were. */
size_t delivery_flush(struct session *session);

/* How many lines were typed and not sent. */
size_t delivery_unsent(const struct session *session);

#endif
