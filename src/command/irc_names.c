/* IRC: who is in a channel, as NAMES shows it. RFC 2812 section 3.2.5. Run by workers; changes nothing. */
#include "irc_names.h"

#include <stdlib.h>
#include <string.h>

#include "families.h"

/* One member as it is kept: its flags in a byte, then the words that are shown, then a zero byte. Packed, because
 * a channel may have thousands and a worker's memory is new to it page by page. */
#define MEMBER_BYTES (1 + NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 2)

static void keep_member(struct names *names, const struct user_shm *user, uint32_t flags)
{
    struct text words;
    *names->end++ = (char)flags;
    text_init(&words, names->end, MEMBER_BYTES - 1);
    text_add(&words, user->nick);
    if (names->caps & CAP_BIT(USERHOST_IN_NAMES))
        text_addf(&words, "!%s@%s", user->username, user->host);
    names->end += words.length + 1;
}

/* Room for `count` members; what is not used is never touched. */
static bool make_room(struct names *names, size_t count)
{
    names->next = names->members = names->end = malloc((count + 1) * MEMBER_BYTES);
    return names->members != NULL;
}

bool names_open_locked(struct names *names, const struct world *world, uint32_t viewer, uint32_t index)
{
    const struct channel_shm *channel = &world->channels[index];
    bool inside = member_find_locked(world, viewer, index) != NONE;
    *names = (struct names){.caps = world->users[viewer].caps, .symbol = "="};
    memcpy(names->channel, channel->name, sizeof names->channel);
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
        const struct user_shm *user = &world->users[world->members[at].user];
        if (!inside && (user->flags & USER_INVISIBLE))
            continue;
        keep_member(names, user, world->members[at].flags);
    }
    return true;
}

void names_add_prefix(struct text *text, uint32_t flags, uint64_t caps)
{
    if (flags & MEMBER_OPERATOR)
        text_add_char(text, '@');
    if ((flags & MEMBER_VOICE) && ((caps & CAP_BIT(MULTI_PREFIX)) || !(flags & MEMBER_OPERATOR)))
        text_add_char(text, '+');
}

bool names_next(struct names *names, struct text *line, size_t room)
{
    while (names->next < names->end) {
        if (line->length > 0)
            text_add_char(line, ' ');
        names_add_prefix(line, (unsigned char)*names->next++, names->caps);
        text_add(line, names->next);
        names->next += strlen(names->next) + 1;
        if (line->length + NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 4 > room)
            break;
    }
    return line->length > 0;
}

void names_close(struct names *names)
{
    free(names->members);
}

static void show_members(struct session *session, struct names *names, const char *name)
{
    char bytes[NAMES_LINE];
    for (;;) {
        struct text line;
        text_init(&line, bytes, sizeof bytes);
        if (!names_next(names, &line, NAMES_LINE - strlen(name) - strlen(session->settings->server_name)))
            break;
        session_reply(session, REPLY_NAMES_LINE, names->symbol, name, bytes, NULL);
    }
}

void irc_show_names(struct session *session, const char *name)
{
    struct names names = {0};
    if (!session_begin(session, 0))
        return;
    uint32_t channel = channel_find_locked(session->world, name);
    if (channel != NONE)
        names_open_locked(&names, session->world, session->user, channel);
    session_commit(session);
    if (channel != NONE)
        name = names.channel;
    show_members(session, &names, name);
    session_reply(session, REPLY_NAMES_END, name, NULL);
    names_close(&names);
}

/* ---- everybody ---- */

/* Whether NAMES for everything shows the user in some channel. */
static bool is_in_sight_locked(const struct session *session, uint32_t user)
{
    const struct world *world = session->world;
    for (uint32_t at = world->users[user].first_membership; at != NONE; at = world->members[at].next_of_user)
        if (channel_is_shown_locked(session, world->members[at].channel))
            return true;
    return false;
}

/* Those who can be seen but are in no channel that can, as members of the channel "*". */
static void show_strangers(struct session *session)
{
    const struct world *world = session->world;
    struct names names = {.channel = "*", .symbol = "*", .caps = session->caps};
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_users_end_locked(world);
    bool room = make_room(&names, end);
    for (uint32_t i = 0; room && i < end; i++) {
        const struct user_shm *user = &world->users[i];
        if (user->state != USER_PRESENT || !irc_sees_user_locked(session, i) || is_in_sight_locked(session, i))
            continue;
        keep_member(&names, user, 0);
    }
    session_commit(session);
    show_members(session, &names, names.channel);
    names_close(&names);
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
        while (i < end && !channel_is_shown_locked(session, i))
            i++;
        if (i < end)
            names_open_locked(&names, world, session->user, i);
        session_commit(session);
        show_members(session, &names, names.channel);
        names_close(&names);
    }
    show_strangers(session);
    session_reply(session, REPLY_NAMES_END, "*", NULL);
}

void irc_names(struct session *session, struct request *request)
{
    if (request->count == 0) {
        show_everybody(session);
        return;
    }
    char *rest = request->arguments[0], *name;
    while ((name = text_next_item(&rest, ',')))
        if (*name)
            irc_show_names(session, name);
}
