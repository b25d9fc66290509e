/* SIGUSR2: the supervisor is executed again in place, as the program its path names now. Doors, couriers and workers
 * stay; what the program to come needs to know of them stands in a piece of shared memory without a name, whose
 * descriptor is in the environment. */
#include "supervisor_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"

#define ENVIRONMENT "FORKCHATD_SESSION"
/* What the new program may use for its answer: base/stall.h. */
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

/* Whether it would start with our command line, and *same, whether it could share the memory with those who are here. */
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

/* ---- leaving ---- */

/* A file that only its descriptor names. Returns it, or NULL and errno. */
static FILE *open_letter(void)
{
    int fd = port_nameless_file();
    if (fd < 0)
        return NULL;
    FILE *letter = fdopen(fd, "w+");
    if (!letter)
        close(fd);
    return letter;
}

static void write_descriptor(void *context, const char *name, int number, int *fd)
{
    fprintf(context, "%s %d %d\n", name, number, *fd);
}

static void write_letter(struct supervisor *supervisor, FILE *letter)
{
    fprintf(letter, "directory %d %s\ncouriers %d\n", supervisor->inherited.region,
            supervisor->settings->runtime_directory, supervisor->inherited.couriers);
    inherited_each(&supervisor->inherited, write_descriptor, letter);
    fprintf(letter, "pid-file %d\n", supervisor->runtime.pid_file);
    for (int i = 0; i < supervisor->listeners.count; i++) {
        const struct listener *listener = &supervisor->listeners.list[i];
        const unsigned char *bytes = (const unsigned char *)&listener->wanted.address.storage;
        fprintf(letter, "listener %d %s ", listener->fd, door_name(listener->wanted.door));
        for (socklen_t k = 0; k < listener->wanted.address.length; k++)
            fprintf(letter, "%02x", bytes[k]);
        fprintf(letter, " %d\n", listener->wanted.only_ipv6);
    }
    for (int i = 0; i < supervisor->inherited.couriers; i++)
        if (supervisor->couriers[i].pid && !supervisor->couriers[i].orphan)
            fprintf(letter, "courier %d %ld\n", i, (long)supervisor->couriers[i].pid);
    for (uint32_t i = 0; i < supervisor->seat_count; i++)
        if (supervisor->seats[i].pid && !supervisor->seats[i].orphan)
            fprintf(letter, "worker %u %ld\n", i, (long)supervisor->seats[i].pid);
    for (int i = 0; i < CONTROL_CHILDREN; i++)
        if (supervisor->control.pids[i])
            fprintf(letter, "clerk %d %ld\n", i, (long)supervisor->control.pids[i]);
}

static void keep(void *context, const char *name, int number, int *fd)
{
    int (*set)(int) = *(int (**)(int))context;
    (void)name, (void)number;
    if (*fd >= 0)
        set(*fd);
}

/* Whether what the program to come needs is closed by its execution, or not. */
static void set_kept(struct supervisor *supervisor, int (*set)(int))
{
    inherited_each(&supervisor->inherited, keep, &set);
    keep(&set, "", 0, &supervisor->runtime.pid_file);
    for (int i = 0; i < supervisor->listeners.count; i++)
        keep(&set, "", 0, &supervisor->listeners.list[i].fd);
}

void supervisor_execute_again(struct supervisor *supervisor)
{
    char **command = supervisor->invocation->command, number[20];
    bool same;
    if (!would_start(supervisor, &same))
        return;
    supervisor->leaving_to_another = !same;
    if (!same) {
        log_warning("%s wants another layout of the shared memory: it waits for all to leave, and nobody is let in "
                    "any more", command[0]);
        return;
    }
    FILE *letter = open_letter();
    if (letter) {
        write_letter(supervisor, letter);
        snprintf(number, sizeof number, "%d", fileno(letter));
    }
    if (!letter || fflush(letter) || ferror(letter) || setenv(ENVIRONMENT, number, 1)) {
        log_error("cannot write down the session: %s: going on as before", strerror(errno));
        if (letter)
            fclose(letter);
        return;
    }
    log_info("executing %s again", command[0]);
    console_end(&supervisor->console);
    fd_clear_cloexec(fileno(letter));
    set_kept(supervisor, fd_clear_cloexec);
    invocation_enter(supervisor->invocation);
    execvp(command[0], command);
    invocation_leave(supervisor->invocation);
    log_error("%s: %s: going on as before", command[0], strerror(errno));
    set_kept(supervisor, fd_set_cloexec);
    unsetenv(ENVIRONMENT);
    fclose(letter);
    supervisor_start_console(supervisor);
}

/* ---- arriving ---- */

struct entry {
    const char *name;
    int number, fd;
    bool taken;
};

static void read_descriptor(void *context, const char *name, int number, int *fd)
{
    struct entry *entry = context;
    if (strcmp(name, entry->name) == 0 && number == entry->number) {
        *fd = entry->fd;
        entry->taken = true;
    }
}

static bool read_listener(struct supervisor *supervisor, int fd, const char *door, const char *hex, bool only_ipv6)
{
    struct listeners *listeners = &supervisor->listeners;
    struct listener listener = {.fd = fd, .bound.length = sizeof listener.bound.storage};
    unsigned char *bytes = (unsigned char *)&listener.wanted.address.storage;
    size_t length = strlen(hex) / 2;
    if (listeners->count == SETTING_LISTENS || length > sizeof listener.wanted.address.storage)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        bytes[i] = (unsigned char)byte;
    }
    listener.wanted.address.length = (socklen_t)length;
    int kind = door_by_name(door);
    if (kind < 0 || getsockname(fd, (struct sockaddr *)&listener.bound.storage, &listener.bound.length))
        return false;
    listener.wanted.door = (enum door_kind)kind;
    listener.wanted.only_ipv6 = only_ipv6;
    listeners->list[listeners->count++] = listener;
    return true;
}

/* Where everything is: another runtime directory would need a restart. */
static bool read_directory(struct supervisor *supervisor, const char *directory)
{
    struct settings *settings = supervisor->settings;
    if (strcmp(settings->runtime_directory, directory) == 0)
        return true;
    log_warning("runtime-directory: another one than %s needs a restart", directory);
    free(settings->runtime_directory);
    settings->runtime_directory = strdup(directory);
    return settings->runtime_directory != NULL;
}

static bool read_line(struct supervisor *supervisor, char *line)
{
    char name[20], third[300] = "";
    int number;
    if (sscanf(line, "%19s %d %299s", name, &number, third) < 2)
        return false;
    long value = strtol(third, NULL, 10);
    if (strcmp(name, "listener") == 0) {
        char hex[300];
        int only_ipv6;
        return sscanf(line, "%*s %*d %*s %299s %d", hex, &only_ipv6) == 2 &&
               read_listener(supervisor, number, third, hex, only_ipv6);
    }
    if (strcmp(name, "pid-file") == 0)
        supervisor->runtime.pid_file = number;
    else if (strcmp(name, "couriers") == 0 && number > 0 && number <= COURIERS_MAX)
        supervisor->inherited.couriers = number;
    else if (strcmp(name, "courier") == 0 && number >= 0 && number < supervisor->inherited.couriers)
        supervisor->couriers[number].pid = (pid_t)value;
    else if (strcmp(name, "worker") == 0 && number >= 0 && (uint32_t)number < supervisor->seat_count)
        supervisor->seats[number].pid = (pid_t)value;
    else if (strcmp(name, "clerk") == 0 && number >= 0 && number < CONTROL_CHILDREN)
        supervisor->control.pids[number] = (pid_t)value;
    else {
        struct entry entry = {.name = name, .number = number, .fd = (int)value};
        inherited_each(&supervisor->inherited, read_descriptor, &entry);
        return entry.taken;
    }
    return true;
}

bool supervisor_is_heir(void)
{
    const char *number = getenv(ENVIRONMENT);
    return number && *number;
}

bool supervisor_inherit(struct supervisor *supervisor)
{
    char *number = getenv(ENVIRONMENT), line[4200];
    if (!supervisor_is_heir())
        return false;
    int fd = atoi(number);
    *number = '\0'; /* done with; the string is ours, from port_title_init */
    FILE *letter = fd_set_cloexec(fd) ? NULL : fdopen(fd, "r");
    if (!letter)
        fatal(EX_UNAVAILABLE, "the supervisor before left nothing to read: %s", strerror(errno));
    rewind(letter);
    int region, path = 0;
    if (!fgets(line, sizeof line, letter) || sscanf(line, "directory %d %n", &region, &path) != 1 || !path)
        fatal(EX_UNAVAILABLE, "the supervisor before left something else");
    line[strcspn(line, "\n")] = '\0';
    if (!read_directory(supervisor, line + path))
        fatal(EX_OSERR, "out of memory");
    if (runtime_open_region(&supervisor->txn, &supervisor->world, supervisor->settings, -1, region))
        fatal(EX_UNAVAILABLE, "the shared memory of the supervisor before cannot be used: %s", strerror(errno));
    supervisor_make_seats(supervisor);
    while (fgets(line, sizeof line, letter))
        if (!read_line(supervisor, line))
            fatal(EX_UNAVAILABLE, "the supervisor before left something else: %s", line);
    fclose(letter);
    supervisor->txn.liveness = supervisor->inherited.liveness;
    runtime_find_name(supervisor->settings, supervisor->inherited.family, supervisor->txn.region.name);
    set_kept(supervisor, fd_set_cloexec);
    return true;
}
