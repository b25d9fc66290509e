/* The functions behind the rows of the command table, by family. */
#ifndef FORKCHAT_COMMAND_FAMILIES_H
#define FORKCHAT_COMMAND_FAMILIES_H

#include "command.h"

/* register.c */
command_run register_nick, register_quit;
/* message.c */
command_run message_say, message_say_literally, message_tell, message_me;
/* channel.c */
command_run channel_join, channel_part, channel_kick, channel_topic, channel_mode, channel_invite;
/* query.c */
command_run query_who, query_list, query_help;
/* irc_query.c */
command_run query_rules;
/* operator.c */
command_run operator_oper, operator_kill;

/* irc_register.c */
command_run irc_cap, irc_pass, irc_nick, irc_user, irc_ping, irc_pong, irc_quit;
/* irc_message.c */
command_run irc_privmsg, irc_notice, irc_tagmsg;
/* irc_multiline.c, irc_redact.c */
command_run irc_batch, irc_redact, irc_markread;

/* irc_multiline.c: a line of that batch; whether one is open and has not failed; forgets it. */
void irc_multiline_add(struct session *session, struct request *request, const char *reference, bool continues);
bool irc_multiline_is_open(const struct session *session);
void irc_multiline_abandon(struct session *session);
/* A line that may have been part of the open batch, if one is, cannot be taken: the batch has failed. */
void irc_multiline_spoil(struct session *session);

/* irc_fail.c: answers FAIL command code a b :why. a and b are words that the client sent, or NULL for none; one that
 * cannot be a parameter is shown as "*". IRCv3 standard-replies. */
void irc_fail(struct session *session, const char *command, const char *code, const char *a, const char *b,
              const char *why);

/* irc_message.c: a message whose text is several lines as EVENT_MULTILINE wants them. */
void irc_send_lines(struct session *session, char *target, const char *lines, const char *tags);

/* irc_metadata.c. registered: what was said before is told. joined: the session's user did. unsubscribe: from all
 * keys. monitored: shows what the user of that nick says. */
command_run irc_metadata;
void irc_metadata_registered(struct session *session);
void irc_metadata_joined(struct session *session, const char *channel);
void irc_metadata_unsubscribe(struct session *session);
void irc_metadata_monitored(struct session *session, const char *nick);
/* Part of WHOIS: keys that people like to read. */
void irc_metadata_whois(struct session *session, const char *nick);

/* irc_redact.c: after a JOIN: how far the user has read there. */
void irc_show_marker(struct session *session, const char *target);

/* irc_channel.c */
command_run irc_join, irc_part, irc_names, irc_topic, irc_kick;
/* What follows the JOIN of the session's user: the topic, how far they have read, the names. */
void irc_show_inside(struct session *session, const char *name);
/* irc_mode.c, irc_list.c, irc_invite.c, irc_rename.c */
command_run irc_mode, irc_list, irc_invite, irc_knock, irc_rename;
/* irc_umode.c: MODE for a nick */
command_run irc_user_mode;
/* irc_query.c */
command_run irc_motd, irc_lusers;
/* irc_umode.c */
command_run irc_user_mode;
/* irc_user.c: irc_away is for people too */
command_run irc_away, irc_setname, irc_userhost, irc_ison;
/* irc_who.c, irc_whois.c, irc_monitor.c */
command_run irc_who, irc_whois, irc_whowas, irc_monitor;
/* irc_server.c */
command_run irc_version, irc_isupport, irc_time, irc_info, irc_admin, irc_stats, irc_links, irc_connect, irc_trace,
    irc_servlist, irc_squery, irc_summon, irc_users, irc_help;
/* operator.c */
command_run operator_wallops, operator_rehash, operator_restart, operator_die;
/* ban.c */
command_run operator_ban, operator_unban, operator_bans;

/* control.c */
command_run control_help, control_wall, control_who, control_channels, control_topic, control_motd, control_reload,
    control_stats, control_crash, control_shutdown;
/* metrics.c: adds all numbers in the text format of Prometheus to the session's answer. */
void metrics_write(struct session *session);

/* penalty.c */
command_run penalty_show, penalty_forgive;
/* class.c */
command_run class_attendance, class_hand, class_hands, class_floor;
/* live.c */
command_run live_top, live_tail;
/* mute.c */
command_run mute_mute, mute_unmute;

/* channel.c: what doors have in common; all with the transaction running. The event needs
 * EVENT_NEED_MAX. join: into a channel the user is not in, with those member flags; how: event flags. */
void channel_join_locked(struct session *session, uint32_t channel, uint32_t flags, uint32_t how);

/* Publishes `event` (EVENT_PART or EVENT_KICK, its source and texts filled in) about `user` leaving
 * `channel`, and removes the membership. */
void channel_remove_locked(struct session *session, struct event *event, uint32_t user,
                           uint32_t channel);
/* Takes the session's user out of the channel of that name with a text, or answers why not. No transaction running. */
void channel_leave(struct session *session, const char *name, const char *text);
bool channel_may_moderate_locked(const struct session *session, uint32_t channel);

/* Bytes of a KICK's comment, with the zero byte. */
#define KICK_SIZE 301
/* And of what people say as they leave: the rest of what IRC clients are told with it always has room. */
#define LAST_WORDS_SIZE 301

/* channel.c: what may be refused, in one place for every door. Transaction running, with EVENT_NEED_MAX for each
 * event. They return REPLY_OK if it was done, or the answer that says why not.
 * enter: into the channel of that valid name, which is made if there is none; REPLY_TALKING_IN if in it already. */
enum reply_code channel_enter_locked(struct session *session, const char *name, const char *key);
enum reply_code channel_kick_locked(struct session *session, uint32_t channel, uint32_t victim,
                                    const char *text);
enum reply_code channel_topic_locked(struct session *session, uint32_t channel, const char *topic);

/* Why the session's user may not speak in that channel, in words; NULL if they may. */
const char *channel_why_silent_locked(const struct session *session, uint32_t channel, const char *text, bool lines);

/* query.c: the lines of LIST, for the channels that may be known of and that fit; `fits` is called under the lock. */
typedef bool channel_filter(const void *wanted, const struct channel_shm *channel);
void query_show_channels(struct session *session, channel_filter *fits, const void *wanted);

/* Whether the session's user may know of the channel: it has members, and is neither secret nor private, or
 * they are in it. */
bool channel_is_shown_locked(const struct session *session, uint32_t channel);

bool channel_is_banned_locked(const struct session *session, uint32_t channel);

/* irc_mode.c: a MODE request for a channel: letters, arguments. */
void channel_change_modes(struct session *session, const char *name, char *const *words, int count);

/* irc_names.c: answers NAMES for one channel. */
void irc_show_names(struct session *session, const char *name);

/* irc_register.c: the message of the day and the counts, also for who has just registered. */
void irc_show_motd(struct session *session);
void irc_show_lusers(struct session *session);

/* irc_query.c: bytes for the parameters of a numeric to this client, behind its nick and a blank. For any door. */
size_t irc_room(const struct session *session);

/* isupport.c: numeric 005. renew: what a reload changed of it, if the user has been told something else before. Between
 * two commands. */
void irc_show_isupport(struct session *session);
void irc_renew_isupport(struct session *session);

/* channel.c: the session's current channel, its name into `name`; answers and returns NONE if there is none. take_name:
 * the channel that *rest begins with, which is taken off, or if that is none, the current one; answers and returns false
 * if there is none of that name. look_up: that of the channel called `word`, in the same way. complete_name: the name
 * of a channel where nothing else can be meant: its # may be left out; false if it cannot be one. */
uint32_t channel_current(struct session *session, char name[CHANNEL_SIZE]);
bool channel_take_name(struct session *session, char **rest, char name[CHANNEL_SIZE]);
bool channel_look_up(struct session *session, const char *word, char name[CHANNEL_SIZE]);
bool channel_complete_name(const char *word, char name[CHANNEL_SIZE]);

/* channel.c, for who arrives: puts the user into the lobby, as a change of the copy. Transaction running;
 * the event needs EVENT_NEED_MAX. */
void channel_enter_lobby_locked(struct session *session);

/* register.c: takes the nick, or answers why not. True if the user now has it. */
bool register_change_nick(struct session *session, const char *nick);

/* register.c: tells the lobby that the session's user is here. Transaction running; EVENT_NEED_MAX. */
void register_arrive_locked(const struct session *session);

/* register.c: the connection is lost or given up; its user leaves with it if they have no other. Transaction running;
 * EVENT_NEED_LEAVE. Also for the supervisor, after a worker's death. */
void register_lose_locked(struct world *world, uint32_t connection, enum event_quit how, const char *text,
                          const char *irc_text);

/* The user leaves, with all connections: events and tables; with other words for IRC ("" for the same ones); by: who put
 * them out and is answered, or NONE. Transaction running; EVENT_NEED_LEAVE. */
void register_remove_locked(struct world *world, uint32_t user, enum event_quit how, uint32_t by, const char *text,
                            const char *irc_text);

/* operator.c: puts a user out: they are shown `event` (EVENT_KILL of whoever does it, or of the server) with
 * `text`; others see them leave with `reason`, IRC users with `irc_reason`. Transaction running;
 * EVENT_NEED_MAX and EVENT_NEED_LEAVE. */
void operator_remove_locked(struct world *world, struct event *event, uint32_t victim, const char *text,
                            const char *reason, const char *irc_reason);

/* operator.c: tells the operators who want to know. Transaction running; EVENT_NEED_MAX. */
void operator_tell_locked(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* operator.c: whether the session's user is an operator; answers if not. Transaction running, which is ended then. */
bool operator_may_locked(struct session *session);

/* password.c: whether it is that operator's password, or the server's. If not, the client's address owes for it at once,
 * and time has passed; an operator's is answered, and the third ends the connection. Blocks. */
bool password_is_operators(struct session *session, const char *name, const char *password);
bool password_is_servers(struct session *session, const char *password);
/* How joining with that key went: who was wrong many times waits before it is answered. Blocks. */
void password_try_key(struct session *session, enum reply_code answer, const char *key);

/* mute.c: why an operator of the server has the user at that place say nothing in that channel (NONE: nothing at all),
 * in words; NULL if nobody has. Transaction running. */
const char *mute_why_locked(const struct world *world, uint32_t user, uint32_t channel);
/* The same for what they would say to one person alone: operators may always be asked. */
const char *mute_why_private_locked(const struct world *world, uint32_t user, uint32_t target);

/* ban.c: a ban holds for the session's user: ends the running transaction, tells them so, has them leave.
 * False, with the transaction running, if there is none. */
bool operator_is_banned_locked(struct session *session);

/* irc_umode.c: changes the session's user flags, for itself and its courier. Transaction running;
 * EVENT_NEED_MAX. */
void irc_change_flags_locked(struct session *session, uint32_t flags);
/* The same for one who is just coming in: nobody is told, not even the client. */
void irc_begin_flags_locked(struct session *session, uint32_t flags);
/* The letters of those flags, as in +iw. */
#define IRC_FLAGS_SIZE 16
void irc_show_flags(char letters[IRC_FLAGS_SIZE], uint32_t flags);

/* irc_who.c: whether the session's user may know of them without knowing their nick; of that channel. */
bool irc_sees_user_locked(const struct session *session, uint32_t user);
bool irc_sees_channel_locked(const struct session *session, uint32_t channel);

/* irc_server.c: whether `name`, a server, a mask of one or a nick, is this server or on it; answers if not. */
bool irc_is_here(struct session *session, const char *name);

/* irc_register.c: ends a connection with an ERROR that says why. */
void irc_close(struct session *session, enum event_quit how, const char *reason);

/* The same for one whose time is up; asks a client for a sign of life. */
void irc_time_out(struct session *session, const char *why);
void irc_ping_client(struct session *session);

#endif
