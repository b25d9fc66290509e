/* The wording of answers. Run by workers; writes no shared memory. */
#include "reply.h"

#include <stddef.h>

const struct reply_row *reply_row(enum reply_code code)
{
    static const struct reply_row rows[REPLY_CODES] = {
#define REPLY(symbol, numeric, irc, people) [REPLY_##symbol] = {numeric, irc, people},
        REPLIES(REPLY)
#undef REPLY
    };
    return &rows[code];
}

void reply_fill(struct text *text, const char *template, const struct reply_words *words)
{
    for (const char *at = template; *at; at++) {
        if (*at != '$') {
            text_add_char(text, *at);
            continue;
        }
        at++;
        if (*at == '/')
            text_add(text, words->slash);
        else if (*at == 'n')
            text_add(text, words->nick);
        else if (*at == 's')
            text_add(text, words->server);
        else if (*at - '1' < words->count)
            text_add(text, words->arguments[*at - '1']);
    }
}
