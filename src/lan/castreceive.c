/* The receiving side of a cast. Runs in a worker of its own. Memory: one bit a block. */
#include "lan/cast.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/port.h"
#include "base/text.h"
#include "lan/partfile.h"
#include "lan/tree.h"

#define JOIN_EVERY     (300 * MS)
#define SILENCE        (15000 * MS) /* of the sender, after which it is given up */
#define WINDOWS_A_TURN 64           /* datagrams in one answer: the rest is told in the next round */

struct receiving {
    struct group *group;
    int interface;
    const struct net_address *from;
    const struct datagram_card *card;
    int blocks_fd; /* the group's */
    int own_fd;    /* ours: what we say, and what is said to us alone */
    int file;
    struct cast_set missing;
    int64_t heard;
    bool begun, ended;
};

static void say(struct receiving *receiving, struct cast_packet *packet)
{
    unsigned char bytes[CAST_PACKET_MAX];
    text_copy(packet->id, sizeof packet->id, receiving->card->id);
    size_t length = cast_write(packet, bytes);
    /* Lost here or lost on the wire: the sender asks again. */
    if (sendto(receiving->own_fd, bytes, length, 0, (const struct sockaddr *)&receiving->from->storage,
               receiving->from->length) < 0)
        return;
}

static void say_kind(struct receiving *receiving, enum cast_kind kind)
{
    struct cast_packet packet = {.kind = kind};
    say(receiving, &packet);
}

/* What is missing, window by window. */
static void answer(struct receiving *receiving, uint32_t round)
{
    const struct cast_set *missing = &receiving->missing;
    struct cast_packet packet = {.kind = CAST_NEED, .number = round};
    unsigned char jitter = 0;
    int turn = 0;
    /* All receivers were asked by the same datagram. */
    if (!port_random(&jitter, 1))
        clock_sleep(jitter % 16);
    /* A window is said when the next is found, because the last one says that it is. */
    for (uint32_t first = 0; first < missing->blocks && turn < WINDOWS_A_TURN; first += CAST_WINDOW) {
        const unsigned char *bitmap;
        size_t length = cast_set_window(missing, first, &bitmap);
        if (length == 0)
            continue;
        if (turn++ > 0)
            say(receiving, &packet);
        packet.first = first;
        packet.bytes = bitmap;
        packet.length = length;
    }
    packet.last = true;
    if (turn > 0)
        say(receiving, &packet);
}

/* Returns 0, or -1 if the disk does not take it. */
static int take_block(struct receiving *receiving, const struct cast_packet *packet)
{
    if (!cast_set_has(&receiving->missing, packet->number) ||
        packet->length != cast_block_length(receiving->card->size, packet->number))
        return 0;
    ssize_t wrote = pwrite(receiving->file, packet->bytes, packet->length, (off_t)packet->number * CAST_BLOCK);
    if (wrote != (ssize_t)packet->length) {
        if (wrote >= 0)
            errno = ENOSPC;
        return -1;
    }
    cast_set_remove(&receiving->missing, packet->number);
    return 0;
}

static int take_packets(struct receiving *receiving, int fd)
{
    uint32_t polled = 0;
    /* Bounded, for the time of silence must be looked at now and then. */
    for (int turn = 0; turn < 256; turn++) {
        unsigned char bytes[CAST_PACKET_MAX];
        struct net_address from = {.length = sizeof from.storage};
        struct cast_packet packet;
        ssize_t got = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from.storage, &from.length);
        if (got < 0)
            break;
        if (!net_same_host(&from, receiving->from) || net_port(&from) != net_port(receiving->from) ||
            !cast_read(bytes, (size_t)got, &packet) || strcmp(packet.id, receiving->card->id) != 0)
            continue;
        receiving->heard = clock_monotonic();
        receiving->begun = true;
        if (packet.kind == CAST_BLOCK_IS && take_block(receiving, &packet))
            return -1;
        if (packet.kind == CAST_POLL)
            polled = packet.number;
        if (packet.kind == CAST_END)
            receiving->ended = true;
    }
    /* Once, and after the blocks that were waiting behind the question. */
    if (polled)
        answer(receiving, polled);
    return 0;
}

static enum cast_result catch_blocks(struct receiving *receiving)
{
    int64_t next = 0;
    receiving->heard = clock_monotonic();
    /* Even for an empty file: to be counted among those who have it, one must have joined. */
    while (receiving->missing.count > 0 || !receiving->begun) {
        int64_t now = clock_monotonic();
        if (receiving->ended || now - receiving->heard > SILENCE)
            return CAST_BROKEN;
        if (!receiving->begun && now >= next) {
            say_kind(receiving, CAST_JOIN);
            next = now + JOIN_EVERY;
        }
        struct pollfd polls[2] = {{.fd = receiving->blocks_fd, .events = POLLIN},
                                  {.fd = receiving->own_fd, .events = POLLIN}};
        if (poll(polls, 2, 100) < 0 && errno != EINTR)
            return CAST_LOCAL;
        if (take_packets(receiving, receiving->blocks_fd) || take_packets(receiving, receiving->own_fd))
            return CAST_LOCAL;
    }
    return CAST_DONE;
}

/* Until the sender has understood: it asks until it is told, and then ends. */
static void tell_until_known(struct receiving *receiving, enum cast_kind kind)
{
    int64_t now = clock_monotonic(), end_at = now + 3000 * MS, next = 0;
    receiving->ended = false;
    for (; now < end_at && !receiving->ended; now = clock_monotonic()) {
        if (now >= next) {
            say_kind(receiving, kind);
            next = now + 500 * MS;
        }
        struct pollfd wait = {.fd = receiving->blocks_fd, .events = POLLIN};
        if (poll(&wait, 1, 100) <= 0)
            continue;
        unsigned char bytes[CAST_PACKET_MAX];
        struct cast_packet packet;
        ssize_t got = recv(receiving->blocks_fd, bytes, sizeof bytes, 0);
        if (got < 0 || !cast_read(bytes, (size_t)got, &packet) || strcmp(packet.id, receiving->card->id) != 0)
            continue;
        if (packet.kind == CAST_END)
            receiving->ended = true;
        if (packet.kind == CAST_POLL)
            next = 0;
    }
}

static bool is_whole(struct receiving *receiving)
{
    struct sha256 hash;
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_start(&hash);
    if (tree_hash(receiving->file, -1, &hash, NULL) != receiving->card->size)
        return false;
    sha256_finish(&hash, digest);
    sha256_hex(digest, hex);
    return strcmp(hex, receiving->card->hash) == 0;
}

static enum cast_result catch_file(struct receiving *receiving, int folder, const char *kept, const char *part,
                                   bool force)
{
    const struct datagram_card *card = receiving->card;
    if (ftruncate(receiving->file, (off_t)card->size))
        return CAST_LOCAL;
    enum cast_result result = catch_blocks(receiving);
    if (result == CAST_DONE) {
        say_kind(receiving, CAST_CHECKING);
        if (!is_whole(receiving))
            result = CAST_DAMAGED;
        else if (fsync(receiving->file) ||
                 partfile_finish(folder, receiving->file, part, kept, card->mode, card->changed, force))
            result = errno == EEXIST ? CAST_EXISTS : CAST_LOCAL;
    }
    int error = errno;
    if (result == CAST_DONE)
        tell_until_known(receiving, CAST_HAVE);
    else if (result != CAST_BROKEN)
        say_kind(receiving, CAST_LEAVE);
    errno = error;
    return result;
}

enum cast_result cast_receive(struct group *group, int interface, const struct net_address *from,
                              const struct datagram_card *card, const char *output, const char *kept, bool force,
                              char message[256])
{
    struct receiving receiving = {
        .group = group, .interface = interface, .from = from, .card = card, .blocks_fd = -1, .own_fd = -1, .file = -1};
    enum cast_result result = CAST_LOCAL;
    char part[PARTFILE_NAME_SIZE];
    struct stat status;
    partfile_name(kept, card->hash, part);
    int folder = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || cast_set_init(&receiving.missing, cast_blocks(card->size)))
        goto out;
    if (!force && !fstatat(folder, kept, &status, AT_SYMLINK_NOFOLLOW)) {
        result = CAST_EXISTS;
        goto out;
    }
    receiving.blocks_fd = group_open_listener(group, interface, card->port);
    receiving.own_fd = group_open_sender(group, interface);
    if (receiving.blocks_fd < 0 || receiving.own_fd < 0)
        goto out;
    receiving.file = partfile_open(folder, part);
    if (receiving.file < 0)
        goto out;
    result = catch_file(&receiving, folder, kept, part, force);
    int error = errno;
    if (result != CAST_DONE)
        unlinkat(folder, part, 0);
    errno = error;
out:
    snprintf(message, 256, "%s",
             result == CAST_DONE      ? "complete and verified"
             : result == CAST_BROKEN  ? "the sender went silent"
             : result == CAST_DAMAGED ? "the blocks do not make the file that was announced"
             : result == CAST_EXISTS  ? "something of that name is here already"
                                      : strerror(errno));
    if (receiving.file >= 0)
        close(receiving.file);
    if (receiving.blocks_fd >= 0)
        close(receiving.blocks_fd);
    if (receiving.own_fd >= 0)
        close(receiving.own_fd);
    if (folder >= 0)
        close(folder);
    cast_set_free(&receiving.missing);
    return result;
}
