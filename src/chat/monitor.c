/* Being told when people come and go. IRCv3 monitor. Run by workers; writes monitors (world/monitors.h). Each change
 * is an event, for the couriers' copies. */
#include "monitor.h"

#include "world/monitors.h"
#include "world/shares.h"

enum chat_result chat_monitor_locked(const struct chat *chat, const struct actor *actor, const char *nick, bool on)
{
    struct world *world = chat->world;
    enum name_result name = name_check_nick(nick, NICK_SIZE - 1);
    uint32_t monitor = monitor_find_locked(world, actor->connection, nick);
    if (on && name != NAME_OK && name != NAME_RESERVED) /* guest7 is somebody's */
        return CHAT_NAME_BAD;
    if ((monitor != NONE) == on)
        return CHAT_SO_ALREADY;
    if (on && (world->connections[actor->connection].monitor_count >= MONITORS_OF_ONE ||
               share_ask_locked(world, SHARE_MONITORS, actor->user) != SHARE_FITS ||
               monitor_add_locked(world, actor->connection, nick) == NONE))
        return CHAT_LIST_FULL;
    struct event event = actor_event_locked(chat, actor, EVENT_MONITOR);
    event.strings.monitor.nick = nick;
    event.numbers.monitor.on = on;
    event.audience = AUDIENCE_NOBODY;
    event_publish_locked(world, &event);
    if (!on)
        monitor_remove_locked(world, monitor);
    return CHAT_DONE;
}
