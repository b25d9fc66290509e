/* The rows of the capability table. Any process; writes no shared memory. */
#include "caps.h"

#include <string.h>

static const struct {
    const char *name, *value;
} rows[CAP_COUNT] = {
#define CAP(symbol, name, value) {name, value},
    CAPS(CAP)
#undef CAP
};

uint64_t cap_by_name(const char *name)
{
    for (int i = 0; i < CAP_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return UINT64_C(1) << i;
    return 0;
}

bool cap_describe(int number, const char **name, const char **value)
{
    if (number < 0 || number >= CAP_COUNT)
        return false;
    *name = rows[number].name;
    *value = rows[number].value;
    return true;
}
