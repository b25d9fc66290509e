/* What was said before: asked of the archivist, and shown. */
#ifndef FORKCHAT_COMMAND_PAST_H
#define FORKCHAT_COMMAND_PAST_H

#include "history/request.h"
#include "session.h"

/* Records, the oldest first. */
struct past {
    unsigned char *bytes; /* one after the other */
    size_t length, room;
    size_t *starts;
    uint32_t count, starts_room;
    struct history_gap gap; /* somewhere within; count 0: there is none */
};

enum past_result {
    PAST_OK,
    PAST_OFF,        /* nothing is kept here */
    PAST_NOT_YOURS,  /* nobody there, or not for this user */
    PAST_NO_ACCOUNT, /* private talk is kept for accounts, and one of the two has none */
    PAST_NO_ANSWER,  /* the archivist does not answer */
};

/* Fills in whose history it is, and how far back this user may see it. Outside of a transaction. */
enum past_result past_begin(struct session *session, struct history_request *request, const char *target);

/* Asks for what the request says, `limit` of it, and adds it to the others, which are older. The past begins as
 * zeros. Waits for some seconds at most. */
enum past_result past_ask(struct session *session, struct history_request *request, struct past *past);
void past_free(struct past *past);

/* Shows all of it, each as the session's dialect has it. */
void past_show(struct session *session, const struct past *past);

/* The time of each, for others who show it in their way. */
bool past_read(const struct past *past, uint32_t number, struct history_record *record);

/* Shows the last of that channel, as the setting `replay` has it, or what its device has missed (device.h), to who has
 * just come in and cannot ask. */
void past_replay(struct session *session, const char *channel);

/* Shows what its device has missed of what was said to its user in private. */
void past_replay_private(struct session *session);

#endif
