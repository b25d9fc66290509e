/* Messages to others: the recipients of each, and in how many pieces. Runs in the peer's main process. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "lan/peer.h"
#include "lan/screen.h"

#define SPLIT_MAX 22 /* datagrams of one message */

/* Where a person's messages go. False: to the group. */
static bool find_address(struct peer *peer, const char *name, struct net_address *to, int *via)
{
    struct roster_peer *known = roster_find(peer->roster, name);
    if (!known)
        return false;
    *to = known->address;
    *via = known->via;
    if (known->native)
        return true;
    /* A script's own port is the group's, and several programs of one host share that: only one of them
     * would get it. So a host with several names is reached by the group. */
    for (struct roster_peer *other = NULL; (other = roster_next(peer->roster, other));)
        if (other != known && net_same_host(&other->address, to))
            return false;
    if (group_is_here(peer->group, to))
        return false;
    net_set_port(to, group_port(peer->group));
    return true;
}

static int send_message(struct peer *peer, const char *recipient, const char *said, size_t length)
{
    struct datagram datagram = {.kind = DATAGRAM_MESSAGE, .text = said, .text_length = length};
    char bytes[DATAGRAM_SEND_MAX + 1];
    struct text text;
    struct net_address to;
    int via;
    text_copy(datagram.sender, sizeof datagram.sender, peer->options->name);
    text_copy(datagram.recipient, sizeof datagram.recipient, recipient);
    text_init(&text, bytes, sizeof bytes);
    datagram_write(&datagram, &text);
    if (strcmp(recipient, "*") != 0 && find_address(peer, recipient, &to, &via) &&
        !group_send_to(peer->group, via, &to, bytes, text.length))
        return 0;
    int sent = 0, error = ENETDOWN;
    for (int i = 0; i < group_interfaces(peer->group); i++)
        if (!multicast_send(peer, i, bytes, text.length))
            sent++;
        else if (group_is_open(peer->group, i))
            error = errno;
    if (sent > 0)
        return 0;
    log_error("cannot send: %s", strerror(error));
    return -1;
}

/* Takes RECIPIENT:TEXT apart. Returns the text, or NULL if it is none. */
static const char *parse_said(const char *said, char recipient[NAME_PEER_MAX + 1])
{
    const char *colon = strchr(said, ':');
    size_t name = colon ? (size_t)(colon - said) : 0;
    bool everyone = name == 1 && *said == '*';
    if (!colon || (!everyone && !name_is_peer(said, name)))
        return NULL;
    memcpy(recipient, said, name);
    recipient[name] = '\0';
    return colon + 1;
}

static bool is_there(struct peer *peer, const char *recipient)
{
    return strcmp(recipient, "*") == 0 || roster_find(peer->roster, recipient);
}

bool say_is_for_nobody(struct peer *peer, const char *said)
{
    char recipient[NAME_PEER_MAX + 1];
    return parse_said(said, recipient) && !is_there(peer, recipient);
}

/* Sends the text in as many datagrams as it takes. Returns an exit status. */
static int send_text(struct peer *peer, const char *recipient, const char *text)
{
    size_t left = strlen(text);
    size_t room = DATAGRAM_SEND_MAX - 3 - strlen(recipient) - strlen(peer->options->name);
    if (left > room * SPLIT_MAX) {
        log_error("that is too long to be said: %zu bytes, at most %zu", left, room * SPLIT_MAX);
        return EX_USAGE;
    }
    while (left > 0) {
        size_t part = text_boundary(text, left, room);
        if (send_message(peer, recipient, text, part))
            return EX_UNAVAILABLE;
        text += part;
        left -= part;
    }
    return EX_OK;
}

int say_send(struct peer *peer, const char *said)
{
    char recipient[NAME_PEER_MAX + 1];
    const char *text = parse_said(said, recipient);
    if (!text) {
        log_error("expected RECIPIENT:TEXT, as in toto:hello, or *:hello for everyone");
        return EX_USAGE;
    }
    if (text[strspn(text, " \t")] == '\0') {
        log_error("nothing to say to %s: expected RECIPIENT:TEXT", recipient);
        return EX_USAGE;
    }
    if (strchr(text, '\n')) {
        log_error("a message is one line");
        return EX_USAGE;
    }
    bool there = is_there(peer, recipient);
    int status = send_text(peer, recipient, text);
    if (there || status != EX_OK)
        return status;
    log_error("nobody here is called %s: only somebody of that name would see it (*:TEXT is for everyone)", recipient);
    return EX_UNAVAILABLE;
}

void say_typed(struct peer *peer, const char *said)
{
    char recipient[NAME_PEER_MAX + 1];
    if (say_send(peer, said) != EX_OK)
        return;
    const char *text = parse_said(said, recipient);
    if (strcmp(recipient, "*") == 0)
        screen_show("to everyone: %s", text);
    else
        screen_show("private to %s: %s", recipient, text);
}
