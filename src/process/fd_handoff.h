/* Handing descriptors to a successor: a list of named descriptors, given away at one end and filled in at the other,
 * from the same list, whether over a socket or over exec. */
#ifndef FORKCHAT_PROCESS_FD_HANDOFF_H
#define FORKCHAT_PROCESS_FD_HANDOFF_H

#include <stdbool.h>
#include <stdio.h>

/* Descriptors of one list. */
#define FD_HANDOFF_MOST 170

struct fd_handoff {
    int count;
    struct fd_named {
        const char *name; /* at most FD_HANDOFF_NAME - 1 bytes, no blanks */
        int number;       /* of those with the same name */
        int *fd;          /* where it is kept; -1 there: there is none */
    } list[FD_HANDOFF_MOST];
};
#define FD_HANDOFF_NAME 16

/* Adds a descriptor to the list, which keeps `name` and `fd`. Exits if the list is full. */
void fd_handoff_add(struct fd_handoff *handoff, const char *name, int number, int *fd);

/* None of them is there yet: they are to be filled in. */
void fd_handoff_clear(struct fd_handoff *handoff);

/* Closes those that are there. */
void fd_handoff_close(struct fd_handoff *handoff);

/* How many are not there. */
int fd_handoff_missing(const struct fd_handoff *handoff);

/* Fills one in; the descriptor that was there before is closed. False if there is none of that name and number: then
 * `fd` is still the caller's. */
bool fd_handoff_fill(struct fd_handoff *handoff, const char *name, int number, int fd);

/* ---- Over a socket, SOCK_SEQPACKET ---- */

/* Sends all that are there, one message each. Returns 0, or -1 and errno. Blocks while the other end
 * does not take them. */
int fd_handoff_send(const struct fd_handoff *handoff, int socket);

/* Receives one and fills it in; one of another name is closed. Returns 0, or -1 and errno, EAGAIN if nothing has
 * come. */
int fd_handoff_receive(struct fd_handoff *handoff, int socket);

/* Receives one that has to be of that name, and no other. Returns it, close-on-exec, or -1 and errno:
 * EPROTO if it was another. */
int fd_handoff_receive_only(int socket, const char *name);

/* ---- Over exec ---- */

/* Writes a line for each that is there, "fd NAME NUMBER DESCRIPTOR". */
void fd_handoff_write(const struct fd_handoff *handoff, FILE *file);

/* Fills in what such a line says. False if it says anything else. */
bool fd_handoff_read(struct fd_handoff *handoff, const char *line);

/* Whether those that are there stay open when another program is executed. */
void fd_handoff_keep(const struct fd_handoff *handoff, bool open);

#endif
