/* The talk door: what one types is said. For people at telnet, in line mode (the terminal edits, whole lines
 * arrive) and in character mode (we edit and, if asked to, echo). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doors.h"
#include "people.h"
#include "stranger.h"
#include "telnet.h"

static const struct people_style style = {
    .end = "\r\n", .open = '(', .close = ')', .shout_leaving = true};

struct typing {
    struct telnet telnet;
    bool after_cr; /* a LF or NUL that follows belongs to it (RFC 854 page 11) */
    size_t beyond; /* bytes typed after the line was full; not kept, but they can be taken back */
    size_t length;
    char line[PEOPLE_LINE_LIMIT];
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
    const char *start = line + strspn(line, " \t");
    if (start == line || *start != '/')
        return false;
    size_t length = strcspn(++start, " \t");
    return snprintf(verb, sizeof verb, "%.*s", (int)length, start) < (int)sizeof verb &&
           command_find(session->door, verb);
}

static void run_line(struct session *session, char *line)
{
    if (strcmp(line, "stop") == 0)
        command_leave(session, QUIT_LEFT, "");
    else if (people_run_address(session, line))
        return;
    else if (line[0] == '/' && line[1] != '/')
        people_run(session, line + 1);
    else if (slips_into_command(session, line))
        people_run(session, strchr(line, '/') + 1);
    else if (*line)
        command_say(session, line[0] == '/' ? line + 1 : line);
}

static void end_line(struct session *session, struct typing *typing)
{
    char line[PEOPLE_LINE_SIZE];
    bool overlong = typing->beyond > 0;
    size_t length = typing->length;
    typing->length = 0;
    typing->beyond = 0;
    echo(session, typing, "\r\n");
    session_pace(session);
    if (session->leaving)
        return;
    session_record(session, typing->line, length, overlong);
    people_clean(line, typing->line, length);
    if (stranger_asks(session, line, strlen(line), overlong))
        return;
    if (overlong)
        session_reply(session, REPLY_LINE_TOO_LONG, "1024", NULL);
    else
        run_line(session, line);
}

/* Takes back the last character, all its bytes. */
static void erase(struct session *session, struct typing *typing)
{
    if (typing->beyond > 0) {
        typing->beyond--;
        return;
    }
    if (typing->length == 0)
        return;
    size_t length = typing->length - 1;
    while (length > 0 && typing->length - length < 4 &&
           ((unsigned char)typing->line[length] & 0xC0) == 0x80)
        length--;
    typing->length = length;
    echo(session, typing, "\b \b");
}

static void erase_line(struct session *session, struct typing *typing)
{
    typing->beyond = 0;
    while (typing->length > 0)
        erase(session, typing);
}

static void insert(struct session *session, struct typing *typing, unsigned char byte)
{
    if (typing->length == sizeof typing->line) {
        typing->beyond++;
        return;
    }
    typing->line[typing->length++] = (char)byte;
    if (byte >= ' ' || byte == '\t')
        echo(session, typing, (const char[]){(char)byte, '\0'});
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
        erase(session, typing);
        break;
    case 0x15: /* Ctrl-U */
        erase_line(session, typing);
        break;
    default:
        insert(session, typing, byte);
        break;
    }
}

static void talk_feed(struct session *session, const char *bytes, size_t length)
{
    struct typing *typing = session->door_state;
    if (stranger_says_hello(session, bytes, length))
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
}

static void talk_finish(struct session *session)
{
    struct typing *typing = session->door_state;
    if (typing->length > 0)
        end_line(session, typing);
}

static void talk_wording(struct session *session, enum reply_code code,
                         const char *const *arguments, int count)
{
    people_wording(session, &style, code, arguments, count);
}

static void talk_render(struct text *text, const struct event *event, const struct view *view)
{
    people_render(text, &style, event, view);
}

static void talk_refuse(struct text *text, const char *why)
{
    text_addf(text, "[server] %s\r\n", why);
}

const struct door *door_talk(void)
{
    static const struct door door = {.verb_prefix = "/",
                               .wording = talk_wording,
                               .open = talk_open,
                               .feed = talk_feed,
                               .finish = talk_finish,
                               .render = talk_render,
                               .tells_missed = true,
                               .hears_lobby = true,
                               .refuse = talk_refuse};
    return &door;
}
