/* Crash points, for tests only. Any process; reads a file that the test maps in with it.
 *
 * The file stays mapped through fork and chroot, so a test can choose the victim while all run. */
#include "crashpoint.h"

#ifdef CRASHPOINTS
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ORDER_SIZE 128
/* An address at which there is never any memory. */
#define NOWHERE 16

/* Ends when there is no stack left. */
static int descend(int depth)
{
    volatile char room[4096];
    room[depth % (int)sizeof room] = 1;
    return depth > 0 ? descend(depth + 1) + room[0] : 0;
}

static char *map_orders(void)
{
    const char *path = getenv("FORKCHAT_CRASHPOINTS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return NULL;
    void *memory = mmap(NULL, ORDER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

void crashpoint_pass(const char *name)
{
    static char *orders;
    static int asked, passed;
    if (!asked) {
        asked = 1;
        orders = map_orders();
    }
    if (!orders || !orders[0] || !strchr("!?&^@", orders[0]))
        return;
    char order[ORDER_SIZE], wanted[60];
    int count, times = 1;
    long victim;
    memcpy(order, orders, sizeof order);
    order[sizeof order - 1] = '\0';
    if (sscanf(order + 1, "%59s %d %ld %d", wanted, &count, &victim, &times) < 3 || strcmp(wanted, name) != 0)
        return;
    if (victim < 0 ? getppid() != -victim : getpid() != victim)
        return;
    if (++passed < count)
        return;
    if (times > 1)
        snprintf(orders + 1, ORDER_SIZE - 1, "%s %d %ld %d\n", wanted, count, victim, times - 1);
    else
        orders[0] = '+'; /* the last one dies, and the test sees that it did */
    volatile int *volatile nowhere = (volatile int *)NOWHERE;
    if (order[0] == '&')
        *nowhere = 0;
    else if (order[0] == '^')
        descend(1);
    else if (order[0] == '@')
        for (;;)
            (void)*(volatile char *)orders;
    else
        kill(getpid(), order[0] == '!' ? SIGKILL : SIGSTOP);
}
#else
/* A translation unit must not be empty. */
typedef int crashpoint_unused;
#endif
