/* A session of a client's door in a real world, in memory that has no name: for the targets talk, plain and irc.
 * Whatever a client sends, in whatever pieces, leads to the same, and nothing breaks. */
#ifndef FORKCHAT_T_FUZZ_SESSION_H
#define FORKCHAT_T_FUZZ_SESSION_H

#include "driver.h"

#include "command/leave.h"
#include "world.h"

static void housekeep(struct session *session)
{
    (void)session;
}

/* What was published since, as one number. */
static uint64_t hash_events(uint64_t position)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    struct ring_record record;
    struct event event;
    while (ring_read(&fuzz_shared.ring, &position, &record) == RING_OK) {
        CLAIM(event_decode(&record, &event));
        if (event.type == EVENT_REPLY || event.type == EVENT_ATTACH)
            continue; /* answers may be gathered differently; what others see is the same */
        hash = (hash ^ event.type) * UINT64_C(1099511628211);
        for (int i = 0; i < EVENT_STRINGS; i++)
            for (size_t at = 0; at < event.lengths[i]; at++)
                hash = (hash ^ (unsigned char)event.strings.all[i][at]) * UINT64_C(1099511628211);
    }
    return hash;
}

/* Feeds it all in pieces of that size. */
static uint64_t run(enum door_kind kind, const char *bytes, size_t length, size_t piece)
{
    static const struct session_host host = {.housekeep = housekeep, .call_supervisor = housekeep};
    struct session *session = calloc(1, sizeof *session);
    const struct door door = door_of(kind);
    if (!session)
        abort();
    *session = (struct session){.world = &fuzz_world,
                                .settings = fuzz_settings,
                                .speech = &door.dialect->speech,
                                .door = kind,
                                .connection = 0,
                                .host = &host};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
    txn_begin_look(&fuzz_shared);
    uint64_t position = ring_head(&fuzz_shared.ring);
    session->user = user_create_locked(&fuzz_world, "127.0.0.1:1", "127.0.0.1");
    session->generation = user_attach_locked(&fuzz_world, session->user, 0, 1, kind, "127.0.0.1:1", "127.0.0.1");
    txn_commit(&fuzz_shared);
    if (door_open(session, &door))
        abort();
    while (length > 0 && !session->leaving) {
        size_t part = piece < length ? piece : length;
        door.transport->feed(session, bytes, part);
        bytes += part;
        length -= part;
    }
    if (!session->leaving) {
        door.transport->finish(session);
        leave_server(session, QUIT_LEFT, "", "");
    }
    session_flush(session);
    door_close(session, &door);
    free(session);
    uint64_t hash = hash_events(position);
    txn_begin_look(&fuzz_shared);
    CLAIM(fuzz_world.connections[0].state == CONNECTION_CLOSED && fuzz_world.users[0].state == USER_FREE);
    connection_free_locked(&fuzz_world, 0);
    txn_commit(&fuzz_shared);
    claim_world();
    return hash;
}

/* OPER waits a second before it says no. */
static bool is_slow(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i++)
        if ((data[i] | 32) == 'o' && (data[i + 1] | 32) == 'p' && (data[i + 2] | 32) == 'e' &&
            (data[i + 3] | 32) == 'r')
            return true;
    return false;
}

static int fuzz_door(enum door_kind kind, const uint8_t *data, size_t size)
{
    fuzz_make_world();
    if (size < 1 || is_slow(data, size))
        return 0;
    const char *bytes = (const char *)data + 1;
    uint64_t whole = run(kind, bytes, size - 1, size);
    if (data[0] % 4 == 0)
        CLAIM(run(kind, bytes, size - 1, 1 + data[0] / 4) == whole);
    return 0;
}

#endif
