/* Places of files, for the daemon and for those who look for it. Only paths_listen touches any. */
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"
#include "port.h"

void paths_runtime(char *path, size_t size)
{
    const char *own = getenv("XDG_RUNTIME_DIR");
    if (geteuid() == 0)
        snprintf(path, size, "%s", FORKCHAT_RUNDIR);
    else if (own && own[0] == '/')
        snprintf(path, size, "%.150s/forkchat", own);
    else
        snprintf(path, size, "/tmp/forkchat-%ld", (long)geteuid());
}

static bool is_trusted(uid_t uid)
{
    return uid == 0 || uid == geteuid();
}

/* In a folder such as /tmp only its owner can replace a link, so one of ours stays what it is. */
static bool is_foreign_link(const char *path)
{
    char name[4096];
    struct stat status;
    if (snprintf(name, sizeof name, "%s", path) >= (int)sizeof name)
        return true;
    for (size_t end = strlen(name); end > 1 && name[end - 1] == '/'; end--)
        name[end - 1] = '\0'; /* or the link is followed */
    return lstat(name, &status) == 0 && S_ISLNK(status.st_mode) && !is_trusted(status.st_uid);
}

int paths_open_directory(const char *path, const char **why)
{
    struct stat status;
    int fd = fd_make_directory(path, 0755) ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *why = NULL;
    if (is_foreign_link(path))
        *why = "somebody else has made this link: use another directory";
    else if (fd < 0 || fstat(fd, &status))
        *why = strerror(errno);
    else if (!is_trusted(status.st_uid))
        *why = "somebody else has made it: use another directory";
    else if (status.st_mode & (S_IWGRP | S_IWOTH))
        *why = "others may write there: use another directory, or take that from them (chmod go-w)";
    if (!*why)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

int paths_open_file(int directory, const char *name)
{
    struct stat status;
    int fd = openat(directory, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int error = fstat(fd, &status) ? errno : 0;
    if (!error && (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || status.st_nlink > 1))
        error = EPERM;
    if (!error && (status.st_mode & 0777) != 0600 && fchmod(fd, 0600))
        error = errno;
    if (!error)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

bool paths_is_ours(int socket, uid_t owner)
{
    uid_t uid;
    gid_t gid;
    return port_peer(socket, &uid, &gid) || is_trusted(uid) || (owner != (uid_t)-1 && uid == owner);
}

int paths_socket(const char *directory, const char *name, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int length = snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", directory, name);
    return length < (int)sizeof address->sun_path ? 0 : -1;
}

int paths_listen(const struct sockaddr_un *address, int type, int backlog)
{
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0)
        return -1;
    unlink(address->sun_path);
    mode_t before = umask(0177);
    int bound = bind(fd, (const struct sockaddr *)address, sizeof *address);
    umask(before);
    if (bound || fd_set_cloexec(fd) || fd_set_nonblocking(fd) || (type != SOCK_DGRAM && listen(fd, backlog))) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}
