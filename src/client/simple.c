/* The plain and talk dialects. They have one window, the server's; each speaker is remembered as a member, for
 * colours and completion. */
#include "simple.h"

#include <ctype.h>
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "base/unicode.h"

#define LINE_BYTES 1024 /* of a line at the plain and talk doors: forkchat-protocol(7) */

/* --- what doors send --- */

/* Takes out telnet's negotiation (RFC 854): a client that is no telnet says nothing to it, which refuses
 * every option. */
static void strip_telnet(char *line)
{
    unsigned char *from = (unsigned char *)line, *to = from;
    while (*from) {
        if (*from != 0xFF) {
            *to++ = *from++;
            continue;
        }
        from++;
        if (*from >= 0xFB && *from <= 0xFE && from[1]) { /* WILL, WONT, DO, DONT and the option */
            from += 2;
        } else if (*from == 0xFA) { /* a subnegotiation, to IAC SE */
            while (*from && !(from[0] == 0xFF && from[1] == 0xF0))
                from++;
            from += *from ? 2 : 0;
        } else if (*from) {
            from++;
        }
    }
    *to = '\0';
}

/* The bracket that closes the one the line begins with. A nick may have brackets too, in pairs; { is a small [. */
static char *find_close(char *line, char close)
{
    int depth = 0;
    for (char *at = line; *at; at++) {
        if (*at == '[' || *at == '{' || at == line)
            depth++;
        else if ((*at == ']' || *at == '}' || *at == close) && --depth == 0 && *at == close)
            return at;
    }
    return NULL;
}

/* "[nick] text", "(nick) text", "(nick #channel) text", "[nick -> you] text" taken apart in place; false for
 * anything else. */
static bool take_apart(char *line, char open, char close, struct line *shown)
{
    char *end = find_close(line, close);
    if (*line != open || !end || end == line + 1 || (end[1] && end[1] != ' '))
        return false;
    *end = '\0';
    shown->nick = line + 1;
    shown->text = end[1] ? end + 2 : end;
    shown->kind = LINE_MESSAGE;
    char *arrow = strstr(shown->nick, " -> "), *channel = strstr(shown->nick, " #");
    if (arrow) {
        *arrow = '\0';
        shown->kind = LINE_PRIVATE;
    } else if (channel) {
        /* Said in another channel than the current one: show which, in front of the text. */
        *channel = '\0';
        size_t name = strlen(channel + 1), text = strlen(shown->text);
        memmove(channel + 1 + name + 2, shown->text, text + 1);
        memcpy(channel + 1 + name, ": ", 2);
        shown->text = channel + 1;
    }
    return !strchr(shown->nick, ' ');
}

static void show_own_private(struct session *session, const char *nick, const char *text)
{
    char bytes[CONNECTION_LINE_LIMIT + 8];
    struct text words;
    text_init(&words, bytes, sizeof bytes);
    text_addf(&words, "(to %s) %s", nick, text);
    session_show_own(session, bytes);
}

/* "[you -> nick] text": what the talk door shows the sender of a private line. */
static bool show_told(struct session *session, char *line)
{
    static const char head[] = "[you -> ";
    char *end = strstr(line, "] ");
    if (strncmp(line, head, sizeof head - 1) != 0 || !end)
        return false;
    *end = '\0';
    show_own_private(session, line + sizeof head - 1, end + 2);
    return true;
}

static void show_said(struct session *session, struct line *line)
{
    struct window *window = session_server_window(session);
    if (session_ignores(session, line->nick, "", ""))
        return;
    line->own = text_compare_names(line->nick, session->nick) == 0 && line->kind != LINE_PRIVATE;
    line->highlight = line->kind == LINE_PRIVATE || session_names_us(session, line->text);
    window_join(window, line->nick);
    session_show(session, window, line);
}

static void plain_line(struct session *session, char *line)
{
    struct line shown = {.kind = LINE_SERVER};
    char copy[CONNECTION_LINE_LIMIT + 8];
    text_copy(copy, sizeof copy, line);
    if (simple_learn(session, line))
        return;
    if (take_apart(copy, '[', ']', &shown) && strcmp(shown.nick, "server") != 0)
        show_said(session, &shown);
    else
        session_showf(session, session_server_window(session), LINE_SERVER, "%s", line);
}

static void talk_line(struct session *session, char *line)
{
    struct line shown = {.kind = LINE_SERVER};
    char copy[CONNECTION_LINE_LIMIT + 8];
    strip_telnet(line);
    text_copy(copy, sizeof copy, line);
    if (take_apart(copy, '(', ')', &shown))
        show_said(session, &shown);
    else if (show_told(session, copy))
        return;
    else
        plain_line(session, line);
}

/* --- what the user sends --- */

/* Calls `say` for each piece of `text` that goes into a line of the door, `spent` bytes of which are taken. */
static void say_pieces(struct session *session, const char *nick, const char *text, size_t spent,
                       void (*say)(struct session *session, const char *nick, const char *piece))
{
    char piece[LINE_BYTES + 1];
    while (session_take_piece(&text, LINE_BYTES - spent, piece))
        say(session, nick, piece);
}

static void send_me(struct session *session, const char *nick, const char *piece)
{
    (void)nick;
    session_request(session, "%s %s", session->dialect->door == DOOR_TALK ? "/me" : "ME", piece);
}

/* What the door tells of nick, absence and channels is learnt from its answers; what they were asked is kept here. */
static void remember(struct session *session, const char *name, const char *arguments)
{
    struct resume *resume = &session->resume;
    char copy[WINDOW_NAME_SIZE + RESUME_KEY_SIZE], *rest = copy + 1;
    copy[0] = '#';
    text_copy(copy + 1, sizeof copy - 1, arguments);
    if (strcmp(name, "nick") == 0) {
        text_copy(resume->asked, sizeof resume->asked, arguments);
    } else if (strcmp(name, "away") == 0) {
        text_copy(resume->away, sizeof resume->away, arguments);
    } else if (strcmp(name, "join") == 0) {
        const char *channel = text_next_word(&rest);
        if (channel) /* games is #games */
            resume_enter(resume, *channel == '#' ? channel : copy, rest);
    }
}

void simple_command(struct session *session, const char *name, const char *arguments)
{
    char word[32];
    text_copy(word, sizeof word, name);
    for (char *at = word; session->dialect->door == DOOR_PLAIN && *at; at++)
        *at = (char)toupper((unsigned char)*at);
    if (strcmp(name, "me") == 0) {
        if (simple_may_say(session, arguments))
            say_pieces(session, "", arguments, strlen("/me "), send_me);
    } else if (strlen(word) + strlen(arguments) + 2 > LINE_BYTES) {
        session_complain(session, "that is too long for one line: a /%s of %zu bytes, and %d is the most", name,
                         strlen(arguments), LINE_BYTES - (int)strlen(word) - 2);
        session_fail(session, EX_DATAERR);
    } else {
        remember(session, name, arguments);
        session_request(session, "%s%s%s%s", session->dialect->door == DOOR_TALK ? "/" : "", word,
                        *arguments ? " " : "", arguments);
    }
}

/* The talk door shows us what we said to one person, too. */
static void send_private(struct session *session, const char *nick, const char *piece)
{
    session_request(session, "@%s %s", nick, piece);
    if (session->dialect->door != DOOR_TALK)
        show_own_private(session, nick, piece);
}

/* As with one's other lines the talk door shows it to us, too. */
static void send_in_channel(struct session *session, const char *channel, const char *piece)
{
    bool talk = session->dialect->door == DOOR_TALK;
    session_request(session, "%s %s %s", talk ? "/msg" : "MSG", channel, piece);
    if (!talk)
        show_own_private(session, channel, piece);
}

void simple_private(struct session *session, const char *nick, const char *text)
{
    size_t spent = strlen(nick) + strlen("/msg  ");
    if (spent < LINE_BYTES / 2) {
        say_pieces(session, nick, text, spent, *nick == '#' ? send_in_channel : send_private);
    } else {
        session_complain(session, "nobody has a name of %zu bytes", strlen(nick));
        session_fail(session, EX_DATAERR);
    }
}

/* SAY and not MSG, which would take some first words for a channel or a person. */
static void send_plain(struct session *session, const char *nick, const char *piece)
{
    (void)nick;
    session_request(session, "SAY %s", piece);
    session_show_own(session, piece);
}

static void plain_say(struct session *session, struct window *window, const char *text, bool action)
{
    (void)window, (void)action;
    if (simple_may_say(session, text))
        say_pieces(session, "", text, strlen("SAY "), send_plain);
}

/* The door shows everybody's lines to everybody, us too. */
static void send_talk(struct session *session, const char *nick, const char *piece)
{
    (void)nick;
    char first = piece[unicode_unseen_length(piece)];
    bool command = first == '/' || first == '@' || strcmp(piece, "stop") == 0;
    session_request(session, "%s%s", command ? "/say " : "", piece);
}

static void talk_say(struct session *session, struct window *window, const char *text, bool action)
{
    (void)window, (void)action;
    if (simple_may_say(session, text))
        say_pieces(session, "", text, strlen("/say "), send_talk);
}

static void plain_quit(struct session *session, const char *reason)
{
    session_send(session, *reason ? "QUIT %s" : "QUIT", reason);
}

static void talk_quit(struct session *session, const char *reason)
{
    session_send(session, *reason ? "/quit %s" : "stop", reason);
}

const struct dialect *simple_plain(void)
{
    static const struct dialect dialect = {.door = DOOR_PLAIN,
                                           .connected = simple_arrive,
                                           .line = plain_line,
                                           .say = plain_say,
                                           .quit = plain_quit,
                                           .ask = simple_ask,
                                           .check = simple_check};
    return &dialect;
}

const struct dialect *simple_talk(void)
{
    static const struct dialect dialect = {.door = DOOR_TALK,
                                           .connected = simple_arrive,
                                           .line = talk_line,
                                           .say = talk_say,
                                           .quit = talk_quit,
                                           .ask = simple_ask,
                                           .check = simple_check};
    return &dialect;
}
