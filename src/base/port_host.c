/* Portability: what the host has room for, and how much of it is taken. Read by the supervisor at its start and by
 * forkchatctl(8); writes nothing. */
#define _GNU_SOURCE
#include "port.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "port_have.h"

static int64_t hard_limit(int which)
{
    struct rlimit limit;
    return getrlimit(which, &limit) || limit.rlim_max == RLIM_INFINITY || limit.rlim_max > INT64_MAX
               ? -1
               : (int64_t)limit.rlim_max;
}

#if HAVE_PROC
#include <sys/timex.h>

/* What there is of a file of /proc or /sys, whose sizes are told as 0. */
static bool read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got = 0;
    if (fd < 0)
        return false;
    while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    close(fd);
    text[length] = '\0';
    return got >= 0;
}

/* A number alone in a file; -1 if there is none ("max"), or one that stands for none. */
static int64_t read_number(const char *path)
{
    char text[64];
    if (!read_text(path, text, sizeof text) || !isdigit((unsigned char)text[0]))
        return -1;
    int64_t number = (int64_t)strtoll(text, NULL, 10);
    return number > INT64_MAX / 2 ? -1 : number;
}

/* The number behind `name` at the beginning of a line; the second if `nth` is 1. -1 if there is none. */
static int64_t number_behind(const char *text, const char *name, int nth)
{
    size_t length = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " \t");
        for (; nth > 0; nth--) {
            at += strcspn(at, " \t\n");
            at += strspn(at, " \t");
        }
        return isdigit((unsigned char)*at) ? (int64_t)strtoll(at, NULL, 10) : -1;
    }
    return -1;
}

/* Those of that user, each thread of which counts, and those that `parent` made. */
static void count_processes(uid_t uid, pid_t parent, int64_t *of_user, int64_t *children)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    char path[300], text[2048];
    *of_user = *children = 0;
    while (folder && (entry = readdir(folder))) {
        struct stat status;
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
        if (stat(path, &status) || !read_text(path, text, sizeof text))
            continue;
        if ((uid_t)number_behind(text, "Uid:", 0) == uid)
            *of_user += number_behind(text, "Threads:", 0);
        *children += number_behind(text, "PPid:", 0) == parent;
    }
    if (folder)
        closedir(folder);
}

/* Of the groups that the process is in, the one with least room: from its own up to the outermost. */
static struct port_room room_in_groups(const char *base, const char *group, const char *most, const char *used)
{
    struct port_room least = {-1, 0};
    char path[4096], name[8192];
    snprintf(path, sizeof path, "%s", strcmp(group, "/") == 0 ? "" : group);
    for (;;) {
        struct port_room room;
        snprintf(name, sizeof name, "%s%s/%s", base, path, most);
        room.most = read_number(name);
        snprintf(name, sizeof name, "%s%s/%s", base, path, used);
        room.used = read_number(name);
        if (room.used < 0)
            room.used = 0;
        if (room.most >= 0 && (least.most < 0 || room.most - room.used < least.most - least.used))
            least = room;
        char *slash = strrchr(path, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* cgroups(7): the one hierarchy of version 2, or those of version 1 for processes and for memory. */
static void look_at_groups(pid_t pid, struct port_host *host)
{
    char path[60], text[8192], *rest = text, *line;
    snprintf(path, sizeof path, "/proc/%ld/cgroup", (long)pid);
    if (!read_text(path, text, sizeof text))
        return;
    while ((line = strsep(&rest, "\n"))) {
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        controllers++;
        if (!*controllers && host->group_processes.most < 0 && host->group_memory.most < 0) {
            host->group_processes = room_in_groups("/sys/fs/cgroup", group, "pids.max", "pids.current");
            host->group_memory = room_in_groups("/sys/fs/cgroup", group, "memory.max", "memory.current");
        } else if (strcmp(controllers, "pids") == 0) {
            host->group_processes = room_in_groups("/sys/fs/cgroup/pids", group, "pids.max", "pids.current");
        } else if (strcmp(controllers, "memory") == 0) {
            host->group_memory =
                room_in_groups("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", "memory.usage_in_bytes");
        }
    }
}

static void look_at_memory(struct port_host *host)
{
    char text[4096];
    if (!read_text("/proc/meminfo", text, sizeof text))
        return;
    int64_t all = number_behind(text, "MemTotal:", 0), available = number_behind(text, "MemAvailable:", 0);
    if (all >= 0 && available >= 0)
        host->memory = (struct port_room){all << 10, (all - available) << 10};
}

static void look_at_limits(pid_t pid, struct port_host *host)
{
    char path[60], text[4096];
    snprintf(path, sizeof path, "/proc/%ld/limits", (long)pid);
    if (!read_text(path, text, sizeof text))
        return;
    host->descriptors = number_behind(text, "Max open files", 1);
    host->processes.most = number_behind(text, "Max processes", 0);
}

/* Slashes and a number, as in "0.10 0.20 0.30 3/812 4711". */
static int64_t count_threads(void)
{
    char text[100], *slash;
    return read_text("/proc/loadavg", text, sizeof text) && (slash = strchr(text, '/')) ? atoll(slash + 1) : 0;
}

static void look_at_system(pid_t pid, struct port_host *host)
{
    struct stat status;
    char path[60], text[100];
    int64_t threads = count_threads(), of_user;
    snprintf(path, sizeof path, "/proc/%ld", (long)pid);
    uid_t uid = stat(path, &status) ? geteuid() : status.st_uid;
    look_at_limits(pid, host);
    count_processes(uid, pid, &of_user, &host->children);
    host->processes.used = of_user;
    if (uid == 0)
        host->processes.most = -1; /* fork(2): whom this limit is not for */
    host->numbers = (struct port_room){read_number("/proc/sys/kernel/pid_max"), threads};
    host->threads = (struct port_room){read_number("/proc/sys/kernel/threads-max"), threads};
    if (read_text("/proc/sys/fs/file-nr", text, sizeof text))
        host->files = (struct port_room){read_number("/proc/sys/fs/file-max"), strtoll(text, NULL, 10)};
    look_at_groups(pid, host);
    look_at_memory(host);
}

int64_t port_sysctl(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "/proc/sys/%s", name);
    for (char *at = path; *at; at++)
        if (*at == '.')
            *at = '/';
    return read_number(path);
}

int port_clock_is_synchronised(void)
{
    struct timex clock = {0};
    int state = adjtimex(&clock);
    return state < 0 ? -1 : state != TIME_ERROR && !(clock.status & STA_UNSYNC);
}

#else

int64_t port_sysctl(const char *name)
{
    (void)name;
    return -1;
}

int port_clock_is_synchronised(void)
{
    return -1;
}

static void look_at_system(pid_t pid, struct port_host *host)
{
    if (pid == getpid() && geteuid() != 0)
        host->processes.most = hard_limit(RLIMIT_NPROC);
}

#endif

void port_host(pid_t pid, struct port_host *host)
{
    const struct port_room unknown = {-1, 0};
    struct statvfs memory;
    *host = (struct port_host){.descriptors = hard_limit(RLIMIT_NOFILE),
                               .processes = unknown,
                               .numbers = unknown,
                               .threads = unknown,
                               .group_processes = unknown,
                               .files = unknown,
                               .memory = unknown,
                               .group_memory = unknown,
                               .shared = unknown};
    if (statvfs(PORT_SHARED_FOLDER, &memory) == 0)
        host->shared = (struct port_room){(int64_t)(memory.f_blocks * memory.f_frsize),
                                          (int64_t)((memory.f_blocks - memory.f_bavail) * memory.f_frsize)};
    look_at_system(pid, host);
}
