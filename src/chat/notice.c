/* What operators of the server say, and are told. Run by workers and control processes; writes when
 * the server is to stop. */
#include "notice.h"

#include <stdarg.h>
#include <stdio.h>

void chat_tell_operators_locked(const struct chat *chat, const struct actor *actor, const char *format, ...)
{
    char line[600] = "*** ";
    va_list list;
    va_start(list, format);
    vsnprintf(line + 4, sizeof line - 4, format, list);
    va_end(list);
    struct event event = event_of_server(EVENT_WALL);
    event.audience = AUDIENCE_FLAGGED;
    event.target = USER_OPERATOR | USER_NOTICES;
    event.host = chat->settings->server_name;
    event.strings.wall.text = line;
    if (actor->user != NONE && actor->answered) {
        event.source = actor->user;
        event.generation = chat->world->users[actor->user].generation;
        event.connection = actor->connection;
        event.flags |= EVENT_NOT_SOURCE;
    }
    event_publish_locked(chat->world, &event);
}

enum chat_result chat_wallops_locked(const struct chat *chat, const struct actor *actor, const char *text)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    struct event event = actor_event_locked(chat, actor, EVENT_WALLOPS);
    event.strings.wallops.text = text;
    event.audience = AUDIENCE_FLAGGED;
    event.target = USER_WALLOPS;
    event_publish_locked(chat->world, &event);
    return CHAT_DONE;
}

enum chat_result chat_wall_locked(const struct chat *chat, const struct actor *actor, const char *text)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    struct event event = actor_event_locked(chat, actor, EVENT_WALL);
    event.strings.wall.text = text;
    event.audience = AUDIENCE_ALL;
    event_publish_locked(chat->world, &event);
    return CHAT_DONE;
}

enum chat_result chat_order_locked(const struct chat *chat, const struct actor *actor, const char *order)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    chat_tell_operators_locked(chat, actor, "%s by %s", order, actor->shown);
    return CHAT_DONE;
}

enum chat_result chat_stop_locked(const struct chat *chat, const struct actor *actor, const struct stop_shm *stop)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (stop->at == 0 && world_stop_locked(chat->world).at == 0)
        return CHAT_SO_ALREADY;
    world_set_stop_locked(chat->world, stop);
    return CHAT_DONE;
}
