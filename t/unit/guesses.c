/* Guessing at an operator's password: who waits for how long, and that what is hashed does not tell who is one. */
#include <string.h>

#include "base/clock.h"
#include "base/port.h"
static int hashed[2]; /* by whether it is bcrypt's */
static const char *count_hash(const char *password, const char *setting)
{
    hashed[strncmp(setting, "$2b$", 4) == 0]++;
    return strcmp(password, "right") == 0 ? setting : "";
}
#define port_crypt count_hash
#include "command/password.c"

#include "tables.h"

static struct net_range at(const char *address)
{
    struct net_range range;
    net_parse_range(address, &range);
    return range;
}

static void few_are_free(void)
{
    tables_start(250);
    struct net_range from = at("192.0.2.1");
    for (int i = 0; i < GUESS_FREE; i++)
        CHECK(guess_begin(&world, "root", &from, SECOND) == 0);
    CHECK(guess_begin(&world, "root", &from, SECOND) == GUESS_STEP_MS);
    CHECK(guess_begin(&world, "root", &from, SECOND) == 2 * GUESS_STEP_MS);
    CHECK(guess_begin(&world, "root", &from, 6 * SECOND) == 0);
    tables_stop();
}

static void addresses_share(void)
{
    tables_start(250);
    struct net_range one = at("192.0.2.1"), two = at("198.51.100.7");
    for (int i = 0; i < GUESS_FREE; i++)
        CHECK(guess_begin(&world, "root", &one, SECOND) == 0);
    CHECK(guess_begin(&world, "root", &two, SECOND) == GUESS_STEP_MS);
    int wait = 0; /* a name may by chance have the place of another */
    for (char name[] = "a"; *name <= 'z'; (*name)++)
        wait += guess_begin(&world, name, &two, SECOND) != 0;
    CHECK(wait < 10);
    tables_stop();
}

static void never_longer(void)
{
    tables_start(250);
    struct net_range from = at("192.0.2.1");
    for (int i = 0; i < 10000; i++)
        guess_begin(&world, "root", &from, SECOND);
    CHECK(guess_begin(&world, "root", &from, SECOND) == GUESS_MOST_MS);
    /* And when they have stopped, it is over soon. */
    CHECK(guess_begin(&world, "root", &from, SECOND + (GUESS_MOST_MS / 1000 + GUESS_FREE) * SECOND) == 0);
    tables_stop();
}

static void owner_goes_first(void)
{
    tables_start(250);
    struct net_range owner = at("192.0.2.1"), other = at("198.51.100.7");
    guess_was_right(&world, "root", &owner);
    for (int i = 0; i < 100; i++)
        guess_begin(&world, "root", &other, SECOND);
    CHECK(guess_begin(&world, "root", &owner, SECOND) == 0);
    guess_was_wrong(&world, "root", &owner);
    CHECK(guess_begin(&world, "root", &owner, SECOND) == GUESS_MOST_MS);
    tables_stop();
}

static void all_the_same(void)
{
    static char a[] = "a", b[] = "b", c[] = "c", d[] = "d", salt_a[] = "$6$saltsalt$",
                salt_b[] = "$2b$12$saltsaltsaltsaltsaltsa", salt_c[] = "$6$other$", salt_d[] = "$6$rounds=9000$salt$";
    static struct settings settings = {
        .operator_count = 4, .operators = {{a, salt_a, NULL}, {b, salt_b, NULL}, {c, salt_c, NULL}, {d, salt_d, NULL}}};
    const char *const names[] = {"a", "b", "c", "d", "e", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        memset(hashed, 0, sizeof hashed);
        char made[100];
        hash_as_operators(&settings, names[i], "wrong", made, sizeof made);
        CHECK(hashed[0] == 2 && hashed[1] == 1);
        CHECK(strcmp(made, i < 4 ? "" : "-") == 0);
        hash_as_operators(&settings, names[i], "right", made, sizeof made);
        CHECK(strcmp(made, i < 4 ? settings.operators[i].salt : "-") == 0);
    }
    CHECK(same_kind("abcdefghijklm", "nopqrstuvwxyz") && !same_kind("$5$a$b", "$6$a$b"));
    CHECK(same_kind("$y$j9T$one$hash", "$y$j9T$two$hash") && !same_kind("$y$j9T$one$hash", "$y$jAT$one$hash"));
    CHECK(!same_kind("$2b$12$a", "$2b$13$a") && !same_kind("_J9..salthash", "_K9..salthash"));
    CHECK(kind_length("$") == 0 && kind_length("") == 0 && kind_length("_J") == 2 && kind_length("$a$") == 2);
}

int main(void)
{
    CASE("a few guesses at a name are free, then each waits longer than the one before", few_are_free);
    CASE("all addresses share what a name is tried, and each name has its own", addresses_share);
    CASE("nobody waits for ever, however many guess", never_longer);
    CASE("an address that was right does not wait for those who guess, until it is wrong", owner_goes_first);
    CASE("every name has each kind of hash computed once, also names that nobody has", all_the_same);
    CHECK_DONE();
}
