/* What a server says to one who fetches: whatever it is, nothing is written outside of the folder, and
 * nothing gets its name that does not have its hash. The input is all that the server says. */
#include "driver.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lan/fetch.h"

static int drop(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char outside[] = "/tmp/forkchat-fuzz-XXXXXX", folder[64];
    int ends[2];
    if (size > 30000 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return 0;
    CLAIM(mkdtemp(outside));
    snprintf(folder, sizeof folder, "%s/in", outside);
    CLAIM(mkdir(folder, 0700) == 0);
    struct fetch fetch = {.card = {.id = "0123456789abcdef", .size = 5, .name = "t", .tree = size % 2},
                          .output = folder,
                          .password = size % 3 ? NULL : "x",
                          .patience = 100};
    /* Of "hello". */
    snprintf(fetch.card.hash, sizeof fetch.card.hash, "%s",
             "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    CLAIM(write(ends[1], data, size) == (ssize_t)size);
    shutdown(ends[1], SHUT_WR);
    enum fetch_result result = fetch_session(ends[0], &fetch);
    char name[96];
    struct stat status;
    snprintf(name, sizeof name, "%s/t", folder);
    if (result == FETCH_DONE && !fetch.card.tree)
        CLAIM(stat(name, &status) == 0 && status.st_size == 5);
    else
        CLAIM(result == FETCH_DONE || stat(name, &status) != 0);
    close(ends[0]);
    close(ends[1]);
    CLAIM(nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS) == 0);
    /* Empty again: nothing went beside the folder. */
    CLAIM(rmdir(outside) == 0);
    return 0;
}
