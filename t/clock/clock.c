/* Sets the clocks of forkchat's processes, and of nobody else: loaded with LD_PRELOAD by t/lib/clock.bash. The file
 * that CLOCK_OFFSETS names holds two numbers of 20 characters: so many seconds the wall clock and the monotonic clock
 * are ahead of the system's. With a = in front the second is what the monotonic clock shows, and it stands still. The
 * file may be rewritten at any time; a jump of the monotonic clock is what a process sees that had no processor for so
 * long.
 *
 * A wait until a time of the wall clock ends when that clock, as it is set meanwhile, shows the time; but not with a C
 * library other than glibc, which is taken for musl: its sem_timedwait looks at the clock once and has the system wait
 * for the rest. One by the monotonic clock is as long as it is from now until then, whatever becomes of the clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NUMBER 20

static const char *offsets;
static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_semaphore)(sem_t *, clockid_t, const struct timespec *);
static int (*real_timed)(sem_t *, const struct timespec *);

/* Changes what the clock shows to what it is to show. */
static void set(clockid_t clock, struct timespec *now)
{
    char text[NUMBER + 1];
    if (!offsets || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC))
        return;
    memcpy(text, offsets + (clock == CLOCK_MONOTONIC ? NUMBER : 0), NUMBER);
    text[NUMBER] = '\0';
    if (*text == '=')
        *now = (struct timespec){.tv_sec = strtol(text + 1, NULL, 10)};
    else
        now->tv_sec += strtol(text, NULL, 10);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CLOCK_OFFSETS");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    *(void **)&real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    *(void **)&real_semaphore = dlsym(RTLD_NEXT, "sem_clockwait");
    *(void **)&real_timed = dlsym(RTLD_NEXT, "sem_timedwait");
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
    set(clock, now);
    return result;
}

/* The same span from now on, by the system's clock. */
static struct timespec real_deadline(clockid_t clock, const struct timespec *deadline)
{
    struct timespec shown, real;
    clock_gettime(clock, &shown);
    real_gettime(clock, &real);
    long long span = (deadline->tv_sec - shown.tv_sec) * 1000000000LL + deadline->tv_nsec - shown.tv_nsec;
    long long end = real.tv_sec * 1000000000LL + real.tv_nsec + span;
    return (struct timespec){.tv_sec = end / 1000000000, .tv_nsec = end % 1000000000};
}

#ifdef __GLIBC__

static int is_past(const struct timespec *deadline)
{
    struct timespec now, pause = {.tv_nsec = 2000000};
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec > deadline->tv_sec || (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec))
        return 1;
    nanosleep(&pause, NULL);
    return 0;
}

static int wait_by_wall_clock(sem_t *semaphore, const struct timespec *deadline)
{
    do {
        if (sem_trywait(semaphore) == 0)
            return 0;
    } while (!is_past(deadline));
    errno = ETIMEDOUT;
    return -1;
}

#else

static int wait_by_wall_clock(sem_t *semaphore, const struct timespec *deadline)
{
    struct timespec real = real_deadline(CLOCK_REALTIME, deadline);
    return real_timed(semaphore, &real);
}

#endif

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
    return wait_by_wall_clock(semaphore, deadline);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline)
{
    struct timespec real = real_deadline(clock, deadline);
    return real_semaphore(semaphore, clock, &real);
}
