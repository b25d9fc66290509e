/* Options of forkchat-lan. Runs once, at the start. Long options are read here, because getopt_long(3) is
 * not POSIX; each has its row in the table. */
#include "lan/options.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/unicode.h"
#include "lan/secret.h"

#define DEFAULT_GROUP  "224.0.0.127"
#define DEFAULT_GROUP6 "ff02::e000:7f"
#define DEFAULT_PORT   7182

static const char usage_text[] =
    "usage: forkchat-lan [options]                         talk and exchange files on the LAN\n"
    "       forkchat-lan [options] --send RECIPIENT:TEXT   say something ('*' is everyone) and exit\n"
    "       forkchat-lan [options] --offer FILE            offer a file or a folder until ended\n"
    "       forkchat-lan [options] --get PEER:NAME         fetch what PEER offers and exit\n"
    "       forkchat-lan [options] --cast FILE             send a file to all who accept and exit\n"
    "       forkchat-lan [options] --receive               accept the next such file and exit\n"
    "       forkchat-lan [options] --files [--pattern P]   list what is offered and exit\n"
    "       forkchat-lan [options] --roster                list who was there and exit\n"
    "\n"
    "  -n, --name NAME             what you are called (your login name)\n"
    "  -i, --interface NAME|ADDR   only on this interface; may be given several times\n"
    "  -g, --group ADDRESS         the group (224.0.0.127)      -6  the IPv6 group ff02::e000:7f\n"
    "  -p, --port PORT             its port (7182)\n"
    "  -t, --ttl N                 routers that datagrams cross, plus one (1)\n"
    "      --period SECONDS        between announcements (10)\n"
    "  -w, --watch SECONDS         show what arrives that long, then exit (0: until ended)\n"
    "  -o, --output DIR            where files go (.)           -f, --force  replace existing ones\n"
    "      --password-file FILE    whose first line is the password of offers and gets\n"
    "      --accept                accept every file that is sent to all\n"
    "      --limit SIZE            largest file to take (4G)\n"
    "      --rate SIZE             bytes a second, for each transfer (casts: 4M)\n"
    "      --transfers N           at once, on the offering side (8)\n"
    "      --patience SECONDS      for an offer to appear or come back (30)\n"
    "      --wait SECONDS          for others to join a cast (5)\n"
    "      --receivers N           start the cast as soon as N have joined\n"
    "      --state DIR             where the roster is kept\n"
    "  -h, --help   -V, --version\n";

static _Noreturn void wrong(const char *option, const char *what)
{
    log_error("%s: %s", option, what);
    log_info("forkchat-lan --help lists the options");
    exit(EX_USAGE);
}

enum option_id {
    OPTION_NAME,
    OPTION_INTERFACE,
    OPTION_GROUP,
    OPTION_SIX,
    OPTION_PORT,
    OPTION_TTL,
    OPTION_PERIOD,
    OPTION_WATCH,
    OPTION_OUTPUT,
    OPTION_FORCE,
    OPTION_PASSWORD,
    OPTION_ACCEPT,
    OPTION_RECEIVE,
    OPTION_LIMIT,
    OPTION_RATE,
    OPTION_TRANSFERS,
    OPTION_PATIENCE,
    OPTION_WAIT,
    OPTION_RECEIVERS,
    OPTION_STATE,
    OPTION_SEND,
    OPTION_OFFER,
    OPTION_GET,
    OPTION_CAST,
    OPTION_FILES,
    OPTION_PATTERN,
    OPTION_ROSTER,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct {
    const char *name;
    char letter;
    bool argument;
    enum option_id id;
} table[] = {
    {"name", 'n', true, OPTION_NAME},
    {"interface", 'i', true, OPTION_INTERFACE},
    {"group", 'g', true, OPTION_GROUP},
    {"ipv6", '6', false, OPTION_SIX},
    {"port", 'p', true, OPTION_PORT},
    {"ttl", 't', true, OPTION_TTL},
    {"period", 0, true, OPTION_PERIOD},
    {"watch", 'w', true, OPTION_WATCH},
    {"output", 'o', true, OPTION_OUTPUT},
    {"force", 'f', false, OPTION_FORCE},
    {"password-file", 0, true, OPTION_PASSWORD},
    {"accept", 0, false, OPTION_ACCEPT},
    {"receive", 0, false, OPTION_RECEIVE},
    {"limit", 0, true, OPTION_LIMIT},
    {"rate", 0, true, OPTION_RATE},
    {"transfers", 0, true, OPTION_TRANSFERS},
    {"patience", 0, true, OPTION_PATIENCE},
    {"wait", 0, true, OPTION_WAIT},
    {"receivers", 0, true, OPTION_RECEIVERS},
    {"state", 0, true, OPTION_STATE},
    {"send", 's', true, OPTION_SEND},
    {"offer", 0, true, OPTION_OFFER},
    {"get", 0, true, OPTION_GET},
    {"cast", 0, true, OPTION_CAST},
    {"files", 0, false, OPTION_FILES},
    {"pattern", 0, true, OPTION_PATTERN},
    {"roster", 0, false, OPTION_ROSTER},
    {"help", 'h', false, OPTION_HELP},
    {"version", 'V', false, OPTION_VERSION},
};

static int64_t number(const char *option, const char *text, int64_t least, int64_t most)
{
    int64_t value;
    char what[96];
    if (parse_number(text, least, most, &value))
        return value;
    snprintf(what, sizeof what, "expected a number from %lld to %lld", (long long)least, (long long)most);
    wrong(option, what);
}

static int64_t size(const char *option, const char *text)
{
    int64_t value;
    if (parse_size(text, 1, (int64_t)1 << 50, &value))
        return value;
    wrong(option, "expected a size, as in 500k, 20M or 4G");
}

static void add(const char *option, const char **list, int *count, int most, const char *value)
{
    if (*count == most)
        wrong(option, "given too often");
    list[(*count)++] = value;
}

static void set_group(struct net_address *group, const char *address, int64_t port)
{
    char place[NET_TEXT_SIZE + 16];
    snprintf(place, sizeof place, strchr(address, ':') ? "[%.70s]:%lld" : "%.70s:%lld", address, (long long)port);
    if (net_parse(place, group))
        wrong("--group", "expected a numeric address, as in 224.0.0.127 or ff02::e000:7f");
    unsigned char bytes[16];
    net_host_bytes(group, bytes);
    bool six = group->storage.ss_family == AF_INET6;
    if (six ? bytes[0] != 0xff : bytes[12] < 224 || bytes[12] > 239)
        wrong("--group", "this is no multicast address: they are 224.0.0.0 to 239.255.255.255, or ff00::/8");
}

static void set_name(struct options *options, const char *name)
{
    if (!name_is_peer(name, strlen(name)))
        wrong("--name",
              "a name has 1 to 32 bytes, letters of one script and what ASCII has, but for ':', '/', '<', '>' and "
              "blanks side by side or at an end, and is not '*'");
    if (!unicode_compose(options->name, sizeof options->name, name))
        text_copy(options->name, sizeof options->name, name);
}

static char *read_password(const char *path)
{
    char *password = fd_read_file(path, 4096, NULL);
    if (!password) {
        log_error("--password-file: %s: %s", path, fd_why(errno));
        exit(EX_CONFIG);
    }
    password[strcspn(password, "\r\n")] = '\0';
    if (!*password || strlen(password) > SECRET_PASSWORD_MAX) {
        log_error("--password-file: %s: its first line must hold 1 to %d bytes", path, SECRET_PASSWORD_MAX);
        exit(EX_CONFIG);
    }
    return password;
}

/* What the options say of the group, before all of them are known. */
struct group_words {
    const char *address; /* NULL: none was asked for */
    int64_t port;
};

static void take(struct options *options, struct group_words *group, enum option_id id, const char *name,
                 const char *value)
{
    switch (id) {
    case OPTION_NAME:
        set_name(options, value);
        break;
    case OPTION_INTERFACE:
        add(name, options->interfaces, &options->interface_count, GROUP_INTERFACES, value);
        break;
    case OPTION_GROUP:
        group->address = value;
        break;
    case OPTION_SIX:
        group->address = DEFAULT_GROUP6;
        break;
    case OPTION_PORT:
        group->port = number(name, value, 1, 65535);
        break;
    case OPTION_TTL:
        options->ttl = (int)number(name, value, 0, 255);
        break;
    case OPTION_PERIOD:
        options->period = number(name, value, 1, 3600);
        break;
    case OPTION_WATCH:
        options->watch = true;
        options->watch_seconds = number(name, value, 0, 1000000);
        break;
    case OPTION_OUTPUT:
        options->output = value;
        break;
    case OPTION_FORCE:
        options->force = true;
        break;
    case OPTION_PASSWORD:
        free(options->password);
        options->password = read_password(value);
        break;
    case OPTION_ACCEPT:
        options->accept = true;
        break;
    case OPTION_RECEIVE:
        options->receive = true;
        break;
    case OPTION_LIMIT:
        options->limit = size(name, value);
        break;
    case OPTION_RATE:
        options->rate = size(name, value);
        break;
    case OPTION_TRANSFERS:
        options->transfers = number(name, value, 1, 32);
        break;
    case OPTION_PATIENCE:
        options->patience = number(name, value, 1, 1000000);
        break;
    case OPTION_WAIT:
        options->wait = number(name, value, 1, 3600);
        break;
    case OPTION_RECEIVERS:
        options->receivers = number(name, value, 1, 256);
        break;
    case OPTION_STATE:
        options->state = value;
        break;
    case OPTION_SEND:
        add(name, options->sends, &options->send_count, OPTIONS_MANY, value);
        break;
    case OPTION_OFFER:
        add(name, options->offers, &options->offer_count, OPTIONS_MANY, value);
        break;
    case OPTION_GET:
        if (!strchr(value, ':'))
            wrong(name, "expected PEER:NAME");
        add(name, options->gets, &options->get_count, OPTIONS_MANY, value);
        break;
    case OPTION_CAST:
        options->cast = value;
        break;
    case OPTION_FILES:
        options->files = true;
        break;
    case OPTION_PATTERN:
        options->pattern = value;
        break;
    case OPTION_ROSTER:
        options->roster = true;
        break;
    case OPTION_HELP:
        fputs(usage_text, stdout);
        exit(fd_finish_output());
    case OPTION_VERSION:
        puts("forkchat-lan " FORKCHAT_VERSION);
        exit(fd_finish_output());
    }
}

/* The row of an argument, and where its value begins: in the same word (*value set), or in the next. */
static int find_row(const char *word, const char **value)
{
    *value = NULL;
    for (int i = 0; i < (int)(sizeof table / sizeof table[0]); i++) {
        size_t length = strlen(table[i].name);
        if (word[0] != '-')
            continue;
        if (word[1] == '-' && strncmp(word + 2, table[i].name, length) == 0 &&
            (word[2 + length] == '\0' || word[2 + length] == '=')) {
            if (word[2 + length] == '=')
                *value = word + 3 + length;
            return i;
        }
        if (table[i].letter && word[1] == table[i].letter && (word[2] == '\0' || table[i].argument)) {
            if (word[2] != '\0')
                *value = word + 2;
            return i;
        }
    }
    return -1;
}

static const char *default_state(void)
{
    static char path[1024];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        snprintf(path, sizeof path, "%s/forkchat-lan", state);
    else if (home && *home == '/')
        snprintf(path, sizeof path, "%s/.local/state/forkchat-lan", home);
    else
        return NULL;
    return path;
}

static void set_default_name(struct options *options)
{
    const char *login = getenv("LOGNAME");
    if (!login || !name_is_peer(login, strlen(login)))
        login = getenv("USER");
    const struct passwd *user = login ? NULL : getpwuid(getuid());
    if (user)
        login = user->pw_name;
    if (!login || !name_is_peer(login, strlen(login)))
        wrong("--name", "what are you called? No login name is known");
    text_copy(options->name, sizeof options->name, login);
}

void options_read(int argc, char **argv, struct options *options)
{
    struct group_words group = {.port = DEFAULT_PORT};
    *options = (struct options){
        .ttl = 1, .period = 10, .output = ".", .limit = (int64_t)4 << 30, .transfers = 8, .patience = 30, .wait = 5};
    for (int i = 1; i < argc; i++) {
        const char *value;
        int row = find_row(argv[i], &value);
        if (row < 0)
            wrong(argv[i], "there is no such option");
        if (!table[row].argument && value)
            wrong(argv[i], "takes no value");
        if (table[row].argument && !value && !(value = argv[++i]))
            wrong(argv[i - 1], "needs a value");
        char name[32];
        snprintf(name, sizeof name, "--%s", table[row].name);
        take(options, &group, table[row].id, name, value);
    }
    set_group(&options->group, group.address ? group.address : DEFAULT_GROUP, group.port);
    if (!group.address)
        set_group(&options->group_instead, DEFAULT_GROUP6, group.port);
    if (!options->name[0])
        set_default_name(options);
    if (!options->state)
        options->state = default_state();
    if (options->password && (options->cast || options->receive))
        wrong("--password-file", "who sends to everyone proves no password: it does not go with --cast and --receive");
    if (options->pattern && !options->files)
        wrong("--pattern", "goes with --files");
}

void options_free(struct options *options)
{
    free(options->password);
    options->password = NULL;
}

bool options_are_brief(const struct options *options)
{
    return !options->watch && !options->offer_count && !options->accept &&
           (options->send_count || options->get_count || options->cast || options->files || options->receive);
}
