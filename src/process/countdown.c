/* The countdown. Run by the supervisor, which only tries the lock: an announcement that cannot be made now is made a
 * little later. */
#include "countdown.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "event/event.h"

#define RETRY INT64_C(2000000)

/* Told when so many seconds are left. */
static const int64_t marks[] = {1, 2, 3, 4, 5, 10, 30, 60, 300, 900, 3600, 86400};
#define MARKS (sizeof marks / sizeof *marks)

void countdown_start(struct countdown *countdown)
{
    countdown->unread = true;
}

static void say_left(char *words, size_t size, const struct countdown *countdown, int64_t left)
{
    int64_t number = left;
    const char *unit = "second";
    if (left >= 120 && left % 60 == 0) {
        number = left / 60;
        unit = "minute";
    }
    if (left >= 7200 && left % 3600 == 0) {
        number = left / 3600;
        unit = "hour";
    }
    snprintf(words, size, "the server stops in %lld %s%s%s%s", (long long)number, unit, number == 1 ? "" : "s",
             *countdown->text ? ": " : "", countdown->text);
}

static bool announce(struct world *world, const char *server_name, const char *words)
{
    if (!txn_try_begin(world->txn, EVENT_NEED_MAX))
        return false;
    struct event event = event_of_server(EVENT_WALL);
    event.audience = AUDIENCE_ALL;
    event.host = server_name;
    event.strings.wall.text = words;
    event_publish_locked(world, &event);
    txn_commit(world->txn);
    txn_wake_readers(world->txn);
    log_info("%s", words);
    return true;
}

/* Takes over what the operator wanted. */
static bool take(struct countdown *countdown, struct world *world, const char *server_name)
{
    if (!txn_try_begin(world->txn, 0))
        return false;
    struct stop_shm stop = world_stop_locked(world);
    txn_commit(world->txn);
    if (stop.at == 0 && countdown->at != 0 &&
        !announce(world, server_name, "the server goes on: the shutdown is cancelled"))
        return false;
    countdown->unread = false;
    countdown->at = stop.at;
    countdown->told = INT64_MAX;
    text_copy(countdown->text, sizeof countdown->text, stop.text);
    return true;
}

/* The next mark below what was told, 0 after the last. */
static int64_t next_mark(int64_t told)
{
    for (size_t i = MARKS; i-- > 0;)
        if (marks[i] < told)
            return marks[i];
    return 0;
}

int64_t countdown_step(struct countdown *countdown, struct world *world, const char *server_name, int64_t now)
{
    if (countdown->unread && !take(countdown, world, server_name))
        return RETRY;
    if (countdown->at == 0)
        return INT64_MAX;
    if (now >= countdown->at)
        return 0;
    int64_t left = (countdown->at - now + SECOND - 1) / SECOND, mark = next_mark(countdown->told);
    bool first = countdown->told == INT64_MAX;
    if (first || left <= mark) {
        char words[STOP_TEXT_SIZE + 80];
        say_left(words, sizeof words, countdown, left);
        if (!announce(world, server_name, words))
            return RETRY;
        countdown->told = left;
        mark = next_mark(left);
    }
    return countdown->at - now - mark * SECOND;
}
