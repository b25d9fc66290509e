/* Runtime directory and shared memory. Run by the supervisor at start and end. */
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"

#define PID_FILE "forkchatd.pid"

/* Memberships for every user in so many channels on average. */
#define CHANNELS_PER_USER 8u

static void name_region(const struct settings *settings, char name[REGION_NAME_SIZE])
{
    char path[4096];
    if (!realpath(settings->runtime_directory, path))
        snprintf(path, sizeof path, "%s", settings->runtime_directory);
    region_name(path, name);
}

int runtime_open_world(struct shared *shared, struct world *world, const struct settings *settings)
{
    char name[REGION_NAME_SIZE];
    name_region(settings, name);
    if (shared_open(shared, name, WORLD_LAYOUT))
        return -1;
    if (world_attach(world, shared) == 0)
        return 0;
    region_unmap(&shared->region);
    errno = EPROTO;
    return -1;
}

static int open_in(const char *directory, const char *name, char *path, size_t size)
{
    if (snprintf(path, size, "%s/%s", directory, name) >= (int)size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

/* Returns 0, or -1 and errno: EACCES or EAGAIN if another daemon has it. */
static int lock_pid_file(struct runtime *runtime, const char *directory)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat status;
    for (;;) {
        runtime->pid_file = open_in(directory, PID_FILE, runtime->pid_path, sizeof runtime->pid_path);
        if (runtime->pid_file < 0 || fcntl(runtime->pid_file, F_SETLK, &whole) || fstat(runtime->pid_file, &status))
            return -1;
        if (status.st_nlink > 0)
            return 0;
        close(runtime->pid_file); /* that of a daemon that has removed it meanwhile: the next one makes another */
    }
}

static void tell_who_runs(const struct runtime *runtime, const char *directory)
{
    char pid[32] = "";
    if (read(runtime->pid_file, pid, sizeof pid - 1) > 0)
        pid[strcspn(pid, "\n")] = '\0';
    log_error("another forkchatd (pid %s) runs in %s: stop it, or use another runtime-directory", pid, directory);
}

int runtime_take(struct runtime *runtime, const struct settings *settings, int *family, bool *deserted)
{
    const char *directory = settings->runtime_directory;
    char path[4096];
    if (fd_make_directory(directory, 0755)) {
        log_error("runtime-directory: %s: %s", directory, strerror(errno));
        return EX_CANTCREAT;
    }
    int taken = lock_pid_file(runtime, directory);
    if (taken && runtime->pid_file >= 0) {
        tell_who_runs(runtime, directory);
        return EX_UNAVAILABLE;
    }
    *family = taken ? -1 : open_in(directory, "family.lock", path, sizeof path);
    if (*family < 0) {
        log_error("runtime-directory: %s: %s", directory, strerror(errno));
        return EX_CANTCREAT;
    }
    *deserted = runtime_is_deserted(*family);
    return 0;
}

void runtime_keep(struct runtime *runtime, const struct settings *settings)
{
    snprintf(runtime->pid_path, sizeof runtime->pid_path, "%s/" PID_FILE, settings->runtime_directory);
}

bool runtime_is_deserted(int family)
{
    return port_lock_family(family) == 0 || errno != EWOULDBLOCK;
}

void runtime_write_pid(const struct runtime *runtime)
{
    char pid[32];
    int length = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(runtime->pid_file, 0) || pwrite(runtime->pid_file, pid, (size_t)length, 0) != length)
        log_warning("%s: %s", runtime->pid_path, strerror(errno));
}

void runtime_release(struct runtime *runtime)
{
    unlink(runtime->pid_path);
    close(runtime->pid_file);
}

int runtime_create_world(struct shared *shared, struct world *world,
                         const struct settings *settings, int couriers)
{
    uint32_t users = (uint32_t)settings->max_clients;
    struct world_limits limits = {.users = users,
                                  .channels = users + 100,
                                  .members = users * CHANNELS_PER_USER + 1000,
                                  .masks = users * 2 + 2000,
                                  .couriers = (uint32_t)couriers};
    char name[REGION_NAME_SIZE], text[SETTINGS_TEXT_SIZE];
    name_region(settings, name);
    size_t length = settings_write(settings, text, sizeof text);
    if (shared_create(shared, name, WORLD_LAYOUT, (size_t)settings->ring_size, world_size(&limits))) {
        log_error("cannot make %zu MiB of shared memory: %s%s",
                  (world_size(&limits) + (size_t)settings->ring_size) >> 20, strerror(errno),
                  errno == ENOSPC ? ": /dev/shm is too small; lower max-clients or ring-size" : "");
        return -1;
    }
    /* A million bytes for each millisecond since 1970, so that no restart goes back: positions name messages. */
    ring_start_at(&shared->ring, (uint64_t)clock_told() << 20);
    world_create(world, shared, &limits);
    shared_begin_look(shared);
    world_set_settings_locked(world, text, length);
    for (int i = 0; i < couriers; i++)
        ring_open_reader_locked(&shared->ring, i, true, ring_head(&shared->ring));
    shared_commit(shared);
    return 0;
}
