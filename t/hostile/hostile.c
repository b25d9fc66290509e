/* Clients that mean no good, for t/66-hostile.bats: what a shell cannot do.
 *
 *      hostile hold  ADDRESS:PORT COUNT [TEXT]    COUNT connections; each sends TEXT once and never reads
 *      hostile drip  ADDRESS:PORT COUNT TEXT      ... sends TEXT again and again, a byte a second; never reads
 *      hostile sip   ADDRESS:PORT COUNT TEXT      ... sends TEXT once, and reads a byte a second
 *      hostile flood ADDRESS:PORT COUNT TEXT [BEGINNING]  ... BEGINNING once, then TEXT as fast as it goes; reads all
 *      hostile deaf  ADDRESS:PORT COUNT TEXT [BEGINNING]  ... the same, never reads
 *      hostile gush  ADDRESS:PORT BYTES END       BYTES times x, "ready"; when its input ends, END; shows what it gets
 *      hostile reset ADDRESS:PORT COUNT TEXT      connects and resets at every moment: before, in and after TEXT
 *      hostile urgent ADDRESS:PORT TEXT           TEXT, byte by byte, with urgent data in it; half-closes, shows what
 * it gets hostile syn   ADDRESS:PORT COUNT SOURCE    COUNT SYNs that nobody completes, from ports of the host SOURCE
 *
 * An ADDRESS:PORT that begins with / is a Unix socket. TEXT, END and BEGINNING have \r, \n, \\, \0 and \xHH as in C;
 * the first %d of BEGINNING is the client's number.
 * Those with COUNT print "ready" when all are connected and have sent what they send once, go on until their standard
 * input ends, and print "sent BYTES got BYTES closed CONNECTIONS". */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/net.h"
#include "base/parse.h"

enum { SECOND_MS = 1000, PIECE = 8192 };

struct bytes {
    char *at;
    size_t length;
};

struct client {
    int fd; /* -1 when the server has closed */
    struct bytes beginning;
    size_t begun, said; /* bytes of the beginning, and of the text's current round */
};

struct plan {
    struct sockaddr_storage address;
    socklen_t length;
    const char *beginning;
    struct bytes text;
    bool repeats, reads, slow;
    int64_t count;
    struct client *clients;
    unsigned long long sent, got, closed;
};

/* For good, and in sight of those who look for leaks. */
static void *allocate(size_t size)
{
    static union kept {
        union kept *next;
        max_align_t alignment;
    } * kept;
    union kept *memory = calloc(1, sizeof *memory + size);
    if (!memory)
        fatal(EX_OSERR, "out of memory");
    memory->next = kept;
    kept = memory;
    return memory + 1;
}

static struct bytes unescape(const char *text)
{
    static const char letters[] = "rn\\0", meaning[] = "\r\n\\";
    struct bytes bytes = {.at = allocate(strlen(text) + 1)};
    for (; *text; text++) {
        const char *letter = *text == '\\' && text[1] ? strchr(letters, text[1]) : NULL;
        char hex[3] = "";
        if (letter) {
            bytes.at[bytes.length++] = meaning[letter - letters];
            text++;
        } else if (*text == '\\' && text[1] == 'x' && text[2] && text[3]) {
            memcpy(hex, text + 2, 2);
            bytes.at[bytes.length++] = (char)strtol(hex, NULL, 16);
            text += 3;
        } else {
            bytes.at[bytes.length++] = *text;
        }
    }
    return bytes;
}

static void set_address(struct plan *plan, const char *word)
{
    struct net_address address;
    const char *wrong;
    if (*word == '/') {
        struct sockaddr_un *local = (struct sockaddr_un *)&plan->address;
        local->sun_family = AF_UNIX;
        snprintf(local->sun_path, sizeof local->sun_path, "%s", word);
        plan->length = sizeof *local;
        return;
    }
    if ((wrong = net_parse(word, &address)))
        fatal(EX_USAGE, "%s: %s", word, wrong);
    plan->address = address.storage;
    plan->length = address.length;
}

static int64_t number(const char *word)
{
    int64_t value;
    if (!parse_number(word, 1, INT64_C(1) << 40, &value))
        fatal(EX_USAGE, "no number: %s", word);
    return value;
}

/* A blocking socket; `small`: with as little room to receive as there can be. */
static int connect_to(const struct plan *plan, bool small)
{
    int least = 1, on = 1, room = 65536; /* what is under way must not take longer than the test */
    int fd = socket(plan->address.ss_family, SOCK_STREAM, 0);
    if (fd < 0)
        fatal(EX_OSERR, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (small)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    if (plan->address.ss_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (connect(fd, (const struct sockaddr *)&plan->address, plan->length)) {
        if (errno != EINTR && errno != EAGAIN)
            fatal(EX_UNAVAILABLE, "connect: %s", strerror(errno));
        clock_sleep(1); /* EAGAIN: a Unix socket's queue is full */
    }
    return fd;
}

static void drop(struct plan *plan, struct client *client)
{
    close(client->fd);
    client->fd = -1;
    plan->closed++;
}

/* Sends what is next, as much as goes; in a drip, one byte. */
static void say(struct plan *plan, struct client *client)
{
    while (client->fd >= 0) {
        bool beginning = client->begun < client->beginning.length;
        const struct bytes *what = beginning ? &client->beginning : &plan->text;
        size_t *done = beginning ? &client->begun : &client->said;
        if (*done == what->length && plan->repeats && !beginning)
            *done = 0;
        if (*done == what->length)
            return;
        bool drip = plan->slow && plan->repeats;
        ssize_t sent = send(client->fd, what->at + *done, drip ? 1 : what->length - *done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            drop(plan, client);
        if (sent <= 0)
            return;
        *done += (size_t)sent;
        plan->sent += (unsigned long long)sent;
        if (drip)
            return;
    }
}

/* Reads what there is, or one byte; or, of one that does not read, looks whether the connection ended. */
static void hear(struct plan *plan, struct client *client, bool broken)
{
    static char bytes[65536];
    size_t most = plan->slow ? 1 : sizeof bytes;
    ssize_t got = plan->reads ? recv(client->fd, bytes, most, MSG_DONTWAIT) : -1;
    if (got > 0)
        plan->got += (unsigned long long)got;
    else if (got == 0 || broken || (plan->reads && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        drop(plan, client);
}

/* Until standard input ends. */
static void besiege(struct plan *plan)
{
    size_t count = (size_t)plan->count;
    struct pollfd *polled = allocate((count + 1) * sizeof *polled);
    bool busy = !plan->slow && plan->repeats;
    polled[count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    while (!(polled[count].revents & (POLLHUP | POLLIN))) {
        for (size_t i = 0; i < count; i++)
            polled[i] =
                (struct pollfd){.fd = plan->clients[i].fd,
                                .events = (short)((plan->reads && !plan->slow ? POLLIN : 0) | (busy ? POLLOUT : 0))};
        if (poll(polled, count + 1, plan->slow ? SECOND_MS : -1) < 0 && errno != EINTR)
            fatal(EX_OSERR, "poll: %s", strerror(errno));
        for (size_t i = 0; i < count; i++) {
            struct client *client = &plan->clients[i];
            bool broken = polled[i].revents & (POLLERR | POLLHUP);
            if (client->fd >= 0 && (plan->slow || broken || polled[i].revents & POLLIN))
                hear(plan, client, broken);
            if (client->fd >= 0 && (plan->slow || polled[i].revents & POLLOUT))
                say(plan, client);
        }
    }
}

static struct bytes beginning_of(const struct plan *plan, int64_t who)
{
    const char *mark = strstr(plan->beginning, "%d");
    size_t size = strlen(plan->beginning) + 24;
    char *text = allocate(size);
    snprintf(text, size, "%s", plan->beginning);
    if (mark)
        snprintf(text + (mark - plan->beginning), size - (size_t)(mark - plan->beginning), "%lld%s", (long long)who,
                 mark + 2);
    struct bytes bytes = unescape(text);
    return bytes;
}

/* Many rounds of the text in one piece: small packets would be work for us above all. */
static void enlarge_text(struct plan *plan)
{
    struct bytes one = plan->text, many = {.at = allocate(PIECE + one.length)};
    while (one.length > 0 && many.length < PIECE) {
        memcpy(many.at + many.length, one.at, one.length);
        many.length += one.length;
    }
    plan->text = many;
}

static void attack(struct plan *plan)
{
    if (plan->repeats && !plan->slow)
        enlarge_text(plan);
    plan->clients = allocate((size_t)plan->count * sizeof *plan->clients);
    for (int64_t i = 0; i < plan->count; i++) {
        struct client *client = &plan->clients[i];
        client->fd = connect_to(plan, !plan->reads || plan->slow);
        client->beginning = beginning_of(plan, i);
        if (!plan->repeats || client->beginning.length)
            say(plan, client);
    }
    puts("ready");
    fflush(stdout);
    besiege(plan);
    printf("sent %llu got %llu closed %llu\n", plan->sent, plan->got, plan->closed);
}

/* Says no more, and shows everything until the end. */
static void show_rest(int fd)
{
    char bytes[4096];
    shutdown(fd, SHUT_WR);
    for (;;) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || fd_write_all(STDOUT_FILENO, bytes, (size_t)got))
            return;
    }
}

static void gush(const struct plan *plan, int64_t count)
{
    static char bytes[65536];
    int fd = connect_to(plan, false);
    memset(bytes, 'x', sizeof bytes);
    for (int64_t left = count, part; left > 0; left -= part) {
        part = left < (int64_t)sizeof bytes ? left : (int64_t)sizeof bytes;
        if (fd_write_all(fd, bytes, (size_t)part)) {
            printf("closed after %lld bytes\n", (long long)(count - left));
            break;
        }
    }
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, bytes, sizeof bytes) > 0)
        ;
    fd_write_all(fd, plan->text.at, plan->text.length);
    show_rest(fd);
}

static void send_urgently(const struct plan *plan)
{
    int fd = connect_to(plan, false);
    for (size_t i = 0; i < plan->text.length; i++) /* a second one would make the first an ordinary byte */
        if ((i == 2 && send(fd, "!", 1, MSG_OOB | MSG_NOSIGNAL) != 1) || fd_write_all(fd, plan->text.at + i, 1))
            fatal(EX_UNAVAILABLE, "send: %s", strerror(errno));
    show_rest(fd);
}

/* A close that sends RST and no FIN. */
static void reset(int fd)
{
    struct linger at_once = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

static void reset_all(const struct plan *plan, int64_t count)
{
    char bytes[1024];
    for (int64_t i = 0; i < count; i++) {
        int fd = connect_to(plan, i % 4 == 3);
        /* Each time a little more of the text; then, two times of four, some of the answer. */
        size_t part = (size_t)i % (plan->text.length + 1);
        ssize_t done = send(fd, plan->text.at, part, MSG_NOSIGNAL);
        struct pollfd answer = {.fd = fd, .events = POLLIN};
        if (done >= 0 && i % 4 >= 2 && poll(&answer, 1, 10) == 1)
            done = recv(fd, bytes, i % 4 == 2 ? sizeof bytes : 1, MSG_DONTWAIT);
        reset(fd);
    }
}

/* ---- half-open connections: packets made by hand, for which one must be root ---- */

static uint32_t sum_words(const void *from, size_t length, uint32_t sum)
{
    const unsigned char *bytes = from;
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    return sum;
}

static void put_short(unsigned char *at, uint32_t value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void send_syns(const struct plan *plan, int64_t count, const char *source)
{
    enum { IP = 20, TCP = 20 };
    const struct sockaddr_in *to = (const struct sockaddr_in *)&plan->address;
    struct in_addr from;
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW); /* brings its own IP header */
    if (fd < 0 || to->sin_family != AF_INET || inet_pton(AF_INET, source, &from) != 1)
        fatal(EX_NOPERM, "no raw socket, or no IPv4 address");
    for (int64_t i = 0; i < count; i++) {
        unsigned char packet[IP + TCP] = {0x45}, *tcp = packet + IP, pseudo[12] = {0};
        put_short(packet + 2, sizeof packet);
        packet[8] = 64;
        packet[9] = IPPROTO_TCP;
        memcpy(packet + 12, &from, 4);
        memcpy(packet + 16, &to->sin_addr, 4);
        put_short(tcp, (uint32_t)(1024 + i % 60000));
        memcpy(tcp + 2, &to->sin_port, 2);
        put_short(tcp + 4, (uint32_t)i);
        tcp[12] = TCP / 4 << 4;
        tcp[13] = 0x02; /* SYN */
        put_short(tcp + 14, 65535);
        memcpy(pseudo, packet + 12, 8);
        pseudo[9] = IPPROTO_TCP;
        pseudo[11] = TCP;
        uint32_t sum = sum_words(tcp, TCP, sum_words(pseudo, sizeof pseudo, 0));
        sum = (sum & 0xffff) + (sum >> 16);
        put_short(tcp + 16, ~(sum + (sum >> 16)));
        if (sendto(fd, packet, sizeof packet, 0, (const struct sockaddr *)to, sizeof *to) < 0 && errno != ENOBUFS)
            fatal(EX_OSERR, "sendto: %s", strerror(errno));
    }
    close(fd);
}

/* For those with COUNT: what each does. */
static bool set_manner(struct plan *plan, const char *manner)
{
    plan->repeats = strcmp(manner, "drip") == 0 || strcmp(manner, "flood") == 0 || strcmp(manner, "deaf") == 0;
    plan->reads = strcmp(manner, "sip") == 0 || strcmp(manner, "flood") == 0;
    plan->slow = strcmp(manner, "drip") == 0 || strcmp(manner, "sip") == 0;
    return plan->repeats || plan->reads || strcmp(manner, "hold") == 0;
}

int main(int argc, char **argv)
{
    static struct plan plan;
    log_open("hostile");
    signal(SIGPIPE, SIG_IGN);
    fd_raise_limit();
    if (argc < 4)
        fatal(EX_USAGE, "usage: hostile MANNER ADDRESS:PORT …; the source has the rest");
    set_address(&plan, argv[2]);
    plan.text = unescape(argc > 4 ? argv[4] : "");
    plan.beginning = argc > 5 ? argv[5] : "";
    if (set_manner(&plan, argv[1])) {
        plan.count = number(argv[3]);
        attack(&plan);
    } else if (strcmp(argv[1], "urgent") == 0) {
        plan.text = unescape(argv[3]);
        send_urgently(&plan);
    } else if (argc > 4 && strcmp(argv[1], "gush") == 0) {
        gush(&plan, number(argv[3]));
    } else if (argc > 4 && strcmp(argv[1], "reset") == 0) {
        reset_all(&plan, number(argv[3]));
    } else if (argc > 4 && strcmp(argv[1], "syn") == 0) {
        send_syns(&plan, number(argv[3]), argv[4]);
    } else {
        fatal(EX_USAGE, "no such manner: %s", argv[1]);
    }
    return 0;
}
