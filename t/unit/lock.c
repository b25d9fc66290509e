/* The lock as a sign of life: whose child a process is does not matter, nor how it ended. The rest of the lock is in
 * t/unit/shared.c. */
#include "ipc/lock.h"

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

int main(void)
{
    lock = child_share(lock_size());
    step = child_share(sizeof *step);
    CASE("where nobody ever lived, nobody does", nobody);
    CASE("who lives is known until they end", somebody);
    CASE("who was killed is dead at once, and another may live there", killed);
    CASE("a damaged lock is taken for a living one", damaged);
    CHECK_DONE();
}
