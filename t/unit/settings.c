/* Settings: defaults, copies, and what is told of a reload. What is said of wrong lines is in t/15-config.bats. The
 * argument is the man page, forkchatd.conf(5). */
#include "conf/settings.h"

#include <string.h>

#include "base/fd.h"
#include "check.h"
#include "conf/directives.h"
#include "world/world.h"

static const char *manual;

static void defaults(void)
{
    struct settings *settings = settings_new();
    CHECK(settings->max_clients == 10000 && settings->max_clients_per_address == 0 && settings->couriers == 0);
    CHECK(settings->address_prefix.ipv4 == 32 && settings->address_prefix.ipv6 == 64);
    CHECK(settings->limit_exempt.count == 0 && settings->penalty_exempt.count == 2);
    CHECK(settings->connect_rate.count == 0 && settings->flood.count == 100 && settings->flood.seconds == 10);
    CHECK(settings->ring_size == 4 << 20 && settings->ping_timeout == 120 && settings->worker_memory == 128 << 20);
    CHECK(settings->channel_modes != 0 && settings->sandbox && !settings->log_times && !settings->motd);
    CHECK(strcmp(settings->network_name, "forkchat") == 0 && !settings->server_name && settings->listen_count == 0);
    settings_free(settings);
}

static void off(void)
{
    struct settings *settings = settings_new();
    static const char *const lines[] = {"flood off",         "sandbox off",         "worker-cpu off",
                                        "worker-memory off", "penalty-exempt none", "penalty crash off"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK(settings_read_option(settings, lines[i]) == 0);
    CHECK(settings->flood.count == 0 && !settings->sandbox && settings->worker_cpu == 0 &&
          settings->worker_memory == 0);
    CHECK(settings->penalty_exempt.count == 0 && settings->penalty.crash == 0 && settings->penalty.longest == 600);
    settings_free(settings);
}

/* The last one counts, and the string before it is not lost (a matter for LeakSanitizer). */
static void again(void)
{
    struct settings *settings = settings_new();
    CHECK(settings_read_option(settings, "server-name one.example") == 0);
    CHECK(settings_read_option(settings, "server-name two.example") == 0);
    CHECK(settings_read_option(settings, "server-name under_score") == 1);
    CHECK(strcmp(settings->server_name, "two.example") == 0);
    CHECK(settings_read_option(settings, "ring-size 300k") == 0 && settings->ring_size == 1 << 19);
    CHECK(settings_read_option(settings, "ring-size none") == 1 && settings->ring_size == 1 << 19);
    settings_free(settings);
}

/* It may be where neither files nor users can be seen. */
static void copies(void)
{
    static const char text[] =
        "user nobody-at-all\ngroup nobody-at-all\nmotd /nowhere\nlisten plain [fe80::1%nowhere]:7\n"
        "max-clients 7\n\0what the file says\n\0";
    static char written[SETTINGS_TEXT_SIZE];
    struct settings *copy = settings_from(text, sizeof text - 1);
    CHECK(strcmp(copy->user, "nobody-at-all") == 0 && strcmp(copy->group, "nobody-at-all") == 0);
    CHECK(strcmp(copy->motd, "what the file says\n") == 0 && copy->max_clients == 7 && copy->listen_count > 0);
    size_t length = settings_write(copy, written, sizeof written);
    struct settings *second = settings_from(written, length);
    CHECK(length > 0 && strcmp(second->directives, copy->directives) == 0 && strcmp(second->motd, copy->motd) == 0);
    settings_free(copy);
    settings_free(second);
    struct settings *here = settings_new();
    CHECK(settings_read_option(here, "user nobody-at-all") == 1 && !here->user);
    settings_free(here);
}

/* The entry of a directive: from its .It to the next. */
static bool entry_says(const char *keyword, const char *words)
{
    char head[100];
    snprintf(head, sizeof head, "\n.It Ic %s ", keyword);
    const char *entry = strstr(manual, head), *end = entry ? strstr(entry + 1, "\n.It Ic ") : NULL;
    const char *found = entry ? strstr(entry, words) : NULL;
    return found && (!end || found < end);
}

static void restarts(void)
{
    struct directive_help row;
    int number = 0;
    for (; directives_describe(number, &row); number++)
        if (entry_says(row.keyword, "Needs a restart.") != row.needs_restart) {
            printf("# %s\n", row.keyword);
            CHECK(!"the man page says otherwise");
        }
    CHECK(number > 30);
}

int main(int argc, char **argv)
{
    char *text = argc > 1 ? fd_read_file(argv[1], 1 << 20, NULL) : NULL;
    if (!text || !freopen("/dev/null", "w", stderr)) {
        printf("usage: settings MANPAGE\n");
        return 64;
    }
    manual = text;
    CASE("a setting that nobody has named is at its default", defaults);
    CASE("what has a default can be off", off);
    CASE("the last of several lines counts, if it is right", again);
    CASE("a copy takes what was found before, and looks nothing up", copies);
    CASE("what needs a restart is what the man page says does", restarts);
    free(text);
    CHECK_DONE();
}
