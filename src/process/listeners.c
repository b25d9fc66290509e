/* Listening sockets. Held by the supervisor alone; its children close them. */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define RETRY_MS 20

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

int listeners_update(struct listeners *listeners, const struct settings *settings, int patience)
{
    struct listeners next = {.count = 0};
    bool kept[SETTING_LISTENS] = {false};
    for (int i = 0; i < settings->listen_count; i++) {
        const struct setting_listen *wanted = &settings->listens[i];
        struct listener *listener = &next.list[next.count];
        struct listener *old = find(listeners, wanted);
        if (old) {
            *listener = *old;
            old->fd = -1; /* moved */
            kept[next.count++] = true;
            continue;
        }
        listener->wanted = *wanted;
        listener->fd = net_listen(&wanted->address, &listener->bound);
        for (; listener->fd < 0 && errno == EADDRINUSE && patience > 0; patience -= RETRY_MS) {
            clock_sleep(RETRY_MS);
            listener->fd = net_listen(&wanted->address, &listener->bound);
        }
        if (listener->fd >= 0) {
            next.count++;
            continue;
        }
        char address[NET_TEXT_SIZE];
        net_format(&wanted->address, address);
        log_error("listen %s %s: %s%s", door_name(wanted->door), address, strerror(errno),
                  errno == EADDRINUSE ? ": is another server running there?" : "");
        /* Give back what was moved, close what was opened. */
        for (int k = 0; k < next.count; k++) {
            if (!kept[k]) {
                close(next.list[k].fd);
                continue;
            }
            for (int m = 0; m < listeners->count; m++)
                if (listeners->list[m].fd < 0 &&
                    is_same(&listeners->list[m].wanted, &next.list[k].wanted)) {
                    listeners->list[m].fd = next.list[k].fd;
                    break;
                }
        }
        return -1;
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
