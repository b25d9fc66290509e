/* IRC: the modes of users. */
#ifndef FORKCHAT_COMMAND_IRC_UMODE_H
#define FORKCHAT_COMMAND_IRC_UMODE_H

#include "command.h"

/* MODE for a nick. */
command_run irc_umode_change;

#endif
