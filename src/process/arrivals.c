/* Arrivals. Opened and read by the supervisor alone; what others put there is copied, checked, then used. */
#include "arrivals.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/port.h"
#include "base/text.h"
#include "ipc/pass.h"

void arrivals_open(struct arrivals *arrivals, const char *runtime_directory)
{
    struct sockaddr_un address;
    arrivals->fd = -1;
    if (paths_socket(runtime_directory, PATHS_ARRIVALS, &address)) {
        log_warning("no way in for forkchatd -i: the path of the runtime-directory is too long for a socket");
        return;
    }
    text_copy(arrivals->path, sizeof arrivals->path, address.sun_path);
    arrivals->fd = paths_listen(&address, SOCK_DGRAM, 0);
    if (arrivals->fd < 0 || chmod(address.sun_path, 0666))
        log_warning("no way in for forkchatd -i: %s: %s", address.sun_path, strerror(errno));
}

void arrivals_close(struct arrivals *arrivals, bool remove)
{
    if (arrivals->fd >= 0)
        close(arrivals->fd);
    if (arrivals->fd >= 0 && remove)
        unlink(arrivals->path);
    arrivals->fd = -1;
}

static void answer(int envelope, char what)
{
    ssize_t sent = send(envelope, &what, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* who does not wait for it has lost interest */
}

/* Whether it is a TCP socket with another end, which is then in *from. Not one that listens, nor a Unix socket, by
 * which anything could be sent. */
static bool is_client(int socket, struct net_address *from)
{
    int type = 0;
    socklen_t length = sizeof type;
    from->length = sizeof from->storage;
    return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM &&
           getpeername(socket, (struct sockaddr *)&from->storage, &from->length) == 0 &&
           (from->storage.ss_family == AF_INET || from->storage.ss_family == AF_INET6);
}

/* The same port at another host: a number or 127.0.0.1. */
static void move_to(struct net_address *from, const char *host)
{
    char text[NET_TEXT_SIZE + 10];
    struct net_address moved;
    snprintf(text, sizeof text, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, (unsigned)net_port(from));
    if (!net_parse(text, &moved) && !net_is_any(&moved))
        *from = moved;
}

bool arrival_read(const struct arrival_message *message, bool trusted, enum door_kind *door, struct net_address *from)
{
    struct arrival_message copy = *message;
    TEXT_END(copy.door);
    TEXT_END(copy.host);
    int kind = door_by_name(copy.door);
    if (!trusted)
        move_to(from, "127.0.0.1");
    else if (copy.host[0])
        move_to(from, copy.host);
    *door = (enum door_kind)kind;
    return kind >= 0 && kind < DOOR_KINDS;
}

/* By whom the envelope was made, as the kernel says. */
static bool is_trusted(int envelope, gid_t group)
{
    uid_t uid;
    gid_t gid;
    return port_peer(envelope, &uid, &gid) == 0 &&
           (uid == 0 || uid == geteuid() || (group != (gid_t)-1 && gid == group));
}

bool arrivals_take(const struct arrivals *arrivals, gid_t trusted, struct arrival *arrival)
{
    char nothing;
    size_t length = sizeof nothing;
    struct arrival_message message;
    arrival->envelope = pass_receive_up_to(arrivals->fd, &nothing, &length, NULL);
    if (arrival->envelope < 0)
        return false;
    arrival->socket = pass_receive(arrival->envelope, &message, sizeof message);
    bool client = arrival->socket >= 0 && is_client(arrival->socket, &arrival->from);
    if (client && arrival_read(&message, is_trusted(arrival->envelope, trusted), &arrival->door, &arrival->from))
        return true;
    answer(arrival->envelope, client ? ARRIVAL_NO_DOOR : ARRIVAL_NO_CLIENT);
    if (arrival->socket >= 0)
        close(arrival->socket);
    close(arrival->envelope);
    errno = EPROTO;
    return false;
}

void arrivals_end(const struct arrival *arrival)
{
    answer(arrival->envelope, ARRIVAL_TAKEN);
    close(arrival->socket);
    close(arrival->envelope);
}
