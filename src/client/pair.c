/* Two people, no server: lines go to the other one as they are, stop ends it for both. */
#include "pair.h"

#include <string.h>

#define PROMPT_NS INT64_C(500000000)

/* The greeting of a forkchat that listens, and the answer to it. */
#define GREETING "[forkchat] "
#define LISTENS  " is listening: type lines; stop on a line of its own ends this for both"
#define ARRIVES  " is here"

bool pair_is_greeting(const char *line)
{
    return strncmp(line, GREETING, strlen(GREETING)) == 0 && strstr(line, LISTENS);
}

/* "[forkchat] NAME is …": learns the name. */
static void learn_peer(struct session *session, const char *line)
{
    const char *name = line + strlen(GREETING), *end = strchr(name, ' ');
    size_t length = end ? (size_t)(end - name) : 0;
    if (length > 0 && length < sizeof session->pair.peer) {
        memcpy(session->pair.peer, name, length);
        session->pair.peer[length] = '\0';
        window_join(session_server_window(session), session->pair.peer);
    }
    session_showf(session, session_server_window(session), LINE_EVENT, "you are talking with %s; stop ends it",
                  *session->pair.peer ? session->pair.peer : "somebody");
}

static void connected(struct session *session)
{
    if (session->options->listen)
        session_send(session, GREETING "%s" LISTENS, session->nick);
    session_make_ready(session);
}

/* A forkchat that does not know what it connects to greets as an IRC client until it has read our greeting. */
static bool swallow(struct session *session, const char *line)
{
    if (!session->greeted && session->options->listen)
        session->pair.skipping_login = strncmp(line, "CAP LS", 6) == 0 || strncmp(line, "PASS ", 5) == 0;
    if (!session->pair.skipping_login)
        return false;
    if (strncmp(line, "USER ", 5) == 0)
        session->pair.skipping_login = false;
    else if (strncmp(line, "CAP ", 4) != 0 && strncmp(line, "PASS ", 5) != 0 && strncmp(line, "NICK ", 5) != 0)
        return session->pair.skipping_login = false;
    return true;
}

static void show_theirs(struct session *session, char *text)
{
    char nobody[] = "them";
    session_show(session, session_server_window(session),
                 &(struct line){.kind = LINE_MESSAGE,
                                .nick = *session->pair.peer ? session->pair.peer : nobody,
                                .text = text,
                                .highlight = session_names_us(session, text)});
}

/* Half a line after which nothing comes may be a question: it is shown. Without a terminal the reader wants whole
 * lines. */
static int64_t due(const struct session *session)
{
    bool waits = session->interactive && lines_unfinished(&session->connection.in);
    return waits ? session->connection.heard + PROMPT_NS : 0;
}

static void check(struct session *session, int64_t now)
{
    int64_t at = due(session);
    char *line;
    size_t length;
    if (at == 0 || now < at || lines_finish(&session->connection.in, &line, &length) != LINES_LINE)
        return;
    for (char *nul; (nul = memchr(line, '\0', length)); *nul = ' ')
        ;
    session->pair.prompted = true;
    show_theirs(session, line);
}

static void take(struct session *session, char *line)
{
    size_t length = strlen(line), tail = strlen(ARRIVES);
    bool prompted = session->pair.prompted;
    session->pair.prompted = false;
    if (swallow(session, line) || (prompted && !*line))
        return;
    if (!*session->pair.peer && pair_is_greeting(line)) {
        session_send(session, GREETING "%s" ARRIVES, session->nick);
        learn_peer(session, line);
    } else if (!*session->pair.peer && strncmp(line, GREETING, strlen(GREETING)) == 0 && length > tail &&
               strcmp(line + length - tail, ARRIVES) == 0) {
        learn_peer(session, line);
    } else if (strcmp(line, "stop") == 0) {
        session_end(session, 0, "%s has ended the talk", *session->pair.peer ? session->pair.peer : "the other side");
    } else {
        show_theirs(session, line);
    }
}

static void say(struct session *session, struct window *window, const char *text, bool action)
{
    (void)window, (void)action;
    /* Alone in its line it would end the talk. */
    session_send(session, "%s%s", text, strcmp(text, "stop") == 0 ? " " : "");
    session_show_own(session, text);
}

static void quit(struct session *session, const char *reason)
{
    (void)reason;
    connection_finish(&session->connection);
}

const struct dialect *pair_dialect(void)
{
    static const struct dialect dialect = {
        .door = DOOR_PAIR, .connected = connected, .line = take, .say = say, .quit = quit, .check = check, .due = due};
    return &dialect;
}
