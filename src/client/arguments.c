/* The command line, and with it the file of servers: usage, --help and reading go by the table of options.c, so that
 * they cannot disagree. Long options are read here because getopt_long(3) is not POSIX. */
#include "arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "servers.h"

struct arguments {
    struct options *options;
    bool first; /* the pass before the file of servers is read: only what goes before it is taken */
    const char *complaint;
    char *operands[4];
    int count;
};

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
    const struct option *option;
    for (size_t i = 0; (option = options_at(i)); i++) {
        char left[64];
        snprintf(left, sizeof left, "-%c, --%s%s%s", option->letter, option->word, option->argument ? " " : "",
                 option->argument ? option->argument : "");
        printf("  %-28s %s\n", left, option->help);
    }
    puts("\n  forkchat classroom.local             the IRC door of a server on this network\n"
         "  forkchat classroom.local 5000        its talk door\n"
         "  echo done | forkchat -j '#build' classroom.local\n"
         "  forkchat --listen                    and elsewhere: forkchat THIS-HOST " OPTIONS_LISTEN_PORT
         "\n  forkchat work                        the server called work in the file of servers"
         "\n\nOnce inside, /help lists the commands. The manual: man forkchat");
}

/* NULL is no complaint. */
static enum arguments_result judge(struct arguments *arguments, const char *complaint)
{
    arguments->complaint = complaint;
    return complaint ? ARGUMENTS_WRONG : ARGUMENTS_RUN;
}

static enum arguments_result complain(struct arguments *arguments, const char *format, const char *a, const char *b)
{
    return judge(arguments, options_complain(format, a, b));
}

static enum arguments_result take(struct arguments *arguments, const struct option *option, char *value)
{
    if (option->letter == 'h') {
        help();
        return ARGUMENTS_DONE;
    }
    if (option->letter == 'V') {
        puts("forkchat " FORKCHAT_VERSION);
        return ARGUMENTS_DONE;
    }
    if (arguments->first && option->letter != 'F' && option->letter != 'l')
        return ARGUMENTS_RUN;
    return judge(arguments, options_set(arguments->options, option, value));
}

/* --word, --word=value or --word value. Moves *i over a value of its own. */
static enum arguments_result take_word(struct arguments *arguments, int argc, char **argv, int *i)
{
    const char *word = argv[*i] + 2;
    char none[1] = "", *value = strchr(argv[*i] + 2, '=');
    size_t length = value ? (size_t)(value - word) : strlen(word);
    const struct option *option = options_find_word(word, length);
    if (!option)
        return complain(arguments, "there is no option %s: forkchat --help lists them%s", argv[*i], "");
    if (value && !option->argument)
        return complain(arguments, "--%s takes no value%s", option->word,
                        option->letter == 'l' ? ": write --listen PORT" : "");
    if (value)
        value++;
    else if (option->argument && *i + 1 < argc)
        value = argv[++*i];
    if (option->argument && !value)
        return complain(arguments, "--%s wants a value: %s", option->word, option->argument);
    return take(arguments, option, value ? value : none);
}

/* -tn NICK, -nNICK. */
static enum arguments_result take_letters(struct arguments *arguments, int argc, char **argv, int *i)
{
    for (char *at = argv[*i] + 1; *at; at++) {
        const struct option *option = options_find_letter(*at);
        if (!option) {
            char shown[3] = {'-', *at, '\0'};
            return complain(arguments, "there is no option %s: forkchat --help lists them%s", shown, "");
        }
        char none[1] = "", *value = none;
        if (option->argument) {
            value = at[1] ? at + 1 : *i + 1 < argc ? argv[++*i] : NULL;
            if (!value) {
                char letter[2] = {option->letter, '\0'};
                return complain(arguments, "-%s wants a value: %s", letter, option->argument);
            }
        }
        enum arguments_result result = take(arguments, option, value);
        if (result != ARGUMENTS_RUN || option->argument)
            return result;
    }
    return ARGUMENTS_RUN;
}

static enum arguments_result read_listen(struct arguments *arguments)
{
    struct options *options = arguments->options;
    const char *where = arguments->count ? arguments->operands[0] : OPTIONS_LISTEN_PORT;
    if (arguments->count > 1)
        return complain(arguments, "--listen takes one [ADDRESS:]PORT, as in --listen 127.0.0.1:%s; \"%s\" is too much",
                        OPTIONS_LISTEN_PORT, arguments->operands[1]);
    if (options->door_is_known && options->door != DOOR_PAIR)
        return complain(arguments, "--listen is for two people without a server: it goes without -d%s%s", "", "");
    if (options->channel_count || options->sasl_file || options->password_file)
        return complain(arguments,
                        "--listen is for two people without a server: there is nothing to join or to log in "
                        "to%s%s",
                        "", "");
    snprintf(options->host, sizeof options->host, "%s", where);
    if (net_parse(where, &options->listen_at)) { /* an address alone */
        snprintf(options->host, sizeof options->host, "%s:%s", where, OPTIONS_LISTEN_PORT);
        if (!where[strspn(where, "0123456789")] || net_parse(options->host, &options->listen_at))
            return complain(
                arguments,
                "--listen: \"%s\" is nowhere to listen: an address, a port from 0 to 65535, or both, an IPv6 "
                "address in brackets, as in 127.0.0.1:%s",
                where, OPTIONS_LISTEN_PORT);
    }
    options->door = DOOR_PAIR;
    options->door_is_known = true;
    return ARGUMENTS_RUN;
}

static enum arguments_result read_server(struct arguments *arguments, bool known)
{
    struct options *options = arguments->options;
    char **operands = arguments->operands;
    int count = arguments->count;
    if (count == 0)
        return complain(arguments,
                        "which host? forkchat HOST connects to a server, forkchat --listen waits for a "
                        "person%s%s",
                        *options->names ? "; these are written down: " : "", options->names);
    if (count > 2)
        return complain(arguments, "\"%s\" is too much: HOST and PORT are all (a channel goes with -j, quoted)%s",
                        operands[2], "");
    const char *port = count == 2 ? operands[1] : "";
    char copy[OPTIONS_HOST_SIZE] = "";
    text_copy(copy, sizeof copy, options->host);
    const char *complaint = known && !*port ? NULL : options_set_server(options, known ? copy : operands[0], port);
    return judge(arguments, complaint ? complaint : options_settle_door(options));
}

static enum arguments_result read_arguments(struct arguments *arguments, int argc, char **argv)
{
    bool only_operands = false;
    arguments->count = 0;
    for (int i = 1; i < argc; i++) {
        enum arguments_result result = ARGUMENTS_RUN;
        if (!only_operands && strcmp(argv[i], "--") == 0)
            only_operands = true;
        else if (!only_operands && strncmp(argv[i], "--", 2) == 0)
            result = take_word(arguments, argc, argv, &i);
        else if (!only_operands && argv[i][0] == '-' && argv[i][1])
            result = take_letters(arguments, argc, argv, &i);
        else if (arguments->count < 3)
            arguments->operands[arguments->count++] = argv[i];
        if (result != ARGUMENTS_RUN)
            return result;
    }
    return ARGUMENTS_RUN;
}

static enum arguments_result read_all(struct arguments *arguments, int argc, char **argv)
{
    struct options *options = arguments->options;
    arguments->first = true;
    enum arguments_result result = read_arguments(arguments, argc, argv);
    if (result != ARGUMENTS_RUN)
        return result;
    options->status = servers_read(options, arguments->count && !options->listen ? arguments->operands[0] : NULL);
    if (options->status)
        return ARGUMENTS_SPOILT;
    bool known = *options->host;
    arguments->first = false;
    result = read_arguments(arguments, argc, argv);
    if (result != ARGUMENTS_RUN)
        return result;
    if (!*options->nick)
        options_set_default_nick(options);
    return options->listen ? read_listen(arguments) : read_server(arguments, known);
}

enum arguments_result arguments_read(int argc, char **argv, struct options *options)
{
    *options = (struct options){.rate_lines = 5, .rate_seconds = 5, .real_name = "forkchat"};
    struct arguments arguments = {.options = options};
    enum arguments_result result = read_all(&arguments, argc, argv);
    if (result == ARGUMENTS_WRONG) {
        fprintf(stderr, "forkchat: %s\n", arguments.complaint);
        usage(stderr);
    }
    return result;
}
