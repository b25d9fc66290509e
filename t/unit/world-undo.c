/* Whatever a command changes, a death takes back. Clients of every door send lines at random, from a fixed seed, and
 * every command of every door comes up. At named places of their transactions the region is copied as a death there
 * would leave it, and the copy is recovered: it must be what it was before the transaction, byte for byte, or, once the
 * transaction is committed, what it is now. So every byte of ground truth that is changed without being saved shows.
 *
 * The layer below is compiled into this test, with its crash points in, in place of the one in the library. */
#define CRASHPOINTS
#include "ipc/wakeup.c"
#include "ipc/journal.c"
#include "ipc/lock.c"
#include "ipc/ring.c"
#include "ipc/txn.c"

#include "check.h"
#include "crowd.h"
#include "world/attendance.h"
#include "world/counters.h"
#include "world/guesses.h"
#include "world/reach.h"
#include "world/whowas.h"
#include "world/metadata.h"
#include "world/delivery_marks.h"
#include "world/monitors.h"

/* ---- copies of the region, and what a death leaves of them ---- */

/* One copy as it was before the transaction, one as it would be after a death. Laid out as the region is. */
struct copy {
    char *bytes;
    struct world world;
};

static struct copy before, after;
static uint64_t head_before;
static bool looking, in_transaction;
static uint32_t rate; /* a death at one place of so many, beside the last before the commit */
static uint64_t places, transactions, most_saved;

static void move(struct copy *copy, void *pointer, size_t size)
{
    char *at;
    memcpy(&at, pointer, sizeof at);
    at = copy->bytes + (at - txn.region.base);
    memcpy(pointer, &at, size);
}

static void make_copy(struct copy *copy)
{
    copy->bytes = calloc(1, txn.region.size);
    copy->world = world;
    copy->world.txn = NULL; /* nothing may be saved, nothing published */
    void *pointers[] = {
        &copy->world.shm,         &copy->world.users,           &copy->world.channels,       &copy->world.connections,
        &copy->world.members,     &copy->world.masks,           &copy->world.nick_buckets,   &copy->world.bans,
        &copy->world.whowas,      &copy->world.channel_buckets, &copy->world.monitors,       &copy->world.metadata,
        &copy->world.attendances, &copy->world.counters,        &copy->world.delivery_marks, &copy->world.guesses,
        &copy->world.reach};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        move(copy, pointers[i], sizeof(char *));
}

static void copy_tables(struct copy *copy)
{
    size_t size;
    const char *tables = txn_area(&txn, &size);
    memcpy(copy->bytes + (tables - txn.region.base), tables, size);
}

#define BLANK(table, count, field)                                                                                     \
    for (uint32_t i = 0; i < (count); i++)                                                                             \
    memset(&(table)[i].field, 0, sizeof *(table) - (size_t)((char *)&(table)[i].field - (char *)&(table)[i]))

/* Makes everything zero that need not come back: what is derived, and what is in no order with anything. */
static void blank_derived(struct world *copy)
{
    struct world_shm *shm = copy->shm;
    BLANK(copy->users, copy->limits.users, first_membership);
    BLANK(copy->connections, copy->limits.connections, next_of_user);
    BLANK(copy->channels, copy->limits.channels, first_member);
    BLANK(copy->members, copy->limits.members, next_of_channel);
    BLANK(copy->masks, copy->limits.masks, next_of_channel);
    BLANK(copy->monitors, monitor_limit(&copy->limits), next);
    BLANK(copy->metadata, metadata_limit(&copy->limits), next);
    memset(copy->nick_buckets, 0, world_buckets(copy->limits.users) * sizeof(uint32_t));
    memset(copy->channel_buckets, 0, world_buckets(copy->limits.channels) * sizeof(uint32_t));
    memset(copy->counters, 0, counters_size(&copy->limits));
    memset(copy->delivery_marks, 0, copy->limits.connections * sizeof *copy->delivery_marks);
    memset(copy->guesses, 0, guesses_size(&copy->limits));
    memset(copy->reach, 0, reach_size(&copy->limits));
    memset(&shm->present, 0, sizeof *shm - offsetof(struct world_shm, present));
    atomic_store(&shm->bans_version, 0);
    atomic_store(&shm->settings_version, 0);
    atomic_store(&shm->orders, 0);
    atomic_store(&shm->over, 0);
    memset(shm->command_counts, 0, sizeof shm->command_counts);
    memset(shm->settings + shm->settings_length, 0, sizeof shm->settings - shm->settings_length);
}

/* Names the first byte in which the copies differ. */
static void tell_difference(const char *place)
{
    const struct world *at = &after.world;
    const struct {
        const char *what;
        const void *start;
        size_t size;
    } tables[] = {{"head", at->shm, sizeof *at->shm},
                  {"users", at->users, sizeof *at->users},
                  {"connections", at->connections, sizeof *at->connections},
                  {"channels", at->channels, sizeof *at->channels},
                  {"members", at->members, sizeof *at->members},
                  {"masks", at->masks, sizeof *at->masks},
                  {"bans", at->bans, sizeof *at->bans},
                  {"whowas", at->whowas, sizeof *at->whowas},
                  {"monitors", at->monitors, sizeof *at->monitors},
                  {"metadata", at->metadata, sizeof *at->metadata},
                  {"attendances", at->attendances, sizeof *at->attendances}};
    const char *was = (const char *)before.world.shm, *wrong = (const char *)at->shm;
    for (; *was == *wrong; was++)
        wrong++;
    size_t best = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if ((const char *)tables[i].start <= wrong && (const char *)tables[i].start >= (const char *)tables[best].start)
            best = i;
    size_t offset = (size_t)(wrong - (const char *)tables[best].start);
    printf("# death at %s: %s, record %zu, byte %zu is not as it was\n", place, tables[best].what,
           offset / tables[best].size, offset % tables[best].size);
    check_failed = 1;
}

/* Has the process die here, in a copy, and recovers that. */
static void die_in_copy(const char *place)
{
    uint64_t head = ring_head(&txn.ring);
    bool committed = head != head_before || strcmp(place, "before-unlock") == 0;
    size_t size;
    char *tables = (char *)after.world.shm;
    txn_area(&txn, &size);
    copy_tables(&after);

    const struct journal_shm *journal = txn.journal.shared;
    struct journal_shm *copied = (struct journal_shm *)(after.bytes + ((const char *)journal - txn.region.base));
    memcpy(copied, journal, sizeof *journal + journal->used);
    struct journal own = txn.journal;
    own.shared = copied;
    own.base = after.bytes;
    journal_recover_locked(&own, head);
    world_repair_locked(&after.world);
    const char *wrong = world_check_locked(&after.world);
    if (wrong) {
        printf("# death at %s: %s\n", place, wrong);
        check_failed = 1;
    }
    blank_derived(&after.world);
    if (committed) {
        copy_tables(&before);
        blank_derived(&before.world);
    }
    if (memcmp(tables, before.world.shm, size) != 0)
        tell_difference(place);
    places++;
}

void crashpoint_pass(const char *place)
{
    if (!looking || check_failed)
        return;
    looking = false;
    if (strcmp(place, "lock-taken") == 0) {
        copy_tables(&before);
        blank_derived(&before.world);
        head_before = ring_head(&txn.ring);
        in_transaction = true;
        transactions++;
    } else if (in_transaction) {
        uint64_t used = txn.journal.shared->used;
        most_saved = used > most_saved ? used : most_saved;
        bool last = strcmp(place, "before-unlock") == 0;
        if (last && world_check_locked(&world))
            die_in_copy(place);
        if ((used > 0 && strcmp(place, "before-commit") == 0) || below(rate) == 0)
            die_in_copy(place);
        in_transaction = !last;
    }
    looking = true;
}

/* ---- the cases ---- */

static void start(const struct world_limits *limits, uint32_t deaths)
{
    crowd_start(limits);
    rate = deaths;
    make_copy(&before);
    make_copy(&after);
    looking = true;
}

static void stop(void)
{
    looking = false;
    printf("# %llu transactions, %llu deaths; at most %llu bytes were saved\n", (unsigned long long)transactions,
           (unsigned long long)places, (unsigned long long)most_saved);
    free(before.bytes);
    free(after.bytes);
    crowd_stop();
    transactions = places = most_saved = 0;
}

static void check_all_were_run(void)
{
    const struct command *command;
    for (int i = 0; i < DIALECT_KINDS; i++) {
        for (int k = 0; (command = command_list((enum dialect_kind)i, k)); k++) {
            if (is_left_out(command) || world_command_count(&world, command_number(command)) > 0)
                continue;
            printf("# %s was never sent\n", command->verb);
            check_failed = 1;
        }
    }
    const struct world_shm *shm = world.shm;
    CHECK(shm->channels_end > 5 && shm->members_end > 5 && shm->masks_end > 5);
    printf("# %u bans, %u monitors, %u pieces of metadata\n", shm->bans_end, shm->monitors_end, shm->metadata_end);
    CHECK(shm->bans_end > 1 && shm->monitors_end > 5 && shm->metadata_end > 5);
    CHECK(shm->whowas_end > 50 && shm->attendances_end > 50 && shm->messages_indexed > 50 && shm->crashes_end > 0);
}

static void any_command(void)
{
    start(&crowd_limits, 8);
    crowd_come_all();
    for (int i = 0; i < 8000 && !check_failed; i++)
        crowd_step();
    check_all_were_run();
    stop();
}

/* Fills a list of metadata, in transactions of their own. */
static void fill_metadata(enum metadata_kind kind, uint32_t owner, uint32_t count)
{
    char key[METADATA_KEY_SIZE], value[METADATA_VALUE_SIZE];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    txn_begin_look(&txn);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "key%u", i);
        CHECK(metadata_set_locked(&world, kind, owner, key, kind == METADATA_SUBSCRIPTION ? "" : value, NONE));
    }
    txn_commit(&txn);
}

/* Alone in as many channels as may be, all of which end with them; and all that a user and a channel can have. */
static void largest_leave(void)
{
    static const struct world_limits limits = {.users = 6000,
                                               .connections = 6000,
                                               .channels = EVENT_CHANNELS + 1,
                                               .members = 8000,
                                               .masks = 60000,
                                               .couriers = 2};
    char word[40];
    start(&limits, 5000);
    looking = false;
    come(0);
    feed(&sessions[0], "JOIN 0\r\n");
    for (uint32_t i = 0; i < EVENT_CHANNELS; i++) {
        txn_begin_look(&txn);
        snprintf(word, sizeof word, "#channel%u", i);
        uint32_t channel = channel_create_locked(&world, word, NONE);
        CHECK(channel != NONE && member_add_locked(&world, 0, channel, MEMBER_OPERATOR) != NONE);
        connection_set_current_locked(&world, 0, channel);
        for (uint32_t k = 0; k < CHANNEL_MASKS; k++) {
            snprintf(word, sizeof word, "*!*@host%u", k);
            CHECK(mask_add_locked(&world, channel, MASK_BAN, word, NONE) == MASK_ADDED);
        }
        txn_commit(&txn);
        fill_metadata(METADATA_OF_CHANNEL, channel, METADATA_KEYS);
    }
    fill_metadata(METADATA_OF_USER, 0, METADATA_KEYS);
    fill_metadata(METADATA_SUBSCRIPTION, 0, METADATA_SUBSCRIPTIONS);
    txn_begin_look(&txn);
    for (uint32_t i = 0; i < MONITORS_OF_ONE; i++) {
        snprintf(word, sizeof word, "monitored%u", i);
        CHECK(monitor_add_locked(&world, 0, word) != NONE);
    }
    txn_commit(&txn);
    looking = true;
    reap(0);
    CHECK(places > 0 && most_saved > 0 && most_saved < JOURNAL_CAPACITY / 2);
    stop();
}

/* Sends a labeled message of as many lines, bytes and tags as there may be, of which the author is to see a copy. */
static void send_lines(struct session *session, const char *target)
{
    char line[5000];
    snprintf(line, sizeof line, "@+a=%03900d;label=l BATCH +r draft/multiline %s\r\n", 0, target);
    feed(session, line);
    for (int i = 0; i < MULTILINE_LINES; i++) {
        snprintf(line, sizeof line, "@batch=r PRIVMSG %s :%0160d\r\n", target, i);
        feed(session, line);
    }
    feed(session, "BATCH -r\r\n");
}

static void largest_answer(void)
{
    static const struct world_limits limits = {
        .users = 2, .connections = 2, .channels = 8, .members = 20, .masks = 20, .couriers = 2};
    start(&limits, 8);
    come(0);
    feed(&sessions[0], "CAP REQ :message-tags labeled-response batch echo-message draft/multiline server-time\r\n"
                       "NICK nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\r\n"
                       "JOIN #aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,#bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    send_lines(&sessions[0], "#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    CHECK(world.shm->messages_indexed == 1);
    /* Twice as much would be more than a transaction asks room for: it must be refused. */
    send_lines(&sessions[0], "#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,#bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    CHECK(world.shm->messages_indexed == 1);
    stop();
}

/* A reload cannot make the ring larger: that takes a restart, whatever the settings say by then. */
static void largest_rename(void)
{
    static const struct world_limits limits = {
        .users = 300, .connections = 300, .channels = 400, .members = 2000, .masks = 20, .couriers = 2};
    start(&limits, 100);
    settings->ring_size *= 64;
    for (uint32_t place = 0; place < limits.users; place++) {
        if (door_at(place) != DOOR_IRC)
            continue;
        struct session *session = &sessions[place > 0];
        come_to(session, place);
        feed(session, "JOIN #many\r\n");
    }
    feed(&sessions[0], "JOIN #own\r\nRENAME #many #other\r\nRENAME #own #another\r\n");
    CHECK(channel_find_locked(&world, "#many") != NONE && channel_find_locked(&world, "#other") == NONE);
    CHECK(channel_find_locked(&world, "#own") == NONE && channel_find_locked(&world, "#another") != NONE);
    stop();
}

int main(void)
{
    CASE("a channel with more members than the ring can be told of keeps its name", largest_rename);
    CASE("the largest transaction there can be fits into half of the journal", largest_leave);
    CASE("the longest answer within a transaction has room", largest_answer);
    CASE("whatever a command changes is taken back by a death before its event, and stays after it", any_command);
    CHECK_DONE();
}
