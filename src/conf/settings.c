/* Settings. Read by the supervisor at start and on SIGHUP; its children inherit them or take them from the
 * text in shared memory. Writes no shared memory itself. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/paths.h"
#include "base/text.h"
#include "world/names.h"
#include "directives.h"

struct settings *settings_new(void)
{
    struct settings *settings = calloc(1, sizeof *settings);
    if (!settings)
        fatal(EX_OSERR, "out of memory");
    settings->penalty = (struct setting_penalty){.crash = 10, .password = 5, .silence = 5, .longest = 600};
    directives_set_defaults(settings);
    return settings;
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    for (int i = 0; i < settings->operator_count; i++) {
        free(settings->operators[i].name);
        free(settings->operators[i].salt);
        if (settings->operators[i].hash)
            memory_wipe(settings->operators[i].hash, strlen(settings->operators[i].hash));
        free(settings->operators[i].hash);
    }
    for (int i = 0; i < settings->webirc_count; i++)
        free(settings->webirc[i].password);
    for (int i = 0; i < settings->admin_count; i++)
        free(settings->admin[i]);
    directives_free(settings);
    free(settings->directives);
    free(settings);
}

bool settings_hold(const struct setting_ranges *ranges, const unsigned char host[16])
{
    for (int i = 0; i < ranges->count; i++)
        if (net_range_holds(&ranges->list[i], host))
            return true;
    return false;
}

static void remember(struct settings *settings, const char *line)
{
    size_t length = strlen(line);
    char *more = realloc(settings->directives, settings->directives_length + length + 2);
    if (!more)
        fatal(EX_OSERR, "out of memory");
    settings->directives = more;
    memcpy(more + settings->directives_length, line, length);
    settings->directives_length += length;
    more[settings->directives_length++] = '\n';
    more[settings->directives_length] = '\0';
}

static const char *take_line(void *context, const struct config_line *line)
{
    struct settings *settings = context;
    int operators = settings->operator_count;
    const char *wrong = directives_take(settings, line);
    if (wrong)
        return wrong;
    if (settings->operator_count > operators) /* those who come later are told the salt alone, which is shorter */
        memcpy(line->rest[2], settings->operators[operators].salt, strlen(settings->operators[operators].salt) + 1);
    remember(settings, line->rest[0]);
    return NULL;
}

int settings_read_file(struct settings *settings, const char *path)
{
    return config_read_file(path, take_line, settings);
}

int settings_read_option(struct settings *settings, const char *directive)
{
    return config_read_option(directive, take_line, settings);
}

static void complete_directories(struct settings *settings)
{
    char path[200];
    if (!settings->runtime_directory) {
        paths_runtime(path, sizeof path);
        settings->runtime_directory = memory_keep(path);
    }
    const char *home = getenv("HOME");
    if (!settings->state_directory) {
        if (geteuid() == 0 || !home)
            snprintf(path, sizeof path, "%s", FORKCHAT_STATEDIR);
        else
            snprintf(path, sizeof path, "%.150s/.local/state/forkchat", home);
        settings->state_directory = memory_keep(path);
    }
}

/* "[::]:1" is IPv4's as well, as on most systems, unless IPv4 is spoken of. */
static void divide_families(struct settings *settings)
{
    for (int i = 0; i < settings->listen_count; i++) {
        struct setting_listen *listen = &settings->listens[i];
        listen->only_ipv6 = false;
        for (int k = 0; k < settings->listen_count && !listen->star && net_is_any(&listen->address); k++) {
            const struct net_address *other = &settings->listens[k].address;
            listen->only_ipv6 |= listen->address.storage.ss_family == AF_INET6 && other->storage.ss_family == AF_INET &&
                                 net_port(other) != 0 && net_port(other) == net_port(&listen->address);
        }
    }
}

void settings_complete(struct settings *settings)
{
    settings->listens_assumed = settings->listen_count == 0;
    if (settings->listens_assumed) {
        for (int i = 0; i < DOOR_KINDS; i++) {
            char address[32];
            if (door_default_port((enum door_kind)i) == 0)
                continue;
            struct setting_listen *listen = &settings->listens[settings->listen_count++];
            snprintf(address, sizeof address, "*:%u", door_default_port((enum door_kind)i));
            listen->door = (enum door_kind)i;
            listen->star = listen->implied = true;
            net_parse(address, &listen->address);
        }
    }
    divide_families(settings);
    if (!settings->server_name) {
        char name[64] = "";
        gethostname(name, sizeof name - 1);
        settings->server_name = memory_keep(name_is_server(name) ? name : "forkchat");
    }
    complete_directories(settings);
}

#define FILES 3

/* The text form: the directives, then what each of the files says; a zero byte behind each of these. */
size_t settings_write(const struct settings *settings, char *bytes, size_t size)
{
    const char *parts[1 + FILES] = {settings->directives, settings->motd, settings->welcome, settings->rules};
    size_t at = 0;
    for (int i = 0; i <= FILES; i++) {
        size_t length = parts[i] ? strlen(parts[i]) : 0;
        if (length + 1 > size - at)
            return 0;
        memcpy(bytes + at, parts[i] ? parts[i] : "", length + 1);
        at += length + 1;
    }
    return at;
}

struct settings *settings_from(const char *bytes, size_t length)
{
    struct settings *settings = settings_new();
    settings->is_copy = true;
    char *copy = calloc(1, length + 1);
    if (!copy)
        fatal(EX_OSERR, "out of memory");
    memcpy(copy, bytes, length);
    char **slots[FILES] = {&settings->motd, &settings->welcome, &settings->rules};
    const char *at = copy;
    for (int i = 0; i < FILES && at + strlen(at) + 1 < copy + length; i++) {
        at += strlen(at) + 1;
        if (*at)
            *slots[i] = memory_keep(at);
    }
    for (char *line = copy; *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        config_read_option(line, take_line, settings);
        line = end ? end + 1 : line + strlen(line);
    }
    free(copy);
    settings_complete(settings);
    return settings;
}
