/* What the daemon and the programs say of themselves: to stderr or to syslog, one whole line at a time. */
#ifndef FORKCHAT_BASE_LOG_H
#define FORKCHAT_BASE_LOG_H

#include <stdbool.h>

#include <stddef.h>

/* Names the program in front of warnings and errors. `name` must outlive the process. stderr until
 * log_to_syslog is called. */
void log_open(const char *name);

/* Sends everything from now on to syslog(3) (facility daemon). The connection is made now, so that it
 * also works after a chroot. */
void log_to_syslog(void);

/* In a child, to be called before it is shut in: if lines go to syslog(3), they go to its parent instead, which says
 * them there: written to `fd`, a pipe, beginning with a digit, the priority. A socket to the system's log would be one
 * to every Unix socket there is. What the pipe has no room for is lost if it does not block. */
void log_relay(int fd);

/* In the parent: logs what was read from the pipe. Zero bytes are left out. */
void log_relayed(const char *bytes, size_t length);

/* Whether each line on standard error begins with the date and time, as 2026-11-21T09:30:00.123Z; off at first. The
 * system's log has its own. */
void log_show_times(bool on);

/* Where lines go when nobody reads standard error any more (EPIPE), which then is `fd` from that line on; -1: nowhere.
 * Children inherit it. */
void log_set_spare(int fd);

/* Has lines shown by `show` instead of written to standard error, by a program that draws on the terminal; NULL: no
 * longer. They end with a newline. */
void log_show_by(void (*show)(const char *line, size_t length));

/* One line each, written with one system call so that lines of several processes never tear. Control
 * characters become '?'; a line is cut at 1,000 bytes. May block on a full pipe. Not for handlers. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The world is broken (no memory, no shared memory): says so and exits with `status` (sysexits.h). */
_Noreturn void fatal(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* We are broken: says where and aborts. */
_Noreturn void bug_at(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

#endif
