/* The plain door: lines of people and scripts, and every command of theirs. */
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_door(DOOR_PLAIN, data, size);
}
