/* Which names may be trusted on a screen and on a disk: of peers, of files, of paths in a tree. */
#ifndef FORKCHAT_LAN_NAME_H
#define FORKCHAT_LAN_NAME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef PATH_MAX /* there may be no limit */
#define PATH_MAX 4096
#endif

#define NAME_PEER_MAX   32  /* bytes */
#define NAME_FILE_MAX   255 /* bytes: what every disk of today takes */
#define NAME_PATH_MAX   1000
#define NAME_PATH_DEPTH 32

/* Is this a peer's name: 1 to NAME_PEER_MAX bytes of ASCII without control characters and ":/<>", letters of one script
 * (lookalike.h) and emoji; no blank at either end and no two in a row; and not "*"? */
bool name_is_peer(const char *name, size_t length);

/* Is this the name of one file: UTF-8, 1 to NAME_FILE_MAX bytes, no control characters, no '/', and
 * neither "." nor ".."? */
bool name_is_file(const char *name, size_t length);

/* Is this a path below a tree's root: 1 to NAME_PATH_DEPTH names of files with single '/' between them? */
bool name_is_path(const char *path, size_t length);

/* `path`, or the path of a file that is there and has the same name composed in another way (macOS takes names apart),
 * which is put into `found`. May block on a disk. */
const char *name_on_disk(const char *path, char found[PATH_MAX]);

/* The name under which an offered file is kept here: a leading '.' or '-' becomes '_', so that nothing
 * hidden and nothing like an option appears in a folder. `name` is one that name_is_file() accepts. */
void name_keep(const char *name, char kept[NAME_FILE_MAX + 1]);

/* The same with a number, for one beside others: "notes (1)", "image (1).jpg", "a (1).tar.gz"; of a folder always at
 * the end. False if `number` is beyond all patience, or the extension leaves no room for it. */
bool name_number(char kept[NAME_FILE_MAX + 1], const char *name, bool folder, int number);

#endif
