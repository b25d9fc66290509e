/* From the command line to the exit status: options, passwords, guardian, the connection, then the screen or
 * the pipe. */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "tty/guardian.h"
#include "arguments.h"
#include "pipe.h"
#include "session.h"
#include "signals.h"
#include "terminal.h"

static int read_secrets(const struct options *options, struct secret *secret)
{
    int status = 0;
    if (options->sasl_file)
        status = secret_read(options->sasl_file, 2, secret->account, secret->password);
    if (!status && options->password_file)
        status = secret_read(options->password_file, 1, secret->server_password, NULL);
    return status;
}

/* What is typed while nobody is there to read it; the terminal edits it still. */
static void take_waiting(struct session *session)
{
    char line[4096];
    ssize_t got = read(STDIN_FILENO, line, sizeof line);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0 || (got == 5 && memcmp(line, "stop\n", 5) == 0))
        session_end(session, EX_TEMPFAIL, "nobody has come");
    else
        log_info("forkchat: nobody has come yet who could read that; stop, or Ctrl-D, waits no longer");
}

/* Waits for the peer that connects to us. */
static void wait_for_peer(struct session *session, int signals)
{
    struct net_address bound, peer = {.length = sizeof peer.storage};
    char text[NET_TEXT_SIZE];
    int listener = net_listen(&session->options->listen_at, &bound), fd = -1;
    if (listener < 0) {
        net_format(&session->options->listen_at, text);
        session_end(session, EX_UNAVAILABLE, "cannot listen at %s: %s", text, strerror(errno));
        return;
    }
    net_format(&bound, text);
    log_info("forkchat: listening at %s; the other one types: forkchat THIS-HOST %u", text, (unsigned)net_port(&bound));
    while (fd < 0 && session->state != SESSION_ENDED) {
        struct pollfd wait[3] = {{.fd = signals, .events = POLLIN},
                                 {.fd = listener, .events = POLLIN},
                                 {.fd = session->interactive ? STDIN_FILENO : -1, .events = POLLIN}};
        if (poll(wait, 3, -1) < 0)
            continue;
        if (wait[0].revents && (signals_take() & SIGNALS_LEAVE))
            session_end(session, EX_TEMPFAIL, "nobody has come");
        if (session->state != SESSION_ENDED && wait[2].revents)
            take_waiting(session);
        if (session->state != SESSION_ENDED && wait[1].revents)
            fd = port_accept(listener, (struct sockaddr *)&peer.storage, &peer.length);
    }
    close(listener);
    if (fd < 0)
        return;
    net_format(&peer, text);
    log_info("forkchat: %s has connected", text);
    session_adopt(session, fd);
}

static void connect_first(struct session *session, int signals)
{
    session_dial(session);
    while (session->state == SESSION_DIALLING) {
        struct pollfd wait[2] = {{.fd = signals, .events = POLLIN}};
        int timeout = session_prepare(session, &wait[1]);
        poll(wait, 2, timeout);
        if (wait[0].revents && (signals_take() & SIGNALS_LEAVE))
            session_end(session, EX_TEMPFAIL, "left before there was a connection");
        else
            session_work(session, wait[1].revents);
    }
}

static int run(struct options *options, const struct secret *secret, int guardian, bool interactive)
{
    struct session session;
    int signals = signals_init();
    if (signals < 0 || session_init(&session, options))
        fatal(EX_OSERR, "cannot start: %s", strerror(errno));
    session.secret = *secret;
    session.interactive = interactive;
    if (options->log_file && session_journal(&session, options->log_file))
        session_end(&session, EX_CANTCREAT, "%s: %s", options->log_file, strerror(errno));
    else if (options->listen)
        wait_for_peer(&session, signals);
    else
        connect_first(&session, signals);
    if (session.state != SESSION_ENDED && interactive)
        terminal_run(&session, signals, guardian);
    else if (session.state != SESSION_ENDED)
        pipe_run(&session, signals);
    int status = session.status;
    if (*session.farewell && (status || interactive))
        log_info("forkchat: %s", session.farewell);
    session_free(&session);
    return status;
}

int client_main(int argc, char **argv)
{
    struct options options;
    struct secret secret = {{0}, {0}, {0}};
    switch (arguments_read(argc, argv, &options)) {
    case ARGUMENTS_DONE:
        return fd_finish_output();
    case ARGUMENTS_WRONG:
        return EX_USAGE;
    case ARGUMENTS_SPOILT:
        return options.status;
    case ARGUMENTS_RUN:
        break;
    }
    int status = read_secrets(&options, &secret);
    if (status)
        return status;
    bool interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (!options.reconnect_is_set)
        options.reconnect = interactive;
    int guardian = interactive ? guardian_start("forkchat", SCREEN_RESET) : -1;
    port_title_set("forkchat %s %s", options.host, options.port);
    return run(&options, &secret, guardian, interactive);
}
