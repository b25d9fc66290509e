/* A classroom: who raises a hand, who has the floor. Run by workers and control processes; writes since when hands are
 * up. */
#include "class.h"

#include "notice.h"

bool chat_hand_locked(const struct chat *chat, const struct actor *actor)
{
    const struct user_shm *user = &chat->world->users[actor->user];
    bool up = user->hand_monotonic == 0;
    user_set_hand_locked(chat->world, actor->user, up);
    uint32_t current = actor_current_locked(chat->world, actor);
    if (up && current != NONE)
        chat_tell_operators_locked(chat, actor, "%s raises a hand in %s", actor->shown,
                                   chat->world->channels[current].name);
    else
        chat_tell_operators_locked(chat, actor, "%s %s", actor->shown, up ? "raises a hand" : "takes the hand down");
    return up;
}

enum chat_result chat_lower_hand_locked(const struct chat *chat, const struct actor *actor, uint32_t user)
{
    if (!(actor->rights & ACTOR_OPERATES))
        return CHAT_NOT_OPERATOR;
    if (user == NONE)
        return CHAT_NO_SUCH_USER;
    if (chat->world->users[user].hand_monotonic == 0)
        return CHAT_SO_ALREADY;
    user_set_hand_locked(chat->world, user, false);
    return CHAT_DONE;
}

enum chat_result chat_give_floor_locked(const struct chat *chat, const struct actor *actor, uint32_t channel,
                                        uint32_t speaker)
{
    if (channel == NONE)
        return CHAT_NO_SUCH_CHANNEL;
    if (!actor_may_moderate_locked(chat->world, actor, channel))
        return CHAT_NOT_MODERATOR;
    if (speaker == NONE)
        return CHAT_DONE;
    if (member_find_locked(chat->world, speaker, channel) == NONE)
        return CHAT_NOT_THERE;
    user_set_hand_locked(chat->world, speaker, false);
    return CHAT_DONE;
}
