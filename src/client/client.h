/* The whole client. */
#ifndef FORKCHAT_CLIENT_CLIENT_H
#define FORKCHAT_CLIENT_CLIENT_H

/* What main() does. Returns the exit status: 0 if what was asked for was done, else one of sysexits(3). */
int client_main(int argc, char **argv);

#endif
