/* What users are. RFC 2812 section 3.1.5, Modern IRC client protocol. Run by workers; writes the flags of users.
 *
 * o and s are what operators have: giving a password makes one, and a change of modes can only take them away (s also
 * give back). */
#include "flags.h"

#include "base/text.h"
#include "notice.h"

static const struct {
    char letter;
    uint32_t flag;
} modes[] = {
    {'B', USER_BOT},      {'R', USER_ACCOUNTS}, {'i', USER_INVISIBLE},
    {'o', USER_OPERATOR}, {'s', USER_NOTICES},  {'w', USER_WALLOPS},
};

#define MODES (sizeof modes / sizeof *modes)

void chat_write_flags(char letters[CHAT_FLAGS_SIZE], uint32_t flags)
{
    struct text text;
    text_init(&text, letters, CHAT_FLAGS_SIZE);
    text_add_char(&text, '+');
    for (size_t i = 0; i < MODES; i++)
        if (flags & modes[i].flag)
            text_add_char(&text, modes[i].letter);
}

/* What becomes of `before`, as in +i-w. */
static void write_change(char change[CHAT_FLAGS_SIZE], uint32_t before, uint32_t after)
{
    struct text text;
    text_init(&text, change, CHAT_FLAGS_SIZE);
    for (int on = 1; on >= 0; on--) {
        uint32_t flags = on ? after & ~before : before & ~after;
        for (size_t i = 0, first = 1; i < MODES; i++) {
            if (!(flags & modes[i].flag))
                continue;
            if (first)
                text_add_char(&text, on ? '+' : '-');
            first = 0;
            text_add_char(&text, modes[i].letter);
        }
    }
}

static void set_locked(const struct chat *chat, const struct actor *actor, uint32_t flags, enum event_audience told)
{
    char change[CHAT_FLAGS_SIZE];
    uint32_t before = chat->world->users[actor->user].flags;
    if (before == flags)
        return;
    write_change(change, before, flags);
    struct event event = actor_event_locked(chat, actor, EVENT_FLAGS);
    event.strings.flags.change = change;
    event.numbers.flags.before = before;
    event.numbers.flags.after = flags;
    event.audience = told;
    event.target = actor->user;
    chat_publish_locked(chat, &event);
    user_set_flags_locked(chat->world, actor->user, flags);
}

/* The flags after `change`; *known is false if there is a letter that is no mode. */
static uint32_t apply(uint32_t flags, const char *change, bool *known)
{
    bool on = true;
    for (; *change; change++) {
        if (*change == '+' || *change == '-') {
            on = *change == '+';
            continue;
        }
        size_t i = 0;
        while (i < MODES && modes[i].letter != *change)
            i++;
        if (i == MODES)
            *known = false;
        else if (!on)
            flags &= ~modes[i].flag;
        else if (modes[i].flag != USER_OPERATOR && (modes[i].flag != USER_NOTICES || (flags & USER_OPERATOR)))
            flags |= modes[i].flag;
    }
    if (!(flags & USER_OPERATOR))
        flags &= ~(uint32_t)USER_NOTICES;
    return flags;
}

bool chat_change_flags_locked(const struct chat *chat, const struct actor *actor, const char *change)
{
    bool known = true;
    uint32_t flags = apply(chat->world->users[actor->user].flags, change, &known);
    set_locked(chat, actor, flags, AUDIENCE_USER);
    return known;
}

void chat_begin_flags_locked(const struct chat *chat, const struct actor *actor, uint32_t flags)
{
    set_locked(chat, actor, chat->world->users[actor->user].flags | flags, AUDIENCE_NOBODY);
}

void chat_promote_locked(const struct chat *chat, const struct actor *actor, uint32_t flags, const char *account)
{
    uint32_t before = chat->world->users[actor->user].flags;
    set_locked(chat, actor, before | USER_OPERATOR | USER_NOTICES | flags, AUDIENCE_USER);
    chat_tell_operators_locked(chat, actor, "%s is now an operator (%s)", actor->shown, account);
}
