/* Shared memory. Created by the supervisor before its first fork and inherited by all; nothing here is
 * written after region_create returns.
 *
 * Invariant: everything inside is found by offset, so that a process started later may map it elsewhere. */
#include "region.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/hash.h"
#include "base/port.h"

#define MAGIC UINT64_C(0x666f726b63686174) /* "forkchat" */
#define PAGE  ((size_t)4096)

struct region_shm {
    uint64_t magic;
    uint64_t layout;
    uint64_t size;
    struct {
        uint64_t offset;
        uint64_t size;
    } areas[REGION_AREAS];
};

void region_name(const char *path, char name[REGION_NAME_SIZE])
{
    uint64_t hash = HASH64_START;
    for (; *path; path++)
        hash = hash64_add(hash, (unsigned char)*path);
    snprintf(name, REGION_NAME_SIZE, "/forkchat-%016llx", (unsigned long long)hash);
}

uint64_t region_layout(uint64_t layout)
{
    return layout << 16 | port_libc() << 8 | sizeof(void *);
}

static size_t round_up(size_t size)
{
    return (size + PAGE - 1) & ~(PAGE - 1);
}

/* Touching a page that the file system behind shared memory has no room for kills by SIGBUS, long after
 * the start; so all of it is set aside now. Where the system cannot do that, the room is at least there now. */
static int check_room(int fd, size_t size)
{
    struct statvfs status;
    if (fstatvfs(fd, &status) || status.f_blocks == 0)
        return 0;
    if ((uint64_t)status.f_bavail * status.f_frsize >= size)
        return 0;
    errno = ENOSPC;
    return -1;
}

static void remember(struct region *region, const struct region_shm *header, void *base, int fd, const char *name)
{
    region->base = base;
    region->fd = fd;
    region->size = header->size;
    snprintf(region->name, sizeof region->name, "%s", name);
    for (int i = 0; i < REGION_AREAS; i++) {
        region->areas[i].offset = header->areas[i].offset;
        region->areas[i].size = header->areas[i].size;
    }
}

int region_create(struct region *region, const char *name, uint64_t layout, const size_t *sizes, int count)
{
    size_t size = round_up(sizeof(struct region_shm));
    for (int i = 0; i < count; i++) {
        if (sizes[i] > SIZE_MAX / 2 - size) {
            errno = ENOMEM;
            return -1;
        }
        size += round_up(sizes[i]);
    }

    shm_unlink(name);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0)
        return -1;
    void *base = NULL;
    bool failed =
        fd_set_cloexec(fd) || check_room(fd, size) || ftruncate(fd, (off_t)size) || !(base = port_map(fd, size));
    if (!failed) {
        port_map_large(fd, base, size);
        failed = port_set_aside(fd, size);
    }
    if (failed) {
        int error = errno;
        if (base)
            port_unmap(base, size);
        close(fd);
        shm_unlink(name);
        errno = error;
        return -1;
    }

    struct region_shm *header = base;
    size_t offset = round_up(sizeof *header);
    for (int i = 0; i < count; i++) {
        header->areas[i].offset = offset;
        header->areas[i].size = sizes[i];
        offset += round_up(sizes[i]);
    }
    header->size = size;
    header->layout = region_layout(layout);
    header->magic = MAGIC;

    remember(region, header, base, fd, name);
    port_hide_from_dumps(base, size); /* it is what everybody says */
    return 0;
}

/* Whether all areas lie inside: what is in the region may be what somebody else wrote. */
static bool areas_fit(const struct region_shm *header)
{
    for (int i = 0; i < REGION_AREAS; i++)
        if (header->areas[i].offset > header->size || header->areas[i].offset % PAGE ||
            header->areas[i].size > header->size - header->areas[i].offset)
            return false;
    return true;
}

int region_open(struct region *region, const char *name, uint64_t layout)
{
    int fd = shm_open(name, O_RDWR, 0);
    return fd < 0 ? -1 : region_open_file(region, fd, name, layout);
}

int region_open_file(struct region *region, int fd, const char *name, uint64_t layout)
{
    struct stat status;
    void *base = NULL;
    if (fd_set_cloexec(fd) == 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
        (size_t)status.st_size >= sizeof(struct region_shm))
        base = port_map(fd, (size_t)status.st_size);
    if (!base) {
        close(fd);
        errno = EPROTO;
        return -1;
    }
    struct region_shm header;
    memcpy(&header, base, sizeof header); /* looked at once, then believed */
    bool whole = header.magic == MAGIC && header.size == (uint64_t)status.st_size && areas_fit(&header);
    if (!whole || header.layout != region_layout(layout)) {
        port_unmap(base, (size_t)status.st_size);
        close(fd);
        errno = whole ? ENOTSUP : EPROTO;
        return -1;
    }
    remember(region, &header, base, fd, name);
    return 0;
}

bool region_has_name(const struct region *region)
{
    struct stat own, named;
    int fd = shm_open(region->name, O_RDONLY, 0);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        return true; /* as far as can be seen */
    bool same = fd >= 0 && fstat(fd, &named) == 0 && fstat(region->fd, &own) == 0 && own.st_dev == named.st_dev &&
                own.st_ino == named.st_ino;
    if (fd >= 0)
        close(fd);
    return same;
}

void *region_area(const struct region *region, int area, size_t *size)
{
    if (size)
        *size = region->areas[area].size;
    return region->base + region->areas[area].offset;
}

void region_unmap(struct region *region)
{
    port_unmap(region->base, region->size);
    close(region->fd);
    region->base = NULL;
}

void region_unlink(const char *name)
{
    shm_unlink(name);
}
