/* Sets the clocks of forkchat's processes, and of nobody else: loaded with LD_PRELOAD by t/lib/clock.bash. The file that
 * CLOCK_OFFSETS names holds two numbers of 20 characters: so many seconds the wall clock and the monotonic clock are
 * ahead of the system's. It may be rewritten at any time; a jump of the monotonic clock is what a process sees that had no
 * processor for so long.
 *
 * A wait until a time of the wall clock ends when that clock, as it is set meanwhile, shows the time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NUMBER 20

static const char *offsets;
static int (*real_gettime)(clockid_t, struct timespec *);

static long offset_of(clockid_t clock)
{
    char text[NUMBER + 1];
    if (!offsets || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC))
        return 0;
    memcpy(text, offsets + (clock == CLOCK_MONOTONIC ? NUMBER : 0), NUMBER);
    text[NUMBER] = '\0';
    return strtol(text, NULL, 10);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CLOCK_OFFSETS");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    real_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, 2 * NUMBER, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED)
        offsets = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!real_gettime)
        begin();
    int result = real_gettime(clock, now);
    now->tv_sec += offset_of(clock);
    return result;
}

static int is_past(const struct timespec *deadline)
{
    struct timespec now, pause = {.tv_nsec = 2000000};
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec > deadline->tv_sec || (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec))
        return 1;
    nanosleep(&pause, NULL);
    return 0;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
    do {
        if (sem_trywait(semaphore) == 0)
            return 0;
    } while (!is_past(deadline));
    errno = ETIMEDOUT;
    return -1;
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
    int error;
    do {
        error = pthread_mutex_trylock(mutex);
    } while (error == EBUSY && !is_past(deadline));
    return error == EBUSY ? ETIMEDOUT : error;
}
