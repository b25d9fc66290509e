/* The transports of plain lines: for netcat, telnet(1) and scripts (lines end in LF), and for IRC (RFC 1459 section 8:
 * "CR, or LF, or both"). Run by workers. */
#include "transport.h"

#include "base/lines.h"
#include "base/port.h"
#include "command/leave.h"
#include "sniff.h"
#include "telnet.h"

#define CTRL_D 0x04

/* Where in a line the next byte is, for what people at telnet(1) mean by Ctrl-C and Ctrl-D. No line of a script begins
 * so. */
enum offset { AT_START, BEHIND_IAC, INSIDE };

struct stream {
    struct lines lines;
    enum offset offset;
    bool by_hand; /* somebody may be typing, and mean to leave */
    const struct dialect *dialect;
};

static struct stream *open_stream(struct session *session, const struct dialect *dialect)
{
    struct stream *stream = port_pages(sizeof *stream);
    session->transport_state = stream;
    if (!stream || lines_init(&stream->lines, dialect->line_limit))
        return NULL;
    stream->dialect = dialect;
    return stream;
}

static int lf_open(struct session *session, const struct dialect *dialect)
{
    struct stream *stream = open_stream(session, dialect);
    if (!stream)
        return -1;
    stream->by_hand = true;
    return dialect->open(session);
}

static int crlf_open(struct session *session, const struct dialect *dialect)
{
    struct stream *stream = open_stream(session, dialect);
    if (!stream)
        return -1;
    lines_end_at_cr(&stream->lines);
    return dialect->open(session);
}

/* How many of the bytes stand before the wish to leave; all of them if there is none. telnet(1) shows nothing more
 * after Ctrl-C unless it is answered, so not to understand it would be to fall silent. */
static size_t before_farewell(struct stream *stream, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (stream->offset == BEHIND_IAC ? telnet_leaves(byte) : stream->offset == AT_START && byte == CTRL_D)
            return i;
        if (byte == '\n')
            stream->offset = AT_START;
        else
            stream->offset = stream->offset == AT_START && byte == TELNET_IAC ? BEHIND_IAC : INSIDE;
    }
    return length;
}

static void feed(struct session *session, const char *bytes, size_t length)
{
    struct stream *stream = session->transport_state;
    char *line = NULL;
    size_t line_length = 0;
    enum lines_result result;
    if (session->heard == HEARD_NOTHING && sniff_tls(session, stream->dialect, bytes, length))
        return;
    size_t rest = stream->by_hand ? before_farewell(stream, bytes, length) : length;
    bool farewell = rest < length;
    while (!session->leaving && (result = lines_take(&stream->lines, &bytes, &rest, &line, &line_length)))
        transport_take_line(session, stream->dialect, line, line_length, result == LINES_LONG);
    if (farewell && !session->leaving)
        leave_server(session, QUIT_LEFT, "", "");
}

static void finish(struct session *session)
{
    char *line = NULL;
    size_t length = 0;
    struct stream *stream = session->transport_state;
    if (!stream->dialect->takes_unfinished)
        return;
    enum lines_result result = lines_finish(&stream->lines, &line, &length);
    if (result != LINES_NONE)
        transport_take_line(session, stream->dialect, line, length, result == LINES_LONG);
}

static void close_stream(struct session *session)
{
    struct stream *stream = session->transport_state;
    lines_free(&stream->lines);
    port_free_pages(stream, sizeof *stream);
    session->transport_state = NULL;
}

const struct transport *transport_lf(void)
{
    static const struct framing framing = {.end = "\n"};
    static const struct transport transport = {
        .framing = &framing, .open = lf_open, .feed = feed, .finish = finish, .close = close_stream};
    return &transport;
}

const struct transport *transport_crlf(void)
{
    static const struct framing framing = {.end = "\r\n"};
    static const struct transport transport = {
        .framing = &framing, .open = crlf_open, .feed = feed, .finish = finish, .close = close_stream};
    return &transport;
}
