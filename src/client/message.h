/* One IRC message, taken apart: RFC 1459 section 2.3.1 with the tags of IRCv3. */
#ifndef FORKCHAT_CLIENT_MESSAGE_H
#define FORKCHAT_CLIENT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_MAX_PARAMETERS 15

/* Points into the line. No pointer is NULL: what is missing is "". */
struct message {
    int64_t time;             /* the tag `time`, else 0 */
    char *id;                 /* the tag `msgid` */
    char *nick, *user, *host; /* of the prefix; a server is all nick */
    char *command;
    int count;
    char *parameters[MESSAGE_MAX_PARAMETERS + 1];
    char *last; /* the last parameter, "" if there is none */
};

/* Takes a zero-terminated line apart, in place. False if there is no command in it. */
bool message_parse(char *line, struct message *message);

/* Milliseconds since 1970 for 2026-11-21T09:30:00.123Z, 0 if it is not that. */
int64_t message_time(const char *stamp);

/* Reads PREFIX!user@host masks: true if `text` matches `mask`, where * is any text and ? any character, and
 * names compare as on IRC. */
bool message_match(const char *mask, const char *text);

#endif
