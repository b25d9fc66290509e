/* The parts of a message. Run by couriers, and by a worker for its own client's part of a labeled answer. */
#include "irc_build.h"

#include <string.h>

#include "base/clock.h"
#include "irc_line.h"

bool irc_build_knows(const struct view *view, uint64_t caps)
{
    return (view->caps & caps) != 0;
}

/* Begins the tags or goes on with them. */
static void next_tag(struct text *text, size_t start)
{
    text_add_char(text, text->length == start ? '@' : ';');
}

/* No line ends among what was added since `start`. */
static void flatten(struct text *text, size_t start, char instead)
{
    for (size_t at = start; at < text->length; at++)
        if (text->start[at] == '\r' || text->start[at] == '\n' || text->start[at] == '\0')
            text->start[at] = instead;
}

void irc_build_tag(struct text *text, const struct event *event, const struct view *view, bool id,
                   const char *client_tags)
{
    size_t start = text->length;
    if (irc_build_knows(view, CAP_BIT(SERVER_TIME))) {
        char stamp[CLOCK_STAMP_SIZE];
        clock_stamp(event->time, stamp);
        next_tag(text, start);
        text_addf(text, "time=%s", stamp);
    }
    if (irc_build_knows(view, CAP_BIT(MESSAGE_TAGS)) && id) {
        next_tag(text, start);
        text_addf(text, "msgid=%llx", (unsigned long long)event->id);
    }
    if (irc_build_knows(view, CAP_BIT(MESSAGE_TAGS)) && (event->flags & EVENT_BOT)) {
        next_tag(text, start);
        text_add(text, "bot");
    }
    if (irc_build_knows(view, CAP_BIT(ACCOUNT_TAG)) && *event->account) {
        next_tag(text, start);
        text_addf(text, "account=%.*s", ACCOUNT_SIZE - 1, event->account);
    }
    if (irc_build_knows(view, CAP_BIT(MESSAGE_TAGS)) && client_tags && *client_tags &&
        strlen(client_tags) < IRC_TAGS_LIMIT) {
        next_tag(text, start);
        text_add(text, client_tags);
    }
    flatten(text, start, '_');
    if (text->length > start)
        text_add_char(text, ' ');
}

void irc_build_begin(struct text *text, const struct event *event, const struct view *view, const char *client_tags)
{
    irc_build_tag(text, event, view, client_tags != NULL, client_tags);
}

void irc_build_head(struct text *text, const struct event *event, const char *verb)
{
    if (*event->nick)
        text_addf(text, ":%s!%s@%s %s", event->nick, event->username, event->host, verb);
    else
        text_addf(text, ":%s %s", event->host, verb);
}

void irc_build_end(struct text *text, const struct view *view, size_t body)
{
    if (text->length - body > IRC_BODY_LIMIT) {
        size_t length = text_boundary(text->start + body, text->length - body, IRC_BODY_LIMIT);
        text->length = body + length;
        text->start[text->length] = '\0';
    }
    flatten(text, body, ' ');
    text_add(text, view->framing->end);
}
