/* Channel modes. Any process; writes no shared memory. */
#include "modes.h"

#include <stddef.h>

#include "world.h"

static const struct mode_row rows[] = {
    {'b', MODE_LIST, MASK_BAN},
    {'e', MODE_LIST, MASK_EXCEPTION},
    {'I', MODE_LIST, MASK_INVITE},
    {'k', MODE_KEY, 0},
    {'l', MODE_LIMIT, 0},
    {'C', MODE_FLAG, CHANNEL_NO_CTCP},
    {'H', MODE_FLAG, CHANNEL_NO_HISTORY},
    {'J', MODE_FLAG, CHANNEL_NO_PAST},
    {'M', MODE_FLAG, CHANNEL_ACCOUNTS_SPEAK},
    {'R', MODE_FLAG, CHANNEL_ACCOUNTS},
    {'i', MODE_FLAG, CHANNEL_INVITE_ONLY},
    {'m', MODE_FLAG, CHANNEL_MODERATED},
    {'n', MODE_FLAG, CHANNEL_NO_EXTERNAL},
    {'p', MODE_FLAG, CHANNEL_PRIVATE},
    {'s', MODE_FLAG, CHANNEL_SECRET},
    {'t', MODE_FLAG, CHANNEL_TOPIC_LOCK},
    {'o', MODE_STATUS, MEMBER_OPERATOR},
    {'v', MODE_STATUS, MEMBER_VOICE},
};

#define ROWS (sizeof rows / sizeof *rows)

const struct mode_row *mode_find(char letter)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

static bool takes_argument(const struct mode_change *change)
{
    if (!change->row || change->row->type == MODE_FLAG)
        return false;
    return change->on || change->row->type != MODE_LIMIT;
}

int modes_parse(char *const *words, int count, struct mode_change changes[MODE_CHANGES])
{
    int made = 0, arguments = 0;
    for (int at = 0; at < count;) {
        const char *letters = words[at++];
        bool on = true;
        for (; *letters && made < MODE_CHANGES; letters++) {
            if (*letters == '+' || *letters == '-') {
                on = *letters == '+';
                continue;
            }
            struct mode_change *change = &changes[made];
            *change = (struct mode_change){.row = mode_find(*letters), .letter = *letters, .on = on};
            if (takes_argument(change) && at < count) {
                change->argument = words[at++];
                if (arguments++ >= MODE_ARGUMENTS)
                    continue;
            }
            made++;
        }
        /* More letters may follow; a word that is too many is none of them. */
        while (at < count && words[at][0] != '+' && words[at][0] != '-')
            at++;
    }
    return made;
}

bool modes_parse_flags(const char *letters, uint32_t *flags)
{
    uint32_t found = 0;
    for (letters += *letters == '+'; *letters; letters++) {
        const struct mode_row *row = mode_find(*letters);
        if (!row || row->type != MODE_FLAG)
            return false;
        found |= row->what;
    }
    *flags = found;
    return true;
}

void modes_write_flags(uint32_t flags, char *letters)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].type == MODE_FLAG && (flags & rows[i].what))
            *letters++ = rows[i].letter;
    *letters = '\0';
}
