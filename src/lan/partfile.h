/* Putting a file in its place: it grows under a temporary name and gets its own when it is whole. */
#ifndef FORKCHAT_LAN_PARTFILE_H
#define FORKCHAT_LAN_PARTFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lan/name.h"

#define PARTFILE_NAME_SIZE (NAME_FILE_MAX + 32)

/* The temporary name of `leaf` with that content: .LEAF.0123456789abcdef.part, where a long LEAF is cut, and told from
 * others by a number. */
void partfile_name(const char *leaf, const char *hash, char part[PARTFILE_NAME_SIZE]);

/* Opens (making it, mode 0600) the partial file for reading and writing, and locks it against other
 * processes. Refuses what is a link, has other names, or is not ours. Returns a descriptor, or -1 and errno
 * (EACCES or EAGAIN: somebody else fills it). */
int partfile_open(int folder, const char *part);

/* What is left here of a mode that the other side wishes: nothing that the umask forbids, and never set-user-id,
 * set-group-id or the sticky bit. */
unsigned partfile_mode(unsigned mode);

/* Gives the complete file what partfile_mode leaves of its mode, its time and its name; never replaces an existing one
 * (EEXIST) unless `force`, and then it should be on disk. Returns 0, or -1 and errno. */
int partfile_finish(int folder, int fd, const char *part, const char *leaf, unsigned mode, int64_t changed, bool force);

/* A file without a name on the disk of that folder, for reading and writing; NULL and errno. */
FILE *partfile_open_nameless(int folder);

#endif
