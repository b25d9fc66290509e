/* One transfer, seen from the getting side: what fetch.c and fetch_file.c share. */
#ifndef FORKCHAT_LAN_FETCH_SESSION_H
#define FORKCHAT_LAN_FETCH_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lan/fetch.h"
#include "lan/name.h"
#include "lan/tree.h"
#include "lan/wire.h"

#define FETCH_AHEAD 64 /* files that are asked for before the first of them is taken */

/* A line of the manifest, and what has been asked for it. */
struct fetch_item {
    char line[TREE_LINE_MAX];
    struct tree_entry entry; /* points into `line` */
    int number;
    int fd;       /* the partial file, locked; -1 if nothing is to be done */
    int64_t have; /* bytes that are in it; the rest has been asked for */
};

struct fetch_session {
    struct wire wire;
    struct fetch *fetch;
    struct wire_pace pace;
    int output;     /* the folder asked for */
    FILE *manifest; /* without a name */
    int root;       /* a tree's hidden folder */
    bool fresh;     /* nothing was in it */
    int folder;     /* one below it */
    char folder_path[NAME_PATH_MAX + 1];
    int asked; /* answers that are to come */
    struct fetch_item items[FETCH_AHEAD];
};

/* Set the message, and return `result` or what it amounts to. */
enum fetch_result fetch_fail(struct fetch *fetch, enum fetch_result result, const char *what, const char *detail);
enum fetch_result fetch_end(struct fetch_session *session, enum fetch_result result, const char *what,
                            const char *detail);
enum fetch_result fetch_broken(struct fetch_session *session);                    /* the connection: errno */
enum fetch_result fetch_local(struct fetch_session *session, const char *name);   /* our disk: errno */
enum fetch_result fetch_refused(struct fetch_session *session, const char *line); /* an answer that was not asked for */

/* Looks what there is of a file, and asks for the rest of it; then takes the answer, checks it, and gives it its name.
 * `force`: what is in its place is replaced. In this order for all, and fetch_drop whatever came out. */
enum fetch_result fetch_ask(struct fetch_session *session, struct fetch_item *item, int folder, const char *leaf,
                            bool force);
enum fetch_result fetch_take(struct fetch_session *session, struct fetch_item *item, int folder, const char *leaf,
                             bool force);
void fetch_drop(struct fetch_item *item);

#endif
