/* What transports have in common. Run by workers. */
#include "transport.h"

#include "sniff.h"
#include "world/recorder.h"

void transport_take_line(struct session *session, const struct dialect *dialect, char *line, size_t length, bool cut)
{
    session_pace(session);
    if (session->clock.registers)
        session_clock_check(session); /* a flood would hold it off otherwise */
    if (session->leaving)
        return;
    recorder_line(session->recorder, line, length, cut);
    if (session->heard != HEARD_LINE && sniff_http(session, dialect, line, length, cut))
        return;
    dialect->take_line(session, line, length, cut);
}
