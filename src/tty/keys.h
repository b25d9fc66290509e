/* What the keyboard sends: bytes into keys. Knows the sequences that linux, xterm, screen, tmux and the
 * VT100 send, and bracketed paste. */
#ifndef FORKCHAT_TTY_KEYS_H
#define FORKCHAT_TTY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below KEY_TEXT: the control characters as they are (KEY_CONTROL('A') …). */
#define KEY_CONTROL(letter) ((enum key)((letter)&0x1f))
enum key {
    KEY_TAB = 0x09,
    KEY_ENTER = 0x0d,
    KEY_RUB_OUT = 0x7f,
    KEY_TEXT = 0x100, /* one character, in bytes/length */
    KEY_ALT,          /* Alt or ESC and one ASCII character, in bytes[0] */
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_WORD_LEFT,
    KEY_WORD_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_DELETE,
    KEY_BACK_TAB,
    KEY_PASTE,          /* the whole paste, in bytes/length */
    KEY_PASTE_TOO_LONG, /* over KEYS_PASTE_LIMIT; it is gone */
    KEY_UNKNOWN,        /* a sequence that means nothing here; swallowed whole */
};

#define KEYS_PASTE_LIMIT 65536

typedef void keys_take(void *context, enum key key, const char *bytes, size_t length);

/* Belongs to its user; keys.c alone touches the fields. */
struct keys {
    char held[64]; /* a sequence, or a character, that is not complete */
    size_t held_length;
    bool pasting, paste_lost;
    char *paste;
    size_t paste_length;
    int64_t fed; /* clock_monotonic() when the last byte came */
};

/* Returns 0, or -1 with ENOMEM. */
int keys_init(struct keys *keys);
void keys_free(struct keys *keys);

/* Hands on every key that is complete. */
void keys_feed(struct keys *keys, const char *bytes, size_t length, keys_take *take, void *context);

/* Milliseconds from `now` (clock_monotonic()) until what has come must do without its end, -1 if nothing waits for one:
 * a lone ESC is a lone ESC soon, a paste that stops coming is over after a while. Then call keys_timeout, which does
 * nothing before that. */
int keys_wait(const struct keys *keys, int64_t now);
void keys_timeout(struct keys *keys, int64_t now, keys_take *take, void *context);

#endif
