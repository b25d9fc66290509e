/* Portability: descriptors, and the memory behind them. Every process uses it; writes no shared memory. */
#define _GNU_SOURCE
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fd.h"
#include "port_have.h"

#if ON_LINUX
#include <sys/random.h>
#include <sys/syscall.h>
#endif

/* What most systems put in one entry of the page tables above the last. */
#define LARGE_PAGE ((size_t)2 << 20)

void port_close_from(int lowest)
{
#if HAVE_CLOSEFROM
    closefrom(lowest);
#else
#if HAVE_CLOSE_RANGE && defined SYS_close_range
    if (syscall(SYS_close_range, (unsigned)lowest, ~0u, 0u) == 0)
        return;
#endif
    struct rlimit limit;
    int end = getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max > 1 << 20 ? 1 << 20 : (int)limit.rlim_max;
    for (int fd = lowest; fd < end; fd++)
        close(fd);
#endif
}

int port_pipe(int ends[2])
{
    if (pipe(ends))
        return -1;
    return fd_set_cloexec(ends[0]) || fd_set_cloexec(ends[1]) ? -1 : 0;
}

int port_pipe_nonblocking(int ends[2])
{
#if HAVE_PIPE2
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
#else
    return port_pipe(ends) || fcntl(ends[0], F_SETFL, O_NONBLOCK) || fcntl(ends[1], F_SETFL, O_NONBLOCK) ? -1 : 0;
#endif
}

int port_nameless_file(void)
{
#if HAVE_MEMFD && defined SYS_memfd_create
    int memory = (int)syscall(SYS_memfd_create, "forkchat", 1u /* MFD_CLOEXEC */);
    if (memory >= 0)
        return memory;
#endif
    /* Under a name that nobody can guess, and so make first. */
    unsigned long long number;
    char name[40];
    if (port_random(&number, sizeof number))
        return -1;
    snprintf(name, sizeof name, "/forkchat-%016llx", number);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) {
        shm_unlink(name);
        fd_set_cloexec(fd);
    }
    return fd;
}

static int random_source = -1; /* open, if it has to be and was asked to be */

int port_random_keep(void)
{
#if !HAVE_GETRANDOM
    if (random_source < 0)
        random_source = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    return random_source < 0 ? -1 : 0;
#else
    return 0;
#endif
}

int port_random(void *bytes, size_t length)
{
#if HAVE_GETRANDOM
    if (getrandom(bytes, length, 0) == (ssize_t)length)
        return 0;
#endif
    int fd = random_source >= 0 ? random_source : open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, bytes, length);
    if (fd != random_source)
        close(fd);
    if (got == (ssize_t)length)
        return 0;
    errno = EIO;
    return -1;
}

#if HAVE_PPOLL

int port_ppoll(struct pollfd *fds, int count, const struct timespec *most, const sigset_t *mask)
{
    return ppoll(fds, (nfds_t)count, most, mask);
}

#else

/* For so long a signal may have to wait where there are more descriptors than pselect(2) takes. */
#define SLICE_MS 50

/* Without pselect(2): a signal that comes between the change of the mask and poll(2) is noticed when this ends. Then it
 * is as if one had come. */
static int poll_a_while(struct pollfd *fds, int count, const struct timespec *most, const sigset_t *mask)
{
    sigset_t before;
    int64_t left = most ? (int64_t)most->tv_sec * 1000 + (most->tv_nsec + 999999) / 1000000 : SLICE_MS + 1;
    if (mask)
        sigprocmask(SIG_SETMASK, mask, &before);
    int ready = poll(fds, (nfds_t)count, left < SLICE_MS ? (int)left : SLICE_MS), error = errno;
    if (mask)
        sigprocmask(SIG_SETMASK, &before, NULL);
    errno = ready == 0 ? EINTR : error;
    return ready == 0 && left > SLICE_MS ? -1 : ready;
}

/* pselect(2) waits, and poll(2) then tells what happened, of which it knows more. */
int port_ppoll(struct pollfd *fds, int count, const struct timespec *most, const sigset_t *mask)
{
    fd_set in, out;
    int highest = -1;
    FD_ZERO(&in);
    FD_ZERO(&out);
    for (int i = 0; i < count; i++) {
        if (fds[i].fd >= FD_SETSIZE)
            return poll_a_while(fds, count, most, mask);
        if (fds[i].fd < 0)
            continue;
        if (fds[i].events & POLLIN)
            FD_SET(fds[i].fd, &in);
        if (fds[i].events & POLLOUT)
            FD_SET(fds[i].fd, &out);
        if (fds[i].fd > highest)
            highest = fds[i].fd;
    }
    if (pselect(highest + 1, &in, &out, NULL, most, mask) < 0)
        return -1;
    return poll(fds, (nfds_t)count, 0);
}

#endif

void port_hide_from_dumps(void *memory, size_t size)
{
#if HAVE_DUMP_ADVICE && defined MADV_DONTDUMP
    madvise(memory, size, MADV_DONTDUMP);
#elif HAVE_DUMP_ADVICE && defined MADV_NOCORE
    madvise(memory, size, MADV_NOCORE);
#else
    (void)memory, (void)size;
#endif
}

int port_terminal_size(int fd, int *rows, int *columns)
{
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        *rows = size.ws_row;
        *columns = size.ws_col;
        return 0;
    }
#else
    (void)fd, (void)rows, (void)columns;
#endif
    return -1;
}

int port_lock_family(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB);
}

static size_t with_zeros(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page + page;
}

/* Zeros at an address that large pages can begin at, if there is at least one in it; otherwise anywhere. */
static char *map_zeros(size_t size)
{
    size_t more = size > LARGE_PAGE ? LARGE_PAGE : 0;
    char *memory = mmap(NULL, size + more, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || !more)
        return memory == MAP_FAILED ? NULL : memory;
    size_t before = -(uintptr_t)memory % LARGE_PAGE;
    if (before)
        munmap(memory, before);
    munmap(memory + before + size, more - before);
    return memory + before;
}

void *port_map(int fd, size_t size)
{
    /* All of it is zeros first; the file then takes the place of those before the last page. */
    void *memory = map_zeros(with_zeros(size));
    if (!memory)
        return NULL;
    if (mmap(memory, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED)
        return memory;
    int error = errno;
    munmap(memory, with_zeros(size));
    errno = error;
    return NULL;
}

void *port_pages(size_t size)
{
#if IS_SANITIZED
    return calloc(1, size); /* its bounds are watched */
#else
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
#endif
}

void port_free_pages(void *memory, size_t size)
{
#if IS_SANITIZED
    (void)size;
    free(memory);
#else
    if (memory)
        munmap(memory, size);
#endif
}

void port_map_large(int fd, void *memory, size_t size)
{
#if HAVE_LARGE_PAGES
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
    /* Where there is nothing at all, nothing is put together; and what there is is copied. Hence one small page in each
     * large one. */
    for (size_t at = 0; at + LARGE_PAGE <= size; at += LARGE_PAGE)
        if (posix_fallocate(fd, (off_t)at, 1))
            return;
    if (size >= LARGE_PAGE)
        madvise(memory, size / LARGE_PAGE * LARGE_PAGE, MADV_COLLAPSE);
#else
    (void)fd, (void)memory, (void)size;
#endif
}

void port_unmap(void *memory, size_t size)
{
    munmap(memory, with_zeros(size));
}

int port_set_aside(int fd, size_t size)
{
#if HAVE_FALLOCATE
    int error;
    do
        error = posix_fallocate(fd, 0, (off_t)size);
    while (error == EINTR);
    if (error && error != EINVAL && error != EOPNOTSUPP && error != ENODEV) {
        errno = error;
        return -1;
    }
#else
    (void)fd, (void)size;
#endif
    return 0;
}

void port_write_back(int fd, int64_t from, int64_t length)
{
#if HAVE_WRITE_BACK
    if (sync_file_range(fd, from, length, SYNC_FILE_RANGE_WRITE))
        return; /* a disk that cannot do that has it written later */
#else
    (void)fd, (void)from, (void)length;
#endif
}
