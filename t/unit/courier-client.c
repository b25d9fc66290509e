/* A courier's client: every cell of the table of states and events, and what follows from a state: what a socket that
 * comes is used for, and whose the marks are. */
#include "process/client.h"

#include <sys/socket.h>

#include "check.h"
#include "child.h"
#include "world/delivery_marks.h"
#include "world/doors.h"

#define NEVER CLIENT_STATES

/* The table once more, as sentences: in this state, at this event, it is in that state, or that cannot happen. */
static const struct cell {
    enum client_state before;
    enum client_event event;
    enum client_state after;
    const char *sentence;
} cells[] = {
    {CLIENT_NEW, CLIENT_BEGUN, CLIENT_LIVE, "one to whom nobody has sent anything is live at once"},
    {CLIENT_NEW, CLIENT_MET_LATE, CLIENT_SUPERSEDED, "one whose successor has its slot is superseded"},
    {CLIENT_NEW, CLIENT_RESUMED, CLIENT_RESUMING, "one whose stream another courier began is resuming"},
    {CLIENT_NEW, CLIENT_SOCKET, NEVER, "a socket cannot come before it is known where the stream begins"},
    {CLIENT_NEW, CLIENT_OVERWRITTEN, NEVER, "one that is new is owed nothing that could be overwritten"},
    {CLIENT_NEW, CLIENT_LEFT, NEVER, "one cannot leave before it is known where its stream begins"},

    {CLIENT_LIVE, CLIENT_BEGUN, NEVER, "one that is live does not begin again"},
    {CLIENT_LIVE, CLIENT_MET_LATE, NEVER, "one that is live has its slot to itself"},
    {CLIENT_LIVE, CLIENT_RESUMED, NEVER, "one that is live does not resume again"},
    {CLIENT_LIVE, CLIENT_SOCKET, CLIENT_LIVE, "one that is live may be given its socket again"},
    {CLIENT_LIVE, CLIENT_OVERWRITTEN, CLIENT_CUT_OFF, "one that is live is cut off when what it is owed is lost"},
    {CLIENT_LIVE, CLIENT_LEFT, CLIENT_DRAINING, "one that was live and has left is draining"},

    {CLIENT_RESUMING, CLIENT_BEGUN, NEVER, "one that is resuming does not begin again"},
    {CLIENT_RESUMING, CLIENT_MET_LATE, NEVER, "one that is resuming has its slot to itself"},
    {CLIENT_RESUMING, CLIENT_RESUMED, NEVER, "one that is resuming does not resume again"},
    {CLIENT_RESUMING, CLIENT_SOCKET, CLIENT_LIVE, "with its socket, one that is resuming is live"},
    {CLIENT_RESUMING, CLIENT_OVERWRITTEN, CLIENT_CUT_OFF,
     "one that is resuming is cut off when what it is owed is lost"},
    {CLIENT_RESUMING, CLIENT_LEFT, CLIENT_DRAINING_RESUMING,
     "one that leaves while it is resuming is still to get its socket"},

    {CLIENT_CUT_OFF, CLIENT_BEGUN, NEVER, "one that is cut off does not begin again"},
    {CLIENT_CUT_OFF, CLIENT_MET_LATE, NEVER, "one that is cut off has its slot to itself"},
    {CLIENT_CUT_OFF, CLIENT_RESUMED, NEVER, "one that is cut off does not resume"},
    {CLIENT_CUT_OFF, CLIENT_SOCKET, CLIENT_CUT_OFF, "no socket helps one that is cut off"},
    {CLIENT_CUT_OFF, CLIENT_OVERWRITTEN, NEVER, "one that is cut off is owed nothing more that could be overwritten"},
    {CLIENT_CUT_OFF, CLIENT_LEFT, CLIENT_DRAINING_CUT_OFF, "one that is cut off and leaves stays cut off"},

    {CLIENT_SUPERSEDED, CLIENT_BEGUN, NEVER, "one that is superseded does not begin again"},
    {CLIENT_SUPERSEDED, CLIENT_MET_LATE, NEVER, "one that is superseded is met once"},
    {CLIENT_SUPERSEDED, CLIENT_RESUMED, NEVER, "one that is superseded has no marks to resume from"},
    {CLIENT_SUPERSEDED, CLIENT_SOCKET, CLIENT_SUPERSEDED,
     "one that is superseded may get its socket, which is hung up on"},
    {CLIENT_SUPERSEDED, CLIENT_OVERWRITTEN, NEVER, "of one that is superseded nothing is looked for in the ring"},
    {CLIENT_SUPERSEDED, CLIENT_LEFT, CLIENT_DRAINING, "one that is superseded leaves like any"},

    {CLIENT_DRAINING, CLIENT_BEGUN, NEVER, "one that is draining does not begin again"},
    {CLIENT_DRAINING, CLIENT_MET_LATE, NEVER, "one that is draining is not met again"},
    {CLIENT_DRAINING, CLIENT_RESUMED, NEVER, "one that is draining does not resume again"},
    {CLIENT_DRAINING, CLIENT_SOCKET, CLIENT_DRAINING, "last words may still get their socket"},
    {CLIENT_DRAINING, CLIENT_OVERWRITTEN, NEVER, "last words are not in the ring any more"},
    {CLIENT_DRAINING, CLIENT_LEFT, NEVER, "nobody leaves twice"},

    {CLIENT_DRAINING_RESUMING, CLIENT_BEGUN, NEVER, "one that left while it was resuming does not begin again"},
    {CLIENT_DRAINING_RESUMING, CLIENT_MET_LATE, NEVER, "one that left while it was resuming is not met again"},
    {CLIENT_DRAINING_RESUMING, CLIENT_RESUMED, NEVER, "one that left while it was resuming does not resume again"},
    {CLIENT_DRAINING_RESUMING, CLIENT_SOCKET, CLIENT_DRAINING,
     "with its socket, one that left while it was resuming is draining"},
    {CLIENT_DRAINING_RESUMING, CLIENT_OVERWRITTEN, NEVER, "last words are not in the ring any more, resumed or not"},
    {CLIENT_DRAINING_RESUMING, CLIENT_LEFT, NEVER, "nobody leaves twice while resuming"},

    {CLIENT_DRAINING_CUT_OFF, CLIENT_BEGUN, NEVER, "one that was cut off and left does not begin again"},
    {CLIENT_DRAINING_CUT_OFF, CLIENT_MET_LATE, NEVER, "one that was cut off and left is not met again"},
    {CLIENT_DRAINING_CUT_OFF, CLIENT_RESUMED, NEVER, "one that was cut off and left does not resume"},
    {CLIENT_DRAINING_CUT_OFF, CLIENT_SOCKET, CLIENT_DRAINING_CUT_OFF, "no socket helps one that was cut off and left"},
    {CLIENT_DRAINING_CUT_OFF, CLIENT_OVERWRITTEN, NEVER, "one that was cut off and left has nothing more to lose"},
    {CLIENT_DRAINING_CUT_OFF, CLIENT_LEFT, NEVER, "nobody leaves twice, cut off or not"},
};

#define CELLS (sizeof cells / sizeof *cells)

static const struct cell *cell;
static struct client *client;

/* Brings a client into a state, by the shortest way there is. */
static void bring(enum client_state state)
{
    client = client_new(1, 7, 0, DOOR_PLAIN);
    if (state == CLIENT_NEW)
        return;
    if (state == CLIENT_SUPERSEDED)
        client_note(client, CLIENT_MET_LATE);
    else if (state == CLIENT_RESUMING || state == CLIENT_DRAINING_RESUMING)
        client_note(client, CLIENT_RESUMED);
    else
        client_note(client, CLIENT_BEGUN);
    if (state == CLIENT_CUT_OFF || state == CLIENT_DRAINING_CUT_OFF)
        client_cut_off(client, 64);
    if (state == CLIENT_DRAINING || state == CLIENT_DRAINING_RESUMING || state == CLIENT_DRAINING_CUT_OFF)
        client_leave(client, 1000, true);
}

static void happens(void)
{
    client_note(client, cell->event);
}

static void check_cell(void)
{
    bring(cell->before);
    CHECK(client->state == cell->before);
    CHECK(client_next(cell->before, cell->event) == cell->after);
    if (cell->after == NEVER) {
        CHECK(child_aborts(happens));
    } else {
        happens();
        CHECK(client->state == cell->after);
        CHECK(client_is_draining(client) == (cell->after >= CLIENT_DRAINING));
        CHECK(client_owns_marks(client) == (cell->after < CLIENT_SUPERSEDED));
    }
    client_free(client);
}

static void every_cell(void)
{
    bool seen[CLIENT_STATES][CLIENT_EVENTS] = {{false}};
    for (size_t i = 0; i < CELLS; i++)
        seen[cells[i].before][cells[i].event] = true;
    for (int state = 0; state < CLIENT_STATES; state++)
        for (int event = 0; event < CLIENT_EVENTS; event++)
            CHECK(seen[state][event]);
    CHECK(CELLS == (size_t)CLIENT_STATES * CLIENT_EVENTS);
}

/* ---- where a stream begins ---- */

static struct txn txn;
static struct world world;
static char name[REGION_NAME_SIZE];

static void start(void)
{
    struct world_limits limits = {.users = 2, .connections = 2, .channels = 2, .members = 4, .masks = 5, .couriers = 1};
    child_name_region(name);
    CHECK(txn_create(&txn, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)) == 0);
    world_create(&world, &txn, &limits);
}

static void stop(void)
{
    region_unmap(&txn.region);
    region_unlink(name);
}

static bool begins(uint32_t generation, enum client_state state, uint64_t from, uint64_t total)
{
    client = client_new(1, generation, 0, DOOR_PLAIN);
    client_begin(client, &world, 64, 96);
    bool right = client->state == state && client->stream.from == from && client->stream.resumed == total &&
                 client->outbox.total == total;
    client_free(client);
    return right;
}

static void streams(void)
{
    start();
    CHECK(begins(7, CLIENT_LIVE, 0, 0));
    struct delivery_mark mark;
    bool behind;
    CHECK(delivery_marks_get(&world, 1, 7, &mark, &behind) && mark.position == 96 && mark.bytes == 0 && !behind);
    delivery_marks_set(&world, 1, 32, 10);
    CHECK(begins(7, CLIENT_RESUMING, 64, 10)); /* it had all there was before the cursor */
    delivery_marks_set_behind(&world, 1);
    CHECK(begins(7, CLIENT_RESUMING, 32, 10));
    delivery_marks_set(&world, 1, 80, 12);
    CHECK(begins(7, CLIENT_RESUMING, 80, 12));          /* beyond the cursor */
    CHECK(begins(6, CLIENT_SUPERSEDED, UINT64_MAX, 0)); /* nothing is news to it */
    CHECK(delivery_marks_get(&world, 1, 7, &mark, &behind) && mark.position == 80);
    CHECK(!delivery_marks_hung_up(&world, 1, 7));
    delivery_marks_set_hung_up(&world, 1);
    CHECK(delivery_marks_hung_up(&world, 1, 7) && !delivery_marks_hung_up(&world, 1, 8));
    stop();
}

/* ---- what a socket is used for ---- */

static int ends[2];

/* A client in that state is given its socket. Whether its connection is ended by that. */
static bool is_ended_by_socket(enum client_state state)
{
    char byte;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    bring(state);
    client_take_socket(client, ends[0]);
    CHECK(client->outbox.fd == ends[0]);
    ssize_t got = recv(ends[1], &byte, 1, MSG_DONTWAIT);
    CHECK(got == 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)));
    client_free(client);
    close(ends[1]);
    return got == 0;
}

static void sockets(void)
{
    CHECK(!is_ended_by_socket(CLIENT_LIVE));
    CHECK(!is_ended_by_socket(CLIENT_RESUMING));
    CHECK(!is_ended_by_socket(CLIENT_DRAINING));
    CHECK(!is_ended_by_socket(CLIENT_DRAINING_RESUMING));
    CHECK(is_ended_by_socket(CLIENT_CUT_OFF));
    CHECK(is_ended_by_socket(CLIENT_SUPERSEDED));
    CHECK(is_ended_by_socket(CLIENT_DRAINING_CUT_OFF));
}

static void socket_again(void)
{
    int again[2];
    char byte;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, again) == 0);
    bring(CLIENT_LIVE);
    client_take_socket(client, ends[0]);
    client_take_socket(client, again[0]);
    CHECK(recv(ends[1], &byte, 1, MSG_DONTWAIT) == 0); /* the first one is closed */
    CHECK(recv(again[1], &byte, 1, MSG_DONTWAIT) < 0);
    client_cut_off(client, 64);
    CHECK(recv(again[1], &byte, 1, MSG_DONTWAIT) == 0 && client->stream.from == 64);
    client_free(client);
    close(ends[1]);
    close(again[1]);
}

static void subscriptions(void)
{
    bring(CLIENT_LIVE);
    client_subscribe(client, "color");
    client_subscribe(client, "color");
    client_subscribe(client, "url");
    CHECK(client_is_subscribed(client, "color") && client_is_subscribed(client, "url"));
    client_unsubscribe(client, "color");
    client_unsubscribe(client, "none");
    CHECK(!client_is_subscribed(client, "color") && client_is_subscribed(client, "url"));
    client_free(client);
}

int main(void)
{
    for (size_t i = 0; i < CELLS; i++) {
        cell = &cells[i];
        CASE(cell->sentence, check_cell);
    }
    CASE("every cell of the table has a case", every_cell);
    CASE("a stream begins, or goes on where another courier left it, or is that of one who is gone", streams);
    CASE("a socket that comes is ended at once for those who are cut off, and for nobody else", sockets);
    CASE("a socket that is handed over again takes the place of the first", socket_again);
    CASE("a key of metadata is subscribed to once", subscriptions);
    CHECK_DONE();
}
