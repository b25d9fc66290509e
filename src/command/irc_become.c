/* IRC: a client becomes that of a user who is there already: who was lost, or is on another device. Run by workers. */
#include "irc_become.h"

#include <stdio.h>
#include <string.h>

#include "catch_up.h"
#include "chat/ban.h"
#include "chat/flags.h"
#include "device.h"
#include "irc_channel.h"
#include "leave.h"
#include "past.h"
#include "world/history_marks.h"

/* Bytes of a JOIN, with its tags. */
#define JOIN_SIZE 600u

/* Room for the answers as well. */
static size_t need(const struct session *session)
{
    uint32_t most = (uint32_t)session->settings->channel_limit;
    return EVENT_NEED_LEAVE + EVENT_NEED_MAX + (most * JOIN_SIZE / SESSION_OUT_SIZE + 1) * ring_need(SESSION_OUT_SIZE);
}

void irc_become_greet(struct session *session)
{
    char mask[NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 3];
    const struct user_shm *user = &session->world->users[session->user];
    snprintf(mask, sizeof mask, "%s!%s@%s", user->nick, user->username, user->host);
    session_reply(session, REPLY_IRC_WELCOME, session->settings->network_name, mask, NULL);
}

bool irc_become(struct session *session, const struct resume_claim *claim, struct catch_up *missed)
{
    if (!session_begin(session, need(session)))
        return false;
    if (leave_if_banned_locked(session))
        return false;
    if (missed)
        catch_up_end_locked(missed);
    bool done = resume_become_locked(session, claim, NONE);
    if (done) {
        session->irc.registration.flags = session_user_locked(session)->flags;
        irc_become_greet(session);
        irc_channel_show_joins_locked(session, NULL, 0);
    }
    session_commit(session);
    return done;
}

void irc_become_show(struct session *session, struct catch_up *missed)
{
    bool asks = (session->caps & CAP_BIT(CHATHISTORY)) && history_is_on(session->world);
    bool away = device_away_since(session) > 0;
    irc_channel_show_place(session, !missed || away);
    if (away)
        past_replay_private(session);
    else if (missed && !asks)
        catch_up_show(missed);
    catch_up_close(missed);
}

/* ---- who has registered ---- */

struct self {
    char nick[NICK_SIZE], username[USERNAME_SIZE], host[HOST_SIZE];
    uint32_t channels[EVENT_CHANNELS], count;
};

static void note_self(struct session *session, struct self *self)
{
    const struct user_shm *user = session_user_locked(session);
    text_copy(self->nick, sizeof self->nick, user->nick);
    text_copy(self->username, sizeof self->username, user->username);
    text_copy(self->host, sizeof self->host, user->host);
    self->count = event_channels_locked(session->world, session->user, self->channels);
}

static struct event event_of_self(const struct self *self, enum event_type type)
{
    struct event event = event_of_server(type);
    event.nick = event.shown = self->nick;
    event.username = self->username;
    event.host = self->host;
    return event;
}

/* Before the change, while the channels are still there. */
static void show_parting_locked(struct session *session, const struct self *self, uint32_t user)
{
    const struct world *world = session->world;
    struct event part = event_of_self(self, EVENT_PART);
    for (uint32_t i = 0; i < self->count; i++) {
        uint32_t channel = event_unpack_channel(self->channels[i]);
        part.strings.part.channel_name = world->channels[channel].name;
        if (member_find_locked(world, user, channel) == NONE)
            session->speech->show_own(session, &part);
    }
    struct event nick = event_of_self(self, EVENT_NICK);
    nick.strings.nick.to = world->users[user].nick;
    if (strcmp(self->nick, nick.strings.nick.to) != 0)
        session->speech->show_own(session, &nick);
}

static bool change(struct session *session, const struct resume_claim *claim, struct catch_up *missed)
{
    struct self self;
    bool done = false;
    if (!session_begin(session, 2 * need(session)))
        return false;
    if (resume_holds_locked(session, claim)) {
        note_self(session, &self);
        show_parting_locked(session, &self, claim->user);
        if (missed)
            catch_up_end_locked(missed);
        done = resume_become_locked(session, claim, NONE);
        irc_channel_show_joins_locked(session, self.channels, self.count);
    }
    session_commit(session);
    return done;
}

bool irc_become_as_account(struct session *session, const char *account)
{
    struct resume_claim claim;
    struct catch_up *missed;
    char modes[CHAT_FLAGS_SIZE];
    if (!session->irc.registration.done || !resume_take_account(session, account, &claim, &missed))
        return false;
    if (!change(session, &claim, missed)) {
        catch_up_close(missed);
        return false;
    }
    resume_tell(session, session->world->users[claim.user].nick);
    chat_write_flags(modes, session->world->users[claim.user].flags);
    session_reply(session, REPLY_UMODE_IS, modes, NULL);
    resume_offer(session);
    irc_become_show(session, missed);
    return true;
}
