/* Descriptors and files. */
#include "base/fd.h"

#include <string.h>
#include <sys/stat.h>

#include "base/port.h"
#include "check.h"
#include "child.h"

static char directory[64], path[4200];

static const char *in_directory(const char *rest)
{
    snprintf(path, sizeof path, "%s/%s", directory, rest);
    return path;
}

static void flags(void)
{
    int ends[2];
    CHECK(port_pipe(ends) == 0);
    CHECK(fcntl(ends[0], F_GETFD) & FD_CLOEXEC && fcntl(ends[1], F_GETFD) & FD_CLOEXEC);
    CHECK(!(fcntl(ends[0], F_GETFL) & O_NONBLOCK));
    CHECK(fd_set_nonblocking(ends[0]) == 0 && fcntl(ends[0], F_GETFL) & O_NONBLOCK);
    int copy = dup(ends[1]);
    CHECK(!(fcntl(copy, F_GETFD) & FD_CLOEXEC));
    CHECK(fd_set_cloexec(copy) == 0 && fcntl(copy, F_GETFD) & FD_CLOEXEC);
    close(copy);
    CHECK(fd_set_nonblocking(copy) == -1 && errno == EBADF);
    CHECK(fd_set_cloexec(copy) == -1 && errno == EBADF);
    close(ends[0]);
    close(ends[1]);
}

enum { PLENTY = 1 << 20 };
static int pipes[2];

static void interrupt(int signal)
{
    (void)signal;
}

static void write_plenty(void)
{
    static char bytes[PLENTY];
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGUSR1, &action, NULL);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 >> 3);
    _exit(fd_write_all(pipes[1], bytes, sizeof bytes) != 0);
}

static void write_all(void)
{
    CHECK(port_pipe(pipes) == 0);
    pid_t child = child_start(write_plenty);
    close(pipes[1]);
    size_t got = 0;
    char byte[977];
    ssize_t now;
    while ((now = read(pipes[0], byte, sizeof byte)) > 0) {
        for (ssize_t i = 0; i < now; i++, got++)
            if (byte[i] != (char)(got * 7 >> 3))
                got = SIZE_MAX / 2;
        if (got > 4096) /* by then it has its handler */
            kill(child, SIGUSR1);
    }
    CHECK(got == PLENTY);
    CHECK(child_wait(child) == 0);
    close(pipes[0]);
    CHECK(fd_write_all(pipes[0], "x", 1) == -1 && errno == EBADF);
    CHECK(fd_write_all(-1, "", 0) == 0);
}

static void write_heeding(void)
{
    static char bytes[PLENTY];
    int bell[2];
    char byte;
    CHECK(port_pipe(pipes) == 0 && port_pipe(bell) == 0);
    /* Nobody reads: as much as there is room for, and no more once the time is over or the bell rings. */
    ssize_t room = fd_write_heeding(pipes[1], bytes, sizeof bytes, bell[0], 0);
    CHECK(room > 0 && room < PLENTY);
    CHECK(fd_write_heeding(pipes[1], bytes, 1, -1, 10) == 0);
    CHECK(write(bell[1], "", 1) == 1);
    CHECK(fd_write_heeding(pipes[1], bytes, 1, bell[0], -1) == 0);
    /* A bell stops nothing that can be written. */
    for (ssize_t i = 0; i < room; i++)
        CHECK(read(pipes[0], &byte, 1) == 1);
    CHECK(fd_write_heeding(pipes[1], bytes, 100, bell[0], -1) == 100);
    CHECK(fd_write_heeding(pipes[1], bytes, 0, -1, -1) == 0);
    signal(SIGPIPE, SIG_IGN);
    close(pipes[0]);
    CHECK(fd_write_heeding(pipes[1], bytes, 1, -1, -1) == -1 && errno == EPIPE);
    close(pipes[1]);
    close(bell[0]);
    close(bell[1]);
}

static void read_files(void)
{
    char bytes[10000];
    memset(bytes, 'a', sizeof bytes);
    size_t length = 99;
    for (size_t size = 0; size <= sizeof bytes; size += size < 4090 || size > 4100 ? 545 : 1) {
        CHECK(fd_replace_file(in_directory("file"), bytes, size, 0600) == 0);
        char *got = fd_read_file(path, size, &length);
        CHECK(got && length == size && memcmp(got, bytes, size) == 0 && got[size] == '\0');
        free(got);
        if (size > 0)
            CHECK(fd_read_file(path, size - 1, NULL) == NULL && errno == EFBIG);
    }
    CHECK(fd_read_file(in_directory("none"), 100, &length) == NULL && errno == ENOENT);
    CHECK(fd_read_file(directory, 100, &length) == NULL && errno == EISDIR);
}

static bool contains(const char *name, const char *expected)
{
    char *got = fd_read_file(in_directory(name), 1000, NULL);
    bool same = got && strcmp(got, expected) == 0;
    free(got);
    return same;
}

static void replace_files(void)
{
    struct stat status;
    CHECK(fd_replace_file(in_directory("state"), "old", 3, 0600) == 0);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    CHECK(fd_replace_file(in_directory("state"), "newer", 5, 0600) == 0);
    CHECK(contains("state", "newer"));
    CHECK(fd_replace_file(in_directory("state"), "", 0, 0600) == 0);
    CHECK(contains("state", ""));
    CHECK(stat(in_directory("state.new"), &status) == -1 && errno == ENOENT);
}

static void replace_fails(void)
{
    struct stat status;
    CHECK(mkdir(in_directory("busy"), 0700) == 0 && mkdir(in_directory("busy/x"), 0700) == 0);
    errno = ENOTTY; /* what an earlier call may have left */
    CHECK(fd_replace_file(in_directory("busy"), "new", 3, 0600) == -1);
    CHECK(errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST);
    CHECK(stat(in_directory("busy.new"), &status) == -1);
    CHECK(fd_replace_file(in_directory("none/file"), "new", 3, 0600) == -1 && errno == ENOENT);
    char name[5000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(fd_replace_file(name, "new", 3, 0600) == -1 && errno == ENAMETOOLONG);
}

static bool is_directory(const char *name, mode_t mode)
{
    struct stat status;
    return stat(in_directory(name), &status) == 0 && S_ISDIR(status.st_mode) && (status.st_mode & 0777) == mode;
}

static void make_directories(void)
{
    CHECK(fd_make_directory(in_directory("a/b/c"), 0700) == 0 && is_directory("a/b/c", 0700));
    CHECK(is_directory("a/b", 0755));
    CHECK(fd_make_directory(in_directory("a/b/c"), 0700) == 0);
    CHECK(fd_make_directory(in_directory("d//e//"), 0700) == 0 && is_directory("d/e", 0700));
    CHECK(fd_make_directory("/", 0700) == 0);
    CHECK(fd_make_directory("///", 0700) == 0);
    CHECK(fd_make_directory("", 0700) == -1 && errno == ENOENT);
    CHECK(fd_replace_file(in_directory("file"), "x", 1, 0600) == 0);
    CHECK(fd_make_directory(in_directory("file"), 0700) == -1 && errno == ENOTDIR);
    CHECK(fd_make_directory(in_directory("file/below"), 0700) == -1 && errno == ENOTDIR);
    char name[5000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(fd_make_directory(name, 0700) == -1 && errno == ENAMETOOLONG);
}

static void flush(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    FILE *file = fdopen(ends[1], "w");
    CHECK(file != NULL);
    if (!file)
        return;
    fputs("one", file);
    CHECK(fd_flush(file) == 0);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    fputs("two", file);
    CHECK(fd_flush(file) == -1);
    CHECK(fd_flush(file) == -1);
    fclose(file);
}

static void limit(void)
{
    long raised = fd_raise_limit();
    struct rlimit now;
    CHECK(getrlimit(RLIMIT_NOFILE, &now) == 0);
    CHECK(raised >= 256 && (now.rlim_cur == RLIM_INFINITY || (long)now.rlim_cur == raised));
    CHECK(now.rlim_cur == now.rlim_max);
}

static int remove_directory(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

int main(void)
{
    umask(022);
    snprintf(directory, sizeof directory, "/tmp/forkchat-unit-XXXXXX");
    if (!mkdtemp(directory))
        return 1;
    CASE("flags are set, and only those", flags);
    CASE("all is written, in spite of signals and a slow reader", write_all);
    CASE("a reader who takes nothing is waited for until the time is over or a bell rings", write_heeding);
    CASE("a file is read whole up to its limit and no further", read_files);
    CASE("a replaced file is the new one and leaves nothing beside it", replace_files);
    CASE("a file that cannot be replaced says why and leaves nothing beside it", replace_fails);
    CASE("directories are made with their parents, the last with the mode asked for", make_directories);
    CASE("what was lost on its way to a file is told even when nothing is left to write", flush);
    CASE("the limit of descriptors is raised as far as it goes", limit);
    CHECK(remove_directory() == 0);
    CHECK_DONE();
}
