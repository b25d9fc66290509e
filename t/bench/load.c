/* The load generator of `make bench`: one process, thousands of clients of one server.
 *
 * What it holds the server to. Every load line carries its sender, its number and the time it was
 * due. One client that only listens, the observer, writes down the order in which lines reach it;
 * every other client keeps a hash of what reaches it, in order. At the end the observer's log must
 * hold each sender's lines 0, 1, 2 … without a gap, to the last one sent; every listener's hash
 * must be the observer's; and every sender's hash must be that of the log without its own lines. So
 * nothing was lost, nothing came twice, and all saw one order, at the price of one multiplication
 * for a delivery.
 *
 * Open loop (--rate): lines are due at fixed times, whatever the server does, and latency counts
 * from when a line was due: a server that stalls cannot hide it by slowing its load down. Closed
 * loop
 * (--saturate W): a sender has at most W lines on the way that the slowest of all clients has not
 * got. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/net.h"
#include "base/parse.h"
#include "cputime.h"
#include "door.h"
#include "histogram.h"
#include "mark.h"
#include "poller.h"

#define INPUT_SIZE (256 * 1024) /* read at once */
#define CARRY_SIZE 4096         /* of a line that is not whole yet */
#define MAX_PIDS   64
#define IN_FLIGHT  128                      /* clients that connect at the same time, unless told otherwise */
#define KNOCK      (300 * INT64_C(1000))    /* between two connects */
#define QUIET      (300 * INT64_C(1000000)) /* without a byte: the server has told all it had to */
#define PATIENCE   (60 * INT64_C(1000000000))
#define NAP                                                                                                            \
    INT64_C(1000000)   /* closed loop: gathers news that long, to take work off the machine                            \
                        */
#define EXIT_MISDONE 1 /* the server lost, doubled or swapped something, or left us */

enum mode { MODE_RATE, MODE_SATURATE, MODE_REGISTER, MODE_JOIN };

struct options {
    const struct door *door;
    const char *host, *port;
    enum mode mode;
    int64_t clients, senders, size, rate, window, seconds, warmup, in_flight;
    long pids[MAX_PIDS];
    size_t pid_count;
    bool tree, json, realtime;
};

enum stage { STAGE_AWAY, STAGE_GREETING, STAGE_NAMED, STAGE_JOINING, STAGE_JOINED };

struct client {
    uint64_t hash;     /* of the load lines it got, in their order */
    uint32_t received; /* how many */
    uint32_t sent;     /* a sender's lines, written or waiting in output */
    int fd;
    enum stage stage;
    uint32_t carried;
    uint32_t arrivals; /* JOINs it was told of */
    char *carry;
    char *output; /* what the socket did not take, from output_start to output_end */
    size_t output_start, output_end, output_size;
    int64_t began;
    uint32_t credit; /* lines it may send, closed loop */
    char nick[16];
    char heard[80]; /* its last line that was not load: why it was refused, perhaps */
};

/* Deliveries, processor time and the clock at one moment. */
struct sample {
    int64_t at;
    int64_t cpu;
    int64_t own_cpu;
    uint64_t deliveries;
};

struct run {
    struct options options;
    struct net_address server;
    struct poller poller;
    struct client *clients; /* the senders first */
    uint32_t count;
    uint32_t observer;
    char *line; /* one load line as it is sent, to be filled in */
    size_t line_length;
    size_t before_text;
    char *input;
    int64_t began; /* times in marks count from here */
    int64_t now;   /* when the bytes being looked at arrived */
    uint64_t bytes;
    uint64_t deliveries;
    uint64_t sent;
    uint32_t begun, named, joined;
    uint64_t arrivals;
    struct histogram times;
    int64_t record_from; /* latency counts for lines due from then on */

    uint64_t *log; /* mark_id of each line in the order the observer got them */
    size_t log_length, log_size;

    bool sending;
    int64_t due; /* of the next line, open loop */
    int64_t schedule_began;
    uint64_t scheduled;

    uint32_t *position; /* closed loop: lines in the log that a client has, its own included */
    uint32_t low;       /* the least of them: lines before it are delivered to all */
    uint32_t laggards;  /* how many are at the least */
};

static void *must(void *memory)
{
    if (!memory)
        fatal(EX_OSERR, "no memory");
    return memory;
}

/* ---- one client: writing ---- */

static void client_flush(struct run *run, struct client *client)
{
    size_t length = client->output_end - client->output_start;
    if (length == 0)
        return;
    ssize_t wrote = send(client->fd, client->output + client->output_start, length, MSG_NOSIGNAL);
    if (wrote < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        fatal(EXIT_MISDONE, "%s cannot write: %s", client->nick, strerror(errno));
    client->output_start += wrote > 0 ? (size_t)wrote : 0;
    if (client->output_start == client->output_end)
        client->output_start = client->output_end = 0;
    poller_want_room(&run->poller, client->fd, (uint32_t)(client - run->clients), client->output_end > 0);
}

/* Room for `length` bytes more behind what waits to be written. */
static char *client_room(struct client *client, size_t length)
{
    if (client->output_size < client->output_end + length) {
        client->output_size = (client->output_end + length) * 2;
        client->output = must(realloc(client->output, client->output_size));
    }
    char *room = client->output + client->output_end;
    client->output_end += length;
    return room;
}

/* Writes now if nothing waits already, without asking the poller unless the socket is full. */
static void client_push(struct run *run, struct client *client, bool waiting)
{
    if (waiting)
        return;
    size_t length = client->output_end;
    ssize_t wrote = send(client->fd, client->output, length, MSG_NOSIGNAL);
    if (wrote == (ssize_t)length)
        client->output_end = 0;
    else
        client_flush(run, client); /* also finds out what is wrong */
}

static void client_say(struct run *run, struct client *client, const char *text, size_t length)
{
    bool waiting = client->output_end > 0;
    memcpy(client_room(client, length), text, length);
    client_push(run, client, waiting);
}

/* Appends one load line that is due at `due`; the caller pushes. */
static void client_add_line(struct run *run, struct client *client, int64_t due)
{
    char *room = client_room(client, run->line_length);
    memcpy(room, run->line, run->line_length);
    mark_write(room + run->before_text, (size_t)run->options.size, (uint32_t)(client - run->clients), client->sent++,
               due - run->began);
    run->sent++;
}

/* ---- closed loop: who has got how far ---- */

static void window_advance(struct run *run, uint32_t number, uint32_t lines)
{
    uint32_t before = run->position[number];
    run->position[number] += lines;
    if (before == run->low)
        run->laggards--;
}

static void window_find_low(struct run *run)
{
    uint32_t low = UINT32_MAX;
    for (uint32_t i = 0; i < run->count; i++)
        low = run->position[i] < low ? run->position[i] : low;
    run->laggards = 0;
    for (uint32_t i = 0; i < run->count; i++)
        run->laggards += run->position[i] == low;
    run->low = low;
}

/* Sends what the senders may send: a line for each of theirs that everybody has. */
static void window_release(struct run *run)
{
    if (run->laggards == 0) {
        uint32_t before = run->low;
        window_find_low(run);
        for (uint32_t i = before; i < run->low; i++)
            run->clients[mark_sender(run->log[i])].credit++;
    }
    if (!run->sending)
        return;
    int64_t now = clock_monotonic();
    for (uint32_t i = 0; i < (uint32_t)run->options.senders; i++) {
        struct client *sender = &run->clients[i];
        bool waiting = sender->output_end > 0;
        if (sender->credit == 0)
            continue;
        for (; sender->credit > 0; sender->credit--)
            client_add_line(run, sender, now);
        client_push(run, sender, waiting);
    }
}

/* ---- open loop: lines at their times ---- */

static void schedule_send(struct run *run)
{
    while (run->sending && run->due <= clock_monotonic()) {
        struct client *sender = &run->clients[run->scheduled % (uint64_t)run->options.senders];
        bool waiting = sender->output_end > 0;
        client_add_line(run, sender, run->due);
        client_push(run, sender, waiting);
        run->scheduled++;
        run->due = run->schedule_began + (int64_t)(run->scheduled * (uint64_t)SECOND / (uint64_t)run->options.rate);
    }
}

/* ---- one client: reading ---- */

static void log_line(struct run *run, uint64_t id)
{
    if (run->log_length == run->log_size) {
        run->log_size = run->log_size ? run->log_size * 2 : 4096;
        run->log = must(realloc(run->log, run->log_size * sizeof *run->log));
    }
    run->log[run->log_length++] = id;
    uint32_t sender = mark_sender(id);
    if (sender >= (uint32_t)run->options.senders)
        fatal(EXIT_MISDONE, "a line arrived that no sender sent");
    if (run->options.mode == MODE_SATURATE)
        window_advance(run, sender, 1); /* it does not see its own */
}

/* The hot path. */
static inline void client_take(struct run *run, struct client *client, const char *text, bool observer)
{
    uint64_t id = mark_id(text);
    client->hash = mark_hash(client->hash, id);
    client->received++;
    if (observer)
        log_line(run, id);
    if (observer || run->options.mode == MODE_RATE) {
        int64_t due = run->began + mark_time(text);
        if (due >= run->record_from)
            histogram_add(&run->times, run->now - due);
    }
}

/* Any other line: matters while connecting and joining. */
static void client_hear(struct run *run, struct client *client, const char *line)
{
    const struct door *door = run->options.door;
    char answer[600];
    snprintf(client->heard, sizeof client->heard, "%.79s", line);
    switch (door_hear(door, line)) {
    case DOOR_NAMED:
        if (client->stage != STAGE_GREETING)
            break;
        client->stage = STAGE_NAMED;
        run->named++;
        if (run->options.mode == MODE_REGISTER)
            histogram_add(&run->times, run->now - client->began);
        break;
    case DOOR_JOINED:
        if (client->stage != STAGE_JOINING)
            break;
        client->stage = STAGE_JOINED;
        run->joined++;
        if (run->options.mode == MODE_JOIN)
            histogram_add(&run->times, run->now - client->began);
        break;
    case DOOR_ARRIVAL:
        client->arrivals++;
        run->arrivals++;
        break;
    case DOOR_PING:
        snprintf(answer, sizeof answer, "PONG %.500s\r\n", strchr(door_command(line), ' ') + 1);
        client_say(run, client, answer, strlen(answer));
        break;
    case DOOR_REFUSED:
        fatal(EXIT_MISDONE, "%s was refused: %s", client->nick, line);
    case DOOR_NOTHING:
        break;
    }
}

static void client_read(struct run *run, struct client *client)
{
    char *at = run->input;
    memcpy(at, client->carry, client->carried);
    ssize_t got = recv(client->fd, at + client->carried, INPUT_SIZE, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (got <= 0)
        fatal(EXIT_MISDONE, "the server left %s (%s), having said: %s", client->nick,
              got ? strerror(errno) : "end of file", client->heard);
    run->now = clock_monotonic();
    run->bytes += (uint64_t)got;

    uint32_t number = (uint32_t)(client - run->clients), before = client->received;
    bool observer = number == run->observer;
    char *end = at + client->carried + got;
    for (char *newline; (newline = memchr(at, '\n', (size_t)(end - at))); at = newline + 1) {
        char *stop = newline > at && newline[-1] == '\r' ? newline - 1 : newline;
        if (stop - at > run->options.size && mark_is(stop - run->options.size)) {
            client_take(run, client, stop - run->options.size, observer);
        } else {
            *stop = 0;
            client_hear(run, client, at);
        }
    }
    if (end - at > CARRY_SIZE)
        fatal(EXIT_MISDONE, "%s got an endless line", client->nick);
    client->carried = (uint32_t)(end - at);
    memcpy(client->carry, at, client->carried);

    uint32_t lines = client->received - before;
    run->deliveries += lines;
    if (lines && run->options.mode == MODE_SATURATE)
        window_advance(run, number, lines);
}

/* ---- the loop ---- */

/* One round: waits until `until` at the latest, reads and writes what it can, sends what is due. */
static void pump(struct run *run, int64_t until)
{
    bool open_loop = run->options.mode == MODE_RATE && run->sending;
    int count = poller_wait(&run->poller, open_loop && run->due < until ? run->due : until);
    for (int i = 0; i < count; i++) {
        struct client *client = &run->clients[run->poller.events[i].number];
        if (run->poller.events[i].readable)
            client_read(run, client);
        if (run->poller.events[i].writable)
            client_flush(run, client);
    }
    if (open_loop)
        schedule_send(run);
    if (run->options.mode == MODE_SATURATE && run->named == run->count) {
        window_release(run);
        struct timespec nap = {.tv_nsec = NAP};
        nanosleep(&nap, NULL);
    }
}

static volatile sig_atomic_t ended;

static void on_end(int signal)
{
    (void)signal;
    ended = 1;
}

/* Until then, or until it is told to end (SIGTERM): then no more lines are sent, and what was is waited for and judged
 * as ever. */
static void pump_until(struct run *run, int64_t until)
{
    while (clock_monotonic() < until && !ended)
        pump(run, until);
}

/* Until the server has nothing more to say: nicks, arrivals, lists. */
static void pump_until_quiet(struct run *run)
{
    int64_t patience = clock_monotonic() + PATIENCE, since = clock_monotonic();
    uint64_t bytes = run->bytes;
    while (clock_monotonic() < since + QUIET && clock_monotonic() < patience) {
        pump(run, since + QUIET);
        if (run->bytes != bytes)
            since = clock_monotonic();
        bytes = run->bytes;
    }
}

/* ---- connecting ---- */

static void client_connect(struct run *run, uint32_t number)
{
    struct client *client = &run->clients[number];
    static const int on = 1;
    char greeting[200];
    client->began = clock_monotonic();
    client->fd = socket(run->server.storage.ss_family, SOCK_STREAM, 0);
    if (client->fd < 0)
        fatal(EX_OSERR, "no more sockets: %s", strerror(errno));
    if (connect(client->fd, (struct sockaddr *)&run->server.storage, run->server.length))
        fatal(EX_UNAVAILABLE, "cannot connect to %s port %s: %s", run->options.host, run->options.port,
              strerror(errno));
    fd_set_nonblocking(client->fd);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    poller_add(&run->poller, client->fd, number);
    client->carry = must(malloc(CARRY_SIZE));
    /* Nicks differ from those of an earlier run that the server may not have let go of yet. */
    unsigned seed = (unsigned)getpid();
    snprintf(client->nick, sizeof client->nick, "%c%c%u", 'a' + seed % 26, 'a' + seed / 26 % 26, number);
    snprintf(greeting, sizeof greeting, run->options.door->greeting, client->nick, client->nick);
    client->stage = STAGE_GREETING;
    client_say(run, client, greeting, strlen(greeting));
}

/* Connects all clients, in_flight at a time, until all have their names or `until`; called again, it goes on. Returns
 * how many have. */
static uint32_t connect_all(struct run *run, int64_t until)
{
    while (run->named < run->count && clock_monotonic() < until) {
        bool more = run->begun < run->count && run->begun - run->named < (uint32_t)run->options.in_flight;
        if (more)
            client_connect(run, run->begun++);
        /* One at a time and not too fast: some listen with a queue of ten, and a connection that
         * finds it full waits a second before it knocks again. */
        pump(run, more && run->options.in_flight > 1 ? clock_monotonic() + KNOCK : until);
    }
    return run->named;
}

/* The same, for runs that need them all. */
static void connect_everybody(struct run *run)
{
    uint64_t before;
    do {
        before = run->bytes;
        connect_all(run, clock_monotonic() + PATIENCE);
    } while (run->named < run->count && run->bytes != before);
    if (run->named < run->count)
        fatal(EXIT_MISDONE, "only %u of %u clients got their names", run->named, run->count);
}

static void join_all(struct run *run)
{
    const char *join = run->options.door->join;
    if (!join)
        return;
    for (uint32_t i = 0; i < run->count; i++) {
        run->clients[i].stage = STAGE_JOINING;
        run->clients[i].began = clock_monotonic();
        client_say(run, &run->clients[i], join, strlen(join));
    }
    uint64_t all = (uint64_t)run->count * (run->count + 1) / 2, before = 0;
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

/* ---- measuring and reporting ---- */

static struct sample take_sample(struct run *run)
{
    long self = (long)getpid();
    const struct options *options = &run->options;
    struct sample sample = {.deliveries = run->deliveries, .own_cpu = cputime_of(&self, 1, false)};
    sample.cpu = options->pid_count ? cputime_of(options->pids, options->pid_count, options->tree) : -1;
    sample.at = clock_monotonic();
    return sample;
}

/* Figures, one by one, as lines or as one JSON object. */
static bool json, json_begun;

static void report_name(const char *name)
{
    if (json)
        printf("%s\"%s\":", json_begun ? "," : "{", name);
    else
        printf("%-28s ", name);
    json_begun = true;
}

static void report_number(const char *name, double value, int digits)
{
    report_name(name);
    printf("%.*f%s", digits, value, json ? "" : "\n");
}

static void report_word(const char *name, const char *word)
{
    report_name(name);
    printf(json ? "\"%s\"" : "%s\n", word);
}

static void report_cost(const struct sample *from, const struct sample *to, double units, const char *name)
{
    if (from->cpu >= 0 && to->cpu >= 0 && units > 0)
        report_number(name, (double)(to->cpu - from->cpu) / 1e3 / units, 3);
}

static void report_times(const struct run *run)
{
    report_number("p50_ms", histogram_milliseconds(&run->times, 0.5), 3);
    report_number("p99_ms", histogram_milliseconds(&run->times, 0.99), 3);
    report_number("max_ms", (double)run->times.most / 1e6, 3);
}

/* ---- the four kinds of run ---- */

/* Compares what everybody got. Returns how many clients got it wrong, after telling of the first
 * few. */
static uint32_t verify(const struct run *run)
{
    uint32_t wrong = 0, senders = (uint32_t)run->options.senders;
    uint32_t *next = must(calloc(senders, sizeof *next));
    uint64_t *hashes = must(calloc(senders + 1, sizeof *hashes)); /* the last: of the whole log */
    for (size_t i = 0; i < run->log_length; i++) {
        uint32_t sender = mark_sender(run->log[i]), sequence = mark_sequence(run->log[i]);
        if (sequence != next[sender] && wrong++ < 5)
            log_error("after line %u of %s came its line %u", next[sender], run->clients[sender].nick, sequence);
        next[sender] = sequence + 1;
        for (uint32_t s = 0; s <= senders; s++)
            if (s != sender)
                hashes[s] = mark_hash(hashes[s], run->log[i]);
    }
    for (uint32_t i = 0; i < run->count; i++) {
        const struct client *client = &run->clients[i];
        bool sender = i < senders;
        uint64_t lines = run->sent - (sender ? client->sent : 0);
        if (sender && next[i] != client->sent && wrong++ < 5)
            log_error("%s sent %u lines, the last that arrived is %u", client->nick, client->sent, next[i]);
        if (client->received != lines && wrong++ < 5)
            log_error("%s got %u of %llu lines", client->nick, client->received, (unsigned long long)lines);
        else if (client->hash != hashes[sender ? i : senders] && wrong++ < 5)
            log_error("%s got other lines, or in another order, than %s", client->nick,
                      run->clients[run->observer].nick);
    }
    free(next);
    free(hashes);
    return wrong;
}

/* Waits until every line is at everybody else, or nothing has come for long. */
static void drain(struct run *run)
{
    run->sending = false;
    uint64_t before = run->bytes;
    int64_t patience = clock_monotonic() + PATIENCE;
    while (run->deliveries < run->sent * (run->count - 1) && clock_monotonic() < patience) {
        pump(run, patience);
        if (run->bytes != before)
            patience = clock_monotonic() + PATIENCE;
        before = run->bytes;
    }
    for (int64_t until = clock_monotonic() + QUIET / 10;
         clock_monotonic() < until;) /* a line too many would come now */
        pump(run, until);
}

static int run_load(struct run *run)
{
    bool open_loop = run->options.mode == MODE_RATE;
    connect_everybody(run);
    join_all(run);
    pump_until_quiet(run);

    run->sending = true;
    run->record_from = INT64_MAX;
    run->schedule_began = run->due = clock_monotonic();
    for (int64_t i = 0; i < run->options.senders; i++)
        run->clients[i].credit = (uint32_t)run->options.window;
    if (!open_loop)
        window_release(run); /* nothing would ever come back to wait for */
    pump_until(run, run->due + run->options.warmup * SECOND);
    struct sample from = take_sample(run);
    run->record_from = clock_monotonic(); /* reading /proc has held up the lines before */
    pump_until(run, run->record_from + run->options.seconds * SECOND);
    /* At a rate every line counts, the last ones too; saturated, the window is what counts. */
    struct sample to = {.at = 0};
    if (!open_loop)
        to = take_sample(run);
    int64_t late = run->record_from;
    if (!open_loop)
        run->record_from = INT64_MAX;
    drain(run);
    if (open_loop)
        to = take_sample(run);
    run->record_from = late;

    double seconds = (double)(to.at - from.at) / 1e9, units = (double)(to.deliveries - from.deliveries);
    uint32_t wrong = verify(run);
    report_word("mode", open_loop ? "rate" : "saturate");
    report_number("lines_sent", (double)run->sent, 0);
    report_number("deliveries", (double)run->deliveries, 0);
    report_number("deliveries_per_second", units / seconds, 0);
    report_cost(&from, &to, units, "cpu_us_per_delivery");
    report_number("generator_us_per_delivery", (double)(to.own_cpu - from.own_cpu) / 1e3 / units, 3);
    report_times(run);
    report_number("wrong", wrong, 0);
    return wrong ? EXIT_MISDONE : 0;
}

static int run_register(struct run *run)
{
    struct sample from = take_sample(run);
    int64_t began = clock_monotonic();
    uint32_t named = connect_all(run, began + run->options.seconds * SECOND);
    double seconds = (double)(clock_monotonic() - began) / 1e9;
    pump_until_quiet(run);
    struct sample to = take_sample(run);
    report_word("mode", "register");
    report_number("registered", named, 0);
    report_number("registered_per_second", named / seconds, 1);
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

static int run_join(struct run *run)
{
    connect_everybody(run);
    pump_until_quiet(run);
    struct sample from = take_sample(run);
    int64_t began = clock_monotonic();
    join_all(run);
    double seconds = (double)(clock_monotonic() - began) / 1e9;
    struct sample to = take_sample(run);
    /* Whoever came as the k-th of n saw n - k + 1 arrivals: each number from 1 to n once. */
    uint32_t *seen = must(calloc(run->count, sizeof *seen)), wrong = 0;
    for (uint32_t i = 0; i < run->count; i++)
        seen[i] = run->clients[i].arrivals;
    qsort(seen, run->count, sizeof *seen, compare_counts);
    for (uint32_t i = 0; i < run->count; i++)
        wrong += seen[i] != i + 1;
    free(seen);
    report_word("mode", "join");
    report_number("join_ms", seconds * 1e3, 1);
    report_number("deliveries", (double)run->arrivals, 0);
    report_number("deliveries_per_second", (double)run->arrivals / seconds, 0);
    report_cost(&from, &to, (double)run->arrivals, "cpu_us_per_delivery");
    report_times(run);
    report_number("wrong", wrong, 0);
    return wrong ? EXIT_MISDONE : 0;
}

/* ---- options ---- */

static const char usage[] = "usage: load --door plain|irc --port PORT KIND [OPTION…]\n"
                            "kinds of run:\n"
                            "  --rate N            N lines a second in all, sent on time (open loop)\n"
                            "  --saturate W        as fast as can be, W lines of each sender on the way (closed loop)\n"
                            "  --register          connect --clients clients and take names, for --seconds at most\n"
                            "  --join              all --clients clients join one channel at once (irc)\n"
                            "options:\n"
                            "  --host ADDRESS      numeric (127.0.0.1)\n"
                            "  --clients N         in one room (1000)\n"
                            "  --senders N         of them speak (10)\n"
                            "  --size BYTES        of a line's text, 20 to 400 (100)\n"
                            "  --seconds S         measured (5), or until SIGTERM, after --warmup S (1)\n"
                            "  --in-flight N       clients that connect at the same time (128; 1 for --register)\n"
                            "  --pids PID,…        of the server, for its processor time; --pid-tree PID,…: with "
                            "descendants\n"
                            "  --realtime          run at real-time priority, if permitted\n"
                            "  --json              one JSON object\n"
                            "Exit status: 0 all well; 1 the server lost, doubled or swapped lines; 64 usage; 69 no "
                            "server.\n";

static _Noreturn void wrong_use(const char *why, const char *what)
{
    fprintf(stderr, "load: %s%s\n%s", why, what, usage);
    exit(EX_USAGE);
}

static void parse_pids(struct options *options, char *list)
{
    int64_t pid;
    for (char *one = strtok(list, ","); one; one = strtok(NULL, ",")) {
        if (options->pid_count == MAX_PIDS || !parse_number(one, 1, INT32_MAX, &pid))
            wrong_use("no process id: ", one);
        options->pids[options->pid_count++] = (long)pid;
    }
}

static void parse_door(struct options *options, const char *name)
{
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        if (!strcmp(doors[i].name, name))
            options->door = &doors[i];
    if (!options->door)
        wrong_use("no door: ", name);
}

static struct options parse_options(int argc, char **argv)
{
    struct options options = {
        .host = "127.0.0.1", .clients = 1000, .senders = 10, .size = 100, .seconds = 5, .warmup = 1};
    bool kind = false;
    const struct {
        const char *name;
        int64_t least, most, *value;
        enum mode mode;
        bool kind;
    } numbers[] = {
        {"--rate", 1, 1000000, &options.rate, MODE_RATE, true},
        {"--saturate", 1, 100000, &options.window, MODE_SATURATE, true},
        {"--clients", 2, 100000, &options.clients, MODE_RATE, false},
        {"--senders", 1, MARK_SENDERS - 1, &options.senders, MODE_RATE, false},
        {"--size", MARK_LEAST, MARK_MOST, &options.size, MODE_RATE, false},
        {"--seconds", 1, 3600, &options.seconds, MODE_RATE, false},
        {"--warmup", 0, 3600, &options.warmup, MODE_RATE, false},
        {"--in-flight", 1, 100000, &options.in_flight, MODE_RATE, false},
    };
    for (int i = 1; i < argc; i++) {
        char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool alone = true;
        if (!strcmp(name, "--json"))
            options.json = true;
        else if (!strcmp(name, "--realtime"))
            options.realtime = true;
        else if (!strcmp(name, "--register") || !strcmp(name, "--join")) {
            options.mode = name[2] == 'r' ? MODE_REGISTER : MODE_JOIN;
            kind = true;
        } else
            alone = false;
        if (alone)
            continue;
        if (!value)
            wrong_use("unknown, or needs a value: ", name);
        i++;
        if (!strcmp(name, "--door"))
            parse_door(&options, value);
        else if (!strcmp(name, "--host"))
            options.host = value;
        else if (!strcmp(name, "--port"))
            options.port = value;
        else if (!strcmp(name, "--pids") || !strcmp(name, "--pid-tree")) {
            options.tree = !strcmp(name, "--pid-tree");
            parse_pids(&options, value);
        } else {
            size_t n = 0, last = sizeof numbers / sizeof *numbers;
            while (n < last && strcmp(numbers[n].name, name))
                n++;
            if (n == last || !parse_number(value, numbers[n].least, numbers[n].most, numbers[n].value))
                wrong_use(n == last ? "unknown option: " : "not a fitting number: ", n == last ? name : value);
            if (numbers[n].kind) {
                options.mode = numbers[n].mode;
                kind = true;
            }
        }
    }
    if (!options.door || !options.port || !kind)
        wrong_use("a door, a port and a kind of run are needed", "");
    if (options.senders >= options.clients)
        wrong_use("somebody must listen: fewer --senders than --clients", "");
    if (options.mode == MODE_JOIN && !options.door->join)
        wrong_use("this door has no JOIN that tells its end: ", options.door->name);
    if (options.in_flight == 0)
        options.in_flight = options.mode == MODE_REGISTER ? 1 : IN_FLIGHT;
    return options;
}

/* ---- the whole ---- */

static void go_realtime(void)
{
    struct sched_param parameters = {.sched_priority = 1};
    int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    if (error)
        log_warning("not at real-time priority: %s", strerror(error));
}

static void run_init(struct run *run)
{
    const struct options *options = &run->options;
    char address[NET_TEXT_SIZE];
    snprintf(address, sizeof address, strchr(options->host, ':') ? "[%s]:%s" : "%s:%s", options->host, options->port);
    const char *why = net_parse(address, &run->server);
    if (why)
        wrong_use("no address: ", why);
    if (fd_raise_limit() < options->clients + 16)
        fatal(EX_OSERR, "the limit of open descriptors is too low for %lld clients", (long long)options->clients);
    run->count = (uint32_t)options->clients;
    run->observer = run->count - 1;
    run->laggards = run->count;
    run->clients = must(calloc(run->count, sizeof *run->clients));
    run->position = must(calloc(run->count, sizeof *run->position));
    run->input = must(malloc(CARRY_SIZE + INPUT_SIZE));
    run->before_text = strlen(options->door->say);
    run->line_length = run->before_text + (size_t)options->size + strlen(options->door->end);
    run->line = must(calloc(1, run->line_length + 1));
    snprintf(run->line, run->line_length + 1, "%s%*s%s", options->door->say, (int)options->size, "",
             options->door->end);
    run->began = clock_monotonic();
    poller_open(&run->poller, run->count);
}

static void run_free(struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->clients[i].stage != STAGE_AWAY)
            close(run->clients[i].fd);
        free(run->clients[i].carry);
        free(run->clients[i].output);
    }
    free(run->clients);
    free(run->position);
    free(run->input);
    free(run->line);
    free(run->log);
    poller_close(&run->poller);
}

int main(int argc, char **argv)
{
    static struct run run;
    log_open("load");
    run.options = parse_options(argc, argv);
    json = run.options.json;
    if (run.options.realtime)
        go_realtime();
    run_init(&run);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_end}, NULL);
    int status = 0;
    switch (run.options.mode) {
    case MODE_RATE:
    case MODE_SATURATE:
        status = run_load(&run);
        break;
    case MODE_REGISTER:
        status = run_register(&run);
        break;
    case MODE_JOIN:
        status = run_join(&run);
        break;
    }
    if (json)
        puts("}");
    run_free(&run);
    return status;
}
