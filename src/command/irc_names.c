/* IRC: who is in a channel, as NAMES shows it. RFC 2812 section 3.2.5. Run by workers; changes nothing. */
#include "irc_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/crashpoint.h"
#include "rows.h"

/* Lines of one transaction: some of what a session's buffer holds. */
#define LINES_AT_ONCE 16

static void note_member(struct names *names, uint32_t user)
{
    names->members[names->count++] = (struct names_member){user, names->world->users[user].generation};
}

/* Room for `count` members; what is not used is never touched. */
static bool make_room(struct names *names, size_t count)
{
    names->members = malloc((count + 1) * sizeof *names->members);
    return names->members != NULL;
}

bool irc_names_open_locked(struct names *names, const struct world *world, uint32_t viewer, uint64_t caps,
                           uint32_t index)
{
    const struct channel_shm *channel = &world->channels[index];
    bool inside = member_find_locked(world, viewer, index) != NONE;
    *names =
        (struct names){.world = world, .index = index, .generation = channel->generation, .caps = caps, .symbol = "="};
    text_copy(names->channel, sizeof names->channel, channel->name);
    if (channel->modes & CHANNEL_SECRET)
        names->symbol = "@";
    else if (channel->modes & CHANNEL_PRIVATE)
        names->symbol = "*";
    if (!inside && *names->symbol != '=')
        return true; /* nobody to be seen */
    if (!make_room(names, channel->member_count))
        return false;
    uint32_t left = channel->member_count;
    for (uint32_t at = channel->first_member; at != NONE && left-- > 0; at = world->members[at].next_of_channel) {
        if (inside || !(world->users[world->members[at].user].flags & USER_INVISIBLE))
            note_member(names, world->members[at].user);
    }
    return true;
}

void irc_names_add_prefix(struct text *text, uint32_t flags, uint64_t caps)
{
    if (flags & MEMBER_OPERATOR)
        text_add_char(text, '@');
    if ((flags & MEMBER_VOICE) && ((caps & CAP_BIT(MULTI_PREFIX)) || !(flags & MEMBER_OPERATOR)))
        text_add_char(text, '+');
}

/* Adds the member, if it still is one. */
static void add_member_locked(const struct names *names, const struct names_member *noted, struct text *line)
{
    const struct user_shm *user = &names->world->users[noted->user];
    uint32_t flags = 0;
    if (user->generation != noted->generation || user->state != USER_PRESENT)
        return;
    if (names->index != NONE) {
        uint32_t member = member_find_locked(names->world, noted->user, names->index);
        if (member == NONE)
            return;
        flags = names->world->members[member].flags;
    }
    if (line->length > 0)
        text_add_char(line, ' ');
    irc_names_add_prefix(line, flags, names->caps);
    text_add(line, user->nick);
    if (names->caps & CAP_BIT(USERHOST_IN_NAMES))
        text_addf(line, "!%s@%s", user->username, user->host);
}

bool irc_names_next_locked(struct names *names, struct text *line, size_t room)
{
    if (names->index != NONE) {
        const struct channel_shm *channel = &names->world->channels[names->index];
        if (channel->generation != names->generation)
            return false; /* all have left it */
        text_copy(names->channel, sizeof names->channel, channel->name);
    }
    while (names->next < names->count && line->length + NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 4 <= room)
        add_member_locked(names, &names->members[names->next++], line);
    return line->length > 0;
}

void irc_names_close(struct names *names)
{
    free(names->members);
}

static void show_members(struct session *session, struct names *names)
{
    char bytes[NAMES_LINE];
    struct text line;
    for (bool more = names->count > 0; more;) {
        session_flush(session);
        if (!session_begin(session, 0))
            return;
        for (int i = 0; i < LINES_AT_ONCE && more; i++) {
            text_init(&line, bytes, sizeof bytes);
            more = irc_names_next_locked(names, &line,
                                         NAMES_LINE - strlen(names->channel) - strlen(session->settings->server_name));
            if (more)
                session_reply(session, REPLY_NAMES_LINE, names->symbol, names->channel, bytes, NULL);
        }
        session_commit(session);
    }
}

void irc_names_show_channel(struct session *session, const char *name)
{
    struct names names = {0};
    if (!session_begin(session, 0))
        return;
    uint32_t channel = channel_find_locked(session->world, name);
    if (channel != NONE)
        irc_names_open_locked(&names, session->world, session->user, session->caps, channel);
    session_commit(session);
    CRASHPOINT("names-noted");
    show_members(session, &names);
    session_reply(session, REPLY_NAMES_END, channel != NONE ? names.channel : name, NULL);
    irc_names_close(&names);
}

/* ---- everybody ---- */

/* Whether NAMES for everything shows the user in some channel. */
static bool is_in_sight_locked(const struct session *session, uint32_t user)
{
    const struct world *world = session->world;
    for (uint32_t at = world->users[user].first_membership; at != NONE; at = world->members[at].next_of_user)
        if (session_is_shown_channel_locked(session, world->members[at].channel))
            return true;
    return false;
}

/* Users who can be seen, but in no channel that can, are shown as members of the channel "*". */
static void show_strangers(struct session *session)
{
    const struct world *world = session->world;
    struct names names = {.world = world, .index = NONE, .channel = "*", .symbol = "*", .caps = session->caps};
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_users_end_locked(world);
    bool room = make_room(&names, end);
    for (uint32_t i = 0; room && i < end; i++) {
        if (world->users[i].state == USER_PRESENT && session_sees_user_locked(session, i) &&
            !is_in_sight_locked(session, i))
            note_member(&names, i);
    }
    session_commit(session);
    show_members(session, &names);
    irc_names_close(&names);
}

/* RFC 2812 section 3.2.5: every channel that can be seen, then everybody else. A channel is looked at by itself:
 * what changes meanwhile may be shown or not. */
static void show_everybody(struct session *session)
{
    const struct world *world = session->world;
    for (uint32_t i = 0, end = 1; i < end; i++) {
        struct names names = {0};
        if (!session_begin(session, 0))
            return;
        end = world_channels_end_locked(world);
        while (i < end && !session_is_shown_channel_locked(session, i))
            i++;
        if (i < end)
            irc_names_open_locked(&names, world, session->user, session->caps, i);
        session_commit(session);
        show_members(session, &names);
        irc_names_close(&names);
    }
    show_strangers(session);
    session_reply(session, REPLY_NAMES_END, "*", NULL);
}

void irc_names_show(struct session *session, struct request *request)
{
    if (request->count == 0) {
        show_everybody(session);
        return;
    }
    char *rest = request->arguments[0], *name;
    if (!text_has_item(rest, ','))
        session_reply(session, REPLY_NAMES_END, "*", NULL);
    while ((name = text_next_item(&rest, ',')))
        if (*name)
            irc_names_show_channel(session, name);
}
