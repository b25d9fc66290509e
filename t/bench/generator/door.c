/* The protocols of the servers that are measured (door.h). */
#include "door.h"

#include <stdio.h>
#include <string.h>

/* At the plain door a private message to oneself proves that everything before it is done; it costs the server the same
 * however many users there are, as WHO would not. */
/* clang-format off */
static const struct door doors[] = {
    {.name = "plain", .greeting = "NICK %n\n@%n ready\n", .join = "JOIN #%r\n@%n ready\n", .say = "MSG ",
     .tell = "@%r ", .end = "\n", .lobby = true},
    {.name = "irc", .greeting = "NICK %n\r\nUSER bench 0 * :bench\r\n", .join = "JOIN #%r\r\n",
     .say = "PRIVMSG #%r :", .tell = "PRIVMSG %r :", .end = "\r\n", .pong = "PONG %r\r\n", .arrivals = true},
    {.name = "web", .upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", .words = "irc",
     .greeting = "NICK %n\r\nUSER bench 0 * :bench\r\n", .join = "JOIN #%r\r\n", .say = "PRIVMSG #%r :",
     .tell = "PRIVMSG %r :", .end = "", .pong = "PONG %r\r\n", .arrivals = true},
    {.name = "bare", .greeting = "@%n ready\n", .join = "JOIN %r\n@%n ready\n", .say = "MSG ", .end = "\n",
     .lobby = true},
    {.name = "forks", .greeting = "", .end = ""},
    {.name = "redis", .greeting = "HELLO 3\r\nSUBSCRIBE %n\r\n", .join = "SUBSCRIBE %r\r\n",
     .say = "*3\r\n$7\r\nPUBLISH\r\n$%l\r\n%r\r\n$%s\r\n", .tell = "*3\r\n$7\r\nPUBLISH\r\n$%l\r\n%r\r\n$%s\r\n",
     .end = "\r\n", .echo = true},
    {.name = "nats", .greeting = "CONNECT {\"verbose\":false,\"echo\":false}\r\nSUB %n 1\r\nPING\r\n",
     .join = "SUB %r 2\r\nPING\r\n", .say = "PUB %r %s\r\n", .tell = "PUB %r %s\r\n", .end = "\r\n",
     .pong = "PONG\r\n", .loose = true},
};

/* The first word of a line that says something, without an IRC prefix: more words may follow one that ends in a
 * blank. "-" is any line that begins so. */
static const struct {
    const char *door, *word;
    enum door_news news;
} words[] = {
    {"irc", "JOIN ", DOOR_ARRIVAL},   {"irc", "PING ", DOOR_PING},     {"irc", "001 ", DOOR_READY},
    {"irc", "366 ", DOOR_READY},      {"irc", "ERROR ", DOOR_REFUSED}, {"irc", "401 ", DOOR_REFUSED},
    {"irc", "404 ", DOOR_REFUSED},    {"irc", "405 ", DOOR_REFUSED},   {"irc", "432 ", DOOR_REFUSED},
    {"irc", "433 ", DOOR_REFUSED},    {"irc", "437 ", DOOR_REFUSED},   {"irc", "451 ", DOOR_REFUSED},
    {"irc", "461 ", DOOR_REFUSED},    {"irc", "471 ", DOOR_REFUSED},   {"redis", "subscribe", DOOR_READY},
    {"redis", "-", DOOR_REFUSED},     {"nats", "PONG", DOOR_READY},    {"nats", "PING", DOOR_PING},
    {"nats", "-", DOOR_REFUSED},      {"forks", "", DOOR_READY},
};
/* clang-format on */

const struct door *door_find(const char *name)
{
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        if (!strcmp(doors[i].name, name))
            return &doors[i];
    return NULL;
}

enum door_news door_hear(const struct door *door, const char *line)
{
    if (door->lobby)
        return strstr(line, "-> you] ready") ? DOOR_READY : DOOR_NOTHING;
    const char *blank = *line == ':' && door->arrivals ? strchr(line, ' ') : NULL, *command = blank ? blank + 1 : line;
    const char *name = door->words ? door->words : door->name;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].door, name) && !strncmp(command, words[i].word, strlen(words[i].word)))
            return words[i].news;
    return DOOR_NOTHING;
}

const char *door_ping_argument(const char *line)
{
    const char *ping = strstr(line, "PING "), *argument = ping ? ping + strlen("PING ") : "";
    return argument;
}

size_t door_fill(char *to, size_t size, const char *text, const char *nick, const char *target, size_t text_size)
{
    size_t length = 0;
    char number[24];
    for (; *text && length + 1 < size; text++) {
        const char *word = NULL;
        if (*text == '%')
            switch (*++text) {
            case 'n':
                word = nick;
                break;
            case 'r':
                word = target;
                break;
            case 'l':
                snprintf(number, sizeof number, "%zu", strlen(target));
                word = number;
                break;
            default:
                snprintf(number, sizeof number, "%zu", text_size);
                word = number;
            }
        if (word)
            length += (size_t)snprintf(to + length, size - length, "%s", word);
        else
            to[length++] = *text;
        if (length >= size)
            length = size - 1;
    }
    to[length] = 0;
    return length;
}
