/* An IRC message as a client sends it: tags, verb, parameters. RFC 1459 section 2.3.1, IRCv3 message-tags. */
#ifndef FORKCHAT_DIALECT_IRC_LINE_H
#define FORKCHAT_DIALECT_IRC_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define IRC_PARAMETERS 15

/* Bytes: a message without its tags and line end; the tags a client may send, with @ and blank. */
#define IRC_BODY_LIMIT 510
#define IRC_TAGS_LIMIT 4096
#define IRC_LINE_LIMIT (IRC_TAGS_LIMIT + IRC_BODY_LIMIT)

struct irc_line {
    char *tags; /* without @, "" if there are none */
    char *verb;
    int count;
    char *parameters[IRC_PARAMETERS + 1];
};

/* Takes `line` apart in place. False if there is no verb in it. A prefix is skipped: a client's says nothing. */
bool irc_line_parse(char *line, struct irc_line *parsed);

/* Finds the tag `key` in `tags`; copies its value, unescaped, into `size` bytes. False if it is not there. */
bool irc_tag_value(const char *tags, const char *key, char *value, size_t size);

/* The same as it came; not zero-terminated: it has *length bytes of `tags`. NULL if it is not there. */
const char *irc_tag_raw(const char *tags, const char *key, size_t *length);

/* Copies those tags that clients may send to each other (they begin with +) into `size` bytes, none of them twice. */
void irc_tags_of_clients(const char *tags, char *kept, size_t size);

#endif
