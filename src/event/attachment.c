/* Connections come and go: the events that tell couriers of it, and that say enough to be undone. Published by the
 * worker of the connection, by the process that has its user leave, and by the supervisor after a death, under the
 * lock. */
#include <stdio.h>

#include "base/text.h"
#include "event.h"
#include "world/metadata.h"
#include "world/monitors.h"

static struct event event_of_connection(const struct world *world, enum event_type type, uint32_t connection,
                                        uint32_t channels[EVENT_CHANNELS])
{
    const struct connection_shm *shm = &world->connections[connection];
    struct event event = event_of_locked(world, type, shm->user);
    event.connection = connection;
    event.audience = AUDIENCE_NOBODY;
    event.channels = channels;
    event.channel_count = event_channels_locked(world, shm->user, channels);
    event.numbers.attach = (struct event_connection){.generation = shm->generation,
                                                     .door = shm->door,
                                                     .current = shm->current,
                                                     .caps_low = (uint32_t)shm->caps,
                                                     .caps_high = (uint32_t)(shm->caps >> 32),
                                                     .user_flags = world->users[shm->user].flags};
    return event;
}

struct event event_attach_locked(const struct world *world, uint32_t connection, uint32_t channels[EVENT_CHANNELS])
{
    return event_of_connection(world, EVENT_ATTACH, connection, channels);
}

/* What the connection monitored, separated by commas. */
static void list_monitors(const struct world *world, uint32_t connection, struct text *list)
{
    uint32_t end = monitor_limit(&world->limits), at = world->connections[connection].first_monitor;
    /* The supervisor does this for the dead, and trusts no index. */
    for (uint32_t i = 0; at < end && i < MONITORS_OF_ONE; at = world->monitors[at].next, i++)
        text_addf(list, "%s%.*s", list->length ? "," : "", NICK_SIZE - 1, world->monitors[at].nick);
}

/* The same for the keys it subscribed to. */
static void list_subscriptions(const struct world *world, uint32_t connection, struct text *list)
{
    uint32_t at = NONE;
    for (uint32_t i = 0; i < METADATA_SUBSCRIPTIONS; i++) {
        if ((at = metadata_next_locked(world, METADATA_SUBSCRIPTION, connection, at)) == NONE)
            return;
        text_addf(list, "%s%.*s", list->length ? "," : "", METADATA_KEY_SIZE - 1, world->metadata[at].key);
    }
}

void event_detach_locked(struct world *world, uint32_t connection, bool hang_up)
{
    char monitored[MONITORS_OF_ONE * NICK_SIZE + 1], subscribed[METADATA_SUBSCRIPTIONS * METADATA_KEY_SIZE + 1];
    uint32_t channels[EVENT_CHANNELS];
    struct text monitors, subscriptions;
    struct event event = event_of_connection(world, EVENT_DETACH, connection, channels);
    event.numbers.detach.hang_up = hang_up;
    text_init(&monitors, monitored, sizeof monitored);
    text_init(&subscriptions, subscribed, sizeof subscribed);
    list_monitors(world, connection, &monitors);
    list_subscriptions(world, connection, &subscriptions);
    event.strings.detach.monitored = monitored;
    event.strings.detach.subscribed = subscribed;
    event_publish_locked(world, &event);
    user_detach_locked(world, connection, event.position);
}

bool event_adopt_locked(struct world *world, uint32_t connection, uint32_t user, uint32_t current, struct event *event,
                        uint32_t channels[EVENT_CHANNELS_MOST])
{
    const struct connection_shm shm = world->connections[connection];
    *event = event_of_locked(world, EVENT_ADOPT, user);
    event->connection = connection;
    event->audience = AUDIENCE_NOBODY;
    event->target_user = shm.user;
    event->channels = channels;
    event->numbers.adopt.count_before = event_channels_locked(world, shm.user, channels);
    event->numbers.adopt.current_before = shm.current;
    event->numbers.adopt.current_after = current;
    event->numbers.adopt.flags_before = world->users[shm.user].flags;
    event->numbers.adopt.flags_after = world->users[user].flags;
    event->channel_count = event->numbers.adopt.count_before;
    event->channel_count += event_channels_locked(world, user, channels + event->channel_count);
    if (!user_take_connection_locked(world, user, connection))
        return false;
    connection_set_current_locked(world, connection, current);
    return true;
}
