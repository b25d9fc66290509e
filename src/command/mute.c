/* Silence: an operator of the server asks it of one person, of a channel, or of everybody. Run by workers and control
 * processes. */
#include <stdio.h>
#include <strings.h>

#include "answer.h"
#include "base/log.h"
#include "chat/mute.h"
#include "rows.h"

/* The audience that is muted, its number, and how it is called. */
struct whom {
    enum event_audience audience;
    uint32_t target;
    char name[ADDRESS_SIZE];
};

static struct whom find_locked(const struct world *world, const char *word)
{
    struct whom whom = {.audience = AUDIENCE_ALL, .target = NONE};
    const char *name = word;
    if (strcasecmp(word, "all") == 0) {
        name = "everybody";
    } else if (*word == '#') {
        whom.audience = AUDIENCE_CHANNEL;
        whom.target = channel_find_locked(world, word);
        if (whom.target != NONE)
            name = world->channels[whom.target].name;
    } else {
        whom.audience = AUDIENCE_USER;
        whom.target = user_find_locked(world, word);
        if (whom.target != NONE)
            name = user_shown(&world->users[whom.target]);
    }
    text_copy(whom.name, sizeof whom.name, name);
    return whom;
}

static void mute(struct session *session, const char *word, bool on)
{
    char words[ADDRESS_SIZE + 20], by[ADDRESS_SIZE];
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    struct whom whom = find_locked(session->world, word);
    text_copy(by, sizeof by, actor.shown);
    enum chat_result result = chat_mute_locked(&chat, &actor, whom.audience, whom.target, on);
    session_commit(session);
    if (result != CHAT_DONE && result != CHAT_SO_ALREADY) {
        answer_result(session, result, word, word);
        return;
    }
    if (result == CHAT_DONE)
        log_info("\"%s\" %s by \"%s\"", whom.name, on ? "muted" : "unmuted", by);
    snprintf(words, sizeof words, "%s %s", whom.name, on ? "may not speak" : "may speak");
    session_reply(session, REPLY_DONE, words, NULL);
}

void mute_set(struct session *session, struct request *request)
{
    mute(session, request->arguments[0], true);
}

void mute_lift(struct session *session, struct request *request)
{
    mute(session, request->arguments[0], false);
}
