/* The archive: both histories, and the answers to questions about them. Of the archivist alone. */
#ifndef FORKCHAT_PROCESS_ARCHIVE_H
#define FORKCHAT_PROCESS_ARCHIVE_H

#include "conf/settings.h"
#include "history/request.h"

struct archive {
    struct history channels, pairs;
};

/* Opens the history in that directory, or begins it. Returns 0, or -1 and errno. */
int archive_open(struct archive *archive, int directory, const struct settings *settings);

/* What of the settings a reload may change. */
void archive_follow(struct archive *archive, const struct settings *settings);

/* Adds the records of a batch, which may hold any bytes, after the gap there was. What was taken back is overwritten.
 */
void archive_add(struct archive *archive, const struct history_gap *gap, const unsigned char *bytes, size_t length);

/* To the files, to the disk. Return 0, or -1: something was lost. */
int archive_write(struct archive *archive);
int archive_sync(struct archive *archive);
bool archive_is_unsynced(const struct archive *archive);

/* Answers `length` bytes of a request, whatever they are; some wishes are for operators alone. Returns the length of
 * the answer, for which there is room for struct history_answer and HISTORY_ANSWER_MAX. */
size_t archive_answer(struct archive *archive, const void *request, size_t length, bool operators,
                      unsigned char *answer);

#endif
