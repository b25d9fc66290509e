/* The processor time of a server, as the kernel accounts for it: all its processes and threads, and
 * what ended children have used. Reads /proc; where there is none the answer is -1.
 *
 * A tree is searched anew at each call, so a process that dies between two calls is not lost: its
 * time has moved to its parent's account of reaped children. */
#ifndef FORKCHAT_T_BENCH_CPUTIME_H
#define FORKCHAT_T_BENCH_CPUTIME_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cputime_process {
    long pid;
    long parent;
    long threads;
    int64_t ticks;  /* its own */
    int64_t reaped; /* of its ended children */
    bool counted;
};

/* Reads a small file of /proc as text. */
static inline bool cputime_read(const char *path, char *text, size_t size)
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

/* proc_pid_stat(5): fields 4 ppid, 14 utime, 15 stime, 16 cutime, 17 cstime, 20 num_threads. The
 * second is the name in parentheses, which may contain anything. */
static inline bool cputime_stat(long pid, struct cputime_process *process)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!cputime_read(path, text, sizeof text))
        return false;
    const char *after = strrchr(text, ')');
    long parent, own[2], reaped[2], threads;
    if (!after || sscanf(after + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %ld %ld %*d %*d %ld", &parent,
                         &own[0], &own[1], &reaped[0], &reaped[1], &threads) != 6)
        return false;
    *process = (struct cputime_process){
        .pid = pid, .parent = parent, .threads = threads, .ticks = own[0] + own[1], .reaped = reaped[0] + reaped[1]};
    return true;
}

/* Nanoseconds of one process: schedstat of every thread where the kernel keeps it, else ticks. */
static inline int64_t cputime_own(const struct cputime_process *process, int64_t tick)
{
    char path[64], text[128];
    int64_t sum = 0;
    long long one;
    snprintf(path, sizeof path, "/proc/%ld/schedstat", process->pid);
    if (process->threads == 1) {
        if (cputime_read(path, text, sizeof text) && sscanf(text, "%lld", &one) == 1)
            sum = one;
    } else {
        snprintf(path, sizeof path, "/proc/%ld/task", process->pid);
        DIR *tasks = opendir(path);
        for (struct dirent *task; tasks && (task = readdir(tasks));) {
            snprintf(path, sizeof path, "/proc/%ld/task/%ld/schedstat", process->pid, atol(task->d_name));
            if (cputime_read(path, text, sizeof text) && sscanf(text, "%lld", &one) == 1)
                sum += one;
        }
        if (tasks)
            closedir(tasks);
    }
    /* A kernel without the figure says 0; a process never takes less than its whole ticks. */
    return sum > process->ticks * tick ? sum : process->ticks * tick;
}

/* Nanoseconds that the processes `roots` (and, with `tree`, all their descendants) have used. */
static inline int64_t cputime_of(const long *roots, size_t count, bool tree)
{
    int64_t tick = 1000000000 / sysconf(_SC_CLK_TCK), sum = 0;
    struct cputime_process *all = NULL, one;
    size_t used = 0, size = 0;
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        long pid = atol(entry->d_name);
        if (pid <= 0 || !cputime_stat(pid, &one))
            continue;
        if (used == size) {
            size = size ? size * 2 : 256;
            struct cputime_process *larger = realloc(all, size * sizeof *all);
            if (!larger)
                abort();
            all = larger;
        }
        for (size_t i = 0; i < count; i++)
            one.counted |= roots[i] == pid;
        all[used++] = one;
    }
    if (folder)
        closedir(folder);
    for (bool found = tree; found;) { /* once for each generation of the tree */
        found = false;
        for (size_t i = 0; i < used; i++)
            for (size_t p = 0; !all[i].counted && p < used; p++)
                if (all[p].pid == all[i].parent && all[p].counted)
                    found = all[i].counted = true;
    }
    bool any = false;
    for (size_t i = 0; i < used; i++)
        if (all[i].counted) {
            sum += cputime_own(&all[i], tick) + all[i].reaped * tick;
            any = true;
        }
    free(all);
    return any ? sum : -1;
}

#endif
