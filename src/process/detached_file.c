/* Users who wait, on disk between two servers. Run by the supervisor, when nobody else runs; writes users, channels and
 * memberships, under the lock.
 *
 * Lines of fields with tabs between them: the time, in seconds since 1970; users, each followed by what is theirs;
 * rooms that they are in. What free text there is stands last. The file is readable by its owner alone: tokens are in
 * it as they are in the tables, hashed, but keys of channels are not. */
#include "detached_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/harmless.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/paths.h"
#include "base/text.h"
#include "chat/detach.h"
#include "ipc/ring.h"
#include "world/shares.h"
#include "world/token.h"

#define PATH_LIMIT 4096
#define FIELDS     10
#define FILE_LIMIT ((size_t)16 << 20)

/* What of a user's flags is theirs, and not an operator's to give. */
#define FLAGS_KEPT (USER_NAMED | USER_INVISIBLE | USER_WALLOPS | USER_BOT | USER_MUTED | USER_STAYS)
#define MODES_KEPT                                                                                                     \
    (CHANNEL_INVITE_ONLY | CHANNEL_MODERATED | CHANNEL_NO_EXTERNAL | CHANNEL_PRIVATE | CHANNEL_SECRET |                \
     CHANNEL_TOPIC_LOCK | CHANNEL_SILENCED | CHANNEL_NO_CTCP)

static void path_of(const struct settings *settings, char path[PATH_LIMIT])
{
    snprintf(path, PATH_LIMIT, "%.4000s/detached", settings->state_directory);
}

/* ---- writing ---- */

static bool can_come_back(const struct world *world, const struct settings *settings, uint32_t index)
{
    const struct user_shm *user = &world->users[index];
    if (user->state != USER_PRESENT || user->home != HOME_HERE)
        return false;
    if (settings->grace == 0 || (user->flags & USER_STAYS))
        return user->flags & USER_STAYS;
    for (uint32_t at = NONE; (at = connection_next_locked(world, index, at)) != NONE;)
        if (chat_return_locked(world, at) != RETURN_NEVER)
            return true;
    return user->detached_monotonic != 0;
}

static void write_user(struct text *text, const struct world *world, uint32_t index)
{
    static const unsigned char none[TOKEN_HASH_SIZE];
    struct user_shm user = world->users[index];
    user_seal(&user);
    text_addf(text, "user\t%s\t%s\t%s\t%s\t%s\t%u\t%s\n", user.nick, user.username, user.host, user.address,
              user.account, user.flags & FLAGS_KEPT, user.realname);
    if (*user.away)
        text_addf(text, "away\t%s\n", user.away);
    for (uint32_t i = 0; i < USER_CONNECTIONS; i++) {
        if (memcmp(user.tokens[i].hash, none, sizeof none) == 0)
            continue;
        text_add(text, "token\t");
        for (uint32_t k = 0; k < TOKEN_HASH_SIZE; k++)
            text_addf(text, "%02x", user.tokens[i].hash[k]);
        text_add(text, "\n");
    }
    for (uint32_t at = world->users[index].first_membership; at < world->limits.members;
         at = world->members[at].next_of_user)
        text_addf(text, "in\t%s\t%u\n", world->channels[world->members[at].channel].name, world->members[at].flags);
}

static void write_room(struct text *text, const struct world *world, uint32_t index)
{
    struct channel_shm channel = world->channels[index];
    channel_seal(&channel);
    text_addf(text, "room\t%s\t%u\t%u\t%s\t%s\t%s\n", channel.name, channel.modes, channel.limit, channel.key,
              channel.topic_by, channel.topic);
}

/* Bytes for all of it, and a mark of which rooms anybody of them is in; 0 if there is nobody. */
static size_t measure(const struct world *world, const struct settings *settings, bool *rooms)
{
    size_t users = 0, memberships = 0, channels = 0;
    for (uint32_t i = 0; i < world_users_end_locked(world); i++) {
        if (!can_come_back(world, settings, i))
            continue;
        users++;
        for (uint32_t at = world->users[i].first_membership; at < world->limits.members;
             at = world->members[at].next_of_user, memberships++)
            if (world->members[at].channel < world->limits.channels)
                rooms[world->members[at].channel] = true;
    }
    for (uint32_t i = 0; i < world->limits.channels; i++)
        channels += rooms[i];
    return users ? 64 + users * (sizeof(struct user_shm) + 400) + memberships * (CHANNEL_SIZE + 20) +
                       channels * (sizeof(struct channel_shm) + 64)
                 : 0;
}

static void write_all(struct text *text, const struct world *world, const struct settings *settings, const bool *rooms)
{
    text_addf(text, "time\t%lld\n", (long long)(clock_realtime() / 1000));
    for (uint32_t i = 0; i < world_users_end_locked(world); i++)
        if (can_come_back(world, settings, i))
            write_user(text, world, i);
    for (uint32_t i = 0; i < world_channels_end_locked(world); i++)
        if (rooms[i] && world->channels[i].state == CHANNEL_LIVE)
            write_room(text, world, i);
}

static const char *replace_file(const struct settings *settings, const char *path, const char *bytes, size_t length)
{
    const char *why;
    int fd = paths_open_directory(settings->state_directory, &why);
    if (fd < 0)
        return why;
    close(fd);
    return fd_replace_file(path, bytes, length, 0600) ? strerror(errno) : NULL;
}

void detached_file_write(struct world *world, const struct settings *settings)
{
    char path[PATH_LIMIT], *bytes = NULL;
    bool *rooms = calloc(world->limits.channels, sizeof *rooms);
    const char *why = NULL;
    struct text text = {0};
    if (!rooms || !txn_try_begin(world->txn, 0)) {
        free(rooms);
        return;
    }
    size_t size = measure(world, settings, rooms);
    if (size && (bytes = malloc(size))) {
        text_init(&text, bytes, size);
        write_all(&text, world, settings, rooms);
    }
    txn_commit(world->txn);
    path_of(settings, path);
    if (bytes)
        why = replace_file(settings, path, bytes, text.length);
    if (why)
        log_error("%s: %s: nobody is waited for at the next start", path, why);
    free(bytes);
    free(rooms);
}

/* ---- reading ---- */

/* Takes a line apart; returns how many fields it has. */
static int split(char *line, char *fields[FIELDS], int most)
{
    int count = 0;
    char *rest = line;
    while (count < most - 1 && (fields[count] = text_next_item(&rest, '\t')))
        count++;
    if (rest)
        fields[count++] = rest;
    return count;
}

static bool is_number(const char *word, uint32_t most, uint32_t *value)
{
    int64_t number;
    if (!parse_number(word, 0, most, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

/* Whether a word may be where it can be seen: what somebody edited is not to break anybody's line. */
static bool is_word(const char *word, size_t size)
{
    size_t length = strlen(word);
    for (const char *c = word; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return length < size && text_is_utf8(word, length);
}

static bool is_text(const char *words, size_t size)
{
    char harmless[TOPIC_SIZE];
    struct text text;
    text_init(&text, harmless, sizeof harmless);
    harmless_add_readable(&text, words, strlen(words));
    return strlen(words) < size && text_is_utf8(words, strlen(words)) && !strpbrk(words, "\r\n");
}

static bool load_room(struct world *world, char *fields[FIELDS], int count)
{
    uint32_t modes, limit, channel;
    if (count != 7 || !name_is_channel(fields[1]) || !is_number(fields[2], UINT32_MAX, &modes) ||
        !is_number(fields[3], INT32_MAX, &limit) || !is_word(fields[4], KEY_SIZE) || !is_word(fields[5], NICK_SIZE) ||
        !is_text(fields[6], TOPIC_SIZE))
        return false;
    if ((channel = channel_find_locked(world, fields[1])) == NONE)
        return false;
    channel_set_modes_locked(world, channel, modes & MODES_KEPT);
    channel_set_limit_locked(world, channel, limit);
    channel_set_key_locked(world, channel, fields[4]);
    if (*fields[6])
        channel_set_topic_locked(world, channel, fields[6], fields[5]);
    return true;
}

static bool is_account(const char *word)
{
    return !*word || name_check_nick(word, ACCOUNT_SIZE - 1) == NAME_OK;
}

/* NONE for a line that is none. */
static uint32_t load_user(struct world *world, char *fields[FIELDS], int count)
{
    uint32_t flags, user;
    if (count != 8 || !is_word(fields[1], NICK_SIZE) || !is_word(fields[2], USERNAME_SIZE) ||
        !is_word(fields[3], HOST_SIZE) || !is_word(fields[4], ADDRESS_SIZE) || !is_account(fields[5]) ||
        !is_number(fields[6], UINT32_MAX, &flags) || !is_text(fields[7], REALNAME_SIZE))
        return NONE;
    bool named = flags & USER_NAMED;
    if (named && (name_check_nick(fields[1], NICK_SIZE - 1) != NAME_OK || user_find_locked(world, fields[1]) != NONE ||
                  user_find_alike_locked(world, fields[1], NONE) != NONE))
        return NONE;
    if (world_detached(world) >= world->limits.users - world->limits.connections ||
        (user = user_create_locked(world, fields[4], fields[3])) == NONE)
        return NONE;
    user_describe_locked(world, user, fields[2], fields[7]);
    if (named)
        user_rename_locked(world, user, fields[1]);
    user_introduce_locked(world, user);
    if (!*fields[5])
        flags &= ~(uint32_t)USER_STAYS;
    user_set_flags_locked(world, user, flags & FLAGS_KEPT);
    user_set_account_locked(world, user, fields[5]);
    user_wait_locked(world, user);
    return user;
}

static int digit(char c)
{
    const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static bool load_token(struct world *world, uint32_t user, const char *hex)
{
    unsigned char hash[TOKEN_HASH_SIZE];
    if (strlen(hex) != 2 * sizeof hash)
        return false;
    for (size_t i = 0; i < sizeof hash; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        hash[i] = (unsigned char)(high << 4 | low);
    }
    return token_restore_locked(world, user, hash, ring_head(&world->txn->ring));
}

/* The first who is in a channel makes it: there is none without members. */
static bool load_membership(struct world *world, uint32_t user, const char *name, const char *word)
{
    uint32_t flags, channel = channel_find_locked(world, name);
    if (!name_is_channel(name) || !is_number(word, UINT32_MAX, &flags) ||
        share_ask_locked(world, SHARE_MEMBERS, user) != SHARE_FITS)
        return false;
    if (channel == NONE && channel_find_alike_locked(world, name, NONE) == NONE)
        channel = channel_create_locked(world, name, NONE);
    return channel != NONE && member_find_locked(world, user, channel) == NONE &&
           member_add_locked(world, user, channel, flags & (MEMBER_OPERATOR | MEMBER_VOICE)) != NONE;
}

/* Whether the line is that of a user who stays for good. */
static bool tells_of_one_who_stays(const char *line)
{
    uint32_t flags;
    char copy[sizeof(struct user_shm) + 400], *fields[FIELDS];
    return text_copy(copy, sizeof copy, line) && split(copy, fields, 8) == 8 && *fields[5] &&
           is_number(fields[6], UINT32_MAX, &flags) && (flags & USER_STAYS);
}

/* *user: of whom the line tells, unless it begins with another. */
static bool load_line(struct world *world, char *line, uint32_t *user)
{
    char *fields[FIELDS];
    bool is_user = strncmp(line, "user\t", 5) == 0;
    int count = split(line, fields, is_user ? 8 : strncmp(line, "room\t", 5) == 0 ? 7 : 3);
    if (is_user)
        return (*user = load_user(world, fields, count)) != NONE;
    if (strcmp(fields[0], "room") == 0)
        return load_room(world, fields, count);
    if (*user == NONE)
        return false;
    if (strcmp(fields[0], "away") == 0 && count == 2 && is_text(fields[1], AWAY_SIZE))
        user_set_away_locked(world, *user, fields[1]);
    else if (strcmp(fields[0], "token") == 0 && count == 2)
        return load_token(world, *user, fields[1]);
    else
        return strcmp(fields[0], "in") == 0 && count == 3 && load_membership(world, *user, fields[1], fields[2]);
    return true;
}

/* Whether what was written then may still be true. */
static bool is_recent(const char *line, const struct settings *settings)
{
    int64_t then, now = clock_realtime() / 1000;
    return strncmp(line, "time\t", 5) == 0 && parse_number(line + 5, 0, INT64_MAX / 1000, &then) &&
           now - then < settings->grace && then - now < settings->grace;
}

static void load_all(struct world *world, const struct settings *settings, const char *path, char *bytes)
{
    char *rest = bytes, *line = text_next_item(&rest, '\n');
    uint32_t user = NONE;
    if (!line)
        return;
    bool recent = is_recent(line, settings), left_out = false;
    for (int number = 2; (line = text_next_item(&rest, '\n')); number++) {
        if (strncmp(line, "user\t", 5) == 0)
            left_out = !recent && !tells_of_one_who_stays(line);
        bool is_room = strncmp(line, "room\t", 5) == 0;
        if (!*line || (left_out && !is_room))
            continue;
        txn_begin_look(world->txn);
        bool good = load_line(world, line, &user);
        txn_commit(world->txn);
        if (!good && (recent || !is_room)) /* else nobody is in it any more */
            log_error("%s:%d: this cannot be restored", path, number);
    }
}

void detached_file_load(struct world *world, const struct settings *settings)
{
    char path[PATH_LIMIT];
    path_of(settings, path);
    if (access(path, F_OK))
        return;
    char *bytes = fd_read_file(path, FILE_LIMIT, NULL);
    if (!bytes)
        log_error("%s: %s", path, fd_why(errno));
    else
        load_all(world, settings, path, bytes);
    free(bytes);
    if (unlink(path))
        log_error("%s: %s", path, strerror(errno));
    if (world_detached(world) > 0)
        log_info("%u who were here are waited for", world_detached(world));
}
