/* What the command line asks for. */
#ifndef FORKCHAT_CLIENT_OPTIONS_H
#define FORKCHAT_CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/net.h"

#define OPTIONS_MAX_CHANNELS 32
#define OPTIONS_NICK_SIZE 64
#define OPTIONS_HOST_SIZE 256
#define OPTIONS_LISTEN_PORT "7183"
#define OPTIONS_KEPT 16384

enum door {
    DOOR_IRC,
    DOOR_PLAIN,
    DOOR_TALK,
    DOOR_PAIR, /* no server: lines go to the person at the other end as they are */
};

struct options {
    enum door door;
    bool door_told; /* by -d or by a known port; else IRC is a guess that a greeting may correct */
    bool listen;
    bool literal; /* input lines are never commands */
    bool stay;    /* go on after the end of the input */
    bool verbose;
    bool reconnect, reconnect_told;
    char nick[OPTIONS_NICK_SIZE];
    char host[OPTIONS_HOST_SIZE]; /* for --listen: the address as it was written */
    char port[32];
    struct net_address listen_at;
    const char *channels[OPTIONS_MAX_CHANNELS];
    const char *keys[OPTIONS_MAX_CHANNELS]; /* NULL or "": none */
    int channel_count;
    const char *real_name, *sasl_file, *password_file, *log_file;
    const char *away;         /* NULL: here */
    const char *file;         /* where servers are written down; NULL: where it is looked for by itself */
    bool listed;              /* the channels are from there: those of the command line replace them */
    char kept[OPTIONS_KEPT];  /* strings from there */
    size_t kept_length;
    char names[1024]; /* of the servers there, for whoever named none */
    int status;      /* OPTIONS_SPOILT: the exit status */
    int64_t rate_lines, rate_seconds; /* 0 lines: no limit */
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE,  /* --help or --version was answered */
    OPTIONS_WRONG, /* what is wrong, and the usage, went to stderr */
    OPTIONS_SPOILT, /* what is wrong with the file of servers went to stderr */
};

/* Reads the command line, and the file of servers for what that leaves open. Strings of argv stay in use and are cut up;
 * options may stand before or after the host. */
enum options_result options_read(int argc, char **argv, struct options *options);

/* The place of HOST, or HOST:PORT, and a port ("": that of the door); or what is wrong with it, valid until the next
 * call. */
const char *options_set_place(struct options *options, const char *host, const char *port);

/* What the long option --WORD with that value does, for a file; `value` stays in use and is cut up. The same result. */
const char *options_set(struct options *options, const char *word, char *value);

/* The name people know a door by. */
const char *options_door_name(enum door door);

#endif
