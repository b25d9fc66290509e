/* What is typed at a peer: messages, the menu, and commands. Runs in the peer's main process. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/unicode.h"
#include "lan/complete.h"
#include "lan/peer.h"
#include "lan/screen.h"
#include "lan/typed.h"

static const char main_prompt[] = "recipient:message>";

/* What the next line answers. */
static enum asking {
    ASK_MESSAGE,
    ASK_CHOICE,
    ASK_GET,
    ASK_GET_PASSWORD,
    ASK_OFFER,
    ASK_OFFER_PASSWORD,
} asking;

static char answer[SCREEN_LINE_MAX + 1]; /* to the question before this one */

static void ask(enum asking what)
{
    static const struct {
        const char *prompt;
        bool hidden;
    } questions[] = {
        [ASK_MESSAGE] = {main_prompt, false},     [ASK_CHOICE] = {"choice>", false},
        [ASK_GET] = {"peer:file to get>", false}, [ASK_GET_PASSWORD] = {"its password (empty for none)>", true},
        [ASK_OFFER] = {"file to offer>", false},  [ASK_OFFER_PASSWORD] = {"a password for it (empty for none)>", true},
    };
    asking = what;
    screen_prompt(questions[what].prompt, questions[what].hidden);
}

static void show_menu(void)
{
    screen_show("1  send a message");
    screen_show("2  get a file");
    screen_show("3  quit");
    screen_show("4  offer a file");
}

void command_files(struct peer *peer, const char *pattern)
{
    int count = 0;
    for (const struct index_entry *entry = NULL; (entry = index_next(peer->index, entry, pattern)); count++) {
        char size[SIZE_TEXT];
        screen_show("%s:%s  %s%s%s", entry->peer, entry->card.name, size_text(entry->card.size, size),
                    entry->card.tree ? ", folder" : "", entry->card.password ? ", password" : "");
    }
    if (count == 0 && !peer->brief)
        screen_show("no file is offered%s", pattern ? " that matches" : "");
}

static void run_files(struct peer *peer, char *rest)
{
    command_files(peer, *rest ? typed_whole(rest) : NULL);
}

static void run_peers(struct peer *peer, char *rest)
{
    (void)rest;
    if (!roster_next(peer->roster, NULL))
        screen_show("nobody else is here");
    for (struct roster_peer *one = NULL; (one = roster_next(peer->roster, one));) {
        char host[NET_TEXT_SIZE];
        net_format_host(&one->address, host);
        screen_show("%s at %s%s", one->name, host, one->heard ? "" : " (not heard yet)");
    }
}

/* All of the line or all but its last word: more is a name that was mistyped, and nothing else is offered in its place.
 */
static bool is_path(void *context, const char *name)
{
    int *left = context;
    return (*left)-- > 0 && access(name, F_OK) == 0;
}

/* The password at the end of a line, or NULL. The arrows do not bring that line back, nor one whose name is unknown:
 * what stands behind a blank in it may be a password. */
static const char *secret(const char *rest, const char *name, bool known)
{
    if (*rest || (!known && strchr(name, ' ')))
        screen_forget();
    return *rest ? rest : NULL;
}

static void run_offer(struct peer *peer, char *rest)
{
    int left = 2;
    const char *path = typed_name(&rest, is_path, &left);
    if (!path)
        log_error("expected: /offer FILE [PASSWORD]");
    else
        offers_add(peer, path, secret(rest, path, access(path, F_OK) == 0));
}

static void run_withdraw(struct peer *peer, char *rest)
{
    const char *name = typed_whole(rest);
    if (!*name)
        log_error("expected: /withdraw NAME");
    else if (offers_withdraw(peer, name))
        screen_show("%s is no longer offered", name);
    else
        log_error("%s is not offered by you", name);
}

struct offerer {
    const struct index *index;
    const char *peer;
};

static bool is_offered(void *context, const char *name)
{
    const struct offerer *offerer = context;
    struct index_query query = {.peer = offerer->peer, .name = name};
    return index_find(offerer->index, &query);
}

static void run_get(struct peer *peer, char *rest)
{
    const char *who = typed_quoted(&rest);
    if (!who)
        who = text_next_word(&rest);
    struct offerer offerer = {peer->index, who};
    const char *name = who ? typed_name(&rest, is_offered, &offerer) : NULL;
    if (!name) {
        log_error("expected: /get PEER NAME [PASSWORD]");
        return;
    }
    const char *password = secret(rest, name, is_offered(&offerer, name));
    gets_add(peer, who, name, password ? password : peer->options->password, true);
}

static void run_cast(struct peer *peer, char *rest)
{
    if (!*rest)
        log_error("expected: /cast FILE");
    else
        casts_send(peer, typed_whole(rest));
}

static void run_accept(struct peer *peer, char *rest)
{
    if (!casts_accept(peer, *rest ? typed_whole(rest) : NULL))
        log_error("nobody is sending that");
}

static void run_menu(struct peer *peer, char *rest)
{
    (void)peer, (void)rest;
    show_menu();
    ask(ASK_CHOICE);
}

static void run_quit(struct peer *peer, char *rest)
{
    (void)rest;
    peer->quit = true;
}

static void run_help(struct peer *peer, char *rest);

static const struct {
    const char *name;
    void (*run)(struct peer *peer, char *rest);
    const char *help;
} commands[] = {
    {"files", run_files, "/files [PATTERN]             what can be had"},
    {"get", run_get, "/get PEER NAME [PASSWORD]    fetch it"},
    {"offer", run_offer, "/offer FILE [PASSWORD]       let others have a file or a folder"},
    {"withdraw", run_withdraw, "/withdraw NAME               no longer"},
    {"cast", run_cast, "/cast FILE                   send it to everyone who accepts"},
    {"accept", run_accept, "/accept [NAME]               take what is being sent to everyone"},
    {"peers", run_peers, "/peers                       who is there"},
    {"menu", run_menu, "/menu                        the same step by step"},
    {"help", run_help, "/help                        this list"},
    {"quit", run_quit, "/quit                        leave"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static const char *command_name(size_t i)
{
    return i < COMMANDS ? commands[i].name : NULL;
}

static void run_help(struct peer *peer, char *rest)
{
    (void)peer, (void)rest;
    screen_show("RECIPIENT:TEXT               say it to one, or to everyone: *:TEXT");
    for (size_t i = 0; i < COMMANDS; i++)
        screen_show("%s", commands[i].help);
}

static void take_command(struct peer *peer, char *line)
{
    const char *name = text_next_word(&line);
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcasecmp(name + 1, commands[i].name) == 0) {
            commands[i].run(peer, line);
            return;
        }
    log_error("there is no command %s; /help lists them", name);
}

static void take_choice(struct peer *peer, char *line)
{
    line = typed_trimmed(line);
    if (*line == '/') {
        ask(ASK_MESSAGE);
        take_command(peer, line);
    } else if (strcmp(line, "2") == 0) {
        command_files(peer, NULL);
        ask(ASK_GET);
    } else if (strcmp(line, "3") == 0)
        peer->quit = true;
    else if (strcmp(line, "4") == 0)
        ask(ASK_OFFER);
    else if (strcmp(line, "1") == 0 || !*line)
        ask(ASK_MESSAGE);
    else
        log_error("expected 1, 2, 3 or 4");
}

/* ("ADDRESS",PORT),("PASSWORD","NAME"), as others on the LAN may paste it: gets it from the peer that offers it there,
 * if possible at that port. False if the line is no such thing. */
static bool get_pasted(struct peer *peer, const char *line)
{
    struct typed_offer offer;
    unsigned char host[16];
    if (!typed_read_offer(line, &offer))
        return false;
    screen_forget();
    const struct index_entry *found = NULL;
    for (const struct index_entry *entry = NULL; (entry = index_next(peer->index, entry, NULL));) {
        net_host_bytes(&entry->source, host);
        bool there =
            offer.numeric ? memcmp(host, offer.host, sizeof host) == 0 : unicode_is_same(entry->peer, offer.address);
        if (there && unicode_is_same(entry->card.name, offer.name) && (!found || entry->card.port == offer.port))
            found = entry;
    }
    if (found)
        gets_add(peer, found->peer, found->card.name, offer.password, true);
    else
        log_error("nobody at %s offers %s", offer.address, offer.name);
    return true;
}

static void take_message(struct peer *peer, char *line)
{
    /* The password in what was meant for the menu is nobody else's. */
    if (get_pasted(peer, line))
        return;
    if (!*line) {
        show_menu();
        ask(ASK_CHOICE);
    } else if (*line == '/') {
        take_command(peer, line);
    } else if (strchr(line, ':')) {
        say_typed(peer, line);
    } else {
        char said[SCREEN_LINE_MAX + 3];
        snprintf(said, sizeof said, "*:%s", line);
        say_typed(peer, said);
    }
}

/* Keeps an answer until the next question is answered too. An empty one leads back. */
static void ask_further(const char *line, enum asking next)
{
    text_copy(answer, sizeof answer, line);
    ask(*line ? next : ASK_MESSAGE);
}

static void get_answered(struct peer *peer, const char *password)
{
    char *colon = strchr(answer, ':'); /* was asked for until there was one */
    *colon = '\0';
    gets_add(peer, answer, colon + 1, password, true);
}

void command_line(void *context, char *line)
{
    struct peer *peer = context;
    switch (asking) {
    case ASK_MESSAGE:
        take_message(peer, line);
        break;
    case ASK_CHOICE:
        take_choice(peer, line);
        break;
    case ASK_GET:
        line = typed_trimmed(line);
        if (get_pasted(peer, line))
            ask(ASK_MESSAGE);
        else if (*line && !strchr(line, ':'))
            log_error("expected PEER:FILE, as /files lists them");
        else
            ask_further(line, ASK_GET_PASSWORD);
        break;
    case ASK_OFFER:
        ask_further(typed_whole(line), ASK_OFFER_PASSWORD);
        break;
    case ASK_GET_PASSWORD:
        ask(ASK_MESSAGE);
        get_answered(peer, line);
        break;
    case ASK_OFFER_PASSWORD:
        ask(ASK_MESSAGE);
        offers_add(peer, answer, *line ? line : NULL);
        break;
    }
}

void command_complete(void *context, struct edit *edit)
{
    if (asking == ASK_MESSAGE)
        complete_message(context, edit, command_name);
    else if (asking == ASK_GET)
        complete_offered(context, edit);
    else if (asking == ASK_OFFER)
        complete_path(edit);
}

void command_start(struct peer *peer)
{
    (void)peer;
    ask(ASK_MESSAGE);
}
