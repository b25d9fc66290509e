/* Standing. Changes only by what the user did and the server has confirmed. */
#include "standing.h"

#include <string.h>

#include "base/text.h"

void standing_init(struct standing *standing, const struct options *options)
{
    *standing = (struct standing){0};
    text_copy(standing->nick, sizeof standing->nick, options->nick);
    text_copy(standing->away, sizeof standing->away, options->away ? options->away : "");
    for (int i = 0; i < options->channel_count; i++) {
        struct standing_channel *channel =
            standing_enter(standing, options->channels[i], options->keys[i] ? options->keys[i] : "");
        if (channel)
            channel->wanted = true;
    }
}

void standing_leave_all(struct standing *standing)
{
    for (int i = 0; i < standing->count; i++)
        standing->channels[i].joined = false;
}

struct standing_channel *standing_find(struct standing *standing, const char *channel)
{
    for (int i = 0; i < standing->count; i++)
        if (text_compare_names(standing->channels[i].name, channel) == 0)
            return &standing->channels[i];
    return NULL;
}

/* A place for one more: a new one, or that of a channel where we are not and do not want to be. */
static struct standing_channel *room(struct standing *standing)
{
    if (standing->count < WINDOW_MAX)
        return &standing->channels[standing->count++];
    for (int i = 0; i < standing->count; i++) {
        if (!standing->channels[i].wanted) {
            memmove(&standing->channels[i], &standing->channels[i + 1],
                    (size_t)(standing->count - i - 1) * sizeof standing->channels[0]);
            return &standing->channels[standing->count - 1];
        }
    }
    return NULL;
}

struct standing_channel *standing_enter(struct standing *standing, const char *channel, const char *key)
{
    struct standing_channel *entry = standing_find(standing, channel);
    if (!entry) {
        if (!*channel || strlen(channel) >= WINDOW_NAME_SIZE || !(entry = room(standing)))
            return NULL;
        *entry = (struct standing_channel){0};
        text_copy(entry->name, sizeof entry->name, channel);
    }
    if (*key)
        text_copy(entry->key, sizeof entry->key, key);
    return entry;
}

const char *standing_key(struct standing *standing, const char *channel)
{
    const struct standing_channel *entry = standing_find(standing, channel);
    return entry ? entry->key : "";
}

void standing_joined(struct standing *standing, const char *channel)
{
    struct standing_channel *entry = standing_enter(standing, channel, "");
    if (entry)
        entry->wanted = entry->joined = true;
}

void standing_parted(struct standing *standing, const char *channel)
{
    struct standing_channel *entry = standing_find(standing, channel);
    if (entry)
        entry->wanted = entry->joined = false;
}

void standing_named(struct standing *standing, const char *nick)
{
    if (text_compare_names(nick, standing->asked) == 0)
        text_copy(standing->nick, sizeof standing->nick, nick);
    if (text_compare_names(nick, standing->nick) == 0)
        standing->had = true;
}
