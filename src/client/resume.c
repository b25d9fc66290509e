/* What is resumed. It changes only by what the user did and the server has confirmed. */
#include "resume.h"

#include <string.h>

#include "base/text.h"

void resume_init(struct resume *resume, const struct options *options)
{
    *resume = (struct resume){0};
    text_copy(resume->nick, sizeof resume->nick, options->nick);
    text_copy(resume->away, sizeof resume->away, options->away ? options->away : "");
    for (int i = 0; i < options->channel_count; i++) {
        struct resume_channel *channel =
            resume_enter(resume, options->channels[i], options->keys[i] ? options->keys[i] : "");
        if (channel)
            channel->wanted = true;
    }
}

void resume_leave_all(struct resume *resume)
{
    for (int i = 0; i < resume->count; i++)
        resume->channels[i].joined = false;
}

struct resume_channel *resume_find(struct resume *resume, const char *channel)
{
    for (int i = 0; i < resume->count; i++)
        if (text_compare_names(resume->channels[i].name, channel) == 0)
            return &resume->channels[i];
    return NULL;
}

/* A place for one more: a new one, or that of a channel where we are not and do not want to be. */
static struct resume_channel *room(struct resume *resume)
{
    if (resume->count < WINDOW_MAX)
        return &resume->channels[resume->count++];
    for (int i = 0; i < resume->count; i++) {
        if (!resume->channels[i].wanted) {
            memmove(&resume->channels[i], &resume->channels[i + 1],
                    (size_t)(resume->count - i - 1) * sizeof resume->channels[0]);
            return &resume->channels[resume->count - 1];
        }
    }
    return NULL;
}

struct resume_channel *resume_enter(struct resume *resume, const char *channel, const char *key)
{
    struct resume_channel *entry = resume_find(resume, channel);
    if (!entry) {
        if (!*channel || strlen(channel) >= WINDOW_NAME_SIZE || !(entry = room(resume)))
            return NULL;
        *entry = (struct resume_channel){0};
        text_copy(entry->name, sizeof entry->name, channel);
    }
    if (*key)
        text_copy(entry->key, sizeof entry->key, key);
    return entry;
}

const char *resume_key(struct resume *resume, const char *channel)
{
    const struct resume_channel *entry = resume_find(resume, channel);
    return entry ? entry->key : "";
}

void resume_joined(struct resume *resume, const char *channel)
{
    struct resume_channel *entry = resume_enter(resume, channel, "");
    if (entry)
        entry->wanted = entry->joined = true;
}

void resume_parted(struct resume *resume, const char *channel)
{
    struct resume_channel *entry = resume_find(resume, channel);
    if (entry)
        entry->wanted = entry->joined = false;
}

void resume_learn_nick(struct resume *resume, const char *nick)
{
    if (text_compare_names(nick, resume->asked) == 0)
        text_copy(resume->nick, sizeof resume->nick, nick);
    if (text_compare_names(nick, resume->nick) == 0)
        resume->nick_was_ours = true;
}

void resume_note_seen(struct resume *resume, const char *id)
{
    size_t length = strlen(id), before = strlen(resume->seen);
    if (length >= sizeof resume->seen || length < before || (length == before && strcmp(id, resume->seen) <= 0))
        return;
    text_copy(resume->seen, sizeof resume->seen, id);
}
