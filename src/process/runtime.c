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
#include "base/paths.h"
#include "base/port.h"
#include "conf/capacity.h"
#include "world/history_marks.h"
#include "world/slots.h"

#define PID_FILE         "forkchatd.pid"
#define DAEMON_LOCK_FILE "family.lock"

/* The name that memory of that runtime directory has if nobody else has taken it. */
static void usual_name(const struct settings *settings, char name[REGION_NAME_SIZE])
{
    char path[4096];
    if (!realpath(settings->runtime_directory, path))
        snprintf(path, sizeof path, "%s", settings->runtime_directory);
    region_name(path, name);
}

void runtime_find_name(const struct settings *settings, int daemon_lock, char name[REGION_NAME_SIZE])
{
    char said[REGION_NAME_SIZE] = "";
    usual_name(settings, name);
    size_t length = strlen(name);
    if (daemon_lock >= 0 && pread(daemon_lock, said, sizeof said - 1, 0) > 0 && strncmp(said, name, length) == 0 &&
        strspn(said + length, "-0123456789abcdef") == strlen(said + length))
        memcpy(name, said, sizeof said);
}

static int attach(struct txn *txn, struct world *world)
{
    if (world_attach(world, txn) == 0)
        return 0;
    region_unmap(&txn->region);
    errno = EPROTO;
    return -1;
}

int runtime_open_world(struct txn *txn, struct world *world, const struct settings *settings, int daemon_lock)
{
    char name[REGION_NAME_SIZE];
    runtime_find_name(settings, daemon_lock, name);
    return txn_open(txn, name, WORLD_LAYOUT) ? -1 : attach(txn, world);
}

int runtime_open_region(struct txn *txn, struct world *world, const struct settings *settings, int daemon_lock,
                        int region)
{
    char name[REGION_NAME_SIZE];
    runtime_find_name(settings, daemon_lock, name);
    return txn_open_file(txn, region, name, WORLD_LAYOUT) ? -1 : attach(txn, world);
}

static int lock_whole(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_SETLK, &whole);
}

/* Returns 0, or -1 and errno: EACCES or EAGAIN if another daemon has it. */
static int lock_pid_file(struct runtime *runtime, int directory)
{
    struct stat status;
    for (;;) {
        runtime->pid_file = paths_open_file(directory, PID_FILE);
        if (runtime->pid_file < 0 || lock_whole(runtime->pid_file) || fstat(runtime->pid_file, &status))
            return -1;
        if (status.st_nlink > 0)
            return 0;
        close(runtime->pid_file); /* that of a daemon that has removed it meanwhile: the next one makes another */
    }
}

void runtime_tell_other(const struct settings *settings, const char *pid)
{
    log_error("another forkchatd (pid %s) runs in %s: stop it, or use another runtime-directory",
              *pid ? pid : "not yet written down", settings->runtime_directory);
}

static void tell_who_runs(const struct runtime *runtime, const struct settings *settings)
{
    char pid[32] = "";
    if (read(runtime->pid_file, pid, sizeof pid - 1) > 0)
        pid[strcspn(pid, "\n")] = '\0';
    runtime_tell_other(settings, pid);
}

int runtime_take(struct runtime *runtime, const struct settings *settings, int *daemon_lock, bool *deserted)
{
    const char *path = settings->runtime_directory, *why;
    int directory = paths_open_directory(path, &why), status = 0;
    if (directory < 0) {
        log_error("runtime-directory: %s: %s", path, why);
        return EX_CANTCREAT;
    }
    runtime_keep(runtime, settings);
    int taken = lock_pid_file(runtime, directory);
    if (taken && runtime->pid_file >= 0) {
        tell_who_runs(runtime, settings);
        status = EX_UNAVAILABLE;
    } else if (taken) {
        log_error("%s: %s", runtime->pid_path, strerror(errno));
        status = EX_CANTCREAT;
    } else if ((*daemon_lock = paths_open_file(directory, DAEMON_LOCK_FILE)) < 0) {
        log_error("%s/" DAEMON_LOCK_FILE ": %s", path, strerror(errno));
        status = EX_CANTCREAT;
    } else {
        *deserted = runtime_is_deserted(*daemon_lock);
    }
    close(directory);
    return status;
}

/* Whether that open file is the one of that name. */
static bool is_named(int fd, int directory, const char *name)
{
    struct stat own, named;
    return fstat(fd, &own) == 0 && fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

/* Puts a file of that name in the place of the one in *fd, if `lock` gets it. */
static bool replace(int *fd, int directory, const char *name, int (*lock)(int))
{
    int fresh = paths_open_file(directory, name);
    if (fresh < 0)
        return false;
    if (lock(fresh)) {
        close(fresh); /* another daemon is looking whether somebody is here */
        return false;
    }
    close(*fd);
    *fd = fresh;
    return true;
}

bool runtime_mend(struct runtime *runtime, const struct settings *settings, const struct txn *txn, int *daemon_lock)
{
    const char *why;
    int directory = open(settings->runtime_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool pid = directory >= 0 && is_named(runtime->pid_file, directory, PID_FILE);
    bool lock = directory >= 0 && is_named(*daemon_lock, directory, DAEMON_LOCK_FILE);
    if (directory >= 0)
        close(directory);
    if ((pid && lock) || (directory = paths_open_directory(settings->runtime_directory, &why)) < 0)
        return false;
    if (!pid && replace(&runtime->pid_file, directory, PID_FILE, lock_whole)) {
        runtime_write_pid(runtime);
        log_warning("%s was taken away: made again", runtime->pid_path);
    }
    bool replaced = !lock && replace(daemon_lock, directory, DAEMON_LOCK_FILE, port_lock_family);
    if (replaced) {
        runtime_write_name(*daemon_lock, txn);
        log_warning("%s/" DAEMON_LOCK_FILE " was taken away: made again", settings->runtime_directory);
    }
    close(directory);
    return replaced;
}

void runtime_keep(struct runtime *runtime, const struct settings *settings)
{
    snprintf(runtime->pid_path, sizeof runtime->pid_path, "%s/" PID_FILE, settings->runtime_directory);
}

bool runtime_is_deserted(int daemon_lock)
{
    return port_lock_family(daemon_lock) == 0 || errno != EWOULDBLOCK;
}

int runtime_begin_daemon_lock(const struct settings *settings, int *daemon_lock)
{
    const char *why;
    int directory = paths_open_directory(settings->runtime_directory, &why), fresh = -1;
    if (directory >= 0 && (unlinkat(directory, DAEMON_LOCK_FILE, 0) == 0 || errno == ENOENT))
        fresh = paths_open_file(directory, DAEMON_LOCK_FILE);
    if (directory >= 0)
        close(directory);
    if (fresh < 0 || port_lock_family(fresh)) {
        log_error("%s/" DAEMON_LOCK_FILE ": cannot be made again", settings->runtime_directory);
        return EX_UNAVAILABLE;
    }
    close(*daemon_lock);
    *daemon_lock = fresh;
    return 0;
}

void runtime_write_name(int daemon_lock, const struct txn *txn)
{
    const char *name = txn->region.name;
    if (ftruncate(daemon_lock, 0) || pwrite(daemon_lock, name, strlen(name), 0) < 0)
        log_warning("cannot write down the name of the shared memory: %s", strerror(errno));
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

void runtime_open_liveness(struct txn *txn, const struct settings *settings)
{
    int directory = open(settings->runtime_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return;
    liveness_open(&txn->liveness, directory);
    close(directory);
}

void runtime_unlink_liveness(const struct settings *settings)
{
    int directory = open(settings->runtime_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return;
    liveness_unlink(directory);
    close(directory);
}

/* Before anybody else can be there. */
static int live_alone(struct txn *txn, const struct settings *settings, const struct world_limits *limits)
{
    const char *why;
    const struct world world = {.txn = txn, .limits = *limits};
    int directory = paths_open_directory(settings->runtime_directory, &why);
    int status = directory < 0 || liveness_make(&txn->liveness, directory) || txn_live(txn, slot_of_supervisor(&world));
    if (status)
        log_error("%s/liveness.*: %s", settings->runtime_directory, directory < 0 ? why : strerror(errno));
    if (directory >= 0)
        close(directory);
    return status ? -1 : 0;
}

int runtime_create_world(struct txn *txn, struct world *world, const struct settings *settings, int couriers)
{
    struct world_limits limits = capacity_tables(settings->max_clients, settings->max_detached, couriers);
    char name[REGION_NAME_SIZE], text[SETTINGS_TEXT_SIZE];
    size_t length = settings_write(settings, text, sizeof text);
    usual_name(settings, name);
    int status = txn_create(txn, name, WORLD_LAYOUT, (size_t)settings->ring_size, world_size(&limits));
    if (status && errno == EEXIST) {
        /* Somebody else was first. Another name, which cannot be guessed. */
        unsigned number;
        size_t end = strlen(name);
        if (port_random(&number, sizeof number) == 0)
            snprintf(name + end, sizeof name - end, "-%08x", number);
        status = txn_create(txn, name, WORLD_LAYOUT, (size_t)settings->ring_size, world_size(&limits));
    }
    if (status) {
        log_error("cannot make %zu MiB of shared memory: %s%s",
                  (world_size(&limits) + (size_t)settings->ring_size) >> 20, strerror(errno),
                  errno == ENOSPC ? ": /dev/shm is too small; lower max-clients or ring-size" : "");
        return -1;
    }
    if (live_alone(txn, settings, &limits)) {
        region_unlink(txn->region.name);
        return -1;
    }
    /* A million bytes for each millisecond since 1970, so that no restart goes back: positions name messages. */
    ring_start_at(&txn->ring, (uint64_t)clock_realtime() << 20);
    world_create(world, txn, &limits);
    if (settings->history)
        history_marks_turn_on(world);
    txn_begin_look(txn);
    world_set_settings_locked(world, text, length);
    for (int i = 0; i < couriers; i++)
        ring_open_reader_locked(&txn->ring, i, true, ring_head(&txn->ring));
    if (settings->history)
        ring_open_reader_locked(&txn->ring, history_reader(world), true, ring_head(&txn->ring));
    txn_commit(txn);
    return 0;
}
