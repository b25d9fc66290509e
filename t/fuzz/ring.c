/* The ring's bytes are not trusted: whatever lies between a reader's place and head, reading ends, each record lies
 * inside of the ring, and places only grow. The first 8 bytes of the input say where head and the reader are. */
#include "driver.h"

#include "ipc/ring.h"

#define SIZE RING_MIN_SIZE

static struct ring ring;
static char *memory, *bytes;
static char copy[RING_RECORD_MAX];

static void make(void)
{
    if (memory)
        return;
    memory = calloc(1, ring_shm_size(SIZE));
    if (!memory || ring_init(&ring, memory, SIZE))
        abort();
    bytes = memory + ring_shm_size(0);
}

/* Reads on from there to an end, which must come. */
static void walk(uint64_t position)
{
    struct ring_record record;
    uint64_t before = position, head = ring_head(&ring);
    for (size_t steps = 0;; steps++) {
        enum ring_result result = ring_read(&ring, &position, &record);
        if (result != RING_OK) {
            CLAIM(result == RING_EMPTY ? position == head : result == RING_BROKEN);
            return;
        }
        CLAIM(steps <= SIZE / 16 && position > before && position <= head && record.position >= before);
        CLAIM(record.length <= RING_RECORD_MAX && record.payload >= bytes &&
              record.payload + record.length <= bytes + SIZE);
        before = position;
    }
}

static void observe(uint64_t position)
{
    struct ring_record record;
    uint64_t expected = 0, missed = 0;
    for (size_t steps = 0; steps <= SIZE / 16; steps++) {
        enum ring_result result = ring_observe(&ring, &position, &expected, &record, copy, &missed);
        if (result == RING_EMPTY || result == RING_BROKEN)
            return;
        CLAIM(result == RING_MISSED || (record.payload == copy && record.length <= sizeof copy));
    }
    CLAIM(!"an observer comes to an end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t places[2];
    if (size < sizeof places || size - sizeof places > SIZE)
        return 0;
    make();
    memcpy(places, data, sizeof places);
    uint64_t start = places[0] % (4 * SIZE), head = start + places[1] % (SIZE + 1);
    memset(bytes, 0, SIZE);
    ring_start_at(&ring, head & ~UINT64_C(15));
    for (size_t i = sizeof places; i < size; i++) /* around the edge, as records never do */
        bytes[(start + i - sizeof places) & (SIZE - 1)] = (char)data[i];
    walk(start);
    observe(start);
    return 0;
}
