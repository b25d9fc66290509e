/* The archive. Run by the archivist; no shared memory. */
#include "archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "history/query.h"

int archive_open(struct archive *archive, int directory, const struct settings *settings)
{
    struct history_options options = {.directory = directory,
                                      .name = "channels",
                                      .keep = settings->history_keep * 1000,
                                      .size = settings->history_size};
    if (history_open(&archive->channels, &options))
        return -1;
    options.name = "private";
    options.keep = settings->history_private_keep * 1000;
    return history_open(&archive->pairs, &options);
}

void archive_follow(struct archive *archive, const struct settings *settings)
{
    archive->channels.options.keep = settings->history_keep * 1000;
    archive->pairs.options.keep = settings->history_private_keep * 1000;
    archive->channels.options.size = archive->pairs.options.size = settings->history_size;
}

static struct history *history_of(struct archive *archive, const char *key)
{
    return *key == '#' || *key == '&' ? &archive->channels : &archive->pairs;
}

void archive_add(struct archive *archive, const struct history_gap *gap, const unsigned char *bytes, size_t length)
{
    struct history_record record;
    if (gap->count && gap->to > archive->channels.last)
        history_miss(&archive->channels, gap);
    if (gap->count && gap->to > archive->pairs.last)
        history_miss(&archive->pairs, gap);
    for (size_t at = 0, all; (all = history_decode(bytes + at, length - at, &record)) > 0; at += all) {
        struct history *history = history_of(archive, record.texts[HISTORY_KEY]);
        if (record.kind == HISTORY_GAP || record.position <= history->last)
            continue;
        if (record.kind == HISTORY_REDACT)
            history_redact(history, record.texts[HISTORY_KEY], strtoull(record.texts[HISTORY_MORE], NULL, 16));
        history_append(history, &record);
    }
}

int archive_write(struct archive *archive)
{
    int channels = history_write(&archive->channels);
    return history_write(&archive->pairs) || channels ? -1 : 0;
}

int archive_sync(struct archive *archive)
{
    int channels = history_sync(&archive->channels);
    return history_sync(&archive->pairs) || channels ? -1 : 0;
}

bool archive_is_unsynced(const struct archive *archive)
{
    return history_is_unsynced(&archive->channels) || history_is_unsynced(&archive->pairs);
}

/* ---- questions ---- */

/* An answer that is being made. */
struct page {
    struct history_answer head;
    unsigned char *bytes;
    size_t length;
    uint64_t last; /* the position of the last record in it */
    char *words[16];
    int word_count;
};

static bool take(void *context, const struct history_record *record, const unsigned char *bytes, size_t length)
{
    struct page *page = context;
    if (page->length + length > HISTORY_ANSWER_MAX) {
        page->head.more = 1;
        return false;
    }
    memcpy(page->bytes + page->length, bytes, length);
    page->length += length;
    page->last = record->position;
    page->head.count++;
    return true;
}

static bool has_all_words(void *context, const struct history_record *record)
{
    const struct page *page = context;
    for (int i = 0; i < page->word_count; i++)
        if (!text_find(record->texts[HISTORY_WORDS], page->words[i]))
            return false;
    return true;
}

/* The position from which on records are beyond a bound, which itself is part of them or not. */
static uint64_t position_of(struct history *history, const struct history_bound *bound, bool including,
                            uint64_t without)
{
    if (bound->kind == HISTORY_BY_POSITION)
        return bound->value + (including || bound->value == UINT64_MAX ? 0 : 1);
    if (bound->kind == HISTORY_BY_TIME)
        return history_position_at(history, (int64_t)bound->value + (including ? 0 : 1));
    return without;
}

/* Records that a search looks at in one question. */
#define SEARCH_MOST 50000

static void answer_page(struct archive *archive, struct history_request *request, struct page *page)
{
    struct history *history = history_of(archive, request->key);
    int64_t keep = history->options.keep, oldest = keep ? clock_realtime() - keep : INT64_MIN;
    struct history_query query = {.key = request->key,
                                  .from = position_of(history, &request->after, request->after.including, 0),
                                  .to = position_of(history, &request->before, !request->before.including, UINT64_MAX),
                                  .newest = request->newest,
                                  .kinds = request->kinds & HISTORY_ALL,
                                  .not_before = request->not_before > oldest ? request->not_before : oldest,
                                  .limit = request->limit};
    if (request->either &&
        position_of(history, &request->before, true, UINT64_MAX) < position_of(history, &request->after, true, 0)) {
        page->head.after = request->before;
        page->head.before = request->after;
        query.from = position_of(history, &request->before, false, 0);
        query.to = position_of(history, &request->after, true, UINT64_MAX);
        query.newest = true;
    }
    page->head.newest = query.newest;
    char *rest = request->words, *word;
    while (page->word_count < 16 && (word = text_next_word(&rest)))
        page->words[page->word_count++] = word;
    if (page->word_count) {
        query.matches = has_all_words;
        query.look = SEARCH_MOST;
    }
    history_ask(history, &query, take, page);
    bool whole = !page->head.more && page->head.count < query.limit;
    uint64_t from = query.newest && !whole ? page->last : query.from;
    uint64_t to = !query.newest && !whole ? page->last : query.to - 1;
    const struct history_gap *gap = page->head.count || whole ? history_find_gap(history, from, to) : NULL;
    if (gap && gap->time >= query.not_before)
        page->head.gap = *gap;
}

static void answer_partners(struct archive *archive, const struct history_request *request, struct page *page)
{
    struct history *history = &archive->pairs;
    const char *other;
    size_t length;
    int64_t keep = history->options.keep, oldest = keep ? clock_realtime() - keep : INT64_MIN;
    struct history_query query = {.from = position_of(history, &request->after, request->after.including, 0),
                                  .to = position_of(history, &request->before, !request->before.including, UINT64_MAX),
                                  .newest = true,
                                  .kinds = HISTORY_SAID,
                                  .not_before = request->not_before > oldest ? request->not_before : oldest,
                                  .limit = 1};
    history_write(history);
    for (size_t i = 0; i < history->heads.room && page->head.count < request->limit && !page->head.more; i++) {
        query.key = history->heads.list[i].key;
        if (query.key && history_key_has(query.key, request->account, &other, &length))
            history_ask(history, &query, take, page);
    }
}

/* ---- what operators ask ---- */

/* Blocks that are looked at in one go: others have questions as well. */
#define GO_BLOCKS 256

static void count_all(const struct history *history, struct history_counts *counts)
{
    *counts = (struct history_counts){.records = history_records(history),
                                      .bytes = history_size(history),
                                      .segments = history->count,
                                      .gaps = history->gap_count + (history->pending.count > 0)};
    for (uint32_t i = 0; i < history->count; i++) {
        const struct segment *segment = &history->segments[i];
        counts->damaged += segment->damaged;
        if (segment->records == 0)
            continue;
        if (counts->oldest == 0)
            counts->oldest = segment->oldest;
        counts->newest = segment->newest;
    }
}

struct check {
    struct history *history;
    struct history_counts *counts;
};

static bool check_record(void *context, const struct history_record *record, const unsigned char *bytes, size_t length)
{
    const struct check *check = context;
    (void)bytes;
    check->counts->records++;
    check->counts->bytes += length;
    check->counts->gaps += record->kind == HISTORY_GAP;
    check->counts->broken += !history_is_chained(check->history, record);
    return true;
}

struct export
{
    struct page *page;
    const char *account;
};

static bool export_record(void *context, const struct history_record *record, const unsigned char *bytes, size_t length)
{
    const struct export *export = context;
    const char *made_by = record->texts[HISTORY_ACCOUNT], *other;
    size_t size;
    bool is_theirs = (*made_by && text_compare_names(made_by, export->account) == 0) ||
                     history_key_has(record->texts[HISTORY_KEY], export->account, &other, &size);
    return record->kind == HISTORY_GAP || (record->flags & HISTORY_BLANK) || !is_theirs ||
           take(export->page, record, bytes, length);
}

static void answer_operator(struct archive *archive, const struct history_request *request, struct page *page)
{
    struct history *history = request->which == HISTORY_CHANNELS ? &archive->channels : &archive->pairs;
    struct history_walk walk = {.from = request->from, .blocks = GO_BLOCKS};
    struct history_counts *counts = &page->head.counts;
    if (request->wish == HISTORY_STATS) {
        count_all(history, counts);
        return;
    }
    if (request->wish == HISTORY_VERIFY)
        history_walk(history, &walk, check_record, &(struct check){.history = history, .counts = counts});
    else if (request->wish == HISTORY_EXPORT)
        history_walk(history, &walk, export_record, &(struct export){.page = page, .account = request->account});
    else
        counts->records =
            history_forget(history, &walk, request->wish == HISTORY_FORGET ? request->account : NULL, request->key);
    /* Nobody is told that something is overwritten before it is so on the disk. */
    if (counts->records > 0 && request->wish >= HISTORY_FORGET && history_sync(history))
        walk.failed++;
    counts->damaged = walk.damaged;
    page->head.result = walk.failed ? HISTORY_FAILED : HISTORY_OK;
    page->head.more = 0;
    page->head.next = walk.from == UINT64_MAX ? 0 : walk.from;
}

static bool is_request(const void *bytes, size_t length, bool operators, struct history_request *request)
{
    if (length != sizeof *request)
        return false;
    memcpy(request, bytes, sizeof *request);
    TEXT_END(request->key);
    TEXT_END(request->account);
    TEXT_END(request->words);
    return request->format == HISTORY_FORMAT && request->wish < HISTORY_WISHES && request->which < HISTORIES &&
           (operators || request->wish < HISTORY_STATS);
}

size_t archive_answer(struct archive *archive, const void *bytes, size_t length, bool operators, unsigned char *answer)
{
    struct history_request request;
    struct page page = {.head = {.format = HISTORY_FORMAT}, .bytes = answer + sizeof page.head};
    if (!is_request(bytes, length, operators, &request))
        page.head.result = HISTORY_BAD_REQUEST;
    else if (request.wish == HISTORY_PAGE)
        answer_page(archive, &request, &page);
    else if (request.wish == HISTORY_PARTNERS)
        answer_partners(archive, &request, &page);
    else
        answer_operator(archive, &request, &page);
    memcpy(answer, &page.head, sizeof page.head);
    return sizeof page.head + page.length;
}
