/* IRC: REDACT. IRCv3 draft/message-redaction. Run by workers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat/redact.h"
#include "irc_fail.h"
#include "rows.h"

static void answer(struct session *session, enum chat_result result, const char *name, const char *id)
{
    if (result == CHAT_NO_SUCH_MESSAGE)
        irc_fail(session, "REDACT", "UNKNOWN_MSGID", name, id, "This message does not exist or is too old");
    else if (result == CHAT_NOT_MODERATOR)
        irc_fail(session, "REDACT", "REDACT_FORBIDDEN", name, id, "You are not authorised to delete this message");
    else if (result != CHAT_DONE)
        irc_fail(session, "REDACT", "INVALID_TARGET", name, NULL, "You cannot delete messages from there");
}

/* The number that an id stands for, 0 if it is none: others are shown it as it came, so it must be written as they
 * have it. */
static uint64_t read_id(const char *id)
{
    char written[24];
    unsigned long long number = strtoull(id, NULL, 16);
    snprintf(written, sizeof written, "%llx", number);
    return strcmp(written, id) == 0 ? number : 0;
}

void irc_redact_message(struct session *session, struct request *request)
{
    const char *name = request->arguments[0], *id = request->arguments[1];
    const char *reason = request->count > 2 ? request->arguments[2] : "";
    bool channel = *name == '#';
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    uint32_t target = channel ? channel_find_locked(session->world, name) : user_find_locked(session->world, name);
    enum chat_result result =
        chat_redact_locked(&chat, &actor, channel ? AUDIENCE_CHANNEL : AUDIENCE_USER, target, read_id(id), reason);
    session_commit(session);
    answer(session, result, name, id);
}
