/* What the service manager keeps for the next supervisor, and what it kept for this one: the descriptors that couriers
 * keep as well (inherited.h), and the doors. So a supervisor that dies loses nobody even if all couriers die with it,
 * and who connects meanwhile waits instead of being refused. Run by the supervisor; writes no shared memory.
 *
 * What is kept is what there was when it was last looked at: after the start, a reload, a mended runtime directory. A
 * clean end has the session forgotten, which is over then. */
#include "supervisor_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crashpoint.h"
#include "base/log.h"
#include "listener_text.h"
#include "notify.h"

#define KEPT_SESSION "forkchatd.session."
#define KEPT_DOOR    "forkchatd.door."

#define KEPT_MOST (FD_HANDOFF_MOST + SETTING_LISTENS)

/* A descriptor that the manager has, or is to have: the file behind it says whether it is still the same. */
struct kept {
    char name[NOTIFY_NAME_SIZE];
    int fd;
    dev_t device;
    ino_t file;
};

struct kept_list {
    struct kept list[KEPT_MOST];
    int count;
};

static struct kept_list stored;

static void add(struct kept_list *kept, const char *name, int fd)
{
    struct stat status;
    if (fd < 0 || fstat(fd, &status) || kept->count == KEPT_MOST)
        return;
    struct kept *added = &kept->list[kept->count++];
    *added = (struct kept){.fd = fd, .device = status.st_dev, .file = status.st_ino};
    snprintf(added->name, sizeof added->name, "%s", name);
}

static bool holds(const struct kept_list *kept, const struct kept *one)
{
    for (int i = 0; i < kept->count; i++)
        if (kept->list[i].device == one->device && kept->list[i].file == one->file &&
            strcmp(kept->list[i].name, one->name) == 0)
            return true;
    return false;
}

/* ---- keeping ---- */

static void name_session(char name[NOTIFY_NAME_SIZE], const struct fd_named *named)
{
    snprintf(name, NOTIFY_NAME_SIZE, KEPT_SESSION "%s.%d", named->name, named->number);
}

/* What is to be kept. Those that were given by the manager itself come from there again. */
static void list_wanted(struct supervisor *supervisor, struct kept_list *wanted)
{
    struct fd_handoff handoff = {0};
    char name[NOTIFY_NAME_SIZE], text[LISTENER_TEXT_SIZE];
    wanted->count = 0;
    inherited_list(&supervisor->inherited, &handoff);
    for (int i = 0; i < handoff.count; i++) {
        name_session(name, &handoff.list[i]);
        add(wanted, name, *handoff.list[i].fd);
    }
    for (int i = 0; i < supervisor->listeners.count; i++) {
        const struct listener *listener = &supervisor->listeners.list[i];
        listener_text_write(listener, text);
        snprintf(name, sizeof name, KEPT_DOOR "%s", text);
        if (!listener->given)
            add(wanted, name, listener->fd);
    }
}

/* All of that name: the manager does not tell them apart. */
static void forget_name(const char *name)
{
    int left = 0;
    notify_forget(name);
    for (int i = 0; i < stored.count; i++)
        if (strcmp(stored.list[i].name, name) != 0)
            stored.list[left++] = stored.list[i];
    stored.count = left;
}

/* What is kept by names that begin so, unless it is wanted. */
static void forget_unwanted(const char *prefix, const struct kept_list *wanted)
{
    char name[NOTIFY_NAME_SIZE];
    for (int i = 0; i < stored.count;) {
        const struct kept *one = &stored.list[i];
        if (strncmp(one->name, prefix, strlen(prefix)) != 0 || holds(wanted, one)) {
            i++;
            continue;
        }
        memcpy(name, one->name, sizeof name);
        forget_name(name);
        i = 0;
    }
}

void supervisor_store(struct supervisor *supervisor)
{
    static struct kept_list wanted;
    if (!notify_is_open())
        return;
    list_wanted(supervisor, &wanted);
    forget_unwanted("", &wanted);
    for (int i = 0; i < wanted.count; i++)
        if (!holds(&stored, &wanted.list[i])) {
            notify_store(wanted.list[i].name, wanted.list[i].fd);
            stored.list[stored.count++] = wanted.list[i];
        }
}

void supervisor_store_end(bool doors)
{
    const struct kept_list none = {.count = 0};
    forget_unwanted(doors ? "" : KEPT_SESSION, &none);
    notify_wait();
}

/* ---- taking ---- */

/* As given_take; the manager has it still. */
static int take(struct given *given, const char *name)
{
    int fd = given_take(given, name);
    add(&stored, name, fd);
    return fd;
}

void supervisor_take_doors(struct supervisor *supervisor)
{
    struct given *given = supervisor->invocation->given;
    size_t skip = strlen(KEPT_DOOR);
    for (int i = 0; i < given->count; i++) {
        struct listener listener;
        if (given->list[i].fd < 0 || strncmp(given->list[i].name, KEPT_DOOR, skip) != 0 ||
            !listener_text_read(&listener, given->list[i].name + skip))
            continue;
        listener.fd = given->list[i].fd;
        if (listeners_add(&supervisor->listeners, &listener))
            continue;
        add(&stored, given->list[i].name, listener.fd);
        given->list[i].fd = -1;
    }
    given_forget(given, KEPT_DOOR);
}

/* All descriptors of the session whose memory is mapped; missing: none is kept then. */
static bool take_session(struct supervisor *supervisor, int region)
{
    struct inherited *inherited = &supervisor->inherited;
    struct fd_handoff handoff = {0};
    char name[NOTIFY_NAME_SIZE];
    inherited->couriers = (int)supervisor->world.limits.couriers;
    inherited_list(inherited, &handoff);
    fd_handoff_clear(&handoff);
    inherited->region = region;
    for (int i = 0; i < handoff.count; i++)
        if (*handoff.list[i].fd < 0) {
            name_session(name, &handoff.list[i]);
            *handoff.list[i].fd = take(supervisor->invocation->given, name);
        }
    if (fd_handoff_missing(&handoff) == 0 && !world_is_over(&supervisor->world))
        return true;
    region_unmap(&supervisor->txn.region); /* its descriptor as well */
    inherited->region = -1;
    fd_handoff_close(&handoff);
    return false;
}

/* Returns NULL with the session here, or what is wrong with it. */
static const char *open_session(struct supervisor *supervisor, int region)
{
    if (runtime_open_region(&supervisor->txn, &supervisor->world, supervisor->settings, -1, region))
        return strerror(errno);
    return take_session(supervisor, region) ? NULL : "it is over, or not all of it was kept";
}

bool supervisor_take_session(struct supervisor *supervisor)
{
    struct given *given = supervisor->invocation->given;
    int region = take(given, KEPT_SESSION "region.0");
    const char *wrong = region < 0 ? NULL : open_session(supervisor, region);
    given_forget(given, KEPT_SESSION);
    if (wrong) {
        log_warning("what the service manager kept of an earlier session is of no use: %s", wrong);
        supervisor_store_end(false);
    }
    if (region < 0 || wrong)
        return false;
    CRASHPOINT("session-given");
    supervisor->txn.liveness = supervisor->inherited.liveness;
    runtime_find_name(supervisor->settings, supervisor->inherited.daemon_lock, supervisor->txn.region.name);
    supervisor_make_children(supervisor);
    return true;
}
