/* What becomes of the interfaces while a peer runs. Runs in the peer's main process. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "lan/peer.h"
#include "lan/screen.h"

/* What has become of the interfaces. Listening, and being heard, follow. */
static void take_news(void *context, enum group_event event, int interface, const char *name)
{
    struct peer *peer = context;
    char host[NET_TEXT_SIZE] = "";
    bool begun = peer->group && !peer->brief; /* at the start only what is out of the common is worth a line */
    if (begun && (event == GROUP_UP || event == GROUP_DOWN))
        net_format_host(group_own(peer->group, interface), host);
    switch (event) {
    case GROUP_UP:
        peer->mute[interface] = false;
        peer->next_announce = 0;
        peer->next_who = 0;
        if (peer->group && offers_listen(peer, interface))
            log_warning("nothing can be fetched by %s: %s", name, strerror(errno));
        if (begun)
            screen_show("now on %s (%s)", name, host);
        break;
    case GROUP_DOWN:
        offers_stop_listening(peer, interface);
        if (begun)
            screen_show("no longer on %s (%s)", name, host);
        break;
    case GROUP_ALONE:
        log_warning("no network is up: only this machine is reached");
        break;
    case GROUP_IN_STEAD:
        net_format_host(&peer->config.instead, host);
        log_warning("no interface has an IPv4 address: by IPv6, in the group %s", host);
        break;
    case GROUP_TOO_MANY:
        log_warning("%d interfaces are more than the %d that are used: name those that matter with -i", interface,
                    GROUP_INTERFACES);
        break;
    case GROUP_WAITING:
        log_warning("%s is not up: it is waited for", name);
        break;
    case GROUP_UNUSABLE:
        log_warning("%s cannot be used: %s", name, strerror(errno));
        break;
    }
}

void interfaces_look(struct peer *peer)
{
    peer->next_look = peer->now + SECOND;
    group_look(peer->group, take_news, peer);
    if (!peer->brief && peer->next_who == 0)
        multicast_ask(peer);
}

const char *interfaces_open(struct peer *peer)
{
    const struct options *options = peer->options;
    const char *why;
    peer->next_look = peer->now + SECOND;
    peer->config = (struct group_config){.names = options->interfaces,
                                         .count = options->interface_count,
                                         .address = options->group,
                                         .instead = options->group_instead,
                                         .ttl = options->ttl,
                                         .waits = !peer->brief};
    peer->group = group_open(&peer->config, take_news, peer, &why);
    return why;
}
