/* Whatever a command changes, a death takes back. Clients of every door send lines at random, from a fixed seed, and
 * every command of every door comes up. At named places of their transactions the region is copied as a death there
 * would leave it, and the copy is recovered: it must be what it was before the transaction, byte for byte, or, once the
 * transaction is committed, what it is now. So every byte of ground truth that is changed without being saved shows.
 *
 * The layer below is compiled into this test, with its crash points in, in place of the one in the library. */
#define CRASHPOINTS
#include "ipc/bell.c"
#include "ipc/journal.c"
#include "ipc/lock.c"
#include "ipc/ring.c"
#include "ipc/shared.c"

#include "check.h"
#include "child.h"
#include "command/families.h"
#include "door/door.h"
#include "world/attendance.h"
#include "world/bans.h"
#include "world/counters.h"
#include "world/layout.h"
#include "world/leavers.h"
#include "world/metadata.h"
#include "world/streams.h"
#include "world/trace.h"
#include "world/watches.h"

static struct shared shared;
static struct world world;
static char name[REGION_NAME_SIZE];
static struct settings *settings;

/* ---- the same sequence in every run ---- */

static uint64_t seed;

static uint32_t below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % limit);
}

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
    at = copy->bytes + (at - shared.region.base);
    memcpy(pointer, &at, size);
}

static void make_copy(struct copy *copy)
{
    copy->bytes = calloc(1, shared.region.size);
    copy->world = world;
    copy->world.shared = NULL; /* nothing may be saved, nothing published */
    void *pointers[] = {&copy->world.shm,         &copy->world.users,     &copy->world.channels,
                        &copy->world.members,     &copy->world.masks,     &copy->world.nick_buckets,
                        &copy->world.bans,        &copy->world.leavers,   &copy->world.channel_buckets,
                        &copy->world.watches,     &copy->world.metadata,  &copy->world.attendances,
                        &copy->world.counters,    &copy->world.streams};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        move(copy, pointers[i], sizeof(char *));
}

static void copy_tables(struct copy *copy)
{
    size_t size;
    const char *tables = shared_area(&shared, &size);
    memcpy(copy->bytes + (tables - shared.region.base), tables, size);
}

#define BLANK(table, count, field)                                                                 \
    for (uint32_t i = 0; i < (count); i++)                                                         \
    memset(&(table)[i].field, 0, sizeof *(table) - (size_t)((char *)&(table)[i].field - (char *)&(table)[i]))

/* Makes everything zero that need not come back: what is derived, and what is in no order with anything. */
static void blank_derived(struct world *copy)
{
    struct world_shm *shm = copy->shm;
    BLANK(copy->users, copy->limits.users, first_membership);
    BLANK(copy->channels, copy->limits.channels, first_member);
    BLANK(copy->members, copy->limits.members, next_of_channel);
    BLANK(copy->masks, copy->limits.masks, next_of_channel);
    BLANK(copy->watches, watch_limit(&copy->limits), next);
    BLANK(copy->metadata, metadata_limit(&copy->limits), next);
    memset(copy->nick_buckets, 0, world_buckets(copy->limits.users) * sizeof(uint32_t));
    memset(copy->channel_buckets, 0, world_buckets(copy->limits.channels) * sizeof(uint32_t));
    memset(copy->counters, 0, counters_size(&copy->limits));
    memset(copy->streams, 0, copy->limits.users * sizeof *copy->streams);
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
    } tables[] = {{"head", at->shm, sizeof *at->shm},          {"users", at->users, sizeof *at->users},
                  {"channels", at->channels, sizeof *at->channels}, {"members", at->members, sizeof *at->members},
                  {"masks", at->masks, sizeof *at->masks},     {"bans", at->bans, sizeof *at->bans},
                  {"leavers", at->leavers, sizeof *at->leavers},
                  {"watches", at->watches, sizeof *at->watches},
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
    uint64_t head = ring_head(&shared.ring);
    bool committed = head != head_before || strcmp(place, "before-unlock") == 0;
    size_t size;
    char *tables = (char *)after.world.shm;
    shared_area(&shared, &size);
    copy_tables(&after);

    const struct journal_shm *journal = shared.journal.shared;
    struct journal_shm *copied = (struct journal_shm *)(after.bytes + ((const char *)journal - shared.region.base));
    memcpy(copied, journal, sizeof *journal + journal->used);
    struct journal own = shared.journal;
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
        head_before = ring_head(&shared.ring);
        in_transaction = true;
        transactions++;
    } else if (in_transaction) {
        uint64_t used = shared.journal.shared->used;
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

/* ---- clients ---- */

#define CLIENTS 14u

static struct session sessions[CLIENTS + 1]; /* the last is at the desk, and no client */

static void attend(struct session *session)
{
    (void)session;
}

static bool wait_no_more(struct session *session, int milliseconds)
{
    (void)session, (void)milliseconds;
    return false;
}

static void take_answer(struct session *session, const char *bytes, size_t length)
{
    (void)session, (void)bytes, (void)length;
}

static void feed(struct session *session, const char *line)
{
    door_of(session->door)->feed(session, line, strlen(line));
    if (!session->leaving)
        session_flush(session);
}

static void begin_session(struct session *session, enum door_kind door, uint32_t user)
{
    *session = (struct session){.world = &world,
                                .settings = settings,
                                .wording = door_of(door)->wording,
                                .door = door,
                                .verb_prefix = door_of(door)->verb_prefix,
                                .user = user,
                                .attend = attend,
                                .call_supervisor = attend,
                                .wait = wait_no_more};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
}

static enum door_kind door_at(uint32_t place)
{
    return place % 7 == 5 ? DOOR_PLAIN : place % 7 == 6 ? DOOR_TALK : DOOR_IRC;
}

static void make_operator(struct session *session)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    irc_change_flags_locked(session, session_user_locked(session)->flags | USER_OPERATOR | USER_NOTICES);
    session_commit(session);
}

/* As a worker does it. */
static void come_to(struct session *session, uint32_t place)
{
    char line[80];
    begin_session(session, door_at(place), place);
    shared_begin(&shared, EVENT_NEED_MAX);
    session->generation = user_attach_locked(&world, place, 1, session->door, "192.0.2.1:9", "192.0.2.1");
    struct event event = event_of_locked(&world, EVENT_CONNECT, place);
    event.numbers[0] = session->door;
    event.audience = AUDIENCE_NOBODY;
    event_publish_locked(&world, &event);
    shared_commit(&shared);
    CHECK(door_of(session->door)->open(session) == 0);
    if (session->door == DOOR_IRC && !session->leaving) {
        if (below(4))
            feed(session, "CAP REQ :message-tags labeled-response batch echo-message draft/multiline draft/metadata-2 "
                          "draft/message-redaction draft/read-marker draft/pre-away extended-join\r\n");
        snprintf(line, sizeof line, "NICK n%u\r\nUSER u%u 0 * :r\r\nCAP END\r\nJOIN #c%u,#c%u\r\n", place, place,
                 below(6), below(6));
        feed(session, line);
    }
    if (below(3) == 0 && !session->leaving)
        make_operator(session);
}

static void come(uint32_t place)
{
    come_to(&sessions[place], place);
}

/* As the supervisor puts in order what a worker left. */
static void bury(uint32_t place)
{
    shared_begin(&shared, 2 * EVENT_NEED_MAX);
    const struct user_shm *user = &world.users[place];
    if (user->state == USER_ATTACHED || user->state == USER_PRESENT)
        register_leave_locked(&world, place, QUIT_CRASHED, "");
    if (below(4) == 0) {
        struct crash_shm crash = {.at = below(1000), .pid = 7, .process = "worker"};
        world_note_crash_locked(&world, &crash);
    }
    user_free_locked(&world, place);
    if (below(4) == 0)
        user_skip_locked(&world, place);
    shared_commit(&shared);
    free(sessions[place].door_state); /* and a few bytes of lines, which nobody misses */
}

/* ---- what they send ---- */

/* %n a nick, %c a channel, %m a mask, %k a key of metadata, %w a word, %t a text, %x modes, %a a target of metadata,
 * %i a message's id, %d a capability */
static const char *const irc_lines[] = {
    "JOIN %c", "JOIN %c,%c,%c %w,%w", "JOIN %c,%c", "JOIN %c", "JOIN %c", "JOIN 0", "PART %c :%t", "PART %c,%c",
    "TOPIC %c :%t",
    "KICK %c %n :%t", "KICK %c %n,%n,%n", "MODE %c %x", "MODE %c %x %n %m %w", "MODE %c +ooo-v %n %n %n %n",
    "MODE %c +bbeeII %m %m %m %m %m %m", "MODE %c -b+k %m %w", "MODE n1 +iwB-i", "INVITE %n %c", "KNOCK %c",
    "RENAME %c %c :%t",
    "RENAME %c #%w :%t", "PRIVMSG %c :%t", "PRIVMSG %c :%t", "PRIVMSG %n :%t", "@+a=b PRIVMSG %n,%c,@%c :%t",
    "NOTICE %c :%t", "@+a=b TAGMSG %c",
    "REDACT %c %i :%t", "AWAY :%t", "AWAY", "SETNAME :%t", "METADATA %a SET %k :%t", "METADATA %a SET %k",
    "METADATA %a CLEAR",
    "METADATA * SUB %k %k %k", "METADATA * UNSUB %k", "METADATA %a SYNC", "METADATA * SUBS", "METADATA %a GET %k",
    "METADATA %a LIST", "MONITOR + %n,%n,%w", "MONITOR - %n", "MONITOR C", "MONITOR S", "MONITOR L", "NICK %n",
    "NICK %w",
    "KILL %n :%t", "KLINE 1h %m :%t", "KLINE %w@192.0.2.* :%t", "UNKLINE %m", "MUTE %n", "MUTE all", "UNMUTE all",
    "MUTE %c",
    "UNMUTE %c", "UNMUTE %n", "HAND", "HANDS clear", "FLOOR %n %c", "FLOOR all %c", "QUIT :%t", "WALLOPS :%t",
    "BATCH +r draft/multiline %c\r\n@batch=r PRIVMSG %c :%t", "@batch=r PRIVMSG %c :%t", "BATCH -r", "CAP REQ :%d",
    "CAP REQ :-%d",
    "MARKREAD %c timestamp=2026-01-01T00:00:00.000Z", "NAMES %c", "WHO %c", "WHOIS %n", "LIST", "STATS k"};
static const char *const people_lines[] = {
    "NICK %n", "NICK %w", "MSG %c %t", "MSG %t", "ME %t", "JOIN %c", "JOIN %c %w", "PART %c %t", "PART", "TOPIC %t",
    "KICK %n %t",
    "INVITE %n", "MODE %x %n", "MODE +b %m", "AWAY %t", "AWAY", "KILL %n %t", "BAN %n 1h %t", "BAN %m %t", "UNBAN %m",
    "MUTE %n",
    "UNMUTE %c", "UNMUTE all", "HAND", "HANDS clear %n", "FLOOR %n", "FLOOR all", "QUIT %t", "@%n %t", "LIST",
    "WHOIS %n"};
static const char *const control_lines[] = {
    "wall %t", "topic %c %t", "kick %n %t", "ban %m 1h %t", "ban %n", "unban %m", "mute %c", "unmute %c", "mute all",
    "unmute all",
    "hands clear", "floor %n %c", "floor all %c", "shutdown 1h %t", "shutdown cancel", "who", "json channels",
    "attendance", "crash"};

#define PICK(list) (list)[below((uint32_t)(sizeof(list) / sizeof *(list)))]

static void add_word(struct text *text, char kind)
{
    static const char *const masks[] = {"*!*@192.0.2.1", "n1*!*@*", "m:*!*@*", "u2@*", "198.51.100.0/24",
        "x*@192.0.2.77", "*@203.0.113.7"};
    static const char *const modes[] = {"+i", "-i", "+m", "-m", "+nt", "-n", "+s", "-s", "+l 3", "-l", "+k key",
        "-k *", "b", "+o", "-v", "+b"};
    static const char *const caps[] = {"batch", "echo-message", "draft/channel-rename", "draft/metadata-2",
        "multi-prefix"};
    static const char *const sentences[] = {"hello", "a longer text with several words", "", "\001ACTION waves\001",
        "été"};
    switch (kind) {
    case 'n':
        text_addf(text, below(8) ? "n%u" : "guest%u", below(CLIENTS));
        break;
    case 'c':
        text_addf(text, below(12) ? "#c%u" : "#lobby", below(6));
        break;
    case 'm':
        text_add(text, PICK(masks));
        break;
    case 'k':
        text_addf(text, "key%u", below(below(2) ? 4 : 24));
        break;
    case 'x':
        text_add(text, PICK(modes));
        break;
    case 'd':
        text_add(text, PICK(caps));
        break;
    case 'a':
        add_word(text, below(2) ? 'c' : below(2) ? 'n' : '*');
        break;
    case '*':
        text_add_char(text, '*');
        break;
    case 'i': {
        uint64_t last = world.shm->traces - 1 - below(4);
        text_addf(text, "%llx", (unsigned long long)world.shm->trace[last % TRACE_SIZE].id);
        break;
    }
    case 't':
        text_add(text, PICK(sentences));
        break;
    default:
        text_addf(text, "word%u", below(30));
    }
}

static bool is_slow(const struct command *command)
{
    return strcmp(command->verb, "OPER") == 0 || strcmp(command->verb, "reload") == 0;
}

/* Every command of the door in turn, with any words. */
static void add_any(struct text *text, enum door_kind door)
{
    static int next[DOOR_KINDS];
    const struct command *command;
    do {
        if (!(command = command_list(door, next[door]++)))
            next[door] = 0;
    } while (!command || is_slow(command));
    text_add(text, command->verb);
    for (uint32_t words = below(5); words-- > 0;) {
        text_add_char(text, ' ');
        add_word(text, "ncmkwx"[below(6)]);
    }
}

static void send_something(struct session *session)
{
    char line[900];
    struct text text;
    bool irc = session->door == DOOR_IRC;
    text_init(&text, line, sizeof line);
    if (session->door == DOOR_TALK)
        text_add_char(&text, '/');
    if (irc && below(5) == 0)
        text_add(&text, "@label=l ");
    const char *form = irc                            ? PICK(irc_lines)
                       : session->door == DOOR_CONTROL ? PICK(control_lines)
                                                       : PICK(people_lines);
    if (irc && form[0] == '@')
        text_init(&text, line, sizeof line);
    if (below(6) == 0)
        add_any(&text, session->door);
    else
        for (const char *at = form; *at; at++)
            if (*at == '%')
                add_word(&text, *++at);
            else
                text_add_char(&text, *at);
    text_add(&text, irc ? "\r\n" : "\n");
    feed(session, line);
}

/* ---- the cases ---- */

static void start(const struct world_limits *limits, uint32_t deaths)
{
    child_name_region(name);
    seed = 20260101;
    rate = deaths;
    CHECK(shared_create(&shared, name, WORLD_LAYOUT, RING_MIN_SIZE, world_size(limits)) == 0);
    ring_start_at(&shared.ring, 1 << 20);
    world_create(&world, &shared, limits);
    make_copy(&before);
    make_copy(&after);
    settings = settings_new();
    settings->flood.count = 0;
    settings->ring_size = (int64_t)RING_MIN_SIZE;
    settings_complete(settings);
    looking = true;
}

static void stop(void)
{
    looking = false;
    printf("# %llu transactions, %llu deaths; at most %llu bytes were saved\n", (unsigned long long)transactions,
           (unsigned long long)places, (unsigned long long)most_saved);
    free(before.bytes);
    free(after.bytes);
    settings_free(settings);
    region_unmap(&shared.region);
    region_unlink(name);
    transactions = places = most_saved = 0;
}

static void check_all_were_run(void)
{
    static const enum door_kind doors[] = {DOOR_PLAIN, DOOR_TALK, DOOR_IRC, DOOR_CONTROL};
    const struct command *command;
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
        for (int k = 0; (command = command_list(doors[i], k)); k++) {
            if (is_slow(command) || world_command_count(&world, command_number(command)) > 0)
                continue;
            printf("# %s was never sent\n", command->verb);
            check_failed = 1;
        }
    }
    const struct world_shm *shm = world.shm;
    CHECK(shm->channels_end > 5 && shm->members_end > 5 && shm->masks_end > 5);
    CHECK(shm->bans_end > 2 && shm->watches_end > 5 && shm->metadata_end > 5);
    CHECK(shm->leavers_end > 50 && shm->attendances_end > 50 && shm->traces > 50 && shm->crash.at);
}

static void any_command(void)
{
    static const struct world_limits limits = {
        .users = CLIENTS, .channels = 8, .members = 60, .masks = 30, .couriers = 2};
    static char text[SETTINGS_TEXT_SIZE];
    start(&limits, 8);
    begin_session(&sessions[CLIENTS], DOOR_CONTROL, NONE);
    sessions[CLIENTS].deliver = take_answer;
    CHECK(door_of(DOOR_CONTROL)->open(&sessions[CLIENTS]) == 0);
    for (uint32_t i = 0; i < CLIENTS; i++)
        come(i);
    for (int i = 0; i < 6000 && !check_failed; i++) {
        uint32_t place = below(CLIENTS + 1);
        if (place < CLIENTS && (sessions[place].leaving || below(100) == 0)) {
            bury(place);
            come(place);
        }
        send_something(&sessions[place]);
        if (below(50) == 0) {
            memset(text, (int)('a' + below(26)), sizeof text);
            shared_begin_look(&shared);
            world_set_settings_locked(&world, text, below(SETTINGS_TEXT_SIZE));
            shared_commit(&shared);
        }
        if (below(20) == 0) { /* nobody is kept out or silent for ever */
            shared_begin_look(&shared);
            world_set_silence_locked(&world, false);
            channel_set_modes_locked(&world, LOBBY, CHANNEL_TOPIC_LOCK);
            for (uint32_t k = 0; k < bans_end_locked(&world); k++)
                ban_remove_locked(&world, world.bans[k].mask);
            shared_commit(&shared);
        }
    }
    check_all_were_run();
    stop();
}

/* Fills a list of metadata, in transactions of their own. */
static void fill_metadata(enum metadata_kind kind, uint32_t owner, uint32_t count)
{
    char key[METADATA_KEY_SIZE], value[METADATA_VALUE_SIZE];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    shared_begin_look(&shared);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "key%u", i);
        CHECK(metadata_set_locked(&world, kind, owner, key, kind == METADATA_SUBSCRIPTION ? "" : value));
    }
    shared_commit(&shared);
}

/* Alone in as many channels as may be, all of which end with them; and all that a user and a channel can have. */
static void largest_leave(void)
{
    static const struct world_limits limits = {
        .users = 1000, .channels = EVENT_CHANNELS + 1, .members = 1000, .masks = 60000, .couriers = 2};
    char word[40];
    start(&limits, 5000);
    looking = false;
    come(0);
    feed(&sessions[0], "JOIN 0\r\n");
    for (uint32_t i = 0; i < EVENT_CHANNELS; i++) {
        shared_begin_look(&shared);
        snprintf(word, sizeof word, "#channel%u", i);
        uint32_t channel = channel_create_locked(&world, word);
        CHECK(channel != NONE && member_add_locked(&world, 0, channel, MEMBER_OPERATOR) != NONE);
        user_set_current_locked(&world, 0, channel);
        for (uint32_t k = 0; k < CHANNEL_MASKS; k++) {
            snprintf(word, sizeof word, "*!*@host%u", k);
            CHECK(mask_add_locked(&world, channel, MASK_BAN, word, "n0") == MASK_ADDED);
        }
        shared_commit(&shared);
        fill_metadata(METADATA_OF_CHANNEL, channel, METADATA_KEYS);
    }
    fill_metadata(METADATA_OF_USER, 0, METADATA_KEYS);
    fill_metadata(METADATA_SUBSCRIPTION, 0, METADATA_SUBSCRIPTIONS);
    shared_begin_look(&shared);
    for (uint32_t i = 0; i < WATCHES_OF_ONE; i++) {
        snprintf(word, sizeof word, "watched%u", i);
        CHECK(watch_add_locked(&world, 0, word) != NONE);
    }
    shared_commit(&shared);
    looking = true;
    bury(0);
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
    static const struct world_limits limits = {.users = 2, .channels = 8, .members = 20, .masks = 20, .couriers = 2};
    start(&limits, 8);
    come(0);
    feed(&sessions[0], "CAP REQ :message-tags labeled-response batch echo-message draft/multiline server-time\r\n"
                       "NICK nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\r\n"
                       "JOIN #aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,#bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    send_lines(&sessions[0], "#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    CHECK(world.shm->traces == 1);
    /* Twice as much would be more than a transaction asks room for: it must be refused. */
    send_lines(&sessions[0], "#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,#bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    CHECK(world.shm->traces == 1);
    stop();
}

/* A reload cannot make the ring larger: that takes a restart, whatever the settings say by then. */
static void largest_rename(void)
{
    static const struct world_limits limits = {
        .users = 300, .channels = 400, .members = 2000, .masks = 20, .couriers = 2};
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
