/* Configuration text. Run by the supervisor and the programs at start and on reload. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "log.h"
#include "memory.h"

#define FILE_LIMIT (1 << 20)

static void cut_blanks(char *text, size_t length, const char *blanks)
{
    while (length > 0 && strchr(blanks, text[length - 1]))
        length--;
    text[length] = '\0';
}

static void add_word(struct config_line *line, char *word, char *rest)
{
    if (line->count == CONFIG_MAX_WORDS)
        return;
    line->rest[line->count] = rest;
    line->words[line->count++] = word;
}

/* Splits `text`, which it overwrites, into words. `whole` is a second copy of the same text, into which
 * the rest[] pointers go, since cutting words out destroys the blanks between them; a comment is cut off it.
 * NULL or a mistake. */
static const char *split(char *text, char *whole, struct config_line *line)
{
    char *at = text;
    for (;;) {
        while (*at == ' ' || *at == '\t')
            at++;
        char *rest = whole + (at - text);
        if (!*at || *at == '#') {
            cut_blanks(whole, (size_t)(at - text), " \t"); /* as between words */
            return NULL;
        }
        if (*at == '"') {
            char *end = strchr(at + 1, '"');
            if (!end)
                return "a quote (\") is opened and never closed";
            add_word(line, at + 1, rest);
            *end = '\0';
            at = end + 1;
            if (*at && *at != ' ' && *at != '\t')
                return "a closing quote (\") is followed by more of the word";
            continue;
        }
        add_word(line, at, rest);
        while (*at && *at != ' ' && *at != '\t')
            at++;
        if (*at)
            *at++ = '\0';
    }
}

static int take_line(char *text, const char *place, config_take *take, void *context)
{
    cut_blanks(text, strlen(text), " \t\r");
    size_t length = strlen(text);
    char *whole = memory_keep(text);
    struct config_line line = {.place = place};
    const char *wrong = split(text, whole, &line);
    if (!wrong && line.count > 0)
        wrong = take(context, &line);
    if (wrong)
        log_error("%s: %s", place, wrong);
    memory_wipe(whole, length); /* there may be a password in it */
    free(whole);
    return wrong != NULL;
}

int config_read_file(const char *path, config_take *take, void *context)
{
    size_t length;
    char *bytes = fd_read_file(path, FILE_LIMIT, &length);
    if (!bytes)
        return -1;
    int mistakes = 0, number = 1;
    for (char *text = bytes; text; number++) {
        size_t left = (size_t)(bytes + length - text);
        char *end = memchr(text, '\n', left);
        if (end)
            *end = '\0';
        char place[300];
        snprintf(place, sizeof place, "%.250s:%d", path, number);
        if (memchr(text, '\0', end ? (size_t)(end - text) : left)) {
            log_error("%s: a zero byte, which no text has", place);
            mistakes++;
        } else {
            mistakes += take_line(text, place, take, context);
        }
        text = end ? end + 1 : NULL;
    }
    memory_wipe(bytes, length);
    free(bytes);
    return mistakes;
}

int config_read_option(const char *text, config_take *take, void *context)
{
    char *copy = memory_keep(text);
    int mistakes = take_line(copy, "-o", take, context);
    memory_wipe(copy, strlen(text));
    free(copy);
    return mistakes;
}
