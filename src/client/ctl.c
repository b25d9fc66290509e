/* forkchatctl(8): sends one command to the control socket of a daemon, and shows the answer. What commands there are
 * the daemon knows; those that need no daemon are given by main(). */
#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/harmless.h"
#include "base/paths.h"
#include "base/text.h"

#define IMPORT_LIMIT  ((size_t)1 << 20)
#define PASSWORD_SIZE 320

static const char usage_text[] = "usage: forkchatctl [-r RUNTIME-DIRECTORY] [--json] COMMAND [ARGUMENT]...\n";

static const char help_text[] =
    "Commands for a running forkchatd; \"forkchatctl help\" asks it which. And two that need none:\n\n"
    "  doctor [-q] [-c FILE] [-o 'DIRECTIVE ARGUMENTS']...\n"
    "                 examine configuration, ports, limits, files, clock and service;\n"
    "                 each finding with its cure. Exit status: 1 warnings, 2 faults\n"
    "  limits [-c FILE] [-o 'DIRECTIVE ARGUMENTS']...\n"
    "                 tell how many clients this host carries, and what comes first\n\n"
    "  -r, --runtime-directory DIRECTORY\n"
    "                 that of the daemon, if it is not the usual one\n"
    "  -j, --json     answers for programs: a JSON object a line\n"
    "  -h, --help     show this\n"
    "  -V, --version  show the version\n\n"
    "Exit status: 0 done, 1 refused or not found, 64 wrong usage, 69 no server there, 77 not permitted.\n";

/* Nothing is shown on a terminal that could drive it, be it the daemon's or a user's. */
static void show(FILE *to, const char *line)
{
    if (!isatty(fileno(to))) {
        fprintf(to, "%s\n", line);
        return;
    }
    size_t size = 4 * strlen(line) + 1;
    char *bytes = malloc(size);
    struct text text;
    if (!bytes)
        return;
    text_init(&text, bytes, size);
    harmless_add(&text, line, strlen(line));
    fprintf(to, "%s\n", bytes);
    free(bytes);
}

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void complain(const char *format, ...)
{
    char line[8192];
    va_list arguments;
    int start = snprintf(line, sizeof line, "forkchatctl: ");
    va_start(arguments, format);
    vsnprintf(line + start, sizeof line - (size_t)start, format, arguments);
    va_end(arguments);
    show(stderr, line);
}

static bool wrong(const char *format, const char *what)
{
    complain(format, what);
    fprintf(stderr, "%s", usage_text);
    return false;
}

/* Whether nobody but this user and root could have put it where it is. */
static bool is_placed_by_us(const char *directory)
{
    char parent[4096];
    struct stat status;
    int length = snprintf(parent, sizeof parent, "%s/..", directory);
    return length < (int)sizeof parent && stat(parent, &status) == 0 &&
           (status.st_uid == 0 || status.st_uid == geteuid()) && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/* The owner of the directory, who may answer there beside this user and root: of one that the user named, or that root
 * has given to somebody, as a service manager gives /run/forkchat to the server's user. */
static uid_t owner_of(const char *directory, bool named)
{
    struct stat status;
    bool known = (named || is_placed_by_us(directory)) && stat(directory, &status) == 0 &&
                 !(status.st_mode & (S_IWGRP | S_IWOTH));
    return known ? status.st_uid : (uid_t)-1;
}

/* -1 after saying why in one line, with *status set. */
static int connect_to(const char *directory, bool named, int *status)
{
    struct sockaddr_un address;
    *status = EX_UNAVAILABLE;
    if (paths_socket(directory, PATHS_CONTROL, &address)) {
        complain("%s: that path is too long for a socket", directory);
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bool connected = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (connected && paths_is_ours(fd, owner_of(directory, named)))
        return fd;
    if (connected) {
        *status = EX_NOPERM;
        complain("%s: somebody else answers there, whom nothing is told", address.sun_path);
    } else if (errno == EACCES || errno == EPERM) {
        *status = EX_NOPERM;
        complain("you are not permitted to use %s", address.sun_path);
    } else {
        complain("no forkchatd answers at %s: %s", address.sun_path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static const struct ctl_local *find_local(const struct ctl_local *locals, const char *name)
{
    for (; locals->name; locals++)
        if (strcasecmp(locals->name, name) == 0)
            return locals;
    return NULL;
}

/* The command as one line; false if an argument cannot be part of one. */
static bool make_line(struct text *line, bool json, char **words)
{
    text_add(line, json ? "json " : "");
    for (int i = 0; words[i]; i++) {
        if (strpbrk(words[i], "\r\n"))
            return false;
        text_addf(line, "%s%s", i ? " " : "", words[i]);
    }
    text_add(line, "\n");
    return !line->cut;
}

/* A line of the answer. True if it was the last, which tells the status. */
static bool take_line(const char *line, int *status)
{
    bool screen = isatty(STDOUT_FILENO);
    if (line[0] == '.') {
        *status = atoi(line + 1);
        return true;
    }
    if (line[0] == '!') {
        fflush(stdout);
        complain("%s", line + 1);
    } else if (line[0] == ' ' && line[1] == '\f') {
        fputs(screen ? "\033[H\033[2J" : "\n", stdout); /* the next picture of top */
        fflush(stdout);
    } else if (line[0] == ' ') {
        show(stdout, line + 1);
    }
    return false;
}

static int show_answer(int fd)
{
    FILE *answer = fdopen(fd, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int status = EX_UNAVAILABLE;
    bool whole = false;
    while (answer && !whole && (length = getline(&line, &size, answer)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        whole = take_line(line, &status);
        if (ferror(stdout))
            break;
    }
    free(line);
    if (fd_finish_output()) {
        complain("cannot write: %s", strerror(errno));
        status = EX_IOERR;
    } else if (!whole) {
        complain("the server has ended");
    }
    if (answer)
        fclose(answer);
    return status;
}

struct call {
    char directory[4096];
    bool named; /* by -r */
    bool json, help, version;
    char **words; /* the command */
};

/* Options in front of the command, by hand: getopt_long(3) is not POSIX. False after saying what is wrong. */
static bool read_options(struct call *call, char **at)
{
    static const char long_directory[] = "--runtime-directory=";
    for (; *at && (*at)[0] == '-' && (*at)[1]; at++) {
        const char *word = *at, *directory = NULL;
        if (strcmp(word, "--") == 0) {
            at++;
            break;
        }
        if (strcmp(word, "-j") == 0 || strcmp(word, "--json") == 0)
            call->json = true;
        else if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
            call->help = true;
        else if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0)
            call->version = true;
        else if (strcmp(word, "-r") == 0 || strcmp(word, "--runtime-directory") == 0)
            directory = *++at;
        else if (strncmp(word, "-r", 2) == 0)
            directory = word + 2;
        else if (strncmp(word, long_directory, sizeof long_directory - 1) == 0)
            directory = word + sizeof long_directory - 1;
        else
            return wrong("there is no option %s: forkchatctl --help lists them", word);
        if (!*at)
            return wrong("%s wants a directory, the runtime-directory of the server", word);
        if (directory && !text_copy(call->directory, sizeof call->directory, directory))
            return wrong("%s: that path is too long", word);
        call->named = call->named || directory;
    }
    call->words = at;
    return call->help || call->version || *at || wrong("which command%s forkchatctl help lists them", "?");
}

/* Sends one command and shows the answer. Returns the exit status. */
static int give(const struct call *call, char **words)
{
    char bytes[2048];
    struct text line;
    int status;
    text_init(&line, bytes, sizeof bytes);
    if (!make_line(&line, call->json, words)) {
        complain("a command is one line of at most 2,000 bytes");
        return EX_USAGE;
    }
    int fd = connect_to(call->directory, call->named, &status);
    if (fd < 0)
        return status;
    /* A refused command may find the answer there already, and the other end closed. */
    if (send(fd, line.start, line.length, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        complain("cannot send: %s", strerror(errno));
    setvbuf(stdout, NULL, _IOLBF, 0);
    return show_answer(fd);
}

/* An account for each line of a file, "NAME PASSWORD" or "NAME". What cannot be made keeps no other from being made;
 * the last trouble is the status. */
static int import(const struct call *call, const char *path)
{
    char *text = fd_read_file(strcmp(path, "-") == 0 ? "/dev/stdin" : path, IMPORT_LIMIT, NULL), *rest = text;
    int status = 0;
    if (!text) {
        complain("%s: %s", path, fd_why(errno));
        return EX_NOINPUT;
    }
    for (char *line; status != EX_UNAVAILABLE && (line = text_next_item(&rest, '\n'));) {
        line[strcspn(line, "\r")] = '\0';
        char *name = text_next_word(&line), verb[] = "account", what[] = "add";
        char *words[] = {verb, what, name, line, NULL};
        if (!name || *name == '#')
            continue;
        int trouble = give(call, words);
        status = trouble ? trouble : status;
    }
    free(text);
    return status;
}

/* The last word of a command about an account may be -: then it is the first line of standard input, which is nobody
 * else's to see. */
static bool take_password(char **words, char password[PASSWORD_SIZE])
{
    if (!words[1] || !words[2] || !words[3] || words[4] || strcmp(words[3], "-") != 0)
        return true;
    if (isatty(STDIN_FILENO))
        fprintf(stderr, "password: ");
    if (!fgets(password, PASSWORD_SIZE, stdin))
        return false;
    password[strcspn(password, "\r\n")] = '\0';
    words[3] = password;
    return *password;
}

int ctl_main(int argc, char **argv, const struct ctl_local *locals)
{
    static struct call call;
    static char password[PASSWORD_SIZE];
    paths_runtime(call.directory, sizeof call.directory);
    if (argc < 1 || !read_options(&call, argv + 1))
        return EX_USAGE;
    if (call.help) {
        printf("%s%s", usage_text, help_text);
        return fd_finish_output();
    }
    if (call.version) {
        printf("forkchatctl %s\n", FORKCHAT_VERSION);
        return fd_finish_output();
    }
    const struct ctl_local *local = find_local(locals, call.words[0]);
    if (local)
        return local->run(call.named ? call.directory : NULL, call.json, call.words);
    bool account = strcmp(call.words[0], "account") == 0;
    if (account && call.words[1] && strcmp(call.words[1], "import") == 0 && call.words[2] && !call.words[3])
        return import(&call, call.words[2]);
    if (account && !take_password(call.words, password)) {
        complain("no password came on standard input");
        return EX_NOINPUT;
    }
    return give(&call, call.words);
}
