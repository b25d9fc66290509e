/* Configuration as the command line names it. Run by the supervisor at start and on SIGHUP. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "supervisor.h"
#include "world/world.h"

void invocation_enter(const struct invocation *invocation)
{
    if (invocation->directory && chdir(invocation->directory))
        log_warning("%s: %s: relative paths are not found", invocation->directory, strerror(errno));
}

void invocation_leave(const struct invocation *invocation)
{
    if (!invocation->foreground && invocation->directory && chdir("/"))
        log_warning("/: %s", strerror(errno));
}

/* Returns how many mistakes there are, all reported. */
static int read_settings(const struct invocation *invocation, struct settings *settings)
{
    static bool handed; /* what was read at the start cannot be read again */
    int mistakes = 0;
    if (handed) {
        log_error("%s: this was no file, and cannot be read again", invocation->file);
        return 1;
    }
    if (invocation->file) {
        handed = fd_is_handed(invocation->file);
        mistakes = settings_read_file(settings, invocation->file);
        if (mistakes < 0 && errno == ENOENT && invocation->file_is_default) {
            mistakes = 0;
        } else if (mistakes < 0) {
            log_error("%s: %s", invocation->file, fd_why(errno));
            mistakes = 1;
        }
    }
    for (int i = 0; i < invocation->option_count; i++)
        mistakes += settings_read_option(settings, invocation->options[i]);
    return mistakes;
}

struct settings *invocation_settings(const struct invocation *invocation)
{
    struct settings *settings = settings_new();
    invocation_enter(invocation);
    int mistakes = read_settings(invocation, settings);
    invocation_leave(invocation);
    if (mistakes > 0) {
        settings_free(settings);
        return NULL;
    }
    settings_complete(settings);
    static char text[SETTINGS_TEXT_SIZE];
    if (settings_write(settings, text, sizeof text) == 0) {
        log_error("the configuration is too long: its directives, motd, welcome and rules have 64 KiB together");
        settings_free(settings);
        return NULL;
    }
    return settings;
}

void invocation_version(char *text, size_t size)
{
    snprintf(text, size, "forkchatd %s\nshared memory %llx\n", FORKCHAT_VERSION,
             (unsigned long long)region_layout(WORLD_LAYOUT));
}
