/* The command table, but for the functions: dispatch.c. Run by workers and control processes; writes no shared
 * memory. */
#include "command.h"

#include <string.h>
#include <strings.h>

#include "rows.h"

#define TEXT    (DIALECT_BIT(DIALECT_PLAIN) | DIALECT_BIT(DIALECT_TALK))
#define PLAIN   DIALECT_BIT(DIALECT_PLAIN)
#define TALK    DIALECT_BIT(DIALECT_TALK)
#define IRC     DIALECT_BIT(DIALECT_IRC)
#define CONTROL DIALECT_BIT(DIALECT_CONTROL)

static const struct command table[] = {
#define COMMAND(word, where, fewest, maximum, function, ...)                                                           \
    {.verb = word, .dialects = where, .least = fewest, .most = maximum, COMMAND_WORDS(__VA_ARGS__)},
#define SUBJECT(word, where, ...) {.verb = word, .dialects = where, .is_subject = true, COMMAND_WORDS(__VA_ARGS__)},
#define COMMAND_WORDS(form, ...)  .syntax = form, .meaning = __VA_ARGS__
    COMMANDS(COMMAND, SUBJECT)
#undef COMMAND
#undef SUBJECT
#undef COMMAND_WORDS
};

#define COUNT ((int)(sizeof table / sizeof *table))

const struct command *command_find(enum dialect_kind dialect, const char *verb)
{
    for (int i = 0; i < COUNT; i++)
        if (!table[i].is_subject && (table[i].dialects & DIALECT_BIT(dialect)) && strcasecmp(table[i].verb, verb) == 0)
            return &table[i];
    return NULL;
}

const struct command *command_list(enum dialect_kind dialect, int number)
{
    for (int i = 0; i < COUNT; i++)
        if ((table[i].dialects & DIALECT_BIT(dialect)) && number-- == 0)
            return &table[i];
    return NULL;
}

uint32_t command_number(const struct command *command)
{
    return (uint32_t)(command - table);
}

void command_need_more(struct session *session, const char *verb)
{
    const struct command *command = command_find(session->speech->dialect, verb);
    char usage[200];
    struct text text;
    text_init(&text, usage, sizeof usage);
    if (command)
        text_addf(&text, "%s%s %s", session->speech->verb_prefix, command->verb, command->syntax);
    session_reply(session, REPLY_NEED_MORE, verb, usage, NULL);
}
