/* Framing: what a transport makes of a line, so that its bytes can be rendered once for all who come by such a
 * transport. */
#ifndef FORKCHAT_BASE_FRAMING_H
#define FORKCHAT_BASE_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* Bytes of a head at most. */
#define FRAMING_HEAD 16

struct framing {
    /* Ends a line as it is rendered, with \n as its last byte; no line has one inside. */
    const char *end;

    /* Not NULL where each line is a frame instead: it loses that end, and gets in front of it what this writes for a
     * line of so many bytes: 0 to FRAMING_HEAD bytes, of which it returns how many. */
    size_t (*head)(char head[FRAMING_HEAD], size_t length);

    /* Not NULL where the end of the connection is told as well, by these last bytes: `over` of one that is put out or
     * leaves, `away` of all when the server stops. */
    const char *over, *away;
};

/* Whether both make the same bytes of a line. */
bool framing_is_same(const struct framing *a, const struct framing *b);

/* Makes frames of the lines in `text` from `start` on, where there are any to be made. If there is not room enough,
 * text->cut. */
void framing_apply(const struct framing *framing, struct text *text, size_t start);

#endif
