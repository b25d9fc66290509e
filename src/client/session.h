/* A conversation with the other side, whatever it speaks and however it is shown: connection, windows, and what is to
 * be said. The screen and the pipe both drive one of these. Its functions stand in four files, each of which uses only
 * those before it; between them come delivery.c, the dialects, the commands and input.c. */
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
#include "base/scram.h"
#include "secret.h"
#include "resume.h"
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
    void (*ask)(struct session *session); /* for an answer, on which the dialect calls delivery_confirm; may be NULL */
    /* While the session is connected: at each turn of the loop, and when (clock_monotonic(), 0: never) the next turn
     * must come even if nothing happens; `due` may be NULL. */
    void (*check)(struct session *session, int64_t now);
    int64_t (*due)(const struct session *session);
};

/* How far the login has come: see irc-login.c. */
enum irc_login {
    IRC_OFFLINE,
    IRC_GUESSING,    /* the door is a guess, and may greet until `login_at` */
    IRC_NEGOTIATING, /* PASS, CAP LS, NICK and USER are sent */
    IRC_REGISTERING, /* CAP END too */
    IRC_REGISTERED,
};

/* What comes next of the server's: irc-sasl.c. */
enum irc_sasl { IRC_SASL_NONE, IRC_SASL_PLAIN, IRC_SASL_FIRST, IRC_SASL_FINAL, IRC_SASL_PROVED };

/* What the IRC dialect knows of its server; irc*.c alone change it. */
struct irc {
    enum irc_login login;
    int64_t login_at; /* clock_monotonic() */
    bool sasl_offered, authenticated;
    bool sasl_scram, sasl_plain; /* what the server offers of it */
    enum irc_sasl sasl_step;
    struct scram_client scram;
    char gathered[1200];           /* of what the server says there, so far */
    bool resume_offered, resuming; /* we have asked to be who we were, and have not been told no */
    char types[16];                /* CHANTYPES */
    char ranks[16];                /* the signs of PREFIX */
    char rank_modes[16];           /* and its letters */
    char modes[4][32];             /* the letters of CHANMODES: lists, always with an argument, only to set, never */
    size_t nick_length, user_length, host_length; /* NICKLEN, USERLEN, HOSTLEN; 0: not told */
    size_t own_user, own_host;                    /* lengths of ours, as others see them; 0: unknown */
    int nick_tries;
    bool nick_is_taken; /* somebody has the nick that was ours, perhaps ourselves on the lost connection */
    int joins_open;     /* JOINs of the start, or of the return, that were not answered */
    int joins_asked;    /* those of /join: a script's next line may be for that channel, and waits */
    int64_t join_by;    /* clock_monotonic() after which it waits no more */
    int64_t pinged;     /* clock_monotonic() of our PING that was not answered; 0: none */
    int64_t answered;   /* when CTCP questions were last answered, and how many in a row */
    int answers;
};

/* What the plain and talk dialects know of their server; simple*.c alone change it. */
struct simple {
    char question[16];              /* a nick for WHOIS: nobody has it, nor can anybody guess it */
    char current[WINDOW_NAME_SIZE]; /* the channel we talk in, as far as we were told */
    char target[WINDOW_NAME_SIZE];  /* the one to talk in when we have arrived; "": wherever that is */
    char left[WINDOW_NAME_SIZE];    /* one the server put us into, and we left */
    bool elsewhere;                 /* that could not be joined: what is said now would be said elsewhere */
    int nick_tries;
    bool nick_is_taken; /* somebody has the nick that is to be ours */
};

/* What the pair dialect knows of the other one; pair.c alone changes it. */
struct pair {
    char peer[OPTIONS_NICK_SIZE]; /* who is at the other end; "": not told */
    bool prompted;                /* the start of the line that comes now is shown already */
    bool skipping_login;          /* the other side greets us as if we were an IRC server */
};

/* Where a session stands. From ARRIVING to LEAVING there is a connection. What leads from one to another is a table at
 * the head of session.c. */
enum session_state {
    SESSION_UNCONNECTED, /* the next try is at `until`, if there is to be one */
    SESSION_DIALLING,
    SESSION_ARRIVING, /* logs in, joins: nothing can be said yet */
    SESSION_READY,    /* lines can be said */
    SESSION_LEAVING,  /* said so, and waits until `until` for the other side to hang up */
    SESSION_ENDED,
};

struct session {
    const struct options *options;
    const struct dialect *dialect;
    struct connection connection;
    struct windows windows;
    struct pace pace;
    struct delivery delivery;
    struct resume resume;
    struct day day;
    struct secret secret;
    struct irc irc;
    struct simple simple;
    struct pair pair;

    enum session_state state; /* session.c alone changes it and `until` */
    int64_t until;            /* clock_monotonic() at which the state ends by itself; 0: never */
    int64_t connected_at;     /* clock_monotonic() of the last connection; 0: there was none */
    int attempts;             /* to connect again, in a row */
    bool greeted;             /* a line has come from there on this connection */
    bool arrived;             /* the session was READY once */
    bool left;                /* it was LEAVING: its end is our own doing */
    bool finishing;           /* the input has ended: leave once everything is said */
    char quit_reason[256];    /* what to say then */
    size_t unsent;            /* lines that were given up */
    int status;               /* of the program, once ENDED */
    char farewell[256];       /* why it ended, for the user */

    char nick[OPTIONS_NICK_SIZE];
    bool away; /* the server has said that we are */
    char *ignores[SESSION_IGNORES];
    int ignore_count;
    FILE *journal;
    char search_words[256]; /* what /search looked for last */
    bool interactive;
    bool no_list; /* of the members, beside the text */
    bool changed; /* something to draw */
    bool bell;    /* and to be heard */
    /* Called for each line shown; may be NULL. */
    void (*shown)(void *context, const struct window *window, const struct line *line);
    void *context;
};

/* --- session-show.c: what the user sees --- */

/* Shows a line; strings may be anything. `time` 0 is now. */
void session_show(struct session *session, struct window *window, const struct line *line);
void session_showf(struct session *session, struct window *window, enum line_kind kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct window *session_server_window(struct session *session);

/* What we have said ourselves, in the server's window. */
void session_show_own(struct session *session, const char *text);

/* To the user, in the window in view: what the client has to say, and what is wrong. */
void session_tell(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_complain(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool session_ignores(const struct session *session, const char *nick, const char *user, const char *host);
bool session_names_us(const struct session *session, const char *text);

/* Starts or (path NULL) stops the journal. Returns 0, or -1 and errno. */
int session_journal(struct session *session, const char *path);

/* --- session.c: states, and lines to the other side --- */

/* The session goes to a state, until then (clock_monotonic()) at the longest; 0: for as long as it likes. */
void session_enter(struct session *session, enum session_state state, int64_t until);

/* What was to be joined is joined, or will not be: lines can be said, unless we are leaving already. */
void session_make_ready(struct session *session);

/* From ARRIVING to LEAVING. */
bool session_is_connected(const struct session *session);

/* Starts to connect, whatever was before. */
void session_dial(struct session *session);

/* Ends now: `status` is the program's, the rest (a printf format) is told to the user. */
void session_end(struct session *session, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Without a terminal: something that was asked for is refused, and the exit status will say so. */
void session_fail(struct session *session, int status);

/* Sends one line at once, or in its turn: all that the user says and asks for is sent in the order in which it was
 * typed. CR, LF and NUL cannot get in. */
void session_send(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_send_paced(struct session *session, const char *line);

/* In its turn; at once while nothing can be said yet, because the login may depend on it. */
void session_request(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes off *text what goes into a line that has room for `room` bytes: all, or up to a blank, or up to a character.
 * `piece` holds room + 1 bytes. False if nothing is left. */
bool session_take_piece(const char **text, size_t room, char *piece);

/* --- session-leave.c: leaving in good order --- */

/* Says so to the other side and gives it a moment. A second call ends at once. */
void session_leave(struct session *session, const char *reason);

/* We have left, and tell what could not be sent. */
void session_end_left(struct session *session);

/* Leaves when all that is waiting was said. */
void session_finish(struct session *session, const char *reason);

/* Whether that is so now; and leaves if it is. */
bool session_is_done(const struct session *session);
void session_leave_if_done(struct session *session, int64_t now);

/* --- session-loop.c: what drives it; above the dialects, the commands and input.c --- */

/* Returns 0, or -1 with ENOMEM. */
int session_init(struct session *session, const struct options *options);
void session_free(struct session *session);

/* Takes over a connected socket. */
void session_adopt(struct session *session, int fd);

/* poll(2): fills in *wait and returns how many milliseconds to wait at most, -1 for ever. */
int session_prepare(struct session *session, struct pollfd *wait);
void session_work(struct session *session, short ready);

#endif
