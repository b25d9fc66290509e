/* forkchatd(8): the command line. Run by the supervisor before it is one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/port.h"
#include "daemon.h"
#include "supervisor.h"

#ifndef FORKCHAT_CONFIG
#define FORKCHAT_CONFIG "/etc/forkchat/forkchatd.conf"
#endif

static const char usage_text[] = "usage: forkchatd [-fthV] [-c FILE] [-o 'DIRECTIVE ARGUMENTS']...\n";

static void help(void)
{
    printf("%s"
           "The chat server: telnet, netcat and IRC users in the same rooms.\n\n"
           "  -f        stay in the foreground, log to the terminal\n"
           "  -c FILE   read this configuration (default: " FORKCHAT_CONFIG ", if it is there)\n"
           "  -o 'DIRECTIVE ARGUMENTS'\n"
           "            as if it stood in the configuration; may be repeated\n"
           "  -t        check the configuration, then exit\n"
           "  -V        show the version and the layout of the shared memory, then exit\n"
           "  -h        show this, then exit\n\n"
           "Directives (forkchatd.conf(5) explains them):\n",
           usage_text);
    const char *keyword, *syntax, *meaning;
    for (int i = 0; settings_describe(i, &keyword, &syntax, &meaning); i++) {
        char left[80];
        snprintf(left, sizeof left, "%s %s", keyword, syntax);
        printf("  %-42s %s\n", left, meaning);
    }
}

/* Goes on as a child in the background; the parent waits until the child is ready, or has failed. */
static int go_background(void)
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
        _exit(read(ready[0], &byte, 1) == 1 ? 0 : EX_UNAVAILABLE);
    }
    close(ready[0]);
    setsid();
    return ready[1];
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
    tzset(); /* or every child would look for the time zone, in a chroot */
    static char **options; /* used until the end, hence never freed */
    options = calloc((size_t)argc + 1, sizeof *options);
    if (!options)
        fatal(EX_OSERR, "out of memory");
    again[0] = program;
    struct invocation invocation = {
        .command = again, .file = FORKCHAT_CONFIG, .file_is_default = true, .options = options, .ready_fd = -1};
    bool only_check = false;
    char version[200];
    for (int option; (option = getopt(argc, argv, "c:fo:thV")) != -1;) {
        switch (option) {
        case 'c':
            invocation.file = optarg;
            invocation.file_is_default = false;
            break;
        case 'f':
            invocation.foreground = true;
            break;
        case 'o':
            options[invocation.option_count++] = optarg;
            break;
        case 't':
            only_check = true;
            break;
        case 'h':
            help();
            return 0;
        case 'V':
            invocation_version(version, sizeof version);
            printf("%s", version);
            return 0;
        default:
            fprintf(stderr, "%sforkchatd -h explains\n", usage_text);
            return EX_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "forkchatd: unexpected \"%s\"\n%sforkchatd -h explains\n", argv[optind],
                usage_text);
        return EX_USAGE;
    }
    struct settings *settings = invocation_settings(&invocation);
    if (!settings)
        return EX_CONFIG;
    if (only_check) {
        printf("the configuration is correct\n");
        settings_free(settings);
        return 0;
    }
    bool in_background = !invocation.foreground && supervisor_is_heir();
    if (in_background) {
        leave_terminal();
    } else if (!invocation.foreground) {
        invocation.ready_fd = go_background();
        invocation.leave_terminal = leave_terminal;
    }
    int status = supervisor_run(&invocation, settings);
    if (status != SUPERVISOR_RESTART)
        return status;
    execvp(program, again);
    fatal(EX_OSERR, "cannot start %s again: %s", program, strerror(errno));
}
