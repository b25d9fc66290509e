/* The lock in every state its word can have, whoever wrote it; and with processes that wait, stop and die. What is done
 * under it is in t/unit/txn.c; contrib/model/lock.pml has every order of steps. */
#define _GNU_SOURCE /* one processor for all, who runs only when nobody else does: where the system has that */
#include "ipc/lock.c"

#include <sched.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "check.h"
#include "child.h"
#include "ipc/liveness.h"
#include "slots.h"

static struct lock_shm *shm;
static struct lock lock;
static struct liveness liveness;
static _Atomic int *step;

#define ME 5

static uint64_t word(uint32_t turn, uint64_t contended, uint32_t owner)
{
    return (uint64_t)turn << TURN_SHIFT | contended | owner;
}

static uint64_t now(void)
{
    return atomic_load(&shm->word);
}

static int posts(void)
{
    int count = 0;
    while (sem_trywait(&shm->queue) == 0)
        count++;
    return count;
}

/* The verdict of the cases without processes. */
static uint32_t dead, asked, last_asked, dead_after;
static bool judge(const void *context, uint32_t slot)
{
    CHECK(context == &dead);
    last_asked = slot;
    return ++asked > dead_after && slot == dead;
}

static void start(uint64_t with)
{
    memset(shm, 0, lock_size());
    CHECK(lock_init(shm) == 0);
    atomic_store(&shm->word, with);
    lock = (struct lock){.shm = shm, .slot = ME, .is_dead = judge, .context = &dead};
    dead = asked = last_asked = dead_after = 0;
}

static void free_lock(void)
{
    uint32_t turn;
    start(0);
    CHECK(lock_owner(&lock, &turn) == LOCK_NOBODY && turn == 0);
    CHECK(lock_take(&lock) == LOCK_OK && now() == word(1, 0, ME));
    CHECK(lock_owner(&lock, &turn) == ME && turn == 1);
    lock_release(&lock);
    CHECK(now() == word(1, 0, LOCK_NOBODY) && posts() == 0);
    CHECK(lock_try(&lock) == LOCK_OK && now() == word(2, 0, ME));
    lock_release(&lock);
    CHECK(asked == 0);
}

static void last_turn(void)
{
    start(word(TURN_MASK, 0, LOCK_NOBODY));
    CHECK(lock_take(&lock) == LOCK_OK && now() == word(0, 0, ME));
    lock_release(&lock);
    CHECK(now() == 0);
}

static void living(void)
{
    start(word(9, 0, 7));
    CHECK(lock_try(&lock) == LOCK_BUSY);
    CHECK(now() == word(9, 0, 7) && asked == 1 && last_asked == 7);
}

static void dead_owner(void)
{
    start(word(9, 0, 7));
    dead = 7;
    CHECK(lock_try(&lock) == LOCK_DIED && now() == word(10, 0, ME));
    lock_release(&lock);
    CHECK(now() == word(10, 0, LOCK_NOBODY) && posts() == 0);
}

static void dead_and_contended(void)
{
    start(word(9, CONTENDED, 7));
    dead = 7;
    CHECK(lock_try(&lock) == LOCK_DIED && now() == word(10, CONTENDED, ME)); /* the others still wait */
    lock_release(&lock);
    CHECK(now() == word(10, 0, LOCK_NOBODY) && posts() == 1);
}

static void nobodys_slot(void)
{
    start(word(9, 0, UINT32_MAX));
    dead = UINT32_MAX;
    CHECK(lock_take(&lock) == LOCK_DIED && last_asked == UINT32_MAX);
    lock_release(&lock);
}

static void own_slot(void)
{
    start(word(9, CONTENDED, ME));
    CHECK(lock_try(&lock) == LOCK_DIED && now() == word(10, CONTENDED, ME));
    lock_release(&lock);
    start(word(9, 0, ME));
    CHECK(lock_take(&lock) == LOCK_DIED && now() == word(10, 0, ME));
    lock_release(&lock);
    CHECK(asked == 0); /* nobody else can have died there */
}

static void free_and_contended(void)
{
    start(word(3, CONTENDED, LOCK_NOBODY));
    CHECK(lock_take(&lock) == LOCK_OK && now() == word(4, CONTENDED, ME));
    lock_release(&lock);
    CHECK(now() == word(4, 0, LOCK_NOBODY) && posts() == 1);
}

static void marked_while_held(void)
{
    start(0);
    CHECK(lock_take(&lock) == LOCK_OK);
    atomic_fetch_or(&shm->word, CONTENDED);
    lock_release(&lock);
    CHECK(now() == word(1, 0, LOCK_NOBODY) && posts() == 1);
}

static void any_word(void)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        uint64_t seen = i % 2 ? state : state & ~UINT64_C(0xfffffffc);
        uint32_t owner = (uint32_t)seen;
        start(seen);
        dead = i % 3 ? owner : owner + 1;
        enum lock_result result = lock_try(&lock), wanted = owner == LOCK_NOBODY           ? LOCK_OK
                                                            : owner == ME || dead == owner ? LOCK_DIED
                                                                                           : LOCK_BUSY;
        CHECK(result == wanted);
        CHECK(now() == (result == LOCK_BUSY ? seen : word((turn_of(seen) + 1) & TURN_MASK, seen & CONTENDED, ME)));
        if (result != LOCK_BUSY)
            lock_release(&lock);
    }
}

static void waits(void)
{
    start(word(9, 0, 7));
    dead = 7;
    dead_after = 2;
    int64_t began = clock_monotonic();
    CHECK(lock_take(&lock) == LOCK_DIED && now() == word(10, CONTENDED, ME));
    CHECK(asked == 3 && clock_monotonic() - began >= 3 * LOCK_WAIT_LEAST_MS * MS); /* once after each wait in vain */
    lock_release(&lock);
    CHECK(posts() == 1);
}

static void woken_in_vain(void)
{
    start(word(9, 0, 7));
    dead = 7;
    for (int i = 0; i < 5; i++)
        sem_post(&shm->queue);
    CHECK(lock_take(&lock) == LOCK_DIED && asked == 1 && posts() == 0);
    lock_release(&lock);
    CHECK(posts() == 1);
}

static void pass_on(void)
{
    atomic_store(&shm->word, word(10, 0, 8)); /* and whoever had it died before it posted */
}

static void another_by_now(void)
{
    start(word(9, 0, 7));
    dead = 8;
    pid_t child = child_start(pass_on);
    CHECK(lock_take(&lock) == LOCK_DIED && last_asked == 8);
    lock_release(&lock);
    child_wait(child);
}

static void twice(void)
{
    start(0);
    lock_take(&lock);
    lock_take(&lock);
}

static void by_nobody(void)
{
    start(0);
    lock.slot = LOCK_NOBODY;
    lock_take(&lock);
}

static void untaken(void)
{
    start(0);
    lock_release(&lock);
}

static void robbed(void)
{
    start(0);
    lock_take(&lock);
    atomic_store(&shm->word, word(2, 0, 7));
    lock_release(&lock);
}

static void mistakes(void)
{
    CHECK(child_aborts(twice) && child_aborts(by_nobody) && child_aborts(untaken) && child_aborts(robbed));
}

/* ---- with processes, who live in slots ---- */

static bool has_died(const void *context, uint32_t slot)
{
    return liveness_pid(context, slot) == 0;
}

static void live_as(uint32_t slot)
{
    lock.slot = slot;
    lock.held = false; /* its parent may */
    if (liveness_begin(&liveness, slot))
        _exit(2);
}

static void start_living(void)
{
    start(0);
    slots_make(&liveness);
    lock.is_dead = has_died;
    lock.context = &liveness;
    live_as(ME);
    *step = 0;
}

static uint32_t next_slot;

static void wait_for_lock(void)
{
#ifdef SCHED_IDLE
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_IDLE, &none); /* does not run the moment it is woken */
#endif
    live_as(next_slot);
    (*step)++;
    lock_take(&lock);
    lock_release(&lock);
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
        start_living();
        lock_take(&lock);
        pid_t children[2];
        for (int i = 0; i < 2; i++) {
            next_slot = 10 + (uint32_t)i;
            children[i] = child_start(wait_for_lock);
            while (*step <= i)
                clock_sleep(1);
            clock_sleep(5); /* it sleeps in the lock by now; if not, this round proves nothing */
        }
        lock_release(&lock);
        kill(children[0], SIGSTOP);
        while (*step != 100) /* the alarm of the case ends who waits for ever */
            clock_sleep(1);
        kill(children[0], SIGCONT);
        child_wait(children[0]);
        child_wait(children[1]);
        liveness_close(&liveness);
    }
#ifdef CPU_SET
    sched_setaffinity(0, sizeof before, &before);
#endif
}

static void take_and_die(void)
{
    live_as(next_slot);
    lock_take(&lock);
    child_die();
}

static void died_with_it(void)
{
    start_living();
    next_slot = 10;
    CHECK(child_was_killed(child_run(take_and_die)));
    CHECK(now() == word(1, 0, 10));
    CHECK(lock_take(&lock) == LOCK_DIED && now() == word(2, CONTENDED, ME));
    lock_release(&lock);
    liveness_close(&liveness);
}

/* Everybody counts in two fields, of which the second follows the first; whoever is told of a death mends. */
static struct {
    volatile uint64_t left, right;
    _Atomic uint64_t wrong, mended;
} * count;

static void count_for_ever(void)
{
    live_as(next_slot);
    for (;;) {
        if (lock_take(&lock) == LOCK_DIED) {
            atomic_fetch_add(&count->mended, 1);
            count->right = count->left;
        } else if (count->left != count->right) {
            atomic_fetch_add(&count->wrong, 1);
        }
        count->left++;
        count->right++;
        lock_release(&lock);
    }
}

static void many_deaths(void)
{
    enum { OTHERS = 4, KILLS = 400 };
    pid_t children[OTHERS];
    start_living();
    memset((void *)count, 0, sizeof *count);
    for (uint32_t i = 0; i < OTHERS; i++) {
        next_slot = 10 + i;
        children[i] = child_start(count_for_ever);
    }
    uint64_t state = 4711;
    for (int i = 0; i < KILLS; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        struct timespec span = {.tv_nsec = (long)(state % 1000000)};
        nanosleep(&span, NULL);
        uint32_t who = (uint32_t)(state >> 40) % OTHERS;
        kill(children[who], SIGKILL);
        CHECK(child_was_killed(child_wait(children[who])));
        next_slot = 10 + who;
        children[who] = child_start(count_for_ever);
    }
    for (uint32_t i = 0; i < OTHERS; i++) {
        kill(children[i], SIGKILL);
        child_wait(children[i]);
    }
    if (lock_take(&lock) == LOCK_DIED)
        count->right = count->left;
    CHECK(count->left == count->right && count->wrong == 0 && count->left > 0 && count->mended <= KILLS);
    lock_release(&lock);
    printf("# %llu turns, %llu of them after a death\n", (unsigned long long)count->left,
           (unsigned long long)count->mended);
    liveness_close(&liveness);
}

static void cost(void)
{
    enum { TURNS = 2000000 };
    start(0);
    int64_t began = clock_monotonic();
    for (int i = 0; i < TURNS; i++) {
        lock_take(&lock);
        lock_release(&lock);
    }
    printf("# alone: %.1f ns to take the lock and give it back\n", (double)(clock_monotonic() - began) / TURNS);
}

int main(void)
{
    shm = child_share(lock_size());
    step = child_share(sizeof *step);
    count = child_share(sizeof *count);
    CASE("a free lock is taken and given back, and nobody is asked about", free_lock);
    CASE("after the last turn comes the first", last_turn);
    CASE("a living owner is left alone by who only tries", living);
    CASE("a dead owner's lock is taken by who is told of the death", dead_owner);
    CASE("a dead owner's lock for which others wait goes on being waited for", dead_and_contended);
    CASE("a slot in which nobody can live is a dead one's", nobodys_slot);
    CASE("whoever finds its own slot in the word has it from a predecessor that died", own_slot);
    CASE("a free lock that is said to be waited for is posted", free_and_contended);
    CASE("whoever comes to wait while it is held is posted", marked_while_held);
    CASE("any word at all is free, dead or busy", any_word);
    CASE("the owner is asked about after each wait in vain, and not before", waits);
    CASE("posts too many wake in vain, and no more than once each", woken_in_vain);
    CASE("who is asked about is whoever has the lock after the wait", another_by_now);
    CASE("taking twice, by nobody, giving back what is not had: that is a mistake of ours", mistakes);
    CASE("who died with the lock is found dead by the kernel", died_with_it);
    CASE("who is stopped as it is given the lock holds up nobody", stopped);
    CASE("four who count, one of them killed after the other: each death is told once", many_deaths);
    CASE("what it costs", cost);
    CHECK_DONE();
}
