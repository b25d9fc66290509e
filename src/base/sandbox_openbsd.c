/* The sandbox of OpenBSD: promises, pledge(2), and no file at all, unveil(2). Workers, couriers and control
 * children; writes no shared memory. */
#define _BSD_SOURCE
#include "sandbox.h"

#include <stddef.h>
#include <unistd.h>

const char *sandbox_means(void)
{
    return "pledge";
}

int sandbox_enter(enum sandbox_role role)
{
    static const char *const promises[] = {
        [SANDBOX_WORKER] = "stdio sendfd",
        [SANDBOX_COURIER] = "stdio recvfd sendfd unix",
        [SANDBOX_CONTROL] = "stdio tty",
    };
    if (unveil("/", "") || unveil(NULL, NULL))
        return -1;
    return pledge(promises[role], NULL);
}
