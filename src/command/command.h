/* What clients may ask: one table. What is behind a row is in dispatch.h. */
#ifndef FORKCHAT_COMMAND_COMMAND_H
#define FORKCHAT_COMMAND_COMMAND_H

#include "session.h"

#define COMMAND_ARGUMENTS 15

/* A command as a dialect took it from a line. */
struct request {
    const char *verb;
    int count;
    char *arguments[COMMAND_ARGUMENTS + 1];
    const char *tags; /* IRCv3 client-only tags, "" for none */
};

typedef void command_run(struct session *session, struct request *request);

/* Where people are told of it: HELP tells of all they may use. */
enum command_help {
    HELP_MORE,    /* on arrival by name alone */
    HELP_FIRST,   /* on arrival, with what it does */
    HELP_TOKEN,   /* on arrival, with the token that one is given there */
    HELP_OPERATOR /* to operators */
};

/* A row of the table (rows.h). */
struct command {
    const char *verb;
    unsigned dialects; /* DIALECT_BITs: where it exists */
    int least;         /* arguments */
    int most;          /* the last one takes the rest of the line, where lines are plain text */
    const char *syntax;
    const char *meaning;
    enum command_help help;
    bool is_subject; /* HELP tells of it, and it is no verb */
    bool said;   /* the last argument is said: it keeps the blanks it begins with, but for the one that ends the verb */
    bool before; /* IRC: also for those who have not registered */
    uint64_t before_with; /* ... and have one of these capabilities; 0: whichever they have */
    uint64_t caps;        /* IRC: known only to clients with all of these */
    bool operators;       /* only for operators of the server */
};

/* The command for `verb` in that dialect, whatever its case, or NULL. */
const struct command *command_find(enum dialect_kind dialect, const char *verb);

/* The commands of a dialect one by one, in the order HELP shows them; NULL after the last. */
const struct command *command_list(enum dialect_kind dialect, int number);

/* Its number in the table, for counting its uses. */
uint32_t command_number(const struct command *command);

/* Answers that `verb`, a command of the session's dialect, needs more, and how it is written. */
void command_need_more(struct session *session, const char *verb);

#endif
