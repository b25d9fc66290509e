/* The last step of every transfer. Runs in the workers that fetch and catch. */
#include "lan/partfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/port.h"
#include "base/text.h"

#define PART_LEAF_MAX 200 /* bytes of a name in its temporary name, which has 255 */

void partfile_name(const char *leaf, const char *hash, char part[PARTFILE_NAME_SIZE])
{
    size_t length = strlen(leaf);
    if (length <= PART_LEAF_MAX)
        snprintf(part, PARTFILE_NAME_SIZE, ".%s.%.16s.part", leaf, hash);
    else
        snprintf(part, PARTFILE_NAME_SIZE, ".%.*s~%08x.%.16s.part", (int)text_boundary(leaf, length, PART_LEAF_MAX - 9),
                 leaf, text_hash_name(leaf), hash);
}

int partfile_open(int folder, const char *part)
{
    struct stat status;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = openat(folder, part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (fstat(fd, &status) || fcntl(fd, F_SETLK, &lock))
        goto fail;
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || status.st_uid != geteuid()) {
        errno = EPERM;
        goto fail;
    }
    return fd;
fail:;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* rename(2) would replace what is there; link(2) does not. Where a disk knows no links, the look and the
 * rename are two steps. */
static int name_it(int folder, const char *part, const char *leaf, bool force)
{
    struct stat status;
    if (force)
        return renameat(folder, part, folder, leaf);
    if (!linkat(folder, part, folder, leaf, 0))
        return unlinkat(folder, part, 0);
    if (errno != EPERM && errno != ENOTSUP && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
        return -1;
    if (!fstatat(folder, leaf, &status, AT_SYMLINK_NOFOLLOW)) {
        errno = EEXIST;
        return -1;
    }
    return renameat(folder, part, folder, leaf);
}

unsigned partfile_mode(unsigned mode)
{
    mode_t forbidden = umask(0);
    umask(forbidden);
    return mode & 0777 & ~(unsigned)forbidden;
}

int partfile_finish(int folder, int fd, const char *part, const char *leaf, unsigned mode, int64_t changed, bool force)
{
    struct timespec times[2] = {{.tv_sec = (time_t)changed}, {.tv_sec = (time_t)changed}};
    /* A disk without modes or times is no failure. */
    if (fchmod(fd, partfile_mode(mode)) && errno != EPERM && errno != ENOTSUP)
        return -1;
    if (futimens(fd, times) && errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
        return -1;
    /* A disk behind a network tells only at a close(2) that it did not take it all. */
    int copy = dup(fd);
    if (copy >= 0 && close(copy))
        return -1;
    return name_it(folder, part, leaf, force);
}

FILE *partfile_open_nameless(int folder)
{
    unsigned char bytes[8];
    char name[32] = ".forkchat-";
    if (port_random(bytes, sizeof bytes))
        return NULL;
    for (int i = 0; i < 8; i++)
        snprintf(name + 10 + 2 * i, 3, "%02x", bytes[i]);
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return NULL;
    unlinkat(folder, name, 0);
    FILE *file = fdopen(fd, "w+");
    if (!file)
        close(fd);
    return file;
}
