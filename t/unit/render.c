/* Rendering: how often a message is rendered for viewers who differ in their capabilities. */
#include <string.h>

#include "check.h"
#include "door/irc_render.h"
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
        struct view view = {.door = door, .caps = caps[i]};
        size_t length;
        const char *bytes = render_event(render, &event, &view, &length);
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

/* What a viewer with these capabilities sees, without the cache. */
static size_t shown(enum event_type type, uint64_t caps, char *bytes, size_t size)
{
    struct event event = made(type);
    struct view view = {.door = DOOR_IRC, .caps = caps};
    struct text text;
    text_init(&text, bytes, size);
    irc_render(&text, &event, &view);
    return text.length;
}

static void complete(void)
{
    static char all[16384], some[16384];
    for (int type = 0; type < EVENT_TYPES; type++) {
        for (int i = 0; i < CAP_COUNT; i++) {
            for (int j = 0; j < CAP_COUNT; j++) {
                uint64_t caps = UINT64_C(1) << i | UINT64_C(1) << j;
                size_t length = shown((enum event_type)type, caps, all, sizeof all);
                CHECK(length ==
                      shown((enum event_type)type, caps & irc_render_caps((uint32_t)type), some, sizeof some));
                CHECK(memcmp(all, some, length) == 0);
            }
        }
    }
}

int main(void)
{
    CASE("viewers who differ in what an event's rendering does not depend on share one rendering", shared);
    CASE("nothing else is left out of what rendering depends on", complete);
    CHECK_DONE();
}
