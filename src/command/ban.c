/* Bans from the server: KLINE and UNKLINE at the IRC door, BAN, UNBAN and BANS for people. Run by workers.
 *
 * Who is here and fits a new ban is put out, operators excepted. The supervisor sees the change, keeps it on
 * disk, and refuses who comes from a banned address; others are found out here once they have said who they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "families.h"
#include "world/bans.h"

bool operator_is_banned_locked(struct session *session)
{
    char reason[BAN_REASON_SIZE];
    const struct user_shm *user = session_user_locked(session);
    const struct ban_shm *ban =
        ban_find_locked(session->world, user->username, user->host, clock_monotonic());
    if (!ban)
        return false;
    text_copy(reason, sizeof reason, ban->reason);
    session_commit(session);
    session_reply(session, REPLY_YOU_ARE_BANNED, reason, NULL);
    if (session->speech->dialect == DIALECT_IRC)
        irc_close(session, QUIT_KILLED, "Banned");
    else
        command_leave(session, QUIT_KILLED, "banned");
    return true;
}

/* "until 2026-11-21 09:30 UTC", or "for ever". */
static void show_end(char text[40], int64_t expires_monotonic)
{
    time_t seconds = (time_t)(clock_date(expires_monotonic) / 1000);
    struct tm parts;
    if (expires_monotonic == 0 || !gmtime_r(&seconds, &parts) ||
        !strftime(text, 40, "until %Y-%m-%d %H:%M:%S UTC", &parts))
        text_copy(text, 40, "for ever");
}

static bool is_operator(struct session *session)
{
    if (!session_begin(session, 0))
        return false;
    bool may = session_user_locked(session)->flags & USER_OPERATOR;
    session_commit(session);
    if (!may)
        session_reply(session, REPLY_NOT_OPERATOR, NULL);
    return may;
}

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

/* Puts out the first who fits, from the place *at on; false if there is none. */
static bool put_out_next(struct session *session, const struct ban_shm *ban, uint32_t *at)
{
    struct world *world = session->world;
    char name[ADDRESS_SIZE] = "", text[BAN_REASON_SIZE + 40], irc_reason[BAN_REASON_SIZE + 20];
    if (!session_begin(session, EVENT_NEED_MAX + EVENT_NEED_LEAVE))
        return false;
    for (uint32_t end = world_users_end_locked(world); *at < end; ++*at) {
        const struct user_shm *user = &world->users[*at];
        if (user->state != USER_PRESENT || (user->flags & USER_OPERATOR) ||
            !ban_matches(ban, user->username, user->host, clock_monotonic()))
            continue;
        text_copy(name, sizeof name, user_shown(user));
        snprintf(text, sizeof text, "you are banned: %s", ban->reason);
        snprintf(irc_reason, sizeof irc_reason, "K-lined: %s", ban->reason);
        struct event event = event_of_server(EVENT_KILL);
        operator_remove_locked(world, &event, *at, text, "banned", irc_reason);
        break;
    }
    session_commit(session);
    if (*name)
        log_info("client disconnected \"%s\": banned", name);
    return *name;
}

static void add(struct session *session, struct ban_shm *ban)
{
    char until[40];
    show_end(until, ban->expires_monotonic);
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    text_copy(ban->by, sizeof ban->by, user_shown(session_user_locked(session)));
    enum ban_result result = ban_add_locked(session->world, ban, clock_monotonic());
    if (result != BAN_FULL)
        operator_tell_locked(session, "%s banned %s %s: %s", ban->by, ban->mask, until, ban->reason);
    session_commit(session);
    if (result == BAN_FULL) {
        session_reply(session, REPLY_BANS_FULL, NULL);
        return;
    }
    log_info("ban of \"%s\" by \"%s\" %s: %s", ban->mask, ban->by, until, ban->reason);
    session_reply(session, REPLY_BAN_SET, ban->mask, until, NULL);
    session->host->call_supervisor(session);
    for (uint32_t at = 0; put_out_next(session, ban, &at); at++)
        ;
}

/* What BAN and KLINE were given. */
struct wish {
    const char *mask; /* NULL: none */
    bool forced;      /* -f: also if it is for everybody */
    bool bad_time;    /* what stands where a time may begins as one, and is none */
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

void operator_ban(struct session *session, struct request *request)
{
    struct ban_shm ban = {.state = BAN_LIVE, .set_at = clock_realtime()};
    char words[MASK_SIZE + 100];
    if (!is_operator(session))
        return;
    struct wish wish = take_ban(request, &ban);
    if (!wish.mask) {
        command_need_more(session, request->verb);
    } else if (wish.bad_time) {
        session_reply(session, REPLY_BAD_ARGUMENT, request->verb,
                      PARSE_DURATION_FORMS "; or a reason that does not begin with a number", NULL);
    } else if (!resolve_mask(session, wish.mask, ban.mask)) {
        session_reply(session, REPLY_BAD_BAN, wish.mask, NULL);
    } else if (!wish.forced && ban_is_wide(ban.mask)) {
        snprintf(words, sizeof words, "%s is everybody, you too: %s%s -f %s if that is meant", ban.mask,
                 session->speech->verb_prefix, request->verb, wish.mask);
        session_reply(session, REPLY_NOT_DONE, words, NULL);
    } else {
        add(session, &ban);
    }
}

void operator_unban(struct session *session, struct request *request)
{
    /* As BANS shows it; or an address with a port, as BAN makes a mask of it, or that address alone. */
    char mask[MASK_SIZE], range[MASK_SIZE] = "", host[NET_TEXT_SIZE];
    const char *given = request->arguments[0];
    if (!is_operator(session))
        return;
    if (net_host_of(given, host)) {
        mask_of_host(session->settings, host, range);
        given = host;
    }
    bool found = ban_normalise(mask, given);
    if (found) {
        if (!session_begin(session, EVENT_NEED_MAX))
            return;
        bool ranged = *range && ban_remove_locked(session->world, range);
        if (ranged)
            text_copy(mask, sizeof mask, range);
        found = ranged || ban_remove_locked(session->world, mask);
        if (found)
            operator_tell_locked(session, "%s removed the ban of %s", user_shown(session_user_locked(session)),
                                 mask);
        session_commit(session);
    }
    if (!found) {
        session_reply(session, REPLY_NO_SUCH_BAN, request->arguments[0], NULL);
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
void operator_bans(struct session *session, struct request *request)
{
    (void)request;
    if (!is_operator(session))
        return;
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
        char until[40];
        char *host = strchr(bans[i].mask, '@');
        show_end(until, bans[i].expires_monotonic);
        if (!host)
            continue;
        *host++ = '\0';
        session_reply(session, REPLY_STATS_KLINE, host, bans[i].mask, bans[i].reason, bans[i].by, until, NULL);
    }
    if (count == 0)
        session_reply(session, REPLY_NO_BANS, NULL);
    free(bans);
}
