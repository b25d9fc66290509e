/* Bans from the server, and penalties. Run by workers and control processes; writes both, and has people leave. The
 * supervisor sees the change, keeps it on disk, and refuses connections from a banned address; others are found out
 * once they have said who they are. */
#include "ban.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "leave.h"
#include "notice.h"

void chat_describe_ban_end(char text[CHAT_BAN_END_SIZE], int64_t expires_monotonic)
{
    time_t seconds = (time_t)(clock_date(expires_monotonic) / 1000);
    struct tm parts;
    if (expires_monotonic == 0 || !gmtime_r(&seconds, &parts) ||
        !strftime(text, CHAT_BAN_END_SIZE, "until %Y-%m-%d %H:%M:%S UTC", &parts))
        text_copy(text, CHAT_BAN_END_SIZE, "for ever");
}

const struct ban_shm *chat_find_ban_locked(const struct world *world, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    return ban_find_locked(world, user->username, user->host, clock_monotonic());
}

enum chat_result chat_ban_locked(const struct chat *chat, const struct actor *actor, struct ban_shm *ban, bool forced)
{
    char until[CHAT_BAN_END_SIZE];
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (!forced && ban_is_wide(ban->mask))
        return CHAT_TOO_WIDE;
    chat_describe_ban_end(until, ban->expires_monotonic);
    text_copy(ban->by, sizeof ban->by, actor->shown);
    if (ban_add_locked(chat->world, ban, clock_monotonic()) == BAN_FULL)
        return CHAT_BANS_FULL;
    chat_tell_operators_locked(chat, actor, "%s banned %s %s: %s", ban->by, ban->mask, until, ban->reason);
    return CHAT_DONE;
}

bool chat_put_out_banned_locked(const struct chat *chat, const struct ban_shm *ban, uint32_t *at,
                                char name[ADDRESS_SIZE])
{
    char text[BAN_REASON_SIZE + 40], irc_reason[BAN_REASON_SIZE + 20];
    for (uint32_t end = world_users_end_locked(chat->world); *at < end; ++*at) {
        const struct user_shm *user = &chat->world->users[*at];
        if (user->state != USER_PRESENT || (user->flags & USER_OPERATOR) ||
            !ban_matches(ban, user->username, user->host, clock_monotonic()))
            continue;
        text_copy(name, ADDRESS_SIZE, user_shown(user));
        snprintf(text, sizeof text, "you are banned: %s", ban->reason);
        snprintf(irc_reason, sizeof irc_reason, "K-lined: %s", ban->reason);
        struct event event = event_of_server(EVENT_KILL);
        chat_put_out_locked(chat, &event, *at, text, "banned", irc_reason);
        return true;
    }
    return false;
}

enum chat_result chat_unban_locked(const struct chat *chat, const struct actor *actor, const char *mask)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (!ban_remove_locked(chat->world, mask))
        return CHAT_NO_SUCH_BAN;
    chat_tell_operators_locked(chat, actor, "%s removed the ban of %s", actor->shown, mask);
    return CHAT_DONE;
}

enum chat_result chat_forgive_locked(const struct chat *chat, const struct actor *actor,
                                     const struct penalty_shm *penalty)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    penalty_lift_locked(chat->world, penalty);
    return CHAT_DONE;
}
