/* Trees of files, read and described. Runs in the workers: those that hash, serve and fetch.
 *
 * A path is walked part by part with O_NOFOLLOW, so that neither a name from the wire nor a link put
 * there meanwhile leads outside the folder that was opened first. */
#include "lan/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/harmless.h"
#include "base/parse.h"
#include "base/text.h"
#include "lan/name.h"

int tree_open_parent(int root, const char *path, bool make, const char **leaf)
{
    int at = dup(root);
    if (at >= 0)
        fd_set_cloexec(at);
    for (const char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
        char part[NAME_FILE_MAX + 1];
        size_t length = (size_t)(slash - path);
        int next = -1;
        if (!name_is_file(path, length)) {
            errno = EINVAL;
        } else {
            memcpy(part, path, length);
            part[length] = '\0';
            if (make && mkdirat(at, part, 0700) && errno != EEXIST)
                next = -1;
            else
                next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        fd_close_failed(at);
        at = next;
    }
    *leaf = path;
    if (at >= 0 && !name_is_file(path, strlen(path))) {
        close(at);
        errno = EINVAL;
        return -1;
    }
    return at;
}

int tree_open_file(int root, const char *path)
{
    const char *leaf;
    int parent = tree_open_parent(root, path, false, &leaf);
    if (parent < 0)
        return -1;
    /* Non-blocking, for a FIFO would hold us. */
    int fd = openat(parent, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    fd_close_failed(parent);
    struct stat status;
    if (fd >= 0 && (fstat(fd, &status) || !S_ISREG(status.st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

int64_t tree_hash(int fd, int64_t limit, struct sha256 *hash, struct tree_progress *progress)
{
    char bytes[65536];
    int64_t at = 0;
    while (limit < 0 || at < limit) {
        size_t want = sizeof bytes;
        if (limit >= 0 && limit - at < (int64_t)want)
            want = (size_t)(limit - at);
        ssize_t got = pread(fd, bytes, want, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        sha256_add(hash, bytes, (size_t)got);
        at += got;
        if (progress)
            progress->step(progress, progress->done += got);
    }
    return at;
}

static char *next_field(char **rest)
{
    char *field = *rest, *end = strchr(field, ' ');
    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return field;
}

#define TIME_MOST ((int64_t)1 << 40)

/* Why something in a folder is not offered: the word on the wire, and what it says to people. */
enum reason { REASON_LINK, REASON_SPECIAL, REASON_UNREADABLE, REASON_NAME, REASON_DEEP };

static const struct {
    const char *word, *says;
} reasons[] = {
    [REASON_LINK] = {"link", "a link"},
    [REASON_SPECIAL] = {"special", "neither a file nor a folder"},
    [REASON_UNREADABLE] = {"unreadable", "it could not be read"},
    [REASON_NAME] = {"name", "a name that cannot be offered"},
    [REASON_DEEP] = {"deep", "too deep, or its path too long"},
};

static bool read_missing(char *line, struct tree_entry *entry)
{
    const char *word = next_field(&line);
    *entry = (struct tree_entry){.path = line};
    for (size_t i = 0; word && i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(word, reasons[i].word) == 0)
            entry->missing = reasons[i].says;
    return entry->missing && *line && text_is_utf8(line, strlen(line));
}

bool tree_read_line(char *line, struct tree_entry *entry)
{
    int64_t mode;
    if (line[0] == '-' && line[1] == ' ')
        return read_missing(line + 2, entry);
    const char *fields[5];
    for (int i = 0; i < 5; i++)
        if (!(fields[i] = next_field(&line)))
            return false;
    const char *kind = fields[0], *hash = fields[4];
    if (kind[0] == '\0' || kind[1] != '\0' || !strchr("fd", kind[0]))
        return false;
    entry->missing = NULL;
    entry->folder = kind[0] == 'd';
    if (!parse_number(fields[1], 0, 0777, &mode) || !parse_signed(fields[2], -TIME_MOST, TIME_MOST, &entry->changed) ||
        !parse_number(fields[3], 0, (int64_t)1 << 50, &entry->size))
        return false;
    entry->mode = (unsigned)mode;
    entry->hash[0] = '\0';
    if (entry->folder ? strcmp(hash, "-") != 0 || entry->size > 0
                      : strlen(hash) != SHA256_HEX_SIZE - 1 || strspn(hash, "0123456789abcdef") != SHA256_HEX_SIZE - 1)
        return false;
    if (!entry->folder)
        text_copy(entry->hash, sizeof entry->hash, hash);
    entry->path = line;
    return name_is_path(line, strlen(line));
}

/* What the walk of one tree needs at every step. */
struct walk {
    int manifest;
    struct sha256 hash; /* of the manifest */
    int64_t length;     /* of the manifest */
    int64_t size;
    int entries;
    int skipped;
    bool folder;
    struct tree_progress *progress;
    char path[NAME_PATH_MAX + 1];
    const char *why;
};

static int add_text(struct walk *walk, const struct text *line)
{
    walk->length += (int64_t)line->length;
    if (line->cut || ++walk->entries > TREE_ENTRIES_MAX || walk->length > TREE_MANIFEST_MAX) {
        walk->why = "there are too many files in it";
        return -1;
    }
    sha256_add(&walk->hash, line->start, line->length);
    if (fd_write_all(walk->manifest, line->start, line->length)) {
        walk->why = strerror(errno);
        return -1;
    }
    return 0;
}

static int add_line(struct walk *walk, const struct tree_entry *entry)
{
    char line[TREE_LINE_MAX];
    struct text text;
    text_init(&text, line, sizeof line);
    text_addf(&text, "%c %u %lld %lld %s %s\n", entry->folder ? 'd' : 'f', entry->mode, (long long)entry->changed,
              (long long)entry->size, entry->folder ? "-" : entry->hash, entry->path);
    return add_text(walk, &text);
}

/* The receiver of the tree must know that `name` in the folder walk->path, or (NULL) that folder itself, was there. */
static int add_missing(struct walk *walk, const char *name, enum reason reason)
{
    char line[TREE_LINE_MAX], path[NAME_PATH_MAX + 1];
    struct text text, shown;
    walk->skipped++;
    if (!walk->folder)
        return 0;
    text_init(&shown, path, sizeof path);
    harmless_add_escaped(&shown, walk->path, strlen(walk->path));
    if (name) {
        text_add_char(&shown, '/');
        harmless_add_escaped(&shown, name, strlen(name));
    }
    text_init(&text, line, sizeof line);
    text_addf(&text, "- %s %s\n", reasons[reason].word, path);
    return add_text(walk, &text);
}

static void set_status(struct tree_entry *entry, const struct stat *status)
{
    entry->mode = status->st_mode & 0777;
    entry->changed = status->st_mtime;
}

static void note_change(struct tree_progress *progress, const struct timespec *time)
{
    if (progress && (time->tv_sec > progress->newest.tv_sec ||
                     (time->tv_sec == progress->newest.tv_sec && time->tv_nsec > progress->newest.tv_nsec)))
        progress->newest = *time;
}

static int add_file(struct walk *walk, int fd)
{
    struct tree_entry entry = {.path = walk->path};
    struct stat status;
    struct sha256 hash;
    unsigned char digest[SHA256_SIZE];
    if (fstat(fd, &status))
        return add_missing(walk, NULL, REASON_UNREADABLE);
    if (!S_ISREG(status.st_mode))
        return add_missing(walk, NULL, REASON_SPECIAL);
    sha256_start(&hash);
    entry.size = tree_hash(fd, -1, &hash, walk->progress);
    if (entry.size < 0)
        return add_missing(walk, NULL, REASON_UNREADABLE);
    sha256_finish(&hash, digest);
    sha256_hex(digest, entry.hash);
    set_status(&entry, &status);
    note_change(walk->progress, &status.st_ctim);
    walk->size += entry.size;
    return add_line(walk, &entry);
}

static int add_folder(struct walk *walk, int fd, int depth);

/* What open(2) says of a link under O_NOFOLLOW (EMLINK, EFTYPE on BSD), and of sockets and devices. */
static enum reason why_not_opened(int error)
{
    return error == ELOOP || error == EMLINK ? REASON_LINK : error == ENXIO ? REASON_SPECIAL : REASON_UNREADABLE;
}

/* One name in the folder `parent`, whose path stands in walk->path up to `length`. */
static int add_name(struct walk *walk, int parent, const char *name, size_t length, int depth)
{
    size_t name_length = strlen(name);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0;
    if (!name_is_file(name, name_length))
        return add_missing(walk, name, REASON_NAME);
    if (length + 1 + name_length > NAME_PATH_MAX)
        return add_missing(walk, name, REASON_DEEP);
    int fd = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return add_missing(walk, name, why_not_opened(errno));
    walk->path[length] = '/';
    memcpy(walk->path + length + 1, name, name_length + 1);
    struct stat status;
    int result;
    if (!fstat(fd, &status) && S_ISDIR(status.st_mode)) {
        result = add_folder(walk, fd, depth + 1);
    } else {
        result = add_file(walk, fd);
        close(fd);
    }
    walk->path[length] = '\0';
    return result;
}

/* Takes over `fd`. */
static int add_folder(struct walk *walk, int fd, int depth)
{
    struct tree_entry entry = {.folder = true, .path = walk->path};
    struct stat status;
    if (depth >= NAME_PATH_DEPTH || fstat(fd, &status)) {
        close(fd);
        return add_missing(walk, NULL, REASON_DEEP);
    }
    set_status(&entry, &status);
    DIR *folder = fdopendir(fd);
    if (!folder) {
        walk->why = strerror(errno);
        close(fd);
        return -1;
    }
    int result = add_line(walk, &entry);
    size_t length = strlen(walk->path);
    const struct dirent *found;
    while (!result && (errno = 0, found = readdir(folder)))
        result = add_name(walk, dirfd(folder), found->d_name, length, depth);
    /* The rest of it could not be listed. */
    if (!result && errno)
        result = add_missing(walk, NULL, REASON_UNREADABLE);
    closedir(folder);
    return result;
}

int tree_describe(const char *path, const char *name, int manifest, int64_t *size, char hash[SHA256_HEX_SIZE],
                  bool *folder, int *skipped, const char **why, struct tree_progress *progress)
{
    struct walk walk = {.manifest = manifest, .progress = progress};
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status)) {
        *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    sha256_start(&walk.hash);
    text_copy(walk.path, sizeof walk.path, name);
    *folder = walk.folder = S_ISDIR(status.st_mode);
    int result;
    if (*folder) {
        result = add_folder(&walk, fd, 0);
    } else {
        result = add_file(&walk, fd);
        close(fd);
    }
    if (!result && walk.entries == 0) {
        walk.why = "it is neither a file nor a folder";
        result = -1;
    }
    *size = walk.size;
    *skipped = walk.skipped;
    *why = walk.why;
    unsigned char digest[SHA256_SIZE];
    sha256_finish(&walk.hash, digest);
    sha256_hex(digest, hash);
    return result;
}
