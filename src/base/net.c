/* Addresses and TCP sockets. Every process uses it; writes no shared memory. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "parse.h"
#include "port.h"

static void set_any(struct net_address *address, uint16_t port)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    any.sin6_addr = in6addr_any;
    memset(address, 0, sizeof *address);
    memcpy(&address->storage, &any, sizeof any);
    address->length = sizeof any;
}

const char *net_parse(const char *text, struct net_address *address)
{
    char host[NET_TEXT_SIZE];
    const char *colon = strrchr(text, ':');
    const char *port = colon ? colon + 1 : text;
    int64_t number;
    if (!parse_number(port, 0, 65535, &number))
        return "expected ADDRESS:PORT with a port from 0 to 65535, as in 127.0.0.1:7777 or [::1]:7777";
    if (!colon || (colon == text + 1 && *text == '*')) {
        set_any(address, (uint16_t)number);
        return NULL;
    }
    size_t length = (size_t)(colon - text);
    bool brackets = length > 1 && text[0] == '[' && text[length - 1] == ']';
    if (brackets) {
        text++;
        length -= 2;
    } else if (memchr(text, ':', length)) {
        return "an IPv6 address is written in brackets, as in [::1]:7777";
    }
    if (length == 0 || length >= sizeof host || (brackets && !memchr(text, ':', length)))
        return "expected an address before the port, as in 127.0.0.1:7777 or *:7777";
    memcpy(host, text, length);
    host[length] = '\0';

    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    if (getaddrinfo(host, port, &hints, &found))
        return "not a numeric address: write it as in 127.0.0.1:7777, [::1]:7777 or *:7777";
    memset(address, 0, sizeof *address);
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->length = found->ai_addrlen;
    freeaddrinfo(found);
    return NULL;
}

uint16_t net_port(const struct net_address *address)
{
    if (address->storage.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&address->storage)->sin6_port);
    if (address->storage.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&address->storage)->sin_port);
    return 0;
}

void net_set_port(struct net_address *address, uint16_t port)
{
    if (address->storage.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&address->storage)->sin6_port = htons(port);
    else if (address->storage.ss_family == AF_INET)
        ((struct sockaddr_in *)&address->storage)->sin_port = htons(port);
}

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* Bits of an IPv4 address that stand in front of its own. */
#define MAPPED_BITS 96

static bool is_mapped(const unsigned char bytes[16])
{
    return memcmp(bytes, mapped, sizeof mapped) == 0;
}

/* The host in [fe80::1%eth0]:1, for which net_parse would ask the system. */
static bool take_scoped(const char *text, char host[NET_TEXT_SIZE])
{
    char inside[NET_TEXT_SIZE];
    const char *end = *text == '[' ? strchr(text, ']') : NULL;
    size_t length = end ? (size_t)(end - text) - 1 : 0;
    int64_t port;
    if (!end || length >= sizeof inside || end[1] != ':' || !parse_number(end + 2, 0, 65535, &port))
        return false;
    memcpy(inside, text + 1, length);
    inside[length] = '\0';
    return net_normalise_scoped(inside, host);
}

bool net_host_of(const char *text, char host[NET_TEXT_SIZE])
{
    struct net_address address;
    char with_port[NET_TEXT_SIZE + 2];
    const char *colon = strchr(text, ':');
    if (*text == '[' && text[strlen(text) - 1] == ']')
        return snprintf(with_port, sizeof with_port, "%s:0", text) < (int)sizeof with_port &&
               net_host_of(with_port, host);
    bool one = *text == '[' || (colon && !strchr(colon + 1, ':')); /* more than one is IPv6, without a port */
    if (take_scoped(text, host))
        return true;
    if (!one || *text == '*' || strchr(text, '%') || net_parse(text, &address))
        return false;
    net_format_host(&address, host);
    return true;
}

/* fe80::/10. */
static bool is_link_local(const unsigned char bytes[16])
{
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

void net_host_bytes(const struct net_address *address, unsigned char bytes[16])
{
    memset(bytes, 0, 16);
    if (address->storage.ss_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)&address->storage)->sin6_addr, 16);
    } else if (address->storage.ss_family == AF_INET) {
        memcpy(bytes, mapped, sizeof mapped);
        memcpy(bytes + 12, &((const struct sockaddr_in *)&address->storage)->sin_addr, 4);
    }
}

bool net_parse_host(const char *host, unsigned char bytes[16])
{
    char plain[NET_TEXT_SIZE];
    size_t length = strcspn(host, "%");
    if (length >= sizeof plain)
        return false;
    memcpy(plain, host, length);
    plain[length] = '\0';
    if (inet_pton(AF_INET6, plain, bytes) == 1)
        return true;
    memcpy(bytes, mapped, sizeof mapped);
    return inet_pton(AF_INET, plain, bytes + 12) == 1;
}

/* What is beyond the bits of a range is 0, so that equal ranges have equal bytes. */
static void cut(struct net_range *range)
{
    for (int i = 0; i < 16; i++) {
        int left = range->bits - i * 8;
        if (left < 8)
            range->bytes[i] &= (unsigned char)(left <= 0 ? 0 : 0xff << (8 - left));
    }
}

bool net_normalise_scoped(const char *host, char normal[NET_TEXT_SIZE])
{
    unsigned char bytes[16];
    const char *scope = strchr(host, '%');
    size_t length = scope ? strlen(scope) : 0;
    for (size_t i = 0; i < length; i++)
        if (scope[i] <= ' ' || scope[i] > '~')
            return false;
    if (length < 2 || length > IF_NAMESIZE || strpbrk(scope, "/*?!@") || !net_parse_host(host, bytes) ||
        !is_link_local(bytes) || !inet_ntop(AF_INET6, bytes, normal, NET_TEXT_SIZE))
        return false;
    memcpy(normal + strlen(normal), scope, length + 1);
    return true;
}

bool net_parse_range(const char *text, struct net_range *range)
{
    char host[NET_TEXT_SIZE];
    int64_t given = 0;
    size_t length = strcspn(text, "/%");
    if (length >= sizeof host || text[length] == '%')
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    if (!net_parse_host(host, range->bytes))
        return false;
    int fixed = strchr(host, ':') ? 0 : MAPPED_BITS; /* bits are counted as the address is written */
    range->bits = 128;
    if (text[length] && !parse_number(text + length + 1, 0, 128 - fixed, &given))
        return false;
    if (text[length])
        range->bits = fixed + (int)given;
    cut(range);
    return true;
}

struct net_range net_range_of(const unsigned char host[16], int ipv4_bits, int ipv6_bits)
{
    struct net_range range = {.bits = is_mapped(host) ? MAPPED_BITS + ipv4_bits : ipv6_bits};
    if (is_link_local(host)) /* all on the link have the first 64 bits in common, and each machine one address */
        range.bits = 128;
    memcpy(range.bytes, host, sizeof range.bytes);
    cut(&range);
    return range;
}

bool net_range_holds(const struct net_range *range, const unsigned char host[16])
{
    if (is_mapped(host) && range->bits < MAPPED_BITS)
        return false;
    struct net_range around = {.bits = range->bits};
    memcpy(around.bytes, host, sizeof around.bytes);
    cut(&around);
    return net_same_range(&around, range);
}

bool net_same_range(const struct net_range *a, const struct net_range *b)
{
    return a->bits == b->bits && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void net_format_range(const struct net_range *range, char text[NET_TEXT_SIZE])
{
    bool four = range->bits >= MAPPED_BITS && is_mapped(range->bytes);
    if (!inet_ntop(four ? AF_INET : AF_INET6, four ? range->bytes + 12 : range->bytes, text, NET_TEXT_SIZE))
        text[0] = '\0';
    size_t length = strlen(text);
    if (range->bits < 128)
        snprintf(text + length, NET_TEXT_SIZE - length, "/%d", four ? range->bits - MAPPED_BITS : range->bits);
}

bool net_is_range(const char *text)
{
    struct net_range range;
    return strchr(text, '/') && net_parse_range(text, &range);
}

bool net_in_range(const char *host, const char *text)
{
    struct net_range range;
    unsigned char bytes[16];
    return net_parse_host(host, bytes) && strchr(text, '/') && net_parse_range(text, &range) &&
           net_range_holds(&range, bytes);
}

bool net_is_answerable(const struct net_address *address)
{
    static const unsigned char none[16];
    unsigned char bytes[16];
    net_host_bytes(address, bytes);
    if (net_port(address) == 0 || bytes[0] == 0xff || memcmp(bytes, none, 16) == 0)
        return false;
    /* 0.0.0.0/8 is "this network" (RFC 1122 section 3.2.1.3), 224.0.0.0/3 are groups, everyone and nobody. */
    return !is_mapped(bytes) || (bytes[12] > 0 && bytes[12] < 224);
}

bool net_same_host(const struct net_address *a, const struct net_address *b)
{
    unsigned char first[16], second[16];
    net_host_bytes(a, first);
    net_host_bytes(b, second);
    return memcmp(first, second, sizeof first) == 0;
}

bool net_is_link_local(const struct net_address *address)
{
    const struct in6_addr *host = &((const struct sockaddr_in6 *)&address->storage)->sin6_addr;
    return address->storage.ss_family == AF_INET6 && (IN6_IS_ADDR_LINKLOCAL(host) || IN6_IS_ADDR_MC_LINKLOCAL(host));
}

/* The %eth0 of a link-local address. */
static void add_interface(unsigned number, char text[NET_TEXT_SIZE])
{
    char name[IF_NAMESIZE];
    size_t length = strlen(text);
    if (number != 0 && if_indextoname(number, name))
        snprintf(text + length, NET_TEXT_SIZE - length, "%%%s", name);
    else if (number != 0)
        snprintf(text + length, NET_TEXT_SIZE - length, "%%%u", number);
}

void net_format_host(const struct net_address *address, char text[NET_TEXT_SIZE])
{
    unsigned char bytes[16];
    net_host_bytes(address, bytes);
    struct in6_addr host;
    memcpy(&host, bytes, sizeof host);
    if (IN6_IS_ADDR_V4MAPPED(&host)) {
        if (!inet_ntop(AF_INET, bytes + 12, text, NET_TEXT_SIZE))
            text[0] = '\0';
        return;
    }
    if (!inet_ntop(AF_INET6, bytes, text, NET_TEXT_SIZE))
        text[0] = '\0';
    if (net_is_link_local(address))
        add_interface(((const struct sockaddr_in6 *)&address->storage)->sin6_scope_id, text);
}

void net_format(const struct net_address *address, char text[NET_TEXT_SIZE])
{
    char host[NET_TEXT_SIZE];
    net_format_host(address, host);
    const char *pattern = strchr(host, ':') ? "[%.70s]:%u" : "%.70s:%u";
    snprintf(text, NET_TEXT_SIZE, pattern, host, (unsigned)net_port(address));
}

bool net_is_any(const struct net_address *address)
{
    if (address->storage.ss_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)&address->storage)->sin6_addr);
    return address->storage.ss_family == AF_INET &&
           ((const struct sockaddr_in *)&address->storage)->sin_addr.s_addr == htonl(INADDR_ANY);
}

void net_share(int listener, bool on)
{
    port_share_port(listener, on);
}

int net_listen(const struct net_address *address, struct net_address *bound)
{
    return net_listen_as(address, 0, bound);
}

int net_listen_as(const struct net_address *address, int how, struct net_address *bound)
{
    int family = address->storage.ss_family, on = 1, only = (how & NET_ONLY_IPV6) != 0;
    int fd = socket(family, SOCK_STREAM, 0);
    bool any6 = family == AF_INET6 && net_is_any(address);
    struct net_address plan = *address;
    if (fd < 0 && any6 && !only && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)) {
        /* A machine without IPv6: the wildcard is then IPv4's. */
        struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(net_port(address))};
        memset(&plan, 0, sizeof plan);
        memcpy(&plan.storage, &any4, sizeof any4);
        plan.length = sizeof any4;
        any6 = false;
        fd = socket(AF_INET, SOCK_STREAM, 0);
    }
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (any6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    if (how & NET_BESIDE)
        net_share(fd, true);
    if (bind(fd, (const struct sockaddr *)&plan.storage, plan.length) || listen(fd, SOMAXCONN) ||
        fd_set_nonblocking(fd) || fd_set_cloexec(fd))
        goto fail;
    if (how & NET_BESIDE)
        net_share(fd, false);
    memset(bound, 0, sizeof *bound);
    bound->length = sizeof bound->storage;
    if (getsockname(fd, (struct sockaddr *)&bound->storage, &bound->length))
        goto fail;
    return fd;
fail:;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* connect(2) with a bound on its time; leaves `fd` blocking. Returns 0, or -1 and errno. */
static int connect_within(int fd, const struct addrinfo *to, int milliseconds)
{
    if (fd_set_nonblocking(fd))
        return -1;
    if (connect(fd, to->ai_addr, to->ai_addrlen)) {
        if (errno != EINPROGRESS)
            return -1;
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        int64_t end = clock_monotonic() + (int64_t)milliseconds * 1000000;
        for (;;) {
            int64_t left = (end - clock_monotonic()) / 1000000;
            int ready = poll(&wait, 1, left > 0 ? (int)left : 0);
            if (ready > 0)
                break;
            if (ready < 0 && errno == EINTR)
                continue;
            if (ready == 0)
                errno = ETIMEDOUT;
            return -1;
        }
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error) {
            errno = error;
            return -1;
        }
    }
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

int net_connect(const char *host, const char *port, int milliseconds, const char **why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int result = getaddrinfo(host, port, &hints, &found);
    if (result) {
        *why = result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result);
        return -1;
    }
    int fd = -1, error = ECONNREFUSED;
    for (const struct addrinfo *to = found; to && fd < 0; to = to->ai_next) {
        fd = socket(to->ai_family, SOCK_STREAM, 0);
        if (fd < 0) {
            error = errno;
            continue;
        }
        fd_set_cloexec(fd);
        if (connect_within(fd, to, milliseconds)) {
            error = errno;
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0)
        *why = strerror(error);
    return fd;
}
