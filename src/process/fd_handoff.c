/* Handing descriptors to a successor. Run by couriers, which give, and by supervisors, which give and take; writes no
 * shared memory. */
#include "fd_handoff.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "ipc/pass.h"

/* What goes over a socket with each descriptor. */
struct message {
    char name[FD_HANDOFF_NAME];
    int32_t number;
};

void fd_handoff_add(struct fd_handoff *handoff, const char *name, int number, int *fd)
{
    if (handoff->count == FD_HANDOFF_MOST)
        bug("more than %d descriptors for a successor", FD_HANDOFF_MOST);
    handoff->list[handoff->count++] = (struct fd_named){.name = name, .number = number, .fd = fd};
}

void fd_handoff_clear(struct fd_handoff *handoff)
{
    for (int i = 0; i < handoff->count; i++)
        *handoff->list[i].fd = -1;
}

void fd_handoff_close(struct fd_handoff *handoff)
{
    for (int i = 0; i < handoff->count; i++) {
        if (*handoff->list[i].fd >= 0)
            close(*handoff->list[i].fd);
        *handoff->list[i].fd = -1;
    }
}

int fd_handoff_missing(const struct fd_handoff *handoff)
{
    int missing = 0;
    for (int i = 0; i < handoff->count; i++)
        missing += *handoff->list[i].fd < 0;
    return missing;
}

bool fd_handoff_fill(struct fd_handoff *handoff, const char *name, int number, int fd)
{
    for (int i = 0; i < handoff->count; i++) {
        const struct fd_named *named = &handoff->list[i];
        if (named->number != number || strcmp(named->name, name) != 0)
            continue;
        if (*named->fd >= 0)
            close(*named->fd);
        *named->fd = fd;
        return true;
    }
    return false;
}

int fd_handoff_send(const struct fd_handoff *handoff, int socket)
{
    for (int i = 0; i < handoff->count; i++) {
        const struct fd_named *named = &handoff->list[i];
        struct message message = {.number = named->number};
        strncpy(message.name, named->name, sizeof message.name - 1);
        if (*named->fd >= 0 && pass_send(socket, *named->fd, &message, sizeof message))
            return -1;
    }
    return 0;
}

/* As pass_receive. The name ends. */
static int receive(int socket, struct message *message)
{
    int fd = pass_receive(socket, message, sizeof *message);
    message->name[sizeof message->name - 1] = '\0';
    return fd;
}

int fd_handoff_receive(struct fd_handoff *handoff, int socket)
{
    struct message message = {.number = 0};
    int fd = receive(socket, &message);
    if (fd < 0)
        return -1;
    if (!fd_handoff_fill(handoff, message.name, message.number, fd))
        close(fd);
    return 0;
}

int fd_handoff_receive_only(int socket, const char *name)
{
    struct message message = {.number = 0};
    int fd = receive(socket, &message);
    if (fd < 0 || strcmp(message.name, name) == 0)
        return fd;
    close(fd);
    errno = EPROTO;
    return -1;
}

void fd_handoff_write(const struct fd_handoff *handoff, FILE *file)
{
    for (int i = 0; i < handoff->count; i++)
        if (*handoff->list[i].fd >= 0)
            fprintf(file, "fd %s %d %d\n", handoff->list[i].name, handoff->list[i].number, *handoff->list[i].fd);
}

bool fd_handoff_read(struct fd_handoff *handoff, const char *line)
{
    char name[FD_HANDOFF_NAME];
    int number, fd;
    return sscanf(line, "fd %15s %d %d", name, &number, &fd) == 3 && fd >= 0 &&
           fd_handoff_fill(handoff, name, number, fd);
}

void fd_handoff_keep(const struct fd_handoff *handoff, bool open)
{
    for (int i = 0; i < handoff->count; i++)
        if (*handoff->list[i].fd >= 0)
            (open ? fd_clear_cloexec : fd_set_cloexec)(*handoff->list[i].fd);
}
