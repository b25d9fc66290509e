/* IRC: MARKREAD. IRCv3 draft/read-marker. Run by workers; changes no shared memory.
 *
 * How far an account has read is known to the keeper, and told to all its connections. Who has none is known to their
 * worker alone. */
#include "irc_markread.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "base/clock.h"
#include "chat/self.h"
#include "irc_fail.h"
#include "keeper/markers.h"
#include "rows.h"

/* Of one without an account. */
#define MARKERS 200

struct markers_of_guest {
    int count;
    struct {
        char target[CHANNEL_SIZE];
        int64_t time; /* ms since 1970; -1: nowhere yet */
    } list[MARKERS];
};

static int64_t *find_marker(struct session *session, const char *target, bool make)
{
    if (!session->irc.markers && !(session->irc.markers = calloc(1, sizeof *session->irc.markers)))
        return NULL;
    struct markers_of_guest *markers = session->irc.markers;
    for (int i = 0; i < markers->count; i++)
        if (text_compare_names(markers->list[i].target, target) == 0)
            return &markers->list[i].time;
    if (!make || markers->count == MARKERS)
        return NULL;
    text_copy(markers->list[markers->count].target, sizeof markers->list[0].target, target);
    markers->list[markers->count].time = -1;
    return &markers->list[markers->count++].time;
}

static enum keeper_result mark_guest(struct session *session, const char *target, int64_t *time)
{
    int64_t *kept = find_marker(session, target, *time >= 0);
    if (!kept && *time >= 0)
        return KEEPER_FULL;
    if (kept && *kept < *time)
        *kept = *time;
    *time = kept ? *kept : -1;
    return KEEPER_DONE;
}

/* *time: to be read as far as that; how far it is then. -1: only asked, nowhere yet. */
static enum keeper_result mark(struct session *session, const char *target, int64_t *time)
{
    struct keeper_request request = {.verb = KEEPER_MARK, .time = *time};
    struct keeper_answer answer;
    account_of(session, request.account);
    if (!*request.account)
        return mark_guest(session, target, time);
    text_copy(request.channel, sizeof request.channel, target);
    enum keeper_result result = ask_keeper(session, &request, &answer);
    *time = answer.time;
    return result;
}

static void show(struct session *session, const char *target, int64_t time)
{
    char words[CLOCK_STAMP_SIZE + sizeof "timestamp="] = "*";
    if (time >= 0) {
        memcpy(words, "timestamp=", sizeof "timestamp=");
        clock_stamp(time, words + strlen(words));
    }
    session_reply(session, REPLY_MARKREAD, target, words, NULL);
}

void irc_markread_show(struct session *session, const char *target)
{
    int64_t time = -1;
    if (!(session->caps & CAP_BIT(READ_MARKER)))
        return;
    if (mark(session, target, &time) != KEEPER_DONE)
        time = -1;
    show(session, target, time);
}

static void tell_others(struct session *session, const char *target, int64_t time)
{
    char stamp[CLOCK_STAMP_SIZE];
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    clock_stamp(time, stamp);
    chat_tell_read_locked(&chat, &actor, target, stamp);
    session_commit(session);
}

/* False, and said why, if that is no time. */
static bool take_stamp(struct session *session, const char *stamp, int64_t *time)
{
    static const char key[] = "timestamp=";
    if (strncmp(stamp, key, sizeof key - 1) == 0 && clock_parse_stamp(stamp + sizeof key - 1, time) && *time >= 0)
        return true;
    irc_fail(session, "MARKREAD", "INVALID_PARAMS", stamp, NULL, "Invalid timestamp");
    return false;
}

void irc_markread_set(struct session *session, struct request *request)
{
    const char *target = request->arguments[0];
    int64_t wanted = -1, time;
    if (!(session->caps & CAP_BIT(READ_MARKER)))
        session_reply(session, REPLY_UNKNOWN_COMMAND, "MARKREAD", NULL);
    else if (request->count == 0 || !*target)
        irc_fail(session, "MARKREAD", "NEED_MORE_PARAMS", NULL, NULL, "Missing parameters");
    else if (!markers_is_target(target))
        irc_fail(session, "MARKREAD", "INVALID_PARAMS", target, NULL, "Invalid target");
    else if (request->count == 1 || take_stamp(session, request->arguments[1], &wanted)) {
        time = wanted;
        enum keeper_result result = mark(session, target, &time);
        if (result != KEEPER_DONE) {
            irc_fail(session, "MARKREAD", "INTERNAL_ERROR", target, NULL,
                     result == KEEPER_FULL ? "Too many read markers" : ask_keeper_why(result));
            return;
        }
        show(session, target, time);
        if (wanted >= 0 && time == wanted)
            tell_others(session, target, time);
    }
}
