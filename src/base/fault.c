/* Faults. Run by workers, couriers and control processes; writes what it was given, which lies in shared memory, as the
 * last thing the process does, without any lock. */
#include "fault.h"

#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stddef.h>

#include "port.h"

/* Enough for the registers of any processor and the handler itself. */
#define STACK_SIZE 65536

static const int mistakes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

static struct fault *volatile record;

/* The first fault counts: one within this handler would tell less. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    volatile struct fault *fault = record;
    int error = errno;
    if (fault->signal == 0) {
        bool sent = info->si_code <= 0;
        fault->sender = sent ? (int32_t)info->si_pid : 0;
        fault->call = number == SIGSYS && !sent ? port_forbidden_call(info) : -1;
        fault->address = sent ? 0 : (uint64_t)(uintptr_t)info->si_addr;
        fault->instruction = port_instruction(context);
        fault->signal = number; /* last: it says that the others are there */
    }
    raise(number); /* the handler is gone (SA_RESETHAND): it ends us as soon as we return */
    errno = error;
}

void fault_catch(struct fault *where)
{
    static alignas(64) char stack[STACK_SIZE];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND}, old;
    port_instruction_init();
    record = where;
    bool caught = sigaction(SIGSEGV, NULL, &old) || old.sa_handler != SIG_DFL;
    if (caught || sigaltstack(&other, NULL))
        return;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        sigaction(mistakes[i], &action, NULL);
}

const char *fault_signal_name(int signal)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},
        {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"}, {SIGQUIT, "SIGQUIT"},
        {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"}, {SIGUSR1, "SIGUSR1"},
        {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == signal)
            return names[i].name;
    return NULL;
}
