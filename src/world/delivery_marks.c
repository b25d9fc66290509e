/* Marks in the clients' streams. Written by couriers, each for its own clients, without the lock; read by
 * a courier that takes their place after their death, so never by two at a time. That it hung up is for the worker. */
#include "delivery_marks.h"

#include "base/crashpoint.h"
#include "layout.h"

bool delivery_marks_begin(struct world *world, uint32_t connection, uint32_t generation, uint64_t position)
{
    struct delivery_marks_shm *stream = &world->delivery_marks[connection];
    uint32_t marked = atomic_load(&stream->generation);
    if (marked != 0 && (int32_t)(marked - generation) > 0)
        return false;
    atomic_store(&stream->generation, 0);
    stream->slots[0] = (struct delivery_mark){.position = position};
    CRASHPOINT("stream-half-begun");
    atomic_store(&stream->current, 0);
    atomic_store(&stream->behind, 0);
    atomic_store(&stream->hung_up, 0);
    atomic_store(&stream->generation, generation);
    return true;
}

void delivery_marks_set(struct world *world, uint32_t connection, uint64_t position, uint64_t bytes)
{
    struct delivery_marks_shm *stream = &world->delivery_marks[connection];
    uint32_t other = !atomic_load_explicit(&stream->current, memory_order_relaxed);
    stream->slots[other] = (struct delivery_mark){.position = position, .bytes = bytes};
    CRASHPOINT("mark-half-set");
    /* pairs with the load in delivery_marks_get: the slot is whole before it holds */
    atomic_store_explicit(&stream->current, other, memory_order_release);
    if (atomic_load_explicit(&stream->behind, memory_order_relaxed))
        atomic_store_explicit(&stream->behind, 0, memory_order_release);
}

void delivery_marks_set_behind(struct world *world, uint32_t connection)
{
    atomic_store_explicit(&world->delivery_marks[connection].behind, 1, memory_order_release);
}

void delivery_marks_set_hung_up(struct world *world, uint32_t connection)
{
    atomic_store(&world->delivery_marks[connection].hung_up, 1);
}

bool delivery_marks_hung_up(const struct world *world, uint32_t connection, uint32_t generation)
{
    const struct delivery_marks_shm *stream = &world->delivery_marks[connection];
    return atomic_load(&stream->hung_up) && atomic_load(&stream->generation) == generation;
}

bool delivery_marks_get(const struct world *world, uint32_t connection, uint32_t generation, struct delivery_mark *mark,
                        bool *behind)
{
    const struct delivery_marks_shm *stream = &world->delivery_marks[connection];
    if (atomic_load(&stream->generation) != generation)
        return false;
    *mark = stream->slots[atomic_load_explicit(&stream->current, memory_order_acquire) & 1];
    *behind = atomic_load(&stream->behind);
    return true;
}
