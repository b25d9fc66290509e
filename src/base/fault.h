/* What a process dies of: the signal and where it struck, written down by the dying process itself. */
#ifndef FORKCHAT_BASE_FAULT_H
#define FORKCHAT_BASE_FAULT_H

#include <stdint.h>

/* All zero as long as nothing happened. It may lie in memory that others read, who then trust none of it. */
struct fault {
    int32_t signal;
    int32_t sender;       /* pid of the process that sent it; 0: nobody did, it was an instruction's doing */
    int32_t call;         /* the number of a forbidden system call, else -1 */
    uint64_t address;     /* of memory, if the instruction was about any */
    uint64_t instruction; /* as port_instruction says */
};

/* From now on a signal that ends this process because of a mistake (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS)
 * is written to `where`, which must stay, and then ends it as it would have. Works on a stack of its own, so that
 * running out of stack is written down too. Signals that somebody else catches already (a sanitizer) are left to them.
 * Once in a process of one thread. */
void fault_catch(struct fault *where);

/* "SIGSEGV", or NULL for a number that is none of POSIX's. */
const char *fault_signal_name(int signal);

#endif
