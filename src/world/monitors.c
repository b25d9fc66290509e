/* Monitors. Written by the worker of their connection, and by the process that has its user leave, under the lock. */
#include "monitors.h"

#include "base/crashpoint.h"
#include "base/text.h"
#include "layout.h"

bool monitor_is_live(const struct world *world, const struct monitor_shm *monitor)
{
    return monitor->state == MONITOR_LIVE && connection_is_live(world, monitor->connection);
}

void monitor_link(struct world *world, uint32_t index)
{
    struct monitor_shm *monitor = &world->monitors[index];
    struct connection_shm *connection = &world->connections[monitor->connection];
    monitor->next = connection->first_monitor;
    connection->first_monitor = index;
    connection->monitor_count++;
    world->shm->used[SHARE_MONITORS]++;
}

uint32_t monitor_find_locked(const struct world *world, uint32_t connection, const char *nick)
{
    uint32_t limit = monitor_limit(&world->limits), left = limit;
    for (uint32_t at = world->connections[connection].first_monitor; at < limit && left-- > 0;
         at = world->monitors[at].next)
        if (text_compare_names(world->monitors[at].nick, nick) == 0)
            return at;
    return NONE;
}

static void save(struct world *world, const struct monitor_shm *monitor)
{
    txn_save(world->txn, monitor, offsetof(struct monitor_shm, next));
}

uint32_t monitor_add_locked(struct world *world, uint32_t connection, const char *nick)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_monitor, limit = monitor_limit(&world->limits);
    if (index < limit)
        shm->free_monitor = world->monitors[index].next;
    else
        index = world_extend_locked(world, &shm->monitors_end, limit);
    if (index == NONE)
        return NONE;
    struct monitor_shm *monitor = &world->monitors[index];
    save(world, monitor);
    monitor->state = MONITOR_LIVE;
    monitor->connection = connection;
    text_copy(monitor->nick, sizeof monitor->nick, nick);
    CRASHPOINT("monitor-added");
    monitor_link(world, index);
    return index;
}

void monitor_remove_locked(struct world *world, uint32_t index)
{
    struct monitor_shm *monitor = &world->monitors[index];
    struct connection_shm *connection = &world->connections[monitor->connection];
    uint32_t limit = monitor_limit(&world->limits), *at = &connection->first_monitor;
    save(world, monitor);
    for (uint32_t left = limit; *at < limit && left-- > 0; at = &world->monitors[*at].next) {
        if (*at == index) {
            *at = monitor->next;
            connection->monitor_count--;
            world->shm->used[SHARE_MONITORS]--;
            break;
        }
    }
    CRASHPOINT("monitor-unlinked");
    monitor->state = MONITOR_FREE;
    monitor->next = world->shm->free_monitor;
    world->shm->free_monitor = index;
}
