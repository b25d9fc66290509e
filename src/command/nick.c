/* Taking a nick. Run by workers. */
#include "nick.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"
#include "base/unicode.h"
#include "chat/nick.h"
#include "rows.h"

/* Changes of one client's nick told in the log, in so many ms. */
#define NICKS_TOLD    20u
#define NICKS_TOLD_IN 60000

static void answer(struct session *session, enum chat_result result, const char *nick)
{
    static const enum reply_code codes[CHAT_RESULTS] = {
        [CHAT_SO_ALREADY] = REPLY_NICK_TAKEN_BY_YOU, [CHAT_NAME_TAKEN] = REPLY_NICK_IN_USE,
        [CHAT_NAME_ALIKE] = REPLY_NICK_ALIKE,        [CHAT_NAME_BAD] = REPLY_NICK_BAD,
        [CHAT_NAME_TOO_LONG] = REPLY_NICK_TOO_LONG,  [CHAT_NAME_BRACKETS] = REPLY_NICK_BRACKETS,
        [CHAT_NAME_OWNED] = REPLY_NICK_OWNED,        [CHAT_NAME_MIXED] = REPLY_NICK_MIXED,
        [CHAT_NAME_RESERVED] = REPLY_NICK_RESERVED};
    char longest[12];
    snprintf(longest, sizeof longest, "%d", (int)session->settings->nick_length);
    session_reply(session, codes[result], nick, longest, NULL);
}

/* In the log: a client that takes one nick after the other must not flood the disk. Each client has a process of its
 * own, so what is remembered here is of this client. */
static void tell_nick(const char *before, const char *nick)
{
    static int64_t since;
    static unsigned told, untold;
    int64_t now = clock_monotonic();
    if (told == 0 || now - since > NICKS_TOLD_IN * MS) {
        if (untold)
            log_info("client \"%s\" changed its nick %u more times", before, untold);
        since = now;
        told = untold = 0;
    }
    if (told++ < NICKS_TOLD)
        log_info("client \"%s\" => \"%s\"", before, nick);
    else
        untold++;
}

bool nick_change(struct session *session, const char *wanted)
{
    char composed[NICK_SIZE], before[ADDRESS_SIZE], address[ADDRESS_SIZE];
    const char *nick = unicode_compose(composed, sizeof composed, wanted) ? composed : wanted;
    if (!session_begin(session, EVENT_NEED_MAX + EVENT_NEED_LEAVE))
        return false;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    text_copy(before, sizeof before, actor.shown);
    text_copy(address, sizeof address, session_user_locked(session)->address);
    enum chat_result result = chat_nick_locked(&chat, &actor, nick);
    session_commit(session);
    if (result == CHAT_DONE) {
        tell_nick(before, nick);
        port_title_set("forkchatd: worker %s (%s %s)", nick, door_name(session->door), address);
    } else {
        answer(session, result, nick);
    }
    return result == CHAT_DONE || result == CHAT_SO_ALREADY;
}

void nick_take(struct session *session, struct request *request)
{
    char *rest = request->arguments[0];
    char *blank = strpbrk(rest, " \t");
    const char *nick = text_next_word(&rest);
    if (*rest)
        *blank = ' '; /* more than one word: it is refused as a whole */
    nick_change(session, nick);
}
