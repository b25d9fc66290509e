/* What a client says to a server: whatever it is, it gets no byte of what is not offered. The input is all that
 * the client says. */
#include "driver.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lan/serve.h"
#include "lan/tree.h"

static struct serve_offer offers[2];

/* One file that is open to all, and one with a password that is never guessed. Made once. */
static void offer(void)
{
    char path[] = "/tmp/forkchat-fuzz-XXXXXX", manifest[] = "/tmp/forkchat-fuzz-XXXXXX";
    if (offers[0].path)
        return;
    int fd = mkstemp(path);
    CLAIM(fd >= 0 && write(fd, "SECRET", 6) == 6);
    close(fd);
    for (int i = 0; i < 2; i++) {
        const char *why;
        int skipped;
        snprintf(manifest, sizeof manifest, "/tmp/forkchat-fuzz-XXXXXX");
        offers[i].path = strdup(path);
        offers[i].manifest = mkstemp(manifest);
        CLAIM(offers[i].manifest >= 0);
        unlink(manifest);
        text_copy(offers[i].card.id, sizeof offers[i].card.id, i ? "0000000000000001" : "0000000000000000");
        snprintf(offers[i].card.name, sizeof offers[i].card.name, "%s", i ? "SECRET" : "open");
        CLAIM(tree_describe(path, offers[i].card.name, offers[i].manifest, &offers[i].card.size, offers[i].card.hash,
                            &offers[i].card.tree, &skipped, &why, NULL) == 0);
    }
    offers[1].password = strdup("never guessed");
    unlink(path); /* only its manifest can be had */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    struct serve_terms terms = {.offers = offers, .count = 2, .timeout = 100};
    offer();
    if (size > 30000 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return 0;
    CLAIM(write(ends[1], data, size) == (ssize_t)size);
    shutdown(ends[1], SHUT_WR);
    serve_session(ends[0], &terms);
    shutdown(ends[0], SHUT_WR);
    static char said[1 << 16];
    size_t length = 0;
    for (ssize_t got; (got = read(ends[1], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = '\0';
    CLAIM(strncmp(said, "forkchat-files 2\n", 17) == 0);
    CLAIM(!strstr(said, "SECRET"));
    close(ends[0]);
    close(ends[1]);
    return 0;
}
