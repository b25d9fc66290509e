/* Bans from the server: KLINE and UNKLINE at the IRC door, BAN, UNBAN and BANS for people. Run by workers and control
 * processes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "chat/ban.h"
#include "rows.h"
#include "world/bans.h"

/* Everybody at that user's address, which of IPv6 is as much as one host has to itself. */
static void mask_of_host(const struct settings *settings, const char *host, char mask[MASK_SIZE])
{
    const struct setting_prefix *prefix = &settings->address_prefix;
    char range[NET_TEXT_SIZE];
    unsigned char bytes[16];
    if (net_parse_host(host, bytes) && !strchr(host, '%')) {
        struct net_range network = net_range_of(bytes, (int)prefix->ipv4, (int)prefix->ipv6);
        net_format_range(&network, range);
        host = range;
    }
    snprintf(mask, MASK_SIZE, "*@%s%s", *host == ':' ? "0" : "", host);
}

/* A nick stands for everybody at that user's address, and so does an address with a port. */
static bool resolve_mask(struct session *session, const char *given, char mask[MASK_SIZE])
{
    char host[NET_TEXT_SIZE] = "";
    if (!net_host_of(given, host) && strpbrk(given, "@.:*?/"))
        return ban_normalise(mask, given);
    if (!*host) {
        if (!session_begin(session, 0))
            return false;
        uint32_t user = user_find_locked(session->world, given);
        if (user != NONE)
            text_copy(host, sizeof host, session->world->users[user].host);
        session_commit(session);
    }
    if (*host)
        mask_of_host(session->settings, host, mask);
    return *host;
}

/* Puts out the users who fit it; one in a transaction. */
static void put_out(struct session *session, const struct ban_shm *ban)
{
    char name[ADDRESS_SIZE];
    bool more = true;
    for (uint32_t at = 0; more && session_begin(session, EVENT_NEED_MAX + EVENT_NEED_LEAVE); at++) {
        struct chat chat = session_chat(session);
        more = chat_put_out_banned_locked(&chat, ban, &at, name);
        session_commit(session);
        if (more)
            log_info("client disconnected \"%s\": banned", name);
    }
}

/* The arguments of BAN and KLINE. */
struct wish {
    const char *mask; /* NULL: none */
    bool forced;      /* -f: also if it is for everybody */
    bool bad_time;    /* an argument begins as a time does, and is none */
};

/* Takes KLINE [-f] [<duration>] <mask> [<duration>] [<reason>]: both orders are in use elsewhere. */
static struct wish take_ban(const struct request *request, struct ban_shm *ban)
{
    char *const *words = request->arguments, *const *end = words + request->count;
    struct wish wish = {.forced = words < end && strcmp(*words, "-f") == 0};
    int64_t seconds = 0;
    words += wish.forced;
    bool timed = end - words > 1 && parse_duration(*words, &seconds);
    words += timed;
    wish.mask = words < end ? *words++ : NULL;
    if (!timed && words < end && !strchr(*words, ' ')) {
        int count = parse_duration_words(words, (int)(end - words), &seconds);
        wish.bad_time = count < 0;
        words += count > 0 ? count : 0;
    }
    struct text text;
    text_init(&text, ban->reason, sizeof ban->reason);
    for (; words < end; words++)
        text_addf(&text, "%s%s", text.length ? " " : "", *words);
    if (text.length == 0)
        text_add(&text, "no reason given");
    for (char *c = ban->reason; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    if (seconds)
        ban->expires_monotonic = clock_monotonic() + seconds * 1000 * MS;
    return wish;
}

static void add(struct session *session, const struct wish *wish, struct ban_shm *ban, const char *verb)
{
    char until[CHAT_BAN_END_SIZE], words[MASK_SIZE + 100];
    chat_describe_ban_end(until, ban->expires_monotonic);
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_ban_locked(&chat, &actor, ban, wish->forced);
    session_commit(session);
    if (result == CHAT_TOO_WIDE) {
        snprintf(words, sizeof words, "%s is everybody, you too: %s%s -f %s if that is meant", ban->mask,
                 session->speech->verb_prefix, verb, wish->mask);
        session_reply(session, REPLY_NOT_DONE, words, NULL);
    } else {
        answer_result(session, result, NULL, NULL);
    }
    if (result != CHAT_DONE)
        return;
    log_info("ban of \"%s\" by \"%s\" %s: %s", ban->mask, ban->by, until, ban->reason);
    session_reply(session, REPLY_BAN_SET, ban->mask, until, NULL);
    session->host->call_supervisor(session);
    put_out(session, ban);
}

void ban_set(struct session *session, struct request *request)
{
    struct ban_shm ban = {.state = BAN_LIVE, .set_at = clock_realtime()};
    struct wish wish = take_ban(request, &ban);
    if (!wish.mask)
        command_need_more(session, request->verb);
    else if (wish.bad_time)
        session_reply(session, REPLY_BAD_ARGUMENT, request->verb,
                      PARSE_DURATION_FORMS "; or a reason that does not begin with a number", NULL);
    else if (!resolve_mask(session, wish.mask, ban.mask))
        session_reply(session, REPLY_BAD_BAN, wish.mask, NULL);
    else
        add(session, &wish, &ban, request->verb);
}

static enum chat_result lift(struct session *session, const char *mask)
{
    if (!session_begin(session, EVENT_NEED_MAX))
        return CHAT_NO_SUCH_BAN;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    enum chat_result result = chat_unban_locked(&chat, &actor, mask);
    session_commit(session);
    return result;
}

void ban_lift(struct session *session, struct request *request)
{
    /* As BANS shows it; or an address with a port, as BAN makes a mask of it, or that address alone. */
    char mask[MASK_SIZE], range[MASK_SIZE] = "", host[NET_TEXT_SIZE];
    const char *given = request->arguments[0];
    enum chat_result result = CHAT_NO_SUCH_BAN;
    if (net_host_of(given, host)) {
        mask_of_host(session->settings, host, range);
        given = host;
    }
    if (*range && ban_normalise(mask, given))
        result = lift(session, range);
    if (result == CHAT_DONE)
        text_copy(mask, sizeof mask, range);
    else if (ban_normalise(mask, given))
        result = lift(session, mask);
    if (result != CHAT_DONE) {
        answer_result(session, result, NULL, request->arguments[0]);
        return;
    }
    session_reply(session, REPLY_BAN_REMOVED, mask, NULL);
    session->host->call_supervisor(session);
}

static void report_bans(struct session *session, const struct ban_shm *bans, uint32_t count)
{
    struct report *report = report_new("mask", "set", "until", "by", "reason", NULL);
    for (uint32_t i = 0; i < count; i++) {
        report_add(report, bans[i].mask);
        report_time(report, bans[i].set_at);
        report_time(report, bans[i].expires_monotonic ? clock_date(bans[i].expires_monotonic) : 0);
        report_add(report, bans[i].by);
        report_add(report, bans[i].reason);
    }
    session_show(session, report);
}

/* Also STATS k. */
void ban_show(struct session *session, struct request *request)
{
    (void)request;
    struct ban_shm *bans = calloc(BANS, sizeof *bans);
    uint32_t count = 0;
    if (!bans || !session_begin(session, 0)) {
        free(bans);
        return;
    }
    int64_t now = clock_monotonic();
    for (uint32_t i = 0; i < bans_end_locked(session->world); i++) {
        const struct ban_shm *ban = ban_at_locked(session->world, i, now);
        if (!ban)
            continue;
        bans[count] = *ban;
        ban_seal(&bans[count++]);
    }
    session_commit(session);
    if (session->speech->dialect == DIALECT_CONTROL) {
        report_bans(session, bans, count);
        free(bans);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        char until[CHAT_BAN_END_SIZE], *host = strchr(bans[i].mask, '@');
        chat_describe_ban_end(until, bans[i].expires_monotonic);
        if (!host)
            continue;
        *host++ = '\0';
        session_reply(session, REPLY_STATS_KLINE, host, bans[i].mask, bans[i].reason, bans[i].by, until, NULL);
    }
    if (count == 0)
        session_reply(session, REPLY_NO_BANS, NULL);
    free(bans);
}
