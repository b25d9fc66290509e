/* The table of doors. */
#include "doors.h"

const struct door *door_of(enum door_kind kind)
{
    switch (kind) {
    case DOOR_PLAIN:
        return door_plain();
    case DOOR_TALK:
        return door_talk();
    case DOOR_IRC:
        return door_irc();
    case DOOR_KINDS:
    case SERVICE_METRICS:
    case SERVICE_CONTROL:
    case WAYS_IN:
        break;
    }
    return NULL;
}
