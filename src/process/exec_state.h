/* Exec state: what the supervisor tells the program that is executed in its place (SIGUSR2), in a file without a
 * name whose descriptor is in the environment. */
#ifndef FORKCHAT_PROCESS_EXEC_STATE_H
#define FORKCHAT_PROCESS_EXEC_STATE_H

#include <stdbool.h>

struct supervisor;

/* Whether this process was a supervisor before it was executed, and left something to read. */
bool exec_state_exists(void);

/* Writes it down and leaves open what the program to come needs. Returns a descriptor, or -1 and errno with nothing
 * done. drop: takes that back, where the program could not be executed. */
int exec_state_save(struct supervisor *supervisor);
void exec_state_drop(struct supervisor *supervisor, int state);

/* In the program that was executed: takes what the one before kept open. Returns whether there was one; exits with
 * 69 if it left something else than we know. */
bool exec_state_load(struct supervisor *supervisor);

#endif
