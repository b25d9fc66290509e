/* The inside of a courier: for the files courier*.c alone. */
#ifndef FORKCHAT_PROCESS_COURIER_PARTS_H
#define FORKCHAT_PROCESS_COURIER_PARTS_H

#include "audience.h"
#include "courier.h"
#include "owners.h"
#include "render.h"
#include "world/counters.h"

/* How often a slow client is tried again: at first, and at last if it takes nothing. */
#define SLOW_MS      5
#define SLOW_MOST_MS 640

/* A socket that came before its ATTACH. */
struct early {
    int fd;
    uint32_t generation;
};

struct courier {
    struct world *world;
    const struct settings *settings;
    uint32_t number;
    int mailbox;
    struct audience audience;
    struct render *render;
    struct early *early; /* by connection */
    struct owners *owners;
    uint64_t position; /* in the ring: all before it is delivered or in the running batch */
    uint64_t cursor;   /* where the courier before this one was */
    uint64_t event;    /* counts events, for `seen` */
    struct client **touched;
    size_t touched_count, touched_size;
    struct client **slow;
    size_t slow_count, slow_size;
    struct client *draining;
    int64_t due;                     /* when the next of the slow is to be tried, clock_monotonic() */
    size_t queued;                   /* bytes that wait for slow clients, of all together */
    uint64_t counts[COURIER_COUNTS]; /* since they were last added to the shared ones, once a batch */
};

/* ---- courier_clients.c: sockets, and the copy of who is where ---- */

/* Whether the connection is this courier's. */
bool courier_is_ours(const struct courier *courier, uint32_t connection);

/* Appends to a list that grows. Exits if there is no memory. */
void courier_push(struct client ***list, size_t *count, size_t *size, struct client *client);

/* The client has output in the running batch. */
void courier_touch(struct courier *courier, struct client *client);

/* Empties the mailbox: a socket goes to its client, or waits for the ATTACH to come. */
void courier_take_sockets(struct courier *courier);

/* Closes a socket that came for a connection up to `generation`, which will have no ATTACH. */
void courier_drop_early(struct courier *courier, uint32_t connection, uint32_t generation);

/* A new client, going on with its stream if another courier began it. NULL if there can be none. */
struct client *courier_attach(struct courier *courier, uint32_t connection, uint32_t generation, uint32_t user,
                              uint32_t door);

/* The same for the one that an ATTACH or DETACH tells of, as it is there. */
struct client *courier_attach_told(struct courier *courier, const struct event *event);

/* The client becomes another user's, as an ADOPT tells; or, with `forth` false, is again whose it was before. */
void courier_hand_to(struct courier *courier, struct client *client, const struct event *event, bool forth);

/* Adds what tells the client of the end, where its transport does that; away: the server stops. */
void courier_tell_end(struct courier *courier, struct client *client, bool away);

/* The client is no longer part of anything, but may have something left to read. */
void courier_let_go(struct courier *courier, struct client *client, bool hang_up);

/* The client is not there yet: its ATTACH is still to come. Keeps its socket for that. */
void courier_undo_attach(struct courier *courier, struct client *client);

/* What an event changes in the copy: before it is delivered, and after. The user whose memberships or flags it changes.
 */
void courier_apply_before(struct courier *courier, const struct event *event);
void courier_apply_after(struct courier *courier, const struct event *event);
uint32_t courier_concerned_user(const struct event *event);

/* ---- courier_deliver.c ---- */

/* Delivers the event of a record to those of this courier's clients whom it is for. */
void courier_take_event(struct courier *courier, const struct ring_record *record);

/* ---- courier_send.c ---- */

/* Sends the running batch and moves the cursor behind it. */
void courier_send_batch(struct courier *courier);

/* Tries those again who did not take everything, each when it is time (`now`: clock_monotonic). */
void courier_retry_slow(struct courier *courier, int64_t now);

/* For how many milliseconds there is nothing to try or to close; at most `most`. */
int courier_slow_rest(const struct courier *courier, int most);

/* Closes those who left and have read everything, or took too long. */
void courier_close_draining(struct courier *courier, int64_t now);

/* ---- courier_replace.c ---- */

/* Takes the clients that are there from the tables, as they were where the courier before this one
 * stopped. */
void courier_start(struct courier *courier);

#endif
