/* What became of something that was asked for, in words. Run by workers and control processes. */
#include "answer.h"

enum about { ABOUT_NOTHING, ABOUT_CHANNEL, ABOUT_NICK, ABOUT_BOTH };

struct answer {
    enum reply_code code;
    enum about about;
    const char *why; /* for those who may not speak */
};

/* A result that is not here needs no words, or such as only the command knows that led to it. */
static const struct answer answers[CHAT_RESULTS] = {
    [CHAT_NO_SUCH_USER] = {REPLY_NO_SUCH_NICK, ABOUT_NICK},
    [CHAT_NO_SUCH_CHANNEL] = {REPLY_NO_SUCH_CHANNEL, ABOUT_CHANNEL},
    [CHAT_NOT_OPERATOR] = {REPLY_NOT_OPERATOR},
    [CHAT_NOT_MODERATOR] = {REPLY_NOT_CHANNEL_OPERATOR, ABOUT_CHANNEL},
    [CHAT_NOT_MEMBER] = {REPLY_NOT_ON_CHANNEL, ABOUT_CHANNEL},
    [CHAT_NOT_THERE] = {REPLY_NOT_THERE, ABOUT_BOTH},
    [CHAT_ALREADY_THERE] = {REPLY_ALREADY_ON_CHANNEL, ABOUT_BOTH},
    [CHAT_MUTED] = {.why = "an operator muted you"},
    [CHAT_ALL_MUTED] = {.why = "an operator asked for silence"},
    [CHAT_HERE_MUTED] = {.why = "an operator asked for silence here"},
    [CHAT_NO_CTCP] = {.why = "no CTCP there but ACTION, +C"},
    [CHAT_NO_EXTERNAL] = {.why = "only members may speak, +n"},
    [CHAT_MODERATED] = {.why = "it is moderated, +m"},
    [CHAT_BANNED] = {.why = "you are banned, +b"},
    [CHAT_NO_ACCOUNT] = {.why = "only those with an account may: /LOGIN"},
    [CHAT_ACCOUNTS_ONLY] = {REPLY_ACCOUNTS_ONLY, ABOUT_CHANNEL},
    [CHAT_BAN_MUTED] = {.why = "you are muted, +b m:"},
    [CHAT_SILENCED] = {REPLY_MUTED, ABOUT_CHANNEL},
    [CHAT_NO_TOPLEVEL] = {REPLY_NO_TOPLEVEL, ABOUT_NICK},
    [CHAT_WILD_TOPLEVEL] = {REPLY_WILD_TOPLEVEL, ABOUT_NICK},
    [CHAT_NO_SUCH_SERVER] = {REPLY_NO_SUCH_SERVER, ABOUT_NICK},
    [CHAT_KEPT_OUT] = {REPLY_BANNED_FROM, ABOUT_CHANNEL},
    [CHAT_INVITED_ONLY] = {REPLY_INVITE_ONLY, ABOUT_CHANNEL},
    [CHAT_BAD_KEY] = {REPLY_BAD_KEY, ABOUT_CHANNEL},
    [CHAT_CHANNEL_FULL] = {REPLY_CHANNEL_FULL, ABOUT_CHANNEL},
    [CHAT_NAME_ALIKE] = {REPLY_CHANNEL_ALIKE, ABOUT_CHANNEL},
    [CHAT_CHANNELS_JOINED] = {REPLY_TOO_MANY_CHANNELS, ABOUT_CHANNEL},
    [CHAT_CHANNELS_SPENT] = {REPLY_SHARE_OF_CHANNELS, ABOUT_CHANNEL},
    [CHAT_CHANNELS_FULL] = {REPLY_SERVER_FULL, ABOUT_CHANNEL},
    [CHAT_MASKS_SPENT] = {REPLY_SHARE_OF_MASKS, ABOUT_CHANNEL},
    [CHAT_NO_SUCH_BAN] = {REPLY_NO_SUCH_BAN, ABOUT_NICK},
    [CHAT_BANS_FULL] = {REPLY_BANS_FULL},
    [CHAT_MASKS_FULL] = {REPLY_NO_ROOM_FOR_MASKS, ABOUT_CHANNEL},
};

void answer_result(struct session *session, enum chat_result result, const char *channel, const char *nick)
{
    const struct answer *answer = &answers[result];
    if (!answer->why && answer->code == REPLY_NOTHING)
        return;
    if (answer->why)
        session_reply(session, channel ? REPLY_CANNOT_SEND : REPLY_CANNOT_WRITE, channel ? channel : nick, answer->why,
                      NULL);
    else if (answer->about == ABOUT_BOTH)
        session_reply(session, answer->code, nick, channel, NULL);
    else
        session_reply(session, answer->code, answer->about == ABOUT_CHANNEL ? channel : nick, NULL);
}
