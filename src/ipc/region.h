/* One region of shared memory, divided into areas, that every process of a daemon maps. */
#ifndef FORKCHAT_IPC_REGION_H
#define FORKCHAT_IPC_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGION_AREAS     8
#define REGION_NAME_SIZE 64

struct region {
    char *base;
    size_t size;
    char name[REGION_NAME_SIZE];
    int fd; /* the memory itself, whatever becomes of its name */
    struct {
        uint64_t offset, size;
    } areas[REGION_AREAS]; /* our own: what lies in the region may change under our hands */
};

/* The name for the daemon whose runtime directory is `path`: the same path gives the same name, so that a
 * restarted supervisor finds what it left. */
void region_name(const char *path, char name[REGION_NAME_SIZE]);

/* What a region says of its layout: `layout`, the caller's version, and what else has to agree for two programs to
 * share it: the size of words, and the C library, whose semaphores lie in it. */
uint64_t region_layout(uint64_t layout);

/* Makes the region `name` with one area per entry of `sizes` (bytes, `count` at most REGION_AREAS), all
 * zero. All of it is set aside at once, so that another program that fills the system's shared memory later does no
 * harm. `layout` says what the areas hold; a region of another layout is not opened. Replaces a region of that name.
 * Returns 0, or -1 and errno (ENOSPC if the system's shared memory is too small for all of it, EEXIST if somebody else
 * has something of that name). May block for milliseconds. shm_open(3). */
int region_create(struct region *region, const char *name, uint64_t layout, const size_t *sizes, int count);

/* Maps a region that exists. -1 with ENOENT if there is none, ENOTSUP if its layout is another, EPROTO if it is not
 * whole or belongs to another user. */
int region_open(struct region *region, const char *name, uint64_t layout);

/* The same for one whose descriptor is here, which is the region's own then, or closed on failure; `name` is what to
 * call it. */
int region_open_file(struct region *region, int fd, const char *name, uint64_t layout);

/* Whether that is what its name names. */
bool region_has_name(const struct region *region);

/* The first byte of an area, aligned to a page, and its size. */
void *region_area(const struct region *region, int area, size_t *size);

/* And closes its descriptor. */
void region_unmap(struct region *region);

/* Takes the name away; those who mapped it keep the memory. Not an error if it is gone. */
void region_unlink(const char *name);

#endif
