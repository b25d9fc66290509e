/* The getting side of one transfer. Runs in a worker of its own. The protocol stands in serve.c.
 *
 * A file grows under a hidden name that holds its hash, .NAME.HASH.part, so that a later attempt finds it
 * and knows it for the same content. It gets its name, by link(2), which replaces nothing, when its hash is
 * right and it is on disk. A tree grows in a hidden folder of that kind, file by file, and is renamed last. */
#include "lan/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/net.h"
#include "base/parse.h"
#include "base/port.h"
#include "base/text.h"
#include "lan/keep.h"
#include "lan/name.h"
#include "lan/secret.h"
#include "lan/tree.h"
#include "lan/wire.h"

struct session {
    struct wire wire;
    struct fetch *fetch;
    int output;     /* the folder asked for */
    FILE *manifest; /* without a name */
    char kept[NAME_FILE_MAX + 1];
};

/* Sets the message and returns `result`. */
static enum fetch_result end(struct fetch *fetch, enum fetch_result result, const char *what, const char *detail)
{
    struct text text;
    text_init(&text, fetch->message, sizeof fetch->message);
    text_add(&text, what);
    if (detail) {
        text_add(&text, ": ");
        text_add_harmless(&text, detail, strlen(detail));
    }
    return result;
}

static enum fetch_result broken(struct fetch *fetch)
{
    return errno == EPROTO ? end(fetch, FETCH_REFUSED, "the other side does not speak our protocol", NULL)
                           : end(fetch, fetch->came > 0 ? FETCH_FURTHER : FETCH_BROKEN,
                                 "the connection broke", strerror(errno));
}

static enum fetch_result local(struct fetch *fetch, const char *name)
{
    const char *why = strerror(errno);
    char what[NAME_FILE_MAX + 32];
    snprintf(what, sizeof what, "cannot write %s", name);
    return end(fetch, FETCH_LOCAL, what, why);
}

/* What the server answers instead of what was asked for. */
static enum fetch_result refused(struct fetch *fetch, const char *line)
{
    int64_t wait;
    if (strcmp(line, "denied") == 0)
        return end(fetch, FETCH_DENIED, "wrong password", NULL);
    if (strncmp(line, "wait ", 5) == 0 && parse_number(line + 5, 1, 3600, &wait)) {
        fetch->wait = (int)wait;
        return end(fetch, FETCH_BUSY, "after wrong passwords, seconds to wait", line + 5);
    }
    if (strcmp(line, "busy") == 0) {
        fetch->wait = 2;
        return end(fetch, FETCH_BUSY, "the offering side has too many transfers", NULL);
    }
    if (strncmp(line, "error ", 6) == 0)
        return end(fetch, FETCH_REFUSED, "refused", line + 6);
    return end(fetch, FETCH_REFUSED, "the other side does not speak our protocol", NULL);
}

/* From the greeting to the line that begins with "ok". */
static enum fetch_result open_offer(struct session *session, int64_t *length)
{
    struct fetch *fetch = session->fetch;
    const struct datagram_card *card = &fetch->card;
    char line[WIRE_LINE_MAX + 1], nonce[SECRET_NONCE_SIZE], proof[SHA256_HEX_SIZE], ours[SHA256_HEX_SIZE] = "-";
    if (secret_make_nonce(nonce))
        return end(fetch, FETCH_LOCAL, "no random numbers", strerror(errno));
    if (wire_read_line(&session->wire, line) < 0)
        return broken(fetch);
    if (strcmp(line, "forkchat-files 2") != 0)
        return refused(fetch, line);
    if (wire_print(&session->wire, "open %s %s\n", card->id, nonce) || wire_read_line(&session->wire, line) < 0)
        return broken(fetch);

    bool challenged = strncmp(line, "challenge ", 10) == 0;
    if (challenged) {
        if (!fetch->password)
            return end(fetch, FETCH_DENIED, "a password is needed", NULL);
        if (!secret_is_setting(line + 10))
            return end(fetch, FETCH_REFUSED, "the other side asks for the password in an unsafe way", NULL);
        if (secret_prove(fetch->password, line + 10, "getter", card->id, nonce, card->hash, proof) ||
            secret_prove(fetch->password, line + 10, "offerer", card->id, nonce, card->hash, ours))
            return end(fetch, FETCH_LOCAL, "crypt(3) does not know SHA-512", NULL);
        if (wire_print(&session->wire, "proof %s\n", proof) || wire_read_line(&session->wire, line) < 0)
            return broken(fetch);
    }
    char *rest = line + 3;
    const char *theirs = strncmp(line, "ok ", 3) == 0 ? text_next_word(&rest) : NULL;
    if (!theirs || !parse_number(rest, 1, TREE_MANIFEST_MAX, length))
        return refused(fetch, line);
    /* Whoever sends the file must know the password as well: an impostor's is not taken for it, and nor is that of
     * one who does without. */
    if (((card->password || fetch->password) && !challenged) || !secret_equal(theirs, ours))
        return end(fetch, FETCH_REFUSED, "the other side does not know the password", NULL);
    return FETCH_DONE;
}

static enum fetch_result take_manifest(struct session *session, int64_t length)
{
    struct fetch *fetch = session->fetch;
    struct sha256 hash;
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_start(&hash);
    session->manifest = keep_nameless(session->output);
    if (!session->manifest)
        return local(fetch, fetch->output);
    while (length > 0) {
        char bytes[8192];
        ssize_t got = wire_read(&session->wire, bytes,
                                length < (int64_t)sizeof bytes ? (size_t)length : sizeof bytes);
        if (got < 0)
            return broken(fetch);
        sha256_add(&hash, bytes, (size_t)got);
        if (fwrite(bytes, 1, (size_t)got, session->manifest) != (size_t)got)
            return local(fetch, fetch->output);
        length -= got;
    }
    if (fflush(session->manifest))
        return local(fetch, fetch->output);
    sha256_finish(&hash, digest);
    sha256_hex(digest, hex);
    if (strcmp(hex, fetch->card.hash) != 0)
        return end(fetch, FETCH_DAMAGED, "the list of files is not the one that was offered", NULL);
    return FETCH_DONE;
}

/* Reads the manifest's next line. Returns 1, 0 at its end, -1 if it is no such line. */
static int next_entry(struct session *session, char line[TREE_LINE_MAX], struct tree_entry *entry)
{
    if (!fgets(line, TREE_LINE_MAX, session->manifest))
        return ferror(session->manifest) ? -1 : 0;
    size_t length = strlen(line);
    if (length < 1 || line[length - 1] != '\n')
        return -1;
    line[length - 1] = '\0';
    return tree_read_line(line, entry) ? 1 : -1;
}

/* Nothing is written before every line has been found in order. */
static enum fetch_result check_manifest(struct session *session)
{
    struct fetch *fetch = session->fetch;
    const struct datagram_card *card = &fetch->card;
    char line[TREE_LINE_MAX];
    struct tree_entry entry;
    size_t name = strlen(card->name);
    int64_t size = 0;
    int lines = 0, result;
    while ((result = next_entry(session, line, &entry)) == 1) {
        bool root = strcmp(entry.path, card->name) == 0;
        bool below = strncmp(entry.path, card->name, name) == 0 && entry.path[name] == '/';
        bool fits = card->tree ? (lines == 0 ? root && entry.folder : below || entry.missing)
                               : lines == 0 && root && !entry.folder && !entry.missing;
        if (!fits || lines == TREE_ENTRIES_MAX)
            return end(fetch, FETCH_REFUSED, "the list of files holds what was not offered", entry.path);
        size += entry.size;
        lines++;
        if (size > card->size)
            break;
    }
    if (result < 0)
        return end(fetch, FETCH_REFUSED, "the list of files holds what no file may be called", NULL);
    if (lines == 0 || size != card->size)
        return end(fetch, FETCH_REFUSED, "the size is not the one that was offered", NULL);
    if (fetch->limit > 0 && size > fetch->limit)
        return end(fetch, FETCH_LOCAL, "it is larger than the limit", NULL);
    rewind(session->manifest);
    return FETCH_DONE;
}

/* Takes the rest of a file, from `have` on. */
static enum fetch_result take_bytes(struct session *session, int number, const struct tree_entry *entry,
                                    int fd, int64_t have, struct sha256 *hash)
{
    struct fetch *fetch = session->fetch;
    char line[WIRE_LINE_MAX + 1], bytes[65536];
    int64_t length;
    if (wire_print(&session->wire, "read %d %lld\n", number, (long long)have) ||
        wire_read_line(&session->wire, line) < 0)
        return broken(fetch);
    if (strncmp(line, "data ", 5) != 0)
        return refused(fetch, line);
    if (!parse_number(line + 5, 0, (int64_t)1 << 50, &length) || length != entry->size - have)
        return end(fetch, FETCH_REFUSED, "the other side sends another size than it offered", NULL);
    while (length > 0) {
        ssize_t got = wire_read(&session->wire, bytes,
                                length < (int64_t)sizeof bytes ? (size_t)length : sizeof bytes);
        if (got < 0)
            return broken(fetch);
        if (fd_write_all(fd, bytes, (size_t)got))
            return local(fetch, entry->path);
        sha256_add(hash, bytes, (size_t)got);
        length -= got;
        fetch->done += got;
        fetch->came += got;
        if (fetch->progress)
            fetch->progress(fetch);
    }
    return FETCH_DONE;
}

static bool hash_is(struct sha256 *hash, const char *expected)
{
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_finish(hash, digest);
    sha256_hex(digest, hex);
    return strcmp(hex, expected) == 0;
}

/* Fills the partial file and checks it. */
static enum fetch_result fill_part(struct session *session, int number, const struct tree_entry *entry, int fd)
{
    struct fetch *fetch = session->fetch;
    int64_t before = fetch->done;
    for (;;) {
        struct sha256 hash;
        sha256_start(&hash);
        off_t have = lseek(fd, 0, SEEK_END);
        if (have > entry->size)
            have = 0;
        if (have < 0 || ftruncate(fd, have) || tree_hash(fd, have, &hash) != have ||
            lseek(fd, have, SEEK_SET) < 0)
            return local(fetch, entry->path);
        fetch->done = before + have;
        if (have < entry->size) {
            enum fetch_result result = take_bytes(session, number, entry, fd, have, &hash);
            if (result != FETCH_DONE)
                return result;
        }
        if (hash_is(&hash, entry->hash))
            return FETCH_DONE;
        if (ftruncate(fd, 0))
            return local(fetch, entry->path);
        /* What was here before may have been to blame: once more, all of it. */
        if (have == 0)
            return end(fetch, FETCH_DAMAGED, "what came is not what was offered", entry->path);
    }
}

/* Is this file complete in its place already? */
static bool is_complete(int folder, const char *leaf, const struct tree_entry *entry)
{
    struct sha256 hash;
    struct stat status;
    int fd = tree_open_file(folder, leaf);
    if (fd < 0)
        return false;
    sha256_start(&hash);
    bool same = !fstat(fd, &status) && status.st_size == entry->size &&
                tree_hash(fd, entry->size, &hash) == entry->size && hash_is(&hash, entry->hash);
    close(fd);
    return same;
}

static enum fetch_result fetch_file(struct session *session, int number, const struct tree_entry *entry,
                                    int folder, const char *leaf, bool force)
{
    struct fetch *fetch = session->fetch;
    struct stat status;
    if (is_complete(folder, leaf, entry)) {
        fetch->done += entry->size;
        return FETCH_DONE;
    }
    if (!force && !fstatat(folder, leaf, &status, AT_SYMLINK_NOFOLLOW))
        return end(fetch, FETCH_EXISTS, "a different file of that name is here already", leaf);

    char part[KEEP_PART_SIZE];
    keep_part_name(leaf, entry->hash, part);
    int fd = keep_open_part(folder, part);
    if (fd < 0 && (errno == EACCES || errno == EAGAIN)) {
        fetch->wait = 1;
        return end(fetch, FETCH_BUSY, "it is being fetched already", leaf);
    }
    if (fd < 0)
        return local(fetch, leaf);
    enum fetch_result result = fill_part(session, number, entry, fd);
    if (result == FETCH_DAMAGED)
        unlinkat(folder, part, 0);
    if (result == FETCH_DONE && keep_finish(folder, fd, part, leaf, entry->mode, entry->changed, force)) {
        if (errno == EEXIST)
            result = end(fetch, FETCH_EXISTS, "a different file of that name is here already", leaf);
        else
            result = local(fetch, leaf);
    }
    close(fd);
    return result;
}

/* What comes after the tree's own name in a path, or NULL for the tree itself. */
static const char *below(const struct tree_entry *entry)
{
    const char *slash = strchr(entry->path, '/');
    return slash ? slash + 1 : NULL;
}

static enum fetch_result fetch_entry(struct session *session, int number, const struct tree_entry *entry,
                                     int root)
{
    const char *leaf, *path = below(entry);
    if (!path || entry->missing)
        return FETCH_DONE;
    int folder = tree_open_parent(root, path, true, &leaf);
    if (folder < 0)
        return local(session->fetch, entry->path);
    enum fetch_result result = FETCH_DONE;
    if (!entry->folder)
        /* Inside the hidden folder nothing is anybody else's: what is incomplete there is replaced. */
        result = fetch_file(session, number, entry, folder, leaf, true);
    else if (mkdirat(folder, leaf, 0700) && errno != EEXIST)
        result = local(session->fetch, entry->path);
    close(folder);
    return result;
}

/* A tree that is all here may still not be all that is there. */
static enum fetch_result tell_missing(struct session *session)
{
    struct fetch *fetch = session->fetch;
    char line[TREE_LINE_MAX];
    struct tree_entry entry;
    rewind(session->manifest);
    while (next_entry(session, line, &entry) == 1)
        if (entry.missing) {
            fetch->lacking++;
            if (fetch->missing)
                fetch->missing(fetch, entry.path, entry.missing);
        }
    return fetch->lacking > 0 ? FETCH_LACKING : FETCH_DONE;
}

/* Modes and times of folders, once nothing is written in them any more. Their owner may always write, or
 * an unfinished tree could not be taken up again. */
static void dress_folders(struct session *session, int root)
{
    char line[TREE_LINE_MAX];
    struct tree_entry entry;
    rewind(session->manifest);
    while (next_entry(session, line, &entry) == 1) {
        if (!entry.folder || entry.missing)
            continue;
        const char *path = below(&entry), *leaf;
        int parent = path ? tree_open_parent(root, path, false, &leaf) : -1;
        int fd = path ? (parent < 0 ? -1 : openat(parent, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
                      : dup(root);
        if (parent >= 0)
            close(parent);
        if (fd < 0)
            continue;
        struct timespec times[2] = {{.tv_sec = (time_t)entry.changed}, {.tv_sec = (time_t)entry.changed}};
        if (fchmod(fd, keep_mode(entry.mode) | 0700) || futimens(fd, times)) {
            /* A disk that cannot keep a mode or a time still keeps the files. */
        }
        close(fd);
    }
}

static enum fetch_result fetch_tree(struct session *session)
{
    struct fetch *fetch = session->fetch;
    char part[KEEP_PART_SIZE], line[TREE_LINE_MAX];
    struct tree_entry entry;
    struct stat status;
    if (!fstatat(session->output, session->kept, &status, AT_SYMLINK_NOFOLLOW))
        return end(fetch, FETCH_EXISTS, "something of that name is here already", session->kept);
    keep_part_name(session->kept, fetch->card.hash, part);
    int root = -1;
    if (!mkdirat(session->output, part, 0700) || errno == EEXIST)
        root = openat(session->output, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (root < 0)
        return local(fetch, session->kept);

    enum fetch_result result = FETCH_DONE;
    for (int number = 0; result == FETCH_DONE && next_entry(session, line, &entry) == 1; number++)
        result = fetch_entry(session, number, &entry, root);
    if (result == FETCH_DONE) {
        dress_folders(session, root);
        /* Between the look above and here a folder of that name could only be replaced if it is empty. */
        if (renameat(session->output, part, session->output, session->kept))
            result = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                         ? end(fetch, FETCH_EXISTS, "something of that name is here already", session->kept)
                         : local(fetch, session->kept);
    }
    close(root);
    return result == FETCH_DONE ? tell_missing(session) : result;
}

static enum fetch_result fetch_single(struct session *session)
{
    char line[TREE_LINE_MAX];
    struct tree_entry entry;
    if (next_entry(session, line, &entry) != 1)
        return end(session->fetch, FETCH_REFUSED, "the list of files is empty", NULL);
    return fetch_file(session, 0, &entry, session->output, session->kept, session->fetch->force);
}

enum fetch_result fetch_session(int fd, struct fetch *fetch)
{
    struct session *session = calloc(1, sizeof *session);
    int64_t length = 0;
    fetch->done = fetch->came = fetch->lacking = 0;
    fetch->message[0] = '\0';
    if (!session)
        return end(fetch, FETCH_LOCAL, "no memory", NULL);
    session->fetch = fetch;
    name_keep(fetch->card.name, session->kept);
    wire_init(&session->wire, fd, fetch->patience);
    session->output = open(fetch->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum fetch_result result = session->output < 0 ? local(fetch, fetch->output) : FETCH_DONE;
    if (result == FETCH_DONE)
        result = open_offer(session, &length);
    if (result == FETCH_DONE)
        result = take_manifest(session, length);
    if (result == FETCH_DONE) {
        rewind(session->manifest);
        result = check_manifest(session);
    }
    if (result == FETCH_DONE)
        result = fetch->card.tree ? fetch_tree(session) : fetch_single(session);
    if (result == FETCH_DONE || result == FETCH_LACKING)
        wire_print(&session->wire, "done\n");
    if (session->manifest)
        fclose(session->manifest);
    if (session->output >= 0)
        close(session->output);
    free(session);
    return result;
}

enum fetch_result fetch_run(const char *host, const char *port, struct fetch *fetch)
{
    const char *why;
    int fd = net_connect(host, port, 5000, &why);
    if (fd < 0)
        return end(fetch, FETCH_BROKEN, "cannot connect", why);
    port_keepalive(fd, 10, 5, 3);
    enum fetch_result result = fetch_session(fd, fetch);
    close(fd);
    return result;
}
