/* Makes forkchat's processes dawdle, each in its own manner: loaded with LD_PRELOAD by `make dawdle`, which runs the
 * tests so. What a test or a program takes for granted about who is first then comes out differently sooner or later.
 *
 * When it is born, a process is given how long it may dawdle and how often: one is always prompt, another takes a
 * quarter of a second for every line. It does so where a busy machine might have taken the processor from it: before a
 * worker or a program reads, when a courier or a worker wakes up, before an accept, on both sides of a fork. Only so
 * many times, so that what takes many calls still comes to an end. Nothing here can be repeated: it depends on pids and
 * on the clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMES 150

/* Microseconds at most, and in how many of a hundred cases. */
static const struct manner {
    long most;
    unsigned often;
} manners[] = {{0, 0}, {0, 0}, {5000, 100}, {50000, 100}, {250000, 30}, {250000, 100}};

static bool is_ours;
static struct manner manner;
static uint64_t state;
static int left;

/* Marsaglia's xorshift64. */
static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void be_born(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    state = ((uint64_t)now.tv_nsec << 32 | (uint64_t)getpid()) + 1;
    for (int i = 0; i < 8; i++)
        draw();
    manner = manners[draw() % (sizeof manners / sizeof manners[0])];
    left = TIMES;
}

__attribute__((constructor)) static void begin(void)
{
    is_ours = strncmp(program_invocation_short_name, "forkchat", 8) == 0;
    if (is_ours)
        be_born();
}

/* `part`: so much less than what is dawdled over a line, because others wait as well. */
static void dawdle(long part)
{
    if (!is_ours || manner.most == 0 || left <= 0 || draw() % 100 >= manner.often)
        return;
    left--;
    long most = manner.most / part, microseconds = most / 2 + (long)(draw() % (uint64_t)most);
    struct timespec span = {microseconds / 1000000, microseconds % 1000000 * 1000};
    int error = errno;
    nanosleep(&span, NULL);
    errno = error;
}

static void find(void **function, const char *name)
{
    if (!*function)
        *function = dlsym(RTLD_NEXT, name);
}

/* What the C library has under that name. */
#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    find((void **)&real, #name)

pid_t fork(void)
{
    REAL(fork);
    pid_t pid = real();
    if (pid == 0 && is_ours) {
        be_born();
        dawdle(1);
    } else if (pid > 0) {
        dawdle(8);
    }
    return pid;
}

ssize_t recv(int socket, void *bytes, size_t size, int flags)
{
    REAL(recv);
    if (!(flags & MSG_PEEK))
        dawdle(1);
    return real(socket, bytes, size, flags);
}

ssize_t read(int file, void *bytes, size_t size)
{
    REAL(read);
    dawdle(4);
    return real(file, bytes, size);
}

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags)
{
    REAL(accept4);
    dawdle(8);
    return real(listener, address, length, flags);
}

int sem_wait(sem_t *semaphore)
{
    REAL(sem_wait);
    int result = real(semaphore);
    dawdle(12);
    return result;
}

#if defined __GLIBC__ && __GLIBC_PREREQ(2, 30)
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline)
{
    REAL(sem_clockwait);
    int result = real(semaphore, clock, deadline);
    dawdle(12);
    return result;
}
#endif

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
    REAL(sem_timedwait);
    int result = real(semaphore, deadline);
    dawdle(12);
    return result;
}
