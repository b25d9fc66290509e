/* The two dialects as the load generator speaks them: greeting, speaking, and what it must
 * understand. */
#ifndef FORKCHAT_T_BENCH_DOOR_H
#define FORKCHAT_T_BENCH_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct door {
    const char *name;
    const char *greeting; /* printf format: the nick, three times */
    const char *join;     /* NULL if a client is in the room from the start */
    const char *say;      /* in front of a text */
    const char *end;      /* behind it */
};

/* At the plain door a private message to oneself proves that the name is taken and everything
 * before it done; it costs the server the same however many users there are, as WHO would not. */
static const struct door doors[] = {
    {"plain", "NICK %s\n@%s ready\n", NULL, "MSG ", "\n"},
    {"irc", "NICK %s\r\nUSER bench 0 * :bench\r\n", "JOIN #bench\r\n", "PRIVMSG #bench :", "\r\n"},
};

enum door_news {
    DOOR_NOTHING,
    DOOR_NAMED,   /* the client's name is taken, it is registered */
    DOOR_JOINED,  /* its JOIN is done: the list of names has ended */
    DOOR_ARRIVAL, /* somebody joined, itself included */
    DOOR_PING,    /* to be answered with PONG */
    DOOR_REFUSED, /* an error: the run cannot go on */
};

/* The second word of an IRC line that starts with a prefix, else the first. */
static inline const char *door_command(const char *line)
{
    if (*line != ':')
        return line;
    const char *blank = strchr(line, ' ');
    return blank ? blank + 1 : line;
}

/* What a line means that is not a load line. `line` is zero-terminated. */
static inline enum door_news door_hear(const struct door *door, const char *line)
{
    static const struct {
        const char *command;
        enum door_news news;
    } commands[] = {
        {"JOIN ", DOOR_ARRIVAL},  {"PING ", DOOR_PING},   {"001 ", DOOR_NAMED},   {"366 ", DOOR_JOINED},
        {"ERROR ", DOOR_REFUSED}, {"404 ", DOOR_REFUSED}, {"432 ", DOOR_REFUSED}, {"433 ", DOOR_REFUSED},
        {"437 ", DOOR_REFUSED},   {"451 ", DOOR_REFUSED}, {"461 ", DOOR_REFUSED}, {"471 ", DOOR_REFUSED},
    };
    if (!door->join)
        return strstr(line, "-> you] ready") ? DOOR_NAMED : DOOR_NOTHING;
    const char *command = door_command(line);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strncmp(command, commands[i].command, strlen(commands[i].command)))
            return commands[i].news;
    return DOOR_NOTHING;
}

#endif
