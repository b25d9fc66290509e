/* Log lines. Every process uses it; writes no shared memory. */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"
#include "unicode.h"

static const char *program = "forkchat";
static bool use_syslog, show_times;
static int spare = -1, relay = -1;
static void (*shown_by)(const char *line, size_t length);

void log_open(const char *name)
{
    program = name;
}

void log_to_syslog(void)
{
    openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
    use_syslog = true;
}

void log_relay(int fd)
{
    if (!use_syslog)
        return;
    closelog();
    relay = fd;
}

void log_show_by(void (*show)(const char *line, size_t length))
{
    shown_by = show;
}

void log_show_times(bool on)
{
    show_times = on;
}

void log_set_spare(int fd)
{
    spare = fd;
}

/* Nothing in it drives a terminal or looks like another line: controls, bytes that are not UTF-8, and what turns the
 * direction of writing become question marks. */
static void clean(char *line, size_t length)
{
    for (size_t i = 0, used; i < length; i += used) {
        int32_t point = text_decode(line + i, length - i, &used);
        if (point < ' ' || (point >= 0x7f && point < 0xa0) || unicode_turns(point))
            memset(line + i, '?', used);
    }
}

static void say(int priority, const char *word, const char *format, va_list arguments)
{
    char line[1024];
    size_t at = 0;
    if (show_times && !use_syslog) {
        at = clock_stamp(clock_realtime(), line);
        line[at++] = ' ';
    }
    if (*word && !use_syslog)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s: %s: ", program, word);
    int length = vsnprintf(line + at, 1000 - at, format, arguments);
    if (length < 0)
        return;
    at += (size_t)length < 1000 - at ? (size_t)length : 1000 - at - 1;
    clean(line, at);
    line[at] = '\0';
    if (use_syslog && relay < 0) {
        syslog(priority, "%s", line);
        return;
    }
    line[at++] = '\n';
    if (use_syslog) {
        memmove(line + 1, line, at);
        line[0] = (char)('0' + priority);
        if (write(relay, line, at + 1) < 0)
            return;
        return;
    }
    if (shown_by) {
        shown_by(line, at);
        return;
    }
    /* Nobody reading our log is no reason to stop chatting. */
    if (write(STDERR_FILENO, line, at) >= 0 || errno != EPIPE || spare < 0)
        return;
    dup2(spare, STDERR_FILENO);
    spare = -1;
    if (write(STDERR_FILENO, line, at) < 0)
        return;
}

#define SAY(priority, word)                                                                                            \
    do {                                                                                                               \
        va_list arguments;                                                                                             \
        va_start(arguments, format);                                                                                   \
        say(priority, word, format, arguments);                                                                        \
        va_end(arguments);                                                                                             \
    } while (0)

static void say_as(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say_as(int priority, const char *format, ...)
{
    SAY(priority, "");
}

void log_relayed(const char *bytes, size_t length)
{
    static char line[1024]; /* what there is of one */
    static size_t at;
    for (; length > 0; bytes++, length--) {
        bool end = *bytes == '\n';
        if (*bytes && !end && at < sizeof line - 1)
            line[at++] = *bytes;
        if (!end || at == 0)
            continue;
        line[at] = '\0';
        at = 0;
        bool known = line[0] >= '0' + LOG_CRIT && line[0] <= '0' + LOG_INFO; /* the writer may be anybody's by now */
        say_as(known ? line[0] - '0' : LOG_INFO, "%s", line + 1);
    }
}

void log_info(const char *format, ...)
{
    SAY(LOG_INFO, "");
}

void log_warning(const char *format, ...)
{
    SAY(LOG_WARNING, "warning");
}

void log_error(const char *format, ...)
{
    SAY(LOG_ERR, "error");
}

void fatal(int status, const char *format, ...)
{
    SAY(LOG_CRIT, "fatal");
    exit(status);
}

void bug_at(const char *file, int line, const char *format, ...)
{
    log_error("bug at %s:%d", file, line);
    SAY(LOG_CRIT, "bug");
    abort();
}
