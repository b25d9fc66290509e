/* MODE for channels. RFC 2812 section 3.2.3, Modern IRC client protocol. Run by workers and control processes.
 *
 * All changes of one request are one transaction. What is asked for (lists) is answered afterwards. */
#include "mode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/parse.h"
#include "channel.h"
#include "chat/modes.h"
#include "irc_umode.h"
#include "rows.h"
#include "world/modes.h"

/* ---- what is refused ---- */

/* A word that the client sent, if it can be a parameter. */
static const char *as_parameter(const char *word)
{
    return word && *word && *word != ':' && !strchr(word, ' ') ? word : "*";
}

/* In the running transaction, like the changes. */
static void refuse_locked(const struct chat *chat, uint32_t channel, const struct mode_change *change,
                          enum chat_result why)
{
    static const char *const reasons[CHAT_RESULTS] = {
        [CHAT_MASK_BAD] = "This is not a mask: use nick!user@host, an address, or a range as in 192.0.2.0/24",
        [CHAT_KEY_BAD] = "A key is at most 31 bytes without blanks, commas and control characters",
        [CHAT_LIMIT_BAD] = "The limit is a number of members from 1"};
    struct session *session = chat->asker;
    const struct world *world = chat->world;
    const char letter[] = {change->letter, '\0'}, *name = world->channels[channel].name, *nick = change->argument;
    if (reasons[why]) {
        session_reply(session, REPLY_BAD_MODE_ARGUMENT, name, letter, as_parameter(change->argument), reasons[why],
                      NULL);
    } else if (why == CHAT_LIST_FULL) {
        session_reply(session, REPLY_LIST_FULL, name, letter, NULL);
    } else if (why == CHAT_MODE_UNKNOWN) {
        session_reply(session, REPLY_UNKNOWN_MODE, letter, NULL);
    } else if (why == CHAT_MODE_BARE) {
        command_need_more(session, "MODE");
    } else {
        if (why == CHAT_NOT_THERE)
            nick = session_name_of(session, &world->users[user_find_locked(world, nick)]);
        answer_result(session, why, name, nick);
    }
}

/* ---- answers ---- */

struct shown_mask {
    int64_t set_at;
    char mask[MASK_SIZE];
    char set_by[NICK_SIZE];
};

static void show_list(struct session *session, const char *name, enum mask_kind kind)
{
    static const enum reply_code lines[] = {REPLY_BAN_LINE, REPLY_EXCEPTION_LINE, REPLY_INVEX_LINE};
    static const enum reply_code ends[] = {REPLY_BAN_END, REPLY_EXCEPTION_END, REPLY_INVEX_END};
    const struct world *world = session->world;
    struct shown_mask *masks = calloc(CHANNEL_MASKS, sizeof *masks);
    uint32_t count = 0;
    if (!masks || !session_begin(session, 0)) {
        free(masks);
        return;
    }
    uint32_t channel = channel_find_locked(world, name), at = NONE;
    while (channel != NONE && count < CHANNEL_MASKS && (at = mask_next_locked(world, channel, kind, at)) != NONE) {
        struct shown_mask *mask = &masks[count++];
        mask->set_at = world->masks[at].set_at;
        text_copy(mask->mask, sizeof mask->mask, world->masks[at].mask);
        text_copy(mask->set_by, sizeof mask->set_by, world->masks[at].set_by);
    }
    session_commit(session);
    for (uint32_t i = 0; i < count; i++) {
        char when[24];
        snprintf(when, sizeof when, "%lld", (long long)(masks[i].set_at / 1000));
        session_reply(session, lines[kind], name, masks[i].mask, masks[i].set_by, when, NULL);
    }
    free(masks);
    if (count == 0)
        session_reply(session, REPLY_NO_MASKS, name, NULL);
    session_reply(session, ends[kind], name, NULL);
}

/* The key is for members only; so it comes last, where it can be left out. */
static void show_modes(struct session *session, const char *asked)
{
    char modes[MODE_FLAGS_SIZE + KEY_SIZE + 32], flags[MODE_FLAGS_SIZE], created[24];
    struct world *world = session->world;
    struct text text;
    if (!session_begin(session, 0))
        return;
    uint32_t index = channel_find_locked(world, asked);
    if (index != NONE) {
        const struct channel_shm *channel = &world->channels[index];
        bool inside = member_find_locked(world, session->user, index) != NONE;
        modes_write_flags(channel->modes, flags);
        text_init(&text, modes, sizeof modes);
        text_addf(&text, "+%s%s%s", flags, channel->limit ? "l" : "", *channel->key ? "k" : "");
        if (channel->limit)
            text_addf(&text, " %u", channel->limit);
        if (*channel->key && inside)
            text_addf(&text, " %s", channel->key);
        snprintf(created, sizeof created, "%lld", (long long)(channel->created_at / 1000));
        session_reply(session, REPLY_MODE_IS, channel->name, modes, NULL);
        session_reply(session, REPLY_CREATED_AT, channel->name, created, NULL);
    } else {
        session_reply(session, REPLY_NO_SUCH_CHANNEL, asked, NULL);
    }
    session_commit(session);
}

void mode_change(struct session *session, const char *asked, char *const *words, int count)
{
    struct mode_change changes[MODE_CHANGES];
    char name[CHANNEL_SIZE] = "";
    unsigned lists;
    int made = modes_parse(words, count, changes);
    if (!session_begin(session, CHAT_MODES_NEED))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t channel = channel_find_locked(session->world, asked);
    if (channel != NONE)
        text_copy(name, sizeof name, session->world->channels[channel].name);
    enum chat_result result = chat_change_modes_locked(&chat, &actor, channel, changes, made, refuse_locked, &lists);
    session_commit(session);
    answer_result(session, result, channel != NONE ? name : asked, NULL);
    for (int kind = 0; kind < MASK_KINDS; kind++)
        if (lists >> kind & 1)
            show_list(session, name, (enum mask_kind)kind);
}

void mode_irc(struct session *session, struct request *request)
{
    const char *target = request->arguments[0];
    if (*target != '#')
        irc_umode_change(session, request);
    else if (request->count == 1 || !*request->arguments[1])
        show_modes(session, target);
    else
        mode_change(session, target, request->arguments + 1, request->count - 1);
}

/* As channel_take_name(), and what has neither sign nor # is a channel: a user who asks for the modes of `tips` would
 * change those of the current channel. Only letters that show a list need no sign. */
static bool take_channel(struct session *session, char **rest, char name[CHANNEL_SIZE])
{
    char whole[CHANNEL_SIZE];
    size_t length = strcspn(*rest, " \t");
    if (length == 0 || strchr("#+-", **rest) || strspn(*rest, "beI") == length)
        return channel_take_name(session, rest, name);
    const char *word = text_next_word(rest);
    if (channel_complete_name(word, whole))
        return channel_look_up(session, whole, name);
    session_reply(session, REPLY_BAD_CHANNEL, word, NULL);
    return false;
}

void mode_text(struct session *session, struct request *request)
{
    char nothing[] = "", *rest = request->count > 0 ? request->arguments[0] : nothing;
    char name[CHANNEL_SIZE], *words[COMMAND_ARGUMENTS];
    int count = 0;
    if (!take_channel(session, &rest, name))
        return;
    while (count < COMMAND_ARGUMENTS && (words[count] = text_next_word(&rest)))
        count++;
    if (count == 0)
        show_modes(session, name);
    else
        mode_change(session, name, words, count);
}
