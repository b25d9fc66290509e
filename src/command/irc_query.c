/* IRC: questions about the server. Run by workers; changes nothing. */
#include "irc_query.h"

#include <stdio.h>
#include <string.h>

#include "irc_server.h"
#include "rows.h"

void irc_query_show_motd(struct session *session)
{
    const char *motd = session->settings->motd;
    if (!motd) {
        session_reply(session, REPLY_NO_MOTD, NULL);
        return;
    }
    session_reply(session, REPLY_MOTD_START, session->settings->server_name, NULL);
    session_reply_lines(session, REPLY_MOTD_LINE, motd);
    session_reply(session, REPLY_MOTD_END, NULL);
}

static const char *number(char text[12], unsigned value)
{
    snprintf(text, 12, "%u", value);
    return text;
}

void irc_query_show_lusers(struct session *session)
{
    char a[12], b[12];
    if (!session_begin(session, 0))
        return;
    struct world_counts counts = world_counts_locked(session->world);
    unsigned all = world_present_locked(session->world);
    unsigned most = world_most_present_locked(session->world);
    session_commit(session);
    session_reply(session, REPLY_LUSER_CLIENT, number(a, all - counts.invisible), number(b, counts.invisible), NULL);
    session_reply(session, REPLY_LUSER_OP, number(a, counts.operators), NULL);
    session_reply(session, REPLY_LUSER_UNKNOWN, number(a, counts.attached), NULL);
    session_reply(session, REPLY_LUSER_CHANNELS, number(a, counts.channels), NULL);
    session_reply(session, REPLY_LUSER_ME, number(a, all), NULL);
    session_reply(session, REPLY_LOCAL_USERS, number(a, all), number(b, most), NULL);
    session_reply(session, REPLY_GLOBAL_USERS, number(a, all), number(b, most), NULL);
}

void irc_query_motd(struct session *session, struct request *request)
{
    if (request->count == 0 || irc_server_is_here(session, request->arguments[0]))
        irc_query_show_motd(session);
}

void irc_query_lusers(struct session *session, struct request *request)
{
    /* LUSERS <mask> <server>: the mask is of servers, and there is one. */
    if (request->count < 2 || irc_server_is_here(session, request->arguments[1]))
        irc_query_show_lusers(session);
}
