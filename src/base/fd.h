/* Descriptors: the small honest wrappers everybody needs. */
#ifndef FORKCHAT_BASE_FD_H
#define FORKCHAT_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* Return 0, or -1 and errno. */
int fd_set_nonblocking(int fd);
int fd_set_cloexec(int fd);
int fd_clear_cloexec(int fd);

/* First thing in main(): those of 0, 1 and 2 that are closed become /dev/null, so that no file or socket opened later
 * is taken for standard output. Reading there ends at once; writing to 1 fails as if it were closed, because who asked
 * for an answer has not got it. Never fails. */
void fd_open_standard(void);

/* Writes out what is gathered of a file, and tells whether all that was ever put there got out: 0, or -1 and errno.
 * fflush(3) alone does not tell: what failed before it may be forgotten (musl), so that nothing is left to fail. */
int fd_flush(FILE *file);

/* The exit status of a program that has written all it had to say to standard output: 0, or EX_IOERR if any of it got
 * lost. */
int fd_finish_output(void);

/* Writes all `length` bytes, going on after signals and short writes. May block. Returns 0, or -1. */
int fd_write_all(int fd, const void *bytes, size_t length);

/* The same, for a reader who may be slow: waits at most `timeout` milliseconds (-1: for ever) for each piece to be
 * taken, and not while `bell` (a descriptor, or -1) is readable. Returns how many bytes were written, or -1. */
ssize_t fd_write_heeding(int fd, const void *bytes, size_t length, int bell, int timeout);

/* Raises the soft limit of open descriptors to the hard one and returns it. */
long fd_raise_limit(void);

/* The hard limit of open descriptors. */
long fd_limit_hard(void);

/* Reads a whole text of at most `limit` bytes, without its byte order mark. Returns it zero-terminated, to be freed, or
 * NULL and errno, for which fd_why has the words (EFBIG if it is larger). *length may be NULL. Waits for nobody: what
 * is named must be a regular file or have its end at once, as /dev/null has; a FIFO, a socket, a terminal is refused
 * (ENXIO). But what is open already and named as that, /dev/stdin or the /dev/fd/63 of a shell's <(...), is read until
 * it ends, whatever it is. */
char *fd_read_file(const char *path, size_t limit, size_t *length);

/* Whether the path names a descriptor that is open already and no regular file: it can be read once. */
bool fd_is_handed(const char *path);

/* strerror(3), with a sentence of its own for ENXIO. */
const char *fd_why(int error);

/* Replaces the file at `path` by `length` bytes, so that a crash leaves the old one or the new one:
 * writes PATH.new, fsync, rename. Follows no link. Returns 0, or -1 and errno. */
int fd_replace_file(const char *path, const void *bytes, size_t length, mode_t mode);

/* The same for one in that directory, which is open. */
int fd_replace_file_at(int directory, const char *path, const void *bytes, size_t length, mode_t mode);

/* The same, and returns a descriptor of the new file, to which more can be added at its end; or -1. */
int fd_replace_file_kept(int directory, const char *path, const void *bytes, size_t length, mode_t mode);

/* Makes a directory and its parents, as mkdir -p. Returns 0 if it is there in the end, or -1. */
int fd_make_directory(const char *path, mode_t mode);

/* Closes it on the way out of what failed: errno stays. Returns -1. */
int fd_close_failed(int fd);

#endif
