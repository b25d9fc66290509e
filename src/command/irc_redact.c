/* IRC: REDACT and MARKREAD. IRCv3 draft/message-redaction, draft/read-marker. Run by workers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "families.h"
#include "world/message_index.h"

/* ---- REDACT ---- */

/* What stands against this session redacting that message to `name`; NULL if nothing does, and then `event`
 * has its audience. Transaction running. */
static const char *refuse_locked(struct session *session, const char *name, uint64_t id,
                                 struct event *event)
{
    const struct world *world = session->world;
    bool channel = *name == '#';
    uint32_t target = channel ? channel_find_locked(world, name) : user_find_locked(world, name);
    if (target == NONE || (channel && member_find_locked(world, session->user, target) == NONE))
        return "INVALID_TARGET";
    const struct message_index_shm *message = message_index_find_locked(world, id);
    uint32_t generation =
        channel ? world->channels[target].generation : world->users[target].generation;
    if (!message || message->is_channel != channel || message->target != target ||
        message->target_generation != generation)
        return "UNKNOWN_MSGID";
    bool own = message->author == session->user && message->author_generation == session->generation;
    if (!own && !(channel && channel_may_moderate_locked(session, target)))
        return channel ? "REDACT_FORBIDDEN" : "UNKNOWN_MSGID"; /* who got it is nobody else's business */
    event->strings.redact.target = channel ? world->channels[target].name : world->users[target].nick;
    event->audience = channel ? AUDIENCE_CHANNEL : AUDIENCE_USER;
    event->target = target;
    return NULL;
}

static void complain(struct session *session, const char *code, const char *name, const char *id)
{
    if (strcmp(code, "INVALID_TARGET") == 0)
        irc_fail(session, "REDACT", code, name, NULL, "You cannot delete messages from there");
    else if (strcmp(code, "UNKNOWN_MSGID") == 0)
        irc_fail(session, "REDACT", code, name, id, "This message does not exist or is too old");
    else
        irc_fail(session, "REDACT", code, name, id, "You are not authorised to delete this message");
}

/* The number that an id stands for, 0 if it is none: others are shown it as it came, so it must be written as they have it. */
static uint64_t read_id(const char *id)
{
    char written[24];
    unsigned long long number = strtoull(id, NULL, 16);
    snprintf(written, sizeof written, "%llx", number);
    return strcmp(written, id) == 0 ? number : 0;
}

void irc_redact(struct session *session, struct request *request)
{
    const char *name = request->arguments[0], *id = request->arguments[1];
    if (!(session->caps & CAP_BIT(MESSAGE_REDACTION))) {
        session_reply(session, REPLY_UNKNOWN_COMMAND, "REDACT", NULL);
        return;
    }
    if (!session_begin(session, 2 * EVENT_NEED_MAX))
        return;
    struct event event = session_event_locked(session, EVENT_REDACT);
    const char *wrong = refuse_locked(session, name, read_id(id), &event);
    if (!wrong) {
        event.strings.redact.id = id;
        event.strings.redact.reason = request->count > 2 ? request->arguments[2] : NULL;
        struct chat chat = session_chat(session);
        chat_publish_locked(&chat, &event);
    }
    session_commit(session);
    if (wrong)
        complain(session, wrong, name, id);
}

/* ---- MARKREAD ---- */

/* How far this user has read, where. Kept by the worker: there are no accounts that could have several clients. */
#define MARKERS 200

struct markers {
    int count;
    struct {
        char target[CHANNEL_SIZE];
        char stamp[32]; /* as in server-time: compares like the time */
    } list[MARKERS];
};

static char *find_marker(struct session *session, const char *target, bool make)
{
    if (!session->irc.markers && !(session->irc.markers = calloc(1, sizeof *session->irc.markers)))
        return NULL;
    struct markers *markers = session->irc.markers;
    for (int i = 0; i < markers->count; i++)
        if (text_compare_names(markers->list[i].target, target) == 0)
            return markers->list[i].stamp;
    if (!make || markers->count == MARKERS)
        return NULL;
    text_copy(markers->list[markers->count].target, sizeof markers->list[0].target, target);
    return markers->list[markers->count++].stamp;
}

void irc_show_marker(struct session *session, const char *target)
{
    char words[64] = "*";
    const char *stamp = find_marker(session, target, false);
    if (!(session->caps & CAP_BIT(READ_MARKER)))
        return;
    if (stamp)
        snprintf(words, sizeof words, "timestamp=%s", stamp);
    session_reply(session, REPLY_MARKREAD, target, words, NULL);
}

/* YYYY-MM-DDThh:mm:ss.sssZ; there may be a 61st second. */
static bool is_stamp(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    static const struct {
        int at;
        char least[3], most[3];
    } parts[] = {{5, "01", "12"}, {8, "01", "31"}, {11, "00", "23"}, {14, "00", "59"}, {17, "00", "60"}};
    if (strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (memcmp(text + parts[i].at, parts[i].least, 2) < 0 || memcmp(text + parts[i].at, parts[i].most, 2) > 0)
            return false;
    return true;
}

void irc_markread(struct session *session, struct request *request)
{
    static const char key[] = "timestamp=";
    if (!(session->caps & CAP_BIT(READ_MARKER))) {
        session_reply(session, REPLY_UNKNOWN_COMMAND, "MARKREAD", NULL);
        return;
    }
    if (request->count == 0 || !*request->arguments[0]) {
        irc_fail(session, "MARKREAD", "NEED_MORE_PARAMS", NULL, NULL, "Missing parameters");
        return;
    }
    const char *target = request->arguments[0];
    if (!name_is_channel(target) && name_check_nick(target, NICK_SIZE - 1) != NAME_OK) {
        irc_fail(session, "MARKREAD", "INVALID_PARAMS", target, NULL, "Invalid target");
        return;
    }
    if (request->count > 1) {
        const char *stamp = request->arguments[1];
        if (strncmp(stamp, key, sizeof key - 1) != 0 || !is_stamp(stamp + sizeof key - 1)) {
            irc_fail(session, "MARKREAD", "INVALID_PARAMS", stamp, NULL, "Invalid timestamp");
            return;
        }
        char *kept = find_marker(session, target, true);
        if (!kept) {
            irc_fail(session, "MARKREAD", "INTERNAL_ERROR", target, NULL, "Too many read markers");
            return;
        }
        if (strcmp(stamp + sizeof key - 1, kept) > 0)
            snprintf(kept, 32, "%s", stamp + sizeof key - 1);
    }
    irc_show_marker(session, target);
}
