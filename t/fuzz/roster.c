/* The file of a LAN peer's roster: whatever is in it, what is read are names and addresses, and is written and read
 * again as the same. */
#include "driver.h"

#include "files.h"
#include "lan/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct roster *first = roster_open(1000), *second = roster_open(1000);
    struct roster_peer *peer;
    struct net_address from;
    int count = 0;
    CLAIM(first && second && !net_parse("192.0.2.1:5000", &from));
    fuzz_write_file("roster", data, size);
    CLAIM(roster_load(first, fuzz_path, 5000, 0) == 0);
    roster_hear(first, "fuzz", &from, 0, 1, &peer); /* so that it is written */
    CLAIM(roster_save(first, fuzz_path) == 0 && roster_load(second, fuzz_path, 5000, 0) == 0);
    const char *before = "";
    for (peer = NULL; (peer = roster_next(first, peer)); count++) {
        CLAIM(name_is_peer(peer->name, strlen(peer->name)) && strcmp(before, peer->name) < 0);
        struct roster_peer *other = roster_find(second, peer->name);
        CLAIM(other && net_same_host(&other->address, &peer->address) && net_port(&other->address) == 5000);
        before = peer->name;
    }
    CLAIM(count <= ROSTER_MAX);
    roster_close(first);
    roster_close(second);
    return 0;
}
