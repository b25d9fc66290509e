/* Wakeups: nothing posted is lost, and nobody's death silences one. */
#include "ipc/wakeup.h"

#include "base/clock.h"
#include "check.h"
#include "child.h"

static struct {
    struct wakeup_shm wakeup, second;
    _Atomic uint64_t published;
    sem_t started;
} * shared;

static int64_t elapsed_ms(int64_t since)
{
    return (clock_monotonic() - since) / 1000000;
}

static void start(void)
{
    CHECK(wakeup_init(&shared->wakeup) == 0 && wakeup_init(&shared->second) == 0);
    CHECK(sem_init(&shared->started, 1, 0) == 0);
    atomic_store(&shared->published, 0);
}

static void silent(void)
{
    start();
    CHECK(!wakeup_wait(&shared->wakeup, 0));
    int64_t before = clock_monotonic();
    CHECK(!wakeup_wait(&shared->wakeup, 20));
    CHECK(elapsed_ms(before) >= 19);
}

static void rung_before(void)
{
    start();
    wakeup_post(&shared->wakeup);
    CHECK(wakeup_wait(&shared->wakeup, -1));
    CHECK(!wakeup_wait(&shared->wakeup, 0));
    wakeup_post(&shared->wakeup);
    CHECK(wakeup_wait(&shared->wakeup, 1000));
}

static void posts_once(void)
{
    start();
    for (int i = 0; i < 1000; i++)
        wakeup_post(&shared->wakeup);
    int value = -1;
    CHECK(sem_getvalue(&shared->wakeup.semaphore, &value) == 0 && value == 1);
    CHECK(wakeup_wait(&shared->wakeup, 0));
    CHECK(!wakeup_wait(&shared->wakeup, 0));
}

static void ring_soon(void)
{
    clock_sleep(20);
    wakeup_post(&shared->wakeup);
}

static void wakes(void)
{
    start();
    pid_t child = child_start(ring_soon);
    int64_t before = clock_monotonic();
    CHECK(wakeup_wait(&shared->wakeup, 20000));
    CHECK(elapsed_ms(before) < 15000);
    CHECK(child_wait(child) == 0);
}

static void interrupted(int signal)
{
    (void)signal;
}

static void signal_soon(void)
{
    pid_t parent = getppid();
    for (int i = 0; i < 1000 && getppid() == parent; i++) { /* the first may come before the wait */
        clock_sleep(10);
        kill(parent, SIGUSR1);
    }
}

static void signalled(void)
{
    start();
    struct sigaction action = {.sa_handler = interrupted};
    sigaction(SIGUSR1, &action, NULL);
    pid_t child = child_start(signal_soon);
    CHECK(!wakeup_wait(&shared->wakeup, -1));
    int64_t before = clock_monotonic();
    CHECK(!wakeup_wait(&shared->wakeup, 20000));
    CHECK(elapsed_ms(before) < 15000);
    kill(child, SIGKILL);
    CHECK(child_was_killed(child_wait(child)));
    signal(SIGUSR1, SIG_DFL);
}

static void ring_handler(int signal)
{
    (void)signal;
    wakeup_post(&shared->wakeup);
}

static void rung_by_handler(void)
{
    start();
    struct sigaction action = {.sa_handler = ring_handler};
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    CHECK(wakeup_wait(&shared->wakeup, 0));
    signal(SIGUSR1, SIG_DFL);
}

enum { TIMES = 100000 };

static void publish_all(void)
{
    for (int i = 1; i <= TIMES; i++) {
        atomic_store(&shared->published, (uint64_t)i);
        wakeup_post(&shared->wakeup);
        if (i % 64 == 0) /* wait for the other side now and then, so that it really sleeps */
            wakeup_wait(&shared->second, -1);
    }
}

static void nothing_lost(void)
{
    start();
    pid_t child = child_start(publish_all);
    uint64_t seen = 0;
    while (seen < TIMES) {
        if (!wakeup_wait(&shared->wakeup, 20000))
            break;
        uint64_t now = atomic_load(&shared->published);
        if (now / 64 > seen / 64)
            wakeup_post(&shared->second);
        seen = now;
    }
    CHECK(seen == TIMES);
    if (seen < TIMES)
        kill(child, SIGKILL);
    CHECK(child_wait(child) == 0);
}

static void poster_died(void)
{
    start();
    atomic_store(&shared->wakeup.posted, 1); /* it died between the flag and the post */
    wakeup_post(&shared->wakeup);
    CHECK(!wakeup_wait(&shared->wakeup, 0)); /* a wait with a bound ends, and mends it */
    wakeup_post(&shared->wakeup);
    CHECK(wakeup_wait(&shared->wakeup, 0));

    atomic_store(&shared->wakeup.posted, 1);
    wakeup_post_again(&shared->wakeup); /* one without a bound needs who hears of the death */
    CHECK(wakeup_wait(&shared->wakeup, -1));
    wakeup_post(&shared->wakeup);
    CHECK(wakeup_wait(&shared->wakeup, 0));
}

static void posts_again(void)
{
    start();
    wakeup_post(&shared->wakeup);
    wakeup_post_again(&shared->wakeup);
    CHECK(wakeup_wait(&shared->wakeup, 0));
    CHECK(wakeup_wait(&shared->wakeup, 0)); /* once too often, which does no harm */
    CHECK(!wakeup_wait(&shared->wakeup, 0));
    wakeup_post(&shared->wakeup);
    CHECK(wakeup_wait(&shared->wakeup, 0));
}

int main(void)
{
    shared = child_share(sizeof *shared);
    CASE("a wakeup that is not posted wakes nobody, and the wait ends when its time is up", silent);
    CASE("a ring before the wait is not lost", rung_before);
    CASE("posting a wakeup that is posted costs nothing and wakes once", posts_once);
    CASE("a ring wakes who waits", wakes);
    CASE("a signal ends the wait without a ring", signalled);
    CASE("a signal handler may ring", rung_by_handler);
    CASE("no wake-up is lost between two processes", nothing_lost);
    CASE("a poster that died in the middle does not silence the wakeup", poster_died);
    CASE("posting again posts whatever the wakeup says of itself", posts_again);
    CHECK_DONE();
}
