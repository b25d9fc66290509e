/* Metrics: whatever is asked in whatever pieces, there is at most one answer, it is HTTP, and only a request for
 * /metrics gets numbers. */
#include "driver.h"
#include "base/lines.h"
#include "service/service.h"
#include "world.h"

static char said[1 << 18];
static size_t length_said;

static void deliver(struct session *session, const char *bytes, size_t length)
{
    CLAIM(!session->in_transaction && length < sizeof said - length_said);
    if (length)
        memcpy(said + length_said, bytes, length);
    length_said += length;
}

/* The status it answers with, or 0 if it waits for more. */
static int ask(const char *bytes, size_t length, size_t piece)
{
    const struct service *service = service_metrics();
    static const struct session_host host = {.deliver = deliver};
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        abort();
    *session = (struct session){.world = &fuzz_world,
                                .settings = fuzz_settings,
                                .door = SERVICE_METRICS,
                                .speech = &service->speech,
                                .user = NONE,
                                .host = &host};
    text_init(&session->out, session->out_bytes, sizeof session->out_bytes);
    if (service->open(session))
        abort();
    length_said = 0;
    while (length > 0 && !session->leaving) {
        size_t part = piece < length ? piece : length;
        service->feed(session, bytes, part);
        bytes += part;
        length -= part;
    }
    bool answered = session->leaving;
    if (!answered)
        service->finish(session);
    CLAIM(answered == (length_said > 0));
    lines_free(session->dialect_state); /* they are first in it */
    free(session->dialect_state);
    free(session);
    said[length_said] = '\0';
    return answered ? atoi(said + 9) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_make_world();
    if (size < 1)
        return 0;
    const char *bytes = (const char *)data + 1;
    int status = ask(bytes, size - 1, size);
    if (status) {
        const char *body = strstr(said, "\r\n\r\n");
        CLAIM(strncmp(said, "HTTP/1.1 ", 9) == 0 && strlen(said) == length_said && body);
        CLAIM(status == 200 || status == 400 || status == 404 || status == 405 || status == 431);
        CLAIM((strstr(body, "forkchat_build_info{") != NULL) <= (status == 200));
        CLAIM(status != 200 || memcmp(bytes, "HEAD", 4) != 0 || strcmp(body, "\r\n\r\n") == 0 || size < 5);
        CLAIM(!strstr(strstr(said, "\r\n"), "HTTP/1.1"));
    }
    CLAIM(ask(bytes, size - 1, 1 + data[0]) == status);
    return 0;
}
