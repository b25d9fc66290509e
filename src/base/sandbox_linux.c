/* The sandbox of Linux: a filter of system calls, seccomp(2). Workers, couriers and control children; writes no
 * shared memory.
 *
 * The rules below are all a process may do. Of those for one call the first, from the top, that fits its arguments says
 * what becomes of it. What fits none ends the process with SIGSYS, whose handler, if there was one before, learns the
 * call's number. The kernel runs all that before anything of the call, and answers from a table where no argument
 * matters. It makes that table when a process is shut in, by trying every number of a call there can be: so the program
 * is a tree in which each is found by a few steps (a list of the same rules took as long as all else of the sandbox).
 *
 * Arguments are compared in their lower half. That is all of an int; of a flag word it is the half with the flags that
 * matter here.
 *
 * Some calls are there for C libraries other than the one at hand: each has its own way to sleep, to end, to ask for
 * memory. Calls that not every architecture has are the reason for #ifdef here. x86-64's second face, x32, has numbers
 * of its own, which fit no rule; and calls of another architecture (int 0x80) do not get as far as the rules.
 *
 * A new call of a worker or courier needs a row, and a reason; where it does more than one thing (fcntl, ioctl, socket)
 * the row says which. Before a row is taken away: what do fork, malloc, abort and sem_wait of glibc and of musl call?
 * t/61-sandbox.bats shows what must stay refused, the whole suite that all else goes on. valgrind has calls of its own;
 * t/27 turns the sandbox off. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "log.h"

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0 /* its numbers and their arguments are not known to fit the rules: no sandbox */
#endif

#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOWER_HALF 0
#else
#define LOWER_HALF 4
#endif

/* Since Linux 4.14; before, the same bits end the thread, which here is the same. */
#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#endif

/* Whether so much of an argument is so. */
struct condition {
    unsigned argument;
    uint32_t mask, value; /* mask 0: whatever it is */
};

struct rule {
    int call;
    unsigned roles;  /* a bit for each */
    uint32_t action; /* without conditions always ALLOW */
    struct condition conditions[2];
};

#define WORKER  (1u << SANDBOX_WORKER)
#define COURIER (1u << SANDBOX_COURIER)
#define CONTROL (1u << SANDBOX_CONTROL)
#define KEEPER  (1u << SANDBOX_KEEPER)
#define COLLECT (1u << SANDBOX_COLLECTOR)
#define ARCHIVE (1u << SANDBOX_ARCHIVIST)
#define ALL     (WORKER | COURIER | CONTROL | KEEPER | COLLECT | ARCHIVE)

#define ALLOW       SECCOMP_RET_ALLOW
#define FAIL(error) (SECCOMP_RET_ERRNO | (error))

/* clang-format off */
#define IS(argument, value)       {argument, UINT32_MAX, value}
#define HAS(argument, bits)       {argument, bits, bits}
#define HAS_NOT(argument, bits)   {argument, bits, 0}
#define BUT(argument, bits, value) {argument, ~(uint32_t)(bits), value} /* IS, whatever these bits are */
/* clang-format on */

/* A condition's value that stands for the process's own id, which is not known before there is one. */
#define SELF UINT32_MAX

#define RULES     128 /* at most, in both lists together */
#define PROGRAM   (RULES * 13 + 4)
#define FUTEX_HOW (FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)
#define MAP_HOW   (MAP_NORESERVE | MAP_STACK | MAP_FIXED)

struct program {
    struct sock_filter steps[PROGRAM];
    bool decides[PROGRAM]; /* the step: if it holds, the call may be made, else not */
    unsigned length;
    unsigned selves[8]; /* the steps that compare with SELF */
    unsigned self_count;
};

static struct program programs[SANDBOX_ROLES];

static unsigned add_step(struct program *program, unsigned short code, uint32_t operand, unsigned char yes,
                         unsigned char no)
{
    program->steps[program->length] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = operand};
    return program->length++;
}

static void add_load(struct program *program, size_t offset)
{
    add_step(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static unsigned char steps_of(const struct condition *condition)
{
    return condition->mask == 0 ? 0 : condition->mask == UINT32_MAX ? 2 : 3;
}

/* Each condition that does not hold leads behind the rule. */
static void add_rule(struct program *program, const struct rule *rule)
{
    unsigned char rest = steps_of(&rule->conditions[0]) + steps_of(&rule->conditions[1]) + 1;
    for (int i = 0; i < 2; i++) {
        const struct condition *condition = &rule->conditions[i];
        if (condition->mask == 0)
            continue;
        rest -= steps_of(condition);
        add_load(program, offsetof(struct seccomp_data, args) + condition->argument * sizeof(uint64_t) + LOWER_HALF);
        if (condition->mask != UINT32_MAX)
            add_step(program, BPF_ALU | BPF_AND | BPF_K, condition->mask, 0, 0);
        unsigned at = add_step(program, BPF_JMP | BPF_JEQ | BPF_K, condition->value, 0, rest);
        if (condition->value == SELF && condition->mask == UINT32_MAX)
            program->selves[program->self_count++] = at;
    }
    add_step(program, BPF_RET | BPF_K, rule->action, 0, 0);
}

/* A jump from a step to the end of the program as it is now: no further than a byte can say. */
static unsigned char jump_from(const struct program *program, unsigned step)
{
    if (program->length - step - 1 > UINT8_MAX)
        bug("the sandbox has %u steps, of which one is too far from the end", program->length);
    return (unsigned char)(program->length - step - 1);
}

/* All rules of one call. Its number is loaded. */
static void add_call(struct program *program, const struct rule *const *rules, size_t count)
{
    unsigned at = add_step(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rules[0]->call, 0, 0);
    if (rules[0]->conditions[0].mask == 0) {
        program->decides[at] = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        add_rule(program, rules[i]);
    program->steps[at].jf = jump_from(program, at);
    add_step(program, BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
}

/* The rules, which are in the order of their calls: a step for each time that they are halved. */
static void add_tree(struct program *program, const struct rule *const *rules, size_t count)
{
    size_t half = count / 2;
    while (half > 0 && rules[half]->call == rules[half - 1]->call)
        half--;
    if (half == 0)
        while (half < count && rules[half]->call == rules[0]->call)
            half++;
    if (half == count) {
        add_call(program, rules, count);
        return;
    }
    unsigned at = add_step(program, BPF_JMP | BPF_JGE | BPF_K, (uint32_t)rules[half]->call, 0, 0);
    add_tree(program, rules, half);
    program->steps[at].jt = jump_from(program, at);
    add_tree(program, rules + half, count - half);
}

/* Behind all else: where those lead that decide. */
static void add_ends(struct program *program)
{
    unsigned last = program->length;
    for (unsigned at = 0; at < last; at++)
        if (program->decides[at])
            program->steps[at].jt = jump_from(program, at);
    add_step(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    for (unsigned at = 0; at < last; at++)
        if (program->decides[at])
            program->steps[at].jf = jump_from(program, at);
    add_step(program, BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
}

/* Adds those rules that the role has to the `count` that there are, in the order of their calls, and behind others of
 * the same call. Returns how many there are then. */
static size_t sort_rules(const struct rule **sorted, size_t count, const struct rule *rules, size_t more, unsigned role)
{
    for (size_t i = 0; i < more; i++) {
        if (!(rules[i].roles & role))
            continue;
        size_t at = count++;
        for (; at > 0 && sorted[at - 1]->call > rules[i].call; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &rules[i];
    }
    return count;
}

/* clang-format off */
static size_t find_rules(const struct rule **sorted, unsigned role)
{
    static const struct rule rules[] = {
        /* What every line costs. */
        {__NR_recvfrom, WORKER | CONTROL | ARCHIVE, ALLOW, {{0}}},
        /* MSG_FASTOPEN is a way to connect. No process has a socket of datagrams, which could be sent to anybody:
         * inherited_make. */
        {__NR_sendmsg, WORKER | COURIER | CONTROL, ALLOW, {HAS_NOT(2, MSG_FASTOPEN)}},
        {__NR_sendto, CONTROL | COLLECT, ALLOW, {HAS_NOT(3, MSG_FASTOPEN), IS(5, 0)}},
        {__NR_recvmsg, COURIER | KEEPER | ARCHIVE, ALLOW, {{0}}},
        {__NR_ppoll, WORKER | CONTROL | KEEPER | ARCHIVE, ALLOW, {{0}}},
        {__NR_futex, ALL, ALLOW, {BUT(1, FUTEX_HOW, FUTEX_WAKE)}},
        {__NR_futex, ALL, ALLOW, {BUT(1, FUTEX_HOW, FUTEX_WAIT)}},
        {__NR_futex, ALL, ALLOW, {BUT(1, FUTEX_HOW, FUTEX_WAIT_BITSET)}},
        {__NR_write, ALL, ALLOW, {{0}}},
        /* Descriptors it has. */
        {__NR_writev, ALL, ALLOW, {{0}}},
        {__NR_read, WORKER | CONTROL, ALLOW, {{0}}},
        {__NR_pipe2, WORKER | CONTROL, ALLOW, {IS(1, O_CLOEXEC | O_NONBLOCK)}}, /* for an answer of a service: call_ask */
        {__NR_accept4, COURIER, ALLOW, {{0}}}, /* the next supervisor, after the death of one */
        {__NR_close, ALL, ALLOW, {{0}}},
        {__NR_shutdown, ALL, ALLOW, {{0}}},
        {__NR_getsockopt, WORKER | COURIER, ALLOW, {IS(1, IPPROTO_TCP), IS(2, TCP_INFO)}},
        {__NR_setsockopt, COURIER, ALLOW, {IS(1, SOL_SOCKET), IS(2, SO_LINGER)}},
        {__NR_fcntl, ALL, ALLOW, {IS(1, F_GETLK)}}, /* who lives in a slot: ipc/liveness.h. To lock another's is not for them */
        {__NR_fcntl, COURIER, ALLOW, {IS(1, F_SETFD)}},
        {__NR_fcntl, CONTROL | KEEPER | ARCHIVE, ALLOW, {IS(1, F_GETFL)}},
        {__NR_fcntl, KEEPER | ARCHIVE, ALLOW, {IS(1, F_SETFD)}},
        {__NR_fcntl, CONTROL, ALLOW, {IS(1, F_SETFL), HAS_NOT(2, O_ASYNC)}},
        {__NR_ioctl, CONTROL, ALLOW, {IS(1, TIOCGWINSZ)}},
        {__NR_fstat, ALL, ALLOW, {{0}}},
        /* Files are made anew and renamed; none that is there is opened: fd_replace_file_at. */
        {__NR_openat, KEEPER, ALLOW, {HAS(2, O_CREAT | O_EXCL)}},
        {__NR_unlinkat, KEEPER | ARCHIVE, ALLOW, {IS(2, 0)}},
#ifdef __NR_renameat
        {__NR_renameat, KEEPER, ALLOW, {{0}}},
#endif
        {__NR_renameat2, KEEPER, ALLOW, {IS(4, 0)}},
        {__NR_fsync, KEEPER | ARCHIVE, ALLOW, {{0}}},
        /* The files of the history. Which folder they are in is told by the root alone: confine_to in archivist.c. */
        {__NR_openat, ARCHIVE, ALLOW, {HAS(2, O_CLOEXEC)}},
        {__NR_pread64, ARCHIVE, ALLOW, {{0}}},
        {__NR_pwrite64, ARCHIVE, ALLOW, {{0}}},
        {__NR_ftruncate, ARCHIVE, ALLOW, {{0}}},
        {__NR_fdatasync, ARCHIVE, ALLOW, {{0}}},
        {__NR_getdents64, ARCHIVE, ALLOW, {{0}}},
#if !defined SANITIZED && defined __NR_newfstatat
        /* A service looks at what it is to write its answer to: ipc/call.c. */
        {__NR_newfstatat, KEEPER | ARCHIVE, ALLOW, {HAS(3, AT_EMPTY_PATH)}},
        /* fstat(3) of some versions of glibc, which stdio can do without. The path need not be empty for it, and would
         * tell of any file. */
        {__NR_newfstatat, ALL, FAIL(EACCES), {HAS(3, AT_EMPTY_PATH)}},
#endif
        /* The log is on standard error, which may have to be another (log_set_spare), or in the pipe of calls. */
#ifdef __NR_dup2
        {__NR_dup2, ALL, ALLOW, {IS(1, STDERR_FILENO)}},
#else
        {__NR_dup3, ALL, ALLOW, {IS(1, STDERR_FILENO)}},
#endif
        /* Memory, none of it executable, and all of it counted: RLIMIT_DATA does not count what is shared, nor page tables.
         * From nothing (a size of 0) mremap makes one more of a mapping that is shared. */
        {__NR_brk, ALL, ALLOW, {{0}}},
        {__NR_mmap, ALL, ALLOW, {HAS_NOT(2, PROT_EXEC), BUT(3, MAP_HOW, MAP_PRIVATE | MAP_ANONYMOUS)}},
        {__NR_mprotect, ALL, ALLOW, {HAS_NOT(2, PROT_EXEC)}},
        {__NR_munmap, ALL, ALLOW, {{0}}},
        {__NR_mremap, ALL, FAIL(ENOMEM), {IS(1, 0)}},
        {__NR_mremap, ALL, ALLOW, {IS(3, MREMAP_MAYMOVE)}},
        {__NR_madvise, ALL, ALLOW, {IS(2, MADV_DONTNEED)}},
        {__NR_madvise, ALL, ALLOW, {IS(2, MADV_FREE)}},
        {__NR_madvise, ALL, ALLOW, {IS(2, MADV_HUGEPAGE)}}, /* of glibc, if it is told to */
        /* Time, where the kernel's page for it (vdso) cannot tell; and sleep. */
        {__NR_clock_gettime, ALL, ALLOW, {{0}}},
        {__NR_gettimeofday, ALL, ALLOW, {{0}}},
#ifdef __NR_time
        {__NR_time, ALL, ALLOW, {{0}}},
#endif
        {__NR_clock_nanosleep, ALL, ALLOW, {{0}}},
        {__NR_nanosleep, ALL, ALLOW, {{0}}},
        {__NR_restart_syscall, ALL, ALLOW, {{0}}},
        {__NR_sched_yield, ALL, ALLOW, {{0}}},
        /* Signals, to itself: raise(3) and abort(3). */
        {__NR_rt_sigaction, ALL, FAIL(EPERM), {IS(0, SIGSYS)}}, /* who tries something forbidden does not survive it */
        {__NR_rt_sigaction, ALL, ALLOW, {{0}}},
        {__NR_rt_sigprocmask, ALL, ALLOW, {{0}}},
        {__NR_rt_sigreturn, ALL, ALLOW, {{0}}},
        {__NR_sigaltstack, ALL, ALLOW, {{0}}},
        {__NR_tgkill, ALL, ALLOW, {IS(0, SELF)}},
        {__NR_tkill, ALL, ALLOW, {IS(0, SELF)}},
        {__NR_kill, ALL, ALLOW, {IS(0, SELF)}},
        /* Itself and the machine. */
        {__NR_getpid, ALL, ALLOW, {{0}}},
        {__NR_gettid, ALL, ALLOW, {{0}}},
        {__NR_getppid, ALL, ALLOW, {{0}}},
        {__NR_geteuid, ALL, ALLOW, {{0}}},
        {__NR_uname, ALL, ALLOW, {{0}}},          /* gethostname(3) */
        {__NR_sysinfo, ALL, ALLOW, {{0}}},        /* qsort(3) of some versions of glibc */
        {__NR_prlimit64, WORKER, ALLOW, {IS(0, 0), IS(1, RLIMIT_CPU)}}, /* its own: confine_renew */
        {__NR_getrandom, ALL, ALLOW, {{0}}},
        {__NR_exit, ALL, ALLOW, {{0}}},
        {__NR_exit_group, ALL, ALLOW, {{0}}},
    };
    size_t count = sort_rules(sorted, 0, rules, sizeof rules / sizeof *rules, role);
#ifdef SANITIZED
    /* LeakSanitizer, in the end, stops the process from another that shares its memory; and reports look for the names
     * of functions in files. No other build has these. */
    static const struct rule reports[] = {
        {__NR_clone, ALL, ALLOW, {IS(0, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED)}},
        {__NR_ptrace, ALL, ALLOW, {{0}}},
        {__NR_wait4, ALL, ALLOW, {{0}}},
        {__NR_prctl, ALL, ALLOW, {{0}}},
        {__NR_openat, ALL, ALLOW, {HAS_NOT(2, O_ACCMODE | O_CREAT | O_TRUNC)}},
#ifdef __NR_newfstatat
        {__NR_newfstatat, ALL, ALLOW, {{0}}},
#endif
        {__NR_readlinkat, ALL, ALLOW, {{0}}},
        {__NR_getdents64, ALL, ALLOW, {{0}}},
#ifdef __NR_open
        {__NR_open, ALL, ALLOW, {HAS_NOT(1, O_ACCMODE | O_CREAT | O_TRUNC)}},
        {__NR_readlink, ALL, ALLOW, {{0}}},
        {__NR_getdents, ALL, ALLOW, {{0}}},
#endif
        {__NR_read, ALL, ALLOW, {{0}}},
        {__NR_lseek, ALL, ALLOW, {{0}}},
        {__NR_mmap, ALL, ALLOW, {HAS_NOT(2, PROT_EXEC)}},
        {__NR_madvise, ALL, ALLOW, {{0}}},
        {__NR_pipe2, ALL, ALLOW, {{0}}},
        {__NR_ioctl, ALL, ALLOW, {IS(1, TCGETS)}},
    };
    count = sort_rules(sorted, count, reports, sizeof reports / sizeof *reports, role);
    _Static_assert((sizeof rules + sizeof reports) / sizeof *rules <= RULES, "there is room for all rules");
#else
    _Static_assert(sizeof rules / sizeof *rules <= RULES, "there is room for all rules");
#endif
    return count;
}
/* clang-format on */

const char *sandbox_means(void)
{
    /* A kernel with filters looks at the address it is given, and one without does not. */
    bool has = ARCHITECTURE && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) && errno == EFAULT;
    return has ? "seccomp" : NULL;
}

static void make_program(struct program *program, enum sandbox_role role)
{
    const struct rule *rules[RULES];
    size_t count = find_rules(rules, 1u << role);
    add_load(program, offsetof(struct seccomp_data, arch));
    add_step(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    add_step(program, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    add_load(program, offsetof(struct seccomp_data, nr));
    add_tree(program, rules, count);
    add_ends(program);
}

void sandbox_prepare(void)
{
    for (int role = 0; role < SANDBOX_ROLES; role++)
        if (programs[role].length == 0)
            make_program(&programs[role], (enum sandbox_role)role);
}

int sandbox_enter(enum sandbox_role role)
{
    struct program *program = &programs[role];
    if (!sandbox_means()) {
        errno = ENOSYS;
        return -1;
    }
    sandbox_prepare();
    for (unsigned i = 0; i < program->self_count; i++)
        program->steps[program->selves[i]].k = (uint32_t)getpid();
    struct sock_fprog filter = {.len = (unsigned short)program->length, .filter = program->steps};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) ? -1 : 0;
}
