/* WEBIRC (IRCv3): a gateway to the irc door says, in its first line, whose client it brings. */
#ifndef FORKCHAT_TRANSPORT_WEBIRC_H
#define FORKCHAT_TRANSPORT_WEBIRC_H

#include "newcomer.h"

/* Whether a gateway may be at that address, so that its first line is waited for. */
bool webirc_is_gateway(const struct settings *settings, const unsigned char host[16]);

/* As transport->arrive, of a gateway. Anything else than WEBIRC is left where it is: then it speaks for itself. */
enum newcomer_result webirc_arrive(struct newcomer *newcomer, const char **bytes, size_t *length);

#endif
