/* Channels: going in and out, being put out, the topic. Run by workers. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/crashpoint.h"
#include "families.h"
#include "world/shares.h"

/* ---- who may: the one place for every door ---- */

/* Whether the user is on a list. `muted`: on that part of it that only forbids to speak, the masks that
 * begin with m: (an extended ban). */
static bool is_listed(const struct world *world, uint32_t channel, enum mask_kind kind, bool muted,
                      const struct user_shm *user)
{
    for (uint32_t at = NONE; (at = mask_next_locked(world, channel, kind, at)) != NONE;) {
        const char *mask = world->masks[at].mask;
        bool mutes = mask[0] == 'm' && mask[1] == ':';
        if (mutes == muted && mask_match_person(mutes ? mask + 2 : mask, user->nick, user->username, user->host))
            return true;
    }
    return false;
}

static bool is_banned(const struct world *world, uint32_t channel, const struct user_shm *user)
{
    return is_listed(world, channel, MASK_BAN, false, user) && !is_listed(world, channel, MASK_EXCEPTION, false, user);
}

static bool is_muted(const struct world *world, uint32_t channel, const struct user_shm *user)
{
    return is_listed(world, channel, MASK_BAN, true, user) && !is_listed(world, channel, MASK_EXCEPTION, true, user) &&
           !is_listed(world, channel, MASK_EXCEPTION, false, user);
}

/* Whether the session's user may come in; REPLY_OK if so. A channel operator's invitation opens
 * everything, as RFC 2811 section 4.3.1 says of bans. */
static enum reply_code check_join_locked(const struct session *session, uint32_t index, const char *key)
{
    const struct world *world = session->world;
    const struct channel_shm *channel = &world->channels[index];
    const struct user_shm *user = session_user_locked(session);
    uint32_t invitation = invitation_find_locked(world, index, session->user);
    if (invitation != NONE && world->masks[invitation].kind == MASK_INVITED_BY_OPERATOR)
        return REPLY_OK;
    if (channel->first_mask != NONE && is_banned(world, index, user))
        return REPLY_BANNED_FROM;
    if ((channel->modes & CHANNEL_INVITE_ONLY) && invitation == NONE &&
        !is_listed(world, index, MASK_INVITE, false, user))
        return REPLY_INVITE_ONLY;
    if (*channel->key && strcmp(channel->key, key) != 0)
        return REPLY_BAD_KEY;
    if (channel->limit && channel->member_count >= channel->limit)
        return REPLY_CHANNEL_FULL;
    return REPLY_OK;
}

/* Whether the text is CTCP, but for ACTION, which only says what somebody does. */
static bool is_ctcp(const char *text)
{
    return *text == '\001' && !(strncasecmp(text + 1, "ACTION", 6) == 0 && strchr(" \001", text[7]));
}

/* The same of any of several lines, each behind the sign that says whether it goes on. */
static bool has_ctcp(const char *lines)
{
    for (const char *at = lines; *at; at++)
        if ((at == lines || at[-1] == '\n') && is_ctcp(at + 1))
            return true;
    return false;
}

const char *channel_why_silent_locked(const struct session *session, uint32_t index, const char *text, bool lines)
{
    const struct world *world = session->world;
    const struct channel_shm *channel = &world->channels[index];
    const char *muted = mute_why_locked(world, session->user, index);
    if (muted)
        return muted;
    if ((channel->modes & CHANNEL_NO_CTCP) && (lines ? has_ctcp(text) : is_ctcp(text)))
        return "no CTCP there but ACTION, +C";
    uint32_t member = member_find_locked(world, session->user, index);
    if (member != NONE && world->members[member].flags)
        return NULL; /* those with a status may always */
    if (member == NONE && (channel->modes & CHANNEL_NO_EXTERNAL))
        return "only members may speak, +n";
    if (channel->modes & CHANNEL_MODERATED)
        return "it is moderated, +m";
    if (channel->first_mask == NONE)
        return NULL;
    const struct user_shm *user = session_user_locked(session);
    if (is_banned(world, index, user))
        return "you are banned, +b";
    return is_muted(world, index, user) ? "you are muted, +b m:" : NULL;
}

bool channel_is_banned_locked(const struct session *session, uint32_t channel)
{
    return is_banned(session->world, channel, session_user_locked(session));
}

bool channel_is_shown_locked(const struct session *session, uint32_t index)
{
    const struct channel_shm *channel = &session->world->channels[index];
    if (channel->state != CHANNEL_LIVE || channel->member_count == 0)
        return false;
    return !(channel->modes & (CHANNEL_SECRET | CHANNEL_PRIVATE)) ||
           member_find_locked(session->world, session->user, index) != NONE;
}

uint32_t channel_current(struct session *session, char name[CHANNEL_SIZE])
{
    if (!session_begin(session, 0))
        return NONE;
    uint32_t channel = session_current_locked(session);
    if (channel != NONE)
        text_copy(name, CHANNEL_SIZE, session->world->channels[channel].name);
    session_commit(session);
    if (channel == NONE)
        session_reply(session, REPLY_NO_CURRENT, NULL);
    return channel;
}

bool channel_take_name(struct session *session, char **rest, char name[CHANNEL_SIZE])
{
    if (**rest != '#')
        return channel_current(session, name) != NONE;
    return channel_look_up(session, text_next_word(rest), name);
}

bool channel_look_up(struct session *session, const char *word, char name[CHANNEL_SIZE])
{
    if (!session_begin(session, 0))
        return false;
    uint32_t channel = channel_find_locked(session->world, word);
    if (channel != NONE)
        text_copy(name, CHANNEL_SIZE, session->world->channels[channel].name);
    session_commit(session);
    if (channel == NONE)
        session_reply(session, REPLY_NO_SUCH_CHANNEL, word, NULL);
    return channel != NONE;
}

bool channel_complete_name(const char *word, char name[CHANNEL_SIZE])
{
    bool bare = *word && !strchr("#&+!@", *word);
    return snprintf(name, CHANNEL_SIZE, "%s%s", bare ? "#" : "", word) < CHANNEL_SIZE && name_is_channel(name);
}

/* Publishes that the session's user joined, and makes it so. */
void channel_join_locked(struct session *session, uint32_t channel, uint32_t flags, uint32_t how)
{
    struct world *world = session->world;
    struct event event = session_event_locked(session, EVENT_JOIN);
    event.strings.join.channel_name = world->channels[channel].name;
    event.numbers.join.channel = channel;
    event.numbers.join.member_flags = flags;
    event.numbers.join.current_before = session_current_locked(session);
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    event.flags |= how;
    event.strings.join.realname = session_user_locked(session)->realname;
    session_publish_locked(session, &event);
    CRASHPOINT("join-published");
    connection_set_current_locked(world, session->connection, channel);
    /* Newcomers to a channel may be away already. IRCv3 away-notify. */
    const char *away = session_user_locked(session)->away;
    if (*away) {
        struct event notice = session_event_locked(session, EVENT_AWAY);
        notice.strings.away.text = away;
        notice.audience = AUDIENCE_CHANNEL;
        notice.target = channel;
        notice.flags |= EVENT_NOT_SOURCE;
        event_publish_locked(world, &notice);
    }
}

void channel_enter_lobby_locked(struct session *session)
{
    if (member_add_locked(session->world, session->user, LOBBY, 0) != NONE)
        channel_join_locked(session, LOBBY, 0, EVENT_ARRIVING);
}

/* Whether there is room for one more membership, and for one more channel if it is a new one. REPLY_OK if so. In the
 * lobby there always is. */
static enum reply_code check_shares_locked(const struct session *session, uint32_t channel)
{
    const struct world *world = session->world;
    enum share_answer answer = SHARE_FITS;
    if (channel == NONE)
        answer = share_ask_locked(world, SHARE_CHANNELS, session->user);
    if (answer == SHARE_FITS && channel != LOBBY)
        answer = share_ask_locked(world, SHARE_MEMBERS, session->user);
    return answer == SHARE_FITS ? REPLY_OK : answer == SHARE_NONE ? REPLY_SERVER_FULL : REPLY_SHARE_OF_CHANNELS;
}

enum reply_code channel_enter_locked(struct session *session, const char *name, const char *key)
{
    struct world *world = session->world;
    uint32_t channel = channel_find_locked(world, name), flags = 0;
    if (channel != NONE && member_find_locked(world, session->user, channel) != NONE)
        return REPLY_TALKING_IN;
    if (session_user_locked(session)->membership_count >= session->settings->channel_limit)
        return REPLY_TOO_MANY_CHANNELS;
    enum reply_code refusal = check_shares_locked(session, channel);
    if (refusal != REPLY_OK)
        return refusal;
    if (channel == NONE && channel_find_alike_locked(world, name, NONE) != NONE)
        return REPLY_CHANNEL_ALIKE;
    if (channel == NONE) {
        channel = channel_create_locked(world, name, session->user);
        channel_set_modes_locked(world, channel, session->settings->channel_modes);
        flags = MEMBER_OPERATOR;
    } else {
        refusal = check_join_locked(session, channel, key);
        if (refusal != REPLY_OK)
            return refusal;
    }
    uint32_t invitation = invitation_find_locked(world, channel, session->user);
    if (invitation != NONE)
        mask_remove_locked(world, invitation);
    member_add_locked(world, session->user, channel, flags);
    channel_join_locked(session, channel, flags, 0);
    return REPLY_OK;
}

/* Makes a channel that the user is in already the one they talk in. */
static void make_current_locked(struct session *session, uint32_t channel)
{
    struct world *world = session->world;
    struct event event = session_event_locked(session, EVENT_CURRENT);
    event.strings.current.channel_name = world->channels[channel].name;
    event.numbers.current.before = session_current_locked(session);
    event.numbers.current.after = channel;
    event.audience = AUDIENCE_CONNECTION;
    event.target = session->connection;
    event_publish_locked(world, &event);
    connection_set_current_locked(world, session->connection, channel);
}

void channel_join(struct session *session, struct request *request)
{
    char *rest = request->arguments[0], name[CHANNEL_SIZE];
    const char *word = text_next_word(&rest);
    if (!channel_complete_name(word, name)) {
        session_reply(session, REPLY_BAD_CHANNEL, word, NULL);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    char shown[CHANNEL_SIZE]; /* in the letters of who made it */
    const char *key = request->count > 1 ? request->arguments[1] : "";
    enum reply_code answer = channel_enter_locked(session, name, key);
    uint32_t channel = channel_find_locked(session->world, name);
    text_copy(shown, sizeof shown, channel == NONE ? name : session->world->channels[channel].name);
    if (answer == REPLY_TALKING_IN)
        make_current_locked(session, channel);
    session_commit(session);
    password_try_key(session, answer, key);
    session_reply(session, answer == REPLY_OK ? REPLY_TALKING_IN : answer, shown, NULL);
}

/* Tells the couriers of the user's connections that talk in a channel which they leave what they talk in then. */
static void leave_current_locked(struct world *world, uint32_t user, uint32_t channel)
{
    bool in_lobby = channel != LOBBY && member_find_locked(world, user, LOBBY) != NONE;
    for (uint32_t at = NONE; (at = connection_next_locked(world, user, at)) != NONE;) {
        if (world->connections[at].current != channel)
            continue;
        struct event event = event_of_locked(world, EVENT_CURRENT, user);
        event.connection = at;
        event.audience = AUDIENCE_NOBODY;
        event.numbers.current.before = channel;
        event.numbers.current.after = in_lobby ? LOBBY : NONE;
        event_publish_locked(world, &event);
    }
}

/* Fills in what PART and KICK have in common, publishes, and removes the membership. */
void channel_remove_locked(struct session *session, struct event *event, uint32_t user,
                           uint32_t channel)
{
    struct world *world = session->world;
    uint32_t member = member_find_locked(world, user, channel);
    if (event->type == EVENT_PART && mute_why_locked(world, user, channel))
        event->strings.part.text = ""; /* no way to say something nevertheless */
    event->strings.part.channel_name = world->channels[channel].name;
    event->numbers.part.channel = channel;
    event->numbers.part.member_flags = world->members[member].flags;
    event->audience = AUDIENCE_CHANNEL;
    event->target = channel;
    session_publish_locked(session, event);
    leave_current_locked(world, user, channel);
    member_remove_locked(world, member);
}

void channel_leave(struct session *session, const char *name, const char *text)
{
    struct world *world = session->world;
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    char shown[CHANNEL_SIZE];
    uint32_t channel = channel_find_locked(world, name);
    bool member = channel != NONE && member_find_locked(world, session->user, channel) != NONE;
    text_copy(shown, sizeof shown, channel == NONE ? name : world->channels[channel].name);
    if (member) {
        struct event event = session_event_locked(session, EVENT_PART);
        event.strings.part.text = text;
        channel_remove_locked(session, &event, session->user, channel);
    }
    session_commit(session);
    if (channel == NONE)
        session_reply(session, REPLY_NO_SUCH_CHANNEL, name, NULL);
    else
        session_reply(session, member ? REPLY_LEFT : REPLY_NOT_ON_CHANNEL, shown, NULL);
}

void channel_part(struct session *session, struct request *request)
{
    char name[CHANNEL_SIZE];
    const char *text = request->count > 1 ? request->arguments[1] : "";
    if (request->count == 0) {
        if (channel_current(session, name) == NONE)
            return;
    } else if (!channel_complete_name(request->arguments[0], name)) {
        session_reply(session, REPLY_BAD_CHANNEL, request->arguments[0], NULL);
        return;
    }
    if (strlen(text) >= LAST_WORDS_SIZE) { /* IRC clients could not be shown it whole */
        command_say_in(session, name, text);
        text = "";
    }
    channel_leave(session, name, text);
}

/* Whether the session's user may moderate that channel. */
bool channel_may_moderate_locked(const struct session *session, uint32_t channel)
{
    if (session_user_locked(session)->flags & USER_OPERATOR)
        return true;
    uint32_t member = member_find_locked(session->world, session->user, channel);
    return member != NONE && (session->world->members[member].flags & MEMBER_OPERATOR);
}

enum reply_code channel_kick_locked(struct session *session, uint32_t channel, uint32_t victim,
                                    const char *text)
{
    struct world *world = session->world;
    char comment[KICK_SIZE];
    if (!channel_may_moderate_locked(session, channel))
        return REPLY_NOT_CHANNEL_OPERATOR;
    if (victim == NONE)
        return REPLY_NO_SUCH_NICK;
    if (member_find_locked(world, victim, channel) == NONE)
        return REPLY_NOT_THERE;
    text_copy(comment, sizeof comment, text);
    struct event event = session_event_locked(session, EVENT_KICK);
    event.strings.kick.nick = world->users[victim].nick;
    event.strings.kick.shown = user_shown(&world->users[victim]);
    event.strings.kick.text = comment;
    event.target_user = victim;
    channel_remove_locked(session, &event, victim, channel);
    return REPLY_OK;
}

void channel_kick(struct session *session, struct request *request)
{
    struct world *world = session->world;
    char *rest = request->arguments[0], name[CHANNEL_SIZE];
    if (!channel_take_name(session, &rest, name))
        return;
    const char *nick = text_next_word(&rest);
    if (!nick) {
        command_need_more(session, request->verb);
        return;
    }
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    enum reply_code answer = REPLY_NO_SUCH_CHANNEL; /* it has ended meanwhile */
    uint32_t channel = channel_find_locked(world, name);
    if (channel != NONE)
        answer = channel_kick_locked(session, channel, user_find_locked(world, nick), rest);
    session_commit(session);
    if (answer == REPLY_NOT_CHANNEL_OPERATOR || answer == REPLY_NO_SUCH_CHANNEL)
        session_reply(session, answer, name, NULL);
    else if (answer != REPLY_OK)
        session_reply(session, answer, nick, name, NULL);
}

enum reply_code channel_topic_locked(struct session *session, uint32_t channel, const char *topic)
{
    struct world *world = session->world;
    if (session->user != NONE && member_find_locked(world, session->user, channel) == NONE)
        return REPLY_NOT_ON_CHANNEL;
    if ((world->channels[channel].modes & CHANNEL_TOPIC_LOCK) &&
        !channel_may_moderate_locked(session, channel))
        return REPLY_NOT_CHANNEL_OPERATOR;
    if (mute_why_locked(world, session->user, channel))
        return REPLY_MUTED;
    channel_set_topic_locked(world, channel, topic, session_user_locked(session)->nick);
    struct event event = session_event_locked(session, EVENT_TOPIC);
    event.strings.topic.channel_name = world->channels[channel].name;
    event.strings.topic.topic = world->channels[channel].topic;
    event.audience = AUDIENCE_CHANNEL;
    event.target = channel;
    session_publish_locked(session, &event);
    return REPLY_OK;
}

void channel_topic(struct session *session, struct request *request)
{
    char nothing[] = "", *rest = request->count > 0 ? request->arguments[0] : nothing, name[CHANNEL_SIZE];
    if (!channel_take_name(session, &rest, name))
        return;
    struct request whole = {.verb = request->verb, .count = *rest ? 2 : 1, .arguments = {name, rest}};
    irc_topic(session, &whole);
}
