/* The file of bans: whatever is in it, what is read can be asked, and is written and read again as the same. */
#include "driver.h"

#include "base/clock.h"
#include "files.h"
#include "process/ban_file.h"
#include "world.h"

static void forget_all(void)
{
    txn_begin_look(&fuzz_shared);
    for (uint32_t i = bans_end_locked(&fuzz_world); i-- > 0;) {
        const struct ban_shm *ban = ban_at_locked(&fuzz_world, i, 1);
        char mask[MASK_SIZE];
        if (ban && text_copy(mask, sizeof mask, ban->mask))
            CLAIM(ban_remove_locked(&fuzz_world, mask));
    }
    txn_commit(&fuzz_shared);
}

static bool same(const struct ban_shm *a, const struct ban_shm *b)
{
    return strcmp(a->mask, b->mask) == 0 && strcmp(a->by, b->by) == 0 && strcmp(a->reason, b->reason) == 0 &&
           a->set_at == b->set_at && !a->expires_monotonic == !b->expires_monotonic &&
           llabs(a->expires_monotonic - b->expires_monotonic) < 1100 * MS; /* the file has seconds */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ban_file first = {0}, second = {0};
    struct net_address from;
    fuzz_make_world();
    if (net_parse("192.0.2.7:1", &from))
        abort();
    fuzz_write_file("bans", data, size);
    free(fuzz_settings->state_directory);
    fuzz_settings->state_directory = strdup(fuzz_folder);
    forget_all();
    ban_file_load(&first, &fuzz_world, fuzz_settings);
    for (uint32_t i = 0; i < first.count; i++) {
        char normal[MASK_SIZE];
        CLAIM(ban_normalise(normal, first.bans[i].mask) && strcmp(normal, first.bans[i].mask) == 0);
        ban_matches(&first.bans[i], "user", "192.0.2.7", 1);
    }
    const char *why = ban_file_reason(&first, &from);
    CLAIM(!why || memchr(why, '\0', BAN_REASON_SIZE));
    first.version--; /* so that it is written */
    ban_file_update(&first, &fuzz_world, fuzz_settings);
    forget_all();
    ban_file_load(&second, &fuzz_world, fuzz_settings);
    CLAIM(second.count == first.count);
    for (uint32_t i = 0; i < first.count; i++)
        CLAIM(same(&first.bans[i], &second.bans[i]));
    free(first.bans);
    free(second.bans);
    return 0;
}
