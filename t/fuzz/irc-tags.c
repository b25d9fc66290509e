/* Message tags: a value is what the last tag of its name says, unescaped and within its bounds; what goes on to other
 * clients is some of the tags that came, as they were. */
#include "driver.h"

#include "dialect/irc_line.h"

#define LONGEST 4096

/* IRCv3 message-tags, "Escaping values", a character at a time. */
static void unescape(const char *from, size_t length, char *to)
{
    bool escaped = false;
    for (size_t i = 0; i < length; i++) {
        static const char sequences[] = ":;s r\rn\n";
        const char *sequence = escaped ? strchr(sequences, from[i]) : NULL;
        if (!escaped && from[i] == '\\') {
            escaped = true;
            continue;
        }
        *to++ = sequence && (sequence - sequences) % 2 == 0 ? sequence[1] : from[i];
        escaped = false;
    }
    *to = '\0';
}

static bool find(const char *tags, const char *key, char *value)
{
    bool found = false;
    for (const char *at = tags; *at;) {
        size_t length = strcspn(at, ";"), name = strcspn(at, "=;");
        if (name == strlen(key) && strncmp(at, key, name) == 0) {
            found = true;
            unescape(at + name + (name < length), length - name - (name < length), value);
        }
        at += length + (at[length] != '\0');
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char value[LONGEST + 1], expected[LONGEST + 1], kept[LONGEST + 1], again[LONGEST + 1];
    char key[33], small[8];
    if (size < 2 || size > LONGEST)
        return 0;
    size_t key_length = data[0] % sizeof key, room = 1 + data[1];
    if (key_length > size - 2)
        key_length = size - 2;
    memcpy(key, data + 2, key_length);
    key[key_length] = '\0';
    size_t length = size - 2 - key_length;
    char *tags = malloc(length + 1);
    if (!tags)
        abort();
    memcpy(tags, data + 2 + key_length, length);
    tags[length] = '\0';
    length = strlen(tags);

    bool found = find(tags, key, expected);
    CLAIM(irc_tag_value(tags, key, value, sizeof value) == found);
    if (found)
        CLAIM(strcmp(value, expected) == 0 && strlen(value) <= length);
    if (irc_tag_value(tags, key, small, sizeof small))
        CLAIM(strlen(small) < sizeof small && strncmp(small, expected, strlen(small)) == 0);
    size_t raw_length = 0;
    const char *raw = irc_tag_raw(tags, key, &raw_length);
    CLAIM((raw != NULL) == found);
    if (raw)
        CLAIM(raw >= tags && raw + raw_length <= tags + length && !memchr(raw, ';', raw_length));

    irc_tags_of_clients(tags, kept, sizeof kept);
    CLAIM(strlen(kept) <= length);
    irc_tags_of_clients(kept, again, sizeof again);
    CLAIM(strcmp(kept, again) == 0);
    for (const char *at = kept; *at;) {
        size_t tag = strcspn(at, ";");
        CLAIM(tag > 1 && *at == '+');
        at += tag;
        CLAIM(*at == '\0' || at[1]);
        at += *at == ';';
    }
    char *narrow = malloc(room); /* of exactly that size, for the sanitizer */
    if (!narrow)
        abort();
    irc_tags_of_clients(tags, narrow, room);
    CLAIM(strlen(narrow) < room);
    free(narrow);
    free(tags);
    return 0;
}
