/* Programs that came to the wrong door: they speak HTTP or TLS. Run by workers.
 *
 * A web page can have its visitor's browser send what the page likes to any port. Without this, the lines of such a
 * request that happen to be commands would be run as those of a person at that browser's address. */
#ifndef FORKCHAT_TRANSPORT_SNIFF_H
#define FORKCHAT_TRANSPORT_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "dialect/dialect.h"

/* To be asked with each piece of input, `length` bytes of 1 or more, before anything else is done with it. True if it
 * is the first of the connection and a TLS hello: the client was told, has left, and the input is to be dropped. */
bool sniff_tls(struct session *session, const struct dialect *dialect, const char *bytes, size_t length);

/* To be asked with each line, or the beginning of one that was too long (`cut`), before it is acted on;
 * zero-terminated, `length` bytes. True if it is the first that is not empty and requests something by HTTP: as above.
 */
bool sniff_http(struct session *session, const struct dialect *dialect, const char *line, size_t length, bool cut);

#endif
