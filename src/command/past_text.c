/* The past, for people: HISTORY and SEARCH. Run by workers; changes no shared memory. */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "channel.h"
#include "past.h"
#include "rows.h"

#define HISTORY_LINES 20
#define HISTORY_MOST  500
#define SEARCH_LINES  20

static void show(struct session *session, const char *target, enum past_result may, struct history_request *request)
{
    struct past past = {.count = 0};
    if (may == PAST_OK)
        may = past_ask(session, request, &past);
    if (may == PAST_OFF)
        session_reply(session, REPLY_HISTORY_OFF, NULL);
    else if (may == PAST_NOT_YOURS)
        session_reply(session, REPLY_NOT_ON_CHANNEL, target, NULL);
    else if (may == PAST_NO_ACCOUNT)
        session_reply(session, REPLY_HISTORY_PRIVATE, NULL);
    else if (may == PAST_NO_ANSWER)
        session_reply(session, REPLY_HISTORY_BUSY, NULL);
    else if (past.count == 0 && past.gap.count == 0)
        session_reply(session, *request->words ? REPLY_SEARCH_NOTHING : REPLY_HISTORY_NOTHING, target, NULL);
    else
        past_show(session, &past);
    past_free(&past);
}

/* [n] [#channel|nick], in either order. */
void past_text_history(struct session *session, struct request *request)
{
    struct history_request page;
    char target[CHANNEL_SIZE] = "";
    int64_t lines = HISTORY_LINES;
    for (int i = 0; i < request->count; i++)
        if (!parse_number(request->arguments[i], 1, HISTORY_MOST, &lines))
            snprintf(target, sizeof target, "%s", request->arguments[i]);
    if (!*target && channel_current(session, target) == NONE)
        return;
    enum past_result may = past_begin(session, &page, target);
    page.newest = 1;
    page.limit = (uint32_t)lines;
    show(session, target, may, &page);
}

void past_text_search(struct session *session, struct request *request)
{
    struct history_request page;
    char target[CHANNEL_SIZE] = "";
    if (channel_current(session, target) == NONE)
        return;
    enum past_result may = past_begin(session, &page, target);
    page.newest = 1;
    page.limit = SEARCH_LINES;
    text_copy(page.words, sizeof page.words, request->arguments[0]);
    show(session, target, may, &page);
}
