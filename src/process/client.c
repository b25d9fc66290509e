/* A courier's clients, one by one. Private to a courier, but for the marks at which a stream begins, which no lock
 * guards.
 *
 * The table says what becomes of a client in each state (rows) at each event (columns); `_` is what cannot happen.
 * Whether a client has output in the running batch, or is slow to take earlier output, is no part of the state: it may
 * be so in any. */
#include "client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/port.h"
#include "base/text.h"
#include "world/delivery_marks.h"

#define NEVER CLIENT_STATES

enum client_state client_next(enum client_state state, enum client_event event)
{
    enum {
        LIVE = CLIENT_LIVE,
        RES = CLIENT_RESUMING,
        CUT = CLIENT_CUT_OFF,
        SUP = CLIENT_SUPERSEDED,
        DR = CLIENT_DRAINING,
        DRES = CLIENT_DRAINING_RESUMING,
        DCUT = CLIENT_DRAINING_CUT_OFF,
        _ = NEVER
    };
    /* clang-format off */
    static const unsigned char table[CLIENT_STATES][CLIENT_EVENTS] = {
        /*                            BEGUN MET_LATE RESUMED SOCKET OVERWRITTEN LEFT */
        [CLIENT_NEW] =               {LIVE, SUP,     RES,    _,     _,          _},
        [CLIENT_LIVE] =              {_,    _,       _,      LIVE,  CUT,        DR},
        [CLIENT_RESUMING] =          {_,    _,       _,      LIVE,  CUT,        DRES},
        [CLIENT_CUT_OFF] =           {_,    _,       _,      CUT,   _,          DCUT},
        [CLIENT_SUPERSEDED] =        {_,    _,       _,      SUP,   _,          DR},
        [CLIENT_DRAINING] =          {_,    _,       _,      DR,    _,          _},
        [CLIENT_DRAINING_RESUMING] = {_,    _,       _,      DR,    _,          _},
        [CLIENT_DRAINING_CUT_OFF] =  {_,    _,       _,      DCUT,  _,          _},
    };
    /* clang-format on */
    return (enum client_state)table[state][event];
}

void client_note(struct client *client, enum client_event event)
{
    enum client_state after = client_next(client->state, event);
    if (after == NEVER)
        bug("event %d of a client in state %d", (int)event, (int)client->state);
    client->state = after;
}

bool client_is_draining(const struct client *client)
{
    return client->state == CLIENT_DRAINING || client->state == CLIENT_DRAINING_RESUMING ||
           client->state == CLIENT_DRAINING_CUT_OFF;
}

bool client_owns_marks(const struct client *client)
{
    return client->state != CLIENT_SUPERSEDED && !client_is_draining(client);
}

/* ---- from the first to the last ---- */

struct client *client_new(uint32_t connection, uint32_t generation, uint32_t user, uint32_t door)
{
    struct client *client = memory_must(calloc(1, sizeof *client));
    client->connection = connection;
    client->generation = generation;
    client->user = user;
    client->door = door;
    client->copy.current = NONE;
    outbox_init(&client->outbox);
    return client;
}

void client_free(struct client *client)
{
    while (client->copy.subscriptions)
        client_unsubscribe(client, client->copy.subscriptions->key);
    outbox_free(&client->outbox);
    free(client->copy.channels);
    free(client);
}

void client_begin(struct client *client, struct world *world, uint64_t cursor, uint64_t position)
{
    struct delivery_mark mark;
    bool behind;
    if (!delivery_marks_get(world, client->connection, client->generation, &mark, &behind)) {
        bool begun = delivery_marks_begin(world, client->connection, client->generation, position);
        client_note(client, begun ? CLIENT_BEGUN : CLIENT_MET_LATE);
        /* How far this stream came is not known any more, and its worker is dead, for another has the slot. Its socket
         * may still come, out of the mailbox of a courier that was stopped: lines it was sent would be sent twice. */
        if (!begun)
            client->stream.from = UINT64_MAX;
        return;
    }
    client->stream.from = behind || mark.position > cursor ? mark.position : cursor;
    client->stream.resumed = client->outbox.total = mark.bytes;
    client_note(client, CLIENT_RESUMED);
}

void client_take_socket(struct client *client, int fd)
{
    uint64_t written;
    bool resuming = client->state == CLIENT_RESUMING || client->state == CLIENT_DRAINING_RESUMING;
    if (client->outbox.fd >= 0)
        close(client->outbox.fd); /* the same socket, handed over twice */
    client->outbox.fd = fd;
    if (resuming && port_tcp_written(fd, &written) == 0 && written > client->stream.resumed)
        outbox_skip(&client->outbox, written - client->stream.resumed);
    client_note(client, CLIENT_SOCKET);
    if (client->state == CLIENT_CUT_OFF || client->state == CLIENT_DRAINING_CUT_OFF ||
        client->state == CLIENT_SUPERSEDED)
        client_hang_up(client);
}

void client_hang_up(const struct client *client)
{
    if (client->outbox.fd >= 0)
        shutdown(client->outbox.fd, SHUT_RDWR);
}

void client_cut_off(struct client *client, uint64_t cursor)
{
    client->stream.from = cursor;
    client_note(client, CLIENT_OVERWRITTEN);
    client_hang_up(client);
}

void client_leave(struct client *client, int64_t deadline, bool hang_up)
{
    client_note(client, CLIENT_LEFT);
    client->draining.deadline = deadline;
    client->draining.hang_up = hang_up;
}

/* ---- keys of metadata ---- */

bool client_is_subscribed(const struct client *client, const char *key)
{
    const struct subscription *at = client->copy.subscriptions;
    while (at && strcmp(at->key, key) != 0)
        at = at->next;
    return at != NULL;
}

void client_subscribe(struct client *client, const char *key)
{
    if (client_is_subscribed(client, key))
        return;
    struct subscription *subscription = memory_must(calloc(1, sizeof *subscription));
    text_copy(subscription->key, sizeof subscription->key, key);
    subscription->next = client->copy.subscriptions;
    client->copy.subscriptions = subscription;
}

void client_unsubscribe(struct client *client, const char *key)
{
    for (struct subscription **at = &client->copy.subscriptions; *at; at = &(*at)->next) {
        struct subscription *subscription = *at;
        if (strcmp(subscription->key, key) == 0) {
            *at = subscription->next;
            free(subscription);
            return;
        }
    }
}
