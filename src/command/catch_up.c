/* What somebody missed. Run by workers, which read the ring as observers: publishers wait for none of them, and what is
 * overwritten before it was read is a gap that the client is told of. Writes no shared memory.
 *
 * The user's channels change here as they do in a courier's copy, from where they were at the DETACH and by events
 * alone. So each line is for those, and only those, who would have been shown it as it happened. */
#include "catch_up.h"

#include <stdlib.h>
#include <string.h>

#include "world/message_index.h"

/* Bytes of the ring that are read with the lock held, at the end: what they become has room in one transaction. */
#define REST_MOST 6144

/* One in so many parts of the ring is not begun with: it is overwritten next. */
#define SPARED 16

/* What is to be shown is copied out of the ring first, as showing it overwrites what follows: so much at once. */
#define KEPT_MOST ((size_t)1 << 20)

struct room {
    uint32_t channel, flags;
    bool in; /* else the user is known not to be there */
};

struct catch_up {
    struct session *session;
    uint32_t user, generation;
    uint64_t at, expected; /* in the ring; the number of the record that is next */
    uint64_t after, from;  /* the user has seen all before the first; the DETACH stands at the other */
    uint64_t born;         /* what is older was for another user of that number */
    uint64_t end;          /* what is later is shown as it happens */
    uint32_t lost;         /* the connection that the user had, or NONE */
    uint32_t current;
    struct room rooms[EVENT_CHANNELS];
    uint32_t room_count;
    struct room now[EVENT_CHANNELS]; /* where the user is by the tables, if there is no DETACH to be found */
    uint32_t now_count;
    struct room own[EVENT_CHANNELS]; /* where the session's user is, who saw what was said there since they came */
    uint32_t own_count;
    bool found;   /* the DETACH: not where the server was started again meanwhile */
    bool learned; /* where the user was when what is to be shown begins */
    bool gap;
    _Alignas(8) char copy[RING_RECORD_MAX]; /* a record, as it lies in the ring */
    size_t kept_bytes;
    _Alignas(8) char kept[KEPT_MOST]; /* records, each behind its head, as below */
};

struct kept {
    uint64_t position, sequence;
    size_t length;
};

static uint32_t list_rooms(const struct world *world, uint32_t user, struct room rooms[EVENT_CHANNELS])
{
    uint32_t channels[EVENT_CHANNELS], count = event_channels_locked(world, user, channels);
    const struct event event = {.channels = channels};
    for (uint32_t i = 0; i < count; i++)
        rooms[i] = (struct room){event_channel(&event, i), event_channel_flags(&event, i), true};
    return count;
}

static struct room *find(struct room *rooms, uint32_t count, uint32_t channel)
{
    for (uint32_t i = 0; i < count; i++)
        if (rooms[i].channel == channel)
            return &rooms[i];
    return NULL;
}

static bool is_in(struct room *rooms, uint32_t count, uint32_t channel)
{
    const struct room *room = find(rooms, count, channel);
    return room && room->in;
}

/* Where something begins that will not be overwritten at once. */
static uint64_t first_kept_locked(const struct world *world, uint64_t oldest)
{
    uint64_t size, head = ring_head(&world->txn->ring);
    ring_fill(&world->txn->ring, &size);
    uint64_t first = message_index_first_locked(world, oldest + size / SPARED);
    return first < head ? first : head;
}

struct catch_up *catch_up_open_locked(struct session *session, uint32_t user, uint64_t from, uint64_t after)
{
    const struct world *world = session->world;
    const struct ring *ring = &world->txn->ring;
    struct catch_up *state = malloc(sizeof *state);
    if (!state)
        return NULL;
    uint64_t oldest = ring_oldest_locked(ring);
    state->session = session;
    state->user = user;
    state->generation = world->users[user].generation;
    state->after = after < from && after >= oldest && message_index_find_locked(world, after) ? after : 0;
    state->from = from;
    state->born = 0;
    state->end = UINT64_MAX;
    state->gap = state->learned = from < oldest;
    state->at = from < oldest ? first_kept_locked(world, oldest) : state->after ? state->after : from;
    state->expected = ring_sequence_locked(ring, state->at);
    state->found = false;
    state->kept_bytes = 0;
    state->room_count = list_rooms(world, user, state->rooms);
    state->now_count = state->room_count;
    memcpy(state->now, state->rooms, sizeof state->now);
    state->own_count = list_rooms(world, session->user, state->own);
    state->lost = NONE;
    state->current = is_in(state->rooms, state->room_count, LOBBY) ? LOBBY : NONE; /* unless the DETACH says better */
    return state;
}

void catch_up_close(struct catch_up *state)
{
    free(state);
}

void catch_up_end_locked(struct catch_up *state)
{
    state->end = ring_head(&state->session->world->txn->ring);
}

/* ---- whom an event is for ---- */

static bool is_common(struct room *rooms, uint32_t count, const struct event *event)
{
    for (uint32_t i = 0; i < event->channel_count; i++)
        if (is_in(rooms, count, event_channel(event, i)))
            return true;
    return (event->flags & EVENT_LOBBY) && is_in(rooms, count, LOBBY);
}

static bool is_for_room(struct room *rooms, uint32_t count, const struct event *event)
{
    const struct room *room = find(rooms, count, event->target);
    uint32_t needed = event_for_flags(event);
    return room && room->in && (needed == 0 || (room->flags & needed));
}

/* Whether the client was shown it as it happened, being somebody else's then. */
static bool was_seen(struct catch_up *state, const struct event *event)
{
    if (event->position < state->session->arrived)
        return false;
    return event->audience == AUDIENCE_ALL ||
           (event->audience == AUDIENCE_CHANNEL && is_for_room(state->own, state->own_count, event)) ||
           (event->audience == AUDIENCE_COMMON && is_common(state->own, state->own_count, event));
}

static bool is_for_user(struct catch_up *state, const struct event *event)
{
    bool own = event->source == state->user && (event->connection == NONE || event->connection == state->lost);
    if (own && (event->flags & EVENT_NOT_SOURCE))
        return false;
    switch ((enum event_audience)event->audience) {
    case AUDIENCE_USER:
        return event->target == state->user;
    case AUDIENCE_CHANNEL:
        return is_for_room(state->rooms, state->room_count, event);
    case AUDIENCE_COMMON:
        return event->source == state->user || is_common(state->rooms, state->room_count, event);
    case AUDIENCE_ALL:
        return true;
    case AUDIENCE_CONNECTION:
    case AUDIENCE_FLAGGED:
    case AUDIENCE_NOBODY:
    case AUDIENCES:
        break;
    }
    return false;
}

/* ---- where the user is ---- */

static struct room *room_of(struct catch_up *state, uint32_t channel)
{
    struct room *room = find(state->rooms, state->room_count, channel);
    if (!room && state->room_count < EVENT_CHANNELS)
        *(room = &state->rooms[state->room_count++]) = (struct room){.channel = channel};
    return room;
}

static void set_room(struct catch_up *state, uint32_t channel, bool in, uint32_t flags)
{
    struct room *room = room_of(state, channel);
    if (room)
        *room = (struct room){channel, flags, in};
}

static void follow(struct catch_up *state, const struct event *event)
{
    struct room *room;
    if (event->type == EVENT_JOIN && event->source == state->user)
        set_room(state, event->numbers.join.channel, true, event->numbers.join.member_flags);
    else if ((event->type == EVENT_PART && event->source == state->user) ||
             (event->type == EVENT_KICK && event->target_user == state->user))
        set_room(state, event->numbers.part.channel, false, 0);
    else if (event->type == EVENT_STATUS && event->target_user == state->user &&
             (room = find(state->rooms, state->room_count, event->numbers.status.channel)))
        room->flags = event->numbers.status.after;
}

/* Before the first change that is told of, one was where it is said to lead away from; in what did not change, where
 * the DETACH says. */
static void learn(struct catch_up *state, const struct event *event)
{
    if (event->source == state->user && event->generation != state->generation)
        state->born = event->position;
    if (event->position <= state->after)
        return;
    if (event->type == EVENT_JOIN && event->source == state->user) {
        if (!find(state->rooms, state->room_count, event->numbers.join.channel))
            set_room(state, event->numbers.join.channel, false, 0);
    } else if ((event->type == EVENT_PART && event->source == state->user) ||
               (event->type == EVENT_KICK && event->target_user == state->user)) {
        if (!find(state->rooms, state->room_count, event->numbers.part.channel))
            set_room(state, event->numbers.part.channel, true, event->numbers.part.member_flags);
    } else if (event->position == state->from && event->type == EVENT_DETACH && event->source == state->user) {
        state->found = true;
        for (uint32_t i = 0; i < event->channel_count; i++)
            if (!find(state->rooms, state->room_count, event_channel(event, i)))
                set_room(state, event_channel(event, i), true, event_channel_flags(event, i));
        state->lost = event->connection;
        state->current = event->numbers.detach.current;
    }
}

/* ---- the ring ---- */

static void show_kept(struct catch_up *state)
{
    struct session *session = state->session;
    struct kept head;
    struct event event;
    for (size_t at = 0; at < state->kept_bytes && !session->leaving; at += sizeof head + (head.length + 7) / 8 * 8) {
        memcpy(&head, state->kept + at, sizeof head);
        const struct ring_record record = {.position = head.position,
                                           .sequence = head.sequence,
                                           .payload = state->kept + at + sizeof head,
                                           .length = head.length};
        if (event_decode(&record, &event))
            session->speech->show_past(session, &event, state->user, state->current);
    }
    state->kept_bytes = 0;
    if (state->gap)
        session_reply(session, REPLY_MISSED_SOME, NULL);
    state->gap = false;
}

static void keep(struct catch_up *state, const struct ring_record *record)
{
    const struct kept head = {record->position, record->sequence, record->length};
    if (state->kept_bytes + sizeof head + record->length + 8 > KEPT_MOST)
        show_kept(state);
    memcpy(state->kept + state->kept_bytes, &head, sizeof head);
    memcpy(state->kept + state->kept_bytes + sizeof head, record->payload, record->length);
    state->kept_bytes += sizeof head + (record->length + 7) / 8 * 8;
}

static void take(struct catch_up *state, const struct ring_record *record, const struct event *event)
{
    if (event->type == EVENT_JOIN)
        follow(state, event);
    if (event->position > state->born && event->position > state->after && is_for_user(state, event) &&
        !was_seen(state, event))
        keep(state, record);
    if (event->type != EVENT_JOIN)
        follow(state, event);
}

static enum ring_result read_one(struct catch_up *state, struct ring_record *record, struct event *event)
{
    uint64_t missed;
    enum ring_result result =
        ring_observe(&state->session->world->txn->ring, &state->at, &state->expected, record, state->copy, &missed);
    state->gap = state->gap || result == RING_MISSED;
    if (result == RING_OK && !event_decode(record, event))
        *event = (struct event){.type = EVENT_TYPES, .source = NONE, .target_user = NONE, .position = record->position};
    return result;
}

/* What was read is read again then, from the first on that is to be shown. */
static void learn_all(struct catch_up *state)
{
    uint64_t at = state->at, expected = state->expected;
    bool begun = false;
    struct ring_record record;
    struct event event;
    state->learned = true;
    state->room_count = 0;
    while (state->at <= state->from) {
        uint64_t here = state->at, number = state->expected;
        if (read_one(state, &record, &event) != RING_OK)
            break;
        learn(state, &event);
        if (!begun && event.position > state->after) {
            begun = true;
            at = here;
            expected = number;
        }
    }
    if (!state->found) {
        memcpy(state->rooms, state->now, sizeof state->rooms);
        state->room_count = state->now_count;
    }
    if (state->gap)
        return; /* what was to be read is gone, up to where it goes on now */
    state->at = at;
    state->expected = expected;
}

/* Up to there in the ring, or where it ends. A gap is told of where it is: what was kept before it comes first. */
static void take_until(struct catch_up *state, uint64_t end)
{
    struct ring_record record;
    struct event event;
    if (state->gap)
        show_kept(state);
    while (!state->session->leaving && state->at < end) {
        enum ring_result result = read_one(state, &record, &event);
        if (result == RING_MISSED)
            show_kept(state);
        else if (result != RING_OK)
            break;
        else if (event.type < EVENT_TYPES)
            take(state, &record, &event);
    }
    show_kept(state);
}

void catch_up_show(struct catch_up *state)
{
    uint64_t head = ring_head(&state->session->world->txn->ring);
    if (!state->learned)
        learn_all(state);
    take_until(state, head < state->end ? head : state->end);
}

bool catch_up_finish_locked(struct catch_up *state)
{
    uint64_t head = ring_head(&state->session->world->txn->ring);
    if (state->at + REST_MOST < head)
        return false;
    take_until(state, head);
    return true;
}

uint32_t catch_up_current_locked(const struct catch_up *state)
{
    const struct world *world = state->session->world;
    if (state->current < world->limits.channels && member_find_locked(world, state->user, state->current) != NONE)
        return state->current;
    return member_find_locked(world, state->user, LOBBY) != NONE ? LOBBY : NONE;
}
