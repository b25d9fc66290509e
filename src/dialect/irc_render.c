/* Events as IRC messages. Run by couriers, and by a worker for its own client's part of a labeled answer. */
#include "irc_render.h"

#include <stdio.h>
#include <string.h>

#include "irc_build.h"
#include "irc_said.h"
#include "world/metadata.h"

static void render_join(struct text *text, const struct event *event, const struct view *view)
{
    irc_build_begin(text, event, view, NULL);
    size_t body = text->length;
    irc_build_head(text, event, "JOIN");
    text_addf(text, " %s", event->strings.join.channel_name);
    if (irc_build_knows(view, CAP_BIT(EXTENDED_JOIN)))
        text_addf(text, " %s :%s", *event->account ? event->account : "*", event->strings.join.realname);
    irc_build_end(text, view, body);
}

/* A message of a head, words and, if there is one, a text. */
static void render_simple(struct text *text, const struct event *event, const struct view *view, const char *verb,
                          const char *words, const char *trailing)
{
    irc_build_begin(text, event, view, NULL);
    size_t body = text->length;
    irc_build_head(text, event, verb);
    if (words)
        text_addf(text, " %s", words);
    if (trailing)
        text_addf(text, " :%s", trailing);
    irc_build_end(text, view, body);
}

/* The message after which the connection ends. */
static void render_error(struct text *text, const struct view *view, const char *before, const char *words)
{
    size_t body = text->length;
    text_addf(text, "ERROR :%s%s", before, words);
    irc_build_end(text, view, body);
}

static const char *or_nothing(const char *string)
{
    return *string ? string : NULL;
}

static void render_quit(struct text *text, const struct event *event, const struct view *view)
{
    static const char *const reasons[] = {[QUIT_SAID] = "",
                                          [QUIT_LEFT] = "Quit: ",
                                          [QUIT_LOST] = "Connection lost",
                                          [QUIT_KILLED] = "Killed",
                                          [QUIT_CRASHED] = "Server trouble"};
    char said[600];
    struct text line;
    text_init(&line, said, sizeof said);
    uint32_t how = event->numbers.quit.how <= QUIT_CRASHED ? event->numbers.quit.how : QUIT_LOST;
    if (how == QUIT_SAID)
        text_add(&line, "Quit: ");
    const char *given = *event->strings.quit.irc_text ? event->strings.quit.irc_text : event->strings.quit.text;
    text_add(&line, *given ? given : reasons[how]);
    render_simple(text, event, view, "QUIT", NULL, said);
}

static void render_kick(struct text *text, const struct event *event, const struct view *view)
{
    char words[CHANNEL_SIZE + NICK_SIZE + 2];
    struct text line;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s", event->strings.kick.channel_name, event->strings.kick.nick);
    render_simple(text, event, view, "KICK", words, *event->strings.kick.text ? event->strings.kick.text : event->nick);
}

static void render_mode(struct text *text, const struct event *event, const struct view *view)
{
    char words[1200];
    struct text line;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s", event->strings.mode.channel_name, event->strings.mode.changes);
    render_simple(text, event, view, "MODE", words, NULL);
}

/* To the one who is invited, and to those in the channel who asked to know. */
static void render_invite(struct text *text, const struct event *event, const struct view *view)
{
    char words[CHANNEL_SIZE + NICK_SIZE + 2];
    struct text line;
    if (event->audience == AUDIENCE_CHANNEL && !irc_build_knows(view, CAP_BIT(INVITE_NOTIFY)))
        return;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s", event->strings.invite.nick, event->strings.invite.channel_name);
    render_simple(text, event, view, "INVITE", words, NULL);
}

/* Numeric 710; the channel stands where the client's nick usually does. */
static void render_knock(struct text *text, const struct event *event, const struct view *view)
{
    irc_build_begin(text, event, view, NULL);
    size_t body = text->length;
    text_addf(text, ":%s 710 %s %s %s!%s@%s :has asked for an invite", event->strings.knock.server,
              event->strings.knock.channel_name, event->strings.knock.channel_name, event->nick, event->username,
              event->host);
    irc_build_end(text, view, body);
}

/* Clients without the capability are told by MOVED. */
static void render_rename(struct text *text, const struct event *event, const struct view *view)
{
    char words[2 * CHANNEL_SIZE + 2];
    struct text line;
    if (!irc_build_knows(view, CAP_BIT(CHANNEL_RENAME)))
        return;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s", event->strings.rename.before, event->strings.rename.after);
    render_simple(text, event, view, "RENAME", words, event->strings.rename.text);
}

/* For clients without the capability: users left one channel and joined another. How far they have read is known to
 * their workers alone; here, in a channel that is new to them, nowhere yet. */
static void render_moved(struct text *text, const struct event *event, const struct view *view)
{
    if (irc_build_knows(view, CAP_BIT(CHANNEL_RENAME)))
        return;
    render_simple(text, event, view, "PART", event->strings.moved.before, or_nothing(event->strings.moved.text));
    struct event join = *event;
    join.strings.join.channel_name = event->strings.moved.after;
    join.strings.join.realname = event->strings.moved.realname;
    render_join(text, &join, view);
    size_t body = text->length;
    if (!irc_build_knows(view, CAP_BIT(READ_MARKER)) || !*event->strings.moved.server)
        return;
    text_addf(text, ":%s MARKREAD %s *", event->strings.moved.server, event->strings.moved.after);
    irc_build_end(text, view, body);
}

/* Bytes of members in one line, and of one at most. */
#define NAMES_WIDTH  335
#define NAMES_MEMBER (NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 4)

/* Of "@+nick!user@host" what the viewer asked for. */
static void add_member(struct text *line, const struct view *view, const char *member, size_t length)
{
    size_t signs = strspn(member, "@+"), shown = irc_build_knows(view, CAP_BIT(MULTI_PREFIX)) ? signs : signs > 0;
    if (line->length > 0)
        text_add_char(line, ' ');
    text_add_bytes(line, member, shown);
    length -= signs;
    text_add_bytes(line, member + signs,
                   irc_build_knows(view, CAP_BIT(USERHOST_IN_NAMES)) ? length : strcspn(member + signs, "! "));
}

static void render_members(struct text *text, const struct event *event, const struct view *view)
{
    char bytes[NAMES_WIDTH + NAMES_MEMBER];
    struct text line;
    text_init(&line, bytes, sizeof bytes);
    for (const char *at = event->strings.inside.members; *at;) {
        size_t length = strcspn(at, " "), body = text->length;
        add_member(&line, view, at, length);
        at += length + (at[length] == ' ');
        if (*at && line.length + NAMES_MEMBER <= NAMES_WIDTH)
            continue;
        text_addf(text, ":%s 353 %s %s %s :%s", event->strings.inside.server, event->nick, event->strings.inside.symbol,
                  event->strings.inside.channel_name, bytes);
        irc_build_end(text, view, body);
        text_init(&line, bytes, sizeof bytes);
    }
}

/* What follows that JOIN, in numerics of any other. */
static void render_inside(struct text *text, const struct event *event, const struct view *view)
{
    const char *server = event->strings.inside.server, *name = event->strings.inside.channel_name;
    size_t body = text->length;
    if (!event->numbers.inside.joined && irc_build_knows(view, CAP_BIT(CHANNEL_RENAME)))
        return;
    if (*event->strings.inside.topic) {
        text_addf(text, ":%s 332 %s %s :%s", server, event->nick, name, event->strings.inside.topic);
        irc_build_end(text, view, body);
        body = text->length;
        text_addf(text, ":%s 333 %s %s %s %lu", server, event->nick, name, event->strings.inside.topic_by,
                  (unsigned long)event->numbers.inside.topic_at);
        irc_build_end(text, view, body);
    }
    if (irc_build_knows(view, CAPS_NO_NAMES))
        return;
    render_members(text, event, view);
    body = text->length;
    if (!event->numbers.inside.last)
        return;
    text_addf(text, ":%s 366 %s %s :End of NAMES list", server, event->nick, name);
    irc_build_end(text, view, body);
}

/* The numerics of draft/metadata-3 tell what was removed from what is empty. */
static void render_metadata(struct text *text, const struct event *event, const struct view *view)
{
    char words[CHANNEL_SIZE + METADATA_KEY_SIZE + 4];
    struct text line;
    if (irc_build_knows(view, CAP_BIT(METADATA_3))) {
        irc_build_begin(text, event, view, NULL);
        size_t body = text->length;
        const char *pattern = event->numbers.metadata.is_set ? ":%s 761 * %s %s * :%s" : ":%s 766 * %s %s :Key not set";
        text_addf(text, pattern, event->strings.metadata.server, event->strings.metadata.target,
                  event->strings.metadata.key, event->strings.metadata.value);
        irc_build_end(text, view, body);
        return;
    }
    if (!irc_build_knows(view, CAP_BIT(METADATA)))
        return;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s *", event->strings.metadata.target, event->strings.metadata.key);
    render_simple(text, event, view, "METADATA", words, event->strings.metadata.value);
}

static void render_read(struct text *text, const struct event *event, const struct view *view)
{
    size_t body = text->length;
    if (!irc_build_knows(view, CAP_BIT(READ_MARKER)))
        return;
    text_addf(text, ":%s MARKREAD %s timestamp=%s", event->strings.read.server, event->strings.read.target,
              event->strings.read.stamp);
    irc_build_end(text, view, body);
}

uint64_t irc_render_caps(uint32_t type)
{
    uint64_t tags = CAP_BIT(SERVER_TIME) | CAP_BIT(MESSAGE_TAGS) | CAP_BIT(ACCOUNT_TAG);
    switch (type) {
    case EVENT_JOIN:
        return tags | CAP_BIT(EXTENDED_JOIN);
    case EVENT_INVITE:
        return tags | CAP_BIT(INVITE_NOTIFY);
    case EVENT_RENAME:
        return tags | CAP_BIT(CHANNEL_RENAME);
    case EVENT_MOVED:
        return tags | CAP_BIT(CHANNEL_RENAME) | CAP_BIT(EXTENDED_JOIN) | CAP_BIT(READ_MARKER);
    case EVENT_INSIDE:
        return CAP_BIT(CHANNEL_RENAME) | CAPS_NO_NAMES | CAP_BIT(MULTI_PREFIX) | CAP_BIT(USERHOST_IN_NAMES);
    case EVENT_METADATA:
        return tags | CAPS_METADATA;
    case EVENT_MULTILINE:
        return tags | CAP_BIT(MULTILINE) | CAP_BIT(BATCH);
    case EVENT_REDACT:
        return tags | CAP_BIT(MESSAGE_REDACTION);
    case EVENT_AWAY:
        return tags | CAP_BIT(AWAY_NOTIFY);
    case EVENT_SETNAME:
        return tags | CAP_BIT(SETNAME);
    case EVENT_ACCOUNT:
        return tags | CAP_BIT(ACCOUNT_NOTIFY);
    case EVENT_READ:
        return CAP_BIT(READ_MARKER);
    default:
        return tags;
    }
}

void irc_render(struct text *text, const struct event *event, const struct view *view)
{
    switch ((enum event_type)event->type) {
    case EVENT_NICK:
        render_simple(text, event, view, "NICK", NULL, event->strings.nick.to);
        break;
    case EVENT_QUIT:
        render_quit(text, event, view);
        break;
    case EVENT_JOIN:
        render_join(text, event, view);
        break;
    case EVENT_PART:
        render_simple(text, event, view, "PART", event->strings.part.channel_name,
                      or_nothing(event->strings.part.text));
        break;
    case EVENT_KICK:
        render_kick(text, event, view);
        break;
    case EVENT_TOPIC:
        render_simple(text, event, view, "TOPIC", event->strings.topic.channel_name, event->strings.topic.topic);
        break;
    case EVENT_MODE:
        render_mode(text, event, view);
        break;
    case EVENT_METADATA:
        render_metadata(text, event, view);
        break;
    case EVENT_INVITE:
        render_invite(text, event, view);
        break;
    case EVENT_KNOCK:
        render_knock(text, event, view);
        break;
    case EVENT_RENAME:
        render_rename(text, event, view);
        break;
    case EVENT_MOVED:
        render_moved(text, event, view);
        break;
    case EVENT_INSIDE:
        render_inside(text, event, view);
        break;
    case EVENT_MESSAGE:
        irc_said_render(text, event, view);
        break;
    case EVENT_MULTILINE:
        irc_said_render_lines(text, event, view);
        break;
    case EVENT_REDACT:
        irc_said_render_redaction(text, event, view);
        break;
    case EVENT_KILL:
        if (*event->nick)
            render_simple(text, event, view, "KILL", event->strings.kill.nick, event->strings.kill.text);
        if (*event->strings.kill.last_words)
            render_error(text, view, "", event->strings.kill.last_words);
        break;
    case EVENT_WALL:
        render_simple(text, event, view, "NOTICE", "*", event->strings.wall.text);
        if (event->flags & EVENT_LAST)
            render_error(text, view, "Closing Link: ", event->strings.wall.text);
        break;
    case EVENT_FLAGS:
        render_simple(text, event, view, "MODE", event->nick, event->strings.flags.change);
        break;
    case EVENT_AWAY:
        if (irc_build_knows(view, CAP_BIT(AWAY_NOTIFY)))
            render_simple(text, event, view, "AWAY", NULL, or_nothing(event->strings.away.text));
        break;
    case EVENT_SETNAME:
        if (irc_build_knows(view, CAP_BIT(SETNAME)))
            render_simple(text, event, view, "SETNAME", NULL, event->strings.setname.realname);
        break;
    case EVENT_ACCOUNT:
        if (irc_build_knows(view, CAP_BIT(ACCOUNT_NOTIFY)))
            render_simple(text, event, view, "ACCOUNT",
                          *event->strings.account.name ? event->strings.account.name : "*", NULL);
        break;
    case EVENT_READ:
        render_read(text, event, view);
        break;
    case EVENT_WALLOPS:
        render_simple(text, event, view, "WALLOPS", NULL, event->strings.wallops.text);
        break;
    case EVENT_PRESENCE:
        render_simple(text, event, view, event->numbers.presence.here ? "730 *" : "731 *", NULL,
                      event->strings.presence.who);
        break;
    case EVENT_ATTACH:
    case EVENT_ADOPT:
    case EVENT_DETACH:
    case EVENT_STATUS:
    case EVENT_MONITOR:
    case EVENT_SUBSCRIBE:
    case EVENT_DROP:
    case EVENT_CAPS:
    case EVENT_ARRIVE:
    case EVENT_CURRENT:
    case EVENT_REPLY:
    case EVENT_TYPES:
        break;
    }
}
