/* IRC: LIST with conditions. RFC 2812 section 3.2.6, Modern IRC client protocol (ELIST CMNTU). Run by workers;
 * changes nothing. */
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/unicode.h"
#include "query.h"
#include "rows.h"

#define MASKS           16
#define CONDITIONS_SIZE 1024
#define MINUTE          (60000 * MS)

/* Conditions that a listed channel meets; -1: any. */
struct conditions {
    int64_t now; /* clock_monotonic() */
    const char *masks[MASKS], *excluded[MASKS];
    int mask_count, excluded_count;
    int64_t more_than, less_than;          /* members */
    int64_t created_before, created_after; /* minutes ago */
    int64_t topic_before, topic_after;
};

static bool take_number(const char *text, int64_t *value)
{
    return parse_number(text, 0, INT32_MAX, value);
}

/* One condition of a list; any other word is the name or mask of a channel. */
static void take_condition(struct conditions *wanted, const char *word)
{
    char kind = *word == 'c' || *word == 't' ? (char)(*word - 32) : *word;
    if (*word == '>') {
        take_number(word + 1, &wanted->more_than);
    } else if (*word == '<') {
        take_number(word + 1, &wanted->less_than);
    } else if ((kind == 'C' || kind == 'T') && word[1] == '<') {
        take_number(word + 2, kind == 'C' ? &wanted->created_after : &wanted->topic_after);
    } else if ((kind == 'C' || kind == 'T') && word[1] == '>') {
        take_number(word + 2, kind == 'C' ? &wanted->created_before : &wanted->topic_before);
    } else if (*word == '!') {
        if (wanted->excluded_count < MASKS)
            wanted->excluded[wanted->excluded_count++] = word + 1;
    } else if (*word && wanted->mask_count < MASKS) {
        wanted->masks[wanted->mask_count++] = word;
    }
}

static bool fits_any(const char *const *masks, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (mask_match(masks[i], name))
            return true;
    return false;
}

static bool fits(const void *conditions, const struct channel_shm *channel)
{
    const struct conditions *wanted = conditions;
    int64_t members = channel->member_count, age = (wanted->now - channel->created_monotonic) / MINUTE;
    int64_t topic_age = (wanted->now - channel->topic_monotonic) / MINUTE;
    if (wanted->mask_count && !fits_any(wanted->masks, wanted->mask_count, channel->name))
        return false;
    if (fits_any(wanted->excluded, wanted->excluded_count, channel->name))
        return false;
    if ((wanted->more_than >= 0 && members <= wanted->more_than) ||
        (wanted->less_than >= 0 && members >= wanted->less_than) ||
        (wanted->created_before >= 0 && age <= wanted->created_before) ||
        (wanted->created_after >= 0 && age >= wanted->created_after))
        return false;
    if (wanted->topic_before < 0 && wanted->topic_after < 0)
        return true;
    return *channel->topic && (wanted->topic_before < 0 || topic_age > wanted->topic_before) &&
           (wanted->topic_after < 0 || topic_age < wanted->topic_after);
}

void irc_list_channels(struct session *session, struct request *request)
{
    struct conditions wanted = {.now = clock_monotonic(),
                                .more_than = -1,
                                .less_than = -1,
                                .created_before = -1,
                                .created_after = -1,
                                .topic_before = -1,
                                .topic_after = -1};
    char composed[2][CONDITIONS_SIZE]; /* as the names of channels are */
    for (int i = 0; i < request->count && i < 2; i++) {
        bool fitted = unicode_compose(composed[i], CONDITIONS_SIZE, request->arguments[i]);
        char *rest = fitted ? composed[i] : request->arguments[i], *word;
        while ((word = text_next_item(&rest, ',')))
            take_condition(&wanted, word);
    }
    session_reply(session, REPLY_LIST_START, NULL);
    query_show_channels(session, fits, &wanted);
    session_reply(session, REPLY_LIST_END, NULL);
}
