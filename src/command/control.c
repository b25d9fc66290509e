/* Running the server: what forkchatctl(8) and the console can do that no door for clients can. Run by control
 * processes; what operators in the chat can do as well is in the files of those families.
 *
 * Tables are copied at one moment under the lock and worded without it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "chat/notice.h"
#include "counts.h"
#include "rows.h"
#include "world/counters.h"
#include "world/crashes.h"
#include "world/modes.h"

/* How long a reload may take before its answer is given up. */
/* A server that is alive answers when it can; one that was stopped is not waited for any longer than this. */
#define RELOAD_MS 60000

/* Records looked at in one hold of the lock. */
#define STEP 128u

/* ---- help ---- */

void control_help(struct session *session, struct request *request)
{
    const struct command *command;
    struct report *report = report_new("command", "arguments", "meaning", NULL);
    (void)request;
    for (int i = 0; (command = command_list(session->speech->dialect, i)); i++) {
        report_add(report, command->verb);
        report_add(report, command->syntax);
        report_add(report, command->meaning);
    }
    session_show(session, report);
}

/* ---- wall ---- */

void control_wall(struct session *session, struct request *request)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    uint32_t count = world_present_locked(session->world);
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    chat_wall_locked(&chat, &actor, request->arguments[0]);
    session_commit(session);
    char words[60];
    snprintf(words, sizeof words, "%u client%s told", count, count == 1 ? " was" : "s were");
    session_reply(session, REPLY_DONE, words, NULL);
}

/* ---- who ---- */

struct shown_client {
    struct user_shm user;
    int32_t pid; /* of the worker of the connection that came last; 0: there is none */
    size_t queue;
    char *channels;
};

static char *copy_channels_locked(const struct world *world, const struct user_shm *user)
{
    size_t size = user->membership_count * (size_t)(CHANNEL_SIZE + 3) + 1;
    char *channels = malloc(size);
    struct text text;
    if (!channels)
        return NULL;
    text_init(&text, channels, size);
    for (uint32_t at = user->first_membership; at != NONE; at = world->members[at].next_of_user) {
        uint32_t flags = world->members[at].flags;
        text_addf(&text, "%s%s%s", text.length ? "," : "",
                  flags & MEMBER_OPERATOR ? "@"
                  : flags & MEMBER_VOICE  ? "+"
                                          : "",
                  world->channels[world->members[at].channel].name);
    }
    return channels;
}

static int by_arrival(const void *left, const void *right)
{
    const struct shown_client *a = left, *b = right;
    return a->user.order < b->user.order ? -1 : a->user.order > b->user.order;
}

static void show_client(struct report *report, const struct shown_client *client, int64_t now)
{
    const struct user_shm *user = &client->user;
    report_add(report, user_shown(user));
    report_add(report, door_name((enum door_kind)user->door));
    report_add(report, user->address);
    report_add(report, client->channels ? client->channels : "");
    report_number(report, (now - user->active_monotonic) / (1000 * MS));
    report_number(report, (int64_t)client->queue);
    report_number(report, client->pid);
    const char *const words[] = {user->flags & USER_OPERATOR ? "operator" : "", user->flags & USER_MUTED ? "muted" : "",
                                 user->state == USER_ATTACHED ? "registering" : "",
                                 user->detached_monotonic ? "detached" : ""};
    char status[60];
    struct text text;
    text_init(&text, status, sizeof status);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        text_addf(&text, "%s%s", text.length > 0 && *words[i] ? " " : "", words[i]);
    report_add(report, status);
}

/* Users who are here, as copies; to be freed, their channels too. The lock is let go of every so often, because with
 * thousands of them others would notice: the copy is then not of one moment, but nobody asks that of it. */
static struct shown_client *copy_clients(struct session *session, size_t *count)
{
    struct world *world = session->world;
    struct shown_client *clients = calloc((size_t)world->limits.users + 1, sizeof *clients);
    *count = 0;
    for (uint32_t i = 0, end = 1; clients && i < end && session_begin(session, 0); session_commit(session)) {
        end = world_users_end_locked(world);
        for (uint32_t step = i + STEP; i < step && i < end; i++) {
            const struct user_shm *user = &world->users[i];
            if (user->state != USER_PRESENT && user->state != USER_ATTACHED)
                continue;
            uint32_t last = connection_next_locked(world, i, NONE);
            clients[(*count)++] = (struct shown_client){.user = *user,
                                                        .pid = last == NONE ? 0 : world->connections[last].pid,
                                                        .queue = connection_queue(world, last),
                                                        .channels = copy_channels_locked(world, user)};
            user_seal(&clients[*count - 1].user);
        }
    }
    return clients;
}

void control_who(struct session *session, struct request *request)
{
    size_t count;
    int64_t now = clock_monotonic();
    (void)request;
    struct shown_client *clients = copy_clients(session, &count);
    struct report *report = report_new("nick", "door", "address", "channels", "idle", "queue", "pid", "status", NULL);
    if (count > 0)
        qsort(clients, count, sizeof *clients, by_arrival);
    for (size_t i = 0; i < count; i++) {
        show_client(report, &clients[i], now);
        free(clients[i].channels);
    }
    free(clients);
    session_show(session, report);
}

/* ---- channels ---- */

void control_channels(struct session *session, struct request *request)
{
    struct world *world = session->world;
    (void)request;
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_channels_end_locked(world), count = 0;
    struct channel_shm *channels = calloc((size_t)end + 1, sizeof *channels);
    for (uint32_t i = 0; channels && i < end; i++)
        if (world->channels[i].state == CHANNEL_LIVE) {
            channels[count] = world->channels[i];
            channel_seal(&channels[count++]);
        }
    session_commit(session);
    struct report *report = report_new("channel", "members", "modes", "muted", "topic", NULL);
    for (uint32_t i = 0; i < count; i++) {
        char flags[MODE_FLAGS_SIZE];
        modes_write_flags(channels[i].modes, flags);
        report_add(report, channels[i].name);
        report_number(report, channels[i].member_count);
        report_addf(report, "+%s%s%s", flags, channels[i].limit ? "l" : "", *channels[i].key ? "k" : "");
        report_true(report, channels[i].modes & CHANNEL_SILENCED);
        report_add(report, channels[i].topic);
    }
    free(channels);
    session_show(session, report);
}

/* ---- motd, reload ---- */

void control_motd(struct session *session, struct request *request)
{
    const char *motd = session->settings->motd;
    (void)request;
    if (!motd || !*motd)
        session_reply(session, REPLY_NOT_DONE, "there is no message of the day", NULL);
    else
        session_reply_lines(session, REPLY_MOTD_LINE, motd);
}

/* Unlike REHASH in the chat, waits for what becomes of it: scripts want to know. */
void control_reload(struct session *session, struct request *request)
{
    const struct world *world = session->world;
    uint64_t done = count_get(world, COUNT_RELOADS), refused = count_get(world, COUNT_RELOADS_REFUSED);
    (void)request;
    world_give_order(session->world, ORDER_REHASH);
    session->host->call_supervisor(session);
    for (int64_t end = clock_monotonic() + RELOAD_MS * MS; clock_monotonic() < end; clock_sleep(5)) {
        if (count_get(world, COUNT_RELOADS) != done) {
            session_reply(session, REPLY_DONE, "the configuration was read again", NULL);
            return;
        }
        if (count_get(world, COUNT_RELOADS_REFUSED) != refused) {
            session_reply(session, REPLY_NOT_DONE,
                          "the configuration was not changed: there is a mistake in it, which the log tells", NULL);
            return;
        }
    }
    session_reply(session, REPLY_NOT_DONE, "the server has not answered yet", NULL);
}

/* ---- shutdown ---- */

#define LONGEST_SECONDS (7 * 86400)

static enum chat_result order_stop(struct session *session, const struct stop_shm *stop)
{
    if (!session_begin(session, 0))
        return CHAT_SO_ALREADY;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_stop_locked(&chat, &actor, stop);
    session_commit(session);
    if (result == CHAT_DONE) {
        world_give_order(session->world, ORDER_COUNT_DOWN);
        session->host->call_supervisor(session);
    }
    return result;
}

static void cancel_stop(struct session *session)
{
    static const struct stop_shm none;
    bool cancelled = order_stop(session, &none) == CHAT_DONE;
    session_reply(session, cancelled ? REPLY_DONE : REPLY_NOT_DONE,
                  cancelled ? "the shutdown is cancelled" : "there is no shutdown to cancel", NULL);
}

void control_shutdown(struct session *session, struct request *request)
{
    struct stop_shm stop = {.at = clock_monotonic()};
    char *const *word = request->arguments, *const *end = word + request->count;
    int64_t seconds = 0;
    char words[80];
    if (request->count == 1 && strcmp(*word, "cancel") == 0) {
        cancel_stop(session);
        return;
    }
    /* A mistyped time or cancel must not stop the server at once, as a text: a text has a time before it. */
    int used = request->count ? parse_duration_words(word, request->count, &seconds) : 0;
    if ((request->count && used < 1) || seconds > LONGEST_SECONDS) {
        session_reply(session, REPLY_BAD_ARGUMENT, "shutdown",
                      PARSE_DURATION_FORMS ", at most 7d, in front of a text; or cancel alone", NULL);
        return;
    }
    struct text text;
    text_init(&text, stop.text, sizeof stop.text);
    for (word += used; word < end; word++)
        text_addf(&text, "%s%s", text.length ? " " : "", *word);
    stop.at += seconds * SECOND;
    snprintf(words, sizeof words, seconds ? "the server stops in %lld s" : "the server stops", (long long)seconds);
    session_reply(session, REPLY_DONE, words, NULL);
    session_flush(session);
    order_stop(session, &stop);
}

/* ---- stats ---- */

static void add_stat(struct report *report, const char *what, int64_t value)
{
    report_add(report, what);
    report_number(report, value);
}

void control_stats(struct session *session, struct request *request)
{
    const struct world *world = session->world;
    struct report *report = report_new("what", "value", NULL);
    struct counts counts;
    uint64_t size, fill = ring_fill(&world->txn->ring, &size), sums[COURIER_COUNTS] = {0};
    (void)request;
    counts_take(session, &counts);
    for (uint32_t i = 0; i < world->limits.couriers; i++)
        for (int k = 0; k < COURIER_COUNTS; k++)
            sums[k] += courier_count_get(world, i, (enum courier_count)k);
    add_stat(report, "uptime seconds", world_uptime(world));
    add_stat(report, "clients", counts.present);
    add_stat(report, "clients at most", counts.most);
    add_stat(report, "clients ever", (int64_t)counts.arrivals);
    for (int i = 0; i < DOOR_KINDS; i++) {
        if (door_listed((enum door_kind)i) != (enum door_kind)i)
            continue;
        char what[60];
        snprintf(what, sizeof what, "clients %s", door_name((enum door_kind)i));
        add_stat(report, what, counts.doors[i]);
    }
    add_stat(report, "operators", counts.operators);
    add_stat(report, "channels", counts.channels);
    add_stat(report, "lines said", (int64_t)courier_count_get(world, 0, COURIER_MESSAGES));
    add_stat(report, "deliveries", (int64_t)sums[COURIER_DELIVERIES]);
    add_stat(report, "lines left out", (int64_t)sums[COURIER_DROPPED]);
    add_stat(report, "closed as too slow", (int64_t)sums[COURIER_HUNG_UP]);
    add_stat(report, "ring bytes", (int64_t)size);
    add_stat(report, "ring fill", (int64_t)fill);
    add_stat(report, "memory bytes", (int64_t)world->txn->region.size);
#define COUNT(symbol, metric, label, meaning)                                                                          \
    report_add(report, metric " " label);                                                                              \
    report_number(report, (int64_t)count_get(world, COUNT_##symbol));
    COUNTS(COUNT)
#undef COUNT
    session_show(session, report);
}

/* ---- crash ---- */

/* The last crashes, the newest first, as copies to be freed. */
static struct crash_shm *copy_crashes(struct session *session, int64_t most, size_t *count)
{
    const struct crash_shm *crash;
    struct crash_shm *crashes = calloc((size_t)most, sizeof *crashes);
    uint64_t at = UINT64_MAX;
    *count = 0;
    if (!crashes || !session_begin(session, 0))
        return crashes;
    while (*count < (size_t)most && (crash = crash_before_locked(session->world, &at))) {
        crashes[*count] = *crash;
        crash_seal(&crashes[(*count)++]);
    }
    session_commit(session);
    return crashes;
}

static struct report *show_last_lines(const struct crash_shm *crash)
{
    const struct recording *recording = &crash->recording;
    struct report *report = report_new("ms_before", "done", "bytes", "line", NULL);
    uint32_t count = recording->count < RECORDER_LINES ? recording->count : RECORDER_LINES;
    for (uint32_t i = 0; i < count; i++) {
        const struct recorded_line *line = &recording->lines[i];
        char words[RECORDER_BYTES * 4 + 16];
        struct text text;
        text_init(&text, words, sizeof words);
        recorded_line_show(line, &text);
        report_number(report, line->at < crash->monotonic ? (crash->monotonic - line->at) / 1000000 : 0);
        report_true(report, i + 1 < count || !recording->working);
        if (line->length > 0 || (line->kept == 0 && !line->more))
            report_number(report, line->length);
        else
            report_nothing(report);
        report_add(report, words);
    }
    return report;
}

/* A number in the way of addresses, if it is known. */
static void add_address(struct report *report, bool known, uint64_t address)
{
    if (known)
        report_addf(report, "%#llx", (unsigned long long)address);
    else
        report_nothing(report);
}

static void show_crash(struct report *report, const struct crash_shm *crash)
{
    const struct fault *fault = &crash->recording.fault;
    const char *door = door_name((enum door_kind)crash->door), *name = fault_signal_name(crash->number);
    bool noted = fault->signal != 0;
    report_time(report, crash->at);
    report_add(report, crash->process);
    report_number(report, crash->pid);
    report_add(report, crash->by_signal ? "signal" : "exit status");
    report_number(report, crash->number);
    report_add(report, crash->by_signal && name ? name : "");
    report_add(report, crash->who);
    report_add(report, door ? door : "");
    report_add(report, crash->address);
    add_address(report, noted && !fault->sender, fault->address);
    add_address(report, noted && fault->instruction, fault->instruction);
    if (noted && fault->call >= 0)
        report_number(report, fault->call);
    else
        report_nothing(report);
    if (noted && fault->sender && fault->sender != crash->pid)
        report_number(report, fault->sender);
    else
        report_nothing(report);
    report_below(report, show_last_lines(crash));
}

void control_crash(struct session *session, struct request *request)
{
    int64_t most = 1;
    if ((request->count > 0 && strcmp(request->arguments[0], "last") != 0) ||
        (request->count > 1 && !parse_number(request->arguments[1], 1, CRASHES, &most))) {
        session_reply(session, REPLY_BAD_ARGUMENT, "crash", "last, or last and a number from 1 to 32", NULL);
        return;
    }
    size_t count;
    struct crash_shm *crashes = copy_crashes(session, most, &count);
    if (count == 0) {
        free(crashes);
        session_reply(session, REPLY_NOT_DONE, "nothing has crashed", NULL);
        return;
    }
    struct report *report = report_new("time", "process", "pid", "cause", "number", "signal", "who", "door", "address",
                                       "fault", "instruction", "call", "sender", "lines", NULL);
    for (size_t i = 0; i < count; i++)
        show_crash(report, &crashes[i]);
    free(crashes);
    session_show(session, report);
}
