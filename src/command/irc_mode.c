/* MODE for channels. RFC 2811 section 4, RFC 2812 section 3.2.3, Modern IRC client protocol. Run by workers.
 *
 * All changes of one request are one transaction, and what came of them is told in one event (or a few, if it is
 * too long for one message). What is asked for (lists) is answered afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "families.h"
#include "world/modes.h"
#include "world/shares.h"

/* Bytes of arguments in one MODE message; the largest event that makes. */
#define ARGUMENTS_LENGTH 250
#define SHOWN_SIZE       (MODE_ARGUMENTS * (ADDRESS_SIZE + 1) + ARGUMENTS_LENGTH + MASK_SIZE + 2)
#define MODE_EVENT_NEED  (ARGUMENTS_LENGTH + MASK_SIZE + SHOWN_SIZE + 1024)
#define MODE_EVENTS      10

struct work {
    struct session *session;
    uint32_t channel;
    unsigned asked;  /* 1 << enum mask_kind: lists to show */
    char unknown[MODE_CHANGES + 1]; /* letters that are no modes and have been answered */
    bool moderates;  /* the session's user may change modes */
    bool refused;    /* and was told that they may not */
    char sign;       /* of the last change told */
    struct text letters, arguments; /* what was done */
    struct text shown;              /* the arguments with an address for who has no nick */
    char letters_bytes[2 * MODE_CHANGES + 8], arguments_bytes[ARGUMENTS_LENGTH + MASK_SIZE + 2];
    char shown_bytes[SHOWN_SIZE];
};

/* ---- telling ---- */

static void start_telling(struct work *work)
{
    work->sign = '\0';
    text_init(&work->letters, work->letters_bytes, sizeof work->letters_bytes);
    text_init(&work->arguments, work->arguments_bytes, sizeof work->arguments_bytes);
    text_init(&work->shown, work->shown_bytes, sizeof work->shown_bytes);
}

static void tell_locked(struct work *work)
{
    char changes[sizeof work->letters_bytes + sizeof work->arguments_bytes];
    char shown[sizeof work->letters_bytes + sizeof work->shown_bytes];
    struct world *world = work->session->world;
    if (work->letters.length == 0)
        return;
    snprintf(changes, sizeof changes, "%s%s", work->letters_bytes, work->arguments_bytes);
    struct event event = session_event_locked(work->session, EVENT_MODE);
    event.strings.mode.channel_name = world->channels[work->channel].name;
    event.strings.mode.changes = changes;
    snprintf(shown, sizeof shown, "%s%s", work->letters_bytes, work->shown_bytes);
    if (strcmp(shown, changes) != 0)
        event.strings.mode.shown = shown;
    event.audience = AUDIENCE_CHANNEL;
    event.target = work->channel;
    session_publish_locked(work->session, &event);
    start_telling(work);
}

/* Notes a change that was made; `shown` stands for the argument where people read it. */
static void note_shown(struct work *work, bool on, char letter, const char *argument, const char *shown)
{
    if (argument && work->arguments.length + strlen(argument) > ARGUMENTS_LENGTH)
        tell_locked(work);
    char sign = on ? '+' : '-';
    if (sign != work->sign)
        text_add_char(&work->letters, sign);
    work->sign = sign;
    text_add_char(&work->letters, letter);
    if (argument) {
        text_addf(&work->arguments, " %s", argument);
        text_addf(&work->shown, " %s", shown);
    }
}

static void note(struct work *work, bool on, char letter, const char *argument)
{
    note_shown(work, on, letter, argument, argument);
}

static void complain(struct work *work, const struct mode_change *change, const char *why)
{
    const char letter[] = {change->letter, '\0'};
    const char *name = work->session->world->channels[work->channel].name;
    session_reply(work->session, REPLY_BAD_MODE_ARGUMENT, name, letter,
                  *change->argument && !strchr(change->argument, ' ') && *change->argument != ':'
                      ? change->argument : "*", why, NULL);
}

/* ---- one change each ---- */

static bool has_blank_or_control(const char *string)
{
    for (; *string; string++)
        if ((unsigned char)*string <= ' ' || *string == 0x7f)
            return true;
    return false;
}

/* The mask as it is kept; m: in front makes it one that only forbids to speak, which is nothing for invitations. */
static bool make_mask(char mask[MASK_SIZE], const char *given, enum mask_kind kind)
{
    char normal[MASK_SIZE], whole[MASK_SIZE];
    bool mutes = (given[0] == 'm' || given[0] == 'M') && given[1] == ':';
    /* ::1, as the last parameter of a message, has lost its first colon. */
    if (given[0] == ':' && given[1] && !strpbrk(given, "*?!@") &&
        snprintf(whole, sizeof whole, "%s%s", given[1] == ':' ? "" : ":", given) < MASK_SIZE)
        given = whole;
    else if (given[0] == ':')
        return false;
    if (!*given || has_blank_or_control(given) || (mutes && kind == MASK_INVITE) ||
        !mask_normalise(normal, mutes ? given + 2 : given))
        return false;
    return snprintf(mask, MASK_SIZE, "%s%s", mutes ? "m:" : "", normal) < MASK_SIZE;
}

static void remove_mask_locked(struct work *work, const struct mode_change *change, uint32_t at)
{
    struct world *world = work->session->world;
    char mask[MASK_SIZE];
    text_copy(mask, sizeof mask, world->masks[at].mask);
    mask_remove_locked(world, at);
    note(work, false, change->letter, mask);
}

static void change_list_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->session->world;
    enum mask_kind kind = (enum mask_kind)change->row->what;
    char mask[MASK_SIZE];
    bool good = make_mask(mask, change->argument, kind);
    if (!change->on) {
        uint32_t at = good ? mask_find_locked(world, work->channel, kind, mask) : NONE;
        if (at == NONE) /* perhaps it was meant as it is written */
            at = mask_find_locked(world, work->channel, kind, change->argument);
        if (at != NONE) {
            remove_mask_locked(work, change, at);
            return;
        }
    }
    if (!good) {
        complain(work, change, "This is not a mask: use nick!user@host, an address, or a range as in 192.0.2.0/24");
        return;
    }
    if (!change->on)
        return;
    const char letter[] = {change->letter, '\0'};
    enum share_answer share = mask_find_locked(world, work->channel, kind, mask) == NONE
                                  ? share_ask_locked(world, SHARE_MASKS, work->session->user)
                                  : SHARE_FITS;
    if (share != SHARE_FITS) {
        session_reply(work->session, share == SHARE_SPENT ? REPLY_SHARE_OF_MASKS : REPLY_NO_ROOM_FOR_MASKS,
                      world->channels[work->channel].name, NULL);
        return;
    }
    switch (mask_add_locked(world, work->channel, kind, mask, work->session->user)) {
    case MASK_ADDED:
        note(work, true, change->letter, mask);
        break;
    case MASK_THERE:
        break;
    case MASK_LIST_FULL:
        session_reply(work->session, REPLY_LIST_FULL, world->channels[work->channel].name, letter, NULL);
        break;
    }
}

static void change_key_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->session->world;
    struct channel_shm *channel = &world->channels[work->channel];
    char before[KEY_SIZE];
    text_copy(before, sizeof before, channel->key);
    if (!change->on) {
        if (!*before)
            return;
        channel_set_key_locked(world, work->channel, "");
        note(work, false, 'k', before);
    } else if (!*change->argument || *change->argument == ':' || strchr(change->argument, ',') ||
               strlen(change->argument) >= KEY_SIZE || has_blank_or_control(change->argument)) {
        complain(work, change, "A key is at most 31 bytes without blanks, commas and control characters");
    } else if (strcmp(before, change->argument) != 0) {
        channel_set_key_locked(world, work->channel, change->argument);
        note(work, true, 'k', change->argument);
    }
}

static void change_limit_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->session->world;
    const struct channel_shm *channel = &world->channels[work->channel];
    int64_t limit = 0;
    char number[24];
    if (change->on && !parse_number(change->argument, 1, INT32_MAX, &limit)) {
        complain(work, change, "The limit is a number of members from 1");
        return;
    }
    if (channel->limit == (uint32_t)limit)
        return;
    channel_set_limit_locked(world, work->channel, (uint32_t)limit);
    snprintf(number, sizeof number, "%lld", (long long)limit);
    note(work, change->on, 'l', change->on ? number : NULL);
}

static void change_flag_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->session->world;
    uint32_t before = world->channels[work->channel].modes, after = before & ~change->row->what;
    if (change->on)
        after |= change->row->what;
    /* RFC 2811 section 4.2.6: never both of p and s; s is the stronger. */
    if (change->on && change->row->what == CHANNEL_PRIVATE && (before & CHANNEL_SECRET))
        return;
    if (after == before)
        return;
    if (change->on && change->row->what == CHANNEL_SECRET && (before & CHANNEL_PRIVATE)) {
        after &= ~(uint32_t)CHANNEL_PRIVATE;
        note(work, false, 'p', NULL);
    }
    channel_set_modes_locked(world, work->channel, after);
    note(work, change->on, change->letter, NULL);
}

static void change_status_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->session->world;
    const char *name = world->channels[work->channel].name;
    uint32_t user = user_find_locked(world, change->argument);
    if (user == NONE) {
        session_reply(work->session, REPLY_NO_SUCH_NICK, change->argument, NULL);
        return;
    }
    uint32_t member = member_find_locked(world, user, work->channel);
    if (member == NONE) {
        session_reply(work->session, REPLY_NOT_THERE, session_name_of(work->session, &world->users[user]), name, NULL);
        return;
    }
    uint32_t before = world->members[member].flags, after = before & ~change->row->what;
    if (change->on)
        after |= change->row->what;
    if (after == before)
        return;
    struct event event = event_of_server(EVENT_STATUS);
    event.audience = AUDIENCE_NOBODY;
    event.numbers.status.channel = work->channel;
    event.numbers.status.before = before;
    event.numbers.status.after = after;
    event.target_user = user;
    event_publish_locked(world, &event);
    member_set_flags_locked(world, member, after);
    note_shown(work, change->on, change->letter, world->users[user].nick, user_shown(&world->users[user]));
}

static void refuse_unknown(struct work *work, char letter)
{
    if ((unsigned char)letter >= 0x7f)
        letter = '*'; /* a byte of a letter of which there are more */
    const char string[] = {letter, '\0'};
    size_t known = strlen(work->unknown);
    if (strchr(work->unknown, letter) || (unsigned char)letter <= ' ')
        return;
    work->unknown[known] = letter;
    session_reply(work->session, REPLY_UNKNOWN_MODE, string, NULL);
}

static void change_locked(struct work *work, const struct mode_change *change)
{
    static void (*const types[])(struct work *, const struct mode_change *) = {
        [MODE_LIST] = change_list_locked, [MODE_KEY] = change_key_locked,
        [MODE_LIMIT] = change_limit_locked, [MODE_FLAG] = change_flag_locked,
        [MODE_STATUS] = change_status_locked};
    if (!change->row) {
        refuse_unknown(work, change->letter);
    } else if (change->row->type == MODE_LIST && !change->argument) {
        work->asked |= 1u << change->row->what;
    } else if (!work->moderates) {
        if (!work->refused)
            session_reply(work->session, REPLY_NOT_CHANNEL_OPERATOR,
                          work->session->world->channels[work->channel].name, NULL);
        work->refused = true;
    } else if (!change->argument && (change->row->type == MODE_STATUS ||
                                     (change->on && change->row->type != MODE_FLAG))) {
        command_need_more(work->session, "MODE");
    } else {
        types[change->row->type](work, change);
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
    while (channel != NONE && count < CHANNEL_MASKS &&
           (at = mask_next_locked(world, channel, kind, at)) != NONE) {
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

void channel_change_modes(struct session *session, const char *asked, char *const *words, int count)
{
    struct mode_change changes[MODE_CHANGES];
    struct work work = {.session = session};
    char name[CHANNEL_SIZE];
    int made = modes_parse(words, count, changes);
    if (!session_begin(session, MODE_ARGUMENTS * ring_need(512) + MODE_EVENTS * ring_need(MODE_EVENT_NEED)))
        return;
    work.channel = channel_find_locked(session->world, asked);
    if (work.channel != NONE) {
        text_copy(name, sizeof name, session->world->channels[work.channel].name);
        work.moderates = channel_may_moderate_locked(session, work.channel);
        start_telling(&work);
        for (int i = 0; i < made; i++)
            change_locked(&work, &changes[i]);
        tell_locked(&work);
        if (work.asked && !work.moderates && !channel_is_shown_locked(session, work.channel)) {
            work.asked = 0;
            session_reply(session, REPLY_NOT_ON_CHANNEL, name, NULL);
        }
    }
    session_commit(session);
    if (work.channel == NONE)
        session_reply(session, REPLY_NO_SUCH_CHANNEL, asked, NULL);
    for (int kind = 0; kind < MASK_KINDS; kind++)
        if (work.asked >> kind & 1)
            show_list(session, name, (enum mask_kind)kind);
}

void irc_mode(struct session *session, struct request *request)
{
    const char *target = request->arguments[0];
    if (*target != '#')
        irc_user_mode(session, request);
    else if (request->count == 1 || !*request->arguments[1])
        show_modes(session, target);
    else
        channel_change_modes(session, target, request->arguments + 1, request->count - 1);
}

/* As channel_take_name(), and what has neither sign nor # is a channel: who asks for the modes of `tips` would change those
 * of the current channel. Only letters that show a list need no sign. */
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

void channel_mode(struct session *session, struct request *request)
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
        channel_change_modes(session, name, words, count);
}
