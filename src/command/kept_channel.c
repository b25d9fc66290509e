/* Registered channels. Run by workers; the keeper keeps them, chat/kept.c knows what is kept of one. */
#include "kept_channel.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "chat/modes.h"
#include "base/log.h"
#include "world/owned_nicks.h"

static void end(struct account_outcome *outcome, enum keeper_result result, const char *words)
{
    outcome->result = result;
    text_copy(outcome->words, sizeof outcome->words, words ? words : ask_keeper_why(result));
}

/* The member flags that an account has by the access list. */
static uint32_t flags_of(const struct keeper_answer *answer, const char *account)
{
    char copy[STORE_ACCESS], *rest = copy, *item;
    if (!*account)
        return 0;
    if (text_compare_names(answer->account, account) == 0)
        return MEMBER_OPERATOR;
    text_copy(copy, sizeof copy, answer->access);
    while ((item = text_next_item(&rest, ','))) {
        char *status = strrchr(item, ':');
        if (!status)
            continue;
        *status++ = '\0';
        if (text_compare_names(item, account) == 0)
            return *status == 'o' ? MEMBER_OPERATOR : MEMBER_VOICE;
    }
    return 0;
}

static enum keeper_result ask(struct session *session, enum keeper_verb verb, const char *name,
                              struct keeper_answer *answer)
{
    struct keeper_request request = {.verb = verb};
    text_copy(request.channel, sizeof request.channel, name);
    return ask_keeper(session, &request, answer);
}

bool kept_channel_find(struct session *session, const char *name, struct chat_kept *kept, struct keeper_answer *answer)
{
    char account[ACCOUNT_SIZE];
    *kept = (struct chat_kept){.founder = NULL};
    if (!owned_nick_find(session->world, name))
        return true;
    enum keeper_result result = ask(session, KEEPER_CHANNEL, name, answer);
    if (result == KEEPER_NO_SUCH)
        return true;
    if (result != KEEPER_DONE) {
        if (!session_begin(session, 0))
            return false;
        bool there = channel_find_locked(session->world, name) != NONE;
        session_commit(session);
        if (!there)
            session_reply(session, REPLY_SERVER_FULL, name, NULL);
        return there;
    }
    account_of(session, account);
    *kept = (struct chat_kept){.founder = answer->account, .text = answer->text, .flags = flags_of(answer, account)};
    return true;
}

void kept_channel_save(struct session *session)
{
    struct keeper_request request = {.verb = KEEPER_CHANNEL_PUT};
    struct keeper_answer answer;
    uint32_t channel = session->changed_channel - 1;
    session->changed_channel = 0;
    if (!session_begin(session, 0))
        return;
    const struct channel_shm *changed = &session->world->channels[channel];
    bool registered = changed->state == CHANNEL_LIVE && *changed->founder;
    text_copy(request.channel, sizeof request.channel, changed->name);
    if (registered)
        chat_kept_write_locked(session->world, channel, request.text);
    session_commit(session);
    if (!registered)
        return;
    enum keeper_result result = ask_keeper(session, &request, &answer);
    if (result != KEEPER_DONE)
        log_warning("channel \"%s\" is not kept as it is now: %s", request.channel, ask_keeper_why(result));
}

/* ---- what founders do ---- */

/* The channel is there, and the actor its moderator. Returns NULL, or why not. */
static const char *check_moderator(struct session *session, const char *name, struct keeper_request *request)
{
    const char *why = NULL;
    if (!session_begin(session, 0))
        return "you are not here";
    uint32_t channel = channel_find_locked(session->world, name);
    struct actor actor = session_actor_locked(session);
    if (channel == LOBBY)
        why = "the lobby is everybody's";
    else if (channel == NONE || !actor_is_member_locked(session->world, &actor, channel))
        why = "you are not in that channel";
    else if (!actor_may_moderate_locked(session->world, &actor, channel))
        why = "only the moderator of a channel may register it";
    else {
        text_copy(request->channel, sizeof request->channel, session->world->channels[channel].name);
        chat_kept_write_locked(session->world, channel, request->text);
    }
    session_commit(session);
    return why;
}

/* In the tables as well, if it is there. */
static void set_founder(struct session *session, const char *name, const char *founder)
{
    if (!session_begin(session, 0))
        return;
    uint32_t channel = channel_find_locked(session->world, name);
    if (channel != NONE)
        channel_set_founder_locked(session->world, channel, founder);
    session_commit(session);
}

void kept_channel_register(struct session *session, const char *name, struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_CHANNEL_ADD};
    struct keeper_answer answer;
    account_of(session, request.account);
    const char *why = !*request.account ? "log in to an account first" : check_moderator(session, name, &request);
    if (why) {
        end(outcome, KEEPER_REFUSED, why);
        return;
    }
    enum keeper_result result = ask_keeper(session, &request, &answer);
    end(outcome, result,
        result == KEEPER_DONE    ? "the channel is registered, and yours"
        : result == KEEPER_TAKEN ? "that channel is registered already"
                                 : NULL);
    if (result != KEEPER_DONE)
        return;
    set_founder(session, request.channel, request.account);
    log_info("channel \"%s\" registered for \"%s\"", request.channel, request.account);
}

/* Asks for it, and whether the session's user may do what its founder may. */
static bool begin_founder(struct session *session, const char *name, struct keeper_answer *answer,
                          struct account_outcome *outcome)
{
    char account[ACCOUNT_SIZE];
    enum keeper_result result = ask(session, KEEPER_CHANNEL, name, answer);
    account_of(session, account);
    if (result == KEEPER_NO_SUCH)
        end(outcome, result, "that channel is not registered");
    else if (result != KEEPER_DONE)
        end(outcome, result, NULL);
    else if (text_compare_names(answer->account, account) != 0 && !session_operates(session))
        end(outcome, result = KEEPER_NOT_YOURS, "only the channel's founder may do that");
    return result == KEEPER_DONE;
}

void kept_channel_drop(struct session *session, const char *name, struct account_outcome *outcome)
{
    struct keeper_answer answer;
    if (!begin_founder(session, name, &answer, outcome))
        return;
    enum keeper_result result = ask(session, KEEPER_CHANNEL_DROP, name, &answer);
    if (result == KEEPER_NO_SUCH) /* a keeper that died over it had done it */
        result = KEEPER_DONE;
    end(outcome, result, result == KEEPER_DONE ? "the channel is registered no longer" : NULL);
    if (result == KEEPER_DONE) {
        set_founder(session, name, "");
        log_info("channel \"%s\" registered no longer", name);
    }
}

void kept_channel_give(struct session *session, const char *name, const char *account, char status,
                       struct account_outcome *outcome)
{
    struct keeper_request request = {.verb = KEEPER_CHANNEL_ACCESS, .flags = (uint32_t)status};
    struct keeper_answer answer;
    if (!begin_founder(session, name, &answer, outcome))
        return;
    text_copy(request.channel, sizeof request.channel, name);
    if (!text_copy(request.account, sizeof request.account, account))
        request.account[0] = '\0';
    enum keeper_result result = ask_keeper(session, &request, &answer);
    end(outcome, result, NULL);
    if (result == KEEPER_DONE)
        snprintf(outcome->words, sizeof outcome->words, "%s has %s in %s from now on", account,
                 status == 'o'   ? "op"
                 : status == 'v' ? "voice"
                                 : "no status",
                 name);
}

void kept_channel_tell(struct session *session, const char *name, struct account_outcome *outcome)
{
    struct keeper_answer answer;
    char made[40] = "";
    struct tm parts;
    enum keeper_result result = ask(session, KEEPER_CHANNEL, name, &answer);
    end(outcome, result, result == KEEPER_NO_SUCH ? "that channel is not registered" : NULL);
    if (result != KEEPER_DONE)
        return;
    time_t seconds = (time_t)answer.created_at;
    if (gmtime_r(&seconds, &parts))
        strftime(made, sizeof made, "%Y-%m-%d", &parts);
    snprintf(outcome->words, sizeof outcome->words, "%s belongs to %s since %s; access: %.400s", name, answer.account,
             made, *answer.access ? answer.access : "nobody else");
}

static void refused(const struct chat *chat, uint32_t channel, const struct mode_change *change, enum chat_result why)
{
    (void)chat, (void)channel, (void)change, (void)why;
}

void kept_channel_set_status(struct session *session, const char *name, const char *nick, const char *change,
                             struct account_outcome *outcome)
{
    struct keeper_answer answer;
    struct mode_change changes[MODE_CHANGES];
    char account[ACCOUNT_SIZE], letters[8], who[NICK_SIZE], *words[] = {letters, who};
    unsigned asked;
    enum keeper_result result = ask(session, KEEPER_CHANNEL, name, &answer);
    account_of(session, account);
    if (result != KEEPER_DONE || !(flags_of(&answer, account) & MEMBER_OPERATOR)) {
        end(outcome, result == KEEPER_DONE ? KEEPER_NOT_YOURS : result,
            result == KEEPER_DONE ? "your account has no op in that channel" : NULL);
        return;
    }
    text_copy(letters, sizeof letters, change);
    text_copy(who, sizeof who, nick ? nick : session_user_locked(session)->nick);
    end(outcome, KEEPER_NO_SUCH, "nobody of that nick is there");
    if (!session_begin(session, CHAT_MODES_NEED))
        return;
    struct chat chat = session_chat(session);
    struct actor server = actor_of_server();
    uint32_t channel = channel_find_locked(session->world, name), user = user_find_locked(session->world, who);
    if (channel != NONE && user != NONE && member_find_locked(session->world, user, channel) != NONE) {
        chat_change_modes_locked(&chat, &server, channel, changes, modes_parse(words, 2, changes), refused, &asked);
        end(outcome, KEEPER_DONE, NULL);
    }
    session_commit(session);
}
