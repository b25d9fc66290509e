/* The lock as a sign of life: whose child a process is does not matter, nor how it ended; and one who is stopped while
 * it waits for the lock. The rest of the lock is in t/unit/txn.c. */
#define _GNU_SOURCE /* one processor for all, who runs only when nobody else does: where the system has that */
#include "ipc/lock.h"

#include <sched.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "child.h"

static struct lock_shm *lock;
static _Atomic int *step;

static void start(void)
{
    memset(lock, 0, lock_size());
    CHECK(lock_init(lock) == 0);
    *step = 0;
}

static void live_until_told(void)
{
    *step = lock_live(lock) ? 1 : -1;
    while (*step == 1)
        clock_sleep(1);
}

static pid_t somebody_lives(void)
{
    pid_t child = child_start(live_until_told);
    while (*step == 0)
        clock_sleep(1);
    CHECK(*step == 1);
    return child;
}

static void nobody(void)
{
    start();
    CHECK(lock_dead(lock));
    CHECK(lock_owner(lock) == 0);
    CHECK(lock_dead(lock)); /* asking changes nothing */
}

static void somebody(void)
{
    start();
    pid_t child = somebody_lives();
    CHECK(!lock_dead(lock));
    CHECK(!lock_live(lock)); /* there is no room for another */
    CHECK(lock_owner(lock) == child);
    *step = 2;
    waitpid(child, NULL, 0);
    CHECK(lock_dead(lock));
    CHECK(lock_owner(lock) == child); /* who it was is still known */
}

static void killed(void)
{
    start();
    pid_t child = somebody_lives();
    kill(child, SIGKILL);
    siginfo_t death;
    waitid(P_PID, (id_t)child, &death, WEXITED | WNOWAIT);
    CHECK(lock_dead(lock)); /* as soon as it is a zombie */
    waitpid(child, NULL, 0);
    *step = 0;
    pid_t next = somebody_lives();
    CHECK(!lock_dead(lock) && lock_owner(lock) == next);
    *step = 2;
    waitpid(next, NULL, 0);
}

static void damaged(void)
{
    start();
    memset(lock, 0xA5, lock_size());
    CHECK(!lock_dead(lock)); /* it tells nothing, and harms nobody */
}

static void wait_for_lock(void)
{
#ifdef SCHED_IDLE
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_IDLE, &none); /* does not run the moment it is woken */
#endif
    (*step)++;
    lock_take(lock);
    lock_release(lock);
    *step = 100;
}

static void stopped(void)
{
#ifdef CPU_SET
    cpu_set_t before, first;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&first);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&first) == 0; i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &first);
    sched_setaffinity(0, sizeof first, &first);
#endif
    for (int round = 0; round < 5; round++) {
        start();
        lock_take(lock);
        pid_t children[2];
        for (int i = 0; i < 2; i++) {
            children[i] = child_start(wait_for_lock);
            while (*step <= i)
                clock_sleep(1);
            clock_sleep(5); /* it sleeps in the lock by now; if not, this round proves nothing */
        }
        lock_release(lock);
        kill(children[0], SIGSTOP);
        while (*step != 100) /* the alarm of the case ends who waits for ever */
            clock_sleep(1);
        kill(children[0], SIGCONT);
        waitpid(children[0], NULL, 0);
        waitpid(children[1], NULL, 0);
    }
#ifdef CPU_SET
    sched_setaffinity(0, sizeof before, &before);
#endif
}

int main(void)
{
    lock = child_share(lock_size());
    step = child_share(sizeof *step);
    CASE("where nobody ever lived, nobody does", nobody);
    CASE("who lives is known until they end", somebody);
    CASE("who was killed is dead at once, and another may live there", killed);
    CASE("who is stopped as it is given the lock holds up nobody", stopped);
    CASE("a damaged lock is taken for a living one", damaged);
    CHECK_DONE();
}
