/* The talk door: whatever a telnet client sends. */
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_door(DOOR_TALK, data, size);
}
