/* The audience. Private to a courier; changes with the events that say so, and only then. */
#include "audience.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

void audience_init(struct audience *audience, const struct world *world)
{
    *audience = (struct audience){.client_limit = world->limits.connections,
                                  .user_limit = world->limits.users,
                                  .room_limit = world->limits.channels};
    audience->clients = memory_must(calloc(audience->client_limit, sizeof(struct client *)));
    audience->users = memory_must(calloc(audience->user_limit, sizeof(struct client *)));
    audience->rooms = memory_must(calloc(audience->room_limit, sizeof(struct room)));
}

struct client *audience_client(const struct audience *audience, uint32_t connection)
{
    return connection < audience->client_limit ? audience->clients[connection] : NULL;
}

struct client *audience_user(const struct audience *audience, uint32_t user)
{
    return user < audience->user_limit ? audience->users[user] : NULL;
}

struct client *audience_attach(struct audience *audience, uint32_t connection, uint32_t generation, uint32_t user,
                               uint32_t door, struct client **before)
{
    *before = NULL;
    if (connection >= audience->client_limit || user >= audience->user_limit)
        return NULL;
    *before = audience->clients[connection];
    if (*before)
        audience_remove(audience, *before);
    struct client *client = client_new(connection, generation, user, door);
    audience->clients[connection] = client;
    client->copy.next_of_user = audience->users[user];
    audience->users[user] = client;
    return client;
}

static bool valid_room(const struct audience *audience, uint32_t channel)
{
    return channel < audience->room_limit;
}

void audience_join(struct audience *audience, struct client *client, uint32_t channel, uint32_t flags)
{
    if (!valid_room(audience, channel))
        return;
    for (uint32_t i = 0; i < client->copy.channel_count; i++)
        if (client->copy.channels[i] == channel)
            return;
    if (client->copy.channel_count == client->copy.channel_size) {
        client->copy.channel_size = client->copy.channel_size ? client->copy.channel_size * 2 : 2;
        client->copy.channels =
            memory_must(realloc(client->copy.channels, client->copy.channel_size * sizeof *client->copy.channels));
    }
    client->copy.channels[client->copy.channel_count++] = channel;

    struct room *room = &audience->rooms[channel];
    if (room->count == room->size) {
        room->size = room->size ? room->size * 2 : 4;
        room->members = memory_must(realloc(room->members, room->size * sizeof *room->members));
    }
    room->members[room->count++] = (struct membership){.client = client, .flags = flags};
}

static void leave_room(struct room *room, const struct client *client)
{
    for (uint32_t i = 0; i < room->count; i++) {
        if (room->members[i].client == client) {
            room->members[i] = room->members[--room->count];
            break;
        }
    }
    if (room->count == 0) {
        free(room->members);
        *room = (struct room){0};
    }
}

void audience_set_flags(struct audience *audience, const struct client *client, uint32_t channel, uint32_t flags)
{
    if (!valid_room(audience, channel))
        return;
    struct room *room = &audience->rooms[channel];
    for (uint32_t i = 0; i < room->count; i++)
        if (room->members[i].client == client)
            room->members[i].flags = flags;
}

void audience_part(struct audience *audience, struct client *client, uint32_t channel)
{
    for (uint32_t i = 0; i < client->copy.channel_count; i++) {
        if (client->copy.channels[i] == channel) {
            client->copy.channels[i] = client->copy.channels[--client->copy.channel_count];
            leave_room(&audience->rooms[channel], client);
            return;
        }
    }
}

static struct monitor **monitor_bucket(struct audience *audience, const char *nick)
{
    return &audience->monitors[text_hash_name(nick) % AUDIENCE_BUCKETS];
}

void audience_monitor(struct audience *audience, struct client *client, const char *nick)
{
    struct monitor **bucket = monitor_bucket(audience, nick);
    for (const struct monitor *at = *bucket; at; at = at->next)
        if (at->client == client && text_compare_names(at->nick, nick) == 0)
            return;
    struct monitor *monitor = memory_must(calloc(1, sizeof *monitor));
    text_copy(monitor->nick, sizeof monitor->nick, nick);
    monitor->client = client;
    monitor->next = *bucket;
    *bucket = monitor;
    client->copy.monitor_count++;
}

/* Removes the client's monitors of that nick, or of any, from a bucket. */
static void drop_monitors(struct monitor **at, struct client *client, const char *nick)
{
    while (*at) {
        struct monitor *monitor = *at;
        if (monitor->client != client || (nick && text_compare_names(monitor->nick, nick) != 0)) {
            at = &monitor->next;
            continue;
        }
        *at = monitor->next;
        free(monitor);
        client->copy.monitor_count--;
    }
}

void audience_unmonitor(struct audience *audience, struct client *client, const char *nick)
{
    drop_monitors(monitor_bucket(audience, nick), client, nick);
}

struct client *audience_next_monitor(const struct audience *audience, const char *nick, const struct monitor **at)
{
    const struct monitor *monitor = *at ? (*at)->next : audience->monitors[text_hash_name(nick) % AUDIENCE_BUCKETS];
    while (monitor && text_compare_names(monitor->nick, nick) != 0)
        monitor = monitor->next;
    *at = monitor;
    return monitor ? monitor->client : NULL;
}

/* Out of its channels, and of the list of its user's clients. */
static void leave_user(struct audience *audience, struct client *client)
{
    while (client->copy.channel_count > 0)
        audience_part(audience, client, client->copy.channels[0]);
    for (struct client **at = &audience->users[client->user]; *at; at = &(*at)->copy.next_of_user) {
        if (*at == client) {
            *at = client->copy.next_of_user;
            break;
        }
    }
}

void audience_move(struct audience *audience, struct client *client, uint32_t user)
{
    if (user >= audience->user_limit)
        return;
    leave_user(audience, client);
    client->user = user;
    client->copy.next_of_user = audience->users[user];
    audience->users[user] = client;
}

void audience_remove(struct audience *audience, struct client *client)
{
    leave_user(audience, client);
    for (uint32_t i = 0; client->copy.monitor_count > 0 && i < AUDIENCE_BUCKETS; i++)
        drop_monitors(&audience->monitors[i], client, NULL);
    if (audience->clients[client->connection] == client)
        audience->clients[client->connection] = NULL;
}

const struct room *audience_room(const struct audience *audience, uint32_t channel)
{
    static const struct room nobody;
    return valid_room(audience, channel) ? &audience->rooms[channel] : &nobody;
}
