/* What the command line of forkchat-lan asks for. */
#ifndef FORKCHAT_LAN_OPTIONS_H
#define FORKCHAT_LAN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/net.h"
#include "lan/group.h"
#include "lan/name.h"

#define OPTIONS_MANY 64

struct options {
    char name[NAME_PEER_MAX + 1];
    const char *interfaces[GROUP_INTERFACES];
    int interface_count;
    struct net_address group;
    struct net_address group_instead; /* where there is no IPv4; length 0 if a group was asked for */
    int ttl;
    int64_t period; /* seconds between announcements */
    const char *state, *output;
    char *password; /* NULL for none */
    const char *sends[OPTIONS_MANY], *offers[OPTIONS_MANY], *gets[OPTIONS_MANY];
    int send_count, offer_count, get_count;
    const char *cast;
    bool roster, files, accept, receive, force, watch;
    const char *pattern;
    int64_t watch_seconds; /* 0 for no end */
    int64_t rate;          /* bytes a second, 0 for none asked for */
    int64_t limit;         /* bytes of one file or tree taken from others */
    int64_t transfers;     /* at once, on the offering side */
    int64_t patience;      /* seconds */
    int64_t wait;          /* seconds, for others to join a cast */
    int64_t receivers;     /* that make a cast begin at once */
};

/* Fills `options`. On a mistake says so and exits with 64 (or 78 for an unreadable password file);
 * --help and --version print and exit with 0. */
void options_read(int argc, char **argv, struct options *options);

void options_free(struct options *options);

/* True if only what is asked for on the command line is to be done, without announcing ourselves. */
bool options_are_brief(const struct options *options);

#endif
