/* Metrics: HTTP (RFC 9112), of which GET and HEAD of /metrics are all there is. A request is read to its end
 * and answered, and the connection closes. Run by control children; they are no clients. */
#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lines.h"
#include "command/metrics.h"
#include "world/recorder.h"

#define LINE_LIMIT 2000
#define MOST_LINES 100

struct asking {
    struct lines lines;
    int count; /* lines so far */
    bool head;
    const char *status; /* what the request line leads to */
};

static int metrics_open(struct session *session)
{
    struct asking *asking = calloc(1, sizeof *asking);
    session->dialect_state = asking;
    return !asking || lines_init(&asking->lines, LINE_LIMIT) ? -1 : 0;
}

static const char *judge(struct asking *asking, char *line)
{
    const char *method = text_next_word(&line), *target = text_next_word(&line), *version = text_next_word(&line);
    if (!method || !target || !version || strncmp(version, "HTTP/1.", 7) != 0 || *line)
        return "400 Bad Request";
    asking->head = strcmp(method, "HEAD") == 0;
    if (strncmp(target, "/metrics", 8) != 0 || (target[8] && target[8] != '?'))
        return "404 Not Found";
    return asking->head || strcmp(method, "GET") == 0 ? "200 OK" : "405 Method Not Allowed";
}

static void answer(struct session *session, const struct asking *asking, const char *status)
{
    char head[300];
    bool found = *status == '2';
    int length = snprintf(
        head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: text/plain; %scharset=utf-8\r\nConnection: close\r\n%s\r\n",
        status, found ? "version=0.0.4; " : "", *status == '4' && status[2] == '5' ? "Allow: GET, HEAD\r\n" : "");
    session_say(session, head, (size_t)length);
    if (found && !asking->head) {
        metrics_write(session);
    } else if (!asking->head) {
        length = snprintf(head, sizeof head, "%s: what there is to get here is /metrics\n", status);
        session_say(session, head, (size_t)length);
    }
    session_flush(session);
    session->leaving = true;
}

static void metrics_feed(struct session *session, const char *bytes, size_t length)
{
    struct asking *asking = session->dialect_state;
    char *line = NULL;
    size_t line_length = 0;
    enum lines_result result;
    while (!session->leaving && (result = lines_take(&asking->lines, &bytes, &length, &line, &line_length))) {
        /* Headers are not looked at, and may have secrets in them. */
        if (asking->count == 0)
            recorder_line(session->recorder, line, line_length, result == LINES_LONG);
        if (result == LINES_LONG || ++asking->count > MOST_LINES)
            answer(session, asking, "431 Request Header Fields Too Large");
        else if (asking->count == 1)
            asking->status = judge(asking, line);
        else if (line_length == 0)
            answer(session, asking, asking->status);
        /* The end of a request that is no HTTP need not be waited for. */
        if (!session->leaving && asking->status && strncmp(asking->status, "400", 3) == 0)
            answer(session, asking, asking->status);
    }
}

static void metrics_time_out(struct session *session)
{
    answer(session, session->dialect_state, "408 Request Timeout");
}

static void metrics_finish(struct session *session)
{
    (void)session;
}

static void metrics_refuse(struct text *text, const char *why)
{
    text_addf(text, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n%s\n",
              why);
}

const struct service *service_metrics(void)
{
    static const struct service service = {.open = metrics_open,
                                           .feed = metrics_feed,
                                           .finish = metrics_finish,
                                           .time_out = metrics_time_out,
                                           .speech = {.verb_prefix = ""},
                                           .refuse = metrics_refuse};
    return &service;
}
