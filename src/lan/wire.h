/* One TCP connection of the file protocol: lines and counted bytes, with a bound on every wait. */
#ifndef FORKCHAT_LAN_WIRE_H
#define FORKCHAT_LAN_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_LINE_MAX 512

struct wire {
    int fd;
    int timeout;       /* milliseconds without a byte until it is ETIMEDOUT */
    int64_t deadline;  /* clock_monotonic() after which every wait is ETIMEDOUT; 0 for none */
    size_t at, length; /* of `buffer`: what has been read and not yet taken */
    size_t waiting;    /* of `behind`: what has been written and not yet sent */
    char buffer[65536], behind[65536];
};

/* Takes over the connected socket. What is small is sent together with what follows it: before this side waits for the
 * other, or with wire_flush. */
void wire_init(struct wire *wire, int fd, int timeout);

/* Read one line without its LF, at most WIRE_LINE_MAX bytes and free of NUL (else EPROTO), or up to `size`
 * bytes. At the end of the connection -1 with ECONNRESET. Return the length, or -1 and errno. */
ssize_t wire_read_line(struct wire *wire, char line[WIRE_LINE_MAX + 1]);
ssize_t wire_read(struct wire *wire, void *bytes, size_t size);

/* Return 0, or -1 and errno. */
int wire_write(struct wire *wire, const void *bytes, size_t length);
int wire_print(struct wire *wire, const char *format, ...) __attribute__((format(printf, 2, 3)));
int wire_flush(struct wire *wire);

/* Keeps a stream of bytes to `rate` bytes a second (0: as fast as it goes): call after each piece. */
struct wire_pace {
    int64_t rate;
    int64_t started;
    int64_t sent;
};
void wire_pace(struct wire_pace *pace, size_t length);

#endif
