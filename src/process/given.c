/* Descriptors given by the service manager. Run by the supervisor before it is one; no shared memory. */
#include "given.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/parse.h"

/* The first of them; the others follow. */
#define FIRST 3
/* More than any manager gives: what one says is not to be an amount of memory. */
#define MOST 4096

/* How many are for this process, or 0. */
static int count_given(void)
{
    const char *pid = getenv("LISTEN_PID"), *number = getenv("LISTEN_FDS");
    int64_t whose = 0, count = 0;
    if (!pid || !number || !parse_number(pid, 1, INT64_MAX, &whose) || whose != getpid())
        return 0;
    if (!parse_number(number, 0, MOST, &count))
        log_warning("LISTEN_FDS: \"%s\" is no number of descriptors", number);
    return (int)count;
}

/* The next of the names that colons divide. */
static void take_name(const char **names, char name[NOTIFY_NAME_SIZE])
{
    size_t length = strcspn(*names, ":");
    snprintf(name, NOTIFY_NAME_SIZE, "%.*s", (int)(length < NOTIFY_NAME_SIZE ? length : NOTIFY_NAME_SIZE - 1), *names);
    *names += length + ((*names)[length] == ':');
}

void given_open(struct given *given)
{
    const char *names = getenv("LISTEN_FDNAMES");
    *given = (struct given){.count = count_given()};
    given->list = given->count ? calloc((size_t)given->count, sizeof *given->list) : NULL;
    if (given->count && !given->list)
        fatal(EX_OSERR, "out of memory");
    for (int i = 0; i < given->count; i++) {
        given->list[i].fd = FIRST + i;
        if (names)
            take_name(&names, given->list[i].name);
        if (fd_set_cloexec(FIRST + i) == 0)
            continue;
        log_warning("descriptor %d, of which LISTEN_FDS tells: %s", FIRST + i, strerror(errno));
        given->list[i].fd = -1;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
}

int given_take(struct given *given, const char *name)
{
    for (int i = 0; i < given->count; i++) {
        int fd = given->list[i].fd;
        if (fd < 0 || strcmp(given->list[i].name, name) != 0)
            continue;
        given->list[i].fd = -1;
        return fd;
    }
    return -1;
}

int given_forget(struct given *given, const char *prefix)
{
    int forgotten = 0;
    for (int i = 0; i < given->count; i++) {
        struct given_fd *one = &given->list[i];
        if (one->fd < 0 || strncmp(one->name, prefix, strlen(prefix)) != 0)
            continue;
        notify_forget(one->name);
        close(one->fd);
        one->fd = -1;
        forgotten++;
    }
    return forgotten;
}
