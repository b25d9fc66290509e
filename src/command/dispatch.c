/* From a line that a dialect has taken apart to the function behind its command. What the row says of who may use it,
 * where and when is checked here, for all commands. Run by workers and control processes. */
#include "dispatch.h"

#include <string.h>

#include "kept_channel.h"
#include "rows.h"

static command_run *const functions[] = {
#define COMMAND(verb, dialects, least, most, run, ...) run,
#define SUBJECT(...)                                   NULL,
    COMMANDS(COMMAND, SUBJECT)
#undef COMMAND
#undef SUBJECT
};

/* Whether the client may, as far as it depends on who it is; answers if not. */
static bool check(struct session *session, const struct command *command)
{
    bool early = session->speech->dialect == DIALECT_IRC && !session->irc.registration.done;
    if (early && command->before_with && !(session->caps & command->before_with))
        session_reply(session, REPLY_NOT_REGISTERED, NULL);
    else if ((session->caps & command->caps) != command->caps)
        session_reply(session, REPLY_UNKNOWN_COMMAND, command->verb, NULL);
    else if (command->operators && !session_operates(session)) {
        if (!session->leaving)
            session_reply(session, REPLY_NOT_OPERATOR, NULL);
    } else
        return true;
    return false;
}

void dispatch_request(struct session *session, const struct command *command, struct request *request)
{
    if (session->speech->dialect == DIALECT_IRC && !session->irc.registration.done && !command->before) {
        session_reply(session, REPLY_NOT_REGISTERED, NULL);
        return;
    }
    world_count_command(session->world, command_number(command));
    if (request->count < command->least)
        command_need_more(session, command->verb);
    else if (check(session, command))
        functions[command_number(command)](session, request);
    if (session->changed_channel)
        kept_channel_save(session);
}

void dispatch_text(struct session *session, const struct command *command, char *rest)
{
    struct request request = {.verb = command->verb, .tags = ""};
    while (request.count + 1 < command->most) {
        char *word = text_next_word(&rest);
        if (!word)
            break;
        request.arguments[request.count++] = word;
    }
    if (command->most > 0 && !text_is_blank(rest)) {
        request.arguments[request.count++] = command->said ? rest : rest + strspn(rest, " \t");
    } else if (command->most == 0 && !text_is_blank(rest)) {
        world_count_command(session->world, command_number(command));
        session_reply(session, REPLY_BAD_ARGUMENT, command->verb, "nothing behind it", NULL);
        return;
    }
    dispatch_request(session, command, &request);
}
