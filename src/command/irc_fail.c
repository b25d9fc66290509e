/* IRC: FAIL. IRCv3 standard-replies. Run by workers. */
#include "irc_fail.h"

#include <string.h>

/* Bytes of a client's word in an answer: with three of them there is still room for what is said about them. */
#define WORD_WIDTH 100

/* A word of the client's as a parameter of its own; * for one that cannot be that, or is too long. */
static const char *as_word(const char *word)
{
    return !*word || *word == ':' || strchr(word, ' ') || strlen(word) > WORD_WIDTH ? "*" : word;
}

void irc_fail(struct session *session, const char *command, const char *code, const char *a, const char *b,
              const char *why)
{
    char words[2 * WORD_WIDTH + 200];
    struct text text;
    text_init(&text, words, sizeof words);
    if (a)
        text_addf(&text, "%s ", as_word(a));
    if (b)
        text_addf(&text, "%s ", as_word(b));
    text_addf(&text, ":%s", why);
    session_reply(session, REPLY_FAIL, as_word(command), code, words, NULL);
}
