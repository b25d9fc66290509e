/* Coming back. Run by workers. */
#include "resume.h"

#include <string.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "base/port.h"
#include "catch_up.h"
#include "chat/detach.h"
#include "rows.h"

/* As many times what is said is caught up with before it is given up: each leaves less to be done. */
#define TRIES 50

bool resume_give(struct session *session, enum connection_return when, struct token *token)
{
    if (session->settings->grace == 0 || token_make(token) || !session_begin(session, 0))
        return false;
    token_give_locked(session->world, session->connection, token, when);
    session_commit(session);
    return true;
}

void resume_offer(struct session *session)
{
    struct token token;
    if ((session->caps & CAP_BIT(RESUME)) && resume_give(session, RETURN_IF_CLOSED, &token))
        session_reply(session, REPLY_RESUME_TOKEN, token.text, NULL);
}

/* The connection that the token was given to is lost, though its worker may not know yet: it is taken away. */
static struct catch_up *take_user(struct session *session, const struct resume_claim *claim, uint64_t after)
{
    struct world *world = session->world;
    uint32_t which, lost;
    struct catch_up *missed = NULL;
    if (!session_begin(session, EVENT_NEED_DETACH))
        return NULL;
    if (token_check_locked(world, &claim->token, claim->user, &which) && claim->user != session->user) {
        if ((lost = token_connection_locked(world, claim->user, which)) != NONE) {
            event_detach_locked(world, lost, true);
            CRASHPOINT("resume-detached");
        }
        missed = catch_up_open_locked(session, claim->user, world->users[claim->user].tokens[which].position, after);
    }
    session_commit(session);
    return missed;
}

struct catch_up *resume_take(struct session *session, const char *text, uint64_t after, struct resume_claim *claim)
{
    *claim = (struct resume_claim){.by_account = false};
    if (!token_read(&claim->token, text) || (claim->user = token_look(session->world, &claim->token)) == NONE)
        return NULL;
    return take_user(session, claim, after);
}

static bool is_account(const struct world *world, uint32_t index, const char *account)
{
    const struct user_shm *user = &world->users[index];
    return user->state == USER_PRESENT && user->home == HOME_HERE && user->connection_count < USER_CONNECTIONS &&
           strcmp(user->account, account) == 0;
}

bool resume_holds_locked(const struct session *session, const struct resume_claim *claim)
{
    uint32_t which;
    return claim->user != session->user &&
           (claim->by_account ? is_account(session->world, claim->user, claim->account)
                              : token_check_locked(session->world, &claim->token, claim->user, &which));
}

/* All users are walked over, and therefore without the lock: it may be wrong. */
static uint32_t look_for_account(const struct session *session, const char *account)
{
    uint32_t end = world_users_end_locked(session->world);
    for (uint32_t i = 0; i < end; i++)
        if (i != session->user && is_account(session->world, i, account))
            return i;
    return NONE;
}

bool resume_take_account(struct session *session, const char *account, struct resume_claim *claim,
                         struct catch_up **missed)
{
    *missed = NULL;
    *claim = (struct resume_claim){.user = look_for_account(session, account), .by_account = true};
    text_copy(claim->account, sizeof claim->account, account);
    if (claim->user == NONE || !session_begin(session, 0))
        return false;
    const struct user_shm *user = &session->world->users[claim->user];
    bool holds = resume_holds_locked(session, claim);
    if (holds && user->detached_monotonic)
        *missed = catch_up_open_locked(session, claim->user, user->detached_position, 0);
    session_commit(session);
    return holds;
}

bool resume_become_locked(struct session *session, const struct resume_claim *claim, uint32_t current)
{
    uint32_t which;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    if (!resume_holds_locked(session, claim) || !chat_adopt_locked(&chat, &actor, claim->user, current))
        return false;
    if (!claim->by_account && token_check_locked(session->world, &claim->token, claim->user, &which))
        token_forget_locked(session->world, claim->user, which);
    session->user = claim->user;
    return true;
}

void resume_tell(const struct session *session, const char *name)
{
    const struct connection_shm *connection = &session->world->connections[session->connection];
    port_title_set("forkchatd: worker %s (%s %s)", name, door_name(session->door), connection->address);
    log_info("client back \"%s\"", name);
}

/* ---- for people ---- */

enum step { STEP_AGAIN, STEP_DONE, STEP_FAILED };

/* Where one who is here already talks: as they do elsewhere, or where they are. */
static uint32_t place_of_locked(const struct world *world, uint32_t user)
{
    uint32_t current = user_current_locked(world, user), member = world->users[user].first_membership;
    if (current == NONE && member_find_locked(world, user, LOBBY) != NONE)
        return LOBBY;
    return current == NONE && member != NONE ? world->members[member].channel : current;
}

/* If nearly all was shown, the rest is, and the session is the user's, all at one moment. */
static enum step try_to_become(struct session *session, const struct resume_claim *claim, struct catch_up *missed)
{
    enum step step = STEP_AGAIN;
    if (!session_begin(session, EVENT_NEED_LEAVE + EVENT_NEED_MAX))
        return STEP_FAILED;
    if (!missed || catch_up_finish_locked(missed)) {
        uint32_t current = missed ? catch_up_current_locked(missed) : NONE;
        if (current == NONE)
            current = place_of_locked(session->world, claim->user);
        step = resume_become_locked(session, claim, current) ? STEP_DONE : STEP_FAILED;
    }
    session_commit(session);
    return step;
}

static bool become(struct session *session, const struct resume_claim *claim, struct catch_up *missed)
{
    enum step step = STEP_AGAIN;
    for (int i = 0; i < TRIES && step == STEP_AGAIN && !session->leaving; i++) {
        if (missed)
            catch_up_show(missed);
        step = try_to_become(session, claim, missed);
    }
    catch_up_close(missed);
    return step == STEP_DONE;
}

static void show_token(struct session *session, enum connection_return when)
{
    struct token token;
    if (resume_give(session, when, &token))
        session_reply(session, when == RETURN_IF_CLOSED ? REPLY_TOKEN_ASKED : REPLY_TOKEN, token.text, NULL);
}

/* Who one is now, and where. */
static void show_who(struct session *session, enum reply_code code)
{
    char name[ADDRESS_SIZE], channel[CHANNEL_SIZE] = "";
    if (!session_begin(session, 0))
        return;
    uint32_t current = session_current_locked(session);
    text_copy(name, sizeof name, user_shown(session_user_locked(session)));
    if (current != NONE)
        text_copy(channel, sizeof channel, session->world->channels[current].name);
    session_commit(session);
    session_reply(session, code, name, *channel ? channel : "no channel", NULL);
    show_token(session, session->speech->dialect == DIALECT_TALK ? RETURN_IF_BROKEN : RETURN_IF_CLOSED);
    resume_tell(session, name);
}

static void come_back(struct session *session, const char *token)
{
    struct resume_claim claim;
    struct catch_up *missed = resume_take(session, token, 0, &claim);
    if (missed && become(session, &claim, missed))
        show_who(session, REPLY_RESUMED);
    else
        session_reply(session, REPLY_NO_SUCH_TOKEN, NULL);
}

bool resume_as_account(struct session *session, const char *account)
{
    struct resume_claim claim;
    struct catch_up *missed;
    if (!resume_take_account(session, account, &claim, &missed))
        return false;
    bool was_away = missed;
    if (!become(session, &claim, missed))
        return false;
    show_who(session, was_away ? REPLY_RESUMED : REPLY_HERE_AS_WELL);
    return true;
}

void resume_run(struct session *session, struct request *request)
{
    if (request->count > 0)
        come_back(session, request->arguments[0]);
    else if (session->settings->grace == 0)
        session_reply(session, REPLY_NO_RESUMING, NULL);
    else
        show_token(session, RETURN_IF_CLOSED);
}
