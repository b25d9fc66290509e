/* IRC: the topic and the names of a channel, to others than who asks: couriers render them for each viewer. Run by
 * workers. */
#include "irc_inside.h"

#include "irc_names.h"

/* Bytes of names in one event, and what each is told with: viewers are shown of it what they asked for. */
#define MEMBERS_SIZE 4000
#define MEMBERS_CAPS (CAP_BIT(MULTI_PREFIX) | CAP_BIT(USERHOST_IN_NAMES))

/* The next part; false after the last. `names` is open from the second part on. */
static bool show_part_locked(struct session *session, const struct inside_viewer *viewer, uint32_t index,
                             struct names *names)
{
    char members[MEMBERS_SIZE];
    struct text text;
    struct world *world = session->world;
    const struct channel_shm *channel = &world->channels[index];
    bool first = !names->world;
    if (world->users[viewer->user].generation != viewer->generation ||
        member_find_locked(world, viewer->user, index) == NONE)
        return false;
    if (first && !irc_names_open_locked(names, world, viewer->user, MEMBERS_CAPS, index))
        return false;
    struct event event = event_of_locked(world, EVENT_INSIDE, viewer->user);
    text_init(&text, members, sizeof members);
    bool more = irc_names_next_locked(names, &text, sizeof members);
    event.strings.inside.channel_name = names->channel;
    event.strings.inside.server = session->settings->server_name;
    event.strings.inside.symbol = names->symbol;
    event.strings.inside.members = members;
    event.strings.inside.topic = first ? channel->topic : "";
    event.strings.inside.topic_by = channel->topic_by;
    event.numbers.inside.topic_at = (uint32_t)(channel->topic_at / 1000);
    event.numbers.inside.last = !more;
    event.audience = AUDIENCE_USER;
    event.target = viewer->user;
    if (viewer->user == session->user) {
        event.numbers.inside.joined = true;
        event.connection = session->connection;
        event.flags |= EVENT_NOT_SOURCE;
    }
    event_publish_locked(world, &event);
    return more;
}

/* As many events as it takes, each with a transaction of its own. */
void irc_inside_show(struct session *session, const struct inside_viewer *viewer, uint32_t channel)
{
    struct names names = {0};
    for (bool more = true; more && session_begin(session, EVENT_NEED_MAX); session_commit(session))
        more = show_part_locked(session, viewer, channel, &names);
    irc_names_close(&names);
}

/* Whether there is another connection that speaks IRC. */
static bool has_others_locked(const struct session *session)
{
    uint32_t list[USER_CONNECTIONS], count = connection_list_locked(session->world, session->user, list);
    for (uint32_t i = 0; i < count; i++)
        if (list[i] != session->connection &&
            door_dialect((enum door_kind)session->world->connections[list[i]].door) == DIALECT_IRC)
            return true;
    return false;
}

void irc_inside_tell_others(struct session *session, const char *name)
{
    if (session->connection == NONE || !session_begin(session, 0))
        return;
    const struct inside_viewer self = {session->user, session_user_locked(session)->generation};
    uint32_t channel = has_others_locked(session) ? channel_find_locked(session->world, name) : NONE;
    session_commit(session);
    if (channel != NONE)
        irc_inside_show(session, &self, channel);
}
