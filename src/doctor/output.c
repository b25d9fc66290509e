/* Other programs' output. Run by forkchatctl(8); the child becomes the program. */
#include "output.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/port.h"

#define PATIENCE_MS 5000

/* In the child. Its words are to be those that are looked for, whatever language is spoken here. */
static _Noreturn void become(const char *const *argv, int to)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(to, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(127);
    port_close_from(STDERR_FILENO + 1);
    setenv("LC_ALL", "C", 1);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

/* Reads to the end, or until the time is over: then false. */
static bool read_all(int from, char *text, size_t size)
{
    int64_t end = clock_monotonic() + PATIENCE_MS * MS;
    char more[4096];
    size_t length = 0;
    for (;;) {
        int64_t left = (end - clock_monotonic()) / MS;
        struct pollfd ready = {.fd = from, .events = POLLIN};
        text[length] = '\0';
        if (left <= 0 || poll(&ready, 1, (int)left) < 0)
            return false;
        ssize_t got = ready.revents ? read(from, more, sizeof more) : -1;
        if (got <= 0)
            return got == 0;
        size_t room = size - 1 - length, taken = (size_t)got < room ? (size_t)got : room;
        memcpy(text + length, more, taken);
        length += taken;
    }
}

bool output_of(const char *const *argv, char *text, size_t size)
{
    int ends[2], status = -1;
    text[0] = '\0';
    if (port_pipe(ends))
        return false;
    pid_t pid = fork();
    if (pid == 0)
        become(argv, ends[1]);
    close(ends[1]);
    bool whole = pid > 0 && read_all(ends[0], text, size);
    close(ends[0]);
    if (pid > 0 && !whole)
        kill(pid, SIGKILL);
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        ;
    return whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool output_value(const char *text, const char *key, char *value, size_t size)
{
    bool found = false;
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0 || line[length] != '=')
            continue;
        size_t rest = strcspn(line + length + 1, "\n");
        if (rest >= size)
            rest = size - 1;
        memcpy(value, line + length + 1, rest);
        value[rest] = '\0';
        found = true;
    }
    return found;
}
