/* What was said in each room, in the order its observer heard it, and who has got how far. */
#include <string.h>

#include "mark.h"
#include "run.h"

void room_open_all(struct run *run)
{
    run->rooms = must(calloc(run->room_count, sizeof *run->rooms));
    for (uint32_t i = 0; i < run->count; i++) { /* the last one of a room is its observer */
        struct room *room = &run->rooms[i % run->room_count];
        run->clients[i].room = i % run->room_count;
        room->observer = i;
        room->laggards = ++room->members;
    }
}

void room_log(struct run *run, struct room *room, uint64_t id)
{
    if (room->log_length == room->log_size) {
        room->log_size = room->log_size ? room->log_size * 2 : 256;
        room->log = must(realloc(room->log, room->log_size * sizeof *room->log));
    }
    room->log[room->log_length++] = id;
    uint32_t sender = mark_sender(id);
    if (sender >= (uint32_t)run->options.senders || &run->rooms[run->clients[sender].room] != room)
        fatal(EXIT_MISDONE, "a line arrived in a room that nobody there sent");
    if (run_closed_loop(run))
        room_advance(run, &run->clients[sender], 1); /* it does not see its own */
}

void room_advance(struct run *run, struct client *client, uint32_t lines)
{
    struct room *room = &run->rooms[client->room];
    uint32_t before = client->position;
    client->position += lines;
    if (before == room->low)
        room->laggards--;
}

static void room_find_low(struct run *run, uint32_t number)
{
    struct room *room = &run->rooms[number];
    uint32_t low = UINT32_MAX, before = room->low;
    for (uint32_t i = number; i < run->count; i += run->room_count)
        low = run->clients[i].position < low ? run->clients[i].position : low;
    room->laggards = 0;
    for (uint32_t i = number; i < run->count; i += run->room_count)
        room->laggards += run->clients[i].position == low;
    room->low = low;
    for (uint32_t i = before; i < low; i++)
        run->clients[mark_sender(room->log[i])].credit++;
}

void room_release_all(struct run *run)
{
    for (uint32_t i = 0; i < run->room_count; i++)
        if (run->rooms[i].laggards == 0)
            room_find_low(run, i);
}

/* What one room's clients got. `next` and `hashes` have a place for each of its senders, the first ones of its clients,
 * `hashes` one more, for those who only listen. */
static uint32_t room_verify(struct run *run, uint32_t number, uint32_t *next, uint64_t *hashes, uint32_t told)
{
    const struct room *room = &run->rooms[number];
    uint32_t wrong = 0, rooms = run->room_count, all = (uint32_t)run->options.senders;
    uint32_t senders = all > number ? (all - number + rooms - 1) / rooms : 0;
    memset(next, 0, senders * sizeof *next);
    memset(hashes, 0, (senders + 1) * sizeof *hashes);
    for (size_t i = 0; i < room->log_length; i++) {
        uint32_t sender = mark_sender(room->log[i]) / rooms, sequence = mark_sequence(room->log[i]);
        if (sequence != next[sender] && wrong++ + told < 5)
            log_error("after line %u of %s came its line %u", next[sender], run->clients[number + sender * rooms].nick,
                      sequence);
        next[sender] = sequence + 1;
        for (uint32_t s = 0; s <= senders; s++)
            if (s != sender)
                hashes[s] = mark_hash(hashes[s], room->log[i], run->options.door->loose);
    }
    for (uint32_t place = 0; place < room->members; place++) {
        const struct client *client = &run->clients[number + place * rooms];
        bool sender = place < senders;
        uint64_t lines = room->sent - (sender ? client->sent : 0);
        if (sender && next[place] != client->sent && wrong++ + told < 5)
            log_error("%s sent %u lines, the last that arrived is %u", client->nick, client->sent, next[place]);
        if (client->received != lines && wrong++ + told < 5)
            log_error("%s got %u of %llu lines", client->nick, client->received, (unsigned long long)lines);
        else if (client->hash != hashes[sender ? place : senders] && wrong++ + told < 5)
            log_error("%s got other lines, or in another order, than %s", client->nick,
                      run->clients[room->observer].nick);
    }
    return wrong;
}

uint32_t room_verify_all(struct run *run)
{
    uint32_t wrong = 0, most = (uint32_t)run->options.senders;
    uint32_t *next = must(calloc(most, sizeof *next));
    uint64_t *hashes = must(calloc(most + 1, sizeof *hashes));
    for (uint32_t i = 0; i < run->room_count; i++)
        wrong += room_verify(run, i, next, hashes, wrong);
    free(next);
    free(hashes);
    return wrong;
}
