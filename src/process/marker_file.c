/* The keeper's file of read markers: a line is added with each change, so that the death of the keeper costs none; that
 * it is on disk is seen to a little later, when nobody asks for anything. When most lines are out of date it is written
 * anew, whole. A line that a power cut has torn is left out, and all that follows is good. */
#include "marker_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#define FILE_NAME  "markers"
#define FILE_LIMIT ((size_t)64 << 20)

/* More lines than twice as many as are needed, and these: the file is written anew. */
#define SPARE 2000u

struct marker_file {
    struct markers *markers;
    int directory, fd; /* -1: there is none */
    uint32_t lines;
    bool is_readable;          /* what is on disk is known here, and may be written again */
    bool is_dirty, is_failing; /* not synced yet; could not be written the last time */
    char path[4200];           /* for the log */
};

static void fail(struct marker_file *file)
{
    if (!file->is_failing)
        log_error("%s: %s: read markers are forgotten with the keeper until it can be written", file->path,
                  strerror(errno));
    file->is_failing = true;
}

/* What was written last may be there in part, or not at all: the next line has it written anew. */
static void give_up(struct marker_file *file)
{
    fail(file);
    close(file->fd);
    file->fd = -1;
}

static void write_anew(struct marker_file *file)
{
    size_t length;
    if (!file->is_readable)
        return;
    char *text = markers_write(file->markers, &length);
    if (file->fd >= 0)
        close(file->fd);
    file->fd = text ? fd_replace_file_kept(file->directory, FILE_NAME, text, length, 0600) : -1;
    if (file->fd < 0) {
        fail(file);
    } else {
        if (file->is_failing)
            log_warning("%s: it can be written again", file->path);
        file->is_failing = false;
        file->lines = markers_count(file->markers);
        file->is_dirty = true; /* the folder */
    }
    free(text);
}

void marker_file_note(struct marker_file *file, const char *line, size_t length)
{
    if (!line || file->fd < 0 || file->lines > 2 * markers_count(file->markers) + SPARE) {
        write_anew(file);
        return;
    }
    if (fd_write_all(file->fd, line, length)) {
        give_up(file);
        return;
    }
    file->lines++;
    file->is_dirty = true;
}

void marker_file_sync(struct marker_file *file)
{
    if (!file->is_dirty)
        return;
    file->is_dirty = false;
    if (file->fd >= 0 && (fsync(file->fd) || (fsync(file->directory) && errno != EINVAL)))
        give_up(file);
}

static void read_all(struct marker_file *file, const struct store *store)
{
    if (faccessat(file->directory, FILE_NAME, F_OK, 0) && errno == ENOENT)
        return;
    size_t length;
    char *text = fd_read_file(file->path, FILE_LIMIT, &length), *rest = text;
    if (!text) {
        log_error("%s: %s: read markers are forgotten with the keeper", file->path, fd_why(errno));
        file->is_readable = false;
        return;
    }
    for (char *nul; (nul = memchr(text, '\0', length));)
        *nul = '?'; /* of a damaged line, which is not the end */
    int bad = 0;
    for (char *line; (line = text_next_item(&rest, '\n'));)
        bad += *line && !markers_read_line(file->markers, store, line);
    if (bad)
        log_warning("%s: %d line%s left out that %s no read marker", file->path, bad, bad > 1 ? "s are" : " is",
                    bad > 1 ? "are" : "is");
    free(text);
}

struct marker_file *marker_file_open(int directory, const char *folder, const struct store *store)
{
    struct marker_file *file = memory_must(calloc(1, sizeof *file));
    file->markers = markers_new();
    file->directory = directory;
    file->fd = -1; /* the first line has it written anew, without what is out of date or torn */
    file->is_readable = directory >= 0;
    snprintf(file->path, sizeof file->path, "%.4000s/" FILE_NAME, folder);
    if (file->is_readable)
        read_all(file, store);
    return file;
}

struct markers *marker_file_markers(const struct marker_file *file)
{
    return file->markers;
}

void marker_file_close(struct marker_file *file)
{
    marker_file_sync(file);
    if (file->fd >= 0)
        close(file->fd);
    markers_free(file->markers);
    free(file);
}
