/* Listening sockets. Held by the supervisor alone; its children close them. */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"

#define RETRY_MS 20
/* One who has to wait longer is told what for. */
#define TOLD_MS 1000

static bool is_same(const struct setting_listen *a, const struct setting_listen *b)
{
    return a->door == b->door && a->address.length == b->address.length &&
           memcmp(&a->address.storage, &b->address.storage, a->address.length) == 0;
}

static struct listener *find(struct listeners *listeners, const struct setting_listen *wanted)
{
    for (int i = 0; i < listeners->count; i++)
        if (listeners->list[i].fd >= 0 && is_same(&listeners->list[i].wanted, wanted))
            return &listeners->list[i];
    return NULL;
}

/* Returns 0, or -1 after reporting. */
static int open_door(struct listener *listener, const struct setting_listen *wanted, int patience)
{
    listener->wanted = *wanted;
    char address[NET_TEXT_SIZE];
    net_format(&wanted->address, address);
    listener->fd = net_listen(&wanted->address, &listener->bound);
    for (int rest = patience; listener->fd < 0 && errno == EADDRINUSE && rest > 0 && !port_end_pending();
         rest -= RETRY_MS) {
        if (patience - rest == TOLD_MS)
            log_warning("listen %s %s: in use, perhaps by a process that is being born: waiting for up to %d s",
                        door_name(wanted->door), address, rest / 1000);
        clock_sleep(RETRY_MS);
        listener->fd = net_listen(&wanted->address, &listener->bound);
    }
    if (listener->fd >= 0)
        return 0;
    int error = errno;
    log_error("listen %s %s: %s%s", door_name(wanted->door), address, strerror(error),
              error == EADDRINUSE ? ": is another server running there?" : "");
    return -1;
}

int listeners_update(struct listeners *listeners, const struct settings *settings, int patience)
{
    struct listeners next = {.count = 0};
    struct listener *old[SETTING_LISTENS]; /* NULL for those that are new */
    for (int i = 0; i < settings->listen_count; i++) {
        old[i] = find(listeners, &settings->listens[i]);
        if (old[i]) {
            next.list[i] = *old[i];
            old[i]->fd = -1; /* moved */
        } else if (open_door(&next.list[i], &settings->listens[i], patience)) {
            for (int k = 0; k < i; k++) {
                if (old[k])
                    old[k]->fd = next.list[k].fd;
                else
                    close(next.list[k].fd);
            }
            return -1;
        }
        next.count++;
    }
    listeners_close(listeners);
    *listeners = next;
    return 0;
}

void listeners_close(struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++)
        if (listeners->list[i].fd >= 0)
            close(listeners->list[i].fd);
    listeners->count = 0;
}

void listeners_announce(const struct listeners *listeners, int fd)
{
    for (int i = 0; i < listeners->count; i++) {
        char address[NET_TEXT_SIZE];
        net_format(&listeners->list[i].bound, address);
        const char *door = door_name(listeners->list[i].wanted.door);
        if (fd >= 0)
            dprintf(fd, "listening %s %s\n", door, address);
        else
            log_info("listening %s %s", door, address);
    }
}
