/* One run of the load generator, shared by its files: load.c tells what it is held to. One process, one thread. */
#ifndef FORKCHAT_T_BENCH_RUN_H
#define FORKCHAT_T_BENCH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../poller.h"
#include "account.h"
#include "base/net.h"
#include "door.h"
#include "histogram.h"

#define INPUT_SIZE   (256 * 1024)             /* read at once */
#define CARRY_SIZE   4096                     /* of a line that is not whole yet */
#define IN_FLIGHT    128                      /* clients that connect at the same time, unless told otherwise */
#define QUIET        (300 * INT64_C(1000000)) /* without a byte: the server has told all it had to */
#define PATIENCE     (60 * INT64_C(1000000000))
#define EXIT_MISDONE 1 /* the server lost, doubled or swapped something, or left us */

enum mode { MODE_RATE, MODE_SATURATE, MODE_REGISTER, MODE_JOIN, MODE_IDLE, MODE_COUNTS };

struct options {
    const struct door *door;
    const char *host, *port;
    enum mode mode;
    int64_t clients, senders, size, rate, window, seconds, warmup, in_flight, rooms, lines;
    struct server_pids server;
    bool json, realtime, pairs;
};

enum stage { STAGE_AWAY, STAGE_SILENT, STAGE_GREETING, STAGE_NAMED, STAGE_JOINING, STAGE_JOINED };

struct client {
    uint64_t hash;     /* of the load lines it got, in their order */
    uint32_t received; /* how many */
    uint32_t sent;     /* a sender's lines, written or waiting in output */
    uint32_t room;
    int fd;
    enum stage stage;
    bool framed; /* what it says and hears is in frames from now on */
    uint32_t carried;
    uint32_t arrivals; /* JOINs it was told of */
    char *carry;
    char *line; /* one load line as this sender sends it, to be filled in */
    size_t line_length, before_text;
    char *output; /* what the socket did not take, from output_start to output_end */
    size_t output_start, output_end, output_size;
    int64_t began;
    uint32_t credit;   /* lines it may send, closed loop */
    uint32_t position; /* closed loop: lines in its room's log that it has, its own included */
    char nick[16];
    char heard[80]; /* its last line that was not load: why it was refused, perhaps */
};

/* Client i is in room i modulo the number of rooms, so that senders, who come first, are spread over them. A pair is a
 * room of two whose senders speak to the other one by nick. */
struct room {
    uint64_t *log; /* mark_id of each line in the order the observer got them */
    size_t log_length, log_size;
    uint64_t sent;
    uint32_t observer; /* the last of its clients, who only listens */
    uint32_t members;
    uint32_t low;      /* closed loop: the least position; lines before it are delivered to all */
    uint32_t laggards; /* how many are at the least */
};

struct run {
    struct options options;
    struct net_address server;
    struct poller poller;
    struct client *clients; /* the senders first */
    struct room *rooms;
    uint32_t count, room_count;
    char *input;
    int64_t began; /* times in marks count from here */
    int64_t now;   /* when the bytes being looked at arrived */
    uint64_t bytes;
    uint64_t deliveries, expected; /* so many there are, and so many there must be of what was sent */
    uint64_t sent;
    uint32_t begun, named, joined;
    uint64_t arrivals;
    struct histogram times;
    int64_t record_from; /* latency counts for lines due from then on */

    bool sending;
    uint64_t limit; /* lines that are sent at most; 0: no such limit */
    int64_t due;    /* of the next line, open loop */
    int64_t schedule_began;
    uint64_t scheduled;
};

static inline uint32_t run_number(const struct run *run, const struct client *client)
{
    return (uint32_t)(client - run->clients);
}

static inline bool run_closed_loop(const struct run *run)
{
    return run->options.mode == MODE_SATURATE || run->options.mode == MODE_COUNTS;
}

/* The memory, or the end of the program. */
void *must(void *memory);

/* options.c */
struct options options_parse(int argc, char **argv);

/* client.c: one client's socket. A server that leaves, refuses or breaks off ends the program. */
void client_write(struct run *run, struct client *client, const char *bytes, size_t length);
/* Whole lines, as the door has them. */
void client_say(struct run *run, struct client *client, const char *text, size_t length);
/* Appends one load line that is due at `due`; client_push writes what was appended while nothing waited before. */
void client_add_line(struct run *run, struct client *client, int64_t due);
void client_push(struct run *run, struct client *client, bool waiting);
void client_flush(struct run *run, struct client *client);
void client_read(struct run *run, struct client *client);

/* frames.c: the bytes of a frame's head, at most; the head in front of so many; lines as frames; and the lines that are
 * in the first `used` bytes of what came, in place, each with its end. */
#define FRAME_HEAD 8
#define FRAME_TEXT 0x81
size_t frame_head(char *to, int kind, size_t length);
void frame_say(struct run *run, struct client *client, const char *lines, size_t length);
size_t frame_lines(struct run *run, struct client *client, char *bytes, size_t length, size_t *used);

/* room.c: what was said in a room, in its order, and who has got how far. */
void room_open_all(struct run *run);
void room_log(struct run *run, struct room *room, uint64_t id);
void room_advance(struct run *run, struct client *client, uint32_t lines);
/* Closed loop: gives each sender a line to send for each of its lines that all in its room have. */
void room_release_all(struct run *run);
/* Compares what everybody got. Returns how many clients got it wrong, after telling of the first few. */
uint32_t room_verify_all(struct run *run);

/* arrive.c: connecting, registering, joining. */
uint32_t connect_all(struct run *run, int64_t until);
void connect_everybody(struct run *run);
void connect_silent(struct run *run);
void greet_everybody(struct run *run);
void join_everybody(struct run *run);
int run_register(struct run *run);
int run_join(struct run *run);

/* talk.c: the loop, and lines. */
void pump(struct run *run, int64_t until);
void pump_until_quiet(struct run *run);
void talk_prepare(struct run *run);
void talk_say(struct run *run, uint64_t lines);
int run_talk(struct run *run);

/* idle.c: what clients cost that do nothing, and what each thing they do costs. */
int run_idle(struct run *run);
int run_counts(struct run *run);

/* report.c: figures, one by one, as lines or as one JSON object. */
void report_begin(bool json);
void report_number(const char *name, double value, int digits);
void report_word(const char *name, const char *word);
void report_cost(const struct account *from, const struct account *to, double units, const char *name);
void report_times(const struct run *run);
void report_end(void);

#endif
