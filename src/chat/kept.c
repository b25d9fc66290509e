/* Registered channels as text: words of KEY=VALUE with blanks between, in which a blank, a control character and % are
 * %XX. Run by workers; writes the channel that is made again.
 *
 *     modes=nt limit=20 key=secret topic=... topic-by=toto b=*!*@192.0.2.7 e=... I=... */
#include "kept.h"

#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "world/modes.h"

static void add(struct text *text, const char *key, const char *value)
{
    text_addf(text, "%s%s=", text->length ? " " : "", key);
    for (; *value; value++)
        if ((unsigned char)*value <= ' ' || *value == '%' || *value == 0x7f)
            text_addf(text, "%%%02X", (unsigned char)*value);
        else
            text_add_bytes(text, value, 1);
}

static void add_masks_locked(struct text *text, const struct world *world, uint32_t channel)
{
    static const struct {
        const char *key;
        enum mask_kind kind;
    } lists[] = {{"b", MASK_BAN}, {"e", MASK_EXCEPTION}, {"I", MASK_INVITE}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (uint32_t at = NONE; (at = mask_next_locked(world, channel, lists[i].kind, at)) != NONE;)
            if (text->size - text->length > 3 * (size_t)MASK_SIZE)
                add(text, lists[i].key, world->masks[at].mask);
}

void chat_kept_write_locked(const struct world *world, uint32_t index, char bytes[CHAT_KEPT_SIZE])
{
    const struct channel_shm *channel = &world->channels[index];
    char letters[MODE_FLAGS_SIZE], limit[12];
    struct text text, number;
    text_init(&text, bytes, CHAT_KEPT_SIZE);
    modes_write_flags(channel->modes, letters);
    add(&text, "modes", letters);
    text_init(&number, limit, sizeof limit);
    text_addf(&number, "%u", channel->limit);
    if (channel->limit)
        add(&text, "limit", limit);
    if (*channel->key)
        add(&text, "key", channel->key);
    if (*channel->topic) {
        add(&text, "topic", channel->topic);
        add(&text, "topic-by", channel->topic_by);
    }
    add_masks_locked(&text, world, index);
}

/* ---- and back ---- */

static int hex(char c)
{
    const char *digits = "0123456789ABCDEF", *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static void decode(char *word)
{
    char *to = word;
    for (; *word; word++)
        if (*word == '%' && hex(word[1]) >= 0 && hex(word[2]) >= 0) {
            *to++ = (char)(hex(word[1]) << 4 | hex(word[2]));
            word += 2;
        } else {
            *to++ = *word;
        }
    *to = '\0';
}

/* A topic, and then by whom it is. */
struct restoring {
    uint32_t channel;
    char topic[TOPIC_SIZE];
};

static void take_word(struct world *world, struct restoring *restoring, const char *key, const char *value)
{
    const struct mode_row *row = key[0] && !key[1] ? mode_find(key[0]) : NULL;
    uint32_t channel = restoring->channel, flags;
    int64_t number;
    if (strcmp(key, "modes") == 0 && modes_parse_flags(value, &flags))
        channel_set_modes_locked(world, channel, flags);
    else if (strcmp(key, "limit") == 0 && parse_number(value, 1, INT32_MAX, &number))
        channel_set_limit_locked(world, channel, (uint32_t)number);
    else if (strcmp(key, "key") == 0)
        channel_set_key_locked(world, channel, value);
    else if (strcmp(key, "topic") == 0)
        text_copy(restoring->topic, sizeof restoring->topic, value);
    else if (strcmp(key, "topic-by") == 0)
        channel_set_topic_locked(world, channel, restoring->topic, value);
    else if (row && row->type == MODE_LIST && *value && strlen(value) < MASK_SIZE)
        mask_add_locked(world, channel, (enum mask_kind)row->what, value, NONE);
}

void chat_kept_restore_locked(struct world *world, uint32_t channel, const struct chat_kept *kept)
{
    char copy[CHAT_KEPT_SIZE], *rest = copy;
    struct restoring restoring = {.channel = channel};
    text_copy(copy, sizeof copy, kept->text);
    channel_set_founder_locked(world, channel, kept->founder);
    for (char *word; (word = text_next_word(&rest));) {
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = '\0';
        decode(value);
        take_word(world, &restoring, word, value);
    }
}
