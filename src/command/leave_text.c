/* Leaving, at the doors for people: QUIT with last words, which may have to be said. Run by workers. */
#include <string.h>

#include "leave.h"
#include "message.h"
#include "rows.h"

/* Last words that IRC clients could not be shown whole are said before leaving. */
void leave_text(struct session *session, struct request *request)
{
    bool long_words = request->count > 0 && strlen(request->arguments[0]) >= LEAVE_WORDS_SIZE;
    if (long_words)
        message_say_here(session, request->arguments[0]);
    if (session->leaving)
        return;
    if (request->count > 0 && !long_words)
        leave_server(session, QUIT_SAID, request->arguments[0], "");
    else
        leave_server(session, QUIT_LEFT, "", "");
}
