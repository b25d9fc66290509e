/* The sending side of a cast. Runs in a worker of its own. Memory: one bit a block, and the receivers. */
#include "lan/cast.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "lan/wire.h"

#define INVITE_EVERY (500 * MS)
#define POLL_EVERY   (200 * MS)
#define SILENCE      (6000 * MS)   /* after which a receiver is given up */
#define CHECKING     (300000 * MS) /* the same for one that verifies a large file */
#define ROUNDS       500
#define RATE_LEAST   (128 << 10)

enum receiver_state { RECEIVING, VERIFYING, VERIFIED, LOST };

struct receiver {
    struct net_address address;
    int interface;
    enum receiver_state state;
    uint32_t answered; /* the last round it answered in full */
    int64_t heard;
};

struct sending {
    struct group *group;
    const struct datagram_card *card;
    const char *sender;
    int sockets[GROUP_INTERFACES];
    int count; /* of sockets */
    struct receiver receivers[CAST_RECEIVERS];
    int joined;
    struct cast_set wanted; /* what is to be sent */
    uint32_t round;
    int64_t sent;
    struct wire_pace pace;
};

static void send_many(struct sending *sending, int interface, uint16_t port, const void *bytes, size_t length)
{
    if (sending->sockets[interface] < 0)
        return;
    struct net_address to = group_at(sending->group, interface, port);
    /* A full queue is like any other loss: it is asked for again. But give it a moment to drain. */
    if (sendto(sending->sockets[interface], bytes, length, 0, (const struct sockaddr *)&to.storage, to.length) < 0 &&
        (errno == EAGAIN || errno == ENOBUFS))
        clock_sleep(2);
}

static void invite(struct sending *sending)
{
    char bytes[DATAGRAM_SEND_MAX + 1];
    struct datagram datagram = {.kind = DATAGRAM_CAST, .card = *sending->card};
    struct text text;
    text_copy(datagram.sender, sizeof datagram.sender, sending->sender);
    text_init(&text, bytes, sizeof bytes);
    datagram_write(&datagram, &text);
    for (int i = 0; i < sending->count; i++)
        send_many(sending, i, group_port(sending->group), bytes, text.length);
}

static bool has_receivers(const struct sending *sending, int interface)
{
    for (int i = 0; i < sending->joined; i++)
        if (sending->receivers[i].interface == interface && sending->receivers[i].state <= VERIFYING)
            return true;
    return false;
}

static void tell_all(struct sending *sending, enum cast_kind kind)
{
    unsigned char bytes[CAST_PACKET_MAX];
    struct cast_packet packet = {.kind = kind, .number = sending->round};
    text_copy(packet.id, sizeof packet.id, sending->card->id);
    size_t length = cast_write(&packet, bytes);
    for (int i = 0; i < sending->count; i++)
        if (kind == CAST_END || has_receivers(sending, i))
            send_many(sending, i, sending->card->port, bytes, length);
}

static struct receiver *find_receiver(struct sending *sending, const struct net_address *from)
{
    for (int i = 0; i < sending->joined; i++)
        if (net_same_host(&sending->receivers[i].address, from) &&
            net_port(&sending->receivers[i].address) == net_port(from))
            return &sending->receivers[i];
    return NULL;
}

static void join(struct sending *sending, int interface, const struct net_address *from)
{
    unsigned char bytes[CAST_PACKET_MAX];
    struct cast_packet packet = {.kind = CAST_WELCOME};
    struct receiver *receiver = find_receiver(sending, from);
    if (!receiver && sending->joined == CAST_RECEIVERS)
        return;
    if (!receiver) {
        receiver = &sending->receivers[sending->joined++];
        *receiver = (struct receiver){.address = *from, .interface = interface};
    }
    receiver->heard = clock_monotonic();
    text_copy(packet.id, sizeof packet.id, sending->card->id);
    size_t length = cast_write(&packet, bytes);
    if (sendto(sending->sockets[interface], bytes, length, 0, (const struct sockaddr *)&from->storage, from->length) <
        0)
        return; /* it asks again */
}

static void take_packet(struct sending *sending, int interface, const struct net_address *from,
                        const struct cast_packet *packet)
{
    if (packet->kind == CAST_JOIN) {
        join(sending, interface, from);
        return;
    }
    struct receiver *receiver = find_receiver(sending, from);
    if (!receiver || receiver->state >= VERIFIED)
        return;
    receiver->heard = clock_monotonic();
    if (packet->kind == CAST_NEED) {
        /* Answers to earlier polls come late: what they miss may have been repeated since. */
        if (packet->number != sending->round)
            return;
        cast_set_add(&sending->wanted, packet->first, packet->bytes, packet->length);
        if (packet->last)
            receiver->answered = packet->number;
    } else if (packet->kind == CAST_CHECKING) {
        receiver->state = VERIFYING;
    } else if (packet->kind == CAST_HAVE) {
        receiver->state = VERIFIED;
    } else if (packet->kind == CAST_LEAVE) {
        receiver->state = LOST;
    }
}

/* Takes all that has come, waiting up to `milliseconds` for the first. */
static void listen_to_all(struct sending *sending, int milliseconds)
{
    struct pollfd polls[GROUP_INTERFACES];
    for (int i = 0; i < sending->count; i++)
        polls[i] = (struct pollfd){.fd = sending->sockets[i], .events = POLLIN};
    if (poll(polls, (nfds_t)sending->count, milliseconds) <= 0)
        return;
    for (int i = 0; i < sending->count; i++) {
        /* Bounded, so that a flood cannot keep us from sending. */
        for (int turn = 0; turn < 64 && polls[i].fd >= 0; turn++) {
            unsigned char bytes[CAST_PACKET_MAX];
            struct net_address from = {.length = sizeof from.storage};
            struct cast_packet packet;
            ssize_t got = recvfrom(polls[i].fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from.storage, &from.length);
            if (got < 0)
                break;
            if (cast_read(bytes, (size_t)got, &packet) && strcmp(packet.id, sending->card->id) == 0)
                take_packet(sending, i, &from, &packet);
        }
    }
}

static int send_block(struct sending *sending, int fd, uint32_t number)
{
    unsigned char bytes[CAST_PACKET_MAX], block[CAST_BLOCK];
    size_t length = cast_block_length(sending->card->size, number);
    if (pread(fd, block, length, (off_t)number * CAST_BLOCK) != (ssize_t)length)
        return -1;
    struct cast_packet packet = {.kind = CAST_BLOCK_IS, .number = number, .bytes = block, .length = length};
    text_copy(packet.id, sizeof packet.id, sending->card->id);
    size_t size = cast_write(&packet, bytes);
    for (int i = 0; i < sending->count; i++)
        if (has_receivers(sending, i)) {
            send_many(sending, i, sending->card->port, bytes, size);
            sending->sent += (int64_t)length;
            wire_pace(&sending->pace, size);
        }
    return 0;
}

/* Sends every wanted block once. Returns how many, or -1. */
static int64_t send_wanted(struct sending *sending, int fd)
{
    int64_t count = 0;
    for (uint32_t number = 0; number < sending->wanted.blocks; number++) {
        if (!cast_set_has(&sending->wanted, number))
            continue;
        cast_set_remove(&sending->wanted, number);
        if (send_block(sending, fd, number))
            return -1;
        if (++count % 64 == 0)
            listen_to_all(sending, 0);
    }
    return count;
}

/* Silent receivers are given up; returns true while someone still owes an answer to this round. */
static bool awaits_answers(struct sending *sending, int64_t now)
{
    bool waiting = false;
    for (int i = 0; i < sending->joined; i++) {
        struct receiver *receiver = &sending->receivers[i];
        int64_t timeout = receiver->state == VERIFYING ? CHECKING : SILENCE;
        if (receiver->state >= VERIFIED)
            continue;
        if (now - receiver->heard > timeout)
            receiver->state = LOST;
        else if (receiver->state == VERIFYING || receiver->answered != sending->round)
            waiting = true;
    }
    return waiting;
}

static int count_in(const struct sending *sending, enum receiver_state state)
{
    int count = 0;
    for (int i = 0; i < sending->joined; i++)
        count += sending->receivers[i].state == state;
    return count;
}

static bool owes_answer(const struct sending *sending)
{
    for (int i = 0; i < sending->joined; i++)
        if (sending->receivers[i].state == RECEIVING && sending->receivers[i].answered != sending->round)
            return true;
    return false;
}

static void ask_all(struct sending *sending)
{
    int64_t next = 0;
    sending->round++;
    /* Time that we were sending is no silence of theirs. */
    for (int i = 0; i < sending->joined; i++)
        if (sending->receivers[i].state == RECEIVING)
            sending->receivers[i].heard = clock_monotonic();
    for (int64_t now; awaits_answers(sending, now = clock_monotonic());) {
        /* Receivers that verify need not be waited for. */
        if (!owes_answer(sending) && sending->wanted.count > 0)
            return;
        if (now >= next) {
            tell_all(sending, CAST_POLL);
            next = now + POLL_EVERY;
        }
        listen_to_all(sending, (int)((next - now) / MS) + 1);
    }
}

static void wait_for_joins(struct sending *sending, int wait, int enough)
{
    int64_t now = clock_monotonic(), end_at = now + wait * MS, next = 0;
    for (; now < end_at && !(enough > 0 && sending->joined >= enough); now = clock_monotonic()) {
        if (now >= next) {
            invite(sending);
            next = now + INVITE_EVERY;
        }
        int64_t until = next < end_at ? next : end_at;
        listen_to_all(sending, (int)((until - now) / MS) + 1);
    }
}

/* Returns 0, or -1 if the file cannot be read any more. */
static int send_rounds(struct sending *sending, int fd)
{
    for (int round = 0; round < ROUNDS; round++) {
        int64_t sent = send_wanted(sending, fd);
        if (sent < 0)
            return -1;
        ask_all(sending);
        if (count_in(sending, RECEIVING) + count_in(sending, VERIFYING) == 0)
            return 0;
        /* That much is not chance, it is a receiver that cannot follow. */
        if (sent > 100 && sending->wanted.count > sent * 6 / 10 && sending->pace.rate / 2 >= RATE_LEAST)
            sending->pace.rate /= 2;
    }
    return 0;
}

int cast_send(struct group *group, const char *sender, const struct datagram_card *card, int fd, int wait, int enough,
              int64_t rate, struct cast_outcome *outcome)
{
    struct sending *sending = calloc(1, sizeof *sending);
    int result = -1;
    memset(outcome, 0, sizeof *outcome);
    if (!sending)
        goto out;
    sending->group = group;
    sending->sender = sender;
    sending->card = card;
    sending->pace.rate = rate;
    if (cast_set_init(&sending->wanted, cast_blocks(card->size)))
        goto out;
    for (; sending->count < group_interfaces(group); sending->count++) {
        sending->sockets[sending->count] = -1;
        if (!group_is_open(group, sending->count))
            continue;
        sending->sockets[sending->count] = group_open_sender(group, sending->count);
        if (sending->sockets[sending->count] < 0)
            goto out;
    }
    wait_for_joins(sending, wait, enough);
    result = sending->joined > 0 ? send_rounds(sending, fd) : 0;
    for (int i = 0; i < 3; i++)
        tell_all(sending, CAST_END);
    outcome->receivers = sending->joined;
    outcome->verified = count_in(sending, VERIFIED);
    outcome->sent = sending->sent;
    if (!result && (outcome->receivers == 0 || outcome->verified < outcome->receivers))
        result = 1;
out:
    if (result < 0)
        snprintf(outcome->message, sizeof outcome->message, "%s", strerror(errno));
    for (int i = 0; sending && i < sending->count; i++)
        if (sending->sockets[i] >= 0)
            close(sending->sockets[i]);
    if (sending)
        cast_set_free(&sending->wanted);
    free(sending);
    return result;
}
