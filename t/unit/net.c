/* Addresses and sockets. */
#include "base/net.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "base/port.h"
#include "check.h"
#include "child.h"

static struct net_address address, bound;
static char text[NET_TEXT_SIZE];

static bool reads(const char *from, const char *expected)
{
    const char *wrong = net_parse(from, &address);
    if (wrong)
        return printf("# %s\n", wrong), false;
    net_format(&address, text);
    if (strcmp(text, expected) != 0)
        printf("# it is: %s\n", text);
    return strcmp(text, expected) == 0;
}

static bool refuses(const char *from)
{
    const char *wrong = net_parse(from, &address);
    if (!wrong)
        net_format(&address, text), printf("# %s became %s\n", from, text);
    return wrong && *wrong;
}

static void addresses(void)
{
    CHECK(reads("127.0.0.1:7777", "127.0.0.1:7777"));
    CHECK(reads("0.0.0.0:0", "0.0.0.0:0"));
    CHECK(reads("[::1]:65535", "[::1]:65535"));
    CHECK(reads("[2001:db8:0:0::1]:80", "[2001:db8::1]:80"));
    CHECK(reads("[::ffff:192.0.2.1]:80", "192.0.2.1:80"));
    CHECK(reads("*:7777", "[::]:7777"));
    CHECK(reads("7777", "[::]:7777"));
    CHECK(reads("0", "[::]:0"));
    CHECK(net_port(&address) == 0);
    CHECK(reads("[::]:6667", "[::]:6667") && net_port(&address) == 6667);
}

static void no_addresses(void)
{
    static const char *const wrong[] = {"",
                                        ":",
                                        ":7777",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        "127.0.0.1:65536",
                                        "127.0.0.1:-1",
                                        "127.0.0.1:http",
                                        "localhost:7777",
                                        "::1:7777",
                                        "::1",
                                        "[::1]",
                                        "[::1:7777",
                                        "::1]:7777",
                                        "[]:7777",
                                        "[:7777",
                                        "*",
                                        "*:",
                                        "*:x:7777",
                                        "**:7777",
                                        "[*]:7777",
                                        "[127.0.0.1]:7777",
                                        "256.0.0.1:7777",
                                        "127.0.0.1:7777 ",
                                        " 127.0.0.1:7777",
                                        "[::1]7777",
                                        "[::g]:7777",
                                        "1.2.3.4.5:7777"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(refuses(wrong[i]));
    char endless[300];
    memset(endless, '1', sizeof endless);
    strcpy(endless + sizeof endless - 6, ":7777");
    CHECK(refuses(endless));
}

static void hosts(void)
{
    unsigned char four[16], mapped[16], six[16];
    CHECK(!net_parse("192.0.2.1:1", &address));
    net_host_bytes(&address, four);
    net_format_host(&address, text);
    CHECK(strcmp(text, "192.0.2.1") == 0);
    CHECK(!net_parse("[::ffff:192.0.2.1]:2", &address));
    net_host_bytes(&address, mapped);
    CHECK(memcmp(four, mapped, 16) == 0);
    CHECK(!net_parse("[::1]:3", &address));
    net_host_bytes(&address, six);
    CHECK(memcmp(four, six, 16) != 0 && six[15] == 1);
    net_format_host(&address, text);
    CHECK(strcmp(text, "::1") == 0);
}

static bool can_be_answered(const char *words)
{
    struct net_address where;
    return !net_parse(words, &where) && net_is_answerable(&where);
}

static void answerable(void)
{
    CHECK(can_be_answered("10.9.0.1:7182") && can_be_answered("[fe80::1]:1") && can_be_answered("127.0.0.1:1"));
    CHECK(!can_be_answered("0.0.0.0:7182") && !can_be_answered("0.1.2.3:7182") && !can_be_answered("[::]:7182"));
    CHECK(!can_be_answered("224.0.0.127:7182") && !can_be_answered("255.255.255.255:1") &&
          !can_be_answered("[ff02::1]:1"));
    CHECK(!can_be_answered("10.9.0.1:0") && !can_be_answered("[::ffff:0.0.0.0]:1"));
}

static void no_family(void)
{
    memset(&address, 0, sizeof address);
    CHECK(net_port(&address) == 0);
    unsigned char bytes[16];
    net_host_bytes(&address, bytes);
    CHECK(bytes[0] == 0 && bytes[15] == 0);
    memset(text, 'x', sizeof text);
    net_format(&address, text);
    CHECK(memchr(text, '\0', sizeof text) != NULL);
}

static int listen_on(const char *where)
{
    CHECK(!net_parse(where, &address));
    return net_listen(&address, &bound);
}

static bool talks(int listener, const char *host)
{
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)net_port(&bound));
    const char *why = NULL;
    int client = net_connect(host, port, 5000, &why);
    if (client < 0)
        return printf("# %s: %s\n", host, why), false;
    struct pollfd wait = {.fd = listener, .events = POLLIN};
    CHECK(poll(&wait, 1, 60000) == 1);
    struct net_address peer = {.length = sizeof peer.storage};
    int server = port_accept(listener, (struct sockaddr *)&peer.storage, &peer.length);
    CHECK(server >= 0 && fcntl(server, F_GETFD) & FD_CLOEXEC);
    CHECK(!(fcntl(client, F_GETFL) & O_NONBLOCK) && fcntl(client, F_GETFD) & FD_CLOEXEC);
    net_format_host(&peer, text);
    CHECK(strcmp(text, host) == 0);
    char got = 0;
    CHECK(write(client, "x", 1) == 1 && read(server, &got, 1) == 1 && got == 'x');
    close(client);
    close(server);
    return got == 'x';
}

static bool have_ipv6(void)
{
    int fd = listen_on("[::1]:0");
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void listens(void)
{
    int listener = listen_on("127.0.0.1:0");
    CHECK(listener >= 0 && net_port(&bound) != 0);
    CHECK(fcntl(listener, F_GETFL) & O_NONBLOCK && fcntl(listener, F_GETFD) & FD_CLOEXEC);
    CHECK(port_accept(listener, NULL, NULL) == -1 && (errno == EAGAIN || errno == EWOULDBLOCK));
    CHECK(talks(listener, "127.0.0.1"));
    close(listener);
    if (!have_ipv6()) {
        printf("# no IPv6 here\n");
        return;
    }
    listener = listen_on("[::1]:0");
    CHECK(talks(listener, "::1"));
    close(listener);
}

static void both_families(void)
{
    int listener = listen_on("*:0");
    CHECK(listener >= 0);
    CHECK(talks(listener, "127.0.0.1"));
    if (have_ipv6()) {
        close(listener);
        listener = listen_on("*:0");
        CHECK(talks(listener, "::1"));
    }
    close(listener);
}

static void taken(void)
{
    int listener = listen_on("127.0.0.1:0");
    struct net_address again;
    errno = 0;
    CHECK(net_listen(&bound, &again) == -1 && errno == EADDRINUSE);
    close(listener);
    CHECK(listen_on("192.0.2.1:0") == -1 && errno == EADDRNOTAVAIL);
}

static void nobody_there(void)
{
    int listener = listen_on("127.0.0.1:0");
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)net_port(&bound));
    close(listener);
    const char *why = NULL;
    CHECK(net_connect("127.0.0.1", port, 1000, &why) == -1 && why && *why);
    why = NULL;
    CHECK(net_connect("127.0.0.1", "no-such-service", 1000, &why) == -1 && why && *why);
    why = NULL;
    CHECK(net_connect("host.invalid", "1", 1000, &why) == -1 && why && *why);
}

static bool reads_range(const char *from, const char *expected)
{
    struct net_range range;
    if (!net_parse_range(from, &range))
        return expected == NULL;
    net_format_range(&range, text);
    if (!expected || strcmp(text, expected) != 0)
        printf("# it is: %s\n", text);
    return expected && strcmp(text, expected) == 0;
}

static void scopes(void)
{
    char normal[NET_TEXT_SIZE];
    unsigned char host[16];
    CHECK(net_normalise_scoped("FE80:0:0::1%eth0", normal) && strcmp(normal, "fe80::1%eth0") == 0);
    CHECK(net_normalise_scoped("febf::1%7", normal) && strcmp(normal, "febf::1%7") == 0);
    CHECK(!net_normalise_scoped("fe80::1", normal) && !net_normalise_scoped("fe80::1%", normal));
    CHECK(!net_normalise_scoped("2001:db8::1%eth0", normal) && !net_normalise_scoped("10.0.0.1%eth0", normal));
    CHECK(!net_normalise_scoped("fe80::1%eth0/64", normal) && !net_normalise_scoped("fe80::1%e*", normal));
    CHECK(!net_normalise_scoped("fe80::1%aninterfacewithalongname", normal) && !net_normalise_scoped("%eth0", normal));
    /* Neighbours on a link have all of the prefix in common, and nothing else. */
    CHECK(net_parse_host("fe80::1%eth0", host) && net_range_of(host, 32, 64).bits == 128);
    CHECK(net_parse_host("2001:db8::1", host) && net_range_of(host, 32, 64).bits == 64);
}

static void ranges(void)
{
    CHECK(reads_range("192.0.2.77/24", "192.0.2.0/24") && reads_range("192.0.2.1", "192.0.2.1"));
    CHECK(reads_range("192.0.2.1/32", "192.0.2.1") && reads_range("1.2.3.4/0", "0.0.0.0/0"));
    CHECK(reads_range("2001:db8:1:2:3::4/64", "2001:db8:1:2::/64") && reads_range("::1", "::1"));
    CHECK(reads_range("::/0", "::/0") && reads_range("2001:db8::/33", "2001:db8::/33"));
    CHECK(reads_range("::ffff:10.1.2.3/104", "10.0.0.0/8"));
    static const char *const wrong[] = {"",       "/",   "10.0.0.0/",    "10.0.0.0/33", "10.0.0/8",  "::1/129",
                                        "::1/-1", "x/8", "10.0.0.0/8/8", "fe80::1%lo",  "10.0.0.1:5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(reads_range(wrong[i], NULL));
    unsigned char host[16];
    CHECK(net_parse_host("fe80::1%eth0", host) && host[0] == 0xfe && host[15] == 1);
    CHECK(net_parse_host("192.0.2.1", host) && host[10] == 0xff && host[15] == 1);
    CHECK(!net_parse_host("", host) && !net_parse_host("%", host) && !net_parse_host("host", host));
    struct net_range of = net_range_of(host, 24, 64);
    CHECK(!net_range_holds(&of, (const unsigned char[16]){0}));
}

static bool host_is(const char *written, const char *expected)
{
    char host[NET_TEXT_SIZE];
    return net_host_of(written, host) && strcmp(host, expected) == 0;
}

static void host_of(void)
{
    char host[NET_TEXT_SIZE];
    CHECK(host_is("127.0.0.1:51116", "127.0.0.1") && host_is("[::1]:51116", "::1"));
    CHECK(host_is("[::1]", "::1") && host_is("[fe80::1%lo]", "fe80::1%lo"));
    CHECK(host_is("[2001:db8::5]:1", "2001:db8::5"));
    static const char *const none[] = {
        "",      ":",           "toto",           "127.0.0.1", "::1", "2001:db8::5:1234", "*:1",
        "51116", "127.0.0.1:",  "127.0.0.1:x",    "[::1",      "[]",  "[1::2::3]",        "]",
        "a@b:1", "300.0.0.1:5", "127.0.0.1:70000"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK(!net_host_of(none[i], host));
}

int main(void)
{
    CASE("only the address and port of one host can be answered", answerable);
    CASE("addresses are read and written as people write them", addresses);
    CASE("what is no address and port is refused, and no name server asked", no_addresses);
    CASE("a mapped IPv4 address is the same host as the IPv4 one", hosts);
    CASE("an address of no family is harmless", no_family);
    CASE("a link-local address keeps its interface, and is nobody else's", scopes);
    CASE("ranges are read, cut to their bits, and written as people write them", ranges);
    CASE("a listener takes a client, and both ends are close-on-exec", listens);
    CASE("the wildcard takes both families", both_families);
    CASE("an address that is taken or not ours is an error", taken);
    CASE("connecting to nobody says why", nobody_there);
    CASE("an address with a port has a host, and nothing else has", host_of);
    CHECK_DONE();
}
