/* IRC: coming back. A client with forkchat/resume is given a token when it has registered. On a new connection it sends
 * that in place of NICK and USER, and with it the last msgid it has seen; it is shown where it is, as if it had joined,
 * and then what it missed. Run by workers. */
#include <stdlib.h>

#include "catch_up.h"
#include "irc_become.h"
#include "irc_channel.h"
#include "irc_fail.h"
#include "irc_register.h"
#include "password.h"
#include "rows.h"

static void resume(struct session *session, const char *text, uint64_t after)
{
    struct resume_claim claim;
    struct catch_up *missed = resume_take(session, text, after, &claim);
    if (missed && irc_become(session, &claim, missed)) {
        resume_tell(session, session->world->users[claim.user].nick);
        irc_register_finish(session);
        irc_channel_show_place(session, false);
        catch_up_show(missed);
        session_reply(session, REPLY_RESUME_DONE, NULL);
    } else if (!session->leaving) {
        irc_fail(session, "RESUME", "INVALID_TOKEN", NULL, NULL, "Nobody waits for that token");
    }
    if (missed)
        catch_up_close(missed);
}

void irc_resume_run(struct session *session, struct request *request)
{
    const char *msgid = request->count > 1 ? request->arguments[1] : "";
    char *end;
    unsigned long long after = strtoull(msgid, &end, 16);
    if (session->irc.registration.done)
        irc_fail(session, "RESUME", "REGISTRATION_IS_COMPLETED", NULL, NULL, "You are here already");
    else if (!password_is_servers(session, session->irc.registration.password))
        session_reply(session, REPLY_WRONG_PASSWORD, NULL);
    else
        resume(session, request->arguments[0], *end ? 0 : after);
}
