/* Channel modes: the letters, what each takes, and how a request like "+ov-b toto tutu *!*@10.0.*" is taken apart.
 * RFC 2811 section 4, RFC 2812 section 3.2.3, Modern IRC client protocol. */
#ifndef FORKCHAT_WORLD_MODES_H
#define FORKCHAT_WORLD_MODES_H

#include <stdbool.h>
#include <stdint.h>

enum mode_type {
    MODE_LIST,   /* of masks; without an argument it is asked for. `what`: enum mask_kind */
    MODE_KEY,    /* takes an argument; to remove it, any or none */
    MODE_LIMIT,  /* takes an argument when set */
    MODE_FLAG,   /* takes none. `what`: an enum channel_mode */
    MODE_STATUS, /* takes a member. `what`: an enum member_flag */
};

struct mode_row {
    char letter;
    enum mode_type type;
    uint32_t what;
};

/* The row of a letter, or NULL. */
const struct mode_row *mode_find(char letter);

/* One wish of a request. */
struct mode_change {
    const struct mode_row *row; /* NULL: there is no such mode */
    char letter;
    bool on;
    char *argument; /* NULL if it takes none, or none was left */
};

/* Changes of one request: all, and those with an argument (MODES in ISUPPORT). */
#define MODE_CHANGES   40
#define MODE_ARGUMENTS 12

/* Takes `count` words apart: letters, their arguments, and perhaps letters again. Fills `changes`; returns how
 * many. What is over the limits is left out. */
int modes_parse(char *const *words, int count, struct mode_change changes[MODE_CHANGES]);

/* The flags of "nt" or "+nt" into *flags; false if there is a letter that is no flag. */
bool modes_parse_flags(const char *letters, uint32_t *flags);

/* Their letters, without +, into `letters` (MODE_FLAGS_SIZE bytes). */
#define MODE_FLAGS_SIZE 12
void modes_write_flags(uint32_t flags, char *letters);

#endif
