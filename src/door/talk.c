/* The talk door: what one types is said. For people at telnet, in line mode (the terminal edits, whole lines
 * arrive) and in character mode (we edit and, if asked to, echo). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/unicode.h"
#include "base/width.h"
#include "doors.h"
#include "text_dialect.h"
#include "sniff.h"
#include "telnet.h"

/* Some clients end no line: they send what was typed, and that is that. What came in one piece counts as a line when
 * nothing follows for so many seconds, unless it comes key by key. */
#define REST 2

static const struct text_dialect dialect = {
    .end = "\r\n", .open = '(', .close = ')', .shout_leaving = true};

#define TAB    8    /* columns between the stops of a tab */
#define WIDEST 1024 /* columns that are wiped out at once, more than a row of a terminal has */

struct typing {
    struct telnet telnet;
    bool after_cr; /* a LF or NUL that follows belongs to it (RFC 854 page 11) */
    bool begun;    /* a line has ended: a byte order mark is only left out before that */
    bool by_hand;  /* somebody types key by key */
    int keys;      /* of this line, the pieces of one byte that came */
    size_t beyond; /* characters typed after the line was full; not kept, but they can be taken back */
    size_t length;
    char line[TEXT_DIALECT_LINE_LIMIT];
};

static int talk_open(struct session *session)
{
    session->door_state = calloc(1, sizeof(struct typing));
    if (!session->door_state)
        return -1;
    command_arrive(session);
    return 0;
}

static void echo(struct session *session, const struct typing *typing, const char *bytes)
{
    if (typing->telnet.echo)
        session_say(session, bytes, strlen(bytes));
}

/* Blanks before a command are a slip of the finger, and what follows it may be private; before anything else with a slash
 * they are an indentation. */
static bool slips_into_command(const struct session *session, const char *line)
{
    char verb[16];
    const char *start = line + unicode_unseen_length(line);
    if (start == line || *start != '/')
        return false;
    size_t length = strcspn(++start, " \t");
    return snprintf(verb, sizeof verb, "%.*s", (int)length, start) < (int)sizeof verb &&
           command_find(session->door, verb);
}

static void run_line(struct session *session, char *line)
{
    if (strcmp(line, "stop") == 0 || strcasecmp(line, "/stop") == 0)
        command_leave(session, QUIT_LEFT, "");
    else if (text_dialect_run_address(session, line))
        return;
    else if (line[0] == '/' && line[1] != '/')
        text_dialect_run(session, line + 1);
    else if (slips_into_command(session, line))
        text_dialect_run(session, strchr(line, '/') + 1);
    else if (!text_is_blank(line))
        command_say(session, line[0] == '/' ? line + 1 : line);
    else
        command_show_place(session); /* a client that sends and receives in turn waits for something */
}

static void end_line(struct session *session, struct typing *typing)
{
    char line[TEXT_DIALECT_LINE_SIZE];
    bool overlong = typing->beyond > 0;
    size_t length = typing->length;
    typing->length = 0;
    typing->beyond = 0;
    typing->keys = 0;
    echo(session, typing, "\r\n");
    session_pace(session);
    if (session->leaving)
        return;
    session_record(session, typing->line, length, overlong);
    size_t mark = typing->begun ? 0 : text_mark_length(typing->line, length);
    typing->begun = true;
    text_dialect_clean(line, typing->line + mark, length - mark);
    if (sniff_http(session, line, strlen(line), overlong))
        return;
    if (overlong)
        session_reply(session, REPLY_LINE_TOO_LONG, "1024", NULL);
    else
        run_line(session, line);
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
    if (typing->length == sizeof typing->line) {
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
        command_leave(session, QUIT_LEFT, "");
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
    session_clock_await_rest(session, typing->length > 0 && !typing->by_hand ? REST : 0);
}

static void talk_feed(struct session *session, const char *bytes, size_t length)
{
    struct typing *typing = session->door_state;
    if (sniff_tls(session, bytes, length))
        return;
    for (size_t i = 0; i < length && !session->leaving; i++) {
        unsigned char data = 0, answer[TELNET_ANSWER_SIZE];
        size_t answer_length;
        enum telnet_event event =
            telnet_take(&typing->telnet, (unsigned char)bytes[i], &data, answer, &answer_length);
        session_say(session, (const char *)answer, answer_length);
        switch (event) {
        case TELNET_NOTHING:
            break;
        case TELNET_DATA:
            type(session, typing, data);
            break;
        case TELNET_LEAVE:
            command_leave(session, QUIT_LEFT, "");
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

/* Whether it is for one person, and what for has not come. Taken for a line, it would be refused, and the rest said to all. */
static bool is_address_alone(const struct typing *typing)
{
    size_t at = 0;
    while (at < typing->length && is_blank(typing->line[at]))
        at++;
    if (at == typing->length || (typing->line[at] != '@' && typing->line[at] != '/'))
        return false;
    bool alone = typing->line[at] == '@' || at + 1 == typing->length;
    while (at < typing->length && !is_blank(typing->line[at]))
        at++;
    while (at < typing->length && is_blank(typing->line[at]))
        at++;
    return alone && at == typing->length;
}

static void talk_take_rest(struct session *session)
{
    struct typing *typing = session->door_state;
    if (!is_address_alone(typing))
        end_line(session, typing);
}

static void talk_finish(struct session *session)
{
    struct typing *typing = session->door_state;
    if (typing->length > 0)
        end_line(session, typing);
}

static void talk_format_reply(struct session *session, enum reply_code code,
                         const char *const *arguments, int count)
{
    text_dialect_format_reply(session, &dialect, code, arguments, count);
}

static void talk_render(struct text *text, const struct event *event, const struct view *view)
{
    text_dialect_render(text, &dialect, event, view);
}

static void talk_refuse(struct text *text, const char *why)
{
    text_addf(text, "[server] %s\r\n", why);
}

const struct door *door_talk(void)
{
    static const struct door door = {.speech = {.verb_prefix = "/", .format_reply = talk_format_reply},
                                     .open = talk_open,
                                     .feed = talk_feed,
                                     .finish = talk_finish,
                                     .take_rest = talk_take_rest,
                                     .render = talk_render,
                                     .tells_missed = true,
                                     .hears_lobby = true,
                                     .refuse = talk_refuse};
    return &door;
}
