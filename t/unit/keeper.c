/* The keeper's tables, its file, and what it does when it is asked: with a disk that fails when a case wants it to. */
#include <string.h>

#include "base/text.h"
#include "check.h"
#include "keeper/serve.h"

static struct keeper_service service;
static struct keeper_answer answer;
static const struct keeper_asker operator= {.is_operator = true};
static const struct keeper_asker toto = {.slot = 3, .generation = 7}, tata = {.slot = 4, .generation = 1};
static int saves, disk_is_full;
static char noted[MARKER_LINE]; /* what was last written of read markers */

static bool save(void *context)
{
    (void)context;
    saves++;
    return !disk_is_full;
}

static void note(void *context, const char *line, size_t length)
{
    (void)context;
    text_copy(noted, sizeof noted, line ? line : "anew");
    CHECK(!line || strlen(line) == length);
}

static void start(struct store *store)
{
    saves = disk_is_full = 0;
    noted[0] = '\0';
    service =
        (struct keeper_service){.store = store, .slots = 10, .save = save, .markers = markers_new(), .note = note};
    keeper_service_start(&service);
}

static void end(void)
{
    keeper_service_end(&service);
    markers_free(service.markers);
    store_free(service.store);
}

static enum keeper_result ask(const struct keeper_asker *who, const struct keeper_request *request)
{
    size_t size = keeper_serve(&service, who, request,
                               offsetof(struct keeper_request, text) + strlen(request->text) + 1, &answer);
    CHECK(size <= sizeof answer && size > offsetof(struct keeper_answer, text));
    return (enum keeper_result)answer.result;
}

static struct keeper_request about(enum keeper_verb verb, const char *account)
{
    struct keeper_request request = {.verb = verb};
    text_copy(request.account, sizeof request.account, account);
    return request;
}

/* As somebody who knows the password makes them; few rounds, because nobody guesses here. */
static void make(struct scram_verifier *verifier, const char *password, char salt)
{
    struct scram_keys keys;
    verifier->rounds = 1;
    memset(verifier->salt, salt, SCRAM_SALT);
    scram_derive(&keys, password, verifier->salt, SCRAM_SALT, 1);
    memcpy(verifier->stored_key, keys.stored_key, SHA256_SIZE);
    memcpy(verifier->server_key, keys.server_key, SHA256_SIZE);
}

static enum keeper_result add(const struct keeper_asker *who, const char *name, const char *password)
{
    struct keeper_request request = about(KEEPER_ADD, name);
    make(&request.verifier, password, name[0]);
    return ask(who, &request);
}

static enum keeper_result prove(const struct keeper_asker *who, const char *name, const char *password)
{
    struct keeper_request request = about(KEEPER_SALT, name);
    struct scram_keys keys;
    request.verifier.rounds = 1;
    CHECK(ask(who, &request) == KEEPER_DONE);
    scram_derive(&keys, password, answer.salt, SCRAM_SALT, answer.rounds);
    request = about(KEEPER_PROVE, name);
    strcpy(request.text, "what was talked");
    scram_prove(&keys, request.text, request.proof);
    return ask(who, &request);
}

static void passwords(void)
{
    unsigned char signature[SHA256_SIZE];
    struct scram_verifier verifier;
    start(store_new());
    CHECK(add(&toto, "Toto", "secret") == KEEPER_DONE);
    CHECK(prove(&toto, "toto", "Secret") == KEEPER_WRONG && prove(&toto, "tutu", "secret") == KEEPER_WRONG);
    CHECK(prove(&toto, "tOTO", "secret") == KEEPER_DONE && strcmp(answer.account, "Toto") == 0);
    make(&verifier, "secret", 'T');
    scram_sign(verifier.server_key, "what was talked", signature);
    CHECK(memcmp(signature, answer.signature, sizeof signature) == 0);
    end();
}

static void unknown_accounts_look_real(void)
{
    unsigned char salt[SCRAM_SALT];
    start(store_new());
    struct keeper_request request = about(KEEPER_SALT, "nobody");
    request.verifier.rounds = 5000;
    CHECK(ask(&toto, &request) == KEEPER_DONE && answer.rounds == 5000);
    memcpy(salt, answer.salt, sizeof salt);
    request = about(KEEPER_SALT, "NOBODY");
    CHECK(ask(&tata, &request) == KEEPER_DONE && memcmp(salt, answer.salt, sizeof salt) == 0);
    request = about(KEEPER_SALT, "somebody");
    CHECK(ask(&tata, &request) == KEEPER_DONE && memcmp(salt, answer.salt, sizeof salt) != 0);
    end();
}

static void names(void)
{
    start(store_new());
    CHECK(add(&operator, "toto", "secret") == KEEPER_DONE);
    CHECK(add(&toto, "TOTO", "other1") == KEEPER_TAKEN);
    CHECK(add(&toto, "toto", "secret") == KEEPER_DONE); /* asked again, because nobody answered */
    CHECK(add(&toto, "", "secret") == KEEPER_BAD_NAME && add(&toto, "a b", "secret") == KEEPER_BAD_NAME);
    CHECK(add(&toto, "server", "secret") == KEEPER_BAD_NAME);
    CHECK(add(&toto, "\xd1\x81\xd0\xbe\xd1\x80\xd0\xb0", "secret") == KEEPER_DONE); /* in Cyrillic */
    CHECK(add(&toto, "copa", "secret") == KEEPER_ALIKE);
    CHECK(add(&toto, "a234567890123456789012345678901", "secret") == KEEPER_DONE);
    end();
}

static void owners(void)
{
    struct keeper_request request;
    const struct keeper_asker next = {.slot = toto.slot, .generation = toto.generation + 1};
    start(store_new());
    CHECK(add(&operator, "toto", "secret") == KEEPER_DONE && add(&operator, "tata", "secret") == KEEPER_DONE);
    request = about(KEEPER_PASSWORD, "toto");
    make(&request.verifier, "another", 'x');
    CHECK(ask(&toto, &request) == KEEPER_NOT_YOURS);
    CHECK(prove(&tata, "tata", "secret") == KEEPER_DONE && ask(&tata, &request) == KEEPER_NOT_YOURS);
    CHECK(prove(&toto, "toto", "secret") == KEEPER_DONE && ask(&next, &request) == KEEPER_NOT_YOURS);
    CHECK(ask(&toto, &request) == KEEPER_DONE && prove(&next, "toto", "another") == KEEPER_DONE);
    request = about(KEEPER_SET, "toto");
    request.flags = ACCOUNT_FREE_NICK;
    CHECK(ask(&tata, &request) == KEEPER_NOT_YOURS && ask(&next, &request) == KEEPER_DONE);
    request = about(KEEPER_INFO, "toto");
    CHECK(ask(&tata, &request) == KEEPER_DONE && answer.flags == ACCOUNT_FREE_NICK && answer.created_at > 0);
    request = about(KEEPER_LIST, "");
    CHECK(ask(&tata, &request) == KEEPER_REFUSED && ask(&operator, & request) == KEEPER_DONE);
    request = about(KEEPER_DROP, "toto");
    CHECK(ask(&tata, &request) == KEEPER_NOT_YOURS && ask(&next, &request) == KEEPER_DONE);
    CHECK(ask(&next, &request) == KEEPER_NO_SUCH && prove(&toto, "toto", "another") == KEEPER_WRONG);
    CHECK(add(&tata, "toto", "hers") == KEEPER_DONE && ask(&next, &request) == KEEPER_NOT_YOURS);
    end();
}

static void full_disk(void)
{
    struct keeper_request request;
    start(store_new());
    CHECK(add(&toto, "toto", "secret") == KEEPER_DONE && prove(&toto, "toto", "secret") == KEEPER_DONE);
    disk_is_full = 1;
    CHECK(add(&tata, "tata", "secret") == KEEPER_NOT_KEPT);
    request = about(KEEPER_PASSWORD, "toto");
    make(&request.verifier, "another", 'x');
    CHECK(ask(&toto, &request) == KEEPER_NOT_KEPT && prove(&toto, "toto", "secret") == KEEPER_DONE);
    request = about(KEEPER_DROP, "toto");
    CHECK(ask(&toto, &request) == KEEPER_NOT_KEPT && prove(&toto, "toto", "secret") == KEEPER_DONE);
    disk_is_full = 0;
    CHECK(prove(&toto, "tata", "secret") == KEEPER_WRONG && add(&tata, "tata", "secret") == KEEPER_DONE);
    end();
}

static struct keeper_request channel(enum keeper_verb verb, const char *name, const char *account, const char *text)
{
    struct keeper_request request = about(verb, account);
    strcpy(request.channel, name);
    strcpy(request.text, text);
    return request;
}

static void channels(void)
{
    struct keeper_request request;
    start(store_new());
    CHECK(add(&toto, "toto", "secret") == KEEPER_DONE && add(&tata, "tata", "secret") == KEEPER_DONE);
    request = channel(KEEPER_CHANNEL_ADD, "#Games", "nobody", "");
    CHECK(ask(&toto, &request) == KEEPER_NO_SUCH);
    request = channel(KEEPER_CHANNEL_ADD, "#Games", "toto", "modes=nt");
    CHECK(ask(&toto, &request) == KEEPER_DONE && ask(&toto, &request) == KEEPER_DONE);
    request = channel(KEEPER_CHANNEL_ADD, "#games", "tata", "");
    CHECK(ask(&tata, &request) == KEEPER_TAKEN);
    request = channel(KEEPER_CHANNEL, "#GAMES", "", "");
    CHECK(ask(&tata, &request) == KEEPER_DONE && strcmp(answer.text, "modes=nt") == 0);
    CHECK(strcmp(answer.account, "toto") == 0);
    request = channel(KEEPER_CHANNEL_PUT, "#games", "", "modes=mnt");
    CHECK(ask(&tata, &request) == KEEPER_DONE);
    saves = 0;
    CHECK(ask(&tata, &request) == KEEPER_DONE && saves == 0);
    request = channel(KEEPER_CHANNEL_ACCESS, "#games", "Tata", "");
    request.flags = 'x';
    CHECK(ask(&toto, &request) == KEEPER_REFUSED);
    request.flags = 'o';
    CHECK(ask(&toto, &request) == KEEPER_DONE && strcmp(answer.access, "tata:o") == 0);
    request = channel(KEEPER_CHANNEL_PUT, "#games", "", "two\nlines");
    CHECK(ask(&tata, &request) == KEEPER_NOT_KEPT);
    request = about(KEEPER_INFO, "toto");
    CHECK(ask(&tata, &request) == KEEPER_DONE && strcmp(answer.text, "#Games") == 0);
    request = about(KEEPER_DROP, "toto");
    CHECK(ask(&operator, & request) == KEEPER_DONE);
    request = channel(KEEPER_CHANNEL, "#games", "", "");
    CHECK(ask(&tata, &request) == KEEPER_NO_SUCH);
    end();
}

static int complaints, complained;

static void complain(void *context, int line)
{
    (void)context;
    complaints++;
    complained = line;
}

/* Writes the store, and reads it again into another, which it is from then on. */
static void read_again(const char *more)
{
    size_t length;
    char *text = store_write(service.store, &length), whole[20000];
    if (!text)
        abort();
    CHECK(strlen(text) == length);
    snprintf(whole, sizeof whole, "%s%s", text, more);
    free(text);
    end();
    start(store_new());
    complaints = 0;
    store_read(service.store, whole, complain, NULL);
    keeper_service_end(&service);
    keeper_service_start(&service);
}

static void files(void)
{
    struct keeper_request request;
    unsigned char salt[SCRAM_SALT];
    start(store_new());
    CHECK(add(&toto, "toto", "secret") == KEEPER_DONE && add(&tata, "Tata", "secret") == KEEPER_DONE);
    request = channel(KEEPER_CHANNEL_ADD, "#games", "tata", "topic=a b\tmodes=nt");
    CHECK(ask(&tata, &request) == KEEPER_DONE);
    request = channel(KEEPER_CHANNEL_ACCESS, "#games", "toto", "");
    request.flags = 'v';
    CHECK(ask(&tata, &request) == KEEPER_DONE);
    request = about(KEEPER_SALT, "nobody");
    CHECK(ask(&toto, &request) == KEEPER_DONE);
    memcpy(salt, answer.salt, sizeof salt);
    read_again("");
    CHECK(complaints == 0 && prove(&toto, "toto", "secret") == KEEPER_DONE);
    CHECK(prove(&toto, "tata", "secret") == KEEPER_DONE && strcmp(answer.account, "Tata") == 0);
    request = channel(KEEPER_CHANNEL, "#games", "", "");
    CHECK(ask(&tata, &request) == KEEPER_DONE && strcmp(answer.text, "topic=a b\tmodes=nt") == 0);
    CHECK(strcmp(answer.access, "toto:v") == 0);
    request = about(KEEPER_SALT, "nobody");
    CHECK(ask(&toto, &request) == KEEPER_DONE && memcmp(answer.salt, salt, sizeof salt) == 0);
    end();
}

static void damaged_files(void)
{
    start(store_new());
    CHECK(add(&toto, "toto", "secret") == KEEPER_DONE);
    read_again("account\ttata\n"
               "account\tTOTO\t1\t0\t1\tAAAAAAAAAAAAAAAAAAAAAA==\tAAAA\tAAAA\n"
               "channel\t#games\t1\tnobody\t\n");
    CHECK(complaints == 3 && complained == 6);
    CHECK(prove(&toto, "toto", "secret") == KEEPER_DONE);
    CHECK(strncmp(store_kept_lines(service.store), "account\ttata\naccount\tTOTO\t1", 27) == 0);
    read_again("");
    CHECK(complaints == 3 && prove(&toto, "toto", "secret") == KEEPER_DONE);
    end();
}

static void many(void)
{
    char name[ACCOUNT_SIZE];
    struct keeper_request request = about(KEEPER_LIST, "");
    int lines = 0;
    start(store_new());
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "pupil%d", i);
        CHECK(add(&operator, name, "secret") == KEEPER_DONE);
    }
    for (int i = 0; i < 1000; i += 2) {
        snprintf(name, sizeof name, "pupil%d", i);
        struct keeper_request drop = about(KEEPER_DROP, name);
        CHECK(ask(&operator, & drop) == KEEPER_DONE);
    }
    CHECK(add(&operator, "another", "secret") == KEEPER_DONE);
    do {
        CHECK(ask(&operator, & request) == KEEPER_DONE);
        for (const char *at = answer.text; (at = strchr(at, '\n')); at++)
            lines++;
        request.cursor = answer.cursor;
    } while (answer.cursor);
    CHECK(lines == 501);
    CHECK(prove(&toto, "pupil501", "secret") == KEEPER_DONE && prove(&toto, "pupil500", "secret") == KEEPER_WRONG);
    end();
}

static int64_t mark(const struct keeper_asker *who, const char *account, const char *target, int64_t time)
{
    struct keeper_request request = about(KEEPER_MARK, account);
    request.time = time;
    text_copy(request.channel, sizeof request.channel, target);
    return ask(who, &request) == KEEPER_DONE ? answer.time : -2;
}

static void read_markers(void)
{
    char target[CHANNEL_SIZE], line[] = "read\ttoto\t#games\t7", gone[] = "read\ttata\t#games\t7", *text;
    size_t length;
    start(store_new());
    CHECK(add(&operator, "toto", "secret") == KEEPER_DONE && mark(&toto, "tata", "#games", 5) == -2);
    CHECK(mark(&toto, "toto", "#games", -1) == -1 && !*noted && mark(&toto, "TOTO", "#games", 5) == 5);
    CHECK(strcmp(noted, "read\ttoto\t#games\t5\n") == 0);
    CHECK(mark(&tata, "toto", "#Games", 3) == 5 && mark(&tata, "toto", "nick", 3) == 3);
    CHECK(mark(&toto, "toto", "a b", 3) == -2 && mark(&toto, "toto", "", 3) == -2);
    CHECK(markers_read_line(service.markers, service.store, line) && mark(&toto, "toto", "#games", -1) == 7);
    CHECK(markers_read_line(service.markers, service.store, gone) && markers_count(service.markers) == 2);
    line[4] = ' ';
    CHECK(!markers_read_line(service.markers, service.store, line));
    for (uint32_t i = 0; i < MARKERS_OF_ONE; i++) {
        snprintf(target, sizeof target, "#%u", (unsigned)i);
        CHECK(mark(&toto, "toto", target, 10 + i) == 10 + i);
    }
    CHECK(markers_count(service.markers) == MARKERS_OF_ONE && mark(&toto, "toto", "nick", -1) == -1);
    CHECK((text = markers_write(service.markers, &length)) && length > 0 && text[length - 1] == '\n');
    free(text);
    struct keeper_request drop = about(KEEPER_DROP, "toto");
    CHECK(ask(&operator, & drop) == KEEPER_DONE && markers_count(service.markers) == 0 && strcmp(noted, "anew") == 0);
    CHECK(add(&operator, "toto", "secret") == KEEPER_DONE && mark(&toto, "toto", "#1", -1) == -1);
    end();
}

static void nonsense(void)
{
    struct keeper_request request = about(KEEPER_VERBS, "toto");
    start(store_new());
    CHECK(ask(&toto, &request) == KEEPER_REFUSED);
    CHECK(keeper_serve(&service, &toto, "", 0, &answer) > 0 && answer.result == KEEPER_REFUSED);
    request = about(KEEPER_PROVE, "toto");
    memset(request.account, 'x', sizeof request.account);
    CHECK(keeper_serve(&service, &toto, &request, offsetof(struct keeper_request, text), &answer) > 0 &&
          answer.result == KEEPER_REFUSED);
    const struct keeper_asker beyond = {.slot = 1000000, .generation = 1};
    CHECK(add(&beyond, "toto", "secret") == KEEPER_DONE && prove(&beyond, "toto", "secret") == KEEPER_DONE);
    request = about(KEEPER_DROP, "toto");
    CHECK(ask(&beyond, &request) == KEEPER_NOT_YOURS);
    end();
}

int main(void)
{
    CASE("a password is proved, whatever the case of the account", passwords);
    CASE("accounts that do not exist have salts that look real and stay the same", unknown_accounts_look_real);
    CASE("names are nicks, of which no two look alike", names);
    CASE("what is an owner's to do nobody else does", owners);
    CASE("what could not be written was not done", full_disk);
    CASE("channels belong to accounts, and go with them", channels);
    CASE("what is written is read again as the same", files);
    CASE("a damaged line is told, kept, and in no other's way", damaged_files);
    CASE("there may be many, and places are used again", many);
    CASE("read markers grow, are an account's, and go with it; of too many the oldest goes", read_markers);
    CASE("nonsense is refused", nonsense);
    CHECK_DONE();
}
