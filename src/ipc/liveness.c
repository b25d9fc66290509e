/* Liveness. Every process of the daemon begins once and asks now and then; writes no shared memory.
 *
 * A lock on a byte of a file, fcntl(2), is the process's own: a child does not inherit it, an exec keeps it, the kernel
 * lets go of it as it takes the dead process's descriptors, which is before the parent is told, and says who has it.
 * What stands in shared memory could be written there by any process that was taken over by its client.
 *
 * The kernel keeps the locks of a file in a list and walks it each time. Measured, that is about 20 ns for each process
 * in it, and an end walks the lists of all descriptors; so there are several files, but few enough for the table of
 * descriptors that each process has from the start (64).
 *
 * The files have names for a supervisor that comes after one that was killed; if those are taken away, couriers still
 * have the descriptors (process/inherited.h). */
#include "liveness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/paths.h"

static const char *name_of(int number)
{
    static char name[20];
    snprintf(name, sizeof name, "liveness.%02d", number);
    return name;
}

void liveness_init(struct liveness *liveness)
{
    for (int i = 0; i < LIVENESS_FILES; i++)
        liveness->files[i] = -1;
}

void liveness_close(struct liveness *liveness)
{
    for (int i = 0; i < LIVENESS_FILES; i++)
        if (liveness->files[i] >= 0)
            close(liveness->files[i]);
    liveness_init(liveness);
}

void liveness_unlink(int directory)
{
    for (int i = 0; i < LIVENESS_FILES; i++)
        unlinkat(directory, name_of(i), 0);
}

int liveness_make(struct liveness *liveness, int directory)
{
    liveness_init(liveness);
    for (int i = 0; i < LIVENESS_FILES; i++) {
        const char *name = name_of(i);
        if ((unlinkat(directory, name, 0) == 0 || errno == ENOENT) &&
            (liveness->files[i] = paths_open_file(directory, name)) >= 0)
            continue;
        int error = errno;
        liveness_close(liveness);
        errno = error;
        return -1;
    }
    return 0;
}

int liveness_open(struct liveness *liveness, int directory)
{
    liveness_init(liveness);
    for (int i = 0; i < LIVENESS_FILES; i++) {
        liveness->files[i] = openat(directory, name_of(i), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (liveness->files[i] >= 0)
            continue;
        int error = errno;
        liveness_close(liveness);
        errno = error;
        return -1;
    }
    return 0;
}

bool liveness_is_open(const struct liveness *liveness)
{
    return liveness->files[0] >= 0;
}

static int file_of(const struct liveness *liveness, uint32_t slot)
{
    return liveness->files[slot % LIVENESS_FILES];
}

static struct flock byte_of(uint32_t slot)
{
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)(slot / LIVENESS_FILES), .l_len = 1};
}

int liveness_begin(const struct liveness *liveness, uint32_t slot)
{
    struct flock lock = byte_of(slot);
    return fcntl(file_of(liveness, slot), F_SETLK, &lock) < 0 ? -1 : 0;
}

pid_t liveness_pid(const struct liveness *liveness, uint32_t slot)
{
    struct flock lock = byte_of(slot);
    if (fcntl(file_of(liveness, slot), F_GETLK, &lock))
        return LIVENESS_UNKNOWN;
    if (lock.l_type == F_UNLCK)
        return 0;
    return lock.l_pid > 1 ? lock.l_pid : LIVENESS_UNKNOWN;
}
