/* A courier that goes on in another's place: what it says of its clients' streams, for the one that comes after it. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "process/courier_parts.h"
#include "world/delivery_marks.h"

static struct txn txn;
static struct world world;
static struct settings *settings;
static struct courier courier;
static struct client *client;
static char name[REGION_NAME_SIZE];
static int ends[2], mailbox[2];

enum { GENERATION = 7 };

/* A courier whose predecessor came to `cursor` and marked that the kernel has `bytes` bytes of what is before `mark`.
 */
static void start(uint64_t cursor, uint64_t mark, uint64_t bytes)
{
    struct world_limits limits = {.users = 2, .connections = 2, .channels = 2, .members = 4, .masks = 5, .couriers = 1};
    child_name_region(name);
    CHECK(txn_create(&txn, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)) == 0);
    world_create(&world, &txn, &limits);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, mailbox) == 0);
    settings = settings_new();
    courier = (struct courier){.world = &world,
                               .settings = settings,
                               .mailbox = mailbox[0],
                               .owners = owners_new(16),
                               .position = cursor,
                               .cursor = cursor,
                               .early = calloc(2, sizeof *courier.early)};
    courier.early[0].fd = courier.early[1].fd = -1;
    audience_init(&courier.audience, &world);
    courier.render = render_new();
    ring_open_reader_locked(&txn.ring, 0, true, 0);
    delivery_marks_begin(&world, 0, GENERATION, 0);
    delivery_marks_set(&world, 0, mark, bytes);
    client = courier_attach(&courier, 0, GENERATION, 0, DOOR_PLAIN);
    client->outbox.fd = ends[0];
}

/* A courier frees nothing: its memory lives as long as its process. Ours, longer than one case. */
static struct courier kept[8];

static void keep(void)
{
    static int count;
    kept[count++] = courier;
}

static void stop(void)
{
    keep();
    audience_remove(&courier.audience, client);
    client_free(client); /* and the socket */
    close(ends[1]);
    close(mailbox[0]);
    close(mailbox[1]);
    free(courier.early);
    settings_free(settings);
    region_unmap(&txn.region);
    region_unlink(name);
}

/* A batch that ends at `position` and has these bytes for the client. */
static void batch(uint64_t position, const char *bytes)
{
    courier.position = position;
    courier_touch(&courier, client);
    if (*bytes)
        outbox_add(&client->outbox, bytes, strlen(bytes));
    courier_send_batch(&courier);
}

static bool marked(uint64_t position, uint64_t bytes, bool behind)
{
    struct delivery_mark mark;
    bool is_behind;
    return delivery_marks_get(&world, 0, GENERATION, &mark, &is_behind) && mark.position == position &&
           mark.bytes == bytes && is_behind == behind;
}

static void sent(void)
{
    start(32, 32, 10);
    batch(64, "1234");
    CHECK(marked(64, 14, false));
    stop();
}

static void not_yet_there(void)
{
    start(32, 96, 10);
    CHECK(client->stream.from == 96);
    batch(64, ""); /* its socket came */
    CHECK(marked(96, 10, false));
    batch(96, "");
    CHECK(marked(96, 10, false));
    batch(128, "1234");
    CHECK(marked(128, 14, false));
    stop();
}

static void in_the_middle(void)
{
    start(32, 32, 10);
    outbox_skip(&client->outbox, 6);
    batch(64, "1234");
    CHECK(marked(64, 14, false)); /* the kernel has these bytes, and more */
    batch(96, "5678");
    CHECK(marked(96, 18, false));
    char got[10];
    CHECK(read(ends[1], got, sizeof got) == 2 && memcmp(got, "78", 2) == 0);
    stop();
}

/* The worker of a client is dead whose slot another has. Its socket can come out of the mailbox all the same. */
static void superseded(void)
{
    start(32, 32, 10);
    audience_remove(&courier.audience, client);
    client_free(client); /* and its end of the connection */
    close(ends[1]);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    client = courier_attach(&courier, 0, GENERATION - 1, 0, DOOR_PLAIN);
    CHECK(client->state == CLIENT_SUPERSEDED);
    client_take_socket(client, ends[0]);
    txn_begin(&txn, EVENT_NEED_MAX);
    struct event event = event_of_server(EVENT_REPLY);
    event.audience = AUDIENCE_CONNECTION;
    event.target = 0;
    event.strings.reply.bytes = "sent before\n";
    event_publish_locked(&world, &event);
    txn_commit(&txn);
    struct ring_record record;
    courier.position = 0;
    while (ring_read(&txn.ring, &courier.position, &record) == RING_OK)
        courier_take_event(&courier, &record);
    courier_send_batch(&courier);
    char got[10];
    CHECK(read(ends[1], got, sizeof got) == 0); /* the end, and nothing before it */
    CHECK(marked(32, 10, false));
    stop();
}

int main(void)
{
    CASE("what the kernel has taken is marked", sent);
    CASE("a stream is not marked before the place to which it was sent already", not_yet_there);
    CASE("in the middle of what was sent already, the mark goes on with the cursor", in_the_middle);
    CASE("one whose slot is another's by now is sent nothing again", superseded);
    CHECK_DONE();
}
