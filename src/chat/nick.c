/* Taking a nick. Run by workers; writes the user's. */
#include "nick.h"

#include <string.h>

#include "account.h"
#include "leave.h"

static enum chat_result check(const struct chat *chat, const char *nick)
{
    static const enum chat_result results[] = {[NAME_OK] = CHAT_DONE,
                                               [NAME_EMPTY] = CHAT_NAME_BAD,
                                               [NAME_TOO_LONG] = CHAT_NAME_TOO_LONG,
                                               [NAME_BAD_START] = CHAT_NAME_BAD,
                                               [NAME_BAD_CHARACTER] = CHAT_NAME_BAD,
                                               [NAME_BRACKETS] = CHAT_NAME_BRACKETS,
                                               [NAME_MIXED] = CHAT_NAME_MIXED,
                                               [NAME_RESERVED] = CHAT_NAME_RESERVED};
    return results[name_check_nick(nick, (size_t)chat->settings->nick_length)];
}

void chat_unname_locked(struct world *world, uint32_t user)
{
    char guest[NICK_SIZE];
    name_guest(user, guest);
    user_rename_locked(world, user, guest);
    user_set_flags_locked(world, user, world->users[user].flags & ~(uint32_t)USER_NAMED);
}

/* Who has not come in yet, and may not have that nick, is in its owner's way no longer. */
static bool give_way_locked(struct world *world, uint32_t holder, uint32_t user, const char *nick)
{
    if (world->users[holder].state != USER_ATTACHED || chat_may_have_nick_locked(world, holder, nick) ||
        !chat_may_have_nick_locked(world, user, nick))
        return false;
    chat_unname_locked(world, holder);
    return true;
}

/* Whether the nick is given up: by one who lost the connection, to a newcomer of the same address, who may be the
 * same person; but not where an account says whose it is. */
static bool is_waited_for(const struct chat *chat, const struct actor *actor, uint32_t holder)
{
    const struct user_shm *user = &chat->world->users[holder];
    return user->state == USER_PRESENT && user->detached_monotonic && !*user->account &&
           strcmp(user->host, chat->world->users[actor->user].host) == 0;
}

enum chat_result chat_nick_locked(const struct chat *chat, const struct actor *actor, const char *nick)
{
    struct world *world = chat->world;
    uint32_t channels[EVENT_CHANNELS], holder = user_find_locked(world, nick);
    enum chat_result bad = check(chat, nick);
    if (bad != CHAT_DONE)
        return bad;
    if (holder != NONE && holder != actor->user && !give_way_locked(world, holder, actor->user, nick)) {
        if (!is_waited_for(chat, actor, holder))
            return CHAT_NAME_TAKEN;
        chat_leave_locked(world, holder, QUIT_LOST, "", "");
    }
    if (user_find_alike_locked(world, nick, actor->user) != NONE)
        return CHAT_NAME_ALIKE;
    if (strcmp(world->users[actor->user].nick, nick) == 0)
        return CHAT_SO_ALREADY;
    /* Who is still coming in may prove to be its owner: arrive.c asks again. */
    if (world->users[actor->user].state == USER_PRESENT && !chat_may_have_nick_locked(world, actor->user, nick))
        return CHAT_NAME_OWNED;
    if (world->users[actor->user].state == USER_PRESENT) {
        struct event event = actor_event_locked(chat, actor, EVENT_NICK);
        event.strings.nick.to = nick;
        event.audience = AUDIENCE_COMMON;
        event.flags |= EVENT_LOBBY;
        event.channels = channels;
        event.channel_count = event_channels_locked(world, actor->user, channels);
        chat_publish_locked(chat, &event);
    }
    user_rename_locked(world, actor->user, nick);
    return CHAT_DONE;
}
