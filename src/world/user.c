/* Users. Written by their own worker, by operators' workers (kill) and by the supervisor (after a death),
 * under the lock. */
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/lookalike.h"
#include "base/text.h"
#include "base/unicode.h"
#include "attendance.h"
#include "doors.h"
#include "layout.h"
#include "whowas.h"
#include "metadata.h"
#include "shares.h"
#include "monitors.h"

/* To take out of a count: the counts are unsigned and wrap. */
#define OUT UINT32_MAX

/* Names that look alike are in one list, so that those can be found too. */
static uint32_t *bucket(const struct world *world, const char *nick)
{
    return &world->nick_buckets[lookalike_hash(nick) & (world_buckets(world->limits.users) - 1)];
}

void user_link_nick(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    uint32_t *first = bucket(world, user->nick);
    user->nick_next = *first;
    *first = index;
}

static void unlink_nick(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    uint32_t *at = bucket(world, user->nick);
    for (uint32_t left = world->limits.users; *at < world->limits.users && left-- > 0;
         at = &world->users[*at].nick_next) {
        if (*at == index) {
            *at = user->nick_next;
            return;
        }
    }
}

static void save(struct world *world, const struct user_shm *user)
{
    txn_save(world->txn, user, offsetof(struct user_shm, first_membership));
}

void user_name_host(char shown[HOST_SIZE], const char *host)
{
    struct text text;
    text_init(&text, shown, HOST_SIZE);
    text_add(&text, host[0] == ':' ? "0" : "");
    text_add(&text, host);
}

void user_clear_lists(struct user_shm *user)
{
    user->first_membership = user->first_connection = user->first_metadata = user->nick_next = NONE;
    user->membership_count = user->connection_count = 0;
    memset(user->charged, 0, sizeof user->charged);
}

void user_put_free(struct world *world, uint32_t index)
{
    world->users[index].nick_next = world->shm->free_user;
    world->shm->free_user = index;
}

uint32_t user_create_locked(struct world *world, const char *address, const char *host)
{
    struct world_shm *shm = world->shm;
    uint32_t index = shm->free_user;
    if (index < world->limits.users)
        shm->free_user = world->users[index].nick_next;
    else
        index = world_extend_locked(world, &shm->users_end, world->limits.users);
    if (index == NONE)
        return NONE;
    struct user_shm *user = &world->users[index];
    save(world, user);
    txn_save(world->txn, &shm->next_order, sizeof shm->next_order);
    int64_t now = clock_monotonic();
    *user = (struct user_shm){.state = USER_ATTACHED,
                              .generation = user->generation + 1,
                              .home = HOME_HERE,
                              .order = shm->next_order++,
                              .attached_at = clock_realtime(),
                              .attached_monotonic = now,
                              .active_monotonic = now,
                              .origin = share_origin(world, host)};
    user_clear_lists(user);
    name_guest(index, user->nick);
    text_copy(user->address, sizeof user->address, address);
    user_name_host(user->host, host);
    user_link_nick(world, index);
    user_count(world, user, 1);
    CRASHPOINT("user-created");
    return index;
}

static void count_detached(struct world *world, const struct user_shm *user, uint32_t by)
{
    if (user->detached_monotonic == 0)
        return;
    world->shm->detached += by;
    world->shm->detached_from[user->origin % ORIGINS] += by;
}

/* Since when they have no connection, clock_monotonic(); 0: they have one. */
static void set_detached(struct world *world, struct user_shm *user, int64_t since)
{
    txn_save(world->txn, &user->detached_monotonic, sizeof user->detached_monotonic);
    count_detached(world, user, OUT);
    user->detached_monotonic = since;
    count_detached(world, user, 1);
}

uint32_t user_attach_locked(struct world *world, uint32_t index, uint32_t connection, int32_t pid, uint32_t door,
                            const char *address, const char *host)
{
    struct user_shm *user = &world->users[index];
    if (user->connection_count >= USER_CONNECTIONS)
        return 0;
    save(world, user);
    user->door = door;
    set_detached(world, user, 0);
    if (user->state == USER_ATTACHED) {
        text_copy(user->username, sizeof user->username, door_name((enum door_kind)door));
        text_copy(user->realname, sizeof user->realname, user->username);
    }
    CRASHPOINT("user-attached");
    uint32_t generation = connection_open_locked(world, connection, index, pid, door, address, host);
    reach_add_connection(world, connection, 1);
    return generation;
}

/* What belongs to the connection and to nobody else. */
static void forget_interests(struct world *world, uint32_t connection)
{
    const struct connection_shm *closing = &world->connections[connection];
    for (uint32_t at; (at = closing->first_monitor) < monitor_limit(&world->limits);) {
        if (!monitor_is_live(world, &world->monitors[at]) || world->monitors[at].connection != connection)
            break;
        monitor_remove_locked(world, at);
    }
    metadata_remove_all_locked(world, METADATA_SUBSCRIPTION, connection);
}

static void close_connection(struct world *world, uint32_t connection)
{
    forget_interests(world, connection);
    reach_add_connection(world, connection, OUT);
    connection_close_locked(world, connection);
}

void user_detach_locked(struct world *world, uint32_t connection, uint64_t position)
{
    if (!connection_is_live(world, connection))
        return;
    uint32_t index = world->connections[connection].user, token = world->connections[connection].token;
    struct user_shm *user = &world->users[index];
    if (token < USER_CONNECTIONS) {
        txn_save(world->txn, &user->tokens[token], sizeof user->tokens[token]);
        user->tokens[token].position = position;
    }
    txn_save(world->txn, &user->detached_position, sizeof user->detached_position);
    user->detached_position = position;
    close_connection(world, connection);
    if (user->connection_count == 0 && user->state == USER_PRESENT)
        set_detached(world, user, clock_monotonic());
}

void user_wait_locked(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, &user->detached_position, sizeof user->detached_position);
    user->detached_position = ring_head(&world->txn->ring);
    set_detached(world, user, clock_monotonic());
}

bool user_take_connection_locked(struct world *world, uint32_t index, uint32_t connection)
{
    struct user_shm *user = &world->users[index], *before = &world->users[world->connections[connection].user];
    if (user->connection_count >= USER_CONNECTIONS)
        return false;
    txn_save(world->txn, &user->door, sizeof user->door);
    user->door = world->connections[connection].door;
    set_detached(world, user, 0);
    reach_add_connection(world, connection, OUT);
    connection_move_locked(world, connection, index);
    reach_add_connection(world, connection, 1);
    if (before->connection_count == 0 && before->state == USER_PRESENT)
        set_detached(world, before, clock_monotonic());
    CRASHPOINT("connection-moved");
    return true;
}

void user_count(struct world *world, const struct user_shm *user, uint32_t by)
{
    struct world_shm *shm = world->shm;
    if (user->state == USER_ATTACHED)
        shm->counts.attached += by;
    if (user->state != USER_PRESENT)
        return;
    count_detached(world, user, by);
    shm->present += by;
    shm->counts.invisible += user->flags & USER_INVISIBLE ? by : 0;
    shm->counts.operators += user->flags & USER_OPERATOR ? by : 0;
}

void user_introduce_locked(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, &user->state, sizeof user->state);
    user_count(world, user, OUT);
    user->state = USER_PRESENT;
    CRASHPOINT("user-half-introduced");
    user_count(world, user, 1);
    struct world_shm *shm = world->shm;
    txn_save(world->txn, &shm->arrivals, sizeof shm->arrivals);
    shm->arrivals++;
    if (shm->present > shm->most_present) {
        txn_save(world->txn, &shm->most_present, sizeof shm->most_present);
        shm->most_present = shm->present;
    }
}

void user_rename_locked(struct world *world, uint32_t index, const char *nick)
{
    struct user_shm *user = &world->users[index];
    save(world, user);
    if (user->state == USER_PRESENT)
        whowas_add_locked(world, index);
    unlink_nick(world, index);
    text_copy(user->nick, sizeof user->nick, nick);
    CRASHPOINT("user-renamed");
    user->flags |= USER_NAMED;
    user_link_nick(world, index);
}

void user_describe_locked(struct world *world, uint32_t index, const char *username, const char *realname)
{
    struct user_shm *user = &world->users[index];
    save(world, user);
    text_copy(user->username, sizeof user->username, username);
    text_copy(user->realname, sizeof user->realname, realname);
}

void user_set_realname_locked(struct world *world, uint32_t index, const char *realname)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, user->realname, sizeof user->realname);
    text_copy(user->realname, sizeof user->realname, realname);
}

void user_set_account_locked(struct world *world, uint32_t index, const char *account)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, user->account, sizeof user->account);
    text_copy(user->account, sizeof user->account, account);
}

void user_touch_locked(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, &user->active_monotonic, sizeof user->active_monotonic);
    user->active_monotonic = clock_monotonic();
}

void user_set_away_locked(struct world *world, uint32_t index, const char *away)
{
    struct user_shm *user = &world->users[index];
    save(world, user);
    text_copy(user->away, sizeof user->away, away);
}

void user_set_flags_locked(struct world *world, uint32_t index, uint32_t flags)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, &user->flags, sizeof user->flags);
    user_count(world, user, OUT);
    user->flags = flags;
    CRASHPOINT("user-flags-half-set");
    user_count(world, user, 1);
}

void user_set_hand_locked(struct world *world, uint32_t index, bool up)
{
    struct user_shm *user = &world->users[index];
    txn_save(world->txn, &user->hand_monotonic, sizeof user->hand_monotonic);
    user->hand_monotonic = up ? clock_monotonic() : 0;
}

void user_leave_locked(struct world *world, uint32_t index)
{
    struct user_shm *user = &world->users[index];
    for (uint32_t at; (at = user->first_membership) < world->limits.members;) {
        if (!member_is_live(world, &world->members[at]) || world->members[at].user != index)
            break;
        member_remove_locked(world, at);
    }
    CRASHPOINT("user-left-channels");
    for (uint32_t at; (at = connection_next_locked(world, index, NONE)) != NONE;) {
        close_connection(world, at);
    }
    metadata_remove_all_locked(world, METADATA_OF_USER, index);
    if (user->state == USER_PRESENT) {
        whowas_add_locked(world, index);
        attendance_add_locked(world, index);
    }
    user_count(world, user, OUT);
    unlink_nick(world, index);
    share_leave(world, index);
    txn_save(world->txn, &user->state, sizeof user->state);
    user->state = USER_FREE;
    user_put_free(world, index);
}

uint32_t user_find_locked(const struct world *world, const char *name)
{
    uint32_t left = world->limits.users;
    char composed[NICK_SIZE]; /* as it is in the tables, however somebody typed it */
    const char *nick = unicode_compose(composed, sizeof composed, name) ? composed : NULL;
    for (uint32_t at = nick ? *bucket(world, nick) : NONE; at < world->limits.users && left-- > 0;
         at = world->users[at].nick_next)
        if (text_compare_names(world->users[at].nick, nick) == 0)
            return at;
    if (!strchr(name, ':'))
        return NONE;
    /* An address: rare enough to walk for. */
    uint32_t end = world_users_end_locked(world);
    for (uint32_t i = 0; i < end; i++) {
        const struct user_shm *user = &world->users[i];
        if (user->state == USER_PRESENT && !(user->flags & USER_NAMED) && strcmp(user->address, name) == 0)
            return i;
    }
    return NONE;
}

uint32_t user_find_alike_locked(const struct world *world, const char *nick, uint32_t except)
{
    uint32_t left = world->limits.users;
    for (uint32_t at = *bucket(world, nick); at < world->limits.users && left-- > 0; at = world->users[at].nick_next)
        if (at != except && lookalike_are(world->users[at].nick, nick))
            return at;
    return NONE;
}

void user_seal(struct user_shm *copy)
{
    TEXT_END(copy->nick);
    TEXT_END(copy->address);
    TEXT_END(copy->host);
    TEXT_END(copy->username);
    TEXT_END(copy->realname);
    TEXT_END(copy->account);
    TEXT_END(copy->away);
}
