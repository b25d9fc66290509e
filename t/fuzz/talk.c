/* The talk door: whatever a telnet client sends, in whatever pieces, becomes the same lines, and nothing breaks. A real
 * session in a real world, in memory that has no name. */
#include "driver.h"

#include "command/families.h"
#include "door/door.h"
#include "ipc/region.h"

static struct shared shared;
static struct world world;
static struct settings *settings;

static void attend(struct session *session)
{
    (void)session;
}

static void start(void)
{
    struct world_limits limits = {.users = 4, .channels = 20, .members = 40, .masks = 50, .couriers = 1};
    char name[REGION_NAME_SIZE];
    snprintf(name, sizeof name, "/forkchat-fuzz-%ld", (long)getpid());
    if (!freopen("/dev/null", "w", stderr)) /* the log goes there */
        abort();
    if (shared_create(&shared, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(&limits)))
        abort();
    region_unlink(name);
    world_create(&world, &shared, &limits);
    settings = settings_new();
    settings_complete(settings);
    settings->flood.count = 0;
}

/* Feeds it all in pieces of that size; a number that stands for everything that was published. */
static uint64_t run(const char *bytes, size_t length, size_t piece)
{
    struct session *session = calloc(1, sizeof *session);
    const struct door *door = door_of(DOOR_TALK);
    if (!session)
        abort();
    *session = (struct session){.world = &world,
                                .settings = settings,
                                .wording = door->wording,
                                .door = DOOR_TALK,
                                .user = 0,
                                .verb_prefix = door->verb_prefix,
                                .attend = attend,
                                .call_supervisor = attend};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
    shared_begin_look(&shared);
    uint64_t position = ring_head(&shared.ring);
    session->generation = user_attach_locked(&world, 0, 1, DOOR_TALK, "127.0.0.1:1", "127.0.0.1");
    shared_commit(&shared);
    if (door->open(session))
        abort();
    while (length > 0 && !session->leaving) {
        size_t part = piece < length ? piece : length;
        door->feed(session, bytes, part);
        bytes += part;
        length -= part;
    }
    if (!session->leaving) {
        door->finish(session);
        command_leave(session, QUIT_LEFT, "");
    }
    session_flush(session);
    free(session->door_state);
    free(session);
    uint64_t hash = UINT64_C(14695981039346656037);
    struct ring_record record;
    struct event event;
    while (ring_read(&shared.ring, &position, &record) == RING_OK) {
        CLAIM(event_decode(&record, &event));
        if (event.type == EVENT_REPLY || event.type == EVENT_CONNECT)
            continue; /* answers may be gathered differently; what others see is the same */
        hash = (hash ^ event.type) * UINT64_C(1099511628211);
        for (int i = 0; i < EVENT_STRINGS; i++)
            for (size_t at = 0; at < event.lengths[i]; at++)
                hash = (hash ^ (unsigned char)event.strings[i][at]) * UINT64_C(1099511628211);
    }
    shared_begin_look(&shared);
    CLAIM(world.users[0].state == USER_GONE || world.users[0].state == USER_FREE);
    user_free_locked(&world, 0);
    const char *wrong = world_check_locked(&world);
    if (wrong)
        printf("%s\n", wrong);
    CLAIM(!wrong);
    shared_commit(&shared);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!settings)
        start();
    if (size < 1)
        return 0;
    const char *bytes = (const char *)data + 1;
    uint64_t whole = run(bytes, size - 1, size);
    if (data[0] % 4 == 0)
        CLAIM(run(bytes, size - 1, 1 + data[0] / 4) == whole);
    return 0;
}
