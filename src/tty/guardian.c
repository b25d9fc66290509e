/* The guardian is the parent, so that the shell takes the terminal back only after it is in order.
 *
 * what happens                        the guardian
 * the client exits                    exits with the same status
 * the client dies of a signal         resets the terminal, says so, dies of the same signal
 * the client stops (Ctrl-Z)           stops itself and the rest of the job; when continued, continues the client
 * TERM, HUP, INT, QUIT, TSTP for us   passes it on; the client knows what to do
 * SEGV, BUS, ABRT, ILL, FPE for us    resets the terminal, tells the client so and dies; the client leaves
 * KILL for us                         the client reads end of file, gives the terminal back and leaves
 *
 * A byte through the socket pair says whether the screen is on; the last one counts. */
#include "guardian.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"

static struct termios before;
static volatile sig_atomic_t client; /* its pid */
static int line = -1;                /* to the client */
static const char *reset_bytes;
static size_t reset_length;

/* Also from handlers: only calls that signal-safety(7) lists. */
static void reset_terminal(void)
{
    char bytes[64], state = 'n';
    ssize_t got;
    while ((got = read(line, bytes, sizeof bytes)) > 0)
        state = bytes[got - 1];
    if (state == 'y' && write(STDOUT_FILENO, reset_bytes, reset_length) < 0)
        state = 'n';
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void pass_on(int number)
{
    int error = errno;
    kill((pid_t)client, number);
    errno = error;
}

static void crash(int number)
{
    reset_terminal();
    ssize_t told = write(line, "r", 1); /* the terminal is no longer the client's */
    (void)told;
    signal(number, SIG_DFL);
    raise(number);
}

static void set_handlers(void)
{
    static const int passed[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP};
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = pass_on;
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        sigaction(passed[i], &action, NULL);
    action.sa_handler = crash;
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigaction(crashes[i], &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGTTOU, &action, NULL);
    sigaction(SIGTTIN, &action, NULL);
    sigaction(SIGPIPE, &action, NULL);
}

/* The client has stopped: the whole job does, as if Ctrl-Z had come from the terminal. In a job that cannot be
 * continued by anybody the system ignores that, and so the client goes on at once. */
static void stop_too(void)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, &old);
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &old, NULL);
    kill((pid_t)client, SIGCONT);
}

_Noreturn static void end_like_client(int status)
{
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    int number = WTERMSIG(status);
    reset_terminal();
    log_error("it was ended by signal %d (%s)", number, strsignal(number));
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* the client's core is the one worth having */
    signal(number, SIG_DFL);
    raise(number);
    _exit(128 + number);
}

_Noreturn static void guard(const char *name)
{
    port_title_set("%s: guardian of the terminal", name);
    for (;;) {
        int status;
        pid_t pid = waitpid((pid_t)client, &status, WUNTRACED);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            _exit(EX_OSERR);
        if (WIFSTOPPED(status))
            stop_too();
        else
            end_like_client(status);
    }
}

int guardian_start(const char *name, const char *reset)
{
    int ends[2];
    if (tcgetattr(STDIN_FILENO, &before) || port_socketpair(SOCK_STREAM, ends))
        return -1;
    fd_set_nonblocking(ends[1]);
    /* No signal may find the parent without handlers, or with handlers and no client. */
    sigset_t all, old;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &old, NULL);
        close(ends[1]);
        return ends[0];
    }
    if (pid < 0) {
        sigprocmask(SIG_SETMASK, &old, NULL);
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    client = pid;
    line = ends[1];
    reset_bytes = reset;
    reset_length = strlen(reset);
    close(ends[0]);
    set_handlers();
    sigprocmask(SIG_SETMASK, &old, NULL);
    guard(name);
}

bool guardian_has_reset(int guardian)
{
    char byte;
    return recv(guardian, &byte, 1, MSG_DONTWAIT) == 1;
}

void guardian_screen(int guardian, bool on)
{
    /* If it is gone, its end of file tells. */
    if (guardian >= 0 && send(guardian, on ? "y" : "n", 1, MSG_NOSIGNAL) < 0)
        return;
}

void guardian_stop(void)
{
    struct sigaction action, handling;
    sigset_t stop, old;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    /* Blocked, all that come are one, and what comes later is thrown away by what continues us. */
    sigprocmask(SIG_BLOCK, &stop, &old);
    sigaction(SIGTSTP, &action, &handling);
    raise(SIGTSTP);
    sigprocmask(SIG_SETMASK, &old, NULL);
    sigaction(SIGTSTP, &handling, NULL);
}
