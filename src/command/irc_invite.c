/* INVITE and KNOCK. RFC 2812 section 3.2.7, IRCv3 invite-notify. Run by workers. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "families.h"
#include "world/shares.h"

/* Seconds between two KNOCKs of one client. */
#define KNOCK_INTERVAL 30

static void show_invitations(struct session *session)
{
    const struct world *world = session->world;
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_channels_end_locked(world);
    char(*names)[CHANNEL_SIZE] = calloc(end, sizeof *names);
    size_t count = 0;
    for (uint32_t i = 0; names && i < end; i++)
        if (world->channels[i].state == CHANNEL_LIVE &&
            invitation_find_locked(world, i, session->user) != NONE)
            text_copy(names[count++], CHANNEL_SIZE, world->channels[i].name);
    session_commit(session);
    for (size_t i = 0; i < count; i++)
        session_reply(session, REPLY_INVITED_LINE, names[i], NULL);
    if (count == 0)
        session_reply(session, REPLY_NO_INVITATIONS, NULL);
    session_reply(session, REPLY_INVITED_END, NULL);
    free(names);
}

/* Tells the one who is invited, and those of the channel whose clients want to know. */
static void publish_locked(struct session *session, uint32_t channel, uint32_t guest)
{
    struct world *world = session->world;
    struct event event = session_event_locked(session, EVENT_INVITE);
    event.strings.invite.nick = world->users[guest].nick;
    event.strings.invite.channel_name = world->channels[channel].name;
    event.strings.invite.shown = user_shown(&world->users[guest]);
    event.audience = AUDIENCE_USER;
    event.target = guest;
    event_publish_locked(world, &event);
    event.id = 0;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(world, &event);
}

static enum reply_code invite_locked(struct session *session, uint32_t channel, uint32_t guest)
{
    struct world *world = session->world;
    if (channel == NONE)
        return REPLY_NO_SUCH_CHANNEL;
    if (member_find_locked(world, session->user, channel) == NONE)
        return REPLY_NOT_ON_CHANNEL;
    if (guest == NONE || world->users[guest].state != USER_PRESENT)
        return REPLY_NO_SUCH_NICK;
    if (member_find_locked(world, guest, channel) != NONE)
        return REPLY_ALREADY_ON_CHANNEL;
    bool moderates = channel_may_moderate_locked(session, channel);
    if ((world->channels[channel].modes & CHANNEL_INVITE_ONLY) && !moderates)
        return REPLY_NOT_CHANNEL_OPERATOR;
    enum share_answer share = invitation_find_locked(world, channel, guest) == NONE
                                  ? share_ask_locked(world, SHARE_MASKS, session->user)
                                  : SHARE_FITS;
    if (share == SHARE_SPENT)
        return REPLY_SHARE_OF_MASKS;
    if (share == SHARE_NONE || !invitation_add_locked(world, channel, guest, session->user, moderates))
        return REPLY_NO_ROOM_FOR_MASKS;
    publish_locked(session, channel, guest);
    return REPLY_INVITING;
}

static void invite(struct session *session, const char *nick, const char *name)
{
    struct world *world = session->world;
    char shown[CHANNEL_SIZE], guest_name[ADDRESS_SIZE], away[AWAY_SIZE] = "";
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    uint32_t channel = channel_find_locked(world, name), guest = user_find_locked(world, nick);
    enum reply_code answer = invite_locked(session, channel, guest);
    if (answer == REPLY_INVITING) {
        text_copy(shown, sizeof shown, world->channels[channel].name);
        text_copy(guest_name, sizeof guest_name, session_name_of(session, &world->users[guest]));
        text_copy(away, sizeof away, world->users[guest].away);
        name = shown;
        nick = guest_name;
    }
    session_commit(session);
    if (answer == REPLY_NO_SUCH_CHANNEL || answer == REPLY_NOT_ON_CHANNEL || answer == REPLY_NOT_CHANNEL_OPERATOR ||
        answer == REPLY_SHARE_OF_MASKS || answer == REPLY_NO_ROOM_FOR_MASKS)
        session_reply(session, answer, name, NULL);
    else
        session_reply(session, answer, nick, name, NULL);
    if (*away)
        session_reply(session, REPLY_IS_AWAY, nick, away, NULL);
}

void irc_invite(struct session *session, struct request *request)
{
    if (request->count == 0)
        show_invitations(session);
    else if (request->count < 2)
        session_reply(session, REPLY_NEED_MORE, "INVITE", NULL);
    else
        invite(session, request->arguments[0], request->arguments[1]);
}

/* With a channel in front, as people's commands have it, or behind, as IRC's. */
void channel_invite(struct session *session, struct request *request)
{
    char **words = request->arguments, name[CHANNEL_SIZE];
    if (request->count == 0) {
        show_invitations(session);
    } else if (request->count == 1 && *words[0] == '#') {
        command_need_more(session, request->verb);
    } else if (request->count == 1) {
        if (channel_current(session, name) != NONE)
            invite(session, words[0], name);
    } else {
        bool front = *words[0] == '#';
        char *rest = words[front ? 1 : 0];
        if (channel_complete_name(words[front ? 0 : 1], name))
            invite(session, text_next_word(&rest), name);
        else
            session_reply(session, REPLY_BAD_CHANNEL, words[front ? 0 : 1], NULL);
    }
}

static enum reply_code knock_locked(struct session *session, uint32_t channel)
{
    struct world *world = session->world;
    if (channel == NONE)
        return REPLY_NO_SUCH_CHANNEL;
    if (member_find_locked(world, session->user, channel) != NONE)
        return REPLY_KNOCK_INSIDE;
    const struct channel_shm *room = &world->channels[channel];
    if (room->modes & CHANNEL_SECRET)
        return REPLY_NO_SUCH_CHANNEL;
    if (!(room->modes & CHANNEL_INVITE_ONLY))
        return REPLY_KNOCK_OPEN;
    if (room->modes & CHANNEL_PRIVATE || channel_is_banned_locked(session, channel))
        return REPLY_KNOCK_CANNOT;
    /* One process for each client: what it remembers, it remembers of this client. */
    static int64_t last;
    int64_t now = clock_monotonic();
    if (last && now - last < KNOCK_INTERVAL * SECOND)
        return REPLY_KNOCK_TOO_MANY;
    last = now;
    struct event event = session_event_locked(session, EVENT_KNOCK);
    event.strings.knock.channel_name = room->name;
    event.strings.knock.server = session->settings->server_name;
    event.numbers.knock.channel = channel;
    event.numbers.knock.needed_flags = MEMBER_OPERATOR;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    event_publish_locked(world, &event);
    return REPLY_KNOCK_DELIVERED;
}

void irc_knock(struct session *session, struct request *request)
{
    const char *name = request->arguments[0];
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    enum reply_code answer = knock_locked(session, channel_find_locked(session->world, name));
    session_commit(session);
    session_reply(session, answer, name, "banned or private", NULL);
}
