/* Two people, no server: lines go to the other one as they are, stop ends it for both. */
#include <string.h>

#include "simple.h"

/* The greeting of a forkchat that listens, and the answer to it. */
#define GREETING "[forkchat] "
#define LISTENS  " is listening: type lines; stop on a line of its own ends this for both"
#define ARRIVES  " is here"

bool simple_is_pair_greeting(const char *line)
{
    return strncmp(line, GREETING, strlen(GREETING)) == 0 && strstr(line, LISTENS);
}

/* "[forkchat] NAME is …": learns the name. */
static void learn_peer(struct session *session, const char *line)
{
    const char *name = line + strlen(GREETING), *end = strchr(name, ' ');
    size_t length = end ? (size_t)(end - name) : 0;
    if (length > 0 && length < sizeof session->peer) {
        memcpy(session->peer, name, length);
        session->peer[length] = '\0';
        window_join(session_server_window(session), session->peer);
    }
    session_showf(session, session_server_window(session), LINE_EVENT, "you are talking with %s; stop ends it",
                  *session->peer ? session->peer : "somebody");
}

static void pair_connected(struct session *session)
{
    if (session->options->listen)
        session_send(session, GREETING "%s" LISTENS, session->nick);
    session->ready = true;
}

/* A forkchat that does not know what it connects to greets as an IRC client until it has read our greeting. */
static bool swallow(struct session *session, const char *line)
{
    if (!session->greeted && session->options->listen)
        session->swallowing = strncmp(line, "CAP LS", 6) == 0 || strncmp(line, "PASS ", 5) == 0;
    if (!session->swallowing)
        return false;
    if (strncmp(line, "USER ", 5) == 0)
        session->swallowing = false;
    else if (strncmp(line, "CAP ", 4) != 0 && strncmp(line, "PASS ", 5) != 0 && strncmp(line, "NICK ", 5) != 0)
        return session->swallowing = false;
    return true;
}

static void show_theirs(struct session *session, char *text)
{
    char nobody[] = "them";
    session_show(session, session_server_window(session),
                 &(struct line){.kind = LINE_MESSAGE,
                                .nick = *session->peer ? session->peer : nobody,
                                .text = text,
                                .highlight = session_names_us(session, text)});
}

void simple_prompt(struct session *session)
{
    char *line;
    size_t length;
    if (lines_finish(&session->connection.in, &line, &length) != LINES_LINE)
        return;
    for (char *nul; (nul = memchr(line, '\0', length)); *nul = ' ')
        ;
    session->prompted = true;
    show_theirs(session, line);
}

static void pair_line(struct session *session, char *line)
{
    size_t length = strlen(line), tail = strlen(ARRIVES);
    bool prompted = session->prompted;
    session->prompted = false;
    if (swallow(session, line) || (prompted && !*line))
        return;
    if (!*session->peer && simple_is_pair_greeting(line)) {
        session_send(session, GREETING "%s" ARRIVES, session->nick);
        learn_peer(session, line);
    } else if (!*session->peer && strncmp(line, GREETING, strlen(GREETING)) == 0 && length > tail &&
               strcmp(line + length - tail, ARRIVES) == 0) {
        learn_peer(session, line);
    } else if (strcmp(line, "stop") == 0) {
        session_end(session, 0, "%s has ended the talk", *session->peer ? session->peer : "the other side");
    } else {
        show_theirs(session, line);
    }
}

static void pair_say(struct session *session, struct window *window, const char *text, bool action)
{
    (void)window, (void)action;
    /* Alone in its line it would end the talk. */
    session_send(session, "%s%s", text, strcmp(text, "stop") == 0 ? " " : "");
    simple_show_own(session, text);
}

static void pair_quit(struct session *session, const char *reason)
{
    (void)reason;
    connection_finish(&session->connection);
}

const struct dialect *simple_pair(void)
{
    static const struct dialect dialect = {
        .door = DOOR_PAIR, .connected = pair_connected, .line = pair_line, .say = pair_say, .quit = pair_quit};
    return &dialect;
}
