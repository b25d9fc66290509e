/* The directives of forkchatd.conf(5): how each kind of setting is read, and what is no kind's but a directive's own. A
 * function takes the arguments of a line into the settings, or says what is wrong with them, in words that say what
 * would be right. Run by each process that reads settings; no shared memory. */
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
#include "base/harmless.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/text.h"
#include "settings.h"
#include "world/modes.h"
#include "world/names.h"

#define FILE_LIMIT ((size_t)16384) /* three of them and the directives fit SETTINGS_TEXT_SIZE */

/* A line that is being read. */
struct reading {
    struct settings *settings;
    const struct directive *row;
    void *field;
    char *const *words; /* the arguments */
    int count;
    const char *rest; /* the same as they were written */
    struct text *wrong;
};

/* What all settings of a kind have in common. */
struct kind {
    int least, most; /* arguments; most 0: free text to the end of the line */
    bool (*take)(const struct reading *);
    bool is_kept;     /* the field is a string of its own */
    const char *noun; /* of an amount */
    bool (*parse)(const char *word, int64_t least, int64_t most, int64_t *amount);
    void (*show)(struct text *, int64_t amount);
};

/* A row of SETTINGS, which says what the fields mean. */
struct directive {
    const struct kind *kind;
    size_t field;
    const char *keyword, *syntax, *meaning;
    enum { RELOAD, RESTART } when;
    const char *standard;
    int64_t least, most;
    const char *zero, *of, *expected;
    bool (*check)(const char *word);
    bool is_looked_up;
};

static bool refuse(const struct reading *reading, const char *why)
{
    text_add(reading->wrong, why);
    return false;
}

/* ---- amounts ---- */

static bool parse_seconds(const char *word, int64_t least, int64_t most, int64_t *seconds)
{
    return parse_duration(word, seconds) && *seconds >= least && *seconds <= most;
}

static void show_number(struct text *text, int64_t number)
{
    text_addf(text, "%lld", (long long)number);
}

static void show_size(struct text *text, int64_t bytes)
{
    int unit = bytes % (1 << 30) == 0 ? 3 : bytes % (1 << 20) == 0 ? 2 : 1;
    text_addf(text, "%lld%c", (long long)(bytes >> 10 * unit), " kMG"[unit]);
}

static void show_seconds(struct text *text, int64_t seconds)
{
    bool days = seconds % SETTING_DAY == 0;
    text_addf(text, "%lld %c", (long long)(days ? seconds / SETTING_DAY : seconds), days ? 'd' : 's');
}

static bool take_amount(const struct reading *reading)
{
    const struct directive *row = reading->row;
    int64_t amount = 0;
    if (!(row->zero && strcmp(reading->words[0], row->zero) == 0) &&
        !row->kind->parse(reading->words[0], row->least, row->most, &amount)) {
        text_addf(reading->wrong, "expected a %s%s from ", row->kind->noun, row->of ? row->of : "");
        row->kind->show(reading->wrong, row->least);
        text_add(reading->wrong, " to ");
        row->kind->show(reading->wrong, row->most);
        return refuse(reading, row->expected ? row->expected : "");
    }
    *(int64_t *)reading->field = amount;
    return true;
}

static bool take_power(const struct reading *reading)
{
    int64_t *size = reading->field, power = reading->row->least;
    if (!take_amount(reading))
        return false;
    while (power < *size)
        power *= 2;
    *size = power;
    return true;
}

/* ---- what consists of several words or numbers ---- */

static bool take_flag(const struct reading *reading)
{
    bool on = strcmp(reading->words[0], "on") == 0;
    if (!on && strcmp(reading->words[0], "off") != 0)
        return refuse(reading, "expected on or off");
    *(bool *)reading->field = on;
    return true;
}

static bool take_rate(const struct reading *reading)
{
    struct setting_rate rate = {0};
    if (strcmp(reading->words[0], "off") != 0 && !parse_rate(reading->words[0], &rate.count, &rate.seconds))
        return refuse(reading, "expected COUNT/SECONDS, as in 20/10, or off");
    *(struct setting_rate *)reading->field = rate;
    return true;
}

static bool take_prefix(const struct reading *reading)
{
    struct setting_prefix *prefix = reading->field;
    return (parse_number(reading->words[0], 1, 32, &prefix->ipv4) &&
            parse_number(reading->words[1], 1, 128, &prefix->ipv6)) ||
           refuse(reading,
                  "expected a number of bits from 1 to 32 for IPv4 and one from 1 to 128 for IPv6, as in 24 48");
}

/* The words from number `first` on: at most SETTING_RANGES. */
static bool read_ranges(const struct reading *reading, int first, struct setting_ranges *ranges, const char *wrong)
{
    ranges->count = 0;
    for (int i = first; i < reading->count; i++)
        if (!net_parse_range(reading->words[i], &ranges->list[ranges->count++]))
            return refuse(reading, wrong);
    return true;
}

static bool take_ranges(const struct reading *reading)
{
    struct setting_ranges *ranges = reading->field;
    if (reading->count == 1 && strcmp(reading->words[0], "none") == 0) {
        ranges->count = 0;
        return true;
    }
    return read_ranges(reading, 0, ranges,
                       "expected addresses and networks, as in 192.0.2.7 10.0.0.0/8 2001:db8::/32, or none");
}

static bool take_modes(const struct reading *reading)
{
    return modes_parse_flags(reading->words[0], reading->field) ||
           refuse(reading, "expected + and some of the letters CHJMRimnpst, as in +nt");
}

/* ---- strings ---- */

static void replace(char **field, char *string)
{
    free(*field);
    *field = string;
}

static bool is_refused(const struct reading *reading)
{
    const struct directive *row = reading->row;
    return row->check && !(row->is_looked_up && reading->settings->is_copy) && !row->check(reading->words[0]) &&
           !refuse(reading, row->expected);
}

static bool take_string(const struct reading *reading)
{
    if (is_refused(reading))
        return false;
    replace(reading->field, memory_keep(reading->words[0]));
    return true;
}

static bool take_shown(const struct reading *reading)
{
    if (is_refused(reading))
        return false;
    replace(reading->field, harmless_keep(reading->words[0]));
    return true;
}

/* A name, or the whole of an origin. */
static bool is_origin(const char *word)
{
    const char *host = strstr(word, "://");
    host = host ? host + 3 : word;
    return strlen(word) <= 200 && *host && !strpbrk(host, "/ \"'\\,;") && (host == word || host > word + 3);
}

static bool take_origins(const struct reading *reading)
{
    char bytes[SETTING_RANGES * 202];
    struct text text;
    text_init(&text, bytes, sizeof bytes);
    bool none = reading->count == 1 && strcmp(reading->words[0], "none") == 0;
    for (int i = 0; i < reading->count && !none; i++) {
        if (!is_origin(reading->words[i]))
            return refuse(reading, "expected names and origins, as in chat.example.org https://www.example.org, or any "
                                   "or none");
        text_addf(&text, "%s%s", i ? " " : "", reading->words[i]);
    }
    replace(reading->field, memory_keep(bytes));
    return true;
}

/* Text to the end of the line, or one word in quotes. */
static char *keep_free_text(const struct reading *reading)
{
    return harmless_keep(reading->count == 1 ? reading->words[0] : reading->rest);
}

static bool take_text(const struct reading *reading)
{
    replace(reading->field, keep_free_text(reading));
    return true;
}

/* What a file says, read anew with each reload; a copy has it from elsewhere. */
static bool take_file(const struct reading *reading)
{
    if (reading->settings->is_copy)
        return true;
    const char *path = reading->words[0], *why = "longer than 16 KiB";
    char *text = fd_read_file(path, FILE_LIMIT, NULL);
    if (text) {
        replace(reading->field, harmless_keep(text));
        free(text);
        if (strlen(*(char **)reading->field) <= FILE_LIMIT)
            return true;
        why = "longer than 16 KiB as UTF-8";
    } else if (errno != EFBIG) {
        why = fd_why(errno);
    }
    text_addf(reading->wrong, "expected a file that can be read: %.200s: %s", path, why);
    return false;
}

static bool is_network_name(const char *word)
{
    return *word && strlen(word) <= 63 && !strpbrk(word, " =\\");
}

static bool is_crypted(const char *word)
{
    return word[0] == '$' && strlen(word) >= 20;
}

static bool is_user(const char *word)
{
    return getpwnam(word) != NULL;
}

static bool is_group(const char *word)
{
    return getgrnam(word) != NULL;
}

static bool is_path(const char *word)
{
    return word[0] == '/';
}

static bool is_path_or_off(const char *word)
{
    return is_path(word) || strcmp(word, "off") == 0;
}

static bool is_registering(const char *word)
{
    return strcmp(word, "on") == 0 || strcmp(word, "off") == 0 || strcmp(word, "operators") == 0;
}

static bool is_from(const char *word)
{
    return strcmp(word, "local") == 0 || strcmp(word, "anywhere") == 0;
}

/* ---- directives of their own kind ---- */

static bool take_proxies(const struct reading *reading, int door, struct setting_listen *listen)
{
    if (strcmp(reading->words[2], "proxy") != 0 || reading->count == 3)
        return refuse(reading, "expected: listen DOOR ADDRESS:PORT, and perhaps proxy NETWORK ... behind it");
    if (door >= DOOR_KINDS)
        return refuse(reading, "proxy is for doors of clients alone");
    return read_ranges(reading, 3, &listen->proxies,
                       "expected addresses and networks of proxies, as in 127.0.0.1 10.0.0.0/8 2001:db8::/32");
}

static bool take_webirc(const struct reading *reading)
{
    struct settings *settings = reading->settings;
    struct setting_webirc *gateway = &settings->webirc[settings->webirc_count];
    if (settings->webirc_count == SETTING_WEBIRCS)
        return refuse(reading, "too many webirc directives");
    if (!is_crypted(reading->words[0]))
        return refuse(reading, SETTING_CRYPTED);
    if (!read_ranges(reading, 1, &gateway->from,
                     "expected addresses and networks of gateways, as in 127.0.0.1 10.0.0.0/8 2001:db8::/32"))
        return false;
    gateway->password = memory_keep(reading->words[0]);
    settings->webirc_count++;
    return true;
}

static bool take_listen(const struct reading *reading)
{
    struct settings *settings = reading->settings;
    if (settings->is_copy)
        return true; /* doors are the supervisor's; and the name of an interface is nothing to ask the system in a
                        worker */
    int door = door_by_name(reading->words[0]);
    if (door < 0 || door == SERVICE_CONTROL) {
        text_addf(reading->wrong, "no such door \"%.40s\": the doors are", reading->words[0]);
        for (int i = 0; i < WAYS_IN; i++)
            if (door_name((enum door_kind)i) && door_listed((enum door_kind)i) == (enum door_kind)i &&
                i != SERVICE_CONTROL)
                text_addf(reading->wrong, "%s %s", i ? "," : "", door_name((enum door_kind)i));
        return false;
    }
    if (settings->listen_count == SETTING_LISTENS)
        return refuse(reading, "too many listen directives");
    struct setting_listen *listen = &settings->listens[settings->listen_count];
    const char *address = reading->words[1], *why;
    if (reading->count > 2 && !take_proxies(reading, door, listen))
        return false;
    if ((why = net_parse(address, &listen->address)))
        return refuse(reading, why);
    listen->door = (enum door_kind)door;
    listen->star = address[0] == '*' || !strchr(address, ':');
    settings->listen_count++;
    return true;
}

static bool take_penalty(const struct reading *reading)
{
    struct setting_penalty *penalty = &reading->settings->penalty;
    const struct {
        const char *word;
        int64_t *seconds;
    } kinds[] = {{"crash", &penalty->crash},
                 {"password", &penalty->password},
                 {"silence", &penalty->silence},
                 {"longest", &penalty->longest}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int64_t seconds = 0;
        if (strcmp(kinds[i].word, reading->words[0]) != 0)
            continue;
        bool off = strcmp(reading->words[1], "off") == 0 && kinds[i].seconds != &penalty->longest;
        if (!off && !parse_seconds(reading->words[1], 1, SETTING_DAY, &seconds))
            return refuse(reading, "expected a time from 1 s to 1 d, as in 30 or 10m, or (not for longest) off");
        *kinds[i].seconds = seconds;
        return true;
    }
    return refuse(reading, "expected crash, password, silence or longest, and a time, as in: penalty crash 10");
}

/* How much of what crypt(3) made says how it was made: of bcrypt, which has no sign between them, 22 characters are the
 * salt. */
static size_t salt_length(const char *hash)
{
    size_t bcrypt = strlen("$2b$12$") + 22;
    return hash[1] == '2' && strlen(hash) > bcrypt ? bcrypt : (size_t)(strrchr(hash, '$') + 1 - hash);
}

static bool take_operator(const struct reading *reading)
{
    struct settings *settings = reading->settings;
    struct setting_operator *one = &settings->operators[settings->operator_count];
    const char *hash = reading->words[1];
    if (settings->operator_count == SETTING_OPERATORS)
        return refuse(reading, "too many operators");
    if (!settings->is_copy && !is_crypted(hash))
        return refuse(reading, SETTING_CRYPTED);
    one->name = harmless_keep(reading->words[0]);
    one->salt = memory_keep(hash);
    one->hash = NULL;
    if (!settings->is_copy) {
        one->hash = memory_keep(hash);
        memory_wipe(one->salt + salt_length(hash), strlen(hash) - salt_length(hash));
    }
    settings->operator_count++;
    return true;
}

static bool take_admin(const struct reading *reading)
{
    struct settings *settings = reading->settings;
    if (settings->admin_count == SETTING_ADMIN_LINES)
        return refuse(reading, "at most three admin directives: what and where the server is, whose, and an address");
    settings->admin[settings->admin_count++] = keep_free_text(reading);
    return true;
}

/* ---- the table ---- */

static const struct kind kind_number = {1, 1, take_amount, false, "number of ", parse_number, show_number};
static const struct kind kind_size = {1, 1, take_amount, false, "size", parse_size, show_size};
static const struct kind kind_power = {1, 1, take_power, false, "size", parse_size, show_size};
static const struct kind kind_seconds = {1, 1, take_amount, false, "time", parse_seconds, show_seconds};
static const struct kind kind_flag = {1, 1, take_flag};
static const struct kind kind_rate = {1, 1, take_rate};
static const struct kind kind_prefix = {2, 2, take_prefix};
static const struct kind kind_ranges = {1, SETTING_RANGES, take_ranges};
static const struct kind kind_modes = {1, 1, take_modes};
static const struct kind kind_string = {1, 1, take_string, true};
static const struct kind kind_shown = {1, 1, take_shown, true};
static const struct kind kind_origins = {1, SETTING_RANGES, take_origins, true};
static const struct kind kind_text = {1, 0, take_text, true};
static const struct kind kind_file = {1, 1, take_file, true};
static const struct kind own_listen = {2, 3 + SETTING_RANGES, take_listen};
static const struct kind own_webirc = {2, 1 + SETTING_RANGES, take_webirc};
static const struct kind own_penalty = {2, 2, take_penalty};
static const struct kind own_operator = {2, 2, take_operator};
static const struct kind own_admin = {1, 0, take_admin};

static const struct directive directives[] = {
#define ONE(kind, field, ...) {&kind_##kind, offsetof(struct settings, field), __VA_ARGS__},
#define OWN(name, ...)        {&own_##name, 0, __VA_ARGS__},
    SETTINGS(ONE, OWN)
#undef ONE
#undef OWN
};

#define DIRECTIVES ((int)(sizeof directives / sizeof *directives))

bool directives_describe(int number, struct directive_help *help)
{
    if (number < 0 || number >= DIRECTIVES)
        return false;
    const struct directive *row = &directives[number];
    *help = (struct directive_help){row->keyword, row->syntax, row->meaning, row->when == RESTART};
    return true;
}

static bool take_words(struct settings *settings, const struct directive *row, const struct config_line *line,
                       struct text *wrong)
{
    int given = line->count - 1;
    const struct kind *kind = row->kind;
    if (given < kind->least || (kind->most && given > kind->most)) {
        text_addf(wrong, "expected: %s %s", row->keyword, row->syntax);
        if (given > kind->least && kind->most > kind->least)
            text_addf(wrong, ", at most %d", kind->most);
        return false;
    }
    struct reading reading = {.settings = settings,
                              .row = row,
                              .field = (char *)settings + row->field,
                              .words = line->words + 1,
                              .count = given,
                              .rest = line->rest[1],
                              .wrong = wrong};
    text_addf(wrong, "%s: ", row->keyword);
    return kind->take(&reading);
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

const char *directives_take(struct settings *settings, const struct config_line *line)
{
    static char bytes[300];
    struct text wrong;
    text_init(&wrong, bytes, sizeof bytes);
    for (int i = 0; i < DIRECTIVES; i++)
        if (strcmp(directives[i].keyword, line->words[0]) == 0)
            return take_words(settings, &directives[i], line, &wrong) ? NULL : bytes;
    const char *guess = nearest(line->words[0]);
    text_addf(&wrong, "no such directive \"%.60s\"%s%s%s forkchatd -h lists them", line->words[0],
              guess ? ": did you mean \"" : "", guess ? guess : "", guess ? "\"?" : ";");
    return bytes;
}

static const char *take_standard(void *settings, const struct config_line *line)
{
    return directives_take(settings, line);
}

void directives_set_defaults(struct settings *settings)
{
    for (int i = 0; i < DIRECTIVES; i++) {
        char line[100];
        if (!directives[i].standard)
            continue;
        snprintf(line, sizeof line, "%s %s", directives[i].keyword, directives[i].standard);
        if (config_read_option(line, take_standard, settings))
            bug("the default of %s is none", directives[i].keyword);
    }
}

void directives_free(struct settings *settings)
{
    for (int i = 0; i < DIRECTIVES; i++)
        if (directives[i].kind->is_kept)
            free(*(char **)((char *)settings + directives[i].field));
}
