/* Memory without which there is no going on. Every process uses it; writes no shared memory. */
#include "memory.h"

#include <string.h>
#include <sysexits.h>

#include "log.h"

void *memory_must(void *memory)
{
    if (!memory)
        fatal(EX_OSERR, "out of memory");
    return memory;
}

char *memory_keep(const char *string)
{
    return memory_must(strdup(string));
}

void memory_wipe(void *memory, size_t length)
{
    volatile unsigned char *byte = memory; /* or it would be left out, as nobody reads that again */
    while (length-- > 0)
        *byte++ = 0;
}
