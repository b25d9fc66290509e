/* The courier. One process for each shard of the clients; writes its ring cursor, the marks of its clients' streams,
 * how much waits for each, and its counters, none of them under the lock.
 *
 * Invariants
 *  - The audience is what the tables were at `position`: an event is delivered to those who were there when it was
 *    published, however late this process gets to it.
 *  - The cursor moves only when everything before it has been sent or copied, because batches are sent from where they
 *    lie, answers even from the ring itself.
 *  - A client's socket is in the mailbox before its ATTACH is in the ring.
 *
 * A courier never waits for a client. What a client does not take is copied to its outbox; if there is too much of
 * that, events are left out and the client is told how many. */
#include "courier.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/log.h"
#include "courier_parts.h"
#include "world/slots.h"
#include "stop.h"

/* Records of one batch at most: a bound on how long the slowest of them waits to be sent. */
#define BATCH_RECORDS 2048

/* How long at most it sleeps on its wakeup: nobody may be left to mend one that a death has silenced. */
#define IDLE_MS 1000

/* How long those are waited for who do not take their last words. */
#define STOP_MS 1000

/* One batch. False if there was nothing to do. */
static bool pass(struct courier *courier)
{
    struct ring_record record;
    enum ring_result result = RING_OK;
    int count = 0;
    while (count < BATCH_RECORDS && !render_is_full(courier->render)) {
        result = ring_read(&courier->world->txn->ring, &courier->position, &record);
        if (result != RING_OK)
            break;
        courier_take_event(courier, &record);
        count++;
    }
    if (result == RING_BROKEN)
        bug("courier %u: the ring is damaged at %llu", courier->number, (unsigned long long)courier->position);
    courier_take_sockets(courier);
    courier_send_batch(courier);
    int64_t now = clock_monotonic();
    courier_retry_slow(courier, now);
    courier_close_draining(courier, now);
    return count > 0;
}

static void stop(struct courier *courier)
{
    /* With a supervisor, it ends the workers; without one, the end of the input does. */
    int how = world_is_over(courier->world) ? SHUT_RDWR : SHUT_WR;
    while (pass(courier))
        ;
    /* Tries are counted, not time: on a busy machine a second may be too short for a single one. */
    for (int tries = 0; courier->slow_count > 0 && tries < STOP_MS / SLOW_MS; tries++) {
        clock_sleep(SLOW_MS);
        pass(courier);
    }
    for (uint32_t i = 0; i < courier->audience.client_limit; i++)
        if (courier->audience.clients[i] && courier->audience.clients[i]->outbox.fd >= 0)
            shutdown(courier->audience.clients[i]->outbox.fd, how);
}

/* A supervisor that cannot reach the shared memory cannot call: it waits for so long at most. */
#define OFFER_NS SECOND

/* Looks after supervisors that come and go. False if it is time to make way for another courier: whoever is slow has
 * what it did not take copied here, and would lose it; and without a supervisor no other would come. */
static bool serve_succession(const struct courier *courier, const struct inherited *inherited, uint32_t *claims)
{
    const struct world *world = courier->world;
    static int64_t offered;
    uint32_t now = world_claims(world);
    int64_t time = clock_monotonic();
    if (now != *claims || time - offered >= OFFER_NS) {
        inherited_offer(inherited);
        offered = time;
    }
    *claims = now;
    return (world_retiring(world) != courier->number && !stop_is_asked()) || courier->slow_count > 0 ||
           courier->draining || !slot_is_alive(world, slot_of_supervisor(world));
}

/* Told to end while nobody is there to start another. Its clients may wait for that, but not if all of us were told. */
static bool is_useless(const struct courier *courier)
{
    const struct world *world = courier->world;
    if (!stop_is_asked() || slot_is_alive(world, slot_of_supervisor(world)))
        return false;
    for (uint32_t i = 0; i < courier->audience.client_limit; i++)
        if (courier->audience.clients[i] && slot_is_alive(world, slot_of_worker(world, i)))
            return false;
    return true;
}

void courier_run(struct world *world, const struct settings *settings, int number, const struct inherited *inherited,
                 struct owners *owners)
{
    static struct courier courier;
    struct wakeup_shm *wakeup = ring_wakeup(&world->txn->ring, number);
    courier = (struct courier){.world = world,
                               .settings = settings,
                               .number = (uint32_t)number,
                               .mailbox = inherited->mailboxes[number][0],
                               .owners = owners};
    stop_catch(wakeup);

    uint32_t claims = world_claims(world) - 1; /* so that it looks once at the start */

    audience_init(&courier.audience, world);
    courier.render = render_new();
    courier.early = calloc(world->limits.connections, sizeof *courier.early);
    if (!courier.early)
        fatal(EX_OSERR, "out of memory");
    for (uint32_t i = 0; i < world->limits.connections; i++)
        courier.early[i].fd = -1;
    courier_start(&courier);
    while (!world_is_over(world) && !is_useless(&courier)) {
        bool busy = pass(&courier);
        if (!serve_succession(&courier, inherited, &claims))
            return;
        if (!busy)
            wakeup_wait(wakeup, courier_slow_rest(&courier, IDLE_MS));
    }
    stop(&courier);
}
