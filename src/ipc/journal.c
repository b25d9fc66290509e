/* The undo journal. Written by the holder of the lock only.
 *
 * Why: a change of the tables and the event that tells of it must be one step even if their author dies
 * between the two. The event is real when the ring's head passes it; so the tables' change is real at
 * that very store, and before it must be taken back.
 *
 * Repair alone is not enough. The tables are ground truth (a record for each user, channel, membership) and what is
 * derived from it (chains, lists, counts). world_repair_locked makes them consistent from the ground truth, but it
 * cannot know whether a membership that is there was also told, or whether a topic is half of one. So ground truth is
 * saved here before it changes, with where head was. If head is still there after a death, all is put back, last first;
 * if it has moved, the change is whole and the entries are forgotten. Then repair rebuilds what is derived, which is
 * never journaled.
 *
 * Invariant: an entry is complete before `used` covers it, and the bytes it keeps change only after that.
 * Putting an entry back twice does no harm, so recovery may itself die and be done again.
 *
 * What a process that was taken over writes here can make the tables wrong, but has nobody read outside of the journal
 * or write outside of the region. */
#include "journal.h"

#include <stdatomic.h>
#include <string.h>

#include "base/crashpoint.h"
#include "base/log.h"

/* Behind an entry's bytes, so that the journal can be walked backwards. */
struct trailer {
    uint64_t offset;
    uint64_t length;
};

struct journal_shm {
    uint64_t head;         /* of the ring when the transaction began */
    _Atomic uint64_t used; /* bytes of entries */
    char entries[];
};

size_t journal_shm_size(size_t capacity)
{
    return sizeof(struct journal_shm) + capacity;
}

void journal_attach(struct journal *journal, void *memory, size_t size, char *base, size_t span)
{
    *journal =
        (struct journal){.shared = memory, .base = base, .span = span, .capacity = size - sizeof(struct journal_shm)};
}

void journal_begin_locked(struct journal *journal, uint64_t head)
{
    journal->shared->head = head;
}

void journal_save_locked(struct journal *journal, const void *bytes, size_t length)
{
    struct journal_shm *shared = journal->shared;
    uint64_t used = atomic_load_explicit(&shared->used, memory_order_relaxed);
    struct trailer trailer = {.offset = (uint64_t)((const char *)bytes - journal->base), .length = length};
    if (trailer.offset > journal->span || length > journal->span - trailer.offset)
        bug("a transaction changes what does not lie in the region");
    if (used > journal->capacity || length + sizeof trailer > journal->capacity - used)
        bug("a transaction changes more than the journal can keep");
    memcpy(shared->entries + used, bytes, length);
    memcpy(shared->entries + used + length, &trailer, sizeof trailer);
    /* pairs with the load in journal_recover_locked */
    atomic_store_explicit(&shared->used, used + length + sizeof trailer, memory_order_release);
    /* The caller's change must stay behind it. Release does not say so; the compiler is all that could
     * move it, since a death leaves behind what the program had done up to there. */
    atomic_signal_fence(memory_order_seq_cst);
    CRASHPOINT("journal-saved");
}

void journal_end_locked(struct journal *journal)
{
    atomic_store_explicit(&journal->shared->used, 0, memory_order_release);
}

void journal_recover_locked(struct journal *journal, uint64_t head)
{
    struct journal_shm *shared = journal->shared;
    uint64_t used = atomic_load_explicit(&shared->used, memory_order_acquire);
    if (used > journal->capacity)
        bug("the journal is damaged");
    if (used > 0 && head == shared->head) {
        struct trailer trailer;
        while (used >= sizeof trailer) {
            memcpy(&trailer, shared->entries + used - sizeof trailer, sizeof trailer);
            used -= sizeof trailer;
            if (trailer.length > used || trailer.offset > journal->span ||
                trailer.length > journal->span - trailer.offset)
                bug("the journal is damaged");
            used -= trailer.length;
            memcpy(journal->base + trailer.offset, shared->entries + used, trailer.length);
            CRASHPOINT("journal-restored");
        }
    }
    journal_end_locked(journal);
}
