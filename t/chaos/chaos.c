/* Chaos: clients on all doors talk while processes of the daemon are killed, stopped and crashed at random.
 *
 *      chaos SECONDS SEED CLIENTS HOME FORKCHATD OPTION…
 *
 * Starts the daemon, with its runtime directory HOME/run and its log in HOME/log, and leads a session of processes.
 * What each client is to hear is reckoned from the ring (reckon.h), and every line that it hears is held against that
 * as it comes (transcript.h): none may be missing, twice, torn or late, until the client's worker is harmed; what one
 * who died had heard is the beginning of what it was to hear. For each that goes another comes.
 *
 * In the environment: SUPERVISOR=1: the supervisor is killed as well, started again or told to exec itself (SIGUSR2),
 * and nobody may notice. COURIERS=0: couriers are left alone. RATE: what is done in a second, by all together. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/clock.h"
#include "chat/leave.h"
#include "observer.h"
#include "processes.h"
#include "reckon.h"

#define MS INT64_C(1000000)

/* Until then whatever is due must have come. */
#define PATIENCE (60000 * MS)

enum { CLIENTS_MAX = 1000, LINE_SIZE = 65536, PENDING = 4096 };
enum { FINDINGS_MAX = 30, ROOMS = 8, COMMANDS = 4, STOPPED = 12 };

/* ---- what was found ---- */

static int findings;
static int64_t started;

static void __attribute__((format(printf, 1, 2))) finding(const char *format, ...)
{
    va_list list;
    if (++findings > FINDINGS_MAX)
        return;
    printf("FOUND after %.1f s: ", (double)(clock_monotonic() - started) / 1e9);
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    printf("\n");
}

static void __attribute__((noreturn)) give_up(const char *what)
{
    printf("chaos: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int chance(int most)
{
    return rand() % most;
}

/* ---- clients ---- */

struct person {
    int fd;
    int door, port;
    uint32_t user, generation; /* its place in the tables */
    pid_t pid;                 /* of its worker, once that is known */
    unsigned life;             /* grows with each client at this place */
    bool known;                /* its CONNECT was in the ring */
    bool in;                   /* it is in the lobby */
    bool gone;                 /* its QUIT was in the ring */
    bool ended;                /* the connection has ended */
    bool may_leave;            /* harmed, kicked, or asked to leave */
    int64_t at;                /* when it came; when it was gone; when the connection ended */
    int64_t lazy;              /* it does not read until then */
    unsigned said, told;       /* the next number it will say; the next one in the ring */
    char pending[PENDING];
    size_t pending_length;
    char *line; /* LINE_SIZE */
    size_t length;
    struct transcript transcript;
};

static struct person people[CLIENTS_MAX];
static struct person *by_port[3][65536];
static int clients, ports[3];
static const char *const doors[] = {"plain", "talk", "irc"};
static struct reckon reckon;
static struct world world;
static struct txn txn;
static uint64_t lines_heard, lines_said, people_came, people_refused, faults[HEARD_KINDS];

static int number_of(const struct person *person)
{
    return (int)(person - people);
}

static bool is_lazy(const struct person *person)
{
    return number_of(person) % 16 == 7;
}

/* These may be muted, so their numbers may have gaps. */
static bool is_quiet(const struct person *person)
{
    return number_of(person) % 16 == 5;
}

static void flush(struct person *person)
{
    if (person->fd < 0 || person->pending_length == 0)
        return;
    ssize_t sent = send(person->fd, person->pending, person->pending_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0)
        return; /* reading tells whether it broke */
    person->pending_length -= (size_t)sent;
    memmove(person->pending, person->pending + sent, person->pending_length);
}

static void __attribute__((format(printf, 2, 3))) say(struct person *person, const char *format, ...)
{
    va_list list;
    size_t room = PENDING - person->pending_length;
    va_start(list, format);
    int length = vsnprintf(person->pending + person->pending_length, room, format, list);
    va_end(list);
    if (length > 0 && (size_t)length < room)
        person->pending_length += (size_t)length;
    flush(person);
}

static int filling(const struct person *person, unsigned number)
{
    return (int)(((unsigned)number_of(person) * 7 + number * 13) % 200);
}

static const char fill[] =
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/* A numbered line into the lobby, whose length follows from its number. */
static void speak(struct person *person)
{
    static const char *const verbs[] = {"MSG #lobby ", "/msg #lobby ", "PRIVMSG #lobby :"};
    if (PENDING - person->pending_length < 400)
        return;
    say(person, "%s~~%d.%u %u %.*s.\r\n", verbs[person->door], number_of(person), person->life, person->said,
        filling(person, person->said), fill);
    person->said++;
    lines_said++;
}

static void act_irc(struct person *person, int what)
{
    int other = chance(clients), room = chance(ROOMS), words = chance(1000);
    if (what < 25)
        say(person, "PRIVMSG #r%d :psst %d\r\n", room, words);
    else if (what < 45)
        say(person, "PRIVMSG c%d :word %d\r\n", other, words);
    else if (what < 60)
        say(person, "JOIN #r%d\r\n", room);
    else if (what < 72)
        say(person, "PART #r%d :well %d\r\n", room, words);
    else if (what < 76)
        say(person, "TOPIC #r%d :about %d\r\n", room, words);
    else if (what < 80)
        say(person, "WHO #lobby\r\n");
    else if (what < 83)
        say(person, "NAMES #lobby\r\nWHOIS c%d\r\n", other);
    else if (what < 86)
        say(person, "HELP\r\nLIST\r\nMOTD\r\nWHOWAS c%d\r\n", other);
    else if (what < 93)
        say(person, "MODE #r%d +b *!*@192.0.2.%d\r\nMODE #r%d -b *!*@192.0.2.%d\r\n", room, other % 200, room,
            other % 200);
    else
        say(person, "AWAY :for %d\r\nAWAY\r\n", words);
}

/* At the doors for people, where commands begin with a slash or not. */
static void act_people(struct person *person, int what)
{
    const char *slash = person->door == 1 ? "/" : "";
    int other = chance(clients), room = chance(ROOMS), words = chance(1000);
    if (what < 25)
        say(person, "%sMSG #r%d psst %d\r\n", slash, room, words);
    else if (what < 35 && person->door == 1)
        say(person, "/MSG c%d word %d\r\n", other, words);
    else if (what < 45)
        say(person, "%sME waves at c%d\r\n", slash, other);
    else if (what < 60)
        say(person, "%sJOIN #r%d\r\n", slash, room);
    else if (what < 72)
        say(person, "%sPART #r%d well %d\r\n", slash, room, words);
    else if (what < 76)
        say(person, "%sJOIN #r%d\r\n%sTOPIC about %d\r\n", slash, room, slash, words);
    else if (what < 80)
        say(person, "%sWHO\r\n", slash);
    else if (what < 83)
        say(person, "%sWHOIS c%d\r\n", slash, other);
    else if (what < 86)
        say(person, "%sHELP\r\n%sLIST\r\n", slash, slash);
    else if (what < 93)
        say(person, "%sHAND\r\n", slash);
    else
        say(person, "%sAWAY for %d\r\n%sAWAY\r\n", slash, words, slash);
}

/* Anything else that clients do. */
static void act(struct person *person)
{
    const char *slash = person->door == 1 ? "/" : "";
    int what = chance(110);
    if (PENDING - person->pending_length < 1000)
        return;
    if (what >= 108 && is_lazy(person)) {
        person->lazy = clock_monotonic() + chance(1500) * MS;
    } else if (what >= 108) {
        person->may_leave = true;
        if (what == 108)
            shutdown(person->fd, SHUT_WR);
        else
            say(person, "%sQUIT%s enough\r\n", slash, person->door == 2 ? " :" : "");
    } else if (what >= 100) {
        say(person, "%sNICK %c%d\r\n", slash, chance(2) ? 'c' : 'd', number_of(person));
    } else if (person->door == 2) {
        act_irc(person, what);
    } else {
        act_people(person, what);
    }
}

static void *find_person(const char *address, struct transcript **transcript)
{
    int door, port;
    *transcript = NULL;
    if (sscanf(address, "127.0.0.%d:%d", &door, &port) != 2 || door < 2 || door > 4 || port < 1 || port > 65535)
        return NULL;
    struct person *person = by_port[door - 2][port];
    if (!person)
        return NULL;
    person->known = true;
    *transcript = &person->transcript;
    return person;
}

/* Pids of workers that were harmed: one may have attached since it was chosen. */
static pid_t harmed[256];
static unsigned harmed_count;

static int64_t kicked_at[CLIENTS_MAX];

static bool is_hurt(pid_t pid)
{
    for (size_t i = 0; i < sizeof harmed / sizeof *harmed; i++)
        if (pid && harmed[i] == pid)
            return true;
    return false;
}

static bool was_harmed(const struct person *person, const struct event *event)
{
    /* Whoever was to be kicked may have gone, and another with the same name have come. */
    bool kicked = event->numbers.detach.hang_up && kicked_at[number_of(person)] &&
                  clock_monotonic() - kicked_at[number_of(person)] < 2 * PATIENCE;
    return kicked || person->may_leave || is_hurt(person->pid);
}

/* An event of that person's, as it stands in the ring. */
static void tell_person(void *owner, const struct event *event)
{
    struct person *person = (struct person *)owner;
    person->user = event->source;
    person->generation = event->generation;
    if (event->type == EVENT_ATTACH &&
        world.connections[event->connection].generation == event->numbers.attach.generation)
        person->pid = world.connections[event->connection].pid;
    if (event->type == EVENT_JOIN && event->numbers.join.channel == LOBBY)
        person->in = true;
    if (event->type == EVENT_DETACH) {
        person->gone = true;
        person->in = false;
        person->at = clock_monotonic();
        if (!was_harmed(person, event))
            finding("c%d (%s, %s, user %u/%u) left%s, though nobody harmed it", number_of(person), doors[person->door],
                    event->nick, event->source, event->generation,
                    event->numbers.detach.hang_up ? " and was hung up on" : "");
    }
    const char *mark = event->type == EVENT_MESSAGE ? strstr(event->strings.message.text, "~~") : NULL;
    int who, at = 0;
    unsigned life, number;
    if (!mark || sscanf(mark, "~~%d.%u %u %n", &who, &life, &number, &at) != 3 || at == 0)
        return;
    if (who != number_of(person) || life != person->life || number >= person->said ||
        strlen(mark + at) != (size_t)filling(person, number) + 1)
        finding("the ring has what c%d.%u did not say: %s", number_of(person), person->life, mark);
    else if (number != person->told && (number < person->told || !is_quiet(person)))
        finding("the ring has number %u of c%d (%s) where number %u was to come", number, number_of(person),
                doors[person->door], person->told);
    person->told = number + 1;
}

static void hear(struct person *person, const char *line, size_t length)
{
    static const char *const names[] = {"right", "after lines that are missing", "twice", "late", "torn"};
    struct transcript *transcript = &person->transcript;
    char due[200] = "nothing\n";
    if (!person->known)
        return; /* it was refused */
    if (transcript->count > 0) {
        const struct line *next = transcript->due[transcript->first];
        snprintf(due, sizeof due, "%.*s", (int)next->length, next->bytes);
    }
    enum verdict what = transcript_hear(transcript, line, length, clock_monotonic());
    lines_heard++;
    if (what != HEARD_RIGHT) {
        faults[what]++;
        finding("c%d (%s, place %u/%u, line %llu) heard, %s: %.*s    due was: %s", number_of(person),
                doors[person->door], person->user, person->generation, (unsigned long long)transcript->lines,
                names[what], (int)length, line, due);
    }
    if (person->door == 2 && length > 5 && length < 200 && memcmp(line, "PING ", 5) == 0)
        say(person, "PONG %.*s", (int)length - 5, line + 5);
}

static void take(struct person *person)
{
    ssize_t got = recv(person->fd, person->line + person->length, LINE_SIZE - person->length, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        close(person->fd);
        person->fd = -1;
        person->ended = true;
        if (!person->gone)
            person->at = clock_monotonic();
        return;
    }
    reckon_read(&reckon, clock_monotonic()); /* what can be heard stands in the ring already */
    person->length += (size_t)got;
    char *from = person->line, *end;
    while ((end = memchr(from, '\n', (size_t)(person->line + person->length - from)))) {
        hear(person, from, (size_t)(end + 1 - from));
        from = end + 1;
    }
    person->length -= (size_t)(from - person->line);
    memmove(person->line, from, person->length);
    if (person->length == LINE_SIZE) {
        finding("c%d (%s) heard a line without end", number_of(person), doors[person->door]);
        person->length = 0;
    }
}

static void listen_all(int milliseconds)
{
    static struct pollfd fds[CLIENTS_MAX];
    int64_t now = clock_monotonic();
    for (int i = 0; i < clients; i++)
        fds[i] = (struct pollfd){.fd = people[i].lazy > now ? -1 : people[i].fd,
                                 .events = people[i].pending_length ? POLLIN | POLLOUT : POLLIN};
    int ready = poll(fds, (nfds_t)clients, milliseconds);
    reckon_read(&reckon, clock_monotonic());
    for (int i = 0; ready > 0 && i < clients; i++) {
        if (fds[i].fd < 0 || !fds[i].revents)
            continue;
        if (fds[i].revents & POLLOUT)
            flush(&people[i]);
        if (fds[i].revents & ~POLLOUT)
            take(&people[i]);
    }
}

static void come(struct person *person)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, own = to;
    socklen_t size = sizeof own;
    char *line = person->line ? person->line : transcript_must(malloc(LINE_SIZE));
    unsigned life = person->life + 1;
    int small = 4096, number = number_of(person);
    *person = (struct person){.door = number % 3, .line = line, .life = life, .at = clock_monotonic()};
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (unsigned)person->door);
    own.sin_port = 0;
    to.sin_port = htons((unsigned short)ports[person->door]);
    person->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (person->fd < 0)
        give_up("socket");
    if (is_lazy(person))
        setsockopt(person->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (bind(person->fd, (struct sockaddr *)&own, sizeof own) ||
        getsockname(person->fd, (struct sockaddr *)&own, &size) ||
        connect(person->fd, (struct sockaddr *)&to, sizeof to)) {
        close(person->fd); /* nobody listens at this moment */
        person->fd = -1;
        person->ended = true;
        return;
    }
    person->port = ntohs(own.sin_port);
    by_port[person->door][person->port] = person;
    people_came++;
    if (person->door == 2)
        say(person, "%sNICK c%d\r\nUSER c 0 * :c\r\n%sJOIN #lobby\r\n",
            number % 2 ? "CAP REQ :server-time message-tags batch echo-message\r\n" : "", number,
            number % 2 ? "CAP END\r\n" : "");
    else
        say(person, "%sNICK c%d\r\n", person->door ? "/" : "", number);
}

/* Forgets one who has gone in every way. True if the place is free. */
static bool is_over(struct person *person, int64_t now)
{
    if (person->fd >= 0 && person->gone && now - person->at > PATIENCE) {
        finding("c%d (%s) has left and is still connected", number_of(person), doors[person->door]);
        shutdown(person->fd, SHUT_RDWR);
        person->at = now;
    }
    if (!person->ended)
        return false;
    if (person->known && !person->gone) {
        if (now - person->at > PATIENCE) {
            finding("c%d (%s) was disconnected and is still here", number_of(person), doors[person->door]);
            person->at = now;
        }
        return false;
    }
    people_refused += !person->known && person->port;
    if (person->port)
        by_port[person->door][person->port] = NULL;
    transcript_free(&person->transcript);
    person->port = 0;
    return true;
}

/* What is not in order with those who live. */
static void watch_over(struct person *person, int64_t now)
{
    struct transcript *transcript = &person->transcript;
    if (person->fd < 0 || person->gone || !person->known)
        return;
    if (transcript->count > 0 && now - transcript->since > PATIENCE) {
        const struct line *line = transcript->due[transcript->first];
        finding("c%d (%s) is deaf: %zu lines are due, first: %.*s", number_of(person), doors[person->door],
                transcript->count, (int)line->length, line->bytes);
        transcript->since = now;
    }
    if (!person->in && !person->may_leave && now - person->at > PATIENCE) {
        finding("c%d (%s) was not let in", number_of(person), doors[person->door]);
        person->at = now;
    }
}

/* ---- the daemon ---- */

static pid_t daemon_pid;
static bool daemon_ready, daemon_stopping;
static const char **daemon_command;
static char home[400], log_path[500];
static off_t log_at;
static int supervisor_starts;

static void start_daemon(void)
{
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    log_at = lseek(log, 0, SEEK_END);
    daemon_ready = false;
    supervisor_starts++;
    daemon_pid = fork();
    if (daemon_pid < 0 || log < 0)
        give_up("cannot start the daemon");
    if (daemon_pid == 0) {
        int nothing = open("/dev/null", O_RDONLY);
        dup2(nothing, 0);
        dup2(log, 1);
        dup2(log, 2);
        execv(daemon_command[0], (char *const *)daemon_command);
        _exit(127);
    }
    close(log);
}

/* Looks for the line that says that the daemon is ready. */
static void watch_daemon(void)
{
    static char text[65537];
    int log = daemon_ready ? -1 : open(log_path, O_RDONLY | O_CLOEXEC);
    if (log < 0)
        return;
    ssize_t got = pread(log, text, sizeof text - 1, log_at);
    close(log);
    text[got > 0 ? got : 0] = '\0';
    daemon_ready = strncmp(text, "ready\n", 6) == 0 || strstr(text, "\nready\n");
}

/* ---- operators ---- */

static struct command_run {
    pid_t pid;
    int64_t until;
} commands[COMMANDS];
static uint64_t commands_run;
static char ctl_path[500];

static void operate(void)
{
    char a[60] = "", b[60];
    const char *arguments[8] = {ctl_path, "-r", NULL, NULL, a, NULL, NULL, NULL};
    static char run[500];
    struct person *person = &people[chance(clients)];
    int slot = 0, seconds = 60;
    while (slot < COMMANDS && commands[slot].pid)
        slot++;
    if (slot == COMMANDS || !daemon_ready)
        return;
    snprintf(run, sizeof run, "%s/run", home);
    arguments[2] = run;
    static const char *const simple[] = {"who",    "channels", "stats", "bans", "attendance",
                                         "reload", "help",     "hands", "crash"};
    arguments[3] = simple[chance(9)];
    arguments[4] = NULL;
    snprintf(a, sizeof a, "c%d", number_of(person));
    snprintf(b, sizeof b, "words %d", chance(1000));
    switch (chance(12)) {
    case 0:
    case 1:
        if (person->in && !person->gone) {
            person->may_leave = true;
            kicked_at[number_of(person)] = clock_monotonic();
            arguments[3] = "kick", arguments[4] = a, arguments[5] = b;
        }
        break;
    case 2:
    case 3:
        for (int i = 0; i < clients && !is_quiet(person); i++)
            person = &people[(number_of(person) + 1) % clients];
        snprintf(a, sizeof a, chance(3) ? "c%d" : "#r%d", chance(3) && is_quiet(person) ? number_of(person) : 5);
        arguments[3] = chance(2) ? "mute" : "unmute", arguments[4] = a;
        break;
    case 4:
        snprintf(a, sizeof a, "192.0.2.%d", chance(20));
        arguments[3] = "ban", arguments[4] = a, arguments[5] = "1m", arguments[6] = b;
        break;
    case 5:
        snprintf(a, sizeof a, "192.0.2.%d", chance(20));
        arguments[3] = "unban", arguments[4] = a;
        break;
    case 6:
        snprintf(a, sizeof a, "#r%d", chance(ROOMS));
        arguments[3] = "topic", arguments[4] = a, arguments[5] = b;
        break;
    case 7:
        arguments[3] = "wall", arguments[4] = b;
        break;
    case 8:
        arguments[3] = "tail", seconds = 0;
        break;
    case 9:
        snprintf(a, sizeof a, "2");
        arguments[3] = "top", arguments[4] = a;
        break;
    default:
        break;
    }
    int64_t now = clock_monotonic();
    commands[slot] = (struct command_run){.pid = fork(), .until = now + seconds * 1000 * MS};
    if (seconds == 0)
        commands[slot].until = -(now + chance(10000) * MS); /* tail: ended by us */
    if (commands[slot].pid == 0) {
        int nothing = open("/dev/null", O_RDWR);
        for (int i = 0; i < 3; i++)
            dup2(nothing, i);
        execv(ctl_path, (char *const *)arguments);
        _exit(127);
    }
    commands_run++;
}

static void reap(void)
{
    int status;
    pid_t pid;
    int64_t now = clock_monotonic();
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < COMMANDS; i++)
            if (commands[i].pid == pid)
                commands[i].pid = 0;
        if (pid == daemon_pid) {
            daemon_pid = 0;
            if (!daemon_stopping || !WIFEXITED(status) || WEXITSTATUS(status))
                finding("the daemon ended with %s %d", WIFEXITED(status) ? "status" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        }
    }
    for (int i = 0; i < COMMANDS; i++) {
        int64_t until = commands[i].until;
        if (commands[i].pid && now > (until < 0 ? -until : until)) {
            if (until > 0)
                finding("forkchatctl did not end for a minute");
            kill(commands[i].pid, SIGKILL);
        }
    }
}

/* ---- harm ---- */

enum victim { WORKER, NEWBORN, COURIER, CONTROL, SERVICE, SUPERVISOR, VICTIMS };
enum way { KILLED, CRASHED, STOPPED_SHORT, STOPPED_LONG, EXECUTED, WAYS };

static const char *const victims[] = {"workers", "starting", "couriers", "controls", "services", "supervisor"};
static uint64_t harms[VICTIMS][WAYS];
static bool spare_couriers, harm_supervisor;

static struct stopped {
    pid_t pid;
    int64_t until;
} stopped[STOPPED];

static void wake_stopped(bool all)
{
    int64_t now = clock_monotonic();
    for (int i = 0; i < STOPPED; i++) {
        if (stopped[i].pid && (all || now >= stopped[i].until)) {
            if (getsid(stopped[i].pid) == getsid(0))
                kill(stopped[i].pid, SIGCONT);
            stopped[i].pid = 0;
        }
    }
}

static void harm_process(pid_t pid, enum victim victim)
{
    int dice = chance(100), slot = 0;
    enum way way = dice < 35 ? KILLED : dice < 60 ? CRASHED : dice < 85 ? STOPPED_SHORT : STOPPED_LONG;
    while (slot < STOPPED && stopped[slot].pid)
        slot++;
    if (way >= STOPPED_SHORT && slot == STOPPED)
        way = KILLED;
    harmed[harmed_count++ % 256] = pid;
    harms[victim][way]++;
    if (way == KILLED || way == CRASHED) {
        kill(pid, way == KILLED ? SIGKILL : SIGSEGV);
        return;
    }
    int64_t most = way == STOPPED_SHORT                  ? chance(50)
                   : victim == COURIER && chance(8) == 0 ? 12000
                                                         : 1500 + chance(2000);
    stopped[slot] = (struct stopped){pid, clock_monotonic() + most * MS};
    kill(pid, SIGSTOP);
}

static void harm_worker(void)
{
    uint32_t slot = (uint32_t)chance((int)reckon.end);
    reckon_read(&reckon, clock_monotonic());
    const struct place *place = &reckon.places[slot];
    const struct connection_shm *record = &world.connections[slot];
    struct person *person = (struct person *)place->owner;
    pid_t pid = record->pid;
    if (!place->here || !person || person->gone || record->generation != place->generation || pid <= 1 ||
        getsid(pid) != getsid(0))
        return;
    person->may_leave = true;
    harm_process(pid, WORKER);
}

static void harm_titled(const char *title, enum victim victim)
{
    static pid_t pids[CLIENTS_MAX];
    int count = processes_titled(title, pids, CLIENTS_MAX);
    if (count > 0)
        harm_process(pids[chance(count)], victim);
}

/* ---- users who have no connection for a while ---- */

#define ABSENT 6

static struct absent {
    uint32_t user, generation;
    int64_t until; /* 0: free */
} absent[ABSENT];
static uint64_t detached;

/* Somebody loses the connection and stays, as one who may come back. The client comes again at once as somebody else,
 * so the name is given up. */
static void detach_somebody(void)
{
    static unsigned number;
    int slot = chance(ABSENT);
    uint32_t channels[EVENT_CHANNELS], connection = (uint32_t)chance((int)reckon.end);
    struct person *person;
    if (absent[slot].until)
        return;
    txn_begin(&txn, EVENT_NEED_MAX + EVENT_NEED_LEAVE);
    reckon_read(&reckon, clock_monotonic());
    person = (struct person *)reckon.places[connection].owner;
    uint32_t user = world.connections[connection].user;
    if (reckon.places[connection].here && person && !person->gone && connection_is_open_locked(&world, connection) &&
        world.users[user].state == USER_PRESENT) {
        char nick[NICK_SIZE];
        snprintf(nick, sizeof nick, "absent%u", number++);
        struct event event = event_of_locked(&world, EVENT_NICK, user);
        event.strings.nick.to = nick;
        event.audience = AUDIENCE_COMMON;
        event.flags |= EVENT_LOBBY;
        event.channels = channels;
        event.channel_count = event_channels_locked(&world, user, channels);
        event_publish_locked(&world, &event);
        user_rename_locked(&world, user, nick);
        event_detach_locked(&world, connection, true);
        person->may_leave = true;
        absent[slot] = (struct absent){user, world.users[user].generation, clock_monotonic() + chance(6000) * MS};
        detached++;
    }
    txn_commit(&txn);
    txn_wake_readers(&txn);
}

/* Those whose time is up leave for good: they are still there, whoever died meanwhile. */
static void end_absences(int64_t now)
{
    for (int i = 0; i < ABSENT; i++) {
        const struct user_shm *user = &world.users[absent[i].user];
        if (absent[i].until == 0 || now < absent[i].until)
            continue;
        txn_begin(&txn, EVENT_NEED_LEAVE);
        if (user->generation != absent[i].generation || user->state != USER_PRESENT || user->connection_count)
            finding("a user without a connection was lost: %u/%u is %u/%u with %u", absent[i].user,
                    absent[i].generation, user->state, user->generation, user->connection_count);
        else
            chat_leave_locked(&world, absent[i].user, QUIT_LOST, "", "");
        txn_commit(&txn);
        txn_wake_readers(&txn);
        absent[i].until = 0;
    }
}

/* Waiting for the next child of the supervisor's, to harm it as young as it is: whoever comes in now, or takes a dead
 * courier's place. */
static pid_t hunt_after;
static int64_t hunt_until;

static void hunt(int milliseconds)
{
    hunt_after = process_newest_child(daemon_pid);
    hunt_until = clock_monotonic() + milliseconds * MS;
}

static bool is_hunting(void)
{
    pid_t pid = hunt_until ? process_newest_child(daemon_pid) : 0;
    if (pid && pid != hunt_after) {
        int64_t until = clock_monotonic() + chance(3000) * MS / 1000;
        while (clock_monotonic() < until)
            continue;
        harm_process(pid, NEWBORN);
        hunt_until = 0;
    }
    if (clock_monotonic() >= hunt_until)
        hunt_until = 0;
    return hunt_until != 0;
}

/* The couriers that nothing has happened to: one that was harmed may be about to die of it. */
static int healthy_couriers(pid_t *pids, int most)
{
    int count = processes_titled("forkchatd: courier", pids, most);
    for (int k = 0; k < count;)
        if (is_hurt(pids[k]))
            pids[k] = pids[--count];
        else
            k++;
    return count;
}

/* Not the last of them: a session without any is lost with its supervisor. */
static void harm_one_courier(void)
{
    pid_t pids[8];
    int count = healthy_couriers(pids, 8);
    if (count > 1 && !spare_couriers)
        harm_process(pids[chance(count)], COURIER);
}

/* The supervisor dies, and others while there is none; or it is to execute itself. */
static void harm_daemon(void)
{
    pid_t couriers[8];
    bool again = chance(2);
    if (!again && healthy_couriers(couriers, 8) < 2) /* another may just be making way */
        return;
    harms[SUPERVISOR][again ? EXECUTED : KILLED]++;
    if (again) {
        kill(daemon_pid, SIGUSR2);
        return;
    }
    kill(daemon_pid, SIGKILL);
    waitpid(daemon_pid, NULL, 0);
    int64_t until = clock_monotonic() + chance(500) * MS;
    bool courier = chance(4) == 0;
    while (clock_monotonic() < until) {
        listen_all(5);
        if (chance(20) == 0)
            harm_worker();
        if (courier && chance(20) == 0) {
            harm_one_courier();
            courier = false;
        }
    }
    start_daemon();
}

/* What they know outlives them: what was said, and whose names are whose. */
static const char *const services[] = {"forkchatd: keeper", "forkchatd: collector", "forkchatd: archivist"};

static void harm(void)
{
    int dice = chance(100);
    if (!daemon_ready || daemon_pid == 0)
        return;
    if (chance(8) == 0)
        hunt(300);
    if (chance(6) == 0 && reckon.end > 0)
        detach_somebody();
    if (dice < 3 && harm_supervisor)
        harm_daemon();
    else if (dice < 20 && !spare_couriers)
        harm_titled("forkchatd: courier", COURIER);
    else if (dice < 30)
        harm_titled("forkchatd: control", CONTROL);
    else if (dice < 36)
        harm_titled(services[chance(3)], SERVICE);
    else if (reckon.end > 0)
        harm_worker();
}

/* ---- the whole ---- */

static void check_tables(void)
{
    txn_begin_look(&txn);
    const char *wrong = world_check_locked(&world);
    txn_commit(&txn);
    if (wrong)
        finding("the tables are not whole: %s", wrong);
}

/* Connections, and users without one. */
static uint32_t places_taken(void)
{
    uint32_t count = 0;
    txn_begin_look(&txn);
    for (uint32_t i = 0; i < world_users_end_locked(&world); i++)
        count += world.users[i].state != USER_FREE && world.users[i].connection_count == 0;
    for (uint32_t i = 0; i < world_connections_end_locked(&world); i++)
        count += world.connections[i].state != CONNECTION_FREE;
    txn_commit(&txn);
    return count;
}

/* What is to be the same before the first client and after the last. */
struct sizes {
    int processes, descriptors, courier_descriptors;
    long memory;
};

static struct sizes measure(void)
{
    pid_t pids[CLIENTS_MAX];
    struct sizes sizes = {.processes = processes_titled("forkchatd", pids, CLIENTS_MAX),
                          .descriptors = process_descriptors(daemon_pid),
                          .memory = process_memory(daemon_pid)};
    int couriers = processes_titled("forkchatd: courier", pids, CLIENTS_MAX);
    for (int i = 0; i < couriers; i++)
        sizes.courier_descriptors += process_descriptors(pids[i]);
    return sizes;
}

/* Once every process has got its title. */
static struct sizes measure_new(void)
{
    pid_t pids[CLIENTS_MAX];
    for (int i = 0; i < 3000; i++) {
        if (processes_titled("forkchatd: supervisor", pids, CLIENTS_MAX) == 1 &&
            processes_titled("forkchatd: courier", pids, CLIENTS_MAX) > 0)
            break;
        clock_sleep(10);
    }
    return measure();
}

static int count_living(void)
{
    int count = 0;
    for (int i = 0; i < clients; i++)
        count += people[i].fd >= 0 && people[i].in;
    return count;
}

static void show_progress(void)
{
    uint64_t killed = 0;
    for (int i = 0; i < VICTIMS; i++)
        killed += harms[i][KILLED] + harms[i][CRASHED];
    printf("%4.0f s: %d clients are in, %llu came; %llu lines said, %llu heard; %llu killed; supervisor %d "
           "descriptors, %ld KiB; %d findings\n",
           (double)(clock_monotonic() - started) / 1e9, count_living(), (unsigned long long)people_came,
           (unsigned long long)lines_said, (unsigned long long)lines_heard, (unsigned long long)killed,
           process_descriptors(daemon_pid), process_memory(daemon_pid), findings);
}

static void show_summary(void)
{
    static const char *const ways[] = {"killed", "crashed", "stopped shortly", "stopped long", "re-executed"};
    for (int i = 0; i < VICTIMS; i++) {
        printf("%-10s", victims[i]);
        for (int k = 0; k < WAYS; k++)
            printf(" %6llu %s", (unsigned long long)harms[i][k], ways[k]);
        printf("\n");
    }
    printf("%llu clients came, %llu were refused or died at the door; %llu commands of operators; %d supervisors\n",
           (unsigned long long)people_came, (unsigned long long)people_refused, (unsigned long long)commands_run,
           supervisor_starts);
    printf("%llu users were without a connection for a while\n", (unsigned long long)detached);
    printf("%llu lines said, %llu heard: missing before %llu, twice %llu, late %llu, torn %llu; findings %d\n",
           (unsigned long long)lines_said, (unsigned long long)lines_heard, (unsigned long long)faults[HEARD_MISSING],
           (unsigned long long)faults[HEARD_TWICE], (unsigned long long)faults[HEARD_LATE],
           (unsigned long long)faults[HEARD_TORN], findings);
}

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
    (void)signal;
    interrupted = 1;
}

static int free_port(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) || getsockname(fd, (struct sockaddr *)&own, &size))
        give_up("no port");
    close(fd);
    return ntohs(own.sin_port);
}

static void prepare(char **argv)
{
    static char options[3][60], run[500];
    const char **at = transcript_must(calloc(200, sizeof *at));
    daemon_command = at;
    for (int i = 0; i < 180 && argv[i]; i++)
        *at++ = argv[i];
    for (int i = 0; i < 3; i++) {
        ports[i] = free_port();
        snprintf(options[i], sizeof options[i], "listen %s 127.0.0.1:%d", doors[i], ports[i]);
        *at++ = "-o";
        *at++ = options[i];
    }
    snprintf(log_path, sizeof log_path, "%s/log", home);
    snprintf(ctl_path, sizeof ctl_path, "%.*s/forkchatctl", (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
    start_daemon();
    for (int i = 0; i < 6000 && !daemon_ready; i++) {
        clock_sleep(10);
        watch_daemon();
        reap();
        if (daemon_pid == 0)
            break;
    }
    snprintf(run, sizeof run, "%s/run", home);
    if (!daemon_ready)
        give_up("the daemon did not get ready");
    if (observer_attach(run, &txn, &world))
        give_up("the region");
    reckon.find = find_person;
    reckon.tell = tell_person;
    reckon_begin(&reckon, &world);
}

/* One round: whoever is missing comes, somebody does something, what is due is heard. */
static void live(int64_t now, int64_t interval)
{
    static int64_t next_act, next_come, next_check, next_command;
    wake_stopped(false);
    watch_daemon();
    reap();
    end_absences(now);
    if (now >= next_come && daemon_ready) {
        next_come = now + 10 * MS;
        for (int i = 0, from = chance(clients); i < clients; i++) {
            struct person *person = &people[(from + i) % clients];
            if (person->fd < 0 && is_over(person, now)) {
                come(person);
                break;
            }
        }
    }
    for (int i = 0; i < 10 && now >= next_act; i++) {
        struct person *person = &people[chance(clients)];
        if (person->fd < 0 || !person->in)
            continue;
        next_act = now + interval;
        if (chance(10) < 7)
            speak(person);
        else
            act(person);
    }
    if (now >= next_command) {
        next_command = now + chance(1000) * MS;
        operate();
    }
    if (now >= next_check) {
        next_check = now + 2000 * MS;
        check_tables();
        for (int i = 0; i < clients; i++) {
            watch_over(&people[i], now);
            if (people[i].fd >= 0)
                is_over(&people[i], now);
        }
        if (reckon.missed) {
            finding("this program was too slow: %llu events missed", (unsigned long long)reckon.missed);
            exit(2);
        }
    }
    listen_all(is_hunting() ? 0 : 2);
}

/* True when everything that was said has been heard. */
static bool is_calm(void)
{
    for (int i = 0; i < clients; i++) {
        const struct person *person = &people[i];
        if (person->fd < 0 || person->gone || person->may_leave)
            continue;
        if (!person->in || person->pending_length || person->transcript.count ||
            (!is_quiet(person) && person->told != person->said))
            return false;
    }
    return true;
}

static void settle(void)
{
    int64_t end = clock_monotonic() + PATIENCE;
    wake_stopped(true);
    for (int i = 0; i < clients; i++)
        people[i].lazy = 0;
    while (clock_monotonic() < end && (!is_calm() || !daemon_ready)) {
        listen_all(10);
        watch_daemon();
        reap();
    }
    for (int i = 0; i < clients; i++) {
        const struct person *person = &people[i];
        if (person->fd < 0 || person->gone || person->may_leave)
            continue;
        if (!person->in || person->pending_length || person->transcript.count)
            finding("c%d (%s) did not hear everything: %zu lines are due", number_of(person), doors[person->door],
                    person->transcript.count);
        else if (!is_quiet(person) && person->told != person->said)
            finding("c%d (%s) said %u lines, of which %u were published", number_of(person), doors[person->door],
                    person->said, person->told);
    }
    check_tables();
}

/* Everybody leaves, and nothing may be left of them. */
static void empty(const struct sizes *before)
{
    int64_t end = clock_monotonic() + PATIENCE;
    struct sizes after;
    for (int i = 0; i < COMMANDS; i++)
        if (commands[i].pid)
            kill(commands[i].pid, SIGKILL);
    for (int i = 0; i < clients; i++) {
        people[i].may_leave = true;
        if (people[i].fd >= 0)
            shutdown(people[i].fd, SHUT_WR);
    }
    end_absences(INT64_MAX);
    do {
        listen_all(10);
        reap();
        for (int i = 0; i < clients; i++)
            is_over(&people[i], clock_monotonic());
        after = measure();
    } while (clock_monotonic() < end &&
             (places_taken() > 0 || after.processes != before->processes || after.descriptors != before->descriptors ||
              after.courier_descriptors != before->courier_descriptors));
    printf("before and after: %d and %d processes, supervisor %d and %d descriptors, %ld and %ld KiB; couriers %d and "
           "%d descriptors\n",
           before->processes, after.processes, before->descriptors, after.descriptors, before->memory, after.memory,
           before->courier_descriptors, after.courier_descriptors);
    if (places_taken() > 0)
        finding("%u places are not free", places_taken());
    if (after.processes != before->processes)
        finding("there were %d processes, and are %d", before->processes, after.processes);
    if (after.descriptors != before->descriptors || after.courier_descriptors != before->courier_descriptors)
        finding("descriptors are left open");
    if (after.memory > before->memory + 8192)
        finding("the supervisor has grown by %ld KiB", after.memory - before->memory);
    check_tables();
}

static void stop_daemon(void)
{
    pid_t left[CLIENTS_MAX];
    int64_t end = clock_monotonic() + PATIENCE;
    int count;
    struct txn gone;
    daemon_stopping = true;
    kill(daemon_pid, SIGTERM);
    while ((daemon_pid || processes_titled("", left, CLIENTS_MAX) > 0) && clock_monotonic() < end) {
        reap();
        clock_sleep(10);
    }
    count = processes_titled("", left, CLIENTS_MAX);
    if (count > 0)
        finding("%d processes are left", count);
    for (int i = 0; i < count; i++)
        kill(left[i], SIGKILL);
    if (txn_open(&gone, txn.region.name, WORLD_LAYOUT) == 0) {
        finding("shared memory is left");
        region_unlink(txn.region.name);
    }
}

int main(int argc, char **argv)
{
    if (argc < 6 || !strchr(argv[5], '/')) {
        fprintf(stderr, "usage: chaos SECONDS SEED CLIENTS HOME FORKCHATD OPTION...\n");
        return 64;
    }
    const char *rate = getenv("RATE"), *wanted = getenv("COURIERS"), *wild = getenv("SUPERVISOR");
    int64_t interval = 1000000000 / (rate && atoi(rate) > 0 ? atoi(rate) : 150);
    spare_couriers = wanted && strcmp(wanted, "0") == 0;
    harm_supervisor = wild && strcmp(wild, "1") == 0;
    srand((unsigned)atoi(argv[2]));
    clients = atoi(argv[3]) < CLIENTS_MAX ? atoi(argv[3]) : CLIENTS_MAX;
    snprintf(home, sizeof home, "%s", argv[4]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    setsid();
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    started = clock_monotonic();
    for (int i = 0; i < clients; i++) {
        people[i].fd = -1;
        people[i].ended = true;
    }
    prepare(argv + 5);
    struct sizes before = measure_new();

    int64_t begun = 0, harmed_at = 0, shown = 0, now;
    int64_t length = atoi(argv[1]) * INT64_C(1000000000);
    while (!interrupted && findings < FINDINGS_MAX && ((now = clock_monotonic()) < begun + length || !begun)) {
        if (!begun && (count_living() == clients || now - started > PATIENCE)) {
            begun = now;
            printf("%d clients are in\n", count_living());
        }
        if (begun && now >= harmed_at) {
            harmed_at = now + (20 + chance(180)) * MS;
            harm();
        }
        if (now - shown > 60000 * MS) {
            shown = now;
            show_progress();
        }
        live(now, interval);
    }
    settle();
    int living = count_living();
    empty(&before);
    stop_daemon();
    printf("%d clients lived\n", living);
    show_summary();
    return findings > 0 ? 1 : 0;
}
