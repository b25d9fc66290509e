/* Places of files. Used by the daemon and by forkchatctl; touches no file. */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
