/* What clients cost that do nothing, and what each thing costs that a client does: counts, which no noise on the
 * machine touches as it does times. */
#include <stdio.h>
#include <unistd.h>

#include "run.h"

/* Until the server has nothing to do any more, as far as its processor time tells. One that always has something to
 * do, every second or so, is waited for no longer than this. */
#define SETTLE_MOST (4 * SECOND)
#define SETTLE_LULL (250 * INT64_C(1000000))

static void settle(struct run *run)
{
    struct account account;
    int64_t most = clock_monotonic() + SETTLE_MOST, before = -2;
    do {
        account_take(&run->options.server, &account);
        if (account.cpu == before)
            return;
        before = account.cpu;
        for (int64_t until = clock_monotonic() + SETTLE_LULL; clock_monotonic() < until;)
            pump(run, until);
    } while (clock_monotonic() < most);
}

static void report_each(const char *what, const char *unit, double amount, double units)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", what, unit);
    report_number(name, amount / units, 2);
}

/* ---- memory ---- */

int run_idle(struct run *run)
{
    struct memory from, to;
    double each = (double)run->count;
    bool known = memory_take(&run->options.server, &from);
    connect_everybody(run);
    join_everybody(run);
    pump_until_quiet(run);
    settle(run);
    report_word("mode", "idle");
    report_number("clients", each, 0);
    if (known && memory_take(&run->options.server, &to)) {
        double resident = to.resident - from.resident, tables = to.tables - from.tables;
        double slab = to.slab - from.slab, stacks = to.stacks - from.stacks;
        report_each("private", "kb", to.private - from.private, each);
        report_each("resident", "kb", resident, each);
        report_each("tables", "kb", tables, each);
        report_each("slab", "kb", slab, each);
        report_each("stack", "kb", stacks, each);
        report_each("all", "kb", resident + tables + slab + stacks, each);
        report_each("available", "kb", from.available - to.available, each);
    }
    report_number("wrong", 0, 0);
    return 0;
}

/* ---- counts ---- */

/* What was used between two accounts, for one of `units`. */
static void report_counts(const char *what, const struct account *from, const struct account *to, double units)
{
    report_each(what, "cpu_us", (double)(to->cpu - from->cpu) / 1e3, units);
    report_each(what, "faults", (double)(to->faults - from->faults), units);
    report_each(what, "switches", (double)(to->switches - from->switches), units);
    if (from->calls >= 0 && to->calls >= 0)
        report_each(what, "calls", (double)(to->calls - from->calls), units);
}

static void report_pages(const char *what, const struct memory *from, const struct memory *to, double units)
{
    report_each(what, "private_pages", (to->private - from->private) * 1024 / (double)sysconf(_SC_PAGESIZE), units);
    report_each(what, "tables_kb", to->tables - from->tables, units);
}

/* Lines one after the other; the first ones warm up what later ones find. */
static uint32_t count_lines(struct run *run)
{
    struct account silent, said;
    join_everybody(run);
    pump_until_quiet(run);
    talk_prepare(run);
    talk_say(run, 20);
    settle(run);
    account_take_all(&run->options.server, &silent);
    double before = (double)run->sent;
    talk_say(run, (uint64_t)run->options.lines);
    settle(run);
    account_take_all(&run->options.server, &said);
    report_counts("line", &silent, &said, (double)run->sent - before);
    return room_verify_all(run);
}

int run_counts(struct run *run)
{
    struct account empty, born, registered;
    struct memory none, newborn, known;
    const struct server_pids *server = &run->options.server;
    double each = (double)run->count;
    calls_open(server);
    settle(run);
    bool pages = memory_take(server, &none);
    account_take_all(server, &empty);
    connect_silent(run);
    settle(run);
    account_take_all(server, &born);
    pages = pages && memory_take(server, &newborn);
    greet_everybody(run);
    pump_until_quiet(run);
    settle(run);
    account_take_all(server, &registered);
    pages = pages && memory_take(server, &known);

    report_word("mode", "counts");
    report_counts("born", &empty, &born, each);
    if (pages)
        report_pages("born", &none, &newborn, each);
    report_counts("registered", &born, &registered, each);
    if (pages)
        report_pages("registered", &none, &known, each);
    uint32_t wrong = run->options.door->say ? count_lines(run) : 0;
    report_number("wrong", wrong, 0);
    return wrong ? EXIT_MISDONE : 0;
}
