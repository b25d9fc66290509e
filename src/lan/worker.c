/* Workers, seen from the main process, which alone runs this (but for become_worker). */
#include "lan/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/port.h"

#define LINE_MAX_BYTES 1024

static struct worker {
    pid_t pid; /* 0: free */
    int pipe;  /* -1 once at its end */
    enum worker_kind kind;
    int job;
    unsigned char host[16];
    struct lines lines;
} workers[WORKER_MAX];

static bool is_kept(int fd, const int *keep, int count)
{
    for (int i = 0; i < count; i++)
        if (keep[i] == fd)
            return true;
    return false;
}

/* After fork: everything that is the parent's is closed, every signal does what it does by default. */
static void become_worker(int report, const int *keep, int count)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGCONT, SIGWINCH, SIGTSTP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    log_show_by(NULL);
    port_die_with_parent(SIGTERM);
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 1024)
        limit = 1024; /* the parent never has as many */
    for (int fd = 3; fd < limit; fd++)
        if (fd != report && !is_kept(fd, keep, count))
            close(fd);
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0 && null != STDIN_FILENO) {
        dup2(null, STDIN_FILENO);
        close(null);
    }
}

int worker_start(enum worker_kind kind, int job, const unsigned char host[16], const int *keep, int keep_count,
                 worker_main *run, void *context)
{
    struct worker *worker = NULL;
    int ends[2];
    for (int i = 0; i < WORKER_MAX && !worker; i++)
        if (workers[i].pid == 0)
            worker = &workers[i];
    if (!worker) {
        errno = EAGAIN;
        return -1;
    }
    if (lines_init(&worker->lines, LINE_MAX_BYTES))
        return -1;
    if (port_pipe(ends)) {
        lines_free(&worker->lines);
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_worker(ends[1], keep, keep_count);
        _exit(run(ends[1], context));
    }
    int error = errno;
    close(ends[1]);
    if (pid < 0 || fd_set_nonblocking(ends[0])) {
        close(ends[0]);
        lines_free(&worker->lines);
        errno = error;
        return -1;
    }
    worker->pid = pid;
    worker->pipe = ends[0];
    worker->kind = kind;
    worker->job = job;
    memset(worker->host, 0, sizeof worker->host);
    if (host)
        memcpy(worker->host, host, sizeof worker->host);
    return 0;
}

int worker_count(enum worker_kind kind, const unsigned char host[16])
{
    int count = 0;
    for (int i = 0; i < WORKER_MAX; i++)
        if (workers[i].pid && workers[i].kind == kind && (!host || memcmp(workers[i].host, host, 16) == 0))
            count++;
    return count;
}

int worker_count_all(void)
{
    int count = 0;
    for (int i = 0; i < WORKER_MAX; i++)
        count += workers[i].pid != 0;
    return count;
}

int worker_polls(struct pollfd *polls)
{
    for (int i = 0; i < WORKER_MAX; i++)
        polls[i] = (struct pollfd){.fd = workers[i].pid ? workers[i].pipe : -1, .events = POLLIN};
    return WORKER_MAX;
}

/* Takes what is in the pipe. Bounded: a worker has little to say. */
static void drain(struct worker *worker, worker_line *line, void *owner)
{
    for (int turn = 0; worker->pipe >= 0 && turn < 16; turn++) {
        char bytes[4096], *text;
        const char *at = bytes;
        size_t length, text_length;
        ssize_t got = read(worker->pipe, bytes, sizeof bytes);
        if (got < 0)
            return;
        if (got == 0) {
            close(worker->pipe);
            worker->pipe = -1;
            return;
        }
        length = (size_t)got;
        enum lines_result result;
        while ((result = lines_take(&worker->lines, &at, &length, &text, &text_length)) != LINES_NONE)
            if (result == LINES_LINE)
                line(owner, worker->kind, worker->job, text);
    }
}

void worker_read(const struct pollfd *polls, int count, worker_line *line, void *owner)
{
    for (int i = 0; i < count; i++)
        if (polls[i].revents && workers[i].pid && workers[i].pipe == polls[i].fd)
            drain(&workers[i], line, owner);
}

static void forget(struct worker *worker)
{
    if (worker->pipe >= 0)
        close(worker->pipe);
    lines_free(&worker->lines);
    worker->pipe = -1;
    worker->pid = 0;
}

void worker_reap(worker_line *line, worker_end *end, void *owner)
{
    for (int i = 0; i < WORKER_MAX; i++) {
        int status;
        if (!workers[i].pid || waitpid(workers[i].pid, &status, WNOHANG) != workers[i].pid)
            continue;
        struct worker ended = workers[i];
        drain(&workers[i], line, owner);
        forget(&workers[i]);
        end(owner, ended.kind, ended.job, ended.host, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
}

void worker_stop(enum worker_kind kind, int job)
{
    for (int i = 0; i < WORKER_MAX; i++)
        if (workers[i].pid && workers[i].kind == kind && workers[i].job == job)
            kill(workers[i].pid, SIGTERM);
}

void worker_stop_all(void)
{
    for (int i = 0; i < WORKER_MAX; i++)
        if (workers[i].pid)
            kill(workers[i].pid, SIGTERM);
    for (int i = 0; i < WORKER_MAX; i++)
        if (workers[i].pid) {
            while (waitpid(workers[i].pid, NULL, 0) < 0 && errno == EINTR)
                ;
            forget(&workers[i]);
        }
}
