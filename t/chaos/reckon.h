/* Reckons from the ring, by itself, who is to hear what: reads it as an observer, keeps who is where as the events
 * tell, and lays each event, worded by the doors, into the transcripts of those it is for. */
#ifndef FORKCHAT_T_CHAOS_RECKON_H
#define FORKCHAT_T_CHAOS_RECKON_H

#include <stdio.h>

#include "transport/door.h"
#include "event/event.h"
#include "transcript.h"

/* One connection of the tables, as it was at the event reckoned last. */
struct place {
    bool here;
    uint32_t generation, user, door, flags, current;
    uint64_t caps, seen;
    void *owner;                   /* of the driver's clients, or NULL */
    struct transcript *transcript; /* of that client, or NULL: nobody listens for it */
};

struct reckon {
    struct world *world;
    uint64_t position, expected, missed, events, count;
    uint32_t end;         /* no slot at or behind it was ever taken */
    struct place *places; /* by connection */
    unsigned char *in;    /* by channel and user: the member flags plus 1 */
    void **owners;        /* by user: who the driver's client is, until it is detached */
    /* Asked for the owner of a new client, by its address; told of what each event means for an owner. */
    void *(*find)(const char *address, struct transcript **transcript);
    void (*tell)(void *owner, const struct event *event);
};

static inline unsigned char *reckon_in(struct reckon *reckon, uint32_t channel, uint32_t user)
{
    return &reckon->in[(size_t)channel * reckon->world->limits.users + user];
}

/* Begins at the head of the ring, while nobody is there. */
static inline void reckon_begin(struct reckon *reckon, struct world *world)
{
    const struct world_limits *limits = &world->limits;
    reckon->world = world;
    reckon->places = (struct place *)transcript_must(calloc(limits->connections, sizeof *reckon->places));
    reckon->owners = (void **)transcript_must(calloc(limits->users, sizeof *reckon->owners));
    reckon->in = (unsigned char *)transcript_must(calloc((size_t)limits->users * limits->channels, 1));
    txn_begin_look(world->txn);
    reckon->position = ring_head(&world->txn->ring);
    reckon->expected = ring_sequence_locked(&world->txn->ring, reckon->position);
    txn_commit(world->txn);
}

/* The rendering made last, for viewers of the same kind. */
struct rendering {
    uint32_t door;
    struct view view;
    struct line *line; /* if it is exactly one */
    char bytes[3 * RING_RECORD_MAX + 4096];
    size_t length;
    bool made;
};

static inline bool reckon_same(const struct view *one, const struct view *other)
{
    return one->caps == other->caps && one->self == other->self && one->target == other->target &&
           one->current == other->current;
}

static inline void reckon_give(struct reckon *reckon, uint32_t slot, const struct event *event,
                               struct rendering *rendering, int64_t now)
{
    struct place *place = &reckon->places[slot];
    bool self = place->user == event->source;
    bool from = self && (event->connection == slot || event->connection == NONE);
    if (!place->here || place->seen == reckon->events || (from && (event->flags & EVENT_NOT_SOURCE)))
        return;
    place->seen = reckon->events;
    if (!place->transcript || event->type == EVENT_METADATA)
        return;
    if (event->type == EVENT_REPLY) {
        transcript_due(place->transcript, event->strings.reply.bytes, EVENT_LENGTH(event, reply.bytes), now);
        return;
    }
    const struct door door = door_of((enum door_kind)place->door);
    struct view view = {.framing = door.transport->framing, .caps = place->caps, .self = self};
    view.target =
        event->audience == AUDIENCE_USER || event->audience == AUDIENCE_CONNECTION || place->user == event->target_user;
    view.current = event->audience == AUDIENCE_CHANNEL && event->target == place->current;
    if (!rendering->made || rendering->door != place->door || !reckon_same(&rendering->view, &view)) {
        struct text text;
        text_init(&text, rendering->bytes, sizeof rendering->bytes);
        door.dialect->render(&text, event, &view);
        framing_apply(view.framing, &text, 0);
        rendering->door = place->door;
        line_drop(rendering->line);
        rendering->line = NULL;
        rendering->view = view;
        rendering->length = text.length;
        rendering->made = true;
        if (text.length > 0 && memchr(text.start, '\n', text.length) == text.start + text.length - 1)
            rendering->line = line_new(text.start, text.length);
    }
    if (rendering->line && place->transcript->part_length == 0)
        transcript_due_line(place->transcript, rendering->line, now);
    else
        transcript_due(place->transcript, rendering->bytes, rendering->length, now);
}

static inline void reckon_give_room(struct reckon *reckon, uint32_t channel, const struct event *event,
                                    struct rendering *rendering, int64_t now)
{
    uint32_t flags = event_for_flags(event);
    for (uint32_t i = 0; i < reckon->end; i++) {
        unsigned char in = reckon->places[i].here ? *reckon_in(reckon, channel, reckon->places[i].user) : 0;
        if (in && (flags == 0 || ((in - 1u) & flags)))
            reckon_give(reckon, i, event, rendering, now);
    }
}

static inline void reckon_give_user(struct reckon *reckon, uint32_t user, const struct event *event,
                                    struct rendering *rendering, int64_t now)
{
    for (uint32_t i = 0; user != NONE && i < reckon->end; i++)
        if (reckon->places[i].here && reckon->places[i].user == user)
            reckon_give(reckon, i, event, rendering, now);
}

static inline void reckon_deliver(struct reckon *reckon, const struct event *event, struct rendering *rendering,
                                  int64_t now)
{
    switch ((enum event_audience)event->audience) {
    case AUDIENCE_CONNECTION:
        reckon_give(reckon, event->target, event, rendering, now);
        break;
    case AUDIENCE_USER:
        reckon_give_user(reckon, event->target, event, rendering, now);
        break;
    case AUDIENCE_CHANNEL:
        if (event->type == EVENT_MESSAGE || event->type == EVENT_MULTILINE)
            reckon_give_user(reckon, event->source, event, rendering, now);
        reckon_give_room(reckon, event->target, event, rendering, now);
        break;
    case AUDIENCE_COMMON:
        reckon_give_user(reckon, event->source, event, rendering, now);
        for (uint32_t i = 0; i < event->channel_count; i++)
            reckon_give_room(reckon, event_channel(event, i), event, rendering, now);
        for (uint32_t i = 0; (event->flags & EVENT_LOBBY) && i < reckon->end; i++)
            if (reckon->places[i].here && *reckon_in(reckon, LOBBY, reckon->places[i].user) &&
                door_of((enum door_kind)reckon->places[i].door).dialect->hears_lobby)
                reckon_give(reckon, i, event, rendering, now);
        break;
    case AUDIENCE_ALL:
        for (uint32_t i = 0; i < reckon->end; i++)
            reckon_give(reckon, i, event, rendering, now);
        break;
    case AUDIENCE_FLAGGED:
        for (uint32_t i = 0; i < reckon->end; i++)
            if (event->target && (reckon->places[i].flags & event->target) == event->target)
                reckon_give(reckon, i, event, rendering, now);
        break;
    case AUDIENCE_NOBODY:
    case AUDIENCES:
        break;
    }
}

static inline void reckon_before(struct reckon *reckon, const struct event *event)
{
    if (event->type == EVENT_ATTACH) {
        const struct event_connection *told = &event->numbers.attach;
        struct place *place = &reckon->places[event->connection];
        *place = (struct place){.here = true,
                                .generation = told->generation,
                                .user = event->source,
                                .door = told->door,
                                .flags = told->user_flags,
                                .current = told->current};
        place->owner = reckon->owners[event->source] = reckon->find(event->shown, &place->transcript);
        if (event->connection >= reckon->end)
            reckon->end = event->connection + 1;
    } else if (event->type == EVENT_JOIN) {
        *reckon_in(reckon, event->numbers.join.channel, event->source) =
            (unsigned char)(event->numbers.join.member_flags + 1);
        if (event->connection != NONE)
            reckon->places[event->connection].current = event->numbers.join.channel;
    }
}

static inline void reckon_after(struct reckon *reckon, const struct event *event)
{
    bool other = event->type == EVENT_KICK || event->type == EVENT_STATUS;
    uint32_t user = other ? event->target_user : event->source;
    struct place *place = event->connection == NONE ? NULL : &reckon->places[event->connection];
    if (user == NONE)
        return;
    if (event->type == EVENT_PART || event->type == EVENT_KICK) {
        *reckon_in(reckon, event->numbers.part.channel, user) = 0;
    } else if (event->type == EVENT_STATUS) {
        *reckon_in(reckon, event->numbers.status.channel, user) = (unsigned char)(event->numbers.status.after + 1);
    } else if (event->type == EVENT_FLAGS) {
        for (uint32_t i = 0; i < reckon->end; i++)
            if (reckon->places[i].user == user)
                reckon->places[i].flags = event->numbers.flags.after;
    } else if (event->type == EVENT_QUIT) {
        for (uint32_t i = 0; i < reckon->world->limits.channels; i++)
            *reckon_in(reckon, i, user) = 0;
    } else if (place && event->type == EVENT_CURRENT) {
        place->current = event->numbers.current.after;
    } else if (place && event->type == EVENT_CAPS) {
        place->caps = event->numbers.caps.after_low | (uint64_t)event->numbers.caps.after_high << 32;
    } else if (place && event->type == EVENT_DETACH) {
        place->here = false;
        reckon->owners[user] = NULL;
    }
}

static inline void reckon_event(struct reckon *reckon, const struct event *event, int64_t now)
{
    static struct rendering rendering;
    rendering.made = false;
    reckon->events++;
    reckon_before(reckon, event);
    reckon_deliver(reckon, event, &rendering, now);
    if (event->source != NONE && reckon->owners[event->source])
        reckon->tell(reckon->owners[event->source], event);
    reckon_after(reckon, event);
}

/* Reads all there is. */
static inline void reckon_read(struct reckon *reckon, int64_t now)
{
    static char copy[RING_RECORD_MAX];
    const struct ring *ring = &reckon->world->txn->ring;
    for (;;) {
        struct ring_record record;
        struct event event;
        uint64_t missed = 0;
        enum ring_result result = ring_observe(ring, &reckon->position, &reckon->expected, &record, copy, &missed);
        if (result == RING_EMPTY)
            return;
        reckon->missed += missed;
        if (result == RING_BROKEN || (result == RING_OK && !event_decode(&record, &event))) {
            printf("the ring is damaged at %llu\n", (unsigned long long)reckon->position);
            abort();
        }
        if (result == RING_OK)
            reckon_event(reckon, &event, now);
    }
}

#endif
