/* The command line: a table of options, so that usage, --help and reading cannot disagree. Long options are
 * read here because getopt_long(3) is not POSIX. */
#include "options.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "servers.h"

struct option {
    char letter;
    const char *word;
    const char *argument; /* NULL: takes none */
    const char *help;
};

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

const char *options_door_name(enum door door)
{
    for (size_t i = 0; i < DOOR_COUNT; i++)
        if (doors[i].door == door)
            return doors[i].name;
    return "irc";
}

static void usage(FILE *to)
{
    fputs("usage: forkchat [-tvw] [-n NICK] [-j '#CHANNEL'] [-d irc|plain|talk|pair] HOST|NAME [PORT]\n"
          "       forkchat [-n NICK] --listen [[ADDRESS:]PORT | ADDRESS]\n"
          "       forkchat --help | --version\n",
          to);
}

static void help(void)
{
    usage(stdout);
    puts("");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char left[64];
        snprintf(left, sizeof left, "-%c, --%s%s%s", table[i].letter, table[i].word,
                 table[i].argument ? " " : "", table[i].argument ? table[i].argument : "");
        printf("  %-28s %s\n", left, table[i].help);
    }
    puts("\n  forkchat classroom.local             the IRC door of a server on this network\n"
         "  forkchat classroom.local 5000        its talk door\n"
         "  echo done | forkchat -j '#build' classroom.local\n"
         "  forkchat --listen                    and elsewhere: forkchat THIS-HOST " OPTIONS_LISTEN_PORT
         "\n  forkchat work                        the server called work in the file of servers"
         "\n\nOnce inside, /help lists the commands. The manual: man forkchat");
}

static char complaint[1100];

/* Of an absurd argument the start is enough, so that what would be right is seen. */
static enum options_result wrong(const char *format, const char *a, const char *b)
{
    char first[250], second[500];
    text_copy(first, sizeof first, a);
    text_copy(second, sizeof second, b);
    snprintf(complaint, sizeof complaint, format, first, second);
    return OPTIONS_WRONG;
}

static bool read_door(const char *word, struct options *options)
{
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        if (strcmp(doors[i].name, word) == 0) {
            options->door = doors[i].door;
            options->door_told = true;
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
static enum options_result take_channels(struct options *options, char *value)
{
    char *keys = value + strcspn(value, " "), *channel;
    if (*keys)
        *keys++ = '\0';
    keys += strspn(keys, " ");
    if (strchr(keys, ' '))
        return wrong("-j: \"%s\" is no key: keys have no blanks; a further channel wants a -j of its own%s", keys, "");
    if (options->listed)
        options->channel_count = 0;
    options->listed = false;
    while ((channel = text_next_item(&value, ','))) {
        if (!channel_is_sane(channel))
            return wrong("-j: \"%s\" is no channel: it starts with #, and the shell wants it quoted, as in "
                         "-j '#%s'",
                         channel, *channel ? channel : "lobby");
        if (options->channel_count == OPTIONS_MAX_CHANNELS)
            return wrong("-j: that is more than 32 channels%s%s", "", "");
        options->keys[options->channel_count] = text_next_item(&keys, ',');
        options->channels[options->channel_count++] = channel;
    }
    return OPTIONS_RUN;
}

static enum options_result take(struct options *options, char letter, char *value)
{
    switch (letter) {
    case 'n':
        if (!nick_is_sane(value))
            return wrong("-n: \"%s\" cannot be a nick: letters and digits, no blanks, not a digit first, "
                         "as in alice%s", value, "");
        text_copy(options->nick, sizeof options->nick, value);
        break;
    case 'j':
        return take_channels(options, value);
    case 'd':
        if (!read_door(value, options))
            return wrong("-d: \"%s\" is no door: irc, plain, talk or pair%s", value, "");
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
            return wrong("-r: \"%s\" is no rate: LINES/SECONDS as in 5/10, or none%s", value, "");
        break;
    case 'R':
        if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
            return wrong("-R: \"%s\" is neither yes nor no%s", value, "");
        options->reconnect = *value == 'y';
        options->reconnect_told = true;
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
    case 'h':
        help();
        return OPTIONS_DONE;
    case 'V':
        puts("forkchat " FORKCHAT_VERSION);
        return OPTIONS_DONE;
    default:
        break;
    }
    return OPTIONS_RUN;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (table[i].letter == letter)
            return &table[i];
    return NULL;
}

static const struct option *find_word(const char *word, size_t length)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strncmp(table[i].word, word, length) == 0 && !table[i].word[length])
            return &table[i];
    return NULL;
}

struct arguments {
    struct options *options;
    enum options_result (*take)(struct options *options, char letter, char *value);
    char *operands[4];
    int count;
};

/* --word, --word=value or --word value. Moves *i over a value of its own. */
static enum options_result take_word(struct arguments *arguments, int argc, char **argv, int *i)
{
    const char *word = argv[*i] + 2;
    char none[1] = "", *value = strchr(argv[*i] + 2, '=');
    size_t length = value ? (size_t)(value - word) : strlen(word);
    const struct option *option = find_word(word, length);
    if (!option)
        return wrong("there is no option %s: forkchat --help lists them%s", argv[*i], "");
    if (value && !option->argument)
        return wrong("--%s takes no value%s", option->word,
                     option->letter == 'l' ? ": write --listen PORT" : "");
    if (value)
        value++;
    else if (option->argument && *i + 1 < argc)
        value = argv[++*i];
    if (option->argument && !value)
        return wrong("--%s wants a value: %s", option->word, option->argument);
    return arguments->take(arguments->options, option->letter, value ? value : none);
}

/* -tn NICK, -nNICK. */
static enum options_result take_letters(struct arguments *arguments, int argc, char **argv, int *i)
{
    for (char *at = argv[*i] + 1; *at; at++) {
        const struct option *option = find_letter(*at);
        if (!option) {
            char shown[3] = {'-', *at, '\0'};
            return wrong("there is no option %s: forkchat --help lists them%s", shown, "");
        }
        char none[1] = "", *value = none;
        if (option->argument) {
            value = at[1] ? at + 1 : *i + 1 < argc ? argv[++*i] : NULL;
            if (!value) {
                char letter[2] = {option->letter, '\0'};
                return wrong("-%s wants a value: %s", letter, option->argument);
            }
        }
        enum options_result result = arguments->take(arguments->options, option->letter, value);
        if (result != OPTIONS_RUN || option->argument)
            return result;
    }
    return OPTIONS_RUN;
}

static void set_default_nick(struct options *options)
{
    const char *user = getenv("USER");
    const struct passwd *entry = user && *user ? NULL : getpwuid(getuid());
    if (entry)
        user = entry->pw_name;
    text_copy(options->nick, 10, user && nick_is_sane(user) ? user : "guest");
}

static enum options_result read_listen(struct options *options, char **operands, int count)
{
    const char *where = count ? operands[0] : OPTIONS_LISTEN_PORT;
    if (count > 1)
        return wrong("--listen takes one [ADDRESS:]PORT, as in --listen 127.0.0.1:%s; \"%s\" is too much",
                     OPTIONS_LISTEN_PORT, operands[1]);
    if (options->door_told && options->door != DOOR_PAIR)
        return wrong("--listen is for two people without a server: it goes without -d%s%s", "", "");
    if (options->channel_count || options->sasl_file || options->password_file)
        return wrong("--listen is for two people without a server: there is nothing to join or to log in "
                     "to%s%s", "", "");
    snprintf(options->host, sizeof options->host, "%s", where);
    if (net_parse(where, &options->listen_at)) { /* an address alone */
        snprintf(options->host, sizeof options->host, "%s:%s", where, OPTIONS_LISTEN_PORT);
        if (!where[strspn(where, "0123456789")] || net_parse(options->host, &options->listen_at))
            return wrong("--listen: \"%s\" is nowhere to listen: an address, a port from 0 to 65535, or both, an IPv6 "
                         "address in brackets, as in 127.0.0.1:%s",
                         where, OPTIONS_LISTEN_PORT);
    }
    options->door = DOOR_PAIR;
    options->door_told = true;
    return OPTIONS_RUN;
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

const char *options_set_place(struct options *options, const char *host, const char *port)
{
    int64_t number;
    options->port[0] = '\0';
    if (!split_host(host, options))
        wrong("\"%s\" is no host: write a name or an address, then the port, as in %s", host, "localhost 6667");
    else if (*port && *options->port)
        wrong("two ports: \"%s\" and \"%s\"", host, port);
    else if ((*port && !text_copy(options->port, sizeof options->port, port)) ||
             (*options->port && !parse_number(options->port, 1, 65535, &number)))
        wrong("\"%s\" is no port: a number from 1 to 65535, as in %s", *port ? port : options->port, "localhost 6667");
    else
        return NULL;
    return complaint;
}

const char *options_set(struct options *options, const char *word, char *value)
{
    const struct option *option = find_word(word, strlen(word));
    if (!option || !option->argument || option->letter == 'F')
        return "no such option";
    if (take(options, option->letter, value) == OPTIONS_RUN)
        return NULL;
    return complaint[0] == '-' ? complaint + strlen("-n: ") : complaint;
}

/* The place is known, perhaps from the file; a port of its own is the command line's. */
static enum options_result settle_door(struct options *options)
{
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        if (!options->door_told && strcmp(options->port, doors[i].port) == 0) {
            options->door = doors[i].door;
            options->door_told = true;
        } else if (!*options->port && doors[i].door == options->door) {
            text_copy(options->port, sizeof options->port, doors[i].port);
            options->door_told = true;
        }
    }
    if (options->door != DOOR_IRC && (options->sasl_file || options->password_file))
        return wrong("-s and -p are for the IRC door; this is the %s door%s",
                     options_door_name(options->door), "");
    return OPTIONS_RUN;
}

static enum options_result read_place(struct options *options, bool known, char **operands, int count)
{
    if (count == 0)
        return wrong("which host? forkchat HOST connects to a server, forkchat --listen waits for a "
                     "person%s%s", *options->names ? "; these are written down: " : "", options->names);
    if (count > 2)
        return wrong("\"%s\" is too much: HOST and PORT are all (a channel goes with -j, quoted)%s",
                     operands[2], "");
    const char *port = count == 2 ? operands[1] : "";
    char copy[OPTIONS_HOST_SIZE] = "";
    text_copy(copy, sizeof copy, options->host);
    if ((!known || *port) && options_set_place(options, known ? copy : operands[0], port))
        return OPTIONS_WRONG;
    return settle_door(options);
}

/* Before the file of servers is read, which options go before: where it is. */
static enum options_result take_first(struct options *options, char letter, char *value)
{
    bool now = letter == 'F' || letter == 'h' || letter == 'V' || letter == 'l';
    return now ? take(options, letter, value) : OPTIONS_RUN;
}

static enum options_result read_arguments(struct arguments *arguments, int argc, char **argv)
{
    bool only_operands = false;
    arguments->count = 0;
    for (int i = 1; i < argc; i++) {
        enum options_result result = OPTIONS_RUN;
        if (!only_operands && strcmp(argv[i], "--") == 0)
            only_operands = true;
        else if (!only_operands && strncmp(argv[i], "--", 2) == 0)
            result = take_word(arguments, argc, argv, &i);
        else if (!only_operands && argv[i][0] == '-' && argv[i][1])
            result = take_letters(arguments, argc, argv, &i);
        else if (arguments->count < 3)
            arguments->operands[arguments->count++] = argv[i];
        if (result != OPTIONS_RUN)
            return result;
    }
    return OPTIONS_RUN;
}

static enum options_result read_all(int argc, char **argv, struct options *options)
{
    struct arguments arguments = {.options = options, .take = take_first};
    enum options_result result = read_arguments(&arguments, argc, argv);
    if (result != OPTIONS_RUN)
        return result;
    const char *name = arguments.count && !options->listen ? arguments.operands[0] : NULL;
    options->status = servers_read(options, name);
    if (options->status)
        return OPTIONS_SPOILT;
    bool known = *options->host;
    arguments.take = take;
    result = read_arguments(&arguments, argc, argv);
    if (result != OPTIONS_RUN)
        return result;
    if (!*options->nick)
        set_default_nick(options);
    return options->listen ? read_listen(options, arguments.operands, arguments.count)
                           : read_place(options, known, arguments.operands, arguments.count);
}

enum options_result options_read(int argc, char **argv, struct options *options)
{
    *options = (struct options){.rate_lines = 5, .rate_seconds = 5, .real_name = "forkchat"};
    enum options_result result = read_all(argc, argv, options);
    if (result == OPTIONS_WRONG) {
        fprintf(stderr, "forkchat: %s\n", complaint);
        usage(stderr);
    }
    return result;
}
