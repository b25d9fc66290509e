/* The history on disk: what was added is found again, in order, whatever happens to the files. */
#include "history/query.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crc32c.h"
#include "check.h"

static char folder[80];
static int directory;
static bool disk_full, sync_fails;
static size_t room_left; /* of a disk that is nearly full */
static int syncs;

static ssize_t write_or_fail(int fd, const void *bytes, size_t length, off_t at)
{
    if (!disk_full)
        return pwrite(fd, bytes, length, at);
    errno = ENOSPC;
    if (room_left == 0)
        return -1;
    size_t part = room_left < length ? room_left : length;
    room_left = 0;
    return pwrite(fd, bytes, part, at);
}

static int sync_or_fail(int fd)
{
    (void)fd;
    syncs++;
    if (!sync_fails)
        return 0;
    sync_fails = false; /* as the kernel does: it tells of it once */
    errno = EIO;
    return -1;
}

static void remove_files(void)
{
    DIR *list = opendir(folder);
    const struct dirent *entry;
    while ((entry = readdir(list)))
        unlinkat(directory, entry->d_name, 0);
    closedir(list);
}

static struct history begin(int64_t size)
{
    struct history history;
    struct history_options options = {
        .directory = directory, .name = "t", .size = size, .write = write_or_fail, .sync = sync_or_fail};
    if (history_open(&history, &options))
        exit(1);
    return history;
}

static struct history begin_empty(void)
{
    disk_full = sync_fails = false;
    remove_files();
    return begin(1 << 22);
}

static void say(struct history *history, const char *key, uint64_t position, const char *words)
{
    struct history_record record = {.position = position,
                                    .id = position,
                                    .time = (int64_t)position * 10,
                                    .kind = HISTORY_PRIVMSG,
                                    .texts = {[HISTORY_KEY] = key,
                                              [HISTORY_TARGET] = key,
                                              [HISTORY_FROM] = "toto",
                                              [HISTORY_ACCOUNT] = position % 2 ? "odd" : "even",
                                              [HISTORY_WORDS] = words}};
    history_append(history, &record);
}

/* What a question brought. */
struct answer {
    uint64_t positions[3000];
    char words[3000][24];
    uint32_t count;
};
static struct answer answer;

static bool take(void *context, const struct history_record *record, const unsigned char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    snprintf(answer.words[answer.count], sizeof answer.words[0], "%s", record->texts[HISTORY_WORDS]);
    answer.positions[answer.count++] = record->position;
    return true;
}

static uint32_t ask(struct history *history, const char *key, uint64_t from, uint64_t to, bool newest, uint32_t limit)
{
    struct history_query query = {.key = key,
                                  .from = from,
                                  .to = to,
                                  .newest = newest,
                                  .kinds = HISTORY_SAID,
                                  .not_before = INT64_MIN,
                                  .limit = limit};
    answer.count = 0;
    CHECK(history_ask(history, &query, take, NULL) == answer.count);
    return answer.count;
}

/* All of them, one block at a time. */
static uint64_t forget(struct history *history, const char *account, const char *key)
{
    struct history_walk walk = {.blocks = 1};
    uint64_t count = 0;
    while (walk.from != UINT64_MAX)
        count += history_forget(history, &walk, account, key);
    CHECK(walk.failed == 0);
    return count;
}

/* ---- cases ---- */

static void checksum_is_that_of_iscsi(void)
{
    unsigned char zeros[32] = {0};
    CHECK(crc32c(0, "123456789", 9) == 0xE3069283u);
    CHECK(crc32c(crc32c(0, "1234", 4), "56789", 5) == 0xE3069283u);
    CHECK(crc32c(0, zeros, sizeof zeros) == 0x8A9136AAu);
    CHECK(crc32c(0, "", 0) == 0);
}

static void keys_are_the_same_for_the_same_names(void)
{
    char one[HISTORY_KEY_SIZE], other[HISTORY_KEY_SIZE];
    const char *partner;
    size_t length;
    history_key_of_channel(one, "#Games[1]");
    history_key_of_channel(other, "#gAMES{1}");
    CHECK(strcmp(one, other) == 0);
    history_key_of_pair(one, "Toto", "tutu");
    history_key_of_pair(other, "TUTU", "toto");
    CHECK(strcmp(one, other) == 0 && strcmp(one, "toto,tutu") == 0);
    CHECK(history_key_has(one, "TOTO", &partner, &length) && length == 4 && memcmp(partner, "tutu", 4) == 0);
    CHECK(history_key_has(one, "tutu", &partner, &length) && length == 4 && memcmp(partner, "toto", 4) == 0);
    CHECK(!history_key_has(one, "tot", &partner, &length) && !history_key_has(one, "", &partner, &length));
    CHECK(!history_key_has("#toto", "toto", &partner, &length));
}

static const char *const three[] = {"#a", "#b", "#c"};

/* Of 2,000 records that is, with a pattern that has long pauses for one of the keys. */
static const char *key_of(uint64_t n)
{
    return n % 97 == 0 ? three[2] : three[n * n % 7 < 4];
}

static void check_all_questions(struct history *history, uint64_t count)
{
    static const uint64_t edges[] = {0, 1, 16, 97 * 16, 500 * 16, 501 * 16 + 3, 1999 * 16, 2000 * 16, 40000};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
            for (size_t j = i; j < sizeof edges / sizeof *edges; j++)
                for (int newest = 0; newest < 2; newest++) {
                    uint64_t expected[2000] = {0};
                    uint32_t fit = 0, limit = (uint32_t)(i * 7 + j + 1);
                    for (uint64_t n = 1; n <= count; n++) {
                        uint64_t at = (newest ? count + 1 - n : n) * 16;
                        if (strcmp(key_of(at / 16), three[k]) == 0 && at >= edges[i] && at < edges[j] && fit < limit)
                            expected[fit++] = at;
                    }
                    CHECK(ask(history, three[k], edges[i], edges[j], newest, limit) == fit);
                    CHECK(memcmp(answer.positions, expected, fit * sizeof *expected) == 0);
                }
}

static void questions_are_answered_as_by_a_list(void)
{
    struct history history = begin_empty();
    for (uint64_t n = 1; n <= 2000; n++) {
        char words[80];
        snprintf(words, sizeof words, "line %llu %.*s", (unsigned long long)n, (int)(n % 50),
                 "..................................................");
        say(&history, key_of(n), n * 16, words);
        if (n % 300 == 0)
            CHECK(history_sync(&history) == 0);
    }
    CHECK(history.count > 3); /* over several segments */
    check_all_questions(&history, 2000);
    CHECK(history_position_at(&history, 5000) == 512 && history_position_at(&history, 1) == 16 &&
          history_position_at(&history, 5121) == 528 && history_position_at(&history, 400000) == 2000 * 16 + 1);
    history_close(&history);
    history = begin(1 << 22);
    CHECK(history.last == 2000 * 16 && history_records(&history) == 2000);
    check_all_questions(&history, 2000);
    say(&history, "#a", 1000 * 16, "again");
    CHECK(history_records(&history) == 2000); /* it was there already */
    CHECK(ask(&history, "#nobody", 0, UINT64_MAX, true, 10) == 0 &&
          ask(&history, "#nobody", 0, UINT64_MAX, false, 10) == 0);
    history_close(&history);
}

static void oldest_go_when_there_are_too_many_or_when_they_are_old(void)
{
    struct history history = begin_empty();
    char words[200];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    for (uint64_t n = 1; n <= 3000; n++)
        say(&history, key_of(n), n * 16, words);
    history.options.size = 200000;
    history_expire(&history, 0);
    CHECK(history_size(&history) <= 200000 && history_size(&history) > 100000);
    uint64_t first = history.segments[0].first;
    CHECK(ask(&history, "#a", 0, UINT64_MAX, false, 1) == 1 && answer.positions[0] >= first);
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 3000) > 100 && answer.positions[answer.count - 1] >= first);
    history.options.keep = 1000;
    history_expire(&history, 3000 * 160 + 900);
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 3000) > 0);
    history_expire(&history, 3000 * 160 + 1100);
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 3000) == 0 && history_records(&history) == 0);
    say(&history, "#a", 4000 * 16, "new");
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 3000) == 1);
    history_close(&history);
    history = begin(1 << 22);
    CHECK(history.last == 4000 * 16 && ask(&history, "#a", 0, UINT64_MAX, true, 3000) == 1);
    history_close(&history);
}

static char file[400];

static size_t only_file(void)
{
    DIR *list = opendir(folder);
    const struct dirent *entry;
    struct stat status = {.st_size = 0};
    while ((entry = readdir(list)))
        if (entry->d_name[0] == 't')
            snprintf(file, sizeof file, "%s/%s", folder, entry->d_name);
    closedir(list);
    CHECK(stat(file, &status) == 0);
    return (size_t)status.st_size;
}

static void a_file_cut_anywhere_has_what_was_before(void)
{
    struct history history = begin_empty();
    size_t ends[21] = {SEGMENT_HEAD};
    for (uint64_t n = 1; n <= 20; n++) {
        say(&history, "#a", n * 16, "words");
        ends[n] = history.segments[0].size;
    }
    history_close(&history);
    size_t size = only_file();
    char copy[8192];
    int fd = open(file, O_RDWR);
    CHECK(size == ends[20] && pread(fd, copy, size, 0) == (ssize_t)size);
    for (size_t cut = SEGMENT_HEAD; cut <= size; cut++) {
        CHECK(pwrite(fd, copy, size, 0) == (ssize_t)size && ftruncate(fd, (off_t)cut) == 0);
        uint32_t whole = 0;
        while (whole < 20 && ends[whole + 1] <= cut)
            whole++;
        history = begin(1 << 22);
        CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 100) == whole);
        CHECK(history.last == whole * 16u);
        say(&history, "#a", 1000, "more");
        CHECK(ask(&history, "#a", 0, UINT64_MAX, false, 100) == whole + 1 && answer.positions[whole] == 1000);
        history_close(&history);
        CHECK(only_file() == ends[whole] + (ends[1] - ends[0]) - 1);
    }
    close(fd);
}

static void a_flipped_byte_costs_one_record(void)
{
    struct history history = begin_empty();
    for (uint64_t n = 1; n <= 20; n++)
        say(&history, "#a", n * 16, "words");
    history_close(&history);
    size_t size = only_file();
    int fd = open(file, O_RDWR);
    for (size_t at = SEGMENT_HEAD; at < size; at++) {
        unsigned char byte, other;
        CHECK(pread(fd, &byte, 1, (off_t)at) == 1);
        other = byte ^ (unsigned char)(1 << at % 8);
        CHECK(pwrite(fd, &other, 1, (off_t)at) == 1);
        history = begin(1 << 22);
        uint32_t count = ask(&history, "#a", 0, UINT64_MAX, true, 100),
                 oldest = ask(&history, "#a", 0, UINT64_MAX, false, 100);
        CHECK(count == 19 && oldest == 19);
        history_close(&history);
        CHECK(pwrite(fd, &byte, 1, (off_t)at) == 1 && ftruncate(fd, (off_t)size) == 0);
        /* The last one is cut off, and written again here. */
        remove_files();
        close(fd);
        history = begin(1 << 22);
        for (uint64_t n = 1; n <= 20; n++)
            say(&history, "#a", n * 16, "words");
        history_close(&history);
        only_file();
        fd = open(file, O_RDWR);
    }
    close(fd);
}

static void a_full_disk_makes_a_gap_and_nothing_else(void)
{
    struct history history = begin_empty();
    say(&history, "#a", 16, "before");
    CHECK(history_sync(&history) == 0);
    for (size_t room = 0; room < 190; room += 28) {
        uint64_t base = history.last + 16;
        disk_full = true;
        room_left = room;
        say(&history, "#a", base, "lost");
        say(&history, "#b", base + 16, "lost");
        CHECK(history_sync(&history) == -1 && history.last_synced == base + 16);
        say(&history, "#a", base + 32, "lost");
        CHECK(history_sync(&history) == -1);
        CHECK(ask(&history, "#a", 0, 17, true, 100) == 1 && strcmp(answer.words[0], "before") == 0);
        const struct history_gap *gap = history_find_gap(&history, base, base);
        CHECK(gap && gap->from == base && gap->count == 3 && gap->to == base + 32);
        disk_full = false;
        CHECK(history_sync(&history) == 0 && history.failing == 0);
        say(&history, "#a", base + 48, "after");
        CHECK(history_sync(&history) == 0);
        CHECK(ask(&history, "#a", base, UINT64_MAX, false, 100) == 1 && answer.positions[0] == base + 48);
        gap = history_find_gap(&history, base + 32, base + 40);
        CHECK(gap && gap->from == base && gap->count == 3 && gap->to == base + 32);
        CHECK(!history_find_gap(&history, base + 48, UINT64_MAX));
    }
    uint32_t gaps = history.gap_count, all = ask(&history, "#a", 0, UINT64_MAX, true, 100);
    history_close(&history);
    history = begin(1 << 22);
    CHECK(history.gap_count == gaps && gaps == 7 && ask(&history, "#a", 0, UINT64_MAX, true, 100) == all && all == 8);
    history_close(&history);
}

static void a_failed_sync_is_not_tried_again_on_the_same_file(void)
{
    struct history history = begin_empty();
    say(&history, "#a", 16, "one");
    CHECK(history_sync(&history) == 0);
    say(&history, "#a", 32, "two");
    CHECK(history_write(&history) == 0);
    say(&history, "#b", 48, "three");
    sync_fails = true;
    syncs = 0;
    CHECK(history_sync(&history) == 0 && syncs == 2 && history.count == 2 && history.last_synced == 48);
    say(&history, "#a", 64, "four");
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 100) == 3 && answer.positions[1] == 32);
    CHECK(ask(&history, "#a", 0, UINT64_MAX, false, 100) == 3 && answer.positions[1] == 32);
    history_close(&history);
    history = begin(1 << 22);
    CHECK(history.count == 2 && ask(&history, "#a", 0, UINT64_MAX, true, 100) == 3 && answer.positions[2] == 16);
    CHECK(history_records(&history) == 4);
    history_close(&history);
}

static void what_is_taken_back_is_overwritten(void)
{
    struct history history = begin_empty();
    say(&history, "#a", 16, "XSECRETX");
    CHECK(history_sync(&history) == 0);
    say(&history, "#a", 32, "public");
    say(&history, "#a", 48, "XSECRETX");
    CHECK(!history_redact(&history, "#b", 16) && !history_redact(&history, "#a", 17));
    CHECK(history_redact(&history, "#a", 16) && history_redact(&history, "#a", 48));
    CHECK(history_is_unsynced(&history) && history_sync(&history) == 0 && !history_is_unsynced(&history));
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 100) == 1 && answer.positions[0] == 32);
    history_close(&history);
    char bytes[4096];
    size_t size = only_file();
    int fd = open(file, O_RDWR);
    CHECK(pread(fd, bytes, size, 0) == (ssize_t)size);
    for (size_t i = 0; i + 8 < size; i++)
        CHECK(memcmp(bytes + i, "XSECRETX", 8) != 0);
    close(fd);
    history = begin(1 << 22);
    CHECK(history_records(&history) == 3 && ask(&history, "#a", 0, UINT64_MAX, true, 100) == 1);
    for (uint64_t n = 4; n < 3000; n++)
        say(&history, key_of(n), n * 16, "words");
    CHECK(forget(&history, "ODD", NULL) == 0);
    say(&history, "#a", 3000 * 16 + 1, "mine");
    CHECK(forget(&history, "ODD", NULL) == 1);
    CHECK(forget(&history, NULL, "#c") == 30 && ask(&history, "#c", 0, UINT64_MAX, true, 100) == 0);
    CHECK(ask(&history, "#b", 0, UINT64_MAX, true, 3000) > 1000);
    history_close(&history);
}

/* What was seen by a walk. */
static struct {
    uint64_t last, records, unchained;
    uint64_t stop_at; /* once */
} seen;

static bool see(void *context, const struct history_record *record, const unsigned char *bytes, size_t length)
{
    (void)bytes, (void)length;
    if (record->position == seen.stop_at) {
        seen.stop_at = 0;
        return false;
    }
    CHECK(record->position > seen.last);
    seen.last = record->position;
    seen.records++;
    seen.unchained += !history_is_chained(context, record);
    return true;
}

static struct history_walk walk_all(struct history *history, uint32_t blocks, uint64_t stop_at)
{
    struct history_walk walk = {.blocks = blocks};
    memset(&seen, 0, sizeof seen);
    seen.stop_at = stop_at;
    while (walk.from != UINT64_MAX)
        history_walk(history, &walk, see, history);
    return walk;
}

static void a_walk_sees_each_once_and_tells_what_is_damaged(void)
{
    struct history history = begin_empty();
    for (uint64_t n = 1; n < 3000; n++)
        say(&history, key_of(n), n * 16, "words");
    struct history_walk walk = walk_all(&history, 0, 0);
    CHECK(seen.records == 2999 && walk.damaged == 0 && walk.failed == 0 && seen.unchained == 0);
    walk_all(&history, 1, 0);
    CHECK(seen.records == 2999);
    walk_all(&history, 3, 1600 * 16);
    CHECK(seen.records == 2999);
    history_close(&history);
    size_t size = only_file();
    int fd = open(file, O_RDWR);
    CHECK(pwrite(fd, "?", 1, (off_t)size / 2) == 1);
    close(fd);
    history = begin(1 << 22);
    walk = walk_all(&history, 2, 0);
    CHECK(seen.records == 2998 && walk.damaged > HISTORY_HEAD && walk.damaged < 2 * HISTORY_HEAD &&
          seen.unchained == 1);
    history_close(&history);
}

static void what_was_missed_before_is_a_gap_too(void)
{
    struct history history = begin_empty();
    say(&history, "#a", 16, "one");
    history_miss(&history, &(struct history_gap){.from = 32, .to = 48, .time = 7, .count = 2});
    say(&history, "#a", 64, "two");
    CHECK(history_sync(&history) == 0 && history.gap_count == 1 && history.lost == 2);
    CHECK(ask(&history, "#a", 0, UINT64_MAX, true, 10) == 2);
    history_close(&history);
    history = begin(1 << 22);
    CHECK(history.gap_count == 1 && history.gaps[0].count == 2 && history.gaps[0].to == 48 && history.last == 64);
    history_close(&history);
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/forkchat-unit-%ld.history", (long)getpid());
    if (mkdir(folder, 0700) || (directory = open(folder, O_RDONLY | O_DIRECTORY)) < 0 ||
        !freopen("/dev/null", "w", stderr))
        return 1;
    CASE("the checksum is that of iSCSI", checksum_is_that_of_iscsi);
    CASE("names that are the same have the same key", keys_are_the_same_for_the_same_names);
    CASE("questions are answered as by a list, before and after it is opened again",
         questions_are_answered_as_by_a_list);
    CASE("the oldest go when there are too many, or when they are old",
         oldest_go_when_there_are_too_many_or_when_they_are_old);
    CASE("a file that is cut anywhere has what was before", a_file_cut_anywhere_has_what_was_before);
    CASE("a byte that is flipped costs one record", a_flipped_byte_costs_one_record);
    CASE("a full disk makes a gap, and nothing else", a_full_disk_makes_a_gap_and_nothing_else);
    CASE("a failed sync is not tried again on the same file", a_failed_sync_is_not_tried_again_on_the_same_file);
    CASE("what is taken back is overwritten", what_is_taken_back_is_overwritten);
    CASE("a walk sees each record once, and tells what is damaged", a_walk_sees_each_once_and_tells_what_is_damaged);
    CASE("what was missed before it came is a gap, too", what_was_missed_before_is_a_gap_too);
    remove_files();
    rmdir(folder);
    CHECK_DONE();
}
