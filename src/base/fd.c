/* Descriptors and files. Every process uses it; writes no shared memory. */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "text.h"

int fd_set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int fd_set_cloexec(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int fd_clear_cloexec(int fd)
{
    return fcntl(fd, F_SETFD, 0);
}

void fd_open_standard(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* The lowest that is free is what open(2) gives: this one. Any directory does where there are no devices. */
        if (open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) < 0 && open("/", O_RDONLY) < 0)
            return;
    }
}

int fd_flush(FILE *file)
{
    bool lost = fflush(file) != 0;
    return ferror(file) || lost ? -1 : 0;
}

int fd_finish_output(void)
{
    return fd_flush(stdout) ? EX_IOERR : 0;
}

int fd_write_all(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t wrote = write(fd, at, length);
        if (wrote < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        at += wrote;
        length -= (size_t)wrote;
    }
    return 0;
}

ssize_t fd_write_heeding(int fd, const void *bytes, size_t length, int bell, int timeout)
{
    size_t done = 0;
    while (done < length) {
        struct pollfd wait[2] = {{.fd = fd, .events = POLLOUT}, {.fd = bell, .events = POLLIN}};
        int ready = poll(wait, 2, timeout);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -1;
        if (!wait[0].revents)
            break;
        /* Of a pipe poll(2) promises no more room than this. */
        size_t piece = length - done < PIPE_BUF ? length - done : PIPE_BUF;
        ssize_t wrote = write(fd, (const char *)bytes + done, piece);
        if (wrote < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return (ssize_t)done;
}

long fd_limit_hard(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return 256;
    return limit.rlim_max == RLIM_INFINITY || limit.rlim_max > 1 << 20 ? 1 << 20 : (long)limit.rlim_max;
}

long fd_raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return 256;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur == RLIM_INFINITY ? 1 << 20 : (long)limit.rlim_cur;
}

static bool names_descriptor(const char *path)
{
    return strcmp(path, "/dev/stdin") == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
           strncmp(path, "/proc/self/fd/", 14) == 0;
}

bool fd_is_handed(const char *path)
{
    struct stat status;
    return names_descriptor(path) && stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

const char *fd_why(int error)
{
    return error == ENXIO ? "this is no regular file" : strerror(error);
}

/* Returns a descriptor from which can be read to the end without waiting for others, or -1 and errno. */
static int open_to_read(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    int error = fstat(fd, &status) ? errno : 0;
    if (!error && S_ISDIR(status.st_mode))
        error = EISDIR;
    else if (!error && names_descriptor(path))
        error = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0 ? errno : 0;
    else if (!error && !S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
        error = ENXIO;
    if (!error)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

char *fd_read_file(const char *path, size_t limit, size_t *length)
{
    int fd = open_to_read(path);
    if (fd < 0)
        return NULL;
    char *bytes = NULL;
    struct stat status;
    bool known = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size < (off_t)limit;
    size_t used = 0, size = 0, least = known ? (size_t)status.st_size + 2 : 4096;
    for (;;) {
        if (used + 1 >= size) {
            size = size ? size * 2 : least;
            char *more = realloc(bytes, size);
            if (!more)
                goto fail;
            bytes = more;
        }
        ssize_t got = read(fd, bytes + used, size - used - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            errno = ENXIO; /* a device that would have us wait */
        if (got < 0)
            goto fail;
        if (got == 0)
            break;
        used += (size_t)got;
        if (used > limit) {
            errno = EFBIG;
            goto fail;
        }
    }
    close(fd);
    size_t mark = text_mark_length(bytes, used);
    used -= mark;
    memmove(bytes, bytes + mark, used);
    bytes[used] = '\0';
    if (length)
        *length = used;
    return bytes;
fail:;
    int error = errno;
    free(bytes);
    close(fd);
    errno = error;
    return NULL;
}

/* kept: where the descriptor goes, to which more can be added, or NULL: it is closed. */
static int replace(int directory, const char *path, const void *bytes, size_t length, mode_t mode, int *kept)
{
    char temporary[4096];
    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    unlinkat(directory, temporary, 0); /* of one that crashed; or a link that somebody else has put there */
    int fd = openat(directory, temporary, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return -1;
    int error = fd_write_all(fd, bytes, length) || fsync(fd) ? errno : 0;
    if (!kept && close(fd) && !error)
        error = errno;
    if (!error && renameat(directory, temporary, directory, path) == 0) {
        if (kept)
            *kept = fd;
        return 0;
    }
    if (!error)
        error = errno;
    if (kept)
        close(fd);
    unlinkat(directory, temporary, 0);
    errno = error;
    return -1;
}

int fd_replace_file_at(int directory, const char *path, const void *bytes, size_t length, mode_t mode)
{
    return replace(directory, path, bytes, length, mode, NULL);
}

int fd_replace_file_kept(int directory, const char *path, const void *bytes, size_t length, mode_t mode)
{
    int fd;
    return replace(directory, path, bytes, length, mode, &fd) ? -1 : fd;
}

int fd_replace_file(const char *path, const void *bytes, size_t length, mode_t mode)
{
    return fd_replace_file_at(AT_FDCWD, path, bytes, length, mode);
}

int fd_make_directory(const char *path, mode_t mode)
{
    char part[4096];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    size_t length = strlen(part);
    if (length == 0) {
        errno = ENOENT;
        return -1;
    }
    while (length > 1 && part[length - 1] == '/')
        part[--length] = '\0';
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(part, 0755);
        *slash = '/';
    }
    if (mkdir(part, mode) == 0)
        return 0;
    struct stat status;
    if (errno != EEXIST || stat(part, &status))
        return -1;
    if (S_ISDIR(status.st_mode))
        return 0;
    errno = ENOTDIR;
    return -1;
}

int fd_close_failed(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}
