/* Sessions that lose their connection and come back, with the test as the other side. */
#include <signal.h>
#include <string.h>

#include "check.h"
#include "conversation.h"

/* In #x, as somebody who comes back when the connection breaks. */
static void stay(const char *channel)
{
    start_irc(channel);
    options.reconnect = true;
    receive(":s CAP * LS :\r\n:s 001 alice :welcome\r\n:alice!u@h JOIN #x\r\n");
    sent();
}

/* The other side goes; what the session still wrote is lost. */
static void lose(void)
{
    close(server);
    session_work(&session, POLLIN);
    CHECK(session.state != SESSION_ENDED && session.connection.state == CONNECTION_NONE &&
          session.state != SESSION_READY);
}

/* And is there again. */
static void come_back(const char *welcome)
{
    meet();
    receive(welcome);
}

static int has_shown(const char *name, const char *text)
{
    const struct window *window = *name ? windows_find(&session.windows, name) : session.windows.list[0];
    for (uint64_t i = window->total - window->count; i < window->total; i++)
        if (strstr(window_line(window, i)->text, text))
            return 1;
    printf("# %s never showed: %s\n", name, text);
    return 0;
}

static void queue_waits(void)
{
    stay("#x");
    pace_init(&session.pace, 1, 60);
    input_take_line(&session, "one", false);
    input_take_line(&session, "two", false);
    input_take_line(&session, "three", false);
    CHECK(strcmp(sent(), "PRIVMSG #x :one\r\nPING :arrived\r\n") == 0);
    receive(":s PONG s :arrived\r\n");
    lose();
    input_take_line(&session, "four", false);
    CHECK(has_shown("#x", "this waits until everything is joined again: four"));
    session.pace.rate.count = 0;
    come_back(":s 001 alice :welcome\r\n");
    CHECK(!strstr(sent(), "PRIVMSG"));
    receive(":alice!u@h JOIN #x\r\n");
    CHECK(strcmp(sent(), "PRIVMSG #x :two\r\nPRIVMSG #x :three\r\nPRIVMSG #x :four\r\nPING :arrived\r\n") == 0);
    end();
}

static void nothing_before_joined(void)
{
    stay("#x");
    input_take_line(&session, "one", false);
    sent();
    receive(":s PONG s :arrived\r\n");
    lose();
    input_take_line(&session, "two", false);
    input_take_line(&session, "/topic a new one", false);
    input_take_line(&session, "//three", false);
    input_take_line(&session, "/msg bob four", false);
    meet();
    receive(":s CAP * LS :\r\n");
    CHECK(strcmp(sent(), "CAP LS 302\r\nNICK alice\r\nUSER alice 0 * :Alice\r\nCAP END\r\n") == 0);
    input_take_line(&session, "five", false);
    receive(":s 001 alice :welcome\r\n");
    CHECK(strcmp(sent(), "JOIN #x\r\n") == 0);
    input_take_line(&session, "six", false);
    CHECK(strcmp(sent(), "") == 0);
    receive(":alice!u@h JOIN #x\r\n");
    CHECK(strcmp(sent(), "PRIVMSG #x :two\r\nTOPIC #x :a new one\r\nPRIVMSG #x :/three\r\nPRIVMSG bob :four\r\n"
                         "PRIVMSG #x :five\r\nPRIVMSG #x :six\r\nPING :arrived\r\n") == 0);
    receive(":s PONG s :arrived\r\n");
    CHECK(strcmp(sent(), "") == 0);
    end();
}

static void unknown_is_told(void)
{
    stay("#x");
    input_take_line(&session, "surely", false);
    CHECK(strcmp(sent(), "PRIVMSG #x :surely\r\nPING :arrived\r\n") == 0);
    receive(":s PONG s :arrived\r\n");
    input_take_line(&session, "perhaps", false);
    CHECK(strcmp(sent(), "PRIVMSG #x :perhaps\r\n") == 0); /* the next question can wait */
    lose();
    CHECK(has_shown("#x", "it is not known whether this has arrived: perhaps"));
    come_back(":s 001 alice :welcome\r\n:alice!u@h JOIN #x\r\n");
    CHECK(!strstr(sent(), "PRIVMSG"));
    end();
}

/* The system takes nothing more, because the other side does not read. */
static void unwritten_is_sent(void)
{
    char drain[4096];
    int count = 400, next = 0;
    stay("#x");
    while (write(session.connection.fd, drain, sizeof drain) > 0)
        ;
    for (int i = 0; i < count; i++) {
        char line[32];
        snprintf(line, sizeof line, "%03d", i);
        input_take_line(&session, line, false);
    }
    session_work(&session, 0);
    session_work(&session, 0);
    CHECK(connection_waiting(&session.connection) > 0 && pace_count(&session.pace) > 300);
    lose();
    CHECK((int)pace_count(&session.pace) == count);
    come_back(":s 001 alice :welcome\r\n:alice!u@h JOIN #x\r\n");
    for (int turns = 0; turns < 1000 && next < count; turns++) {
        session_work(&session, 0);
        session_work(&session, 0);
        ssize_t got = read(server, drain, sizeof drain - 1);
        drain[got > 0 ? got : 0] = '\0';
        for (const char *at = drain; (at = strstr(at, "#x :")); at++, next++)
            CHECK(atoi(at + 4) == next);
        if (strstr(drain, "PING"))
            receive(":s PONG s :arrived\r\n");
    }
    CHECK(next == count);
    end();
}

static void passwords(void)
{
    stay("#x");
    input_take_line(&session, "/oper me sesame", false);
    input_take_line(&session, "/msg NickServ identify sesame", false);
    input_take_line(&session, "let it pass whole", false);
    sent();
    lose();
    CHECK(has_shown("", "it is not known whether this has arrived: OPER …"));
    CHECK(has_shown("#x", "it is not known whether this has arrived: let it pass whole"));
    input_take_line(&session, "/join #k sesame", false);
    input_take_line(&session, "/oper me sesame", false);
    for (int w = 0; w < session.windows.count; w++)
        for (uint64_t i = 0; i < session.windows.list[w]->total; i++)
            CHECK(session.windows.list[w]->kind == WINDOW_QUERY ||
                  !strstr(window_line(session.windows.list[w], i)->text, "sesame"));
    end();
}

static void who_we_are(void)
{
    stay("#x");
    input_take_line(&session, "/nick zoe", false);
    receive(":alice!u@h NICK :zoe\r\n");
    input_take_line(&session, "/away at lunch", false);
    input_take_line(&session, "/join #kk,#plain,#none sesame,,x", false);
    receive(":zoe!u@h JOIN #kk\r\n:zoe!u@h JOIN #plain\r\n:s 403 zoe #none :No\r\n");
    input_take_line(&session, "/join #left", false);
    receive(":zoe!u@h JOIN #left\r\n:zoe!u@h PART #left\r\n");
    receive(":bob!b@h MODE #plain +ok-v zoe new bob\r\n:bob!b@h MODE #kk -lk+o *\r\n:bob!b@h MODE #kk +lk 5 other\r\n");
    receive(":zoe!u@h JOIN #out\r\n:bob!b@h KICK #out zoe\r\n");
    CHECK(has_shown("#out", "bob has kicked you out"));
    lose();
    meet();
    CHECK(strcmp(sent(), "CAP LS 302\r\nNICK zoe\r\nUSER alice 0 * :Alice\r\n") == 0);
    receive(":s 001 zoe :welcome\r\n");
    CHECK(strcmp(sent(), "AWAY :at lunch\r\nJOIN #x\r\nJOIN #kk other\r\nJOIN #plain new\r\n") == 0);
    receive(":zoe!u@h JOIN #x\r\n:s 475 zoe #kk :Cannot join\r\n");
    CHECK(session.state != SESSION_READY);
    receive(":zoe!u@h JOIN #plain\r\n");
    CHECK(session.state == SESSION_READY);
    end();
}

static void a_ghost(void)
{
    stay("#x");
    lose();
    meet();
    sent();
    receive(":s 433 * alice :in use\r\n");
    CHECK(strcmp(sent(), "NICK alice_\r\n") == 0);
    receive(":s 001 alice_ :welcome\r\n:alice_!u@h JOIN #x\r\n:s 353 alice_ = #x :alice alice_\r\n");
    sent();
    receive(":bob!b@h QUIT :bye\r\n");
    CHECK(strcmp(sent(), "") == 0);
    receive(":alice!u@h QUIT :Ping timeout\r\n");
    CHECK(strcmp(sent(), "NICK alice\r\n") == 0);
    end();
}

static void the_right_window(void)
{
    stay("#x");
    receive(":alice!u@h JOIN #y\r\n");
    lose();
    input_take_line(&session, "/window #x", false);
    input_take_line(&session, "in x", false);
    input_take_line(&session, "/window #y", false);
    input_take_line(&session, "in y", false);
    input_take_line(&session, "/window 1", false);
    input_take_line(&session, "to nobody", false);
    input_take_line(&session, "/window #x", false);
    come_back(":s 001 alice :welcome\r\n:alice!u@h JOIN #x\r\n:alice!u@h JOIN #y\r\n");
    CHECK(strstr(sent(), "PRIVMSG #x :in x\r\nPRIVMSG #y :in y\r\nPING"));
    CHECK(strcmp(windows_current(&session.windows)->name, "#x") == 0);
    CHECK(has_shown("", "there is nobody to say it to here"));
    end();
}

static void early_lines(void)
{
    start_irc("#x");
    options.reconnect = true;
    input_take_line(&session, "hello", false);
    receive(":s 001 alice :welcome\r\n");
    sent();
    receive(":alice!u@h JOIN #x\r\n");
    CHECK(strncmp(sent(), "PRIVMSG #x :hello\r\n", 19) == 0);
    end();
}

static void leaving_meanwhile(void)
{
    stay("#x");
    lose();
    input_take_line(&session, "one", false);
    input_take_line(&session, "two", false);
    input_take_line(&session, "/quit", false);
    CHECK(session.state == SESSION_ENDED && strcmp(session.farewell, "left; 2 lines were not sent") == 0);
    end();
}

/* At the plain and talk doors nothing is said before all is answered: where a channel was refused, others would read
 * it. */
static void doors_return(void)
{
    begin(DOOR_PLAIN, "#x");
    options.reconnect = true;
    sent();
    receive("[server] you are now alice\n");
    answer_arrival("#x");
    input_take_line(&session, "/nick zoe", false);
    receive("[server] you are now zoe\n");
    input_take_line(&session, "/away lunch", false);
    input_take_line(&session, "/join #kk sesame", false);
    receive("[server] you are now talking in #kk\n");
    CHECK(strcmp(session.nick, "zoe") == 0);
    input_take_line(&session, "/join #y", false);
    receive("[server] you are now talking in #y\n");
    input_take_line(&session, "/part #y", false);
    receive("[server] you left #y\n");
    input_take_line(&session, "/join #kk", false);
    receive("[server] you are now talking in #kk\n");
    input_take_line(&session, "/part #lobby", false);
    receive("[server] you left #lobby\n");
    sent();
    answer_arrival("");
    input_take_line(&session, "perhaps", false);
    sent();
    lose();
    CHECK(has_shown("", "it is not known whether this has arrived: SAY perhaps"));
    input_take_line(&session, "one", false);
    meet();
    CHECK(sent_at_arrival("NICK zoe\nAWAY lunch\nJOIN #x\nJOIN #kk sesame\nPART #lobby\n"));
    input_take_line(&session, "two", false);
    receive("[server] the nick zoe is taken: try another\n");
    CHECK(strcmp(sent(), "NICK zoe_\n") == 0);
    receive("[server] you are now talking in #x\n");
    CHECK(strcmp(sent(), "") == 0);
    answer_arrival("#kk");
    CHECK(sent_at_arrival("SAY one\nSAY two\n"));
    receive("[server] you are now zoe_\n[server] zoe has left\n");
    CHECK(strcmp(sent(), "NICK zoe\n") == 0);
    end();
}

static void doors_refuse(void)
{
    begin(DOOR_TALK, "#x");
    options.reconnect = true;
    sent();
    answer_arrival("#x");
    lose();
    input_take_line(&session, "secret", false);
    meet();
    CHECK(sent_at_arrival("/nick alice\n/join #x\n"));
    receive("[server] #x has a key: /JOIN #x <key>\r\n");
    answer_arrival("");
    CHECK(strcmp(sent(), "") == 0 &&
          has_shown("", "you are not in #x: /join #x or another; this was not said: secret"));
    input_take_line(&session, "/me whispers", false);
    CHECK(strcmp(sent(), "") == 0);
    input_take_line(&session, "/join #x sesame", false);
    receive("[server] you are now talking in #x\r\n");
    CHECK(sent_at_arrival("/join #x sesame\n"));
    input_take_line(&session, "here", false);
    CHECK(strcmp(sent(), "here\n") == 0);
    end();
}

/* --- states --- */

enum event { DIAL, CONNECT, JOINED, LOSE, TIME, LEAVE, END, EVENTS };

/* Somebody who comes back, in that state. */
static void put_into(enum session_state state)
{
    begin(DOOR_IRC, NULL);
    options.reconnect = true;
    strcpy(options.port, "1");
    options.host[0] = '\0';
    switch (state) {
    case SESSION_UNCONNECTED:
        close(server);
        session_work(&session, POLLIN);
        break;
    case SESSION_DIALLING:
        session_dial(&session);
        break;
    case SESSION_ARRIVING:
        break;
    case SESSION_READY:
    case SESSION_LEAVING:
        session_make_ready(&session);
        if (state == SESSION_LEAVING)
            session_leave(&session, "");
        break;
    case SESSION_ENDED:
        session_end(&session, 0, "%s", "");
        break;
    }
    CHECK(session.state == state);
}

static void happen(enum event event)
{
    switch (event) {
    case DIAL:
        session_dial(&session);
        break;
    case CONNECT:
        meet();
        break;
    case JOINED:
        session_make_ready(&session);
        break;
    case LOSE:
        close(server);
        session_work(&session, POLLIN);
        break;
    case TIME:
        session.until = session.until ? 1 : 0;
        session_work(&session, 0);
        break;
    case LEAVE:
        session_leave(&session, "");
        break;
    case END:
        session_end(&session, 0, "%s", "");
        break;
    case EVENTS:
        break;
    }
}

/* What leads from one state to another, as the table in src/client/session.c has it; NONE: that cannot happen there. */
static void every_transition(void)
{
    enum {
        U = SESSION_UNCONNECTED,
        D = SESSION_DIALLING,
        A = SESSION_ARRIVING,
        R = SESSION_READY,
        L = SESSION_LEAVING,
        E = SESSION_ENDED,
        NONE = -1
    };
    static const int table[][EVENTS] = {
        /*                       DIAL  CONNECT JOINED LOSE  TIME  LEAVE END */
        [SESSION_UNCONNECTED] = {D, A, U, U, D, E, E},    [SESSION_DIALLING] = {D, NONE, D, NONE, NONE, E, E},
        [SESSION_ARRIVING] = {NONE, NONE, R, U, A, L, E}, [SESSION_READY] = {NONE, NONE, R, U, R, L, E},
        [SESSION_LEAVING] = {NONE, NONE, L, E, E, E, E},  [SESSION_ENDED] = {NONE, NONE, E, E, E, E, E},
    };
    for (int state = 0; state <= SESSION_ENDED; state++)
        for (int event = 0; event < EVENTS; event++) {
            if (table[state][event] == NONE)
                continue;
            put_into((enum session_state)state);
            happen((enum event)event);
            if ((int)session.state != table[state][event])
                printf("# from %d by %d to %d\n", state, event, (int)session.state);
            CHECK((int)session.state == table[state][event]);
            end();
        }
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    CASE("what waits in the queue waits on while there is no connection", queue_waits);
    CASE("what was typed while disconnected is sent after everything is joined, in order, once", nothing_before_joined);
    CASE("what may not have arrived is told, and not sent twice", unknown_is_told);
    CASE("what never left is sent again, in order", unwritten_is_sent);
    CASE("no password is shown again", passwords);
    CASE("nick, absence, channels and their keys are as before", who_we_are);
    CASE("a nick that our lost connection still has is taken back when it is free", a_ghost);
    CASE("each line goes where it was typed", the_right_window);
    CASE("what is typed before the first channel is joined is said there", early_lines);
    CASE("who leaves meanwhile is told how much was not sent", leaving_meanwhile);
    CASE("at the plain and talk doors all is as before, too", doors_return);
    CASE("what was for a channel that cannot be joined again is not said elsewhere", doors_refuse);
    CASE("a session goes from each state where it is to go, whatever happens", every_transition);
    CHECK_DONE();
}
