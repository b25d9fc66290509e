/* The table of dialects. */
#include "dialect.h"

const struct dialect *dialect_of(enum dialect_kind kind)
{
    switch (kind) {
    case DIALECT_PLAIN:
        return dialect_plain();
    case DIALECT_TALK:
        return dialect_talk();
    case DIALECT_IRC:
        return dialect_irc();
    case DIALECT_CONTROL:
    case DIALECT_KINDS:
        break;
    }
    return NULL;
}
