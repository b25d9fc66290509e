/* The processes of a session, as /proc shows them. */
#ifndef FORKCHAT_T_CHAOS_PROCESSES_H
#define FORKCHAT_T_CHAOS_PROCESSES_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The pids in this process's session, but for itself, whose title begins so. Returns how many, `most` at most. */
static inline int processes_titled(const char *title, pid_t *pids, int most)
{
    int count = 0;
    DIR *folder = opendir("/proc");
    pid_t session = getsid(0);
    for (struct dirent *entry; folder && count < most && (entry = readdir(folder));) {
        char path[300], text[200];
        pid_t pid = (pid_t)atol(entry->d_name);
        if (pid <= 0 || pid == getpid() || getsid(pid) != session)
            continue;
        snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        text[got > 0 ? got : 0] = '\0';
        if (strncmp(text, title, strlen(title)) == 0)
            pids[count++] = pid;
    }
    if (folder)
        closedir(folder);
    return count;
}

/* The child that process forked last, or 0. */
static inline pid_t process_newest_child(pid_t parent)
{
    char path[80];
    long pid = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%ld", &pid) == 1)
        continue;
    if (file)
        fclose(file);
    return (pid_t)pid;
}

static inline int process_descriptors(pid_t pid)
{
    char path[60];
    int count = -2; /* . and .. */
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *folder = opendir(path);
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* Memory that is the process's own, KiB; 0 if it cannot be told. */
static inline long process_memory(pid_t pid)
{
    char path[60], line[200];
    long size = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "RssAnon: %ld", &size) == 1)
            break;
    if (file)
        fclose(file);
    return size;
}

#endif
