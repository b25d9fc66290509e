/* Devices. Run by workers; writes no shared memory. When a device was last here is a marker of its account at the
 * keeper (keeper/markers.h), and outlives both. */
#include "device.h"

#include <stdio.h>
#include <string.h>

#include "ask_keeper.h"
#include "base/clock.h"
#include "keeper/ask.h"
#include "keeper/markers.h"
#include "world/history_marks.h"

/* How long after logging in a client is still coming in. */
#define ARRIVING_NS (30 * SECOND)

bool device_divide(const char *name, char account[ACCOUNT_SIZE], char device[DEVICE_SIZE])
{
    const char *at = strrchr(name, '@');
    size_t length = at ? (size_t)(at - name) : strlen(name);
    device[0] = '\0';
    if (length >= ACCOUNT_SIZE || (at && (!markers_is_device(at) || !text_copy(device, DEVICE_SIZE, at + 1))))
        return false;
    memcpy(account, name, length);
    account[length] = '\0';
    return true;
}

/* *time: it was here at that time; -1: only asks. False if the keeper does not say. */
static bool mark(const struct session *session, const struct call_caller *caller, int64_t *time)
{
    struct keeper_request request = {.verb = KEEPER_MARK, .time = *time};
    static struct keeper_answer answer;
    text_copy(request.account, sizeof request.account, session->device.account);
    snprintf(request.channel, sizeof request.channel, "@%s", session->device.name);
    if (!caller || keeper_ask(caller, &request, &answer) != KEEPER_DONE)
        return false;
    *time = answer.time;
    return true;
}

void device_begin(struct session *session, const char *account, const char *device)
{
    int64_t time = -1;
    session->device = (struct device){.began = clock_monotonic()};
    if (!*device || !text_copy(session->device.account, sizeof session->device.account, account))
        return;
    text_copy(session->device.name, sizeof session->device.name, device);
    if (mark(session, session->keeper, &time) && time > 0)
        session->device.since = time;
}

int64_t device_away_since(const struct session *session)
{
    bool asks = session->caps & CAP_BIT(CHATHISTORY);
    bool arrives = clock_monotonic() - session->device.began < ARRIVING_NS;
    return !asks && arrives && history_is_on(session->world) ? session->device.since : 0;
}

/* That the client has gone is no reason to give up; but at the end of the daemon the keeper knows by itself. */
static bool go_on(void *context)
{
    const struct session *session = context;
    return !world_is_over(session->world);
}

void device_end(struct session *session)
{
    int64_t time = clock_realtime() - session_clock_silence(session) * INT64_C(1000);
    if (!*session->device.name || !session->keeper)
        return;
    struct call_caller caller = *session->keeper;
    caller.housekeep = go_on;
    caller.context = session;
    mark(session, &caller, &time);
}
