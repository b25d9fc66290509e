/* A conversation with the other side, whatever it speaks and however it is shown: connection, windows, and
 * what the user's lines do. The screen and the pipe both drive one of these. */
#ifndef FORKCHAT_CLIENT_SESSION_H
#define FORKCHAT_CLIENT_SESSION_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "connection.h"
#include "day.h"
#include "delivery.h"
#include "options.h"
#include "pace.h"
#include "secret.h"
#include "standing.h"
#include "window.h"

#define SESSION_IGNORES 100
#define IRC_LINE_BYTES  510 /* without CR LF: RFC 1459 section 2.3 */

struct session;

/* What a door speaks. */
struct dialect {
    enum door door;
    void (*connected)(struct session *session);
    void (*line)(struct session *session, char *line); /* one line from the other side */
    void (*say)(struct session *session, struct window *window, const char *text, bool action);
    void (*quit)(struct session *session, const char *reason);
    void (*ask)(struct session *session); /* for an answer, on which the dialect calls delivery_prove; may be NULL */
};

/* What the IRC dialect knows of its server; irc*.c alone change it. */
struct irc {
    bool registered, authenticated, negotiating, sasl_offered;
    char types[16];       /* CHANTYPES */
    char ranks[16];       /* the signs of PREFIX */
    char rank_modes[16];  /* and its letters */
    char modes[4][32];    /* the letters of CHANMODES: lists, always with an argument, only to set, never */
    size_t nick_length, user_length, host_length; /* NICKLEN, USERLEN, HOSTLEN; 0: not told */
    size_t own_user, own_host;                    /* lengths of ours, as others see them; 0: unknown */
    int nick_tries;
    bool usurped;         /* somebody has the nick that was ours, perhaps ourselves on the lost connection */
    int joins_open;       /* JOINs of the start, or of the return, that were not answered */
    int joins_asked;      /* those of /join: a script's next line may be for that channel, and waits */
    int64_t join_by;      /* clock_elapsed() after which it waits no more */
    int64_t login_at;     /* clock_elapsed(): the door is a guess, and may greet until then; 0: logged in */
    int64_t pinged;       /* clock_elapsed() of our PING that was not answered; 0: none */
    int64_t answered;     /* when CTCP questions were last answered, and how many in a row */
    int answers;
};

/* What the plain and talk dialects know of their server; simple*.c alone change it. */
struct simple {
    char question[16];              /* whom we ask for with WHOIS: nobody is called that, nor can anybody guess it */
    int64_t arrive_by;              /* clock_elapsed(): how long we wait to hear that we have arrived; 0: we have */
    char current[WINDOW_NAME_SIZE]; /* the channel we talk in, as far as we were told */
    char aim[WINDOW_NAME_SIZE];     /* the one to talk in when we have arrived; "": wherever that is */
    char left[WINDOW_NAME_SIZE];    /* one the server put us into, and we left */
    bool astray;                    /* that could not be joined: what is said now would be said elsewhere */
    int nick_tries;
    bool usurped; /* somebody has the nick that is to be ours */
};

struct session {
    const struct options *options;
    const struct dialect *dialect;
    struct connection connection;
    struct windows windows;
    struct pace pace;
    struct delivery delivery;
    struct standing standing;
    struct day day;
    char sought[256]; /* what /search looked for last */
    bool no_list;     /* of the members, beside the text */
    bool away; /* the server has said that we are */
    struct irc irc;
    struct simple simple;
    struct secret secret;
    char nick[OPTIONS_NICK_SIZE];
    char peer[OPTIONS_NICK_SIZE]; /* pair: who is at the other end */
    bool prompted;                /* pair: the start of the line that comes now is shown already */
    bool swallowing;              /* pair: the other side greets us as if we were an IRC server */
    bool greeted;                 /* a line has come from there on this connection */
    char *ignores[SESSION_IGNORES];
    int ignore_count;
    FILE *journal;
    bool interactive;
    bool ready;     /* lines can be said: registered, joined */
    bool arrived;   /* that was so once */
    bool finishing; /* the input has ended: leave once everything is said */
    char parting[256]; /* what to say then */
    size_t unsent;     /* lines that were given up */
    bool leaving;   /* QUIT was sent, or there is nobody to send it to */
    bool ended;
    int status;     /* of the program, once ended */
    char farewell[256]; /* why it ended, for the user */
    int attempts;
    int64_t retry_at, leave_by, made; /* clock_elapsed(); 0: not set */
    bool changed;   /* something to draw */
    bool bell;      /* and to be heard */
    /* Called for each line shown; may be NULL. */
    void (*shown)(void *context, const struct window *window, const struct line *line);
    void *context;
};

/* Returns 0, or -1 with ENOMEM. */
int session_init(struct session *session, const struct options *options);
void session_free(struct session *session);

/* Starts to connect, or takes over a connected socket. */
void session_dial(struct session *session);
void session_adopt(struct session *session, int fd);

/* poll(2): fills in *wait and returns how many milliseconds to wait at most, -1 for ever. */
int session_prepare(struct session *session, struct pollfd *wait);
void session_work(struct session *session, short ready);

/* A line of the user. `literal`: it is text even if it looks like a command. */
void session_input(struct session *session, const char *line, bool literal);

/* Leaves in good order: says so to the other side and gives it a moment. A second call ends at once. */
void session_leave(struct session *session, const char *reason);

/* Leaves when all that is waiting was said. */
void session_finish(struct session *session, const char *reason);

/* Ends now: `status` is the program's, the rest (a printf format) is told to the user. */
void session_end(struct session *session, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- for dialects and commands --- */

/* Sends one line at once, or in its turn: all that the user says and asks for is sent in the order in which it was
 * typed. CR, LF and NUL cannot get in. */
void session_send(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_send_paced(struct session *session, const char *line);

/* In its turn; at once while nothing can be said yet, because the login may depend on it. */
void session_request(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How much of `text` goes into a line that has room for `room` bytes: all, or up to a blank, or up to a character. */
size_t session_piece(const char *text, size_t length, size_t room);

/* Shows a line; strings may be anything. `told` 0 is now. */
void session_show(struct session *session, struct window *window, const struct line *line);
void session_showf(struct session *session, struct window *window, enum line_kind kind,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* To the user, in the window in view: what the client has to say, and what is wrong. */
void session_tell(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_complain(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Without a terminal: something that was asked for is refused, and the exit status will say so. */
void session_fail(struct session *session, int status);

bool session_ignores(const struct session *session, const char *nick, const char *user, const char *host);
bool session_names_us(const struct session *session, const char *text);
struct window *session_server_window(struct session *session);

/* Changes the dialect: a greeting has shown that the guess was wrong. */
void session_speak(struct session *session, enum door door);

/* Starts or (path NULL) stops the journal. Returns 0, or -1 and errno. */
int session_journal(struct session *session, const char *path);

#endif
