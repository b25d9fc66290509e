/* Portability: processes, and what they run on. Every process uses it; writes no shared memory. */
#define _GNU_SOURCE
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "port_have.h"

#if ON_LINUX
#include <link.h>
#include <sys/prctl.h>
#include <ucontext.h>
#endif
#if HAVE_SHA256_X86
#include <cpuid.h>
#elif HAVE_SHA256_ARM && (ON_LINUX || ON_FREEBSD)
#include <sys/auxv.h>
#endif

extern char **environ;

/* argv and environ lie one after the other on the stack of a new process, and ps(1) reads that memory. */
static char *title_start;
static size_t title_size;

void port_title_init(int argc, char **argv)
{
    char *end = argv[0] + strlen(argv[0]) + 1;
    for (int i = 1; i < argc; i++)
        if (argv[i] == end)
            end += strlen(argv[i]) + 1;
    int count = 0;
    for (; environ[count]; count++)
        if (environ[count] == end)
            end += strlen(environ[count]) + 1;

    static char **copy; /* for good, and in sight of those who look for leaks */
    copy = calloc((size_t)count + 1, sizeof *copy);
    for (int i = 0; copy && i < count; i++)
        if (!(copy[i] = strdup(environ[i])))
            exit(EX_OSERR);
    if (!copy)
        exit(EX_OSERR);
    environ = copy;
    /* The arguments themselves stay in use by getopt: copy them too. */
    for (int i = 0; i < argc; i++)
        if (i > 0 && !(argv[i] = strdup(argv[i])))
            exit(EX_OSERR);
    title_start = argv[0];
    title_size = (size_t)(end - argv[0]);
}

void port_title_set(const char *format, ...)
{
    if (!title_start)
        return;
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    size_t length = strlen(text);
    if (length > title_size - 1)
        length = title_size - 1;
    memcpy(title_start, text, length);
    memset(title_start + length, 0, title_size - length);
}

static bool is_named(const char *variable, const char *const *names)
{
    size_t length = strcspn(variable, "=");
    for (; *names; names++) {
        size_t part = strcspn(*names, "*");
        if (strncmp(variable, *names, part) == 0 && ((*names)[part] || part == length))
            return true;
    }
    return false;
}

void port_keep_environment(const char *const *names)
{
    char **to = environ;
    for (char **from = environ; *from; from++) {
        if (is_named(*from, names)) {
            *to++ = *from;
        } else {
            memset(*from, 0, strlen(*from)); /* a copy of ours: it may be a password */
            free(*from);
        }
    }
    *to = NULL;
}

void port_reset_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL); /* refused for SIGKILL, SIGSTOP, and those the C library has for itself */
}

#if HAVE_WAITS_BY_CLOCK
#define WAITING_CLOCK CLOCK_MONOTONIC
#else
#define WAITING_CLOCK CLOCK_REALTIME
#endif

static struct timespec deadline_in(int64_t milliseconds)
{
    struct timespec then;
    clock_gettime(WAITING_CLOCK, &then);
    int64_t nanoseconds = then.tv_nsec + milliseconds % 1000 * 1000000;
    then.tv_sec += (time_t)(milliseconds / 1000 + nanoseconds / 1000000000);
    then.tv_nsec = (long)(nanoseconds % 1000000000);
    return then;
}

int port_semaphore_wait(sem_t *semaphore, int64_t milliseconds)
{
    struct timespec deadline = deadline_in(milliseconds);
#if HAVE_WAITS_BY_CLOCK
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline);
#else
    return sem_timedwait(semaphore, &deadline);
#endif
}

bool port_end_pending(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

bool port_die_with_parent(int signal)
{
#if HAVE_PRCTL
    return prctl(PR_SET_PDEATHSIG, signal) == 0;
#else
    (void)signal;
    return false;
#endif
}

int port_become(uid_t uid, gid_t gid)
{
    return setgroups(0, NULL) || setgid(gid) || setuid(uid) ? -1 : 0;
}

int port_chroot(int directory)
{
    return fchdir(directory) || chroot(".") || chdir("/") ? -1 : 0;
}

void port_harden(void)
{
#if HAVE_PRCTL
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

void port_forbid_processes(void)
{
#if defined RLIMIT_NPROC && !IS_SANITIZED /* LeakSanitizer makes a process */
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NPROC, &none);
#endif
}

void port_limit_memory(int64_t bytes)
{
#if !IS_SANITIZED /* whose own memory is far beyond any limit */
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) || (limit.rlim_max != RLIM_INFINITY && limit.rlim_max <= (rlim_t)bytes))
        return;
    limit.rlim_cur = limit.rlim_max = (rlim_t)bytes;
    setrlimit(RLIMIT_DATA, &limit);
#else
    (void)bytes;
#endif
}

const char *port_crypt(const char *password, const char *setting)
{
    return crypt(password, setting);
}

/* Where the program lies: its first byte's address would be `base`, its code is before `end`. */
static uintptr_t program_base, program_end;

#if HAVE_PROGRAM_HEADER
static int find_program(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size, (void)context;
    program_base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && end > program_end)
            program_end = end;
    }
    return 1; /* the program itself comes first */
}
#endif

void port_instruction_init(void)
{
#if HAVE_PROGRAM_HEADER
    if (!program_end)
        dl_iterate_phdr(find_program, NULL);
#endif
}

uint64_t port_instruction(const void *context)
{
    uintptr_t at = 0;
#if REGISTERS_X86_64
    at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif REGISTERS_ARM64
    at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.pc;
#else
    (void)context;
#endif
    return at >= program_base && at < program_end ? at - program_base : at;
}

int port_forbidden_call(const siginfo_t *info)
{
#if HAVE_FORBIDDEN_CALL && defined si_syscall
    return info->si_syscall;
#else
    (void)info;
    return -1;
#endif
}

uint64_t port_libc(void)
{
    return C_LIBRARY;
}

int port_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (int)count;
}

int64_t port_process_time(pid_t pid)
{
#if HAVE_CPU_CLOCKS
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &used) == 0)
        return used.tv_sec * SECOND + used.tv_nsec;
#else
    (void)pid;
#endif
    return 0;
}

bool port_process_is_ready(pid_t pid)
{
#if HAVE_PROC
    char path[40], text[200];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end && name_end[1] == ' ' && (name_end[2] == 'R' || name_end[2] == 'D');
#else
    (void)pid;
    return false;
#endif
}

bool port_has_sha256(void)
{
#if HAVE_SHA256_X86
    unsigned a, b, c, d;
    /* Intel SDM volume 2, CPUID: SSSE3 and SSE4.1 in leaf 1, SHA in leaf 7. */
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 9) || !(c & 1u << 19))
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29;
#elif HAVE_SHA256_ARM && ON_LINUX
    return getauxval(AT_HWCAP) & HWCAP_SHA2;
#elif HAVE_SHA256_ARM && ON_FREEBSD
    unsigned long able = 0;
    return elf_aux_info(AT_HWCAP, &able, sizeof able) == 0 && able & HWCAP_SHA2;
#elif HAVE_SHA256_ARM && ON_MACOS
    return true;
#else
    return false;
#endif
}
