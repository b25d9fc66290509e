/* The first steps of somebody new. Run by the process that was started, when the supervisor in the background is ready.
 */
#include "first_steps.h"

#include <stdio.h>

#include "base/net.h"
#include "conf/settings.h"

static const char *program_for(enum door_kind door)
{
    if (door_dialect(door) == DIALECT_IRC)
        return "irssi -c localhost -p";
    return door_transport(door) == TRANSPORT_TELNET ? "telnet localhost" : "nc localhost";
}

void first_steps_tell(const struct settings *settings)
{
    printf("The server runs, in the background, at every address of this machine. Come in:\n");
    for (int i = 0; i < settings->listen_count; i++) {
        const struct setting_listen *listen = &settings->listens[i];
        if (listen->door < DOOR_KINDS)
            printf("  %-6s %s %u\n", door_name(listen->door), program_for(listen->door),
                   (unsigned)net_port(&listen->address));
    }
    printf("Who is here:   forkchatctl who\n"
           "Stop it:       forkchatctl shutdown\n"
           "Is all well:   forkchatctl doctor\n"
           "Configuration: there is none yet; " FORKCHAT_SYSCONFDIR "/forkchatd.conf, as forkchatd.conf(5) says\n"
           "Read on:       man forkchatd\n");
    fflush(stdout);
}
