/* IRC: BATCH, for messages of several lines. IRCv3 draft/multiline. Run by workers.
 *
 * Lines are gathered until the batch ends, and published as one event: so nobody's line comes between them,
 * and those without the capability get them as single messages. Of a batch that failed, what was wrong is told
 * once, and all that is still to come, its end included, is passed over. */
#include "irc_multiline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "irc_fail.h"
#include "irc_message.h"
#include "rows.h"

struct multiline {
    char reference[65];
    char target[CHANNEL_SIZE + 2];
    char tags[4097];
    bool failed;
    unsigned lines;
    size_t bytes;     /* of the message as the specification counts them */
    bool has_words;   /* not all lines are blank */
    struct text text; /* each line: '+' if it continues the one before, else ' '; its bytes; a line feed */
    char buffer[MULTILINE_BYTES + 2 * MULTILINE_LINES + 1];
};

static void fail(struct session *session, const char *code, const char *a, const char *b, const char *why)
{
    irc_fail(session, "BATCH", code, a, b, why);
    irc_multiline_spoil(session);
}

static void fail_invalid(struct session *session)
{
    fail(session, "MULTILINE_INVALID", NULL, NULL, "Invalid multiline batch");
}

void irc_multiline_abandon(struct session *session)
{
    free(session->irc.multiline);
    session->irc.multiline = NULL;
}

void irc_multiline_spoil(struct session *session)
{
    if (session->irc.multiline)
        session->irc.multiline->failed = true;
}

bool irc_multiline_is_open(const struct session *session)
{
    return session->irc.multiline && !session->irc.multiline->failed;
}

static void open_batch(struct session *session, struct request *request)
{
    if (irc_multiline_is_open(session) || request->count < 3 || !request->arguments[0][1] ||
        strcmp(request->arguments[1], "draft/multiline") != 0 || !*request->arguments[2] ||
        strchr(request->arguments[2], ',')) {
        fail_invalid(session);
        return;
    }
    irc_multiline_abandon(session); /* a failed one that was never ended */
    struct multiline *multiline = calloc(1, sizeof *multiline);
    if (!multiline)
        return;
    if (!text_copy(multiline->reference, sizeof multiline->reference, request->arguments[0] + 1) ||
        !text_copy(multiline->target, sizeof multiline->target, request->arguments[2])) {
        free(multiline);
        fail_invalid(session);
        return;
    }
    text_copy(multiline->tags, sizeof multiline->tags, request->tags);
    text_init(&multiline->text, multiline->buffer, sizeof multiline->buffer);
    session->irc.multiline = multiline;
}

void irc_multiline_add(struct session *session, struct request *request, const char *reference, bool continues)
{
    struct multiline *multiline = session->irc.multiline;
    char limit[12];
    if (!multiline || strcmp(multiline->reference, reference) != 0) {
        irc_fail(session, "BATCH", "MULTILINE_INVALID", NULL, NULL, "There is no such batch");
        return;
    }
    if (multiline->failed)
        return;
    if (strcasecmp(request->verb, "PRIVMSG") != 0 || request->count < 2) {
        fail_invalid(session);
        return;
    }
    if (text_compare_names(request->arguments[0], multiline->target) != 0) {
        fail(session, "MULTILINE_INVALID_TARGET", multiline->target, request->arguments[0], "Invalid multiline target");
        return;
    }
    const char *line = request->arguments[1];
    size_t length = strlen(line);
    if (continues && (multiline->lines == 0 || length == 0)) {
        fail_invalid(session);
        return;
    }
    multiline->bytes += length + (multiline->lines > 0 && !continues);
    if (multiline->bytes > MULTILINE_BYTES) {
        snprintf(limit, sizeof limit, "%d", MULTILINE_BYTES);
        fail(session, "MULTILINE_MAX_BYTES", limit, NULL, "Multiline batch max-bytes exceeded");
        return;
    }
    if (++multiline->lines > MULTILINE_LINES) {
        snprintf(limit, sizeof limit, "%d", MULTILINE_LINES);
        fail(session, "MULTILINE_MAX_LINES", limit, NULL, "Multiline batch max-lines exceeded");
        return;
    }
    multiline->has_words |= length > 0;
    text_add_char(&multiline->text, continues ? '+' : ' ');
    text_add_bytes(&multiline->text, line, length);
    text_add_char(&multiline->text, '\n');
}

static void close_batch(struct session *session, struct request *request)
{
    struct multiline *multiline = session->irc.multiline;
    if (!multiline || strcmp(multiline->reference, request->arguments[0] + 1) != 0) {
        fail_invalid(session);
        return;
    }
    if (!multiline->failed && !multiline->has_words)
        fail_invalid(session);
    session->irc.multiline = NULL;
    if (!multiline->failed)
        irc_message_send_lines(session, multiline->target, multiline->buffer, multiline->tags);
    free(multiline);
}

void irc_multiline_batch(struct session *session, struct request *request)
{
    if (!(session->caps & CAP_BIT(MULTILINE)) || !(session->caps & CAP_BIT(BATCH)))
        session_reply(session, REPLY_UNKNOWN_COMMAND, "BATCH", NULL);
    else if (request->arguments[0][0] == '+')
        open_batch(session, request);
    else if (request->arguments[0][0] == '-')
        close_batch(session, request);
    else
        fail_invalid(session);
}
