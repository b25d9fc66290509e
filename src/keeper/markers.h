/* How far accounts have read, and where: IRCv3 draft/read-marker. In the keeper's memory, and as lines of a file, to
 * which one is added with each change; the last line about something is the one that counts. */
#ifndef FORKCHAT_KEEPER_MARKERS_H
#define FORKCHAT_KEEPER_MARKERS_H

#include "store.h"

/* As many as there may be, of one account and in all. */
#define MARKERS_OF_ONE 200u
#define MARKERS_MOST   200000u

/* Bytes of a line, with its end and the zero byte. */
#define MARKER_LINE (ACCOUNT_SIZE + CHANNEL_SIZE + 32)

struct markers;

/* None. Exits if there is no memory. */
struct markers *markers_new(void);
void markers_free(struct markers *markers);

/* Whether it is a channel's name or a nick: what can have been read. */
bool markers_is_target(const char *target);

/* Bytes of its name and the @, at most. */
#define MARKERS_DEVICE 21

/* Whether that is a device of an account, as in @phone: its marker tells when it was last here. */
bool markers_is_device(const char *target);

/* How far the account has read in that channel, or what that nick says: ms since 1970, or -1 for nowhere yet. */
int64_t markers_get(const struct markers *markers, const char *account, const char *target);

/* It has read as far as `time` (not negative), or further, which then stays. Returns how far; -1 if there is no room.
 * An account that has too many loses the one that is furthest in the past. *changed: a line is to be written. */
int64_t markers_set(struct markers *markers, const char *account, const char *target, int64_t time, bool *changed);

void markers_forget(struct markers *markers, const char *account);

uint32_t markers_count(const struct markers *markers);

/* Bytes of the line that says so; read: takes one, without its end, unless the account is none of the store's any more.
 * False if it is no such line. */
size_t markers_write_line(char line[MARKER_LINE], const char *account, const char *target, int64_t time);
bool markers_read_line(struct markers *markers, const struct store *store, char *line);

/* A line for each, to be freed; NULL if there is no memory. */
char *markers_write(const struct markers *markers, size_t *length);

#endif
