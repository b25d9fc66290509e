/* The history: opening, adding, writing, syncing, dropping. Run by the archivist; no shared memory.
 *
 *                        written           segment's size
 *      |=== on disk ====|=== in the file ===|=== in memory ===|
 *                       |<----------------- tail ------------>|
 *
 * The tail is kept until it is on disk, so that it can be written again. */
#include "history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/crashpoint.h"
#include "base/log.h"

#define NAME_SIZE 64

/* A segment's size, so that about so many make up all. */
#define SEGMENTS    64
#define SIZE_LEAST  (UINT32_C(1) << 16)
#define SIZE_MOST   (UINT32_C(1) << 28)
#define TAIL_MOST   ((size_t)16 << 20) /* is synced, be it time or not */
#define RECORD_ROOM 4096               /* of a gap */

static void name_segment(const struct history *history, uint64_t first, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%.32s-%016" PRIx64 ".log", history->options.name, first);
}

static struct segment *last_segment(const struct history *history)
{
    return history->count ? &history->segments[history->count - 1] : NULL;
}

/* Where the tail begins. */
static uint32_t synced_size(const struct history *history)
{
    return last_segment(history)->size - (uint32_t)history->tail_length;
}

/* Says so once, until it succeeds again. */
static void fail(struct history *history, const char *what)
{
    int error = errno;
    if (history->failing == 0)
        log_error("history: %s: %s: %s: what is said now is not kept", history->options.name, what, strerror(error));
    history->failing = error;
    errno = error;
}

static void recover(struct history *history)
{
    if (history->failing)
        log_info("history: %s: kept again", history->options.name);
    history->failing = 0;
}

/* ---- segments ---- */

static struct segment *make_room(struct history *history)
{
    if (history->count == history->room) {
        uint32_t room = history->room ? history->room * 2 : 16;
        struct segment *more = realloc(history->segments, room * sizeof *more);
        if (!more)
            return NULL;
        history->segments = more;
        history->room = room;
        history->block.segment = NULL;
    }
    return &history->segments[history->count];
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

/* The last segment will not change any more: which keys it has is told by the heads. */
static void close_keys(struct history *history)
{
    struct segment *segment = last_segment(history);
    const struct heads *heads = &history->heads;
    if (!segment || segment->keys)
        return;
    segment->keys = calloc(heads->count + 1, sizeof *segment->keys);
    for (size_t i = 0; segment->keys && i < heads->room; i++)
        if (heads->list[i].key && heads->list[i].last >= segment->first)
            segment->keys[segment->key_count++] = heads->list[i].hash;
    if (segment->keys)
        qsort(segment->keys, segment->key_count, sizeof *segment->keys, compare_hashes);
}

/* Begins a segment behind the last. Returns 0, or -1 and errno. */
static int begin_segment(struct history *history, uint64_t first)
{
    char name[NAME_SIZE];
    struct segment *segment = make_room(history);
    if (!segment)
        return -1;
    name_segment(history, first, name);
    if (segment_make(segment, history->options.directory, name, first))
        return -1;
    CRASHPOINT("history-segment-made");
    if (fsync(history->options.directory)) {
        int error = errno;
        segment_close(segment);
        unlinkat(history->options.directory, name, 0);
        errno = error;
        return -1;
    }
    close_keys(history);
    history->count++;
    history->written = SEGMENT_HEAD;
    return 0;
}

static void drop_first(struct history *history)
{
    char name[NAME_SIZE];
    name_segment(history, history->segments[0].first, name);
    unlinkat(history->options.directory, name, 0);
    segment_close(&history->segments[0]);
    history->count--;
    memmove(history->segments, history->segments + 1, history->count * sizeof *history->segments);
    history->block.segment = NULL;
    uint64_t first = history->count ? history->segments[0].first : history->last + 1;
    uint32_t gone = 0;
    while (gone < history->gap_count && history->gaps[gone].to < first)
        gone++;
    history->gap_count -= gone;
    if (gone > 0)
        memmove(history->gaps, history->gaps + gone, history->gap_count * sizeof *history->gaps);
    heads_forget(&history->heads, first);
}

/* ---- gaps ---- */

static void note_gap(struct history *history, const struct history_gap *gap)
{
    if (history->gap_count == history->gap_room) {
        uint32_t room = history->gap_room ? history->gap_room * 2 : 16;
        struct history_gap *more = realloc(history->gaps, room * sizeof *more);
        if (!more)
            return;
        history->gaps = more;
        history->gap_room = room;
    }
    history->gaps[history->gap_count++] = *gap;
}

void history_miss(struct history *history, const struct history_gap *gap)
{
    struct history_gap *pending = &history->pending;
    if (gap->count == 0)
        return;
    if (pending->count == 0)
        *pending = (struct history_gap){.from = gap->from, .time = gap->time};
    pending->count += gap->count;
    pending->to = gap->to > pending->to ? gap->to : pending->to;
    history->lost += gap->count;
    if (gap->to > history->last)
        history->last = gap->to;
}

/* ---- opening ---- */

static void visit(void *context, const struct history_record *record)
{
    struct history *history = context;
    struct head *head = heads_make(&history->heads, record->texts[HISTORY_KEY]);
    if (head)
        head->last = record->position;
    if (record->kind == HISTORY_GAP) {
        struct history_gap gap = {.from = record->position,
                                  .to = record->id,
                                  .time = record->time,
                                  .count = strtoull(record->texts[HISTORY_WORDS], NULL, 10)};
        note_gap(history, &gap);
        history->last = gap.to > history->last ? gap.to : history->last;
    }
    if (record->position > history->last)
        history->last = record->position;
}

/* The first positions of all segments there are, in order. Returns how many, or -1 and errno. */
static int list_segments(const struct history *history, uint64_t **list)
{
    int copy = openat(history->options.directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    int count = 0, room = 0;
    *list = NULL;
    if (!directory)
        return -1;
    while ((entry = readdir(directory))) {
        char name[NAME_SIZE];
        size_t length = strlen(history->options.name);
        if (strncmp(entry->d_name, history->options.name, length) != 0 || entry->d_name[length] != '-')
            continue;
        uint64_t first = strtoull(entry->d_name + length + 1, NULL, 16);
        name_segment(history, first, name);
        if (strcmp(name, entry->d_name) != 0)
            continue;
        if (count == room) {
            room = room ? room * 2 : 64;
            uint64_t *more = realloc(*list, (size_t)room * sizeof **list);
            if (!more)
                break;
            *list = more;
        }
        (*list)[count++] = first;
    }
    closedir(directory);
    if (count)
        qsort(*list, (size_t)count, sizeof **list, compare_hashes);
    return count;
}

/* Reads a segment. What is no segment is left where it is. */
static void open_one(struct history *history, uint64_t first, bool is_last)
{
    char name[NAME_SIZE];
    uint64_t left = 0;
    struct segment *segment = make_room(history);
    name_segment(history, first, name);
    if (!segment || segment_open(segment, history->options.directory, name, first)) {
        log_warning("history: %s: %s: not used", name, errno == EPROTO ? "no history" : strerror(errno));
        return;
    }
    /* Of a segment whose last sync failed, the next one has what is there. */
    if (segment_scan(segment, visit, history, &left)) {
        log_warning("history: %s: %s: read in part", name, strerror(errno));
        left = 0;
    }
    if (segment->damaged)
        log_warning("history: %s: %" PRIu64 " bytes are damaged, and skipped", name, segment->damaged);
    if (left && is_last) {
        log_warning("history: %s: cut: the last %" PRIu64 " bytes are no whole record", name, left);
        if (ftruncate(segment->fd, segment->size))
            log_warning("history: %s: %s", name, strerror(errno));
    } else if (left) {
        log_warning("history: %s: the last %" PRIu64 " bytes are no whole record", name, left);
    }
    history->count++;
    close_keys(history);
}

int history_open(struct history *history, const struct history_options *options)
{
    uint64_t *list;
    *history = (struct history){.options = *options};
    if (!history->options.write)
        history->options.write = pwrite;
    if (!history->options.sync)
        history->options.sync = fdatasync;
    int64_t size = options->size / SEGMENTS;
    history->segment_size = size < SIZE_LEAST ? SIZE_LEAST : size > SIZE_MOST ? SIZE_MOST : (uint32_t)size;
    int count = list_segments(history, &list);
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++)
        open_one(history, list[i], i == count - 1);
    free(list);
    history->last_written = history->last_synced = history->last;
    if (history->count) {
        struct segment *segment = last_segment(history);
        free(segment->keys);
        segment->keys = NULL;
        segment->key_count = 0;
        history->written = segment->size;
    }
    return 0;
}

void history_close(struct history *history)
{
    history_sync(history);
    for (uint32_t i = 0; i < history->count; i++)
        segment_close(&history->segments[i]);
    free(history->segments);
    free(history->tail);
    free(history->gaps);
    heads_free(&history->heads);
    *history = (struct history){.count = 0};
}

/* ---- writing ---- */

/* Forgets the end of the tail, from `keep` bytes on: it cannot be written. */
static void lose(struct history *history, size_t keep)
{
    struct segment *segment = last_segment(history);
    struct history_record record;
    struct history_gap gap = {.count = 0};
    uint64_t records = 0;
    for (size_t at = keep, all; at < history->tail_length; at += all) {
        all = history_decode(history->tail + at, history->tail_length - at, &record);
        if (all == 0)
            bug("the tail of the history is damaged at %zu", at);
        struct head *head = heads_find(&history->heads, record.texts[HISTORY_KEY]);
        if (head && head->last > record.previous)
            head->last = record.previous;
        bool is_gap = record.kind == HISTORY_GAP;
        records++;
        uint64_t count = is_gap ? strtoull(record.texts[HISTORY_WORDS], NULL, 10) : 1;
        if (gap.count == 0)
            gap = (struct history_gap){.from = record.position, .time = record.time};
        gap.count += count;
        gap.to = is_gap ? record.id : record.position;
        history->lost -= is_gap ? count : 0;
        history->gap_count -= is_gap; /* it was the last of them */
    }
    if (gap.count == 0)
        return;
    segment_shrink(segment, segment->size - (uint32_t)(history->tail_length - keep));
    segment->records -= records;
    history->tail_length = keep;
    history->block.segment = NULL;
    /* What was written in part, or may be, is no record, and the file may be written to again at its end. */
    if (ftruncate(segment->fd, segment->size))
        log_warning("history: %s: %s", history->options.name, strerror(errno));
    history->written = segment->size;
    history_miss(history, &gap);
}

static void write_down_gap(struct history *history);

/* Adds bytes of a record that has not been there before to the last segment. Returns false if there is no room. */
static bool put(struct history *history, const struct history_record *record, const unsigned char *bytes, size_t length)
{
    if (history->tail_length + length > history->tail_room) {
        size_t room = history->tail_room ? history->tail_room * 2 : (size_t)1 << 18;
        unsigned char *more = realloc(history->tail, room);
        if (!more)
            return false;
        history->tail = more;
        history->tail_room = room;
    }
    if (segment_note(last_segment(history), record, length))
        return false;
    memcpy(history->tail + history->tail_length, bytes, length);
    history->tail_length += length;
    return true;
}

int history_write(struct history *history)
{
    struct segment *segment = last_segment(history);
    if (!segment || segment->size == history->written) {
        history->last_written = history->last;
        return 0;
    }
    size_t done = history->written - synced_size(history), length = history->tail_length - done;
    errno = 0;
    ssize_t put_down = history->options.write(segment->fd, history->tail + done, length, history->written);
    if (put_down == (ssize_t)length) {
        CRASHPOINT("history-written");
        history->written = segment->size;
        history->last_written = history->last;
        if (history->pending.count == 0)
            recover(history);
        return 0;
    }
    if (errno == 0)
        errno = ENOSPC;
    fail(history, "writing");
    int error = errno;
    lose(history, done);
    history->last_written = history->last;
    errno = error;
    return -1;
}

/* The sync of the last segment failed: what is not on disk goes to another one. */
static int write_again(struct history *history)
{
    unsigned char *tail = history->tail;
    size_t length = history->tail_length, at = 0;
    struct segment *segment = last_segment(history);
    segment_shrink(segment, synced_size(history));
    history->block.segment = NULL;
    history->tail = NULL;
    history->tail_length = history->tail_room = 0;
    uint32_t kept = segment->size;
    if (begin_segment(history, history_position_of(tail))) {
        int error = errno;
        history->tail = tail;
        history->tail_length = history->tail_room = length;
        segment->size += (uint32_t)length;
        lose(history, 0);
        errno = error;
        return -1;
    }
    /* The old file ends where it is known to be whole. */
    if (ftruncate(history->segments[history->count - 2].fd, kept))
        log_warning("history: %s: %s", history->options.name, strerror(errno));
    struct history_record record;
    for (size_t all; at < length && (all = history_decode(tail + at, length - at, &record)) > 0; at += all)
        if (!put(history, &record, tail + at, all))
            fatal(EX_OSERR, "out of memory");
    free(tail);
    if (history_write(history))
        return -1;
    if (history->options.sync(last_segment(history)->fd) == 0)
        return 0;
    int error = errno;
    lose(history, 0);
    errno = error;
    return -1;
}

static int sync_changed(struct history *history)
{
    int result = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        struct segment *segment = &history->segments[i];
        if (segment->changed && history->options.sync(segment->fd))
            result = -1;
        segment->changed = false;
    }
    return result;
}

int history_sync(struct history *history)
{
    if (history->pending.count)
        write_down_gap(history);
    int result = history_write(history);
    struct segment *segment = last_segment(history);
    if (history->tail_length > 0) {
        CRASHPOINT("history-before-sync");
        if (history->options.sync(segment->fd)) {
            log_error("history: %s: sync: %s: written again to another file", history->options.name, strerror(errno));
            if (write_again(history))
                fail(history, "writing again");
        }
        history->tail_length = 0;
        CRASHPOINT("history-synced");
    }
    history->last_synced = history->last_written;
    return sync_changed(history) || result || history->failing ? -1 : 0;
}

bool history_is_unsynced(const struct history *history)
{
    for (uint32_t i = 0; i < history->count; i++)
        if (history->segments[i].changed)
            return true;
    return history->tail_length > 0 || history->pending.count > 0;
}

/* ---- adding ---- */

/* Room in the last segment for one record more. Returns 0, or -1 and errno. */
static int ask_room(struct history *history, uint64_t position)
{
    const struct segment *segment = last_segment(history);
    if (segment && segment->size < history->segment_size)
        return history->tail_length > TAIL_MOST ? history_sync(history) : 0;
    if (segment && history_sync(history))
        return -1;
    return begin_segment(history, position);
}

/* False if it could not be put anywhere. */
static bool add(struct history *history, struct history_record *record)
{
    static unsigned char bytes[HISTORY_RECORD_MAX];
    if (ask_room(history, record->position))
        return false;
    struct head *head = heads_make(&history->heads, record->texts[HISTORY_KEY]);
    if (!head)
        return false;
    record->previous = head->last;
    size_t length = history_encode(record, bytes);
    if (!put(history, record, bytes, length))
        return false;
    head->last = record->position;
    return true;
}

/* The gap that was not written down yet, if it can be now. */
static void write_down_gap(struct history *history)
{
    struct history_gap gap = history->pending;
    char count[24];
    snprintf(count, sizeof count, "%" PRIu64, gap.count);
    struct history_record record = {.position = gap.from,
                                    .id = gap.to,
                                    .time = gap.time,
                                    .kind = HISTORY_GAP,
                                    .texts = {[HISTORY_KEY] = "", [HISTORY_WORDS] = count}};
    if (!add(history, &record)) {
        fail(history, "a new file");
        return;
    }
    note_gap(history, &gap);
    history->pending = (struct history_gap){.count = 0};
    history_write(history);
}

void history_append(struct history *history, struct history_record *record)
{
    if (record->position <= history->last)
        return;
    if (history->pending.count && !history->failing)
        write_down_gap(history);
    if (history->pending.count == 0 && add(history, record)) {
        history->last = record->position;
        return;
    }
    if (history->pending.count == 0)
        fail(history, "a new file");
    struct history_gap one = {.from = record->position, .to = record->position, .time = record->time, .count = 1};
    history_miss(history, &one);
}

/* ---- dropping ---- */

void history_expire(struct history *history, int64_t now)
{
    const struct segment *segment = last_segment(history);
    if (segment && segment->records > 0 && history->options.keep && segment->newest < now - history->options.keep &&
        history_sync(history) == 0)
        begin_segment(history, history->last + 1);
    while (history->count > 1) {
        segment = &history->segments[0];
        bool old = history->options.keep && (segment->records == 0 || segment->newest < now - history->options.keep);
        if (!old && history_size(history) <= (uint64_t)history->options.size)
            return;
        drop_first(history);
    }
}

uint64_t history_size(const struct history *history)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < history->count; i++)
        sum += history->segments[i].size;
    return sum;
}

uint64_t history_records(const struct history *history)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < history->count; i++)
        sum += history->segments[i].records;
    return sum;
}
