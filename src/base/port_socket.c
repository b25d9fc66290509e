/* Portability: sockets. Every process uses it; writes no shared memory. */
#define _GNU_SOURCE
#include "port.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port_have.h"

#if HAVE_INTERFACES
#include <ifaddrs.h>
#include <net/if.h>
#endif

#include "fd.h"

int port_accept(int listener, struct sockaddr *address, socklen_t *length)
{
#if HAVE_ACCEPT4
    return accept4(listener, address, length, SOCK_CLOEXEC);
#else
    int fd = accept(listener, address, length);
    if (fd >= 0)
        fd_set_cloexec(fd);
    return fd;
#endif
}

int port_socketpair(int type, int ends[2])
{
    if (socketpair(AF_UNIX, type, 0, ends))
        return -1;
    return fd_set_cloexec(ends[0]) || fd_set_cloexec(ends[1]) ? -1 : 0;
}

int port_ask_sender(int socket)
{
#if HAVE_SENDER
    int on = 1;
    return setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
#else
    (void)socket;
    return 0;
#endif
}

pid_t port_sender(const struct cmsghdr *control)
{
#if HAVE_SENDER
    struct ucred sender;
    _Static_assert(CMSG_SPACE(sizeof sender) <= PORT_SENDER_SPACE, "there is room for it");
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_CREDENTIALS &&
        control->cmsg_len >= CMSG_LEN(sizeof sender)) {
        memcpy(&sender, CMSG_DATA(control), sizeof sender);
        return sender.pid;
    }
#else
    (void)control;
#endif
    return 0;
}

int port_peer(int socket, uid_t *uid, gid_t *gid)
{
#if HAVE_PEERCRED
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length))
        return -1;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
#elif HAVE_GETPEEREID
    return getpeereid(socket, uid, gid);
#else
    (void)socket, (void)uid, (void)gid;
    errno = ENOTSUP;
    return -1;
#endif
}

void port_keepalive(int socket, int idle, int interval, int count)
{
    int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#if HAVE_TCP_KEEP
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
#else
    (void)idle, (void)interval, (void)count;
#endif
}

#if HAVE_TCP_INFO
/* Whether the other end was asked at least twice since it last said anything. The counts begin anew with an
 * acknowledgement. Linux does not count what it repeats because the other end shut the window over data on its way, but
 * only waits for longer each time: then the last question is older than its answer would be, and nothing came after the
 * one before it. */
static bool is_unanswered(const struct tcp_info *info)
{
    if (info->tcpi_retransmits >= 2 || info->tcpi_probes >= 2)
        return true;
    uint32_t asked = info->tcpi_last_data_sent, wait = info->tcpi_rto / 1000;
    return info->tcpi_backoff >= 2 && asked >= wait / 4 && info->tcpi_last_ack_recv > asked + wait / 2;
}
#endif

int64_t port_tcp_unanswered(int socket)
{
#if HAVE_TCP_INFO
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length))
        return 0;
    return is_unanswered(&info) ? (int64_t)info.tcpi_last_ack_recv : 0;
#else
    (void)socket;
    return 0;
#endif
}

bool port_tcp_is_over(int socket)
{
#if HAVE_TCP_INFO
    struct tcp_info info;
    socklen_t length = sizeof info;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) || info.tcpi_state == TCP_CLOSE;
#else
    (void)socket;
    return true;
#endif
}

int port_tcp_written(int socket, uint64_t *bytes)
{
#if HAVE_TCP_INFO
    /* Where the fields of struct tcp_info are in <linux/tcp.h> since Linux 4.19; C libraries' own headers are
     * behind. The counts of bytes sent for the first time, and of those that wait to be. */
    enum { NOT_SENT = 144, SENT = 200, SENT_AGAIN = 208, NEEDED = 216 };
    unsigned char info[NEEDED];
    socklen_t length = sizeof info;
    uint64_t sent, again;
    uint32_t waiting;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info, &length) || length < NEEDED) {
        errno = ENOTSUP;
        return -1;
    }
    memcpy(&waiting, info + NOT_SENT, sizeof waiting);
    memcpy(&sent, info + SENT, sizeof sent);
    memcpy(&again, info + SENT_AGAIN, sizeof again);
    *bytes = sent - again + waiting;
    return 0;
#else
    (void)socket, (void)bytes;
    errno = ENOTSUP;
    return -1;
#endif
}

int port_interfaces(int family, struct port_interface *list, int size)
{
#if HAVE_INTERFACES
    struct ifaddrs *all;
    if (getifaddrs(&all))
        return -1;
    int count = 0;
    for (const struct ifaddrs *one = all; one && count < size; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != family)
            continue;
        struct port_interface *entry = &list[count++];
        memset(entry, 0, sizeof *entry);
        snprintf(entry->name, sizeof entry->name, "%s", one->ifa_name);
        entry->index = if_nametoindex(one->ifa_name);
        entry->up = one->ifa_flags & IFF_UP;
        entry->loopback = one->ifa_flags & IFF_LOOPBACK;
        entry->multicast = one->ifa_flags & IFF_MULTICAST;
        entry->length = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        memcpy(&entry->address, one->ifa_addr, entry->length);
    }
    freeifaddrs(all);
    return count;
#else
    (void)family, (void)list, (void)size;
    errno = ENOTSUP;
    return -1;
#endif
}

int port_multicast_join(int socket, const struct sockaddr *group, const struct port_interface *on)
{
    if (group->sa_family == AF_INET6) {
        struct ipv6_mreq request = {.ipv6mr_interface = on->index};
        memcpy(&request.ipv6mr_multiaddr, &((const struct sockaddr_in6 *)group)->sin6_addr,
               sizeof request.ipv6mr_multiaddr);
        return setsockopt(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request);
    }
#if HAVE_IP_MULTICAST
    struct ip_mreq request = {.imr_multiaddr = ((const struct sockaddr_in *)group)->sin_addr,
                              .imr_interface = ((const struct sockaddr_in *)&on->address)->sin_addr};
#if HAVE_MULTICAST_ALL
    /* Linux hands a group to every socket of its port, whichever interface another program joined it on. */
    int off = 0;
    if (setsockopt(socket, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off))
        return -1;
#endif
    return setsockopt(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
#else
    errno = ENOTSUP;
    return -1;
#endif
}

int port_multicast_from(int socket, const struct port_interface *by, int ttl)
{
    if (by->address.ss_family == AF_INET6) {
        unsigned on = 1;
        return setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &by->index, sizeof by->index) ||
                       setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof ttl) ||
                       setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &on, sizeof on)
                   ? -1
                   : 0;
    }
#if HAVE_IP_MULTICAST
    struct in_addr from = ((const struct sockaddr_in *)&by->address)->sin_addr;
    unsigned char hops = (unsigned char)ttl, on = 1;
    return setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof from) ||
                   setsockopt(socket, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops) ||
                   setsockopt(socket, IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on)
               ? -1
               : 0;
#else
    (void)ttl;
    errno = ENOTSUP;
    return -1;
#endif
}

void port_share_port(int socket, bool on)
{
#if HAVE_SHARED_PORTS
    int value = on;
    setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
#else
    (void)socket, (void)on;
#endif
}

int port_share_address(int socket)
{
    int on = 1;
#if HAVE_SHARED_PORTS && !SHARES_FOR_LISTENERS
    /* BSD shares multicast ports by this option; Linux by SO_REUSEADDR, its SO_REUSEPORT spreads load. */
    if (setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on))
        return -1;
#endif
    return setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}
