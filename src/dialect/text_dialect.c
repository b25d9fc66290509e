/* Dialects for people: commands from words, sentences from events. The first part is run by workers, the
 * second by couriers; neither keeps anything. */
#include "text_dialect.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/harmless.h"
#include "base/unicode.h"
#include "command/dispatch.h"
#include "command/leave.h"
#include "command/message.h"

void text_dialect_clean(char *line, const char *bytes, size_t length)
{
    struct text text;
    text_init(&text, line, TEXT_DIALECT_LINE_SIZE);
    text_add_utf8(&text, bytes, length);
}

void text_dialect_run(struct session *session, char *line)
{
    char *rest = line;
    const char *verb = text_take_word(&rest);
    if (!verb && !*session->speech->verb_prefix)
        return; /* an empty line; but a slash alone meant something */
    const struct command *command = verb ? command_find(session->speech->dialect, verb) : NULL;
    if (command)
        dispatch_text(session, command, rest);
    else
        session_reply(session, REPLY_UNKNOWN_COMMAND, verb ? verb : "", NULL);
}

bool text_dialect_run_address(struct session *session, char *line)
{
    line += unicode_unseen_length(line); /* a no-break space is what AltGr and the blank make, just before @ */
    if (line[0] != '@')
        return false;
    message_address(session, line + 1);
    return true;
}

void text_dialect_format_reply(struct session *session, enum reply_code code, const char *const *arguments, int count)
{
    char words[4096], harmless[4096];
    struct text text, out;
    text_init(&text, words, sizeof words);
    const char *template = reply_row(code)->people;
    if (!template)
        return;
    struct reply_words filling = {
        .slash = session->speech->verb_prefix, .nick = "", .server = "", .arguments = arguments, .count = count};
    reply_fill(&text, template, &filling);
    while (text.length > 0 && words[text.length - 1] == ' ')
        words[--text.length] = '\0'; /* an argument that is empty */
    text_init(&out, harmless, sizeof harmless);
    if (*template != '[')
        text_add(&out, "[server] ");
    harmless_add(&out, words, text.length);
    session_say_line(session, harmless, out.length);
}

void text_dialect_send_away(struct session *session, const char *what)
{
    char words[100];
    session_reply(session, REPLY_SPEAKS_NO, what, NULL);
    snprintf(words, sizeof words, "speaks %s", what);
    leave_server(session, QUIT_LOST, words, "");
}

void text_dialect_refuse(struct text *text, const char *why)
{
    text_addf(text, "[server] %s", why);
}

static void add(struct text *text, const char *string)
{
    harmless_add(text, string, strlen(string));
}

/* `words`, if people see anything of them; "" for blanks and formatting codes alone. */
static const char *seen(const char *words)
{
    char shown[TEXT_DIALECT_LINE_SIZE];
    struct text text;
    text_init(&text, shown, sizeof shown);
    add(&text, words);
    return shown[strspn(shown, " \t")] ? words : "";
}

/* [10:42] */
static void add_time(struct text *text, int64_t realtime)
{
    char clock[8] = "";
    struct tm local;
    time_t seconds = (time_t)(realtime / 1000);
    if (localtime_r(&seconds, &local) && strftime(clock, sizeof clock, "%H:%M", &local))
        text_addf(text, "[%s] ", clock);
}

/* ": text", if there is one. */
static void add_reason(struct text *text, const char *reason)
{
    if (*seen(reason)) {
        text_add(text, ": ");
        add(text, reason);
    }
}

/* "by nick: text", the text only if there is one. */
static void add_by(struct text *text, const struct event *event, const char *reason)
{
    text_add(text, " by ");
    add(text, *event->shown ? event->shown : "the server");
    add_reason(text, reason);
}

/* The speaker, and the channel if it is not where the viewer talks. */
static void add_speaker(struct text *text, const struct text_dialect *dialect, const struct event *event,
                        const struct view *view, bool doing)
{
    bool elsewhere = event->audience == AUDIENCE_CHANNEL && !view->current;
    bool private = event->audience == AUDIENCE_USER, bare = doing && !elsewhere && !private;
    /* Said on another device: what one says to oneself is not meant. */
    bool own = private && event->source != NONE && event->target == event->source &&
               strcmp(event->strings.message.target, event->nick) != 0;
    text_add(text, doing ? "* " : "");
    if (!bare)
        text_add_char(text, private ? '[' : dialect->open);
    add(text, own ? "you" : event->shown);
    if (private) {
        text_add(text, " -> ");
        add(text, own ? event->strings.message.target : "you");
    }
    if (elsewhere) {
        text_add(text, " ");
        add(text, event->strings.message.target);
    }
    if (!bare)
        text_add_char(text, private ? ']' : dialect->close);
}

/* The words of CTCP ACTION, which says what somebody does, perhaps nothing: NULL for anything else. */
static const char *take_action(const char *words, size_t *length)
{
    static const char action[] = "\001ACTION";
    const size_t head = sizeof action - 1;
    if (*length < head || strncasecmp(words, action, head) != 0 || (words[head] && !strchr(" \001", words[head])))
        return NULL;
    if (words[*length - 1] == '\001')
        --*length;
    size_t skipped = *length > head ? head + 1 : head;
    *length -= skipped;
    return words + skipped;
}

static void render_message(struct text *text, const struct text_dialect *dialect, const struct event *event,
                           const struct view *view)
{
    if (event->numbers.message.kind == MESSAGE_TAGMSG)
        return;
    size_t length = EVENT_LENGTH(event, message.text);
    const char *action = take_action(event->strings.message.text, &length);
    const char *words = action ? action : event->strings.message.text;
    if (!action && *words == '\001')
        return; /* another CTCP request: nothing a person can answer */
    add_speaker(text, dialect, event, view, action);
    if (action && length == 0)
        return;
    text_add(text, " ");
    harmless_add(text, words, length);
}

/* A message of several lines is as many messages. */
static void render_lines(struct text *text, const struct text_dialect *dialect, const struct event *event,
                         const struct view *view)
{
    char whole[MULTILINE_BYTES + 1];
    struct event message = *event;
    struct text words;
    const char *at = event->strings.message.text;
    size_t before = text->length;
    while (*at) {
        text_init(&words, whole, sizeof whole);
        do {
            size_t length = strcspn(at, "\n");
            if (length > 0)
                text_add_bytes(&words, at + 1, length - 1);
            at += length + (at[length] == '\n');
        } while (*at == '+');
        if (words.length == 0)
            continue;
        if (text->length > before)
            text_add(text, view->framing->end);
        message.strings.message.text = whole;
        EVENT_LENGTH(&message, message.text) = words.length;
        render_message(text, dialect, &message, view);
    }
}

static void render_quit(struct text *text, const struct text_dialect *dialect, const struct event *event)
{
    static const char *const reasons[] = {[QUIT_SAID] = "",
                                          [QUIT_LEFT] = "",
                                          [QUIT_LOST] = "connection lost",
                                          [QUIT_KILLED] = "",
                                          [QUIT_CRASHED] = "server trouble"};
    uint32_t how = event->numbers.quit.how <= QUIT_CRASHED ? event->numbers.quit.how : QUIT_LOST;
    const char *said = seen(event->strings.quit.text), *reason = *said ? said : reasons[how];
    if (how == QUIT_SAID && *said && !dialect->shout_leaving) {
        text_add_char(text, dialect->open);
        add(text, event->shown);
        text_add_char(text, dialect->close);
        text_add(text, " ");
        add(text, event->strings.quit.text);
        return;
    }
    text_add(text, dialect->shout_leaving ? "" : "[server] ");
    add(text, event->shown);
    text_add(text, dialect->shout_leaving ? " has left!" : " has left");
    if (*reason) {
        text_add(text, " (");
        add(text, reason);
        text_add(text, ")");
    }
}

/* "who did what" after "[server] ". */
static void render_notice(struct text *text, const char *who, const char *what, const char *object)
{
    text_add(text, "[server] ");
    add(text, *who ? who : "the server");
    text_add(text, what);
    add(text, object);
}

static void render_line(struct text *text, const struct text_dialect *dialect, const struct event *event,
                        const struct view *view)
{
    switch ((enum event_type)event->type) {
    case EVENT_ARRIVE:
        render_notice(text, event->shown, dialect->shout_leaving ? " has joined!" : " connected", "");
        break;
    case EVENT_NICK:
        if (view->self)
            render_notice(text, "you", " are now ", event->strings.nick.to);
        else
            render_notice(text, event->shown, " is now ", event->strings.nick.to);
        break;
    case EVENT_QUIT:
        if (!view->target)
            render_quit(text, dialect, event);
        break;
    case EVENT_JOIN:
        if (!view->self && !(event->flags & EVENT_ARRIVING))
            render_notice(text, event->shown, " joined ", event->strings.join.channel_name);
        break;
    case EVENT_PART:
        if (view->self)
            break;
        render_notice(text, event->shown, " left ", event->strings.part.channel_name);
        add_reason(text, event->strings.part.text);
        break;
    case EVENT_KICK:
        render_notice(text, view->target ? "you" : event->strings.kick.shown,
                      view->target ? " were kicked from " : " was kicked from ", event->strings.kick.channel_name);
        add_by(text, event, event->strings.kick.text);
        break;
    case EVENT_TOPIC:
        render_notice(text, event->shown,
                      *seen(event->strings.topic.topic) ? " set the topic of " : " cleared the topic of ",
                      event->strings.topic.channel_name);
        add_reason(text, event->strings.topic.topic);
        break;
    case EVENT_MODE:
        text_dialect_render_modes(text, event, view);
        break;
    case EVENT_INVITE:
        if (event->audience == AUDIENCE_USER)
            render_notice(text, event->shown, " invites you to ", event->strings.invite.channel_name);
        break;
    case EVENT_KNOCK:
        render_notice(text, event->shown, " would like to be invited to ", event->strings.knock.channel_name);
        break;
    case EVENT_RENAME:
        render_notice(text, event->shown, " renamed ", event->strings.rename.before);
        text_add(text, " to ");
        add(text, event->strings.rename.after);
        add_reason(text, event->strings.rename.text);
        break;
    case EVENT_MESSAGE:
        render_message(text, dialect, event, view);
        break;
    case EVENT_MULTILINE:
        render_lines(text, dialect, event, view);
        break;
    case EVENT_KILL:
        text_add(text, "[");
        add(text, *event->shown ? event->shown : "server");
        text_add(text, "] ");
        add(text, *seen(event->strings.kill.text) ? event->strings.kill.text : "you were removed from the server");
        break;
    case EVENT_WALL:
        text_add(text, "[server] ");
        add(text, event->strings.wall.text);
        break;
    case EVENT_AWAY:
        render_notice(text, event->shown, *event->strings.away.text ? " is away" : " is back", "");
        add_reason(text, event->strings.away.text);
        break;
    case EVENT_WALLOPS:
        render_notice(text, event->shown, " to the operators: ", event->strings.wallops.text);
        break;
    case EVENT_ATTACH:
    case EVENT_ADOPT:
    case EVENT_DETACH:
    case EVENT_STATUS:
    case EVENT_FLAGS:
    case EVENT_MONITOR:
    case EVENT_SUBSCRIBE:
    case EVENT_METADATA:
    case EVENT_SETNAME:
    case EVENT_ACCOUNT:
    case EVENT_READ:
    case EVENT_PRESENCE:
    case EVENT_CAPS:
    case EVENT_DROP:
    case EVENT_CURRENT:
    case EVENT_REDACT: /* it has been read */
    case EVENT_MOVED:  /* for IRC */
    case EVENT_INSIDE:
    case EVENT_REPLY:
    case EVENT_TYPES:
        break;
    }
}

void text_dialect_render(struct text *text, const struct text_dialect *dialect, const struct event *event,
                         const struct view *view)
{
    size_t before = text->length;
    render_line(text, dialect, event, view);
    if (text->length > before)
        text_add(text, view->framing->end);
}

void text_dialect_show_past(struct session *session, const struct text_dialect *dialect, const struct event *event,
                            uint32_t user, uint32_t current)
{
    static char bytes[3 * RING_RECORD_MAX], line[sizeof bytes];
    static const struct framing inside = {.end = "\n"};
    const struct view view = {.framing = &inside,
                              .self = event->source == user,
                              .target = event->audience == AUDIENCE_USER || event->target_user == user,
                              .current = event->audience == AUDIENCE_CHANNEL && event->target == current};
    struct text all, text;
    text_init(&all, bytes, sizeof bytes);
    text_dialect_render(&all, dialect, event, &view);
    for (const char *at = bytes, *end; at < bytes + all.length && (end = strchr(at, '\n')); at = end + 1) {
        text_init(&text, line, sizeof line);
        add_time(&text, event->time);
        text_add_bytes(&text, at, (size_t)(end - at));
        session_say_line(session, line, text.length);
    }
}

/* The day that was shown last, in the time zone of the server: a process has one client. */
static int shown_day;

static void show_day(struct session *session, const struct tm *parts)
{
    char day[40];
    int number = parts->tm_year * 1000 + parts->tm_yday;
    time_t now = (time_t)(clock_realtime() / 1000);
    struct tm today;
    bool is_today = localtime_r(&now, &today) && today.tm_year == parts->tm_year && today.tm_yday == parts->tm_yday;
    bool first = shown_day == 0;
    if (number == shown_day)
        return;
    shown_day = number;
    if (first && is_today)
        return;
    strftime(day, sizeof day, "%Y-%m-%d", parts);
    session_reply(session, REPLY_HISTORY_DAY, day, NULL);
}

void text_dialect_show_history(struct session *session, const struct text_dialect *dialect, const struct event *event)
{
    static const struct framing inside = {.end = "\n"};
    char lines[TEXT_DIALECT_LINE_SIZE * 4], line[TEXT_DIALECT_LINE_SIZE * 2];
    struct view view = {.framing = &inside, .current = true};
    time_t seconds = (time_t)(event->time / 1000);
    struct tm parts;
    struct text text;
    text_init(&text, lines, sizeof lines);
    text_dialect_render(&text, dialect, event, &view);
    if (text.length == 0 || !localtime_r(&seconds, &parts))
        return;
    show_day(session, &parts);
    for (const char *at = lines; *at;) {
        size_t length = strcspn(at, "\n");
        text_init(&text, line, sizeof line);
        text_addf(&text, "[%02d:%02d] ", parts.tm_hour, parts.tm_min);
        text_add_bytes(&text, at, length);
        session_say_line(session, line, text.length);
        at += length + (at[length] == '\n');
    }
}

void text_dialect_show_own(struct session *session, const struct text_dialect *dialect, const struct event *event)
{
    static const struct framing inside = {.end = ""};
    char line[TEXT_DIALECT_LINE_SIZE * 4];
    struct event own = event_as_decoded(event);
    struct view view = {.framing = &inside, .self = true, .current = event->target == session_current_locked(session)};
    struct text text;
    text_init(&text, line, sizeof line);
    text_dialect_render(&text, dialect, &own, &view);
    if (text.length > 0)
        session_say_line(session, line, text.length);
}
