/* The rows of the ways in. Any process; writes no shared memory. */
#include "doors.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned port;
    enum transport_kind transport;
    enum dialect_kind dialect;
} rows[WAYS_IN] = {
#define DOOR(symbol, keyword, number, transport, dialect)                                                              \
    [DOOR_##symbol] = {keyword, number, TRANSPORT_##transport, DIALECT_##dialect},
#define SERVICE(symbol, keyword) [SERVICE_##symbol] = {.name = keyword},
    DOORS(DOOR) SERVICES(SERVICE)
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

enum door_kind door_listed(enum door_kind kind)
{
    while (kind > 0 && kind < DOOR_KINDS && rows[kind].port == 0)
        kind--;
    return kind;
}

enum transport_kind door_transport(enum door_kind kind)
{
    return rows[(unsigned)kind < DOOR_KINDS ? kind : 0].transport;
}

enum dialect_kind door_dialect(enum door_kind kind)
{
    return rows[(unsigned)kind < DOOR_KINDS ? kind : 0].dialect;
}
