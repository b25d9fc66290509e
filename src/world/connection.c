/* Connections. Written by their own worker, by operators' workers (kill) and by the supervisor (after a death), under
 * the lock. */
#include "connections.h"

#include "base/crashpoint.h"
#include "base/text.h"
#include "layout.h"

struct connection_shm *world_connection(const struct world *world, uint32_t index)
{
    return index < world->limits.connections ? &world->connections[index] : NULL;
}

uint32_t world_connections_end_locked(const struct world *world)
{
    return world_bound(world->shm->connections_end, world->limits.connections);
}

void connection_link(struct world *world, uint32_t index)
{
    struct connection_shm *connection = &world->connections[index];
    struct user_shm *user = &world->users[connection->user];
    connection->next_of_user = user->first_connection;
    user->first_connection = index;
    user->connection_count++;
}

static void unlink_connection(struct world *world, uint32_t index)
{
    const struct connection_shm *connection = &world->connections[index];
    struct user_shm *user = &world->users[connection->user];
    uint32_t *at = &user->first_connection;
    for (uint32_t left = world->limits.connections; *at < world->limits.connections && left-- > 0;
         at = &world->connections[*at].next_of_user) {
        if (*at == index) {
            *at = connection->next_of_user;
            user->connection_count--;
            return;
        }
    }
}

bool connection_is_open_locked(const struct world *world, uint32_t index)
{
    return connection_is_live(world, index);
}

uint32_t connection_next_locked(const struct world *world, uint32_t user, uint32_t at)
{
    uint32_t next = at == NONE ? world->users[user].first_connection : world->connections[at].next_of_user;
    return connection_is_live(world, next) && world->connections[next].user == user ? next : NONE;
}

uint32_t connection_list_locked(const struct world *world, uint32_t user, uint32_t list[USER_CONNECTIONS])
{
    uint32_t count = 0;
    for (uint32_t at = NONE; count < USER_CONNECTIONS && (at = connection_next_locked(world, user, at)) != NONE;)
        list[count++] = at;
    return count;
}

static void save(struct world *world, const struct connection_shm *connection)
{
    txn_save(world->txn, connection, offsetof(struct connection_shm, next_of_user));
}

/* Slots are not taken in order: the lists of skipped ones are initialised. */
static void extend(struct world *world, uint32_t index)
{
    struct world_shm *shm = world->shm;
    if (index < shm->connections_end)
        return;
    for (uint32_t i = shm->connections_end; i < index; i++)
        connection_clear_lists(&world->connections[i]);
    txn_save(world->txn, &shm->connections_end, sizeof shm->connections_end);
    shm->connections_end = index + 1;
}

void connection_clear_lists(struct connection_shm *connection)
{
    connection->next_of_user = connection->first_monitor = connection->first_subscription = NONE;
    connection->monitor_count = 0;
}

uint32_t connection_open_locked(struct world *world, uint32_t index, uint32_t user, int32_t pid, uint32_t door,
                                const char *address, const char *host)
{
    struct connection_shm *connection = &world->connections[index];
    save(world, connection);
    uint32_t generation = connection->generation + 1;
    *connection = (struct connection_shm){.state = CONNECTION_OPEN,
                                          .generation = generation,
                                          .pid = pid,
                                          .user = user,
                                          .door = door,
                                          .current = NONE,
                                          .token = NONE};
    connection_clear_lists(connection);
    text_copy(connection->address, sizeof connection->address, address);
    text_copy(connection->host, sizeof connection->host, host);
    CRASHPOINT("connection-half-open");
    connection_link(world, index);
    extend(world, index);
    CRASHPOINT("connection-open");
    return generation;
}

void connection_close_locked(struct world *world, uint32_t index)
{
    struct connection_shm *connection = &world->connections[index];
    unlink_connection(world, index);
    CRASHPOINT("connection-half-closed");
    save(world, connection);
    connection->state = CONNECTION_CLOSED;
    connection->user = NONE;
}

void connection_move_locked(struct world *world, uint32_t index, uint32_t user)
{
    struct connection_shm *connection = &world->connections[index];
    unlink_connection(world, index);
    CRASHPOINT("connection-half-moved");
    save(world, connection);
    connection->user = user;
    connection->current = NONE;
    connection->comes_back = RETURN_NEVER;
    connection->token = NONE;
    connection_link(world, index);
}

void connection_free_locked(struct world *world, uint32_t index)
{
    struct connection_shm *connection = &world->connections[index];
    txn_save(world->txn, &connection->state, sizeof connection->state);
    connection->state = CONNECTION_FREE;
}

void connection_skip_locked(struct world *world, uint32_t index)
{
    struct connection_shm *connection = &world->connections[index];
    txn_save(world->txn, &connection->generation, sizeof connection->generation);
    connection->generation++;
}

void connection_set_caps_locked(struct world *world, uint32_t index, uint64_t caps)
{
    struct connection_shm *connection = &world->connections[index];
    txn_save(world->txn, &connection->caps, sizeof connection->caps);
    connection->caps = caps;
}

void connection_set_current_locked(struct world *world, uint32_t index, uint32_t channel)
{
    struct connection_shm *connection = &world->connections[index];
    txn_save(world->txn, &connection->current, sizeof connection->current);
    connection->current = channel;
}

void connection_set_return_locked(struct world *world, uint32_t index, enum connection_return when, uint32_t token)
{
    struct connection_shm *connection = &world->connections[index];
    save(world, connection);
    connection->comes_back = when;
    connection->token = token;
}

uint32_t user_current_locked(const struct world *world, uint32_t user)
{
    uint32_t last = connection_next_locked(world, user, NONE);
    return last == NONE ? NONE : world->connections[last].current;
}
