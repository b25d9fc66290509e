/* Portability: who listens at a TCP port. Used by forkchatctl(8); writes nothing. */
#define _GNU_SOURCE
#include "port.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port_have.h"

#if HAVE_PROC

/* The states of tcp(7) in /proc/net/tcp: TCP_LISTEN. */
#define LISTENING 10

/* An address as the 16 bytes of IPv6. */
static void widen(const struct sockaddr *address, unsigned char bytes[16])
{
    memset(bytes, 0, 16);
    if (address->sa_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
        return;
    }
    bytes[10] = bytes[11] = 0xff;
    memcpy(bytes + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
}

static bool is_any(const unsigned char bytes[16])
{
    static const unsigned char any6[16], any4[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(bytes, any6, 16) == 0 || (memcmp(bytes, any4, 12) == 0 && memcmp(bytes + 12, any6, 4) == 0);
}

/* Numbers of four bytes, as the processor has them in memory. */
static void read_address(const char *hex, unsigned char bytes[16])
{
    size_t words = strspn(hex, "0123456789ABCDEF") / 8;
    memset(bytes, 0, 16);
    if (words == 1)
        bytes[10] = bytes[11] = 0xff;
    for (size_t i = 0; i < words && i < 4; i++) {
        char digits[9] = "";
        memcpy(digits, hex + 8 * i, 8);
        uint32_t word = (uint32_t)strtoul(digits, NULL, 16);
        memcpy(bytes + (words == 1 ? 12 : 4 * i), &word, 4);
    }
}

/* The inode of a socket that listens there, as a text; false if there is none in that file. */
static bool find_socket(const char *path, const unsigned char wanted[16], unsigned port, char inode[24])
{
    FILE *file = fopen(path, "re");
    char line[400], at[60];
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file)) {
        unsigned there, state;
        unsigned char bytes[16];
        if (sscanf(line, " %*d: %40[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %20s", at, &there, &state, inode) != 4 ||
            state != LISTENING || there != port)
            continue;
        read_address(at, bytes);
        found = memcmp(bytes, wanted, 16) == 0 || is_any(bytes) || is_any(wanted);
    }
    if (file)
        fclose(file);
    return found;
}

static bool has_socket(const char *pid, const char *socket)
{
    char path[600], link[64];
    struct dirent *entry;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *folder = opendir(path);
    while (folder && !found && (entry = readdir(folder))) {
        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, entry->d_name);
        ssize_t length = readlink(path, link, sizeof link - 1);
        link[length > 0 ? length : 0] = '\0';
        found = strcmp(link, socket) == 0;
    }
    if (folder)
        closedir(folder);
    return found;
}

/* The first process that has it: what forked keeps no listeners (the oldest is listed first). */
static pid_t find_owner(const char *inode, char *program, size_t size)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    char socket[64], path[300];
    pid_t pid = 0;
    snprintf(socket, sizeof socket, "socket:[%s]", inode);
    while (folder && !pid && (entry = readdir(folder))) {
        if (!isdigit((unsigned char)entry->d_name[0]) || !has_socket(entry->d_name, socket))
            continue;
        pid = (pid_t)atol(entry->d_name);
        snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        FILE *file = fopen(path, "re");
        if (file && fgets(program, (int)size, file))
            program[strcspn(program, "\n")] = '\0';
        if (file)
            fclose(file);
    }
    if (folder)
        closedir(folder);
    return pid;
}

pid_t port_listener(const struct sockaddr *address, char *program, size_t size)
{
    unsigned char wanted[16];
    char inode[24];
    unsigned port = ntohs(address->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                                                         : ((const struct sockaddr_in *)address)->sin_port);
    program[0] = '\0';
    widen(address, wanted);
    if (find_socket("/proc/net/tcp", wanted, port, inode) || find_socket("/proc/net/tcp6", wanted, port, inode))
        return find_owner(inode, program, size);
    errno = access("/proc/net/tcp", R_OK) ? ENOTSUP : ENOENT;
    return -1;
}

#else

pid_t port_listener(const struct sockaddr *address, char *program, size_t size)
{
    (void)address, (void)size;
    program[0] = '\0';
    errno = ENOTSUP;
    return -1;
}

#endif
