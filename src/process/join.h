/* forkchatd -i: one client, on standard input, joins the server that runs. */
#ifndef FORKCHAT_PROCESS_JOIN_H
#define FORKCHAT_PROCESS_JOIN_H

struct invocation;

/* `words`: the arguments, ended by NULL: the name of a door, or none. A socket of TCP is handed over, and this returns
 * at once; between anything else and the server bytes are carried until one of both has ended. Returns the exit
 * status. */
int join_run(const struct invocation *invocation, char **words);

#endif
