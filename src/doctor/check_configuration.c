/* What stands in the configuration and is correct, word for word, but hardly meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks.h"
#include "conf/settings.h"

#define AREA "configuration"

/* Directives of which each line counts. */
static bool may_repeat(const char *keyword)
{
    static const char *const many[] = {"listen", "operator", "admin", "penalty"};
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        if (strcmp(keyword, many[i]) == 0)
            return true;
    return false;
}

/* Of two lines with one keyword the last counts. */
static void check_repeated(struct findings *findings, const char *directives)
{
    char seen[8192] = " ", keyword[80], pattern[90];
    struct text words;
    text_init(&words, seen, sizeof seen);
    text_add(&words, " ");
    for (const char *line = directives; line && *line;) {
        const char *end = strchr(line, '\n');
        size_t length = strcspn(line, " \t\n");
        snprintf(keyword, sizeof keyword, "%.*s", (int)length, line);
        snprintf(pattern, sizeof pattern, " %s ", keyword);
        if (may_repeat(keyword))
            ;
        else if (strstr(seen, pattern))
            findings_add(findings, FINDING_WARNING, AREA, "remove all but the one that is meant",
                         "%s stands there more than once: the last one counts", keyword);
        else
            text_addf(&words, "%s ", keyword);
        line = end ? end + 1 : NULL;
    }
}

static void check_amounts(struct findings *findings, const struct settings *settings)
{
    long long clients = (long long)settings->max_clients, address = (long long)settings->max_clients_per_address,
              network = (long long)settings->max_clients_per_network;
    if (address > clients)
        findings_add(findings, FINDING_WARNING, AREA, "lower it, or say off",
                     "max-clients-per-address is %lld, more than max-clients, %lld: it limits nothing", address,
                     clients);
    if (network > clients)
        findings_add(findings, FINDING_WARNING, AREA, "lower it, or say off",
                     "max-clients-per-network is %lld, more than max-clients, %lld: it limits nothing", network,
                     clients);
    if (network && address > network)
        findings_add(findings, FINDING_WARNING, AREA, "a network holds many addresses: raise max-clients-per-network",
                     "max-clients-per-network is %lld, less than max-clients-per-address, %lld", network, address);
    if (settings->queue_limit > settings->queue_total)
        findings_add(findings, FINDING_WARNING, AREA, "raise queue-total, or lower queue-limit",
                     "queue-limit is more than queue-total: one slow client takes the room of all");
    if (settings->ping_timeout * 2 < settings->keepalive)
        findings_add(findings, FINDING_HINT, AREA, NULL,
                     "ping-timeout finds an IRC client that vanished before keepalive does: that is only for the "
                     "other doors then");
}

static void check_prefixes(struct findings *findings, const struct settings *settings)
{
    if (settings->network_prefix.ipv4 > settings->address_prefix.ipv4 ||
        settings->network_prefix.ipv6 > settings->address_prefix.ipv6)
        findings_add(findings, FINDING_WARNING, AREA, "network-prefix wants fewer bits than address-prefix",
                     "a network (network-prefix) is smaller than an address (address-prefix)");
}

static void check_defences(struct findings *findings, const struct settings *settings)
{
    if (!settings->sandbox)
        findings_add(findings, FINDING_WARNING, AREA, "remove \"sandbox off\"",
                     "the sandbox is off: a hole in the program would be one in this machine");
    if (settings->flood.count == 0)
        findings_add(findings, FINDING_WARNING, AREA, "flood 100/10",
                     "flood is off: one client can keep a processor busy");
    for (int i = 0; i < settings->operator_count; i++)
        if (strncmp(settings->operators[i].salt, "$1$", 3) == 0)
            findings_add(findings, FINDING_WARNING, AREA, "crypt it anew: openssl passwd -6",
                         "the password of operator %s is crypted by MD5, which is guessed quickly",
                         settings->operators[i].name);
}

static void check_user(struct findings *findings, const struct patient *patient)
{
    const struct settings *settings = patient->settings;
    if (!patient->as_root && settings->user)
        findings_add(findings, FINDING_HINT, AREA, "start it as root, or remove the line",
                     "user %s has no effect: the daemon is not started as root", settings->user);
    if (patient->as_root && !settings->user)
        findings_add(findings, FINDING_HINT, AREA, "make a user for it, as INSTALL says, and write: user forkchat",
                     "clients are served by processes of nobody, who may be other services' as well");
    if (patient->as_root && settings->user && strcmp(settings->user, "root") == 0)
        findings_add(findings, FINDING_FAULT, AREA, "user forkchat",
                     "user root: what serves clients keeps all privileges");
}

void check_configuration(struct findings *findings, const struct patient *patient)
{
    const struct settings *settings = patient->settings;
    if (patient->file)
        findings_add(findings, FINDING_OK, AREA, NULL, "%s was read", patient->file);
    else
        findings_add(findings, FINDING_OK, AREA, NULL, "there is no file: the defaults hold");
    check_repeated(findings, settings->directives);
    check_amounts(findings, settings);
    check_prefixes(findings, settings);
    check_defences(findings, settings);
    check_user(findings, patient);
}
