/* Questions. Run by the archivist; no shared memory.
 *
 * From the newest on, the chain is followed: each record says where the one before it is that has the same key, so that
 * each costs one block, which the next one is often in as well. Where the chain is not known (a time, or a position
 * that is another's) or damaged, blocks are looked through. From the oldest on, blocks are looked through as well, but
 * of closed segments only those that have the key. */
#include "query.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* The segment in which a record of that position would be; -1 if it is before all. */
static int64_t segment_of(const struct history *history, uint64_t position)
{
    int64_t low = -1, high = history->count;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (history->segments[middle].first <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool may_have(const struct segment *segment, uint64_t hash)
{
    return segment->mark_count > 0 && (!segment->keys || segment_has_key(segment, hash));
}

/* Where the next segment begins: what this one has from there on was written again. */
static uint64_t end_of(const struct history *history, int64_t number)
{
    return number + 1 < history->count ? history->segments[number + 1].first : UINT64_MAX;
}

static struct segment_block *read_block(struct history *history, int64_t number, uint32_t block)
{
    if (segment_read_block(&history->block, &history->segments[number], block)) {
        log_warning("history: %s: reading: %s", history->options.name, strerror(errno));
        return NULL;
    }
    return &history->block;
}

/* A record in the block that is in memory. All zero before the first of them. */
struct found {
    struct history_record record;
    const unsigned char *bytes;
    size_t length;
    uint32_t at;   /* in its segment's file */
    uint32_t next; /* in the block, where to look for the next */
};

/* The next of the block. Records out of order are skipped, as segment_scan does. */
static bool next_in(const struct segment_block *block, struct found *found)
{
    uint64_t last = found->record.position;
    size_t skipped;
    do {
        const unsigned char *bytes = block->bytes + found->next;
        found->length = segment_next(bytes, block->length - found->next, &found->record, &skipped);
        if (found->length == 0)
            return false;
        found->bytes = bytes + skipped;
        found->at = block->at + found->next + (uint32_t)skipped;
        found->next += (uint32_t)(skipped + found->length);
    } while (found->record.position <= last);
    return true;
}

static bool find_position(struct history *history, uint64_t position, struct found *found)
{
    int64_t number = segment_of(history, position);
    if (number < 0 || history->segments[number].mark_count == 0)
        return false;
    const struct segment *segment = &history->segments[number];
    struct segment_block *block = read_block(history, number, segment_block_at(segment, position));
    *found = (struct found){.length = 0};
    while (block && next_in(block, found))
        if (found->record.position >= position)
            return found->record.position == position;
    return false;
}

/* The last record with that key before `to`, by looking through blocks. */
static bool find_before(struct history *history, const char *key, uint64_t to, uint64_t from, struct found *found)
{
    uint64_t hash = heads_hash(key);
    for (int64_t number = segment_of(history, to); number >= 0; number--) {
        const struct segment *segment = &history->segments[number];
        uint64_t end = end_of(history, number) < to ? end_of(history, number) : to;
        if (end <= from)
            return false;
        if (!may_have(segment, hash))
            continue;
        for (uint32_t i = segment_block_at(segment, end) + 1; i-- > 0;) {
            struct segment_block *block = read_block(history, number, i);
            struct found each = {.length = 0};
            bool has = false;
            while (block && next_in(block, &each) && each.record.position < end)
                if (strcmp(each.record.texts[HISTORY_KEY], key) == 0) {
                    *found = each;
                    has = true;
                }
            if (has)
                return found->record.position >= from;
            if (segment->marks[i].position < from)
                return false;
        }
    }
    return false;
}

static bool find_newest(struct history *history, const struct history_query *query, struct found *found)
{
    const struct head *head = heads_find(&history->heads, query->key);
    if (!head || head->last < query->from)
        return false;
    if (head->last < query->to && find_position(history, head->last, found))
        return true;
    if (find_position(history, query->to, found) && strcmp(found->record.texts[HISTORY_KEY], query->key) == 0) {
        uint64_t previous = found->record.previous;
        if (previous < query->from)
            return false;
        if (find_position(history, previous, found))
            return true;
    }
    return find_before(history, query->key, query->to, query->from, found);
}

static bool counts(const struct history_query *query, const struct history_record *record, void *context)
{
    return (query->kinds & HISTORY_BIT(record->kind)) && !(record->flags & HISTORY_BLANK) &&
           record->time >= query->not_before && (!query->matches || query->matches(context, record));
}

static uint32_t ask_newest(struct history *history, const struct history_query *query, history_take *take,
                           void *context)
{
    struct found found;
    uint32_t count = 0, looked = 0;
    bool has = query->limit > 0 && find_newest(history, query, &found);
    while (has) {
        if (counts(query, &found.record, context)) {
            if (!take(context, &found.record, found.bytes, found.length))
                return count;
            count++;
        }
        uint64_t position = found.record.position, previous = found.record.previous;
        if (count == query->limit || previous < query->from || previous == 0 || ++looked == query->look)
            return count;
        has = find_position(history, previous, &found) && strcmp(found.record.texts[HISTORY_KEY], query->key) == 0;
        if (!has && segment_of(history, previous) >= 0)
            has = find_before(history, query->key, position, query->from, &found);
    }
    return count;
}

static uint32_t ask_oldest(struct history *history, const struct history_query *query, history_take *take,
                           void *context)
{
    uint64_t hash = heads_hash(query->key);
    uint32_t count = 0;
    int64_t number = segment_of(history, query->from);
    for (number = number < 0 ? 0 : number; number < history->count && count < query->limit; number++) {
        const struct segment *segment = &history->segments[number];
        uint64_t end = end_of(history, number) < query->to ? end_of(history, number) : query->to;
        if (segment->first >= query->to)
            break;
        if (!may_have(segment, hash))
            continue;
        for (uint32_t i = segment_block_at(segment, query->from); i < segment->mark_count; i++) {
            struct segment_block *block = read_block(history, number, i);
            struct found found = {.length = 0};
            while (block && next_in(block, &found)) {
                if (found.record.position >= end)
                    break;
                if (found.record.position < query->from || strcmp(found.record.texts[HISTORY_KEY], query->key) != 0 ||
                    !counts(query, &found.record, context))
                    continue;
                if (!take(context, &found.record, found.bytes, found.length) || ++count == query->limit)
                    return count;
            }
        }
    }
    return count;
}

uint32_t history_ask(struct history *history, const struct history_query *query, history_take *take, void *context)
{
    history_write(history);
    return query->newest ? ask_newest(history, query, take, context) : ask_oldest(history, query, take, context);
}

uint64_t history_position_at(struct history *history, int64_t time)
{
    history_write(history);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct segment *segment = &history->segments[i];
        if (segment->mark_count == 0 || segment->newest < time)
            continue;
        uint32_t low = 0, high = segment->mark_count; /* the last mark that is older */
        while (high - low > 1) {
            uint32_t middle = low + (high - low) / 2;
            if (segment->marks[middle].time < time)
                low = middle;
            else
                high = middle;
        }
        for (; low < segment->mark_count; low++) {
            struct segment_block *block = read_block(history, i, low);
            struct found found = {.length = 0};
            while (block && next_in(block, &found))
                if (found.record.time >= time)
                    return found.record.position;
        }
    }
    return history->last + 1;
}

size_t history_read(struct history *history, uint64_t position, struct history_record *record, unsigned char *bytes)
{
    struct found found;
    history_write(history);
    if (!find_position(history, position, &found))
        return 0;
    memcpy(bytes, found.bytes, found.length);
    return history_decode(bytes, found.length, record);
}

const struct history_gap *history_find_gap(const struct history *history, uint64_t from, uint64_t to)
{
    for (uint32_t i = 0; i < history->gap_count; i++)
        if (history->gaps[i].from <= to && history->gaps[i].to >= from)
            return &history->gaps[i];
    bool pending = history->pending.count && history->pending.from <= to && history->pending.to >= from;
    return pending ? &history->pending : NULL;
}

/* ---- changes ---- */

/* Overwrites a record that was found. What of it is not on disk yet is in the tail as well. */
static bool blank(struct history *history, int64_t number, const struct found *found, bool person)
{
    static unsigned char bytes[HISTORY_RECORD_MAX];
    struct segment *segment = &history->segments[number];
    memcpy(bytes, found->bytes, found->length);
    history_blank(bytes, found->length, person);
    uint32_t synced = segment->size - (uint32_t)history->tail_length;
    if (number == history->count - 1 && found->at >= synced)
        memcpy(history->tail + (found->at - synced), bytes, found->length);
    if (history->options.write(segment->fd, bytes, found->length, found->at) != (ssize_t)found->length) {
        log_error("history: %s: overwriting: %s", history->options.name, strerror(errno));
        return false;
    }
    history->block.segment = NULL;
    segment->changed = true;
    return true;
}

bool history_redact(struct history *history, const char *key, uint64_t position)
{
    struct found found;
    history_write(history);
    return find_position(history, position, &found) && strcmp(found.record.texts[HISTORY_KEY], key) == 0 &&
           blank(history, segment_of(history, position), &found, false);
}

/* ---- everything ---- */

/* What is done with each; false: not with this one, which is where to go on. */
typedef bool visit_record(struct history *history, int64_t number, const struct found *found, void *context);

/* Where the block behind this one begins, UINT64_MAX behind the last. */
static uint64_t position_behind(const struct history *history, int64_t number, uint32_t block)
{
    const struct segment *segment = &history->segments[number];
    return block + 1 < segment->mark_count ? segment->marks[block + 1].position : end_of(history, number);
}

/* Shows those of a block. Returns false where to go on is in this block. */
static bool visit_block(struct history *history, struct history_walk *walk, int64_t number,
                        const struct segment_block *block, visit_record *visit, void *context)
{
    struct found found = {.length = 0};
    uint64_t sound = 0;
    while (next_in(block, &found)) {
        sound += found.length;
        if (found.record.position >= walk->from && !visit(history, number, &found, context)) {
            walk->from = found.record.position;
            return false;
        }
    }
    walk->damaged += block->length - sound;
    return true;
}

/* Each record from walk->from on, or each of the segments that have that key (0: any). Not in history->block, which
 * visitors may need. */
static void visit_all(struct history *history, struct history_walk *walk, uint64_t hash, visit_record *visit,
                      void *context)
{
    static struct segment_block block;
    uint32_t done = 0;
    history_write(history);
    block.segment = NULL;
    int64_t number = segment_of(history, walk->from);
    for (number = number < 0 ? 0 : number; number < history->count; number++) {
        const struct segment *segment = &history->segments[number];
        if (hash && !may_have(segment, hash))
            continue;
        for (uint32_t i = segment_block_at(segment, walk->from); i < segment->mark_count; i++) {
            if (segment_read_block(&block, segment, i))
                walk->failed++;
            else if (!visit_block(history, walk, number, &block, visit, context))
                return;
            uint64_t behind = position_behind(history, number, i);
            /* What was written again in the next segment belongs to this go. */
            if (++done >= walk->blocks && walk->blocks && behind <= end_of(history, number)) {
                walk->from = behind;
                return;
            }
        }
    }
    walk->from = UINT64_MAX;
}

struct forgetting {
    struct history_walk *walk;
    const char *account, *key;
    uint64_t count;
};

static bool forget(struct history *history, int64_t number, const struct found *found, void *context)
{
    struct forgetting *forgetting = context;
    const char *const *texts = found->record.texts, *account = forgetting->account;
    bool is_theirs = account ? *texts[HISTORY_ACCOUNT] && text_compare_names(texts[HISTORY_ACCOUNT], account) == 0
                             : strcmp(texts[HISTORY_KEY], forgetting->key) == 0;
    if (found->record.kind == HISTORY_GAP || !is_theirs)
        return true;
    if (blank(history, number, found, true))
        forgetting->count++;
    else
        forgetting->walk->failed++;
    return true;
}

uint64_t history_forget(struct history *history, struct history_walk *walk, const char *account, const char *key)
{
    struct forgetting forgetting = {.walk = walk, .account = account, .key = key};
    visit_all(history, walk, account ? 0 : heads_hash(key), forget, &forgetting);
    return forgetting.count;
}

struct showing {
    history_take *take;
    void *context;
};

static bool show(struct history *history, int64_t number, const struct found *found, void *context)
{
    const struct showing *showing = context;
    return found->record.position >= end_of(history, number) ||
           showing->take(showing->context, &found->record, found->bytes, found->length);
}

void history_walk(struct history *history, struct history_walk *walk, history_take *take, void *context)
{
    struct showing showing = {.take = take, .context = context};
    visit_all(history, walk, 0, show, &showing);
}

bool history_is_chained(struct history *history, const struct history_record *record)
{
    struct found found;
    return record->previous == 0 || record->previous < history->segments[0].first ||
           (find_position(history, record->previous, &found) &&
            strcmp(found.record.texts[HISTORY_KEY], record->texts[HISTORY_KEY]) == 0);
}
