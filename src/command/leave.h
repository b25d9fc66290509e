/* A client leaves. */
#ifndef FORKCHAT_COMMAND_LEAVE_H
#define FORKCHAT_COMMAND_LEAVE_H

#include "session.h"

/* Bytes of what people say as they leave, with the zero byte: the rest of what IRC clients are told with it always has
 * room. */
#define LEAVE_WORDS_SIZE 301

/* The session's user leaves, in that manner; irc_text: other words for IRC, "" for the same ones. */
void leave_server(struct session *session, enum event_quit how, const char *text, const char *irc_text);

/* The connection ends without a word of farewell: its user may stay for a while (chat_break_locked). */
void leave_unsaid(struct session *session, bool closed, enum event_quit how, const char *text, const char *irc_text);

/* Ends an IRC connection with an ERROR that says why; others see that as what they quit with. */
void leave_with_error(struct session *session, enum event_quit how, const char *reason);

/* The same for a client whose time is up. */
void leave_timed_out(struct session *session, const char *why);

/* Ends the connection of one who may not stay: `reason` is what others see of people, irc_reason of IRC clients, who
 * see it in an ERROR. */
void leave_at_once(struct session *session, enum event_quit how, const char *reason, const char *irc_reason);

/* A ban holds for the session's user: ends the running transaction, tells them so, has them leave. False, with the
 * transaction running, if there is none. */
bool leave_if_banned_locked(struct session *session);

#endif
