/* Progress. Runs in the workers that fetch, and those that hash what is to be offered or sent. */
#include "lan/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"
#include "lan/peer.h"

#define BAR        24
#define HASH_EVERY (2 * SECOND)

void progress_start(struct progress *progress, const char *name, int fd, bool terminal)
{
    *progress = (struct progress){.name = name, .fd = fd, .terminal = terminal, .first = -1};
    progress->started = clock_monotonic();
}

static void say(const struct progress *progress, const struct text *text)
{
    /* Nobody there to see it is no reason to stop. */
    if (fd_write_all(progress->fd, text->start, text->length))
        return;
}

static void add_rest(const struct progress *progress, struct text *text, int64_t done, int64_t total)
{
    char size[SIZE_TEXT], whole[SIZE_TEXT], rate[SIZE_TEXT];
    double seconds = (double)(clock_monotonic() - progress->started) / 1e9;
    double speed = seconds > 0.01 ? (double)(done - progress->first) / seconds : 0;
    text_addf(text, "%s of %s, %s/s", size_text(done, size), size_text(total, whole), size_text((int64_t)speed, rate));
    if (speed > 1 && done < total) {
        long left = (long)((double)(total - done) / speed) + 1;
        if (left < 100 * 3600)
            text_addf(text, ", %ld:%02ld left", left / 60, left % 60);
    }
}

static void draw_bar(const struct progress *progress, int64_t done, int64_t total)
{
    char row[512];
    struct text text;
    int full = total > 0 ? (int)((double)done / (double)total * BAR) : BAR;
    text_init(&text, row, sizeof row);
    text_addf(&text, "\r\033[K%.40s [", progress->name);
    for (int i = 0; i < BAR; i++)
        text_add_char(&text, i < full ? '#' : '.');
    text_addf(&text, "] %3d%% ", total > 0 ? (int)((double)done / (double)total * 100) : 100);
    add_rest(progress, &text, done, total);
    say(progress, &text);
}

void progress_step(struct progress *progress, int64_t done, int64_t total)
{
    int64_t now = clock_monotonic();
    if (progress->first < 0) {
        progress->first = done;
        progress->started = now;
        progress->quarters = total > 0 ? (int)(done * 4 / total) : 0;
    }
    if (progress->terminal) {
        if (now - progress->shown < SECOND / 10 && done < total)
            return;
        progress->shown = now;
        draw_bar(progress, done, total);
        return;
    }
    int quarters = total > 0 ? (int)(done * 4 / total) : 4;
    if (quarters <= progress->quarters || done >= total)
        return;
    progress->quarters = quarters;
    char row[512];
    struct text text;
    text_init(&text, row, sizeof row);
    text_addf(&text, "%s: %d%%, ", progress->name, quarters * 25);
    add_rest(progress, &text, done, total);
    text_add_char(&text, '\n');
    say(progress, &text);
}

static void step_hash(struct tree_progress *tree, int64_t done)
{
    struct progress_hash *progress = (struct progress_hash *)tree; /* its first member */
    int64_t now = clock_monotonic();
    char row[512], size[SIZE_TEXT], whole[SIZE_TEXT];
    struct text text;
    if (now - progress->shown < HASH_EVERY)
        return;
    progress->shown = now;
    text_init(&text, row, sizeof row);
    text_addf(&text, "hashing %s: %s", progress->name, size_text(done, size));
    if (progress->total > 0 && done <= progress->total)
        text_addf(&text, " of %s, %d%%", size_text(progress->total, whole),
                  (int)((double)done / (double)progress->total * 100));
    text_add_char(&text, '\n');
    if (fd_write_all(progress->fd, text.start, text.length))
        return; /* nobody there to see it is no reason to stop */
}

void progress_hash_start(struct progress_hash *progress, const char *name, int fd, int64_t total)
{
    *progress = (struct progress_hash){.tree.step = step_hash, .name = name, .fd = fd, .total = total};
    progress->shown = clock_monotonic();
}

void progress_end(struct progress *progress)
{
    if (progress->terminal && progress->shown && fd_write_all(progress->fd, "\n", 1))
        return;
}
