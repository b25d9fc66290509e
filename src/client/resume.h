/* Our identity and channels on the other side: what is to be as before when the connection was lost and made again. */
#ifndef FORKCHAT_CLIENT_RESUME_H
#define FORKCHAT_CLIENT_RESUME_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "window.h"

#define RESUME_KEY_SIZE   128
#define RESUME_AWAY_SIZE  512
#define RESUME_TOKEN_SIZE 64

struct resume_channel {
    char name[WINDOW_NAME_SIZE];
    char key[RESUME_KEY_SIZE]; /* "": none, or unknown */
    bool wanted;               /* we are in it, or were when the connection broke, or shall go there at the start */
    bool joined;               /* on this connection */
};

/* Belongs to the session. */
struct resume {
    char nick[OPTIONS_NICK_SIZE];  /* the last one the user chose and got */
    char asked[OPTIONS_NICK_SIZE]; /* the one that was asked for */
    bool nick_was_ours;            /* the server has called us by `nick` */
    char away[RESUME_AWAY_SIZE];   /* "": we are here */
    char token[RESUME_TOKEN_SIZE]; /* what the server gave us to come back with; "": nothing */
    char seen[RESUME_TOKEN_SIZE];  /* the id of the last message that came; "": none had one */
    bool sent_to_lobby;            /* we went to the server's lobby, having nowhere to go */
    struct resume_channel channels[WINDOW_MAX];
    int count;
};

/* As the command line has it. */
void resume_init(struct resume *resume, const struct options *options);

/* The connection is gone, so we are nowhere. */
void resume_leave_all(struct resume *resume);

/* The entry of a channel, or NULL; resume_enter makes one, if there is room, and keeps the key if that is not "". */
struct resume_channel *resume_find(struct resume *resume, const char *channel);
struct resume_channel *resume_enter(struct resume *resume, const char *channel, const char *key);

/* The key that is known for a channel, or "". */
const char *resume_key(struct resume *resume, const char *channel);

/* We are in that channel now, or no longer and shall not come back by ourselves. */
void resume_joined(struct resume *resume, const char *channel);
void resume_parted(struct resume *resume, const char *channel);

/* A message of that id came ("": without one). The ids of forkchatd are numbers, and what is told again of the past has
 * smaller ones than the last. */
void resume_note_seen(struct resume *resume, const char *id);

/* The server calls us by another name: remembered if that is the one we asked for. */
void resume_learn_nick(struct resume *resume, const char *nick);

#endif
