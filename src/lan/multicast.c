/* Datagrams to the group. Runs in the peer's main process. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "lan/peer.h"

int multicast_send(struct peer *peer, int interface, const char *bytes, size_t length)
{
    if (!group_is_open(peer->group, interface)) {
        errno = ENETDOWN;
        return -1;
    }
    int result = group_send(peer->group, interface, bytes, length), error = errno;
    if (result && !peer->mute[interface])
        log_warning("cannot send by %s: %s", group_name(peer->group, interface), strerror(error));
    if (!result && peer->mute[interface])
        log_info("sending by %s works again", group_name(peer->group, interface));
    peer->mute[interface] = result;
    errno = error;
    return result;
}

void multicast_send_datagram(struct peer *peer, const struct datagram *datagram)
{
    char bytes[DATAGRAM_SEND_MAX + 1];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    datagram_write(datagram, &text);
    for (int i = 0; i < group_interfaces(peer->group); i++)
        if (multicast_send(peer, i, bytes, text.length))
            continue; /* it was told; the next announcement tries again */
}

void multicast_send_kind(struct peer *peer, enum datagram_kind kind)
{
    struct datagram datagram = {.kind = kind};
    text_copy(datagram.sender, sizeof datagram.sender, peer->options->name);
    text_copy(datagram.card.id, sizeof datagram.card.id, peer->id);
    multicast_send_datagram(peer, &datagram);
}

void multicast_ask(struct peer *peer)
{
    if (peer->now < peer->next_who)
        return;
    peer->next_who = peer->now + SECOND;
    multicast_send_kind(peer, DATAGRAM_WHO);
}
