/* The directives of forkchatd.conf(5): a row in the table at the end, and a function that takes its arguments into the
 * settings and returns what is wrong with them, in words that say what would be right. Whoever reads settings runs it. */
#include "directives.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "modes.h"
#include "names.h"
#include "settings.h"

#define MOTD_LIMIT ((size_t)16384) /* three of them and the directives fit SETTINGS_TEXT_SIZE */

typedef const char *take(struct settings *settings, const struct config_line *line);

struct directive {
    const char *keyword;
    int least, most; /* arguments; most 0: free text to the end of the line */
    take *take;
    const char *syntax;
    const char *meaning;
};

static void replace(char **slot, const char *string)
{
    free(*slot);
    *slot = text_keep(string);
}

/* The same of a text that people are shown. */
static void replace_text(char **slot, const char *string)
{
    free(*slot);
    *slot = text_keep_utf8(string);
}

/* Text to the end of the line, or one word in quotes. */
static const char *free_text(const struct config_line *line)
{
    return line->count == 2 ? line->words[1] : line->rest[1];
}

static const char *take_listen(struct settings *settings, const struct config_line *line)
{
    static char wrong[200];
    if (settings->is_copy)
        return NULL; /* doors are the supervisor's; and the name of an interface is nothing to ask the system in a worker */
    int door = door_by_name(line->words[1]);
    if (door < 0 || door == DOOR_CONTROL) {
        struct text text;
        text_init(&text, wrong, sizeof wrong);
        text_addf(&text, "no such door \"%.40s\": the doors are", line->words[1]);
        for (int i = 0; i < DOOR_KINDS; i++)
            if (i != DOOR_CONTROL)
                text_addf(&text, "%s %s", i ? "," : "", door_name((enum door_kind)i));
        return wrong;
    }
    if (settings->listen_count == SETTING_LISTENS)
        return "too many listen directives";
    struct setting_listen *listen = &settings->listens[settings->listen_count];
    const char *mistake = net_parse(line->words[2], &listen->address);
    if (mistake)
        return mistake;
    listen->door = (enum door_kind)door;
    listen->star = line->words[2][0] == '*' || !strchr(line->words[2], ':');
    settings->listen_count++;
    return NULL;
}

static const char *take_server_name(struct settings *settings, const struct config_line *line)
{
    const char *name = line->words[1];
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    if (!*name || strspn(name, letters) != strlen(name) || strlen(name) > 63)
        return "a server name is 1 to 63 letters, digits, dots and dashes, as in chat.example.org";
    replace(&settings->server_name, name);
    return NULL;
}

static const char *take_max_clients(struct settings *settings, const struct config_line *line)
{
    return parse_number(line->words[1], 1, 100000, &settings->max_clients)
               ? NULL
               : "expected a number of clients from 1 to 100000";
}

static const char *take_clients_or_off(int64_t *clients, const char *word)
{
    *clients = 0;
    if (strcmp(word, "off") == 0 || parse_number(word, 1, 100000, clients))
        return NULL;
    return "expected a number of clients from 1 to 100000, or off";
}

static const char *take_per_address(struct settings *settings, const struct config_line *line)
{
    return take_clients_or_off(&settings->max_clients_per_address, line->words[1]);
}

static const char *take_per_network(struct settings *settings, const struct config_line *line)
{
    return take_clients_or_off(&settings->max_clients_per_network, line->words[1]);
}

static const char *take_prefix(struct setting_prefix *prefix, const struct config_line *line)
{
    return parse_number(line->words[1], 1, 32, &prefix->ipv4) && parse_number(line->words[2], 1, 128, &prefix->ipv6)
               ? NULL
               : "expected a number of bits from 1 to 32 for IPv4 and one from 1 to 128 for IPv6, as in 24 48";
}

static const char *take_address_prefix(struct settings *settings, const struct config_line *line)
{
    return take_prefix(&settings->address_prefix, line);
}

static const char *take_network_prefix(struct settings *settings, const struct config_line *line)
{
    return take_prefix(&settings->network_prefix, line);
}

static const char *take_ranges(struct setting_ranges *ranges, const struct config_line *line)
{
    ranges->count = 0;
    if (line->count == 2 && strcmp(line->words[1], "none") == 0)
        return NULL;
    for (int i = 1; i < line->count; i++)
        if (!net_parse_range(line->words[i], &ranges->list[ranges->count++]))
            return "expected addresses and networks, as in 192.0.2.7 10.0.0.0/8 2001:db8::/32, or none";
    return NULL;
}

static const char *take_limit_exempt(struct settings *settings, const struct config_line *line)
{
    return take_ranges(&settings->limit_exempt, line);
}

static const char *take_penalty_exempt(struct settings *settings, const struct config_line *line)
{
    return take_ranges(&settings->penalty_exempt, line);
}

static const char *take_penalty(struct settings *settings, const struct config_line *line)
{
    struct setting_penalty *penalty = &settings->penalty;
    const struct {
        const char *word;
        int64_t *seconds;
    } kinds[] = {{"crash", &penalty->crash},
                 {"password", &penalty->password},
                 {"silence", &penalty->silence},
                 {"longest", &penalty->longest}};
    int64_t seconds = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].word, line->words[1]) != 0)
            continue;
        bool off = strcmp(line->words[2], "off") == 0 && kinds[i].seconds != &penalty->longest;
        if (!off && (!parse_duration(line->words[2], &seconds) || seconds < 1 || seconds > 86400))
            return "expected a time from 1 s to 1 d, as in 30 or 10m, or (not for longest) off";
        *kinds[i].seconds = seconds;
        return NULL;
    }
    return "expected crash, password, silence or longest, and a time, as in: penalty crash 10";
}

static const char *take_rate(struct setting_rate *rate, const char *word)
{
    *rate = (struct setting_rate){0};
    if (strcmp(word, "off") == 0 || parse_rate(word, &rate->count, &rate->seconds))
        return NULL;
    return "expected COUNT/SECONDS, as in 20/10, or off";
}

static const char *take_connect_rate(struct settings *settings, const struct config_line *line)
{
    return take_rate(&settings->connect_rate, line->words[1]);
}

static const char *take_flood(struct settings *settings, const struct config_line *line)
{
    return take_rate(&settings->flood, line->words[1]);
}

static const char *take_couriers(struct settings *settings, const struct config_line *line)
{
    settings->couriers = 0;
    if (strcmp(line->words[1], "auto") == 0 ||
        parse_number(line->words[1], 1, 32, &settings->couriers))
        return NULL;
    return "expected a number of couriers from 1 to 32, or auto for one per processor";
}

static const char *take_ring_size(struct settings *settings, const struct config_line *line)
{
    int64_t size;
    if (!parse_size(line->words[1], 1 << 18, 1 << 30, &size))
        return "expected a size from 256k to 1G, as in 4M";
    settings->ring_size = 1 << 18;
    while (settings->ring_size < size)
        settings->ring_size *= 2;
    return NULL;
}

static const char *take_queue_limit(struct settings *settings, const struct config_line *line)
{
    return parse_size(line->words[1], 4096, 1 << 30, &settings->queue_limit)
               ? NULL
               : "expected a size from 4k to 1G, as in 1M";
}

static const char *take_queue_total(struct settings *settings, const struct config_line *line)
{
    return parse_size(line->words[1], 1 << 20, INT64_C(1) << 36, &settings->queue_total)
               ? NULL
               : "expected a size from 1M to 64G, as in 256M";
}

static const char *check_crypted(const char *password)
{
    return password[0] == '$' && strlen(password) >= 20
               ? NULL
               : "the password must be one that crypt(3) made, as printed by: openssl passwd -6";
}

static const char *take_operator(struct settings *settings, const struct config_line *line)
{
    if (settings->operator_count == SETTING_OPERATORS)
        return "too many operators";
    const char *password = line->words[2], *wrong = check_crypted(password);
    if (wrong)
        return wrong;
    settings->operators[settings->operator_count++] =
        (struct setting_operator){.name = text_keep_utf8(line->words[1]), .password = text_keep(password)};
    return NULL;
}

/* What a file says, read anew with each reload; a copy has it from elsewhere. */
static const char *take_file(const struct settings *settings, char **slot, const char *path)
{
    static char wrong[300];
    if (settings->is_copy)
        return NULL;
    char *text = fd_read_file(path, MOTD_LIMIT, NULL);
    if (!text) {
        snprintf(wrong, sizeof wrong, "expected a file that can be read: %.200s: %s", path,
                 errno == EFBIG ? "longer than 16 KiB" : fd_why(errno));
        return wrong;
    }
    replace_text(slot, text);
    free(text);
    if (strlen(*slot) <= MOTD_LIMIT)
        return NULL;
    snprintf(wrong, sizeof wrong, "expected a file that can be read: %.200s: longer than 16 KiB as UTF-8", path);
    return wrong;
}

static const char *take_motd(struct settings *settings, const struct config_line *line)
{
    return take_file(settings, &settings->motd, line->words[1]);
}

static const char *take_welcome(struct settings *settings, const struct config_line *line)
{
    return take_file(settings, &settings->welcome, line->words[1]);
}

static const char *take_rules(struct settings *settings, const struct config_line *line)
{
    return take_file(settings, &settings->rules, line->words[1]);
}

static const char *take_channel_limit(struct settings *settings, const struct config_line *line)
{
    return parse_number(line->words[1], 1, 500, &settings->channel_limit)
               ? NULL
               : "expected a number of channels from 1 to 500";
}

static const char *take_channel_modes(struct settings *settings, const struct config_line *line)
{
    return modes_parse_flags(line->words[1], &settings->channel_modes)
               ? NULL
               : "expected + and some of the letters Cimnpst, as in +nt";
}

static const char *take_password(struct settings *settings, const struct config_line *line)
{
    const char *wrong = check_crypted(line->words[1]);
    if (!wrong)
        replace(&settings->password, line->words[1]);
    return wrong;
}

static const char *take_server_description(struct settings *settings, const struct config_line *line)
{
    replace_text(&settings->server_description, free_text(line));
    return NULL;
}

static const char *take_network_name(struct settings *settings, const struct config_line *line)
{
    const char *name = line->words[1];
    if (!*name || strlen(name) > 63 || strchr(name, ' ') || strchr(name, '=') || strchr(name, '\\'))
        return "a network name is one word of 1 to 63 characters, as in ExampleNet";
    replace_text(&settings->network_name, name);
    return NULL;
}

static const char *take_nick_length(struct settings *settings, const struct config_line *line)
{
    return parse_number(line->words[1], 5, NICK_SIZE - 1, &settings->nick_length)
               ? NULL
               : "expected a number of characters from 5 to 63";
}

static const char *take_ping_timeout(struct settings *settings, const struct config_line *line)
{
    return parse_duration(line->words[1], &settings->ping_timeout) && settings->ping_timeout >= 2 &&
                   settings->ping_timeout <= 86400
               ? NULL
               : "expected a time from 2 s to 1 d, as in 120 or 2m";
}

static const char *take_registration_timeout(struct settings *settings, const struct config_line *line)
{
    return parse_duration(line->words[1], &settings->registration_timeout) && settings->registration_timeout >= 1 &&
                   settings->registration_timeout <= 86400
               ? NULL
               : "expected a time from 1 s to 1 d, as in 60 or 1m";
}

static const char *take_keepalive(struct settings *settings, const struct config_line *line)
{
    return parse_duration(line->words[1], &settings->keepalive) && settings->keepalive >= 5 &&
                   settings->keepalive <= 86400
               ? NULL
               : "expected a time from 5 s to 1 d, as in 150 or 3m";
}

static const char *take_admin(struct settings *settings, const struct config_line *line)
{
    if (settings->admin_count == SETTING_ADMIN_LINES)
        return "at most three admin directives: what and where the server is, whose, and an address";
    settings->admin[settings->admin_count++] = text_keep_utf8(free_text(line));
    return NULL;
}

static const char *take_user(struct settings *settings, const struct config_line *line)
{
    if (!settings->is_copy && !getpwnam(line->words[1]))
        return "there is no such user on this system: expected a name from passwd(5)";
    replace(&settings->user, line->words[1]);
    return NULL;
}

static const char *take_group(struct settings *settings, const struct config_line *line)
{
    if (!settings->is_copy && !getgrnam(line->words[1]))
        return "there is no such group on this system: expected a name from group(5)";
    replace(&settings->group, line->words[1]);
    return NULL;
}

static const char *check_path(const char *path)
{
    return path[0] == '/' ? NULL : "expected the whole path of a directory, beginning with /";
}

static const char *take_chroot(struct settings *settings, const struct config_line *line)
{
    const char *path = line->words[1];
    if (strcmp(path, "off") != 0 && check_path(path))
        return "expected the whole path of an empty directory, or off";
    replace(&settings->chroot, path);
    return NULL;
}

static const char *take_sandbox(struct settings *settings, const struct config_line *line)
{
    settings->sandbox = strcmp(line->words[1], "on") == 0;
    return settings->sandbox || strcmp(line->words[1], "off") == 0 ? NULL : "expected on or off";
}

static const char *take_log_times(struct settings *settings, const struct config_line *line)
{
    settings->log_times = strcmp(line->words[1], "on") == 0;
    return settings->log_times || strcmp(line->words[1], "off") == 0 ? NULL : "expected on or off";
}

static const char *take_worker_memory(struct settings *settings, const struct config_line *line)
{
    settings->worker_memory = 0;
    if (strcmp(line->words[1], "off") == 0 ||
        parse_size(line->words[1], 1 << 23, INT64_C(1) << 40, &settings->worker_memory))
        return NULL;
    return "expected a size from 8M to 1024G, as in 128M, or off";
}

static const char *take_worker_cpu(struct settings *settings, const struct config_line *line)
{
    settings->worker_cpu = 0;
    if (strcmp(line->words[1], "off") == 0 ||
        (parse_duration(line->words[1], &settings->worker_cpu) && settings->worker_cpu >= 1 &&
         settings->worker_cpu <= 86400))
        return NULL;
    return "expected a time from 1 s to 1 d, as in 60 or 1m, or off";
}

static const char *take_runtime_directory(struct settings *settings, const struct config_line *line)
{
    const char *wrong = check_path(line->words[1]);
    if (!wrong)
        replace(&settings->runtime_directory, line->words[1]);
    return wrong;
}

static const char *take_state_directory(struct settings *settings, const struct config_line *line)
{
    const char *wrong = check_path(line->words[1]);
    if (!wrong)
        replace(&settings->state_directory, line->words[1]);
    return wrong;
}

static const struct directive directives[] = {
    {"listen", 2, 2, take_listen, "DOOR ADDRESS:PORT", "open a door there; port 0 picks one"},
    {"server-name", 1, 1, take_server_name, "NAME", "what the server calls itself"},
    {"max-clients", 1, 1, take_max_clients, "N", "clients at one time"},
    {"max-clients-per-address", 1, 1, take_per_address, "N|off", "of them, from one address"},
    {"max-clients-per-network", 1, 1, take_per_network, "N|off", "of them, from one network"},
    {"address-prefix", 2, 2, take_address_prefix, "IPV4-BITS IPV6-BITS", "of an address, that make it another's"},
    {"network-prefix", 2, 2, take_network_prefix, "IPV4-BITS IPV6-BITS", "of an address, that name its network"},
    {"limit-exempt", 1, SETTING_RANGES, take_limit_exempt, "NETWORK ...|none", "from where as many come as like"},
    {"penalty", 2, 2, take_penalty, "crash|password|silence|longest SECONDS|off", "for trouble that clients made"},
    {"penalty-exempt", 1, SETTING_RANGES, take_penalty_exempt, "NETWORK ...|none", "whose trouble costs nothing"},
    {"connect-rate", 1, 1, take_connect_rate, "N/SECONDS|off", "new connections of one address"},
    {"flood", 1, 1, take_flood, "BURST/SECONDS|off", "lines of one client before it is slowed"},
    {"couriers", 1, 1, take_couriers, "N|auto", "processes that write to clients"},
    {"ring-size", 1, 1, take_ring_size, "BYTES", "shared memory for what is being said"},
    {"queue-limit", 1, 1, take_queue_limit, "BYTES", "kept for one client that reads slowly"},
    {"queue-total", 1, 1, take_queue_total, "BYTES", "kept for all of them together"},
    {"operator", 2, 2, take_operator, "NAME CRYPTED-PASSWORD", "who may use OPER"},
    {"motd", 1, 1, take_motd, "FILE", "shown to everyone who connects"},
    {"welcome", 1, 1, take_welcome, "FILE", "shown in front of it to people, in place of a line of our own"},
    {"rules", 1, 1, take_rules, "FILE", "shown to who asks for RULES"},
    {"channel-limit", 1, 1, take_channel_limit, "N", "channels one user may be in"},
    {"default-channel-modes", 1, 1, take_channel_modes, "MODES", "of a new channel"},
    {"password", 1, 1, take_password, "CRYPTED-PASSWORD", "what IRC clients must give with PASS"},
    {"server-description", 1, 0, take_server_description, "TEXT", "what WHOIS and LINKS say of the server"},
    {"network-name", 1, 1, take_network_name, "NAME", "what IRC clients call the network"},
    {"nick-length", 1, 1, take_nick_length, "N", "bytes of a nick"},
    {"ping-timeout", 1, 1, take_ping_timeout, "SECONDS",
     "silence after which an IRC client is asked for a sign of life"},
    {"registration-timeout", 1, 1, take_registration_timeout, "SECONDS", "for an IRC client to give its NICK and USER"},
    {"keepalive", 1, 1, take_keepalive, "SECONDS", "after which a vanished peer is given up, on every door"},
    {"admin", 1, 0, take_admin, "TEXT", "whose server it is, for ADMIN; up to three times"},
    {"user", 1, 1, take_user, "NAME", "who the processes run as, if started as root"},
    {"group", 1, 1, take_group, "NAME", "and with which group"},
    {"chroot", 1, 1, take_chroot, "DIRECTORY|off", "the empty folder the workers see as /"},
    {"sandbox", 1, 1, take_sandbox, "on|off", "no system calls for them but those they need"},
    {"worker-memory", 1, 1, take_worker_memory, "BYTES|off", "of its own, for the process of one client"},
    {"worker-cpu", 1, 1, take_worker_cpu, "SECONDS|off", "of processor time, for the process of one client, in one go"},
    {"log-times", 1, 1, take_log_times, "on|off", "the date and time in front of each line of a log that -f writes"},
    {"runtime-directory", 1, 1, take_runtime_directory, "DIRECTORY", "control socket, pid file"},
    {"state-directory", 1, 1, take_state_directory, "DIRECTORY", "what must outlive a restart"},
};

#define DIRECTIVES ((int)(sizeof directives / sizeof *directives))

bool directive_describe(int number, const char **keyword, const char **syntax, const char **meaning)
{
    if (number < 0 || number >= DIRECTIVES)
        return false;
    *keyword = directives[number].keyword;
    *syntax = directives[number].syntax;
    *meaning = directives[number].meaning;
    return true;
}

/* The directive a mistyped keyword most likely meant: the one that shares the longest beginning. */
static const char *nearest(const char *word)
{
    const char *best = NULL;
    size_t most = 2;
    for (int i = 0; i < DIRECTIVES; i++) {
        size_t same = 0;
        while (word[same] && tolower((unsigned char)word[same]) == directives[i].keyword[same])
            same++;
        if (same > most) {
            most = same;
            best = directives[i].keyword;
        }
    }
    return best;
}

const char *directive_take(struct settings *settings, const struct config_line *line)
{
    static char wrong[300];
    for (int i = 0; i < DIRECTIVES; i++) {
        const struct directive *row = &directives[i];
        if (strcmp(row->keyword, line->words[0]) != 0)
            continue;
        int given = line->count - 1;
        if (given < row->least || (row->most && given > row->most)) {
            struct text text;
            text_init(&text, wrong, sizeof wrong);
            text_addf(&text, "expected: %s %s", row->keyword, row->syntax);
            if (given > row->least && row->most > row->least)
                text_addf(&text, ", at most %d", row->most);
            return wrong;
        }
        const char *mistake = row->take(settings, line);
        if (!mistake)
            return NULL;
        snprintf(wrong, sizeof wrong, "%s: %.250s", row->keyword, mistake);
        return wrong;
    }
    const char *guess = nearest(line->words[0]);
    snprintf(wrong, sizeof wrong, "no such directive \"%.60s\"%s%s%s forkchatd -h lists them",
             line->words[0], guess ? ": did you mean \"" : "", guess ? guess : "", guess ? "\"?" : ";");
    return wrong;
}
