/* A record of the history: how something that was said or done stands on disk, and in the archivist's answers. The
 * form is forkchat-history(7)'s; it has numbers of its own, so that files outlive changes of the events. */
#ifndef FORKCHAT_HISTORY_RECORD_H
#define FORKCHAT_HISTORY_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum history_kind {
    HISTORY_GAP = 1, /* records are missing from here to position `id`: as many as the text says */
    HISTORY_PRIVMSG = 2,
    HISTORY_NOTICE = 3,
    HISTORY_MULTILINE = 4,
    HISTORY_JOIN = 5,
    HISTORY_PART = 6,
    HISTORY_QUIT = 7,
    HISTORY_KICK = 8,
    HISTORY_NICK = 9,
    HISTORY_TOPIC = 10,
    HISTORY_MODE = 11,
    HISTORY_REDACT = 12,
    HISTORY_KINDS
};

/* Kinds, a bit for each. */
#define HISTORY_BIT(kind) (1u << (kind))
#define HISTORY_SAID      (HISTORY_BIT(HISTORY_PRIVMSG) | HISTORY_BIT(HISTORY_NOTICE) | HISTORY_BIT(HISTORY_MULTILINE))
#define HISTORY_ALL       ((1u << HISTORY_KINDS) - 2)

enum history_flag {
    HISTORY_BLANK = 1 << 0,   /* its words were taken back, and are overwritten */
    HISTORY_BOT = 1 << 1,     /* by a bot */
    HISTORY_UNNAMED = 1 << 2, /* by somebody without a nick of their own */
};

/* Its texts. What of them a kind has no use for is empty. */
enum history_text {
    HISTORY_KEY,    /* of whose history it is: history_key_of_channel, history_key_of_pair */
    HISTORY_TARGET, /* as it was written: #Games, or a nick */
    HISTORY_FROM,   /* nick, and so on, of the source as it was; empty for the server */
    HISTORY_SHOWN,
    HISTORY_USERNAME,
    HISTORY_HOST,
    HISTORY_ACCOUNT,
    HISTORY_WORDS,
    HISTORY_MORE, /* a message: client tags; JOIN: real name; KICK: who; NICK: the new one; REDACT: the message's id */
    HISTORY_PARTNER, /* a private message: the other account */
    HISTORY_TEXTS
};

struct history_record {
    uint64_t position; /* its place in the order of all */
    uint64_t previous; /* of the record before it with the same key, or 0 */
    uint64_t id;       /* names a message to clients */
    int64_t time;      /* ms since 1970 */
    uint32_t kind, flags;
    const char *texts[HISTORY_TEXTS]; /* zero-terminated, never NULL once decoded; NULL stands for "" when encoding */
    size_t lengths[HISTORY_TEXTS];    /* 0 stands for strlen when encoding */
};

/* "privmsg", and so on. */
const char *history_kind_name(uint32_t kind);

/* Bytes of what stands before the texts, and of a record at most: more than any event has, in which no record of the
 * ring is larger. */
#define HISTORY_HEAD       72
#define HISTORY_RECORD_MAX 40960
#define HISTORY_KEY_SIZE   72 /* two accounts, or the name of a channel */

/* Writes it to HISTORY_RECORD_MAX bytes; returns how many it took. What is too long is cut. */
size_t history_encode(const struct history_record *record, unsigned char *bytes);

/* Reads one from the first of `length` bytes, into which it points. Returns how many it takes; 0 if they are no whole
 * record, whatever they are. */
size_t history_decode(const unsigned char *bytes, size_t length, struct history_record *record);

/* How many bytes there would be, by the head alone; 0 if there are not enough bytes to tell, or it is none. */
size_t history_measure(const unsigned char *bytes, size_t length);

/* The same record with nothing of what was said in it, and (person) nothing of who did, in place: as long as before. */
void history_blank(unsigned char *bytes, size_t length, bool person);

/* Its position and that of the one before it, of bytes that history_decode took. */
uint64_t history_position_of(const unsigned char *bytes);
void history_set_previous(unsigned char *bytes, size_t length, uint64_t previous);

/* The key of a channel; of what two accounts say to each other, in either order. Names that are the same as clients see
 * it have the same key. */
void history_key_of_channel(char key[HISTORY_KEY_SIZE], const char *name);
void history_key_of_pair(char key[HISTORY_KEY_SIZE], const char *one, const char *other);

/* Whether that key is a pair's, of which this account is one; *other is where the other begins, `length` bytes. */
bool history_key_has(const char *key, const char *account, const char **other, size_t *length);

#endif
