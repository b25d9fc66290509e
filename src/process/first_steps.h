/* What somebody who has just started a server for the first time is told. */
#ifndef FORKCHAT_PROCESS_FIRST_STEPS_H
#define FORKCHAT_PROCESS_FIRST_STEPS_H

struct settings;

/* Tells, on standard output, how to come in, to look, to stop it, and where to read on. Runs in the process that
 * somebody started, once the server in the background is ready. */
void first_steps_tell(const struct settings *settings);

#endif
