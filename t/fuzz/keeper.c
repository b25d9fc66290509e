/* Requests to the keeper: whatever a worker sends, an account that it did not prove stays as it was. */
#include "driver.h"

#include "keeper/serve.h"

static bool save(void *context)
{
    (void)context;
    return true;
}

static void note(void *context, const char *line, size_t length)
{
    (void)context;
    CLAIM(!line || (length < MARKER_LINE && strlen(line) == length && line[length - 1] == '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct account toto = {.name = "toto", .created_at = 1, .verifier = {.rounds = 4096}};
    struct keeper_service service = {
        .store = store_new(), .slots = 4, .save = save, .markers = markers_new(), .note = note};
    static struct keeper_answer answer;
    memset(toto.verifier.stored_key, 'k', sizeof toto.verifier.stored_key);
    store_add(service.store, &toto);
    keeper_service_start(&service);
    for (uint32_t step = 0; size > 2 && step < 8; step++) {
        struct keeper_request request = {.verb = data[0] % (KEEPER_VERBS + 2)};
        struct keeper_asker asker = {.slot = data[1] % 6, .generation = 1};
        size_t part = size - 2 < sizeof request - sizeof request.verb ? size - 2 : sizeof request - sizeof request.verb;
        memcpy((char *)&request + sizeof request.verb, data + 2, part);
        size_t length = data[1] & 0x80 ? part : offsetof(struct keeper_request, text) + 1 + part % KEEPER_TEXT;
        size_t answered =
            keeper_serve(&service, &asker, &request, length < sizeof request ? length : sizeof request, &answer);
        CLAIM(answered <= sizeof answer && memchr(answer.text, '\0', sizeof answer.text));
        data += 2 + part / 2;
        size -= 2 + part / 2;
    }
    const struct account *account = store_find(service.store, "toto");
    CLAIM(account && account->flags == 0 && account->created_at == 1 &&
          memcmp(&account->verifier, &toto.verifier, sizeof toto.verifier) == 0);
    keeper_service_end(&service);
    markers_free(service.markers);
    store_free(service.store);
    return 0;
}
