/* A file of the history: whatever is in it, the same records are found from either end, a new one is found behind them,
 * and again after it was opened again. */
#include "driver.h"

#include <fcntl.h>
#include <unistd.h>

#include "files.h"
#include "history/query.h"

static unsigned char bytes[1 << 16];
static uint64_t sums[2];
static uint32_t counts[2];

static bool add_up(void *context, const struct history_record *record, const unsigned char *at, size_t length)
{
    struct history_record again;
    int which = *(int *)context;
    CLAIM(history_decode(at, length, &again) == length && again.position == record->position);
    for (int i = 0; i < HISTORY_TEXTS; i++)
        CLAIM(record->texts[i][record->lengths[i]] == '\0');
    sums[which] += record->position * 31 + record->lengths[HISTORY_WORDS];
    counts[which]++;
    return true;
}

static uint32_t ask(struct history *history, const char *key)
{
    struct history_query query = {
        .key = key, .to = UINT64_MAX, .kinds = HISTORY_ALL, .not_before = INT64_MIN, .limit = UINT32_MAX};
    for (int newest = 0; newest < 2; newest++) {
        sums[newest] = counts[newest] = 0;
        query.newest = newest;
        CLAIM(history_ask(history, &query, add_up, &newest) == counts[newest]);
    }
    return counts[0];
}

static void open_it(struct history *history)
{
    int directory = open(fuzz_folder, O_RDONLY | O_DIRECTORY);
    struct history_options options = {.directory = directory, .name = "t", .size = 1 << 20};
    CLAIM(directory >= 0 && history_open(history, &options) == 0);
}

static void close_it(struct history *history)
{
    int directory = history->options.directory;
    history_close(history);
    close(directory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct history history;
    size_t length = size < sizeof bytes - SEGMENT_HEAD ? size : sizeof bytes - SEGMENT_HEAD;
    memcpy(bytes, "forkhist\1\0\0\0\0\0\0", SEGMENT_HEAD);
    memcpy(bytes + SEGMENT_HEAD, data, length);
    fuzz_write_file("t-0000000000000000.log", bytes, SEGMENT_HEAD + length);
    open_it(&history);
    uint32_t before = ask(&history, "#a");
    bool room = history.last < UINT64_MAX / 2;
    struct history_record record = {.position = history.last + 16,
                                    .kind = HISTORY_PRIVMSG,
                                    .texts = {[HISTORY_KEY] = "#a", [HISTORY_WORDS] = "words"}};
    if (room)
        history_append(&history, &record);
    CLAIM(ask(&history, "#a") == before + room);
    close_it(&history);
    open_it(&history);
    CLAIM(ask(&history, "#a") == before + room && counts[0] <= history_records(&history));
    struct history_walk walk = {.blocks = 1};
    for (uint64_t from = 0; walk.from != UINT64_MAX; from = walk.from) {
        history_forget(&history, &walk, NULL, "#a");
        CLAIM(walk.from > from || walk.from == UINT64_MAX);
    }
    CLAIM(ask(&history, "#a") == 0 || history_find_gap(&history, 0, UINT64_MAX));
    close_it(&history);
    return 0;
}
