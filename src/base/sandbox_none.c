/* The sandbox of systems that have none: callers are told so. */
#include "sandbox.h"

#include <errno.h>
#include <stddef.h>

const char *sandbox_means(void)
{
    return NULL;
}

void sandbox_prepare(void)
{
}

int sandbox_enter(enum sandbox_role role)
{
    (void)role;
    errno = ENOSYS;
    return -1;
}
