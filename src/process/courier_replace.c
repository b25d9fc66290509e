/* Taking the place of a courier that died: the tables as they are now, walked back event by event
 * to where it had come. Takes the lock once, for a look. */
#include "courier_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "world/delivery_marks.h"
#include "world/metadata.h"
#include "world/monitors.h"

/* Takes the clients that are there from the tables. Lock held. */
static void copy_tables_locked(struct courier *courier)
{
    struct world *world = courier->world;
    uint32_t end = world_connections_end_locked(world);
    for (uint32_t i = courier->number; i < end; i += world->limits.couriers) {
        const struct connection_shm *connection = &world->connections[i];
        if (!connection_is_open_locked(world, i))
            continue;
        const struct user_shm *user = &world->users[connection->user];
        struct client *client = courier_attach(courier, i, connection->generation, connection->user, connection->door);
        if (!client)
            continue;
        client->copy.current = connection->current;
        client->copy.caps = connection->caps;
        client->copy.flags = user->flags;
        for (uint32_t at = connection->first_monitor; at < monitor_limit(&world->limits); at = world->monitors[at].next)
            audience_monitor(&courier->audience, client, world->monitors[at].nick);
        for (uint32_t at = NONE; (at = metadata_next_locked(world, METADATA_SUBSCRIPTION, i, at)) != NONE;)
            client_subscribe(client, world->metadata[at].key);
        for (uint32_t at = user->first_membership; at < world->limits.members; at = world->members[at].next_of_user)
            audience_join(&courier->audience, client, world->members[at].channel, world->members[at].flags);
    }
}

typedef void restore_item(struct audience *audience, struct client *client, const char *item);

static void restore_monitor(struct audience *audience, struct client *client, const char *nick)
{
    audience_monitor(audience, client, nick);
}

static void restore_subscription(struct audience *audience, struct client *client, const char *key)
{
    (void)audience;
    client_subscribe(client, key);
}

/* What one who left monitored, or was subscribed to: a list with commas. */
static void restore_list(struct audience *audience, struct client *client, const char *list, restore_item *restore)
{
    char item[NICK_SIZE > METADATA_KEY_SIZE ? NICK_SIZE : METADATA_KEY_SIZE];
    for (const char *at = list; *at; at += *at == ',') {
        struct text text;
        size_t length = strcspn(at, ",");
        text_init(&text, item, sizeof item);
        text_add_bytes(&text, at, length);
        restore(audience, client, item);
        at += length;
    }
}

static void cut_off(struct courier *courier, struct client *client)
{
    if (client_owns_marks(client))
        delivery_marks_set_hung_up(courier->world, client->connection);
    client_cut_off(client, courier->cursor);
}

/* The client is there again that a DETACH took away. */
static void undo_detach(struct courier *courier, const struct event *event)
{
    struct client *client = courier_attach_told(courier, event);
    if (!client)
        return;
    if (client->stream.from && client->stream.from < courier->position)
        cut_off(courier, client);
    restore_list(&courier->audience, client, event->strings.detach.monitored, restore_monitor);
    restore_list(&courier->audience, client, event->strings.detach.subscribed, restore_subscription);
}

static void undo_for_user(struct audience *audience, struct client *client, const struct event *event)
{
    if (event->type == EVENT_JOIN) {
        audience_part(audience, client, event->numbers.join.channel);
        if (client->connection == event->connection)
            client->copy.current = event->numbers.join.current_before;
    } else if (event->type == EVENT_PART || event->type == EVENT_KICK) {
        audience_join(audience, client, event->numbers.part.channel, event->numbers.part.member_flags);
    } else if (event->type == EVENT_STATUS) {
        audience_set_flags(audience, client, event->numbers.status.channel, event->numbers.status.before);
    } else if (event->type == EVENT_FLAGS) {
        client->copy.flags = event->numbers.flags.before;
    }
}

static void undo_for_connection(struct courier *courier, struct client *client, const struct event *event)
{
    struct audience *audience = &courier->audience;
    if (event->type == EVENT_ATTACH) {
        courier_undo_attach(courier, client);
    } else if (event->type == EVENT_ADOPT) {
        courier_hand_to(courier, client, event, false);
    } else if (event->type == EVENT_CURRENT) {
        client->copy.current = event->numbers.current.before;
    } else if (event->type == EVENT_CAPS) {
        client->copy.caps = event->numbers.caps.before_low | (uint64_t)event->numbers.caps.before_high << 32;
    } else if (event->type == EVENT_MONITOR && event->numbers.monitor.on) {
        audience_unmonitor(audience, client, event->strings.monitor.nick);
    } else if (event->type == EVENT_MONITOR) {
        audience_monitor(audience, client, event->strings.monitor.nick);
    } else if (event->type == EVENT_SUBSCRIBE && event->numbers.subscribe.on) {
        client_unsubscribe(client, event->strings.subscribe.key);
    } else if (event->type == EVENT_SUBSCRIBE) {
        client_subscribe(client, event->strings.subscribe.key);
    }
}

static void undo(struct courier *courier, const struct event *event)
{
    struct audience *audience = &courier->audience;
    if (event->type == EVENT_DETACH && courier_is_ours(courier, event->connection))
        undo_detach(courier, event);
    for (struct client *client = audience_user(audience, courier_concerned_user(event)); client;
         client = client->copy.next_of_user)
        undo_for_user(audience, client, event);
    struct client *client = audience_client(audience, event->connection);
    if (client)
        undo_for_connection(courier, client, event);
}

/* Brings the copy from where the tables are, `head`, back to where the cursor is. */
static void walk_back(struct courier *courier, uint64_t head)
{
    const struct ring *ring = &courier->world->txn->ring;
    size_t count = 0, size = 1024;
    uint64_t *positions = malloc(size * sizeof *positions), at = courier->position;
    struct ring_record record;
    if (!positions)
        fatal(EX_OSERR, "out of memory");
    while (at < head && ring_read(ring, &at, &record) == RING_OK && record.position < head) {
        if (count == size) {
            size *= 2;
            uint64_t *more = realloc(positions, size * sizeof *more);
            if (!more)
                fatal(EX_OSERR, "out of memory");
            positions = more;
        }
        positions[count++] = record.position;
    }
    while (count-- > 0) {
        struct event event;
        at = positions[count];
        if (ring_read(ring, &at, &record) == RING_OK && event_decode(&record, &event))
            undo(courier, &event);
    }
    free(positions);
}

/* The earliest position any client's stream is to go on from, whether its socket is here already or not. Those
 * whose part of the ring is overwritten cannot go on. */
static uint64_t earliest_locked(struct courier *courier)
{
    uint64_t oldest = ring_oldest_locked(&courier->world->txn->ring), earliest = courier->cursor;
    for (uint32_t i = 0; i < courier->audience.client_limit; i++) {
        struct client *client = courier->audience.clients[i];
        if (!client || client->stream.from == 0 || client->stream.from >= earliest)
            continue;
        if (client->stream.from >= oldest)
            earliest = client->stream.from;
        else
            cut_off(courier, client);
    }
    return earliest;
}

void courier_start(struct courier *courier)
{
    struct txn *txn = courier->world->txn;
    courier->position = courier->cursor = ring_cursor(&txn->ring, (int)courier->number);
    CRASHPOINT("courier-starting");
    txn_begin_look(txn);
    copy_tables_locked(courier);
    courier->position = earliest_locked(courier);
    ring_open_reader_locked(&txn->ring, (int)courier->number, true, courier->position);
    uint64_t head = ring_head(&txn->ring);
    txn_commit(txn);
    CRASHPOINT("courier-copied");
    walk_back(courier, head);
    CRASHPOINT("courier-walked-back");
}
