/* Events as IRC messages. Run by couriers, and by a worker for its own client's part of a labeled answer. */
#include "irc_render.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "irc_line.h"
#include "world/metadata.h"

static bool has(const struct view *view, uint64_t caps)
{
    return (view->caps & caps) != 0;
}

/* Begins the tags or goes on with them. */
static void next_tag(struct text *text, size_t start)
{
    text_add_char(text, text->length == start ? '@' : ';');
}

/* No line ends among what was added since `start`. */
static void flatten(struct text *text, size_t start, char instead)
{
    for (size_t at = start; at < text->length; at++)
        if (text->start[at] == '\r' || text->start[at] == '\n' || text->start[at] == '\0')
            text->start[at] = instead;
}

/* The tags this viewer asked for. id: the message is one that has an id. client_tags: those of the one who sent it, or
 * NULL. */
static void add_all_tags(struct text *text, const struct event *event, const struct view *view, bool id,
                         const char *client_tags)
{
    size_t start = text->length;
    if (has(view, CAP_BIT(SERVER_TIME))) {
        char stamp[CLOCK_STAMP_SIZE];
        clock_stamp(event->time, stamp);
        next_tag(text, start);
        text_addf(text, "time=%s", stamp);
    }
    if (has(view, CAP_BIT(MESSAGE_TAGS)) && id) {
        next_tag(text, start);
        text_addf(text, "msgid=%llx", (unsigned long long)event->id);
    }
    if (has(view, CAP_BIT(MESSAGE_TAGS)) && (event->flags & EVENT_BOT)) {
        next_tag(text, start);
        text_add(text, "bot");
    }
    if (has(view, CAP_BIT(ACCOUNT_TAG)) && *event->account) {
        next_tag(text, start);
        text_addf(text, "account=%.*s", ACCOUNT_SIZE - 1, event->account);
    }
    if (has(view, CAP_BIT(MESSAGE_TAGS)) && client_tags && *client_tags && strlen(client_tags) < IRC_TAGS_LIMIT) {
        next_tag(text, start);
        text_add(text, client_tags);
    }
    flatten(text, start, '_');
    if (text->length > start)
        text_add_char(text, ' ');
}

/* Those of a message, which has an id and client_tags, or (NULL) of anything else. */
static void add_tags(struct text *text, const struct event *event, const struct view *view, const char *client_tags)
{
    add_all_tags(text, event, view, client_tags != NULL, client_tags);
}

/* ":nick!user@host VERB", or the server's name for what nobody did. */
static void add_head(struct text *text, const struct event *event, const char *verb)
{
    if (*event->nick)
        text_addf(text, ":%s!%s@%s %s", event->nick, event->username, event->host, verb);
    else
        text_addf(text, ":%s %s", event->host, verb);
}

/* Ends a message, cut to what IRC allows: `body` is where it began behind its tags. Whatever is in the event, it is one
 * line. */
static void end_message(struct text *text, const struct view *view, size_t body)
{
    if (text->length - body > IRC_BODY_LIMIT) {
        size_t length = text_boundary(text->start + body, text->length - body, IRC_BODY_LIMIT);
        text->length = body + length;
        text->start[text->length] = '\0';
    }
    flatten(text, body, ' ');
    text_add(text, view->framing->end);
}

/* How much of `words` goes into one message with `room` bytes for them: all, or up to a blank and with it, or up to a
 * character. */
static size_t measure_piece(const char *words, size_t length, size_t room)
{
    if (length <= room)
        return length;
    size_t cut = text_boundary(words, length, room);
    for (size_t at = cut; at > cut / 2; at--)
        if (words[at - 1] == ' ')
            return at;
    return cut;
}

/* The words of CTCP ACTION, or NULL for others. */
static const char *action_words(const char *words, size_t *length)
{
    static const char action[] = "\001ACTION ";
    if (strncmp(words, action, sizeof action - 1) != 0)
        return NULL;
    *length -= sizeof action - 1;
    if (*length > 0 && words[sizeof action - 2 + *length] == '\001')
        --*length;
    return words + sizeof action - 1;
}

/* As many messages as the words need, because people's lines may be longer than those of IRC; the first has the id. A
 * blank between two may be the last character of one, so that nothing is lost. */
static void render_words(struct text *text, const struct event *event, const struct view *view, const char *verb)
{
    size_t length = EVENT_LENGTH(event, message.text);
    const char *action = action_words(event->strings.message.text, &length);
    const char *words = action ? action : event->strings.message.text;
    const char *tags = event->strings.message.tags;
    do {
        add_tags(text, event, view, tags);
        tags = NULL;
        size_t body = text->length;
        add_head(text, event, verb);
        text_addf(text, " %s :%s", event->strings.message.target, action ? "\001ACTION " : "");
        size_t used = text->length - body + (action ? 1 : 0);
        bool ctcp = !action && *words == '\001'; /* that means something as a whole */
        size_t part = ctcp || used + 64 > IRC_BODY_LIMIT ? length : measure_piece(words, length, IRC_BODY_LIMIT - used);
        text_add_bytes(text, words, part);
        text_add(text, action ? "\001" : "");
        end_message(text, view, body);
        words += part;
        length -= part;
    } while (length > 0 && !text->cut);
}

static void render_message(struct text *text, const struct event *event, const struct view *view)
{
    static const char *const verbs[] = {"PRIVMSG", "NOTICE"};
    if (event->numbers.message.kind < MESSAGE_TAGMSG) {
        render_words(text, event, view, verbs[event->numbers.message.kind]);
    } else if (event->numbers.message.kind == MESSAGE_TAGMSG && has(view, CAP_BIT(MESSAGE_TAGS))) {
        add_tags(text, event, view, event->strings.message.tags);
        size_t body = text->length;
        add_head(text, event, "TAGMSG");
        text_addf(text, " %s", event->strings.message.target);
        end_message(text, view, body);
    }
}

static void render_batch(struct text *text, const struct event *event, const struct view *view, const char *words)
{
    size_t body = text->length;
    add_head(text, event, "BATCH");
    text_addf(text, " %s", words);
    end_message(text, view, body);
}

/* Bytes of client-only tags that are repeated with each line of a message: more of them, a hundred times, would be many
 * times what was sent. */
#define REPEATED_TAGS 400

/* To those who know them as one message in a batch; to others one by one, without the blank ones, the first
 * with the id and each with what else the batch would have had. */
static void render_multiline(struct text *text, const struct event *event, const struct view *view)
{
    bool batch = has(view, CAP_BIT(MULTILINE)) && has(view, CAP_BIT(BATCH));
    bool repeat = EVENT_LENGTH(event, message.tags) <= REPEATED_TAGS;
    char name[24], words[CHANNEL_SIZE + 60];
    snprintf(name, sizeof name, "m%llx", (unsigned long long)event->id);
    if (batch) {
        add_tags(text, event, view, event->strings.message.tags);
        snprintf(words, sizeof words, "+%s draft/multiline %.65s", name, event->strings.message.target);
        render_batch(text, event, view, words);
    }
    int lines = 0;
    size_t length;
    for (const char *at = event->strings.message.text; *at && lines < MULTILINE_LINES; at += length + (at[length] == '\n')) {
        length = strcspn(at, "\n");
        if (length == 0 || (!batch && length == 1))
            continue;
        if (batch)
            text_addf(text, "@batch=%s%s ", name, *at == '+' ? ";draft/multiline-concat" : "");
        else
            add_all_tags(text, event, view, lines == 0, lines == 0 || repeat ? event->strings.message.tags : NULL);
        lines++;
        size_t body = text->length;
        add_head(text, event, "PRIVMSG");
        text_addf(text, " %s :", event->strings.message.target);
        text_add_bytes(text, at + 1, length - 1);
        end_message(text, view, body);
    }
    if (batch) {
        snprintf(words, sizeof words, "-%s", name);
        render_batch(text, event, view, words);
    }
}

static void render_redact(struct text *text, const struct event *event, const struct view *view)
{
    if (!has(view, CAP_BIT(MESSAGE_REDACTION)))
        return;
    add_tags(text, event, view, "");
    size_t body = text->length;
    add_head(text, event, "REDACT");
    text_addf(text, " %s %s", event->strings.redact.target, event->strings.redact.id);
    if (*event->strings.redact.reason)
        text_addf(text, " :%s", event->strings.redact.reason);
    end_message(text, view, body);
}

static void render_join(struct text *text, const struct event *event, const struct view *view)
{
    add_tags(text, event, view, NULL);
    size_t body = text->length;
    add_head(text, event, "JOIN");
    text_addf(text, " %s", event->strings.join.channel_name);
    if (has(view, CAP_BIT(EXTENDED_JOIN)))
        text_addf(text, " %s :%s", *event->account ? event->account : "*", event->strings.join.realname);
    end_message(text, view, body);
}

/* A message of a head, words and, if there is one, a text. */
static void render_simple(struct text *text, const struct event *event, const struct view *view,
                          const char *verb, const char *words, const char *trailing)
{
    add_tags(text, event, view, NULL);
    size_t body = text->length;
    add_head(text, event, verb);
    if (words)
        text_addf(text, " %s", words);
    if (trailing)
        text_addf(text, " :%s", trailing);
    end_message(text, view, body);
}

/* The message after which the connection ends. */
static void render_error(struct text *text, const struct view *view, const char *before, const char *words)
{
    size_t body = text->length;
    text_addf(text, "ERROR :%s%s", before, words);
    end_message(text, view, body);
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
    render_simple(text, event, view, "KICK", words,
                  *event->strings.kick.text ? event->strings.kick.text : event->nick);
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
    if (event->audience == AUDIENCE_CHANNEL && !has(view, CAP_BIT(INVITE_NOTIFY)))
        return;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s", event->strings.invite.nick, event->strings.invite.channel_name);
    render_simple(text, event, view, "INVITE", words, NULL);
}

/* Numeric 710; the channel stands where the client's nick usually does. */
static void render_knock(struct text *text, const struct event *event, const struct view *view)
{
    add_tags(text, event, view, NULL);
    size_t body = text->length;
    text_addf(text, ":%s 710 %s %s %s!%s@%s :has asked for an invite", event->strings.knock.server,
              event->strings.knock.channel_name, event->strings.knock.channel_name, event->nick, event->username, event->host);
    end_message(text, view, body);
}

/* Those without the capability are told by MOVED. */
static void render_rename(struct text *text, const struct event *event, const struct view *view)
{
    char words[2 * CHANNEL_SIZE + 2];
    struct text line;
    if (!has(view, CAP_BIT(CHANNEL_RENAME)))
        return;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s", event->strings.rename.before, event->strings.rename.after);
    render_simple(text, event, view, "RENAME", words, event->strings.rename.text);
}

/* Those of clients without the capability, who left one channel and joined another. How far they have read is known to
 * their workers alone; here, in a channel that is new to them, nowhere yet. */
static void render_moved(struct text *text, const struct event *event, const struct view *view)
{
    if (has(view, CAP_BIT(CHANNEL_RENAME)))
        return;
    render_simple(text, event, view, "PART", event->strings.moved.before, or_nothing(event->strings.moved.text));
    struct event join = *event;
    join.strings.join.channel_name = event->strings.moved.after;
    join.strings.join.realname = event->strings.moved.realname;
    render_join(text, &join, view);
    size_t body = text->length;
    if (!has(view, CAP_BIT(READ_MARKER)) || !*event->strings.moved.server)
        return;
    text_addf(text, ":%s MARKREAD %s *", event->strings.moved.server, event->strings.moved.after);
    end_message(text, view, body);
}

/* Bytes of members in one line, and of one at most. */
#define NAMES_WIDTH  335
#define NAMES_MEMBER (NICK_SIZE + USERNAME_SIZE + HOST_SIZE + 4)

/* Of "@+nick!user@host" what the viewer asked for. */
static void add_member(struct text *line, const struct view *view, const char *member, size_t length)
{
    size_t signs = strspn(member, "@+"), shown = has(view, CAP_BIT(MULTI_PREFIX)) ? signs : signs > 0;
    if (line->length > 0)
        text_add_char(line, ' ');
    text_add_bytes(line, member, shown);
    length -= signs;
    text_add_bytes(line, member + signs,
                   has(view, CAP_BIT(USERHOST_IN_NAMES)) ? length : strcspn(member + signs, "! "));
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
        text_addf(text, ":%s 353 %s %s %s :%s", event->strings.inside.server, event->nick,
                  event->strings.inside.symbol, event->strings.inside.channel_name, bytes);
        end_message(text, view, body);
        text_init(&line, bytes, sizeof bytes);
    }
}

/* What follows that JOIN, in numerics of any other. */
static void render_inside(struct text *text, const struct event *event, const struct view *view)
{
    const char *server = event->strings.inside.server, *name = event->strings.inside.channel_name;
    size_t body = text->length;
    if (has(view, CAP_BIT(CHANNEL_RENAME)))
        return;
    if (*event->strings.inside.topic) {
        text_addf(text, ":%s 332 %s %s :%s", server, event->nick, name, event->strings.inside.topic);
        end_message(text, view, body);
        body = text->length;
        text_addf(text, ":%s 333 %s %s %s %lu", server, event->nick, name, event->strings.inside.topic_by,
                  (unsigned long)event->numbers.inside.topic_at);
        end_message(text, view, body);
    }
    if (has(view, CAPS_NO_NAMES))
        return;
    render_members(text, event, view);
    body = text->length;
    if (!event->numbers.inside.last)
        return;
    text_addf(text, ":%s 366 %s %s :End of NAMES list", server, event->nick, name);
    end_message(text, view, body);
}

/* The numerics of draft/metadata-3 tell what was removed from what is empty. */
static void render_metadata(struct text *text, const struct event *event, const struct view *view)
{
    char words[CHANNEL_SIZE + METADATA_KEY_SIZE + 4];
    struct text line;
    if (has(view, CAP_BIT(METADATA_3))) {
        add_tags(text, event, view, NULL);
        size_t body = text->length;
        const char *pattern = event->numbers.metadata.is_set ? ":%s 761 * %s %s * :%s" : ":%s 766 * %s %s :Key not set";
        text_addf(text, pattern, event->strings.metadata.server, event->strings.metadata.target, event->strings.metadata.key, event->strings.metadata.value);
        end_message(text, view, body);
        return;
    }
    if (!has(view, CAP_BIT(METADATA)))
        return;
    text_init(&line, words, sizeof words);
    text_addf(&line, "%s %s *", event->strings.metadata.target, event->strings.metadata.key);
    render_simple(text, event, view, "METADATA", words, event->strings.metadata.value);
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
        render_simple(text, event, view, "PART", event->strings.part.channel_name, or_nothing(event->strings.part.text));
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
        render_message(text, event, view);
        break;
    case EVENT_MULTILINE:
        render_multiline(text, event, view);
        break;
    case EVENT_REDACT:
        render_redact(text, event, view);
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
        if (has(view, CAP_BIT(AWAY_NOTIFY)))
            render_simple(text, event, view, "AWAY", NULL, or_nothing(event->strings.away.text));
        break;
    case EVENT_SETNAME:
        if (has(view, CAP_BIT(SETNAME)))
            render_simple(text, event, view, "SETNAME", NULL, event->strings.setname.realname);
        break;
    case EVENT_WALLOPS:
        render_simple(text, event, view, "WALLOPS", NULL, event->strings.wallops.text);
        break;
    case EVENT_PRESENCE:
        render_simple(text, event, view, event->numbers.presence.here ? "730 *" : "731 *", NULL, event->strings.presence.who);
        break;
    case EVENT_ATTACH:
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
