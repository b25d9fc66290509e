/* Chaos: clients on all doors talk while workers and couriers are killed, stopped and crashed at random.
 *
 *      chaos SUPERVISOR SECONDS SEED CLIENTS PLAIN-PORT TALK-PORT IRC-PORT
 *
 * Every client says numbered lines, "NAME NUMBER x…x.", into the lobby. Numbers of one speaker grow by one, and each
 * line has a length that follows from its number, so that a torn one shows. At the end every survivor must have
 * heard every line that any survivor heard since the last to come had come (nothing missing); all in one order. What is heard
 * twice is counted: a courier that dies between sending and moving its cursor sends again. Without courier
 * deaths (COURIERS=0 in the environment) nothing may come twice. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { CLIENTS_MAX = 1000, LINE_SIZE = 4096, RATE = 200 };

struct heard {
    int speaker, number;
};

struct person {
    int fd, door, said;
    char line[LINE_SIZE];
    size_t length;
    struct heard *heard;
    size_t count, size;
    unsigned *last; /* by speaker: the last number heard, plus one */
    bool dead, ready;
    int missing, twice;
};

static struct person people[CLIENTS_MAX];
static int clients, ports[3], torn, kills[3][3];
static const char *const doors[] = {"plain", "talk", "irc"};

static void say(struct person *person, const char *line)
{
    size_t length = strlen(line);
    if (!person->dead && send(person->fd, line, length, MSG_NOSIGNAL) != (ssize_t)length)
        person->dead = true;
}

static int filling(int speaker, int number)
{
    return (speaker * 7 + number * 13) % 200;
}

static void speak(int speaker)
{
    struct person *person = &people[speaker];
    char line[400], filler[201];
    int length = filling(speaker, person->said);
    memset(filler, 'x', sizeof filler);
    filler[length] = '\0';
    static const char *const verbs[] = {"MSG", "", "PRIVMSG #lobby :"};
    snprintf(line, sizeof line, "%s%s~%d %d %s.\r\n", verbs[person->door],
             person->door == 0 ? " " : "", speaker, person->said++, filler);
    say(person, line);
}

static void hear(struct person *person, char *line)
{
    int speaker, number, at = 0;
    char *mark = strchr(line, '~');
    if (strstr(line, "fence"))
        person->ready = true;
    while (mark && mark[1] && (mark[1] < '0' || mark[1] > '9'))
        mark = strchr(mark + 1, '~');
    if (!mark || sscanf(mark, "~%d %d %n", &speaker, &number, &at) != 2 || at == 0)
        return;
    if (speaker < 0 || speaker >= clients)
        return;
    size_t length = strspn(mark + at, "x");
    if (length != (size_t)filling(speaker, number) || strcmp(mark + at + length, ".") != 0) {
        /* Numerics and addresses have no such shape; a line of ours that was cut does. */
        torn++;
        printf("torn: %s\n", line);
        return;
    }
    if (number < (int)person->last[speaker]) {
        person->twice++;
        return;
    }
    if (person->last[speaker] && number > (int)person->last[speaker])
        person->missing += number - (int)person->last[speaker];
    person->last[speaker] = (unsigned)number + 1;
    if (person->count == person->size) {
        person->size = person->size ? person->size * 2 : 1024;
        person->heard = realloc(person->heard, person->size * sizeof *person->heard);
        if (!person->heard)
            abort();
    }
    person->heard[person->count++] = (struct heard){speaker, number};
}

static void take(struct person *person)
{
    ssize_t got =
        recv(person->fd, person->line + person->length, LINE_SIZE - 1 - person->length, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        person->dead = true;
        return;
    }
    person->length += (size_t)got;
    for (;;) {
        person->line[person->length] = '\0';
        char *end = memchr(person->line, '\n', person->length);
        if (!end)
            break;
        *end = '\0';
        if (end > person->line && end[-1] == '\r')
            end[-1] = '\0';
        hear(person, person->line);
        size_t used = (size_t)(end + 1 - person->line);
        memmove(person->line, end + 1, person->length -= used);
    }
    if (person->length == LINE_SIZE - 1)
        person->length = 0;
}

static void listen_all(int milliseconds)
{
    struct pollfd fds[CLIENTS_MAX];
    for (int i = 0; i < clients; i++)
        fds[i] = (struct pollfd){.fd = people[i].dead ? -1 : people[i].fd, .events = POLLIN};
    if (poll(fds, (nfds_t)clients, milliseconds) > 0)
        for (int i = 0; i < clients; i++)
            if (fds[i].revents)
                take(&people[i]);
}

static void come(int i)
{
    struct person *person = &people[i];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    person->door = i % 3;
    to.sin_port = htons((unsigned short)ports[person->door]);
    person->fd = socket(AF_INET, SOCK_STREAM, 0);
    person->last = calloc((size_t)clients, sizeof *person->last);
    if (person->fd < 0 || !person->last || connect(person->fd, (struct sockaddr *)&to, sizeof to)) {
        perror("connect");
        exit(1);
    }
    char line[100];
    if (person->door == 2)
        snprintf(line, sizeof line, "NICK c%d\r\nUSER c 0 * :c\r\nJOIN #lobby\r\nPING fence\r\n", i);
    else
        snprintf(line, sizeof line, "%sNICK c%d\r\n%sNICK fence%d\r\n", person->door ? "/" : "", i, person->door ? "/" : "", i);
    say(person, line);
    for (int tries = 0; !person->ready && tries < 1000 && !person->dead; tries++)
        listen_all(10);
    if (!person->ready) {
        printf("client %d (%s) was not let in\n", i, doors[person->door]);
        exit(1);
    }
}

/* The pids of the supervisor's children whose title begins so. */
static int children(long supervisor, const char *title, long *pids, int most)
{
    char path[100], text[300];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", supervisor, supervisor);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    for (long pid; count < most && fscanf(file, "%ld", &pid) == 1;) {
        snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
        int fd = open(path, O_RDONLY);
        ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        text[got > 0 ? got : 0] = '\0';
        if (strncmp(text, title, strlen(title)) == 0)
            pids[count++] = pid;
    }
    fclose(file);
    return count;
}

static void harm(long supervisor, bool courier)
{
    static const int signals[] = {SIGKILL, SIGSTOP, SIGSEGV};
    static long pids[CLIENTS_MAX];
    int count = children(supervisor, courier ? "forkchatd: courier" : "forkchatd: worker", pids, CLIENTS_MAX);
    if (count == 0 || (!courier && count < clients / 2))
        return;
    long victim = pids[rand() % count];
    int how = rand() % 3;
    kills[courier][how]++;
    kill((pid_t)victim, signals[how]);
    if (how == 1) {
        listen_all(rand() % 50);
        kill((pid_t)victim, SIGCONT);
    }
}

/* Whether all heard the same in the same order: each against the longest, by merging. */
static int disorder(const struct person *one, const struct person *other)
{
    size_t i = 0, k = 0;
    size_t *place = calloc((size_t)clients, sizeof *place);
    int wrong = 0;
    if (!place || one->count == 0 || other->count == 0)
        return 0;
    /* Where both begin: the first of `other` that `one` has. */
    while (i < one->count && (one->heard[i].speaker != other->heard[0].speaker ||
                              one->heard[i].number != other->heard[0].number))
        i++;
    if (i == one->count) {
        for (i = 0; k < other->count && (one->heard[0].speaker != other->heard[k].speaker ||
                                         one->heard[0].number != other->heard[k].number);)
            k++;
    }
    /* Nobody need hear itself (plain and talk doors do, IRC does not). */
    int self[2] = {(int)(one - people), (int)(other - people)};
    for (;;) {
        while (i < one->count && (one->heard[i].speaker == self[0] || one->heard[i].speaker == self[1]))
            i++;
        while (k < other->count && (other->heard[k].speaker == self[0] || other->heard[k].speaker == self[1]))
            k++;
        if (i == one->count || k == other->count)
            break;
        if (memcmp(&one->heard[i], &other->heard[k], sizeof(struct heard)) != 0 && wrong++ == 0)
            printf("order: %d heard ~%d %d where %d heard ~%d %d\n", self[0], one->heard[i].speaker,
                   one->heard[i].number, self[1], other->heard[k].speaker, other->heard[k].number);
        if (wrong)
            break;
        i++, k++;
    }
    if (!wrong && (i < one->count || k < other->count) && ++wrong)
        printf("end: %d and %d did not hear the same to the end\n", self[0], self[1]);
    free(place);
    return wrong;
}

int main(int argc, char **argv)
{
    if (argc != 8) {
        fprintf(stderr, "usage: chaos SUPERVISOR SECONDS SEED CLIENTS PLAIN TALK IRC\n");
        return 64;
    }
    long supervisor = atol(argv[1]), pids[1];
    int seconds = atoi(argv[2]);
    srand((unsigned)atoi(argv[3]));
    clients = atoi(argv[4]) < CLIENTS_MAX ? atoi(argv[4]) : CLIENTS_MAX;
    for (int i = 0; i < 3; i++)
        ports[i] = atoi(argv[5 + i]);
    const char *wanted = getenv("COURIERS");
    bool couriers = !wanted || strcmp(wanted, "0") != 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < clients; i++)
        people[i].fd = -1;
    for (int i = 0; i < clients; i++)
        come(i);
    printf("%d clients are in\n", clients);

    int64_t end = clock_elapsed() + seconds * INT64_C(1000000000), next = 0, harmed = 0;
    int said = 0;
    while (clock_elapsed() < end) {
        int64_t now = clock_elapsed();
        if (now >= next) {
            next = now + 1000000000 / RATE;
            speak(rand() % clients);
            said++;
        }
        if (now >= harmed) {
            harmed = now + INT64_C(1000000) * (20 + rand() % 200);
            harm(supervisor, couriers && rand() % 3 == 0);
        }
        listen_all(2);
    }
    /* A last line from somebody who lives, when everything stands again, ends every transcript. */
    for (int i = 0; i < 300; i++)
        listen_all(10);
    int64_t quiet = clock_elapsed() + INT64_C(30000000000);
    int last = 0;
    while (last < clients && people[last].dead)
        last++;
    if (last == clients) {
        printf("nobody is left\n");
        return 1;
    }
    speak(last);
    unsigned number = (unsigned)people[last].said;
    int waiting = 1;
    while (waiting && clock_elapsed() < quiet) {
        listen_all(50);
        waiting = 0;
        for (int i = last + 1; i < clients; i++)
            waiting += !people[i].dead && people[i].last[last] != number;
    }
    int living = 0, missing = 0, twice = 0, wrong = 0, first = -1;
    for (int i = 0; i < clients; i++) {
        if (people[i].dead)
            continue;
        living++;
        missing += people[i].missing;
        twice += people[i].twice;
        if (people[i].missing)
            printf("client %d (%s) missed %d\n", i, doors[people[i].door], people[i].missing);
        if (i != last && people[i].last[last] != number)
            printf("client %d (%s) did not hear the last line\n", i, doors[people[i].door]);
        if (first >= 0)
            wrong += disorder(&people[first], &people[i]);
        else
            first = i;
    }
    printf("%d lines said, %d of %d clients lived; workers: %d killed, %d stopped, %d crashed; couriers: %d, %d, %d\n",
           said, living, clients, kills[0][0], kills[0][1], kills[0][2], kills[1][0], kills[1][1], kills[1][2]);
    printf("missing %d, twice %d, torn %d, out of order or short %d, deaf %d\n", missing, twice, torn, wrong, waiting);
    (void)pids;
    bool doubled = twice && !couriers;
    return missing || torn || wrong || waiting || doubled;
}
