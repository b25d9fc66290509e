/* SIGUSR2: the supervisor is executed again in place, as the program its path names now. Doors, couriers and workers
 * stay, and children stay children; what the program to come needs to know of them is written down before
 * (exec_state.h), and the list of descriptors that stay open is the one that a successor is given over a socket
 * (fd_handoff.h). */
#include "supervisor_parts.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"
#include "exec_state.h"

/* The time that the new program may use for its answer: base/stall.h. */
#define ANSWER_NS (5000 * MS)
#define LOOK_MS   100

/* ---- asking the program that is there now ---- */

/* What it prints until it closes the pipe, or has had its time. */
static void read_answer(pid_t pid, int from, struct stall *stall, char *answer, size_t size)
{
    size_t length = 0;
    while (length + 1 < size && stall_measure(stall, pid) < ANSWER_NS) {
        struct pollfd input = {.fd = from, .events = POLLIN};
        if (poll(&input, 1, LOOK_MS) <= 0)
            continue;
        ssize_t got = read(from, answer + length, size - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    answer[length] = '\0';
}

/* Runs it with one more option and reads what it prints. Returns its exit status, or -1 if it did not exit. */
static int ask(const struct supervisor *supervisor, const char *option, bool arguments, char *answer, size_t size)
{
    char **command = supervisor->invocation->command, *asked[] = {command[0], (char *)option, NULL};
    int ends[2], count = 0, status = -1;
    *answer = '\0';
    while (command[count])
        count++;
    char **with = calloc((size_t)count + 2, sizeof *with);
    if (!with)
        return -1;
    if (port_pipe(ends)) {
        free(with);
        return -1;
    }
    memcpy(with, asked, 2 * sizeof *with);
    memcpy(with + 2, command + 1, (size_t)(count - 1) * sizeof *with);
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        dup2(ends[1], STDOUT_FILENO);
        invocation_enter(supervisor->invocation);
        execvp(command[0], arguments ? with : asked);
        _exit(127);
    }
    close(ends[1]);
    struct stall stall = {0};
    if (pid > 0)
        read_answer(pid, ends[0], &stall, answer, size);
    close(ends[0]);
    free(with);
    if (pid < 0)
        return -1;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (stall_measure(&stall, pid) >= ANSWER_NS)
            kill(pid, SIGKILL);
        clock_sleep(1);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Whether it would start with our command line, and *same, whether it could share the memory with those who are
 * here. */
static bool would_start(const struct supervisor *supervisor, bool *same)
{
    char answer[1000], own[200];
    const char *program = supervisor->invocation->command[0];
    int status = ask(supervisor, "-V", false, answer, sizeof answer);
    if (status != 0) {
        log_error("%s cannot be executed (%s %d): going on as before", program,
                  status < 0 ? "it did not exit:" : "exit status", status);
        return false;
    }
    invocation_version(own, sizeof own);
    const char *layout = strchr(own, '\n');
    *same = layout && strstr(answer, layout);
    if (ask(supervisor, "-t", true, answer, sizeof answer) != 0) {
        log_error("%s does not accept the configuration: going on as before", program);
        return false;
    }
    return true;
}

void supervisor_execute_again(struct supervisor *supervisor)
{
    char **command = supervisor->invocation->command;
    bool same;
    if (!would_start(supervisor, &same))
        return;
    supervisor->leaving_to_another = !same;
    if (!same) {
        log_warning("%s wants another layout of the shared memory: it waits for all to leave, and nobody is let in "
                    "any more",
                    command[0]);
        return;
    }
    int state = exec_state_save(supervisor);
    if (state < 0) {
        log_error("cannot write down the session: %s: going on as before", strerror(errno));
        return;
    }
    log_info("executing %s again", command[0]);
    supervisor_end_console(supervisor);
    invocation_enter(supervisor->invocation);
    execvp(command[0], command);
    invocation_leave(supervisor->invocation);
    log_error("%s: %s: going on as before", command[0], strerror(errno));
    exec_state_drop(supervisor, state);
    supervisor_start_console(supervisor);
}
