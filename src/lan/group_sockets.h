/* The interfaces that are open, each with its sockets: what group_sockets.c, group_look.c and group.c share, of which
 * each uses only those before it. */
#ifndef FORKCHAT_LAN_GROUP_SOCKETS_H
#define FORKCHAT_LAN_GROUP_SOCKETS_H

#include "lan/group.h"

struct group_interface {
    bool open;
    struct port_interface interface;
    struct net_address address; /* of the own socket */
    int sockets[3];             /* by enum group_way */
};

struct group {
    const struct group_config *config;
    struct net_address address; /* one of the config's */
    int count;                  /* of interfaces, with gaps */
    struct group_interface interfaces[GROUP_INTERFACES];
    /* What has been told, and need not be again. */
    bool alone;
    const char *absent;
    int beyond;
    int unusable; /* errno */
};

/* Opens the sockets of an interface. Returns its number, or -1 and errno. */
int group_open_interface(struct group *group, const struct port_interface *interface);
void group_close_interface(struct group_interface *used);

/* group_look for the first time: returns -1 with *why set if a name that was given is no interface's. */
int group_look_first(struct group *group, group_handler *handler, void *context, const char **why);

#endif
