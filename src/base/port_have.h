/* What this system has beyond POSIX.1-2008: each HAVE_ is 1 or 0. The one place where systems, C libraries, compilers
 * and processors are told apart, but for the sandboxes, of which there is a file for each system. For port_*.c and
 * sha256_*.c alone.
 *
 * With PORT_PLAIN (make EXTRAS=off) the system has nothing: then what is done without each is what runs, and is tested.
 */
#ifndef FORKCHAT_BASE_PORT_HAVE_H
#define FORKCHAT_BASE_PORT_HAVE_H

#include <unistd.h>

/* ---- which system ---- */

#if defined __linux__ && !defined PORT_PLAIN
#define ON_LINUX 1
#else
#define ON_LINUX 0
#endif

#if (defined __FreeBSD__ || defined __OpenBSD__ || defined __NetBSD__) && !defined PORT_PLAIN
#define ON_BSD 1
#else
#define ON_BSD 0
#endif

#if defined __FreeBSD__ && !defined PORT_PLAIN
#define ON_FREEBSD 1
#else
#define ON_FREEBSD 0
#endif

#if defined __OpenBSD__ && !defined PORT_PLAIN
#define ON_OPENBSD 1
#else
#define ON_OPENBSD 0
#endif

#if defined __APPLE__ && !defined PORT_PLAIN
#define ON_MACOS 1
#else
#define ON_MACOS 0
#endif

/* ---- calls ---- */

#define HAVE_CLOSEFROM      ON_BSD
#define HAVE_CLOSE_RANGE    ON_LINUX /* by its number: C libraries have had it for a shorter time than kernels */
#define HAVE_PIPE2          (ON_LINUX || ON_BSD)
#define HAVE_MEMFD          ON_LINUX
#define HAVE_GETRANDOM      ON_LINUX
#define HAVE_PPOLL          (ON_LINUX || ON_FREEBSD || ON_OPENBSD)
#define HAVE_ACCEPT4        ON_LINUX
#define HAVE_FALLOCATE      (ON_LINUX || (ON_BSD && !ON_OPENBSD))
#define HAVE_WRITE_BACK     ON_LINUX                 /* sync_file_range(2) */
#define HAVE_LARGE_PAGES    ON_LINUX                 /* madvise(2), MADV_COLLAPSE */
#define HAVE_DUMP_ADVICE    (ON_LINUX || ON_FREEBSD) /* madvise(2) */
#define HAVE_PEERCRED       ON_LINUX
#define HAVE_GETPEEREID     (ON_BSD || ON_MACOS)
#define HAVE_SENDER         ON_LINUX /* SCM_CREDENTIALS */
#define HAVE_TCP_INFO       ON_LINUX
#define HAVE_TCP_KEEP       (ON_LINUX || ON_FREEBSD)         /* TCP_KEEPIDLE and its like */
#define HAVE_INTERFACES     (ON_LINUX || ON_BSD || ON_MACOS) /* getifaddrs(3) */
#define HAVE_PRCTL          ON_LINUX
#define HAVE_PROC           ON_LINUX /* proc(5) */
#define HAVE_PROGRAM_HEADER ON_LINUX /* dl_iterate_phdr(3) */
#define HAVE_FORBIDDEN_CALL ON_LINUX /* si_syscall of siginfo_t */

/* SO_REUSEPORT: with Linux, of one user's sockets alone. IP_MULTICAST_ALL: Linux hands a group to every socket of its
 * port otherwise. */
#define HAVE_SHARED_PORTS    (ON_LINUX || ON_BSD || ON_MACOS)
#define SHARES_FOR_LISTENERS ON_LINUX
#define HAVE_IP_MULTICAST    (ON_LINUX || ON_BSD || ON_MACOS) /* of IPv4: POSIX knows that of IPv6 */
#define HAVE_MULTICAST_ALL   ON_LINUX

/* A sem_clockwait(3). POSIX.1-2024 has waits by any clock, as glibc has had them before. musl turns the wall clock's
 * time into a span before it waits. */
#if defined PORT_PLAIN
#define HAVE_WAITS_BY_CLOCK 0
#elif defined __GLIBC__
#if __GLIBC_PREREQ(2, 30)
#define HAVE_WAITS_BY_CLOCK 1
#else
#define HAVE_WAITS_BY_CLOCK 0
#endif
#elif defined _POSIX_VERSION && _POSIX_VERSION >= 202405L && !defined __linux__
#define HAVE_WAITS_BY_CLOCK 1
#else
#define HAVE_WAITS_BY_CLOCK 0
#endif

#if defined _POSIX_CPUTIME && _POSIX_CPUTIME >= 0 && !defined PORT_PLAIN
#define HAVE_CPU_CLOCKS 1
#else
#define HAVE_CPU_CLOCKS 0
#endif

/* ---- which C library: locks in shared memory look another way in each ---- */

#if defined __GLIBC__
#define C_LIBRARY 1
#else
#define C_LIBRARY 2
#endif

/* ---- which processor ---- */

#if ON_LINUX && defined __x86_64__
#define REGISTERS_X86_64 1
#else
#define REGISTERS_X86_64 0
#endif

#if ON_LINUX && defined __aarch64__
#define REGISTERS_ARM64 1
#else
#define REGISTERS_ARM64 0
#endif

/* Instructions for SHA-256: compiled in, to be used where the processor has them. */
#if (defined __x86_64__ || defined __i386__) && defined __GNUC__ && !defined PORT_PLAIN
#define HAVE_SHA256_X86 1
#else
#define HAVE_SHA256_X86 0
#endif

/* Before version 16, clang's <arm_neon.h> declares them only if all of the program may use them. */
#if defined __aarch64__ && defined __ARM_NEON && !defined PORT_PLAIN &&                                                \
    (!defined __clang__ || defined __ARM_FEATURE_SHA2 || __clang_major__ >= 16)
#define HAVE_SHA256_ARM 1
#else
#define HAVE_SHA256_ARM 0
#endif
#if defined __clang__
#define TARGET_SHA256_ARM __attribute__((target("sha2")))
#else
#define TARGET_SHA256_ARM __attribute__((target("+crypto")))
#endif

/* ---- how it is built ---- */

/* Sanitizers make processes, and their memory is beyond any limit. */
#if defined SANITIZED
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

#endif
