/* The IRC door: a whole session of an IRC client. */
#include "session.h"

/* A session has its process to itself, whose end frees everything. For the sanitizer, which asks for it by this name.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_door(DOOR_IRC, data, size);
}
