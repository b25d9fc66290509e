/* The rows of the ways in. Any process; writes no shared memory. */
#include "doors.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned port;
} rows[WAYS_IN] = {
#define DOOR(symbol, keyword, number) [DOOR_##symbol] = {keyword, number},
#define SERVICE(symbol, keyword) [SERVICE_##symbol] = {keyword, 0},
    DOORS(DOOR)
    SERVICES(SERVICE)
#undef DOOR
#undef SERVICE
};

const char *door_name(enum door_kind kind)
{
    return (unsigned)kind < WAYS_IN ? rows[kind].name : NULL;
}

int door_by_name(const char *name)
{
    for (int i = 0; i < WAYS_IN; i++)
        if (rows[i].name && strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

unsigned door_default_port(enum door_kind kind)
{
    return rows[kind].port;
}
