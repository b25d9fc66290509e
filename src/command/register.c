/* Arriving, taking a name, leaving. Run by workers; register_lose_locked also by the supervisor. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "base/unicode.h"
#include "families.h"

/* Changes of one client's nick told in the log, in so many ms. */
#define NICKS_TOLD    20u
#define NICKS_TOLD_IN 60000

/* Nobody else's lines come before or between these: they are gathered, or published if they are long, before the
 * client is in the lobby. */
static void greet(struct session *session, const char *name)
{
    const char *welcome = session->settings->welcome;
    if (welcome)
        session_reply_lines(session, REPLY_MOTD_LINE, welcome);
    else
        session_reply(session, REPLY_WELCOME, session->settings->server_name, FORKCHAT_VERSION, name, NULL);
    const char *motd = session->settings->motd;
    if (motd)
        session_reply_lines(session, REPLY_MOTD_LINE, motd);
    command_show_help(session);
}

void register_arrive_locked(const struct session *session)
{
    struct event event = session_event_locked(session, EVENT_ARRIVE);
    event.audience = AUDIENCE_CHANNEL;
    event.target = LOBBY;
    event.flags |= EVENT_NOT_SOURCE;
    event_publish_locked(session->world, &event);
}

void command_arrive(struct session *session)
{
    struct world *world = session->world;
    char name[ADDRESS_SIZE];
    if (!session_begin(session, 0) || operator_is_banned_locked(session))
        return;
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    session_commit(session);
    greet(session, name);
    if (!session_begin(session, 2 * EVENT_NEED_MAX) || operator_is_banned_locked(session))
        return;
    user_introduce_locked(world, session->user);
    channel_enter_lobby_locked(session);
    register_arrive_locked(session);
    session_commit(session);
    CRASHPOINT("arrived");
}

void register_remove_locked(struct world *world, uint32_t index, enum event_quit how, uint32_t by, const char *text,
                            const char *irc_text)
{
    uint32_t channels[EVENT_CHANNELS];
    if (how == QUIT_SAID && mute_why_locked(world, index, NONE)) {
        how = QUIT_LEFT;
        text = irc_text = "";
    }
    for (uint32_t at; (at = connection_next_locked(world, index, NONE)) != NONE;)
        event_detach_locked(world, at, how == QUIT_KILLED);
    struct event event = event_of_locked(world, EVENT_QUIT, index);
    event.target_user = by;
    event.numbers.quit.how = how;
    event.strings.quit.text = text;
    event.strings.quit.irc_text = irc_text;
    event.channels = channels;
    event.channel_count = event_channels_locked(world, index, channels);
    event.audience = AUDIENCE_COMMON;
    if (world->users[index].state == USER_PRESENT)
        event.flags |= EVENT_LOBBY;
    event_publish_locked(world, &event);
    user_leave_locked(world, index);
}

void register_lose_locked(struct world *world, uint32_t connection, enum event_quit how, const char *text,
                          const char *irc_text)
{
    uint32_t user = world->connections[connection].user;
    if (world->users[user].connection_count > 1)
        event_detach_locked(world, connection, false);
    else
        register_remove_locked(world, user, how, NONE, text, irc_text);
}

void command_leave(struct session *session, enum event_quit how, const char *text)
{
    command_leave_for(session, how, text, "");
}

void command_leave_for(struct session *session, enum event_quit how, const char *text, const char *irc_text)
{
    if (!session_begin(session, EVENT_NEED_LEAVE))
        return;
    char name[ADDRESS_SIZE];
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    register_lose_locked(session->world, session->connection, how, text, irc_text);
    session_commit(session);
    session->leaving = true;
    log_info("client disconnected \"%s\"", name);
}

/* Last words that IRC clients could not be shown whole are said before leaving. */
void register_quit(struct session *session, struct request *request)
{
    bool long_words = request->count > 0 && strlen(request->arguments[0]) >= LAST_WORDS_SIZE;
    if (long_words)
        command_say(session, request->arguments[0]);
    if (session->leaving)
        return;
    if (request->count > 0 && !long_words)
        command_leave(session, QUIT_SAID, request->arguments[0]);
    else
        command_leave(session, QUIT_LEFT, "");
}

/* Answers what is wrong with a nick; true if nothing is. */
static bool check(struct session *session, const char *nick)
{
    static const enum reply_code answers[] = {
        [NAME_EMPTY] = REPLY_NICK_BAD,         [NAME_TOO_LONG] = REPLY_NICK_TOO_LONG, [NAME_BAD_START] = REPLY_NICK_BAD,
        [NAME_BAD_CHARACTER] = REPLY_NICK_BAD, [NAME_BRACKETS] = REPLY_NICK_BRACKETS, [NAME_MIXED] = REPLY_NICK_MIXED,
        [NAME_RESERVED] = REPLY_NICK_RESERVED};
    char longest[12];
    enum name_result result = name_check_nick(nick, (size_t)session->settings->nick_length);
    if (result == NAME_OK)
        return true;
    snprintf(longest, sizeof longest, "%d", (int)session->settings->nick_length);
    session_reply(session, answers[result], nick, longest, NULL);
    return false;
}

/* In the log: who takes one nick after the other must not flood the disk. One process for each client: what it
 * remembers, it remembers of this client. */
static void tell_nick(const char *before, const char *nick)
{
    static int64_t since;
    static unsigned told, untold;
    int64_t now = clock_monotonic();
    if (told == 0 || now - since > NICKS_TOLD_IN * MS) {
        if (untold)
            log_info("client \"%s\" changed its nick %u more times", before, untold);
        since = now;
        told = untold = 0;
    }
    if (told++ < NICKS_TOLD)
        log_info("client \"%s\" => \"%s\"", before, nick);
    else
        untold++;
}

bool register_change_nick(struct session *session, const char *wanted)
{
    struct world *world = session->world;
    char composed[NICK_SIZE];
    const char *nick = unicode_compose(composed, sizeof composed, wanted) ? composed : wanted;
    if (!check(session, nick) || !session_begin(session, EVENT_NEED_MAX))
        return false;
    const struct user_shm *user = session_user_locked(session);
    uint32_t holder = user_find_locked(world, nick);
    bool taken = holder != NONE && holder != session->user;
    if (taken || user_find_alike_locked(world, nick, session->user) != NONE) {
        session_commit(session);
        session_reply(session, taken ? REPLY_NICK_IN_USE : REPLY_NICK_ALIKE, nick, NULL);
        return false;
    }
    if (strcmp(user->nick, nick) == 0) {
        session_commit(session);
        session_reply(session, REPLY_NICK_TAKEN_BY_YOU, nick, NULL);
        return true;
    }
    uint32_t channels[EVENT_CHANNELS];
    char before[ADDRESS_SIZE], address[ADDRESS_SIZE];
    text_copy(before, sizeof before, user_shown(user));
    text_copy(address, sizeof address, user->address);
    if (user->state == USER_PRESENT) {
        struct event event = session_event_locked(session, EVENT_NICK);
        event.strings.nick.to = nick;
        event.audience = AUDIENCE_COMMON;
        event.flags |= EVENT_LOBBY;
        event.channels = channels;
        event.channel_count = event_channels_locked(world, session->user, channels);
        session_publish_locked(session, &event);
    }
    user_rename_locked(world, session->user, nick);
    session_commit(session);
    tell_nick(before, nick);
    port_title_set("forkchatd: worker %s (%s %s)", nick, door_name(session->door), address);
    return true;
}

void register_nick(struct session *session, struct request *request)
{
    char *rest = request->arguments[0];
    char *blank = strpbrk(rest, " \t");
    const char *nick = text_next_word(&rest);
    if (*rest)
        *blank = ' '; /* more than one word: it is refused as a whole */
    register_change_nick(session, nick);
}
