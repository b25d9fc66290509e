/* The keeper's file of read markers. */
#ifndef FORKCHAT_PROCESS_MARKER_FILE_H
#define FORKCHAT_PROCESS_MARKER_FILE_H

#include "keeper/markers.h"

struct marker_file;

/* Reads what is in that folder (a descriptor; -1: there is none, and nothing is kept), whose path is for the log, of
 * the accounts that there are. Exits if there is no memory. */
struct marker_file *marker_file_open(int directory, const char *folder, const struct store *store);

struct markers *marker_file_markers(const struct marker_file *file);

/* Adds a line; or, of NULL, writes all of it anew. Trouble is told once, and so is its end. */
void marker_file_note(struct marker_file *file, const char *line, size_t length);

/* What was added is on disk after it. May block. */
void marker_file_sync(struct marker_file *file);

void marker_file_close(struct marker_file *file);

#endif
