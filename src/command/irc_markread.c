/* IRC: MARKREAD. IRCv3 draft/read-marker. Run by workers; changes no shared memory. */
#include "irc_markread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc_fail.h"
#include "rows.h"

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

void irc_markread_show(struct session *session, const char *target)
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

void irc_markread_set(struct session *session, struct request *request)
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
    irc_markread_show(session, target);
}
