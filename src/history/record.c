/* Records: the form on disk. No process of its own, no shared memory.
 *
 * All numbers are little-endian:
 *
 *      0  u32 length of all that follows the checksum
 *      4  u32 CRC-32C of that
 *      8  u64 position   16 i64 time   24 u64 position of the record before it with the same key   32 u64 id
 *     40  u8 kind   41 u8 flags   42 u16 0
 *     44  u16 lengths of the texts, ten of them   64 u64 0
 *     72  the texts, each with a zero byte behind it
 *
 * Readers check the length against what there is, then the checksum, then that the texts fill it exactly. The zeros
 * are for what is to come, and keep words, in which there is no zero byte, from ever looking like a record. */
#include "record.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/text.h"

enum {
    AT_LENGTH = 0,
    AT_SUM = 4,
    AT_POSITION = 8,
    AT_TIME = 16,
    AT_PREVIOUS = 24,
    AT_ID = 32,
    AT_KIND = 40,
    AT_FLAGS = 41,
    AT_ZERO = 42,
    AT_LENGTHS = 44,
    AT_ZEROS = 64
};

/* What a record's texts say: what was said, or who did, or else where. */
static const enum {
    WHERE,
    WHO,
    WHAT
} said[HISTORY_TEXTS] = {
    [HISTORY_FROM] = WHO,    [HISTORY_SHOWN] = WHO,  [HISTORY_USERNAME] = WHO, [HISTORY_HOST] = WHO,
    [HISTORY_ACCOUNT] = WHO, [HISTORY_WORDS] = WHAT, [HISTORY_MORE] = WHAT,
};

const char *history_kind_name(uint32_t kind)
{
    static const char *const names[HISTORY_KINDS] = {
        [HISTORY_GAP] = "gap",   [HISTORY_PRIVMSG] = "privmsg", [HISTORY_NOTICE] = "notice",
        [HISTORY_JOIN] = "join", [HISTORY_PART] = "part",       [HISTORY_MULTILINE] = "multiline",
        [HISTORY_QUIT] = "quit", [HISTORY_KICK] = "kick",       [HISTORY_NICK] = "nick",
        [HISTORY_MODE] = "mode", [HISTORY_TOPIC] = "topic",     [HISTORY_REDACT] = "redact"};
    return kind < HISTORY_KINDS && names[kind] ? names[kind] : "unknown";
}

static void put(unsigned char *at, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> 8 * i);
}

static uint64_t get(const unsigned char *at, int bytes)
{
    uint64_t number = 0;
    for (int i = bytes; i-- > 0;)
        number = number << 8 | at[i];
    return number;
}

static void put_sum(unsigned char *bytes, size_t length)
{
    put(bytes + AT_SUM, crc32c(0, bytes + AT_POSITION, length - AT_POSITION), 4);
}

size_t history_encode(const struct history_record *record, unsigned char *bytes)
{
    size_t at = HISTORY_HEAD, left = HISTORY_RECORD_MAX - HISTORY_HEAD - HISTORY_TEXTS;
    memset(bytes, 0, HISTORY_HEAD);
    put(bytes + AT_POSITION, record->position, 8);
    put(bytes + AT_TIME, (uint64_t)record->time, 8);
    put(bytes + AT_PREVIOUS, record->previous, 8);
    put(bytes + AT_ID, record->id, 8);
    bytes[AT_KIND] = (unsigned char)record->kind;
    bytes[AT_FLAGS] = (unsigned char)record->flags;
    for (int i = 0; i < HISTORY_TEXTS; i++) {
        const char *text = record->texts[i] ? record->texts[i] : "";
        size_t length = record->lengths[i] ? record->lengths[i] : strnlen(text, left);
        if (length > left)
            length = text_boundary(text, length, left);
        left -= length;
        put(bytes + AT_LENGTHS + 2 * i, length, 2);
        memcpy(bytes + at, text, length);
        bytes[at + length] = '\0';
        at += length + 1;
    }
    put(bytes + AT_LENGTH, at - AT_POSITION, 4);
    put_sum(bytes, at);
    return at;
}

size_t history_measure(const unsigned char *bytes, size_t length)
{
    if (length < AT_POSITION)
        return 0;
    uint64_t all = get(bytes + AT_LENGTH, 4) + AT_POSITION;
    return all >= HISTORY_HEAD + HISTORY_TEXTS && all <= HISTORY_RECORD_MAX ? (size_t)all : 0;
}

/* Where the text begins and ends that is the first of those from `i` on; false if they do not fill the record. */
static bool find_texts(const unsigned char *bytes, size_t all, struct history_record *record)
{
    size_t at = HISTORY_HEAD;
    for (int i = 0; i < HISTORY_TEXTS; i++) {
        record->lengths[i] = (size_t)get(bytes + AT_LENGTHS + 2 * i, 2);
        if (record->lengths[i] >= all - at || bytes[at + record->lengths[i]] != '\0')
            return false;
        record->texts[i] = (const char *)bytes + at;
        at += record->lengths[i] + 1;
        if (at > all || (at == all && i < HISTORY_TEXTS - 1))
            return false;
    }
    return at == all;
}

size_t history_decode(const unsigned char *bytes, size_t length, struct history_record *record)
{
    size_t all = history_measure(bytes, length);
    if (all == 0 || all > length || get(bytes + AT_SUM, 4) != crc32c(0, bytes + AT_POSITION, all - AT_POSITION))
        return 0;
    *record = (struct history_record){.position = get(bytes + AT_POSITION, 8),
                                      .previous = get(bytes + AT_PREVIOUS, 8),
                                      .id = get(bytes + AT_ID, 8),
                                      .time = (int64_t)get(bytes + AT_TIME, 8),
                                      .kind = bytes[AT_KIND],
                                      .flags = bytes[AT_FLAGS]};
    if (record->kind == 0 || record->kind >= HISTORY_KINDS || get(bytes + AT_ZERO, 2) || get(bytes + AT_ZEROS, 8) ||
        record->previous >= record->position || !find_texts(bytes, all, record) ||
        record->lengths[HISTORY_KEY] >= HISTORY_KEY_SIZE)
        return 0;
    return all;
}

void history_blank(unsigned char *bytes, size_t length, bool person)
{
    size_t at = HISTORY_HEAD;
    bytes[AT_FLAGS] |= HISTORY_BLANK;
    for (int i = 0; i < HISTORY_TEXTS; i++) {
        size_t text = (size_t)get(bytes + AT_LENGTHS + 2 * i, 2);
        if (said[i] == WHAT || (person && said[i] == WHO))
            memset(bytes + at, ' ', text);
        at += text + 1;
    }
    put_sum(bytes, length);
}

uint64_t history_position_of(const unsigned char *bytes)
{
    return get(bytes + AT_POSITION, 8);
}

void history_set_previous(unsigned char *bytes, size_t length, uint64_t previous)
{
    put(bytes + AT_PREVIOUS, previous, 8);
    put_sum(bytes, length);
}

/* ---- keys ---- */

static size_t fold(char *to, const char *from, size_t room)
{
    size_t length = 0;
    for (; length < room && from[length]; length++)
        to[length] = (char)text_fold((unsigned char)from[length]);
    to[length] = '\0';
    return length;
}

void history_key_of_channel(char key[HISTORY_KEY_SIZE], const char *name)
{
    fold(key, name, HISTORY_KEY_SIZE - 1);
}

void history_key_of_pair(char key[HISTORY_KEY_SIZE], const char *one, const char *other)
{
    const char *first = text_compare_names(one, other) <= 0 ? one : other, *second = first == one ? other : one;
    size_t length = fold(key, first, HISTORY_KEY_SIZE / 2 - 1);
    key[length++] = ',';
    fold(key + length, second, HISTORY_KEY_SIZE - 1 - length);
}

bool history_key_has(const char *key, const char *account, const char **other, size_t *length)
{
    char folded[HISTORY_KEY_SIZE];
    const char *comma = strchr(key, ',');
    size_t own = fold(folded, account, sizeof folded - 1);
    if (!comma || own == 0 || *key == '#' || *key == '&')
        return false;
    size_t first = (size_t)(comma - key);
    bool is_first = first == own && memcmp(key, folded, own) == 0;
    if (!is_first && strcmp(comma + 1, folded) != 0)
        return false;
    *other = is_first ? comma + 1 : key;
    *length = is_first ? strlen(comma + 1) : first;
    return true;
}
