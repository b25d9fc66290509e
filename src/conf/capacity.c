/* How many clients a host carries. Reckoned by the supervisor at its start, and by forkchatctl(8); no shared memory. */
#include "capacity.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/port.h"
#include "ipc/liveness.h"
#include "settings.h"
#include "world/counters.h"
#include "world/world.h"

/* Memberships for every user in so many channels on average. */
#define CHANNELS_PER_USER 8u

/* What a courier needs besides its clients' sockets; the mailboxes of all couriers are its as well. */
#define COURIER_DESCRIPTORS (32 + LIVENESS_FILES)

/* Processes beside workers and couriers: the supervisor, a console, some for operators. */
#define OTHER_PROCESSES 4

/* The memory of one client, all told: what its worker has of its own, the pages in which the system keeps track of
 * that, the kernel's part. */
#define CLIENT_MEMORY (INT64_C(384) << 10)

#define MOST_CLIENTS 100000

int capacity_couriers(const struct settings *settings)
{
    int couriers = settings->couriers ? (int)settings->couriers : port_processors();
    return couriers > (int)COUNTED_COURIERS ? (int)COUNTED_COURIERS : couriers;
}

struct world_limits capacity_tables(int64_t clients, int64_t detached, int couriers)
{
    uint32_t users = (uint32_t)clients;
    return (struct world_limits){.users = users + (uint32_t)detached,
                                 .connections = users,
                                 .channels = users + 200,
                                 .members = users * CHANNELS_PER_USER + 1000,
                                 .masks = users * 2 + 2000,
                                 .couriers = (uint32_t)couriers};
}

/* One in eight is for clients who have left and are still being sent their last words. Slots are a stack, so those in
 * use are the lowest, which all couriers share evenly. */
int64_t capacity_of_descriptors(int64_t descriptors, int couriers)
{
    int64_t sockets = descriptors - COURIER_DESCRIPTORS - couriers;
    return sockets > 0 ? (sockets - sockets / 8) * couriers : 0;
}

static void add(struct capacity *capacity, const char *name, int64_t clients, const char *cure, const char *why, ...)
    __attribute__((format(printf, 5, 6)));

static void add(struct capacity *capacity, const char *name, int64_t clients, const char *cure, const char *why, ...)
{
    struct capacity_limit *limit = &capacity->limits[capacity->count++];
    va_list arguments;
    limit->name = name;
    limit->clients = clients < 0 ? 0 : clients;
    limit->cure = cure;
    va_start(arguments, why);
    vsnprintf(limit->why, sizeof limit->why, why, arguments);
    va_end(arguments);
    if (!capacity->first || limit->clients < capacity->first->clients)
        capacity->first = limit;
}

/* A limit of processes: each client is one. `here` are those of this daemon that are there already. */
static void add_processes(struct capacity *capacity, const char *name, struct port_room room, int64_t here,
                          int couriers, const char *cure, const char *what)
{
    if (room.most >= 0)
        add(capacity, name, room.most - room.used + here - couriers - OTHER_PROCESSES, cure,
            "%s: %lld, of which %lld are there", what, (long long)room.most, (long long)room.used);
}

static void add_memory(struct capacity *capacity, const char *name, struct port_room room, int64_t here, int64_t shared,
                       const char *cure, const char *what)
{
    if (room.most >= 0)
        add(capacity, name, (room.most - room.used - shared) / CLIENT_MEMORY + here, cure,
            "%s: %lld MiB are free, a client takes about %lld KiB", what, (long long)((room.most - room.used) >> 20),
            (long long)(CLIENT_MEMORY >> 10));
}

static int64_t shared_for(const struct settings *settings, int64_t clients, int couriers)
{
    struct world_limits tables = capacity_tables(clients, settings->max_detached, couriers);
    return (int64_t)world_size(&tables) + settings->ring_size;
}

/* All of it is set aside at the start. */
static void add_shared(struct capacity *capacity, const struct settings *settings, struct port_room room, int couriers)
{
    int64_t least = 0, most = MOST_CLIENTS;
    while (least < most) {
        int64_t middle = (least + most + 1) / 2;
        if (shared_for(settings, middle, couriers) <= room.most - room.used)
            least = middle;
        else
            most = middle - 1;
    }
    add(capacity, "shared memory", least,
        "enlarge it (mount -o remount,size=128m " PORT_SHARED_FOLDER
        "; docker run --shm-size=128m), or lower ring-size",
        PORT_SHARED_FOLDER " has %lld MiB free; tables and ring of so many clients are set aside there",
        (long long)((room.most - room.used) >> 20));
}

static void add_sockets(struct capacity *capacity, const struct port_host *host, int couriers)
{
    if (host->descriptors >= 0)
        add(capacity, "descriptors", capacity_of_descriptors(host->descriptors, couriers),
            "raise the hard limit (systemd: LimitNOFILE=; ulimit -Hn), or have more couriers",
            "the couriers may open no more descriptors (ulimit -Hn): %lld, and there are %d couriers",
            (long long)host->descriptors, couriers);
    if (host->files.most >= 0)
        add(capacity, "files", host->files.most - host->files.used + host->children, "raise fs.file-max (sysctl)",
            "the system opens no more files (fs.file-max): %lld", (long long)host->files.most);
}

void capacity_measure(struct capacity *capacity, const struct settings *settings, pid_t pid, bool runs)
{
    struct port_host host;
    int couriers = capacity_couriers(settings);
    port_host(pid, &host);
    int64_t here = runs ? host.children : 0;
    int64_t shared = runs ? 0 : shared_for(settings, settings->max_clients, couriers);
    memset(capacity, 0, sizeof *capacity);
    capacity->configured = settings->max_clients;
    add_sockets(capacity, &host, couriers);
    add_processes(capacity, "processes", host.processes, here, couriers,
                  "raise it (systemd: LimitNPROC=; /etc/security/limits.conf: nproc; ulimit -u)",
                  "processes of this user (ulimit -u)");
    add_processes(capacity, "control group", host.group_processes, here, couriers,
                  "raise it (systemd: TasksMax=; docker run --pids-limit)",
                  "processes of the control group (pids.max)");
    add_processes(capacity, "process numbers", host.numbers, here, couriers, "raise kernel.pid_max (sysctl)",
                  "process numbers of the system (kernel.pid_max)");
    add_processes(capacity, "threads", host.threads, here, couriers, "raise kernel.threads-max (sysctl)",
                  "threads of the system (kernel.threads-max)");
    add_memory(capacity, "memory", host.memory, here, shared, "add memory, or stop what else takes it",
               "memory of the system");
    add_memory(capacity, "memory of the group", host.group_memory, here, shared,
               "raise it (systemd: MemoryMax=; docker run --memory)", "memory of the control group (memory.max)");
    if (!runs && host.shared.most >= 0)
        add_shared(capacity, settings, host.shared, couriers);
    if (capacity->count == 0)
        add(capacity, "max-clients", settings->max_clients, "", "this system tells no limit");
    capacity->clients = capacity->first->clients;
}
