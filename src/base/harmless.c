/* Text from others, of which nobody knows what is in it. Every process uses it; writes no shared memory. */
#include "harmless.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "unicode.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static bool is_hex_colour(const char *bytes, size_t length)
{
    if (length < 6)
        return false;
    for (size_t i = 0; i < 6; i++)
        if (!bytes[i] || !strchr("0123456789abcdefABCDEF", bytes[i]))
            return false;
    return true;
}

/* Length of an IRC formatting code at `bytes`, 0 if there is none. Source: modern IRC formatting
 * specification (bold, italics, underline, strikethrough, monospace, reverse, reset, colour, hex colour). */
static size_t formatting(const char *bytes, size_t length)
{
    size_t at = 1;
    switch (bytes[0]) {
    case 0x02:
    case 0x0F:
    case 0x11:
    case 0x16:
    case 0x1D:
    case 0x1E:
    case 0x1F:
        return 1;
    case 0x03:
        for (int part = 0; part < 2; part++) {
            int digits = 0;
            size_t start = at;
            if (part == 1) {
                if (at >= length || bytes[at] != ',')
                    break;
                at++;
            }
            while (at < length && digits < 2 && bytes[at] >= '0' && bytes[at] <= '9')
                at++, digits++;
            if (digits == 0) {
                at = start;
                break;
            }
        }
        return at;
    case 0x04:
        if (!is_hex_colour(bytes + 1, length - 1))
            return 1;
        return length > 7 && bytes[7] == ',' && is_hex_colour(bytes + 8, length - 8) ? 14 : 7;
    default:
        return 0;
    }
}

/* A byte as Windows has it, which is Latin-1 but for quotation marks and the like where that has controls. */
static void add_latin1(struct text *text, unsigned char byte)
{
    static const char *const windows[] = {"€", NULL, "‚",  "ƒ", "„",  "…",  "†", "‡",  "ˆ", "‰", "Š",
                                          "‹", "Œ",  NULL, "Ž", NULL, NULL, "‘", "’",  "“", "”", "•",
                                          "–", "—",  "˜",  "™", "š",  "›",  "œ", NULL, "ž", "Ÿ"};
    if (byte >= 0xA0) {
        text_add_bytes(text, (const char[]){(char)(0xC0 | byte >> 6), (char)(0x80 | (byte & 0x3F))}, 2);
        return;
    }
    const char *character = windows[byte & 0x1F];
    text_add(text, character ? character : REPLACEMENT);
}

static void add_harmless(struct text *text, const char *bytes, size_t length, bool latin1)
{
    for (size_t i = 0, used; i < length; i += used) {
        /* Most text is plain ASCII: take it in runs. */
        size_t run = i;
        while (run < length && ((bytes[run] >= ' ' && bytes[run] < 0x7f) || bytes[run] == '\t'))
            run++;
        if (run > i) {
            text_add_bytes(text, bytes + i, run - i);
            used = run - i;
            continue;
        }
        used = formatting(bytes + i, length - i);
        if (used)
            continue;
        int32_t point = text_decode(bytes + i, length - i, &used);
        if (point < 0 && latin1) {
            add_latin1(text, (unsigned char)bytes[i]);
        } else if (point < 0) {
            text_add(text, REPLACEMENT);
        } else if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) {
            text_add_char(text, '^');
            text_add_char(text, (char)((point & 0x1f) + (point == 0x7f ? 0x20 : 0x40)));
        } else if (unicode_turns(point)) {
            text_add(text, point < 0x202A ? " " : ""); /* a separator of lines, or nothing one sees */
        } else {
            text_add_bytes(text, bytes + i, used);
        }
    }
}

void harmless_add(struct text *text, const char *bytes, size_t length)
{
    add_harmless(text, bytes, length, false);
}

/* Whether there is no character beyond ASCII, so that other bytes can be those of a program that knows no UTF-8. */
static bool may_be_latin1(const char *bytes, size_t length)
{
    bool latin1 = true;
    for (size_t i = 0, used; i < length && latin1; i += used)
        latin1 = text_decode(bytes + i, length - i, &used) < 0x80;
    return latin1;
}

void harmless_add_readable(struct text *text, const char *bytes, size_t length)
{
    add_harmless(text, bytes, length, may_be_latin1(bytes, length));
}

char *harmless_keep(const char *string)
{
    if (strncmp(string, "\xEF\xBB\xBF", 3) == 0)
        string += 3;
    size_t length = strlen(string), size = 3 * length + 1;
    char *copy = memory_must(malloc(size));
    bool latin1 = may_be_latin1(string, length);
    struct text text;
    text_init(&text, copy, size);
    for (size_t i = 0, used; i < length; i += used) {
        if (text_decode(string + i, length - i, &used) >= 0)
            text_add_bytes(&text, string + i, used);
        else if (latin1)
            add_latin1(&text, (unsigned char)string[i]);
        else
            text_add(&text, REPLACEMENT);
    }
    return copy;
}

void harmless_add_escaped(struct text *text, const char *bytes, size_t length)
{
    for (size_t i = 0, used; i < length; i += used) {
        int32_t point = text_decode(bytes + i, length - i, &used);
        if (point == '\\')
            text_add(text, "\\\\");
        else if (point == ' ' || unicode_is_seen(point))
            text_add_bytes(text, bytes + i, used);
        else
            for (size_t k = i; k < i + used; k++)
                text_addf(text, "\\x%02x", (unsigned char)bytes[k]);
    }
}
