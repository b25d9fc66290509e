/* The doors there are; each in the file of its name. Only door.c needs this. */
#ifndef FORKCHAT_DOOR_DOORS_H
#define FORKCHAT_DOOR_DOORS_H

#include "door.h"

const struct door *door_plain(void);
const struct door *door_talk(void);
const struct door *door_irc(void);

#endif
