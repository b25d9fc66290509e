/* Leaving the server, and being put out of it. Run by workers, control processes and the supervisor; writes
 * connections, users, and with them their memberships and all else that goes when they do. */
#include "leave.h"

#include <stdio.h>

#include "base/crashpoint.h"
#include "base/text.h"
#include "mute.h"
#include "notice.h"
#include "world/token.h"

/* Bytes of a KILL's comment, with the zero byte: with the rest of what is told of it, it fits in a message. */
#define KILL_SIZE 401

/* by: who put them out and is answered, or NONE. flags: of the event, besides those of every QUIT. */
static void leave_locked(struct world *world, uint32_t index, enum event_quit how, uint32_t by, const char *text,
                         const char *irc_text, uint32_t flags)
{
    uint32_t channels[EVENT_CHANNELS];
    if (how == QUIT_SAID && mute_check_locked(world, index, NONE) != CHAT_DONE) {
        how = QUIT_LEFT;
        text = irc_text = "";
    }
    for (uint32_t at; (at = connection_next_locked(world, index, NONE)) != NONE;)
        event_detach_locked(world, at, how == QUIT_KILLED);
    struct event event = event_of_locked(world, EVENT_QUIT, index);
    event.target_user = by;
    event.numbers.quit.how = how;
    event.strings.quit.text = text;
    event.strings.quit.irc_text = irc_text;
    event.channels = channels;
    event.channel_count = event_channels_locked(world, index, channels);
    event.audience = AUDIENCE_COMMON;
    event.flags |= flags;
    if (world->users[index].state == USER_PRESENT)
        event.flags |= EVENT_LOBBY;
    event_publish_locked(world, &event);
    user_leave_locked(world, index);
}

void chat_leave_locked(struct world *world, uint32_t user, enum event_quit how, const char *text, const char *irc_text)
{
    leave_locked(world, user, how, NONE, text, irc_text, 0);
}

void chat_vanish_locked(struct world *world, uint32_t user)
{
    leave_locked(world, user, QUIT_LEFT, NONE, "", "", EVENT_NOT_SOURCE);
}

/* Of what there is, those of one address may have half. */
bool chat_has_room_locked(const struct world *world, uint32_t user)
{
    uint32_t most = world->limits.users - world->limits.connections;
    return world_detached(world) < most && world_detached_from_locked(world, user) < (most + 1) / 2;
}

bool chat_stays_locked(const struct world *world, uint32_t user)
{
    return world->users[user].state == USER_PRESENT && (world->users[user].flags & USER_STAYS) &&
           chat_has_room_locked(world, user);
}

void chat_lose_locked(struct world *world, uint32_t connection, enum event_quit how, const char *text,
                      const char *irc_text)
{
    uint32_t user = world->connections[connection].user;
    bool stays = how != QUIT_KILLED && chat_stays_locked(world, user);
    if (world->users[user].connection_count == 1 && !stays) {
        chat_leave_locked(world, user, how, text, irc_text);
        return;
    }
    token_drop_locked(world, connection);
    event_detach_locked(world, connection, false);
}

void chat_put_out_locked(const struct chat *chat, struct event *event, uint32_t victim, const char *text,
                         const char *reason, const char *irc_reason)
{
    char last_words[700];
    const struct user_shm *user = &chat->world->users[victim];
    snprintf(last_words, sizeof last_words, "Closing Link: %s (%.500s)", user->host, irc_reason);
    event->strings.kill.text = text;
    event->strings.kill.nick = user->nick;
    event->strings.kill.last_words = last_words;
    event->audience = AUDIENCE_USER;
    event->target = victim;
    event_publish_locked(chat->world, event);
    CRASHPOINT("kill-published");
    leave_locked(chat->world, victim, QUIT_KILLED, event->source, reason, irc_reason, 0);
}

enum chat_result chat_kill_locked(const struct chat *chat, const struct actor *actor, uint32_t victim,
                                  const char *given)
{
    char text[KILL_SIZE], reason[600], irc_reason[600];
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (victim == NONE || chat->world->users[victim].state != USER_PRESENT)
        return CHAT_NO_SUCH_USER;
    text_copy(text, sizeof text, given);
    snprintf(reason, sizeof reason, "killed by %s%s%s", actor->shown, *text ? ": " : "", text);
    snprintf(irc_reason, sizeof irc_reason, "Killed (%s (%s))", actor->nick, *text ? text : "no reason given");
    chat_tell_operators_locked(chat, actor, "%s was killed by %s%s%s", user_shown(&chat->world->users[victim]),
                               actor->shown, *text ? ": " : "", text);
    struct event event = actor_event_locked(chat, actor, EVENT_KILL);
    chat_put_out_locked(chat, &event, victim, text, reason, irc_reason);
    return CHAT_DONE;
}
