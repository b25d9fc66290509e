/* Modes of channels: what each change needs, and what is told of it. RFC 2811 section 4, RFC 2812 section 3.2.3,
 * Modern IRC client protocol. Run by workers and control processes; writes channels, masks and flags of members.
 *
 * What came of one request is told in one event, or a few, if it is too long for one message. */
#include "modes.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "world/shares.h"

#define SHOWN_SIZE (MODE_ARGUMENTS * (ADDRESS_SIZE + 1) + CHAT_MODES_LENGTH + MASK_SIZE + 2)

struct work {
    const struct chat *chat;
    const struct actor *actor;
    chat_mode_refused *refused;
    uint32_t channel;
    unsigned asked;                 /* 1 << enum mask_kind: lists that are asked for */
    char unknown[MODE_CHANGES + 1]; /* letters that are no modes and have been refused */
    bool moderates;                 /* the actor may change modes */
    bool told;                      /* and was told that they may not */
    char sign;                      /* of the last change told */
    struct text letters, arguments; /* what was done */
    struct text shown;              /* the arguments, an address for a user without a nick */
    char letters_bytes[2 * MODE_CHANGES + 8], arguments_bytes[CHAT_MODES_LENGTH + MASK_SIZE + 2];
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
    struct world *world = work->chat->world;
    if (work->letters.length == 0)
        return;
    snprintf(changes, sizeof changes, "%s%s", work->letters_bytes, work->arguments_bytes);
    struct event event = actor_event_locked(work->chat, work->actor, EVENT_MODE);
    event.strings.mode.channel_name = world->channels[work->channel].name;
    event.strings.mode.changes = changes;
    snprintf(shown, sizeof shown, "%s%s", work->letters_bytes, work->shown_bytes);
    if (strcmp(shown, changes) != 0)
        event.strings.mode.shown = shown;
    event.audience = AUDIENCE_CHANNEL;
    event.target = work->channel;
    chat_publish_locked(work->chat, &event);
    start_telling(work);
}

/* Notes a change that was made; `shown` stands for the argument where people read it. */
static void note_shown(struct work *work, bool on, char letter, const char *argument, const char *shown)
{
    if (argument && work->arguments.length + strlen(argument) > CHAT_MODES_LENGTH)
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

static void refuse(const struct work *work, const struct mode_change *change, enum chat_result why)
{
    work->refused(work->chat, work->channel, change, why);
}

/* ---- one change each ---- */

static bool has_blank_or_control(const char *string)
{
    for (; *string; string++)
        if ((unsigned char)*string <= ' ' || *string == 0x7f)
            return true;
    return false;
}

/* Behind a: stands the name of an account, and nothing else. */
static bool make_account_mask(char normal[MASK_SIZE], const char *name)
{
    return *name && !strpbrk(name, "!@:") && strlen(name) < ACCOUNT_SIZE &&
           snprintf(normal, MASK_SIZE, "a:%s", name) < MASK_SIZE;
}

static bool normalise(char normal[MASK_SIZE], const char *mask)
{
    if ((mask[0] == 'a' || mask[0] == 'A') && mask[1] == ':')
        return make_account_mask(normal, mask + 2);
    return mask_normalise(normal, mask);
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
        !normalise(normal, mutes ? given + 2 : given))
        return false;
    return snprintf(mask, MASK_SIZE, "%s%s", mutes ? "m:" : "", normal) < MASK_SIZE;
}

static void remove_mask_locked(struct work *work, const struct mode_change *change, uint32_t at)
{
    struct world *world = work->chat->world;
    char mask[MASK_SIZE];
    text_copy(mask, sizeof mask, world->masks[at].mask);
    mask_remove_locked(world, at);
    note(work, false, change->letter, mask);
}

static void change_list_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->chat->world;
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
        refuse(work, change, CHAT_MASK_BAD);
        return;
    }
    if (!change->on)
        return;
    enum share_answer share = mask_find_locked(world, work->channel, kind, mask) == NONE
                                  ? share_ask_locked(world, SHARE_MASKS, work->actor->user)
                                  : SHARE_FITS;
    if (share != SHARE_FITS) {
        refuse(work, change, share == SHARE_SPENT ? CHAT_MASKS_SPENT : CHAT_MASKS_FULL);
        return;
    }
    switch (mask_add_locked(world, work->channel, kind, mask, work->actor->user)) {
    case MASK_ADDED:
        note(work, true, change->letter, mask);
        break;
    case MASK_THERE:
        break;
    case MASK_LIST_FULL:
        refuse(work, change, CHAT_LIST_FULL);
        break;
    }
}

static void change_key_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->chat->world;
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
        refuse(work, change, CHAT_KEY_BAD);
    } else if (strcmp(before, change->argument) != 0) {
        channel_set_key_locked(world, work->channel, change->argument);
        note(work, true, 'k', change->argument);
    }
}

static void change_limit_locked(struct work *work, const struct mode_change *change)
{
    struct world *world = work->chat->world;
    const struct channel_shm *channel = &world->channels[work->channel];
    int64_t limit = 0;
    char number[24];
    if (change->on && !parse_number(change->argument, 1, INT32_MAX, &limit)) {
        refuse(work, change, CHAT_LIMIT_BAD);
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
    struct world *world = work->chat->world;
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
    struct world *world = work->chat->world;
    uint32_t user = user_find_locked(world, change->argument);
    if (user == NONE) {
        refuse(work, change, CHAT_NO_SUCH_USER);
        return;
    }
    uint32_t member = member_find_locked(world, user, work->channel);
    if (member == NONE) {
        refuse(work, change, CHAT_NOT_THERE);
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

/* Each letter once. */
static void refuse_unknown(struct work *work, const struct mode_change *change)
{
    struct mode_change shown = *change;
    if ((unsigned char)shown.letter >= 0x7f)
        shown.letter = '*'; /* a byte of a letter of which there are more */
    if (strchr(work->unknown, shown.letter) || (unsigned char)shown.letter <= ' ')
        return;
    work->unknown[strlen(work->unknown)] = shown.letter;
    refuse(work, &shown, CHAT_MODE_UNKNOWN);
}

static void change_locked(struct work *work, const struct mode_change *change)
{
    static void (*const types[])(struct work *, const struct mode_change *) = {[MODE_LIST] = change_list_locked,
                                                                               [MODE_KEY] = change_key_locked,
                                                                               [MODE_LIMIT] = change_limit_locked,
                                                                               [MODE_FLAG] = change_flag_locked,
                                                                               [MODE_STATUS] = change_status_locked};
    if (!change->row) {
        refuse_unknown(work, change);
    } else if (change->row->type == MODE_LIST && !change->argument) {
        work->asked |= 1u << change->row->what;
    } else if (!work->moderates) {
        if (!work->told)
            refuse(work, change, CHAT_NOT_MODERATOR);
        work->told = true;
    } else if (!change->argument &&
               (change->row->type == MODE_STATUS || (change->on && change->row->type != MODE_FLAG))) {
        refuse(work, change, CHAT_MODE_BARE);
    } else {
        types[change->row->type](work, change);
    }
}

enum chat_result chat_change_modes_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                          const struct mode_change *changes, int count, chat_mode_refused *refused,
                                          unsigned *asked)
{
    struct work work = {.chat = chat, .actor = actor, .refused = refused, .channel = channel};
    *asked = 0;
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    work.moderates = actor_may_moderate_locked(chat->world, actor, channel);
    start_telling(&work);
    for (int i = 0; i < count; i++)
        change_locked(&work, &changes[i]);
    tell_locked(&work);
    if (work.asked && !work.moderates && !actor_is_shown_channel_locked(chat->world, actor, channel))
        return CHAT_NOT_MEMBER;
    *asked = work.asked;
    return CHAT_DONE;
}
