/* IRC: FAIL. IRCv3 standard-replies. Run by workers. */
#include <string.h>

#include "families.h"

/* Bytes of a client's word in an answer. */
#define WORD_WIDTH 100

/* A word of the client's as a parameter of its own. */
static void add_word(struct text *text, const char *word)
{
    if (!*word || *word == ':' || strchr(word, ' '))
        word = "*";
    text_add_bytes(text, word, text_boundary(word, strlen(word), WORD_WIDTH));
    text_add_char(text, ' ');
}

void irc_fail(struct session *session, const char *command, const char *code, const char *a, const char *b,
              const char *why)
{
    char words[2 * WORD_WIDTH + 200];
    struct text text;
    text_init(&text, words, sizeof words);
    if (a)
        add_word(&text, a);
    if (b)
        add_word(&text, b);
    text_addf(&text, ":%s", why);
    session_reply(session, REPLY_FAIL, command, code, words, NULL);
}
