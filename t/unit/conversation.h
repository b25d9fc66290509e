/* A session, with the test as the other side: what it sends, what it shows. */
#ifndef FORKCHAT_T_UNIT_CONVERSATION_H
#define FORKCHAT_T_UNIT_CONVERSATION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/port.h"
#include "client/input.h"
#include "client/session.h"

static struct session session;
static struct options options;
static int server = -1;

/* Another connection of the same session. */
static inline void meet(void)
{
    int ends[2];
    if (port_socketpair(SOCK_STREAM, ends))
        abort();
    server = ends[1];
    fd_set_nonblocking(server);
    session_adopt(&session, ends[0]);
}

static inline void begin_as(bool told, enum door door, const char *channel)
{
    options =
        (struct options){.door = door, .door_is_known = told, .nick = "alice", .host = "test", .real_name = "Alice"};
    if (channel)
        options.channels[options.channel_count++] = channel;
    if (session_init(&session, &options))
        abort();
    session.interactive = true;
    meet();
}

static inline void begin(enum door door, const char *channel)
{
    begin_as(true, door, channel);
}

/* At a port that tells no door. */
static inline void guess(void)
{
    begin_as(false, DOOR_IRC, NULL);
}

static inline void end(void)
{
    session_free(&session);
    close(server);
}

/* What the session has sent since the last call. */
static inline const char *sent(void)
{
    static char bytes[65536];
    size_t used = 0;
    ssize_t got;
    session_work(&session, 0); /* what waits is queued, */
    session_work(&session, 0); /* then written */
    while ((got = read(server, bytes + used, sizeof bytes - used - 1)) > 0)
        used += (size_t)got;
    bytes[used] = '\0';
    return bytes;
}

static inline void receive(const char *text)
{
    if (fd_write_all(server, text, strlen(text)))
        abort();
    session_work(&session, POLLIN);
}

static inline void start_irc(const char *channel)
{
    begin(DOOR_IRC, channel);
}

static inline void log_in(const char *channel)
{
    start_irc(channel);
    receive(":s CAP * LS :\r\n:s 001 alice :welcome\r\n");
    sent();
}

/* The door answers all that we asked for when we came: that we talk in that channel ("": it says nothing of one). */
static inline void answer_arrival(const char *channel)
{
    char lines[300];
    if (*channel) {
        snprintf(lines, sizeof lines, "[server] you are now talking in %s\n", channel);
        receive(lines);
    }
    snprintf(lines, sizeof lines, "[server] nobody here is called %s: WHO shows who is here\n",
             session.simple.question);
    receive(lines);
}

/* What was sent, but for the question that we end with: "sent" and whether it was there. */
static inline const char *asked(bool *question)
{
    static char lines[65536];
    strcpy(lines, sent());
    char *at = strstr(lines, "WHOIS =");
    if (!at)
        at = strstr(lines, "/whois =");
    *question = at;
    if (at)
        *at = '\0';
    return lines;
}

static inline int sent_at_arrival(const char *lines)
{
    bool question;
    const char *all = asked(&question);
    if (!question || strcmp(all, lines) != 0)
        printf("# sent: %s\n", all);
    return question && strcmp(all, lines) == 0;
}

/* The newest line of the window in view (or of another). */
static inline const struct line *newest(const struct window *window)
{
    return window_line(window, window->total - 1);
}

static inline int shows(const char *name, const char *text)
{
    const struct window *window = *name ? windows_find(&session.windows, name) : session.windows.list[0];
    const struct line *line = window ? newest(window) : NULL;
    if (!line || strcmp(line->text, text) != 0)
        printf("# %s shows: %s\n", name, line ? line->text : "nothing");
    return line && strcmp(line->text, text) == 0;
}

#endif
