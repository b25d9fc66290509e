/* Questions: who is here, which channels there are, what one can do. Run by workers; changes nothing.
 *
 * An answer of any size is copied out of the tables under one hold of the lock, so that it is of one
 * moment, and worded afterwards without it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "families.h"

/* Names are shown so many bytes to a line. */
#define NAMES_WIDTH 400

struct shown_user {
    uint64_t order;
    char name[ADDRESS_SIZE];
};

static int by_order(const void *left, const void *right)
{
    const struct shown_user *a = left, *b = right;
    return a->order < b->order ? -1 : a->order > b->order;
}

void query_who(struct session *session, struct request *request)
{
    (void)request;
    struct world *world = session->world;
    if (!session_begin(session, 0))
        return;
    const size_t room = world_present_locked(world);
    struct shown_user *users = calloc(room + 1, sizeof *users);
    size_t count = 0;
    uint32_t end = users ? world_users_end_locked(world) : 0;
    for (uint32_t i = 0; i < end && count < room; i++) {
        const struct user_shm *user = &world->users[i];
        if (user->state != USER_PRESENT)
            continue;
        users[count].order = user->order;
        text_copy(users[count].name, sizeof users[count].name, user_shown(user));
        count++;
    }
    session_commit(session);

    if (count > 0)
        qsort(users, count, sizeof *users, by_order);
    char line[NAMES_WIDTH + ADDRESS_SIZE];
    struct text text;
    text_init(&text, line, sizeof line);
    for (size_t i = 0; i < count; i++) {
        if (text.length > 0)
            text_add_char(&text, ' ');
        text_add(&text, users[i].name);
        if (text.length >= NAMES_WIDTH || i + 1 == count) {
            session_reply(session, REPLY_USERS, line, NULL);
            text_init(&text, line, sizeof line);
        }
    }
    free(users);
}

struct shown_channel {
    uint32_t members;
    char name[CHANNEL_SIZE];
    char topic[TOPIC_SIZE];
};

void query_show_channels(struct session *session, channel_filter *fits, const void *wanted)
{
    struct world *world = session->world;
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_channels_end_locked(world);
    struct shown_channel *channels = calloc(end, sizeof *channels);
    size_t count = 0;
    for (uint32_t i = 0; channels && i < end; i++) {
        const struct channel_shm *channel = &world->channels[i];
        if (!channel_is_shown_locked(session, i) || !fits(wanted, channel))
            continue;
        channels[count].members = channel->member_count;
        memcpy(channels[count].name, channel->name, sizeof channel->name);
        memcpy(channels[count++].topic, channel->topic, sizeof channel->topic);
    }
    session_commit(session);
    for (size_t i = 0; i < count; i++) {
        char members[12];
        snprintf(members, sizeof members, "%u", channels[i].members);
        session_reply(session, REPLY_LIST_LINE, channels[i].name, members, channels[i].topic, NULL);
    }
    free(channels);
}

static bool fits_always(const void *wanted, const struct channel_shm *channel)
{
    (void)wanted;
    (void)channel;
    return true;
}

void query_list(struct session *session, struct request *request)
{
    (void)request;
    query_show_channels(session, fits_always, NULL);
}

void command_show_help(struct session *session)
{
    const struct command *command;
    for (int i = 0; (command = command_list(session->door, i)); i++) {
        char usage[100], line[200];
        snprintf(usage, sizeof usage, "%s%s %s", session->verb_prefix, command->verb, command->syntax);
        snprintf(line, sizeof line, "%-34s %s", usage, command->meaning);
        session_reply(session, REPLY_HELP_LINE, line, NULL);
    }
    session_reply(session, REPLY_HELP_LINE, "@<nick> <text>                     say it to one person", NULL);
    session_reply(session, REPLY_HELP_LINE,
                  "@all <text>, @tous <text>          say it to everyone in the current channel", NULL);
}

void query_help(struct session *session, struct request *request)
{
    (void)request;
    command_show_help(session);
}
