/* What a worker must not do, done on its client's demand, for tests of the sandbox (t/61-sandbox.bats). Part of builds
 * with -DCRASHPOINTS alone: run by workers and control children where they have read something.
 *
 * A client whose bytes begin with "TRESPASS WHAT ARGUMENT" has the process that reads them try it. What came of it, if
 * the process lives on, is a line of the log. */
#define _GNU_SOURCE
#include "base/crashpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static long try_open(const char *path)
{
    char text[100] = "";
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
        log_info("trespass: opened %s", path);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
        log_info("trespass: read %s", text);
    return fd;
}

static long try_create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT, 0666);
}

static long try_exec(const char *path)
{
    return execl(path, path, (char *)NULL);
}

static long try_fork(const char *argument)
{
    (void)argument;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
}

static long try_connect(const char *port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(STDERR_FILENO, (struct sockaddr *)&to, sizeof to);
}

static long try_socket(const char *argument)
{
    (void)argument;
    return socket(AF_INET, SOCK_STREAM, 0);
}

static long try_unix(const char *argument)
{
    (void)argument;
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long try_kill(const char *pid)
{
    return kill(atoi(pid), SIGKILL);
}

static long try_tgkill(const char *pid)
{
    return syscall(SYS_tgkill, atol(pid), atol(pid), SIGKILL);
}

static long try_ptrace(const char *pid)
{
    return ptrace(PTRACE_SEIZE, (pid_t)atoi(pid), 0, 0);
}

static long try_mmap(const char *argument)
{
    (void)argument;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static long try_mprotect(const char *argument)
{
    (void)argument;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

/* Memory that no limit of a process's own counts. */
static long try_shared(const char *argument)
{
    (void)argument;
    void *pages = mmap(NULL, 200 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? -1 : (memset(pages, 1, 200 << 20), 0);
}

/* With a flag of mmap's that is no use to anybody here. */
static long try_mapflag(const char *flag)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (int)strtol(flag, NULL, 0), -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static long try_mremap(const char *argument)
{
    (void)argument;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mremap(page, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (char *)page + (1 << 20)) == MAP_FAILED ? -1 : 0;
}

static long try_madvise(const char *argument)
{
    (void)argument;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return madvise(page, 4096, MADV_MERGEABLE); /* which tells what others have in their memory */
}

/* A datagram to any socket of the system, as far as one of its own sends any: @ for a name that is no file's. */
static long try_sendmsg(const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    char bytes[] = "trespassing";
    struct iovec part = {bytes, sizeof bytes - 1};
    snprintf(to.sun_path, sizeof to.sun_path, "%.100s", name);
    if (to.sun_path[0] == '@')
        to.sun_path[0] = '\0';
    struct msghdr message = {.msg_name = &to,
                             .msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)),
                             .msg_iov = &part,
                             .msg_iovlen = 1};
    for (int fd = 3; fd < 64; fd++)
        sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    return 0;
}

/* Hands over each descriptor it has for another's place: PLACE:GENERATION. To a courier, which is where that goes. */
static long try_pass(const char *whose)
{
    uint32_t handover[2];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    struct iovec part = {handover, sizeof handover};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    if (sscanf(whose, "%" SCNu32 ":%" SCNu32, &handover[0], &handover[1]) != 2)
        return -1;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    for (int over = 3; over < 64; over++) {
        struct tcp_info info;
        if (getsockopt(over, IPPROTO_TCP, TCP_INFO, &info, &(socklen_t){sizeof info}) == 0)
            continue; /* the client, who is not to see this */
        for (int fd = 3; fd < 64; fd++) {
            memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
            if (sendmsg(over, &message, MSG_NOSIGNAL) < 0 && errno != EBADF)
                break; /* not the mailbox; EBADF: or not a descriptor to hand over */
        }
    }
    return 0;
}

/* What a path that must be empty tells when it is not. */
static long try_stat(const char *path)
{
    struct stat status;
#ifdef SYS_newfstatat
    if (syscall(SYS_newfstatat, AT_FDCWD, path, &status, AT_EMPTY_PATH))
        return -1;
    log_info("trespass: %s has %lld bytes", path, (long long)status.st_size);
    return 0;
#else
    errno = EACCES;
    return -1;
#endif
}

static long try_prctl(const char *argument)
{
    (void)argument;
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long try_ioctl(const char *argument)
{
    (void)argument;
    return ioctl(STDERR_FILENO, TIOCSTI, "x");
}

/* Locks are for those who are starting: ipc/liveness.h. */
static long try_setlk(const char *argument)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 100000, .l_len = 1};
    (void)argument;
    return fcntl(STDERR_FILENO, F_SETLK, &lock);
}

static long try_fcntl(const char *argument)
{
    (void)argument;
    return fcntl(STDERR_FILENO, F_SETOWN, 1);
}

static long try_limits(const char *argument)
{
    (void)argument;
    struct rlimit more = {100, 100};
    return setrlimit(RLIMIT_NPROC, &more);
}

static long try_unlink(const char *path)
{
    return unlink(path);
}

/* The numbers of x32, with which a filter is easily forgotten. */
static long try_x32(const char *argument)
{
    (void)argument;
    return syscall(0x40000000 + SYS_getppid);
}

/* Those of another architecture: 20 is getpid there, and writev, which is allowed, here. */
static long try_i386(const char *argument)
{
    (void)argument;
    long result = 20;
#ifdef __x86_64__
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "cc", "r8", "r9", "r10", "r11");
#else
    raise(SIGSYS); /* where there is no such thing */
#endif
    return result;
}

static void stay(int signal)
{
    (void)signal;
}

/* Wants to live on. */
static long try_survive(const char *path)
{
    struct sigaction action = {.sa_handler = stay};
    if (sigaction(SIGSYS, &action, NULL) == 0)
        log_info("trespass: SIGSYS is caught");
    return open(path, O_RDONLY);
}

/* The C library asks for a socket. */
static long try_syslog(const char *line)
{
    syslog(LOG_INFO, "%s", line);
    return 0;
}

/* ---- what is not forbidden, and must go well or fail with an error ---- */

static long try_abort(const char *argument)
{
    (void)argument;
    abort();
}

/* So many milliseconds of processor time. */
static long try_spin(const char *milliseconds)
{
    clock_t end = clock() + (clock_t)atol(milliseconds) * (CLOCKS_PER_SEC / 1000);
    while (clock() < end)
        ;
    return 0;
}

/* Asks for so many MiB, and uses them. */
static long try_memory(const char *megabytes)
{
    size_t size = (size_t)atol(megabytes) << 20;
    char *memory = malloc(size);
    if (!memory)
        return -1;
    memset(memory, 1, size);
    free(memory);
    return 0;
}

void trespass(const char *bytes, size_t length)
{
    static const struct {
        const char *name;
        long (*what)(const char *argument);
    } list[] = {
        {"open", try_open},       {"create", try_create},   {"exec", try_exec},         {"fork", try_fork},
        {"unlink", try_unlink},   {"connect", try_connect}, {"socket", try_socket},     {"unix", try_unix},
        {"kill", try_kill},       {"tgkill", try_tgkill},   {"ptrace", try_ptrace},     {"mmap", try_mmap},
        {"prctl", try_prctl},     {"ioctl", try_ioctl},     {"mprotect", try_mprotect}, {"fcntl", try_fcntl},
        {"setlk", try_setlk},     {"limits", try_limits},   {"x32", try_x32},           {"i386", try_i386},
        {"survive", try_survive}, {"shared", try_shared},   {"mapflag", try_mapflag},   {"mremap", try_mremap},
        {"madvise", try_madvise}, {"sendmsg", try_sendmsg}, {"pass", try_pass},         {"stat", try_stat},
        {"abort", try_abort},     {"syslog", try_syslog},   {"spin", try_spin},         {"memory", try_memory},
    };
    char line[500], name[20] = "", argument[400] = "";
    snprintf(line, sizeof line, "%.*s", (int)length, bytes);
    if (sscanf(line, "TRESPASS %19s %399s", name, argument) < 1)
        return;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (strcmp(list[i].name, name) == 0) {
            errno = 0;
            long result = list[i].what(argument);
            log_info("trespass: %s: %s", name, result < 0 ? strerror(errno) : "done");
        }
}
