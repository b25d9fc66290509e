/* Connecting, registering, joining. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "run.h"

#define KNOCK (300 * INT64_C(1000)) /* between two connects */

/* Without waiting for the server to accept: where many come at once, that takes its time. */
static void client_connect(struct run *run, uint32_t number)
{
    struct client *client = &run->clients[number];
    static const int on = 1;
    client->began = clock_monotonic();
    client->fd = socket(run->server.storage.ss_family, SOCK_STREAM, 0);
    if (client->fd < 0)
        fatal(EX_OSERR, "no more sockets: %s", strerror(errno));
    fd_set_nonblocking(client->fd);
    if (connect(client->fd, (struct sockaddr *)&run->server.storage, run->server.length) && errno != EINPROGRESS)
        fatal(EX_UNAVAILABLE, "cannot connect to %s port %s: %s", run->options.host, run->options.port,
              strerror(errno));
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    poller_add(&run->poller, client->fd, number);
    client->carry = must(malloc(CARRY_SIZE));
    /* Nicks differ from those of an earlier run that the server may not have let go of yet. */
    unsigned seed = (unsigned)getpid();
    snprintf(client->nick, sizeof client->nick, "%c%c%u", 'a' + seed % 26, 'a' + seed / 26 % 26, number);
    client->stage = STAGE_SILENT;
}

static void client_greet(struct run *run, struct client *client)
{
    char greeting[300];
    size_t length = door_fill(greeting, sizeof greeting, run->options.door->greeting, client->nick, "", 0);
    client->stage = STAGE_GREETING;
    if (run->options.door->upgrade)
        client_write(run, client, run->options.door->upgrade, strlen(run->options.door->upgrade));
    if (length > 0)
        client_say(run, client, greeting, length);
}

/* Connects all clients, in_flight at a time, until all have their names or `until`; called again, it goes on. Returns
 * how many have. */
uint32_t connect_all(struct run *run, int64_t until)
{
    bool burst = run->options.in_flight >= run->options.clients;
    while (run->named < run->count && clock_monotonic() < until) {
        bool more = run->begun < run->count && run->begun - run->named < (uint32_t)run->options.in_flight;
        if (more) {
            client_connect(run, run->begun);
            client_greet(run, &run->clients[run->begun++]);
        }
        if (more && burst)
            continue;
        /* One at a time and not too fast: some listen with a queue of ten, and a connection that
         * finds it full waits a second before it knocks again. */
        pump(run, more && run->options.in_flight > 1 ? clock_monotonic() + KNOCK : until);
    }
    return run->named;
}

/* The same, for runs that need them all. */
void connect_everybody(struct run *run)
{
    uint64_t before;
    do {
        before = run->bytes;
        connect_all(run, clock_monotonic() + PATIENCE);
    } while (run->named < run->count && run->bytes != before);
    if (run->named < run->count)
        fatal(EXIT_MISDONE, "only %u of %u clients got their names", run->named, run->count);
}

/* Connections that say nothing yet, so slowly that no queue is full. */
void connect_silent(struct run *run)
{
    while (run->begun < run->count) {
        client_connect(run, run->begun++);
        int64_t then = clock_monotonic() + 10 * KNOCK;
        while (clock_monotonic() < then)
            pump(run, then);
    }
}

void greet_everybody(struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->clients[i].stage == STAGE_SILENT)
            client_greet(run, &run->clients[i]);
    connect_everybody(run);
}

/* Every arrival is told to those who came before, and to who comes. */
static uint64_t arrivals_expected(const struct run *run)
{
    uint64_t all = 0;
    for (uint32_t i = 0; run->options.door->arrivals && i < run->room_count; i++)
        all += (uint64_t)run->rooms[i].members * (run->rooms[i].members + 1) / 2;
    return all;
}

void join_everybody(struct run *run)
{
    const struct door *door = run->options.door;
    char join[200], name[24];
    bool rooms = run->options.pairs ? !door->tell : !door->lobby || run->room_count > 1;
    if (!rooms || !door->join)
        return;
    for (uint32_t i = 0; i < run->count; i++) {
        struct client *client = &run->clients[i];
        client->stage = STAGE_JOINING;
        client->began = clock_monotonic();
        snprintf(name, sizeof name, "bench%u", client->room);
        client_say(run, client, join, door_fill(join, sizeof join, door->join, client->nick, name, 0));
    }
    uint64_t all = arrivals_expected(run), before = 0;
    int64_t patience = clock_monotonic() + PATIENCE;
    while (run->joined < run->count || run->arrivals < all) {
        pump(run, patience);
        if (clock_monotonic() >= patience)
            fatal(EXIT_MISDONE, "only %u of %u JOINs done, %llu of %llu arrivals told", run->joined, run->count,
                  (unsigned long long)run->arrivals, (unsigned long long)all);
        if (run->bytes != before)
            patience = clock_monotonic() + PATIENCE;
        before = run->bytes;
    }
}

int run_register(struct run *run)
{
    struct account from, to;
    account_take(&run->options.server, &from);
    int64_t began = clock_monotonic();
    uint32_t named = connect_all(run, began + run->options.seconds * SECOND);
    double seconds = (double)(clock_monotonic() - began) / 1e9;
    pump_until_quiet(run);
    account_take(&run->options.server, &to);
    report_word("mode", "register");
    report_number("registered", named, 0);
    report_number("registered_per_second", named / seconds, 1);
    if (named == run->count)
        report_number("all_registered_ms", seconds * 1e3, 1);
    report_cost(&from, &to, named, "cpu_us_per_registration");
    report_times(run);
    report_number("wrong", 0, 0);
    return 0;
}

static int compare_counts(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

/* Whoever came as the k-th of n saw n - k + 1 arrivals: each number from 1 to n once, in every room. */
static uint32_t arrivals_verify(const struct run *run)
{
    uint32_t *seen = must(calloc(run->count, sizeof *seen)), wrong = 0;
    for (uint32_t room = 0; room < run->room_count; room++) {
        uint32_t members = 0;
        for (uint32_t i = room; i < run->count; i += run->room_count)
            seen[members++] = run->clients[i].arrivals;
        qsort(seen, members, sizeof *seen, compare_counts);
        for (uint32_t i = 0; i < members; i++)
            wrong += seen[i] != i + 1;
    }
    free(seen);
    return wrong;
}

int run_join(struct run *run)
{
    struct account from, to;
    connect_everybody(run);
    pump_until_quiet(run);
    account_take(&run->options.server, &from);
    int64_t began = clock_monotonic();
    join_everybody(run);
    double seconds = (double)(clock_monotonic() - began) / 1e9;
    account_take(&run->options.server, &to);
    uint32_t wrong = arrivals_verify(run);
    report_word("mode", "join");
    report_number("join_ms", seconds * 1e3, 1);
    report_number("deliveries", (double)run->arrivals, 0);
    report_number("deliveries_per_second", (double)run->arrivals / seconds, 0);
    report_cost(&from, &to, (double)run->arrivals, "cpu_us_per_delivery");
    report_times(run);
    report_number("wrong", wrong, 0);
    return wrong ? EXIT_MISDONE : 0;
}
