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
#include "base/log.h"
#include "base/place.h"
#include "base/port.h"

#define PID_FILE    "forkchatd.pid"
#define FAMILY_FILE "family.lock"

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

/* Returns 0, or -1 and errno: EACCES or EAGAIN if another daemon has it. */
static int lock_pid_file(struct runtime *runtime, int directory)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat status;
    for (;;) {
        runtime->pid_file = place_file(directory, PID_FILE);
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
    const char *path = settings->runtime_directory, *why;
    int directory = place_enter(path, &why), status = 0;
    if (directory < 0) {
        log_error("runtime-directory: %s: %s", path, why);
        return EX_CANTCREAT;
    }
    runtime_keep(runtime, settings);
    int taken = lock_pid_file(runtime, directory);
    if (taken && runtime->pid_file >= 0) {
        tell_who_runs(runtime, path);
        status = EX_UNAVAILABLE;
    } else if (taken) {
        log_error("%s: %s", runtime->pid_path, strerror(errno));
        status = EX_CANTCREAT;
    } else if ((*family = place_file(directory, FAMILY_FILE)) < 0) {
        log_error("%s/" FAMILY_FILE ": %s", path, strerror(errno));
        status = EX_CANTCREAT;
    } else {
        *deserted = runtime_is_deserted(*family);
    }
    close(directory);
    return status;
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
                                  .channels = users + 200,
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
