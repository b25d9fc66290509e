/* Portability: the only place that knows which system this is. Everything beyond POSIX.1-2008 + XSI
 * that forkchat uses is here, and each has a fallback that is plain POSIX: of descriptors and the memory behind them in
 * port_fd.c, of processes in port_process.c, of sockets in port_socket.c. */
#ifndef FORKCHAT_BASE_PORT_H
#define FORKCHAT_BASE_PORT_H

#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

/* Takes over the memory behind argv and environ, so that port_title_set can show a process's job in
 * ps(1). Call once, first thing in main(). Copies the environment; exits with 71 if there is no memory. */
void port_title_init(int argc, char **argv);

/* Shows `format` as this process's command line in ps(1), cut to what the system has room for.
 * Does nothing before port_title_init. Never fails. */
void port_title_set(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A file in memory that only its descriptor names, close-on-exec. Returns it, or -1 and errno. memfd_create(2). */
int port_nameless_file(void);

/* Keeps only those variables of the environment whose names are in `names`, which ends with NULL; a name that ends in *
 * stands for all that begin so. After port_title_init. */
void port_keep_environment(const char *const *names);

/* Has every signal do what it does by itself, whatever the process was started with. Which are blocked stays. */
void port_reset_signals(void);

/* Closes every descriptor from `lowest` on. Never fails. close_range(2), closefrom(3). */
void port_close_from(int lowest);

/* Like accept(2), but the new descriptor is close-on-exec. Returns a descriptor, or -1 and errno. */
int port_accept(int listener, struct sockaddr *address, socklen_t *length);

/* Like socketpair(2) for AF_UNIX, both ends close-on-exec. Returns 0, or -1 and errno. */
int port_socketpair(int type, int ends[2]);

/* Has each message that comes by this Unix socket say which process sent it: in a control message, for which there must
 * be so much room. port_sender: its pid if it is that control message, else 0. Where the system cannot tell, it never
 * is. Returns 0, or -1 and errno. SO_PASSCRED in unix(7). */
#define PORT_SENDER_SPACE 64
int port_ask_sender(int socket);
struct cmsghdr;
pid_t port_sender(const struct cmsghdr *control);

/* Like pipe(2), both ends close-on-exec. Returns 0, or -1 and errno. */
int port_pipe(int ends[2]);

/* The same, and neither end ever blocks. */
int port_pipe_nonblocking(int ends[2]);

/* The user id of the process at the other end of a connected Unix socket. Returns 0 and sets *uid and
 * *gid, or -1 with ENOTSUP where the system cannot tell. */
int port_peer(int socket, uid_t *uid, gid_t *gid);

/* Fills `bytes` (at most 256) with unpredictable bytes. Returns 0, or -1 and errno. */
int port_random(void *bytes, size_t length);

/* For a process that is about to lose sight of all files: keeps open whatever port_random() needs. Returns 0, or -1 and
 * errno. */
int port_random_keep(void);

/* How many bytes have been written to the TCP socket since it was made, by all processes. Returns 0, or -1
 * with ENOTSUP where the system cannot tell. tcp_info in tcp(7). */
int port_tcp_written(int socket, uint64_t *bytes);

/* Asks TCP to find out whether an idle peer still lives: first probe after `idle` seconds, then `count`
 * probes `interval` seconds apart. Where only SO_KEEPALIVE exists the system's own times apply. */
void port_keepalive(int socket, int idle, int interval, int count);

/* For how many milliseconds the other end of a TCP socket has acknowledged nothing, though the system asked it more
 * than once: repeated data, or asked a closed window or a silent peer for a sign of life. 0 if it answers, or where
 * that cannot be known. A peer that does not read but lives answers. Does not block. */
int64_t port_tcp_unanswered(int socket);

/* Whether a TCP socket that poll(2) says is hung up was reset by the other end, be it after we shut it down; if only
 * we did, it is not over. True where that cannot be known. Does not block. */
bool port_tcp_is_over(int socket);

/* ppoll(2): waits for descriptors, for at most `most` (NULL: for ever), with `mask` in force meanwhile, so that a
 * signal that is blocked otherwise interrupts it without a race. */
int port_ppoll(struct pollfd *fds, int count, const struct timespec *most, const sigset_t *mask);

/* Like sem_timedwait(3), for so many milliseconds (at least 0), however the wall clock is
 * set meanwhile. Where the C library can only wait until a time of the wall clock and the system takes that at its
 * word, a wait during which it is set back lasts for so much longer. */
int port_semaphore_wait(sem_t *semaphore, int64_t milliseconds);

/* Whether this process, which has them blocked, was told to end: SIGTERM or SIGINT waits. sigpending(2). */
bool port_end_pending(void);

/* After fork: asks for `signal` when the parent dies, where the system can; false where it cannot. */
bool port_die_with_parent(int signal);

/* Becomes that user and group for good, without other groups. Returns 0, or -1 and errno. */
int port_become(uid_t uid, gid_t gid);

/* Sees the open directory as / from now on. Returns 0, or -1 and errno. */
int port_chroot(int directory);

/* Gives up every way to gain privileges by exec. Never fails; what the system lacks is skipped. */
void port_harden(void);

/* No more processes for this user from this process on, unless the user is root. Never fails; skipped where the system
 * has no such limit. */
void port_forbid_processes(void);

/* At most so many bytes of memory of its own for this process, from now on. Never fails; a lower limit stays. */
void port_limit_memory(int64_t bytes);

/* Keeps that memory, of whole pages, out of core dumps. Never fails; skipped where the system cannot. */
void port_hide_from_dumps(void *memory, size_t size);

/* The size of the terminal at `fd`. Returns 0, or -1 where it is none or does not say. */
int port_terminal_size(int fd, int *rows, int *columns);

/* Locks the open file `fd` so that the lock lives as long as any process that inherited the descriptor.
 * Never blocks: -1 with EWOULDBLOCK if others hold it. flock(2). */
int port_lock_family(int fd);

/* Has the file system set aside room for all of a new file's bytes, so that touching them in a mapping can never fail
 * later. May block for milliseconds. Returns 0, also where the system cannot do that, or -1 and errno (ENOSPC).
 * posix_fallocate(3). */
int port_set_aside(int fd, size_t size);

/* Maps the file shared, to read and write, and behind it a page of zeros that nobody can write to, so that a string
 * that has lost its end ends there and nowhere else. Returns the memory, to be given to port_unmap, or NULL and errno.
 */
void *port_map(int fd, size_t size);
void port_unmap(void *memory, size_t size);

/* Zeroed pages of this process alone, for what lives about as long as it does. A child that takes memory from malloc(3)
 * first copies what its parent's heap has of lists; these cost as many pages as are touched. Returns NULL and errno
 * (ENOMEM). free: of the same size; NULL is nothing. mmap(2). */
void *port_pages(size_t size);
void port_free_pages(void *memory, size_t size);

/* Asks for the new file behind a mapping of port_map to lie in large pages, of which every process that maps it later
 * needs far fewer entries in its page tables, and meets far fewer faults. To be called before port_set_aside, which
 * finds little left to do then. Blocks for about a quarter of a second for each gigabyte. A system that cannot do that
 * (Linux before 6.1) is left alone. madvise(2), MADV_COLLAPSE. */
void port_map_large(int fd, void *memory, size_t size);

/* crypt(3), wherever this system declares it. The result is static; NULL and errno for a method that the
 * system does not know. Takes milliseconds to seconds, as the method demands. */
const char *port_crypt(const char *password, const char *setting);

/* For handlers, which get `context` as their third argument: where the interrupted instruction is, counted from the
 * start of the program's file as addr2line(1) wants it, or, in a library, its address; 0 where the system does not
 * tell. port_instruction_init comes first, and not in a handler; after a fork it need not look again. */
void port_instruction_init(void);
uint64_t port_instruction(const void *context);

/* For handlers of SIGSYS: the number of the system call that was refused, or -1 where the system does not tell. */
int port_forbidden_call(const siginfo_t *info);

/* Which C library this is: the same number for programs whose locks in shared memory look the same. */
uint64_t port_libc(void);

/* Has the system begin to write those bytes of a file to its disk, and does not wait for it. Skipped where the system
 * has no such call. sync_file_range(2). */
void port_write_back(int fd, int64_t from, int64_t length);

/* Whether the processor has the instructions for SHA-256 that sha256_x86.c and sha256_arm.c use. Signal-safe. */
bool port_has_sha256(void);

/* The number of processors online, at least 1. */
int port_processors(void);

/* Nanoseconds of processor time that another process has used; 0 where the system does not tell.
 * clock_getcpuclockid(3). */
int64_t port_process_time(pid_t pid);

/* Whether another process runs, or waits for nothing but a processor or a disk: it gets on as soon as it may. False
 * where the system does not tell. proc_pid_stat(5). */
bool port_process_is_ready(pid_t pid);

/* How much there is of something, and how much of it is taken; most -1: there is no limit, or it is not known. */
struct port_room {
    int64_t most, used;
};

/* Where shm_open(3) keeps its files on systems that have a place for that. */
#define PORT_SHARED_FOLDER "/dev/shm"

/* What a process and those it makes have room for. */
struct port_host {
    int64_t descriptors;              /* of one process: the hard limit; -1: none, or not known */
    struct port_room processes;       /* of its user, threads included; without limit for root */
    struct port_room numbers;         /* pids of the whole system */
    struct port_room threads;         /* of the whole system */
    struct port_room group_processes; /* of the control groups it is in, that with least room */
    struct port_room group_memory;    /* the same, bytes */
    struct port_room memory;          /* bytes; what can be had without swapping is not taken */
    struct port_room shared;          /* bytes of PORT_SHARED_FOLDER */
    struct port_room files;           /* open in the whole system */
    int64_t children;                 /* of that process */
};

/* Looks at all of that for one process: its limits and groups are its own. Reads /proc, which takes a tenth of a second
 * where there are 10,000 processes. Never fails. proc(5), cgroups(7). */
void port_host(pid_t pid, struct port_host *host);

/* A number that the system's administrator can set, as sysctl(8) names it: "kernel.pid_max". -1 where the system has no
 * such thing, or it is no number. */
int64_t port_sysctl(const char *name);

/* Whether something keeps the wall clock right: 1, 0, or -1 where the system does not tell. adjtimex(2). */
int port_clock_is_synchronised(void);

/* Who listens at the TCP port of that address, there or at all addresses: a pid, with the name of its program in
 * `program`; 0 if it is not for this user to know who; -1 with errno ENOENT if nobody does, ENOTSUP where the system
 * cannot tell. */
pid_t port_listener(const struct sockaddr *address, char *program, size_t size);

/* One address of one network interface. */
struct port_interface {
    char name[32];
    unsigned index;
    bool up, loopback, multicast;
    struct sockaddr_storage address;
    socklen_t length;
};

/* Fills `list` with up to `size` addresses of `family` that the interfaces have. Returns how many, or -1 and
 * errno (ENOTSUP where the system cannot tell). */
int port_interfaces(int family, struct port_interface *list, int size);

/* Joins the multicast group on that interface, and hears it from no other. Returns 0, or -1 and errno
 * (ENOTSUP for IPv4 where there is only POSIX, which knows multicast for IPv6 alone). */
int port_multicast_join(int socket, const struct sockaddr *group, const struct port_interface *on);

/* What the socket sends to groups leaves by that interface, crosses at most `ttl` - 1 routers, and is heard
 * on this machine too. Returns 0, or -1 and errno. */
int port_multicast_from(int socket, const struct port_interface *by, int ttl);

/* Lets TCP sockets of this user, for which this is on, listen on one port at addresses that overlap, or no longer.
 * Never fails; nothing changes where the system has no such thing. */
void port_share_port(int socket, bool on);

/* Lets several sockets bind one UDP address. Returns 0, or -1 and errno. */
int port_share_address(int socket);

#endif
