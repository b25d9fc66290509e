/* Publishing what is done. Run by workers, control processes, the supervisor. */
#include "chat.h"

void chat_publish_locked(const struct chat *chat, struct event *event)
{
    if (chat->publish)
        chat->publish(chat, event);
    else
        event_publish_locked(chat->world, event);
}
