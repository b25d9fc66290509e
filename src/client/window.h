/* Windows: a channel, a person, or the server, each with its lines, its members and what is unread. */
#ifndef FORKCHAT_CLIENT_WINDOW_H
#define FORKCHAT_CLIENT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW_MAX         100
#define WINDOW_NAME_SIZE   201
#define WINDOW_LINES       5000
#define WINDOW_MAX_MEMBERS 20000

enum window_kind {
    WINDOW_SERVER,
    WINDOW_CHANNEL,
    WINDOW_QUERY,
};

enum line_kind {
    LINE_MESSAGE,
    LINE_ACTION,
    LINE_NOTICE,
    LINE_PRIVATE, /* a private message shown in a window that is not its own */
    LINE_EVENT,   /* joins, leaves, topics */
    LINE_SERVER,  /* what a server says of itself */
    LINE_ERROR,
};

/* Every string in it is harmless for a terminal. */
struct line {
    int64_t time; /* milliseconds since 1970 */
    enum line_kind kind;
    bool own, highlight;
    bool found; /* it repeats others, or says that there are none: /search passes over it */
    char *nick; /* "" if there is none */
    char *text;
};

struct member {
    char *nick;
    char ranks[8];  /* the signs of what they are in the channel, as in 353 */
    uint64_t spoke; /* how many lines there were with the last one of theirs; 0: none that we saw */
    bool doubted;   /* the server is telling who is here, and has not named them yet */
};

/* Public to the client; only window.c changes lines and members. */
struct window {
    enum window_kind kind;
    char name[WINDOW_NAME_SIZE]; /* as the protocol has it */
    char topic[512];             /* harmless */
    bool joined;
    struct line *lines; /* a circle of WINDOW_LINES */
    size_t first, count;
    uint64_t total;  /* lines ever added: the number of the newest line is total - 1 */
    uint64_t mark;   /* the number of the first line not seen; total if all were */
    unsigned unread; /* messages since it was looked at */
    bool called;     /* one of them names us, or is private */
    bool anchored;   /* scrolled back: the view's last line is `anchor`, its last `hidden` rows not shown */
    uint64_t anchor;
    size_t hidden;
    uint64_t found;         /* the line where /search is */
    bool lit, seek;         /* it stands out; it is to be brought into view */
    struct member *members; /* sorted by nick */
    size_t member_count, member_size;
};

struct windows {
    struct window *list[WINDOW_MAX];
    int count, current;
};

/* Makes the server's window, number 0. Returns 0, or -1 with ENOMEM. */
int windows_init(struct windows *windows, const char *name);
void windows_free(struct windows *windows);

/* The window of that name (as names compare on IRC), or NULL. */
struct window *windows_find(const struct windows *windows, const char *name);

/* The same, made if there is room; the server's window if not. Never NULL. */
struct window *windows_open(struct windows *windows, const char *name, enum window_kind kind);

/* Removes a window (never the server's) and shows the one before it if it was shown. */
void windows_close(struct windows *windows, struct window *window);

/* Shows that number; false if there is none. Leaving a window sets its mark, entering clears unread. */
bool windows_show(struct windows *windows, int number);
int windows_number(const struct windows *windows, const struct window *window);
struct window *windows_current(const struct windows *windows);

/* Adds a copy of a line, made harmless; the oldest goes if there are too many. `shown`: the user sees it now.
 * Out of memory it is dropped. Returns the line, or NULL. */
const struct line *window_add(struct window *window, const struct line *line, bool shown);

/* Line by its number, or NULL if it is not kept. */
const struct line *window_line(const struct window *window, uint64_t number);
void window_clear(struct window *window);

/* Members. What they say is noted by window_add. */
void window_join(struct window *window, const char *nick);
bool window_part(struct window *window, const char *nick);                    /* true if it was there */
bool window_rename(struct window *window, const char *nick, const char *new); /* the same */

/* The signs of a member; or one of them is given or taken. */
void window_set_ranks(struct window *window, const char *nick, const char *ranks);
void window_give_rank(struct window *window, const char *nick, char rank, bool given);

/* Around a list of all members: members not added again in between are gone. */
void window_doubt_members(struct window *window);
void window_drop_doubted(struct window *window);
bool window_has(const struct window *window, const char *nick);
void window_forget_members(struct window *window);

#endif
