/* Control: whatever is asked, each answer is whole lines of which the last tells the status, answers for programs
 * are JSON, nothing drives a terminal, and the tables stay whole. */
#include "driver.h"
#include "base/lines.h"
#include "json.h"
#include "service/service.h"
#include "world.h"
#include "world/counters.h"

static char said[1 << 20];
static size_t length_said;

static void deliver(struct session *session, const char *bytes, size_t length)
{
    CLAIM(!session->in_transaction);
    CLAIM(length < sizeof said - length_said);
    if (length)
        memcpy(said + length_said, bytes, length);
    length_said += length;
}

static bool wait_no_longer(struct session *session, int milliseconds)
{
    (void)milliseconds;
    session_flush(session);
    return false;
}

/* In place of the supervisor: what is ordered is done, badly. */
static void obey(struct session *session)
{
    if (world_take_orders(session->world) & ORDER_REHASH)
        count_add(session->world, COUNT_RELOADS_REFUSED);
}

/* Somebody to be talked about: a nick, a channel and a topic with what is hard to write. */
static void populate(void)
{
    fuzz_make_world();
    txn_begin(&fuzz_shared, 2 * EVENT_NEED_MAX);
    if (fuzz_world.users[0].state == USER_FREE) {
        user_create_locked(&fuzz_world, "192.0.2.1:1", "192.0.2.1");
        user_attach_locked(&fuzz_world, 0, 0, 1, DOOR_IRC, "192.0.2.1:1", "192.0.2.1");
        user_introduce_locked(&fuzz_world, 0);
        user_rename_locked(&fuzz_world, 0, "to\\[t\xC3\xB6]");
    }
    txn_commit(&fuzz_shared);
}

static void claim_line(const char *line, bool json)
{
    CLAIM(*line == ' ' || *line == '!' || *line == '.');
    CLAIM(text_is_utf8(line, strlen(line)) && !strchr(line, '\x1B') && !strchr(line, '\x7f'));
    if (*line == '.') {
        size_t digits = strspn(line + 1, "0123456789");
        CLAIM(digits > 0 && digits < 4 && !line[1 + digits] && atoi(line + 1) < 256);
    } else if (json && *line == ' ') {
        CLAIM(json_is_object(line + 1));
    }
}

static void ask(struct session *session, const char *line, size_t length)
{
    bool json = length >= 5 && memcmp(line, "json ", 5) == 0;
    int dots = 0;
    length_said = 0;
    service_control()->feed(session, line, length);
    said[length_said] = '\0';
    CLAIM(strlen(said) == length_said && length_said > 0 && said[length_said - 1] == '\n');
    for (char *at = said, *end; (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        claim_line(at, json);
        CLAIM(dots == 0);
        dots += *at == '.';
    }
    CLAIM(dots == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    populate();
    static const struct session_host host = {.call_supervisor = obey, .deliver = deliver, .wait = wait_no_longer};
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    *session = (struct session){.world = &fuzz_world,
                                .settings = fuzz_settings,
                                .speech = &service_control()->speech,
                                .door = SERVICE_CONTROL,
                                .user = NONE,
                                .host = &host};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
    if (service_control()->open(session))
        abort();
    for (const char *feed; at < end && (feed = memchr(at, '\n', (size_t)(end - at))) && !session->leaving;
         at = feed + 1)
        ask(session, at, (size_t)(feed + 1 - at));
    lines_free(session->dialect_state);
    free(session->dialect_state);
    free(session);
    claim_world();
    return 0;
}
