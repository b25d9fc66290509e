/* Telnet (RFC 854, 855, 857, 858): what is data, what is command, and what to answer. */
#ifndef FORKCHAT_TRANSPORT_TELNET_H
#define FORKCHAT_TRANSPORT_TELNET_H

#include <stdbool.h>
#include <stddef.h>

enum telnet_event {
    TELNET_NOTHING,
    TELNET_DATA,       /* *data is a byte the person typed */
    TELNET_LEAVE,      /* interrupt, break, abort or end of file */
    TELNET_ERASE,      /* erase character */
    TELNET_ERASE_LINE, /* erase line */
    TELNET_HELLO       /* are you there? */
};

/* The byte before each of telnet's commands. */
#define TELNET_IAC 255

/* Whether that command means that the person wants to leave: what telnet(1) sends for Ctrl-C, Ctrl-\ and the like. */
bool telnet_leaves(unsigned char byte);

/* Belongs to its user; telnet.c alone touches the fields. */
struct telnet {
    int state;
    unsigned char verb;
    bool echo, suppress_go_ahead; /* what we do, as agreed */
};

/* The longest answer to one byte. */
#define TELNET_ANSWER_SIZE 3

/* Takes one byte. *answer_length bytes at `answer` are to be sent back. Everything is answered at most once, so
 * that two sides that both answer do not answer each other for ever (RFC 854 page 2). */
enum telnet_event telnet_take(struct telnet *telnet, unsigned char byte, unsigned char *data,
                              unsigned char answer[TELNET_ANSWER_SIZE], size_t *answer_length);

#endif
