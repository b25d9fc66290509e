/* What the command line and the file of servers ask for, and which options there are. */
#ifndef FORKCHAT_CLIENT_OPTIONS_H
#define FORKCHAT_CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"

#define OPTIONS_MAX_CHANNELS 32
#define OPTIONS_NICK_SIZE    64
#define OPTIONS_HOST_SIZE    256
#define OPTIONS_LISTEN_PORT  "7183"
#define OPTIONS_KEPT         16384

enum door {
    DOOR_IRC,
    DOOR_PLAIN,
    DOOR_TALK,
    DOOR_PAIR, /* no server: lines go to the person at the other end as they are */
};

struct options {
    enum door door;
    bool door_is_known; /* by -d or by a known port; else IRC is a guess that a greeting may correct */
    bool listen;
    bool literal; /* input lines are never commands */
    bool stay;    /* go on after the end of the input */
    bool verbose;
    bool reconnect, reconnect_is_set;
    char nick[OPTIONS_NICK_SIZE];
    char host[OPTIONS_HOST_SIZE]; /* for --listen: the address as it was written */
    char port[32];
    struct net_address listen_at;
    const char *channels[OPTIONS_MAX_CHANNELS];
    const char *keys[OPTIONS_MAX_CHANNELS]; /* NULL or "": none */
    int channel_count;
    const char *real_name, *sasl_file, *password_file, *log_file;
    const char *away;        /* NULL: here */
    const char *file;        /* where servers are written down; NULL: where it is looked for by itself */
    bool listed;             /* the channels are from there: those of the command line replace them */
    char kept[OPTIONS_KEPT]; /* strings from there */
    size_t kept_length;
    char names[1024];                 /* of the servers there, for a user who named none */
    int status;                       /* of the program, if the file of servers is spoilt */
    int64_t rate_lines, rate_seconds; /* 0 lines: no limit */
};

struct option {
    char letter;
    const char *word;
    const char *argument; /* NULL: takes none */
    const char *help;
};

/* The i-th option, or NULL behind the last; that of a letter, or of a word of `length` bytes; NULL if there is none. */
const struct option *options_at(size_t i);
const struct option *options_find_letter(char letter);
const struct option *options_find_word(const char *word, size_t length);

/* What is wrong, with two strings in it: valid until the next call. */
const char *options_complain(const char *format, const char *a, const char *b);

/* These return NULL, or what is wrong as options_complain does. Strings that are given stay in use and are cut up. */

/* An option with that value. */
const char *options_set(struct options *options, const struct option *option, char *value);

/* What the long option --WORD with that value does, for a file. */
const char *options_set_word(struct options *options, const char *word, char *value);

/* The place of HOST, or HOST:PORT, and a port ("": that of the door). */
const char *options_set_server(struct options *options, const char *host, const char *port);

/* Once all is set: the door by the port, or the port by the door. */
const char *options_settle_door(struct options *options);

/* The login name, if it can be a nick. */
void options_set_default_nick(struct options *options);

/* The name people know a door by. */
const char *options_door_name(enum door door);

#endif
