/* Exec state: written by a supervisor right before it is executed again, read by what it is then. It has the
 * descriptors (fd_handoff.h), what the doors listen on, and which processes are children. A change of what is
 * written here needs another WORLD_LAYOUT, so that the program before does not execute this one. No shared memory. */
#include "exec_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "fd_handoff.h"
#include "listener_text.h"
#include "supervisor_parts.h"

#define ENVIRONMENT "FORKCHATD_SESSION"

_Static_assert(1 + LIVENESS_FILES + 4 + 4 + 4 + 2 * COURIERS_MAX + 1 + SETTING_LISTENS <= FD_HANDOFF_MOST,
               "there is room for all descriptors");

/* What couriers hand to the successor of a supervisor that died, and what only a living one has. */
static struct fd_handoff list_descriptors(struct supervisor *supervisor)
{
    struct fd_handoff handoff = {0};
    inherited_list(&supervisor->inherited, &handoff);
    fd_handoff_add(&handoff, "pid-file", 0, &supervisor->runtime.pid_file);
    for (int i = 0; i < supervisor->listeners.count; i++)
        fd_handoff_add(&handoff, "listener", i, &supervisor->listeners.list[i].fd);
    return handoff;
}

/* ---- writing ---- */

static void write_listener(FILE *file, int number, const struct listener *listener)
{
    char text[LISTENER_TEXT_SIZE];
    listener_text_write(listener, text);
    fprintf(file, "listener %d %s\n", number, text);
}

/* Orphans are found again as they were found before. */
static void write_child(FILE *file, const struct child *child)
{
    const struct child_row *row = child_row(child->kind);
    if (child_is_present(child) && !child_is_orphan(child) && !(row->flags & ENDS_APART))
        fprintf(file, "child %s %u %ld\n", row->name, child->slot, (long)child->pid);
}

/* The region and the number of couriers come first, on which the rest depends. */
static void write_state(struct supervisor *supervisor, FILE *file)
{
    fprintf(file, "directory %d %s\ncouriers %d\n", supervisor->inherited.region,
            supervisor->settings->runtime_directory, supervisor->inherited.couriers);
    for (int i = 0; i < supervisor->listeners.count; i++)
        write_listener(file, i, &supervisor->listeners.list[i]);
    struct fd_handoff handoff = list_descriptors(supervisor);
    fd_handoff_write(&handoff, file);
    for (uint32_t i = 0; i < supervisor->children.total; i++)
        write_child(file, &supervisor->children.list[i]);
}

static void keep_descriptors(struct supervisor *supervisor, bool open)
{
    struct fd_handoff handoff = list_descriptors(supervisor);
    fd_handoff_keep(&handoff, open);
}

int exec_state_save(struct supervisor *supervisor)
{
    int state = port_nameless_file(), copy = state < 0 ? -1 : dup(state);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
    char number[20];
    bool written = false;
    if (file) {
        write_state(supervisor, file);
        written = fd_flush(file) == 0;
        written = fclose(file) == 0 && written;
    } else if (copy >= 0) {
        close(copy);
    }
    snprintf(number, sizeof number, "%d", state);
    if (!written || fd_clear_cloexec(state) || setenv(ENVIRONMENT, number, 1)) {
        int error = errno;
        if (state >= 0)
            close(state);
        errno = error;
        return -1;
    }
    keep_descriptors(supervisor, true);
    return state;
}

void exec_state_drop(struct supervisor *supervisor, int state)
{
    keep_descriptors(supervisor, false);
    unsetenv(ENVIRONMENT);
    close(state);
}

/* ---- reading ---- */

static bool read_listener(struct supervisor *supervisor, const char *line)
{
    struct listeners *listeners = &supervisor->listeners;
    struct listener listener;
    char text[LISTENER_TEXT_SIZE];
    int number;
    if (sscanf(line, "listener %d %99s", &number, text) != 2 || number != listeners->count ||
        number == SETTING_LISTENS || !listener_text_read(&listener, text))
        return false;
    listeners->list[listeners->count++] = listener;
    return true;
}

static bool are_bound(struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++) {
        struct net_address *bound = &listeners->list[i].bound;
        bound->length = sizeof bound->storage;
        if (getsockname(listeners->list[i].fd, (struct sockaddr *)&bound->storage, &bound->length))
            return false;
    }
    return true;
}

static bool read_child(struct supervisor *supervisor, const char *line)
{
    struct children *children = &supervisor->children;
    char name[20];
    unsigned slot;
    long pid;
    int kind = sscanf(line, "child %19s %u %ld", name, &slot, &pid) == 3 ? child_kind_by_name(name) : -1;
    if (kind < 0 || slot >= children->count[kind] || pid <= 1)
        return false;
    struct child *child = children_at(children, (enum child_kind)kind, slot);
    if (child_is_present(child))
        return false;
    child->kind = (enum child_kind)kind;
    children_note(children, child, CHILD_KEPT, (pid_t)pid, clock_monotonic());
    return true;
}

/* Where everything is: another runtime directory would need a restart. */
static bool read_directory(struct supervisor *supervisor, const char *directory)
{
    struct settings *settings = supervisor->settings;
    if (strcmp(settings->runtime_directory, directory) == 0)
        return true;
    log_warning("runtime-directory: another one than %s needs a restart", directory);
    free(settings->runtime_directory);
    settings->runtime_directory = strdup(directory);
    return settings->runtime_directory != NULL;
}

static _Noreturn void refuse(const char *line)
{
    fatal(EX_UNAVAILABLE, "the supervisor before left something else: %s", line);
}

/* The first two lines, on which depends what the others may be. */
static void read_begin(struct supervisor *supervisor, FILE *file)
{
    char line[4200] = "";
    int region, path = 0;
    if (!fgets(line, sizeof line, file) || sscanf(line, "directory %d %n", &region, &path) != 1 || !path)
        refuse(line);
    line[strcspn(line, "\n")] = '\0';
    if (!read_directory(supervisor, line + path))
        fatal(EX_OSERR, "out of memory");
    if (runtime_open_region(&supervisor->txn, &supervisor->world, supervisor->settings, -1, region))
        fatal(EX_UNAVAILABLE, "the shared memory of the supervisor before cannot be used: %s", strerror(errno));
    int *couriers = &supervisor->inherited.couriers;
    if (!fgets(line, sizeof line, file) || sscanf(line, "couriers %d", couriers) != 1 || *couriers < 1 ||
        *couriers > COURIERS_MAX)
        refuse(line);
}

static void read_state(struct supervisor *supervisor, FILE *file)
{
    char line[400];
    read_begin(supervisor, file);
    supervisor_make_children(supervisor);
    struct fd_handoff handoff = list_descriptors(supervisor);
    fd_handoff_clear(&handoff);
    while (fgets(line, sizeof line, file)) {
        if (read_child(supervisor, line) || read_listener(supervisor, line))
            continue;
        handoff = list_descriptors(supervisor); /* with the listeners read so far */
        if (!fd_handoff_read(&handoff, line))
            refuse(line);
    }
    if (!are_bound(&supervisor->listeners))
        refuse("a door without a socket");
}

bool exec_state_exists(void)
{
    const char *number = getenv(ENVIRONMENT);
    return number && *number;
}

bool exec_state_load(struct supervisor *supervisor)
{
    char *number = getenv(ENVIRONMENT);
    if (!exec_state_exists())
        return false;
    int fd = atoi(number);
    *number = '\0'; /* done with; the string is ours, from port_title_init */
    FILE *file = fd_set_cloexec(fd) ? NULL : fdopen(fd, "r");
    if (!file)
        fatal(EX_UNAVAILABLE, "the supervisor before left nothing to read: %s", strerror(errno));
    rewind(file);
    read_state(supervisor, file);
    fclose(file);
    supervisor->txn.liveness = supervisor->inherited.liveness;
    runtime_find_name(supervisor->settings, supervisor->inherited.daemon_lock, supervisor->txn.region.name);
    keep_descriptors(supervisor, false);
    return true;
}
