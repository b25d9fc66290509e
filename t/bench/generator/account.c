/* What a server has used: account.h. A tree of processes is searched anew each time, so a process that dies between two
 * accounts is not lost: its time has moved to its parent's account of reaped children. */
#include "account.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "run.h"

struct process {
    long pid;
    long parent;
    long threads;
    int64_t ticks;  /* its own */
    int64_t reaped; /* of its ended children */
    int64_t faults, reaped_faults;
    bool counted;
};

/* Reads a small file of /proc as text. */
static bool read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, size - 1);
    close(fd);
    if (length <= 0)
        return false;
    text[length] = 0;
    return true;
}

/* The number behind `word` at the start of a line, or -1. */
static int64_t number_after(const char *text, const char *word)
{
    for (const char *at = text; (at = strstr(at, word)); at++)
        if (at == text || at[-1] == '\n')
            return strtoll(at + strlen(word), NULL, 10);
    return -1;
}

/* proc_pid_stat(5): fields 4 ppid, 10 minflt, 11 cminflt, 14 utime, 15 stime, 16 cutime, 17 cstime, 20 num_threads.
 * The second is the name in parentheses, which may contain anything. */
static bool process_read(long pid, struct process *process)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!read_text(path, text, sizeof text))
        return false;
    const char *after = strrchr(text, ')');
    long parent, faults, reaped_faults, own[2], reaped[2], threads;
    if (!after || sscanf(after + 1, " %*c %ld %*d %*d %*d %*d %*u %ld %ld %*u %*u %ld %ld %ld %ld %*d %*d %ld", &parent,
                         &faults, &reaped_faults, &own[0], &own[1], &reaped[0], &reaped[1], &threads) != 8)
        return false;
    *process = (struct process){.pid = pid,
                                .parent = parent,
                                .threads = threads,
                                .ticks = own[0] + own[1],
                                .reaped = reaped[0] + reaped[1],
                                .faults = faults,
                                .reaped_faults = reaped_faults};
    return true;
}

long *server_threads(long pid, size_t *count)
{
    char path[64];
    long *threads = NULL;
    *count = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks));) {
        if (*task->d_name == '.')
            continue;
        threads = must(realloc(threads, (*count + 1) * sizeof *threads));
        threads[(*count)++] = atol(task->d_name);
    }
    if (tasks)
        closedir(tasks);
    return threads;
}

/* Nanoseconds of one process: schedstat of every thread where the kernel keeps it, else ticks. */
static int64_t process_cpu(const struct process *process, int64_t tick)
{
    char path[64], text[128];
    int64_t sum = 0;
    long long one;
    snprintf(path, sizeof path, "/proc/%ld/schedstat", process->pid);
    if (process->threads == 1) {
        if (read_text(path, text, sizeof text) && sscanf(text, "%lld", &one) == 1)
            sum = one;
    } else {
        size_t count;
        long *threads = server_threads(process->pid, &count);
        for (size_t i = 0; i < count; i++) {
            snprintf(path, sizeof path, "/proc/%ld/task/%ld/schedstat", process->pid, threads[i]);
            if (read_text(path, text, sizeof text) && sscanf(text, "%lld", &one) == 1)
                sum += one;
        }
        free(threads);
    }
    /* A kernel without the figure says 0; a process never takes less than its whole ticks. */
    return sum > process->ticks * tick ? sum : process->ticks * tick;
}

/* All processes, those of the server marked as counted. */
static struct process *processes_read(const struct server_pids *server, size_t *count)
{
    struct process *all = NULL, one;
    size_t used = 0, size = 0;
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        long pid = atol(entry->d_name);
        if (pid <= 0 || !process_read(pid, &one))
            continue;
        if (used == size) {
            size = size ? size * 2 : 256;
            all = must(realloc(all, size * sizeof *all));
        }
        for (size_t i = 0; i < server->count; i++)
            one.counted |= server->pids[i] == pid;
        all[used++] = one;
    }
    if (folder)
        closedir(folder);
    for (bool found = server->tree; found;) { /* once for each generation of the tree */
        found = false;
        for (size_t i = 0; i < used; i++)
            for (size_t p = 0; !all[i].counted && p < used; p++)
                if (all[p].pid == all[i].parent && all[p].counted)
                    found = all[i].counted = true;
    }
    *count = used;
    return all;
}

long *server_find(const struct server_pids *server, size_t *count)
{
    size_t used;
    struct process *all = processes_read(server, &used);
    long *pids = must(malloc((used + 1) * sizeof *pids));
    *count = 0;
    for (size_t i = 0; i < used; i++)
        if (all[i].counted)
            pids[(*count)++] = all[i].pid;
    free(all);
    return pids;
}

void account_take(const struct server_pids *server, struct account *account)
{
    int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
    struct process self = {.pid = 0};
    size_t used = 0;
    struct process *all = server->count ? processes_read(server, &used) : NULL;
    *account = (struct account){.cpu = -1, .faults = -1, .switches = -1, .calls = -1, .own_cpu = -1};
    for (size_t i = 0; i < used; i++)
        if (all[i].counted) {
            account->cpu += (account->cpu < 0) + process_cpu(&all[i], tick) + all[i].reaped * tick;
            account->faults += (account->faults < 0) + all[i].faults + all[i].reaped_faults;
        }
    free(all);
    if (process_read((long)getpid(), &self))
        account->own_cpu = process_cpu(&self, tick);
    account->at = clock_monotonic();
}

static int64_t thread_switches(long pid, long thread)
{
    char path[80], text[4096];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/status", pid, thread);
    if (!read_text(path, text, sizeof text))
        return 0;
    int64_t wanted = number_after(text, "voluntary_ctxt_switches:"),
            forced = number_after(text, "nonvoluntary_ctxt_switches:");
    return (wanted > 0 ? wanted : 0) + (forced > 0 ? forced : 0);
}

void account_take_all(const struct server_pids *server, struct account *account)
{
    size_t count, threads;
    account_take(server, account);
    account->calls = calls_read();
    if (account->cpu < 0)
        return;
    long *pids = server_find(server, &count);
    account->switches = 0;
    for (size_t i = 0; i < count; i++) {
        long *ids = server_threads(pids[i], &threads);
        for (size_t t = 0; t < threads; t++)
            account->switches += thread_switches(pids[i], ids[t]);
        free(ids);
    }
    free(pids);
}

bool memory_take(const struct server_pids *server, struct memory *memory)
{
    char path[64], text[8192];
    size_t count, known = 0;
    *memory = (struct memory){.private = 0};
    long *pids = server_find(server, &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pids[i]);
        if (!read_text(path, text, sizeof text))
            continue;
        known++;
        memory->private += (double)(number_after(text, "Private_Clean:") + number_after(text, "Private_Dirty:"));
        memory->resident += (double)number_after(text, "Pss:");
        snprintf(path, sizeof path, "/proc/%ld/status", pids[i]);
        if (read_text(path, text, sizeof text))
            memory->tables += (double)number_after(text, "VmPTE:");
    }
    free(pids);
    if (!known || !read_text("/proc/meminfo", text, sizeof text))
        return false;
    memory->slab = (double)number_after(text, "Slab:");
    memory->stacks = (double)number_after(text, "KernelStack:");
    memory->available = (double)number_after(text, "MemAvailable:");
    return true;
}
