/* What clients may ask: one table. */
#ifndef FORKCHAT_COMMAND_COMMAND_H
#define FORKCHAT_COMMAND_COMMAND_H

#include "session.h"

#define COMMAND_ARGUMENTS 15

/* A command as a door took it from a line. */
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
    HELP_OPERATOR /* to operators */
};

struct command {
    const char *verb;
    unsigned dialects; /* DIALECT_BITs: where it exists */
    int least;      /* arguments */
    int most;       /* the last one takes the rest of the line, where lines are plain text */
    command_run *run; /* NULL for what HELP tells of and is no verb */
    const char *syntax;
    const char *meaning;
    bool before; /* IRC: also for those who have not registered */
    enum command_help help;
    bool said;   /* the last argument is said: it keeps the blanks it begins with, but for the one that ends the verb */
};

/* The command for `verb` in that dialect, whatever its case, or NULL. */
const struct command *command_find(enum dialect_kind dialect, const char *verb);

/* The commands of a dialect one by one, in the order HELP shows them; NULL after the last. */
const struct command *command_list(enum dialect_kind dialect, int number);

/* Its number in the table, for counting its uses. */
uint32_t command_number(const struct command *command);

/* For doors of plain text lines: cuts `rest` into the arguments `command` wants and runs it; answers if
 * there are too few, or any for one that takes none. */
void command_run_text(struct session *session, const struct command *command, char *rest);

/* Answers that `verb`, a command of the session's dialect, needs more, and how it is written. */
void command_need_more(struct session *session, const char *verb);

/* ---- The families. Each is a file; these are the parts that doors call without a verb. ---- */

/* register.c: the client is here: greets it, tells the others. leave: it goes, in that manner. */
void command_arrive(struct session *session);
void command_leave(struct session *session, enum event_quit how, const char *text);

/* The same, with other words for IRC ("" for the same ones). */
void command_leave_for(struct session *session, enum event_quit how, const char *text, const char *irc_text);

/* message.c: text said in the current channel, or in that one. */
void command_say(struct session *session, const char *text);
void command_say_in(struct session *session, const char *name, const char *text);
/* A line that began with @, without it: a nick and what is for that one alone. Cuts it up. */
void command_address(struct session *session, char *line);

/* query.c: who one is and where one talks. */
void command_show_place(struct session *session);

/* query.c: what people are shown on arrival; what those who become operators may do from now on. */
void command_show_help(struct session *session);
void command_show_operator_help(struct session *session);

#endif
