/* Sockets that the service manager listens at for the daemon: LISTEN_FDS. Each is a door's: of the name it was given,
 * of the listen directive that has its address, or of the door whose usual port it has. Run by the supervisor; no
 * shared memory. */
#include "supervisor_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"

static bool is_only_ipv6(int fd)
{
    int only = 0;
    socklen_t length = sizeof only;
    return getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &length) == 0 && only;
}

/* Fills in what the door of the socket is to be; false if it is none's. */
static bool find_door(struct setting_listen *wanted, const struct settings *settings, const char *name)
{
    const struct net_address *address = &wanted->address;
    int named = door_by_name(name);
    for (int i = 0; i < settings->listen_count; i++) {
        const struct setting_listen *listen = &settings->listens[i];
        if ((named < 0 || named == (int)listen->door) && net_same_host(&listen->address, address) &&
            net_port(&listen->address) == net_port(address)) {
            wanted->door = listen->door;
            return true;
        }
    }
    for (int door = 0; named < 0 && door < DOOR_KINDS; door++)
        if (door_default_port((enum door_kind)door) == net_port(address))
            named = door;
    wanted->door = (enum door_kind)named;
    return named >= 0 && named != SERVICE_CONTROL;
}

static int take_socket(struct supervisor *supervisor, struct given_fd *given)
{
    struct listener listener = {.fd = given->fd, .given = true};
    struct net_address *address = &listener.wanted.address;
    char shown[NET_TEXT_SIZE] = "";
    address->length = sizeof address->storage;
    if (getsockname(given->fd, (struct sockaddr *)&address->storage, &address->length) == 0)
        net_format(address, shown);
    if (!find_door(&listener.wanted, supervisor->settings, given->name)) {
        log_error("the service manager gives a socket \"%s\" %s, and no door has that name, address or port: "
                  "FileDescriptorName= says which it is for",
                  given->name, shown);
        return EX_CONFIG;
    }
    listener.wanted.only_ipv6 = net_is_any(address) && is_only_ipv6(given->fd);
    if (listeners_add(&supervisor->listeners, &listener)) {
        log_error("the service manager gives a socket \"%s\" %s, which is of no use to a door: %s", given->name, shown,
                  errno == ENOSPC ? "there are too many" : "it does not listen for TCP");
        return EX_CONFIG;
    }
    given->fd = -1;
    return 0;
}

int supervisor_take_sockets(struct supervisor *supervisor)
{
    struct given *given = supervisor->invocation->given;
    int status = 0;
    for (int i = 0; i < given->count && !status; i++)
        if (given->list[i].fd >= 0)
            status = take_socket(supervisor, &given->list[i]);
    return status;
}
