/* The rows of the door table. Any process; writes no shared memory. */
#include "doors.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned port;
} rows[DOOR_KINDS] = {
#define DOOR(symbol, keyword, number) [DOOR_##symbol] = {keyword, number},
    DOORS(DOOR)
#undef DOOR
};

const char *door_name(enum door_kind kind)
{
    return (unsigned)kind < DOOR_KINDS ? rows[kind].name : NULL;
}

int door_by_name(const char *name)
{
    for (int i = 0; i < DOOR_KINDS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

unsigned door_default_port(enum door_kind kind)
{
    return rows[kind].port;
}
