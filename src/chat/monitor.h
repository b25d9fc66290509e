/* Being told when people come and go. IRCv3 monitor. */
#ifndef FORKCHAT_CHAT_MONITOR_H
#define FORKCHAT_CHAT_MONITOR_H

#include "actor.h"

/* Bytes of the ring that one needs. */
#define CHAT_MONITOR_NEED ring_need(4 * NICK_SIZE + USERNAME_SIZE + HOST_SIZE + ADDRESS_SIZE + 256)

/* The actor wants to hear of that nick on the connection that they ask on, or no more. Needs CHAT_MONITOR_NEED. */
enum chat_result chat_monitor_locked(const struct chat *chat, const struct actor *actor, const char *nick, bool on);

#endif
