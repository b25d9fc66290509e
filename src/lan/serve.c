/* The offering side of one transfer. Runs in a worker of its own, one for each connection.
 *
 * The protocol, client (C) and server (S), in lines:
 *   S forkchat-files 2
 *   C open ID NONCE                 S challenge SETTING, then C proof HEX; or at once:
 *                                   S ok HEX|- LENGTH and the manifest of LENGTH bytes
 *                                   S error TEXT, denied, wait SECONDS, busy   (and closes)
 *   C read NUMBER OFFSET            S data LENGTH and the bytes of file NUMBER of the manifest from OFFSET
 *                                   S error TEXT
 *   C done                          S closes
 * A client names files by their number in the manifest. No path is ever taken from the wire. */
#include "lan/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "lan/secret.h"
#include "lan/tree.h"
#include "lan/wire.h"

#define GREETING_SECONDS 20 /* for everything before the first byte of a file */

struct session {
    struct wire wire;
    struct wire_pace pace;
    const struct serve_terms *terms;
    const struct serve_offer *offer;
    /* Where the manifest has been read to: clients ask in its order. */
    char chunk[4096];
    int64_t chunk_at, position;
    size_t chunk_length;
    int64_t line_number;
};

static const struct serve_offer *find_offer(const struct serve_terms *terms, const char *id)
{
    for (int i = 0; i < terms->count; i++)
        if (strcmp(terms->offers[i].card.id, id) == 0)
            return &terms->offers[i];
    return NULL;
}

/* The password's part of the opening. `said` becomes the proof that we know it too. */
static enum serve_result ask_proof(struct session *session, const char *nonce, char said[SHA256_HEX_SIZE])
{
    const struct serve_offer *offer = session->offer;
    char setting[SECRET_SETTING_SIZE], expected[SHA256_HEX_SIZE], line[WIRE_LINE_MAX + 1];
    if (session->terms->wait > 0) {
        wire_print(&session->wire, "wait %d\n", session->terms->wait);
        return SERVE_BROKEN;
    }
    if (secret_make_setting(setting) ||
        secret_prove(offer->password, setting, "getter", offer->card.id, nonce, offer->card.hash, expected) ||
        secret_prove(offer->password, setting, "offerer", offer->card.id, nonce, offer->card.hash, said)) {
        wire_print(&session->wire, "error the offering machine cannot check passwords\n");
        return SERVE_BROKEN;
    }
    if (wire_print(&session->wire, "challenge %s\n", setting) || wire_read_line(&session->wire, line) < 0)
        return SERVE_BROKEN;
    if (strncmp(line, "proof ", 6) == 0 && secret_equal(line + 6, expected))
        return SERVE_DONE;
    clock_sleep(session->terms->penalty);
    wire_print(&session->wire, "denied\n");
    return SERVE_DENIED;
}

static int send_manifest(struct session *session, const char *proof)
{
    struct stat status;
    if (fstat(session->offer->manifest, &status) ||
        wire_print(&session->wire, "ok %s %lld\n", proof, (long long)status.st_size))
        return -1;
    for (off_t at = 0; at < status.st_size;) {
        char bytes[8192];
        ssize_t got = pread(session->offer->manifest, bytes, sizeof bytes, at);
        if (got <= 0 || wire_write(&session->wire, bytes, (size_t)got))
            return -1;
        at += got;
    }
    return 0;
}

static enum serve_result open_offer(struct session *session)
{
    char line[WIRE_LINE_MAX + 1], proof[SHA256_HEX_SIZE] = "-", *rest = line;
    if (wire_print(&session->wire, "forkchat-files 2\n") || wire_read_line(&session->wire, line) < 0)
        return SERVE_BROKEN;
    const char *verb = text_next_word(&rest), *id = verb ? text_next_word(&rest) : NULL;
    const char *nonce = id ? text_next_word(&rest) : NULL;
    if (!nonce || strcmp(verb, "open") != 0 || !datagram_is_hex(nonce, SECRET_NONCE_SIZE - 1)) {
        wire_print(&session->wire, "error expected: open ID NONCE\n");
        return SERVE_BROKEN;
    }
    session->offer = find_offer(session->terms, id);
    if (!session->offer) {
        wire_print(&session->wire, "error there is no such offer\n");
        return SERVE_BROKEN;
    }
    if (session->offer->password) {
        enum serve_result result = ask_proof(session, nonce, proof);
        if (result != SERVE_DONE)
            return result;
    }
    return send_manifest(session, proof) ? SERVE_BROKEN : SERVE_DONE;
}

/* The next line of the manifest. Returns 1, 0 at its end, or -1. */
static int next_line(struct session *session, char line[TREE_LINE_MAX])
{
    size_t length = 0;
    for (;;) {
        if (session->position == session->chunk_at + (int64_t)session->chunk_length) {
            ssize_t got =
                pread(session->offer->manifest, session->chunk, sizeof session->chunk, (off_t)session->position);
            if (got <= 0)
                return (int)got;
            session->chunk_at = session->position;
            session->chunk_length = (size_t)got;
        }
        char c = session->chunk[session->position++ - session->chunk_at];
        if (c == '\n' || length == TREE_LINE_MAX - 1)
            break;
        line[length++] = c;
    }
    line[length] = '\0';
    session->line_number++;
    return 1;
}

static bool find_entry(struct session *session, int64_t number, char line[TREE_LINE_MAX], struct tree_entry *entry)
{
    if (number < session->line_number) {
        session->line_number = session->position = session->chunk_at = 0;
        session->chunk_length = 0;
    }
    while (session->line_number <= number)
        if (next_line(session, line) != 1)
            return false;
    return tree_read_line(line, entry) && !entry->folder && !entry->missing;
}

/* A change may leave size and time as they were; nobody but the system sets st_ctim. */
static bool is_changed(const struct serve_offer *offer, const struct tree_entry *entry, const struct stat *status)
{
    const struct timespec *newest = &offer->newest, *time = &status->st_ctim;
    bool later = time->tv_sec > newest->tv_sec || (time->tv_sec == newest->tv_sec && time->tv_nsec > newest->tv_nsec);
    return status->st_size != entry->size || status->st_mtime != entry->changed || (newest->tv_sec && later);
}

/* Opens what the entry names, if it still is what was described. */
static int open_entry(const struct serve_offer *offer, const struct tree_entry *entry, const char **why)
{
    int fd;
    bool taken = false; /* out of a folder that is still there */
    if (offer->card.tree) {
        const char *slash = strchr(entry->path, '/');
        int root = open(offer->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        fd = root >= 0 && slash ? tree_open_file(root, slash + 1) : -1;
        taken = root >= 0 && fd < 0 && errno == ENOENT;
        if (root >= 0)
            close(root);
    } else {
        fd = open(offer->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    }
    struct stat status;
    if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode)) {
        *why = taken ? SERVE_CHANGED : "the file is no longer there";
    } else if (is_changed(offer, entry, &status)) {
        *why = SERVE_CHANGED;
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static int send_file(struct session *session, int fd, int64_t offset, int64_t size)
{
    if (wire_print(&session->wire, "data %lld\n", (long long)(size - offset)))
        return -1;
    while (offset < size) {
        char bytes[65536];
        size_t want = size - offset < (int64_t)sizeof bytes ? (size_t)(size - offset) : sizeof bytes;
        /* Little at a time when slow is wished, or the rate would come in jerks. */
        if (session->pace.rate > 0 && session->pace.rate / 20 < (int64_t)want)
            want = session->pace.rate < 20 * 512 ? (want < 512 ? want : 512) : (size_t)session->pace.rate / 20;
        ssize_t got = pread(fd, bytes, want, (off_t)offset);
        if (got <= 0 || wire_write(&session->wire, bytes, (size_t)got))
            return -1;
        offset += got;
        if (session->pace.rate > 0 && wire_flush(&session->wire))
            return -1;
        wire_pace(&session->pace, (size_t)got);
    }
    return 0;
}

static void tell_changed(const struct session *session)
{
    if (session->terms->changed)
        session->terms->changed(session->terms, session->offer->card.id);
}

static int answer_read(struct session *session, char *rest)
{
    char line[TREE_LINE_MAX];
    struct tree_entry entry;
    int64_t number, offset;
    const char *first = text_next_word(&rest), *second = first ? text_next_word(&rest) : NULL;
    if (!second || !parse_number(first, 0, TREE_ENTRIES_MAX, &number) ||
        !parse_number(second, 0, (int64_t)1 << 50, &offset))
        return wire_print(&session->wire, "error expected: read NUMBER OFFSET\n");
    if (!find_entry(session, number, line, &entry) || offset > entry.size)
        return wire_print(&session->wire, "error there is no such file or place\n");
    const char *why;
    int fd = open_entry(session->offer, &entry, &why);
    if (fd < 0) {
        tell_changed(session);
        return wire_print(&session->wire, "error %s\n", why);
    }
    int result = send_file(session, fd, offset, entry.size);
    struct stat status;
    if (result == 0 && fstat(fd, &status) == 0 && is_changed(session->offer, &entry, &status))
        tell_changed(session);
    close(fd);
    return result;
}

static enum serve_result serve_requests(struct session *session)
{
    for (;;) {
        char line[WIRE_LINE_MAX + 1], *rest = line;
        if (wire_read_line(&session->wire, line) < 0)
            return SERVE_BROKEN;
        const char *verb = text_next_word(&rest);
        if (verb && strcmp(verb, "done") == 0)
            return SERVE_DONE;
        if (!verb || strcmp(verb, "read") != 0) {
            wire_print(&session->wire, "error expected: read NUMBER OFFSET, or done\n");
            return SERVE_BROKEN;
        }
        if (answer_read(session, rest))
            return SERVE_BROKEN;
    }
}

enum serve_result serve_session(int fd, const struct serve_terms *terms)
{
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return SERVE_BROKEN;
    session->terms = terms;
    session->pace.rate = terms->rate;
    wire_init(&session->wire, fd, terms->timeout);
    session->wire.deadline = clock_monotonic() + GREETING_SECONDS * (int64_t)1000000000;
    enum serve_result result = open_offer(session);
    session->wire.deadline = 0;
    if (result == SERVE_DONE)
        result = serve_requests(session);
    if (wire_flush(&session->wire) && result == SERVE_DONE)
        result = SERVE_BROKEN;
    free(session);
    return result;
}
