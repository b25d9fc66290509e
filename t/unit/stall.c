/* Stalls: who is starved of processor time is innocent, who sleeps, is stopped or computes is not. */
#include "base/stall.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/port.h"
#include "check.h"
#include "child.h"

static int64_t had(const struct stall *stall)
{
    return stall->computed + stall->idled;
}

static void starved(void)
{
    struct stall stall = {0};
    stall_add(&stall, 5 * SECOND, 3 * SECOND, true);
    CHECK(had(&stall) == 0);
    for (int64_t i = 1; i <= 100; i++)
        stall_add(&stall, (5 + i) * SECOND, 3 * SECOND + i * MS, true);
    CHECK(stall.computed == 100 * MS);
    CHECK(stall.idled == 0);
}

static void sleeps(void)
{
    struct stall stall = {0};
    for (int64_t i = 1; i <= 11; i++)
        stall_add(&stall, i * SECOND, 0, false);
    CHECK(stall.idled == 10 * SECOND);
    CHECK(stall.computed == 0);
}

static void computes(void)
{
    struct stall stall = {0};
    for (int64_t i = 1; i <= 11; i++)
        stall_add(&stall, i * SECOND, i * SECOND, true);
    CHECK(stall.computed == 10 * SECOND);
    stall_add(&stall, 12 * SECOND, 11 * SECOND + SECOND / 2, false); /* part of the time */
    CHECK(had(&stall) == 11 * SECOND);
}

static void late_look(void)
{
    struct stall stall = {0};
    stall_add(&stall, SECOND, 0, false);
    stall_add(&stall, 3600 * SECOND, 0, false);
    CHECK(had(&stall) == STALL_STEP_MOST);
}

static void never_less(void)
{
    struct stall stall = {0};
    stall_add(&stall, SECOND, 5 * SECOND, false);
    stall_add(&stall, 2 * SECOND, 0, false); /* it is gone: the system tells nothing */
    CHECK(had(&stall) == SECOND);
    stall_add(&stall, 2 * SECOND, 0, true);
    CHECK(had(&stall) == SECOND);
}

static bool comes_to(pid_t pid, bool ready)
{
    for (int i = 0; i < 4000; i++) {
        if (port_process_is_ready(pid) == ready)
            return true;
        clock_sleep(10);
    }
    return false;
}

static void states(void)
{
    if (!port_process_is_ready(getpid()))
        return; /* this system does not tell */
    pid_t pid = fork();
    if (pid == 0)
        for (volatile int i = 0;; i++)
            ;
    CHECK(comes_to(pid, true));
    kill(pid, SIGSTOP);
    CHECK(comes_to(pid, false));
    kill(pid, SIGCONT);
    CHECK(comes_to(pid, true));
    kill(pid, SIGKILL);
    CHECK(comes_to(pid, false)); /* a zombie */
    waitpid(pid, NULL, 0);
    CHECK(!port_process_is_ready(pid));
}

static void looks(void)
{
    struct stall stall = {0};
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    comes_to(pid, false);
    CHECK(stall_measure(&stall, pid) == 0);
    while (stall_measure(&stall, pid) < 100 * MS)
        clock_sleep(30);
    CHECK(stall.idled >= 90 * MS);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    CASE("one that waits for a processor is charged with what it computed alone", starved);
    CASE("one that sleeps or is stopped is charged with the time on the clock", sleeps);
    CASE("one that computes is charged with that, once", computes);
    CASE("whoever looks late charges one look", late_look);
    CASE("nothing is ever taken back", never_less);
    CASE("the system tells who waits for a processor", states);
    CASE("a sleeping process uses its stall up", looks);
    CHECK_DONE();
}
