/* Monitors, WHOWAS records, bans and penalties in the tables: what they are found by, that they are bounded, and that
 * whoever dies in the middle of a change leaves tables that can be put in order. */
#include "base/clock.h"
#include "base/net.h"
#include "tables.h"
#include "world/bans.h"
#include "world/whowas.h"
#include "world/penalties.h"
#include "world/monitors.h"

static uint32_t user(uint32_t place, const char *nick)
{
    tables_attach(place, "127.0.0.1:1", "127.0.0.1");
    user_introduce_locked(&world, place);
    if (nick)
        user_rename_locked(&world, place, nick);
    return place;
}

static void skipped(void)
{
    tables_start(50);
    user(0, "one");
    channel_create_locked(&world, "#room", NONE);
    member_add_locked(&world, 0, LOBBY, 0);
    member_add_locked(&world, 0, 1, 0);
    CHECK(monitor_add_locked(&world, 0, "two") != NONE);
    user_create_locked(&world, "127.0.0.1:1", "127.0.0.1");
    user_attach_locked(&world, 1, 3, 1, 0, "127.0.0.1:1", "127.0.0.1"); /* before the slots 1 and 2 are */
    CHECK(tables_are_consistent());
    CHECK(world.connections[1].first_monitor == NONE && world.connections[2].first_subscription == NONE);
    tables_stop();
}

/* ---- monitors ---- */

static void monitored(void)
{
    tables_start(50);
    uint32_t one = user(0, "one"), two = user(1, "two");
    CHECK(monitor_add_locked(&world, one, "Toto") != NONE);
    CHECK(monitor_add_locked(&world, one, "tata") != NONE);
    CHECK(monitor_add_locked(&world, two, "toto") != NONE);
    CHECK(monitor_find_locked(&world, one, "tOTO") != NONE);
    CHECK(monitor_find_locked(&world, two, "tata") == NONE);
    CHECK(world.connections[one].monitor_count == 2 && tables_are_consistent());
    monitor_remove_locked(&world, monitor_find_locked(&world, one, "toto"));
    CHECK(monitor_find_locked(&world, one, "toto") == NONE && monitor_find_locked(&world, two, "toto") != NONE);
    world_repair_locked(&world);
    CHECK(monitor_find_locked(&world, one, "tata") != NONE && world.connections[one].monitor_count == 1);
    tables_stop();
}

static void monitors_leave(void)
{
    tables_start(50);
    uint32_t one = user(0, "one");
    for (int i = 0; i < 10; i++) {
        char nick[NICK_SIZE];
        snprintf(nick, sizeof nick, "n%d", i);
        monitor_add_locked(&world, one, nick);
    }
    tables_leave(one);
    CHECK(tables_are_consistent());
    one = user(0, "one");
    CHECK(world.connections[one].monitor_count == 0);
    uint32_t count = 0;
    for (char nick[NICK_SIZE]; count < 100000; count++) {
        snprintf(nick, sizeof nick, "n%u", count);
        if (monitor_add_locked(&world, one, nick) == NONE)
            break;
    }
    CHECK(count == monitor_limit(&world.limits));
    tables_stop();
}

/* ---- WHOWAS records ---- */

static void remembered(void)
{
    tables_start(50);
    user(0, "first");
    user_rename_locked(&world, 0, "second");
    user_leave_locked(&world, 0);
    uint64_t at = UINT64_MAX;
    CHECK(strcmp(whowas_before_locked(&world, &at)->nick, "second") == 0);
    CHECK(strcmp(whowas_before_locked(&world, &at)->nick, "first") == 0);
    CHECK(strcmp(whowas_before_locked(&world, &at)->nick, "guest1") == 0);
    CHECK(whowas_before_locked(&world, &at) == NULL);
    tables_stop();
}

static void forgotten(void)
{
    tables_start(50);
    user(0, "toto");
    for (uint32_t i = 0; i < WHOWAS + 10; i++) {
        world.users[0].generation++; /* each another user */
        whowas_add_locked(&world, 0);
    }
    uint64_t at = UINT64_MAX;
    uint32_t count = 0;
    while (count < 2 * WHOWAS && whowas_before_locked(&world, &at))
        count++;
    CHECK(count <= WHOWAS && count >= WHOWAS - 1);
    tables_stop();
}

static void one_of_many(void)
{
    tables_start(50);
    user(0, "toto");
    user_rename_locked(&world, 0, "tutu");
    user(1, "tata");
    for (int i = 0; i < 2 * (int)WHOWAS; i++) {
        char nick[20];
        snprintf(nick, sizeof nick, "n%d", i);
        user_rename_locked(&world, 1, nick);
        txn_commit(&txn); /* the journal has not room for them all */
        txn_begin_look(&txn);
    }
    uint64_t at = UINT64_MAX;
    uint32_t count = 0;
    CHECK(strcmp(whowas_before_locked(&world, &at)->nick, "n2046") == 0);
    for (const struct whowas_shm *whowas; (whowas = whowas_before_locked(&world, &at));)
        count += strcmp(whowas->nick, "toto") == 0;
    CHECK(count == 1);
    tables_stop();
}

/* ---- bans ---- */

static struct ban_shm a_ban(const char *mask, int64_t expires_monotonic)
{
    struct ban_shm ban = {.state = BAN_LIVE, .set_at = 1000, .expires_monotonic = expires_monotonic};
    CHECK(ban_normalise(ban.mask, mask));
    strcpy(ban.by, "toto");
    strcpy(ban.reason, "why");
    return ban;
}

static void normalised(void)
{
    static const char *const bad[] = {
        "",         "@",         "a@",       "@b",        "a!b@c", "a b@c", "a@b@c", "*@1.2.3.4/33", "*@a/8",
        "*@::/129", "300.1.1.1", "*@10.0.0", "1.2.3.4.5", "*@:2",  "::2::", "::1/",  ":u@h"};
    char mask[MASK_SIZE], longest[2 * MASK_SIZE];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!ban_normalise(mask, bad[i]));
    CHECK(ban_normalise(mask, "10.0.0.0/8") && strcmp(mask, "*@10.0.0.0/8") == 0);
    CHECK(ban_normalise(mask, "*!evil@host") && strcmp(mask, "evil@host") == 0);
    CHECK(ban_normalise(mask, "::1") && strcmp(mask, "*@0::1") == 0);
    CHECK(ban_normalise(mask, "evil@::1/64") && strcmp(mask, "evil@0::/64") == 0);
    CHECK(ban_normalise(mask, "*@*:1") && strcmp(mask, "*@*:1") == 0);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK(!ban_normalise(mask, longest));
}

static void matched(void)
{
    struct ban_shm ban = a_ban("*evil@10.*", 0);
    CHECK(ban_matches(&ban, "~evil", "10.1.2.3", 5000) && !ban_matches(&ban, "~good", "10.1.2.3", 5000));
    CHECK(!ban_matches(&ban, "~evil", "11.1.2.3", 5000) && !ban_matches_host(&ban, "10.1.2.3", 5000));
    ban = a_ban("evil@*", 6000);
    CHECK(ban_matches(&ban, "~EVIL", "x", 5999) && !ban_matches(&ban, "~evil", "x", 6000));
    ban = a_ban("192.0.2.0/24", 0);
    CHECK(ban_matches_host(&ban, "192.0.2.255", 1) && !ban_matches_host(&ban, "192.0.3.1", 1));
    CHECK(ban_matches(&ban, "anybody", "192.0.2.1", 1));
    ban = a_ban("2001:db8::/32", 0);
    CHECK(ban_matches_host(&ban, "2001:db8:1::1", 1) && !ban_matches_host(&ban, "192.0.2.1", 1));
    ban = a_ban("*@::1", 0); /* hosts never begin with a colon */
    CHECK(ban_matches_host(&ban, "0::1", 1) && !ban_matches_host(&ban, "0::2", 1));
    memset(ban.mask, 'x', sizeof ban.mask); /* a process that lies */
    CHECK(!ban_matches(&ban, "x", "x", 1));
}

static void ranges(void)
{
    CHECK(net_in_range("10.9.8.7", "10.0.0.0/8") && !net_in_range("11.0.0.0", "10.0.0.0/8"));
    CHECK(net_in_range("10.0.0.5", "10.0.0.4/30") && !net_in_range("10.0.0.8", "10.0.0.4/30"));
    CHECK(net_in_range("10.0.0.5", "0.0.0.0/0") && !net_in_range("::1", "0.0.0.0/0"));
    CHECK(net_in_range("0::1", "::1/128") && net_in_range("::1", "::/0") && !net_in_range("10.0.0.1", "::/0"));
    CHECK(net_in_range("10.0.0.1", "::ffff:10.0.0.0/104"));
    CHECK(!net_in_range("nobody", "10.0.0.0/8") && !net_in_range("10.0.0.1", "10.0.0.1"));
}

static bool wrong_password(const struct net_range *from, int64_t now)
{
    return penalty_add_locked(&world, from, PENALTY_PASSWORD, 5, 600, now * SECOND);
}

static void owed(void)
{
    struct net_range here, there;
    CHECK(net_parse_range("192.0.2.7", &here) && net_parse_range("192.0.2.8", &there));
    tables_start(50);
    CHECK(!wrong_password(&here, 100) && !wrong_password(&here, 101) && penalty_left(&world, &here, 101 * SECOND) == 0);
    CHECK(!wrong_password(&there, 102) && !wrong_password(&there, 103));
    CHECK(wrong_password(&here, 105) && penalty_left(&world, &here, 105 * SECOND) == 10);
    CHECK(!wrong_password(&there, 108) && penalty_left(&world, &there, 108 * SECOND) == 0);
    CHECK(penalty_left(&world, &here, 114 * SECOND) == 1 && penalty_left(&world, &here, 115 * SECOND) == 0);
    CHECK(wrong_password(&here, 200) && penalty_left(&world, &here, 200 * SECOND) == 10); /* twice as dear now */
    tables_stop();
}

static void kept(void)
{
    tables_start(50);
    uint32_t version = bans_version(&world);
    struct ban_shm ban = a_ban("a@*", 0);
    CHECK(ban_add_locked(&world, &ban, 1000) == BAN_ADDED && ban_add_locked(&world, &ban, 1000) == BAN_CHANGED);
    CHECK(bans_version(&world) != version);
    ban = a_ban("A@*", 0); /* the same mask: one UNKLINE is to take it back */
    CHECK(ban_add_locked(&world, &ban, 1000) == BAN_CHANGED);
    ban = a_ban("b@*", 2000);
    CHECK(ban_add_locked(&world, &ban, 1000) == BAN_ADDED);
    CHECK(ban_find_locked(&world, "b", "x", 1500) && !ban_find_locked(&world, "b", "x", 2500));
    CHECK(ban_at_locked(&world, 1, 1500) && !ban_at_locked(&world, 1, 2500));
    CHECK(ban_remove_locked(&world, "A@*") && !ban_remove_locked(&world, "a@*"));
    CHECK(!ban_find_locked(&world, "a", "x", 1500));
    ban = a_ban("c@*", 0);
    CHECK(ban_add_locked(&world, &ban, 1000) == BAN_ADDED && bans_end_locked(&world) == 2);
    tables_stop();
}

static void bounded(void)
{
    tables_start(50);
    for (uint32_t i = 0; i < BANS; i++) {
        char mask[MASK_SIZE];
        snprintf(mask, sizeof mask, "u%u@*", i);
        struct ban_shm ban = a_ban(mask, i == 7 ? 2000 : 0);
        CHECK(ban_add_locked(&world, &ban, 1000) == BAN_ADDED);
    }
    struct ban_shm ban = a_ban("more@*", 0);
    CHECK(ban_add_locked(&world, &ban, 1000) == BAN_FULL);
    CHECK(ban_add_locked(&world, &ban, 3000) == BAN_ADDED && /* the eighth has expired */
          ban_add_locked(&world, &ban, 3000) == BAN_CHANGED);
    tables_stop();
}

/* ---- dying ---- */

static void died(void (*change)(uint32_t place))
{
    tables_die_in(change, 0);
    uint64_t at = UINT64_MAX;
    CHECK(world.users[0].state == USER_PRESENT && world.connections[0].monitor_count == 2);
    CHECK(strcmp(whowas_before_locked(&world, &at)->nick, "guest1") == 0);
    CHECK(ban_find_locked(&world, "a", "x", 1) && !ban_find_locked(&world, "b", "x", 1));
}

static void watch_more(uint32_t place)
{
    monitor_add_locked(&world, place, "more");
}

static void watch_less(uint32_t place)
{
    monitor_remove_locked(&world, world.connections[place].first_monitor);
    monitor_remove_locked(&world, world.connections[place].first_monitor);
}

static void leave(uint32_t place)
{
    user_leave_locked(&world, place);
}

static void ban_other(uint32_t place)
{
    (void)place;
    struct ban_shm ban = a_ban("b@*", 0);
    ban_remove_locked(&world, "a@*");
    ban_add_locked(&world, &ban, 1000);
}

static void taken_back(void)
{
    tables_start(50);
    user(0, "toto");
    monitor_add_locked(&world, 0, "tata");
    monitor_add_locked(&world, 0, "tutu");
    struct ban_shm ban = a_ban("a@*", 0);
    ban_add_locked(&world, &ban, 1000);
    died(watch_more);
    died(watch_less);
    died(leave);
    died(ban_other);
    tables_stop();
}

int main(void)
{
    CASE("a slot before one that was taken earlier is empty", skipped);
    CASE("a monitor is found by its nick, whatever the case, and is one user's", monitored);
    CASE("who leaves monitors nobody, and all together monitor no more than fit", monitors_leave);
    CASE("who leaves or takes another nick is remembered, the last first", remembered);
    CASE("only so many are remembered", forgotten);
    CASE("one who takes nick after nick has nobody else forgotten", one_of_many);
    CASE("what can be no ban is refused", normalised);
    CASE("a ban holds for whom it says, as long as it says", matched);
    CASE("an address is in a range of its own family", ranges);
    CASE("of wrong passwords three within five seconds are too many, and the next is twice as dear", owed);
    CASE("a ban is kept until it is removed or expires", kept);
    CASE("there are so many bans, and expired ones make room", bounded);
    CASE("what a process changed that died holding the lock is taken back", taken_back);
    CHECK_DONE();
}
