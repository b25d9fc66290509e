/* Sessions, with the test as the other side: what is sent, what is shown. */
#include <string.h>
#include <sysexits.h>

#include "base/text.h"
#include "base/width.h"
#include "check.h"
#include "client/frame.h"
#include "client/message.h"
#include "client/view.h"
#include "conversation.h"

static void registering(void)
{
    start_irc("#x");
    CHECK(strcmp(sent(), "CAP LS 302\r\nNICK alice\r\nUSER alice 0 * :Alice\r\n") == 0);
    receive(":s CAP * LS * :server-time foo\r\n:s CAP * LS :multi-prefix=1 sasl\r\n");
    CHECK(strcmp(sent(), "CAP REQ :server-time\r\nCAP REQ :multi-prefix\r\nCAP END\r\n") == 0);
    receive(":s 433 * alice :Nickname is already in use\r\n");
    CHECK(strcmp(sent(), "NICK alice_\r\n") == 0);
    receive(":s 001 alice_ :welcome\r\n");
    CHECK(strcmp(sent(), "JOIN #x\r\n") == 0);
    CHECK(session.state != SESSION_READY);
    receive(":alice_!u@h JOIN #x\r\n");
    CHECK(session.state == SESSION_READY && strcmp(session.nick, "alice_") == 0);
    CHECK(windows_find(&session.windows, "#X") == windows_current(&session.windows));
    receive("PING :42\r\n");
    CHECK(strcmp(sent(), "PONG :42\r\n") == 0);
    end();
}

static void twenty_nicks(void)
{
    start_irc(NULL);
    for (int i = 0; i < 25 && session.state != SESSION_ENDED; i++)
        receive(":s 433 * x :in use\r\n");
    CHECK(session.state == SESSION_ENDED && session.status == EX_UNAVAILABLE);
    end();
}

static void sasl(void)
{
    start_irc(NULL);
    strcpy(session.secret.account, "alice");
    strcpy(session.secret.password, "sesame");
    sent();
    receive(":s CAP * LS :sasl=PLAIN,EXTERNAL server-time\r\n");
    CHECK(strcmp(sent(), "CAP REQ :server-time sasl\r\n") == 0);
    receive(":s CAP * ACK :server-time sasl\r\n");
    CHECK(strcmp(sent(), "AUTHENTICATE PLAIN\r\n") == 0);
    receive("AUTHENTICATE +\r\n");
    CHECK(strcmp(sent(), "AUTHENTICATE AGFsaWNlAHNlc2FtZQ==\r\n") == 0);
    receive(":s 903 alice :done\r\n");
    CHECK(strcmp(sent(), "CAP END\r\n") == 0);
    receive(":s 001 alice :welcome\r\n");
    CHECK(session.irc.login == IRC_REGISTERED && session.state != SESSION_ENDED);
    end();
}

static void sasl_refused(void)
{
    static const char *const ways[] = {":s CAP * LS :server-time\r\n", ":s CAP * LS :sasl\r\n:s CAP * NAK :sasl\r\n",
                                       ":s CAP * LS :sasl\r\n:s CAP * ACK :sasl\r\n:s 904 * :wrong\r\n",
                                       ":s 001 alice :never mind\r\n"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        start_irc(NULL);
        strcpy(session.secret.account, "alice");
        strcpy(session.secret.password, "x");
        receive(ways[i]);
        CHECK(session.state == SESSION_ENDED && session.status == EX_NOPERM);
        end();
    }
}

/* The next line of *rest, or NULL. */
static char *next_line(char **rest)
{
    char *line = *rest, *end = strstr(line, "\r\n");
    if (!end)
        return NULL;
    *end = '\0';
    *rest = end + 2;
    return line;
}

static void long_lines(void)
{
    char text[4096], *line, *rest;
    int lines = 0;
    log_in("#x");
    receive(":alice!user@some.host.example JOIN #x\r\n");
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "\xE6\xBC\xA2", 4);
    session.pace.rate.count = 0;
    input_take_line(&session, text, false);
    char copy[65536];
    strcpy(copy, sent());
    for (rest = copy; (line = next_line(&rest)); lines++) {
        char relayed[70000];
        snprintf(relayed, sizeof relayed, ":alice!user@some.host.example %s\r\n", line);
        CHECK(strlen(relayed) <= 512);
        CHECK(text_is_utf8(line, strlen(line)));
    }
    CHECK(lines >= 9 && lines < 12);
    end();
}

static void no_injection(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n");
    input_take_line(&session, "hello\r\nQUIT :gone", false);
    CHECK(strcmp(sent(), "PRIVMSG #x :hello  QUIT :gone\r\n") == 0);
    end();
}

static void talking(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n:s 353 alice = #x :@bob!b@h +carol alice\r\n:s 366 alice #x :End\r\n");
    struct window *x = windows_find(&session.windows, "#x");
    CHECK(x->member_count == 3 && window_has(x, "BOB") && shows("#x", "3 here: alice bob carol"));
    receive(":bob!b@h PRIVMSG #x :hello Alice!\r\n");
    CHECK(newest(x)->highlight && strcmp(newest(x)->nick, "bob") == 0 && session.bell);
    receive(":bob!b@h PRIVMSG #x :malice\r\n");
    CHECK(!newest(x)->highlight);
    receive(":bob!b@h PRIVMSG #x :\001ACTION waves\001\r\n");
    CHECK(newest(x)->kind == LINE_ACTION && shows("#x", "waves"));
    receive(":bob!b@h PRIVMSG alice :psst\r\n");
    CHECK(shows("bob", "psst"));
    struct window *bob = windows_find(&session.windows, "bob");
    CHECK(bob->unread == 1 && bob->called && windows_current(&session.windows) == x);
    receive(":bob!b@h NICK :rob\r\n");
    CHECK(window_has(x, "rob") && !window_has(x, "bob") && strcmp(bob->name, "rob") == 0);
    receive("@time=2026-11-21T09:30:00.123Z :rob!b@h PRIVMSG #x :earlier\r\n");
    CHECK(newest(x)->time == 1795253400123);
    receive(":rob!b@h KICK #x carol :out\r\n");
    CHECK(!window_has(x, "carol") && shows("#x", "rob has kicked carol out: out"));
    receive(":rob!b@h QUIT :bye\r\n");
    CHECK(!window_has(x, "rob") && shows("#x", "rob has quit: bye"));
    end();
}

static void asking(void)
{
    log_in(NULL);
    for (int i = 0; i < 10; i++)
        receive(":bob!b@h PRIVMSG alice :\001VERSION\001\r\n");
    const char *answers = sent();
    int count = 0;
    for (const char *at = answers; (at = strstr(at, "NOTICE bob :\001VERSION forkchat ")); at++)
        count++;
    CHECK(count == 3);
    end();
}

static void ignoring(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n");
    input_take_line(&session, "/ignore *!*@bad.example", false);
    input_take_line(&session, "/ignore mallory", false);
    receive(":eve!e@bad.example PRIVMSG #x :one\r\n:Mallory!m@h PRIVMSG #x :two\r\n:bob!b@h PRIVMSG #x :three\r\n");
    struct window *x = windows_find(&session.windows, "#x");
    CHECK(shows("#x", "three"));
    CHECK(strstr(window_line(x, x->total - 2)->text, "mallory"));
    input_take_line(&session, "/unignore MALLORY", false);
    receive(":Mallory!m@h PRIVMSG #x :heard\r\n");
    CHECK(shows("#x", "heard"));
    end();
}

static void harmless(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n:b\033[2Jb!b@h PRIVMSG #x :\033]0;pwned\a\xC2\x9B"
            "31m\r\n"
            ":s 332 alice #x :\033[31mtopic\r\n");
    struct window *x = windows_find(&session.windows, "#x");
    for (uint64_t i = 0; i < x->total; i++) {
        const struct line *line = window_line(x, i);
        for (const char *at = line->text; *at; at++)
            CHECK((unsigned char)*at >= ' ');
        for (const char *at = line->nick; *at; at++)
            CHECK((unsigned char)*at >= ' ');
        CHECK(!strstr(line->text, "\xC2\x9B"));
    }
    CHECK(!strchr(x->topic, '\033'));
    end();
}

static void latin1(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n:zo\xE9!b@h PRIVMSG #x :d\xE9j\xE0 vu\r\n");
    const struct line *line = newest(windows_find(&session.windows, "#x"));
    CHECK(shows("#x", "d\u00E9j\u00E0 vu") && strcmp(line->nick, "zo\u00E9") == 0);
    receive(":bob!b@h PRIVMSG #x :\u2728 d\xE9j\xE0\r\n");
    CHECK(shows("#x", "\u2728 d\uFFFDj\uFFFD"));
    receive(":bob!b@h PRIVMSG #x :\u202Eevil\u2028[x]\r\n");
    CHECK(shows("#x", "evil [x]"));
    receive(":bob!b@h TOPIC #x :caf\xE9\r\n");
    CHECK(strcmp(windows_find(&session.windows, "#x")->topic, "caf\u00E9") == 0);
    end();
}

static void unknown_commands(void)
{
    log_in(NULL);
    input_take_line(&session, "/jion #x", false);
    CHECK(strstr(newest(session.windows.list[0])->text, "did you mean /join"));
    input_take_line(&session, "/xyzzy", false);
    CHECK(strstr(newest(session.windows.list[0])->text, "/help"));
    input_take_line(&session, "/msg bob", false);
    CHECK(strstr(newest(session.windows.list[0])->text, "/msg NICK TEXT"));
    CHECK(*sent() == '\0');
    end();
}

static void commands_of_doors(void)
{
    log_in(NULL);
    session.pace.rate.count = 0;
    input_take_line(&session, "/JOIN #x", false);
    input_take_line(&session, "/WhoIs bob", false);
    input_take_line(&session, "/J #y", false);
    CHECK(strcmp(sent(), "JOIN #x\r\nWHOIS bob\r\nJOIN #y\r\n") == 0);
    input_take_line(&session, "/HELP TOPIC", false);
    CHECK(strstr(newest(session.windows.list[0])->text, "/topic [TEXT]"));
    input_take_line(&session, "/JION #x", false);
    CHECK(strstr(newest(session.windows.list[0])->text, "did you mean /join"));
    end();
    begin(DOOR_PLAIN, NULL);
    sent();
    answer_arrival("");
    static const char *const lines[] = {
        "whois bob", "away lunch", "AWAY",       "invite bob", "mode +m",     "ban bob 1h rude", "unban bob",
        "bans",      "mute all",   "unmute all", "hand",       "hands clear", "floor bob",       "rules"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char typed[64], wanted[64];
        snprintf(typed, sizeof typed, "/%s", lines[i]);
        input_take_line(&session, typed, false);
        snprintf(wanted, sizeof wanted, "%s\n", lines[i]);
        for (char *at = wanted; *at && *at != ' '; at++)
            *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
        CHECK(strcmp(sent(), wanted) == 0);
    }
    end();
}

static void kicks(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n:s 353 alice = #x :bob carol alice\r\n");
    receive(":bob!b@h KICK #x carol\r\n");
    CHECK(shows("#x", "bob has kicked carol out"));
    receive(":bob!b@h KICK #x carol :\r\n");
    CHECK(shows("#x", "bob has kicked carol out"));
    receive(":bob!b@h KICK #x alice :alice: no more\r\n");
    CHECK(shows("#x", "bob has kicked you out: alice: no more"));
    sent();
    input_take_line(&session, "/kick #x bob", false);
    input_take_line(&session, "/kick #x bob too loud", false);
    CHECK(strcmp(sent(), "KICK #x bob\r\nKICK #x bob :too loud\r\n") == 0);
    end();
}

/* Whatever our name and host become while lines wait. */
static void longer_prefixes(void)
{
    static const char *const changes[] = {
        ":alice!user@h NICK :a_name_of_thirty_bytes_in_length\r\n",
        ":s 396 alice some.rather.long.host.name.of.over.sixty.bytes.example.org.net.com :is your host\r\n",
        ":alice!user@h CHGHOST longer_user_nam some.other.host.name.that.is.quite.long.example.org\r\n", ""};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[3001], copy[65536], *rest = copy, *line;
        memset(text, 'a', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        log_in(NULL);
        session.pace.rate.count = 0;
        receive(":s 005 alice NICKLEN=32 USERLEN=15 HOSTLEN=70 :are\r\n:alice!user@h JOIN "
                "#a_channel_with_quite_a_long_name\r\n");
        if (i % 2)
            receive(changes[i]);
        input_take_line(&session, text, false);
        receive(changes[i]);
        strcpy(copy, sent());
        while ((line = next_line(&rest)))
            CHECK(strlen(line) + strlen(":a_name_of_thirty_bytes_in_length!longer_user_nam@"
                                        "some.rather.long.host.name.of.over.sixty.bytes.example.org.net.com \r\n") <=
                  512);
        end();
    }
}

static void flooding(void)
{
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n");
    pace_init(&session.pace, 5, 5);
    for (int i = 0; i < 20; i++)
        input_take_line(&session, "line", false);
    sent();
    CHECK(pace_count(&session.pace) == 15);
    struct pollfd wait;
    int timeout = session_prepare(&session, &wait);
    CHECK(timeout > 0 && timeout <= 1001);
    end();
}

static void many_windows(void)
{
    log_in(NULL);
    for (int i = 0; i < 300; i++) {
        char line[100];
        snprintf(line, sizeof line, ":n%d!u@h PRIVMSG alice :hi %d\r\n", i, i);
        receive(line);
    }
    CHECK(session.windows.count == WINDOW_MAX);
    CHECK(shows("", "hi 299"));
    for (int i = 0; i < 6000; i++)
        session_showf(&session, session.windows.list[0], LINE_EVENT, "%d", i);
    CHECK(session.windows.list[0]->count == WINDOW_LINES && shows("", "5999"));
    end();
}

static void plain_door(void)
{
    begin(DOOR_PLAIN, "#x");
    CHECK(sent_at_arrival("NICK alice\nJOIN #x\n"));
    answer_arrival("#x");
    CHECK(strcmp(session.nick, "alice") == 0);
    receive("[server] welcome\n[bob] hello alice\n[bob -> alice] psst\n");
    CHECK(shows("", "psst") && newest(session.windows.list[0])->kind == LINE_PRIVATE);
    input_take_line(&session, "hi", false);
    input_take_line(&session, "#x is nice", false);
    input_take_line(&session, "/msg bob secret", false);
    input_take_line(&session, "/who", false);
    input_take_line(&session, "/me waves", false);
    input_take_line(&session, "/names", false);
    CHECK(strcmp(sent(), "SAY hi\nSAY #x is nice\n@bob secret\nWHO\nME waves\n") == 0);
    receive("[server] you are now alicia\n");
    CHECK(strcmp(session.nick, "alicia") == 0);
    end();
}

static void talk_door(void)
{
    begin(DOOR_TALK, NULL);
    CHECK(sent_at_arrival("/nick alice\n"));
    answer_arrival("");
    receive("\xFF\xFB\x01\xFF\xFD\x03(bob) hello\r\n");
    CHECK(shows("", "hello") && strcmp(newest(session.windows.list[0])->nick, "bob") == 0);
    receive("(bob #x) elsewhere\r\n(c d) no nick\r\n");
    CHECK(shows("", "(c d) no nick"));
    const struct window *window = session.windows.list[0];
    CHECK(strcmp(window_line(window, window->total - 2)->text, "#x: elsewhere") == 0);
    input_take_line(&session, "//kill me", false);
    input_take_line(&session, "@x", true);
    input_take_line(&session, "/who", false);
    CHECK(strcmp(sent(), "/say /kill me\n/say @x\n/who\n") == 0);
    input_take_line(&session, "@bob secret", false);
    CHECK(strcmp(sent(), "@bob secret\n") == 0);
    receive("[you -> bob] secret\r\n");
    CHECK(shows("", "(to bob) secret") && newest(session.windows.list[0])->own);
    input_take_line(&session, "stop", false);
    CHECK(strcmp(sent(), "stop\n") == 0 && session.state == SESSION_LEAVING);
    end();
}

static bool is_said_by(const char *line, const char *nick, const char *text)
{
    receive(line);
    const struct line *shown = newest(session.windows.list[0]);
    return shown->kind != LINE_SERVER && strcmp(shown->nick, nick) == 0 && strcmp(shown->text, text) == 0;
}

static void nicks_with_brackets(void)
{
    begin(DOOR_TALK, NULL);
    answer_arrival("");
    CHECK(is_said_by("([bot]) hi\r\n", "[bot]", "hi") && is_said_by("(a[b] #x) hi\r\n", "a[b]", "#x: hi"));
    CHECK(is_said_by("[foo[away] -> you] psst\r\n", "foo[away]", "psst"));
    CHECK(is_said_by("([x}) hi\r\n", "[x}", "hi"));
    receive("[you -> foo[away]] psst\r\n");
    CHECK(shows("", "(to foo[away]) psst"));
    end();
    begin(DOOR_PLAIN, NULL);
    answer_arrival("");
    CHECK(is_said_by("[[bot]] hi\n", "[bot]", "hi") && is_said_by("[foo[away]] [x] y\n", "foo[away]", "[x] y"));
    CHECK(is_said_by("[a{b} -> you] hi\n", "a{b}", "hi") && is_said_by("[zo\u00E9] hi\n", "zo\u00E9", "hi"));
    receive("[server] [bot] has left\n");
    CHECK(newest(session.windows.list[0])->kind == LINE_SERVER);
    end();
}

/* A private line is private at every door that has people; a literal one is said as it is. */
static void addressed(void)
{
    begin(DOOR_PLAIN, NULL);
    sent();
    answer_arrival("");
    input_take_line(&session, "@bob secret", false);
    input_take_line(&session, "  @bob  two words", false);
    input_take_line(&session, "@all hello", false);
    input_take_line(&session, "@bob literal", true);
    CHECK(strcmp(sent(), "@bob secret\n@bob two words\nSAY hello\nSAY @bob literal\n") == 0);
    input_take_line(&session, "@bob", false);
    input_take_line(&session, "@", false);
    input_take_line(&session, "@ ", false);
    CHECK(strcmp(sent(), "") == 0);
    CHECK(shows("", "@NICK TEXT says it to one person; /say @… says a line that starts with @"));
    input_take_line(&session, "/say @ all", false);
    CHECK(strcmp(sent(), "SAY @ all\n") == 0);
    end();
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n");
    sent();
    input_take_line(&session, "@bob secret", false);
    input_take_line(&session, "@tous hello", false);
    input_take_line(&session, "@bob literal", true);
    input_take_line(&session, "@#x to its operators", false);
    CHECK(strcmp(sent(), "PRIVMSG bob :secret\r\nPRIVMSG #x :hello\r\nPRIVMSG #x :@bob literal\r\n") == 0);
    end();
    begin(DOOR_PAIR, NULL);
    input_take_line(&session, "@bob is me", false);
    CHECK(strcmp(sent(), "@bob is me\n") == 0);
    end();
}

static void doors_guessed(void)
{
    struct pollfd wait;
    guess();
    CHECK(strcmp(sent(), "") == 0);
    receive("[server] Welcome\r\n");
    CHECK(session.dialect->door == DOOR_TALK && session.state != SESSION_READY);
    CHECK(sent_at_arrival("/nick alice\n"));
    answer_arrival("");
    CHECK(session.state == SESSION_READY);
    end();
    guess();
    receive("[server] Welcome\n");
    CHECK(session.dialect->door == DOOR_PLAIN && session.state != SESSION_READY);
    CHECK(sent_at_arrival("NICK alice\n"));
    end();
    guess();
    receive(":s NOTICE * :looking you up\r\n");
    CHECK(strcmp(sent(), "CAP LS 302\r\nNICK alice\r\nUSER alice 0 * :Alice\r\n") == 0);
    end();
    /* A server that waits for us is spoken to in a second. */
    guess();
    int timeout = session_prepare(&session, &wait);
    CHECK(timeout > 0 && timeout <= 1000);
    session.irc.login_at = 1;
    CHECK(session_prepare(&session, &wait) == 0);
    CHECK(strncmp(sent(), "CAP LS 302\r\n", 12) == 0);
    receive(":s 001 alice :welcome\r\n");
    CHECK(strcmp(sent(), "") == 0 && session.state == SESSION_READY);
    end();
}

static void pair_guessed(void)
{
    guess();
    receive("[forkchat] bob is listening: type lines; stop on a line of its own ends this for both\n");
    CHECK(session.dialect->door == DOOR_PAIR && session.state == SESSION_READY &&
          strcmp(session.pair.peer, "bob") == 0);
    CHECK(strcmp(sent(), "[forkchat] alice is here\n") == 0);
    input_take_line(&session, "hello", false);
    CHECK(strcmp(sent(), "hello\n") == 0);
    receive("stop\n");
    CHECK(session.state == SESSION_ENDED && session.status == 0);
    end();
}

static void prompts(void)
{
    begin(DOOR_PAIR, NULL);
    receive("name? ");
    struct pollfd wait;
    int timeout = session_prepare(&session, &wait);
    CHECK(timeout > 0 && timeout <= 500);
    session.connection.heard -= INT64_C(1000000000);
    session_work(&session, 0);
    CHECK(shows("", "name? ") && session.dialect->due(&session) == 0);
    receive("\n");
    CHECK(shows("", "name? "));
    receive("st");
    session.connection.heard -= INT64_C(1000000000);
    session_work(&session, 0);
    receive("op\n");
    CHECK(session.state != SESSION_ENDED && shows("", "op"));
    session.interactive = false;
    receive("st");
    session.connection.heard -= INT64_C(1000000000);
    session_work(&session, 0);
    receive("op\n");
    CHECK(session.state == SESSION_ENDED);
    end();
}

static void messages(void)
{
    struct message message;
    char line[] = "@a=b;time=2000-02-29T23:59:59.999Z :n!u@h  CMD  a  :b c";
    CHECK(message_parse(line, &message) && message.time == 951868799999);
    CHECK(strcmp(message.nick, "n") == 0 && strcmp(message.user, "u") == 0 && strcmp(message.host, "h") == 0);
    CHECK(message.count == 2 && strcmp(message.parameters[0], "a") == 0 && strcmp(message.last, "b c") == 0);
    char many[] = "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
    CHECK(message_parse(many, &message) && message.count == 15 && strcmp(message.last, "15 16") == 0);
    char bare[] = "@tag :prefix";
    CHECK(!message_parse(bare, &message));
    char empty[] = "";
    CHECK(!message_parse(empty, &message));
    CHECK(message_time("1969-12-31T23:59:59.000Z") == 0 && message_time("nonsense") == 0);
    CHECK(message_match("*!*@*.example", "N!u@a.EXAMPLE") && !message_match("a?c", "ac"));
    CHECK(message_match("*a*b*c*", "xxaxxbxxc") && !message_match("*a*b", "ab c"));
}

/* --- the picture of it --- */

static char *row_text(const char *row)
{
    static char plain[4096];
    char *to = plain;
    for (const char *at = row; *at; at++) {
        if (*at == '\033')
            at += strcspn(at, "m");
        else
            *to++ = *at;
    }
    *to = '\0';
    return plain;
}

static void framing(void)
{
    static struct frame frame;
    static struct layout layout;
    static struct edit edit;
    log_in("#x");
    receive(":alice!u@h JOIN #x\r\n:bob!b@h PRIVMSG #x :aaaa bbbb cccc dddd eeee ffff gggg\r\n");
    edit_init(&edit);
    edit_insert(&edit, "typing", 6);
    for (int columns = 2; columns < 60; columns++) {
        for (int rows = 1; rows < 12; rows++) {
            CHECK(frame_resize(&frame, rows, columns) == 0);
            frame_draw(&frame, &layout, &session, &(struct frame_line){.edit = &edit});
            CHECK(frame.cursor_column < columns && frame.cursor_row == rows - 1);
            for (int i = 0; i < rows; i++) {
                char *plain = row_text(frame.row[i]);
                CHECK(width_of_text(plain, strlen(plain)) <= columns);
            }
        }
    }
    frame_resize(&frame, 8, 24);
    frame_draw(&frame, &layout, &session, &(struct frame_line){.edit = &edit});
    CHECK(strcmp(row_text(frame.row[5]), "      ffff gggg") == 0);
    CHECK(strstr(row_text(frame.row[4]), "cccc dddd eeee") != NULL);
    frame_free(&frame);
    layout_free(&layout);
    edit_free(&edit);
    end();
}

/* Whether a line of 24 columns is broken into these rows, given with | between them. */
static int breaks(const char *text, const char *rows)
{
    static struct layout layout;
    char bytes[1024], whole[2048], nobody[1] = "", copy[200];
    struct text all;
    text_init(&all, whole, sizeof whole);
    text_copy(copy, sizeof copy, text);
    layout_line(&layout, &(struct line){.kind = LINE_SERVER, .nick = nobody, .text = copy}, 24);
    for (size_t row = 0; row < layout.row_count; row++) {
        struct text out;
        text_init(&out, bytes, sizeof bytes);
        layout_row(&layout, row, false, &out);
        char *plain = row_text(bytes);
        CHECK(width_of_text(plain, strlen(plain)) <= 24);
        for (char *end = plain + strlen(plain); end > plain && end[-1] == ' ';)
            *--end = '\0';
        text_addf(&all, "%s%s", row ? "|" : "", row ? plain : strchr(plain, '\0') > plain + 6 ? plain + 6 : "");
    }
    layout_free(&layout);
    if (strcmp(whole, rows) != 0)
        printf("# broken as %s\n", whole);
    return strcmp(whole, rows) == 0;
}

static void addresses(void)
{
    CHECK(breaks("see https://a.example ok", "see|      https://a.example|      ok"));
    CHECK(breaks("a https://example.org/1234", "a|https://example.org/1234"));
    CHECK(breaks("https://example.org/12345 b", "|https://example.org/1234|5 b"));
    CHECK(breaks("x https://example.org/1234567890/1234567890/1234567890 and more than that",
                 "x|https://example.org/1234|567890/1234567890/123456|7890 and more than that"));
    CHECK(breaks("x (https://example.org/123456) y z", "x|(https://example.org/123|456) y z"));
    CHECK(breaks("go www.example.org/123456 on", "go|www.example.org/123456|      on"));
    CHECK(breaks("irc://irc.example.org/chan", "|irc://irc.example.org/ch|an"));
    CHECK(breaks("abcdefghijklmnopqrstuvwxyz://", "abcdefghijklmnopqr|      stuvwxyz://"));
    CHECK(breaks("one two three four five six", "one two three four|      five six"));
}

static void activity(void)
{
    static struct frame frame;
    static struct layout layout;
    static struct edit edit;
    edit_init(&edit);
    log_in(NULL);
    for (int i = 2; i <= 30; i++) {
        char line[100];
        snprintf(line, sizeof line, ":alice!u@h JOIN #a_long_name_%d\r\n", i);
        receive(line);
    }
    windows_show(&session.windows, 1);
    receive(":bob!b@h PRIVMSG #a_long_name_25 :hello\r\n:bob!b@h PRIVMSG #a_long_name_29 :alice: hello\r\n"
            ":bob!b@h PRIVMSG #a_long_name_3 :hello\r\n");
    for (int columns = 40; columns <= 200; columns += 40) {
        frame_resize(&frame, 8, columns);
        frame_draw(&frame, &layout, &session, &(struct frame_line){.edit = &edit});
        CHECK(strncmp(row_text(frame.row[6]), " alice 2:#a_long_name_2 29! 3 25   ", 35) == 0);
    }
    frame_resize(&frame, 8, 30);
    frame_draw(&frame, &layout, &session, &(struct frame_line){.edit = &edit});
    CHECK(strncmp(row_text(frame.row[6]), " alice 2:#a_long_name_2 29! 3 ", 30) == 0);
    frame_free(&frame);
    layout_free(&layout);
    edit_free(&edit);
    end();
}

static void scrolling(void)
{
    static struct layout layout;
    log_in(NULL);
    struct window *window = session.windows.list[0];
    window_clear(window);
    for (int i = 0; i < 100; i++)
        session_showf(&session, window, LINE_EVENT, "%d", i);
    uint64_t last = window->total - 1;
    view_scroll(window, &layout, 10, 40, -9);
    CHECK(window->anchored && window->anchor == last - 9);
    session_showf(&session, window, LINE_EVENT, "new");
    CHECK(window->anchor == last - 9);
    view_scroll(window, &layout, 10, 40, -1000);
    CHECK(window->anchor == last - 90);
    view_scroll(window, &layout, 10, 40, 1000);
    CHECK(!window->anchored);
    layout_free(&layout);
    end();
}

int main(void)
{
    CASE("registering asks for capabilities, takes another nick, joins", registering);
    CASE("a server that takes no nick at all is given up", twenty_nicks);
    CASE("SASL PLAIN logs in", sasl);
    CASE("whoever asked to log in is not let in without", sasl_refused);
    CASE("a long text goes in as many lines as it takes, none over 512 bytes, no character split", long_lines);
    CASE("a line cannot carry a second command", no_injection);
    CASE("what happens in a channel is shown, and members are known", talking);
    CASE("CTCP questions are answered, but not for ever", asking);
    CASE("who is ignored is not seen", ignoring);
    CASE("nothing from others can drive a terminal", harmless);
    CASE("what is no UTF-8 is shown as Latin-1", latin1);
    CASE("a wrong command is told what to type", unknown_commands);
    CASE("commands are known in any case, and at each door those that it has", commands_of_doors);
    CASE("a kick shows its reason if there is one", kicks);
    CASE("no longer name or host of ours makes a line too long", longer_prefixes);
    CASE("a flood is paced", flooding);
    CASE("a crowd of strangers cannot open windows without end", many_windows);
    CASE("the plain door", plain_door);
    CASE("the talk door, with its telnet negotiation", talk_door);
    CASE("who has brackets in their nick is who speaks", nicks_with_brackets);
    CASE("@nick and a text is for that one alone, unless the line is literal", addressed);
    CASE("at a port that tells no door it may greet first", doors_guessed);
    CASE("a person at the other end is known by the greeting", pair_guessed);
    CASE("a person's half line is shown to a person, and waits for its end where a program reads", prompts);
    CASE("messages are taken apart", messages);
    CASE("a frame fits its screen, whatever the size", framing);
    CASE("an address that does not fit into a row starts one of its own, at the edge", addresses);
    CASE("where the windows have no room, the numbers of the active ones are shown", activity);
    CASE("scrolled back, the view stands still", scrolling);
    CHECK_DONE();
}
