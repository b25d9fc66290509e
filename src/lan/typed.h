/* What people type where names are asked for: in quotes, with a password behind, or as a course's script prints it. */
#ifndef FORKCHAT_LAN_TYPED_H
#define FORKCHAT_LAN_TYPED_H

#include <stdbool.h>

#include "base/net.h"
#include "lan/name.h"
#include "lan/secret.h"

/* Those that take a line without const change it. */

/* Takes a name in quotes, single or double, off *rest. NULL, and nothing is taken, if there is none. */
char *typed_quoted(char **rest);

/* Is this the name of something? */
typedef bool typed_exists(void *context, const char *name);

/* Takes a name off *rest, and leaves the password that follows it: a name in quotes, or as much of the line as is the
 * name of something, or all of it. NULL if there is none. */
char *typed_name(char **rest, typed_exists *exists, void *context);

/* The line without blanks around it. */
char *typed_trimmed(char *line);

/* The same without the quotes around all of it. */
char *typed_whole(char *line);

/* ("ADDRESS",PORT),("PASSWORD","NAME") */
struct typed_offer {
    bool numeric; /* the address is one, and stands in host; else it is a name */
    unsigned char host[16];
    long port;
    char address[NET_TEXT_SIZE], password[SECRET_PASSWORD_MAX + 1], name[NAME_FILE_MAX + 1]; /* password: "" for none */
};

/* Is the line such a thing: as Python prints it, or with other quotes and blanks, or without a password? */
bool typed_read_offer(const char *line, struct typed_offer *offer);

#endif
