/* Places of files, for the daemon and for those who look for it. Only place_listen touches any. */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"

void place_runtime(char *path, size_t size)
{
    const char *own = getenv("XDG_RUNTIME_DIR");
    if (geteuid() == 0)
        snprintf(path, size, "/run/forkchat");
    else if (own && own[0] == '/')
        snprintf(path, size, "%.150s/forkchat", own);
    else
        snprintf(path, size, "/tmp/forkchat-%ld", (long)geteuid());
}

int place_socket(const char *directory, const char *name, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int length = snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", directory, name);
    return length < (int)sizeof address->sun_path ? 0 : -1;
}

int place_listen(const struct sockaddr_un *address, int type, int backlog)
{
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0)
        return -1;
    unlink(address->sun_path);
    mode_t before = umask(0177);
    int bound = bind(fd, (const struct sockaddr *)address, sizeof *address);
    umask(before);
    if (bound || fd_set_cloexec(fd) || fd_set_nonblocking(fd) || listen(fd, backlog)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}
