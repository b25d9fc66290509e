/* Passwords that clients give, and what it costs to guess at them. Run by workers; writes how often that happened
 * (world/guesses.h), without the lock.
 *
 * Hashing takes its time, and so does waiting: both only this worker's. */
#include "password.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/port.h"
#include "ask_keeper.h"
#include "leave.h"
#include "world/guesses.h"

/* A wrong one is answered after so long. */
#define WRONG_MS 1000

/* So many wrong keys of channels are answered at once; they are typed by hand, or stand in lists that are old. */
#define WRONG_KEYS 3u

/* How much of what crypt(3) made says in which way, and how laboriously: all but the salt and the hash. */
static size_t kind_length(const char *hash)
{
    if (hash[0] == '_')
        return strlen(hash) < 5 ? strlen(hash) : 5; /* of BSDi: four characters are the count */
    const char *last = hash[0] == '$' ? strrchr(hash, '$') : NULL;
    if (!last || last == hash)
        return 0; /* DES */
    if (hash[1] == '2' || hash[1] == '7')
        return (size_t)(last -
                        hash); /* bcrypt, where both are in one; scrypt, which has its cost in front of the salt */
    for (const char *at = last - 1; at > hash; at--)
        if (*at == '$')
            return (size_t)(at - hash);
    return (size_t)(last - hash);
}

static bool same_kind(const char *a, const char *b)
{
    size_t length = kind_length(a);
    return length == kind_length(b) && memcmp(a, b, length) == 0;
}

static bool is_right(const char *password, const char *wanted)
{
    const char *hash = port_crypt(password, wanted);
    return hash && strcmp(hash, wanted) == 0;
}

/* Hashes once in each of the ways in which the operators' passwords are, whatever the name: so how long it takes does
 * not say which names are operators'. made: as that one's is, or "-". */
static void hash_as_operators(const struct settings *settings, const char *name, const char *password, char *made,
                              size_t size)
{
    const char *wanted = NULL;
    text_copy(made, size, "-");
    for (int i = 0; i < settings->operator_count; i++)
        if (strcmp(settings->operators[i].name, name) == 0)
            wanted = settings->operators[i].salt;
    for (int i = 0; i < settings->operator_count; i++) {
        const char *salt = settings->operators[i].salt;
        bool had = false;
        for (int before = 0; before < i && !had; before++)
            had = same_kind(settings->operators[before].salt, salt);
        if (had)
            continue;
        bool own = wanted && same_kind(wanted, salt);
        const char *hash = port_crypt(password, own ? wanted : salt);
        if (own && hash)
            text_copy(made, size, hash);
    }
}

/* What was made only the keeper can compare. */
static enum keeper_result ask_operator(struct session *session, const char *name, const char *password)
{
    struct keeper_request request = {.verb = KEEPER_OPERATOR};
    struct keeper_answer answer;
    hash_as_operators(session->settings, name, password, request.text, sizeof request.text);
    size_t length = strlen(request.text);
    snprintf(request.text + length, sizeof request.text - length, " %s", name);
    return ask_keeper(session, &request, &answer);
}

/* Where the session's client is, as far as addresses count. */
static struct net_range place_of(const struct session *session)
{
    unsigned char host[16];
    const struct setting_prefix *prefix = &session->settings->address_prefix;
    char text[HOST_SIZE];
    text_copy(text, sizeof text, session_user_locked(session)->host); /* our own: nobody else writes it */
    if (!net_parse_host(text, host))
        memset(host, 0, sizeof host);
    return net_range_of(host, (int)prefix->ipv4, (int)prefix->ipv6);
}

/* One more wrong password, which its address owes for at once. */
static void blame(struct session *session)
{
    guess_count(session->world, session->connection);
    session->host->call_supervisor(session);
    session_pace_wait(session, WRONG_MS);
}

/* A name that nobody has may be a password that somebody typed in its place. */
static void tell_wrong(const struct session *session, const char *name)
{
    const char *address = session_user_locked(session)->address;
    for (int i = 0; i < session->settings->operator_count; i++)
        if (strcmp(session->settings->operators[i].name, name) == 0) {
            log_warning("wrong operator name or password for \"%s\" from \"%s\"", name, address);
            return;
        }
    log_warning("wrong operator name or password for an unknown name from \"%s\"", address);
}

bool password_is_operators(struct session *session, const char *name, const char *password)
{
    struct world *world = session->world;
    struct net_range from = place_of(session);
    if (!session_pace_wait(session, guess_begin(world, name, &from, clock_monotonic())))
        return false;
    enum keeper_result result = ask_operator(session, name, password);
    if (result == KEEPER_DONE) {
        guess_was_right(world, name, &from);
        return true;
    }
    if (result == KEEPER_SILENT) {
        session_reply(session, REPLY_NO_PASSWORDS_NOW, NULL);
        return false;
    }
    guess_was_wrong(world, name, &from);
    tell_wrong(session, name);
    blame(session);
    session->wrong_passwords++;
    if (session->leaving)
        return false;
    session_reply(session, REPLY_BAD_PASSWORD, NULL);
    password_end_if_too_many(session);
    return false;
}

void password_end_if_too_many(struct session *session)
{
    if (session->leaving || session->wrong_passwords < GUESSES_MOST)
        return;
    session_reply(session, REPLY_TOO_MANY_GUESSES, NULL);
    leave_at_once(session, QUIT_LOST, "too many wrong passwords", "Too many wrong passwords");
}

/* An account is tried by its name in any case, and is no operator's name. */
static void name_account(char name[ACCOUNT_SIZE + 2], const char *account)
{
    snprintf(name, ACCOUNT_SIZE + 2, "a:%.*s", ACCOUNT_SIZE - 1, account);
    for (char *at = name; *at; at++)
        *at = (char)text_fold((unsigned char)*at);
}

bool password_begin_account(struct session *session, const char *account)
{
    char name[ACCOUNT_SIZE + 2];
    struct net_range from = place_of(session);
    name_account(name, account);
    return session_pace_wait(session, guess_begin(session->world, name, &from, clock_monotonic()));
}

void password_end_account(struct session *session, const char *account, bool right)
{
    char name[ACCOUNT_SIZE + 2];
    struct net_range from = place_of(session);
    name_account(name, account);
    if (right) {
        guess_was_right(session->world, name, &from);
        return;
    }
    guess_was_wrong(session->world, name, &from);
    log_warning("wrong account or password from \"%s\"", session_user_locked(session)->address);
    blame(session);
    session->wrong_passwords++;
}

bool password_begin_making(struct session *session)
{
    char address[NET_TEXT_SIZE + 2];
    struct net_range from = place_of(session), nowhere = {.bits = 0};
    memcpy(address, "m:", 3);
    net_format_range(&from, address + 2);
    return session_pace_wait(session, guess_begin(session->world, address, &nowhere, clock_monotonic()));
}

bool password_is_servers(struct session *session, const char *password)
{
    const char *wanted = session->settings->password;
    if (!wanted || is_right(password, wanted))
        return true;
    log_warning("wrong password from \"%s\"", session_user_locked(session)->address);
    blame(session);
    return false;
}

void password_try_key(struct session *session, enum chat_result result, const char *key)
{
    if (result == CHAT_BAD_KEY && *key && ++session->wrong_keys > WRONG_KEYS)
        session_pace_wait(session, WRONG_MS);
}
