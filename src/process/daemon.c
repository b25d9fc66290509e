/* forkchatd(8): the command line. Run by the supervisor before it is one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/port.h"
#include "conf/directives.h"
#include "daemon.h"
#include "exec_state.h"
#include "first_steps.h"
#include "given.h"
#include "join.h"
#include "supervisor.h"

#define DEFAULT_CONFIG FORKCHAT_SYSCONFDIR "/forkchatd.conf"

static const char usage_text[] = "usage: forkchatd [-fithV] [-c FILE] [-o 'DIRECTIVE ARGUMENTS']... [DOOR]\n";

static void help(void)
{
    printf("%s"
           "The chat server: telnet, netcat and IRC users in the same rooms.\n\n"
           "  -f        stay in the foreground, log to the terminal\n"
           "  -c FILE   read this configuration (default: %s, if it is there)\n"
           "  -o 'DIRECTIVE ARGUMENTS'\n"
           "            as if it stood in the configuration; may be repeated\n"
           "  -i        one client, on standard input, joins the server that runs; DOOR\n"
           "            (talk): as if it had come there. For inetd, sshd, scripts\n"
           "  -t        check the configuration, then exit\n"
           "  -V, --version\n"
           "            show the version and the layout of the shared memory, then exit\n"
           "  -h, --help\n"
           "            show this, then exit\n\n"
           "Directives (forkchatd.conf(5) explains them):\n",
           usage_text, DEFAULT_CONFIG);
    struct directive_help row;
    for (int i = 0; directives_describe(i, &row); i++) {
        char left[80];
        snprintf(left, sizeof left, "%s %s", row.keyword, row.syntax);
        printf("  %-42s", left);
        printf(strlen(left) > 42 ? "\n%45s%s\n" : "%s%s\n", strlen(left) > 42 ? "" : " ", row.meaning);
    }
}

static int usage(const char *format, const char *what)
{
    fprintf(stderr, "forkchatd: ");
    fprintf(stderr, format, what);
    fprintf(stderr, "\n%s", usage_text);
    return EX_USAGE;
}

/* --help and --version, alone: other programs have them, and getopt(3) has no words. */
static char *in_letters(char *word)
{
    static char help_letter[] = "-h", version_letter[] = "-V";
    return strcmp(word, "--help") == 0 ? help_letter : strcmp(word, "--version") == 0 ? version_letter : word;
}

/* What the daemon itself looks at, and the tools that look at it. Anything else might be a secret of the user who
 * started it, and its workers would keep it. */
static const char *const environment[] = {"PATH",       "HOME",      "USER",       "LOGNAME", "SHELL",
                                          "LANG",       "LC_*",      "TERM",       "TZ*",     "XDG_RUNTIME_DIR",
                                          "FORKCHAT*",  "NOTIFY_*",  "WATCHDOG_*", "LD_*",    "DYLD_*",
                                          "MALLOC_*",   "GLIBC_*",   "ASAN_*",     "UBSAN_*", "LSAN_*",
                                          "VALGRIND_*", "GLIBCPP_*", "GCOV_*",     "LLVM_*",  NULL};

/* Nothing of the starter's is kept but what a service manager gave on purpose: daemon(7). A process that waits for the
 * end of a pipe, or for a lock, waits for the starter alone. The configuration has been read, which may be such a pipe.
 */
static void forget_starter(const struct given *given)
{
    port_close_from(STDERR_FILENO + 1 + given->count);
    port_keep_environment(environment);
    umask(022);
}

/* Goes on as a child in the background; the parent waits until the child is ready, or has failed. The child leads no
 * session, so no terminal that is opened can become its own. newcomer: for one who said nothing, what holds without a
 * configuration, to be told about; else NULL. */
static int go_background(const struct settings *newcomer)
{
    int ready[2];
    char byte;
    if (port_pipe(ready))
        fatal(EX_OSERR, "cannot make a pipe");
    pid_t pid = fork();
    if (pid < 0)
        fatal(EX_OSERR, "cannot fork");
    if (pid > 0) {
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1)
            _exit(EX_UNAVAILABLE);
        if (newcomer)
            first_steps_tell(newcomer);
        _exit(0);
    }
    close(ready[0]);
    setsid();
    pid = fork();
    if (pid < 0)
        fatal(EX_OSERR, "cannot fork");
    if (pid > 0)
        _exit(0);
    return ready[1];
}

/* Somebody at a terminal who said nothing at all, on a machine where nobody has configured anything. */
static bool is_newcomer(const struct invocation *invocation)
{
    return invocation->file_is_default && invocation->option_count == 0 && access(invocation->file, F_OK) &&
           isatty(STDOUT_FILENO);
}

/* Once everything went well: nothing more to say on this terminal. */
static void leave_terminal(void)
{
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; null >= 0 && fd <= 2; fd++)
        dup2(null, fd);
    if (null > 2)
        close(null);
    log_to_syslog();
}

int daemon_run(int argc, char **argv)
{
    /* For the program to be executed again: the process's title is written over argv, and getopt sorts it. */
    static char *program, **again;
    program = strdup(argv[0]);
    port_title_init(argc, argv);
    again = calloc((size_t)argc + 1, sizeof *again);
    if (!program || !again)
        fatal(EX_OSERR, "out of memory");
    memcpy(again, argv, (size_t)argc * sizeof *again);
    log_open("forkchatd");
    tzset();               /* or every child would look for the time zone, in a chroot */
    static char **options; /* used until the end, hence never freed */
    options = calloc((size_t)argc + 1, sizeof *options);
    if (!options)
        fatal(EX_OSERR, "out of memory");
    again[0] = program;
    struct invocation invocation = {
        .command = again, .file = DEFAULT_CONFIG, .file_is_default = true, .options = options, .ready_fd = -1};
    bool only_check = false, join = false;
    char version[200];
    if (argc > 1)
        argv[1] = in_letters(argv[1]);
    for (int option; (option = getopt(argc, argv, ":c:fio:thV")) != -1;) {
        const char letter[] = {'-', (char)optopt, '\0'};
        bool is_long = optopt == '-' && optind < argc && strncmp(argv[optind], "--", 2) == 0;
        switch (option) {
        case 'c':
            invocation.file = optarg;
            invocation.file_is_default = false;
            break;
        case 'f':
            invocation.foreground = true;
            break;
        case 'i':
            join = true;
            break;
        case 'o':
            options[invocation.option_count++] = optarg;
            break;
        case 't':
            only_check = true;
            break;
        case 'h':
            help();
            return fd_finish_output();
        case 'V':
            invocation_version(version, sizeof version);
            printf("%s", version);
            return fd_finish_output();
        case ':':
            return usage(optopt == 'c' ? "%s wants a file" : "%s wants a directive, in quotes", letter);
        default:
            return usage("there is no option %s: forkchatd --help lists them", is_long ? argv[optind] : letter);
        }
    }
    if (!join && optind < argc)
        return usage("\"%s\" is too much: files go with -c, directives in quotes with -o", argv[optind]);
    static char directory[4096];
    invocation.directory = getcwd(directory, sizeof directory);
    if (join)
        return join_run(&invocation, argv + optind);
    struct settings *settings = invocation_settings(&invocation);
    if (!settings)
        return EX_CONFIG;
    if (only_check) {
        printf("the configuration is correct\n");
        settings_free(settings);
        return fd_finish_output();
    }
    static struct given given;
    given_open(&given);
    notify_open();
    invocation.given = &given;
    if (!exec_state_exists())
        forget_starter(&given);
    bool in_background = !invocation.foreground && exec_state_exists();
    if (in_background) {
        leave_terminal();
    } else if (!invocation.foreground) {
        invocation.ready_fd = go_background(is_newcomer(&invocation) ? settings : NULL);
        invocation.leave_terminal = leave_terminal;
    }
    int status = supervisor_run(&invocation, settings);
    if (status != SUPERVISOR_RESTART)
        return status;
    invocation_enter(&invocation);
    execvp(program, again);
    fatal(EX_OSERR, "cannot start %s again: %s", program, strerror(errno));
}
