/* Portability. Used by every process; writes no shared memory. The only file with #ifdefs for systems. */
#define _GNU_SOURCE
#include "clock.h"
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#if defined __linux__ || defined __FreeBSD__ || defined __OpenBSD__ || defined __NetBSD__ || defined __APPLE__
#define HAVE_IFADDRS 1
#include <ifaddrs.h>
#include <net/if.h>
#endif

#ifdef __linux__
#include <link.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <ucontext.h>
#endif

#if (defined __x86_64__ || defined __i386__) && defined __GNUC__
#include <cpuid.h>
#elif defined __aarch64__ && (defined __linux__ || defined __FreeBSD__)
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

void port_close_from(int lowest)
{
#if defined __FreeBSD__ || defined __OpenBSD__ || defined __NetBSD__
    closefrom(lowest);
#else
#if defined __linux__ && defined SYS_close_range
    if (syscall(SYS_close_range, (unsigned)lowest, ~0u, 0u) == 0)
        return;
#endif
    struct rlimit limit;
    int end = getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max > 1 << 20 ? 1 << 20 : (int)limit.rlim_max;
    for (int fd = lowest; fd < end; fd++)
        close(fd);
#endif
}

static int set_cloexec(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int port_accept(int listener, struct sockaddr *address, socklen_t *length)
{
#ifdef __linux__
    return accept4(listener, address, length, SOCK_CLOEXEC);
#else
    int fd = accept(listener, address, length);
    if (fd >= 0)
        set_cloexec(fd);
    return fd;
#endif
}

int port_socketpair(int type, int ends[2])
{
    if (socketpair(AF_UNIX, type, 0, ends))
        return -1;
    return set_cloexec(ends[0]) || set_cloexec(ends[1]) ? -1 : 0;
}

int port_ask_sender(int socket)
{
#ifdef SO_PASSCRED
    int on = 1;
    return setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
#else
    (void)socket;
    return 0;
#endif
}

pid_t port_sender(const struct cmsghdr *control)
{
#if defined SO_PASSCRED && defined SCM_CREDENTIALS
    struct ucred sender;
    _Static_assert(CMSG_SPACE(sizeof sender) <= PORT_SENDER_SPACE, "there is room for it");
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_CREDENTIALS &&
        control->cmsg_len >= CMSG_LEN(sizeof sender)) {
        memcpy(&sender, CMSG_DATA(control), sizeof sender);
        return sender.pid;
    }
#else
    (void)control;
#endif
    return 0;
}

int port_pipe(int ends[2])
{
    if (pipe(ends))
        return -1;
    return set_cloexec(ends[0]) || set_cloexec(ends[1]) ? -1 : 0;
}

int port_pipe_nonblocking(int ends[2])
{
#if defined __linux__ || defined __FreeBSD__ || defined __OpenBSD__ || defined __NetBSD__
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
#else
    return port_pipe(ends) || fcntl(ends[0], F_SETFL, O_NONBLOCK) || fcntl(ends[1], F_SETFL, O_NONBLOCK) ? -1 : 0;
#endif
}

int port_nameless_file(void)
{
#if defined __linux__ && defined SYS_memfd_create
    int memory = (int)syscall(SYS_memfd_create, "forkchat", 1u /* MFD_CLOEXEC */);
    if (memory >= 0)
        return memory;
#endif
    /* Under a name that nobody can guess, and so make first. */
    unsigned long long number;
    char name[40];
    if (port_random(&number, sizeof number))
        return -1;
    snprintf(name, sizeof name, "/forkchat-%016llx", number);
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) {
        shm_unlink(name);
        set_cloexec(fd);
    }
    return fd;
}

int port_peer(int socket, uid_t *uid, gid_t *gid)
{
#if defined __linux__
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length))
        return -1;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
#elif defined __FreeBSD__ || defined __OpenBSD__ || defined __NetBSD__ || defined __APPLE__
    return getpeereid(socket, uid, gid);
#else
    (void)socket, (void)uid, (void)gid;
    errno = ENOTSUP;
    return -1;
#endif
}

int port_random(void *bytes, size_t length)
{
#ifdef __linux__
    if (getrandom(bytes, length, 0) == (ssize_t)length)
        return 0;
#endif
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, bytes, length);
    close(fd);
    if (got == (ssize_t)length)
        return 0;
    errno = EIO;
    return -1;
}

void port_keepalive(int socket, int idle, int interval, int count)
{
    int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_KEEPIDLE
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
#else
    (void)idle, (void)interval, (void)count;
#endif
}

int64_t port_tcp_unanswered(int socket)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length))
        return 0;
    /* Both counts begin anew with an acknowledgement. */
    return info.tcpi_retransmits >= 2 || info.tcpi_probes >= 2 ? (int64_t)info.tcpi_last_ack_recv : 0;
#else
    (void)socket;
    return 0;
#endif
}

bool port_tcp_is_over(int socket)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t length = sizeof info;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) || info.tcpi_state == TCP_CLOSE;
#else
    (void)socket;
    return true;
#endif
}

int port_ppoll(struct pollfd *fds, int count, const struct timespec *most, const sigset_t *mask)
{
#if defined __linux__ || defined __FreeBSD__ || defined __OpenBSD__
    return ppoll(fds, (nfds_t)count, most, mask);
#else
    fd_set in, out;
    int highest = -1;
    FD_ZERO(&in);
    FD_ZERO(&out);
    for (int i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd < 0)
            continue;
        if (fds[i].events & POLLIN)
            FD_SET(fds[i].fd, &in);
        if (fds[i].events & POLLOUT)
            FD_SET(fds[i].fd, &out);
        if (fds[i].fd > highest)
            highest = fds[i].fd;
    }
    int ready = pselect(highest + 1, &in, &out, NULL, most, mask);
    for (int i = 0; ready > 0 && i < count; i++)
        if (fds[i].fd >= 0)
            fds[i].revents =
                (short)((FD_ISSET(fds[i].fd, &in) ? POLLIN : 0) | (FD_ISSET(fds[i].fd, &out) ? POLLOUT : 0));
    return ready;
#endif
}

int port_tcp_written(int socket, uint64_t *bytes)
{
#ifdef __linux__
    /* Where the fields of struct tcp_info are in <linux/tcp.h> since Linux 4.19; C libraries' own headers are
     * behind. What was sent for the first time, and what waits to be. */
    enum { NOT_SENT = 144, SENT = 200, SENT_AGAIN = 208, NEEDED = 216 };
    unsigned char info[NEEDED];
    socklen_t length = sizeof info;
    uint64_t sent, again;
    uint32_t waiting;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info, &length) || length < NEEDED) {
        errno = ENOTSUP;
        return -1;
    }
    memcpy(&waiting, info + NOT_SENT, sizeof waiting);
    memcpy(&sent, info + SENT, sizeof sent);
    memcpy(&again, info + SENT_AGAIN, sizeof again);
    *bytes = sent - again + waiting;
    return 0;
#else
    (void)socket, (void)bytes;
    errno = ENOTSUP;
    return -1;
#endif
}

/* POSIX.1-2024 has waits by any clock, as glibc has had them before. musl turns the wall clock's time into a span before it
 * waits. */
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 30)
#define WAITS_BY_CLOCK 1
#endif
#elif defined _POSIX_VERSION && _POSIX_VERSION >= 202405L && !defined __linux__
#define WAITS_BY_CLOCK 1
#endif
#ifdef WAITS_BY_CLOCK
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
#ifdef WAITS_BY_CLOCK
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
#ifdef __linux__
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
#ifdef __linux__
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

void port_forbid_processes(void)
{
#if defined RLIMIT_NPROC && !defined SANITIZED /* LeakSanitizer makes a process */
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NPROC, &none);
#endif
}

void port_limit_memory(int64_t bytes)
{
#ifndef SANITIZED /* whose own memory is far beyond any limit */
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) || (limit.rlim_max != RLIM_INFINITY && limit.rlim_max <= (rlim_t)bytes))
        return;
    limit.rlim_cur = limit.rlim_max = (rlim_t)bytes;
    setrlimit(RLIMIT_DATA, &limit);
#else
    (void)bytes;
#endif
}

void port_hide_from_dumps(void *memory, size_t size)
{
#if defined MADV_DONTDUMP
    madvise(memory, size, MADV_DONTDUMP);
#elif defined MADV_NOCORE
    madvise(memory, size, MADV_NOCORE);
#else
    (void)memory, (void)size;
#endif
}

int port_terminal_size(int fd, int *rows, int *columns)
{
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        *rows = size.ws_row;
        *columns = size.ws_col;
        return 0;
    }
#else
    (void)fd, (void)rows, (void)columns;
#endif
    return -1;
}

int port_lock_family(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB);
}

static size_t with_zeros(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page + page;
}

void *port_map(int fd, size_t size)
{
    /* All of it is zeros first; the file then takes the place of those before the last page. */
    void *memory = mmap(NULL, with_zeros(size), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (mmap(memory, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED)
        return memory;
    int error = errno;
    munmap(memory, with_zeros(size));
    errno = error;
    return NULL;
}

void port_unmap(void *memory, size_t size)
{
    munmap(memory, with_zeros(size));
}

const char *port_crypt(const char *password, const char *setting)
{
    return crypt(password, setting);
}

int port_set_aside(int fd, size_t size)
{
#if defined __linux__ || defined __FreeBSD__ || defined __NetBSD__
    int error;
    do
        error = posix_fallocate(fd, 0, (off_t)size);
    while (error == EINTR);
    if (error && error != EINVAL && error != EOPNOTSUPP && error != ENODEV) {
        errno = error;
        return -1;
    }
#else
    (void)fd, (void)size;
#endif
    return 0;
}

/* Where the program lies: its first byte's address would be `base`, its code is before `end`. */
static uintptr_t program_base, program_end;

#ifdef __linux__
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
#ifdef __linux__
    dl_iterate_phdr(find_program, NULL);
#endif
}

uint64_t port_instruction(const void *context)
{
    uintptr_t at = 0;
#if defined __linux__ && defined __x86_64__
    at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined __linux__ && defined __aarch64__
    at = (uintptr_t)((const ucontext_t *)context)->uc_mcontext.pc;
#else
    (void)context;
#endif
    return at >= program_base && at < program_end ? at - program_base : at;
}

int port_forbidden_call(const siginfo_t *info)
{
#if defined __linux__ && defined si_syscall
    return info->si_syscall;
#else
    (void)info;
    return -1;
#endif
}

uint64_t port_libc(void)
{
#ifdef __GLIBC__
    return 1;
#else
    return 2;
#endif
}

int port_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (int)count;
}

int64_t port_process_time(pid_t pid)
{
#if defined _POSIX_CPUTIME && _POSIX_CPUTIME >= 0
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
#ifdef __linux__
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

void port_write_back(int fd, int64_t from, int64_t length)
{
#ifdef __linux__
    if (sync_file_range(fd, from, length, SYNC_FILE_RANGE_WRITE))
        return; /* a disk that cannot do that has it written later */
#else
    (void)fd, (void)from, (void)length;
#endif
}

bool port_has_sha256(void)
{
#if (defined __x86_64__ || defined __i386__) && defined __GNUC__
    unsigned a, b, c, d;
    /* Intel SDM volume 2, CPUID: SSSE3 and SSE4.1 in leaf 1, SHA in leaf 7. */
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 9) || !(c & 1u << 19))
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29;
#elif defined __aarch64__ && defined __linux__
    return getauxval(AT_HWCAP) & HWCAP_SHA2;
#elif defined __aarch64__ && defined __FreeBSD__
    unsigned long able = 0;
    return elf_aux_info(AT_HWCAP, &able, sizeof able) == 0 && able & HWCAP_SHA2;
#elif defined __aarch64__ && defined __APPLE__
    return true;
#else
    return false;
#endif
}

int port_interfaces(int family, struct port_interface *list, int size)
{
#ifdef HAVE_IFADDRS
    struct ifaddrs *all;
    if (getifaddrs(&all))
        return -1;
    int count = 0;
    for (const struct ifaddrs *one = all; one && count < size; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != family)
            continue;
        struct port_interface *entry = &list[count++];
        memset(entry, 0, sizeof *entry);
        snprintf(entry->name, sizeof entry->name, "%s", one->ifa_name);
        entry->index = if_nametoindex(one->ifa_name);
        entry->up = one->ifa_flags & IFF_UP;
        entry->loopback = one->ifa_flags & IFF_LOOPBACK;
        entry->multicast = one->ifa_flags & IFF_MULTICAST;
        entry->length = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        memcpy(&entry->address, one->ifa_addr, entry->length);
    }
    freeifaddrs(all);
    return count;
#else
    (void)family, (void)list, (void)size;
    errno = ENOTSUP;
    return -1;
#endif
}

int port_multicast_join(int socket, const struct sockaddr *group, const struct port_interface *on)
{
    if (group->sa_family == AF_INET6) {
        struct ipv6_mreq request = {.ipv6mr_interface = on->index};
        memcpy(&request.ipv6mr_multiaddr, &((const struct sockaddr_in6 *)group)->sin6_addr,
               sizeof request.ipv6mr_multiaddr);
        return setsockopt(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request);
    }
#ifdef IP_ADD_MEMBERSHIP
    struct ip_mreq request = {.imr_multiaddr = ((const struct sockaddr_in *)group)->sin_addr,
                              .imr_interface = ((const struct sockaddr_in *)&on->address)->sin_addr};
#ifdef IP_MULTICAST_ALL
    /* Linux hands a group to every socket of its port, whichever interface another program joined it on. */
    int off = 0;
    if (setsockopt(socket, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off))
        return -1;
#endif
    return setsockopt(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
#else
    errno = ENOTSUP;
    return -1;
#endif
}

int port_multicast_from(int socket, const struct port_interface *by, int ttl)
{
    if (by->address.ss_family == AF_INET6) {
        unsigned on = 1;
        return setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &by->index, sizeof by->index) ||
                       setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof ttl) ||
                       setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &on, sizeof on)
                   ? -1
                   : 0;
    }
#ifdef IP_MULTICAST_IF
    struct in_addr from = ((const struct sockaddr_in *)&by->address)->sin_addr;
    unsigned char hops = (unsigned char)ttl, on = 1;
    return setsockopt(socket, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof from) ||
                   setsockopt(socket, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops) ||
                   setsockopt(socket, IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on)
               ? -1
               : 0;
#else
    (void)ttl;
    errno = ENOTSUP;
    return -1;
#endif
}

void port_share_port(int socket, bool on)
{
#ifdef SO_REUSEPORT
    int value = on;
    setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
#else
    (void)socket, (void)on;
#endif
}

int port_share_address(int socket)
{
    int on = 1;
#if defined SO_REUSEPORT && !defined __linux__
    /* BSD shares multicast ports by this option; Linux by SO_REUSEADDR, its SO_REUSEPORT spreads load. */
    if (setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on))
        return -1;
#endif
    return setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}
