/* The client's side of SCRAM, RFC 5802 sections 5 and 7. Run by forkchat; no shared memory. */
#include "scram.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "text.h"

bool scram_client_write_first(struct scram_client *client, const char *name, const char *nonce,
                              char message[SCRAM_MESSAGE_SIZE])
{
    struct text text, talk;
    memset(client, 0, sizeof *client);
    if (!text_copy(client->nonce, sizeof client->nonce, nonce))
        return false;
    text_init(&text, message, SCRAM_MESSAGE_SIZE);
    text_add(&text, "n,,n=");
    for (; *name; name++)
        if (*name == ',' || *name == '=')
            text_add(&text, *name == ',' ? "=2C" : "=3D");
        else
            text_add_bytes(&text, name, 1);
    text_addf(&text, ",r=%s", nonce);
    text_init(&talk, client->talk, sizeof client->talk);
    text_addf(&talk, "%s,", message + 3);
    return !text.cut;
}

/* What server-first-message says; the salt as it stands there. */
struct challenge {
    const char *nonce, *salt;
    size_t nonce_length, salt_length;
    uint32_t rounds;
};

static bool take_challenge(struct challenge *challenge, const char *message)
{
    if (strncmp(message, "r=", 2) != 0)
        return false;
    challenge->nonce = message + 2;
    challenge->nonce_length = strcspn(challenge->nonce, ",");
    const char *at = challenge->nonce + challenge->nonce_length;
    if (strncmp(at, ",s=", 3) != 0)
        return false;
    challenge->salt = at + 3;
    challenge->salt_length = strcspn(challenge->salt, ",");
    at = challenge->salt + challenge->salt_length;
    if (strncmp(at, ",i=", 3) != 0 || at[3] < '1' || at[3] > '9')
        return false;
    char *end;
    long rounds = strtol(at + 3, &end, 10);
    challenge->rounds = rounds >= SCRAM_ROUNDS_LEAST && rounds <= SCRAM_ROUNDS_MOST ? (uint32_t)rounds : 0;
    return challenge->rounds && (!*end || *end == ',');
}

bool scram_client_answer(struct scram_client *client, const char *password, const char *message,
                         char answer[SCRAM_MESSAGE_SIZE])
{
    struct challenge challenge;
    unsigned char salt[SCRAM_MESSAGE_SIZE], proof[SHA256_SIZE];
    char encoded[BASE64_SIZE(SHA256_SIZE)], *end = client->talk + strlen(client->talk);
    size_t own = strlen(client->nonce);
    struct scram_keys keys;
    struct text text, talk;
    if (!take_challenge(&challenge, message) || challenge.nonce_length <= own ||
        memcmp(challenge.nonce, client->nonce, own) != 0)
        return false;
    ssize_t salted = base64_decode(salt, sizeof salt, challenge.salt, challenge.salt_length);
    text_init(&text, answer, SCRAM_MESSAGE_SIZE);
    text_add(&text, "c=biws,r=");
    text_add_bytes(&text, challenge.nonce, challenge.nonce_length);
    text_init(&talk, end, sizeof client->talk - (size_t)(end - client->talk));
    text_addf(&talk, "%s,%s", message, answer);
    if (salted <= 0 || text.cut || talk.cut)
        return false;
    scram_derive(&keys, password, salt, (size_t)salted, challenge.rounds);
    scram_prove(&keys, client->talk, proof);
    scram_sign(keys.server_key, client->talk, client->signature);
    base64_encode(encoded, sizeof encoded, proof, sizeof proof);
    text_addf(&text, ",p=%s", encoded);
    return !text.cut;
}

bool scram_client_is_right(const struct scram_client *client, const char *message)
{
    unsigned char signature[SHA256_SIZE], differs = 0;
    size_t length = strncmp(message, "v=", 2) == 0 ? strcspn(message + 2, ",") : 0;
    if (base64_decode(signature, sizeof signature, message + 2 * (length > 0), length) != SHA256_SIZE)
        return false;
    for (size_t i = 0; i < sizeof signature; i++)
        differs |= signature[i] ^ client->signature[i];
    return !differs;
}
