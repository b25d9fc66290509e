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
    case DOOR_METRICS:
        return door_metrics();
    case DOOR_CONTROL:
        return door_control();
    case DOOR_KINDS:
        break;
    }
    return NULL;
}
