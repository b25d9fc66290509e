/* Sending batches, and those who are slow to take them. Writes the cursor, the marks of the streams
 * and the counters of this courier, none of them under the lock. */
#include "courier_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/crashpoint.h"
#include "door/door.h"
#include "world/streams.h"

static void make_slow(struct courier *courier, struct client *client)
{
    if (client->slow)
        return;
    client->slow = true;
    courier_push(&courier->slow, &courier->slow_count, &courier->slow_size, client);
}

/* Marks how far a client's stream is in the kernel's hands, for a courier that may have to go on
 * with it. One that goes on itself has to be careful: before it has come to where its predecessor
 * was, the mark would tell too little, and while it leaves out what that one had sent, the cursor
 * alone would. One who has left has no place in the tables any more. */
static void mark_sent(struct courier *courier, const struct client *client)
{
    if (client->deadline)
        return;
    if (client->outbox.skip > 0)
        stream_set_behind(courier->world, client->user);
    else if (courier->position >= client->from)
        stream_set_mark(courier->world, client->user, courier->position, client->outbox.total);
}

static void mark_behind(struct courier *courier, const struct client *client)
{
    if (!client->deadline)
        stream_set_behind(courier->world, client->user);
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
    snprintf(words, sizeof words, "you missed %llu lines: your connection is too slow",
             (unsigned long long)missed);
    for (int i = 0; i < EVENT_STRINGS; i++)
        event.strings[i] = "";
    event.strings[0] = words;
    struct view view = {.door = client->door, .caps = client->caps};
    door_of((enum door_kind)client->door)->render(&text, &event, &view);
    outbox_add(&client->outbox, line, text.length);
    if (outbox_flush(&client->outbox, (size_t)courier->settings->queue_limit) == OUTBOX_WAITING)
        make_slow(courier, client);
    else
        mark_sent(courier, client);
}

static void after_sending(struct courier *courier, struct client *client, enum outbox_state state)
{
    /* One who left may have had the place for which another counts now. */
    if (client->outbox.queue_length != client->told_queue && !client->deadline) {
        client->told_queue = client->outbox.queue_length;
        user_set_queue(courier->world, client->user, client->told_queue);
    }
    switch (state) {
    case OUTBOX_SENT:
        mark_sent(courier, client);
        tell_missed(courier, client);
        break;
    case OUTBOX_FULL:
        mark_behind(courier, client);
        if (!client->deadline && !door_of((enum door_kind)client->door)->tells_missed) {
            courier->counts[COURIER_HUNG_UP]++;
            courier_hang_up(client);
        }
        make_slow(courier, client);
        break;
    case OUTBOX_WAITING:
        mark_behind(courier, client);
        make_slow(courier, client);
        break;
    case OUTBOX_BROKEN:
        if (!client->deadline)
            courier_hang_up(client);
        client->outbox.queue_length = 0;
        break;
    }
}

static void publish_counts(struct courier *courier)
{
    for (int i = 0; i < COURIER_COUNTS; i++)
        courier_count_add(courier->world, courier->number, (enum courier_count)i,
                          courier->counts[i]);
    memset(courier->counts, 0, sizeof courier->counts);
}

void courier_send_batch(struct courier *courier)
{
    CRASHPOINT("courier-before-send");
    for (size_t i = 0; i < courier->touched_count; i++) {
        struct client *client = courier->touched[i];
        client->touched = false;
        after_sending(courier, client,
                      outbox_flush(&client->outbox, (size_t)courier->settings->queue_limit));
    }
    courier->touched_count = 0;
    publish_counts(courier);
    render_reset(courier->render);
    CRASHPOINT("courier-sent");
    ring_advance(&courier->world->shared->ring, (int)courier->number, courier->position);
    CRASHPOINT("courier-advanced");
}

void courier_retry_slow(struct courier *courier, int64_t now)
{
    if (courier->slow_count == 0 || now - courier->tried < SLOW_MS * INT64_C(1000000))
        return;
    courier->tried = now;
    size_t count = courier->slow_count;
    courier->slow_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct client *client = courier->slow[i];
        client->slow = false;
        after_sending(courier, client, outbox_drain(&client->outbox));
    }
}

/* Closes those who left and have read everything, or took too long. */
void courier_close_leavers(struct courier *courier, int64_t now)
{
    for (struct client **at = &courier->leavers; *at;) {
        struct client *client = *at;
        if (client->touched || client->slow) {
            bool over = now >= client->deadline;
            if (!over || client->touched) {
                at = &client->next;
                continue;
            }
            for (size_t i = 0; i < courier->slow_count; i++)
                if (courier->slow[i] == client)
                    courier->slow[i] = courier->slow[--courier->slow_count];
        }
        *at = client->next;
        if (client->outbox.fd >= 0)
            shutdown(client->outbox.fd, client->hang_up ? SHUT_RDWR : SHUT_WR);
        audience_free_client(client);
    }
}
