/* Children and names for tests that need them: processes that are to die, memory that is to vanish.
 */
#ifndef FORKCHAT_T_UNIT_CHILD_H
#define FORKCHAT_T_UNIT_CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/port.h"
#include "ipc/region.h"

/* A name for shared memory that no other test has; t/10-unit.bats looks for what is left of them.
 */
static inline void child_name_region(char name[REGION_NAME_SIZE])
{
    static int number;
    snprintf(name, REGION_NAME_SIZE, "/forkchat-unit-%ld-%d", (long)getpid(), number++);
}

/* Zeroed memory that children share. MAP_ANONYMOUS is no part of our POSIX, hence the detour. */
static inline void *child_share(size_t size)
{
    char name[REGION_NAME_SIZE];
    child_name_region(name);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    shm_unlink(name);
    void *memory = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED) {
        perror("shared memory");
        exit(1);
    }
    return memory;
}

/* Runs `body` in a child, which exits with 0 when it returns. */
static inline pid_t child_start(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        port_die_with_parent(SIGKILL); /* a test that hangs leaves nobody behind */
        body();
        fflush(stdout);
        _exit(0);
    }
    return child;
}

static inline int child_wait(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static inline int child_run(void (*body)(void))
{
    return child_wait(child_start(body));
}

static inline void child_die(void)
{
    kill(getpid(), SIGKILL);
}

/* True if `body` ends in bug(): abort. What it says of itself on stderr is not shown. */
static inline bool child_aborts(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, STDERR_FILENO);
        body();
        _exit(0);
    }
    int status = child_wait(child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static inline bool child_was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

#endif
