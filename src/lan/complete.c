/* Completion. Runs in the peer's main process, on a key. */
#include "lan/complete.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/unicode.h"
#include "lan/screen.h"

#define SHOWN_SIZE 1024

/* What the bytes of the line from `from` to the cursor may become. */
struct choice {
    struct edit *edit;
    size_t from;
    char typed[EDIT_SIZE];
    int count;
    char common[EDIT_SIZE]; /* what all have in common, with what is there already */
    char last[4];           /* what follows if there is only one */
    char quote;             /* that opens it, or 0 */
    bool word;              /* needs quotes if it has blanks */
    char shown_bytes[SHOWN_SIZE];
    struct text shown;
};

static void begin(struct choice *choice, struct edit *edit, size_t from, const char *last)
{
    choice->edit = edit;
    choice->quote = '\0';
    choice->word = false;
    if (from < edit->cursor && strchr("\"'", edit->text[from]))
        choice->quote = edit->text[from++];
    choice->from = from;
    choice->count = 0;
    snprintf(choice->typed, sizeof choice->typed, "%.*s", (int)(edit->cursor - from), edit->text + from);
    text_copy(choice->last, sizeof choice->last, last);
    text_init(&choice->shown, choice->shown_bytes, sizeof choice->shown_bytes);
}

static void may_be(struct choice *choice, const char *word)
{
    size_t same = 0;
    if (!unicode_begins(word, choice->typed))
        return;
    text_addf(&choice->shown, "%s%s", choice->count ? "  " : "", word);
    if (choice->count++ == 0) {
        text_copy(choice->common, sizeof choice->common, word);
        return;
    }
    while (choice->common[same] && choice->common[same] == word[same])
        same++;
    choice->common[text_boundary(choice->common, strlen(choice->common), same)] = '\0';
}

/* The only one: with quotes around it, if need be, and what follows. A folder's end is no end. */
static void finish(struct choice *choice)
{
    char name[EDIT_SIZE];
    size_t length = strlen(choice->common);
    bool open = length > 0 && choice->common[length - 1] == '/', quotes = choice->word && strchr(choice->common, ' ');
    struct text text;
    text_copy(name, sizeof name, choice->common);
    text_init(&text, choice->common, sizeof choice->common);
    text_addf(&text, "%s%s", quotes && !choice->quote ? "\"" : "", name);
    if (choice->quote && !open)
        text_add_char(&text, choice->quote);
    else if (quotes)
        text_add(&text, "\"");
    text_add(&text, choice->last);
}

static void end(struct choice *choice)
{
    size_t typed = choice->edit->cursor - choice->from;
    if (choice->count == 1)
        finish(choice);
    /* What they have in common is less than what was typed, if they are composed in several ways. */
    if (choice->count > 1 && (strlen(choice->common) <= typed || !unicode_begins(choice->common, choice->typed)))
        screen_show("%s", choice->shown_bytes);
    else if (choice->count > 0)
        edit_replace(choice->edit, choice->from, choice->edit->cursor, choice->common);
}

static void complete_peer(struct peer *peer, struct edit *edit, size_t from, const char *last)
{
    struct choice choice;
    begin(&choice, edit, from, last);
    choice.word = from > 0;
    for (struct roster_peer *one = NULL; (one = roster_next(peer->roster, one));)
        may_be(&choice, one->name);
    end(&choice);
}

void complete_offered(struct peer *peer, struct edit *edit)
{
    struct choice choice;
    begin(&choice, edit, 0, "");
    for (const struct index_entry *entry = NULL; (entry = index_next(peer->index, entry, NULL));) {
        char word[sizeof entry->peer + sizeof entry->card.name + 1];
        snprintf(word, sizeof word, "%s:%s", entry->peer, entry->card.name);
        may_be(&choice, word);
    }
    end(&choice);
}

/* What that peer offers. */
static void complete_name(struct peer *peer, struct edit *edit, size_t from, const char *who, size_t length)
{
    struct choice choice;
    char name[NAME_PEER_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)length, who);
    begin(&choice, edit, from, " ");
    for (const struct index_entry *entry = NULL; (entry = index_next(peer->index, entry, NULL));)
        if (unicode_is_same(entry->peer, name))
            may_be(&choice, entry->card.name);
    end(&choice);
}

static void complete_own(struct peer *peer, struct edit *edit, size_t from)
{
    struct choice choice;
    begin(&choice, edit, from, "");
    for (int i = 0; i < PEER_OFFERS; i++)
        if (peer->offers[i].state >= OFFER_READY)
            may_be(&choice, peer->offers[i].what.card.name);
    end(&choice);
}

static void complete_path_from(struct edit *edit, size_t from)
{
    struct choice choice;
    struct stat entry;
    glob_t found;
    char bytes[EDIT_SIZE * 2];
    struct text pattern;
    begin(&choice, edit, from, "");
    text_init(&pattern, bytes, sizeof bytes);
    /* The last name may be on the disk composed in another way: all of that folder may be it. */
    const char *slash = strrchr(choice.typed, '/'), *name = slash ? slash + 1 : choice.typed;
    size_t known = text_is_ascii(name) ? strlen(choice.typed) : (size_t)(name - choice.typed);
    for (size_t i = choice.from; i < choice.from + known; i++) {
        if (strchr("*?[\\", edit->text[i]))
            text_add(&pattern, "\\");
        text_add_bytes(&pattern, &edit->text[i], 1);
    }
    text_add(&pattern, "*");
    if (!pattern.cut && glob(bytes, GLOB_MARK, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (text_is_utf8(found.gl_pathv[i], strlen(found.gl_pathv[i])) && stat(found.gl_pathv[i], &entry) == 0 &&
                (S_ISREG(entry.st_mode) || S_ISDIR(entry.st_mode)))
                may_be(&choice, found.gl_pathv[i]);
        globfree(&found);
    }
    end(&choice);
}

void complete_path(struct edit *edit)
{
    complete_path_from(edit, 0);
}

static void complete_command(struct edit *edit, const char *command(size_t number))
{
    struct choice choice;
    char word[32];
    begin(&choice, edit, 0, " ");
    for (size_t i = 0; command(i); i++) {
        snprintf(word, sizeof word, "/%s", command(i));
        may_be(&choice, word);
    }
    end(&choice);
}

static bool is_command(const struct edit *edit, size_t length, const char *command)
{
    return length == strlen(command) && memcmp(edit->text, command, length) == 0;
}

/* What follows /get: a peer, in quotes perhaps, and what that one offers. */
static void complete_get(struct peer *peer, struct edit *edit, size_t from)
{
    const char *who = edit->text + from, *end = edit->text + edit->cursor;
    bool quoted = who < end && strchr("\"'", *who);
    const char *next = quoted ? memchr(who + 1, *who, (size_t)(end - who) - 1) : memchr(who, ' ', (size_t)(end - who));
    size_t name = next ? (size_t)(next - edit->text) + 1 + quoted : 0;
    if (!next)
        complete_peer(peer, edit, from, " ");
    else if (name <= edit->cursor)
        complete_name(peer, edit, name, who + quoted, (size_t)(next - who) - quoted);
}

void complete_message(struct peer *peer, struct edit *edit, const char *command(size_t number))
{
    const char *blank = memchr(edit->text, ' ', edit->cursor);
    size_t first = blank ? (size_t)(blank - edit->text) : edit->cursor;
    if (*edit->text != '/') {
        if (!memchr(edit->text, ':', edit->cursor))
            complete_peer(peer, edit, 0, ":");
        return;
    }
    if (!blank) {
        complete_command(edit, command);
    } else if (is_command(edit, first, "/get")) {
        complete_get(peer, edit, first + 1);
    } else if (is_command(edit, first, "/withdraw")) {
        complete_own(peer, edit, first + 1);
    } else if (is_command(edit, first, "/offer") || is_command(edit, first, "/cast")) {
        complete_path_from(edit, first + 1);
    }
}
