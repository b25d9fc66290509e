/* Options, of the command line and of the file of servers: which there are, what their values may be, and where each
 * goes. */
#include "options.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"

static const struct option table[] = {
    {'n', "nick", "NICK", "the name to go by (else your login name)"},
    {'j', "join", "#CHANNEL [KEY]", "join it; may be given more than once, the first is where lines go"},
    {'d', "door", "DOOR", "what HOST speaks: irc, plain, talk, or pair (a person, no server)"},
    {'l', "listen", NULL, "no server: wait for one person, at port " OPTIONS_LISTEN_PORT " or [ADDRESS:]PORT"},
    {'s', "sasl", "FILE", "log in with the account and password in FILE, a line each"},
    {'p', "password", "FILE", "the server's password is the first line of FILE"},
    {'r', "rate", "LINES/SECONDS", "send IRC lines no faster (5/5); none for no limit"},
    {'R', "reconnect", "yes|no", "connect again when the connection breaks (on a terminal: yes)"},
    {'o', "log", "FILE", "append what is shown to FILE"},
    {'N', "name", "TEXT", "your real name, for whois"},
    {'a', "away", "TEXT", "be away from the start"},
    {'F', "config", "FILE", "where servers are written down (~/.config/forkchat/config); none for nowhere"},
    {'t', "text", NULL, "input lines are text, never commands, even if they start with /"},
    {'w', "wait", NULL, "without a terminal: stay after the end of the input"},
    {'v', "verbose", NULL, "without a terminal: show what the server says too"},
    {'h', "help", NULL, "show this"},
    {'V', "version", NULL, "show the version"},
};

#define OPTION_COUNT (sizeof table / sizeof *table)

static const struct {
    enum door door;
    const char *name, *port;
} doors[] = {
    {DOOR_IRC, "irc", "6667"},
    {DOOR_PLAIN, "plain", "7777"},
    {DOOR_TALK, "talk", "5000"},
    {DOOR_PAIR, "pair", OPTIONS_LISTEN_PORT},
};

#define DOOR_COUNT (sizeof doors / sizeof *doors)

const struct option *options_at(size_t i)
{
    return i < OPTION_COUNT ? &table[i] : NULL;
}

const struct option *options_find_letter(char letter)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (table[i].letter == letter)
            return &table[i];
    return NULL;
}

const struct option *options_find_word(const char *word, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strncmp(table[i].word, word, length) == 0 && !table[i].word[length])
            return &table[i];
    return NULL;
}

const char *options_door_name(enum door door)
{
    for (size_t i = 0; i < DOOR_COUNT; i++)
        if (doors[i].door == door)
            return doors[i].name;
    return "irc";
}

/* Of an absurd argument the start is enough, so that what would be right is seen. */
const char *options_complain(const char *format, const char *a, const char *b)
{
    static char complaint[1100];
    char first[250], second[500];
    text_copy(first, sizeof first, a);
    text_copy(second, sizeof second, b);
    snprintf(complaint, sizeof complaint, format, first, second);
    return complaint;
}

static bool read_door(const char *word, struct options *options)
{
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        if (strcmp(doors[i].name, word) == 0) {
            options->door = doors[i].door;
            options->door_is_known = true;
            return true;
        }
    }
    return false;
}

/* A nick as every IRC server takes it, or any word for the others: no blanks, no punctuation that means
 * something in a protocol. */
static bool nick_is_sane(const char *nick)
{
    if (!*nick || strchr("#&:@~+%!-0123456789", *nick) || strlen(nick) >= OPTIONS_NICK_SIZE)
        return false;
    for (const char *at = nick; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr(",:@!*?", *at))
            return false;
    return text_is_utf8(nick, strlen(nick));
}

static bool channel_is_sane(const char *channel)
{
    return strchr("#&+!", *channel) && *channel && channel[1] && !strpbrk(channel, " ,\r\n\a");
}

/* "#CHANNEL", "#CHANNEL KEY" or, as for JOIN on IRC, "#A,#B KEY,KEY". */
static const char *take_channels(struct options *options, char *value)
{
    char *keys = value + strcspn(value, " "), *channel;
    if (*keys)
        *keys++ = '\0';
    keys += strspn(keys, " ");
    if (strchr(keys, ' '))
        return options_complain("-j: \"%s\" is no key: keys have no blanks; a further channel wants a -j of its own%s",
                                keys, "");
    if (options->listed)
        options->channel_count = 0;
    options->listed = false;
    while ((channel = text_next_item(&value, ','))) {
        if (!channel_is_sane(channel))
            return options_complain("-j: \"%s\" is no channel: it starts with #, and the shell wants it quoted, as in "
                                    "-j '#%s'",
                                    channel, *channel ? channel : "lobby");
        if (options->channel_count == OPTIONS_MAX_CHANNELS)
            return options_complain("-j: that is more than 32 channels%s%s", "", "");
        options->keys[options->channel_count] = text_next_item(&keys, ',');
        options->channels[options->channel_count++] = channel;
    }
    return NULL;
}

const char *options_set(struct options *options, const struct option *option, char *value)
{
    switch (option->letter) {
    case 'n':
        if (!nick_is_sane(value))
            return options_complain("-n: \"%s\" cannot be a nick: letters and digits, no blanks, not a digit first, "
                                    "as in alice%s",
                                    value, "");
        text_copy(options->nick, sizeof options->nick, value);
        break;
    case 'j':
        return take_channels(options, value);
    case 'd':
        if (!read_door(value, options))
            return options_complain("-d: \"%s\" is no door: irc, plain, talk or pair%s", value, "");
        break;
    case 'l':
        options->listen = true;
        break;
    case 's':
        options->sasl_file = value;
        break;
    case 'p':
        options->password_file = value;
        break;
    case 'o':
        options->log_file = value;
        break;
    case 'N':
        options->real_name = value;
        break;
    case 'a':
        options->away = value;
        break;
    case 'F':
        options->file = value;
        break;
    case 'r':
        if (strcmp(value, "none") == 0)
            options->rate_lines = 0;
        else if (!parse_rate(value, &options->rate_lines, &options->rate_seconds))
            return options_complain("-r: \"%s\" is no rate: LINES/SECONDS as in 5/10, or none%s", value, "");
        break;
    case 'R':
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
            return options_complain("-R: \"%s\" is neither yes nor no%s", value, "");
        options->reconnect = *value == 'y';
        options->reconnect_is_set = true;
        break;
    case 't':
        options->literal = true;
        break;
    case 'w':
        options->stay = true;
        break;
    case 'v':
        options->verbose = true;
        break;
    default:
        break;
    }
    return NULL;
}

const char *options_set_word(struct options *options, const char *word, char *value)
{
    const struct option *option = options_find_word(word, strlen(word));
    if (!option || !option->argument || option->letter == 'F')
        return "no such option";
    const char *wrong = options_set(options, option, value);
    return wrong && *wrong == '-' ? wrong + strlen("-n: ") : wrong;
}

void options_set_default_nick(struct options *options)
{
    const char *user = getenv("USER");
    const struct passwd *entry = user && *user ? NULL : getpwuid(getuid());
    if (entry)
        user = entry->pw_name;
    text_copy(options->nick, 10, user && nick_is_sane(user) ? user : "guest");
}

/* HOST:PORT and [ADDRESS]:PORT are taken as HOST PORT: people write it. */
static bool split_host(const char *text, struct options *options)
{
    const char *colon = strrchr(text, ':'), *first = strchr(text, ':');
    size_t length = strlen(text);
    if (*text == '[') {
        const char *end = strchr(text, ']');
        if (!end || (end[1] && end[1] != ':'))
            return false;
        colon = end[1] ? end + 1 : NULL;
        text++;
        length = (size_t)(end - text);
    } else if (colon && colon == first) {
        length = (size_t)(colon - text);
    } else {
        colon = NULL; /* none, or an IPv6 address as it is */
    }
    if (length == 0 || length >= sizeof options->host)
        return false;
    memcpy(options->host, text, length);
    options->host[length] = '\0';
    return !colon || (colon[1] && text_copy(options->port, sizeof options->port, colon + 1));
}

const char *options_set_server(struct options *options, const char *host, const char *port)
{
    int64_t number;
    options->port[0] = '\0';
    if (!split_host(host, options))
        return options_complain("\"%s\" is no host: write a name or an address, then the port, as in %s", host,
                                "localhost 6667");
    if (*port && *options->port)
        return options_complain("two ports: \"%s\" and \"%s\"", host, port);
    if ((*port && !text_copy(options->port, sizeof options->port, port)) ||
        (*options->port && !parse_number(options->port, 1, 65535, &number)))
        return options_complain("\"%s\" is no port: a number from 1 to 65535, as in %s", *port ? port : options->port,
                                "localhost 6667");
    return NULL;
}

/* The place is known, perhaps from the file; a port of its own is the command line's. */
const char *options_settle_door(struct options *options)
{
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        if (!options->door_is_known && strcmp(options->port, doors[i].port) == 0) {
            options->door = doors[i].door;
            options->door_is_known = true;
        } else if (!*options->port && doors[i].door == options->door) {
            text_copy(options->port, sizeof options->port, doors[i].port);
            options->door_is_known = true;
        }
    }
    if (options->door != DOOR_IRC && (options->sasl_file || options->password_file))
        return options_complain("-s and -p are for the IRC door; this is the %s door%s",
                                options_door_name(options->door), "");
    return NULL;
}
