/* Connections that end while their users stay, and that become another user's. Run by workers, and by the supervisor
 * after a worker's death; writes connections and users. */
#include "detach.h"

#include "base/clock.h"
#include "base/crashpoint.h"
#include "leave.h"
#include "world/token.h"

enum connection_return chat_return_locked(const struct world *world, uint32_t index)
{
    const struct connection_shm *connection = &world->connections[index];
    const struct user_shm *user = &world->users[connection->user];
    enum connection_return when = (enum connection_return)connection->comes_back, by_account = RETURN_IF_BROKEN;
    /* Who types ends a connection to leave; who has a client for it says so. */
    if ((user->flags & USER_STAYS) || door_dialect((enum door_kind)connection->door) == DIALECT_IRC)
        by_account = RETURN_IF_CLOSED;
    return *user->account && when < by_account ? by_account : when;
}

static bool may_stay(const struct chat *chat, uint32_t index, bool closed)
{
    uint32_t number = chat->world->connections[index].user;
    const struct user_shm *user = &chat->world->users[number];
    if (user->state != USER_PRESENT ||
        chat_return_locked(chat->world, index) < (closed ? RETURN_IF_CLOSED : RETURN_IF_BROKEN))
        return false;
    return user->connection_count > 1 || chat_stays_locked(chat->world, number) ||
           (chat->settings->grace > 0 && chat_has_room_locked(chat->world, number));
}

bool chat_break_locked(const struct chat *chat, uint32_t connection, bool closed, enum event_quit how, const char *text,
                       const char *irc_text)
{
    if (!may_stay(chat, connection, closed)) {
        chat_lose_locked(chat->world, connection, how, text, irc_text);
        return false;
    }
    event_detach_locked(chat->world, connection, false);
    CRASHPOINT("user-detached");
    return true;
}

bool chat_is_overdue(const struct chat *chat, uint32_t index, int64_t now)
{
    const struct user_shm *user = &chat->world->users[index];
    int64_t since = user->detached_monotonic;
    return user->state == USER_PRESENT && since && !(user->flags & USER_STAYS) &&
           now - since >= chat->settings->grace * SECOND;
}

bool chat_adopt_locked(const struct chat *chat, const struct actor *actor, uint32_t user, uint32_t current)
{
    struct world *world = chat->world;
    uint32_t channels[EVENT_CHANNELS_MOST], before = actor->user;
    struct event event;
    if (world->users[user].connection_count >= USER_CONNECTIONS)
        return false;
    token_drop_locked(world, actor->connection);
    if (!event_adopt_locked(world, actor->connection, user, current, &event, channels))
        return false;
    if (world->users[before].connection_count == 0)
        chat_vanish_locked(world, before);
    event_publish_locked(world, &event);
    CRASHPOINT("connection-adopted");
    return true;
}
