/* Bans on disk. Run by the supervisor; changes the table of bans once, at start, under the lock.
 *
 * One line for each ban: mask, when set, when it expires (seconds since 1970, 0 for never), by whom, why; with tabs
 * between them. The file is replaced whole, so a crash leaves the old one or the new one. */
#include "ban_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/harmless.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/paths.h"
#include "base/text.h"

#define FILE_LIMIT ((size_t)1 << 20)
#define PATH_LIMIT 4096
/* A hundred years. */
#define LONGEST_MS   (100 * 366 * INT64_C(86400000))
#define CLOCK_SET_MS 2000
#define RETRY_NS     SECOND

static void path_of(const struct settings *settings, char path[PATH_LIMIT])
{
    snprintf(path, PATH_LIMIT, "%.4000s/bans", settings->state_directory);
}

/* NULL if that is a directory for our files, or why not. */
static const char *check_directory(const struct settings *settings)
{
    const char *why;
    int fd = paths_open_directory(settings->state_directory, &why);
    if (fd < 0)
        return why;
    close(fd);
    return NULL;
}

/* What is in the file, to be freed. NULL if it is not there, or after reporting why it cannot be used. */
static char *read_file(const struct settings *settings, const char *path)
{
    if (access(path, F_OK) && errno == ENOENT)
        return NULL;
    const char *why = check_directory(settings);
    char *bytes = why ? NULL : fd_read_file(path, FILE_LIMIT, NULL);
    if (!bytes)
        log_error("%s: %s", path, why ? why : fd_why(errno));
    return bytes;
}

/* Somebody may have edited the file. */
static void copy_harmless(char *to, size_t size, const char *from)
{
    struct text text;
    text_init(&text, to, size);
    harmless_add(&text, from, strlen(from));
}

/* False for a line that is no ban. */
static bool read_line(char *line, struct ban_shm *ban)
{
    char *fields[5], *rest = line;
    int64_t set_at, expires_at, now = clock_monotonic(), realtime = clock_realtime();
    for (int i = 0; i < 5; i++)
        if (!(fields[i] = i < 4 ? text_next_item(&rest, '\t') : rest))
            return false;
    *ban = (struct ban_shm){.state = BAN_LIVE};
    fields[4][strcspn(fields[4], "\r")] = '\0'; /* the end of a line elsewhere */
    for (const char *c = fields[0]; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    if (!ban_normalise(ban->mask, fields[0]) || !parse_number(fields[1], 0, INT64_MAX / 1000, &set_at) ||
        !parse_number(fields[2], 0, INT64_MAX / 1000, &expires_at))
        return false;
    ban->set_at = set_at * 1000;
    if (expires_at && expires_at * 1000 <= realtime)
        ban->state = BAN_FREE; /* it is over */
    else if (expires_at)
        ban->expires_monotonic =
            now + (expires_at * 1000 - realtime < LONGEST_MS ? expires_at * 1000 - realtime : LONGEST_MS) * MS;
    copy_harmless(ban->by, sizeof ban->by, fields[3]);
    copy_harmless(ban->reason, sizeof ban->reason, fields[4]);
    return true;
}

/* The table as it is now. Lock held. */
static void copy_locked(struct ban_file *file, struct world *world)
{
    int64_t now = clock_monotonic();
    file->count = 0;
    file->version = bans_version(world);
    for (uint32_t i = 0; i < bans_end_locked(world) && i < BANS; i++) {
        const struct ban_shm *ban = ban_at_locked(world, i, now);
        if (!ban)
            continue;
        file->bans[file->count] = *ban;
        ban_seal(&file->bans[file->count++]);
    }
}

static void make_room(struct ban_file *file)
{
    file->bans = calloc(BANS, sizeof *file->bans);
    if (!file->bans)
        fatal(EX_OSERR, "out of memory");
}

void ban_file_take_over(struct ban_file *file, const struct world *world)
{
    make_room(file);
    file->version = bans_version(world) - 1; /* the next update copies them, and writes what was not written yet */
}

static int64_t clock_offset(void)
{
    return clock_realtime() - clock_monotonic() / MS;
}

/* Whether the wall clock was set since the file was written: its dates are no more as far off as the bans' ends then.
 */
static bool is_clock_set(const struct ban_file *file)
{
    return llabs(clock_offset() - file->offset) > CLOCK_SET_MS;
}

void ban_file_load(struct ban_file *file, struct world *world, const struct settings *settings)
{
    char path[PATH_LIMIT];
    path_of(settings, path);
    make_room(file);
    char *bytes = read_file(settings, path);
    char *rest = bytes ? bytes + text_mark_length(bytes, strlen(bytes)) : NULL;
    int number = 0;
    for (char *line; bytes && (line = text_next_item(&rest, '\n'));) {
        struct ban_shm ban;
        number++;
        if (!*line)
            continue;
        if (!read_line(line, &ban)) {
            log_error("%s:%d: this is no ban", path, number);
            continue;
        }
        if (ban.state == BAN_FREE)
            continue;
        txn_begin_look(world->txn);
        ban_add_locked(world, &ban, clock_monotonic());
        txn_commit(world->txn);
    }
    free(bytes);
    file->offset = clock_offset();
    txn_begin_look(world->txn);
    copy_locked(file, world);
    txn_commit(world->txn);
}

/* Returns NULL, or what is wrong. */
static const char *replace_file(const struct ban_file *file, const struct settings *settings, const char *path)
{
    size_t size = file->count * (sizeof(struct ban_shm) + 50) + 1;
    char *bytes = malloc(size);
    struct text text;
    if (!bytes)
        return strerror(errno);
    text_init(&text, bytes, size);
    for (uint32_t i = 0; i < file->count; i++) {
        const struct ban_shm *ban = &file->bans[i];
        text_addf(&text, "%s\t%lld\t%lld\t%s\t%s\n", ban->mask, (long long)(ban->set_at / 1000),
                  ban->expires_monotonic ? (long long)((clock_date(ban->expires_monotonic) + 500) / 1000) : 0LL,
                  ban->by, ban->reason);
    }
    const char *why = check_directory(settings);
    if (!why && fd_replace_file(path, bytes, text.length, 0600))
        why = strerror(errno);
    free(bytes);
    return why;
}

/* Trouble is told once, and so is its end. */
static void write_file(struct ban_file *file, const struct settings *settings)
{
    char path[PATH_LIMIT];
    path_of(settings, path);
    file->offset = clock_offset();
    const char *why = replace_file(file, settings, path);
    if (why && !file->again)
        log_error("%s: %s: the bans are not kept", path, why);
    if (!why && file->again)
        log_warning("%s: the bans are kept again", path);
    file->again = why ? clock_monotonic() + RETRY_NS : 0;
}

void ban_file_update(struct ban_file *file, struct world *world, const struct settings *settings)
{
    bool changed = bans_version(world) != file->version && txn_try_begin(world->txn, 0);
    if (changed) {
        copy_locked(file, world);
        txn_commit(world->txn);
    }
    if (changed || (file->again && clock_monotonic() >= file->again) || (file->count > 0 && is_clock_set(file)))
        write_file(file, settings);
}

const char *ban_file_reason(const struct ban_file *file, const struct net_address *from)
{
    char address[NET_TEXT_SIZE], host[HOST_SIZE];
    int64_t now = clock_monotonic();
    if (file->count == 0)
        return NULL;
    net_format_host(from, address);
    user_name_host(host, address);
    for (uint32_t i = 0; i < file->count; i++)
        if (ban_matches_host(&file->bans[i], host, now))
            return file->bans[i].reason;
    return NULL;
}
