/* The IRC door: a whole session of an IRC client. */
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_door(DOOR_IRC, data, size);
}
