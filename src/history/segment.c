/* Segments. Run by the archivist, and by programs that check files; no shared memory. */
#include "segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static const char head[SEGMENT_HEAD] = "forkhist\1\0\0\0\0\0\0";

/* Bytes that are read at once to look through a whole file. */
#define SCAN_SIZE ((size_t)1 << 18)

static struct segment empty(int fd, uint64_t first)
{
    return (struct segment){.fd = fd, .first = first, .size = SEGMENT_HEAD};
}

int segment_make(struct segment *segment, int directory, const char *name, uint64_t first)
{
    int fd = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    ssize_t written = pwrite(fd, head, sizeof head, 0);
    if (written != sizeof head) {
        errno = written < 0 ? errno : ENOSPC;
        fd_close_failed(fd);
        int error = errno;
        unlinkat(directory, name, 0);
        errno = error;
        return -1;
    }
    *segment = empty(fd, first);
    return 0;
}

int segment_open(struct segment *segment, int directory, const char *name, uint64_t first)
{
    char found[SEGMENT_HEAD];
    struct stat status;
    int fd = openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = pread(fd, found, sizeof found, 0);
    if (got < 0 || fstat(fd, &status))
        return fd_close_failed(fd);
    if (got != sizeof found || memcmp(found, head, sizeof head) != 0 || !S_ISREG(status.st_mode)) {
        errno = EPROTO;
        return fd_close_failed(fd);
    }
    *segment = empty(fd, first);
    return 0;
}

void segment_close(struct segment *segment)
{
    if (segment->fd >= 0)
        close(segment->fd);
    free(segment->marks);
    free(segment->keys);
    *segment = (struct segment){.fd = -1};
}

static int add_mark(struct segment *segment, const struct history_record *record)
{
    if (segment->mark_count == segment->mark_room) {
        uint32_t room = segment->mark_room ? segment->mark_room * 2 : 64;
        struct segment_mark *more = realloc(segment->marks, room * sizeof *more);
        if (!more)
            return -1;
        segment->marks = more;
        segment->mark_room = room;
    }
    segment->marks[segment->mark_count++] =
        (struct segment_mark){.position = record->position, .time = record->time, .at = segment->size};
    return 0;
}

int segment_note(struct segment *segment, const struct history_record *record, size_t length)
{
    const struct segment_mark *mark = segment->mark_count ? &segment->marks[segment->mark_count - 1] : NULL;
    if ((!mark || segment->size - mark->at >= SEGMENT_BLOCK) && add_mark(segment, record))
        return -1;
    if (segment->records == 0 || record->time < segment->oldest)
        segment->oldest = record->time;
    if (segment->records == 0 || record->time > segment->newest)
        segment->newest = record->time;
    segment->last = record->position;
    segment->records++;
    segment->size += (uint32_t)length;
    return 0;
}

void segment_shrink(struct segment *segment, uint32_t size)
{
    segment->size = size;
    while (segment->mark_count && segment->marks[segment->mark_count - 1].at >= size)
        segment->mark_count--;
}

/* ---- reading ---- */

size_t segment_next(const unsigned char *bytes, size_t length, struct history_record *record, size_t *skipped)
{
    for (size_t at = 0; at + HISTORY_HEAD <= length; at++) {
        size_t all = history_decode(bytes + at, length - at, record);
        if (all == 0)
            continue;
        *skipped = at;
        return all;
    }
    return 0;
}

/* Records out of order are from a file that was put together by somebody else. */
static bool is_in_order(const struct segment *segment, const struct history_record *record)
{
    return record->position >= segment->first && record->position > segment->last;
}

/* Notes what is in the `length` bytes at the segment's end. Returns how many of them were dealt with; `whole`: nothing
 * comes behind them. */
static size_t note_all(struct segment *segment, const unsigned char *bytes, size_t length, bool whole,
                       segment_visit *visit, void *context, uint64_t *damaged)
{
    struct history_record record;
    size_t at = 0, all, skipped = 0;
    while ((whole || length - at >= HISTORY_RECORD_MAX) &&
           (all = segment_next(bytes + at, length - at, &record, &skipped)) > 0) {
        bool sound = is_in_order(segment, &record);
        if (skipped || !sound) {
            uint64_t lost = *damaged + skipped + (sound ? 0 : all);
            *damaged = lost;
        }
        if (sound) {
            /* What was skipped is part of the block before. */
            segment->size += (uint32_t)(*damaged);
            segment->damaged += *damaged;
            *damaged = 0;
            if (segment_note(segment, &record, all))
                return SIZE_MAX;
            visit(context, &record);
        }
        at += skipped + all;
    }
    if (!whole && length - at >= HISTORY_RECORD_MAX) {
        /* Nothing but damage, of which the last bytes may be the beginning of a record. */
        size_t none = length - at - HISTORY_RECORD_MAX + 1;
        *damaged += none;
        at += none;
    }
    return at;
}

int segment_scan(struct segment *segment, segment_visit *visit, void *context, uint64_t *left)
{
    unsigned char *bytes = malloc(SCAN_SIZE);
    uint64_t damaged = 0;
    off_t from = SEGMENT_HEAD;
    size_t have = 0;
    ssize_t got;
    if (!bytes)
        return -1;
    do {
        got = pread(segment->fd, bytes + have, SCAN_SIZE - have, from);
        if (got < 0)
            break;
        from += got;
        have += (size_t)got;
        size_t done = note_all(segment, bytes, have, got == 0, visit, context, &damaged);
        if (done == SIZE_MAX) {
            got = -1;
            errno = ENOMEM;
            break;
        }
        have -= done;
        memmove(bytes, bytes + done, have);
    } while (got > 0 && from < (off_t)SEGMENT_MOST);
    free(bytes);
    *left = damaged + have;
    return got < 0 ? -1 : 0;
}

uint32_t segment_block_at(const struct segment *segment, uint64_t position)
{
    uint32_t low = 0, high = segment->mark_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->marks[middle].position <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int segment_read_block(struct segment_block *block, const struct segment *segment, uint32_t number)
{
    uint32_t at = segment->marks[number].at;
    uint32_t end = number + 1 < segment->mark_count ? segment->marks[number + 1].at : segment->size;
    /* What is damaged may make a block longer: of that, the beginning. */
    uint32_t length = end - at < sizeof block->bytes ? end - at : (uint32_t)sizeof block->bytes;
    if (block->segment == segment && block->number == number && block->at == at && block->length == length)
        return 0;
    block->segment = NULL;
    ssize_t got = pread(segment->fd, block->bytes, length, at);
    if (got < 0)
        return -1;
    block->segment = segment;
    block->number = number;
    block->at = at;
    block->length = (uint32_t)got;
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

bool segment_has_key(const struct segment *segment, uint64_t hash)
{
    return segment->key_count > 0 &&
           bsearch(&hash, segment->keys, segment->key_count, sizeof hash, compare_keys) != NULL;
}
