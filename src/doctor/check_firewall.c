/* Firewalls: whether one that drops by default has a rule that names the door. Only hints: what a rule means is known
 * to who wrote it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"
#include "checks.h"
#include "conf/settings.h"
#include "output.h"

#define AREA "firewall"

static char rules[1 << 20];

/* Whether the number stands there, alone. */
static bool names_port(unsigned port)
{
    char number[16];
    int length = snprintf(number, sizeof number, "%u", port);
    for (const char *at = rules; (at = strstr(at, number)); at++)
        if ((at == rules || !isdigit((unsigned char)at[-1])) && !isdigit((unsigned char)at[length]))
            return true;
    return false;
}

/* "hook input … policy drop" is one line for nft(8); iptables(8) has a rule for the policy. */
static bool drops_by_default(void)
{
    if (strstr(rules, "-P INPUT DROP") || strstr(rules, "-P INPUT REJECT"))
        return true;
    for (const char *line = rules; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *end = strchr(line, '\n'), *hook = strstr(line, "hook input"), *policy = strstr(line, "policy drop");
        if (hook && policy && (!end || (hook < end && policy < end)))
            return true;
    }
    return false;
}

void check_firewall(struct findings *findings, const struct patient *patient)
{
    const char *const nft[] = {"nft", "list", "ruleset", NULL}, *const iptables[] = {"iptables", "-S", "INPUT", NULL};
    const struct settings *settings = patient->settings;
    if (!output_of(nft, rules, sizeof rules) && !output_of(iptables, rules, sizeof rules))
        return; /* there is none, or it is not for this user to see */
    if (!drops_by_default()) {
        findings_add(findings, FINDING_OK, AREA, NULL, "none that drops what it has no rule for");
        return;
    }
    for (int i = 0; i < settings->listen_count; i++) {
        const struct net_address *address = &settings->listens[i].address;
        char host[NET_TEXT_SIZE], cure[200];
        unsigned port = net_port(address);
        net_format_host(address, host);
        if (port == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0)
            continue;
        snprintf(cure, sizeof cure,
                 "ufw allow %u/tcp; firewall-cmd --permanent --add-port=%u/tcp; or nft add rule inet filter input tcp "
                 "dport %u accept",
                 port, port, port);
        if (names_port(port))
            findings_add(findings, FINDING_OK, AREA, NULL, "port %u is named in a rule", port);
        else
            findings_add(findings, FINDING_HINT, AREA, cure, "it drops by default, and no rule names port %u (%s)",
                         port, door_name(settings->listens[i].door));
    }
}
