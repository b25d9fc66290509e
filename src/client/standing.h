/* Who we are to the other side, and where: what is to be as before when the connection was lost and made again. */
#ifndef FORKCHAT_CLIENT_STANDING_H
#define FORKCHAT_CLIENT_STANDING_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "window.h"

#define STANDING_KEY_SIZE  128
#define STANDING_AWAY_SIZE 512

struct standing_channel {
    char name[WINDOW_NAME_SIZE];
    char key[STANDING_KEY_SIZE]; /* "": none, or unknown */
    bool wanted;                 /* we are in it, or were when the connection broke, or shall go there at the start */
    bool joined;                 /* on this connection */
};

/* Belongs to the session. */
struct standing {
    char nick[OPTIONS_NICK_SIZE];  /* the last one the user chose and got */
    char asked[OPTIONS_NICK_SIZE]; /* the one that was asked for */
    bool had;                      /* the server has called us by `nick` */
    char away[STANDING_AWAY_SIZE]; /* "": we are here */
    bool lobbied;                  /* we went to the server's lobby, having nowhere to go */
    struct standing_channel channels[WINDOW_MAX];
    int count;
};

/* As the command line has it. */
void standing_init(struct standing *standing, const struct options *options);

/* The connection is gone, so we are nowhere. */
void standing_leave_all(struct standing *standing);

/* The entry of a channel, or NULL; standing_enter makes one, if there is room, and keeps the key if that is not "". */
struct standing_channel *standing_find(struct standing *standing, const char *channel);
struct standing_channel *standing_enter(struct standing *standing, const char *channel, const char *key);

/* The key that is known for a channel, or "". */
const char *standing_key(struct standing *standing, const char *channel);

/* We are in that channel now, or no longer and shall not come back by ourselves. */
void standing_joined(struct standing *standing, const char *channel);
void standing_parted(struct standing *standing, const char *channel);

/* The server calls us by another name: remembered if that is the one we asked for. */
void standing_named(struct standing *standing, const char *nick);

#endif
