/* IRC: how much of the past is shown at once. */
#ifndef FORKCHAT_COMMAND_IRC_CHATHISTORY_H
#define FORKCHAT_COMMAND_IRC_CHATHISTORY_H

/* Lines of one answer at most, as ISUPPORT tells. */
#define CHATHISTORY_LIMIT       1000
#define CHATHISTORY_LIMIT_WORDS "1000"

#endif
