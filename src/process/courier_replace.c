/* Taking the place of a courier that died: the tables as they are now, walked back event by event
 * to where it had come. Takes the lock once, for a look. */
#include "courier_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "world/metadata.h"
#include "world/monitors.h"

/* Takes the clients that are there from the tables. Lock held. */
static void copy_tables_locked(struct courier *courier)
{
    struct world *world = courier->world;
    uint32_t end = world_users_end_locked(world);
    for (uint32_t i = courier->number; i < end; i += world->limits.couriers) {
        const struct user_shm *user = &world->users[i];
        if (user->state != USER_ATTACHED && user->state != USER_PRESENT)
            continue;
        struct client *client = courier_connect(courier, i, user->generation, user->door);
        if (!client)
            continue;
        client->current = user->current;
        client->caps = user->caps;
        client->flags = user->flags;
        for (uint32_t at = user->first_monitor; at < monitor_limit(&world->limits); at = world->monitors[at].next)
            audience_monitor(&courier->audience, client, world->monitors[at].nick);
        for (uint32_t at = NONE;
             (at = metadata_next_locked(world, METADATA_SUBSCRIPTION, i, at)) != NONE;)
            audience_subscribe(client, world->metadata[at].key);
        for (uint32_t at = user->first_membership; at < world->limits.members; at = world->members[at].next_of_user)
            audience_join(&courier->audience, client, world->members[at].channel,
                          world->members[at].flags);
    }
}

/* What this client has not got yet is not there any more: half a line would be missing. */
static void cut_off(const struct courier *courier, struct client *client)
{
    client->from = courier->cursor;
    client->cut_off = true;
    courier_hang_up(client);
}

typedef void restore_item(struct audience *audience, struct client *client, const char *item);

static void restore_monitor(struct audience *audience, struct client *client, const char *nick)
{
    audience_monitor(audience, client, nick);
}

static void restore_subscription(struct audience *audience, struct client *client, const char *key)
{
    (void)audience;
    audience_subscribe(client, key);
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

static void undo(struct courier *courier, const struct event *event)
{
    struct audience *audience = &courier->audience;
    uint32_t user = courier_concerned(event);
    struct client *client = audience_client(audience, user);
    if (event->type == EVENT_QUIT && courier_is_ours(courier, user)) {
        client = courier_connect(courier, user, event->generation, event->numbers.quit.door);
        if (client && client->from && client->from < courier->position)
            cut_off(courier, client);
        for (uint32_t i = 0; client && i < event->channel_count; i++)
            audience_join(audience, client, event_channel(event, i), event_channel_flags(event, i));
        if (client) {
            client->current = event->numbers.quit.current;
            client->caps = event->numbers.quit.caps_low | (uint64_t)event->numbers.quit.caps_high << 32;
            client->flags = event->numbers.quit.flags;
            restore_list(audience, client, event->strings.quit.monitored, restore_monitor);
            restore_list(audience, client, event->strings.quit.subscribed, restore_subscription);
        }
        return;
    }
    if (!client)
        return;
    if (event->type == EVENT_CONNECT) {
        courier_undo_connect(courier, client);
    } else if (event->type == EVENT_JOIN) {
        audience_part(audience, client, event->numbers.join.channel);
        client->current = event->numbers.join.current_before;
    } else if (event->type == EVENT_PART || event->type == EVENT_KICK) {
        audience_join(audience, client, event->numbers.part.channel, event->numbers.part.member_flags);
        client->current = event->numbers.part.current_before;
    } else if (event->type == EVENT_STATUS) {
        audience_set_flags(audience, client, event->numbers.status.channel, event->numbers.status.before);
    } else if (event->type == EVENT_CURRENT) {
        client->current = event->numbers.current.before;
    } else if (event->type == EVENT_CAPS) {
        client->caps = event->numbers.caps.before_low | (uint64_t)event->numbers.caps.before_high << 32;
    } else if (event->type == EVENT_FLAGS) {
        client->flags = event->numbers.flags.before;
    } else if (event->type == EVENT_MONITOR && event->numbers.monitor.on) {
        audience_unmonitor(audience, client, event->strings.monitor.nick);
    } else if (event->type == EVENT_MONITOR) {
        audience_monitor(audience, client, event->strings.monitor.nick);
    } else if (event->type == EVENT_SUBSCRIBE && event->numbers.subscribe.on) {
        audience_unsubscribe(client, event->strings.subscribe.key);
    } else if (event->type == EVENT_SUBSCRIBE) {
        audience_subscribe(client, event->strings.subscribe.key);
    }
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
    for (uint32_t i = 0; i < courier->audience.user_limit; i++) {
        struct client *client = courier->audience.clients[i];
        if (!client || client->from == 0 || client->from >= earliest)
            continue;
        if (client->from >= oldest)
            earliest = client->from;
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
