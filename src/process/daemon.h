/* forkchatd(8) from its command line on. */
#ifndef FORKCHAT_PROCESS_DAEMON_H
#define FORKCHAT_PROCESS_DAEMON_H

/* What main() does. Returns the exit status. */
int daemon_run(int argc, char **argv);

#endif
