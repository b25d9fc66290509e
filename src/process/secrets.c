/* Operators' hashes. Written by the supervisor, read by the keeper; no lock: the version is odd while it is written. A
 * supervisor that died over that leaves it odd, and nobody becomes an operator until the next one writes it. */
#include "secrets.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/port.h"
#include "world/world.h"

/* More than any configuration has: as text it is no longer. */
#define SECRETS_SIZE ((size_t)2 * SETTINGS_TEXT_SIZE)

/* How long it may be odd, ms. */
#define WRITING_MS 1000

struct secrets_shm {
    _Atomic uint32_t version;
    char lines[SECRETS_SIZE]; /* a hash, a blank and a name each; a zero byte is the end */
};

int secrets_make(void)
{
    int fd = port_nameless_file();
    if (fd < 0)
        return -1;
    if (ftruncate(fd, (off_t)sizeof(struct secrets_shm)) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static size_t size_of(const struct settings *settings)
{
    size_t size = 1;
    for (int i = 0; i < settings->operator_count; i++)
        size += strlen(settings->operators[i].hash) + strlen(settings->operators[i].name) + 2;
    return size;
}

int secrets_put(int fd, struct settings *settings)
{
    if (size_of(settings) > SECRETS_SIZE) {
        errno = EFBIG;
        return -1;
    }
    struct secrets_shm *secrets = mmap(NULL, sizeof *secrets, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (secrets == MAP_FAILED)
        return -1;
    uint32_t version = atomic_load(&secrets->version) | 1;
    atomic_store(&secrets->version, version);
    memset(secrets->lines, 0, strnlen(secrets->lines, SECRETS_SIZE));
    for (size_t i = 0, at = 0; i < (size_t)settings->operator_count; i++) {
        struct setting_operator *one = &settings->operators[i];
        at += (size_t)snprintf(secrets->lines + at, SECRETS_SIZE - at, "%s %s\n", one->hash, one->name);
        memory_wipe(one->hash, strlen(one->hash));
        free(one->hash);
        one->hash = NULL;
    }
    atomic_store(&secrets->version, version + 1);
    munmap(secrets, sizeof *secrets);
    return 0;
}

const struct secrets_shm *secrets_open(int fd)
{
    void *memory = mmap(NULL, sizeof(struct secrets_shm), PROT_READ, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* In the same time wherever they differ. */
static bool is_same(const char *a, const char *b, size_t length)
{
    unsigned char differs = 0;
    for (size_t i = 0; i < length; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return differs == 0;
}

static bool lines_hold(const char *lines, const char *name, const char *hash, size_t length)
{
    bool found = false;
    for (const char *line = lines, *end; (end = strchr(line, '\n')); line = end + 1) {
        const char *blank = memchr(line, ' ', (size_t)(end - line));
        if (blank && (size_t)(end - blank - 1) == strlen(name) && memcmp(blank + 1, name, strlen(name)) == 0)
            found = (size_t)(blank - line) == length && is_same(line, hash, length); /* the last of that name counts */
    }
    return found;
}

bool secrets_hold(const struct secrets_shm *secrets, const char *name, const char *hash, size_t length)
{
    static char lines[SECRETS_SIZE + 1];
    for (int i = 0; i < WRITING_MS; i++) {
        uint32_t version = atomic_load(&secrets->version);
        memcpy(lines, secrets->lines, SECRETS_SIZE);
        atomic_thread_fence(memory_order_acquire);
        if (version % 2 == 0 && atomic_load(&secrets->version) == version) {
            bool held = lines_hold(lines, name, hash, length);
            memory_wipe(lines, sizeof lines);
            return held;
        }
        clock_sleep(1);
    }
    return false;
}
