/* Watching those who live and might as well have died: processes that hold the lock for too long, couriers that do not
 * get on. Run by the supervisor; writes the tables only to complete what a dead owner of the lock left, under the lock.
 *
 * A courier is also asked to make way here once it is outdated: it ends when it owes nothing to a slow client, and is
 * replaced. Never are all asked at once, and none without a supervisor, for the last courier that ends takes the
 * inherited descriptors with it. */
#include "supervisor_parts.h"

#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "world/counters.h"
#include "world/history_marks.h"
#include "world/slots.h"

/* All but the first of these are the time that the process could have used, not what passed on the clock: base/stall.h.
 *
 * The lock held in one go for so long: its holder goes on if it was stopped, and is ended if it computed meanwhile. */
#define STUCK_NS (1000 * MS)
/* And for so long: it is ended, whatever keeps it. */
#define HOPELESS_NS (5000 * MS)
/* A courier that has not moved for so long while half the ring or more waits for it is replaced. */
#define STALLED_NS (2000 * MS)
/* And one that has not moved for so long while anything at all waits for it. */
#define STOPPED_NS (10000 * MS)

static void signal_pid(struct supervisor *supervisor, pid_t pid, int signal)
{
    const struct child *child = children_find(&supervisor->children, pid);
    if (child)
        supervisor_signal(supervisor, child, signal);
}

/* Takes the lock from an owner that died, and what it left half done back, if that can be told now. */
static void mend_after_owner(struct supervisor *supervisor)
{
    if (txn_try_begin(&supervisor->txn, 0))
        txn_commit(&supervisor->txn);
}

/* A process that was stopped, or loops, with the lock in its hands would stop everybody. */
void supervisor_watch_lock(struct supervisor *supervisor)
{
    struct holding *seen = &supervisor->holding;
    uint32_t turn, slot = lock_owner(&supervisor->txn.lock, &turn);
    int64_t now = clock_monotonic();
    if (slot != seen->slot || turn != seen->turn) {
        *seen = (struct holding){slot, turn, .since = now};
        return;
    }
    if (slot == LOCK_NOBODY)
        return;
    pid_t owner = slot_pid(&supervisor->world, slot);
    if (owner == 0) {
        mend_after_owner(supervisor);
        return;
    }
    int64_t had = stall_measure(&seen->stall, owner);
    if (now - seen->since < STUCK_NS)
        return;
    if (!seen->woken) {
        seen->woken = true;
        signal_pid(supervisor, owner, SIGCONT);
    }
    if (had < HOPELESS_NS && seen->stall.computed < STUCK_NS)
        return;
    *seen = (struct holding){slot, turn, .since = now};
    signal_pid(supervisor, owner, SIGKILL);
    log_warning("process %ld held the lock for too long and was ended", (long)owner);
}

void supervisor_begin_look(struct supervisor *supervisor)
{
    while (!txn_try_begin(&supervisor->txn, 0)) {
        supervisor_watch_lock(supervisor);
        clock_sleep(1);
    }
}

static int reader_of(const struct supervisor *supervisor, const struct child *child)
{
    return child->kind == CHILD_COLLECTOR ? history_reader(&supervisor->world) : (int)child->slot;
}

static bool holds_ring(const struct child *child)
{
    return child_row(child->kind)->flags & HOLDS_RING;
}

/* What waits for a courier that has not moved since it was last looked at, or 0. */
static uint64_t look_at_holder(struct supervisor *supervisor, struct child *child)
{
    const struct ring *ring = &supervisor->txn.ring;
    uint64_t position = ring_cursor(ring, reader_of(supervisor, child)), waiting = ring_head(ring) - position;
    if (position != child->position || waiting == 0 || !child_is_present(child)) {
        child->position = position;
        child->stall = (struct stall){0};
        return 0;
    }
    stall_measure(&child->stall, child->pid);
    return waiting;
}

/* A courier that was stopped, or loops, would in the end have all publishers wait for it. */
void supervisor_watch_holders(struct supervisor *supervisor)
{
    struct children *children = &supervisor->children;
    uint64_t size;
    ring_fill(&supervisor->txn.ring, &size);
    for (uint32_t i = 0; i < children->total - children->count[CHILD_WORKER]; i++) {
        struct child *child = &children->list[i];
        if (!holds_ring(child) || !child_is_present(child))
            continue;
        uint64_t waiting = look_at_holder(supervisor, child);
        int64_t had = child->stall.computed + child->stall.idled;
        if (waiting > 0 && had >= (waiting < size / 2 ? STOPPED_NS : STALLED_NS)) {
            log_warning("%s %u does not keep up with what is said and is ended", child_row(child->kind)->name,
                        child->slot);
            supervisor_signal(supervisor, child, SIGKILL);
            children_note(children, child, CHILD_STALLED, 0, clock_monotonic());
        }
    }
}

/* The keeper has questions and has answered none since it was last looked at. */
static bool is_keeper_behind(const struct supervisor *supervisor, struct child *child)
{
    struct pollfd mailboxes[2] = {{.fd = supervisor->inherited.keeper[0][0], .events = POLLIN},
                                  {.fd = supervisor->inherited.keeper[1][0], .events = POLLIN}};
    uint64_t answered = count_get(&supervisor->world, COUNT_KEEPER_CALLS), before = child->position;
    child->position = answered;
    return child_is_present(child) && before == answered && poll(mailboxes, 2, 0) > 0;
}

void supervisor_watch_keeper(struct supervisor *supervisor)
{
    struct child *child = children_at(&supervisor->children, CHILD_KEEPER, 0);
    if (!is_keeper_behind(supervisor, child)) {
        child->stall = (struct stall){0};
    } else {
        stall_measure(&child->stall, child->pid);
        if (child->stall.computed + child->stall.idled >= STALLED_NS) {
            log_warning("the keeper does not answer and is ended");
            supervisor_signal(supervisor, child, SIGKILL);
            children_note(&supervisor->children, child, CHILD_STALLED, 0, clock_monotonic());
        }
    }
    /* It ends between two calls; what it does not answer any more is asked of the next one. */
    if (child_is_outdated(child)) {
        children_note(&supervisor->children, child, CHILD_ASKED, 0, clock_monotonic());
        supervisor_signal(supervisor, child, SIGTERM);
    }
}

void supervisor_renew_holders(struct supervisor *supervisor)
{
    struct children *children = &supervisor->children;
    struct child *next = NULL;
    for (uint32_t i = children->total - children->count[CHILD_WORKER]; i-- > 0;) {
        struct child *child = &children->list[i];
        if (child_row(child->kind)->flags & MAKES_WAY && child_is_outdated(child)) {
            children_note(children, child, CHILD_ASKED, 0, clock_monotonic());
            supervisor_signal(supervisor, child, SIGTERM);
        }
        if (holds_ring(child) && child_is_retiring(child))
            return;
        if (holds_ring(child) && child_is_outdated(child))
            next = child;
    }
    if (!next)
        return;
    int reader = reader_of(supervisor, next);
    children_note(children, next, CHILD_ASKED, 0, clock_monotonic());
    world_retire(&supervisor->world, (uint32_t)reader);
    ring_wake_again(&supervisor->txn.ring, UINT64_C(1) << reader);
}
