/* Text from strangers: whatever comes in, what goes out is valid, harmless and within its bounds.
 */
#include "driver.h"

#include "base/harmless.h"
#include "base/memory.h"
#include "base/secrets.h"
#include "base/text.h"

static void claim_room(const struct text *text, size_t size)
{
    CLAIM(text->length < size && text->start[text->length] == '\0');
    CLAIM(text_is_utf8(text->start, text->length));
}

/* What there is of the bytes up to the first zero byte. */
static const char *bytes_as_string(const char *bytes, size_t length)
{
    static char string[16384];
    size_t part = length < sizeof string ? length : sizeof string - 1;
    memcpy(string, bytes, part);
    string[part] = '\0';
    return string;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static char room[16384];
    size_t limit = 1 + data[0] % 64; /* of a text that may well be too small */
    const char *bytes = (const char *)data + 1;
    size_t length = size - 1;

    bool valid = true;
    size_t used;
    for (size_t at = 0; at < length; at += used) {
        int32_t point = text_decode(bytes + at, length - at, &used);
        CLAIM(used >= 1 && used <= 4 && used <= length - at);
        CLAIM(point >= -1 && point <= 0x10FFFF && (point >= 0 || used == 1));
        valid = valid && point >= 0;
    }
    CLAIM(text_is_utf8(bytes, length) == valid);

    struct text text;
    text_init(&text, room, sizeof room);
    text_add_utf8(&text, bytes, length);
    claim_room(&text, sizeof room);
    CLAIM(!text.cut && text.length >= length);
    CLAIM(!memchr(room, '\0', text.length) && !memchr(room, '\r', text.length) && !memchr(room, '\n', text.length));

    text_init(&text, room, sizeof room);
    harmless_add(&text, bytes, length);
    claim_room(&text, sizeof room);
    for (size_t at = 0; at < text.length; at += used) {
        int32_t point = text_decode(room + at, text.length - at, &used);
        CLAIM(point == '\t' || point >= 0x20);
        CLAIM(point < 0x7F || point > 0x9F);
    }

    text_init(&text, room, sizeof room);
    harmless_add_readable(&text, bytes, length);
    claim_room(&text, sizeof room);
    CLAIM(text.length <= 3 * length);
    for (size_t at = 0; at < text.length; at += used) {
        int32_t point = text_decode(room + at, text.length - at, &used);
        CLAIM(point == '\t' || (point >= 0x20 && (point < 0x7F || point > 0x9F) && (point < 0x2028 || point > 0x202E)));
    }

    char *given = memory_keep(bytes_as_string(bytes, length)), *kept = harmless_keep(given);
    CLAIM(text_is_utf8(kept, strlen(kept)) && strlen(kept) <= 3 * strlen(given));
    CLAIM(!text_is_utf8(given, strlen(given)) || strlen(kept) == strlen(given) || strlen(kept) + 3 == strlen(given));
    free(given);
    free(kept);

    text_init(&text, room, sizeof room);
    harmless_add_escaped(&text, bytes, length);
    claim_room(&text, sizeof room);
    CLAIM(text.cut || text.length >= length);
    for (size_t at = 0; at < text.length; at += used) {
        int32_t point = text_decode(room + at, text.length - at, &used);
        CLAIM(point >= 0x20 && (point < 0x7F || point > 0x9F) && (point < 0x2028 || point > 0x202E));
    }

    size_t shown = secrets_begin(bytes, length);
    CLAIM(shown <= length && secrets_begin(bytes, shown) == shown);

    text_init(&text, room, limit);
    text_add_utf8(&text, bytes, length);
    claim_room(&text, limit);
    text_init(&text, room, limit);
    harmless_add(&text, bytes, length);
    claim_room(&text, limit);

    for (size_t cut = 0; cut <= length && cut < 80; cut++) {
        size_t boundary = text_boundary(bytes, length, cut);
        CLAIM(boundary <= cut && cut - boundary <= 3);
        CLAIM(!valid || (text_is_utf8(bytes, boundary) && text_is_utf8(bytes + boundary, length - boundary)));
    }

    char *name = malloc(length + 1), *copy = malloc(length + 1);
    CLAIM(name && copy);
    memcpy(name, bytes, length);
    name[length] = '\0';
    for (size_t i = 0; i <= length; i++)
        copy[i] = (char)text_fold((unsigned char)name[i]);
    CLAIM(text_compare_names(name, copy) == 0 && text_hash_name(name) == text_hash_name(copy));
    CLAIM(text_copy(room, limit, name) == (strlen(name) < limit));
    CLAIM(strlen(room) < limit && (!text_is_utf8(name, strlen(name)) || text_is_utf8(room, strlen(room))));
    char *rest = name;
    for (char *word; (word = text_next_word(&rest));)
        CLAIM(*word && !strpbrk(word, " \t") && rest <= name + length);
    free(name);
    free(copy);
    return 0;
}
