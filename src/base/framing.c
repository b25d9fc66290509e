/* Framing. Any process; no shared memory. */
#include "framing.h"

#include <string.h>

bool framing_is_same(const struct framing *a, const struct framing *b)
{
    return a->head == b->head && strcmp(a->end, b->end) == 0;
}

void framing_apply(const struct framing *framing, struct text *text, size_t start)
{
    size_t end_length = strlen(framing->end);
    if (!framing->head)
        return;
    while (start < text->length && !text->cut) {
        char head[FRAMING_HEAD];
        char *line = text->start + start, *feed = memchr(line, '\n', text->length - start);
        size_t behind = feed ? (size_t)(feed + 1 - line) : text->length - start;
        size_t length = feed ? behind - end_length : behind;
        size_t head_length = framing->head(head, length), rest = text->length - start - behind;
        if (text->length - behind + length + head_length >= text->size) {
            text->cut = true;
            return;
        }
        memmove(line + head_length + length, line + behind, rest);
        memmove(line + head_length, line, length);
        memcpy(line, head, head_length);
        start += head_length + length;
        text->length = start + rest;
        text->start[text->length] = '\0';
    }
}
