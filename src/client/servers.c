/* The file of servers: configuration text as that of forkchatd. Lines before the first "server" are for all servers,
 * those behind one for that; a keyword is a long option without its dashes. All of it is checked, whichever server is
 * wanted. */
#include "servers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "base/text.h"

struct reading {
    struct options *options, others; /* those that are wanted, and what the rest goes into */
    struct options *now;             /* the one of both that lines are for */
    const char *path, *name;
    int servers;
    bool secret; /* there are keys */
};

/* 'e' for everywhere, 's' for one server only; files are looked for beside the one that names them. */
static const struct {
    const char *word, *wants;
    char where;
    bool is_file;
} keywords[] = {
    {"nick", "NICK, as in: nick alice", 'e', false},
    {"name", "your real name, as in: name Alice", 'e', false},
    {"away", "a text, as in: away at lunch", 'e', false},
    {"rate", "LINES/SECONDS, as in: rate 5/5", 'e', false},
    {"reconnect", "yes or no, as in: reconnect yes", 'e', false},
    {"log", "a file, as in: log ~/chat.log", 'e', true},
    {"join", "a channel; a # begins a comment unless it is quoted: join \"#lobby\", or join lobby", 's', false},
    {"door", "irc, plain or talk, as in: door talk", 's', false},
    {"password", "a file whose first line is the password, as in: password work.password", 's', true},
    {"sasl", "a file with account and password, a line each, as in: sasl work.sasl", 's', true},
};

#define KEYWORDS (sizeof keywords / sizeof *keywords)

static char complaint[1200];

static const char *complain(const char *format, const char *a, const char *b)
{
    snprintf(complaint, sizeof complaint, format, a, b);
    return complaint;
}

/* A copy that lives as long as the options; NULL if there is no room. */
static char *keep(struct options *options, const char *first, const char *second)
{
    size_t length = strlen(first) + strlen(second) + 1;
    char *copy = options->kept + options->kept_length;
    if (length > sizeof options->kept - options->kept_length)
        return NULL;
    snprintf(copy, length, "%s%s", first, second);
    options->kept_length += length;
    return copy;
}

/* ~/ is the user's home, and what does not start at the root is beside the file that names it. */
static char *keep_path(struct reading *reading, const char *path)
{
    const char *home = getenv("HOME"), *slash = strrchr(reading->path, '/');
    char folder[1024] = "";
    if (strncmp(path, "~/", 2) == 0 && home)
        return keep(reading->now, home, path + 1);
    if (*path != '/' && slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash + 1 - reading->path), reading->path);
    return keep(reading->now, folder, path);
}

/* #CHANNEL [KEY] or, as at the plain door, the channel without its sign. */
static char *keep_channel(struct reading *reading, const struct config_line *line)
{
    char words[600];
    if (line->count > 2)
        reading->secret = true;
    snprintf(words, sizeof words, "%s%s%s%s", strchr("#&+!", *line->words[1]) ? "" : "#", line->words[1],
             line->count > 2 ? " " : "", line->count > 2 ? line->words[2] : "");
    return keep(reading->now, words, "");
}

/* False if that name is taken. */
static bool remember(struct options *options, const char *name)
{
    size_t used = strlen(options->names), length = strlen(name);
    for (const char *at = options->names; *at; at += strspn(at, " ")) {
        size_t one = strcspn(at, " ");
        if (one == length && memcmp(at, name, length) == 0)
            return false;
        at += one;
    }
    snprintf(options->names + used, sizeof options->names - used, "%s%s", used ? " " : "", name);
    return true;
}

static const char *take_server(struct reading *reading, const struct config_line *line)
{
    const char *name = line->count > 1 ? line->words[1] : "";
    if (line->count < 3 || line->count > 4)
        return "server wants NAME HOST [PORT], as in: server class classroom.local 6667";
    if (!*name || *name == '-' || strlen(name) > 60 || strchr(name, ' '))
        return complain("\"%s\" cannot be the name of a server: a short word that does not start with -%s", name, "");
    bool wanted = reading->name && strcmp(name, reading->name) == 0;
    reading->servers++;
    reading->others = (struct options){0};
    reading->now = wanted ? reading->options : &reading->others;
    if (!remember(reading->options, name)) {
        reading->now = &reading->others;
        return complain("there is a server %s further up already%s", name, "");
    }
    return options_set_server(reading->now, line->words[2], line->count > 3 ? line->words[3] : "");
}

static const char *take_keyword(struct reading *reading, const struct config_line *line, size_t i)
{
    const char *word = keywords[i].word;
    bool joins = strcmp(word, "join") == 0, text = strcmp(word, "name") == 0 || strcmp(word, "away") == 0;
    if (keywords[i].where == 's' && reading->servers == 0)
        return complain("%s is for one server: write it below a line server NAME HOST%s", word, "");
    if (line->count < 2 || !*line->words[1])
        return complain("%s wants %s", word, keywords[i].wants);
    if (line->count > 2 + joins && !text)
        return complain("\"%s\" is too much: %s", line->words[2 + joins], keywords[i].wants);
    char *value = joins                 ? keep_channel(reading, line)
                  : keywords[i].is_file ? keep_path(reading, line->words[1])
                  : line->count > 2     ? keep(reading->now, line->rest[1], "")
                                        : keep(reading->now, line->words[1], "");
    if (!value)
        return "this file is too long";
    if (strcmp(word, "door") == 0 && strcmp(value, "pair") == 0)
        return "door wants irc, plain or talk: who waits for a person writes forkchat --listen";
    reading->now->listed = false; /* another one, not one instead */
    const char *wrong = options_set_word(reading->now, word, value);
    return wrong ? complain("%s: %s", word, wrong) : NULL;
}

static const char *take_line(void *context, const struct config_line *line)
{
    struct reading *reading = context;
    char known[200] = "server";
    reading->now = reading->now ? reading->now : reading->options;
    if (strcmp(line->words[0], "server") == 0)
        return take_server(reading, line);
    for (size_t i = 0; i < KEYWORDS; i++) {
        if (strcmp(line->words[0], keywords[i].word) == 0)
            return take_keyword(reading, line, i);
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i + 1 < KEYWORDS ? ", " : " and ", keywords[i].word);
    }
    return complain("there is no \"%s\": a line starts with one of %s", line->words[0], known);
}

/* Where the user's own file is; "" if that is nowhere. */
static void find_own(char *path, size_t size)
{
    const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (folder && *folder == '/')
        snprintf(path, size, "%s/forkchat/config", folder);
    else
        snprintf(path, size, "%s%s", home ? home : "", home ? "/.config/forkchat/config" : "");
}

/* Another user who could write to it would choose where our passwords go; one who may read it reads its keys. */
static int judge(const struct reading *reading, const struct stat *status)
{
    if (status->st_uid != getuid() && status->st_uid != 0) {
        log_error("%s belongs to somebody else, who could change it: make a copy of your own", reading->path);
        return EX_NOPERM;
    }
    if (S_ISREG(status->st_mode) && status->st_mode & (S_IWGRP | S_IWOTH)) {
        log_error("%s can be changed by others: chmod go-w %s", reading->path, reading->path);
        return EX_NOPERM;
    }
    if (S_ISREG(status->st_mode) && reading->secret && status->st_mode & (S_IRGRP | S_IROTH)) {
        log_error("%s holds the key of a channel and can be read by others: chmod 600 %s", reading->path,
                  reading->path);
        return EX_NOPERM;
    }
    return 0;
}

int servers_read(struct options *options, const char *name)
{
    static struct reading reading;
    struct stat status;
    char own[1024];
    reading = (struct reading){.options = options, .name = name, .path = options->file};
    if (options->file && strcmp(options->file, "none") == 0)
        return 0;
    find_own(own, sizeof own);
    if (!options->file)
        reading.path = own;
    if (!*reading.path || (!options->file && access(own, F_OK)))
        return 0;
    int mistakes = stat(reading.path, &status) ? -1 : config_read_file(reading.path, take_line, &reading);
    if (mistakes < 0) {
        log_error("%s: %s", reading.path, strerror(errno));
        return EX_NOINPUT;
    }
    options->listed = options->channel_count > 0;
    return mistakes ? EX_CONFIG : judge(&reading, &status);
}
