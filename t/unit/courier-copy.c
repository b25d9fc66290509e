/* A courier's copy of who is where changes by events alone, so every command must publish what it changes; and a
 * courier that takes another's place comes to the same copy from the other side, walking back. Both are held to the
 * tables here while a crowd does anything it can. */
#include "crowd.h"
#include "process/courier_parts.h"
#include "world/metadata.h"
#include "world/monitors.h"

/* What of a user's flags an audience can be chosen by. */
#define CHOSEN (USER_OPERATOR | USER_WALLOPS | USER_NOTICES)

static struct courier couriers[2];
static int mailbox[2];

static void start_courier(struct courier *courier, uint32_t number)
{
    *courier = (struct courier){.world = &world,
                                .settings = settings,
                                .number = number,
                                .mailbox = mailbox[0],
                                .owners = owners_new(world.limits.connections)};
    static struct render *render; /* it has the doors, for last words */
    if (!render)
        render = render_new();
    courier->render = render;
    audience_init(&courier->audience, &world);
    courier->early = calloc(CLIENTS + DEVICES, sizeof *courier->early);
    for (uint32_t i = 0; i < CLIENTS + DEVICES; i++)
        courier->early[i].fd = -1;
    courier_start(courier);
}

static void free_whowas(struct courier *courier)
{
    for (size_t i = 0; i < courier->touched_count; i++)
        courier->touched[i]->sending.touched = false;
    courier->touched_count = 0;
    courier_close_draining(courier, INT64_MAX);
}

static void stop_courier(struct courier *courier)
{
    free(courier->owners);
    for (uint32_t i = 0; i < CLIENTS + DEVICES; i++)
        if (courier->audience.clients[i])
            courier_let_go(courier, courier->audience.clients[i], false);
    free_whowas(courier);
    for (uint32_t i = 0; i < crowd_limits.channels; i++)
        free(courier->audience.rooms[i].members);
    free(courier->audience.clients);
    free(courier->audience.users);
    free(courier->audience.rooms);
    free(courier->early);
    free(courier->touched);
}

/* Takes all events there are, without delivering anything. */
static void catch_up(struct courier *courier)
{
    struct ring_record record;
    while (ring_read(&txn.ring, &courier->position, &record) == RING_OK) {
        struct event event;
        CHECK(event_decode(&record, &event));
        courier_apply_before(courier, &event);
        courier_apply_after(courier, &event);
    }
    free_whowas(courier);
    ring_advance(&txn.ring, (int)courier->number, courier->position);
}

static bool is_member(const struct courier *courier, const struct client *client, uint32_t channel, uint32_t flags)
{
    const struct room *room = audience_room(&courier->audience, channel);
    for (uint32_t i = 0; i < room->count; i++)
        if (room->members[i].client == client)
            return room->members[i].flags == flags;
    return false;
}

static bool monitors(const struct courier *courier, const struct client *client, const char *nick)
{
    const struct monitor *at = NULL;
    const struct client *monitor;
    while ((monitor = audience_next_monitor(&courier->audience, nick, &at)))
        if (monitor == client)
            return true;
    return false;
}

static uint32_t count_subscriptions(const struct client *client)
{
    uint32_t count = 0;
    for (const struct subscription *at = client->copy.subscriptions; at; at = at->next)
        count++;
    return count;
}

/* In words what of the copy is not as in the tables, or NULL. */
static const char *compare_connection(const struct courier *courier, uint32_t index)
{
    const struct client *client = audience_client(&courier->audience, index);
    const struct connection_shm *connection = &world.connections[index];
    if (!connection_is_live(&world, index))
        return client ? "one that is closed is there" : NULL;
    if (!client)
        return "it is missing";
    const struct user_shm *user = &world.users[connection->user];
    if (client->generation != connection->generation || client->door != connection->door)
        return "it is another";
    if (client->user != connection->user)
        return "it is another user's";
    if (client->copy.caps != connection->caps)
        return "capabilities differ";
    if ((client->copy.flags & CHOSEN) != (user->flags & CHOSEN))
        return "flags differ";
    if (client->copy.current != connection->current)
        return "the current channel differs";
    uint32_t count = 0;
    for (uint32_t at = user->first_membership; at != NONE; at = world.members[at].next_of_user, count++)
        if (!is_member(courier, client, world.members[at].channel, world.members[at].flags))
            return "a membership differs";
    if (client->copy.channel_count != count)
        return "there is a membership too many";
    for (uint32_t at = connection->first_monitor; at != NONE; at = world.monitors[at].next)
        if (!monitors(courier, client, world.monitors[at].nick))
            return "a monitor is missing";
    if (client->copy.monitor_count != connection->monitor_count)
        return "there is a monitor too many";
    count = 0;
    for (uint32_t at = NONE; (at = metadata_next_locked(&world, METADATA_SUBSCRIPTION, index, at)) != NONE; count++)
        if (!client_is_subscribed(client, world.metadata[at].key))
            return "a subscription is missing";
    return count_subscriptions(client) == count ? NULL : "there is a subscription too many";
}

static void compare_with_tables(const struct courier *courier)
{
    for (uint32_t i = courier->number; i < CLIENTS + DEVICES; i += 2) {
        const char *wrong = compare_connection(courier, i);
        if (wrong) {
            printf("# connection %u: %s\n", i, wrong);
            check_failed = 1;
        }
    }
}

/* The same for another copy. Monitors and subscriptions of one that was closed since are not known any more. */
static const char *compare_client(const struct courier *mine, const struct courier *other, uint32_t index)
{
    const struct client *a = audience_client(&mine->audience, index), *b = audience_client(&other->audience, index);
    if (!a || !b)
        return a || b ? "is in one copy only" : NULL;
    if (a->generation != b->generation || a->user != b->user || a->door != b->door || a->copy.caps != b->copy.caps ||
        a->copy.current != b->copy.current || (a->copy.flags & CHOSEN) != (b->copy.flags & CHOSEN))
        return "is not the same";
    if (a->copy.channel_count != b->copy.channel_count)
        return "is not in as many channels";
    for (uint32_t i = 0; i < crowd_limits.channels; i++)
        for (uint32_t flags = 0; flags < 4; flags++)
            if (is_member(mine, a, i, flags) != is_member(other, b, i, flags))
                return "is not in the same channels";
    if (!connection_is_live(&world, index) || world.connections[index].generation != a->generation)
        return NULL;
    if (a->copy.monitor_count != b->copy.monitor_count || count_subscriptions(a) != count_subscriptions(b))
        return "has not as many monitors or subscriptions";
    for (const struct subscription *at = a->copy.subscriptions; at; at = at->next)
        if (!client_is_subscribed(b, at->key))
            return "has not the same subscriptions";
    for (uint32_t i = 0; i < AUDIENCE_BUCKETS; i++)
        for (const struct monitor *at = mine->audience.monitors[i]; at; at = at->next)
            if (at->client == a && !monitors(other, b, at->nick))
                return "has not the same monitors";
    return NULL;
}

/* Another takes the place of a courier that is somewhere behind, and must find what that one had. */
static void replace(struct courier *courier)
{
    struct courier successor;
    start_courier(&successor, courier->number);
    CHECK(successor.position == courier->position);
    for (uint32_t i = courier->number; i < CLIENTS + DEVICES; i += 2) {
        const char *wrong = compare_client(courier, &successor, i);
        if (wrong) {
            printf("# connection %u %s\n", i, wrong);
            check_failed = 1;
        }
    }
    stop_courier(courier);
    *courier = successor;
}

static void followed(void)
{
    unsigned replaced = 0;
    crowd_start(&crowd_limits);
    CHECK(port_socketpair(SOCK_DGRAM, mailbox) == 0);
    for (uint32_t i = 0; i < 2; i++) {
        ring_open_reader_locked(&txn.ring, (int)i, true, ring_head(&txn.ring));
        start_courier(&couriers[i], i);
    }
    crowd_come_all();
    for (int i = 0; i < 6000 && !check_failed; i++) {
        for (int k = 0; k < 2; k++) /* nobody reads while a command waits for room */
            if (ring_head(&txn.ring) - couriers[k].position > RING_MIN_SIZE / 5)
                catch_up(&couriers[k]);
        crowd_step();
        struct courier *courier = &couriers[below(2)];
        bool behind = courier->position != ring_head(&txn.ring);
        if (below(6) == 0) {
            replace(courier);
            replaced += behind;
        }
        if (below(4) == 0) {
            catch_up(courier);
            compare_with_tables(courier);
        }
    }
    CHECK(check_failed || replaced > 100);
    for (int i = 0; i < 2; i++)
        stop_courier(&couriers[i]);
    close(mailbox[0]);
    close(mailbox[1]);
    crowd_stop();
}

int main(void)
{
    CASE("a courier's copy is what the tables are, and its successor's what its own was, also where users have several "
         "connections",
         followed);
    CHECK_DONE();
}
