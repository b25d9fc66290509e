/* The loop, and lines: on time whatever the server does (open loop), or as many as it delivers (closed loop). */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "run.h"

/* Closed loop: gathers news that long, to take work off the machine. */
#define NAP INT64_C(1000000)

static volatile sig_atomic_t ended;

static void on_end(int signal)
{
    (void)signal;
    ended = 1;
}

/* ---- sending ---- */

/* Closed loop: what the senders may send. */
static void send_credit(struct run *run)
{
    room_release_all(run);
    if (!run->sending)
        return;
    int64_t now = clock_monotonic();
    for (uint32_t i = 0; i < (uint32_t)run->options.senders; i++) {
        struct client *sender = &run->clients[i];
        bool waiting = sender->output_end > 0;
        for (; sender->credit > 0 && (!run->limit || run->sent < run->limit); sender->credit--)
            client_add_line(run, sender, now);
        client_push(run, sender, waiting);
    }
}

/* Open loop: lines at their times. */
static void send_due(struct run *run)
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

/* ---- the loop ---- */

/* One round: waits until `until` at the latest, reads and writes what it can, sends what is due. */
void pump(struct run *run, int64_t until)
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
        send_due(run);
    if (run_closed_loop(run) && run->named == run->count) {
        send_credit(run);
        struct timespec nap = {.tv_nsec = NAP};
        nanosleep(&nap, NULL);
    }
}

/* Until then, or until it is told to end (SIGTERM): then no more lines are sent, and what was is waited for and judged
 * as ever. */
static void pump_until(struct run *run, int64_t until)
{
    while (clock_monotonic() < until && !ended)
        pump(run, until);
}

/* Until the server has nothing more to say: nicks, arrivals, lists. */
void pump_until_quiet(struct run *run)
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

/* Waits until every line is at everybody else, or nothing has come for long. */
static void drain(struct run *run)
{
    uint64_t before = run->bytes;
    int64_t patience = clock_monotonic() + PATIENCE;
    while (run->deliveries < run->expected && clock_monotonic() < patience) {
        pump(run, patience);
        if (run->bytes != before)
            patience = clock_monotonic() + PATIENCE;
        before = run->bytes;
    }
    run->sending = false;
    for (int64_t until = clock_monotonic() + QUIET / 10;
         clock_monotonic() < until;) /* a line too many would come now */
        pump(run, until);
}

/* Closed loop: says so many lines more, and waits until all are delivered. */
void talk_say(struct run *run, uint64_t lines)
{
    run->sending = true;
    run->limit += lines;
    send_credit(run);
    drain(run);
}

/* ---- a run ---- */

/* Gives every sender the line that it says again and again. */
void talk_prepare(struct run *run)
{
    const struct door *door = run->options.door;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_end}, NULL);
    for (uint32_t i = 0; i < (uint32_t)run->options.senders; i++) {
        struct client *client = &run->clients[i];
        char line[1024], room[24];
        const char *target = room, *say = door->say;
        snprintf(room, sizeof room, "bench%u", client->room);
        if (run->options.pairs && door->tell) {
            target = run->clients[run->rooms[client->room].observer].nick;
            say = door->tell;
        }
        size_t size = (size_t)run->options.size;
        size_t before = door_fill(line, sizeof line, say, client->nick, target, size);
        size_t length = before + size + strlen(door->end), head = 0;
        client->line = must(malloc(FRAME_HEAD + length + 1));
        if (door->upgrade)
            head = frame_head(client->line, FRAME_TEXT, length);
        snprintf(client->line + head, length + 1, "%s%*s%s", line, (int)size, "", door->end);
        client->before_text = head + before;
        client->line_length = head + length;
        client->credit = (uint32_t)run->options.window;
    }
}

int run_talk(struct run *run)
{
    bool open_loop = run->options.mode == MODE_RATE;
    struct account from, to = {.at = 0};
    connect_everybody(run);
    join_everybody(run);
    pump_until_quiet(run);
    talk_prepare(run);

    run->sending = true;
    run->record_from = INT64_MAX;
    run->schedule_began = run->due = clock_monotonic();
    if (!open_loop)
        send_credit(run); /* nothing would ever come back to wait for */
    pump_until(run, run->due + run->options.warmup * SECOND);
    account_take(&run->options.server, &from);
    from.deliveries = run->deliveries;
    run->record_from = clock_monotonic(); /* reading /proc has held up the lines before */
    pump_until(run, run->record_from + run->options.seconds * SECOND);
    run->sending = false;
    /* At a rate every line counts, the last ones too; saturated, the window is what counts. */
    if (!open_loop) {
        account_take(&run->options.server, &to);
        to.deliveries = run->deliveries;
        run->record_from = INT64_MAX;
    }
    drain(run);
    if (open_loop) {
        account_take(&run->options.server, &to);
        to.deliveries = run->deliveries;
    }

    double seconds = (double)(to.at - from.at) / 1e9, units = (double)(to.deliveries - from.deliveries);
    uint32_t wrong = room_verify_all(run);
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
