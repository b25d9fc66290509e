/* The sandbox of OpenBSD: promises, pledge(2), and no file at all, unveil(2), but for the archivist, who has
 * a root of its own. Workers, couriers and control
 * children; writes no shared memory. */
#define _BSD_SOURCE
#include "sandbox.h"

#include <stddef.h>
#include <unistd.h>

const char *sandbox_means(void)
{
    return "pledge";
}

void sandbox_prepare(void)
{
}

int sandbox_enter(enum sandbox_role role)
{
    static const char *const promises[] = {
        [SANDBOX_WORKER] = "stdio sendfd",      [SANDBOX_COURIER] = "stdio recvfd sendfd unix",
        [SANDBOX_CONTROL] = "stdio tty sendfd", [SANDBOX_KEEPER] = "stdio recvfd wpath cpath",
        [SANDBOX_COLLECTOR] = "stdio",          [SANDBOX_ARCHIVIST] = "stdio recvfd rpath wpath cpath",
    };
    if (role == SANDBOX_ARCHIVIST)
        return pledge(promises[role], NULL);
    /* What is written is told by its name in a directory that is open, which is the working directory. */
    if (unveil("/", "") || (role == SANDBOX_KEEPER && unveil(".", "wc")) || unveil(NULL, NULL))
        return -1;
    return pledge(promises[role], NULL);
}
