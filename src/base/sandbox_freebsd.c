/* The sandbox of FreeBSD: capability mode, capsicum(4). Workers, couriers and control children; writes no shared
 * memory. It knows no roles: a process has the descriptors it has, and no name of a file, an address or another process
 * means anything any more. It does not refuse fork; RLIMIT_NPROC does (port_forbid_processes). */
#include "sandbox.h"

#include <sys/capsicum.h>
#include <stddef.h>

const char *sandbox_means(void)
{
    unsigned mode;
    return cap_getmode(&mode) == 0 ? "Capsicum" : NULL;
}

void sandbox_prepare(void)
{
}

int sandbox_enter(enum sandbox_role role)
{
    (void)role;
    return cap_enter();
}
