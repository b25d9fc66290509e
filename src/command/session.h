/* A session: one client, as its worker sees it. Commands act through it; doors feed it. */
#ifndef FORKCHAT_COMMAND_SESSION_H
#define FORKCHAT_COMMAND_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bucket.h"
#include "base/framing.h"
#include "base/report.h"
#include "chat/actor.h"
#include "reply.h"
#include "session_clock.h"
#include "world/penalties.h"

struct session;

/* How the door shows the session an event of its own, when that is part of the answer to a command (an
 * IRCv3 label). Transaction running. */
typedef void session_own_copy(struct session *session, const struct event *event);

/* How a session speaks: what is asked of its door's dialect, or of a service, by those who need not know which it
 * is. */
struct speech {
    enum dialect_kind dialect;
    const char *verb_prefix; /* "/" where commands are written /join */

    /* Words an answer: adds it to session->out, as bytes for the client. NULL where no commands are run. */
    void (*format_reply)(struct session *session, enum reply_code code, const char *const *arguments, int count);

    /* Shows an event of the past to the session that is to be that user's, who talked in that channel (or NONE). */
    void (*show_past)(struct session *session, const struct event *event, uint32_t user, uint32_t current);

    /* The session has proved to be that account, and becomes the user who is it, if there is one; false if not, or not
     * yet. NULL where nobody has an account. */
    bool (*become)(struct session *session, const char *account);

    /* Shows an event of the session's own as part of an answer. NULL where people do not see that. Transaction running.
     */
    session_own_copy *show_own;

    /* Asks for a sign of life, and says why the session ends, which it does: for clients that must register. */
    void (*ping)(struct session *session);
    void (*time_out)(struct session *session, const char *why);

    /* Shows an event of the past; it is part of the open batch, if there is one. NULL where nobody asks for it. */
    void (*show_history)(struct session *session, const struct event *event);
};

/* Answers gathered before they are published; one event's worth. */
#define SESSION_OUT_SIZE 16384

/* Bytes of what numeric 005 says of the settings. */
#define ISUPPORT_MADE_SIZE 256

/* What an IRC client must do before it is one, and what it was told then. */
struct registration {
    bool done;
    bool nick, user;                   /* given */
    bool negotiating;                  /* CAP LS or REQ without END */
    uint32_t flags;                    /* user flags to begin with */
    char wanted[NICK_SIZE];            /* the nick, if somebody has it who may be this one: "" if not */
    char password[512];                /* the last PASS: no message has room for more */
    int version;                       /* of CAP */
    char isupport[ISUPPORT_MADE_SIZE]; /* what 005 said of the settings */
    uint32_t isupport_version;         /* of which ones */
};

/* Answers on their way to the client: how long ones go out at the pace of its reader. */
struct backlog {
    uint64_t position; /* where in the ring the last of them stand */
    size_t bytes;      /* that the client may not have been given yet, at most */
    bool forsaken;     /* the client took nothing for so long that answers wait for it no more */
};

/* What the client may still have done at once: `flood`. */
struct pace {
    struct bucket lines;
    int64_t looked;   /* when we last looked up from its lines, clock_monotonic(); 0: never yet */
    int64_t answered; /* bytes of answers that no token was taken for yet */
    size_t received;  /* bytes that came since a token was last taken */
};

/* How much was heard of a client so far. */
enum hearing { HEARD_NOTHING, HEARD_BYTES, HEARD_LINE };

/* What the process behind a session does for it. */
struct session_host {
    /* Between lines, while a client is being slowed: the process may be asked for its socket. */
    void (*housekeep)(struct session *session);
    /* Has the supervisor look at what was ordered, and at the bans. */
    void (*call_supervisor)(struct session *session);
    /* Takes the answers; NULL: they go through the ring. */
    void (*deliver)(struct session *session, const char *bytes, size_t length);
    /* Waits; false: nobody wants to see more of it. */
    bool (*wait)(struct session *session, int milliseconds);
};

/* What a session has if its client speaks IRC. */
struct irc_session {
    struct registration registration;
    session_own_copy *own_copy;       /* not NULL while a labeled command runs */
    struct multiline *multiline;      /* the open batch, or NULL */
    struct sasl *sasl;                /* AUTHENTICATE under way, or NULL */
    struct markers_of_guest *markers; /* how far the user has read, or NULL */
    char batch[16];                   /* that answers are part of, "" for none */
    unsigned batches;                 /* how many there were: names them */
};

/* What a session of control has, which is no user: `user` is NONE, and session_user_locked a stand-in with an
 * operator's rights. */
struct control_session {
    const char *by; /* who is behind it, for the log; NULL: nothing to log */
    bool json;      /* answers are for programs */
    int status;     /* of the running command: an exit status */
};

/* By what name the client tells itself apart from others of its account: device.h. */
#define DEVICE_SIZE 24
struct device {
    char account[ACCOUNT_SIZE];
    char name[DEVICE_SIZE]; /* "": by none */
    int64_t since;          /* it was not here, ms since 1970; 0: that is not known */
    int64_t began;          /* when it logged in, clock_monotonic() */
};

struct call_caller; /* ipc/call.h */

struct session {
    struct world *world;
    const struct settings *settings;
    uint32_t settings_version; /* 0 until a reload has changed them */
    const struct session_host *host;
    const struct call_caller *keeper, *archivist; /* to ask those services as, or NULL: there is none to ask */
    const struct speech *speech;
    enum door_kind door;
    uint32_t connection; /* our slot in the tables */
    uint32_t generation; /* and which of its connections we are */
    uint32_t user;       /* whose connection it is */
    uint64_t arrived;    /* where in the ring others began to be shown to it; UINT64_MAX: nowhere yet */
    bool leaving;        /* nothing more is taken from the client */
    bool said_end;       /* the client was told of the end, as framing->over does it */
    bool gone;           /* nothing more comes from it, and nobody reads answers; what came before is still acted on */
    uint64_t caps;       /* IRCv3 capabilities, as in our record */
    struct device device;
    struct session_clock clock;
    struct recorder_shm *recorder; /* keeps the last lines that came, or NULL */
    bool in_transaction;
    uint64_t awaited; /* the position of what the client said, which it is shown when that is on disk; 0: nothing */
    struct text out;
    struct backlog backlog;
    struct pace pace;
    const struct framing *framing;         /* of the client's transport */
    void *transport_state, *dialect_state; /* belong to this, and to the dialect or the service */
    enum penalty trouble;                  /* what the client is to be blamed for when it has gone, or PENALTY_NONE */
    unsigned wrong_passwords;              /* given for OPER so far */
    unsigned wrong_keys;                   /* and for channels */
    uint32_t changed_channel;              /* a registered one that was changed: its number and 1; 0: none */
    enum hearing heard;                    /* for the transport: whether what comes is the beginning */
    struct irc_session irc;
    struct control_session control;
    char out_bytes[SESSION_OUT_SIZE]; /* last, so that all else lies together */
};

/* Answers with `code` and its arguments, strings, ended by NULL: session_reply(s, REPLY_NO_SUCH_NICK, nick,
 * NULL). Publishes what was gathered before if there is no room for more. */
void session_reply(struct session *session, enum reply_code code, ...) __attribute__((sentinel));

/* IRC: what is answered from now on is a batch of that type and parameter (or NULL), until it is closed, if the client
 * knows batches. They do not nest, except into a label's. */
void session_open_batch(struct session *session, const char *type, const char *parameter);
void session_close_batch(struct session *session);

/* Adds bytes for the client as they are. */
void session_say(struct session *session, const char *bytes, size_t length);

/* Adds a line, framed as the client's transport does it; or, in between these, all of its `length` bytes. */
void session_say_line(struct session *session, const char *line, size_t length);
void session_begin_line(struct session *session, size_t length);
void session_end_line(struct session *session);

/* Adds the last bytes there are for the client, which tell it of the end; where the transport has any, they are said
 * once. */
void session_say_end(struct session *session);

/* Answers with `code` for each line of a text of several; lines that are too long for one message become several. */
void session_reply_lines(struct session *session, enum reply_code code, const char *lines);

/* Answers with a report, which is freed: a table, or objects if the session wants those. show_as: in that form. */
void session_show(struct session *session, struct report *report);
void session_show_as(struct session *session, struct report *report, enum report_form form);

/* Begins a transaction with room for `need` bytes of events; what was answered so far is published ahead of
 * them. False, with nothing held, if the user is no longer here (was killed): the command is over. */
bool session_begin(struct session *session, size_t need);

/* How this session asks for something to be done (chat/chat.h), and who asks: while a labeled command runs,
 * the user's own copy of what is published is part of the answer instead; messages are echoed to those who asked for
 * that. Transaction running. */
struct chat session_chat(struct session *session);
struct actor session_actor_locked(const struct session *session);

/* Ends it; what was answered meanwhile is published, in order, as its last part. */
void session_commit(struct session *session);

/* Publishes the answers gathered so far. Outside of a transaction; waits, without the lock, while much of what was
 * answered before is still on its way to the client, though not for ever: see `ping-timeout`. */
void session_flush(struct session *session);

/* ---- session_pace.c ---- */

/* What `flood` counts as a line, besides lines: so many bytes of answers, and so many that came without a line. */
#define SESSION_LINE_WORTH 16384

/* To be called before each line is acted on: sleeps if the client has sent more, or was answered more, than `flood`
 * allows. */
void session_pace(struct session *session);

/* To be called after `length` bytes were dealt with: bytes without lines are paid for as well. May sleep. */
void session_pace_bytes(struct session *session, size_t length);

/* Publishes the answers gathered so far, then waits. False if the client was gone before the end. Outside of a
 * transaction. */
bool session_pace_wait(struct session *session, int64_t milliseconds);

/* ---- session.c again: who we are ---- */

/* This session's own record. Transaction running. */
struct user_shm *session_user_locked(const struct session *session);

/* The channel that it talks in, or NONE. Transaction running. */
uint32_t session_current_locked(const struct session *session);

/* How that user is called at the session's door: for IRC everybody has a nick, elsewhere the unnamed are their
 * address. */
const char *session_name_of(const struct session *session, const struct user_shm *user);

/* Whether the session's user may know of it: see chat/actor.h. Transaction running. */
bool session_sees_user_locked(const struct session *session, uint32_t user);
bool session_sees_channel_locked(const struct session *session, uint32_t channel);
bool session_is_shown_channel_locked(const struct session *session, uint32_t channel);

/* Whether the session's user is an operator of the server, now. */
bool session_operates(struct session *session);

/* IRC: bytes for the parameters of a numeric to this client, behind its nick and a blank. */
size_t session_line_room(const struct session *session);

/* Whether the session's connection is still open. Under the lock that is certain; without, it may just have changed. */
bool session_is_here(const struct session *session);

#endif
