/* The keeper's service. Run by the keeper alone, one request after the other; writes the table of nicks that belong to
 * accounts.
 *
 * A row says who may ask for what. A worker may do to an account what its owner may once the owner has proved the
 * password to this keeper, which remembers that for the worker's slot; another keeper does not, and the owner is asked
 * to log in again. Of channels and of read markers a worker is believed: it would only have to say in the tables who
 * its user is. What could not be written to disk is taken back, and the asker is told.
 *
 * A request may come twice, if the one who was to answer it died: it is then done already, and to do the same again
 * must not be an error that the asker hears of. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crashpoint.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/unicode.h"
#include "world/connections.h"
#include "world/owned_nicks.h"

struct keeper_login {
    uint32_t generation; /* 0: nobody's */
    char account[ACCOUNT_SIZE];
    char device[MARKERS_DEVICE + 1]; /* that it is there as: @phone, or "" */
};

/* One request while it is answered. */
struct asking {
    struct keeper_service *service;
    const struct keeper_asker *asker;
    const struct keeper_request *request;
    struct keeper_answer *answer;
};

static void own_nick(const struct keeper_service *service, const struct account *account)
{
    if (!service->world)
        return;
    if (account->flags & ACCOUNT_FREE_NICK)
        owned_nick_remove(service->world, account->name);
    else
        owned_nick_add(service->world, account->name);
}

/* Names of channels begin with #, and are in the same table. */
static void own_channel(const struct keeper_service *service, const char *name, bool owned)
{
    if (service->world && owned)
        owned_nick_add(service->world, name);
    else if (service->world)
        owned_nick_remove(service->world, name);
}

void keeper_service_start(struct keeper_service *service)
{
    const struct account *account;
    service->logins = memory_must(calloc((size_t)service->slots + 1, sizeof *service->logins));
    if (service->world)
        owned_nicks_clear(service->world);
    for (uint32_t at = 0; (account = store_next(service->store, &at));)
        own_nick(service, account);
    const struct kept_channel *channel;
    for (uint32_t at = 0; (channel = store_next_channel(service->store, &at));)
        own_channel(service, channel->name, true);
}

void keeper_service_end(struct keeper_service *service)
{
    free(service->logins);
    service->logins = NULL;
}

static struct keeper_login *login_of(const struct asking *asking)
{
    const struct keeper_asker *asker = asking->asker;
    return asker->is_operator || asker->slot >= asking->service->slots ? NULL : &asking->service->logins[asker->slot];
}

static void log_in(const struct asking *asking, const struct account *account)
{
    struct keeper_login *login = login_of(asking);
    if (!login)
        return;
    login->generation = asking->asker->generation;
    text_copy(login->account, sizeof login->account, account->name);
    login->device[0] = '\0';
}

static bool is_owner(const struct asking *asking, const struct account *account)
{
    const struct keeper_login *login = login_of(asking);
    return asking->asker->is_operator ||
           (login && login->generation == asking->asker->generation && strcmp(login->account, account->name) == 0);
}

static bool save(const struct asking *asking)
{
    CRASHPOINT("keeper-changed");
    return asking->service->save(asking->service->context);
}

static void show_account(const struct asking *asking, const struct account *account)
{
    text_copy(asking->answer->account, sizeof asking->answer->account, account->name);
    asking->answer->created_at = account->created_at;
    asking->answer->flags = account->flags;
}

/* ---- passwords ---- */

/* The same for the same name, and of nobody's account: as if it were somebody's. */
static void make_up_salt(const struct store *store, const char *name, unsigned char salt[SCRAM_SALT])
{
    char folded[NICK_SIZE] = "";
    unsigned char digest[SHA256_SIZE];
    if (!unicode_compose(folded, sizeof folded, name))
        text_copy(folded, sizeof folded, name);
    for (char *at = folded; *at; at++)
        *at = (char)text_fold((unsigned char)*at);
    sha256_hmac(store_secret(store), SHA256_SIZE, folded, strlen(folded), digest);
    memcpy(salt, digest, SCRAM_SALT);
}

static enum keeper_result give_salt(const struct asking *asking)
{
    const struct account *account = store_find(asking->service->store, asking->request->account);
    make_up_salt(asking->service->store, asking->request->account, asking->answer->salt);
    asking->answer->rounds = asking->request->verifier.rounds;
    if (account) {
        memcpy(asking->answer->salt, account->verifier.salt, SCRAM_SALT);
        asking->answer->rounds = account->verifier.rounds;
    }
    return KEEPER_DONE;
}

/* Of an account that does not exist nothing is right, which takes as long. */
static enum keeper_result check_proof(const struct asking *asking)
{
    static const struct account nobody;
    const struct keeper_request *request = asking->request;
    const struct account *found = store_find(asking->service->store, request->account);
    const struct account *account = found ? found : &nobody;
    if (!scram_check(&account->verifier, request->text, request->proof) || !found)
        return KEEPER_WRONG;
    scram_sign(account->verifier.server_key, request->text, asking->answer->signature);
    show_account(asking, account);
    log_in(asking, account);
    return KEEPER_DONE;
}

/* Whoever made it so a moment ago and was not told, because the keeper died over it, asks with the same verifier. */
static bool is_same(const struct account *account, const struct scram_verifier *verifier)
{
    return memcmp(account->verifier.stored_key, verifier->stored_key, SHA256_SIZE) == 0 &&
           memcmp(account->verifier.salt, verifier->salt, SCRAM_SALT) == 0;
}

static enum keeper_result set_password(const struct asking *asking)
{
    struct account *account = store_find(asking->service->store, asking->request->account);
    if (!account)
        return KEEPER_NO_SUCH;
    if (is_same(account, &asking->request->verifier))
        return KEEPER_DONE;
    if (!is_owner(asking, account))
        return KEEPER_NOT_YOURS;
    struct scram_verifier before = account->verifier;
    account->verifier = asking->request->verifier;
    if (save(asking))
        return KEEPER_DONE;
    account->verifier = before;
    return KEEPER_NOT_KEPT;
}

/* ---- accounts ---- */

static enum keeper_result add_account(const struct asking *asking)
{
    struct store *store = asking->service->store;
    const struct keeper_request *request = asking->request;
    struct account account = {.created_at = clock_realtime() / 1000, .verifier = request->verifier}, *added;
    char composed[NICK_SIZE];
    if (!unicode_compose(composed, sizeof composed, request->account) || !store_is_name(composed))
        return KEEPER_BAD_NAME;
    const struct account *there = store_find(store, composed);
    if (there && is_same(there, &request->verifier)) {
        log_in(asking, there);
        show_account(asking, there);
    }
    if (there)
        return is_same(there, &request->verifier) ? KEEPER_DONE : KEEPER_TAKEN;
    if (store_find_alike(store, composed))
        return KEEPER_ALIKE;
    text_copy(account.name, sizeof account.name, composed);
    if (!(added = store_add(store, &account)))
        return KEEPER_FULL;
    if (!save(asking)) {
        store_remove(store, added);
        return KEEPER_NOT_KEPT;
    }
    own_nick(asking->service, added);
    log_in(asking, added);
    show_account(asking, added);
    return KEEPER_DONE;
}

/* The channels that go with it are not taken back if that cannot be written: they are on disk still, and a file that
 * cannot be written is looked at by somebody. So it is written first, without the account. */
static enum keeper_result drop_account(const struct asking *asking)
{
    struct store *store = asking->service->store;
    struct account *account = store_find(store, asking->request->account);
    if (!account)
        return KEEPER_NO_SUCH;
    if (!is_owner(asking, account))
        return KEEPER_NOT_YOURS;
    account->used = false;
    bool saved = save(asking);
    account->used = true;
    if (!saved)
        return KEEPER_NOT_KEPT;
    for (uint32_t i = 0; i < asking->service->slots; i++)
        if (strcmp(asking->service->logins[i].account, account->name) == 0)
            asking->service->logins[i].generation = 0;
    if (asking->service->world)
        owned_nick_remove(asking->service->world, account->name);
    struct kept_channel *channel;
    for (uint32_t at = 0; (channel = store_next_channel(store, &at));)
        if (strcmp(channel->founder, account->name) == 0)
            own_channel(asking->service, channel->name, false);
    markers_forget(asking->service->markers, account->name);
    asking->service->note(asking->service->context, NULL, 0);
    store_remove(store, account);
    return KEEPER_DONE;
}

static enum keeper_result set_flags(const struct asking *asking)
{
    struct account *account = store_find(asking->service->store, asking->request->account);
    if (!account)
        return KEEPER_NO_SUCH;
    if (!is_owner(asking, account))
        return KEEPER_NOT_YOURS;
    uint32_t before = account->flags;
    account->flags = asking->request->flags;
    if (!save(asking)) {
        account->flags = before;
        return KEEPER_NOT_KEPT;
    }
    own_nick(asking->service, account);
    show_account(asking, account);
    return KEEPER_DONE;
}

static void list_channels_of(const struct asking *asking, const struct account *account)
{
    const struct kept_channel *channel;
    struct text text;
    text_init(&text, asking->answer->text, sizeof asking->answer->text);
    for (uint32_t at = 0; (channel = store_next_channel(asking->service->store, &at));)
        if (strcmp(channel->founder, account->name) == 0)
            text_addf(&text, "%s%s", text.length ? " " : "", channel->name);
}

static enum keeper_result tell_account(const struct asking *asking)
{
    const struct account *account = store_find(asking->service->store, asking->request->account);
    if (!account)
        return KEEPER_NO_SUCH;
    show_account(asking, account);
    list_channels_of(asking, account);
    return KEEPER_DONE;
}

/* As many as there is room for; who asks goes on at the cursor. */
static enum keeper_result list_accounts(const struct asking *asking)
{
    struct keeper_answer *answer = asking->answer;
    const struct account *account;
    struct text text;
    uint32_t at = asking->request->cursor;
    text_init(&text, answer->text, sizeof answer->text);
    while (text.length + ACCOUNT_SIZE + 40 < sizeof answer->text &&
           (account = store_next(asking->service->store, &at))) {
        text_addf(&text, "%s\t%lld\t%lu\n", account->name, (long long)account->created_at,
                  (unsigned long)account->flags);
        answer->cursor = at;
    }
    if (text.length + ACCOUNT_SIZE + 40 < sizeof answer->text)
        answer->cursor = 0;
    return KEEPER_DONE;
}

/* ---- channels ---- */

static enum keeper_result set_access(const struct asking *asking)
{
    const struct keeper_request *request = asking->request;
    struct kept_channel *channel = store_find_channel(asking->service->store, request->channel);
    const struct account *account = store_find(asking->service->store, request->account);
    if (!channel || !account)
        return KEEPER_NO_SUCH;
    if (request->flags != 'o' && request->flags != 'v' && request->flags != '-')
        return KEEPER_REFUSED;
    char *before = memory_keep(channel->access);
    bool fits = store_set_access(channel, account->name, (char)request->flags), kept = fits && save(asking);
    if (fits && !kept) {
        free(channel->access);
        channel->access = before;
        return KEEPER_NOT_KEPT;
    }
    free(before);
    text_copy(asking->answer->access, sizeof asking->answer->access, channel->access);
    return fits ? KEEPER_DONE : KEEPER_FULL;
}

static enum keeper_result tell_channel(const struct asking *asking)
{
    const struct kept_channel *channel = store_find_channel(asking->service->store, asking->request->channel);
    if (!channel)
        return KEEPER_NO_SUCH;
    text_copy(asking->answer->account, sizeof asking->answer->account, channel->founder);
    asking->answer->created_at = channel->created_at;
    text_copy(asking->answer->access, sizeof asking->answer->access, channel->access);
    text_copy(asking->answer->text, sizeof asking->answer->text, channel->text);
    return KEEPER_DONE;
}

static enum keeper_result add_channel(const struct asking *asking)
{
    struct store *store = asking->service->store;
    const struct keeper_request *request = asking->request;
    const struct account *founder = store_find(store, request->account);
    struct kept_channel *channel = store_find_channel(store, request->channel);
    if (channel)
        return founder && strcmp(channel->founder, founder->name) == 0 ? KEEPER_DONE : KEEPER_TAKEN;
    if (!founder)
        return KEEPER_NO_SUCH;
    if (!name_is_channel(request->channel))
        return KEEPER_BAD_NAME;
    channel = store_add_channel(store, request->channel, founder->name, clock_realtime() / 1000);
    if (!channel)
        return KEEPER_FULL;
    if (store_set_text(channel, request->text) && save(asking)) {
        own_channel(asking->service, request->channel, true);
        return KEEPER_DONE;
    }
    store_remove_channel(store, channel);
    return KEEPER_NOT_KEPT;
}

static enum keeper_result put_channel(const struct asking *asking)
{
    struct kept_channel *channel = store_find_channel(asking->service->store, asking->request->channel);
    if (!channel)
        return KEEPER_NO_SUCH;
    if (strcmp(channel->text, asking->request->text) == 0)
        return KEEPER_DONE;
    char *before = memory_keep(channel->text);
    bool kept = store_set_text(channel, asking->request->text) && save(asking);
    if (!kept)
        store_set_text(channel, before);
    free(before);
    return kept ? KEEPER_DONE : KEEPER_NOT_KEPT;
}

static enum keeper_result drop_channel(const struct asking *asking)
{
    struct kept_channel *channel = store_find_channel(asking->service->store, asking->request->channel);
    if (!channel)
        return KEEPER_NO_SUCH;
    channel->used = false;
    bool saved = save(asking);
    channel->used = true;
    if (!saved)
        return KEEPER_NOT_KEPT;
    own_channel(asking->service, channel->name, false);
    store_remove_channel(asking->service->store, channel);
    return KEEPER_DONE;
}

/* ---- how far they have read ---- */

/* It is on disk a little later, which nobody waits for: what a power cut takes away is read again. */
static int64_t set_marker(struct keeper_service *service, const char *account, const char *target, int64_t time)
{
    char line[MARKER_LINE];
    bool changed;
    int64_t now = markers_set(service->markers, account, target, time, &changed);
    if (changed)
        service->note(service->context, line, markers_write_line(line, account, target, time));
    return now;
}

/* A device asks when it was last here when it comes, and tells so when it goes. */
static void note_device(const struct asking *asking, const struct account *account)
{
    struct keeper_login *login = login_of(asking);
    bool comes = asking->request->time < 0;
    if (login && is_owner(asking, account))
        text_copy(login->device, sizeof login->device, comes ? asking->request->channel : "");
}

static enum keeper_result mark(const struct asking *asking)
{
    struct keeper_service *service = asking->service;
    const struct keeper_request *request = asking->request;
    const struct account *account = store_find(service->store, request->account);
    if (!account)
        return KEEPER_NO_SUCH;
    if (markers_is_device(request->channel))
        note_device(asking, account);
    else if (!markers_is_target(request->channel))
        return KEEPER_BAD_NAME;
    asking->answer->time = request->time < 0 ? markers_get(service->markers, account->name, request->channel)
                                             : set_marker(service, account->name, request->channel, request->time);
    return request->time >= 0 && asking->answer->time < 0 ? KEEPER_FULL : KEEPER_DONE;
}

/* Without the lock: who is wrong about it for a moment, is right a second later. */
static bool is_there(const struct keeper_service *service, uint32_t slot, uint32_t generation)
{
    const struct world *world = service->world;
    return world && world->connections[slot].generation == generation && connection_is_open_locked(world, slot);
}

void keeper_service_look(struct keeper_service *service, bool over)
{
    int64_t now = clock_realtime(), before = service->looked;
    service->looked = now;
    for (uint32_t slot = 0; slot < service->slots; slot++) {
        struct keeper_login *login = &service->logins[slot];
        if (!*login->device || (!over && is_there(service, slot, login->generation)))
            continue;
        if (store_find(service->store, login->account))
            set_marker(service, login->account, login->device, over ? now : before);
        login->device[0] = '\0';
    }
}

/* ---- operators ---- */

static enum keeper_result check_operator(const struct asking *asking)
{
    const struct keeper_service *service = asking->service;
    const char *hash = asking->request->text, *blank = strchr(hash, ' ');
    if (!blank || !service->is_operator)
        return KEEPER_REFUSED;
    bool right = service->is_operator(service->context, blank + 1, hash, (size_t)(blank - hash));
    return right ? KEEPER_DONE : KEEPER_WRONG;
}

/* ---- all of them ---- */

enum { WORKERS = 1, OPERATORS = 2, ALL = WORKERS | OPERATORS };

/* clang-format off */
static const struct {
    unsigned who;
    enum keeper_result (*run)(const struct asking *asking);
} rows[KEEPER_VERBS] = {
    [KEEPER_SALT] = {ALL, give_salt},
    [KEEPER_PROVE] = {ALL, check_proof},
    [KEEPER_ADD] = {ALL, add_account},
    [KEEPER_PASSWORD] = {ALL, set_password},
    [KEEPER_DROP] = {ALL, drop_account},
    [KEEPER_SET] = {ALL, set_flags},
    [KEEPER_INFO] = {ALL, tell_account},
    [KEEPER_LIST] = {OPERATORS, list_accounts},
    [KEEPER_CHANNEL] = {ALL, tell_channel},
    [KEEPER_CHANNEL_ADD] = {ALL, add_channel},
    [KEEPER_CHANNEL_PUT] = {ALL, put_channel},
    [KEEPER_CHANNEL_ACCESS] = {ALL, set_access},
    [KEEPER_CHANNEL_DROP] = {ALL, drop_channel},
    [KEEPER_MARK] = {WORKERS, mark},
    [KEEPER_OPERATOR] = {WORKERS, check_operator},
};
/* clang-format on */

size_t keeper_serve(struct keeper_service *service, const struct keeper_asker *asker, const void *bytes, size_t length,
                    struct keeper_answer *answer)
{
    struct keeper_request request = {.verb = KEEPER_VERBS};
    struct asking asking = {service, asker, &request, answer};
    memset(answer, 0, sizeof *answer);
    answer->result = KEEPER_REFUSED;
    if (length <= sizeof request)
        memcpy(&request, bytes, length);
    TEXT_END(request.account);
    TEXT_END(request.channel);
    TEXT_END(request.text);
    if (length > offsetof(struct keeper_request, text) && length <= sizeof request && request.verb < KEEPER_VERBS &&
        (rows[request.verb].who & (asker->is_operator ? OPERATORS : WORKERS)) &&
        request.verifier.rounds <= SCRAM_ROUNDS_MOST)
        answer->result = rows[request.verb].run(&asking);
    CRASHPOINT("keeper-answers");
    return offsetof(struct keeper_answer, text) + strlen(answer->text) + 1;
}
