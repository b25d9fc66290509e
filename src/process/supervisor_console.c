/* The console, as its supervisor sees it: started first and ended last, because the log goes through it. Run by the
 * supervisor; no shared memory. */
#include "supervisor_parts.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stall.h"
#include "base/text.h"
#include "command/command.h"

/* Time that it may have for its end: base/stall.h. */
#define END_NS (1000 * MS)

static struct child *console_of(const struct supervisor *supervisor)
{
    return children_at(&supervisor->children, CHILD_CONSOLE, 0);
}

static bool has_console(const struct supervisor *supervisor)
{
    return child_is_present(console_of(supervisor));
}

/* The terminal, if there is one. Nobody needs it: without, the log goes where it always went. */
void supervisor_start_console(struct supervisor *supervisor)
{
    struct console *console = &supervisor->console;
    if (!supervisor->invocation->foreground || !console_is_wanted() || console_prepare(console))
        return;
    signal(SIGTSTP, SIG_IGN); /* it would stop the chat for everybody */
    struct child_start start = {.door = SERVICE_CONTROL, .socket = -1};
    console_forked(console, supervisor_fork(supervisor, console_of(supervisor), start) == 0);
}

void supervisor_end_console(struct supervisor *supervisor)
{
    struct child *child = console_of(supervisor);
    if (!child_is_present(child))
        return;
    supervisor_signal(supervisor, child, SIGTERM);
    int status = 0;
    struct stall stall = {0};
    while (waitpid(child->pid, &status, WNOHANG) == 0) {
        if (stall_measure(&stall, child->pid) > END_NS) {
            supervisor_signal(supervisor, child, SIGKILL);
            waitpid(child->pid, &status, 0);
            break;
        }
        clock_sleep(1);
    }
    children_note(&supervisor->children, child, CHILD_DIED, 0, clock_monotonic());
    console_gone(&supervisor->console, status == 0);
}

/* In the foreground: the version and what can be done, on standard error. */
void supervisor_introduce(const struct supervisor *supervisor)
{
    char line[900];
    struct text text;
    const struct command *command;
    if (!supervisor->invocation->foreground)
        return;
    text_init(&text, line, sizeof line);
    for (int i = 0; (command = command_list(DIALECT_CONTROL, i)); i++)
        text_addf(&text, " %s", command->verb);
    log_info("forkchatd %s; %s:%s", FORKCHAT_VERSION,
             has_console(supervisor) ? "commands, here or by forkchatctl" : "commands, by forkchatctl", line);
}
