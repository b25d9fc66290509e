/* The runtime directory: that only one daemon uses it, and what one that was killed left behind. */
#ifndef FORKCHAT_PROCESS_RUNTIME_H
#define FORKCHAT_PROCESS_RUNTIME_H

#include "conf/settings.h"
#include "ipc/txn.h"
#include "world/world.h"

struct runtime {
    char pid_path[4096];
    int pid_file; /* locked by the supervisor alone */
};

/* Takes the directory. *daemon_lock is a file that is locked as long as any process of a daemon lives; *deserted says
 * whether none did, or else those of a daemon whose supervisor died are still there. Returns 0, or an exit status after
 * reporting what is wrong. */
int runtime_take(struct runtime *runtime, const struct settings *settings, int *daemon_lock, bool *deserted);

/* The directory is ours already, pid file and all. */
void runtime_keep(struct runtime *runtime, const struct settings *settings);

/* Files that lost their names under a living daemon are made again: the pid file, and, if that returns true, the
 * daemon's lock file, which only children have that this process forks from now on. Does not block. */
bool runtime_mend(struct runtime *runtime, const struct settings *settings, const struct txn *txn, int *daemon_lock);

/* Reports that a daemon with that pid runs there. */
void runtime_tell_other(const struct settings *settings, const char *pid);

/* Whether nobody of an earlier daemon is left any more. */
bool runtime_is_deserted(int daemon_lock);

/* Leaves the file to those who hold it and cannot be reached, and makes another. Returns 0, or an exit status after
 * reporting. */
int runtime_begin_daemon_lock(const struct settings *settings, int *daemon_lock);

/* Writes the pid file. */
void runtime_write_pid(const struct runtime *runtime);

/* Gives it back on a clean exit. */
void runtime_release(struct runtime *runtime);

/* Uses the shared memory that is there, under the name that the daemon's lock file tells (-1: the usual one), or that
 * whose descriptor is here. Returns 0, or -1 and errno as region_open, region_open_file. */
int runtime_open_world(struct txn *txn, struct world *world, const struct settings *settings, int daemon_lock);
int runtime_open_region(struct txn *txn, struct world *world, const struct settings *settings, int daemon_lock,
                        int region);

/* The files by which the living are known: those that are there, if they all are. Their names go when the daemon ends.
 */
void runtime_open_liveness(struct txn *txn, const struct settings *settings);
void runtime_unlink_liveness(const struct settings *settings);

/* The name of the shared memory: the one in the daemon's lock file, or the usual one. */
void runtime_find_name(const struct settings *settings, int daemon_lock, char name[REGION_NAME_SIZE]);

/* Writes that down. */
void runtime_write_name(int daemon_lock, const struct txn *txn);

/* Makes the shared memory for these settings, with `couriers` couriers whose readers are open, and the files by which
 * the living are known; this process lives there as its supervisor. Returns 0, or -1 after reporting. */
int runtime_create_world(struct txn *txn, struct world *world, const struct settings *settings, int couriers);

#endif
