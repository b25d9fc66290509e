/* What the administrator decided: the directives of forkchatd.conf(5), and what is left of them. */
#ifndef FORKCHAT_CONF_SETTINGS_H
#define FORKCHAT_CONF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "world/doors.h"

/* A row for each directive, in the order in which forkchatd -h lists them.
 *
 *     ONE(kind, field, keyword, syntax, meaning, when, …)
 *
 * makes the field in struct settings, of the kind's type, and all that is to be done with it. `when` is RELOAD if a
 * reload changes it, RESTART if only a restart does. What may follow:
 *
 *     .standard      the default, as it would be written; without one: 0, off, no text
 *     .least, .most  bounds of an amount; .zero: the word for 0; .of: what is counted
 *     .check         of a word; .is_looked_up: it asks the system, which a copy must not
 *     .expected      what is said of a wrong one; of an amount, what is said behind its bounds
 *
 * OWN has the same without a field: its function in directives.c knows those below. */
#define SETTINGS(ONE, OWN)                                                                                             \
    OWN(listen, "listen", "DOOR ADDRESS:PORT [proxy NETWORK ...]", "open a door there; port 0 picks one", RELOAD)      \
    OWN(webirc, "webirc", "CRYPTED-PASSWORD NETWORK ...", "gateways that bring clients to the irc door", RELOAD)       \
    ONE(string, server_name, "server-name", "NAME", "what the server calls itself", RELOAD, .check = name_is_server,   \
        .expected = "a server name is 1 to 63 letters, digits, dots and dashes, as in chat.example.org")               \
    ONE(number, max_clients, "max-clients", "N", "clients at one time", RELOAD, .standard = "10000", .least = 1,       \
        .most = 100000, .of = "clients")                                                                               \
    ONE(number, max_clients_per_address, "max-clients-per-address", "N|off", "of them, from one address", RELOAD,      \
        .least = 1, .most = 100000, .zero = "off", .of = "clients", .expected = ", or off")                            \
    ONE(number, max_clients_per_network, "max-clients-per-network", "N|off", "of them, from one network", RELOAD,      \
        .least = 1, .most = 100000, .zero = "off", .of = "clients", .expected = ", or off")                            \
    ONE(prefix, address_prefix, "address-prefix", "IPV4-BITS IPV6-BITS", "of an address, that make it another's",      \
        RELOAD, .standard = "32 64")                                                                                   \
    ONE(prefix, network_prefix, "network-prefix", "IPV4-BITS IPV6-BITS", "of an address, that name its network",       \
        RELOAD, .standard = "24 48")                                                                                   \
    ONE(ranges, limit_exempt, "limit-exempt", "NETWORK ...|none", "from where as many come as like", RELOAD)           \
    OWN(penalty, "penalty", "crash|password|silence|longest SECONDS|off", "for trouble that clients made", RELOAD)     \
    ONE(ranges, penalty_exempt, "penalty-exempt", "NETWORK ...|none", "whose trouble costs nothing", RELOAD,           \
        .standard = "127.0.0.0/8 ::1")                                                                                 \
    ONE(rate, connect_rate, "connect-rate", "N/SECONDS|off", "new connections of one address", RELOAD)                 \
    ONE(rate, flood, "flood", "BURST/SECONDS|off", "lines of one client before it is slowed", RELOAD,                  \
        .standard = "100/10")                                                                                          \
    ONE(number, couriers, "couriers", "N|auto", "processes that write to clients", RESTART, .least = 1, .most = 32,    \
        .zero = "auto", .of = "couriers", .expected = ", or auto for one per processor")                               \
    ONE(power, ring_size, "ring-size", "BYTES", "shared memory for what is being said", RESTART, .standard = "4M",     \
        .least = 1 << 18, .most = 1 << 30, .expected = ", as in 4M")                                                   \
    ONE(size, queue_limit, "queue-limit", "BYTES", "kept for one client that reads slowly", RESTART, .standard = "1M", \
        .least = 4096, .most = 1 << 30, .expected = ", as in 1M")                                                      \
    ONE(size, queue_total, "queue-total", "BYTES", "kept for all of them together", RESTART, .standard = "256M",       \
        .least = 1 << 20, .most = INT64_C(1) << 36, .expected = ", as in 256M")                                        \
    OWN(operator, "operator", "NAME CRYPTED-PASSWORD", "who may use OPER", RELOAD)                                     \
    ONE(file, motd, "motd", "FILE", "shown to everyone who connects", RELOAD)                                          \
    ONE(file, welcome, "welcome", "FILE", "shown in front of it to people, in place of a line of our own", RELOAD)     \
    ONE(file, rules, "rules", "FILE", "shown to who asks for RULES", RELOAD)                                           \
    ONE(number, channel_limit, "channel-limit", "N", "channels one user may be in", RELOAD, .standard = "50",          \
        .least = 1, .most = 500, .of = "channels")                                                                     \
    ONE(modes, channel_modes, "default-channel-modes", "MODES", "of a new channel", RELOAD, .standard = "+nt")         \
    ONE(string, password, "password", "CRYPTED-PASSWORD", "what IRC clients must give with PASS", RELOAD,              \
        .check = is_crypted, .expected = SETTING_CRYPTED)                                                              \
    ONE(seconds, grace, "grace", "SECONDS|off", "for which one stays who has lost the connection and can come back",   \
        RELOAD, .standard = "60", .least = 1, .most = SETTING_DAY, .zero = "off",                                      \
        .expected = ", as in 60 or 1m, or off")                                                                        \
    ONE(number, max_detached, "max-detached", "N", "users who stay without a connection, at one time", RESTART,        \
        .standard = "1000", .most = 100000, .of = "users")                                                             \
    ONE(origins, web_origin, "web-origin", "NAME|ORIGIN ...|any|none",                                                 \
        "other names of the web door, and pages that may connect", RELOAD)                                             \
    ONE(text, server_description, "server-description", "TEXT", "what WHOIS and LINKS say of the server", RELOAD,      \
        .standard = "a forkchat server")                                                                               \
    ONE(shown, network_name, "network-name", "NAME", "what IRC clients call the network", RELOAD,                      \
        .standard = "forkchat", .check = is_network_name,                                                              \
        .expected = "a network name is one word of 1 to 63 characters, as in ExampleNet")                              \
    ONE(number, nick_length, "nick-length", "N", "bytes of a nick", RELOAD, .standard = "30", .least = 5,              \
        .most = NICK_SIZE - 1, .of = "characters")                                                                     \
    ONE(seconds, ping_timeout, "ping-timeout", "SECONDS",                                                              \
        "silence after which an IRC client is asked for a sign of life", RELOAD, .standard = "2m", .least = 2,         \
        .most = SETTING_DAY, .expected = ", as in 120 or 2m")                                                          \
    ONE(seconds, registration_timeout, "registration-timeout", "SECONDS",                                              \
        "for an IRC client to give its NICK and USER", RELOAD, .standard = "1m", .least = 1, .most = SETTING_DAY,      \
        .expected = ", as in 60 or 1m")                                                                                \
    ONE(seconds, keepalive, "keepalive", "SECONDS", "after which a vanished peer is given up, on every door", RELOAD,  \
        .standard = "150", .least = 5, .most = SETTING_DAY, .expected = ", as in 150 or 3m")                           \
    ONE(string, registering, "register", "on|off|operators", "who may make accounts", RELOAD, .standard = "on",        \
        .check = is_registering, .expected = "expected on, off, or operators")                                         \
    ONE(number, password_rounds, "password-rounds", "N", "how laboriously the passwords of accounts are checked",      \
        RELOAD, .standard = "500000", .least = 4096, .most = 10000000, .of = "rounds")                                 \
    ONE(string, sasl_plain, "sasl-plain", "local|anywhere", "from where IRC clients may log in with a bare password",  \
        RELOAD, .standard = "local", .check = is_from, .expected = "expected local or anywhere")                       \
    OWN(admin, "admin", "TEXT", "whose server it is, for ADMIN; up to three times", RELOAD)                            \
    ONE(string, user, "user", "NAME", "who the processes run as, if started as root", RESTART, .check = is_user,       \
        .is_looked_up = true, .expected = "there is no such user on this system: expected a name from passwd(5)")      \
    ONE(string, group, "group", "NAME", "and with which group", RESTART, .check = is_group, .is_looked_up = true,      \
        .expected = "there is no such group on this system: expected a name from group(5)")                            \
    ONE(string, chroot, "chroot", "DIRECTORY|off", "the empty folder the workers see as /", RESTART,                   \
        .check = is_path_or_off, .expected = "expected the whole path of an empty directory, or off")                  \
    ONE(flag, sandbox, "sandbox", "on|off", "no system calls for them but those they need", RESTART, .standard = "on") \
    ONE(size, worker_memory, "worker-memory", "BYTES|off", "of its own, for the process of one client", RESTART,       \
        .standard = "128M", .least = 1 << 23, .most = INT64_C(1) << 40, .zero = "off",                                 \
        .expected = ", as in 128M, or off")                                                                            \
    ONE(seconds, worker_cpu, "worker-cpu", "SECONDS|off",                                                              \
        "of processor time, for the process of one client, in one go", RESTART, .standard = "1m", .least = 1,          \
        .most = SETTING_DAY, .zero = "off", .expected = ", as in 60 or 1m, or off")                                    \
    ONE(flag, log_times, "log-times", "on|off", "the date and time in front of each line of a log that -f writes",     \
        RELOAD)                                                                                                        \
    ONE(flag, history, "history", "on|off", "keep what is said", RESTART, .standard = "on")                            \
    ONE(seconds, history_keep, "history-keep", "SECONDS|forever", "that what is said in channels is kept", RELOAD,     \
        .standard = "7d", .least = 60, .most = 3650 * (int64_t)SETTING_DAY, .zero = "forever",                         \
        .expected = ", as in 12h or 7d, or forever")                                                                   \
    ONE(seconds, history_private_keep, "history-private-keep", "SECONDS|forever",                                      \
        "that what two accounts say to each other is kept", RELOAD, .standard = "30d", .least = 60,                    \
        .most = 3650 * (int64_t)SETTING_DAY, .zero = "forever", .expected = ", as in 12h or 30d, or forever")          \
    ONE(size, history_size, "history-size", "BYTES", "that each of the two may take", RELOAD, .standard = "1G",        \
        .least = 1 << 20, .most = INT64_C(1) << 34, .expected = ", as in 1G")                                          \
    ONE(seconds, history_sync, "history-sync", "SECONDS|always",                                                       \
        "after which it is on disk; always: before people see their own line", RELOAD, .standard = "1", .least = 1,    \
        .most = 3600, .zero = "always", .expected = ", as in 1 or 10s, or always")                                     \
    ONE(number, replay, "replay", "N|off", "lines of the past shown on JOIN to clients that cannot ask", RELOAD,       \
        .standard = "20", .least = 1, .most = 500, .zero = "off", .of = "lines", .expected = ", or off")               \
    ONE(string, runtime_directory, "runtime-directory", "DIRECTORY", "control socket, pid file", RESTART,              \
        .check = is_path, .expected = SETTING_PATH)                                                                    \
    ONE(string, state_directory, "state-directory", "DIRECTORY", "what must outlive a restart", RESTART,               \
        .check = is_path, .expected = SETTING_PATH)

/* What the kinds are in memory. Seconds and sizes are in seconds and bytes. */
#define SETTING_number  int64_t
#define SETTING_size    int64_t
#define SETTING_power   int64_t /* a size, made up to a power of two */
#define SETTING_seconds int64_t
#define SETTING_flag    bool
#define SETTING_rate    struct setting_rate
#define SETTING_prefix  struct setting_prefix
#define SETTING_ranges  struct setting_ranges
#define SETTING_modes   uint32_t /* enum channel_mode */
#define SETTING_string  char *   /* one word, byte by byte */
#define SETTING_shown   char *   /* one word, in UTF-8 */
#define SETTING_origins char *   /* words with a blank between two */
#define SETTING_text    char *   /* all that is left of the line, in UTF-8 */
#define SETTING_file    char *   /* what it says, in UTF-8 */

#define SETTING_RANGES 16

struct setting_ranges {
    struct net_range list[SETTING_RANGES];
    int count;
};

struct setting_listen {
    enum door_kind door;
    struct net_address address;
    struct setting_ranges proxies; /* from there, others' clients come: PROXY protocol, X-Forwarded-For */
    bool star;                     /* both families were asked for: "*" */
    bool implied;                  /* no door was asked for, so it is one of all */
    bool only_ipv6;                /* [::], where IPv4 has addresses of its own on that port */
};

/* Who may say, by WEBIRC, whose client it brings. */
struct setting_webirc {
    char *password; /* as crypt(3) made it */
    struct setting_ranges from;
};

struct setting_operator {
    char *name;
    char *salt; /* how crypt(3) makes the hash of a password to compare */
    char *hash; /* NULL once the keeper has it (process/secrets.h), and in copies */
};

/* COUNT things in SECONDS; count 0 means off. */
struct setting_rate {
    int64_t count;
    int64_t seconds;
};

/* How many bits of an address count; those beyond are one client's, or one network's, own. */
struct setting_prefix {
    int64_t ipv4, ipv6;
};

/* Seconds that each kind of trouble costs, 0: off; and the most that can be owed. penalties.h */
struct setting_penalty {
    int64_t crash, password, silence, longest;
};

#define SETTING_LISTENS     32
#define SETTING_OPERATORS   64
#define SETTING_WEBIRCS     8
#define SETTING_ADMIN_LINES 3

#define SETTING_DAY     86400 /* seconds */
#define SETTING_CRYPTED "the password must be one that crypt(3) made, as printed by: openssl passwd -6"
#define SETTING_PATH    "expected the whole path of a directory, beginning with /"

struct settings {
#define ONE(kind, field, ...) SETTING_##kind field;
#define OWN(name, ...)
    SETTINGS(ONE, OWN)
#undef ONE
#undef OWN
    struct setting_listen listens[SETTING_LISTENS];
    int listen_count;
    bool listens_assumed; /* nothing was said of doors: they are the usual ones */
    struct setting_penalty penalty;
    struct setting_webirc webirc[SETTING_WEBIRCS];
    int webirc_count;
    struct setting_operator operators[SETTING_OPERATORS];
    int operator_count;
    char *admin[SETTING_ADMIN_LINES];
    int admin_count;

    bool is_copy;     /* made by settings_from: what it names was found before, and may not be seen from here */
    char *directives; /* everything that was accepted, as text, for those who come later */
    size_t directives_length;
};

/* Whether the address is in one of the ranges. */
bool settings_hold(const struct setting_ranges *ranges, const unsigned char host[16]);

/* Every setting at its default, no listeners. */
struct settings *settings_new(void);
void settings_free(struct settings *settings);

/* Reads a file, or one directive as on the command line. Mistakes are reported with their place; returns
 * how many, or -1 and errno if the file cannot be read. */
int settings_read_file(struct settings *settings, const char *path);
int settings_read_option(struct settings *settings, const char *directive);

/* After all directives: fills in what was not said (doors, directories, names). */
void settings_complete(struct settings *settings);

/* Settings as text and back, for the area of shared memory from which workers learn of a reload. Writes at
 * most `size` bytes; returns the length, or 0 if it does not fit. */
size_t settings_write(const struct settings *settings, char *bytes, size_t size);
struct settings *settings_from(const char *bytes, size_t length);

#endif
