/* The web door before its client is in: a request of HTTP, and what is answered. */
#ifndef FORKCHAT_TRANSPORT_WEB_ARRIVAL_H
#define FORKCHAT_TRANSPORT_WEB_ARRIVAL_H

#include "newcomer.h"

/* For struct transport: the request is read and answered; with a handshake of WebSocket the client is in. */
enum newcomer_result web_arrive(struct newcomer *newcomer, const char **bytes, size_t *length);
void web_arrive_late(struct newcomer *newcomer);

/* What a connection is told that is refused. */
void web_refuse(struct text *text, const char *why);

#endif
