/* Channel modes as sentences: "toto made tutu a moderator of #x". Run by couriers. */
#include <string.h>

#include "text_dialect.h"
#include "base/harmless.h"
#include "world/modes.h"

/* $1: who did it, $2: the channel, $3: the argument. */
static const struct sentence {
    char letter;
    const char *on, *off;
} sentences[] = {
    {'b', "$1 banned $3 from $2", "$1 ended the ban of $3 from $2"},
    {'e', "$1 exempted $3 from the bans of $2", "$1 ended the exemption of $3 from the bans of $2"},
    {'I', "$1 lets $3 into $2 without an invitation", "$1 no longer lets $3 into $2 without an invitation"},
    {'k', "$1 set the key of $2 to $3", "$1 removed the key of $2"},
    {'l', "$1 limited $2 to $3 members", "$1 removed the limit of $2"},
    {'C', "$1 closed $2 to CTCP, all but ACTION", "$1 opened $2 to CTCP"},
    {'i', "$1 made $2 invitation-only", "$1 opened $2 to everybody"},
    {'m', "$1 made $2 moderated: only those with a voice may speak", "$1 lets everybody speak in $2"},
    {'n', "$1 closed $2 to messages from outside", "$1 opened $2 to messages from outside"},
    {'p', "$1 made $2 private", "$1 made $2 no longer private"},
    {'s', "$1 made $2 secret", "$1 made $2 no longer secret"},
    {'t', "$1 lets only moderators set the topic of $2", "$1 lets everybody set the topic of $2"},
    {'o', "$1 made $3 a moderator of $2", "$1 made $3 no longer a moderator of $2"},
    {'v', "$1 gave $3 a voice in $2", "$1 took the voice of $3 in $2"},
};

static const struct sentence muting = {'b', "$1 muted $3 in $2", "$1 lets $3 speak in $2 again"};

static const struct sentence *find(const struct mode_change *change)
{
    if (change->letter == 'b' && change->argument && strncmp(change->argument, "m:", 2) == 0)
        return &muting;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (sentences[i].letter == change->letter)
            return &sentences[i];
    return NULL;
}

void text_dialect_render_modes(struct text *text, const struct event *event, const struct view *view)
{
    struct mode_change changes[MODE_CHANGES];
    char copy[2048], *words[32], *rest = copy;
    int count = 0;
    bool first = true;
    text_copy(copy, sizeof copy, *event->strings.mode.shown ? event->strings.mode.shown : event->strings.mode.changes);
    while (count < 32 && (words[count] = text_next_word(&rest)))
        count++;
    int made = modes_parse(words, count, changes);
    for (int i = 0; i < made; i++) {
        char line[1024];
        const struct sentence *sentence = find(&changes[i]);
        const char *argument = changes[i].argument ? changes[i].argument : "";
        if (!sentence)
            continue;
        const char *arguments[] = {*event->shown ? event->shown : "the server", event->strings.mode.channel_name,
                                   sentence == &muting ? argument + 2 : argument};
        const struct reply_words filling = {.slash = "", .nick = "", .server = "", .arguments = arguments, .count = 3};
        struct text words_of;
        text_init(&words_of, line, sizeof line);
        reply_fill(&words_of, changes[i].on ? sentence->on : sentence->off, &filling);
        if (!first)
            text_add(text, view->framing->end);
        first = false;
        text_add(text, "[server] ");
        harmless_add(text, line, words_of.length);
    }
}
