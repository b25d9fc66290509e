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

/* That of the file "hello", or of a folder with it and with something that could not be offered. */
static void hash_manifest(int tree, char hash[SHA256_HEX_SIZE])
{
    static const char *const manifests[] = {
        "f 420 0 5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 t\n",
        "d 493 0 0 - t\nf 420 -1 5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 t/h\n- link t/l\n"};
    struct sha256 whole;
    unsigned char digest[SHA256_SIZE];
    sha256_start(&whole);
    sha256_add(&whole, manifests[tree], strlen(manifests[tree]));
    sha256_finish(&whole, digest);
    sha256_hex(digest, hash);
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
                          .timeout = 100};
    hash_manifest(fetch.card.tree, fetch.card.hash);
    CLAIM(write(ends[1], data, size) == (ssize_t)size);
    shutdown(ends[1], SHUT_WR);
    enum fetch_result result = fetch_session(ends[0], &fetch);
    char name[96];
    struct stat status;
    snprintf(name, sizeof name, "%s/t", folder);
    if ((result == FETCH_DONE || result == FETCH_LACKING) && !fetch.card.tree)
        CLAIM(stat(name, &status) == 0 && status.st_size == 5);
    else
        CLAIM(result == FETCH_DONE || result == FETCH_LACKING || stat(name, &status) != 0);
    close(ends[0]);
    close(ends[1]);
    CLAIM(nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS) == 0);
    /* Empty again: nothing went beside the folder. */
    CLAIM(rmdir(outside) == 0);
    return 0;
}
