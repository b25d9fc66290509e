/* From a line that a dialect has taken apart to the function behind its command. */
#ifndef FORKCHAT_COMMAND_DISPATCH_H
#define FORKCHAT_COMMAND_DISPATCH_H

#include "command.h"

/* Runs a command of the session's dialect, if the row says that this client may, with these arguments and now; else
 * answers why not. */
void dispatch_request(struct session *session, const struct command *command, struct request *request);

/* For dialects of plain text: cuts `rest` into the arguments that the command wants first. */
void dispatch_text(struct session *session, const struct command *command, char *rest);

#endif
