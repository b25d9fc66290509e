/* Passwords, from files that nobody else can read. */
#ifndef FORKCHAT_CLIENT_SECRET_H
#define FORKCHAT_CLIENT_SECRET_H

#define SECRET_SIZE 256

struct secret {
    char account[SECRET_SIZE], password[SECRET_SIZE]; /* SASL; "" if there is none */
    char server_password[SECRET_SIZE];
};

/* Reads the first `count` lines of a file into first and second (SECRET_SIZE bytes each). It must be a
 * regular file of ours (or root's) that group and others have no access to. Returns 0, or an exit status of
 * sysexits(3) after saying on stderr what is wrong and how to mend it. */
int secret_read(const char *path, int count, char *first, char *second);

#endif
