/* Rendering each event once for each kind of viewer, into memory that lasts until the batch is sent. */
#ifndef FORKCHAT_PROCESS_RENDER_H
#define FORKCHAT_PROCESS_RENDER_H

#include "transport/door.h"

struct render;

/* Exits if there is no memory. */
struct render *render_new(void);

/* The next render_event calls are for another event. */
void render_next(struct render *render);

/* The event as `view` sees it by that door (view->framing is set here): bytes that stay until render_reset, often right
 * behind those of the event before. *length is 0 if that viewer sees nothing. */
const char *render_event(struct render *render, const struct event *event, uint32_t door, const struct view *view,
                         size_t *length);

/* Adds the same to a text of the caller's, for one viewer alone. */
void render_for_one(const struct render *render, struct text *text, const struct event *event, uint32_t door,
                    const struct view *view);

/* The door of that number, as known to all who render. */
const struct door *render_door(const struct render *render, uint32_t door);

/* True when a batch has grown so large that it should be sent. */
bool render_is_full(const struct render *render);

/* The batch has been sent. */
void render_reset(struct render *render);

#endif
