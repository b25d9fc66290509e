/* What the load generator is told on its command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "mark.h"
#include "run.h"

static const char usage[] =
    "usage: load --door plain|irc|web|bare|forks|redis|nats --port PORT KIND [OPTION…]\n"
    "kinds of run:\n"
    "  --rate N            N lines a second in all, sent on time (open loop)\n"
    "  --saturate W        as fast as can be, W lines of each sender on the way in its room (closed loop)\n"
    "  --register          connect --clients clients and take names, for --seconds at most\n"
    "  --join              all --clients clients join at once (irc)\n"
    "  --idle              memory for each client that is there and says nothing\n"
    "  --counts            page faults, switches, system calls and pages for each client and each of --lines lines\n"
    "options:\n"
    "  --host ADDRESS      numeric (127.0.0.1)\n"
    "  --clients N         in all (1000)\n"
    "  --rooms N           they are spread over so many rooms (1)\n"
    "  --pairs             private messages: each sender to one other client\n"
    "  --senders N         of them speak (10)\n"
    "  --size BYTES        of a line's text, 20 to 400 (100)\n"
    "  --lines N           for --counts, one after the other (200)\n"
    "  --seconds S         measured (5), or until SIGTERM, after --warmup S (1)\n"
    "  --in-flight N       clients that connect at the same time (128; 1 for --register); as many as there are: at "
    "once\n"
    "  --pids PID,…        of the server, for its accounts; --pid-tree PID,…: with descendants\n"
    "  --realtime          run at real-time priority, if permitted\n"
    "  --json              one JSON object\n"
    "Exit status: 0 all well; 1 the server lost, doubled or swapped lines; 64 usage; 69 no server.\n";

static _Noreturn void wrong_use(const char *why, const char *what)
{
    fprintf(stderr, "load: %s%s\n%s", why, what, usage);
    exit(EX_USAGE);
}

/* Options without a value. Those that name a kind of run say which. */
static bool take_flag(struct options *options, const char *name, bool *kind)
{
    static const struct {
        const char *name;
        enum mode mode;
    } kinds[] = {
        {"--register", MODE_REGISTER}, {"--join", MODE_JOIN}, {"--idle", MODE_IDLE}, {"--counts", MODE_COUNTS}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(name, kinds[i].name)) {
            options->mode = kinds[i].mode;
            return *kind = true;
        }
    if (!strcmp(name, "--json"))
        return options->json = true;
    if (!strcmp(name, "--realtime"))
        return options->realtime = true;
    if (!strcmp(name, "--pairs"))
        return options->pairs = true;
    return false;
}

static void take_pids(struct server_pids *server, char *list)
{
    int64_t pid;
    for (char *one = strtok(list, ","); one; one = strtok(NULL, ",")) {
        if (server->count == SERVER_PIDS || !parse_number(one, 1, INT32_MAX, &pid))
            wrong_use("no process id: ", one);
        server->pids[server->count++] = (long)pid;
    }
}

/* Options whose value is a number. */
static void take_number(struct options *options, const char *name, const char *value, bool *kind)
{
    const struct {
        const char *name;
        int64_t least, most, *value;
    } numbers[] = {
        {"--rate", 1, 1000000, &options->rate},
        {"--saturate", 1, 100000, &options->window},
        {"--clients", 2, 100000, &options->clients},
        {"--rooms", 1, 50000, &options->rooms},
        {"--senders", 1, MARK_SENDERS - 1, &options->senders},
        {"--size", MARK_LEAST, MARK_MOST, &options->size},
        {"--lines", 1, 1000000, &options->lines},
        {"--seconds", 1, 3600, &options->seconds},
        {"--warmup", 0, 3600, &options->warmup},
        {"--in-flight", 1, 100000, &options->in_flight},
    };
    size_t n = 0, last = sizeof numbers / sizeof *numbers;
    while (n < last && strcmp(numbers[n].name, name))
        n++;
    if (n == last || !parse_number(value, numbers[n].least, numbers[n].most, numbers[n].value))
        wrong_use(n == last ? "unknown option: " : "not a fitting number: ", n == last ? name : value);
    if (n < 2) {
        options->mode = n == 0 ? MODE_RATE : MODE_SATURATE;
        *kind = true;
    }
}

static void take_value(struct options *options, const char *name, char *value, bool *kind)
{
    if (!strcmp(name, "--door")) {
        options->door = door_find(value);
        if (!options->door)
            wrong_use("no door: ", value);
    } else if (!strcmp(name, "--host")) {
        options->host = value;
    } else if (!strcmp(name, "--port")) {
        options->port = value;
    } else if (!strcmp(name, "--pids") || !strcmp(name, "--pid-tree")) {
        options->server.tree = !strcmp(name, "--pid-tree");
        take_pids(&options->server, value);
    } else {
        take_number(options, name, value, kind);
    }
}

/* What only together is right or wrong. */
static void check(struct options *options)
{
    bool talks = options->mode == MODE_RATE || options->mode == MODE_SATURATE || options->mode == MODE_COUNTS;
    if (options->pairs && options->clients % 2)
        wrong_use("pairs are an even number of --clients", "");
    if (options->pairs)
        options->rooms = options->clients / 2;
    if (options->mode == MODE_COUNTS) {
        options->senders = 1; /* one line after the other */
        options->window = 1;
    }
    if (options->rooms * 2 > options->clients)
        wrong_use("a room has two clients at least: fewer --rooms", "");
    if (talks && options->senders > options->clients - options->rooms)
        wrong_use("somebody in each room must only listen: fewer --senders", "");
    if (talks && !options->door->say && options->mode != MODE_COUNTS)
        wrong_use("nobody can say anything at this door: ", options->door->name);
    if (options->mode == MODE_JOIN && !options->door->arrivals)
        wrong_use("this door has no JOIN that all are told of: ", options->door->name);
    if (options->in_flight == 0)
        options->in_flight = options->mode == MODE_REGISTER ? 1 : IN_FLIGHT;
}

struct options options_parse(int argc, char **argv)
{
    struct options options = {.host = "127.0.0.1",
                              .clients = 1000,
                              .rooms = 1,
                              .senders = 10,
                              .size = 100,
                              .lines = 200,
                              .seconds = 5,
                              .warmup = 1};
    bool kind = false;
    for (int i = 1; i < argc; i++) {
        if (take_flag(&options, argv[i], &kind))
            continue;
        if (i + 1 == argc)
            wrong_use("unknown, or needs a value: ", argv[i]);
        take_value(&options, argv[i], argv[i + 1], &kind);
        i++;
    }
    if (!options.door || !options.port || !kind)
        wrong_use("a door, a port and a kind of run are needed", "");
    check(&options);
    return options;
}
