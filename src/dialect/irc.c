/* The IRC dialect, worker's side: lines to commands, answers to numerics, labels. RFC 1459, RFC 2812, the Modern
 * IRC client protocol, IRCv3 labeled-response.
 *
 * A labeled command's answer carries the label: on the message itself if there is one, on a batch if there are
 * more, on an ACK if there is none. So the first message is held back until a second comes or the command
 * ends. Other people's copies of what the command caused are not affected. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "command/dispatch.h"
#include "command/irc_become.h"
#include "command/irc_fail.h"
#include "command/irc_multiline.h"
#include "command/irc_register.h"
#include "command/isupport.h"
#include "command/leave.h"
#include "irc_line.h"
#include "irc_render.h"

/* Bytes of a label's value, and of what stands for it with its escapes, at most. */
#define LABEL_LIMIT 64
#define LABEL_SIZE  (2 * LABEL_LIMIT + 1)
/* One message, or one of several lines in its batch. */
#define SENT_SIZE (MULTILINE_BYTES + MULTILINE_LINES * 256 + 2 * IRC_TAGS_LIMIT)

struct irc {
    char label[LABEL_SIZE]; /* of the command that runs, escaped as it came; "" for none */
    bool in_batch;          /* its answer has more than one message */
    unsigned batches;       /* names them */
    char later[LABEL_SIZE]; /* the label of an open multiline batch: it is answered at its end */
    bool holding;
    char held[SENT_SIZE]; /* the first message of a labeled answer */
};

/* Lines on their way through here end in this; what they end in at last is the transport's. */
static const struct framing inside = {.end = "\n"};

/* Sends a line of `length` bytes; with one more tag in front of those it has, unless key is "". */
static void say_line(struct session *session, const char *key, const char *value, const char *line, size_t length)
{
    char tag[LABEL_SIZE + 32] = "";
    bool tagged = *key && length > 0 && line[0] == '@';
    if (*key)
        snprintf(tag, sizeof tag, "@%s=%s%s", key, value, tagged ? ";" : " ");
    line += tagged;
    length -= tagged;
    session_begin_line(session, strlen(tag) + length);
    session_say(session, tag, strlen(tag));
    session_say(session, line, length);
    session_end_line(session);
}

/* Sends whole lines, the first of them with one more tag. */
static void say_tagged(struct session *session, const char *key, const char *value, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        say_line(session, key, value, lines, length);
        lines += length + (lines[length] == '\n');
        key = "";
    }
}

static void say(struct session *session, const char *lines)
{
    say_tagged(session, "", "", lines);
}

/* Sends lines as part of the label's batch, except those that are part of a batch within it. */
static void say_in_batch(struct session *session, const struct irc *irc, const char *lines)
{
    char name[16];
    snprintf(name, sizeof name, "l%u", irc->batches);
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        bool nested = strncmp(lines, "@batch=", 7) == 0;
        say_line(session, nested ? "" : "batch", name, lines, length);
        lines += length + (lines[length] == '\n');
    }
}

static void open_batch(struct session *session, struct irc *irc)
{
    char line[100];
    irc->in_batch = true;
    irc->batches++;
    snprintf(line, sizeof line, ":%.63s BATCH +l%u labeled-response\n", session->settings->server_name, irc->batches);
    say_tagged(session, "label", irc->label, line);
    if (irc->holding)
        say_in_batch(session, irc, irc->held);
    irc->holding = false;
}

/* One whole message for this client, or several, each ended by \n. */
static void send_line(struct session *session, const char *line)
{
    struct irc *irc = session->dialect_state;
    if (!*irc->label) {
        say(session, line);
        return;
    }
    if (!irc->in_batch && !irc->holding) {
        text_copy(irc->held, sizeof irc->held, line);
        irc->holding = true;
        return;
    }
    if (!irc->in_batch)
        open_batch(session, irc);
    say_in_batch(session, irc, line);
}

/* The message after which the connection ends: it cannot wait for the end of its command. */
static void send_last(struct session *session, const char *line)
{
    struct irc *irc = session->dialect_state;
    if (*irc->label && !irc->in_batch)
        say_tagged(session, "label", irc->label, line);
    else
        say(session, line);
    irc->label[0] = '\0';
}

static void irc_own_copy(struct session *session, const struct event *event)
{
    char line[SENT_SIZE];
    struct text text;
    struct event own = event_as_decoded(event);
    struct irc *irc = session->dialect_state;
    struct view view = {.framing = &inside, .caps = session->caps, .self = true};
    text_init(&text, line, sizeof line);
    irc_render(&text, &own, &view);
    if (text.length == 0)
        return;
    if ((event->type == EVENT_JOIN || event->type == EVENT_MOVED) && *irc->label && !irc->in_batch)
        open_batch(session, irc); /* JOIN must go out at once, and neither is ever the only one */
    send_line(session, line);
}

/* Of the past, what was said: all else is told as it is now. */
static void irc_show_past(struct session *session, const struct event *event, uint32_t user, uint32_t current)
{
    static char bytes[SENT_SIZE];
    struct view view = {.framing = &inside, .caps = session->caps, .self = event->source == user};
    struct text text;
    (void)current;
    bool said = event->type == EVENT_MESSAGE || event->type == EVENT_MULTILINE;
    if ((!said || event->numbers.message.kind == MESSAGE_TAGMSG) && event->type != EVENT_REDACT)
        return;
    text_init(&text, bytes, sizeof bytes);
    irc_render(&text, event, &view);
    if (text.length > 0)
        send_line(session, bytes);
}

static void end_label(struct session *session, struct irc *irc)
{
    char line[100];
    session->irc.own_copy = NULL;
    if (irc->holding) {
        say_tagged(session, "label", irc->label, irc->held);
    } else if (irc->in_batch) {
        snprintf(line, sizeof line, ":%.63s BATCH -l%u\n", session->settings->server_name, irc->batches);
        say(session, line);
    } else {
        snprintf(line, sizeof line, ":%.63s ACK\n", session->settings->server_name);
        say_tagged(session, "label", irc->label, line);
    }
    irc->label[0] = '\0';
    irc->holding = irc->in_batch = false;
}

/* Whether the word may stand in the middle of a message: neither empty, nor with blanks, nor with a colon in front. */
static bool is_middle(const char *word)
{
    return *word && *word != ':' && !strchr(word, ' ');
}

/* Whether the answer repeats what was asked: an error (734 too: the list of MONITOR is full), the end of a list, or a
 * notice. irc_fail() has seen to its own already. */
static bool repeats(const struct reply_row *row)
{
    static const int ends[] = {219, 235, 315, 318, 365, 366, 369, 734};
    bool found = (row->numeric >= 400 && row->numeric < 600) || row->numeric == 696 ||
                 (row->numeric == 0 && strncmp(row->irc, "FAIL ", 5) == 0 && row->irc[5] != '$') ||
                 (row->numeric == 0 && strncmp(row->irc, "NOTICE $n :*** $1 ", 18) == 0);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        found = found || ends[i] == row->numeric;
    return found;
}

/* A word repeated from the request is a parameter of its own; one that cannot be, however it was sent, becomes "*". */
static void make_middle(const struct reply_row *row, const char **arguments, int count)
{
    for (const char *at = row->irc; repeats(row) && *at && *at != ':'; at++)
        if (*at == '$' && at[1] >= '1' && at[1] <= '9' && at[1] - '1' < count && !is_middle(arguments[at[1] - '1']))
            arguments[at[1] - '1'] = "*";
}

/* The words of the answer must survive, so the longest repeated parameter becomes "*" if there is no room for both.
 * False if nothing can be made shorter. */
static bool shorten(const struct reply_row *row, const char **arguments, int count)
{
    int longest = 0;
    for (int i = 1; i < count; i++)
        if (strlen(arguments[i]) > strlen(arguments[longest]))
            longest = i;
    if (!repeats(row) || count == 0 || strlen(arguments[longest]) < 2)
        return false;
    arguments[longest] = "*";
    return true;
}

/* What is said as one of the services. */
static const char *service_of(enum reply_code code)
{
    return code == REPLY_NICKSERV ? "NickServ!services@" : code == REPLY_CHANSERV ? "ChanServ!services@" : "";
}

static void irc_format_reply(struct session *session, enum reply_code code, const char *const *arguments, int count)
{
    char line[2 * IRC_BODY_LIMIT]; /* what is longer is cut there in any case */
    const char *shown[9];
    const struct reply_row *row = reply_row(code);
    if (!row->irc)
        return;
    memcpy(shown, arguments, (size_t)count * sizeof *shown);
    make_middle(row, shown, count);
    /* Own record, own nick: nobody else changes it. "*" until there is one. */
    const struct user_shm *user = &session->world->users[session->user];
    const char *nick = user->flags & USER_NAMED ? user->nick : "*";
    struct reply_words words = {
        .slash = "", .nick = nick, .server = session->settings->server_name, .arguments = shown, .count = count};
    struct text text;
    size_t tags;
    do {
        text_init(&text, line, sizeof line);
        if (*session->irc.batch)
            text_addf(&text, "@batch=%s ", session->irc.batch);
        tags = text.length;
        if (code != REPLY_ERROR && code != REPLY_PING)
            text_addf(&text, ":%s%s ", service_of(code), words.server);
        if (row->numeric)
            text_addf(&text, "%03d %s ", row->numeric, nick);
        reply_fill(&text, row->irc, &words);
    } while (text.length - tags > IRC_BODY_LIMIT && shorten(row, shown, count));
    if (text.length - tags > IRC_BODY_LIMIT) {
        text.length = tags + text_boundary(line + tags, text.length - tags, IRC_BODY_LIMIT);
        line[text.length] = '\0';
    }
    text_add(&text, "\n");
    if (code == REPLY_ERROR)
        send_last(session, line);
    else
        send_line(session, line);
}

/* People without server-time see the time in the text, of a line that somebody said. */
static void add_time(struct event *event, char *words, size_t size)
{
    time_t seconds = (time_t)(event->time / 1000);
    struct tm parts;
    if (event->type != EVENT_MESSAGE || *event->strings.message.text == '\001' || !localtime_r(&seconds, &parts))
        return;
    snprintf(words, size, "[%02d:%02d] %s", parts.tm_hour, parts.tm_min, event->strings.message.text);
    event->strings.message.text = words;
    EVENT_LENGTH(event, message.text) = strlen(words);
}

static bool ends_batch(const char *line, size_t length)
{
    const char *verb = memchr(line, ' ', length);
    return *line == ':' && verb && strncmp(verb, " BATCH -", 8) == 0;
}

/* A line that is not part of a batch within is part of the open one. */
static void irc_show_history(struct session *session, const struct event *event)
{
    char lines[SENT_SIZE], words[SENT_SIZE], line[SENT_SIZE];
    struct text text;
    struct event past = *event;
    struct view view = {.framing = &inside, .caps = session->caps};
    if (!(session->caps & CAP_BIT(SERVER_TIME)))
        add_time(&past, words, sizeof words);
    text_init(&text, lines, sizeof lines);
    irc_render(&text, &past, &view);
    for (const char *at = lines; *at;) {
        size_t length = strcspn(at, "\n") + 1;
        bool tagged = *at == '@', nested = strncmp(at, "@batch=", 7) == 0 || ends_batch(at, length);
        text_init(&text, line, sizeof line);
        if (*session->irc.batch && !nested)
            text_addf(&text, "@batch=%s%s", session->irc.batch, tagged ? ";" : " ");
        text_add_bytes(&text, at + (tagged && text.length > 0), length - (tagged && text.length > 0));
        send_line(session, line);
        at += length;
    }
}

static int irc_open(struct session *session)
{
    session_clock_start(session);
    return 0;
}

/* Whether the line was sent as part of a batch; if so it is that, whatever else is wrong with it. */
static bool run_in_batch(struct session *session, struct irc_line *line, const struct command *command)
{
    char batch[LABEL_SIZE], nothing[2];
    if (!(session->caps & CAP_BIT(MULTILINE)) || !session->irc.registration.done ||
        !irc_tag_value(line->tags, "batch", batch, sizeof batch))
        return false;
    if (command)
        world_count_command(session->world, command_number(command));
    struct request request = {.verb = line->verb, .count = line->count, .tags = ""};
    memcpy(request.arguments, line->parameters, sizeof line->parameters);
    irc_multiline_add(session, &request, batch,
                      irc_tag_value(line->tags, "draft/multiline-concat", nothing, sizeof nothing));
    return true;
}

static void run(struct session *session, struct irc_line *line)
{
    char tags[IRC_TAGS_LIMIT + 1];
    const struct command *command = command_find(DIALECT_IRC, line->verb);
    if (run_in_batch(session, line, command))
        return;
    tags[0] = '\0';
    if (*line->tags)
        irc_tags_of_clients(line->tags, tags, sizeof tags);
    if (!command) {
        session_reply(session, session->irc.registration.done ? REPLY_UNKNOWN_COMMAND : REPLY_NOT_REGISTERED,
                      line->verb, NULL);
        return;
    }
    struct request request = {.verb = command->verb, .count = line->count, .tags = tags};
    memcpy(request.arguments, line->parameters, sizeof line->parameters);
    dispatch_request(session, command, &request);
}

/* The length of the tags in front of a line, with the blank behind them. */
static size_t tags_length(const char *line)
{
    if (line[0] != '@')
        return 0;
    size_t length = strcspn(line, " ");
    return length + strspn(line + length, " ");
}

/* The label as it came, escapes and all. One that is too long, or that could not be repeated, is none. */
static void take_label(struct session *session, struct irc *irc, const char *tags)
{
    size_t length = 0;
    char value[LABEL_LIMIT + 2];
    const char *label = irc_tag_raw(tags, "label", &length);
    irc->label[0] = '\0';
    bool known = (session->caps & CAP_BIT(LABELED_RESPONSE)) && (session->caps & CAP_BIT(BATCH));
    if (known && label && length < sizeof irc->label && text_is_utf8(label, length) &&
        irc_tag_value(tags, "label", value, sizeof value) && strlen(value) <= LABEL_LIMIT) {
        memcpy(irc->label, label, length);
        irc->label[length] = '\0';
    }
}

/* Runs a line, which may be no UTF-8, and sees to it that what has a label is answered with it. */
static void run_labeled(struct session *session, struct irc_line *parsed, bool utf8)
{
    struct irc *irc = session->dialect_state;
    take_label(session, irc, parsed->tags);
    size_t length;
    bool was_open = irc_multiline_is_open(session);
    bool part = was_open && (irc_tag_raw(parsed->tags, "batch", &length) || strcasecmp(parsed->verb, "BATCH") == 0);
    if (part && !*irc->label)
        memcpy(irc->label, irc->later, sizeof irc->label);
    if (*irc->label)
        session->irc.own_copy = irc_own_copy;
    if (utf8) {
        run(session, parsed);
    } else {
        irc_fail(session, text_is_utf8(parsed->verb, strlen(parsed->verb)) ? parsed->verb : "*", "INVALID_UTF8", NULL,
                 NULL, "Message rejected, your IRC software must use UTF-8 here");
        if (part)
            irc_multiline_spoil(session);
    }
    bool answered = irc->holding || irc->in_batch;
    if (irc_multiline_is_open(session) && !was_open) {
        memcpy(irc->later, irc->label, sizeof irc->label); /* answered at the end of the batch */
    } else if (*irc->label && (answered || !part || !irc_multiline_is_open(session))) {
        end_label(session, irc);
        if (part)
            irc->later[0] = '\0';
    }
    session->irc.own_copy = NULL;
    irc->label[0] = '\0';
}

/* Answers a line of which nothing but its label can be looked at. It may have been part of the open batch, which has
 * failed with it. */
static void refuse_line(struct session *session, char *line, enum reply_code code, const char *a, const char *b,
                        const char *c)
{
    struct irc *irc = session->dialect_state;
    char *end = line[0] == '@' ? strchr(line, ' ') : NULL;
    if (end) {
        *end = '\0';
        take_label(session, irc, line + 1);
    }
    if (irc_multiline_is_open(session) && *irc->later)
        memcpy(irc->label, irc->later, sizeof irc->label);
    session_reply(session, code, a, b, c, NULL);
    irc_multiline_spoil(session);
    irc->later[0] = '\0';
    if (*irc->label)
        end_label(session, irc);
}

static void irc_take_line(struct session *session, char *line, size_t length, bool cut)
{
    struct irc_line parsed;
    isupport_renew(session);
    size_t tags = cut ? 0 : tags_length(line);
    if (cut || tags > IRC_TAGS_LIMIT || length - tags > IRC_BODY_LIMIT) {
        refuse_line(session, line, REPLY_LINE_TOO_LONG, "512", NULL, NULL);
        return;
    }
    if (strlen(line) != length) {
        refuse_line(session, line, REPLY_FAIL, "*", "INVALID_BYTE", ":Message rejected, it has a zero byte");
        return;
    }
    bool good = text_is_utf8(line, length);
    if (irc_line_parse(line, &parsed))
        run_labeled(session, &parsed, good);
}

static void irc_send_away(struct session *session, const char *what)
{
    char words[100];
    snprintf(words, sizeof words, "This is a chat server: it speaks no %s", what);
    leave_with_error(session, QUIT_LOST, words);
}

static void irc_refuse(struct text *text, const char *why)
{
    text_addf(text, "ERROR :%s", why);
}

const struct dialect *dialect_irc(void)
{
    static const struct dialect row = {.speech = {.dialect = DIALECT_IRC,
                                                  .verb_prefix = "",
                                                  .format_reply = irc_format_reply,
                                                  .show_past = irc_show_past,
                                                  .become = irc_become_as_account,
                                                  .show_own = irc_own_copy,
                                                  .ping = irc_register_ping_client,
                                                  .time_out = leave_timed_out,
                                                  .show_history = irc_show_history},
                                       .line_limit = IRC_LINE_LIMIT,
                                       .state_size = sizeof(struct irc),
                                       .open = irc_open,
                                       .take_line = irc_take_line,
                                       .send_away = irc_send_away,
                                       .render = irc_render,
                                       .render_caps = irc_render_caps,
                                       .refuse = irc_refuse};
    return &row;
}
