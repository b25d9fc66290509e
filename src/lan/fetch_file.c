/* One file of a transfer: what there is of it, the request for the rest, and the way into its place. Runs in a worker
 * that fetches. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/harmless.h"
#include "base/parse.h"
#include "base/port.h"
#include "base/text.h"
#include "lan/fetch_session.h"
#include "lan/partfile.h"

#define WRITE_BACK ((int64_t)8 << 20) /* bytes after which the disk begins with them */

enum fetch_result fetch_fail(struct fetch *fetch, enum fetch_result result, const char *what, const char *detail)
{
    struct text text;
    text_init(&text, fetch->message, sizeof fetch->message);
    text_add(&text, what);
    if (detail) {
        text_add(&text, ": ");
        harmless_add(&text, detail, strlen(detail));
    }
    return result;
}

enum fetch_result fetch_end(struct fetch_session *session, enum fetch_result result, const char *what,
                            const char *detail)
{
    return fetch_fail(session->fetch, result, what, detail);
}

enum fetch_result fetch_broken(struct fetch_session *session)
{
    if (errno == EPROTO)
        return fetch_end(session, FETCH_REFUSED, "the other side does not speak our protocol", NULL);
    return fetch_end(session, session->fetch->came > 0 ? FETCH_FURTHER : FETCH_BROKEN, "the connection broke",
                     strerror(errno));
}

enum fetch_result fetch_local(struct fetch_session *session, const char *name)
{
    const char *why = strerror(errno);
    char what[NAME_FILE_MAX + 32];
    snprintf(what, sizeof what, "cannot write %s", name);
    return fetch_end(session, FETCH_LOCAL, what, why);
}

enum fetch_result fetch_refused(struct fetch_session *session, const char *line)
{
    int64_t wait;
    if (strcmp(line, "denied") == 0)
        return fetch_end(session, FETCH_DENIED, "wrong password", NULL);
    if (strncmp(line, "wait ", 5) == 0 && parse_number(line + 5, 1, 3600, &wait)) {
        session->fetch->wait = (int)wait;
        return fetch_end(session, FETCH_BUSY, "after wrong passwords, seconds to wait", line + 5);
    }
    if (strcmp(line, "busy") == 0) {
        session->fetch->wait = 2;
        return fetch_end(session, FETCH_BUSY, "the offering side has too many transfers", NULL);
    }
    if (strncmp(line, "error ", 6) == 0)
        return fetch_end(session, FETCH_REFUSED, "refused", line + 6);
    return fetch_end(session, FETCH_REFUSED, "the other side does not speak our protocol", NULL);
}

static bool hash_is(struct sha256 *hash, const char *expected)
{
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_finish(hash, digest);
    sha256_hex(digest, hex);
    return strcmp(hex, expected) == 0;
}

/* Is this file complete in its place already? */
static bool is_complete(int folder, const char *leaf, const struct tree_entry *entry)
{
    struct sha256 hash;
    struct stat status;
    int fd = openat(folder, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    sha256_start(&hash);
    bool same = !fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size == entry->size &&
                tree_hash(fd, entry->size, &hash, NULL) == entry->size && hash_is(&hash, entry->hash);
    close(fd);
    return same;
}

static int ask_for_rest(struct fetch_session *session, const struct fetch_item *item)
{
    if (item->have >= item->entry.size)
        return 0;
    session->asked++;
    return wire_print(&session->wire, "read %d %lld\n", item->number, (long long)item->have);
}

enum fetch_result fetch_ask(struct fetch_session *session, struct fetch_item *item, int folder, const char *leaf,
                            bool force)
{
    const struct tree_entry *entry = &item->entry;
    struct stat status;
    char part[PARTFILE_NAME_SIZE];
    if (!session->fresh && is_complete(folder, leaf, entry)) {
        session->fetch->done += entry->size;
        return FETCH_DONE;
    }
    if (!force && !fstatat(folder, leaf, &status, AT_SYMLINK_NOFOLLOW))
        return fetch_end(session, FETCH_EXISTS, "a different file of that name is here already", leaf);
    partfile_name(leaf, entry->hash, part);
    item->fd = partfile_open(folder, part);
    if (item->fd < 0 && (errno == EACCES || errno == EAGAIN)) {
        session->fetch->wait = 1;
        return fetch_end(session, FETCH_BUSY, "it is being fetched already", leaf);
    }
    item->have = item->fd < 0 ? -1 : lseek(item->fd, 0, SEEK_END);
    if (item->have > entry->size) {
        item->have = 0;
        if (ftruncate(item->fd, 0) || lseek(item->fd, 0, SEEK_SET) < 0)
            item->have = -1;
    }
    if (item->have < 0)
        return fetch_local(session, entry->path);
    return ask_for_rest(session, item) ? fetch_broken(session) : FETCH_DONE;
}

void fetch_drop(struct fetch_item *item)
{
    if (item->fd >= 0)
        close(item->fd);
    item->fd = -1;
}

/* Takes the rest of a file, which has been asked for. */
static enum fetch_result take_bytes(struct fetch_session *session, const struct fetch_item *item, struct sha256 *hash)
{
    struct fetch *fetch = session->fetch;
    char line[WIRE_LINE_MAX + 1], bytes[65536];
    int64_t length, at = item->have, flushed = at;
    if (wire_read_line(&session->wire, line) < 0)
        return fetch_broken(session);
    if (strncmp(line, "data ", 5) != 0)
        return fetch_refused(session, line);
    if (!parse_number(line + 5, 0, (int64_t)1 << 50, &length) || length != item->entry.size - at)
        return fetch_end(session, FETCH_REFUSED, "the other side sends another size than it offered", NULL);
    session->asked--;
    while (at < item->entry.size) {
        int64_t left = item->entry.size - at;
        size_t want = left < (int64_t)sizeof bytes ? (size_t)left : sizeof bytes;
        /* Little at a time when slow is wished: what is not read here is not sent there. */
        if (session->pace.rate > 0 && session->pace.rate / 20 < (int64_t)want)
            want = session->pace.rate < 20 ? 1 : (size_t)session->pace.rate / 20;
        ssize_t got = wire_read(&session->wire, bytes, want);
        if (got < 0)
            return fetch_broken(session);
        if (fd_write_all(item->fd, bytes, (size_t)got))
            return fetch_local(session, item->entry.path);
        sha256_add(hash, bytes, (size_t)got);
        at += got;
        fetch->done += got;
        fetch->came += got;
        if (at - flushed >= WRITE_BACK) {
            port_write_back(item->fd, flushed, at - flushed);
            flushed = at;
        }
        if (fetch->progress)
            fetch->progress(fetch);
        wire_pace(&session->pace, (size_t)got);
    }
    return FETCH_DONE;
}

/* Fills the partial file and checks it. */
static enum fetch_result fill_part(struct fetch_session *session, struct fetch_item *item)
{
    struct fetch *fetch = session->fetch;
    const struct tree_entry *entry = &item->entry;
    int64_t before = fetch->done;
    for (;;) {
        struct sha256 hash;
        sha256_start(&hash);
        if (item->have > 0 && tree_hash(item->fd, item->have, &hash, NULL) != item->have)
            return fetch_local(session, entry->path);
        fetch->done = before + item->have;
        if (item->have < entry->size) {
            enum fetch_result result = take_bytes(session, item, &hash);
            if (result != FETCH_DONE)
                return result;
        }
        if (hash_is(&hash, entry->hash))
            return FETCH_DONE;
        if (ftruncate(item->fd, 0) || lseek(item->fd, 0, SEEK_SET) < 0)
            return fetch_local(session, entry->path);
        if (item->have == 0)
            return fetch_end(session, FETCH_DAMAGED, "what came is not what was offered", entry->path);
        /* What was here before may have been to blame: once more, all of it. */
        item->have = 0;
        if (session->asked > 0)
            return fetch_end(session, FETCH_FURTHER, "what was here of it was something else", entry->path);
        if (ask_for_rest(session, item))
            return fetch_broken(session);
    }
}

enum fetch_result fetch_take(struct fetch_session *session, struct fetch_item *item, int folder, const char *leaf,
                             bool force)
{
    const struct tree_entry *entry = &item->entry;
    char part[PARTFILE_NAME_SIZE];
    partfile_name(leaf, entry->hash, part);
    enum fetch_result result = fill_part(session, item);
    if (result == FETCH_DAMAGED || (result != FETCH_DONE && lseek(item->fd, 0, SEEK_END) == 0))
        unlinkat(folder, part, 0); /* nothing in it is worth keeping */
    if (result != FETCH_DONE)
        return result;
    port_write_back(item->fd, 0, entry->size);
    /* In a tree's hidden folder nothing is of value yet. */
    if (session->root < 0 && force && fsync(item->fd))
        return fetch_local(session, leaf);
    if (!partfile_finish(folder, item->fd, part, leaf, entry->mode, entry->changed, force))
        return FETCH_DONE;
    return errno == EEXIST ? fetch_end(session, FETCH_EXISTS, "a different file of that name is here already", leaf)
                           : fetch_local(session, leaf);
}
