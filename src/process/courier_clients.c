/* A courier's clients: their sockets, and what events change in the copy of who is where. Private to the courier. */
#include "courier_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "ipc/pass.h"

/* How long one who left may take to read the last words. */
#define LINGER_MS 2000

void courier_push(struct client ***list, size_t *count, size_t *size, struct client *client)
{
    if (*count == *size) {
        *size = *size ? *size * 2 : 64;
        *list = realloc(*list, *size * sizeof **list);
        if (!*list)
            fatal(EX_OSERR, "out of memory");
    }
    (*list)[(*count)++] = client;
}

void courier_touch(struct courier *courier, struct client *client)
{
    if (client->sending.touched)
        return;
    client->sending.touched = true;
    courier_push(&courier->touched, &courier->touched_count, &courier->touched_size, client);
}

/* One who has left, but whose last words are still to be sent over a socket that is to come. */
static struct client *find_draining(const struct courier *courier, const struct handover *handover)
{
    struct client *client = courier->draining;
    while (client && (client->connection != handover->connection || client->generation != handover->generation))
        client = client->draining.next;
    return client;
}

/* The client's socket is here; it may have output that waits for it. */
static void take_socket(struct courier *courier, struct client *client, int fd)
{
    client_take_socket(client, fd);
    courier_touch(courier, client);
}

bool courier_is_ours(const struct courier *courier, uint32_t connection)
{
    return connection < courier->audience.client_limit && world_courier(courier->world, connection) == courier->number;
}

/* Who sends one may send thousands. */
static void tell_intruder(pid_t pid, uint32_t slot)
{
    static int64_t told;
    int64_t now = clock_monotonic();
    if (told && now - told < 1000 * MS)
        return;
    told = now;
    log_warning("process %ld handed over a socket for slot %u, which is another's: refused", (long)pid, slot);
}

/* Empties the mailbox: a socket goes to its client, or waits for the ATTACH to come. */
void courier_take_sockets(struct courier *courier)
{
    struct handover handover;
    for (;;) {
        pid_t sender;
        int fd = pass_receive_from(courier->mailbox, &handover, sizeof handover, &sender);
        if (fd < 0 && errno == EPROTO)
            continue;
        if (fd < 0)
            return;
        if (!owners_accept(courier->owners, handover.connection, handover.generation, sender)) {
            tell_intruder(sender, handover.connection);
            close(fd);
            continue;
        }
        CRASHPOINT("socket-taken");
        struct client *client = audience_client(&courier->audience, handover.connection);
        if (client && client->generation == handover.generation) {
            take_socket(courier, client, fd);
        } else if ((client = find_draining(courier, &handover))) {
            take_socket(courier, client, fd);
        } else if (handover.connection < courier->audience.client_limit) {
            struct early *early = &courier->early[handover.connection];
            if (early->fd >= 0)
                close(early->fd);
            *early = (struct early){.fd = fd, .generation = handover.generation};
        } else {
            close(fd);
        }
    }
}

/* The worker of that generation is dead, so all it handed over is in the mailbox by now. What its
 * successor in this slot has handed over already is none of this. */
void courier_drop_early(struct courier *courier, uint32_t connection, uint32_t generation)
{
    if (!courier_is_ours(courier, connection))
        return;
    courier_take_sockets(courier);
    owners_forget(courier->owners, connection, generation);
    struct early *early = &courier->early[connection];
    if (early->fd < 0 || (int32_t)(early->generation - generation) > 0)
        return;
    close(early->fd);
    early->fd = -1;
}

/* ---- the copy ---- */

void courier_tell_end(struct courier *courier, struct client *client, bool away)
{
    const struct framing *framing = render_door(courier->render, client->door)->transport->framing;
    const char *bytes = away ? framing->away : framing->over;
    if (bytes && courier->position > client->stream.from) {
        courier_touch(courier, client);
        outbox_add(&client->outbox, bytes, strlen(bytes));
    }
}

/* The client is no longer part of anything, but may have something left to read. */
void courier_let_go(struct courier *courier, struct client *client, bool hang_up)
{
    audience_remove(&courier->audience, client);
    connection_set_queue(courier->world, client->connection, 0);
    client_leave(client, clock_monotonic() + LINGER_MS * MS, hang_up);
    client->draining.next = courier->draining;
    courier->draining = client;
}

/* It must not be found among those who left: its socket may be handed over again at any moment. */
void courier_undo_attach(struct courier *courier, struct client *client)
{
    struct early *early = &courier->early[client->connection];
    if (early->fd < 0) { /* else it is the successor's, undone before: that one lives */
        *early = (struct early){.fd = client->outbox.fd, .generation = client->generation};
        client->outbox.fd = -1;
    }
    for (size_t i = 0; client->sending.touched && i < courier->touched_count; i++) {
        if (courier->touched[i] == client) {
            courier->touched[i] = courier->touched[--courier->touched_count];
            break;
        }
    }
    audience_remove(&courier->audience, client);
    client_free(client);
}

struct client *courier_attach(struct courier *courier, uint32_t connection, uint32_t generation, uint32_t user,
                              uint32_t door)
{
    if (door >= DOOR_KINDS)
        return NULL;
    struct client *before;
    struct client *client = audience_attach(&courier->audience, connection, generation, user, door, &before);
    if (before)
        courier_let_go(courier, before, true);
    if (!client)
        return NULL;
    client_begin(client, courier->world, courier->cursor, courier->position);
    courier_take_sockets(courier);
    struct early *early = &courier->early[connection];
    if (early->fd >= 0 && early->generation == generation && client->outbox.fd < 0) {
        int fd = early->fd;
        early->fd = -1;
        take_socket(courier, client, fd);
    }
    return client;
}

struct client *courier_attach_told(struct courier *courier, const struct event *event)
{
    const struct event_connection *told = &event->numbers.attach;
    struct client *client = courier_attach(courier, event->connection, told->generation, event->source, told->door);
    if (!client)
        return NULL;
    client->copy.current = told->current;
    client->copy.caps = told->caps_low | (uint64_t)told->caps_high << 32;
    client->copy.flags = told->user_flags;
    for (uint32_t i = 0; i < event->channel_count; i++)
        audience_join(&courier->audience, client, event_channel(event, i), event_channel_flags(event, i));
    return client;
}

void courier_hand_to(struct courier *courier, struct client *client, const struct event *event, bool forth)
{
    uint32_t before = event->numbers.adopt.count_before;
    uint32_t first = forth ? before : 0, end = forth ? event->channel_count : before;
    audience_move(&courier->audience, client, forth ? event->source : event->target_user);
    client->copy.current = forth ? event->numbers.adopt.current_after : event->numbers.adopt.current_before;
    client->copy.flags = forth ? event->numbers.adopt.flags_after : event->numbers.adopt.flags_before;
    for (uint32_t i = first; i < end && i < event->channel_count; i++)
        audience_join(&courier->audience, client, event_channel(event, i), event_channel_flags(event, i));
}

/* What the event changes in the copy, once it is delivered; JOIN before, so that the newcomer sees it. */
void courier_apply_before(struct courier *courier, const struct event *event)
{
    if (event->type == EVENT_ATTACH && courier_is_ours(courier, event->connection))
        courier_attach_told(courier, event);
    if (event->type != EVENT_JOIN)
        return;
    for (struct client *client = audience_user(&courier->audience, event->source); client;
         client = client->copy.next_of_user) {
        audience_join(&courier->audience, client, event->numbers.join.channel, event->numbers.join.member_flags);
        if (client->connection == event->connection)
            client->copy.current = event->numbers.join.channel;
    }
}

uint32_t courier_concerned_user(const struct event *event)
{
    bool other = event->type == EVENT_KICK || event->type == EVENT_STATUS;
    return other ? event->target_user : event->source;
}

/* What the event changes of each client of the user. */
static void apply_to_user(struct audience *audience, struct client *client, const struct event *event)
{
    if (event->type == EVENT_PART || event->type == EVENT_KICK)
        audience_part(audience, client, event->numbers.part.channel);
    else if (event->type == EVENT_STATUS)
        audience_set_flags(audience, client, event->numbers.status.channel, event->numbers.status.after);
    else if (event->type == EVENT_FLAGS)
        client->copy.flags = event->numbers.flags.after;
}

/* What it changes of the one client of its connection. */
static void apply_to_connection(struct courier *courier, struct client *client, const struct event *event)
{
    struct audience *audience = &courier->audience;
    if (event->type == EVENT_CURRENT) {
        client->copy.current = event->numbers.current.after;
    } else if (event->type == EVENT_ADOPT) {
        courier_hand_to(courier, client, event, true);
    } else if (event->type == EVENT_CAPS) {
        client->copy.caps = event->numbers.caps.after_low | (uint64_t)event->numbers.caps.after_high << 32;
    } else if (event->type == EVENT_MONITOR && event->numbers.monitor.on) {
        audience_monitor(audience, client, event->strings.monitor.nick);
    } else if (event->type == EVENT_MONITOR) {
        audience_unmonitor(audience, client, event->strings.monitor.nick);
    } else if (event->type == EVENT_SUBSCRIBE && event->numbers.subscribe.on) {
        client_subscribe(client, event->strings.subscribe.key);
    } else if (event->type == EVENT_SUBSCRIBE) {
        client_unsubscribe(client, event->strings.subscribe.key);
    } else if (event->type == EVENT_DETACH) {
        if (event->numbers.detach.hang_up) /* else its worker has told it */
            courier_tell_end(courier, client, false);
        courier_touch(courier, client);
        courier_let_go(courier, client, event->numbers.detach.hang_up);
    }
}

void courier_apply_after(struct courier *courier, const struct event *event)
{
    struct audience *audience = &courier->audience;
    if (event->type == EVENT_DROP)
        courier_drop_early(courier, event->target, event->generation);
    for (struct client *client = audience_user(audience, courier_concerned_user(event)); client;
         client = client->copy.next_of_user)
        apply_to_user(audience, client, event);
    struct client *client = audience_client(audience, event->connection);
    if (client)
        apply_to_connection(courier, client, event);
}
