/* Wrong passwords: their clients' addresses owe for them. Run by the supervisor; writes penalties, under the lock,
 * which it only tries to take. */
#include "supervisor_parts.h"

#include "admission.h"
#include "base/clock.h"
#include "world/guesses.h"

int64_t supervisor_blame_guesser_locked(struct supervisor *supervisor, uint32_t slot)
{
    int64_t seconds = 0, more;
    uint32_t count = guess_take(&supervisor->world, slot);
    if (count > GUESSES_MOST)
        count = GUESSES_MOST; /* more cannot be: somebody wrote it there */
    for (; count > 0; count--)
        if ((more = admission_blame_locked(supervisor->settings, &supervisor->world, slot, PENALTY_PASSWORD,
                                           clock_monotonic())))
            seconds = more;
    return seconds;
}

void supervisor_blame_guessers(struct supervisor *supervisor)
{
    struct world *world = &supervisor->world;
    for (uint32_t i = 0; i < supervisor->children.count[CHILD_WORKER]; i++) {
        if (!child_is_present(children_at(&supervisor->children, CHILD_WORKER, i)) || !guess_is_counted(world, i))
            continue;
        if (!txn_try_begin(&supervisor->txn, 0)) {
            world_give_order(world, ORDER_BLAME);
            supervisor->unreaped = true; /* looks again soon */
            return;
        }
        int64_t seconds = supervisor_blame_guesser_locked(supervisor, i);
        txn_commit(&supervisor->txn);
        admission_tell(i, PENALTY_PASSWORD, seconds);
    }
}
