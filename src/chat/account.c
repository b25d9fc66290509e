/* Accounts of users. IRCv3 account-notify. Run by workers; writes the users' account.
 *
 * Who has proved to be an account was found out before, without the lock (keeper/). */
#include "account.h"

#include <string.h>

#include "base/crashpoint.h"
#include "base/text.h"
#include "leave.h"
#include "world/owned_nicks.h"

static void set_stays_locked(const struct chat *chat, const struct actor *actor, bool stays)
{
    uint32_t flags = chat->world->users[actor->user].flags, wanted = stays ? flags | USER_STAYS : flags & ~USER_STAYS;
    if (wanted != flags)
        user_set_flags_locked(chat->world, actor->user, wanted);
}

static enum chat_result set_locked(const struct chat *chat, const struct actor *actor, const char *account, bool stays)
{
    uint32_t channels[EVENT_CHANNELS];
    const struct user_shm *user = &chat->world->users[actor->user];
    set_stays_locked(chat, actor, stays);
    if (strcmp(user->account, account) == 0)
        return CHAT_SO_ALREADY;
    user_set_account_locked(chat->world, actor->user, account);
    CRASHPOINT("account-set");
    if (user->state != USER_PRESENT)
        return CHAT_DONE;
    struct event event = actor_event_locked(chat, actor, EVENT_ACCOUNT);
    event.strings.account.name = account;
    event.audience = AUDIENCE_COMMON;
    event.channels = channels;
    event.channel_count = event_channels_locked(chat->world, actor->user, channels);
    chat_publish_locked(chat, &event);
    return CHAT_DONE;
}

enum chat_result chat_login_locked(const struct chat *chat, const struct actor *actor, const char *account, bool stays)
{
    return set_locked(chat, actor, account, stays);
}

enum chat_result chat_logout_locked(const struct chat *chat, const struct actor *actor)
{
    return set_locked(chat, actor, "", false);
}

void chat_set_stays_locked(const struct chat *chat, const struct actor *actor, bool stays)
{
    if (*chat->world->users[actor->user].account)
        set_stays_locked(chat, actor, stays);
}

bool chat_may_have_nick_locked(const struct world *world, uint32_t user, const char *nick)
{
    return !owned_nick_find(world, nick) || text_compare_names(world->users[user].account, nick) == 0;
}

enum chat_result chat_ghost_locked(const struct chat *chat, const struct actor *actor, const char *nick)
{
    struct world *world = chat->world;
    uint32_t victim = user_find_locked(world, nick);
    if (text_compare_names(world->users[actor->user].account, nick) != 0)
        return CHAT_NAME_OWNED;
    if (victim == NONE || victim == actor->user)
        return CHAT_NO_SUCH_USER;
    struct actor server = actor_of_server();
    struct event event = actor_event_locked(chat, &server, EVENT_KILL);
    chat_put_out_locked(chat, &event, victim, "this nick was taken back by the account it belongs to",
                        "lost the nick to its account", "Nick taken back by its account");
    return CHAT_DONE;
}
