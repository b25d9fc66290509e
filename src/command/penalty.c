/* What addresses owe for the trouble their clients made: seen and lifted by operators of the server. Run by control
 * processes; the supervisor imposes them. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "chat/ban.h"
#include "rows.h"
#include "world/penalties.h"

void penalty_show(struct session *session, struct request *request)
{
    struct world *world = session->world;
    struct report *report = report_new("address", "seconds", "refused", "reason", "times", NULL);
    struct penalty_shm copy;
    bool more = true;
    int64_t now = clock_monotonic();
    (void)request;
    for (uint32_t at = 0; more && session_begin(session, 0);) {
        char address[NET_TEXT_SIZE];
        const struct penalty_shm *penalty = penalty_next_locked(world, &at, now);
        more = penalty != NULL;
        if (more)
            copy = *penalty;
        session_commit(session);
        if (!more)
            break;
        net_format_range(&copy.network, address);
        report_add(report, address);
        report_number(report, penalty_owed(&copy, now));
        report_true(report, copy.refused);
        report_add(report, penalty_word(copy.reason) ? penalty_word(copy.reason) : "");
        report_number(report, copy.troubles);
    }
    session_show(session, report);
}

/* Whether what an operator named is the address that owes, in it, or around it. */
static bool is_meant(const struct net_range *named, const struct net_range *owing)
{
    return named->bits >= owing->bits ? net_range_holds(owing, named->bytes) : net_range_holds(named, owing->bytes);
}

/* Lifts the next that is meant, from the place *at on; all of them if `named` is NULL. One at a time, as journals are
 * small. False if there is none. */
static bool lift_next(struct session *session, const struct net_range *named, uint32_t *at)
{
    const struct penalty_shm *penalty;
    bool lifted = false;
    if (!session_begin(session, 0))
        return false;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    do
        penalty = penalty_next_locked(session->world, at, clock_monotonic());
    while (penalty && named && !is_meant(named, &penalty->network));
    if (penalty)
        lifted = chat_forgive_locked(&chat, &actor, penalty) == CHAT_DONE;
    session_commit(session);
    return lifted;
}

void penalty_forgive(struct session *session, struct request *request)
{
    struct net_range named;
    char host[NET_TEXT_SIZE], scoped[NET_TEXT_SIZE];
    const char *word = net_host_of(request->arguments[0], host) ? host : request->arguments[0];
    if (net_normalise_scoped(word, scoped)) { /* what is owed is owed on every link */
        scoped[strcspn(scoped, "%")] = '\0';
        word = scoped;
    }
    bool all = strcmp(word, "all") == 0;
    uint32_t count = 0;
    char words[NET_TEXT_SIZE + 60];
    if (!all && !net_parse_range(word, &named)) {
        session_reply(session, REPLY_BAD_ARGUMENT, "forgive", "an address, a network as in 192.0.2.0/24, or all", NULL);
        return;
    }
    for (uint32_t at = 0; lift_next(session, all ? NULL : &named, &at);)
        count++;
    if (count == 0 && all)
        snprintf(words, sizeof words, "nobody owes anything");
    else if (count == 0)
        snprintf(words, sizeof words, "%.70s owes nothing: penalties lists who does", word);
    else
        snprintf(words, sizeof words, "%u penalt%s lifted", count, count == 1 ? "y was" : "ies were");
    session_reply(session, count ? REPLY_DONE : REPLY_NOT_DONE, words, NULL);
}
