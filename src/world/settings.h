/* What the administrator decided: every directive of forkchatd.conf(5), its default and its meaning. */
#ifndef FORKCHAT_WORLD_SETTINGS_H
#define FORKCHAT_WORLD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "doors.h"

struct setting_listen {
    enum door_kind door;
    struct net_address address;
    bool star;      /* both families were asked for: "*" */
    bool only_ipv6; /* [::], where IPv4 has addresses of its own on that port */
};

struct setting_operator {
    char *name;
    char *password; /* as crypt(3) made it */
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

#define SETTING_RANGES 16

struct setting_ranges {
    struct net_range list[SETTING_RANGES];
    int count;
};

/* Seconds that each kind of trouble costs, 0: off; and the most that can be owed. penalties.h */
struct setting_penalty {
    int64_t crash, password, silence, longest;
};

#define SETTING_LISTENS   32
#define SETTING_OPERATORS 64
#define SETTING_ADMIN_LINES 3

struct settings {
    struct setting_listen listens[SETTING_LISTENS];
    int listen_count;
    char *server_name;
    int64_t max_clients;
    int64_t max_clients_per_address; /* 0: off */
    int64_t max_clients_per_network; /* 0: off */
    struct setting_prefix address_prefix, network_prefix;
    struct setting_ranges limit_exempt, penalty_exempt;
    struct setting_penalty penalty;
    struct setting_rate connect_rate;
    struct setting_rate flood;
    int64_t couriers; /* 0: auto */
    int64_t ring_size;
    int64_t queue_limit;
    int64_t queue_total;
    int64_t channel_limit;
    uint32_t channel_modes; /* enum channel_mode, of a new channel */
    struct setting_operator operators[SETTING_OPERATORS];
    int operator_count;
    char *motd; /* what it says; NULL if there is none */
    char *welcome, *rules; /* the same */
    char *password; /* asked of IRC clients, as crypt(3) made it; NULL: none */
    char *server_description;
    char *network_name;
    int64_t nick_length;
    int64_t ping_timeout; /* seconds */
    int64_t registration_timeout; /* seconds */
    int64_t keepalive; /* seconds */
    char *admin[SETTING_ADMIN_LINES];
    int admin_count;
    char *user, *group;
    char *chroot; /* NULL: an empty folder of our own; "off" */
    bool sandbox;
    int64_t worker_memory; /* bytes; 0: off */
    int64_t worker_cpu; /* seconds; 0: off */
    bool log_times;
    char *runtime_directory, *state_directory;

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
