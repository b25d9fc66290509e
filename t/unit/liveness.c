/* Liveness: whose child a process is does not matter, nor how it ended. */
#include "ipc/liveness.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/fd.h"
#include "check.h"
#include "child.h"
#include "slots.h"

static struct liveness liveness;
static _Atomic int *step, *over;
static uint32_t slot;

static void live_until_told(void)
{
    *step = liveness_begin(&liveness, slot) ? -errno : 1;
    while (*step == 1)
        clock_sleep(1);
}

static pid_t somebody_lives(uint32_t where)
{
    slot = where;
    *step = 0;
    pid_t child = child_start(live_until_told);
    while (*step == 0)
        clock_sleep(1);
    return child;
}

static void start(void)
{
    slots_make(&liveness);
}

static void stop(void)
{
    liveness_close(&liveness);
}

static void nobody(void)
{
    start();
    for (uint32_t i = 0; i < 3 * LIVENESS_FILES; i++)
        CHECK(liveness_pid(&liveness, i) == 0);
    CHECK(liveness_pid(&liveness, UINT32_MAX) == 0);
    stop();
}

static void somebody(void)
{
    start();
    pid_t child = somebody_lives(7);
    CHECK(*step == 1);
    CHECK(liveness_pid(&liveness, 7) == child);
    CHECK(liveness_pid(&liveness, 7 + LIVENESS_FILES) == 0 && liveness_pid(&liveness, 8) == 0);
    CHECK(liveness_begin(&liveness, 7) == -1 && (errno == EAGAIN || errno == EACCES));
    CHECK(liveness_pid(&liveness, 7) == child); /* asking and trying change nothing */
    *step = 2;
    child_wait(child);
    CHECK(liveness_pid(&liveness, 7) == 0);
    stop();
}

static void killed(void)
{
    start();
    pid_t child = somebody_lives(1);
    kill(child, SIGKILL);
    siginfo_t death;
    waitid(P_PID, (id_t)child, &death, WEXITED | WNOWAIT);
    CHECK(liveness_pid(&liveness, 1) == 0); /* as soon as it is a zombie */
    child_wait(child);
    pid_t next = somebody_lives(1);
    CHECK(liveness_pid(&liveness, 1) == next);
    *step = 2;
    child_wait(next);
    stop();
}

static void fork_and_end(void)
{
    slot = 3;
    *step = liveness_begin(&liveness, slot) ? -errno : 1;
    if (fork() == 0)
        while (!*over)
            clock_sleep(1);
}

static void forked(void)
{
    start();
    *step = 0;
    pid_t child = child_start(fork_and_end);
    child_wait(child);
    CHECK(*step == 1);
    CHECK(liveness_pid(&liveness, 3) == 0); /* its own child goes on, with the same descriptors, and is somebody else */
    *over = 1;
    stop();
}

static int input[2];

static void live_and_execute(void)
{
    liveness_begin(&liveness, 5);
    for (int i = 0; i < LIVENESS_FILES; i++)
        fd_clear_cloexec(liveness.files[i]);
    dup2(input[0], STDIN_FILENO);
    close(input[1]);
    *step = 1;
    execlp("cat", "cat", (char *)NULL);
}

static void executed(void)
{
    start();
    CHECK(pipe(input) == 0);
    *step = 0;
    pid_t child = child_start(live_and_execute);
    while (*step == 0)
        clock_sleep(1);
    fd_set_cloexec(input[1]);
    CHECK(liveness_pid(&liveness, 5) == child);
    close(input[0]);
    CHECK(write(input[1], "#\n", 2) == 2); /* the program that was executed reads it, and still lives there */
    CHECK(liveness_pid(&liveness, 5) == child);
    close(input[1]);
    child_wait(child);
    CHECK(liveness_pid(&liveness, 5) == 0);
    stop();
}

static void unknown(void)
{
    struct liveness none;
    liveness_init(&none);
    CHECK(!liveness_is_open(&none));
    CHECK(liveness_pid(&none, 1) == LIVENESS_UNKNOWN);
    CHECK(liveness_begin(&none, 1) == -1);
}

static void named(void)
{
    char path[64];
    int directory = slots_directory(path);
    struct liveness made, found;
    CHECK(liveness_open(&found, directory) == -1 && errno == ENOENT && !liveness_is_open(&found));
    CHECK(liveness_make(&made, directory) == 0 && liveness_is_open(&made));
    CHECK(liveness_open(&found, directory) == 0);
    liveness = made;
    pid_t child = somebody_lives(9);
    CHECK(liveness_pid(&found, 9) == child);
    liveness_close(&found);
    CHECK(liveness_make(&found, directory) == 0); /* others, in which nobody lives yet */
    CHECK(liveness_pid(&found, 9) == 0 && liveness_pid(&made, 9) == child);
    *step = 2;
    child_wait(child);
    liveness_unlink(directory);
    liveness_close(&found);
    CHECK(liveness_open(&found, directory) == -1 && errno == ENOENT);
    liveness_close(&made);
    slots_remove(path, directory);
}

int main(void)
{
    step = child_share(sizeof *step);
    over = child_share(sizeof *over);
    CASE("where nobody ever lived, nobody does", nobody);
    CASE("whoever lives is known by the pid, until the end", somebody);
    CASE("whoever was killed is dead at once, and another may live there", killed);
    CASE("the fork of one who lives is somebody else", forked);
    CASE("a program that is executed lives on", executed);
    CASE("without the files everybody is taken for living", unknown);
    CASE("files are found by their names, and made anew in the place of others", named);
    CHECK_DONE();
}
