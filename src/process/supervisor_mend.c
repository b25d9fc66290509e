/* Files of the daemon are there for those who come later: the next supervisor, operators. A cleaner of old files may
 * take them away under a living daemon, and harms nobody: the processes go by descriptors, and what can be named again
 * is. Run by the supervisor; writes no shared memory. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/paths.h"
#include "supervisor_parts.h"

#define LOOK_NS (1000 * MS)

static bool is_socket(const char *directory, const char *name)
{
    struct sockaddr_un address;
    struct stat status;
    return paths_socket(directory, name, &address) == 0 && lstat(address.sun_path, &status) == 0 &&
           S_ISSOCK(status.st_mode);
}

/* The memory of a file without a name cannot get one again. Couriers give its descriptor to the next supervisor. */
static void tell_of_memory(const struct supervisor *supervisor)
{
    static bool told;
    const struct region *region = &supervisor->txn.region;
    if (told || region_has_name(region))
        return;
    told = true;
    log_warning("the name of the shared memory, %s, was taken away: going on without it", region->name);
}

void supervisor_mend_places(struct supervisor *supervisor)
{
    static int64_t next;
    struct inherited *inherited = &supervisor->inherited;
    const char *directory = supervisor->settings->runtime_directory;
    int64_t now = clock_monotonic();
    if (now < next)
        return;
    next = now + LOOK_NS;
    tell_of_memory(supervisor);
    bool renew = runtime_mend(&supervisor->runtime, supervisor->settings, &supervisor->txn, &inherited->daemon_lock);
    if (inherited->successor >= 0 && !is_socket(directory, PATHS_SUCCESSOR) &&
        inherited_listen(inherited, directory) == 0) {
        log_warning("%s/" PATHS_SUCCESSOR " was taken away: made again", directory);
        renew = true;
    }
    if (supervisor->control.fd >= 0 && !is_socket(directory, PATHS_CONTROL)) {
        control_listener_close(&supervisor->control, false);
        control_listener_open(&supervisor->control, supervisor->settings);
        log_warning("%s/" PATHS_CONTROL " was taken away: made again", directory);
    }
    if (supervisor->arrivals.fd >= 0 && !is_socket(directory, PATHS_ARRIVALS)) {
        arrivals_close(&supervisor->arrivals, false);
        arrivals_open(&supervisor->arrivals, directory);
        log_warning("%s/" PATHS_ARRIVALS " was taken away: made again", directory);
    }
    /* The couriers there are have the descriptors of what was. */
    if (renew)
        supervisor_store(supervisor);
    for (int i = 0; renew && i < inherited->couriers; i++)
        children_note(&supervisor->children, children_at(&supervisor->children, CHILD_COURIER, (uint32_t)i),
                      CHILD_RENEWED, 0, now);
}
