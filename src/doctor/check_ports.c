/* Doors: whether they are open, or could be, and who has them instead. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/net.h"
#include "base/port.h"
#include "checks.h"
#include "conf/settings.h"

#define AREA "ports"

static bool is_for_this_host(const struct net_address *address)
{
    char host[NET_TEXT_SIZE];
    net_format_host(address, host);
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* "ngircd (pid 812)", as far as it is known. */
static void name_owner(const struct setting_listen *listen, char *name, size_t size, pid_t *pid)
{
    char program[64] = "";
    *pid = port_listener((const struct sockaddr *)&listen->address.storage, program, sizeof program);
    if (*pid > 0)
        snprintf(name, size, "by %s (pid %ld)", *program ? program : "a process", (long)*pid);
    else
        snprintf(name, size, "by a process that this user cannot see");
}

static void tell_failure(struct findings *findings, const char *door, const char *address, int error,
                         const struct setting_listen *listen)
{
    char owner[128];
    pid_t pid;
    switch (error) {
    case EADDRINUSE:
        name_owner(listen, owner, sizeof owner, &pid);
        findings_add(findings, FINDING_FAULT, AREA,
                     "stop that, or name another port in the listen directive (ss -ltnp shows who has which)",
                     "listen %s %s: taken %s", door, address, owner);
        break;
    case EACCES:
        findings_add(findings, FINDING_FAULT, AREA,
                     "start it as root; or systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE; or "
                     "sysctl net.ipv4.ip_unprivileged_port_start",
                     "listen %s %s: ports below %lld are for root alone", door, address,
                     (long long)(port_sysctl("net.ipv4.ip_unprivileged_port_start") < 0
                                     ? 1024
                                     : port_sysctl("net.ipv4.ip_unprivileged_port_start")));
        break;
    case EADDRNOTAVAIL:
        findings_add(findings, FINDING_FAULT, AREA, "ip addr shows those there are; * is all of them",
                     "listen %s %s: no interface has that address", door, address);
        break;
    case EAFNOSUPPORT:
        findings_add(findings, FINDING_FAULT, AREA, "name an IPv4 address", "listen %s %s: there is no IPv6 here", door,
                     address);
        break;
    default:
        findings_add(findings, FINDING_FAULT, AREA, NULL, "listen %s %s: %s", door, address, strerror(error));
    }
}

/* Nobody serves there: it is tried. */
static void try_door(struct findings *findings, const char *door, const char *address,
                     const struct setting_listen *listen)
{
    struct net_address bound;
    int fd = net_listen_as(&listen->address, listen->only_ipv6 ? NET_ONLY_IPV6 : 0, &bound);
    if (fd < 0) {
        tell_failure(findings, door, address, errno, listen);
        return;
    }
    close(fd);
    findings_add(findings, FINDING_OK, AREA, NULL, "listen %s %s: free", door, address);
}

static void look_at_door(struct findings *findings, const char *door, const char *address,
                         const struct setting_listen *listen, pid_t supervisor)
{
    char owner[128];
    pid_t pid;
    name_owner(listen, owner, sizeof owner, &pid);
    if (pid == supervisor || pid == 0)
        findings_add(findings, FINDING_OK, AREA, NULL, "listen %s %s: open", door, address);
    else if (pid > 0)
        findings_add(findings, FINDING_FAULT, AREA, "stop that, then forkchatctl reload",
                     "listen %s %s: taken %s, not this daemon's", door, address, owner);
    else if (errno != ENOTSUP)
        findings_add(findings, FINDING_FAULT, AREA, "forkchatctl reload, and look in the log for what it says of that",
                     "listen %s %s: nobody listens there, though the daemon runs", door, address);
}

void check_ports(struct findings *findings, const struct patient *patient)
{
    const struct settings *settings = patient->settings;
    for (int i = 0; i < settings->listen_count; i++) {
        const struct setting_listen *listen = &settings->listens[i];
        const char *door = door_name(listen->door);
        char address[NET_TEXT_SIZE];
        net_format(&listen->address, address);
        if (net_port(&listen->address) == 0)
            findings_add(findings, FINDING_HINT, AREA, "name one", "listen %s %s: another port after each start", door,
                         address);
        else if (patient->supervisor)
            look_at_door(findings, door, address, listen, patient->supervisor);
        else
            try_door(findings, door, address, listen);
        if (listen->door == SERVICE_METRICS && !is_for_this_host(&listen->address))
            findings_add(findings, FINDING_WARNING, AREA, "listen metrics 127.0.0.1:PORT, or a firewall",
                         "listen %s %s: whoever reaches this machine may read the numbers", door, address);
    }
    int64_t backlog = port_sysctl("net.core.somaxconn");
    if (backlog >= 0 && backlog < 512)
        findings_add(findings, FINDING_HINT, AREA, "sysctl net.core.somaxconn=4096",
                     "at most %lld connections wait at a door: when many come at once, some must try again",
                     (long long)backlog);
    if (port_sysctl("net.ipv4.tcp_syncookies") == 0)
        findings_add(findings, FINDING_WARNING, AREA, "sysctl net.ipv4.tcp_syncookies=1",
                     "connections that are begun and never completed can keep others out");
}
