/* The file of those who wait for a server that is started again: whatever is in it, the tables are whole, and who was
 * read is written and read again. */
#include "driver.h"

#include <time.h>

#include "files.h"
#include "process/detached_file.h"
#include "world.h"

static void forget_all(void)
{
    for (uint32_t i = 0; i < world_users_end_locked(&fuzz_world); i++) {
        txn_begin_look(&fuzz_shared);
        if (world_user(&fuzz_world, i)->state != USER_FREE)
            user_leave_locked(&fuzz_world, i);
        txn_commit(&fuzz_shared);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char file[1 << 16];
    fuzz_make_world();
    forget_all();
    int head = snprintf(file, sizeof file, "time\t%lld\n", (long long)time(NULL));
    size_t length = size < sizeof file - (size_t)head ? size : sizeof file - (size_t)head;
    memcpy(file + head, data, length);
    fuzz_write_file("detached", (const uint8_t *)file, (size_t)head + length);
    free(fuzz_settings->state_directory);
    fuzz_settings->state_directory = strdup(fuzz_folder);
    detached_file_load(&fuzz_world, fuzz_settings);
    claim_world();
    uint32_t waiting = world_detached(&fuzz_world);
    detached_file_write(&fuzz_world, fuzz_settings);
    forget_all();
    detached_file_load(&fuzz_world, fuzz_settings);
    claim_world();
    CLAIM(world_detached(&fuzz_world) == waiting);
    return 0;
}
