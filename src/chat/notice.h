/* What operators of the server say, and are told. */
#ifndef FORKCHAT_CHAT_NOTICE_H
#define FORKCHAT_CHAT_NOTICE_H

#include "actor.h"

/* Tells those who want to know what was done. Needs EVENT_NEED_MAX. */
void chat_tell_operators_locked(const struct chat *chat, const struct actor *actor, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An operator says something to those who asked for it. Needs EVENT_NEED_MAX. */
enum chat_result chat_wallops_locked(const struct chat *chat, const struct actor *actor, const char *text);

/* The server, or who runs it, says something to everybody. Needs EVENT_NEED_MAX. */
enum chat_result chat_wall_locked(const struct chat *chat, const struct actor *actor, const char *text);

/* An operator has the server stop at that time, which the supervisor tells; all zero: it does not. */
enum chat_result chat_stop_locked(const struct chat *chat, const struct actor *actor, const struct stop_shm *stop);

/* An operator gives the supervisor an order, and the others are told. It is to be given once that is so. Needs
 * EVENT_NEED_MAX. */
enum chat_result chat_order_locked(const struct chat *chat, const struct actor *actor, const char *order);

#endif
