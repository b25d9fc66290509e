/* The load generator of `make bench`: one process, thousands of clients of one server.
 *
 * What it holds the server to. Every load line carries its sender, its number and the time it was due. In each room one
 * client that only listens, the observer, writes down the order in which lines reach it; every other client keeps a
 * hash of what reaches it, in order. At the end the observer's log must hold each of the room's senders' lines 0, 1, 2
 * … without a gap, to the last one sent; every listener's hash must be the observer's; and every sender's hash must be
 * that of the log without its own lines. So nothing was lost, nothing came twice, nothing came from another room, and
 * all saw one order, at the price of one multiplication for a delivery.
 *
 * Open loop (--rate): lines are due at fixed times, whatever the server does, and latency counts from when a line was
 * due: a server that stalls cannot hide it by slowing its load down. Closed loop (--saturate W): a sender has at most W
 * lines on the way that the slowest of all clients in its room has not got. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "generator/run.h"

void *must(void *memory)
{
    if (!memory)
        fatal(EX_OSERR, "no memory");
    return memory;
}

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
        fatal(EX_USAGE, "no address: %s", why);
    if (fd_raise_limit() < options->clients + 16)
        fatal(EX_OSERR, "the limit of open descriptors is too low for %lld clients", (long long)options->clients);
    run->count = (uint32_t)options->clients;
    run->room_count = (uint32_t)options->rooms;
    run->clients = must(calloc(run->count, sizeof *run->clients));
    run->input = must(malloc(CARRY_SIZE + INPUT_SIZE));
    run->began = clock_monotonic();
    room_open_all(run);
    poller_open(&run->poller, run->count);
}

static void run_free(struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->clients[i].stage != STAGE_AWAY)
            close(run->clients[i].fd);
        free(run->clients[i].carry);
        free(run->clients[i].output);
        free(run->clients[i].line);
    }
    for (uint32_t i = 0; i < run->room_count; i++)
        free(run->rooms[i].log);
    free(run->clients);
    free(run->rooms);
    free(run->input);
    poller_close(&run->poller);
}

int main(int argc, char **argv)
{
    static struct run run;
    log_open("load");
    run.options = options_parse(argc, argv);
    report_begin(run.options.json);
    if (run.options.realtime)
        go_realtime();
    run_init(&run);
    int status = 0;
    switch (run.options.mode) {
    case MODE_RATE:
    case MODE_SATURATE:
        status = run_talk(&run);
        break;
    case MODE_REGISTER:
        status = run_register(&run);
        break;
    case MODE_JOIN:
        status = run_join(&run);
        break;
    case MODE_IDLE:
        status = run_idle(&run);
        break;
    case MODE_COUNTS:
        status = run_counts(&run);
        break;
    }
    report_end();
    run_free(&run);
    return status;
}
