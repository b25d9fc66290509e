/* Handing descriptors over: what one list gives, the same list takes, over a socket and over exec; and nothing else. */
#include "process/fd_handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/port.h"
#include "check.h"
#include "ipc/pass.h"

static int one, two[2];

static struct fd_handoff list_of(int *first, int pair[2])
{
    struct fd_handoff handoff = {0};
    fd_handoff_add(&handoff, "one", 0, first);
    fd_handoff_add(&handoff, "two", 0, &pair[0]);
    fd_handoff_add(&handoff, "two", 1, &pair[1]);
    return handoff;
}

static struct fd_handoff open_all(void)
{
    struct fd_handoff handoff = list_of(&one, two);
    CHECK(port_pipe(two) == 0);
    one = open("/dev/null", O_RDWR);
    CHECK(fd_handoff_missing(&handoff) == 0);
    return handoff;
}

static bool is_same(int a, int b)
{
    struct stat status_a, status_b;
    return fstat(a, &status_a) == 0 && fstat(b, &status_b) == 0 && status_a.st_ino == status_b.st_ino &&
           status_a.st_dev == status_b.st_dev;
}

static void over_socket(void)
{
    struct fd_handoff mine = open_all();
    int ends[2], first, pair[2];
    struct fd_handoff theirs = list_of(&first, pair);
    CHECK(port_socketpair(SOCK_SEQPACKET, ends) == 0);
    fd_handoff_clear(&theirs);
    CHECK(fd_handoff_missing(&theirs) == 3);
    CHECK(fd_handoff_receive(&theirs, ends[1]) == -1 && errno == EAGAIN);
    CHECK(fd_handoff_send(&mine, ends[0]) == 0);
    for (int missing = 2; missing >= 0; missing--)
        CHECK(fd_handoff_receive(&theirs, ends[1]) == 0 && fd_handoff_missing(&theirs) == missing);
    CHECK(is_same(one, first) && is_same(two[0], pair[0]) && is_same(two[1], pair[1]));
    CHECK(fcntl(first, F_GETFD) & FD_CLOEXEC);
    fd_handoff_close(&theirs);
    fd_handoff_close(&mine);
    CHECK(first == -1 && fd_handoff_missing(&mine) == 3);
    close(ends[0]);
    close(ends[1]);
}

static void others_are_closed(void)
{
    struct fd_handoff mine = open_all();
    int ends[2], strange = -1;
    struct fd_handoff theirs = {0};
    fd_handoff_add(&theirs, "three", 0, &strange);
    CHECK(port_socketpair(SOCK_SEQPACKET, ends) == 0);
    CHECK(fd_handoff_send(&mine, ends[0]) == 0);
    int lowest = open("/dev/null", O_RDONLY);
    close(lowest);
    for (int i = 0; i < 3; i++)
        CHECK(fd_handoff_receive(&theirs, ends[1]) == 0);
    CHECK(strange == -1 && fcntl(lowest, F_GETFD) == -1);
    close(ends[0]);
    CHECK(fd_handoff_receive(&theirs, ends[1]) == -1 && errno != EAGAIN);
    close(ends[1]);
    fd_handoff_close(&mine);
}

static void one_only(void)
{
    struct fd_handoff mine = open_all();
    int ends[2];
    CHECK(port_socketpair(SOCK_SEQPACKET, ends) == 0);
    CHECK(fd_handoff_receive_only(ends[1], "one") == -1 && errno == EAGAIN);
    CHECK(fd_handoff_send(&mine, ends[0]) == 0);
    int fd = fd_handoff_receive_only(ends[1], "one");
    CHECK(is_same(fd, one));
    close(fd);
    CHECK(fd_handoff_receive_only(ends[1], "one") == -1 && errno == EPROTO);
    close(ends[0]);
    close(ends[1]);
    fd_handoff_close(&mine);
}

static void over_exec(void)
{
    struct fd_handoff mine = open_all();
    int first, pair[2], lines = 0;
    struct fd_handoff theirs = list_of(&first, pair);
    char line[100];
    fd_handoff_clear(&theirs);
    FILE *file = tmpfile();
    fd_handoff_write(&mine, file);
    rewind(file);
    for (; fgets(line, sizeof line, file); lines++)
        CHECK(fd_handoff_read(&theirs, line));
    CHECK(lines == 3 && first == one && pair[0] == two[0] && pair[1] == two[1]);
    fd_handoff_keep(&mine, true);
    CHECK(!(fcntl(one, F_GETFD) & FD_CLOEXEC) && !(fcntl(two[1], F_GETFD) & FD_CLOEXEC));
    fd_handoff_keep(&mine, false);
    CHECK((fcntl(one, F_GETFD) & FD_CLOEXEC) && (fcntl(two[1], F_GETFD) & FD_CLOEXEC));
    fclose(file);
    fd_handoff_close(&mine);
}

static void those_that_are_not_there(void)
{
    int ends[2], first = -1, pair[2] = {-1, -1};
    struct fd_handoff none = list_of(&first, pair);
    FILE *file = tmpfile();
    fd_handoff_write(&none, file);
    CHECK(ftell(file) == 0);
    fclose(file);
    CHECK(port_socketpair(SOCK_SEQPACKET, ends) == 0);
    CHECK(fd_handoff_send(&none, ends[0]) == 0);
    CHECK(fd_handoff_receive_only(ends[1], "one") == -1 && errno == EAGAIN);
    fd_handoff_keep(&none, true);
    fd_handoff_close(&none);
    close(ends[0]);
    close(ends[1]);
}

static void something_else(void)
{
    static const char *const lines[] = {"fd one 1 5",
                                        "fd two 2 5",
                                        "fd three 0 5",
                                        "fd one 0 -1",
                                        "fd one 0",
                                        "worker 0 5",
                                        "fd a-name-that-is-too-long-by-far 0 5",
                                        "",
                                        "fd"};
    int first = -1, pair[2] = {-1, -1};
    struct fd_handoff theirs = list_of(&first, pair);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK(!fd_handoff_read(&theirs, lines[i]));
    CHECK(fd_handoff_missing(&theirs) == 3);
}

int main(void)
{
    CASE("what one list sends over a socket fills the same list at the other end", over_socket);
    CASE("descriptors of other names are closed", others_are_closed);
    CASE("who needs one alone gets that or nothing", one_only);
    CASE("what one list writes down before exec fills the same list after it", over_exec);
    CASE("descriptors that are not there are not handed over", those_that_are_not_there);
    CASE("a line that says anything else is not taken", something_else);
    CHECK_DONE();
}
