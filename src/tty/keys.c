/* Keys. An unfinished sequence is held until its last byte comes, so it does not matter how the bytes are
 * cut into reads. */
#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define ESC '\033'

static const struct {
    const char *sequence; /* behind ESC */
    enum key key;
} table[] = {
    {"[A", KEY_UP},
    {"OA", KEY_UP},
    {"[B", KEY_DOWN},
    {"OB", KEY_DOWN},
    {"[C", KEY_RIGHT},
    {"OC", KEY_RIGHT},
    {"[D", KEY_LEFT},
    {"OD", KEY_LEFT},
    {"[H", KEY_HOME},
    {"OH", KEY_HOME},
    {"[1~", KEY_HOME},
    {"[7~", KEY_HOME},
    {"[F", KEY_END},
    {"OF", KEY_END},
    {"[4~", KEY_END},
    {"[8~", KEY_END},
    {"[3~", KEY_DELETE},
    {"[5~", KEY_PAGE_UP},
    {"[6~", KEY_PAGE_DOWN},
    {"[Z", KEY_BACK_TAB},
    {"[1;5C", KEY_WORD_RIGHT},
    {"[1;3C", KEY_WORD_RIGHT},
    {"[1;5D", KEY_WORD_LEFT},
    {"[1;3D", KEY_WORD_LEFT},
    {"Oc", KEY_WORD_RIGHT},
    {"Od", KEY_WORD_LEFT},
    {"OM", KEY_ENTER},
};

#define CTRL_C      '\003'
#define ESCAPE_WAIT (50 * MS)
#define PASTE_WAIT  (2000 * MS) /* the network between may pause; a user who waits may press Ctrl-C */

#define PASTE_START "[200~"
#define PASTE_END   "\033[201~"

int keys_init(struct keys *keys)
{
    *keys = (struct keys){.paste = malloc(KEYS_PASTE_LIMIT + 1)};
    return keys->paste ? 0 : -1;
}

void keys_free(struct keys *keys)
{
    free(keys->paste);
    keys->paste = NULL;
}

/* How long the escape sequence at `held` is: 0 if it is not complete. */
static size_t sequence_length(const char *held, size_t length)
{
    if (length < 2)
        return 0;
    if (held[1] == 'O')
        return length < 3 ? 0 : 3;
    if (held[1] == ESC) /* Alt with a key that sends a sequence: the first ESC stands alone */
        return 1;
    if (held[1] != '[') {
        size_t used;
        if ((unsigned char)held[1] < 0x80)
            return 2;
        text_decode(held + 1, length - 1, &used);
        return 1 + used;
    }
    if (length >= 3 && held[2] == '[') /* the Linux console's function keys */
        return length < 4 ? 0 : 4;
    for (size_t at = 2; at < length; at++) {
        unsigned char c = (unsigned char)held[at];
        if (c >= 0x40 && c <= 0x7e)
            return at + 1;
        if (c < 0x20 || c > 0x3f) /* not a sequence at all: give up what came so far */
            return at;
    }
    return 0;
}

static void take_sequence(struct keys *keys, size_t length, keys_take *take, void *context)
{
    const char *behind = keys->held + 1;
    size_t rest = length - 1;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strlen(table[i].sequence) == rest && memcmp(table[i].sequence, behind, rest) == 0) {
            take(context, table[i].key, behind, rest);
            return;
        }
    }
    if (rest == strlen(PASTE_START) && memcmp(behind, PASTE_START, rest) == 0) {
        keys->pasting = true;
        keys->paste_lost = false;
        keys->paste_length = 0;
    } else if (rest == 1) {
        take(context, KEY_ALT, behind, 1);
    } else {
        take(context, KEY_UNKNOWN, behind, rest);
    }
}

static void drop_held(struct keys *keys, size_t length)
{
    memmove(keys->held, keys->held + length, keys->held_length - length);
    keys->held_length -= length;
}

/* True if bytes may be the start of a longer UTF-8 character. */
static bool is_unfinished(const char *bytes, size_t length)
{
    unsigned char lead = (unsigned char)bytes[0];
    size_t need = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (lead > 0xF4 || length >= need)
        return false;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)bytes[i] & 0xC0) != 0x80)
            return false;
    return true;
}

/* Takes one key from what is held; false if it is not complete. */
static bool take_one(struct keys *keys, keys_take *take, void *context)
{
    unsigned char first = (unsigned char)keys->held[0];
    size_t used = 1;
    if (first == ESC) {
        used = sequence_length(keys->held, keys->held_length);
        if (used == 0 && keys->held_length < sizeof keys->held)
            return false;
        if (used == 0)
            used = keys->held_length; /* longer than any sequence: nonsense */
        take_sequence(keys, used, take, context);
    } else if (first < 0x20 || first == 0x7f) {
        take(context, first == '\n' ? KEY_ENTER : (enum key)first, keys->held, 1);
    } else {
        if (is_unfinished(keys->held, keys->held_length))
            return false;
        if (text_decode(keys->held, keys->held_length, &used) >= 0)
            take(context, KEY_TEXT, keys->held, used);
    }
    drop_held(keys, used);
    return true;
}

static void end_paste(struct keys *keys, keys_take *take, void *context)
{
    keys->pasting = false;
    keys->paste[keys->paste_length] = '\0';
    if (keys->paste_lost)
        take(context, KEY_PASTE_TOO_LONG, "", 0);
    else
        take(context, KEY_PASTE, keys->paste, keys->paste_length);
}

/* One byte of a paste: its end may come in pieces, so it is looked for behind each byte. */
static void take_pasted(struct keys *keys, char byte, keys_take *take, void *context)
{
    size_t end = strlen(PASTE_END);
    if (keys->paste_length == KEYS_PASTE_LIMIT) {
        /* Keep looking for the end in the last few bytes. */
        memmove(keys->paste, keys->paste + KEYS_PASTE_LIMIT - end, end);
        keys->paste_length = end;
        keys->paste_lost = true;
    }
    keys->paste[keys->paste_length++] = byte;
    if (keys->paste_length < end || memcmp(keys->paste + keys->paste_length - end, PASTE_END, end) != 0)
        return;
    keys->paste_length -= end;
    end_paste(keys, take, context);
}

void keys_feed(struct keys *keys, const char *bytes, size_t length, keys_take *take, void *context)
{
    keys->fed = clock_monotonic();
    /* Ctrl-C by itself is no part of a paste: the end of that is lost. */
    if (keys->pasting && length == 1 && *bytes == CTRL_C)
        end_paste(keys, take, context);
    for (size_t i = 0; i < length; i++) {
        if (keys->pasting) {
            take_pasted(keys, bytes[i], take, context);
            continue;
        }
        keys->held[keys->held_length++] = bytes[i];
        while (keys->held_length > 0 && !keys->pasting && take_one(keys, take, context))
            ;
    }
}

int keys_wait(const struct keys *keys, int64_t now)
{
    if (!keys->pasting && keys->held_length == 0)
        return -1;
    int64_t wait = keys->fed + (keys->pasting ? PASTE_WAIT : ESCAPE_WAIT) - now;
    return wait > 0 ? (int)((wait + MS - 1) / MS) : 0;
}

void keys_timeout(struct keys *keys, int64_t now, keys_take *take, void *context)
{
    if (keys_wait(keys, now) != 0)
        return;
    if (keys->pasting)
        end_paste(keys, take, context);
    else if (keys->held_length == 2 && keys->held[0] == ESC && (keys->held[1] == '[' || keys->held[1] == 'O'))
        take(context, KEY_ALT, keys->held + 1, 1);
    else if (keys->held_length > 0)
        take(context, KEY_UNKNOWN, keys->held, keys->held_length);
    keys->held_length = 0;
}
