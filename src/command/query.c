/* Questions: who is here, which channels there are, what one can do. Run by workers; changes nothing.
 *
 * An answer of any size is copied out of the tables under one hold of the lock, so that it is of one
 * moment, and worded afterwards without it. */
#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "channel.h"
#include "rows.h"

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

void query_show_channels(struct session *session, query_fits *fits, const void *wanted)
{
    struct world *world = session->world;
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_channels_end_locked(world);
    struct shown_channel *channels = calloc(end, sizeof *channels);
    size_t count = 0;
    for (uint32_t i = 0; channels && i < end; i++) {
        const struct channel_shm *channel = &world->channels[i];
        if (!session_is_shown_channel_locked(session, i) || !fits(wanted, channel))
            continue;
        channels[count].members = channel->member_count;
        text_copy(channels[count].name, sizeof channels[count].name, channel->name);
        text_copy(channels[count].topic, sizeof channels[count].topic, channel->topic);
        count++;
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

void query_show_place(struct session *session)
{
    char name[ADDRESS_SIZE], channel[CHANNEL_SIZE];
    if (channel_current(session, channel) == NONE || !session_begin(session, 0))
        return;
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    session_commit(session);
    session_reply(session, REPLY_PLACE, name, channel, NULL);
}

/* The rules of the house; for people and IRC. */
void query_rules(struct session *session, struct request *request)
{
    const char *rules = session->settings->rules;
    (void)request;
    if (!rules) {
        session_reply(session, REPLY_NO_RULES, NULL);
        return;
    }
    session_reply(session, REPLY_RULES_START, session->settings->server_name, NULL);
    session_reply_lines(session, REPLY_RULES_LINE, rules);
    session_reply(session, REPLY_RULES_END, NULL);
}

/* ---- HELP, for people ---- */

static void add_usage(struct text *text, const struct session *session, const struct command *command,
                      const char *syntax)
{
    text_addf(text, "%s%s%s%s", !command->is_subject ? session->speech->verb_prefix : "", command->verb,
              *command->verb && *syntax ? " " : "", syntax);
}

/* How it is written and what it does: with "[server] " at most 79 columns. */
static void show_usage(struct session *session, const struct command *command, const char *syntax)
{
    char line[200];
    struct text text;
    text_init(&text, line, sizeof line);
    add_usage(&text, session, command, syntax);
    do
        text_add_char(&text, ' ');
    while (text.length < 28);
    text_add(&text, command->meaning);
    session_reply(session, REPLY_HELP_LINE, line, NULL);
}

static void show_command(struct session *session, const struct command *command)
{
    show_usage(session, command, command->syntax);
}

static void show_commands(struct session *session, enum command_help help)
{
    const struct command *command;
    for (int i = 0; (command = command_list(session->speech->dialect, i)); i++)
        if (command->help == help)
            show_command(session, command);
}

void query_show_help(struct session *session, const char *token)
{
    char line[400];
    struct text text;
    const struct command *command;
    for (int i = 0; (command = command_list(session->speech->dialect, i)); i++) {
        if (command->help == HELP_FIRST)
            show_command(session, command);
        else if (command->help == HELP_TOKEN && token)
            show_usage(session, command, token);
    }
    text_init(&text, line, sizeof line);
    text_add(&text, "also");
    for (int i = 0; (command = command_list(session->speech->dialect, i)); i++)
        if (command->help == HELP_MORE)
            text_addf(&text, " %s%s", !command->is_subject ? session->speech->verb_prefix : "", command->verb);
    session_reply(session, REPLY_HELP_LINE, line, NULL);
}

void query_show_operator_help(struct session *session)
{
    show_commands(session, HELP_OPERATOR);
}

static void show_all(struct session *session)
{
    const struct command *command;
    bool operates = session_operates(session);
    for (int i = 0; (command = command_list(session->speech->dialect, i)); i++)
        if (command->help != HELP_OPERATOR || operates)
            show_command(session, command);
}

/* The row that `word` is about, which may have a slash: a verb, stop, or what is behind an @. */
static const struct command *find_subject(enum dialect_kind dialect, const char *word)
{
    const struct command *command;
    const char *name = *word == '/' ? word + 1 : word;
    if (*word == '@')
        name = strcasecmp(word, "@all") == 0 || strcasecmp(word, "@tous") == 0 ? "@all" : "@<nick>";
    for (int i = 0; (command = command_list(dialect, i)); i++)
        if (*name && strcasecmp(command->verb, name) == 0)
            return command;
    return NULL;
}

void query_help(struct session *session, struct request *request)
{
    char line[200];
    struct text text;
    if (request->count == 0) {
        show_all(session);
        return;
    }
    const struct command *command = find_subject(session->speech->dialect, request->arguments[0]);
    if (!command) {
        const char *word = request->arguments[0];
        session_reply(session, REPLY_UNKNOWN_COMMAND, *word == '/' && *session->speech->verb_prefix ? word + 1 : word,
                      NULL);
        return;
    }
    text_init(&text, line, sizeof line);
    add_usage(&text, session, command, command->syntax);
    text_addf(&text, ": %s", command->meaning);
    session_reply(session, REPLY_HELP_LINE, line, NULL);
}
