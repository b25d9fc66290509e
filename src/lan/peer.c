/* What a peer is to the outside: the exit status, and the roster in its state folder. Runs in the peer's main process.
 */
#include "lan/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"

void peer_fail(struct peer *peer, int status)
{
    if (!peer->status)
        peer->status = status;
}

/* Opens the state folder and claims the roster's file. Of several peers with one folder the first keeps it. */
void peer_open_state(struct peer *peer)
{
    const char *folder = peer->options->state;
    char path[1100];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    peer->roster_lock = -1;
    if (!folder || snprintf(path, sizeof path, "%s/roster.lock", folder) >= (int)sizeof path)
        return;
    snprintf(peer->roster_path, sizeof peer->roster_path, "%.1000s/roster", folder);
    if (!peer->brief && fd_make_directory(folder, 0700))
        log_warning("the roster is not kept: %s: %s", folder, strerror(errno));
    if (roster_load(peer->roster, peer->roster_path, group_port(peer->group), peer->now))
        log_warning("%s: %s", peer->roster_path, strerror(errno));
    if (peer->brief)
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && fcntl(fd, F_SETLK, &lock)) {
        close(fd);
        fd = -1;
    }
    peer->roster_lock = fd;
}

void peer_save(struct peer *peer)
{
    static bool warned;
    peer->next_save = peer->now + SECOND;
    if (peer->roster_lock < 0 || !roster_save(peer->roster, peer->roster_path) || warned)
        return;
    warned = true;
    log_warning("the roster is not kept: %s: %s", peer->roster_path, strerror(errno));
}

int peer_print_roster(const struct options *options)
{
    char path[1100];
    snprintf(path, sizeof path, "%.1000s/roster", options->state ? options->state : ".");
    size_t length;
    char *bytes = fd_read_file(path, 1 << 17, &length);
    if (!bytes) {
        log_error("%s: %s", path, fd_why(errno));
        return EX_NOINPUT;
    }
    int result = fd_write_all(STDOUT_FILENO, bytes, length);
    free(bytes);
    return result ? EX_IOERR : EX_OK;
}
