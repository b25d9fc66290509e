/* Users who lost their connection and have not come back in time. Run by the supervisor, so that it is nobody's process
 * that may die; writes users, under the lock, which it only tries to take. */
#include "supervisor_parts.h"

#include "base/crashpoint.h"
#include "base/log.h"
#include "chat/detach.h"
#include "chat/leave.h"

/* At one look: one after the other, with the lock given back between two. */
#define LEAVING_MOST 256
/* All users are walked over, so not whenever the supervisor wakes. */
#define LOOK_NS (500 * MS)

/* False if it cannot be done now. */
static bool end(struct supervisor *supervisor, const struct chat *chat, uint32_t index)
{
    char name[ADDRESS_SIZE] = "";
    if (!txn_try_begin(&supervisor->txn, EVENT_NEED_LEAVE))
        return false;
    if (chat_is_overdue(chat, index, clock_monotonic())) {
        text_copy(name, sizeof name, user_shown(&supervisor->world.users[index]));
        chat_leave_locked(&supervisor->world, index, QUIT_LOST, "", "");
        CRASHPOINT("overdue-left");
    }
    txn_commit(&supervisor->txn);
    if (*name)
        log_info("client disconnected \"%s\"", name);
    return true;
}

void supervisor_end_overdue(struct supervisor *supervisor)
{
    struct world *world = &supervisor->world;
    const struct chat chat = {.world = world, .settings = supervisor->settings};
    int64_t now = clock_monotonic();
    if (world_detached(world) == 0 || now < supervisor->overdue_due)
        return;
    uint32_t last = world_users_end_locked(world), left = LEAVING_MOST;
    for (uint32_t i = 0; i < last && left > 0; i++) {
        if (!chat_is_overdue(&chat, i, now))
            continue;
        left--;
        if (!end(supervisor, &chat, i))
            left = 0;
    }
    if (left > 0)
        supervisor->overdue_due = now + LOOK_NS;
    txn_wake_readers(&supervisor->txn);
}
