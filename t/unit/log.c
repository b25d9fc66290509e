/* Log lines of children, which the parent says for them. */
#include <syslog.h>

static int said_priority;
static char said[2048];

static void note(int priority, const char *format, const char *line);
#undef syslog /* a macro with _FORTIFY_SOURCE */
#define syslog note
#include "base/log.c"
#undef syslog

#include "check.h"

static void note(int priority, const char *format, const char *line)
{
    said_priority = priority;
    snprintf(said + strlen(said), sizeof said - strlen(said), format, line);
    snprintf(said + strlen(said), sizeof said - strlen(said), "|");
}

static void child_says(void)
{
    int ends[2];
    char bytes[2000];
    CHECK(pipe(ends) == 0);
    use_syslog = true;
    log_relay(ends[1]);
    log_warning("a %d\n", 1);
    log_info("b");
    ssize_t got = read(ends[0], bytes, sizeof bytes);
    relay = -1; /* and now the parent */
    log_relayed(bytes, 3);
    log_relayed(bytes + 3, (size_t)got - 3);
    CHECK(strcmp(said, "a 1?|b|") == 0 && said_priority == LOG_INFO);
    close(ends[0]);
    close(ends[1]);
}

static void relays(const char *bytes, size_t length, const char *expected, int priority)
{
    said[0] = '\0';
    log_relayed(bytes, length);
    CHECK(strcmp(said, expected) == 0 && said_priority == priority);
}

static void anything(void)
{
    static char much[5000];
    relays("\0\0004warn\0ing\n\0", 13, "warning|", LOG_WARNING);
    relays("0all will die\n", 14, "all will die|", LOG_INFO);
    relays("\n\n6\033[2J\n", 8, "?[2J|", LOG_INFO);
    memset(much, 'x', sizeof much);
    much[sizeof much - 1] = '\n';
    said[0] = '\0';
    log_relayed(much, sizeof much);
    CHECK(strlen(said) < 1100);
    relays("3after that\n", 12, "after that|", LOG_ERR);
}

int main(void)
{
    CASE("what a child says, its parent says, with the same weight", child_says);
    CASE("whatever stands in the pipe becomes lines, as clean and as long as others", anything);
    CHECK_DONE();
}
