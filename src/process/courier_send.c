/* Sending batches, and those who are slow to take them. Writes the cursor, the marks of the streams
 * and the counters of this courier, none of them under the lock. */
#include "courier_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "world/delivery_marks.h"

static void make_slow(struct courier *courier, struct client *client)
{
    if (client->sending.slow)
        return;
    client->sending.slow = true;
    client->sending.backoff = SLOW_MS;
    client->sending.due = courier->due = 0;
    courier_push(&courier->slow, &courier->slow_count, &courier->slow_size, client);
}

/* Marks how far a client's stream is in the kernel's hands, for a courier that may have to go on
 * with it. Also while there are bytes to be skipped, for then the kernel has these and more. A courier
 * that began before the position at which this client's stream goes on may not be there yet. */
static void mark_sent(struct courier *courier, const struct client *client)
{
    uint64_t position = courier->position > client->stream.from ? courier->position : client->stream.from;
    if (client_owns_marks(client))
        delivery_marks_set(courier->world, client->connection, position, client->outbox.total);
}

static void mark_behind(struct courier *courier, const struct client *client)
{
    if (client_owns_marks(client))
        delivery_marks_set_behind(courier->world, client->connection);
}

static void hang_up_on_slow(struct courier *courier, struct client *client)
{
    courier->counts[COURIER_HUNG_UP]++;
    outbox_abandon(&client->outbox);
    if (client_owns_marks(client))
        delivery_marks_set_hung_up(courier->world, client->connection);
    client_hang_up(client);
}

/* How much may wait for one client: queue-limit, and at most a quarter of what queue-total leaves of this courier's
 * share. So a crowd that reads nothing gets less each, and there is always some left for others. */
static size_t queue_limit(const struct courier *courier)
{
    size_t limit = (size_t)courier->settings->queue_limit;
    size_t share = (size_t)courier->settings->queue_total / courier->world->limits.couriers;
    size_t left = share > courier->queued ? share - courier->queued : 0;
    return left / 4 < limit ? left / 4 : limit;
}

static void count_queue(struct courier *courier, struct client *client, size_t length)
{
    courier->queued += length - client->sending.counted_queue;
    client->sending.counted_queue = length;
}

static void tell_missed(struct courier *courier, struct client *client)
{
    uint64_t missed = outbox_take_missed(&client->outbox);
    if (missed == 0)
        return;
    courier->counts[COURIER_DROPPED] += missed;
    char line[120];
    struct text text;
    text_init(&text, line, sizeof line);
    struct event event = event_of_server(EVENT_WALL);
    char words[80];
    snprintf(words, sizeof words, "you missed %llu lines: your connection is too slow", (unsigned long long)missed);
    for (int i = 0; i < EVENT_STRINGS; i++)
        event.strings.all[i] = "";
    event.strings.wall.text = words;
    struct view view = {.caps = client->copy.caps};
    render_for_one(courier->render, &text, &event, client->door, &view);
    outbox_add(&client->outbox, line, text.length);
    if (outbox_flush(&client->outbox, queue_limit(courier)) == OUTBOX_WAITING)
        make_slow(courier, client);
    else
        mark_sent(courier, client);
}

static void after_sending(struct courier *courier, struct client *client, enum outbox_state state)
{
    if (client->outbox.queue_length != client->sending.shared_queue && client_owns_marks(client)) {
        client->sending.shared_queue = client->outbox.queue_length;
        connection_set_queue(courier->world, client->connection, client->sending.shared_queue);
    }
    CRASHPOINT("courier-sent-to-one");
    switch (state) {
    case OUTBOX_SENT:
        mark_sent(courier, client);
        tell_missed(courier, client);
        break;
    case OUTBOX_FULL:
        mark_behind(courier, client);
        if (!client_is_draining(client) && !render_door(courier->render, client->door)->dialect->tells_missed)
            hang_up_on_slow(courier, client);
        make_slow(courier, client);
        break;
    case OUTBOX_WAITING:
        mark_behind(courier, client);
        make_slow(courier, client);
        break;
    case OUTBOX_BROKEN:
        if (!client_is_draining(client))
            client_hang_up(client);
        client->outbox.queue_length = 0;
        break;
    }
    count_queue(courier, client, client->outbox.queue_length);
}

static void publish_counts(struct courier *courier)
{
    for (int i = 0; i < COURIER_COUNTS; i++)
        courier_count_add(courier->world, courier->number, (enum courier_count)i, courier->counts[i]);
    memset(courier->counts, 0, sizeof courier->counts);
}

void courier_send_batch(struct courier *courier)
{
    CRASHPOINT("courier-before-send");
    for (size_t i = 0; i < courier->touched_count; i++) {
        struct client *client = courier->touched[i];
        client->sending.touched = false;
        after_sending(courier, client, outbox_flush(&client->outbox, queue_limit(courier)));
    }
    courier->touched_count = 0;
    publish_counts(courier);
    render_reset(courier->render);
    CRASHPOINT("courier-sent");
    ring_advance(&courier->world->txn->ring, (int)courier->number, courier->position);
    CRASHPOINT("courier-advanced");
}

/* One that takes nothing is asked less and less often: thousands of them must not keep the courier from the others. */
static void retry(struct courier *courier, struct client *client, int64_t now)
{
    size_t before = client->outbox.queue_length;
    int backoff = client->sending.backoff * 2 < SLOW_MOST_MS ? client->sending.backoff * 2 : SLOW_MOST_MS;
    int64_t due = courier->due;
    client->sending.slow = false;
    after_sending(courier, client, outbox_drain(&client->outbox));
    courier->due = due; /* it is not new among the slow */
    if (!client->sending.slow)
        return;
    client->sending.backoff = client->outbox.queue_length < before ? SLOW_MS : backoff;
    client->sending.due = now + client->sending.backoff * MS;
}

void courier_retry_slow(struct courier *courier, int64_t now)
{
    if (courier->slow_count == 0 || now < courier->due)
        return;
    size_t count = courier->slow_count;
    courier->slow_count = 0;
    courier->due = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        struct client *client = courier->slow[i];
        if (now >= client->sending.due)
            retry(courier, client, now);
        else
            courier_push(&courier->slow, &courier->slow_count, &courier->slow_size, client);
        if (client->sending.slow && client->sending.due < courier->due)
            courier->due = client->sending.due;
    }
}

int courier_slow_rest(const struct courier *courier, int most)
{
    if (courier->draining)
        return SLOW_MS;
    if (courier->slow_count == 0)
        return most;
    int64_t rest = (courier->due - clock_monotonic()) / 1000000;
    return rest < SLOW_MS ? SLOW_MS : rest < most ? (int)rest : most;
}

/* Closes those who left and have read everything, or took too long. */
void courier_close_draining(struct courier *courier, int64_t now)
{
    for (struct client **at = &courier->draining; *at;) {
        struct client *client = *at;
        if (client->sending.touched || client->sending.slow) {
            bool over = now >= client->draining.deadline;
            if (!over || client->sending.touched) {
                at = &client->draining.next;
                continue;
            }
            outbox_abandon(&client->outbox);
            for (size_t i = 0; i < courier->slow_count; i++)
                if (courier->slow[i] == client)
                    courier->slow[i] = courier->slow[--courier->slow_count];
        }
        *at = client->draining.next;
        if (client->outbox.fd >= 0)
            shutdown(client->outbox.fd, client->draining.hang_up ? SHUT_RDWR : SHUT_WR);
        count_queue(courier, client, 0);
        client_free(client);
    }
}
