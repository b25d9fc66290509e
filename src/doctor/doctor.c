/* forkchatctl doctor and limits: the arguments, what is examined, and in which order. Run by forkchatctl(8), which maps
 * no shared memory. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/report.h"
#include "checks.h"
#include "conf/capacity.h"
#include "conf/settings.h"

#define DEFAULT_CONFIG FORKCHAT_SYSCONFDIR "/forkchatd.conf"

static struct findings findings;
static bool examining; /* what is wrong with the configuration is a finding; else it is for standard error */

/* ---- the arguments: those of forkchatd that say what is configured ---- */

struct arguments {
    const char *file; /* NULL: the usual one, if it is there */
    char **options;
    int option_count;
    bool quiet;
};

/* False after saying what is wrong. */
static bool read_arguments(struct arguments *arguments, char **words)
{
    const char *command = *words;
    *arguments = (struct arguments){.options = words};
    while (*++words) {
        bool file = strcmp(*words, "-c") == 0, option = strcmp(*words, "-o") == 0;
        if (strcmp(*words, "-q") == 0) {
            arguments->quiet = true;
        } else if ((file || option) && words[1]) {
            words++;
            if (file)
                arguments->file = *words;
            else
                arguments->options[arguments->option_count++] = *words; /* where words were read before */
        } else {
            fprintf(stderr,
                    "forkchatctl: %s: \"%s\" is not understood\n"
                    "usage: forkchatctl %s [-q] [-c FILE] [-o 'DIRECTIVE ARGUMENTS']...\n",
                    command, *words, command);
            return false;
        }
    }
    return true;
}

/* ---- the configuration, as forkchatd would read it ---- */

static int mistakes;

/* A mistake in the configuration becomes a finding. */
static void take_mistake(const char *line, size_t length)
{
    const char *words = strstr(line, ": error: ");
    words = words ? words + strlen(": error: ") : line;
    mistakes++;
    findings_add(&findings, FINDING_FAULT, "configuration",
                 "forkchatd.conf(5) explains every line; see that this user may read the file", "%.*s",
                 (int)(length - (size_t)(words - line) - 1), words);
}

static struct settings *read_settings(const struct arguments *arguments, const char *runtime_directory,
                                      const char **file)
{
    struct settings *settings = settings_new();
    char option[4200];
    *file = arguments->file ? arguments->file : DEFAULT_CONFIG;
    log_open("forkchatctl");
    if (examining)
        log_show_by(take_mistake);
    if (settings_read_file(settings, *file) < 0) {
        if (arguments->file || errno != ENOENT)
            log_error("%s: %s", *file, fd_why(errno));
        *file = NULL;
    }
    for (int i = 0; i < arguments->option_count; i++)
        settings_read_option(settings, arguments->options[i]);
    if (runtime_directory) {
        snprintf(option, sizeof option, "runtime-directory \"%s\"", runtime_directory);
        settings_read_option(settings, option);
    }
    log_show_by(NULL);
    settings_complete(settings);
    return settings;
}

/* The supervisor that runs there: whoever has locked its pid file. 0 if there is none. */
static pid_t find_supervisor(const struct settings *settings)
{
    char path[4200], text[32] = "";
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    snprintf(path, sizeof path, "%.4000s/forkchatd.pid", settings->runtime_directory);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT && examining)
            findings_add(&findings, FINDING_HINT, "daemon", "run this as root, or as the daemon's user",
                         "%s: %s: whether a daemon runs is not for this user to see", path, strerror(errno));
        return 0;
    }
    bool runs = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (runs && lock.l_pid <= 0 && read(fd, text, sizeof text - 1) > 0)
        lock.l_pid = (pid_t)atol(text); /* one of another pid namespace */
    close(fd);
    return runs ? lock.l_pid : 0;
}

static struct patient admit(const struct arguments *arguments, const char *runtime_directory)
{
    struct stat status;
    char path[40];
    struct patient patient = {.as_root = geteuid() == 0};
    patient.settings = read_settings(arguments, runtime_directory, &patient.file);
    patient.supervisor = find_supervisor(patient.settings);
    patient.starts_here = patient.supervisor == 0;
    snprintf(path, sizeof path, "/proc/%ld", (long)patient.supervisor);
    if (patient.supervisor && stat(path, &status) == 0)
        patient.as_root = status.st_uid == 0;
    return patient;
}

int doctor_examine(const char *runtime_directory, bool json, char **words)
{
    struct arguments arguments;
    if (!read_arguments(&arguments, words))
        return EX_USAGE;
    setvbuf(stdout, NULL, _IOLBF, 0);
    examining = true;
    findings = (struct findings){.json = json, .only_trouble = arguments.quiet};
    struct patient patient = admit(&arguments, runtime_directory);
    if (patient.supervisor)
        findings_add(&findings, FINDING_OK, "daemon", NULL, "one runs in %s: pid %ld",
                     patient.settings->runtime_directory, (long)patient.supervisor);
    else
        findings_add(&findings, FINDING_OK, "daemon", NULL, "none runs in %s: what it would find is looked at",
                     patient.settings->runtime_directory);
    if (mistakes == 0)
        check_configuration(&findings, &patient);
    check_files(&findings, &patient);
    check_ports(&findings, &patient);
    check_limits(&findings, &patient);
    check_memory(&findings, &patient);
    check_clock(&findings, &patient);
    check_service(&findings, &patient);
    check_firewall(&findings, &patient);
    int status = findings_end(&findings), lost = fd_finish_output();
    return lost ? lost : status;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    printf("%s\n", line);
}

int doctor_limits(const char *runtime_directory, bool json, char **words)
{
    static struct capacity capacity;
    struct arguments arguments;
    if (!read_arguments(&arguments, words))
        return EX_USAGE;
    struct patient patient = admit(&arguments, runtime_directory);
    bool runs = patient.supervisor > 0;
    capacity_measure(&capacity, patient.settings, runs ? patient.supervisor : getpid(), runs);
    struct report *report = json ? report_new("limit", "clients", "first", "why", "cure", (char *)NULL)
                                 : report_new("limit", "clients", "why", (char *)NULL);
    for (int i = 0; i < capacity.count; i++) {
        const struct capacity_limit *limit = &capacity.limits[i];
        report_add(report, limit->name);
        report_number(report, limit->clients);
        if (json)
            report_true(report, limit == capacity.first);
        report_add(report, limit->why);
        if (json)
            report_add(report, limit->cure);
    }
    if (!json)
        printf("this host carries %lld clients, and max-clients is %lld; first limit: %s\n",
               (long long)capacity.clients, (long long)capacity.configured, capacity.first->name);
    report_write(report, json ? REPORT_JSON : REPORT_TABLE, print_line, NULL);
    if (!json && capacity.clients < capacity.configured)
        printf("cure: %s\n", capacity.first->cure);
    report_free(report);
    int lost = fd_finish_output();
    return lost ? lost : capacity.clients < capacity.configured;
}
