/* A classroom: who attended, who raises a hand, who has the floor. Run by workers and control processes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "base/clock.h"
#include "channel.h"
#include "chat/class.h"
#include "mode.h"
#include "rows.h"
#include "world/attendance.h"

/* Records looked at in one hold of the lock. */
#define STEP 128u

/* ---- attendance ---- */

static int by_beginning(const void *left, const void *right)
{
    const struct attendance_shm *a = left, *b = right;
    return a->from < b->from ? -1 : a->from > b->from;
}

/* Those who left, then those who are here, whose `to` is 0; to be freed. */
static struct attendance_shm *copy_attendance(struct session *session, size_t *count)
{
    const struct world *world = session->world;
    size_t size = ATTENDANCES + world->limits.users, step;
    struct attendance_shm *entries = calloc(size, sizeof *entries);
    const struct attendance_shm *entry = NULL;
    uint64_t at = 0;
    *count = 0;
    do {
        if (!entries || !session_begin(session, 0))
            return entries;
        for (step = 0; step < STEP && *count < ATTENDANCES && (entry = attendance_next_locked(world, &at)); step++) {
            entries[*count] = *entry;
            attendance_seal(&entries[(*count)++]);
        }
        session_commit(session);
    } while (step == STEP);
    for (uint32_t i = 0, end = 1; i < end && session_begin(session, 0); session_commit(session)) {
        end = world_users_end_locked(world);
        for (uint32_t last = i + STEP; i < last && i < end; i++) {
            const struct user_shm *user = &world->users[i];
            if (user->state != USER_PRESENT || *count == size)
                continue;
            struct attendance_shm *here = &entries[(*count)++];
            *here = (struct attendance_shm){.from = user->attached_monotonic, .door = user->door};
            text_copy(here->nick, sizeof here->nick, user_shown(user));
            text_copy(here->host, sizeof here->host, user->host);
        }
    }
    return entries;
}

void class_attendance(struct session *session, struct request *request)
{
    struct report *report = report_new("nick", "from", "to", "door", "address", NULL);
    size_t count;
    (void)request;
    struct attendance_shm *entries = copy_attendance(session, &count);
    if (count > 0)
        qsort(entries, count, sizeof *entries, by_beginning);
    for (size_t i = 0; i < count; i++) {
        const char *door = door_name((enum door_kind)entries[i].door);
        report_add(report, entries[i].nick);
        report_time(report, clock_date(entries[i].from));
        report_time(report, entries[i].to ? clock_date(entries[i].to) : 0);
        report_add(report, door ? door : "");
        report_add(report, entries[i].host);
    }
    free(entries);
    session_show_as(session, report, REPORT_CSV);
}

/* ---- hands ---- */

/* Up if it was down, and the other way round. */
void class_hand(struct session *session, struct request *request)
{
    (void)request;
    if (!session_begin(session, EVENT_NEED_MAX))
        return;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    bool up = chat_hand_locked(&chat, &actor);
    session_commit(session);
    session_reply(session, REPLY_DONE,
                  up ? "your hand is up, and the operators are told; once more takes it down" : "your hand is down",
                  NULL);
}

struct hand {
    int64_t at;
    char name[ADDRESS_SIZE];
    char channel[CHANNEL_SIZE];
};

static int by_time(const void *left, const void *right)
{
    const struct hand *a = left, *b = right;
    return a->at < b->at ? -1 : a->at > b->at;
}

static void show_hands(struct session *session)
{
    const struct world *world = session->world;
    struct hand *hands = calloc((size_t)world->limits.users + 1, sizeof *hands);
    size_t count = 0;
    for (uint32_t i = 0, end = 1; hands && i < end && session_begin(session, 0); session_commit(session)) {
        end = world_users_end_locked(world);
        for (uint32_t last = i + STEP; i < last && i < end; i++) {
            const struct user_shm *user = &world->users[i];
            if (user->state != USER_PRESENT || user->hand_monotonic == 0)
                continue;
            hands[count].at = user->hand_monotonic;
            text_copy(hands[count].name, sizeof hands[count].name, user_shown(user));
            uint32_t current = user_current_locked(world, i);
            if (current != NONE)
                text_copy(hands[count].channel, sizeof hands[count].channel, world->channels[current].name);
            count++;
        }
    }
    if (count > 0)
        qsort(hands, count, sizeof *hands, by_time);
    struct report *report = report_new("nick", "channel", "since", NULL);
    int64_t now = clock_monotonic();
    for (size_t i = 0; i < count; i++) {
        report_add(report, hands[i].name);
        report_add(report, hands[i].channel);
        report_number(report, (now - hands[i].at) / (1000 * MS));
    }
    free(hands);
    session_show(session, report);
}

/* All of them, or that of one, in words if there is no such one. */
static void clear_hands(struct session *session, const char *nick)
{
    struct world *world = session->world;
    uint32_t count = 0, only = NONE;
    char words[60];
    if (!session_begin(session, 0))
        return;
    uint32_t end = world_users_end_locked(world);
    if (nick)
        only = user_find_locked(world, nick);
    session_commit(session);
    if (nick && only == NONE) {
        session_reply(session, REPLY_NO_SUCH_NICK, nick, NULL);
        return;
    }
    for (uint32_t i = 0; i < end && session_begin(session, 0); session_commit(session)) {
        struct chat chat = session_chat(session);
        struct actor actor = session_actor_locked(session);
        for (uint32_t last = i + STEP; i < last && i < end; i++)
            count += (!nick || i == only) && chat_lower_hand_locked(&chat, &actor, i) == CHAT_DONE;
    }
    snprintf(words, sizeof words, "%u hand%s down", count, count == 1 ? " was taken" : "s were taken");
    session_reply(session, REPLY_DONE, words, NULL);
}

void class_hands(struct session *session, struct request *request)
{
    if (request->count == 0)
        show_hands(session);
    else if (strcasecmp(request->arguments[0], "clear") == 0)
        clear_hands(session, request->count > 1 ? request->arguments[1] : NULL);
    else
        session_reply(session, REPLY_BAD_ARGUMENT, request->verb, "nothing, or clear [<nick>]", NULL);
}

/* ---- the floor ---- */

#define BATCH 10 /* voices given and taken in one MODE */

struct floor {
    char channel[CHANNEL_SIZE];
    char speaker[NICK_SIZE];   /* "" for all */
    char shown[ADDRESS_SIZE];  /* how they are called here */
    char (*voices)[NICK_SIZE]; /* of those who have one now, beside the speaker */
    size_t count;
};

/* Which channel is meant: the one that was named, or the current one of the asker, or of the speaker. */
static uint32_t find_channel_locked(const struct session *session, const char *name, uint32_t speaker)
{
    uint32_t current = session_current_locked(session);
    if (name)
        return channel_find_locked(session->world, name);
    if (current != NONE || session->user != NONE)
        return current;
    return speaker != NONE ? user_current_locked(session->world, speaker) : (uint32_t)LOBBY;
}

/* Notes who has a voice now, beside the speaker. */
static void note_voices_locked(const struct world *world, struct floor *floor, uint32_t channel, uint32_t speaker)
{
    const size_t room = world->channels[channel].member_count;
    floor->voices = calloc(room + 1, sizeof *floor->voices);
    for (uint32_t at = world->channels[channel].first_member; floor->voices && floor->count < room && at != NONE;
         at = world->members[at].next_of_channel) {
        uint32_t user = world->members[at].user;
        if ((world->members[at].flags & MEMBER_VOICE) && user != speaker)
            text_copy(floor->voices[floor->count++], NICK_SIZE, world->users[user].nick);
    }
}

static enum chat_result plan_locked(struct session *session, struct floor *floor, const char *nick, const char *name)
{
    const struct world *world = session->world;
    struct chat chat = session_chat(session);
    struct actor actor = session_actor_locked(session);
    bool all = strcasecmp(nick, "all") == 0;
    uint32_t speaker = all ? NONE : user_find_locked(world, nick);
    if (!all && speaker == NONE)
        return CHAT_NO_SUCH_USER;
    uint32_t channel = find_channel_locked(session, name, speaker);
    if (channel != NONE)
        text_copy(floor->channel, sizeof floor->channel, world->channels[channel].name);
    enum chat_result result = chat_give_floor_locked(&chat, &actor, channel, speaker);
    if (result != CHAT_DONE)
        return result;
    note_voices_locked(world, floor, channel, speaker);
    if (!all) {
        text_copy(floor->speaker, sizeof floor->speaker, world->users[speaker].nick);
        text_copy(floor->shown, sizeof floor->shown, session_name_of(session, &world->users[speaker]));
    }
    return CHAT_DONE;
}

/* As MODE, so that everybody is told in the way they know. */
static void carry_out(struct session *session, struct floor *floor)
{
    char silence[] = "+m", open[] = "-m", give[] = "+v", take[BATCH + 2], *words[BATCH + 1];
    words[0] = *floor->speaker ? silence : open;
    mode_change(session, floor->channel, words, 1);
    for (size_t at = 0; at < floor->count;) {
        int count = 0;
        take[0] = '-';
        while (count < BATCH && at < floor->count) {
            words[count + 1] = floor->voices[at++];
            take[++count] = 'v';
        }
        take[count + 1] = '\0';
        words[0] = take;
        mode_change(session, floor->channel, words, count + 1);
    }
    if (*floor->speaker) {
        words[0] = give;
        words[1] = floor->speaker;
        mode_change(session, floor->channel, words, 2);
    }
}

/* The channel is moderated and one person has a voice in it, or it is open to all. */
void class_floor(struct session *session, struct request *request)
{
    bool front = request->count > 1 && *request->arguments[0] == '#'; /* as people's commands have it */
    const char *nick = request->arguments[front], *name = request->count > 1 ? request->arguments[!front] : NULL;
    char complete[CHANNEL_SIZE];
    if (name && channel_complete_name(name, complete))
        name = complete;
    struct floor floor = {.count = 0};
    char words[CHANNEL_SIZE + ADDRESS_SIZE + 40];
    if (!session_begin(session, 0))
        return;
    enum chat_result result = plan_locked(session, &floor, nick, name);
    session_commit(session);
    if (result == CHAT_NO_SUCH_CHANNEL && !name)
        session_reply(session, REPLY_NO_CURRENT, NULL);
    else
        answer_result(session, result, result != CHAT_NOT_THERE && name ? name : floor.channel, nick);
    if (result == CHAT_DONE) {
        carry_out(session, &floor);
        snprintf(words, sizeof words, "%s has the floor in %s", *floor.speaker ? floor.shown : "everybody",
                 floor.channel);
        session_reply(session, REPLY_DONE, words, NULL);
    }
    free(floor.voices);
}
