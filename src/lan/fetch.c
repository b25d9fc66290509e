/* The getting side of one transfer. Runs in a worker of its own. The protocol stands in serve.c.
 *
 * A file grows under a hidden name that holds its hash, .NAME.HASH.part, so that a later attempt finds it
 * and knows it for the same content. It gets its name, by link(2), which replaces nothing, when its hash is
 * right. A tree grows in a hidden folder of that kind, file by file, and is renamed last. As with cp(1), tar(1) and
 * scp(1) nobody waits for the disk, unless a file is to be replaced: a power failure may cost what is new, not what was
 * there. */
#include "lan/fetch_session.h"

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
#include "lan/partfile.h"
#include "lan/name.h"
#include "lan/secret.h"
#include "lan/tree.h"

/* From the greeting to the line that begins with "ok". */
static enum fetch_result open_offer(struct fetch_session *session, int64_t *length)
{
    struct fetch *fetch = session->fetch;
    const struct datagram_card *card = &fetch->card;
    char line[WIRE_LINE_MAX + 1], nonce[SECRET_NONCE_SIZE], proof[SHA256_HEX_SIZE], ours[SHA256_HEX_SIZE] = "-";
    if (secret_make_nonce(nonce))
        return fetch_end(session, FETCH_LOCAL, "no random numbers", strerror(errno));
    if (wire_read_line(&session->wire, line) < 0)
        return fetch_broken(session);
    if (strcmp(line, "forkchat-files 2") != 0)
        return fetch_refused(session, line);
    if (wire_print(&session->wire, "open %s %s\n", card->id, nonce) || wire_read_line(&session->wire, line) < 0)
        return fetch_broken(session);

    bool challenged = strncmp(line, "challenge ", 10) == 0;
    if (challenged) {
        if (!fetch->password)
            return fetch_end(session, FETCH_DENIED, "a password is needed", NULL);
        if (!secret_is_setting(line + 10))
            return fetch_end(session, FETCH_REFUSED, "the other side asks for the password in an unsafe way", NULL);
        if (secret_prove(fetch->password, line + 10, "getter", card->id, nonce, card->hash, proof) ||
            secret_prove(fetch->password, line + 10, "offerer", card->id, nonce, card->hash, ours))
            return fetch_end(session, FETCH_LOCAL, "crypt(3) does not know SHA-512", NULL);
        if (wire_print(&session->wire, "proof %s\n", proof) || wire_read_line(&session->wire, line) < 0)
            return fetch_broken(session);
    }
    char *rest = line + 3;
    const char *theirs = strncmp(line, "ok ", 3) == 0 ? text_next_word(&rest) : NULL;
    if (!theirs || !parse_number(rest, 1, TREE_MANIFEST_MAX, length))
        return fetch_refused(session, line);
    /* The sender of the file must know the password as well: a file of an impostor is not taken for it, nor one of a
     * peer that does without. */
    if (((card->password || fetch->password) && !challenged) || !secret_equal(theirs, ours))
        return fetch_end(session, FETCH_REFUSED, "the other side does not know the password", NULL);
    return FETCH_DONE;
}

static enum fetch_result take_manifest(struct fetch_session *session, int64_t length)
{
    struct fetch *fetch = session->fetch;
    struct sha256 hash;
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256_start(&hash);
    session->manifest = partfile_open_nameless(session->output);
    if (!session->manifest)
        return fetch_local(session, fetch->output);
    while (length > 0) {
        char bytes[8192];
        ssize_t got = wire_read(&session->wire, bytes, length < (int64_t)sizeof bytes ? (size_t)length : sizeof bytes);
        if (got < 0)
            return fetch_broken(session);
        sha256_add(&hash, bytes, (size_t)got);
        if (fwrite(bytes, 1, (size_t)got, session->manifest) != (size_t)got)
            return fetch_local(session, fetch->output);
        length -= got;
    }
    if (fflush(session->manifest))
        return fetch_local(session, fetch->output);
    sha256_finish(&hash, digest);
    sha256_hex(digest, hex);
    if (strcmp(hex, fetch->card.hash) != 0)
        return fetch_end(session, FETCH_DAMAGED, "the list of files is not the one that was offered", NULL);
    return FETCH_DONE;
}

/* Reads the manifest's next line. Returns 1, 0 at its end, -1 if it is no such line. */
static int next_entry(struct fetch_session *session, char line[TREE_LINE_MAX], struct tree_entry *entry)
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
static enum fetch_result check_manifest(struct fetch_session *session)
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
            return fetch_end(session, FETCH_REFUSED, "the list of files holds what was not offered", entry.path);
        size += entry.size;
        lines++;
        if (size > card->size)
            break;
    }
    if (result < 0)
        return fetch_end(session, FETCH_REFUSED, "the list of files holds what no file may be called", NULL);
    if (lines == 0 || size != card->size)
        return fetch_end(session, FETCH_REFUSED, "the size is not the one that was offered", NULL);
    if (fetch->limit > 0 && size > fetch->limit)
        return fetch_end(session, FETCH_LOCAL, "it is larger than --limit allows", NULL);
    rewind(session->manifest);
    return FETCH_DONE;
}

/* What comes after the tree's own name in a path, or NULL for the tree itself. */
static const char *below(const struct tree_entry *entry)
{
    const char *slash = strchr(entry->path, '/');
    return slash ? slash + 1 : NULL;
}

/* The folder that holds that path, and the path's last part. Neighbours in a manifest share it, so it stays open until
 * another is asked for. */
static int open_folder(struct fetch_session *session, const char *path, const char **leaf)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    *leaf = slash ? slash + 1 : path;
    if (session->folder >= 0 && strlen(session->folder_path) == length &&
        memcmp(session->folder_path, path, length) == 0)
        return session->folder;
    if (session->folder >= 0)
        close(session->folder);
    session->folder = tree_open_parent(session->root, path, true, leaf);
    memcpy(session->folder_path, path, length);
    session->folder_path[length] = '\0';
    return session->folder;
}

/* Makes a folder, or asks for a file. Inside the hidden folder nothing is anybody else's: what is incomplete there is
 * replaced. */
static enum fetch_result prepare_entry(struct fetch_session *session, struct fetch_item *item)
{
    const char *leaf, *path = below(&item->entry);
    if (!path || item->entry.missing)
        return FETCH_DONE;
    int folder = open_folder(session, path, &leaf);
    if (folder < 0 || (item->entry.folder && mkdirat(folder, leaf, 0700) && errno != EEXIST))
        return fetch_local(session, item->entry.path);
    return item->entry.folder ? FETCH_DONE : fetch_ask(session, item, folder, leaf, true);
}

static enum fetch_result take_entry(struct fetch_session *session, struct fetch_item *item)
{
    const char *leaf;
    if (item->fd < 0)
        return FETCH_DONE;
    int folder = open_folder(session, below(&item->entry), &leaf);
    return folder < 0 ? fetch_local(session, item->entry.path) : fetch_take(session, item, folder, leaf, true);
}

/* Several are asked for before the first is taken, or each file would cost the time of a way there and back. */
static enum fetch_result fetch_entries(struct fetch_session *session)
{
    enum fetch_result result = FETCH_DONE;
    int number = 0, count = FETCH_AHEAD;
    while (result == FETCH_DONE && count == FETCH_AHEAD) {
        for (count = 0; count < FETCH_AHEAD; count++) {
            struct fetch_item *item = &session->items[count];
            if (next_entry(session, item->line, &item->entry) != 1)
                break;
            item->number = number++;
            item->fd = -1;
        }
        for (int i = 0; i < count && result == FETCH_DONE; i++)
            result = prepare_entry(session, &session->items[i]);
        for (int i = 0; i < count && result == FETCH_DONE; i++)
            result = take_entry(session, &session->items[i]);
        for (int i = 0; i < count; i++)
            fetch_drop(&session->items[i]);
    }
    return result;
}

/* A tree that is all here may still not be all that is there. */
static enum fetch_result tell_missing(struct fetch_session *session)
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
static void dress_folders(struct fetch_session *session)
{
    int root = session->root;
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
        if (fchmod(fd, partfile_mode(entry.mode) | 0700) || futimens(fd, times)) {
            /* A disk that cannot keep a mode or a time still keeps the files. */
        }
        close(fd);
    }
}

static enum fetch_result fetch_tree(struct fetch_session *session)
{
    struct fetch *fetch = session->fetch;
    char part[PARTFILE_NAME_SIZE];
    struct stat status;
    bool exists = !fstatat(session->output, fetch->kept, &status, AT_SYMLINK_NOFOLLOW);
    for (int n = 1; exists && fetch->beside && name_number(fetch->kept, fetch->card.name, true, n); n++)
        exists = !fstatat(session->output, fetch->kept, &status, AT_SYMLINK_NOFOLLOW);
    if (exists)
        return fetch_end(session, FETCH_EXISTS, "something of that name is here already", session->fetch->kept);
    partfile_name(session->fetch->kept, fetch->card.hash, part);
    session->fresh = !mkdirat(session->output, part, 0700);
    if (session->fresh || errno == EEXIST)
        session->root = openat(session->output, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (session->root < 0)
        return fetch_local(session, session->fetch->kept);

    enum fetch_result result = fetch_entries(session);
    if (result != FETCH_DONE)
        unlinkat(session->output, part, AT_REMOVEDIR); /* if nothing has come */
    if (result == FETCH_DONE) {
        dress_folders(session);
        /* Between the look above and here a folder of that name could only be replaced if it is empty. */
        if (renameat(session->output, part, session->output, session->fetch->kept))
            result =
                errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                    ? fetch_end(session, FETCH_EXISTS, "something of that name is here already", session->fetch->kept)
                    : fetch_local(session, session->fetch->kept);
    }
    return result == FETCH_DONE ? tell_missing(session) : result;
}

static enum fetch_result fetch_single(struct fetch_session *session)
{
    struct fetch_item *item = &session->items[0];
    bool force = session->fetch->force;
    item->number = 0;
    item->fd = -1;
    if (next_entry(session, item->line, &item->entry) != 1)
        return fetch_end(session, FETCH_REFUSED, "the list of files is empty", NULL);
    enum fetch_result result = fetch_ask(session, item, session->output, session->fetch->kept, force);
    for (int n = 1; result == FETCH_EXISTS && session->fetch->beside; n++) {
        if (!name_number(session->fetch->kept, session->fetch->card.name, false, n))
            break;
        session->fetch->message[0] = '\0'; /* what is in the way is no failure */
        result = fetch_ask(session, item, session->output, session->fetch->kept, force);
    }
    if (result == FETCH_DONE && item->fd >= 0)
        result = fetch_take(session, item, session->output, session->fetch->kept, force);
    fetch_drop(item);
    return result;
}

static void close_session(struct fetch_session *session)
{
    if (session->manifest)
        fclose(session->manifest);
    if (session->folder >= 0)
        close(session->folder);
    if (session->root >= 0)
        close(session->root);
    if (session->output >= 0)
        close(session->output);
    free(session);
}

enum fetch_result fetch_session(int fd, struct fetch *fetch)
{
    struct fetch_session *session = calloc(1, sizeof *session);
    int64_t length = 0;
    fetch->done = fetch->came = fetch->lacking = 0;
    fetch->message[0] = '\0';
    if (!session) {
        text_copy(fetch->message, sizeof fetch->message, "no memory");
        return FETCH_LOCAL;
    }
    session->fetch = fetch;
    session->root = session->folder = -1;
    session->pace.rate = fetch->rate;
    name_keep(fetch->card.name, session->fetch->kept);
    wire_init(&session->wire, fd, fetch->timeout);
    session->output = open(fetch->output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum fetch_result result = session->output < 0 ? fetch_local(session, fetch->output) : FETCH_DONE;
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
    /* Whether the other side learns that it is done does not matter to us. */
    if ((result == FETCH_DONE || result == FETCH_LACKING) && !wire_print(&session->wire, "done\n"))
        (void)wire_flush(&session->wire);
    close_session(session);
    return result;
}

enum fetch_result fetch_run(const char *host, const char *port, struct fetch *fetch)
{
    const char *why;
    int fd = net_connect(host, port, 5000, &why);
    if (fd < 0)
        return fetch_fail(fetch, FETCH_BROKEN, "cannot connect", why);
    port_keepalive(fd, 10, 5, 3);
    enum fetch_result result = fetch_session(fd, fetch);
    close(fd);
    return result;
}
