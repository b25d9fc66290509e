/* forkchatctl(8) from its command line on. */
#ifndef FORKCHAT_CLIENT_CTL_H
#define FORKCHAT_CLIENT_CTL_H

/* What main() does. Returns the exit status. */
int ctl_main(int argc, char **argv);

#endif
