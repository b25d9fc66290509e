/* System calls of a server, counted by the kernel where it lets us (perf_event_open(2), with the privilege of a
 * tracer): nothing is slowed down or stopped, as strace would. */
#define _GNU_SOURCE /* syscall(2) */
#include "account.h"

#if defined __linux__ && defined __has_include
#if __has_include(<linux/perf_event.h>)
#define CALLS_COUNTED
#endif
#endif

#ifdef CALLS_COUNTED

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run.h"

static int *counters;
static size_t counter_count;

/* What the kernel calls the place where system calls begin; 0 if it does not tell. */
static uint64_t tracepoint(void)
{
    static const char *const places[] = {"/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
                                         "/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id"};
    unsigned long long id = 0;
    for (size_t i = 0; id == 0 && i < sizeof places / sizeof *places; i++) {
        FILE *file = fopen(places[i], "r");
        if (!file)
            continue;
        if (fscanf(file, "%llu", &id) != 1)
            id = 0;
        fclose(file);
    }
    return id;
}

static bool count_thread(uint64_t id, long thread)
{
    struct perf_event_attr wanted = {
        .type = PERF_TYPE_TRACEPOINT, .size = sizeof wanted, .config = id, .inherit = 1, .sample_period = 0};
    int fd = (int)syscall(SYS_perf_event_open, &wanted, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return false;
    counters = must(realloc(counters, (counter_count + 1) * sizeof *counters));
    counters[counter_count++] = fd;
    return true;
}

bool calls_open(const struct server_pids *server)
{
    uint64_t id = tracepoint();
    size_t count = 0, threads;
    long *pids = id ? server_find(server, &count) : NULL;
    bool all = count > 0;
    for (size_t i = 0; i < count; i++) {
        long *ids = server_threads(pids[i], &threads);
        for (size_t t = 0; t < threads; t++)
            all &= count_thread(id, ids[t]);
        free(ids);
    }
    free(pids);
    if (!all) { /* of some only would be a wrong figure */
        while (counter_count > 0)
            close(counters[--counter_count]);
        free(counters);
        counters = NULL;
    }
    return all;
}

int64_t calls_read(void)
{
    int64_t sum = 0;
    uint64_t value;
    if (counter_count == 0)
        return -1;
    for (size_t i = 0; i < counter_count; i++) {
        if (read(counters[i], &value, sizeof value) != (ssize_t)sizeof value)
            return -1;
        sum += (int64_t)value;
    }
    return sum;
}

#else

bool calls_open(const struct server_pids *server)
{
    (void)server;
    return false;
}

int64_t calls_read(void)
{
    return -1;
}

#endif
