/* What a server has used, as the kernel accounts for it: all its processes and threads, and what its ended children
 * had used. Read from /proc; where there is none, figures are -1. */
#ifndef FORKCHAT_T_BENCH_ACCOUNT_H
#define FORKCHAT_T_BENCH_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_PIDS 64

struct server_pids {
    long pids[SERVER_PIDS];
    size_t count;
    bool tree; /* with their descendants, as they are at that moment */
};

/* Used until one moment. */
struct account {
    int64_t at;       /* clock_monotonic() */
    int64_t own_cpu;  /* nanoseconds of the generator itself */
    int64_t cpu;      /* nanoseconds; with those of ended children that their parent has reaped */
    int64_t faults;   /* page faults that needed no disk, theirs as well */
    int64_t switches; /* context switches of those who live */
    int64_t calls;    /* system calls since calls_open() */
    uint64_t deliveries;
};

/* Held at one moment, in kilobytes. */
struct memory {
    double private;                 /* pages that one process has for itself */
    double resident;                /* all pages that any of them has, each counted once */
    double tables;                  /* page tables */
    double slab, stacks, available; /* the kernel's, of the whole machine */
};

void account_take(const struct server_pids *server, struct account *account);

/* The same with what takes longer to find out: switches and calls. */
void account_take_all(const struct server_pids *server, struct account *account);

/* False if there is no such account here. */
bool memory_take(const struct server_pids *server, struct memory *memory);

/* The processes that are meant, in memory of their own; NULL and 0 if there are none. */
long *server_find(const struct server_pids *server, size_t *count);

/* The thread ids of one process, in memory of their own. */
long *server_threads(long pid, size_t *count);

/* Counts system calls from now on, also of processes that are started later. False if this kernel does not let us. */
bool calls_open(const struct server_pids *server);
int64_t calls_read(void);

#endif
