/* The telnet transport: somebody types, in line mode (the terminal edits, whole lines arrive) or in character mode (we
 * edit and, if asked to, echo). Run by workers. */
#include "transport.h"

#include <string.h>

#include "base/port.h"
#include "base/unicode.h"
#include "base/width.h"
#include "command/leave.h"
#include "sniff.h"
#include "telnet.h"

/* Some clients end no line: they send what was typed, and that is that. What came in one piece counts as a line when
 * nothing follows for so many seconds, unless it comes key by key. */
#define REST 2

#define TAB    8    /* columns between the stops of a tab */
#define WIDEST 1024 /* columns that are wiped out at once, more than a row of a terminal has */

struct typing {
    const struct dialect *dialect;
    struct telnet telnet;
    bool after_cr; /* a LF or NUL that follows belongs to it (RFC 854 page 11) */
    bool begun;    /* a line has ended: a byte order mark is only left out before that */
    bool by_hand;  /* somebody types key by key */
    int keys;      /* of this line, the pieces of one byte that came */
    size_t beyond; /* characters typed after the line was full; not kept, but they can be taken back */
    size_t length;
    char line[]; /* of as many bytes as the dialect allows, and one to end it */
};

static size_t size_of(const struct dialect *dialect)
{
    return sizeof(struct typing) + dialect->line_limit + 1;
}

static int telnet_open(struct session *session, const struct dialect *dialect)
{
    struct typing *typing = port_pages(size_of(dialect));
    session->transport_state = typing;
    if (!typing)
        return -1;
    typing->dialect = dialect;
    return dialect->open(session);
}

static void echo(struct session *session, const struct typing *typing, const char *bytes)
{
    if (typing->telnet.echo)
        session_say(session, bytes, strlen(bytes));
}

static void end_line(struct session *session, struct typing *typing)
{
    bool overlong = typing->beyond > 0;
    size_t length = typing->length;
    typing->length = 0;
    typing->beyond = 0;
    typing->keys = 0;
    echo(session, typing, "\r\n");
    typing->line[length] = '\0';
    size_t mark = typing->begun ? 0 : text_mark_length(typing->line, length);
    typing->begun = true;
    transport_take_line(session, typing->dialect, typing->line + mark, length - mark, overlong);
}

/* The length of the character at `at`, with what belongs to it, and in *columns what echoing it took, `before` columns
 * from where the line began: nothing for what is not shown. */
static size_t character(const struct typing *typing, size_t at, int before, int *columns)
{
    const char *start = typing->line + at;
    size_t left = typing->length - at, used;
    int32_t point = text_decode(start, left, &used);
    if (point == '\t')
        *columns = TAB - before % TAB;
    else if (point >= 0 && (width_is_trouble(point) || point == 0x7F))
        *columns = 0;
    else
        used = width_cluster(start, left, columns);
    /* The beginning of one whose end has not come. */
    while (point < 0 && used < left && used < 4 && ((unsigned char)start[used] & 0xC0) == 0x80)
        used++;
    return used;
}

/* The columns of the line up to `end`; in *last, unless NULL, where its last character begins. */
static int columns_until(const struct typing *typing, size_t end, size_t *last)
{
    int sum = 0, columns;
    for (size_t at = 0, used; at < end; at += used) {
        used = character(typing, at, sum, &columns);
        sum += columns;
        if (last)
            *last = at;
    }
    return sum;
}

static void echo_times(struct session *session, const struct typing *typing, const char *what, int times)
{
    while (times-- > 0)
        echo(session, typing, what);
}

/* Takes back what was typed from `start` on, and wipes its columns out. */
static void take_back(struct session *session, struct typing *typing, size_t start)
{
    int columns = columns_until(typing, typing->length, NULL) - columns_until(typing, start, NULL);
    typing->length = start;
    if (columns > WIDEST)
        columns = WIDEST;
    echo_times(session, typing, "\b", columns);
    echo_times(session, typing, " ", columns);
    echo_times(session, typing, "\b", columns);
}

static void erase(struct session *session, struct typing *typing)
{
    size_t last = 0;
    if (typing->beyond > 0) {
        typing->beyond--;
        return;
    }
    columns_until(typing, typing->length, &last);
    take_back(session, typing, last);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Back to the blank before the last word. */
static void erase_word(struct session *session, struct typing *typing)
{
    size_t start = typing->length;
    typing->beyond = 0;
    while (start > 0 && is_blank(typing->line[start - 1]))
        start--;
    while (start > 0 && !is_blank(typing->line[start - 1]))
        start--;
    take_back(session, typing, start);
}

static void erase_line(struct session *session, struct typing *typing)
{
    typing->beyond = 0;
    take_back(session, typing, 0);
}

static void insert(struct session *session, struct typing *typing, unsigned char byte)
{
    if (typing->length == typing->dialect->line_limit) {
        if (typing->beyond == 0 || (byte & 0xC0) != 0x80)
            typing->beyond++;
        return;
    }
    /* A tab as blanks: only so do we know how many columns it takes. */
    if (byte == '\t' && typing->telnet.echo)
        echo_times(session, typing, " ", TAB - columns_until(typing, typing->length, NULL) % TAB);
    else if (byte >= ' ')
        echo(session, typing, (const char[]){(char)byte, '\0'});
    typing->line[typing->length++] = (char)byte;
}

static void type(struct session *session, struct typing *typing, unsigned char byte)
{
    bool after_cr = typing->after_cr;
    typing->after_cr = false;
    switch (byte) {
    case '\r':
        typing->after_cr = true;
        end_line(session, typing);
        break;
    case '\n':
        if (!after_cr)
            end_line(session, typing);
        break;
    case '\0':
        if (!after_cr)
            insert(session, typing, byte);
        break;
    case 0x03: /* Ctrl-C */
    case 0x04: /* Ctrl-D */
        leave_server(session, QUIT_LEFT, "", "");
        break;
    case '\b':
    case 0x7f:
        typing->by_hand = true;
        erase(session, typing);
        break;
    case 0x17: /* Ctrl-W */
        typing->by_hand = true;
        erase_word(session, typing);
        break;
    case 0x15: /* Ctrl-U */
        typing->by_hand = true;
        erase_line(session, typing);
        break;
    default:
        insert(session, typing, byte);
        break;
    }
}

/* How long what there is of a line may be left alone. */
static void await_rest(struct session *session, struct typing *typing, size_t length)
{
    const struct telnet *telnet = &typing->telnet;
    typing->keys += length == 1 && typing->length > 0;
    typing->by_hand |= typing->keys > 1 || telnet->echo || telnet->suppress_go_ahead;
    bool may_be_whole = typing->length > 0 && !typing->by_hand && typing->dialect->takes_unfinished;
    session_clock_await_rest(session, may_be_whole ? REST : 0);
}

static void telnet_feed(struct session *session, const char *bytes, size_t length)
{
    struct typing *typing = session->transport_state;
    if (session->heard == HEARD_NOTHING && sniff_tls(session, typing->dialect, bytes, length))
        return;
    for (size_t i = 0; i < length && !session->leaving; i++) {
        unsigned char data = 0, answer[TELNET_ANSWER_SIZE];
        size_t answer_length;
        enum telnet_event event = telnet_take(&typing->telnet, (unsigned char)bytes[i], &data, answer, &answer_length);
        session_say(session, (const char *)answer, answer_length);
        switch (event) {
        case TELNET_NOTHING:
            break;
        case TELNET_DATA:
            type(session, typing, data);
            break;
        case TELNET_LEAVE:
            leave_server(session, QUIT_LEFT, "", "");
            break;
        case TELNET_ERASE:
            erase(session, typing);
            break;
        case TELNET_ERASE_LINE:
            erase_line(session, typing);
            break;
        case TELNET_HELLO:
            session_say(session, "[server] yes\r\n", 14);
            break;
        }
    }
    await_rest(session, typing, length);
}

static void telnet_take_rest(struct session *session)
{
    struct typing *typing = session->transport_state;
    typing->line[typing->length] = '\0';
    if (!typing->dialect->awaits_more || !typing->dialect->awaits_more(typing->line, typing->length))
        end_line(session, typing);
}

static void telnet_finish(struct session *session)
{
    struct typing *typing = session->transport_state;
    if (typing->length > 0 && typing->dialect->takes_unfinished)
        end_line(session, typing);
}

static void telnet_close(struct session *session)
{
    struct typing *typing = session->transport_state;
    port_free_pages(typing, size_of(typing->dialect));
    session->transport_state = NULL;
}

const struct transport *transport_telnet(void)
{
    static const struct framing framing = {.end = "\r\n"};
    static const struct transport transport = {.framing = &framing,
                                               .open = telnet_open,
                                               .feed = telnet_feed,
                                               .finish = telnet_finish,
                                               .take_rest = telnet_take_rest,
                                               .close = telnet_close};
    return &transport;
}
