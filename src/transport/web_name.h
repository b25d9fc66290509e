/* Which names a page may be asked for by, and from which pages a browser may come. A browser takes whoever's page to
 * any address: what it says of that in Host and Origin is all that tells a stranger's page from ours. */
#ifndef FORKCHAT_TRANSPORT_WEB_NAME_H
#define FORKCHAT_TRANSPORT_WEB_NAME_H

#include <stdbool.h>

#include "conf/settings.h"

/* Whether `host`, as in the field Host, is one of the server's names: an address, a name that nobody can have in the
 * public DNS (localhost, one word, .local, .internal, .home.arpa), `server-name`, or one of `web-origin`. */
bool web_name_is_known(const struct settings *settings, const char *host);

/* Whether a page of that origin (https://chat.example.org) may connect: it is of the same host and port as was asked
 * for, or one of `web-origin`. */
bool web_name_may_connect(const struct settings *settings, const char *origin, const char *host);

#endif
