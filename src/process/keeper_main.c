/* The keeper: reads its file, gives up its privileges, and answers calls until it is told to end. Of shared memory it
 * writes the table of nicks that belong to accounts, and a count.
 *
 * Its files lie in a folder of its own below state-directory, which belongs to the user that children run as, and which
 * is the keeper's root if it has one to give up. That of accounts is replaced whole, and synced before anybody is told
 * that something was done; that of read markers is another matter (marker_file.c). If it cannot be read, nothing is
 * written, so that nothing gets lost; if it cannot be written, the keeper goes on, and says no to changes. SIGTERM ends
 * it between two calls. */
#include "keeper_main.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/port.h"
#include "ipc/call.h"
#include "keeper/serve.h"
#include "world/connections.h"
#include "world/counters.h"
#include "world/recorder.h"
#include "world/slots.h"
#include "marker_file.h"
#include "secrets.h"
#include "stop.h"

#define FOLDER     "keeper"
#define FILE_NAME  "accounts"
#define FILE_LIMIT ((size_t)64 << 20)

/* How often it looks whether the world has ended, and which devices have gone. */
#define LOOK_MS 1000

struct keeper {
    const struct child_start *start;
    struct keeper_service service;
    struct marker_file *markers;
    const struct secrets_shm *secrets; /* of operators */
    char path[4200];                   /* of the file, for the log */
    int directory;                     /* -1: there is none */
    bool is_readable;                  /* what is on disk is known here, and may be written again */
    bool is_failing;                   /* it could not be written the last time */
};

/* ---- the file ---- */

/* The folder, which belongs to the user that the keeper is going to be. Returns a descriptor, or -1 with *why. */
static int open_folder(const struct child_start *start, const char **why)
{
    const struct confinement *confinement = start->confinement;
    uid_t uid = confinement->drop ? confinement->uid : geteuid();
    struct stat status;
    int state = paths_open_directory(start->settings->state_directory, why);
    if (state < 0)
        return -1;
    *why = NULL;
    if (mkdirat(state, FOLDER, 0700) && errno != EEXIST)
        *why = strerror(errno);
    int fd = openat(state, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status))
        *why = strerror(errno);
    else if (status.st_uid != uid && status.st_uid != geteuid())
        *why = "it is somebody else's";
    else if (status.st_uid != uid && fchown(fd, uid, (gid_t)-1))
        *why = strerror(errno);
    else if ((status.st_mode & 077) && fchmod(fd, 0700))
        *why = strerror(errno);
    close(state);
    if (!*why)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void tell_line(void *context, int line)
{
    log_error("%s:%d: this is neither an account nor a channel: the line is kept as it is", (const char *)context,
              line);
}

static void read_file(struct keeper *keeper)
{
    struct stat status;
    keeper->is_readable = true;
    if (fstatat(keeper->directory, FILE_NAME, &status, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
        return;
    size_t length;
    char *text = fd_read_file(keeper->path, FILE_LIMIT, &length);
    if (!text) {
        log_error("%s: %s: no account can be used or changed", keeper->path, fd_why(errno));
        keeper->is_readable = false;
        return;
    }
    for (char *nul; (nul = memchr(text, '\0', length));)
        *nul = '?'; /* of a damaged line, which is not the end */
    store_read(keeper->service.store, text, tell_line, keeper->path);
    free(text);
}

static void open_file(struct keeper *keeper)
{
    const char *why;
    char folder[4096];
    snprintf(folder, sizeof folder, "%.4000s/" FOLDER, keeper->start->settings->state_directory);
    snprintf(keeper->path, sizeof keeper->path, "%s/" FILE_NAME, folder);
    keeper->directory = open_folder(keeper->start, &why);
    if (keeper->directory < 0)
        log_error("%s: %s: no account can be used or changed", keeper->path, why);
    else
        read_file(keeper);
    keeper->markers = marker_file_open(keeper->directory, folder, keeper->service.store);
    keeper->service.markers = marker_file_markers(keeper->markers);
}

/* Trouble is told once, and so is its end. */
static bool save(void *context)
{
    struct keeper *keeper = context;
    size_t length = 0;
    char *text = keeper->is_readable ? store_write(keeper->service.store, &length) : NULL;
    if (!keeper->is_readable)
        return false;
    bool saved = text && fd_replace_file_at(keeper->directory, FILE_NAME, text, length, 0600) == 0;
    int error = errno;
    free(text);
    CRASHPOINT("keeper-renamed");
    if (saved && fsync(keeper->directory) && errno != EINVAL) {
        error = errno;
        saved = false;
    }
    if (!saved && !keeper->is_failing)
        log_error("%s: %s: changes of accounts are refused until it can be written", keeper->path, strerror(error));
    if (saved && keeper->is_failing)
        log_warning("%s: it can be written again", keeper->path);
    keeper->is_failing = !saved;
    return saved;
}

static void note(void *context, const char *line, size_t length)
{
    const struct keeper *keeper = context;
    marker_file_note(keeper->markers, line, length);
}

static bool is_operators_hash(void *context, const char *name, const char *hash, size_t length)
{
    const struct keeper *keeper = context;
    return keeper->secrets && secrets_hold(keeper->secrets, name, hash, length);
}

/* ---- calls ---- */

/* The kernel knows who lives in a slot, and the worker may ask for itself alone. */
static bool is_worker(void *context, uint32_t slot, uint32_t generation, pid_t pid)
{
    const struct keeper *keeper = context;
    const struct world *world = keeper->start->world;
    if (slot >= world->limits.connections || world->connections[slot].generation != generation)
        return false;
    pid_t living = slot_pid(world, slot_of_worker(world, slot));
    return pid == 0 || living == pid || (living == LIVENESS_UNKNOWN && pid == world->connections[slot].pid);
}

/* Answers one, if one has come; false if the mailbox is nobody's any more. */
static bool answer_next(struct keeper *keeper, struct call_service *calls, bool operators)
{
    static struct keeper_answer answer;
    struct call call;
    enum call_arrival arrival = call_next(calls, &call, 0);
    if (arrival != CALL_CAME)
        return arrival != CALL_CLOSED;
    struct keeper_asker asker = {.is_operator = operators, .slot = call.slot, .generation = call.generation};
    size_t size = keeper_serve(&keeper->service, &asker, call.request, call.length, &answer);
    call_answer(calls, &call, &answer, size);
    count_add(keeper->start->world, COUNT_KEEPER_CALLS);
    return true;
}

static void serve(struct keeper *keeper)
{
    const struct inherited *inherited = keeper->start->inherited;
    struct call_service *workers = call_open(inherited->keeper[0][0], is_worker, keeper);
    struct call_service *operators = call_open(inherited->keeper[1][0], NULL, NULL);
    struct timespec most = {.tv_nsec = LOOK_MS * INT64_C(1000000) % 1000000000, .tv_sec = LOOK_MS / 1000};
    int64_t looked = 0;
    sigset_t none;
    sigemptyset(&none);
    if (!workers || !operators)
        fatal(EX_OSERR, "out of memory");
    while (!stop_is_asked() && !world_is_over(keeper->start->world)) {
        struct pollfd mailboxes[2] = {{.fd = inherited->keeper[0][0], .events = POLLIN},
                                      {.fd = inherited->keeper[1][0], .events = POLLIN}};
        if (port_ppoll(mailboxes, 2, &most, &none) == 0)
            marker_file_sync(keeper->markers);
        if (stop_is_asked() || !answer_next(keeper, workers, false) || !answer_next(keeper, operators, true))
            break;
        if (clock_monotonic() - looked >= LOOK_MS * MS) {
            looked = clock_monotonic();
            keeper_service_look(&keeper->service, false);
        }
    }
    if (world_is_over(keeper->start->world))
        keeper_service_look(&keeper->service, true);
    call_close(workers);
    call_close(operators);
}

static void set_signals(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    stop_catch(NULL);
}

int keeper_main(const struct child_start *start)
{
    static struct keeper keeper;
    set_signals();
    port_title_set("forkchatd: keeper");
    recorder_begin(recorder_take_other(start->world, getpid()), getpid());
    if (slot_live(start->world, slot_of_keeper(start->world, start->slot))) {
        if (errno == EAGAIN || errno == EACCES)
            return 0; /* one who was starting while a supervisor died was faster */
        fatal(EX_OSERR, "cannot lock a byte for the keeper: %s", strerror(errno));
    }
    keeper.start = start;
    keeper.service = (struct keeper_service){.store = store_new(),
                                             .world = start->world,
                                             .slots = start->world->limits.connections,
                                             .save = save,
                                             .note = note,
                                             .is_operator = is_operators_hash,
                                             .context = &keeper};
    keeper.secrets = secrets_open(start->inherited->secrets);
    if (!keeper.secrets)
        log_error("nobody can become an operator: %s", strerror(errno));
    open_file(&keeper);
    struct confinement confinement = *start->confinement;
    if (keeper.directory >= 0 && fchdir(keeper.directory))
        fatal(EX_OSERR, "%s: %s", keeper.path, strerror(errno));
    if (confinement.root >= 0 && keeper.directory >= 0) {
        close(confinement.root);
        confinement.root = dup(keeper.directory);
    }
    confine(&confinement, start->role);
    keeper_service_start(&keeper.service);
    CRASHPOINT("keeper-starts");
    serve(&keeper);
    keeper_service_end(&keeper.service);
    marker_file_close(keeper.markers);
    store_free(keeper.service.store);
    return 0;
}
