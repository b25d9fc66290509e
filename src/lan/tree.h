/* Files below a folder, without ever leaving it: no "..", no absolute path, no symbolic link followed. */
#ifndef FORKCHAT_LAN_TREE_H
#define FORKCHAT_LAN_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/sha256.h"

/* Opens the folder that holds the last part of `path` (which name_is_path() accepts), and points *leaf at
 * that part. With `make`, makes the folders on the way (mode 0700). Returns a descriptor, or -1 and errno. */
int tree_open_parent(int root, const char *path, bool make, const char **leaf);

/* Opens a regular file below `root` for reading. Returns a descriptor, or -1 and errno (ELOOP or EINVAL
 * for what is not a regular file). */
int tree_open_file(int root, const char *path);

/* The progress of hashing. `step` is called after each piece with the bytes of all of them. */
struct tree_progress {
    void (*step)(struct tree_progress *progress, int64_t done);
    int64_t done;
    struct timespec newest; /* of the changes (st_ctim) of the files that tree_describe() read */
};

/* The hash and size of the first `limit` bytes of an open file (negative: all), read from its start.
 * `hash` goes on from where it stood; `progress` may be NULL. Returns how many bytes it took, or -1 and errno. */
int64_t tree_hash(int fd, int64_t limit, struct sha256 *hash, struct tree_progress *progress);

/* One line of a manifest: what a tree holds. `path` points into the line. */
struct tree_entry {
    const char *missing; /* why it could not be offered, in words; NULL for a file or folder */
    bool folder;
    unsigned mode;   /* 0 to 0777 */
    int64_t changed; /* seconds since 1970, or before it */
    int64_t size;
    char hash[SHA256_HEX_SIZE]; /* empty for a folder */
    const char *path;
};

#define TREE_ENTRIES_MAX  100000
#define TREE_MANIFEST_MAX ((int64_t)64 << 20)
#define TREE_LINE_MAX     1200

/* Reads one line (which it takes apart) `f|d MODE MTIME SIZE HASH|- PATH`, with a path that name_is_path() accepts, or
 * `- REASON PATH`, whose path is only to be shown. False for anything that is not exactly this. */
bool tree_read_line(char *line, struct tree_entry *entry);

/* Writes to `manifest` what is at `path` (a file or a folder; a link given by name is followed), with
 * `name` as its name. *root becomes the folder that the manifest's paths start from, *size the sum of the
 * sizes, *hash the manifest's hash: names, modes and times belong to what is hashed. What cannot be offered
 * (links, devices, unreadable files, names that name_is_file() refuses) has its line too, and is counted in
 * *skipped. `progress` as for tree_hash. Returns 0, or -1 with *why set to a sentence. */
int tree_describe(const char *path, const char *name, int manifest, int64_t *size, char hash[SHA256_HEX_SIZE],
                  bool *folder, int *skipped, const char **why, struct tree_progress *progress);

#endif
