/* Rendering: how often a message is rendered for viewers who differ in their capabilities. */
#include <string.h>

#include "check.h"
#include "base/framing.h"
#include "process/render.h"

static struct event made(enum event_type type)
{
    static char lines[] = " one\n+two\n three";
    struct event event = event_of_server(type);
    event.id = 1;
    event.time = 0; /* the same each time */
    event.nick = event.shown = "toto";
    event.time = INT64_C(1700000000123); /* the same in each */
    event.username = "~t";
    event.host = "192.0.2.1";
    event.account = "t";
    event.flags |= EVENT_BOT;
    for (int i = 0; i < EVENT_STRINGS; i++) {
        event.strings.all[i] = type == EVENT_MULTILINE && i == 1 ? lines : "#x";
        event.lengths[i] = strlen(event.strings.all[i]);
    }
    event.audience = AUDIENCE_CHANNEL;
    return event;
}

/* In how many renderings all these viewers see the event: each has its own place in memory. */
static int renderings(enum event_type type, uint32_t door, const uint64_t *caps, int count)
{
    static struct render *render;
    const char *seen[64] = {NULL};
    int different = 0;
    struct event event = made(type);
    if (!render)
        render = render_new();
    render_next(render);
    for (int i = 0; i < count; i++) {
        struct view view = {.caps = caps[i]};
        size_t length;
        const char *bytes = render_event(render, &event, door, &view, &length);
        int at = 0;
        while (at < different && seen[at] != bytes)
            at++;
        if (at == different)
            seen[different++] = bytes;
    }
    render_reset(render);
    return different;
}

static void shared(void)
{
    const uint64_t time = CAP_BIT(SERVER_TIME);
    const uint64_t three[] = {time, time | CAP_BIT(INVITE_NOTIFY), time | CAP_BIT(CAP_NOTIFY)};
    CHECK(renderings(EVENT_MESSAGE, DOOR_IRC, three, 3) == 1);
    CHECK(renderings(EVENT_TOPIC, DOOR_IRC, three, 3) == 1);
    CHECK(renderings(EVENT_INVITE, DOOR_IRC, three, 3) == 2);
    uint64_t each[CAP_COUNT];
    for (int i = 0; i < CAP_COUNT; i++)
        each[i] = UINT64_C(1) << i;
    CHECK(renderings(EVENT_MESSAGE, DOOR_IRC, each, CAP_COUNT) == 4);   /* none, or one of three tags */
    CHECK(renderings(EVENT_MULTILINE, DOOR_IRC, each, CAP_COUNT) == 6); /* and multiline, batch */
    CHECK(renderings(EVENT_JOIN, DOOR_IRC, each, CAP_COUNT) == 5);      /* and extended-join */
    CHECK(renderings(EVENT_MESSAGE, DOOR_PLAIN, each, CAP_COUNT) == 1);
}

/* In how many renderings viewers who differ in all that is no capability see it. */
static int variants(enum event_type type, uint32_t door)
{
    static struct render *render;
    const char *seen[8] = {NULL};
    int different = 0;
    struct event event = made(type);
    if (!render)
        render = render_new();
    render_next(render);
    for (unsigned i = 0; i < 8; i++) {
        struct view view = {.self = i & 1, .target = (i & 2) != 0, .current = (i & 4) != 0};
        size_t length;
        const char *bytes = render_event(render, &event, door, &view, &length);
        int at = 0;
        while (at < different && seen[at] != bytes)
            at++;
        if (at == different)
            seen[different++] = bytes;
    }
    render_reset(render);
    return different;
}

static void parts(void)
{
    CHECK(variants(EVENT_MESSAGE, DOOR_IRC) == 1);
    CHECK(variants(EVENT_NICK, DOOR_IRC) == 1);
    CHECK(variants(EVENT_MESSAGE, DOOR_TALK) == 2); /* where they talk, or elsewhere */
    CHECK(variants(EVENT_JOIN, DOOR_PLAIN) == 2);   /* their own, or another's */
    CHECK(variants(EVENT_TOPIC, DOOR_PLAIN) == 1);
}

/* What such a viewer sees, without the cache. */
static size_t shown(const struct dialect *dialect, enum event_type type, uint64_t caps, unsigned seen, char *bytes,
                    size_t size)
{
    static const struct framing framing = {.end = "\n"};
    struct event event = made(type);
    struct view view = {.framing = &framing,
                        .caps = caps,
                        .self = (seen & VIEW_SELF) != 0,
                        .target = (seen & VIEW_TARGET) != 0,
                        .current = (seen & VIEW_CURRENT) != 0};
    struct text text;
    text_init(&text, bytes, size);
    dialect->render(&text, &event, &view);
    return text.length;
}

static void check_complete(const struct dialect *dialect, enum event_type type, uint64_t caps, unsigned seen)
{
    static char all[16384], some[16384];
    uint64_t few = dialect->render_caps ? caps & dialect->render_caps((uint32_t)type) : 0;
    size_t length = shown(dialect, type, caps, seen, all, sizeof all);
    CHECK(length == shown(dialect, type, few, seen & dialect->render_parts[type], some, sizeof some));
    CHECK(memcmp(all, some, length) == 0);
}

static void complete(void)
{
    for (int kind = 0; kind < DIALECT_KINDS; kind++) {
        const struct dialect *dialect = dialect_of((enum dialect_kind)kind);
        for (int type = 0; dialect && type < EVENT_TYPES; type++) {
            for (unsigned seen = 0; seen < 8; seen++)
                check_complete(dialect, (enum event_type)type, 0, seen);
            for (int i = 0; i < CAP_COUNT; i++)
                for (int j = 0; j < CAP_COUNT; j++)
                    check_complete(dialect, (enum event_type)type, UINT64_C(1) << i | UINT64_C(1) << j, 0);
        }
    }
}

/* A frame of a transport yet to come: its length in two digits. */
static size_t digits(char head[FRAMING_HEAD], size_t length)
{
    return (size_t)snprintf(head, FRAMING_HEAD, "%02u:", (unsigned)length);
}

static void framed(void)
{
    static const struct framing lf = {.end = "\n"}, crlf = {.end = "\r\n"}, same = {.end = "\n"},
                                frames = {.end = "\n", .head = digits};
    char bytes[24];
    struct text text;
    CHECK(framing_is_same(&lf, &same) && !framing_is_same(&lf, &crlf) && !framing_is_same(&lf, &frames));
    text_init(&text, bytes, sizeof bytes);
    text_add(&text, "kept\none\n\nthree\n");
    framing_apply(&lf, &text, 5);
    CHECK(strcmp(bytes, "kept\none\n\nthree\n") == 0);
    framing_apply(&frames, &text, 5);
    CHECK(!text.cut && strcmp(bytes, "kept\n03:one00:05:three") == 0 && text.length == strlen(bytes));
    text_init(&text, bytes, 8);
    text_add(&text, "12345\n");
    framing_apply(&frames, &text, 0);
    CHECK(text.cut);
}

int main(void)
{
    CASE("viewers who differ in what an event's rendering does not depend on share one rendering", shared);
    CASE("one rendering is for all who need not be told apart for that event", parts);
    CASE("nothing else is left out of what rendering depends on", complete);
    CASE("a transport that has frames gets them in place of the ends of lines, or a text that is cut", framed);
    CHECK_DONE();
}
