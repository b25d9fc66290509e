/* What is said, as IRC messages. Run by couriers, and by a worker for its own client's part of a labeled answer. */
#include "irc_said.h"

#include <stdio.h>
#include <string.h>

#include "irc_line.h"
#include "irc_build.h"

/* How much of `words` goes into one message with `room` bytes for them: all, or up to a blank and with it, or up to a
 * character. */
static size_t measure_piece(const char *words, size_t length, size_t room)
{
    if (length <= room)
        return length;
    size_t cut = text_boundary(words, length, room);
    for (size_t at = cut; at > cut / 2; at--)
        if (words[at - 1] == ' ')
            return at;
    return cut;
}

/* The words of CTCP ACTION, or NULL for others. */
static const char *action_words(const char *words, size_t *length)
{
    static const char action[] = "\001ACTION ";
    if (strncmp(words, action, sizeof action - 1) != 0)
        return NULL;
    *length -= sizeof action - 1;
    if (*length > 0 && words[sizeof action - 2 + *length] == '\001')
        --*length;
    return words + sizeof action - 1;
}

/* As many messages as the words need, because people's lines may be longer than those of IRC; the first has the id. A
 * blank between two may be the last character of one, so that nothing is lost. */
static void render_words(struct text *text, const struct event *event, const struct view *view, const char *verb)
{
    size_t length = EVENT_LENGTH(event, message.text);
    const char *action = action_words(event->strings.message.text, &length);
    const char *words = action ? action : event->strings.message.text;
    const char *tags = event->strings.message.tags;
    do {
        irc_build_begin(text, event, view, tags);
        tags = NULL;
        size_t body = text->length;
        irc_build_head(text, event, verb);
        text_addf(text, " %s :%s", event->strings.message.target, action ? "\001ACTION " : "");
        size_t used = text->length - body + (action ? 1 : 0);
        bool ctcp = !action && *words == '\001'; /* that means something as a whole */
        size_t part = ctcp || used + 64 > IRC_BODY_LIMIT ? length : measure_piece(words, length, IRC_BODY_LIMIT - used);
        text_add_bytes(text, words, part);
        text_add(text, action ? "\001" : "");
        irc_build_end(text, view, body);
        words += part;
        length -= part;
    } while (length > 0 && !text->cut);
}

void irc_said_render(struct text *text, const struct event *event, const struct view *view)
{
    static const char *const verbs[] = {"PRIVMSG", "NOTICE"};
    if (event->numbers.message.kind < MESSAGE_TAGMSG) {
        render_words(text, event, view, verbs[event->numbers.message.kind]);
    } else if (event->numbers.message.kind == MESSAGE_TAGMSG && irc_build_knows(view, CAP_BIT(MESSAGE_TAGS))) {
        irc_build_begin(text, event, view, event->strings.message.tags);
        size_t body = text->length;
        irc_build_head(text, event, "TAGMSG");
        text_addf(text, " %s", event->strings.message.target);
        irc_build_end(text, view, body);
    }
}

static void render_batch(struct text *text, const struct event *event, const struct view *view, const char *words)
{
    size_t body = text->length;
    irc_build_head(text, event, "BATCH");
    text_addf(text, " %s", words);
    irc_build_end(text, view, body);
}

/* Bytes of client-only tags that are repeated with each line of a message: more of them, a hundred times, would be many
 * times what was sent. */
#define REPEATED_TAGS 400

/* To those who know them as one message in a batch; to others one by one, without the blank ones, the first
 * with the id and each with what else the batch would have had. */
void irc_said_render_lines(struct text *text, const struct event *event, const struct view *view)
{
    bool batch = irc_build_knows(view, CAP_BIT(MULTILINE)) && irc_build_knows(view, CAP_BIT(BATCH));
    bool repeat = EVENT_LENGTH(event, message.tags) <= REPEATED_TAGS;
    char name[24], words[CHANNEL_SIZE + 60];
    snprintf(name, sizeof name, "m%llx", (unsigned long long)event->id);
    if (batch) {
        irc_build_begin(text, event, view, event->strings.message.tags);
        snprintf(words, sizeof words, "+%s draft/multiline %.65s", name, event->strings.message.target);
        render_batch(text, event, view, words);
    }
    int lines = 0;
    size_t length;
    for (const char *at = event->strings.message.text; *at && lines < MULTILINE_LINES;
         at += length + (at[length] == '\n')) {
        length = strcspn(at, "\n");
        if (length == 0 || (!batch && length == 1))
            continue;
        if (batch)
            text_addf(text, "@batch=%s%s ", name, *at == '+' ? ";draft/multiline-concat" : "");
        else
            irc_build_tag(text, event, view, lines == 0, lines == 0 || repeat ? event->strings.message.tags : NULL);
        lines++;
        size_t body = text->length;
        irc_build_head(text, event, "PRIVMSG");
        text_addf(text, " %s :", event->strings.message.target);
        text_add_bytes(text, at + 1, length - 1);
        irc_build_end(text, view, body);
    }
    if (batch) {
        snprintf(words, sizeof words, "-%s", name);
        render_batch(text, event, view, words);
    }
}

void irc_said_render_redaction(struct text *text, const struct event *event, const struct view *view)
{
    if (!irc_build_knows(view, CAP_BIT(MESSAGE_REDACTION)))
        return;
    irc_build_begin(text, event, view, "");
    size_t body = text->length;
    irc_build_head(text, event, "REDACT");
    text_addf(text, " %s %s", event->strings.redact.target, event->strings.redact.id);
    if (*event->strings.redact.reason)
        text_addf(text, " :%s", event->strings.redact.reason);
    irc_build_end(text, view, body);
}
