/* Events: arbitrary bytes are either none, or one that every door renders for every kind of viewer as whole lines, none
 * of which is too long or has an end inside. A courier trusts nobody's events. */
#include "driver.h"

#include "base/text.h"
#include "dialect/irc_line.h"
#include "transport/door.h"

static char room[3 * RING_RECORD_MAX + 4096];

/* A line of IRC without its end. */
static void claim_irc_line(const char *line, size_t length)
{
    size_t tags = 0;
    if (line[0] == '@') {
        const char *blank = memchr(line, ' ', length);
        CLAIM(blank);
        tags = (size_t)(blank + 1 - line);
    }
    CLAIM(tags <= 4607 && length - tags <= IRC_BODY_LIMIT);
}

static void claim_lines(const struct text *text, const char *end, bool irc)
{
    size_t end_length = strlen(end);
    const char *at = text->start, *stop = text->start + text->length;
    CLAIM(text->length < text->size && *stop == '\0');
    while (at < stop) {
        const char *feed = memchr(at, '\n', (size_t)(stop - at));
        CLAIM(feed && feed + 1 - at >= (ptrdiff_t)end_length);
        size_t length = (size_t)(feed + 1 - at) - end_length;
        CLAIM(memcmp(at + length, end, end_length) == 0);
        CLAIM(!memchr(at, '\r', length) && !memchr(at, '\0', length));
        if (irc)
            claim_irc_line(at, length);
        else
            CLAIM(text_is_utf8(at, length) && !memchr(at, '\x1B', length));
        at = feed + 1;
    }
}

static void render(const struct event *event, uint64_t caps)
{
    for (int kind = 0; kind < DOOR_KINDS; kind++) {
        const struct door door = door_of((enum door_kind)kind);
        bool irc = door_dialect((enum door_kind)kind) == DIALECT_IRC;
        for (unsigned variant = 0; variant < 8; variant += irc ? 3 : 1) {
            struct view view = {.framing = door.transport->framing,
                                .caps = caps,
                                .self = variant & 1,
                                .target = (variant & 2) != 0,
                                .current = (variant & 4) != 0};
            struct text text;
            text_init(&text, room, sizeof room);
            door.dialect->render(&text, event, &view);
            if (!text.cut) /* what is cut is not delivered */
                claim_lines(&text, view.framing->end, irc);
        }
    }
}

/* An event that is what its bytes say, without lengths that must agree: its strings end in bytes 0xFF. */
static void make(struct event *event, char *bytes, size_t size)
{
    static char nothing[1];
    const char **strings[] = {&event->nick, &event->shown, &event->username, &event->host, &event->account};
    *event = (struct event){0};
    uint32_t numbers[6] = {0};
    size_t head = size < sizeof numbers ? 0 : sizeof numbers;
    memcpy(numbers, bytes, head);
    event->type = numbers[0] % EVENT_TYPES;
    event->audience = numbers[1] % AUDIENCES;
    event->flags = numbers[2];
    event->numbers.all[0] = numbers[3] & 7;
    event->numbers.all[1] = numbers[3] >> 3;
    event->time = (int64_t)((uint64_t)numbers[4] << 32 | numbers[5]);
    event->id = (uint64_t)numbers[5] << 30;
    char *at = bytes + head, *end = bytes + size;
    for (int i = 0; i < 5 + EVENT_STRINGS; i++) {
        char *stop = at < end ? memchr(at, 0xFF, (size_t)(end - at)) : NULL;
        char *string = at < end ? at : nothing;
        if (!stop)
            stop = end;
        if (at < end)
            *stop = '\0';
        at = stop + 1;
        if (i < 5) {
            *strings[i] = string;
        } else {
            event->strings.all[i - 5] = string;
            event->lengths[i - 5] = string == nothing ? 0 : (size_t)(stop - string);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t sets[] = {0,
                                    ~UINT64_C(0),
                                    CAP_BIT(MESSAGE_TAGS),
                                    CAP_BIT(SERVER_TIME) | CAP_BIT(ACCOUNT_TAG) | CAP_BIT(EXTENDED_JOIN),
                                    CAP_BIT(MULTILINE) | CAP_BIT(BATCH) | CAP_BIT(MESSAGE_TAGS) | CAP_BIT(SERVER_TIME),
                                    CAP_BIT(METADATA_3) | CAP_BIT(SERVER_TIME),
                                    CAP_BIT(METADATA) | CAP_BIT(MESSAGE_REDACTION) | CAP_BIT(CHANNEL_RENAME)};
    struct event event;
    if (size < 1 || size > 4096)
        return 0;
    /* Aligned as a record's payload is. */
    char *bytes = malloc(size + 1);
    if (!bytes)
        abort();
    memcpy(bytes, data + 1, size - 1);
    bytes[size - 1] = '\0';
    struct ring_record record = {.position = 64, .sequence = 1, .payload = bytes, .length = size - 1};
    uint64_t caps = sets[data[0] % (sizeof sets / sizeof *sets)];
    if (event_decode(&record, &event)) {
        for (int i = 0; i < EVENT_STRINGS; i++)
            CLAIM(event.strings.all[i] >= bytes && event.strings.all[i] + event.lengths[i] < bytes + size &&
                  event.strings.all[i][event.lengths[i]] == '\0');
        CLAIM(event.type < EVENT_TYPES && event.audience < AUDIENCES);
        render(&event, caps);
    } else {
        make(&event, bytes, size - 1);
        render(&event, caps);
    }
    free(bytes);
    return 0;
}
